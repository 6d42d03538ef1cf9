package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/resptest"
	"github.com/seed65f5866d/resp/resptest/respgen"
)

// outcomeOf gives what a call returned, as one text.
func outcomeOf(got any, err error) string {
	var reply *resp.ReplyError
	switch {
	case errors.As(err, &reply):
		return "reply: " + reply.Message
	case err != nil:
		return err.Error()
	}
	return fmt.Sprintf("%v", got)
}

func TestTypedReadsTakeWhatSpellsTheType(t *testing.T) {
	for _, test := range []struct {
		wire                                      string
		int64, float64, bool, bytes, array, pairs string
	}{
		{wire: ":42\r\n", int64: "42", float64: "42", bool: "integer", bytes: "integer", array: "integer", pairs: "integer"},
		{wire: ":1\r\n", int64: "1", float64: "1", bool: "true", bytes: "integer", array: "integer", pairs: "integer"},
		{wire: ":0\r\n", int64: "0", float64: "0", bool: "false", bytes: "integer", array: "integer", pairs: "integer"},
		{wire: "#t\r\n", int64: "boolean", float64: "boolean", bool: "true", bytes: "boolean", array: "boolean", pairs: "boolean"},
		{wire: ",1.5\r\n", int64: "double", float64: "1.5", bool: "double", bytes: "double", array: "double", pairs: "double"},
		{wire: "(42\r\n", int64: "42", float64: "42", bool: "big number", bytes: "big number", array: "big number", pairs: "big number"},
		{wire: "+42\r\n", int64: "42", float64: "42", bool: "simple string", bytes: "42", array: "simple string", pairs: "simple string"},
		{wire: "$2\r\n42\r\n", int64: "42", float64: "42", bool: "bulk string", bytes: "42", array: "bulk string", pairs: "bulk string"},
		{wire: "=6\r\ntxt:42\r\n", int64: "42", float64: "42", bool: "verbatim string", bytes: "42", array: "verbatim string", pairs: "verbatim string"},
		{wire: "$?\r\n;1\r\n4\r\n;1\r\n2\r\n;0\r\n", int64: "42", float64: "42", bool: "bulk string", bytes: "42", array: "bulk string", pairs: "bulk string"},
		{wire: "*2\r\n:1\r\n:2\r\n", int64: "array", float64: "array", bool: "array", bytes: "array", array: "2", pairs: "1"},
		{wire: "*3\r\n:1\r\n*1\r\n:2\r\n:3\r\n", int64: "array", float64: "array", bool: "array", bytes: "array", array: "3", pairs: "array"},
		{wire: "*0\r\n", int64: "array", float64: "array", bool: "array", bytes: "array", array: "0", pairs: "0"},
		{wire: "~1\r\n:1\r\n", int64: "set", float64: "set", bool: "set", bytes: "set", array: "1", pairs: "set"},
		{wire: ">2\r\n:1\r\n:2\r\n", int64: "push", float64: "push", bool: "push", bytes: "push", array: "push", pairs: "push"},
		{wire: "%1\r\n:1\r\n:2\r\n", int64: "map", float64: "map", bool: "map", bytes: "map", array: "map", pairs: "1"},
		{wire: "*?\r\n:1\r\n:2\r\n.\r\n", int64: "array", float64: "array", bool: "array", bytes: "array", array: "-1", pairs: "array"},
		{wire: "~?\r\n.\r\n", int64: "set", float64: "set", bool: "set", bytes: "set", array: "-1", pairs: "set"},
		{wire: "%?\r\n:1\r\n:2\r\n.\r\n", int64: "map", float64: "map", bool: "map", bytes: "map", array: "map", pairs: "-1"},
	} {
		for _, attributes := range []string{"", "|0\r\n", "|1\r\n+a\r\n*1\r\n:1\r\n|1\r\n|0\r\n+b\r\n_\r\n"} {
			wire := attributes + test.wire + "+NEXT\r\n"
			for method, want := range map[string]string{
				"int64": test.int64, "float64": test.float64, "bool": test.bool, "bytes": test.bytes, "array": test.array, "map": test.pairs,
			} {
				d := resp.NewDecoder(strings.NewReader(wire))
				var got any
				var err error
				switch method {
				case "int64":
					got, err = d.ReadInt64()
				case "float64":
					got, err = d.ReadFloat64()
				case "bool":
					got, err = d.ReadBool()
				case "bytes":
					var b []byte
					b, err = d.ReadBytes()
					got = string(b)
				case "array":
					got, err = d.ReadArrayLen()
				case "map":
					got, err = d.ReadMapLen()
				}
				name := method
				if name == "bytes" {
					name = "bulk string"
				}
				name = strings.NewReplacer("int64", "integer", "float64", "double", "bool", "boolean").Replace(name)
				if want >= "a" && want != "true" && want != "false" { // a kind
					want = fmt.Sprintf("resp: got %s, want %s", want, name)
				}
				if text := outcomeOf(got, err); text != want {
					t.Errorf("%q as %s: %s, want %s", wire, name, text, want)
				}
				for d.Depth() > 0 {
					if err := d.SkipValue(); err != nil {
						t.Fatalf("%q: %v", wire, err)
					}
				}
				if next, err := d.ReadString(); next != "NEXT" {
					t.Errorf("behind %q as %s: %q and %v, want NEXT", wire, name, next, err)
				}
			}
		}
	}
}

// Nulls and a server's errors are told from all else by every typed read, and
// are read whole.
func TestTypedReadsOfNullsAndErrors(t *testing.T) {
	for value, want := range map[string]string{
		"_\r\n":                           "resp: null",
		"$-1\r\n":                         "resp: null",
		"*-1\r\n":                         "resp: null",
		"|1\r\n+a\r\n:1\r\n_\r\n":         "resp: null",
		"-ERR no\r\n":                     "ERR no",
		"-\r\n":                           "",
		"!6\r\nERR \r\n\r\n":              "ERR \r\n",
		"!0\r\n\r\n":                      "",
		"|1\r\n+a\r\n-ERR in\r\n-ERR\r\n": "ERR",
		"|0\r\n!3\r\nERR\r\n":             "ERR",
	} {
		for _, around := range []string{"", "*2\r\n", "*?\r\n", "%?\r\n:1\r\n", "|0\r\n"} {
			for _, method := range typedMethods {
				r := newReading(strings.NewReader(around + value + "+NEXT\r\n"))
				openTokens(t, r, len(around))
				got, err := r.call(method)
				if got.Err != want || err == nil {
					t.Errorf("%s of %q: %+v, want the error %q", method, value, got, want)
				}
				var reply *resp.ReplyError
				if isReply := errors.As(err, &reply); isReply != (want != "resp: null") {
					t.Errorf("%s of %q: %T, a *ReplyError: %t", method, value, err, isReply)
				}
				if next, err := r.ReadString(); next != "NEXT" {
					t.Errorf("behind %s of %q inside %q: %q and %v, want NEXT", method, value, around, next, err)
				}
			}
		}
	}
}

