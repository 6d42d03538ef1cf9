package replication_test

// Streams that real masters sent: testdata/captures, which README.md there describes.

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/replication"
)

var takeCaptures = flag.Bool("capture", false, "take the captures of the server on PATH anew")

const captureFolder = "../testdata/captures"

// stream is one capture: the folder of the server, what the replica asked for, and what
// the RDB starts with that it got.
type stream struct {
	folder, name string
	version      bool   // it named its version
	streamed     bool   // the master was to stream its RDB
	magic        string // empty: the replica had all but the last commands
}

// streams are all of them. Valkey writes its own RDBs for replicas that name their
// version alone.
var streams = []stream{
	{"redis-8.0.6", "disk", false, false, "REDIS0012"},
	{"redis-8.0.6", "streamed", false, true, "REDIS0012"},
	{"redis-8.0.6", "continued", false, false, ""},
	{"valkey-9.1.2", "disk", true, false, "VALKEY080"},
	{"valkey-9.1.2", "streamed", true, true, "VALKEY080"},
	{"valkey-9.1.2", "streamed-without-version", false, true, "REDIS0011"},
	{"valkey-9.1.2", "continued", true, false, ""},
}

func (s stream) file() string {
	return filepath.Join(captureFolder, s.folder, "replication-"+s.name+".master")
}

// captureData is what the master holds before a replica comes, and captureWrites
// what it writes then. captureCommands is what replicas get of that.
const (
	captureData = `
		SET text "\xe8\xaf\x97\r\n"
		HSET hash field value empty ""
		ZADD zset 1.5 member
		XADD stream 1-1 a b`
	captureWrites = `
		SELECT 3
		SET text "\xe8\xaf\x97\r\n\n"
		SET "\x00\r\n\xff" ""
		SELECT 0
		LPUSH list a "\n" "*1\r\n$4\r\nPING\r\n"
		MULTI
		INCR n
		INCR n
		EXEC
		GET text
		DEL list`
	captureCommands = `
		SELECT 3
		SET text "\xe8\xaf\x97\r\n\n"
		SET "\x00\r\n\xff" ""
		SELECT 0
		LPUSH list a "\n" "*1\r\n$4\r\nPING\r\n"
		MULTI
		INCR n
		INCR n
		EXEC
		DEL list`
)

// TestCapture takes the captures of the server on PATH anew.
func TestCapture(t *testing.T) {
	if !*takeCaptures {
		t.Skip("run with -capture to take the captures anew")
	}
	folder := strings.ReplaceAll(tests.FindServer(t).String(), " ", "-")
	for _, stream := range streams {
		t.Run(stream.folder+"/"+stream.name, func(t *testing.T) {
			if stream.folder != folder {
				t.Skipf("not of the server on PATH, %s", folder)
			}
			if err := os.WriteFile(stream.file(), stream.take(t), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// take returns all that the master sent from its answer to PSYNC on.
func (s stream) take(t *testing.T) []byte {
	server := tests.StartServer(t)
	master := server.Connect(t, "unix")
	for _, words := range tests.Script(t, captureData) {
		master.Do(words...)
	}
	configure(t, master, "repl-diskless-sync", map[bool]string{false: "no", true: "yes"}[s.streamed])
	configure(t, master, "repl-diskless-sync-delay", "0")
	r, answer := attach(t, server, s.version, "?", -1)
	if s.magic == "" {
		if _, err := r.master.CopyRDB(io.Discard); err != nil {
			t.Fatal(err)
		}
		r.Conn.Close()
		r, _ = attach(t, server, s.version, answer.ID, answer.Offset+1)
	} else if _, err := r.master.CopyRDB(io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, words := range tests.Script(t, captureWrites) {
		master.Do(words...)
	}
	for _, want := range tests.Script(t, captureCommands) {
		if diff := cmp.Diff(want, r.next()); diff != "" {
			t.Fatalf("command stream (-want +got):\n%s", diff)
		}
	}
	wire := r.wire.Bytes()[:r.Dec.InputOffset()]
	for _, start := range []string{"+FULLRESYNC", "+CONTINUE"} {
		if at := bytes.Index(wire, []byte(start)); at >= 0 {
			return wire[at:]
		}
	}
	t.Fatalf("no answer to PSYNC in %.200q", wire)
	return nil
}

// What masters sent is read whole, in however small pieces it arrives.
func TestCapturedStreams(t *testing.T) {
	for _, stream := range streams {
		wire, err := os.ReadFile(stream.file())
		if err != nil {
			t.Fatal(err)
		}
		for _, arrival := range tests.Arrivals(1) {
			t.Run(fmt.Sprintf("%s/%s/%s", stream.folder, stream.name, arrival.Name), func(t *testing.T) {
				stream.check(t, wire, arrival)
			})
		}
	}
}

func (s stream) check(t *testing.T, wire []byte, arrival tests.Arrival) {
	d := resp.NewDecoder(arrival.Of(bytes.NewReader(wire)), resp.ServerLimits())
	master := replication.NewReader(d)
	answer, err := again(master.ReadAnswer)
	if err != nil {
		t.Fatal(err)
	}
	want := replication.Answer{Kind: replication.Continue, ID: string(wire[len("+CONTINUE "):][:40])}
	if s.magic != "" {
		want = replication.Answer{Kind: replication.FullResync, ID: string(wire[len("+FULLRESYNC "):][:40])}
	}
	if answer != want {
		t.Fatalf("the answer is %+v, want %+v", answer, want)
	}
	if s.magic != "" {
		s.checkRDB(t, wire, master)
	}
	var got [][]string
	for {
		command, err := again(d.ReadCommand)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if words := tests.Words(command.Args); !strings.EqualFold(words[0], "PING") && words[0] != "REPLCONF" {
			got = append(got, words)
		}
	}
	if diff := cmp.Diff(tests.Script(t, captureCommands), got); diff != "" {
		t.Errorf("command stream (-want +got):\n%s", diff)
	}
	if d.InputOffset() != int64(len(wire)) {
		t.Errorf("read up to %d of %d", d.InputOffset(), len(wire))
	}
}

// checkRDB fails unless the RDB is in the form that was asked for, and whole.
func (s stream) checkRDB(t *testing.T, wire []byte, master *replication.Reader) {
	t.Helper()
	var rdb bytes.Buffer
	n, err := again(func() (int64, error) { return master.CopyRDB(&rdb) })
	if err != nil {
		t.Fatalf("CopyRDB: %d, %v", n, err)
	}
	got := rdb.Bytes()
	if !bytes.HasPrefix(got, []byte(s.magic)) || got[len(got)-9] != 0xff {
		t.Errorf("an RDB %.20q, want one of %s, ended by FF and a checksum", got, s.magic)
	}
	at := bytes.Index(wire, got)
	if at < 0 {
		t.Fatalf("no RDB of %d bytes in the stream", len(got))
	}
	marked := bytes.Contains(wire[:at], []byte("$EOF:"))
	sized := bytes.HasSuffix(wire[:at], fmt.Appendf(nil, "$%d\r\n", len(got)))
	if marked != s.streamed || sized == marked {
		t.Errorf("marked: %t, sized: %t, want marked: %t", marked, sized, s.streamed)
	}
}

// again calls read until it does not time out.
func again[T any](read func() (T, error)) (T, error) {
	for {
		got, err := read()
		if !os.IsTimeout(err) {
			return got, err
		}
	}
}
