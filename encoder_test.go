package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/resptest"
)

const largePayload = 6001 // the least that is not copied

// script is a number of calls of an Encoder.
type script []func(e *resp.Encoder) error

// run makes the calls and returns the first error.
func (s script) run(e *resp.Encoder) error {
	for _, call := range s {
		if err := call(e); err != nil {
			return err
		}
	}
	return nil
}

// Calls for scripts.
func array(n int) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error { return e.WriteArray(n) }
}
func mapOf(n int) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error { return e.WriteMap(n) }
}
func attribute(n int) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error { return e.WriteAttribute(n) }
}
func streamOf(k resp.Kind) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error { return e.WriteStreamed(k) }
}
func streamedString(e *resp.Encoder) error { return e.WriteStreamedString() }
func chunk(s string) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error { return e.WriteChunk([]byte(s)) }
}
func lastChunk(e *resp.Encoder) error { return e.WriteLastChunk() }
func end(e *resp.Encoder) error       { return e.WriteEnd() }
func number(n int64) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error { return e.WriteInteger(n) }
}
func bulkOf(s string) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error { return e.WriteBulkString(s) }
}
func bulkFrom(r io.Reader, n int64) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error { return e.WriteBulkFrom(r, n) }
}
func commandOf(name string, args ...resp.Arg) func(*resp.Encoder) error {
	return func(e *resp.Encoder) error { return e.WriteCommand(name, args...) }
}

