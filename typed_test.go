package resp_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests/methods"
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
			for arrival, wrap := range bulkArrivals {
				r := newReading(wrap(strings.NewReader(push + "*1\r\n:7\r\n")))
				for r.InputOffset() < tokens {
					if _, err := untilDone(r.ReadToken); err != nil {
						t.Fatal(err)
					}
				}
				var kind *resp.KindError
				if n, err := untilDone(r.ReadArrayLen); n != 0 || !errors.As(err, &kind) || *kind != (resp.KindError{Got: resp.Push, Want: resp.Array}) || r.Depth() != 0 {
					t.Errorf("ReadArrayLen of %q, %s: %d and %v at depth %d", push, arrival, n, err, r.Depth())
				}
				if n, err := untilDone(r.ReadArrayLen); n != 1 || err != nil {
					t.Errorf("ReadArrayLen behind %q, %s: %d and %v, want 1", push, arrival, n, err)
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
				for arrival, wrap := range bulkArrivals {
					for _, method := range namedMethods {
						alone := newReading(strings.NewReader(around + value + "+NEXT\r\n"))
						openTokens(t, alone, len(around))
						want, _ := alone.call(method)
						want.Offset += int64(len(attribute))
						r := newReading(wrap(strings.NewReader(around + attribute + value + "+NEXT\r\n")))
						for r.InputOffset() < int64(len(around)) {
							if _, err := untilDone(r.ReadToken); err != nil {
								t.Fatal(err)
							}
						}
						depth := r.Depth()
						err := skipAttributes(t, r)
						if at := len(around + attribute); err != nil || r.InputOffset() != int64(at) || r.Depth() != depth {
							t.Fatalf("%q, %s: %v at offset %d and depth %d, want %d and %d", around+attribute+value, arrival, err, r.InputOffset(), r.Depth(), at, depth)
						}
						if got, _ := untilDone(func() (result, error) { return r.call(method) }); got != want {
							t.Fatalf("%s of %q behind %q, %s: %+v, want %+v", method, value, around+attribute, arrival, got, want)
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
		for _, wrap := range bulkArrivals {
			d := resp.NewDecoder(wrap(strings.NewReader(test.wire)))
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