func TestTypedReadsRefuseTextThatIsNoNumber(t *testing.T) {
	for wire, want := range map[string][2]string{
		"$0\r\n\r\n":                      [2]string{`strconv.Int64: parsing "": invalid syntax`, `strconv.Float64: parsing "": invalid syntax`},
		"+ 1\r\n":                         {`strconv.Int64: parsing " 1": invalid syntax`, `strconv.Float64: parsing " 1": invalid syntax`},
		"$3\r\n0x1\r\n":                   {`strconv.Int64: parsing "0x1": invalid syntax`, `strconv.Float64: parsing "0x1": invalid syntax`},
		"(9223372036854775808\r\n":        {`strconv.Int64: parsing "9223372036854775808": value out of range`, "9.223372036854776e+18"},
		"$5\r\n1e400\r\n":                 {`strconv.Int64: parsing "1e400": invalid syntax`, `strconv.Float64: parsing "1e400": value out of range`},
		"$?\r\n;0\r\n":                    {`strconv.Int64: parsing "": invalid syntax`, `strconv.Float64: parsing "": invalid syntax`},
		"$?\r\n;1\r\nx\r\n;0\r\n":         {`strconv.Int64: parsing "x": invalid syntax`, `strconv.Float64: parsing "x": invalid syntax`},
		"$20\r\n-9223372036854775808\r\n": {"-9223372036854775808", "-9.223372036854776e+18"},
	} {
		d := resp.NewDecoder(strings.NewReader(wire + wire + "+NEXT\r\n"))
		n, err := d.ReadInt64()
		f, floatErr := d.ReadFloat64()
		got := [2]string{outcomeOf(n, err), outcomeOf(f, floatErr)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", wire, diff)
		}
		if next, err := d.ReadString(); next != "NEXT" {
			t.Errorf("behind %q: %q and %v, want NEXT", wire, next, err)
		}
	}
}

// Pushes at top level go to OnPush, wherever they stand; those inside an
// aggregate are elements like any other.
func TestPushesGoToOnPush(t *testing.T) {
	withOnPush := methods.Names(func(r methods.Read) bool { return r.OfReplies() && r.OnPush })
	for _, test := range []struct {
		wire   string
		pushes []string
		rest   int // where the read that is not of a push starts
	}{
		{":1\r\n", nil, 0},
		{">1\r\n+a\r\n:1\r\n", []string{">1\r\n+a\r\n"}, 8},
		{">0\r\n>1\r\n*1\r\n_\r\n$1\r\nx\r\n", []string{">0\r\n", ">1\r\n*1\r\n_\r\n"}, 15},
		{"|1\r\n+a\r\n:1\r\n>1\r\n+a\r\n|0\r\n*2\r\n:1\r\n:2\r\n", []string{"|1\r\n+a\r\n:1\r\n>1\r\n+a\r\n"}, 20},
		{">1\r\n>1\r\n+a\r\n_\r\n", []string{">1\r\n>1\r\n+a\r\n"}, 12},
		{">1\r\n$?\r\n;1\r\nx\r\n;0\r\n-ERR\r\n", []string{">1\r\n$?\r\n;1\r\nx\r\n;0\r\n"}, 19},
		{">1\r\n+a\r\n", []string{">1\r\n+a\r\n"}, 8},
	} {
		for _, method := range withOnPush {
			for _, atOnce := range []bool{true, false} {
				want, _ := newReading(strings.NewReader(test.wire[test.rest:])).call(method)
				want.Offset += int64(test.rest)
				var pushes []string
				r := newReading(nil, resp.OnPush(func(v *resp.Value) { pushes = append(pushes, string(resp.AppendValue(nil, v))) }))
				var got result
				var err error
				if atOnce {
					r.Reset(strings.NewReader(test.wire))
					got, _ = r.call(method)
				} else {
					for i := range len(test.wire) {
						r.Feed([]byte{test.wire[i]})
						if got, err = r.call(method); err != resp.ErrIncomplete {
							break
						}
					}
					if err == resp.ErrIncomplete {
						got.Err = io.EOF.Error()
					}
				}
				if got != want {
					t.Errorf("%s of %q: %+v, want %+v", method, test.wire, got, want)
				}
				if diff := cmp.Diff(test.pushes, pushes); diff != "" {
					t.Errorf("%s of %q: pushes (-want +got):\n%s", method, test.wire, diff)
				}
			}
		}
	}
}

func TestPushesInsideAnAggregateAreElements(t *testing.T) {
	for _, around := range []string{"*1\r\n", "*?\r\n", "%1\r\n:1\r\n", "*1\r\n|0\r\n", "|1\r\n:1\r\n"} {
		pushed := 0
		r := newReading(strings.NewReader(around+">2\r\n:1\r\n:2\r\n"), resp.OnPush(func(*resp.Value) { pushed++ }))
		openTokens(t, r, len(around))
		if n, err := r.ReadArrayLen(); n != 2 || err != nil || pushed != 0 || r.Depth() == 0 {
			t.Errorf("ReadArrayLen of a push inside %q: %d and %v at depth %d, and OnPush got %d", around, n, err, r.Depth(), pushed)
		}
	}
}

// Behind the tokens of an attribute at top level a push is still one at top
// level.
func TestAPushBehindTheTokensOfAnAttribute(t *testing.T) {
	const attribute = "|1\r\n+a\r\n:1\r\n"
	for _, method := range []string{"ReadInt64", "Decode"} {
		pushed := 0
		r := newReading(strings.NewReader(attribute+">1\r\n+a\r\n:7\r\n"), resp.OnPush(func(*resp.Value) { pushed++ }))
		openTokens(t, r, len(attribute))
		if got, err := r.call(method); err != nil || pushed != 1 || !strings.Contains(got.Text, "7") || got.Depth != 0 {
			t.Errorf("%s: %+v, and OnPush got %d", method, got, pushed)
		}
	}
}

// The others show pushes as they come.
func TestPushesAreShownByTheOtherReads(t *testing.T) {
	const wire = ">1\r\n+a\r\n"
	for _, method := range methods.Names(func(r methods.Read) bool { return r.OfReplies() && !r.OnPush }) {
		r := newReading(strings.NewReader(wire), resp.OnPush(func(*resp.Value) { t.Errorf("%s hands %q to OnPush", method, wire) }))
		if got, err := r.call(method); err != nil {
			t.Errorf("%s of %q: %+v", method, wire, got)
		}
	}
}

