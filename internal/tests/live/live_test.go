package live_test

// The package against a live server, when there is one.

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

var takeCaptures = flag.Bool("capture", false, "take the captures in testdata/captures anew")

// TestCapture takes the captures of the server on PATH anew, each from a server of its
// own.
func TestCapture(t *testing.T) {
	if !*takeCaptures {
		t.Skip("run with -capture to take the captures anew")
	}
	folder := captureFolderOf(t)
	for i := range captures {
		c := &captures[i]
		if c.large && folder != folders[0] {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			s := tests.StartServer(t)
			run(t, s, c.setup)
			if folder == folders[0] {
				save(t, c.requestFile(), c.request(t))
			}
			for _, protocol := range c.protocols() {
				save(t, taken{c, folder, protocol}.file(), c.take(t, s, protocol))
			}
		})
	}
}

// captureFolderOf returns the folder for the captures of the server on PATH.
func captureFolderOf(t *testing.T) string {
	s := tests.FindServer(t)
	name := strings.ReplaceAll(s.String(), " ", "-")
	switch {
	case name == "redis-7.0.15":
		return folders[0]
	case slices.Contains(folders, name):
		return name
	}
	t.Fatalf("%s has no folder among %q", s, folders)
	return ""
}

func save(t *testing.T, name string, wire []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, wire, 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a script over connections of its own, which stay open.
func run(t *testing.T, s tests.Server, script string) {
	t.Helper()
	clients := make(map[string]*tests.Client)
	for _, words := range tests.Script(t, script) {
		network := "tcp"
		if word, ok := strings.CutPrefix(words[0], "unix:"); ok {
			network, words[0] = "unix", word
		}
		if clients[network] == nil {
			clients[network] = s.Connect(t, network)
		}
		if v := clients[network].Do(words...); v.Err() != nil {
			t.Fatalf("%q: %v", words, v.Err())
		}
	}
}

// endOfCapture is the text of a last PING, after which there is nothing to come.
const endOfCapture = "end of capture"

// take returns the bytes of the server in the conversation that c describes.
func (c *capture) take(t *testing.T, s tests.Server, protocol int) []byte {
	t.Helper()
	main := s.Connect(t, "tcp")
	if protocol == 3 {
		main.Do("HELLO", "3")
	}
	others := c.others
	if strings.Contains(others, "{id}") {
		id := main.Do("CLIENT", "ID")
		others = strings.ReplaceAll(others, "{id}", fmt.Sprint(id.Int))
	}
	if _, err := main.Conn.Write(c.request(t)); err != nil {
		t.Fatal(err)
	}
	if c.closes {
		wire, err := io.ReadAll(main.Conn)
		if err != nil {
			t.Fatalf("after %.200q: %v", wire, err)
		}
		return wire
	}
	wire := make([]byte, 16<<20)
	n := 0
	more := func() {
		m, err := main.Conn.Read(wire[n:])
		if n += m; err != nil {
			t.Fatalf("after %.200q: %v", wire[:n], err)
		}
	}
	if others != "" {
		// The script arrives in one piece: when the server answers anything, it
		// has run all of it.
		more()
		run(t, s, others)
	}
	main.Send("PING", endOfCapture)
	end := resp.AppendBulkString(nil, endOfCapture)
	for {
		more()
		if before, _, ok := bytes.Cut(wire[:n], end); ok {
			return bytes.TrimSuffix(before, []byte("*2\r\n$4\r\npong\r\n")) // so to a RESP2 subscriber
		}
	}
}

// protocols are the versions of the protocol that the server speaks.
func protocols(t *testing.T, s tests.Server) []string {
	if !s.Since(6) {
		t.Logf("only in RESP2: RESP3 came with Redis 6, this is %s", s)
		return []string{"2"}
	}
	return []string{"2", "3"}
}

// A pipeline is answered in order, over every network and in both protocols.
func TestLivePipeline(t *testing.T) {
	const rounds = 2000
	s := tests.StartServer(t)
	for _, network := range []string{"tcp", "unix"} {
		for _, protocol := range protocols(t, s) {
			t.Run(network+" RESP"+protocol, func(t *testing.T) {
				c := s.Connect(t, network)
				c.Do("HELLO", protocol)
				c.Do("FLUSHALL")
				for i := range rounds {
					value := strings.Repeat("\x00\r\n诗", i%50)
					err := errors.Join(
						c.Enc.WriteCommand("INCRBY", resp.String("counter"), resp.Int(2)),
						c.Enc.WriteCommand("HSET", resp.String("hash"), resp.String("field"), resp.String(value)),
						c.Enc.WriteCommand("HGETALL", resp.String("hash")),
						c.Enc.WriteCommand("GET", resp.String("missing")),
						c.Enc.WriteCommand("CONFIG GET", resp.String("maxmemory")),
						c.Enc.WriteCommand("ZINCRBY", resp.String("zset"), resp.Float(0.5), resp.String("member")),
					)
					if err != nil {
						t.Fatal(err)
					}
				}
				if err := c.Enc.Flush(); err != nil {
					t.Fatal(err)
				}
				for i := range rounds {
					value := strings.Repeat("\x00\r\n诗", i%50)
					n, err := c.Dec.ReadInt64()
					expect(t, "INCRBY", int64(2*i+2), n, err)
					n, err = c.Dec.ReadInt64()
					expect(t, "HSET", int64(1-min(i, 1)), n, err)
					pairs, err := c.Dec.ReadMapLen()
					expect(t, "HGETALL", 1, pairs, err)
					text, err := c.Dec.ReadString()
					expect(t, "HGETALL's field", "field", text, err)
					text, err = c.Dec.ReadString()
					expect(t, "HGETALL's value", value, text, err)
					b, err := c.Dec.ReadBytes()
					if b != nil || err != resp.ErrNull {
						t.Errorf("GET missing: %q and %v, want %v", b, err, resp.ErrNull)
					}
					pairs, err = c.Dec.ReadMapLen()
					expect(t, "CONFIG GET", 1, pairs, err)
					expect(t, "CONFIG GET's depth", 1, c.Dec.Depth(), nil)
					err = errors.Join(c.Dec.SkipValue(), c.Dec.SkipValue())
					expect(t, "CONFIG GET's end", 0, c.Dec.Depth(), err)
					f, err := c.Dec.ReadFloat64()
					expect(t, "ZINCRBY", 0.5*float64(i+1), f, err)
				}
				if rest := c.Dec.Buffered(); len(rest) > 0 {
					t.Errorf("left over: %.100q", rest)
				}
			})
		}
	}
}

// expect fails the test unless a read gave what was wanted.
func expect[T any](t *testing.T, what string, want, got T, err error) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatalf("%s: %v (-want +got)\n%.500s", what, err, diff)
	}
}

