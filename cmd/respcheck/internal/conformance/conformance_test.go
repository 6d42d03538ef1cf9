package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

var update = flag.Bool("update", false, "record what redis-server does with the requests, and write "+document)

const (
	root     = "../../../../"
	list     = "testdata/conformance/requests.json"
	document = "docs/conformance.md"
)

// requests returns the requests, recorded anew when -update is given.
func requests(t *testing.T) []Request {
	t.Helper()
	if *update {
		return record(t)
	}
	requests, err := All()
	if err != nil {
		t.Fatal(err)
	}
	return requests
}

// redis starts a redis-server that asks for a password.
func redis(t *testing.T) *Server {
	t.Helper()
	const password = "sesame"
	s := tests.StartServer(t, "--requirepass", password)
	return &Server{
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", s.Socket)
		},
		Auth:     []string{password},
		Silence:  100 * time.Millisecond,
		Patience: 10 * time.Second,
	}
}

// ReadCommand reads requests as Redis does, but where docs/conformance.md says and why,
// in one piece and byte by byte.
func TestReadCommandReadsRequestsAsDocumented(t *testing.T) {
	requests := requests(t)
	f, err := Stored()
	if err != nil {
		t.Fatal(err)
	}
	written, unexplained := documentation(f.Server, requests)
	for _, rule := range unexplained {
		t.Errorf("%s: either it has a reason and no request that differs, or the other way round", rule)
	}
	if *update {
		if err := os.WriteFile(root+document, []byte(written), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(root + document)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(stored), "\n"), strings.Split(written, "\n")); diff != "" {
		t.Errorf("%s is not what comes of the requests now; look at what has changed and write it anew with -update (-stored +now)\n%s", document, diff)
	}
}

// How a request arrives changes nothing of what ReadCommand makes of it.
func TestReadCommandWhereverRequestsAreSplit(t *testing.T) {
	t.Parallel()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		want := r.Read([][]byte{r.Wire})
		check := func(pieces ...[]byte) {
			if got := r.Read(pieces); !got.Equal(want) {
				t.Errorf("%s: %.100q in pieces of %d bytes: %s\nin one: %s", r.ID, r.Wire, len(pieces[0]), got, want)
			}
		}
		check(r.Pieces()...)
		check(slices.Collect(slices.Chunk(r.Wire, 1460))...)
		if len(r.Wire) > 1<<17 {
			continue
		}
		check(slices.Collect(slices.Chunk(r.Wire, 1))...)
		for i := 1; i < min(len(r.Wire), 100); i++ {
			check(r.Wire[:i], r.Wire[i:])
		}
	}
}

// ConsumeCommand gives the commands and the fault of ReadCommand.
func TestConsumeCommandReadsAsReadCommand(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Unauthenticated {
			continue // ConsumeCommand has the limits of ServerLimits
		}
		var got Outcome
		for b := r.Wire; got.End == ""; {
			args, n, err := resp.ConsumeCommand(b, nil)
			var refused interface{ ReplyText() string }
			switch {
			case len(b) == 0:
				got.End = Keeps
			case err == resp.ErrIncomplete:
				got.End = Waits
			case errors.As(err, &refused):
				got.Answers, got.End = append(got.Answers, refusal("ERR "+refused.ReplyText())), Closes
			case len(args) > 0:
				got.Answers = append(got.Answers, AnswerTo(args, false))
			}
			b = b[n:]
		}
		if want := r.Read(r.Pieces()); !got.Equal(want) {
			t.Errorf("%s: %.100q: ConsumeCommand makes it %s\nReadCommand %s", r.ID, r.Wire, got, want)
		}
	}
}

