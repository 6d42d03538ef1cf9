package resptest

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Unclassified is the Result.Error of a Parser that does not distinguish classes of
// faults.
const Unclassified = "unclassified"

// Parser decodes the bytes of a vector. It returns everything before it stopped, and
// why it stopped. kind is reply or command. A Parser that does not know offsets
// returns -1. It must not keep wire.
type Parser func(kind string, wire []byte, limits Limits) Result

// Run runs every vector as a subtest with its id as the name. RunKind runs only the
// vectors of one kind, for a parser of replies or of commands alone.
func Run(t *testing.T, parse Parser) {
	RunKind(t, "reply", parse)
	RunKind(t, "command", parse)
}

// RunKind runs every vector of one kind, reply or command, as a subtest with
// its id as the name.
func RunKind(t *testing.T, kind string, parse Parser) {
	for _, v := range Vectors() {
		if v.Kind != kind {
			continue
		}
		t.Run(v.ID, func(t *testing.T) {
			if err := v.Check(parse(v.Kind, bytes.Clone(v.Wire), v.Limits)); err != nil {
				t.Errorf("%.300q: %v\n%s", v.Wire, err, v.Note)
			}
		})
	}
}

// Check compares the result of a parser for v with the expected one. A parser may
// report a fault as incomplete when the bytes end before its line does.
func (v Vector) Check(got Result) error {
	want := v.Want
	if got.Incomplete && want.Error != "" && v.mayWait() {
		got.Incomplete, got.Error, got.Offset = false, want.Error, want.Offset
	}
	switch {
	case len(got.Values) != len(want.Values):
		return fmt.Errorf("got %d values, want %d", len(got.Values), len(want.Values))
	case len(got.Commands) != len(want.Commands):
		return fmt.Errorf("got %d commands, want %d", len(got.Commands), len(want.Commands))
	case got.Incomplete != want.Incomplete:
		return fmt.Errorf("incomplete: got %v, want %v", got.Incomplete, want.Incomplete)
	case got.Error != want.Error && (want.Error == "" || got.Error != Unclassified):
		return fmt.Errorf("error class: got %q, want %q", got.Error, want.Error)
	case want.Error != "" && got.Offset >= 0 && want.Offset >= 0 && got.Offset != want.Offset:
		return fmt.Errorf("offset of the %s error: got %d, want %d", want.Error, got.Offset, want.Offset)
	}
	for i, w := range want.Values {
		if path := w.differs(got.Values[i]); path != "" {
			return fmt.Errorf("value %d%s", i, path)
		}
	}
	for i, w := range want.Commands {
		if !slices.Equal(w, got.Commands[i]) {
			return fmt.Errorf("command %d: got %q, want %q", i, got.Commands[i], w)
		}
	}
	return nil
}

// mayWait reports whether the line in which v's fault lies has no end yet.
func (v Vector) mayWait() bool {
	if v.Want.Offset < 0 {
		return false // a line that is too long needs no end
	}
	line := v.Wire[v.Want.Offset:]
	end := bytes.IndexAny(line, "\r\n")
	return end < 0 || end == len(line)-1 && line[end] == '\r'
}

// differs returns where and how u differs from v, or "".
func (v Value) differs(u Value) string {
	switch {
	case v.Type != u.Type:
		return fmt.Sprintf(": got %s, want %s", u.Type, v.Type)
	case !sameText(v.Type, v.Text, u.Text) || v.Format != u.Format:
		return fmt.Sprintf(": got %s %s %.200q, want %s %.200q", v.Type, u.Format, u.Text, v.Format, v.Text)
	case !slices.Equal(v.Chunks, u.Chunks):
		return fmt.Sprintf(": got chunks %.200q, want %.200q", u.Chunks, v.Chunks)
	case len(v.Elems) != len(u.Elems):
		return fmt.Sprintf(": got %d elements, want %d", len(u.Elems), len(v.Elems))
	}
	for i, e := range v.Elems {
		if path := e.differs(u.Elems[i]); path != "" {
			return fmt.Sprintf(", element %d%s", i, path)
		}
	}
	return ""
}

// sameText compares numbers by value and everything else by its bytes.
func sameText(typ, want, got string) bool {
	switch typ {
	case "int", "bigint":
		a, ok1 := new(big.Int).SetString(want, 10)
		b, ok2 := new(big.Int).SetString(got, 10)
		return ok1 && ok2 && a.Cmp(b) == 0
	case "double":
		return doubleBits(want) == doubleBits(got)
	}
	return want == got
}

// doubleBits returns the bits of the double that text spells, the same for all
// spellings of nan.
func doubleBits(text string) uint64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && strings.Contains(strings.ToLower(text), "nan") {
		f = math.NaN()
	}
	return math.Float64bits(f)
}