// What a Chunker writes to a TCP connection arrives, also where the connection
// takes the large values only piece by piece.
func TestLiveChunker(t *testing.T) {
	s := tests.StartServer(t)
	c := s.Connect(t, "tcp")
	var chunker resp.Chunker
	values := make(map[string]string)
	for i, size := range []int{0, 1, 5999, 6000, 6001, 1 << 20, 1<<20 + 1, 3, 1 << 20} {
		key := fmt.Sprint("key ", i)
		values[key] = strings.Repeat(fmt.Sprintf("%07d\n", i), size/8+1)[:size]
		if err := chunker.AddCommand("SET", resp.String(key), resp.String(values[key])); err != nil {
			t.Fatal(err)
		}
	}
	want := chunker.Len()
	if n, err := chunker.WriteTo(c.Conn); err != nil || n != int64(want) {
		t.Fatalf("WriteTo = %d, %v, want %d bytes", n, err, want)
	}
	for range values {
		text, err := c.Dec.ReadString()
		expect(t, "SET", "OK", text, err)
	}
	for key, value := range values {
		c.Send("GET", key)
		got, err := c.Dec.ReadBytes()
		if err != nil || string(got) != value {
			t.Errorf("GET %s: %v, %s", key, err, tests.Difference([]byte(value), got))
		}
	}
}