// A redis-server does with the requests what is recorded of it.
func TestLiveRedisDoesWhatIsRecorded(t *testing.T) {
	t.Parallel()
	if *update {
		t.Skip("the requests are being recorded")
	}
	s := redis(t)
	version(t, s)
	observations, err := s.Observe(t.Context(), requests(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range observations {
		t.Errorf("%s: %.100q (byte by byte: %v)\ngot  %s\nwant %s", o.Request.ID, o.Request.Wire, o.ByteForByte, o.Got, o.Request.Redis)
	}
}

// Redis closes the connection without an answer when a request is over its limit for
// the total length, for which ReadCommand has words.
func TestLiveRedisIsSilentOnTooMuch(t *testing.T) {
	t.Parallel()
	const most = 1 << 20
	s := tests.StartServer(t, "--client-query-buffer-limit", strconv.Itoa(most))
	wire := resp.AppendArgs(nil, "PING", strings.Repeat("x", 2*most))
	conn := s.Connect(t, "unix").Conn
	conn.Write(wire) // fails when the server has closed by then
	answer, err := io.ReadAll(conn)
	if len(answer) > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%d bytes over a limit of %d: answer %.100q, %v", len(wire), most, answer, err)
	}
	_, err = resp.NewDecoder(bytes.NewReader(wire), resp.MaxTotalLen(most)).ReadCommand()
	var limit *resp.LimitError
	if !errors.As(err, &limit) || limit.ReplyText() != "Protocol error: too big request" {
		t.Errorf("ReadCommand: %v", err)
	}
}

// record asks a redis-server what it does with each request, stores that and returns
// the requests.
func record(t *testing.T) []Request {
	t.Helper()
	s := redis(t)
	s.Silence = 300 * time.Millisecond
	f, err := Stored()
	if err != nil {
		t.Fatal(err)
	}
	f.Server = version(t, s)
	requests := make([]Request, len(f.Requests))
	for i, row := range f.Requests {
		row.Redis = Outcome{} // with which nothing agrees
		if requests[i], err = row.request(); err != nil {
			t.Fatalf("%s: %v", row.ID, err)
		}
	}
	observations, err := s.Observe(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := make(map[string]Outcome)
	for _, o := range observations {
		if whole, ok := outcomes[o.Request.ID]; ok && !whole.Equal(o.Got) {
			t.Fatalf("%s: whole %s, byte by byte %s", o.Request.ID, whole, o.Got)
		}
		outcomes[o.Request.ID] = o.Got
	}
	for i := range requests {
		o := outcomes[requests[i].ID]
		requests[i].Redis, f.Requests[i].Redis = o, o
	}
	store(t, f)
	return requests
}

// version returns the version of a redis-server, and skips the test when the server is
// another one, or before version 7, which allowed fewer arguments.
func version(t *testing.T, s *Server) string {
	t.Helper()
	c, err := s.connect(t.Context())
	if err == nil {
		err = s.authenticate(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	var hello resp.Value
	if _, err = c.conn.Write(resp.AppendCommand(nil, "HELLO 3")); err == nil {
		err = c.dec.Decode(&hello)
	}
	if err != nil {
		t.Fatal(err)
	}
	fields := make(map[string]string)
	for key, value := range hello.Pairs() {
		fields[string(key.Bytes)] = string(value.Bytes)
	}
	major, _, _ := strings.Cut(fields["version"], ".")
	if number, err := strconv.Atoi(major); fields["server"] != "redis" || err != nil || number < 7 {
		t.Skipf("the requests are recorded from redis-server 7, and this is %q %s", fields["server"], fields["version"])
	}
	return fields["version"]
}

// store writes the file of requests, a request a line.
func store(t *testing.T, f File) {
	t.Helper()
	var b bytes.Buffer
	encode := func(v any) {
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		b.Truncate(b.Len() - 1) // the line end
	}
	b.WriteString(`{"server": `)
	encode(f.Server)
	b.WriteString(`, "requests": [`)
	for i, row := range f.Requests {
		b.WriteString([]string{"", ","}[min(i, 1)] + "\n")
		encode(row)
	}
	b.WriteString("\n]}\n")
	if err := os.WriteFile(root+list, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}