// A null push, which Lenient takes, is no reply either.
func TestALenientNullPushGoesToOnPush(t *testing.T) {
	for _, method := range []string{"ReadInt64", "Decode"} {
		var pushed []string
		r := newReading(strings.NewReader(">-1\r\n:7\r\n"), resp.Lenient(),
			resp.OnPush(func(v *resp.Value) { pushed = append(pushed, fmt.Sprint(v.Kind, v.Null)) }))
		if got, err := r.call(method); err != nil || !strings.Contains(got.Text, "7") {
			t.Errorf("%s behind a null push: %+v", method, got)
		}
		if diff := cmp.Diff([]string{"push true"}, pushed); diff != "" {
			t.Errorf("%s (-want +got):\n%s", method, diff)
		}
	}
}

// A push at top level is nobody's reply: without OnPush ReadArrayLen reads it whole,
// attributes and all, and the reply behind it comes next.
func TestAPushAtTopLevelIsNoArray(t *testing.T) {
	for _, push := range []string{">0\r\n", ">1\r\n+a\r\n", ">2\r\n+a\r\n*1\r\n>1\r\n_\r\n", "|1\r\n+a\r\n:1\r\n>1\r\n*0\r\n"} {
		for _, tokens := range []int64{0, 12} { // an attribute may have been read before
			if tokens > 0 && push[0] != '|' {
				continue
			}
			for _, arrival := range tests.Arrivals(1) {
				r := newReading(arrival.Of(strings.NewReader(push + "*1\r\n:7\r\n")))
				for r.InputOffset() < tokens {
					if _, err := untilDone(r.ReadToken); err != nil {
						t.Fatal(err)
					}
				}
				var kind *resp.KindError
				if n, err := untilDone(r.ReadArrayLen); n != 0 || !errors.As(err, &kind) || *kind != (resp.KindError{Got: resp.Push, Want: resp.Array}) || r.Depth() != 0 {
					t.Errorf("ReadArrayLen of %q, %s: %d and %v at depth %d", push, arrival.Name, n, err, r.Depth())
				}
				if n, err := untilDone(r.ReadArrayLen); n != 1 || err != nil {
					t.Errorf("ReadArrayLen behind %q, %s: %d and %v, want 1", push, arrival.Name, n, err)
				}
			}
		}
	}
}

func TestEmptyStringsAreNotNil(t *testing.T) {
	for _, wire := range []string{"$0\r\n\r\n", "+\r\n", "=4\r\ntxt:\r\n", "$?\r\n;0\r\n", "|0\r\n+\r\n"} {
		for _, padding := range []string{"", strings.Repeat(" ", 100)} {
			if b, err := resp.NewDecoder(strings.NewReader(wire + padding)).ReadBytes(); b == nil || len(b) > 0 || err != nil {
				t.Errorf("ReadBytes of %q: %q, nil: %t, %v", wire, b, b == nil, err)
			}
		}
	}
}

// The bytes that are returned end where they end: an append makes a copy.
func TestBytesHaveNoRoomBehindThem(t *testing.T) {
	for _, wire := range []string{"$3\r\nabc\r\n", "+abc\r\n", "=7\r\ntxt:abc\r\n", "$?\r\n;3\r\nabc\r\n;0\r\n"} {
		d := resp.NewDecoder(strings.NewReader(wire + wire + strings.Repeat(" ", 100)))
		if b, err := d.ReadBytes(); string(b) != "abc" || cap(b) != len(b) || err != nil {
			t.Errorf("ReadBytes of %q: %q of capacity %d, %v", wire, b, cap(b), err)
		}
		if b, err := d.ReadRaw(); string(b) != wire || cap(b) != len(b) || err != nil {
			t.Errorf("ReadRaw of %q: %q of capacity %d, %v", wire, b, cap(b), err)
		}
	}
}

// loops are the two kinds of loop.
var loops = map[string]func(*resp.Decoder) iter.Seq2[int, error]{
	"Elements": (*resp.Decoder).Elements,
	"Entries":  (*resp.Decoder).Entries,
}

const strayed = "resp: the body of a loop over Elements or Entries has read more than its element"

func TestElementsWalksCountedAndStreamedAlike(t *testing.T) {
	for wire, want := range map[string]string{
		"*0\r\n":                             "",
		"*?\r\n.\r\n":                        "",
		"~0\r\n":                             "",
		"*3\r\n:1\r\n$1\r\n2\r\n(3\r\n":      "0:1 1:2 2:3",
		"*?\r\n:1\r\n$1\r\n2\r\n(3\r\n.\r\n": "0:1 1:2 2:3",
		"~2\r\n:1\r\n:2\r\n":                 "0:1 1:2",
		"~?\r\n:1\r\n.\r\n":                  "0:1",
		"|1\r\n+a\r\n:9\r\n*1\r\n|0\r\n|1\r\n:8\r\n:9\r\n:1\r\n": "0:1",
		"*2\r\n$?\r\n;1\r\n1\r\n;1\r\n2\r\n;0\r\n:3\r\n":         "0:12 1:3",
	} {
		for _, around := range []string{"", "*2\r\n", "*?\r\n", "|1\r\n", "%1\r\n+k\r\n", "*2\r\n|1\r\n:1\r\n:2\r\n"} {
			for _, arrival := range tests.Arrivals(1) {
				d := resp.NewDecoder(arrival.Of(strings.NewReader(around + wire + "+NEXT\r\n")))
				for d.InputOffset() < int64(len(around)) {
					if _, err := untilDone(d.ReadToken); err != nil {
						t.Fatal(err)
					}
				}
				if strings.Contains(arrival.Name, "timeouts") {
					continue // see TestALoopIsGivenUpWhereItIsInterrupted
				}
				depth := d.Depth()
				var got []string
				for i, err := range d.Elements() {
					if err != nil {
						t.Errorf("%q inside %q, %s: %v", wire, around, arrival.Name, err)
					}
					n, err := d.ReadInt64()
					if err != nil {
						t.Errorf("%q inside %q, %s: element %d: %v", wire, around, arrival.Name, i, err)
					}
					got = append(got, fmt.Sprint(i, ":", n))
				}
				if diff := cmp.Diff(want, strings.ReplaceAll(strings.Join(got, " "), " :", ":")); diff != "" {
					t.Errorf("%q inside %q, %s (-want +got):\n%s", wire, around, arrival.Name, diff)
				}
				if next, err := d.ReadString(); next != "NEXT" || depth == 0 && d.Depth() != 0 {
					t.Errorf("behind %q inside %q, %s: %q and %v, want NEXT", wire, around, arrival.Name, next, err)
				}
			}
		}
	}
}