// encoderWrites holds calls, what they write, and what they write for RESP2. The list
// of methods has every method.
var encoderWrites = []struct {
	name         string
	calls        script
	resp3, resp2 string // resp2 is "error" where it is one
}{
	{"simple string", script{func(e *resp.Encoder) error { return e.WriteSimpleString("OK") }}, "+OK\r\n", "+OK\r\n"},
	{"simple error", script{func(e *resp.Encoder) error { return e.WriteSimpleError("ERR x") }}, "-ERR x\r\n", "-ERR x\r\n"},
	{"integer", script{number(-12345)}, ":-12345\r\n", ":-12345\r\n"},
	{"bulk string", script{bulkOf("a\r\n")}, "$3\r\na\r\n\r\n", "$3\r\na\r\n\r\n"},
	{"bulk bytes", script{func(e *resp.Encoder) error { return e.WriteBulkBytes([]byte{0, 255}) }}, "$2\r\n\x00\xff\r\n", "$2\r\n\x00\xff\r\n"},
	{"nil bulk bytes", script{func(e *resp.Encoder) error { return e.WriteBulkBytes(nil) }}, "$0\r\n\r\n", "$0\r\n\r\n"},
	{"bulk from a reader", script{bulkFrom(strings.NewReader("hello"), 5)}, "$5\r\nhello\r\n", ""},
	{"null bulk string", script{func(e *resp.Encoder) error { return e.WriteNullBulkString() }}, "$-1\r\n", "$-1\r\n"},
	{"null array", script{func(e *resp.Encoder) error { return e.WriteNullArray() }}, "*-1\r\n", "*-1\r\n"},
	{"null", script{func(e *resp.Encoder) error { return e.WriteNull() }}, "_\r\n", "$-1\r\n"},
	{"true", script{func(e *resp.Encoder) error { return e.WriteBoolean(true) }}, "#t\r\n", ":1\r\n"},
	{"false", script{func(e *resp.Encoder) error { return e.WriteBoolean(false) }}, "#f\r\n", ":0\r\n"},
	{"double", script{func(e *resp.Encoder) error { return e.WriteDouble(-0.5) }}, ",-0.5\r\n", "$4\r\n-0.5\r\n"},
	{"inf", script{func(e *resp.Encoder) error { return e.WriteDouble(math.Inf(1)) }}, ",inf\r\n", "$3\r\ninf\r\n"},
	{"big number", script{func(e *resp.Encoder) error { return e.WriteBigNumber(bigNumber("12345678901234567890")) }},
		"(12345678901234567890\r\n", "$20\r\n12345678901234567890\r\n"},
	{"small big number", script{func(e *resp.Encoder) error { return e.WriteBigNumber(bigNumber("-5")) }}, "(-5\r\n", "$2\r\n-5\r\n"},
	{"nil big number", script{func(e *resp.Encoder) error { return e.WriteBigNumber(nil) }}, "_\r\n", "$-1\r\n"},
	{"bulk error", script{func(e *resp.Encoder) error { return e.WriteBulkError("ERR\r\nx") }}, "!6\r\nERR\r\nx\r\n", "-ERR  x\r\n"},
	{"verbatim string", script{func(e *resp.Encoder) error { return e.WriteVerbatimString("txt", "a") }}, "=5\r\ntxt:a\r\n", "$1\r\na\r\n"},
	{"array", script{array(2), number(1), array(0)}, "*2\r\n:1\r\n*0\r\n", "*2\r\n:1\r\n*0\r\n"},
	{"map", script{mapOf(1), number(1), number(2)}, "%1\r\n:1\r\n:2\r\n", "*2\r\n:1\r\n:2\r\n"},
	{"set", script{func(e *resp.Encoder) error { return e.WriteSet(1) }, number(1)}, "~1\r\n:1\r\n", "*1\r\n:1\r\n"},
	{"push", script{func(e *resp.Encoder) error { return e.WritePush(1) }, number(1)}, ">1\r\n:1\r\n", "*1\r\n:1\r\n"},
	{"attribute", script{attribute(1), number(1), array(1), number(2), number(3)}, "|1\r\n:1\r\n*1\r\n:2\r\n:3\r\n", ":3\r\n"},
	{"attributes everywhere", script{
		array(2), attribute(0), attribute(1), attribute(1), number(1), number(2), number(3), mapOf(1), number(4), number(5), number(6),
		attribute(1), number(7), attribute(0), number(8), mapOf(0), number(9),
	}, "*2\r\n|0\r\n|1\r\n|1\r\n:1\r\n:2\r\n:3\r\n%1\r\n:4\r\n:5\r\n:6\r\n|1\r\n:7\r\n|0\r\n:8\r\n%0\r\n:9\r\n", "*2\r\n:6\r\n*0\r\n:9\r\n"},
	{"attribute with large and read content", script{
		attribute(2), bulkOf(strings.Repeat("x", largePayload)), bulkFrom(strings.NewReader("a"), 1),
		commandOf("SET", resp.String(strings.Repeat("y", largePayload))), number(1), bulkOf("v"),
	}, "|2\r\n$6001\r\n" + strings.Repeat("x", largePayload) + "\r\n$1\r\na\r\n*2\r\n$3\r\nSET\r\n$6001\r\n" +
		strings.Repeat("y", largePayload) + "\r\n:1\r\n$1\r\nv\r\n", "$1\r\nv\r\n"},
	{"streamed string", script{streamedString, chunk("Hell"), chunk(""), chunk("o"), lastChunk, number(1)}, "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n:1\r\n", "error"},
	{"large chunk", script{streamedString, chunk(strings.Repeat("x", largePayload)), lastChunk},
		"$?\r\n;6001\r\n" + strings.Repeat("x", largePayload) + "\r\n;0\r\n", "error"},
	{"streamed array", script{streamOf(resp.Array), number(1), array(1), number(2), end}, "*?\r\n:1\r\n*1\r\n:2\r\n.\r\n", "error"},
	{"streamed set", script{streamOf(resp.Set), streamedString, lastChunk, end}, "~?\r\n$?\r\n;0\r\n.\r\n", "error"},
	{"streamed map", script{streamOf(resp.Map), number(1), streamOf(resp.Map), end, end}, "%?\r\n:1\r\n%?\r\n.\r\n.\r\n", "error"},
	{"command", script{commandOf("CONFIG GET", resp.String("x"), resp.Int(-1), resp.Float(1e-7), resp.Arg{})},
		"*6\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\nx\r\n$2\r\n-1\r\n$4\r\n1e-7\r\n$0\r\n\r\n", "*6\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\nx\r\n$2\r\n-1\r\n$4\r\n1e-7\r\n$0\r\n\r\n"},
	{"command as an element", script{array(1), commandOf("PING"), number(1)}, "*1\r\n*1\r\n$4\r\nPING\r\n:1\r\n", "*1\r\n*1\r\n$4\r\nPING\r\n:1\r\n"},
	{"args", script{func(e *resp.Encoder) error { return e.WriteArgs([]byte("CONFIG GET"), nil) }}, "*2\r\n$10\r\nCONFIG GET\r\n$0\r\n\r\n", "*2\r\n$10\r\nCONFIG GET\r\n$0\r\n\r\n"},
	{"large simple string", script{func(e *resp.Encoder) error { return e.WriteSimpleString(strings.Repeat("x", largePayload)) }},
		"+" + strings.Repeat("x", largePayload) + "\r\n", "+" + strings.Repeat("x", largePayload) + "\r\n"},
	{"large verbatim string", script{func(e *resp.Encoder) error { return e.WriteVerbatimString("mkd", strings.Repeat("x", largePayload)) }},
		"=6005\r\nmkd:" + strings.Repeat("x", largePayload) + "\r\n", "$6001\r\n" + strings.Repeat("x", largePayload) + "\r\n"},
}

func TestEncoder(t *testing.T) {
	for _, test := range encoderWrites {
		for protocol, want := range map[int]string{3: test.resp3, 2: test.resp2} {
			if want == "" {
				continue // its reader has been read
			}
			for _, size := range []int{64, 16 << 10} {
				var written bytes.Buffer
				e := resp.NewEncoder(&written, resp.Protocol(protocol), resp.BufferSize(size))
				err := test.calls.run(e)
				if want == "error" {
					if !errors.As(err, new(*resp.EncodeError)) || written.Len()+e.Buffered() > 0 {
						t.Errorf("%s for RESP2: error %v, %d bytes", test.name, err, written.Len()+e.Buffered())
					}
					continue
				}
				if err := errors.Join(err, e.Close()); err != nil {
					t.Errorf("%s for RESP%d: %v", test.name, protocol, err)
				}
				if diff := cmp.Diff(want, written.String()); diff != "" {
					t.Errorf("%s for RESP%d (-want +got):\n%s", test.name, protocol, diff)
				}
				if test.name == "bulk from a reader" || test.name == "attribute with large and read content" {
					break
				}
			}
		}
	}
}

