package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/seed65f5866d/resp/resptest"
)

// decodeWire runs decode with wire on its standard input.
func decodeWire(t *testing.T, stdin io.Reader, args ...string) outcome {
	t.Helper()
	var stdout, stderr strings.Builder
	status := run(t.Context(), append([]string{"decode"}, args...), noEnv, stdin, &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

// decodeCases are streams with what decode prints of them.
var decodeCases = []struct {
	name, wire string
	args       string
	status     int
	want       string
}{
	{"nothing", "", "", statusOK, ""},
	{"scalars", "+OK\r\n-ERR no\r\n:-5\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n_\r\n#t\r\n,1.50\r\n(123\r\n!5\r\nERR x\r\n=7\r\ntxt:foo\r\n", "", statusOK, `
       0  simple string(2) "OK"
       5  simple error(6) "ERR no"
      14  integer -5
      19  bulk string(3) "a\r\n"
      28  null bulk string
      33  null array
      38  null
      41  boolean true
      45  double 1.50
      52  big number 123
      58  bulk error(5) "ERR x"
      69  verbatim string(3) txt "foo"
`},
	{"aggregates", "*2\r\n%1\r\n+k\r\n~1\r\n$1\r\nv\r\n*0\r\n|1\r\n$3\r\nttl\r\n:3\r\n>1\r\n$-1\r\n", "", statusOK, `
       0  array(2)
       4    map(1)
       8      simple string(1) "k"
      12      set(1)
      16        bulk string(1) "v"
      23    array(0)
      27  attribute(1)
      31    bulk string(3) "ttl"
      40    integer 3
      44  push(1)
      48    null bulk string
`},
	{"streamed", "*?\r\n$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n.\r\n+OK\r\n", "", statusOK, `
       0  streamed array
       4    streamed bulk string(5) "Hello"
      29  end
      32  simple string(2) "OK"
`},
	{"a long string", "$300\r\n" + strings.Repeat("x", 300) + "\r\n", "", statusOK,
		"       0  bulk string(300) \"" + strings.Repeat("x", 256) + "\"…\n"},
	{"inline commands", "PING\r\nset k 'a b'\n*1\r\n$4\r\nQUIT\r\n", "", statusOK, `
       0  "PING" (inline)
       6  "set" "k" "a b" (inline)
      18  "QUIT"
`},
	{"requests", "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n\r\nPING\r\n", "-requests", statusOK, `
       0  "GET" "k"
      22  "PING" (inline)
`},
	{"no CR LF", "+OK\r\n$3\r\nfooXX:1\r\n", "", statusFailed, `
       0  simple string(2) "OK"
      12  fault: expected CR LF behind the payload
          "+OK\r\n$3\r\nfooXX:1\r\n"
                           ^
`},
	{"no kind", "*2\r\n:1\r\n\"\x00", "", statusFailed, `
       0  array(2)
       4    integer 1
       8  fault: expected the first byte of a value
          "*2\r\n:1\r\n\"\x00"
                       ^
`},
	{"a string that ends early", "$3\r\nfo", "", statusFailed, `
       6  fault: the input ends inside what starts at 0
          "$3\r\nfo"
                   ^
`},
	{"an array that ends early", "+OK\r\n*2\r\n:1\r\n", "", statusFailed, `
       0  simple string(2) "OK"
       5  array(2)
       9    integer 1
      13  fault: the input ends inside what starts at 5
          "+OK\r\n*2\r\n:1\r\n"
                              ^
`},
	{"an attribute of nothing", "+OK\r\n|1\r\n+k\r\n:1\r\n", "", statusFailed, `
       0  simple string(2) "OK"
       5  attribute(1)
       9    simple string(1) "k"
      13    integer 1
      17  fault: the input ends inside what starts at 5
          "+OK\r\n|1\r\n+k\r\n:1\r\n"
                                    ^
`},
	{"a request that ends early", "PING\r\n*1\r\n$4\r\nPI", "", statusFailed, `
       0  "PING" (inline)
      16  fault: the input ends inside what starts at 6
          "PING\r\n*1\r\n$4\r\nPI"
                                 ^
`},
	{"a request at fault", "*1\r\n:1\r\n", "-requests", statusFailed, `
       4  fault: expected the $ of an argument; a server answers "Protocol error: expected '$', got ':'"
          "*1\r\n:1\r\n"
                 ^
`},
}

func TestDecode(t *testing.T) {
	for _, test := range decodeCases {
		t.Run(test.name, func(t *testing.T) {
			args := strings.Fields(test.args)
			o := decodeWire(t, strings.NewReader(test.wire), args...)
			if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), o.stdout); diff != "" || o.status != test.status || o.stderr != "" {
				t.Errorf("%q: status %d, want %d; %s; -want +got\n%s", test.wire, o.status, test.status, o.stderr, diff)
			}
			split := decodeWire(t, iotest.OneByteReader(strings.NewReader(test.wire)), args...)
			if diff := cmp.Diff(withoutExcerpt(o.stdout), withoutExcerpt(split.stdout)); diff != "" {
				t.Errorf("%q: byte by byte it is another; -want +got\n%s", test.wire, diff)
			}
		})
	}
}