func TestEntriesWalksMapsAndTheirRESP2Form(t *testing.T) {
	for wire, want := range map[string]string{
		"%0\r\n":                                    "[]",
		"*0\r\n":                                    "[]",
		"%?\r\n.\r\n":                               "[]",
		"%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n":            "[0 a 1 1 b 2]",
		"*4\r\n+a\r\n:1\r\n+b\r\n:2\r\n":            "[0 a 1 1 b 2]",
		"%?\r\n+a\r\n:1\r\n+b\r\n:2\r\n.\r\n":       "[0 a 1 1 b 2]",
		"%1\r\n|1\r\n+x\r\n_\r\n+a\r\n|0\r\n:1\r\n": "[0 a 1]",
	} {
		for _, reads := range []int{0, 1, 2} {
			d := resp.NewDecoder(strings.NewReader(wire + "+NEXT\r\n"))
			got := []any{}
			for i, err := range d.Entries() {
				if err != nil {
					t.Fatalf("%q: %v", wire, err)
				}
				if reads > 0 {
					key, err := d.ReadString()
					if err != nil {
						t.Fatalf("%q: %v", wire, err)
					}
					got = append(got, i, key)
				}
				if reads > 1 {
					n, err := d.ReadInt64()
					if err != nil {
						t.Fatalf("%q: %v", wire, err)
					}
					got = append(got, n)
				}
			}
			if reads == 2 && fmt.Sprint(got) != want {
				t.Errorf("%q: %v, want %s", wire, got, want)
			}
			if next, err := d.ReadString(); next != "NEXT" {
				t.Errorf("behind %q, %d of each entry read: %q and %v, want NEXT", wire, reads, next, err)
			}
		}
	}
}

// What comes instead of an array or a map is what ReadArrayLen and ReadMapLen make
// of it, once.
func TestLoopsOverWhatIsNoAggregate(t *testing.T) {
	for _, wire := range append([]string{"", "*1", "$3\r\nab", "*3\r\n:1\r\n:2\r\n:3\r\n", "?", "*?\r\n+k\r\n.\r\n", "*4294967296\r\n"}, awkwardWires...) {
		for name, loop := range loops {
			open := (*resp.Decoder).ReadArrayLen
			if name == "Entries" {
				open = (*resp.Decoder).ReadMapLen
			}
			like := resp.NewDecoder(strings.NewReader(wire))
			_, want := open(like)
			if want == nil {
				continue
			}
			d := resp.NewDecoder(strings.NewReader(wire))
			var errs []string
			for i, err := range loop(d) {
				errs = append(errs, fmt.Sprint(i, " ", err))
			}
			if diff := cmp.Diff([]string{"0 " + want.Error()}, errs); diff != "" || d.InputOffset() != like.InputOffset() {
				t.Errorf("%s over %q: offset %d, want %d (-want +got):\n%s", name, wire, d.InputOffset(), like.InputOffset(), diff)
			}
		}
	}
	for range resp.NewDecoder(strings.NewReader(">1\r\n+a\r\n")).Elements() {
		continue // a push at top level is no array, and its error is yielded once all the same
	}
}

// elementBodies read this or that of an element, and not all of it.
var elementBodies = map[string]func(t *testing.T, d *resp.Decoder){
	"nothing":              func(*testing.T, *resp.Decoder) {},
	"PeekKind":             func(_ *testing.T, d *resp.Decoder) { d.PeekKind() },
	"a token":              func(_ *testing.T, d *resp.Decoder) { d.ReadToken() },
	"two tokens inside":    func(_ *testing.T, d *resp.Decoder) { readInside(d, 2) },
	"three tokens inside":  func(_ *testing.T, d *resp.Decoder) { readInside(d, 3) },
	"all tokens":           func(_ *testing.T, d *resp.Decoder) { readInside(d, 1000) },
	"SkipValue":            func(_ *testing.T, d *resp.Decoder) { d.SkipValue() },
	"Decode":               func(_ *testing.T, d *resp.Decoder) { d.Decode(new(resp.Value)) },
	"ReadInt64":            func(_ *testing.T, d *resp.Decoder) { d.ReadInt64() },
	"ReadArrayLen":         func(_ *testing.T, d *resp.Decoder) { d.ReadArrayLen() },
	"BulkReader":           func(_ *testing.T, d *resp.Decoder) { d.BulkReader() },
	"BulkReader, a byte":   func(_ *testing.T, d *resp.Decoder) { readSome(d, 1) },
	"BulkReader, all":      func(_ *testing.T, d *resp.Decoder) { readSome(d, 1000) },
	"CopyValue that fails": func(_ *testing.T, d *resp.Decoder) { d.CopyValue(&oddWriter{err: errOnce}) },
	"CopyBulk that fails":  func(_ *testing.T, d *resp.Decoder) { d.CopyBulk(&oddWriter{n: 1, err: errOnce}) },
	"a loop":               func(_ *testing.T, d *resp.Decoder) { readLoop(d, false) },
	"a loop and break":     func(_ *testing.T, d *resp.Decoder) { readLoop(d, true) },
}

// readInside reads up to n tokens of the value that comes next.
func readInside(d *resp.Decoder, n int) {
	depth := d.Depth()
	for i := range n {
		t, err := d.ReadToken()
		if err != nil || i == 0 && d.Depth() <= depth && t.Kind() != resp.Attribute || d.Depth() <= depth && t.Kind() != resp.Attribute {
			return
		}
	}
}

func readSome(d *resp.Decoder, n int) {
	if r, err := d.BulkReader(); err == nil {
		r.Read(make([]byte, n))
	}
}

func readLoop(d *resp.Decoder, leave bool) {
	for _, err := range d.Elements() {
		if err != nil {
			return
		}
		d.ReadToken()
		if leave {
			break
		}
	}
}

// leftElements are what bodies leave something of.
var leftElements = []string{
	"+OK\r\n", "$5\r\nhello\r\n", "$0\r\n\r\n", "$-1\r\n", "_\r\n", "-ERR\r\n", "=7\r\ntxt:abc\r\n", "*0\r\n", "*2\r\n:1\r\n*2\r\n:2\r\n$3\r\nabc\r\n",
	"%1\r\n+k\r\n*1\r\n:1\r\n", "*?\r\n*?\r\n:1\r\n.\r\n.\r\n", "$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n", ">1\r\n+x\r\n",
	"|1\r\n+a\r\n*1\r\n:1\r\n$2\r\nhi\r\n", "|1\r\n+a\r\n:1\r\n|1\r\n+b\r\n:2\r\n*1\r\n|0\r\n:5\r\n", "$50\r\n" + strings.Repeat("x", 50) + "\r\n",
}