// Readers among the content of a dropped attribute are left alone.
func TestEncoderDropsReadersUnread(t *testing.T) {
	var written bytes.Buffer
	e := resp.NewEncoder(&written, resp.Protocol(2))
	r := strings.NewReader("hello")
	calls := script{attribute(1), bulkFrom(r, 5), commandOf("SET", resp.From(r, 5)), number(1)}
	if err := calls.run(e); err != nil || e.Close() != nil || written.String() != ":1\r\n" || r.Len() != 5 {
		t.Errorf("wrote %q, %v; %d bytes unread", written.String(), err, r.Len())
	}
}

// A call that is refused writes nothing, and its error stays until Reset: every
// later call returns it, nothing more goes out, and what was accepted before does.
func TestEncoderRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		before script
		call   func(e *resp.Encoder) error
		want   string // text of the error
	}{
		{name: "long encoding", call: func(e *resp.Encoder) error { return e.WriteVerbatimString("text", "a") },
			want: `resp: verbatim string: encoding "text" is not three bytes`},
		{name: "no encoding", call: func(e *resp.Encoder) error { return e.WriteVerbatimString("", "a") },
			want: `resp: verbatim string: encoding "" is not three bytes`},
		{name: "negative array", call: array(-1), want: "resp: array: negative count"},
		{name: "negative map", call: mapOf(-1), want: "resp: map: negative count"},
		{name: "negative attribute", call: attribute(-1), want: "resp: attribute: negative count"},
		{name: "map beyond int", call: mapOf(math.MaxInt/2 + 1), want: "resp: map: too many pairs"},
		{name: "attribute beyond int", call: attribute(math.MaxInt/2 + 1), want: "resp: attribute: too many pairs"},
		{name: "streamed push", call: streamOf(resp.Push), want: "resp: push: cannot be streamed"},
		{name: "streamed string as an aggregate", call: streamOf(resp.BulkString), want: "resp: bulk string: cannot be streamed"},
		{name: "end at top level", call: end, want: "resp: end: the innermost open aggregate is not a streamed one"},
		{name: "end of a counted array", before: script{streamOf(resp.Array), array(1)}, call: end,
			want: "resp: end: the innermost open aggregate is not a streamed one"},
		{name: "end after an attribute", before: script{streamOf(resp.Array), attribute(0)}, call: end,
			want: "resp: end: the innermost open aggregate is not a streamed one"},
		{name: "end in a streamed string", before: script{streamedString}, call: end,
			want: "resp: end: the innermost open aggregate is not a streamed one"},
		{name: "end between key and value", before: script{streamOf(resp.Map), number(1), number(2), array(1), number(3)}, call: end, want: "resp: end: between key and value of a map"},
		{name: "chunk at top level", call: chunk("a"), want: "resp: chunk: no streamed string is open"},
		{name: "empty chunk at top level", call: chunk(""), want: "resp: chunk: no streamed string is open"},
		{name: "last chunk in a streamed array", before: script{streamOf(resp.Array)}, call: lastChunk,
			want: "resp: chunk: no streamed string is open"},
		{name: "value in a streamed string", before: script{streamedString}, call: number(1),
			want: "resp: integer: inside a streamed string, which takes only chunks"},
		{name: "command in a streamed string", before: script{streamedString}, call: commandOf("PING"),
			want: "resp: array: inside a streamed string, which takes only chunks"},
		{name: "tree in a streamed string", before: script{streamedString},
			call: func(e *resp.Encoder) error { return e.WriteValue(&resp.Value{Kind: resp.Map}) },
			want: "resp: map: inside a streamed string, which takes only chunks"},
		{name: "command without a name", call: commandOf(" \n", resp.Int(1)), want: "resp: array: command name without a word"},
		{name: "no args", call: func(e *resp.Encoder) error { return e.WriteArgs() }, want: "resp: array: command without arguments"},
		{name: "no reader", call: bulkFrom(nil, 1), want: "resp: bulk string: From without a reader"},
		{name: "negative length", call: bulkFrom(strings.NewReader(""), -1), want: "resp: bulk string: From with a negative length"},
		{name: "command with a negative length", call: commandOf("SET", resp.From(strings.NewReader(""), -1)),
			want: "resp: bulk string: From with a negative length"},
	} {
		var written, wanted bytes.Buffer
		e, undisturbed := resp.NewEncoder(&written), resp.NewEncoder(&wanted)
		if err := errors.Join(test.before.run(e), test.before.run(undisturbed), undisturbed.Flush()); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		err := test.call(e)
		if !errors.As(err, new(*resp.EncodeError)) || err.Error() != test.want {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
		wantStuck(t, test.name, e, err)
		if !bytes.Equal(written.Bytes(), wanted.Bytes()) {
			t.Errorf("%s: wrote %q, want %q", test.name, written.Bytes(), wanted.Bytes())
		}
	}
}

