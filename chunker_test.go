package resp_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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

// A writer that panics leaves the Chunker in an error until Reset, because nobody knows
// which bytes it took. What a writer adds comes behind; its WriteTo is refused.
func TestChunkerWhoseWriterPanicsOrCallsIt(t *testing.T) {
	const unfinished = "resp: a writer has not returned from an earlier WriteTo: it panicked, or it calls the Chunker"
	var c resp.Chunker
	writeTo := func(w io.Writer) (panicked any, err error) {
		defer func() { panicked = recover() }()
		_, err = c.WriteTo(w)
		return nil, err
	}
	if err := packMixed(&c); err != nil {
		t.Fatal(err)
	}
	if panicked, _ := writeTo(tests.WriterFunc(func([]byte) (int, error) { panic("writer") })); panicked != "writer" {
		t.Fatalf("panicked with %v", panicked)
	}
	for range 2 {
		var written bytes.Buffer
		if n, err := c.WriteTo(&written); fmt.Sprint(err) != unfinished || n != 0 || written.Len() != 0 {
			t.Fatalf("behind a panic: %d bytes, %v, wrote %.100q", n, err, &written)
		}
		if err := c.AddCommand("PING"); err != nil {
			t.Fatal(err)
		}
	}
	c.Reset()
	if err := c.AddCommand("PING"); err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	panicked, err := writeTo(tests.WriterFunc(func(p []byte) (int, error) {
		if written.Len() == 0 {
			c.AddCommand("END")
			if _, err := c.WriteTo(io.Discard); fmt.Sprint(err) != unfinished {
				t.Errorf("WriteTo from inside: %v", err)
			}
		}
		return written.Write(p)
	}))
	if _, errRest := c.WriteTo(&written); panicked != nil || err != nil || errRest != nil || written.String() != "*1\r\n$4\r\nPING\r\n*1\r\n$3\r\nEND\r\n" {
		t.Errorf("behind Reset: wrote %q, %v, %v, %v", &written, panicked, err, errRest)
	}
	c.AddCommand("PING")
	const reset = "resp: the Chunker was reset by its own writer, in the middle of WriteTo"
	panicked, _ = writeTo(tests.WriterFunc(func(p []byte) (int, error) { c.Reset(); return len(p), nil }))
	if fmt.Sprint(panicked) != reset || c.Len() != 0 {
		t.Errorf("Reset from inside: panicked with %v, %d bytes left, want %s", panicked, c.Len(), reset)
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

// The Chunker is held to the chunk boundaries of redis-py.

// packVector is one entry of testdata/pack/pack_vectors.json: a command or a
// pipeline, and the chunks redis-py makes of it.
type packVector struct {
	ID, Mode       string
	Cutoff         int
	Command        []packArg
	Commands       [][]packArg
	CommandsRepeat struct {
		Command []packArg
		N       int
	} `json:"commands_repeat"`
	Chunks       []string // as Latin-1 text, where they are short
	ChunksLen    []int    `json:"chunks_len"`
	ChunksSHA256 []string `json:"chunks_sha256"`
	JoinedSHA256 string   `json:"joined_sha256"`
}

// commands are the commands to be packed, one in the mode pack_command.
func (v *packVector) commands() [][]packArg {
	if v.Mode == "pack_command" {
		return [][]packArg{v.Command}
	}
	return append(slices.Clone(v.Commands), slices.Repeat([][]packArg{v.CommandsRepeat.Command}, v.CommandsRepeat.N)...)
}

// packArg is an argument: text, or a number given as such.
type packArg struct {
	text   string
	number *int64
}

func (a packArg) arg() resp.Arg {
	if a.number != nil {
		return resp.Int(*a.number)
	}
	return resp.String(a.text)
}

func (a *packArg) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &a.text)
	}
	var f struct {
		B      string
		I      *json.Number
		Repeat string
		N      int
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	if f.I != nil {
		n, err := f.I.Int64()
		a.number = &n
		return err
	}
	a.text = string(latin1(f.B)) + strings.Repeat(f.Repeat, f.N)
	return nil
}

// latin1 gives the bytes of a text in which every character stands for one.
func latin1(s string) (b []byte) {
	for _, r := range s {
		b = append(b, byte(r))
	}
	return b
}