// loopWires are aggregates of the elements given, each with the loop that is for it
// and how many values a body of that has.
func loopWires(elements ...string) map[string]string {
	all := strings.Join(elements, "")
	wires := map[string]string{
		fmt.Sprintf("*%d\r\n%s", len(elements), all): "Elements",
		"*?\r\n" + all + ".\r\n":                     "Elements",
		"|1\r\n+a\r\n:1\r\n~?\r\n" + all + ".\r\n":   "Elements",
	}
	if len(elements)%2 == 0 {
		wires[fmt.Sprintf("%%%d\r\n%s", len(elements)/2, all)] = "Entries"
		wires[fmt.Sprintf("*%d\r\n|0\r\n%s", len(elements), all)] = "Entries"
		wires["%?\r\n"+all+".\r\n"] = "Entries"
	}
	return wires
}

// Whatever the body leaves of its element, and wherever the loop is left, the next
// read finds the next value: however it came, and though reads were interrupted.
func TestLoopsSkipWhatTheBodyLeaves(t *testing.T) {
	for i, element := range leftElements {
		other := leftElements[(i+1)%len(leftElements)]
		for wire, name := range loopWires(element, other, element, element) {
			for _, around := range []string{"", "*2\r\n", "%?\r\n", "|1\r\n:1\r\n", "*1\r\n*1\r\n*1\r\n"} {
				for _, arrival := range tests.Arrivals(1) {
					for how, body := range elementBodies {
						for leaveAt := range 4 {
							d := resp.NewDecoder(arrival.Of(strings.NewReader(around + wire + "+NEXT\r\n")))
							for d.InputOffset() < int64(len(around)) {
								if _, err := untilDone(d.ReadToken); err != nil {
									t.Fatal(err)
								}
							}
							turns := 0
							for again := true; again; {
								again = false
								for i, err := range loops[name](d) {
									if err != nil {
										// Behind the header the loop is given up.
										again = d.InputOffset() == int64(len(around))
										if !stopsShort(err) {
											t.Errorf("%q inside %q, %s, %s: %v at %d", wire, around, arrival.Name, how, err, i)
										}
										continue
									}
									if turns != i {
										t.Errorf("%q inside %q, %s, %s: index %d, want %d", wire, around, arrival.Name, how, i, turns)
									}
									turns++
									body(t, d)
									if i == leaveAt {
										break
									}
								}
							}
							if next, err := untilDone(d.ReadString); next != "NEXT" {
								t.Fatalf("behind %q inside %q, %s, left at %d, %s: %q and %v, want NEXT", wire, around, arrival.Name, leaveAt, how, next, err)
							}
						}
					}
				}
			}
		}
	}
}

// return, a panic and the end of a goroutine leave a loop as break does, and what
// has arrived is skipped there and then.
func TestLeavingALoopSkipsTheRest(t *testing.T) {
	const wire = "*3\r\n$5\r\nhello\r\n*1\r\n:1\r\n:2\r\n"
	leave := map[string]func(){
		"panic":  func() { panic("as told") },
		"Goexit": runtime.Goexit,
	}
	for how, leave := range leave {
		d := resp.NewDecoder(strings.NewReader(wire + "+NEXT\r\n"))
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() { recover() }()
			for range d.Elements() {
				d.BulkReader()
				leave()
			}
		}()
		<-done
		if d.Depth() != 0 || d.InputOffset() != int64(len(wire)) || string(d.Buffered()) != "+NEXT\r\n" {
			t.Errorf("%s: depth %d, offset %d, %q buffered", how, d.Depth(), d.InputOffset(), d.Buffered())
		}
		if next, err := d.ReadString(); next != "NEXT" {
			t.Errorf("%s: %q and %v, want NEXT", how, next, err)
		}
	}
	// A view that the body returns is valid until the next call.
	d := resp.NewDecoder(strings.NewReader(wire + "+NEXT\r\n"))
	hello := func() []byte {
		for _, err := range d.Elements() {
			if err != nil {
				return nil
			}
			b, _ := d.ReadBytes()
			return b
		}
		return nil
	}()
	if string(hello) != "hello" || d.Depth() != 0 {
		t.Errorf("%q at depth %d", hello, d.Depth())
	}
}

// Leaving a loop waits for nothing. The next read drops the rest, which counts as
// read in Depth: so leaving by it stays in step as well.
func TestLeavingALoopWaitsForNothing(t *testing.T) {
	for wire, name := range loopWires("+a\r\n", "$5\r\nhello\r\n", "*1\r\n:1\r\n", "$?\r\n;1\r\nx\r\n;0\r\n") {
		for _, around := range []string{"", "*1\r\n", "*2\r\n", "*?\r\n", "|1\r\n:1\r\n", "*1\r\n*1\r\n"} {
			for cut := len(around); cut < len(around+wire); cut++ {
				d := resp.NewDecoder(nil)
				d.Feed([]byte(around + wire)[:cut])
				for d.InputOffset() < int64(len(around)) {
					d.ReadToken()
				}
				begun := false
				for _, err := range loops[name](d) {
					if begun = err == nil; begun {
						d.ReadToken()
					}
					break
				}
				if !begun {
					continue
				}
				depth := d.Depth()
				d.Feed([]byte(around + wire)[cut:])
				d.Feed([]byte("+NEXT\r\n"))
				if now := d.Depth(); now != depth {
					t.Errorf("%q inside %q, cut at %d: depth %d, then %d", wire, around, cut, depth, now)
				}
				if strings.Count(around, "*1") == strings.Count(around, "*") && around != "|1\r\n:1\r\n" && depth != 0 {
					t.Errorf("%q inside %q, cut at %d: depth %d, want 0", wire, around, cut, depth)
				}
				if next, err := d.ReadString(); next != "NEXT" {
					t.Errorf("%q inside %q, cut at %d: %q and %v, want NEXT", wire, around, cut, next, err)
				}
			}
		}
	}
}