// wantStuck makes every call, each of which has to return err, and then sees whether
// Reset helps.
func wantStuck(t *testing.T, name string, e *resp.Encoder, err error) {
	t.Helper()
	calls := append(encoderMethods(), (*resp.Encoder).Flush, number(1), (*resp.Encoder).Close, (*resp.Encoder).Flush)
	for i, call := range calls {
		if again := call(e); again == nil || again != err {
			t.Errorf("%s: call %d afterwards returned %v, want %v", name, i, again, err)
		}
	}
	if e.Buffered() != 0 {
		t.Errorf("%s: %d bytes wait for ever", name, e.Buffered())
	}
	var written bytes.Buffer
	e.Reset(&written)
	if err := errors.Join(e.WriteInteger(1), e.Close()); err != nil || written.String() != ":1\r\n" {
		t.Errorf("%s: after Reset %q, %v", name, written.String(), err)
	}
}

func TestEncoderCloseMissesElements(t *testing.T) {
	for _, test := range []struct {
		calls script
		opts  []resp.Option
		want  string
	}{
		{calls: script{array(3), number(1)}, want: "resp: array: elements missing at Close: 2"},
		{calls: script{array(1), array(1), mapOf(2), number(1)}, want: "resp: map: elements missing at Close: 3"},
		{calls: script{attribute(1), number(1), number(2)}, want: "resp: attribute: elements missing at Close: 1"},
		{calls: script{attribute(0)}, want: "resp: attribute: elements missing at Close: 1"},
		{calls: script{streamOf(resp.Set), number(1)}, want: "resp: set: not ended at Close"},
		{calls: script{streamedString, chunk("a")}, want: "resp: bulk string: not ended at Close"},
		{calls: script{attribute(1), number(1)}, opts: []resp.Option{resp.Protocol(2)}, want: "resp: attribute: elements missing at Close: 1"},
	} {
		var written bytes.Buffer
		e := resp.NewEncoder(&written, test.opts...)
		if err := test.calls.run(e); err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); !errors.As(err, new(*resp.EncodeError)) || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
		if e.Buffered() != 0 {
			t.Errorf("%s: not flushed", test.want)
		}
		e.Reset(&written)
		if err := e.Close(); err != nil {
			t.Errorf("after Reset: %v", err)
		}
	}
}

// writeLog is a writer that remembers what each call was given.
type writeLog struct{ calls [][]byte }

func (w *writeLog) Write(p []byte) (int, error) {
	w.calls = append(w.calls, p)
	return len(p), nil
}

func TestEncoderBuffers(t *testing.T) {
	var w writeLog
	e := resp.NewEncoder(&w, resp.BufferSize(100))
	for i := range 20 {
		if err := e.WriteInteger(10); err != nil {
			t.Fatal(err)
		}
		if want := (i + 1) * len(":10\r\n") % 100; e.Buffered() != want {
			t.Fatalf("%d bytes buffered after %d values, want %d", e.Buffered(), i+1, want)
		}
	}
	if len(w.calls) != 1 || len(w.calls[0]) != 100 {
		t.Errorf("%d writes", len(w.calls))
	}
	if err := e.Flush(); err != nil || len(w.calls) != 1 {
		t.Errorf("Flush of nothing: %v, %d writes", err, len(w.calls))
	}
}

// A large payload is handed to the writer as it is, not a copy.
func TestEncoderDoesNotCopyLargePayloads(t *testing.T) {
	payload := bytes.Repeat([]byte("x"), largePayload)
	for name, call := range map[string]func(e *resp.Encoder) error{
		"WriteBulkBytes": func(e *resp.Encoder) error { return e.WriteBulkBytes(payload) },
		"WriteArgs":      func(e *resp.Encoder) error { return e.WriteArgs([]byte("SET"), payload) },
		"WriteCommand":   commandOf("SET", resp.Bytes(payload)),
		"WriteValue": func(e *resp.Encoder) error {
			return e.WriteValue(&resp.Value{Kind: resp.Array, Elems: []resp.Value{{Kind: resp.BulkError, Bytes: payload}}})
		},
		"WriteValue of a streamed string": func(e *resp.Encoder) error {
			return e.WriteValue(&resp.Value{Kind: resp.BulkString, Streamed: true, Bytes: payload})
		},
	} {
		var w writeLog
		e := resp.NewEncoder(&w)
		if err := errors.Join(number(1)(e), call(e), e.Flush()); err != nil {
			t.Fatal(err)
		}
		if len(w.calls) != 3 || &w.calls[1][0] != &payload[0] || len(w.calls[1]) != len(payload) {
			t.Errorf("%s: payload was copied; %d writes, want 3", name, len(w.calls))
		}
	}
}

