package resptest

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/seed65f5866d/resp/testdata/conformance"
)

// Vector is one conformance vector: bytes, and the result of decoding them.
type Vector struct {
	ID     string
	Area   string // resp2, resp3, stream, command, inline, limits or malformed
	Kind   string // reply, or command for a stream of requests
	Wire   []byte
	Limits Limits
	Want   Result

	RoundTrip *bool  // whether encoding the result gives Wire again; nil when it has a double or nothing whole
	Source    string // where the case comes from
	Note      string
}

// Limits are limits of one vector that differ from the default; nil means the
// default.
type Limits struct {
	MaxDepth    *int   `json:"max_depth"`
	MaxArgs     *int   `json:"max_args"`
	MaxElements *int64 `json:"max_elements"`
	MaxBulk     *int64 `json:"max_bulk"`
	MaxInline   *int64 `json:"max_inline"` // bytes of any line before its LF
}

// Result is the result of decoding a stream of replies or requests.
type Result struct {
	Values   []Value    // the values that were whole before the stop, of a stream of replies
	Commands [][]string // the requests that were whole before the stop, of a stream of requests

	// Incomplete tells that the input ends inside a value or request. Error is
	// the class of the fault decoding stopped at, otherwise: syntax, length,
	// type, overflow, limit or depth.
	Incomplete bool
	Error      string

	Offset int64 // of the fault from the start of Wire, or -1 where none is stated
}

// Value is one value of a vector, in terms that are independent of any codec.
type Value struct {
	// Type is simple, err, int, bulk, null, bool, double, bigint, bulkerr,
	// verbatim, array, map, set, push, attr, streamed-bulk, streamed-array,
	// streamed-map or streamed-set.
	Type string

	// Text is the payload of a string, the digits of an int or bigint, the
	// number a double stands for in a form strconv.ParseFloat reads, true or
	// false of a bool, and bulk, array or resp3 for the three spellings of null.
	Text string

	Format string   // the three bytes before the colon of a verbatim
	Chunks []string // of a streamed-bulk
	Elems  []Value  // of an aggregate; an attr stands before the value it decorates
}

// Vectors returns the conformance vectors. The slice is shared and must not be
// changed.
func Vectors() []Vector { return vectors() }

var vectors = sync.OnceValue(func() []Vector {
	var all []Vector
	names, _ := fs.Glob(conformance.Files, "*.json")
	for _, name := range names {
		data, err := conformance.Files.ReadFile(name)
		if err == nil {
			var some []Vector
			err = json.Unmarshal(data, &some)
			all = append(all, some...)
		}
		if err != nil {
			panic(fmt.Sprintf("resptest: embedded %s: %v", name, err))
		}
	}
	return all
})

// latin1 is a JSON string in which every character stands for one byte.
type latin1 string

func (l *latin1) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range s {
		if r > 0xff {
			return fmt.Errorf("%q is no byte", r)
		}
		b.WriteByte(byte(r))
	}
	*l = latin1(b.String())
	return nil
}

// UnmarshalJSON reads a vector as the files spell it.
func (v *Vector) UnmarshalJSON(data []byte) error {
	var f struct {
		ID, Area, Kind, Source, Note string

		Wire  latin1
		Parts []struct {
			S, Repeat latin1
			N         int
		} `json:"wire_parts"`
		Limits    Limits
		RoundTrip *bool
		Expect    struct {
			Values     []Value
			Commands   [][]latin1
			Incomplete bool
			Error      string
			Offset     *int64
		}
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	*v = Vector{
		ID: f.ID, Area: f.Area, Kind: f.Kind, Source: f.Source, Note: f.Note,
		Wire: []byte(f.Wire), Limits: f.Limits, RoundTrip: f.RoundTrip,
		Want: Result{
			Values: f.Expect.Values, Incomplete: f.Expect.Incomplete, Error: f.Expect.Error, Offset: -1,
		},
	}
	for _, p := range f.Parts {
		v.Wire = append(v.Wire, p.S...)
		v.Wire = append(v.Wire, strings.Repeat(string(p.Repeat), p.N)...)
	}
	if f.Expect.Offset != nil {
		v.Want.Offset = *f.Expect.Offset
	}
	for _, c := range f.Expect.Commands {
		args := make([]string, len(c))
		for i, arg := range c {
			args[i] = string(arg)
		}
		v.Want.Commands = append(v.Want.Commands, args)
	}
	return nil
}

// UnmarshalJSON reads a value as the files spell it.
func (v *Value) UnmarshalJSON(data []byte) error {
	var f struct {
		T, I, D, Wire string

		S, Fmt latin1
		B      bool
		V      []Value
		Chunks []latin1
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	*v = Value{Type: f.T, Text: string(f.S) + f.I + f.D + f.Wire, Format: string(f.Fmt), Elems: f.V}
	if f.T == "bool" {
		v.Text = fmt.Sprint(f.B)
	}
	for _, c := range f.Chunks {
		v.Chunks = append(v.Chunks, string(c))
	}
	return nil
}