// Depth counts what a BulkReader or a loop has left as read: so leaving aggregates by
// Depth does not take the value behind them.
func TestDepthCountsWhatIsDroppedAsRead(t *testing.T) {
	for _, around := range []string{"*1\r\n", "*2\r\n:1\r\n", "*1\r\n*2\r\n:1\r\n", "*1\r\n*2\r\n", "%1\r\n+k\r\n", "*?\r\n", "*1\r\n|1\r\n:1\r\n:2\r\n", "*2\r\n|1\r\n:1\r\n", "*1\r\n|1\r\n:1\r\n"} {
		tail := map[string]string{"*1\r\n|1\r\n:1\r\n": ":2\r\n", "*1\r\n*2\r\n": ":1\r\n", "*?\r\n": ".\r\n", "*2\r\n|1\r\n:1\r\n": ":1\r\n:2\r\n"}[around]
		for _, value := range []string{"$5\r\nhello\r\n", "$?\r\n;3\r\nabc\r\n;2\r\nde\r\n;0\r\n", "*2\r\n:1\r\n:2\r\n", "*?\r\n$5\r\nhello\r\n.\r\n"} {
			wire := around + value + tail
			for cut := range wire {
				if cut < len(around) {
					continue
				}
				d := resp.NewDecoder(nil)
				d.Feed([]byte(wire[:cut]))
				for d.InputOffset() < int64(len(around)) {
					d.ReadToken()
				}
				if value[0] == '$' {
					readSome(d, 2)
				} else {
					for range d.Elements() {
						break
					}
				}
				d.Feed([]byte(wire[cut:] + "+NEXT\r\n"))
				for d.Depth() > 0 {
					if err := d.SkipValue(); err != nil {
						t.Fatalf("%q, cut at %d: %v", wire, cut, err)
					}
				}
				next, err := d.ReadString()
				if next != "NEXT" {
					t.Errorf("%q, cut at %d: %q and %v, want NEXT", wire, cut, next, err)
				}
			}
		}
	}
}