func packVectors(t *testing.T) (vectors []packVector) {
	t.Helper()
	data, err := os.ReadFile("testdata/pack/pack_vectors.json")
	if err == nil {
		err = json.Unmarshal(data, &vectors)
	}
	if err != nil || len(vectors) == 0 {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	return vectors
}

// pack packs the commands of v. Of an argument that is a name without a word it
// returns the error, after it has packed all the others.
func (v *packVector) pack(c *resp.Chunker) (err error) {
	c.Cutoff = v.Cutoff
	if v.Cutoff == 0 {
		c.Cutoff = -1 // the zero value is the default cutoff, a negative one is none at all
	}
	for _, command := range v.commands() {
		var args []resp.Arg
		for _, a := range command[1:] {
			args = append(args, a.arg())
		}
		add := c.AddCommand
		if v.Mode == "pack_command" {
			add = c.PackCommand
		}
		err = errors.Join(err, add(command[0].text, args...))
	}
	return err
}

func (v *packVector) hasBlankName() bool {
	return slices.ContainsFunc(v.commands(), func(c []packArg) bool { return strings.TrimSpace(c[0].text) == "" })
}

// Chunks have the very boundaries of redis-py's pack_command and pack_commands,
// for every cutoff.
func TestChunkerHasBoundariesOfRedisPy(t *testing.T) {
	var c resp.Chunker // one for all: packing leaves nothing behind
	for _, v := range packVectors(t) {
		if v.hasBlankName() {
			continue // TestChunkerRefusesBlankName
		}
		c.Reset()
		if err := v.pack(&c); err != nil {
			t.Errorf("%s: %v", v.ID, err)
			continue
		}
		checkChunks(t, &v, c.Chunks())

		var joined bytes.Buffer
		want := c.Len()
		n, err := c.WriteTo(&joined)
		if err != nil || n != int64(want) || c.Len() != 0 || len(c.Chunks()) != 0 {
			t.Errorf("%s: WriteTo of %d bytes gave %d, %v; %d bytes in %d chunks left", v.ID, want, n, err, c.Len(), len(c.Chunks()))
		}
		if got := sum(joined.Bytes()); got != v.JoinedSHA256 {
			t.Errorf("%s: WriteTo wrote %.300q, want the chunks joined", v.ID, joined.Bytes())
		}
	}
}

func checkChunks(t *testing.T, v *packVector, chunks [][]byte) {
	t.Helper()
	var lengths []int
	var sums, texts []string
	for _, chunk := range chunks {
		lengths = append(lengths, len(chunk))
		sums = append(sums, sum(chunk))
		texts = append(texts, string(chunk))
	}
	if diff := cmp.Diff(v.ChunksLen, lengths, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: lengths of chunks %.300q (-want +got)\n%s", v.ID, texts, diff)
	}
	if diff := cmp.Diff(v.ChunksSHA256, sums, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: sums of chunks %.300q (-want +got)\n%s", v.ID, texts, diff)
	}
	if v.Chunks != nil {
		var want []string
		for _, chunk := range v.Chunks {
			want = append(want, string(latin1(chunk)))
		}
		if diff := cmp.Diff(want, texts, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: chunks (-want +got)\n%s", v.ID, diff)
		}
	}
	if got := sum(bytes.Join(chunks, nil)); got != v.JoinedSHA256 {
		t.Errorf("%s: chunks joined are %.300q, want other bytes", v.ID, texts)
	}
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// redis-py packs a name without a word as a command without a name, `*0` or one
// whose first argument is taken for the name: bytes that nobody can have meant.
// Here that is the caller's mistake: an error, and nothing of it is packed.
func TestChunkerRefusesBlankName(t *testing.T) {
	count := 0
	for _, v := range packVectors(t) {
		if !v.hasBlankName() {
			continue
		}
		count++
		var c, want resp.Chunker
		c.Cutoff, want.Cutoff = v.Cutoff, v.Cutoff
		err := v.pack(&c)
		var encodeError *resp.EncodeError
		if !errors.As(err, &encodeError) {
			t.Errorf("%s: got error %v, want an *EncodeError", v.ID, err)
		}
		others := v
		others.Mode, others.Commands = "pack_commands", slices.DeleteFunc(v.commands(), func(c []packArg) bool { return strings.TrimSpace(c[0].text) == "" })
		if err := others.pack(&want); err != nil {
			t.Errorf("%s: without the blank name: %v", v.ID, err)
		}
		if diff := cmp.Diff(want.Chunks(), c.Chunks(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: the refused command left something (-want +got)\n%s", v.ID, diff)
		}
	}
	if count != 3 {
		t.Errorf("%d vectors with a blank name, want 3", count)
	}
}

// AppendCommand gives the bytes of the chunks, joined.
func TestAppendCommandGivesChunksJoined(t *testing.T) {
	for _, v := range packVectors(t) {
		if v.hasBlankName() {
			continue
		}
		var wire []byte
		for _, command := range v.commands() {
			var args []resp.Arg
			for _, a := range command[1:] {
				args = append(args, a.arg())
			}
			wire = resp.AppendCommand(wire, command[0].text, args...)
		}
		if sum(wire) != v.JoinedSHA256 {
			t.Errorf("%s: got %.300q, want other bytes", v.ID, wire)
		}
	}
}
