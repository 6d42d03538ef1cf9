package resp_test

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
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

var takeCaptures = flag.Bool("capture", false, "take the captures in testdata/captures anew")

// server is a private redis-server that ends with the test.
type server struct {
	tcp    string // loopback address
	socket string // path of its unix socket
}

// startServer runs redis-server, as tests.StartServer does.
func startServer(t *testing.T, more ...string) server {
	t.Helper()
	s := tests.StartServer(t, more...)
	return server{s.TCP, s.Socket}
}

// client is a connection with an Encoder and a Decoder.
type client struct {
	t    testing.TB
	conn net.Conn
	enc  *resp.Encoder
	dec  *resp.Decoder
}

// connect connects to the server; network is tcp or unix.
func (s server) connect(t testing.TB, network string, opts ...resp.Option) *client {
	t.Helper()
	addr := s.tcp
	if network == "unix" {
		addr = s.socket
	}
	conn, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{t, conn, resp.NewEncoder(conn, opts...), resp.NewDecoder(conn, opts...)}
}

// send sends a command.
func (c *client) send(words ...string) {
	c.t.Helper()
	args := make([][]byte, len(words))
	for i, word := range words {
		args[i] = []byte(word)
	}
	if err := c.enc.WriteArgs(args...); err != nil {
		c.t.Fatalf("%.200q: %v", words, err)
	}
	if err := c.enc.Flush(); err != nil {
		c.t.Fatalf("%.200q: %v", words, err)
	}
}

// do sends a command and returns the reply.
func (c *client) do(words ...string) resp.Value {
	c.t.Helper()
	c.send(words...)
	var v resp.Value
	if err := c.dec.Decode(&v); err != nil {
		c.t.Fatalf("%.200q: %v", words, err)
	}
	return v.Clone()
}

// TestCapture takes the captures anew, each from a server of its own.
func TestCapture(t *testing.T) {
	if !*takeCaptures {
		t.Skip("run with -capture to take the captures anew")
	}
	for i := range captures {
		c := &captures[i]
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t)
			s.run(t, c.setup)
			c.save(t, ".req", c.request(t))
			for _, protocol := range c.protocols() {
				c.save(t, fmt.Sprint(".resp", protocol), c.take(t, s, protocol))
			}
		})
	}
}