func TestDecodeTooDeep(t *testing.T) {
	o := decodeWire(t, strings.NewReader(strings.Repeat("*1\r\n", 1025)))
	o.want(t, statusFailed, "(level 33) array(1)\n", "(level 1023) array(1)\n    4096  fault: depth above 1024\n",
		`          …\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"`+"\n"+strings.Repeat(" ", 10+1+40)+"^\n")
}

// withoutExcerpt drops the bytes around a fault, because those behind it may not have
// arrived.
func withoutExcerpt(s string) string {
	lines := strings.Split(s, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, `          "`) || strings.HasPrefix(line, "          …")
	}), "\n")
}

// pieces runs decode -json and returns what it prints.
func pieces(t *testing.T, stdin io.Reader, args ...string) (all []piece) {
	t.Helper()
	o := decodeWire(t, stdin, append([]string{"-json"}, args...)...)
	if o.stderr != "" {
		t.Fatal(o.stderr)
	}
	for d := json.NewDecoder(strings.NewReader(o.stdout)); d.More(); {
		var p piece
		if err := d.Decode(&p); err != nil {
			t.Fatalf("%v in\n%s", err, o.stdout)
		}
		all = append(all, p)
	}
	return all
}

// decode finds the faults of the conformance vectors, where they are.
func TestDecodeVectors(t *testing.T) {
	for _, v := range resptest.Vectors() {
		if v.Limits != (resptest.Limits{}) || v.Kind == "reply" && v.Want.Error == "limit" {
			continue // decode takes replies of any size
		}
		t.Run(v.ID, func(t *testing.T) {
			var args []string
			if v.Kind == "command" {
				args = append(args, "-requests")
			} else if len(v.Wire) > 0 && v.Wire[0]|0x20 >= 'a' && v.Wire[0]|0x20 <= 'z' {
				return // taken for an inline command
			}
			all := pieces(t, bytes.NewReader(v.Wire), args...)
			faulty := len(all) > 0 && all[len(all)-1].Kind == "fault"
			if want := v.Want.Incomplete || v.Want.Error != ""; faulty != want {
				t.Fatalf("%q: fault %t, want %t", v.Wire, faulty, want)
			}
			if !faulty || v.Want.Error == "" || v.Want.Offset < 0 {
				return
			}
			if got := all[len(all)-1].Offset; got != v.Want.Offset {
				t.Errorf("%q: fault at %d, want %d", v.Wire, got, v.Want.Offset)
			}
		})
	}
}