// A pipeline of many chunks leaves in one system call.
func TestLiveChunkerWritesOnce(t *testing.T) {
	s := tests.StartServer(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, network := range []string{"tcp", "unix"} {
		c := s.Connect(t, network)
		if n := writeCalls(func() { c.Do("PING") }); n != 1 {
			t.Skipf("system calls cannot be counted here: %d for one write", n)
		}
		// A socket that is full for a moment takes a write in parts, so one of a
		// few pipelines has to go out in one.
		calls, chunks := 0, 0
		for attempt := 0; attempt < 5 && calls != 1; attempt++ {
			calls, chunks = writePipeline(t, c)
		}
		if calls != 1 {
			t.Errorf("%s: %d system calls for %d chunks, want 1", network, calls, chunks)
		}
	}
}

// writePipeline writes ten large values at once, reads the replies, and returns
// how many system calls the writing took and of how many chunks it was.
func writePipeline(t *testing.T, c *tests.Client) (calls, chunks int) {
	t.Helper()
	var chunker resp.Chunker
	for range 10 {
		if err := chunker.AddCommand("SET", resp.String("key"), resp.String(strings.Repeat("x", 6001))); err != nil {
			t.Fatal(err)
		}
	}
	chunks = len(chunker.Chunks())
	calls = writeCalls(func() {
		if _, err := chunker.WriteTo(c.Conn); err != nil {
			t.Fatal(err)
		}
	})
	for range 10 {
		text, err := c.Dec.ReadString()
		expect(t, "SET", "OK", text, err)
	}
	return calls, chunks
}

// writeCalls returns how many writing system calls this thread makes in f, where
// the system tells.
func writeCalls(f func()) (n int) {
	count := func() (n int) {
		stat, _ := os.ReadFile("/proc/thread-self/io")
		_, text, _ := strings.Cut(string(stat), "syscw: ")
		fmt.Sscan(text, &n)
		return n
	}
	before := count()
	f()
	return count() - before
}

// Requests as typed into a terminal, and replies that come in single bytes.
func TestLiveInline(t *testing.T) {
	s := tests.StartServer(t)
	c := s.Connect(t, "unix")
	d := resp.NewDecoder(iotest.OneByteReader(c.Conn))
	for _, test := range []struct {
		request string
		want    []string
	}{
		{"PING\r\n", []string{"PONG"}},
		{"SELECT 2\n", []string{"OK"}},
		{"\r\n \t\n", nil},
		{`SET "a key" 'it\'s \n'` + "\n", []string{"OK"}},
		{`GET "a\x20key"` + "\r\n", []string{`it's \n`}},
		{"ECHO 床前明月光\nECHO \"\"\r\n*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\nPING\n", []string{"床前明月光", "", "\r\n", "PONG"}},
	} {
		if _, err := c.Conn.Write([]byte(test.request)); err != nil {
			t.Fatal(err)
		}
		for _, want := range test.want {
			got, err := d.ReadString()
			expect(t, test.request, want, got, err)
		}
	}
}

// Pushes between replies go to OnPush, in order, and no reply is taken for
// another's.
func TestLivePushesBetweenReplies(t *testing.T) {
	const messages = 500
	s := tests.StartServer(t)
	s.Need(t, "RESP3", 6)
	var got []string
	c := s.Connect(t, "unix", resp.OnPush(func(v *resp.Value) {
		if string(v.Elems[0].Bytes) == "message" {
			got = append(got, string(v.Elems[2].Bytes))
		}
	}))
	c.Do("HELLO", "3")
	c.Send("SUBSCRIBE", "channel")
	c.Do("PING")
	publisher := s.Connect(t, "unix")
	var want []string
	for i := range messages {
		message := fmt.Sprint("message\r\n", i)
		want = append(want, message)
		publisher.Send("PUBLISH", "channel", message)
	}
	published := make(chan struct{})
	go func() {
		defer close(published)
		for range messages {
			if n, err := publisher.Dec.ReadInt64(); n != 1 || err != nil {
				t.Errorf("PUBLISH: %d, %v", n, err)
			}
		}
	}()
	for i := range messages {
		text := fmt.Sprint("echo", i)
		c.Send("ECHO", text)
		reply, err := c.Dec.ReadString()
		expect(t, "ECHO", text, reply, err)
	}
	<-published
	c.Do("PING")
	expect(t, "messages", want, got, nil)

	// Without OnPush a typed read gives way to the push, and the reply is next.
	plain := s.Connect(t, "unix")
	plain.Do("HELLO", "3")
	plain.Do("SUBSCRIBE", "other channel")
	publisher.Do("PUBLISH", "other channel", "message")
	plain.Send("ECHO", "text")
	if _, err := plain.Dec.ReadString(); !cmp.Equal(err, error(&resp.KindError{Got: resp.Push, Want: resp.BulkString})) {
		t.Errorf("a push before the reply gave %v", err)
	}
	reply, err := plain.Dec.ReadString()
	expect(t, "ECHO", "text", reply, err)
}

// A read deadline in the middle of a reply loses nothing, whatever method reads.
func TestLiveDeadlines(t *testing.T) {
	s := tests.StartServer(t)
	c, other := s.Connect(t, "unix"), s.Connect(t, "unix")
	want := strings.Repeat("0123456789abcdef", 1<<16) // more than a socket's buffers hold
	c.Do("SET", "key", want)
	wire := string(resp.AppendBulkString(nil, want))
	var got strings.Builder
	for _, test := range []struct {
		name string
		read func(d *resp.Decoder) error
		want string
	}{
		{"Decode", func(d *resp.Decoder) error {
			var v resp.Value
			err := d.Decode(&v)
			got.Write(v.Bytes)
			return err
		}, want},
		{"ReadToken", func(d *resp.Decoder) error {
			token, err := d.ReadToken()
			got.Write(token.Bytes())
			return err
		}, want},
		{"ReadBytes", func(d *resp.Decoder) error {
			b, err := d.ReadBytes()
			got.Write(b)
			return err
		}, want},
		{"ReadRaw", func(d *resp.Decoder) error {
			b, err := d.ReadRaw()
			got.Write(b)
			return err
		}, wire},
		{"SkipValue", func(d *resp.Decoder) error { return d.SkipValue() }, ""},
		{"CopyValue", func(d *resp.Decoder) error {
			_, err := d.CopyValue(&got)
			return err
		}, wire},
		{"CopyBulk", func(d *resp.Decoder) error {
			_, err := d.CopyBulk(&got)
			return err
		}, want},
	} {
		timeouts := 0
		for round := 0; round < 10 && timeouts == 0; round++ {
			got.Reset()
			c.Send("GET", "key")
			c.Send("PING")
			if _, err := c.Dec.PeekKind(); err != nil { // the reply has begun
				t.Fatal(err)
			}
			other.Send("DEBUG", "SLEEP", "0.03")
			time.Sleep(5 * time.Millisecond)
			timeouts = readWithDeadlines(c, test.name, test.read)
			if got.String() != test.want {
				t.Errorf("%s after %d timeouts: %s", test.name, timeouts, tests.Difference([]byte(test.want), []byte(got.String())))
			}
			pong, err := c.Dec.ReadString()
			expect(t, "PING after "+test.name, "PONG", pong, err)
			if err := other.Dec.SkipValue(); err != nil {
				t.Fatal(err)
			}
		}
		if timeouts == 0 {
			t.Errorf("%s: the reply never stopped in the middle", test.name)
		}
	}
}

// A read deadline between replies loses nothing.
func TestLiveDeadlinesBetweenReplies(t *testing.T) {
	s := tests.StartServer(t)
	s.Need(t, "a timeout of less than a second", 6)
	if s.Is("keydb") {
		t.Skip("KeyDB answers what arrives together with a BLPOP that waits in vain only when more arrives")
	}
	c := s.Connect(t, "tcp")
	c.Send("PING")
	c.Send("BLPOP", "missing", "0.03")
	c.Send("PING")
	var text string
	readString := func(d *resp.Decoder) (err error) {
		text, err = d.ReadString()
		return err
	}
	readWithDeadlines(c, "PING", readString)
	expect(t, "PING", "PONG", text, nil)
	timeouts := readWithDeadlines(c, "BLPOP", func(d *resp.Decoder) error {
		v := resp.Value{}
		err := d.Decode(&v)
		if err == nil && !v.Null {
			t.Errorf("BLPOP gave %s", &v)
		}
		return err
	})
	if timeouts == 0 {
		t.Error("BLPOP was answered at once")
	}
	readWithDeadlines(c, "PING", readString)
	expect(t, "PING", "PONG", text, nil)
}

// mostTimeouts are more than a server that answers at all takes.
const mostTimeouts = 2000

// readWithDeadlines calls read until it does not time out, and returns how often
// it did.
func readWithDeadlines(c *tests.Client, name string, read func(*resp.Decoder) error) (timeouts int) {
	c.T.Helper()
	defer c.Conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for ; ; timeouts++ {
		c.Conn.SetReadDeadline(time.Now().Add(3 * time.Millisecond))
		err := read(c.Dec)
		if err == nil {
			return timeouts
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) || timeouts == mostTimeouts {
			c.T.Fatalf("%s after %d timeouts: %v", name, timeouts, err)
		}
	}
}

// A server's error is a *ReplyError with its prefix, and leaves the stream in
// step.
func TestLiveErrors(t *testing.T) {
	s := tests.StartServer(t)
	for _, protocol := range protocols(t, s) {
		c := s.Connect(t, "unix")
		c.Do("HELLO", protocol)
		c.Do("SET", "key", "value")
		for _, test := range []struct{ command, prefix string }{
			{"LPUSH key a", "WRONGTYPE"},
			{"NOSUCHCOMMAND", "ERR"},
			{"GET", "ERR"},
			{"EVALSHA 0000000000000000000000000000000000000000 0", "NOSCRIPT"},
			{`EVAL "return redis.error_reply('MYERR with words')" 0`, "MYERR"},
			{"AUTH nobody wrong", "WRONGPASS"},
			{"HELLO 9", "NOPROTO"},
			{"XGROUP CREATE missing group $", "ERR"},
			{"XREADGROUP GROUP g c STREAMS s >", "NOGROUP"},
			{"SCRIPT KILL", "NOTBUSY"},
			{`DEBUG ERROR "MOVED 3999 127.0.0.1:6381"`, "MOVED"},
		} {
			words := tests.Script(t, test.command)[0]
			if (words[0] == "AUTH" || words[0] == "HELLO") && !s.Since(6) {
				t.Logf("not sent: %s, which came with Redis 6", test.command)
				continue
			}
			for name, read := range map[string]func() error{
				"ReadBytes":    func() error { _, err := c.Dec.ReadBytes(); return err },
				"ReadInt64":    func() error { _, err := c.Dec.ReadInt64(); return err },
				"ReadArrayLen": func() error { _, err := c.Dec.ReadArrayLen(); return err },
				"CopyBulk":     func() error { _, err := c.Dec.CopyBulk(io.Discard); return err },
			} {
				c.Send(words...)
				c.Send("PING")
				err := read()
				var replyError *resp.ReplyError
				if !errors.As(err, &replyError) || replyError.Prefix() != test.prefix || !errors.Is(err, resp.ReplyPrefix(test.prefix)) {
					t.Errorf("%s in RESP%s: %s gave %v, want %s", test.command, protocol, name, err, test.prefix)
				}
				pong, err := c.Dec.ReadString()
				expect(t, "PING after "+test.command, "PONG", pong, err)
			}
		}
		v := c.Do("DEBUG", "ERROR", "MOVED 3999 127.0.0.1:6381")
		var replyError *resp.ReplyError
		errors.As(v.Err(), &replyError)
		if slot, addr, ok := replyError.Moved(); slot != 3999 || addr != "127.0.0.1:6381" || !ok {
			t.Errorf("Moved() = %d, %q, %v", slot, addr, ok)
		}
	}
}

// A value of 64 MiB goes there and back in constant memory.
func TestLiveHugeValueInConstantMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("64 MiB in short mode")
	}
	const size, allowed = 64 << 20, 1 << 20
	s := tests.StartServer(t)
	c := s.Connect(t, "unix")
	sent, received := crc32.NewIEEE(), crc32.NewIEEE()
	source := io.TeeReader(rand.NewChaCha8([32]byte{}), sent)
	used := tests.Allocated(func() {
		if err := errors.Join(c.Enc.WriteCommand("SET", resp.String("key"), resp.From(source, size)), c.Enc.Flush()); err != nil {
			t.Fatal(err)
		}
		text, err := c.Dec.ReadString()
		expect(t, "SET", "OK", text, err)
		c.Send("GET", "key")
		n, err := c.Dec.CopyBulk(received)
		expect(t, "bytes copied", size, n, err)
		expect(t, "checksum", sent.Sum32(), received.Sum32(), nil)
		c.Send("GET", "key")
		if err := c.Dec.SkipValue(); err != nil {
			t.Error(err)
		}
		c.Send("GET", "key")
		n, err = c.Dec.CopyValue(io.Discard)
		expect(t, "bytes copied", int64(len("$67108864\r\n")+size+len("\r\n")), n, err)
	})

	if used > allowed {
		t.Errorf("%d bytes were allocated on the way of %d, want at most %d", used, size, allowed)
	}
}