// A loop that was interrupted behind its header yields that once and is given up;
// before its header is read it can be repeated. Reads in the body can be repeated
// there.
func TestALoopIsGivenUpWhereItIsInterrupted(t *testing.T) {
	const wire = "*?\r\n*2\r\n:1\r\n:2\r\n$2\r\nab\r\n.\r\n"
	for cut := range len(wire) {
		d := resp.NewDecoder(io.MultiReader(strings.NewReader(wire[:cut]), resptest.FailingReader(strings.NewReader(""), 0, os.ErrDeadlineExceeded)))
		var yielded []string
		for i, err := range d.Elements() {
			yielded = append(yielded, fmt.Sprint(i, err))
		}
		if last := yielded[len(yielded)-1]; !strings.HasSuffix(last, os.ErrDeadlineExceeded.Error()) || strings.Count(fmt.Sprint(yielded), "timeout") != 1 {
			t.Errorf("%q: yields %q", wire[:cut], yielded)
		}
		if headerIn := cut >= 4; (d.InputOffset() > 0) != headerIn {
			t.Errorf("%q: at offset %d", wire[:cut], d.InputOffset())
		}
	}
	d := resp.NewDecoder(resptest.TimeoutReader(strings.NewReader("*2\r\n:1\r\n:2\r\n:3\r\n")))
	if err := untilHeader(d); err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, err := range d.Elements() {
		if err != nil {
			t.Fatal(err)
		}
		n, err := untilDone(d.ReadInt64)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if n, err := untilDone(d.ReadInt64); !slices.Equal(got, []int64{1, 2}) || n != 3 {
		t.Errorf("%d, then %d and %v", got, n, err)
	}
}

// untilHeader has the header of the next aggregate arrive.
func untilHeader(d *resp.Decoder) error {
	for len(d.Buffered()) < 4 {
		if _, err := d.ReadRaw(); !stopsShort(err) {
			return err
		}
	}
	return nil
}

// A body that reads more than its element does not shift what comes: the loop says
// so, and so do all reads after it, though the loop was left in that very body.
func TestABodyThatReadsTooMuch(t *testing.T) {
	read := func(method func(*resp.Decoder), n int) func(*resp.Decoder) {
		return func(d *resp.Decoder) {
			for range n {
				method(d)
			}
		}
	}
	readBytes := func(d *resp.Decoder) { d.ReadBytes() }
	for _, test := range []struct {
		wire string
		at   int // the body that reads too much
		body func(*resp.Decoder)
	}{
		{"*3\r\n+a\r\n+b\r\n+c\r\n", 0, read(readBytes, 2)},
		{"*3\r\n+a\r\n+b\r\n+c\r\n", 0, read(readBytes, 3)},
		{"*3\r\n+a\r\n+b\r\n+c\r\n", 0, read(readBytes, 4)},
		{"*3\r\n+a\r\n+b\r\n+c\r\n", 1, read(readBytes, 2)},
		{"*3\r\n+a\r\n+b\r\n+c\r\n", 2, read(readBytes, 2)},
		{"*?\r\n+a\r\n+b\r\n+c\r\n.\r\n", 0, read(readBytes, 2)},
		{"*?\r\n+a\r\n+b\r\n+c\r\n.\r\n", 2, read(readBytes, 2)}, // the end
		{"*?\r\n+a\r\n+b\r\n+c\r\n.\r\n", 2, read(readBytes, 3)},
		{"*1\r\n+a\r\n", 0, func(d *resp.Decoder) { d.ReadBytes(); d.BulkReader() }},
		{"*1\r\n+a\r\n", 0, func(d *resp.Decoder) { d.ReadBytes(); readSome(d, 1) }},
		{"*2\r\n+a\r\n$3\r\nabc\r\n", 0, func(d *resp.Decoder) { d.ReadBytes(); readSome(d, 1) }},
		{"*1\r\n+a\r\n", 0, func(d *resp.Decoder) { d.ReadBytes(); d.ReadArrayLen() }},
		{"*1\r\n+a\r\n*1\r\n+b\r\n", 0, func(d *resp.Decoder) { d.ReadBytes(); d.ReadArrayLen() }},
		{"*1\r\n+a\r\n*1\r\n+b\r\n", 0, func(d *resp.Decoder) { d.ReadBytes(); d.SkipValue() }},
		{"*1\r\n+a\r\n$9\r\nabcdefghi\r\n", 0, func(d *resp.Decoder) { d.ReadBytes(); d.CopyValue(&oddWriter{err: errOnce}) }},
		// What follows looks like what was there before.
		{"*2\r\n+a\r\n+b\r\n*2\r\n+a\r\n+b\r\n", 0, func(d *resp.Decoder) { read(readBytes, 2)(d); d.ReadArrayLen(); d.ReadBytes() }},
		{"*2\r\n+a\r\n+b\r\n*3\r\n+a\r\n+b\r\n+c\r\n", 0, func(d *resp.Decoder) { read(readBytes, 2)(d); d.ReadArrayLen(); read(readBytes, 2)(d) }},
		{"*1\r\n+a\r\n+b\r\n*2\r\n+a\r\n+b\r\n", 0, func(d *resp.Decoder) { read(readBytes, 2)(d); d.ReadArrayLen(); d.ReadBytes() }},
	} {
		for _, around := range []string{"", "*9\r\n", "*?\r\n", "*1\r\n", "*2\r\n", "*1\r\n*9\r\n"} {
			for _, leave := range []bool{true, false} {
				wire := around + test.wire + strings.Repeat("+NEXT\r\n", 30)
				d := resp.NewDecoder(strings.NewReader(wire))
				for d.InputOffset() < int64(len(around)) {
					d.ReadToken()
				}
				var errs []string
				for i, err := range d.Elements() {
					if err != nil {
						errs = append(errs, fmt.Sprint(i, " ", err))
						continue
					}
					if i == test.at {
						test.body(d)
						if leave {
							break
						}
					}
				}
				if want := fmt.Sprint(test.at, " ", strayed); !leave && !slices.Equal(errs, []string{want}) {
					t.Errorf("%.100q: %q, want %q", wire, errs, want)
				}
				if _, err := d.ReadToken(); err == nil || err.Error() != strayed {
					t.Errorf("%.100q, left there: %t: then %v, want %s", wire, leave, err, strayed)
				}
				d.Reset(strings.NewReader("+OK\r\n"))
				if s, err := d.ReadString(); s != "OK" {
					t.Errorf("%.100q: behind Reset %q and %v", wire, s, err)
				}
			}
		}
	}
	// The value of an entry and the key behind it.
	d := resp.NewDecoder(strings.NewReader("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n"))
	for i, err := range d.Entries() {
		if i == 0 && err == nil {
			read(readBytes, 3)(d)
		} else if err == nil || err.Error() != strayed {
			t.Errorf("%d: %v, want %s", i, err, strayed)
		}
	}
}

// A body that reads all of its element, whatever that closes, has not read too much.
func TestABodyThatReadsAllOfTheLastElement(t *testing.T) {
	for _, around := range []string{"", "*1\r\n", "*2\r\n:1\r\n", "*1\r\n*1\r\n*2\r\n:1\r\n", "*?\r\n", "|1\r\n", "|1\r\n:1\r\n", "|0\r\n", "*1\r\n|1\r\n:1\r\n:2\r\n", "%1\r\n+k\r\n"} {
		for _, wire := range []string{"*1\r\n:7\r\n", "*1\r\n*1\r\n*0\r\n", "*1\r\n|1\r\n:1\r\n:2\r\n$3\r\nabc\r\n", "~1\r\n$?\r\n;0\r\n"} {
			for how, body := range elementBodies {
				d := resp.NewDecoder(strings.NewReader(around + wire + "+NEXT\r\n+NEXT\r\n"))
				for d.InputOffset() < int64(len(around)) {
					d.ReadToken()
				}
				for i, err := range d.Elements() {
					if err != nil {
						t.Errorf("%q inside %q, %s: %v at %d", wire, around, how, err, i)
					}
					body(t, d)
				}
				if next, err := d.ReadString(); next != "NEXT" {
					t.Errorf("%q inside %q, %s: %q and %v, want NEXT", wire, around, how, next, err)
				}
			}
		}
	}
}

// CLUSTER SLOTS, and a map of maps.
func TestLoopsInsideLoops(t *testing.T) {
	const slots = "*2\r\n*4\r\n:0\r\n:5460\r\n*3\r\n$9\r\n127.0.0.1\r\n:30001\r\n$2\r\nid\r\n*2\r\n$9\r\n127.0.0.1\r\n:30004\r\n*?\r\n:5461\r\n:9\r\n*1\r\n+host\r\n.\r\n+NEXT\r\n"
	d := resp.NewDecoder(strings.NewReader(slots))
	var got []string
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, err := range d.Elements() {
		must(err)
		for j, err := range d.Elements() {
			must(err)
			if j < 2 {
				n, err := d.ReadInt64()
				must(err)
				got = append(got, fmt.Sprint(i, j, n))
				continue
			}
			for k, err := range d.Elements() {
				must(err)
				host, err := d.ReadString()
				must(err)
				got = append(got, fmt.Sprint(i, j, k, " ", host))
				break
			}
		}
	}
	want := []string{"0 0 0", "0 1 5460", "0 2 0 127.0.0.1", "0 3 0 127.0.0.1", "1 0 5461", "1 1 9", "1 2 0 host"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if next, err := d.ReadString(); next != "NEXT" {
		t.Errorf("%q and %v, want NEXT", next, err)
	}
}

// A body that resets the Decoder ends the loop, and those around it, and what it
// reads then is not touched.
func TestABodyThatResetsTheDecoder(t *testing.T) {
	for _, next := range []string{"+NEXT\r\n+NEXT\r\n", "*3\r\n+NEXT\r\n+NEXT\r\n+NEXT\r\n"} {
		d := resp.NewDecoder(strings.NewReader("*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n"))
		turns := 0
		for _, err := range d.Elements() {
			for _, err := range d.Elements() {
				if turns++; err != nil {
					t.Fatal(err)
				}
				d.Reset(strings.NewReader(next))
				if next[0] == '*' {
					d.ReadArrayLen()
				}
				d.ReadString()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if s, err := d.ReadString(); turns != 1 || s != "NEXT" {
			t.Errorf("%d turns, then %q and %v", turns, s, err)
		}
	}
}

// Pulled one by one, elements are skipped as in a loop.
func TestPulledElements(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("*3\r\n*1\r\n:1\r\n:2\r\n:3\r\n+NEXT\r\n"))
	next, stop := iter.Pull2(d.Elements())
	for want := range 2 {
		if i, err, ok := next(); i != want || err != nil || !ok {
			t.Errorf("%d, %v, %t, want %d", i, err, ok, want)
		}
	}
	stop()
	if next, err := d.ReadString(); next != "NEXT" {
		t.Errorf("%q and %v, want NEXT", next, err)
	}
}

// Loops inside loops with bodies that do anything but read too much stay in step, for
// any value and however it comes.
func TestRandomBodiesStayInStep(t *testing.T) {
	tests.ForAll(t, func(w resptest.Wire, seed uint64) string {
		for _, way := range deliveries(seed) {
			rnd := rand.New(rand.NewPCG(seed, 2))
			s := way.open(append(slices.Clone(w.Bytes), "+NEXT\r\n"...))
			for err := errors.New("not begun"); err != nil && s.InputOffset() == 0; {
				err = randomLoop(s, rnd, 4)
				if err != nil && s.InputOffset() == 0 && !s.again(err) {
					return fmt.Sprintf("%s of %.300q: %v", way.name, w.Bytes, err)
				}
			}
			var next string
			err := s.untilDone(func() (err error) { next, err = s.ReadString(); return err })
			if next != "NEXT" {
				return fmt.Sprintf("%s of %.300q: then %q and %v, want NEXT", way.name, w.Bytes, next, err)
			}
		}
		return ""
	}, respgen.Wire(resptest.Shape{Bytes: 100}), anySeed)
}

// randomLoop loops over the next value, and returns the error with which that ended.
func randomLoop(s *source, rnd *rand.Rand, most int) (last error) {
	loop := s.Elements()
	if rnd.IntN(3) == 0 {
		loop = s.Entries()
	}
	for _, err := range loop {
		if last = err; err != nil {
			continue
		}
		depth := s.Depth()
		switch choice := rnd.IntN(10); {
		case choice == 0:
			return nil
		case choice == 1:
		case choice < 4 && most > 0:
			randomLoop(s, rnd, most-1)
		case choice == 4:
			readSome(s.Decoder, rnd.IntN(5))
		default:
			mixedMethods[rnd.IntN(len(mixedMethods))].Call(s.Decoder, new(bytes.Buffer))
			if s.Depth() > depth {
				mixedMethods[rnd.IntN(len(mixedMethods))].Call(s.Decoder, new(bytes.Buffer))
			}
		}
		if rnd.IntN(2) == 0 && s.feed != nil {
			s.feed()
		}
	}
	return last
}

// A server's error that has not all arrived is no reply yet.
func TestATypedReadOfHalfAnErrorLosesNothing(t *testing.T) {
	d := resp.NewDecoder(nil)
	d.Feed([]byte("!9\r\nERR "))
	if _, err := d.ReadInt64(); err != resp.ErrIncomplete {
		t.Fatalf("half of it: %v", err)
	}
	d.Feed([]byte("a b c\r\n:1\r\n"))
	var reply *resp.ReplyError
	if _, err := d.ReadInt64(); !errors.As(err, &reply) || reply.Message != "ERR a b c" {
		t.Errorf("all of it: %v", err)
	}
	if n, err := d.ReadInt64(); n != 1 || err != nil {
		t.Errorf("behind it: %d, %v", n, err)
	}
}

// SkipAttributes takes what stands before a value and nothing of it: any read finds
// the value as if it had come alone.
func TestSkipAttributesLeavesTheValue(t *testing.T) {
	attributes := []string{
		"", "|0\r\n", "|1\r\n+a\r\n:1\r\n", "|1\r\n+a\r\n*1\r\n:1\r\n|0\r\n|1\r\n|1\r\n:1\r\n:2\r\n+k\r\n$?\r\n;1\r\nx\r\n;0\r\n",
		"|2\r\n$3\r\nabc\r\n%?\r\n+k\r\n_\r\n.\r\n+b\r\n|0\r\n>1\r\n+x\r\n",
	}
	for _, around := range []string{"", "*1\r\n", "*?\r\n", "%1\r\n+k\r\n", "|1\r\n:1\r\n", "|1\r\n:1\r\n:2\r\n", "*1\r\n|0\r\n"} {
		for _, attribute := range attributes {
			for _, value := range awkwardWires {
				if value[0] == '|' {
					continue
				}
				for _, arrival := range tests.Arrivals(1) {
					for _, method := range namedMethods {
						alone := newReading(strings.NewReader(around + value + "+NEXT\r\n"))
						openTokens(t, alone, len(around))
						want, _ := alone.call(method)
						want.Offset += int64(len(attribute))
						r := newReading(arrival.Of(strings.NewReader(around + attribute + value + "+NEXT\r\n")))
						for r.InputOffset() < int64(len(around)) {
							if _, err := untilDone(r.ReadToken); err != nil {
								t.Fatal(err)
							}
						}
						depth := r.Depth()
						err := skipAttributes(t, r)
						if at := len(around + attribute); err != nil || r.InputOffset() != int64(at) || r.Depth() != depth {
							t.Fatalf("%q, %s: %v at offset %d and depth %d, want %d and %d", around+attribute+value, arrival.Name, err, r.InputOffset(), r.Depth(), at, depth)
						}
						if got, _ := untilDone(func() (result, error) { return r.call(method) }); got != want {
							t.Fatalf("%s of %q behind %q, %s: %+v, want %+v", method, value, around+attribute, arrival.Name, got, want)
						}
					}
				}
			}
		}
	}
}

// skipAttributes calls SkipAttributes until it is not interrupted any more, and
// checks that it consumes nothing before.
func skipAttributes(t *testing.T, r *reading) error {
	t.Helper()
	for at := r.InputOffset(); ; {
		err := r.SkipAttributes()
		if !stopsShort(err) {
			return err
		}
		if r.InputOffset() != at {
			t.Errorf("interrupted at offset %d behind %d: %v", r.InputOffset(), at, err)
		}
	}
}

// Where no attribute comes there is nothing to skip, and what is wrong behind one is
// left to the next read.
func TestSkipAttributesWhereThereAreNone(t *testing.T) {
	for _, test := range []struct {
		wire   string
		tokens int
		want   string
		offset int64
	}{
		{"", 0, "EOF", 0},
		{"+OK\r\n", 1, "EOF", 5},
		{"*?\r\n.\r\n", 1, "<nil>", 4},
		{"$?\r\n;0\r\n", 1, "<nil>", 4},
		{"*1\r\n", 1, "unexpected EOF", 4},
		{"|0\r\n", 0, "unexpected EOF", 0},
		{"|0\r\n", 1, "unexpected EOF", 4},
		{"|1\r\n+a\r\n:1\r\n", 0, "unexpected EOF", 0},
		{"|1\r\n+a\r\n:1\r\n?", 0, "<nil>", 12},
		{"?", 0, "<nil>", 0},
		{"|1\r\n+a\r\n?", 0, `resp: type error at offset 8: expected the first byte of a value, found "?"`, 0},
		{"|x\r\n", 0, `resp: length error at offset 1: expected a digit or CR LF, found "|x"`, 0},
		{"|1\r\n+a\r\n.\r\n", 0, `resp: type error at offset 8: expected a value, not the end of a streamed aggregate, found "."`, 0},
	} {
		for _, arrival := range tests.Arrivals(1) {
			d := resp.NewDecoder(arrival.Of(strings.NewReader(test.wire)))
			for range test.tokens {
				untilDone(d.ReadToken)
			}
			_, err := untilDone(func() (int, error) { return 0, d.SkipAttributes() })
			if fmt.Sprint(err) != test.want || d.InputOffset() != test.offset {
				t.Errorf("%q: %v at offset %d, want %s at %d", test.wire, err, d.InputOffset(), test.want, test.offset)
			}
		}
	}
	r := newReading(nil)
	r.Feed([]byte("$3\r\nabc\r"))
	r.call("SkipValue")
	if err := r.SkipAttributes(); err == nil || !strings.Contains(err.Error(), "SkipValue was interrupted") {
		t.Errorf("behind an interrupted SkipValue: %v", err)
	}
}
