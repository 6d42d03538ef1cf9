package resp_test

// The Chunker is held to the chunk boundaries of redis-py.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed65f5866d/resp"
)

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