// unixPair gives the two ends of a connection that keeps the bounds of writes.
func unixPair(t *testing.T) (client, server *net.UnixConn) {
	t.Helper()
	addr := &net.UnixAddr{Net: "unixpacket", Name: filepath.Join(t.TempDir(), "s")}
	listener, err := net.ListenUnix("unixpacket", addr)
	if err != nil {
		t.Skipf("no unixpacket sockets: %v", err)
	}
	defer listener.Close()
	client, err = net.DialUnix("unixpacket", nil, addr)
	if err != nil {
		t.Fatal(err)
	}
	server, err = listener.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

// What was buffered, a large payload and its CRLF reach a connection in one
// system call.
func TestEncoderWritesLargePayloadsAtOnce(t *testing.T) {
	client, server := unixPair(t)
	e := resp.NewEncoder(client)
	payload := strings.Repeat("x", 20_000)
	if err := errors.Join(e.WriteSimpleString("OK"), e.WriteBulkString(payload), e.WriteInteger(1), e.Flush()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"+OK\r\n$20000\r\n" + payload + "\r\n", ":1\r\n"} {
		packet := make([]byte, 30_000)
		n, err := server.Read(packet)
		if err != nil || string(packet[:n]) != want {
			t.Errorf("packet of %d bytes, %v, want %d", n, err, len(want))
		}
	}
}

// mixed is a script with everything that takes its own way to the writer. The
// payload is overwritten after each call, because nothing of it may be kept.
func mixed() script {
	payload := make([]byte, 7000)
	large := func(call func(e *resp.Encoder) error) func(e *resp.Encoder) error {
		return func(e *resp.Encoder) error {
			for i := range payload {
				payload[i] = byte('a' + i%26)
			}
			err := call(e)
			clear(payload)
			return err
		}
	}
	return script{
		array(6), number(1),
		large(func(e *resp.Encoder) error { return e.WriteBulkBytes(payload) }),
		large(func(e *resp.Encoder) error {
			return e.WriteCommand("CONFIG SET", resp.Bytes(payload), resp.Int(5), resp.Bytes(payload[:6500]), resp.String("end"))
		}),
		large(func(e *resp.Encoder) error { return e.WriteArgs(payload, []byte("a"), payload) }),
		large(func(e *resp.Encoder) error {
			return e.WriteValue(&resp.Value{Kind: resp.Map, Elems: []resp.Value{{Kind: resp.VerbatimString, Bytes: payload}, {Kind: resp.Null}}})
		}),
		streamedString, chunk("abc"),
		large(func(e *resp.Encoder) error { return e.WriteChunk(payload) }),
		lastChunk, bulkOf("end"),
	}
}

// A writer that fails once, at whatever byte, gets the rest by the next call or
// by Flush, and no byte twice.
func TestEncoderGoesOnWhereTheWriterStopped(t *testing.T) {
	var whole bytes.Buffer
	e := resp.NewEncoder(&whole)
	if err := errors.Join(mixed().run(e), e.Close()); err != nil {
		t.Fatal(err)
	}
	const once = syscall.EAGAIN
	for n := 0; n < whole.Len(); n += 1 + n%13*7 {
		var written bytes.Buffer
		e := resp.NewEncoder(resptest.FailOnceWriter(&written, int64(n), once), resp.BufferSize(1000))
		failures := 0
		for _, call := range append(mixed(), (*resp.Encoder).Close, (*resp.Encoder).Close) {
			if err := call(e); err == once {
				failures++
			} else if err != nil {
				t.Fatalf("failed at byte %d: %v", n, err)
			}
		}
		if failures != 1 || !bytes.Equal(written.Bytes(), whole.Bytes()) {
			t.Fatalf("failed at byte %d: %d errors, %d bytes written, want %d", n, failures, written.Len(), whole.Len())
		}
	}
}

// liar is a writer that takes one byte less than it is given and does not say
// so, as it must.
type liar struct{ bytes.Buffer }

func (w *liar) Write(p []byte) (int, error) { return w.Buffer.Write(p[:len(p)-1]) }

func TestEncoderNoticesShortWrites(t *testing.T) {
	for _, size := range []int{10, 10_000} {
		var w liar
		e := resp.NewEncoder(&w)
		payload := strings.Repeat("x", size)
		err := errors.Join(e.WriteBulkString(payload), e.Flush())
		for i := 0; errors.Is(err, io.ErrShortWrite) && e.Buffered() > 1; i++ {
			err = e.Flush()
		}
		want := fmt.Sprintf("$%d\r\n%s\r", size, payload)
		if !errors.Is(err, io.ErrShortWrite) || w.String() != want || e.Buffered() != 1 {
			t.Errorf("%d bytes, %v, %d left", w.Len(), err, e.Buffered())
		}
	}
}

// What is promised is read, and not one byte more.
func TestWriteBulkFromReadsExactly(t *testing.T) {
	for _, n := range []int{0, 1, 100, 5999, 6000, 6001, 16 << 10, 100_000} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"plain":         func(r io.Reader) io.Reader { return r },
			"one byte":      iotest.OneByteReader,
			"data with EOF": iotest.DataErrReader,
			"empty reads":   resptest.EmptyReader,
		} {
			payload := strings.Repeat("x", n)
			r := strings.NewReader(payload + "rest")
			if name == "data with EOF" {
				r = strings.NewReader(payload)
			}
			var written bytes.Buffer
			e := resp.NewEncoder(&written, resp.BufferSize(1000))
			err := errors.Join(e.WriteCommand("SET", resp.String("k"), resp.From(wrap(r), int64(n)), resp.Int(1)), e.Close())
			want := fmt.Sprintf("*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n%s\r\n$1\r\n1\r\n", n, payload)
			if err != nil || written.String() != want {
				t.Errorf("%d bytes, %s: wrote %d bytes, %v, want %d", n, name, written.Len(), err, len(want))
			}
			if name != "data with EOF" && r.Len() != len("rest") {
				t.Errorf("%d bytes, %s: %d bytes are left", n, name, r.Len())
			}
		}
	}
}

