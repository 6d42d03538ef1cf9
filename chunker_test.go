package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/resptest"
)

// chunkTexts gives the chunks of c, long runs of x cut.
func chunkTexts(c *resp.Chunker) (texts []string) {
	for _, chunk := range c.Chunks() {
		texts = append(texts, string(chunk))
	}
	return texts
}

func TestChunkerChunks(t *testing.T) {
	for _, test := range []struct {
		name string
		pack func(c *resp.Chunker) error
		want []string
	}{
		{"nothing", func(*resp.Chunker) error { return nil }, nil},
		{"one command", func(c *resp.Chunker) error { return c.PackCommand("PING") }, []string{"*1\r\n$4\r\nPING\r\n"}},
		{"a pipeline", func(c *resp.Chunker) error {
			return errors.Join(c.AddCommand("PING"), c.AddCommand("CONFIG GET", resp.Int(1)))
		}, []string{"*1\r\n$4\r\nPING\r\n*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\n1\r\n"}},
		{"commands that stand alone", func(c *resp.Chunker) error {
			return errors.Join(c.AddCommand("A"), c.PackCommand("B"), c.PackCommand("C"), c.AddCommand("D"), c.AddCommand("E"))
		}, []string{"*1\r\n$1\r\nA\r\n", "*1\r\n$1\r\nB\r\n", "*1\r\n$1\r\nC\r\n", "*1\r\n$1\r\nD\r\n*1\r\n$1\r\nE\r\n"}},
		{"an argument of the cutoff", func(c *resp.Chunker) error {
			c.Cutoff = 20
			return c.PackCommand("S", resp.String(strings.Repeat("x", 20)))
		}, []string{"*2\r\n$1\r\nS\r\n$20\r\nxxxxxxxxxxxxxxxxxxxx\r\n"}},
		{"an argument over the cutoff", func(c *resp.Chunker) error {
			c.Cutoff = 20
			return c.PackCommand("S", resp.String(strings.Repeat("x", 21)), resp.Int(7))
		}, []string{"*3\r\n$1\r\nS\r\n$21\r\n", "xxxxxxxxxxxxxxxxxxxxx", "\r\n$1\r\n7\r\n"}},
		{"a number over the cutoff", func(c *resp.Chunker) error {
			c.Cutoff = 12
			return c.PackCommand("S", resp.Int(-1234567890123))
		}, []string{"*2\r\n$1\r\nS\r\n$14\r\n", "-1234567890123", "\r\n"}},
		{"no cutoff at all", func(c *resp.Chunker) error {
			c.Cutoff = -1
			return c.PackCommand("S", resp.String(""), resp.Float(0.5))
		}, []string{"*3\r\n$1\r\n", "S", "\r\n$0\r\n", "\r\n$3\r\n", "0.5", "\r\n"}},
	} {
		var c resp.Chunker
		if err := test.pack(&c); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, chunkTexts(&c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if want := len(strings.Join(test.want, "")); c.Len() != want {
			t.Errorf("%s: Len %d, want %d", test.name, c.Len(), want)
		}
	}
}

// The cutoff of the zero Chunker is 6,000 bytes.
func TestChunkerDefaultCutoff(t *testing.T) {
	for _, size := range []int{6000, 6001} {
		var c resp.Chunker
		payload := bytes.Repeat([]byte("x"), size)
		if err := c.AddCommand("SET", resp.Bytes(payload)); err != nil {
			t.Fatal(err)
		}
		chunks := c.Chunks()
		if size == 6000 && len(chunks) != 1 || size == 6001 && (len(chunks) != 3 || &chunks[1][0] != &payload[0]) {
			t.Errorf("%d bytes: %d chunks", size, len(chunks))
		}
	}
}

// Large words and arguments are referred to, numbers and small ones copied.
func TestChunkerRefersToLargeArguments(t *testing.T) {
	c := resp.Chunker{Cutoff: 10}
	large, small := []byte("abcdefghijk"), []byte("abcdefghij")
	if err := c.AddCommand("SET", resp.Bytes(large), resp.Bytes(small)); err != nil {
		t.Fatal(err)
	}
	large[0], small[0] = 'X', 'Y'
	want := []string{"*3\r\n$3\r\nSET\r\n$11\r\n", "Xbcdefghijk", "\r\n$10\r\nabcdefghij\r\n"}
	if diff := cmp.Diff(want, chunkTexts(&c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// After an error nothing of the command is there, and the pipeline goes on as if
// it had never been tried.
func TestChunkerRefuses(t *testing.T) {
	for name, pack := range map[string]func(c *resp.Chunker) error{
		"blank name": func(c *resp.Chunker) error { return c.AddCommand(" \t") },
		"empty name": func(c *resp.Chunker) error { return c.PackCommand("", resp.Int(1)) },
		"reader": func(c *resp.Chunker) error {
			return c.AddCommand("SET", resp.Int(1), resp.From(strings.NewReader("x"), 1))
		},
		"reader, alone":       func(c *resp.Chunker) error { return c.PackCommand("SET", resp.From(strings.NewReader("x"), 1)) },
		"reader that is none": func(c *resp.Chunker) error { return c.AddCommand("SET", resp.From(nil, 1)) },
		"reader behind a large": func(c *resp.Chunker) error {
			return c.AddCommand("A B", resp.String(strings.Repeat("x", 100)), resp.From(nil, 0))
		},
	} {
		c := resp.Chunker{Cutoff: 50}
		err := c.AddCommand("PING")
		if failed := pack(&c); err != nil || !errors.As(failed, new(*resp.EncodeError)) {
			t.Errorf("%s: errors %v, %v", name, err, failed)
		}
		if err := c.AddCommand("PING"); err != nil {
			t.Errorf("%s: afterwards %v", name, err)
		}
		if diff := cmp.Diff([]string{"*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n"}, chunkTexts(&c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// packMixed packs commands with chunks of every sort.
func packMixed(c *resp.Chunker) error {
	c.Cutoff = 20
	return errors.Join(
		c.AddCommand("PING"),
		c.AddCommand("SET", resp.String("key"), resp.String(strings.Repeat("x", 50)), resp.Int(5)),
		c.PackCommand("CONFIG SET", resp.String(strings.Repeat("y", 21)), resp.String(strings.Repeat("z", 21))),
		c.AddCommand("GET", resp.String("a")),
	)
}

// A writer that fails once, at whatever byte, gets the rest by the next WriteTo,
// and no byte twice; what is added in between comes behind.
func TestChunkerGoesOnWhereTheWriterStopped(t *testing.T) {
	var c resp.Chunker
	if err := packMixed(&c); err != nil {
		t.Fatal(err)
	}
	whole := strings.Join(chunkTexts(&c), "")
	once := errors.New("once")
	for n := range len(whole) {
		c.Reset()
		if err := packMixed(&c); err != nil {
			t.Fatal(err)
		}
		var written bytes.Buffer
		w := resptest.FailOnceWriter(&written, int64(n), once)
		if count, err := c.WriteTo(w); err != once || count != int64(n) {
			t.Fatalf("failed at byte %d: %d bytes, %v", n, count, err)
		}
		if rest := strings.Join(chunkTexts(&c), ""); rest != whole[n:] || c.Len() != len(rest) {
			t.Fatalf("failed at byte %d: %q is left, %d bytes, want %q", n, rest, c.Len(), whole[n:])
		}
		if err := c.AddCommand("END"); err != nil {
			t.Fatal(err)
		}
		want := whole + "*1\r\n$3\r\nEND\r\n"
		count, err := c.WriteTo(w)
		if err != nil || count != int64(len(want)-n) || written.String() != want {
			t.Fatalf("failed at byte %d: then %d bytes, %v", n, count, err)
		}
		if c.Len() != 0 || len(c.Chunks()) != 0 {
			t.Fatalf("%d bytes in %d chunks left", c.Len(), len(c.Chunks()))
		}
	}
}

func TestChunkerNoticesShortWrites(t *testing.T) {
	var c resp.Chunker
	if err := packMixed(&c); err != nil {
		t.Fatal(err)
	}
	chunk, length := len(c.Chunks()[0]), c.Len()
	var w liar
	for _, want := range []int{chunk - 1, 0, 0} {
		length -= want
		if n, err := c.WriteTo(&w); err != io.ErrShortWrite || int(n) != want || c.Len() != length {
			t.Errorf("%d bytes, %v, %d left; want %d and %d", n, err, c.Len(), want, length)
		}
	}
}

// A connection gets all chunks in one system call.
func TestChunkerWritesAtOnce(t *testing.T) {
	client, server := unixPair(t)
	var c resp.Chunker
	if err := packMixed(&c); err != nil {
		t.Fatal(err)
	}
	want := strings.Join(chunkTexts(&c), "")
	if n, err := c.WriteTo(client); err != nil || n != int64(len(want)) {
		t.Fatalf("%d bytes, %v", n, err)
	}
	packet := make([]byte, len(want)+1)
	if n, err := server.Read(packet); err != nil || string(packet[:n]) != want {
		t.Errorf("packet %q, %v, want %q", packet[:n], err, want)
	}
}

// A Chunker gives back much memory that it does not use any more, and keeps it
// while it does.
func TestChunkerShrinks(t *testing.T) {
	var c resp.Chunker
	fill := func(commands int) {
		t.Helper()
		for range commands {
			if err := c.AddCommand("SET", resp.String("key"), resp.String("value")); err != nil {
				t.Fatal(err)
			}
		}
	}
	large := func() { fill(100_000); c.Reset() }
	large()
	if allocs := testing.AllocsPerRun(20, large); allocs > 0 {
		t.Errorf("%v allocations for the same amount as before", allocs)
	}
	before := tests.InUse()
	for range 40 {
		fill(1)
		c.Reset()
	}
	if freed := before - tests.InUse(); freed < 3<<20 {
		t.Errorf("%d bytes were given back", freed)
	}
	fill(1)
	fmt.Fprint(io.Discard, c.Len())
}

// roomWriter is a writer that has room for some bytes.
type roomWriter struct {
	bytes.Buffer
	room int
}

func (w *roomWriter) Write(p []byte) (int, error) {
	n, _ := w.Buffer.Write(p[:min(len(p), w.room)])
	if w.room -= n; n < len(p) {
		return n, io.ErrShortWrite
	}
	return n, nil
}

// A Chunker that is written on, and of which something is left each time, holds
// what waits and no more, whatever has passed through it.
func TestChunkerGivesBackWhatWasWritten(t *testing.T) {
	const rounds = 100_000
	for name, left := range map[string]int{"one byte": 1, "a command": 40, "many commands": 1000, "nothing": 0} {
		c, key := new(resp.Chunker), strings.Repeat("k", 100)
		w := &roomWriter{}
		before := tests.InUse()
		for range rounds {
			if err := c.AddCommand("SET", resp.String(key), resp.Int(1)); err != nil {
				t.Fatal(err)
			}
			w.room = max(c.Len()-left, 0)
			if _, err := c.WriteTo(w); left > 0 && err != io.ErrShortWrite || c.Len() > left {
				t.Fatalf("%s left: %v, %d bytes wait", name, err, c.Len())
			}
			if w.Len() > 1<<20 {
				w.Reset()
			}
		}
		if grown := tests.InUse() - before; grown > 4<<20 {
			t.Errorf("%s left each time: %d bytes are held for %d that wait", name, grown, c.Len())
		}
	}
}

// What is written on in parts of any size is what was added, and the chunks of what
// is added after an error are those of an untouched Chunker.
func TestChunkerKeepsItsChunksAfterErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c, w := &resp.Chunker{Cutoff: 30}, &roomWriter{}
	var want []byte
	for i := range 20_000 {
		before := len(c.Chunks())
		fresh := &resp.Chunker{Cutoff: 30}
		for range 1 + r.IntN(3) {
			args := []resp.Arg{resp.String(strings.Repeat("x", r.IntN(60))), resp.Int(r.Int64N(1e6)), resp.String(strings.Repeat("y", r.IntN(60)))}
			if err := errors.Join(c.AddCommand("SET", args...), fresh.AddCommand("SET", args...)); err != nil {
				t.Fatal(err)
			}
			want = resp.AppendCommand(want, "SET", args...)
		}
		if diff := cmp.Diff(chunkTexts(fresh), chunkTexts(c)[before:]); diff != "" {
			t.Fatalf("round %d (-want +got):\n%s", i, diff)
		}
		left := r.IntN(min(300, c.Len())) + 1
		w.room = c.Len() - left
		if _, err := c.WriteTo(w); err != io.ErrShortWrite || c.Len() != left {
			t.Fatalf("%v, %d bytes wait, want %d", err, c.Len(), left)
		}
		got := append(bytes.Clone(w.Bytes()), bytes.Join(c.Chunks(), nil)...)
		if !bytes.Equal(got, want) || c.Len() != len(want)-w.Len() {
			t.Fatalf("round %d: %.200q are written or wait (%d), want %.200q", i, got, c.Len(), want)
		}
		want = want[w.Len():]
		w.Reset()
	}
}