// requests are requests and whether the Decoder reads them as redis-server does.
// Where it refuses what the server takes or waits over, stricter says what the
// server does: where two readers disagree on where a request ends, one can be
// made to execute what the other never saw.
var requests = []struct{ wire, stricter string }{
	{"*1\r\n$4\r\nPING\r\n", ""},
	{"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", ""},
	{"*2\r\n$4\r\nECHO\r\n$6\r\na\r\nb\x00\xff\r\n", ""},
	{"*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n", ""},
	{"*2\r\n$4\r\nECHO\r\n$4\r\nPI", ""},
	{"*2\r\n$4\r\nECHO\r\n$40000\r\n" + strings.Repeat("A", 40000) + "\r\nPING\r\n", ""},

	// requests without arguments are passed over
	{"*0\r\n*1\r\n$4\r\nPING\r\n", ""},
	{"*-1\r\n*1\r\n$4\r\nPING\r\n", ""},
	{"*-10\r\n*1\r\n$4\r\nPING\r\n", ""},
	{"*-9223372036854775808\r\n*1\r\n$4\r\nPING\r\n", ""},
	{"\n*1\r\n$4\r\nPING\r\n", ""},
	{"\r\n\r\n*1\r\n$4\r\nPING\r\n", ""},
	{"   \r\n*1\r\n$4\r\nPING\r\n", ""},

	// counts
	{"*\r\n$4\r\nPING\r\n", ""},
	{"*-\r\n", ""},
	{"*x\r\n", ""},
	{"*1x\r\n", ""},
	{"* 1\r\n", ""},
	{"*+1\r\n$4\r\nPING\r\n", ""},
	{"*01\r\n$4\r\nPING\r\n", ""},
	{"*-0\r\n", ""},
	{"*-01\r\n", ""},
	{"*2147483648\r\n", ""},
	{"*9223372036854775808\r\n", ""},
	{"*-9223372036854775809\r\n", ""},
	{"*1048576\r\n", ""},
	{"*1048577\r\n", "the server takes more than 1,048,576 arguments since version 7"},

	// arguments
	{"*1\r\n:4\r\n", ""},
	{"*1\r\n+PING\r\n", ""},
	{"*1\r\n*1\r\n$4\r\nPING\r\n", ""},
	{"*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n", ""},
	{"*1\r\n\r\n", ""},
	{"*1\r\n$\r\n\r\n", ""},
	{"*1\r\n$-0\r\n\r\n", ""},
	{"*1\r\n$-1\r\n", ""},
	{"*1\r\n$+4\r\nPING\r\n", ""},
	{"*1\r\n$04\r\nPING\r\n", ""},
	{"*1\r\n$ 4\r\nPING\r\n", ""},
	{"*1\r\n$4 \r\nPING\r\n", ""},
	{"*1\r\n$four\r\nPING\r\n", ""},
	{"*1\r\n$?\r\n;4\r\nPING\r\n;0\r\n", ""},
	{"*1\r\n$536870912\r\n", ""},
	{"*1\r\n$536870913\r\n", ""},
	{"*1\r\n$9223372036854775808\r\n", ""},
	{"*1\r\n$4\r\nPING\r\n*1\r\n$x\r\n*1\r\n$4\r\nPING\r\n", ""},

	// line ends
	{"*1\rX$4\r\nPING\r\n", "the server skips the byte behind CR unseen"},
	{"*1\r\n$4\rXPING\r\n", "the server skips the byte behind CR unseen"},
	{"*1\r\n$4\r\nPINGXY", "the server skips the two bytes behind an argument unseen"},
	{"*1\r\n$4\r\nPING\n\r", "the server skips the two bytes behind an argument unseen"},
	{"*1\r\n$5\r\nPING\r\n*1\r\n", "the server skips the two bytes behind an argument unseen"},
	{"*1\n$4\nPING\n", "the server waits for a CR"},
	{"*\x001\r\n$4\r\nPING\r\n", "the server looks for a CR no further than the NUL"},

	// inline
	{"PING\r\n", ""},
	{"PING\n", ""},
	{"PING", ""},
	{"PING\r", ""},
	{"ping\nPING\r\n\nPING\n", ""},
	{"nosuch   a    b  \r\n", ""},
	{"nosuch\ta\t\tb\r\n", ""},
	{"nosuch a\vb\fc\r\n", ""},
	{"nosuch \v\fa\r\n", ""},
	{"nosuch a\rb\r\n", ""},
	{"nosuch a\r\r\n", ""},
	{`nosuch "a b" 'c d' "" ''` + "\r\n", ""},
	{`ECHO "\n\r\t\b\a\x00\xFf\"\\\q\xg1\x1"` + "\r\n", ""},
	{`ECHO 'a\'b\n\x41\\ '` + "\r\n", ""},
	{`ECHO mid"dle"` + "\r\n", ""},
	{`ECHO mid'd le'` + "\r\n", ""},
	{`ECHO a\nb` + "\r\n", ""},
	{"nosuch \"a\"\tb\r\n", ""},
	{"nosuch \"a\"\vb\r\n", ""},
	{"$5\r\nhallo\r\n", ""},
	{" *1\r\n", ""},
	{":1\r\n", ""},
	{"ECHO \xff\xfe\r\n", ""},
	{"ECHO \"open\r\nPING\r\n", ""},
	{"ECHO 'open\r\n", ""},
	{`ECHO "a"b` + "\r\n", ""},
	{`ECHO 'a'b` + "\r\n", ""},
	{`ECHO "a""b"` + "\r\n", ""},
	{`ECHO "a\` + "\r\n", ""},
	{`ECHO 'a\\'` + "\r\n", ""},
	{"PING\x00\r\n", "the server looks for LF no further than the NUL"},
	{"ECHO " + strings.Repeat("A", 60000) + "\r\n", ""},
	{"ECHO " + strings.Repeat("A", 1<<16) + "\r\n", "the server takes a longer line when its end arrives with it"},
	{strings.Repeat("A", 1<<16+1), ""},
}

// others are servers that answer a request not as redis-server 7 and later do, with
// the reason and the answer.
var others = []struct {
	program string
	since   []int // version
	reason  string
	answers map[string]string // to requests
}{
	{"redis", []int{0}, "refuses more than 1,048,576 arguments before version 7", map[string]string{
		"*1048577\r\n": "-ERR Protocol error: invalid multibulk length\r\n",
	}},
	{"keydb", []int{0}, "refuses more than 1,048,576 arguments", map[string]string{
		"*1048577\r\n": "-ERR Protocol error: invalid multibulk length\r\n",
	}},
	{"keydb", []int{0}, "reads all that has arrived before it runs any of it", map[string]string{
		"*1\r\n$4\r\nPING\r\n*1\r\n$x\r\n*1\r\n$4\r\nPING\r\n": "-ERR Protocol error: invalid bulk length\r\n",
	}},
	{"valkey", []int{8, 0}, "takes what follows a blank line for inline requests", map[string]string{
		"   \r\n*1\r\n$4\r\nPING\r\n": "-ERR unknown command '*1', with args beginning with: \r\n-ERR unknown command '$4', with args beginning with: \r\n+PONG\r\n",
	}},
	{"valkey", []int{8, 1}, "looks for a CR behind a NUL too", map[string]string{
		"*\x001\r\n$4\r\nPING\r\n": "-ERR Protocol error: invalid multibulk length\r\n",
	}},
	{"valkey", []int{8, 1}, "drops the byte FF from an inline request", map[string]string{
		"ECHO \xff\xfe\r\n": "$1\r\n\xfe\r\n",
	}},
	{"valkey", []int{9}, "takes white space other than blanks and tabs into an argument", map[string]string{
		"nosuch \"a\"\vb\r\n": "-ERR unknown command 'nosuch', with args beginning with: 'a\vb' \r\n",
	}},
	{"valkey", []int{9}, "goes on with the argument behind a closing quote", map[string]string{
		`ECHO "a"b` + "\r\n":   "$2\r\nab\r\n",
		`ECHO 'a'b` + "\r\n":   "$2\r\nab\r\n",
		`ECHO "a""b"` + "\r\n": "$2\r\nab\r\n",
		`ECHO 'a\\'` + "\r\n":  "$3\r\na\\\\\r\n",
	}},
	{"valkey", []int{9}, "checks every line end", map[string]string{
		"*1\rX$4\r\nPING\r\n":        "-ERR Protocol error: invalid CRLF in request\r\n",
		"*1\r\n$4\rXPING\r\n":        "-ERR Protocol error: invalid CRLF in request\r\n",
		"*1\r\n$4\r\nPINGXY":         "-ERR Protocol error: invalid CRLF in request\r\n",
		"*1\r\n$4\r\nPING\n\r":       "-ERR Protocol error: invalid CRLF in request\r\n",
		"*1\r\n$5\r\nPING\r\n*1\r\n": "-ERR Protocol error: invalid CRLF in request\r\n",
	}},
}

// readsOtherwise reports whether the server is known to give this answer to the
// request, and why.
func readsOtherwise(s tests.Server, wire string, answer []byte) (reason string, ok bool) {
	for _, other := range others {
		known, ok := other.answers[wire]
		if ok && s.Is(other.program, other.since...) && known == string(answer) {
			return other.reason, true
		}
	}
	return "", false
}

// The Decoder takes a request apart as redis-server does: the server answers the
// commands it found as it answers the request itself, and what the Decoder
// refuses it refuses with the very same words.
func TestLiveRequestsAreReadAsTheServerReadsThem(t *testing.T) {
	s := tests.StartServer(t)
	for _, test := range requests {
		want := answerOf(t, s, []byte(test.wire))
		found, err := recode(t, test.wire)
		got := answerOf(t, s, found)
		got = append(got, tests.ReplyTo(err)...)
		if reason, ok := readsOtherwise(s, test.wire, want); ok {
			t.Logf("%.100q: %s answers %.200q, because it %s", test.wire, s, want, reason)
			continue
		}
		switch same := bytes.Equal(want, got); {
		case test.stricter == "" && !same:
			t.Errorf("%.100q: the server answers %.200q, to what was found in it (%v) %.200q", test.wire, want, err, got)
		case test.stricter != "" && same:
			t.Errorf("%.100q: no stricter than the server, which answers %.200q", test.wire, want)
		case test.stricter != "" && err == nil:
			t.Errorf("%.100q: accepted, though the server answers %.200q", test.wire, want)
		}
	}
}

// ReplyText is what the server says, byte for byte, before it closes the connection.
func TestLiveReplyText(t *testing.T) {
	s := tests.StartServer(t)
	long := strings.Repeat("x", 100_000)
	ones := strings.Repeat("1", 100_000)
	wires := []string{
		"*x\r\n", "*2147483648\r\n", "*1\r\n$x\r\n", "*1\r\n$536870913\r\n", "\"open\r\n",
		long, "'" + long, "*" + long, "*" + ones, "*-" + ones, "*1\r\n$" + long, "*1\r\n$" + ones, "*1\r\n$-" + ones,
	}
	for c := range 256 {
		if c != '$' && c != 0 { // with a NUL the server waits
			wires = append(wires, "*1\r\n"+string([]byte{byte(c)})+"\r\n")
		}
	}
	for _, wire := range wires {
		_, err := recode(t, wire)
		var refused interface{ ReplyText() string }
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v, want a fault", tests.Short(wire), err)
		} else if want, got := string(answerOf(t, s, []byte(wire))), "-ERR "+refused.ReplyText()+"\r\n"; got != want {
			t.Errorf("%s: ReplyText makes %q, the server answers %q", tests.Short(wire), got, want)
		}
	}
}

// UnauthenticatedLimits are those of a server that waits for a password.
func TestLiveUnauthenticatedLimits(t *testing.T) {
	s := tests.StartServer(t)
	s.Connect(t, "unix").Do("CONFIG", "SET", "requirepass", "sesame")
	for wire, refused := range map[string]bool{
		"*10\r\n$4\r\nECHO\r\n" + strings.Repeat("$1\r\nx\r\n", 9):             false,
		"*11\r\n$4\r\nECHO\r\n" + strings.Repeat("$1\r\nx\r\n", 10):            true,
		"*2\r\n$4\r\nECHO\r\n$16384\r\n" + strings.Repeat("A", 16384) + "\r\n": false,
		"*2\r\n$4\r\nECHO\r\n$16385\r\n" + strings.Repeat("A", 16385) + "\r\n": true,
	} {
		answer := answerOf(t, s, []byte(wire))
		if bytes.Contains(answer, []byte("Protocol error")) != refused {
			t.Errorf("%.100q: the server answers %.200q", wire, answer)
		}
		_, err := recode(t, wire, resp.UnauthenticatedLimits())
		if limitError := (*resp.LimitError)(nil); errors.As(err, &limitError) != refused {
			t.Errorf("%.100q: %v, the server answers %.200q", wire, err, answer)
		} else if refused && !bytes.Equal(tests.ReplyTo(err), answer) {
			t.Errorf("%.100q: %q, the server answers %.200q", wire, tests.ReplyTo(err), answer)
		}
	}
}

// recode returns the commands in a wire in their plainest form, and the error
// behind them if they are followed by any.
func recode(t *testing.T, wire string, opts ...resp.Option) (plain []byte, err error) {
	for command, err := range resp.NewDecoder(strings.NewReader(wire), opts...).Commands() {
		if err != nil {
			return plain, err
		}
		plain = resp.AppendArgs(plain, command.Args...)
	}
	return plain, nil
}

// answerOf returns all that the server says to a wire.
func answerOf(t *testing.T, s tests.Server, wire []byte) []byte {
	t.Helper()
	c := s.Connect(t, "unix")
	defer c.Conn.Close()
	if _, err := c.Conn.Write(wire); err != nil {
		t.Fatal(err)
	}
	c.Conn.(*net.UnixConn).CloseWrite()
	answer, err := io.ReadAll(c.Conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%.100q: no end of the answer %.200q", wire, answer)
	}
	return answer
}