func TestWriteBulkFromBreaksOff(t *testing.T) {
	failed := errors.New("failed")
	none := tests.ReaderFunc(func([]byte) (int, error) { return 0, nil })
	mad := tests.ReaderFunc(func(p []byte) (int, error) { return len(p) + 1, nil })
	for _, test := range []struct {
		name  string
		r     io.Reader
		w     io.Writer
		want  string
		cause error
	}{
		{"short reader", strings.NewReader("0123456789"), io.Discard, "resp: bulk string of 20000 bytes broke off after 10: unexpected EOF", io.ErrUnexpectedEOF},
		{"failing reader", resptest.FailingReader(strings.NewReader("0123456789"), 7, failed), io.Discard, "resp: bulk string of 20000 bytes broke off after 7: failed", failed},
		{"reader without progress", none, io.Discard, "resp: bulk string of 20000 bytes broke off after 0: multiple Read calls return no data or error", io.ErrNoProgress},
		{"impossible reader", mad, io.Discard, "resp: bulk string of 20000 bytes broke off after 0: reader returned an impossible count", nil},
		{"failing writer", strings.NewReader(strings.Repeat("x", 20_000)), resptest.FailingWriter(io.Discard, 100, failed), "", failed},
	} {
		e := resp.NewEncoder(test.w, resp.BufferSize(100))
		err := e.WriteCommand("SET", resp.From(test.r, 20_000), resp.Int(1))
		if test.want != "" && (err == nil || err.Error() != test.want) || test.cause != nil && !errors.Is(err, test.cause) {
			t.Errorf("%s: %v", test.name, err)
		}
		for _, call := range append(encoderMethods(), (*resp.Encoder).Flush, (*resp.Encoder).Close) {
			if again := call(e); again != err {
				t.Errorf("%s: later %v, want %v", test.name, again, err)
			}
		}
		var written bytes.Buffer
		e.Reset(&written)
		if err := errors.Join(e.WriteInteger(1), e.Close()); err != nil || written.String() != ":1\r\n" {
			t.Errorf("%s: after Reset %q, %v", test.name, written.String(), err)
		}
	}
}

// encoderMethods are calls that succeed where any value may be written.
func encoderMethods() script {
	return script{
		func(e *resp.Encoder) error { return e.WriteSimpleString("OK") }, number(1), bulkOf("a"), array(0), mapOf(0), attribute(0),
		bulkOf(strings.Repeat("x", largePayload)), streamedString, chunk("a"), lastChunk, streamOf(resp.Array), end,
		commandOf("PING"), commandOf("CONFIG GET", resp.Int(1)), bulkFrom(strings.NewReader("a"), 1),
		func(e *resp.Encoder) error { return e.WriteArgs([]byte("a")) }, func(e *resp.Encoder) error { return e.WriteArg(resp.Int(1)) },
		func(e *resp.Encoder) error { return e.WriteRaw([]byte("+OK\r\n")) }, func(e *resp.Encoder) error { return e.SetProtocol(3) },
		func(e *resp.Encoder) error { return e.WriteValue(&resp.Value{Kind: resp.Array}) },
		func(e *resp.Encoder) error { return e.WriteToken(resp.Token{}) },
	}
}

// A failed write before the reader has been read to its end breaks the Encoder;
// one behind it does not.
func TestWriteCommandFailsBehindItsReader(t *testing.T) {
	var written bytes.Buffer
	const once = syscall.EAGAIN
	e := resp.NewEncoder(resptest.FailOnceWriter(&written, 10, once))
	large := strings.Repeat("y", 10_000)
	if err := e.WriteCommand("SET", resp.From(strings.NewReader("hello"), 5), resp.String(large), resp.Int(7)); err != once {
		t.Fatalf("error %v", err)
	}
	want := "*4\r\n$3\r\nSET\r\n$5\r\nhello\r\n$10000\r\n" + large + "\r\n$1\r\n7\r\n"
	if err := e.Close(); err != nil || written.String() != want {
		t.Errorf("%d bytes, %v, want %d", written.Len(), err, len(want))
	}
}

// From a file to a TCP connection the bytes need not pass through the program.
func TestWriteBulkFromFileToTCP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("no loopback: %v", err)
	}
	defer listener.Close()
	payload := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
	name := filepath.Join(t.TempDir(), "payload")
	if err := os.WriteFile(name, append(payload, "rest"...), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	sent := make(chan error, 1)
	go func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			e := resp.NewEncoder(conn)
			err = errors.Join(e.WriteCommand("SET", resp.String("k"), resp.From(file, int64(len(payload)))), e.Close(), conn.Close())
		}
		sent <- err
	}()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	want := fmt.Sprintf("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n%s\r\n", len(payload), payload)
	if err := errors.Join(err, <-sent); err != nil || string(got) != want {
		t.Errorf("%d bytes, %v, want %d", len(got), err, len(want))
	}
	if rest, _ := io.ReadAll(file); string(rest) != "rest" {
		t.Errorf("%q of the file is left", rest)
	}
}