func (c *capture) save(t *testing.T, extension string, wire []byte) {
	t.Helper()
	if err := os.WriteFile(c.file(extension), wire, 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a script over connections of its own, which stay open.
func (s server) run(t *testing.T, script string) {
	t.Helper()
	clients := make(map[string]*client)
	for _, words := range commands(t, script) {
		network := "tcp"
		if word, ok := strings.CutPrefix(words[0], "unix:"); ok {
			network, words[0] = "unix", word
		}
		if clients[network] == nil {
			clients[network] = s.connect(t, network)
		}
		if v := clients[network].do(words...); v.Err() != nil {
			t.Fatalf("%q: %v", words, v.Err())
		}
	}
}

// endOfCapture is the text of a last PING, after which there is nothing to come.
const endOfCapture = "end of capture"

// take returns the bytes of the server in the conversation that c describes.
func (c *capture) take(t *testing.T, s server, protocol int) []byte {
	t.Helper()
	main := s.connect(t, "tcp")
	if protocol == 3 {
		main.do("HELLO", "3")
	}
	others := c.others
	if strings.Contains(others, "{id}") {
		id := main.do("CLIENT", "ID")
		others = strings.ReplaceAll(others, "{id}", fmt.Sprint(id.Int))
	}
	if _, err := main.conn.Write(c.request(t)); err != nil {
		t.Fatal(err)
	}
	if c.closes {
		wire, err := io.ReadAll(main.conn)
		if err != nil {
			t.Fatalf("after %.200q: %v", wire, err)
		}
		return wire
	}
	wire := make([]byte, 16<<20)
	n := 0
	more := func() {
		m, err := main.conn.Read(wire[n:])
		if n += m; err != nil {
			t.Fatalf("after %.200q: %v", wire[:n], err)
		}
	}
	if others != "" {
		// The script arrives in one piece: when the server answers anything, it
		// has run all of it.
		more()
		s.run(t, others)
	}
	main.send("PING", endOfCapture)
	end := resp.AppendBulkString(nil, endOfCapture)
	for {
		more()
		if before, _, ok := bytes.Cut(wire[:n], end); ok {
			return bytes.TrimSuffix(before, []byte("*2\r\n$4\r\npong\r\n")) // so to a RESP2 subscriber
		}
	}
}

// A pipeline is answered in order, over every network and in both protocols.
func TestLivePipeline(t *testing.T) {
	const rounds = 2000
	s := startServer(t)
	for _, network := range []string{"tcp", "unix"} {
		for _, protocol := range []string{"2", "3"} {
			t.Run(network+" RESP"+protocol, func(t *testing.T) {
				c := s.connect(t, network)
				c.do("HELLO", protocol)
				c.do("FLUSHALL")
				for i := range rounds {
					value := strings.Repeat("\x00\r\n诗", i%50)
					err := errors.Join(
						c.enc.WriteCommand("INCRBY", resp.String("counter"), resp.Int(2)),
						c.enc.WriteCommand("HSET", resp.String("hash"), resp.String("field"), resp.String(value)),
						c.enc.WriteCommand("HGETALL", resp.String("hash")),
						c.enc.WriteCommand("GET", resp.String("missing")),
						c.enc.WriteCommand("CONFIG GET", resp.String("maxmemory")),
						c.enc.WriteCommand("ZINCRBY", resp.String("zset"), resp.Float(0.5), resp.String("member")),
					)
					if err != nil {
						t.Fatal(err)
					}
				}
				if err := c.enc.Flush(); err != nil {
					t.Fatal(err)
				}
				for i := range rounds {
					value := strings.Repeat("\x00\r\n诗", i%50)
					n, err := c.dec.ReadInt64()
					expect(t, "INCRBY", int64(2*i+2), n, err)
					n, err = c.dec.ReadInt64()
					expect(t, "HSET", int64(1-min(i, 1)), n, err)
					pairs, err := c.dec.ReadMapLen()
					expect(t, "HGETALL", 1, pairs, err)
					text, err := c.dec.ReadString()
					expect(t, "HGETALL's field", "field", text, err)
					text, err = c.dec.ReadString()
					expect(t, "HGETALL's value", value, text, err)
					b, err := c.dec.ReadBytes()
					if b != nil || err != resp.ErrNull {
						t.Errorf("GET missing: %q and %v, want %v", b, err, resp.ErrNull)
					}
					pairs, err = c.dec.ReadMapLen()
					expect(t, "CONFIG GET", 1, pairs, err)
					expect(t, "CONFIG GET's depth", 1, c.dec.Depth(), nil)
					err = errors.Join(c.dec.SkipValue(), c.dec.SkipValue())
					expect(t, "CONFIG GET's end", 0, c.dec.Depth(), err)
					f, err := c.dec.ReadFloat64()
					expect(t, "ZINCRBY", 0.5*float64(i+1), f, err)
				}
				if rest := c.dec.Buffered(); len(rest) > 0 {
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
	s := startServer(t)
	c := s.connect(t, "tcp")
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
	if n, err := chunker.WriteTo(c.conn); err != nil || n != int64(want) {
		t.Fatalf("WriteTo = %d, %v, want %d bytes", n, err, want)
	}
	for range values {
		text, err := c.dec.ReadString()
		expect(t, "SET", "OK", text, err)
	}
	for key, value := range values {
		c.send("GET", key)
		got, err := c.dec.ReadBytes()
		if err != nil || string(got) != value {
			t.Errorf("GET %s: %v, %s", key, err, difference([]byte(value), got))
		}
	}
}

// A pipeline of many chunks leaves in one system call.
func TestLiveChunkerWritesOnce(t *testing.T) {
	s := startServer(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, network := range []string{"tcp", "unix"} {
		c := s.connect(t, network)
		if n := writeCalls(func() { c.do("PING") }); n != 1 {
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
func writePipeline(t *testing.T, c *client) (calls, chunks int) {
	t.Helper()
	var chunker resp.Chunker
	for range 10 {
		if err := chunker.AddCommand("SET", resp.String("key"), resp.String(strings.Repeat("x", 6001))); err != nil {
			t.Fatal(err)
		}
	}
	chunks = len(chunker.Chunks())
	calls = writeCalls(func() {
		if _, err := chunker.WriteTo(c.conn); err != nil {
			t.Fatal(err)
		}
	})
	for range 10 {
		text, err := c.dec.ReadString()
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
	s := startServer(t)
	c := s.connect(t, "unix")
	d := resp.NewDecoder(iotest.OneByteReader(c.conn))
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
		if _, err := c.conn.Write([]byte(test.request)); err != nil {
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
	s := startServer(t)
	var got []string
	c := s.connect(t, "unix", resp.OnPush(func(v *resp.Value) {
		if string(v.Elems[0].Bytes) == "message" {
			got = append(got, string(v.Elems[2].Bytes))
		}
	}))
	c.do("HELLO", "3")
	c.send("SUBSCRIBE", "channel")
	c.do("PING")
	publisher := s.connect(t, "unix")
	var want []string
	for i := range messages {
		message := fmt.Sprint("message\r\n", i)
		want = append(want, message)
		publisher.send("PUBLISH", "channel", message)
	}
	published := make(chan struct{})
	go func() {
		defer close(published)
		for range messages {
			if n, err := publisher.dec.ReadInt64(); n != 1 || err != nil {
				t.Errorf("PUBLISH: %d, %v", n, err)
			}
		}
	}()
	for i := range messages {
		text := fmt.Sprint("echo", i)
		c.send("ECHO", text)
		reply, err := c.dec.ReadString()
		expect(t, "ECHO", text, reply, err)
	}
	<-published
	c.do("PING")
	expect(t, "messages", want, got, nil)

	// Without OnPush a typed read gives way to the push, and the reply is next.
	plain := s.connect(t, "unix")
	plain.do("HELLO", "3")
	plain.send("DEBUG", "PROTOCOL", "push")
	if _, err := plain.dec.ReadString(); !cmp.Equal(err, error(&resp.KindError{Got: resp.Push, Want: resp.BulkString})) {
		t.Errorf("a push before the reply gave %v", err)
	}
	reply, err := plain.dec.ReadString()
	expect(t, "DEBUG PROTOCOL push", "Some real reply following the push reply", reply, err)
}

// A read deadline in the middle of a reply loses nothing, whatever method reads.
func TestLiveDeadlines(t *testing.T) {
	s := startServer(t)
	c, other := s.connect(t, "unix"), s.connect(t, "unix")
	want := strings.Repeat("0123456789abcdef", 1<<16) // more than a socket's buffers hold
	c.do("SET", "key", want)
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
			c.send("GET", "key")
			c.send("PING")
			if _, err := c.dec.PeekKind(); err != nil { // the reply has begun
				t.Fatal(err)
			}
			other.send("DEBUG", "SLEEP", "0.03")
			time.Sleep(5 * time.Millisecond)
			timeouts = c.readWithDeadlines(test.name, test.read)
			if got.String() != test.want {
				t.Errorf("%s after %d timeouts: %s", test.name, timeouts, difference([]byte(test.want), []byte(got.String())))
			}
			pong, err := c.dec.ReadString()
			expect(t, "PING after "+test.name, "PONG", pong, err)
			if err := other.dec.SkipValue(); err != nil {
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
	s := startServer(t)
	c := s.connect(t, "tcp")
	c.send("PING")
	c.send("BLPOP", "missing", "0.03")
	c.send("PING")
	var text string
	readString := func(d *resp.Decoder) (err error) {
		text, err = d.ReadString()
		return err
	}
	c.readWithDeadlines("PING", readString)
	expect(t, "PING", "PONG", text, nil)
	timeouts := c.readWithDeadlines("BLPOP", func(d *resp.Decoder) error {
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
	c.readWithDeadlines("PING", readString)
	expect(t, "PING", "PONG", text, nil)
}

// readWithDeadlines calls read until it does not time out, and returns how often
// it did.
func (c *client) readWithDeadlines(name string, read func(*resp.Decoder) error) (timeouts int) {
	c.t.Helper()
	defer c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for ; ; timeouts++ {
		c.conn.SetReadDeadline(time.Now().Add(3 * time.Millisecond))
		err := read(c.dec)
		if err == nil {
			return timeouts
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			c.t.Fatalf("%s after %d timeouts: %v", name, timeouts, err)
		}
	}
}

// A server's error is a *ReplyError with its prefix, and leaves the stream in
// step.
func TestLiveErrors(t *testing.T) {
	s := startServer(t)
	for _, protocol := range []string{"2", "3"} {
		c := s.connect(t, "unix")
		c.do("HELLO", protocol)
		c.do("SET", "key", "value")
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
			words := commands(t, test.command)[0]
			for name, read := range map[string]func() error{
				"ReadBytes":    func() error { _, err := c.dec.ReadBytes(); return err },
				"ReadInt64":    func() error { _, err := c.dec.ReadInt64(); return err },
				"ReadArrayLen": func() error { _, err := c.dec.ReadArrayLen(); return err },
				"CopyBulk":     func() error { _, err := c.dec.CopyBulk(io.Discard); return err },
			} {
				c.send(words...)
				c.send("PING")
				err := read()
				var replyError *resp.ReplyError
				if !errors.As(err, &replyError) || replyError.Prefix() != test.prefix || !errors.Is(err, resp.ReplyPrefix(test.prefix)) {
					t.Errorf("%s in RESP%s: %s gave %v, want %s", test.command, protocol, name, err, test.prefix)
				}
				pong, err := c.dec.ReadString()
				expect(t, "PING after "+test.command, "PONG", pong, err)
			}
		}
		v := c.do("DEBUG", "ERROR", "MOVED 3999 127.0.0.1:6381")
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
	s := startServer(t)
	c := s.connect(t, "unix")
	sent, received := crc32.NewIEEE(), crc32.NewIEEE()
	source := io.TeeReader(rand.NewChaCha8([32]byte{}), sent)
	used := allocated(func() {
		if err := errors.Join(c.enc.WriteCommand("SET", resp.String("key"), resp.From(source, size)), c.enc.Flush()); err != nil {
			t.Fatal(err)
		}
		text, err := c.dec.ReadString()
		expect(t, "SET", "OK", text, err)
		c.send("GET", "key")
		n, err := c.dec.CopyBulk(received)
		expect(t, "bytes copied", size, n, err)
		expect(t, "checksum", sent.Sum32(), received.Sum32(), nil)
		c.send("GET", "key")
		if err := c.dec.SkipValue(); err != nil {
			t.Error(err)
		}
		c.send("GET", "key")
		n, err = c.dec.CopyValue(io.Discard)
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
	{"*1048577\r\n", "older servers refuse more than 1,048,576 arguments too"},

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

// The Decoder takes a request apart as redis-server does: the server answers the
// commands it found as it answers the request itself, and what the Decoder
// refuses it refuses with the very same words.
func TestLiveRequestsAreReadAsTheServerReadsThem(t *testing.T) {
	s := startServer(t)
	for _, test := range requests {
		want := s.answer(t, []byte(test.wire))
		found, err := recode(t, test.wire)
		got := s.answer(t, found)
		got = append(got, replyTo(err)...)
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
	s := startServer(t)
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
			t.Errorf("%s: %v, want a fault", shortWire(wire), err)
		} else if want, got := string(s.answer(t, []byte(wire))), "-ERR "+refused.ReplyText()+"\r\n"; got != want {
			t.Errorf("%s: ReplyText makes %q, the server answers %q", shortWire(wire), got, want)
		}
	}
}

// UnauthenticatedLimits are those of a server that waits for a password.
func TestLiveUnauthenticatedLimits(t *testing.T) {
	s := startServer(t)
	s.connect(t, "unix").do("CONFIG", "SET", "requirepass", "sesame")
	for wire, refused := range map[string]bool{
		"*10\r\n$4\r\nECHO\r\n" + strings.Repeat("$1\r\nx\r\n", 9):             false,
		"*11\r\n$4\r\nECHO\r\n" + strings.Repeat("$1\r\nx\r\n", 10):            true,
		"*2\r\n$4\r\nECHO\r\n$16384\r\n" + strings.Repeat("A", 16384) + "\r\n": false,
		"*2\r\n$4\r\nECHO\r\n$16385\r\n" + strings.Repeat("A", 16385) + "\r\n": true,
	} {
		answer := s.answer(t, []byte(wire))
		if bytes.Contains(answer, []byte("Protocol error")) != refused {
			t.Errorf("%.100q: the server answers %.200q", wire, answer)
		}
		_, err := recode(t, wire, resp.UnauthenticatedLimits())
		if limitError := (*resp.LimitError)(nil); errors.As(err, &limitError) != refused {
			t.Errorf("%.100q: %v, the server answers %.200q", wire, err, answer)
		} else if refused && !bytes.Equal(replyTo(err), answer) {
			t.Errorf("%.100q: %q, the server answers %.200q", wire, replyTo(err), answer)
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

// replyTo is what a server says to a request that is refused: nothing when it
// is only incomplete.
func replyTo(err error) []byte {
	var refused interface{ ReplyText() string }
	if errors.As(err, &refused) {
		return resp.AppendSimpleError(nil, "ERR "+refused.ReplyText())
	}
	return nil
}

// answer returns all that the server says to a wire.
func (s server) answer(t *testing.T, wire []byte) []byte {
	t.Helper()
	c := s.connect(t, "unix")
	defer c.conn.Close()
	if _, err := c.conn.Write(wire); err != nil {
		t.Fatal(err)
	}
	c.conn.(*net.UnixConn).CloseWrite()
	answer, err := io.ReadAll(c.conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%.100q: no end of the answer %.200q", wire, answer)
	}
	return answer
}