func TestDecodeJSON(t *testing.T) {
	long := strings.Repeat("é", maxPreview)
	wire := "%1\r\n$1\r\n\xff\r\n=5\r\nmkd:a\r\n:0\r\n#f\r\n~?\r\n.\r\n$-1\r\n!2\r\nno\r\n$" + fmt.Sprint(len(long)) + "\r\n" + long + "\r\n?"
	size := func(n int64) *int64 { return &n }
	want := []piece{
		{Kind: "map", Len: size(1)},
		{Offset: 4, Depth: 1, Kind: "bulk string", Len: size(1), Value: map[string]any{"base64": "/w=="}},
		{Offset: 11, Depth: 1, Kind: "verbatim string", Format: "mkd", Value: "a"},
		{Offset: 22, Kind: "integer", Value: 0.0},
		{Offset: 26, Kind: "boolean", Value: false},
		{Offset: 30, Kind: "set", Streamed: true},
		{Offset: 34, Kind: "end"},
		{Offset: 37, Kind: "bulk string", Null: true},
		{Offset: 42, Kind: "bulk error", Value: "no"},
		{Offset: 50, Kind: "bulk string", Len: size(2 * maxPreview), Cut: true, Value: long[:maxPreview]},
		{Offset: int64(len(wire) - 1), Kind: "fault", Reason: "expected the first byte of a value"},
	}
	if diff := cmp.Diff(want, pieces(t, strings.NewReader(wire))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	wire = "set k 'a b'\r\n*2\r\n$3\r\nGET\r\n$1\r\n\xff\r\n"
	want = []piece{
		{Kind: "inline request", Args: []any{"set", "k", "a b"}},
		{Offset: 13, Kind: "request", Args: []any{"GET", map[string]any{"base64": "/w=="}}},
	}
	if diff := cmp.Diff(want, pieces(t, strings.NewReader(wire))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// One file at fault does not hide the next.
func TestDecodeFiles(t *testing.T) {
	folder := t.TempDir()
	write := func(name, wire string) string {
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, []byte(wire), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	bad, good := write("bad", "$x\r\n"), write("good", "+OK\r\n")
	want := "==> " + bad + " <==\n       1  fault: expected a digit or CR LF\n          \"$x\\r\\n\"\n            ^\n" +
		"==> " + good + " <==\n       0  simple string(2) \"OK\"\n"
	o := respcheck(t, "decode", bad, good)
	if diff := cmp.Diff(want, o.stdout); diff != "" || o.status != statusFailed {
		t.Errorf("status %d, -want +got\n%s", o.status, diff)
	}
	respcheck(t, "decode", "-json", good, bad).want(t, statusFailed, `{"file":"`+good+`","offset":0,"kind":"simple string","value":"OK"}`)
	respcheck(t, "decode", good, bad+".missing").want(t, statusCannotRun, "respcheck: open "+bad+".missing")
	respcheck(t, "decode", folder).want(t, statusCannotRun, "respcheck: read "+folder)
}

// What a pipe brings is printed while the pipe is open, and a signal ends the wait for
// more.
func TestDecodeLive(t *testing.T) {
	for _, args := range []string{"", "-json", "-hex", "-requests"} {
		t.Run(args, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			input, keyboard := io.Pipe()
			screen, stdout := io.Pipe()
			status := make(chan int)
			var stderr strings.Builder
			go func() {
				status <- run(ctx, append([]string{"decode"}, strings.Fields(args)...), noEnv, input, stdout, &stderr)
			}()
			wire := "*1\r\n$4\r\nPING\r\n"
			if args == "-hex" {
				wire = hex.EncodeToString([]byte(wire)) + "\n"
			}
			go io.WriteString(keyboard, wire)
			var seen []byte
			for !bytes.Contains(seen, []byte("PING")) {
				part := make([]byte, 1000)
				n, err := screen.Read(part)
				if err != nil {
					t.Fatal(err)
				}
				seen = append(seen, part[:n]...)
			}
			cancel()
			select {
			case got := <-status:
				if got != statusCannotRun || stderr.String() != "respcheck: interrupted\n" {
					t.Errorf("status %d and %q", got, &stderr)
				}
			case <-time.After(10 * time.Second):
				t.Error("the signal does not end it")
			}
		})
	}
}

// A string of 32 MiB, many elements and many values take no memory to speak
// of.
func TestDecodeTakesConstantMemory(t *testing.T) {
	const n = 300_000
	input := io.MultiReader(
		strings.NewReader("$33554432\r\n"), io.LimitReader(repeating("x"), 32<<20),
		strings.NewReader(fmt.Sprintf("\r\n*%d\r\n", n)), io.LimitReader(repeating(":1\r\n"), 4*n),
		io.LimitReader(repeating(":1\r\n"), 4*n))
	watch := &heapWatch{r: input, start: heapAlloc()}
	lines := &lineCounter{}
	var stderr strings.Builder
	if status := run(t.Context(), []string{"decode"}, noEnv, watch, lines, &stderr); status != statusOK {
		t.Fatal(status, &stderr)
	}
	if lines.n != 2*n+2 {
		t.Errorf("%d lines, want %d", lines.n, 2*n+2)
	}
	if watch.grown > 16<<20 {
		t.Errorf("the heap grew by %d bytes", watch.grown)
	}
}

// repeating gives the same bytes without end.
func repeating(s string) io.Reader {
	next := 0
	return readerFunc(func(p []byte) (int, error) {
		for i := range p {
			p[i] = s[next]
			next = (next + 1) % len(s)
		}
		return len(p), nil
	})
}

type lineCounter struct{ n int }

func (c *lineCounter) Write(p []byte) (int, error) {
	c.n += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

// heapWatch looks at the heap now and then while it is read.
type heapWatch struct {
	r            io.Reader
	reads        int
	start, grown uint64
}

func (w *heapWatch) Read(p []byte) (int, error) {
	if w.reads++; w.reads%64 == 0 {
		runtime.GC()
		w.grown = max(w.grown, max(heapAlloc(), w.start)-w.start)
	}
	return w.r.Read(p)
}

func TestDecodeReaderFails(t *testing.T) {
	r := io.MultiReader(strings.NewReader("+OK\r\n"), iotest.ErrReader(io.ErrClosedPipe))
	decodeWire(t, r).want(t, statusCannotRun, `"OK"`, "respcheck: io: read/write on closed pipe")
}