// CR and LF in a simple string or a simple error become spaces, however long it is,
// in whatever way it is written, and in RESP2 those of a bulk error too.
func TestEncoderPutsSpacesForLineBreaks(t *testing.T) {
	for _, text := range []string{"a\rb", "\n", "ERR unknown command 'a\nb'", strings.Repeat("x", 100) + "\r\n", strings.Repeat("x", 7000) + "\n-", strings.Repeat("\r\n", 20_000)} {
		blank := strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
		for _, test := range []struct {
			want  string
			write func(e *resp.Encoder) error
		}{
			{"+", func(e *resp.Encoder) error { return e.WriteSimpleString(text) }},
			{"-", func(e *resp.Encoder) error { return e.WriteSimpleError(text) }},
			{"-", func(e *resp.Encoder) error { return e.WriteBulkError(text) }},
			{"+", func(e *resp.Encoder) error {
				return e.WriteValue(&resp.Value{Kind: resp.SimpleString, Bytes: []byte(text)})
			}},
			{"-", func(e *resp.Encoder) error {
				return e.WriteValue(&resp.Value{Kind: resp.SimpleError, Bytes: []byte(text)})
			}},
			{"-", func(e *resp.Encoder) error {
				return e.WriteValue(&resp.Value{Kind: resp.BulkError, Bytes: []byte(text)})
			}},
		} {
			got := encoded(t, func(e *resp.Encoder) error { return errors.Join(test.write(e), e.WriteInteger(1)) }, resp.Protocol(2))
			if want := test.want + blank + "\r\n:1\r\n"; string(got) != want {
				t.Errorf("%.50q became %.50q, want %.50q", text, got, want)
			}
		}
	}
}

// WriteRaw passes whole values on as they are, each of them one element.
func TestWriteRaw(t *testing.T) {
	large := "$10000\r\n" + strings.Repeat("x", 10_000) + "\r\n"
	for _, protocol := range []int{2, 3} {
		for _, raw := range []string{"+OK\r\n", "|1\r\n+a\r\n:1\r\n%1\r\n:1\r\n*?\r\n.\r\n", "PING\n", large} {
			call := func(e *resp.Encoder) error {
				return errors.Join(e.WriteArray(2), e.WriteRaw([]byte(raw)), e.WriteRaw([]byte(raw)), e.WriteNullArray())
			}
			if got, want := encoded(t, call, resp.Protocol(protocol)), "*2\r\n"+raw+raw+"*-1\r\n"; string(got) != want {
				t.Errorf("RESP%d: %.100q, want %.100q", protocol, got, want)
			}
		}
	}
	for _, raw := range []string{"", "+OK", "+OK\r"} {
		e := resp.NewEncoder(io.Discard)
		if err := e.WriteRaw([]byte(raw)); !errors.As(err, new(*resp.EncodeError)) {
			t.Errorf("%q: %v", raw, err)
		}
	}
	var w writeLog
	e := resp.NewEncoder(&w)
	raw := []byte(large)
	if err := errors.Join(e.WriteRaw(raw), e.Flush()); err != nil || len(w.calls) != 1 || &w.calls[0][0] != &raw[0] {
		t.Errorf("%v; a large value was copied, %d writes", err, len(w.calls))
	}
	dropped := func(e *resp.Encoder) error {
		return errors.Join(e.WriteAttribute(1), e.WriteRaw([]byte("+a\r\n")), e.WriteRaw(raw), e.WriteInteger(1))
	}
	if got := encoded(t, dropped, resp.Protocol(2)); string(got) != ":1\r\n" {
		t.Errorf("in an attribute for RESP2: %.100q", got)
	}
}

// WriteArg writes what WriteCommand writes for the same argument.
func TestWriteArg(t *testing.T) {
	for _, arg := range []resp.Arg{{}, resp.String("a\r\n"), resp.Bytes(bytes.Repeat([]byte("x"), 10_000)), resp.Int(math.MinInt64), resp.Uint(7), resp.Float(1e-7)} {
		one := encoded(t, func(e *resp.Encoder) error {
			return errors.Join(e.WriteArray(2), e.WriteArg(resp.String("X")), e.WriteArg(arg))
		})
		if whole := encoded(t, commandOf("X", arg)); !bytes.Equal(one, whole) {
			t.Errorf("%.100q, want %.100q", one, whole)
		}
	}
	from := encoded(t, func(e *resp.Encoder) error { return e.WriteArg(resp.From(strings.NewReader("hello, world"), 5)) })
	if string(from) != "$5\r\nhello\r\n" {
		t.Errorf("From: %q", from)
	}
	for _, arg := range []resp.Arg{resp.From(nil, 1), resp.From(strings.NewReader(""), -1)} {
		e := resp.NewEncoder(io.Discard)
		if err := e.WriteArg(arg); !errors.As(err, new(*resp.EncodeError)) {
			t.Errorf("%v", err)
		}
	}
}

// The version of the protocol changes between values, and nowhere else.
func TestSetProtocol(t *testing.T) {
	var written bytes.Buffer
	e := resp.NewEncoder(&written, resp.Protocol(2))
	err := errors.Join(
		e.WriteNull(), e.SetProtocol(3), e.WriteNull(), e.WriteAttribute(1), e.WriteInteger(1), e.WriteInteger(2), e.WriteMap(0),
		e.SetProtocol(2), e.WriteArray(1), e.WriteMap(1), e.WriteNull(), e.WriteBoolean(true), e.SetProtocol(3), e.WriteBoolean(true),
	)
	for _, version := range []int{-1, 0, 1, 4} {
		if e.SetProtocol(version) == nil {
			t.Errorf("RESP%d is a version", version)
		}
	}
	err = errors.Join(err, e.WriteNull(), e.Close())
	if want := "$-1\r\n_\r\n|1\r\n:1\r\n:2\r\n%0\r\n*1\r\n*2\r\n$-1\r\n:1\r\n#t\r\n_\r\n"; err != nil || written.String() != want {
		t.Errorf("%v, wrote %q, want %q", err, &written, want)
	}
	written.Reset()
	e.Reset(&written)
	if err := errors.Join(e.WriteNull(), e.Close()); err != nil || written.String() != "$-1\r\n" {
		t.Errorf("after Reset %v, wrote %q, want the version of the option", err, &written)
	}
	for name, before := range map[string]script{
		"array": {array(1)}, "attribute": {attribute(0)}, "bulk string": {streamedString}, "set": {streamOf(resp.Set), number(1)},
	} {
		e := resp.NewEncoder(io.Discard)
		err := errors.Join(before.run(e))
		stuck := e.SetProtocol(2)
		if want := "resp: " + name + ": not complete at SetProtocol"; err != nil || stuck == nil || stuck.Error() != want {
			t.Errorf("%v, %v, want %s", err, stuck, want)
		}
		wantStuck(t, name, e, stuck)
	}
}

// isPart reports whether a write is of a part of what is streamed.
func isPart(w methods.Write) bool { return w.Before != nil }

// Where a chunk has to come next nothing else is accepted, and what is refused
// leaves no byte behind.
func TestEveryWriteInAStreamedStringIsRefused(t *testing.T) {
	for _, write := range methods.Writes {
		if isPart(write) {
			continue // chunks are accepted; TestEncoderRefuses has the end
		}
		var out strings.Builder
		e := resp.NewEncoder(&out)
		e.WriteStreamedString()
		before := e.Buffered()
		var refused *resp.EncodeError
		err := write.Call(e)
		if !errors.As(err, &refused) || e.Buffered() != before {
			t.Errorf("%s: %v, and %d bytes more", write.Name, err, e.Buffered()-before)
		}
		e.WriteChunk([]byte("a"))
		e.WriteLastChunk()
		if again := e.Close(); again != err || out.String() != "$?\r\n" {
			t.Errorf("after %s: %q, %v", write.Name, out.String(), again)
		}
	}
}

// An Encoder whose reader gave less than was promised writes nothing any more,
// in either version of the protocol.
func TestABrokenEncoderRefusesEveryWrite(t *testing.T) {
	for _, version := range []int{2, 3} {
		for _, write := range methods.Writes {
			if version == 2 && write.RESP2 == "" {
				continue // refused for that
			}
			var out strings.Builder
			e := resp.NewEncoder(&out, resp.Protocol(version))
			broken := e.WriteBulkFrom(strings.NewReader("abc"), 5)
			if broken == nil || !strings.Contains(broken.Error(), "5 bytes") || !strings.Contains(broken.Error(), "after 3") {
				t.Fatalf("a reader of 3 bytes for 5: %v", broken)
			}
			before := out.Len()
			if err := write.Call(e); !errors.Is(err, io.ErrUnexpectedEOF) || out.Len() != before {
				t.Errorf("RESP%d: %s: %v, and %q more", version, write.Name, err, out.String()[before:])
			}
		}
	}
}

// RESP2 streams nothing.
func TestStreamedKindsAreRefusedForRESP2(t *testing.T) {
	for _, write := range methods.Writes {
		if write.RESP2 != "" {
			continue
		}
		e := resp.NewEncoder(io.Discard, resp.Protocol(2))
		var refused *resp.EncodeError
		if err := write.Call(e); !errors.As(err, &refused) || e.Buffered() != 0 {
			t.Errorf("%s: %v, %d bytes", write.Name, err, e.Buffered())
		}
	}
}

// What was buffered before a payload from a file is written first; when that fails
// the file is not read and the Encoder, which has promised it, is broken.
func TestAWriteThatFailsBeforeAFileIsCopiedBreaksTheEncoder(t *testing.T) {
	file := payloadFile(t, make([]byte, 10_000))
	conn, _ := tests.ConnPair(t, "tcp")
	conn.Close()
	e := resp.NewEncoder(conn)
	e.WriteInteger(1)
	if err := e.WriteBulkFrom(file, 10_000); !errors.Is(err, net.ErrClosed) {
		t.Errorf("WriteBulkFrom: %v, want %v", err, net.ErrClosed)
	}
	if at, _ := file.Seek(0, io.SeekCurrent); at != 0 {
		t.Errorf("%d bytes of the file were read", at)
	}
	if err := e.Flush(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Flush: %v, want %v", err, net.ErrClosed)
	}
}

// payloadFile gives a file with that content.
func payloadFile(t *testing.T, payload []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "payload")
	if err := os.WriteFile(path, payload, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}
