package resp

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// oneOf returns one of list.
func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// Short ways to write a Value.

func scalar(kind Kind, text string) Value { return Value{Kind: kind, Bytes: []byte(text)} }
func bulk(text string) Value              { return scalar(BulkString, text) }
func simple(text string) Value            { return scalar(SimpleString, text) }
func integer(n int64) Value               { return Value{Kind: Integer, Int: n} }
func boolean(n int64) Value               { return Value{Kind: Boolean, Int: n} }
func null(kind Kind) Value                { return Value{Kind: kind, Null: true} }

func aggregate(kind Kind, elems ...Value) Value { return Value{Kind: kind, Elems: elems} }

func verbatim(encoding, text string) Value {
	return Value{Kind: VerbatimString, Encoding: [3]byte([]byte(encoding)), Bytes: []byte(text)}
}

func streamed(v Value) Value {
	v.Streamed = true
	return v
}

func with(v Value, attrs ...Value) Value {
	v.Attrs = attrs
	return v
}

// chain returns depth arrays of one element, each in the one before.
func chain(depth int) Value {
	v := aggregate(Array)
	for range depth - 1 {
		v = aggregate(Array, v)
	}
	return v
}

func TestAccessorsOfTokenAndValueAgree(t *testing.T) {
	texts := []string{"", "0", "1", "-7", "+7", "007", "1.5", "1e400", "inf", "nan", "ERR x", " 1", "9223372036854775808", ".5"}
	for _, kind := range []Kind{SimpleString, SimpleError, BulkString, Double, BigNumber, BulkError, VerbatimString, Chunk} {
		for _, text := range texts {
			payload := text
			if kind == VerbatimString {
				payload = "txt:" + text
			}
			v := scalar(kind, text)
			checkAgree(t, tokenOf(kind, payload), &v)
		}
		v := null(kind)
		checkAgree(t, Token{kind: kind, flags: flagNull}, &v)
	}
	for _, n := range []int64{0, 1, 2, -1, math.MaxInt64, math.MinInt64} {
		v := integer(n)
		checkAgree(t, Token{kind: Integer, n: n}, &v)
		v = boolean(n & 1)
		checkAgree(t, Token{kind: Boolean, n: n & 1}, &v)
	}
	for _, kind := range []Kind{Array, Map, Attribute, Set, Push, End, 0, 'x'} {
		v := aggregate(kind)
		checkAgree(t, Token{kind: kind}, &v)
	}
	v := null(Null)
	checkAgree(t, Token{kind: Null, flags: flagNull}, &v)
	v = null(Array)
	checkAgree(t, Token{kind: Array, flags: flagNull}, &v)
}

func checkAgree(t *testing.T, token Token, v *Value) {
	t.Helper()
	tokenInt, tokenErr := token.Int64()
	valueInt, valueErr := v.Int64()
	if tokenInt != valueInt || !reflect.DeepEqual(tokenErr, valueErr) {
		t.Errorf("Int64 of %+v: Token gives %d, %v; Value gives %d, %v", *v, tokenInt, tokenErr, valueInt, valueErr)
	}
	tokenFloat, tokenErr := token.Float64()
	valueFloat, valueErr := v.Float64()
	if !sameDouble(tokenFloat, valueFloat) || !reflect.DeepEqual(tokenErr, valueErr) {
		t.Errorf("Float64 of %+v: Token gives %v, %v; Value gives %v, %v", *v, tokenFloat, tokenErr, valueFloat, valueErr)
	}
	tokenBool, tokenErr := token.Bool()
	valueBool, valueErr := v.Bool()
	if tokenBool != valueBool || !reflect.DeepEqual(tokenErr, valueErr) {
		t.Errorf("Bool of %+v: Token gives %t, %v; Value gives %t, %v", *v, tokenBool, tokenErr, valueBool, valueErr)
	}
	tokenBig, tokenErr := token.BigInt()
	valueBig, valueErr := v.BigInt()
	if fmt.Sprint(tokenBig) != fmt.Sprint(valueBig) || !reflect.DeepEqual(tokenErr, valueErr) {
		t.Errorf("BigInt of %+v: Token gives %v, %v; Value gives %v, %v", *v, tokenBig, tokenErr, valueBig, valueErr)
	}
	if tokenErr, valueErr := token.Err(), v.Err(); !reflect.DeepEqual(tokenErr, valueErr) {
		t.Errorf("Err of %+v: Token gives %v, Value gives %v", *v, tokenErr, valueErr)
	}
}

// errorName tells which of the errors that accessors return err is.
func errorName(err error) string {
	var number *strconv.NumError
	var reply *ReplyError
	var kind *KindError
	switch {
	case err == nil:
		return ""
	case err == ErrNull:
		return "null"
	case errors.As(err, &number) && number.Err == strconv.ErrSyntax:
		return "syntax"
	case errors.As(err, &number) && number.Err == strconv.ErrRange:
		return "range"
	case errors.As(err, &reply):
		return "reply"
	case errors.As(err, &kind):
		return fmt.Sprintf("%s for %s", kind.Got, kind.Want)
	}
	return err.Error()
}

func TestAccessors(t *testing.T) {
	const big = "123456789012345678901234567890"
	for _, test := range []struct {
		rule  string
		value Value
		// What the accessors return; an error stands in < >.
		int64, float64, bool, bigInt string
	}{
		{"an integer is every number", integer(-7), "-7", "-7", "<integer for boolean>", "-7"},
		{"0 is false in RESP2", integer(0), "0", "0", "false", "0"},
		{"1 is true in RESP2", integer(1), "1", "1", "true", "1"},
		{"2 is no boolean", integer(2), "2", "2", "<integer for boolean>", "2"},
		{"a boolean is no number", boolean(1), "<boolean for integer>", "<boolean for double>", "true", "<boolean for big number>"},
		{"any bit is true", boolean(2), "<boolean for integer>", "<boolean for double>", "true", "<boolean for big number>"},
		{"a double is no integer, even a whole one", scalar(Double, "10"), "<double for integer>", "10", "<double for boolean>", "<double for big number>"},
		{"a double of a lenient Decoder", scalar(Double, ".5"), "<double for integer>", "0.5", "<double for boolean>", "<double for big number>"},
		{"a double by hand without a spelling", scalar(Double, ""), "<double for integer>", "<syntax>", "<double for boolean>", "<double for big number>"},
		{"a small big number is an integer", scalar(BigNumber, "+0012"), "12", "12", "<big number for boolean>", "12"},
		{"a large big number is none", scalar(BigNumber, big), "<range>", "1.2345678901234568e+29", "<big number for boolean>", big},
		{"a negative big number", scalar(BigNumber, "-"+big), "<range>", "-1.2345678901234568e+29", "<big number for boolean>", "-" + big},
		{"a bulk string may spell a number", bulk("12"), "12", "12", "<bulk string for boolean>", "12"},
		{"a simple string may spell a number", simple("-1"), "-1", "-1", "<simple string for boolean>", "-1"},
		{"a verbatim string may spell a number", verbatim("txt", "5"), "5", "5", "<verbatim string for boolean>", "5"},
		{"a streamed string may spell a number", streamed(bulk("5")), "5", "5", "<bulk string for boolean>", "5"},
		{"a string may spell a double", bulk("1.5"), "<syntax>", "1.5", "<bulk string for boolean>", "<syntax>"},
		{"a string may spell a big number", bulk(big), "<range>", "1.2345678901234568e+29", "<bulk string for boolean>", big},
		{"a string may spell a double beyond range", bulk("1e400"), "<syntax>", "<range>", "<bulk string for boolean>", "<syntax>"},
		{"no grammar but RESP's", bulk("0x10"), "<syntax>", "<syntax>", "<bulk string for boolean>", "<syntax>"},
		{"no blanks", bulk(" 1"), "<syntax>", "<syntax>", "<bulk string for boolean>", "<syntax>"},
		{"an empty string", bulk(""), "<syntax>", "<syntax>", "<bulk string for boolean>", "<syntax>"},
		{"an empty streamed string by hand", Value{Kind: BulkString, Streamed: true}, "<syntax>", "<syntax>", "<bulk string for boolean>", "<syntax>"},
		{"a null", null(Null), "<null>", "<null>", "<null>", "<null>"},
		{"a null by hand", Value{Kind: Null}, "<null>", "<null>", "<null>", "<null>"},
		{"a null bulk string", null(BulkString), "<null>", "<null>", "<null>", "<null>"},
		{"a null array", null(Array), "<null>", "<null>", "<null>", "<null>"},
		{"a simple error", scalar(SimpleError, "ERR 1"), "<reply>", "<reply>", "<reply>", "<reply>"},
		{"a bulk error", scalar(BulkError, "1"), "<reply>", "<reply>", "<reply>", "<reply>"},
		{"an aggregate", aggregate(Set, integer(1)), "<set for integer>", "<set for double>", "<set for boolean>", "<set for big number>"},
		{"the zero Value", Value{}, `<kind '\x00' for integer>`, `<kind '\x00' for double>`, `<kind '\x00' for boolean>`, `<kind '\x00' for big number>`},
	} {
		show := func(v any, err error) string {
			if err != nil {
				return "<" + errorName(err) + ">"
			}
			return fmt.Sprint(v)
		}
		n, err := test.value.Int64()
		got := []string{show(n, err)}
		f, err := test.value.Float64()
		got = append(got, show(f, err))
		b, err := test.value.Bool()
		got = append(got, show(b, err))
		i, err := test.value.BigInt()
		got = append(got, show(i, err))
		if diff := cmp.Diff([]string{test.int64, test.float64, test.bool, test.bigInt}, got); diff != "" {
			t.Errorf("%s: Int64, Float64, Bool and BigInt of %+v (-want +got):\n%s", test.rule, test.value, diff)
		}
	}
}

// The limit keeps the quadratic conversion of math/big from a hostile string.
func TestBigIntIsBoundedInTime(t *testing.T) {
	longest := bulk(strings.Repeat("7", maxBigInt))
	n, err := longest.BigInt()
	if err != nil || n.Text(10) != string(longest.Bytes) {
		t.Errorf("BigInt refuses or changes %d digits: %v", maxBigInt, err)
	}
	hostile := bulk(strings.Repeat("7", 64<<20))
	start := time.Now()
	if _, err := hostile.BigInt(); errorName(err) != "range" {
		t.Errorf("BigInt of 64 MiB of digits: %v, want an error that it is out of range", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("BigInt refused 64 MiB of digits after %v, it must not convert them", took)
	}
}

func TestBigIntIsTheCallersOwn(t *testing.T) {
	v := scalar(BigNumber, "12")
	first, err := v.BigInt()
	if err != nil {
		t.Fatal(err)
	}
	first.Add(first, big.NewInt(1))
	if second, _ := v.BigInt(); second.Int64() != 12 {
		t.Errorf("after a change to the first result BigInt gives %v, want 12", second)
	}
}

func TestErrOwnsItsText(t *testing.T) {
	v := scalar(SimpleError, "ERR x")
	err := v.Err()
	v.Bytes[0] = 'x'
	if err.Error() != "ERR x" {
		t.Errorf("the error changed with the buffer: %q", err)
	}
}

func TestAllGivesTheElementsThemselves(t *testing.T) {
	v := aggregate(Map, bulk("a"), integer(1), bulk("b"), integer(2))
	var indexes []int
	for i, elem := range v.All() {
		indexes = append(indexes, i)
		if elem != &v.Elems[i] {
			t.Errorf("element %d is a copy", i)
		}
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3}, indexes); diff != "" {
		t.Errorf("indexes of All (-want +got):\n%s", diff)
	}
	for i := range v.All() {
		if i > 0 {
			t.Fatal("All goes on after a break")
		}
		break
	}
	empty := bulk("a")
	for range empty.All() {
		t.Error("All finds an element in a string")
	}
}

func TestPairs(t *testing.T) {
	a, b, c := bulk("a"), integer(1), bulk("c")
	for _, test := range []struct {
		rule  string
		value Value
		want  []Value
	}{
		{"a map has pairs", aggregate(Map, a, b, c, b), []Value{a, b, c, b}},
		{"a key comes as often as it was sent", aggregate(Map, a, b, a, c), []Value{a, b, a, c}},
		{"an attribute has pairs", aggregate(Attribute, a, b), []Value{a, b}},
		{"an array of even count is a map in RESP2", aggregate(Array, a, b), []Value{a, b}},
		{"an array of odd count is none", aggregate(Array, a, b, c), nil},
		{"a last key without a value has a null", aggregate(Map, a, b, c), []Value{a, b, c, null(Null)}},
		{"a set has no pairs", aggregate(Set, a, b), nil},
		{"a push has no pairs", aggregate(Push, a, b), nil},
		{"an empty map has none", aggregate(Map), nil},
		{"a string has none", a, nil},
		{"a null has none", null(Array), nil},
	} {
		var got []Value
		for key, value := range test.value.Pairs() {
			got = append(got, *key, *value)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.rule, diff)
		}
		for range test.value.Pairs() {
			break // must not panic
		}
	}
	v := aggregate(Map, a, b)
	for key, value := range v.Pairs() {
		if key != &v.Elems[0] || value != &v.Elems[1] {
			t.Error("keys or values are copies")
		}
	}
}

func TestWalkingAllocatesNothing(t *testing.T) {
	v := aggregate(Map, bulk("a"), integer(1), bulk("b"), integer(2))
	sum := int64(0)
	allocs := testing.AllocsPerRun(100, func() {
		for _, elem := range v.All() {
			sum += elem.Int
		}
		for _, value := range v.Pairs() {
			n, _ := value.Int64()
			f, _ := value.Float64()
			sum += n + int64(f)
		}
	})
	if allocs != 0 || sum == 0 {
		t.Errorf("All, Pairs and accessors allocate %v times, want 0", allocs)
	}
}

func TestEqual(t *testing.T) {
	hash := func(pairs ...Value) Value { return aggregate(Map, pairs...) }
	note := aggregate(Attribute, bulk("ttl"), integer(5))
	for _, test := range []struct {
		rule string
		a, b Value
		want bool
	}{
		{"zero Values are alike", Value{}, Value{}, true},
		{"the zero Value is written as a null", Value{}, null(Null), true},
		{"a Kind that is none is written as a null", Value{Kind: 'x', Bytes: []byte("x")}, null(Null), true},
		{"an End is written as a null", Value{Kind: End}, null(Null), true},
		{"a null of a Kind that has none is written as a null", null(Integer), null(Set), true},
		{"an attribute that decorates nothing decorates a null", note, with(null(Null), note), true},
		{"a chunk is a bulk string", scalar(Chunk, "a"), bulk("a"), true},
		{"CR and LF are spaces in a line", simple("a\r\nb"), simple("a  b"), true},
		{"CR and LF are no spaces in a string", bulk("a\r\nb"), bulk("a  b"), false},
		{"a line with a space is no line with a letter", simple("a b"), simple("axb"), false},
		{"a map without its last value has a null there", hash(bulk("a")), hash(bulk("a"), null(Null)), true},
		{"the null there is that of RESP3", hash(bulk("a")), hash(bulk("a"), null(BulkString)), false},
		{"a map without its last value, in another", hash(hash(bulk("a")), integer(1)), hash(hash(bulk("a"), Value{}), integer(1)), true},
		{"same bytes", bulk("a"), bulk("a"), true},
		{"other bytes", bulk("a"), bulk("b"), false},
		{"nil and empty bytes are alike", bulk(""), Value{Kind: BulkString}, true},
		{"nil and empty elements are alike", aggregate(Array), Value{Kind: Array, Elems: []Value{}}, true},
		{"nil and empty attributes are alike", with(bulk("a"), []Value{}...), bulk("a"), true},
		{"other kind with the same bytes", bulk("a"), simple("a"), false},
		{"an empty string is no null", bulk(""), null(BulkString), false},
		{"an empty array is no null", aggregate(Array), null(Array), false},
		{"the three nulls differ", null(BulkString), null(Array), false},
		{"a null by hand needs no flag", null(Null), Value{Kind: Null}, true},
		{"what is in a null means nothing", null(Array), Value{Kind: Array, Null: true, Elems: []Value{integer(1)}, Bytes: []byte("x")}, true},
		{"integers", integer(1), integer(2), false},
		{"bytes of an integer mean nothing", integer(1), Value{Kind: Integer, Int: 1, Bytes: []byte("x")}, true},
		{"number of a string means nothing", bulk("a"), Value{Kind: BulkString, Bytes: []byte("a"), Int: 5}, true},
		{"booleans", boolean(0), boolean(1), false},
		{"every bit is true", boolean(1), boolean(2), true},
		{"doubles are compared as spelled", scalar(Double, "1"), scalar(Double, "1.0"), false},
		{"NaN is NaN", scalar(Double, "nan"), scalar(Double, "nan"), true},
		{"a plus is not written", scalar(BigNumber, "1"), scalar(BigNumber, "+1"), true},
		{"nor are leading zeros", scalar(BigNumber, "-0012"), scalar(BigNumber, "-12"), true},
		{"nor is the sign of a whole zero", scalar(BigNumber, "-0"), scalar(BigNumber, "0"), true},
		{"that of a zero which is a double is", scalar(Double, "-0"), scalar(Double, "0"), false},
		{"other big numbers", scalar(BigNumber, "12"), scalar(BigNumber, "13"), false},
		{"a double that few read is written anew", scalar(Double, ".5"), scalar(Double, "0.5"), true},
		{"what is no number is written as a null", scalar(Double, "x"), scalar(BigNumber, "1.5"), true},
		{"the encoding of a verbatim string counts", verbatim("txt", "a"), verbatim("mkd", "a"), false},
		{"the encoding of a bulk string means nothing", bulk("a"), Value{Kind: BulkString, Bytes: []byte("a"), Encoding: [3]byte{'t', 'x', 't'}}, true},
		{"streamed or not counts", streamed(bulk("a")), bulk("a"), false},
		{"streamed or not counts for aggregates", streamed(aggregate(Array)), aggregate(Array), false},
		{"integers cannot be streamed", streamed(integer(1)), integer(1), true},
		{"pushes cannot be streamed", streamed(aggregate(Push)), aggregate(Push), true},
		{"elements", aggregate(Array, bulk("a")), aggregate(Array, bulk("b")), false},
		{"how many elements", aggregate(Array, bulk("a")), aggregate(Array, bulk("a"), bulk("a")), false},
		{"the order in a set counts", aggregate(Set, bulk("a"), bulk("b")), aggregate(Set, bulk("b"), bulk("a")), false},
		{"the order in a map counts", hash(bulk("a"), integer(1), bulk("b"), integer(2)), hash(bulk("b"), integer(2), bulk("a"), integer(1)), false},
		{"deep down", aggregate(Array, aggregate(Array, hash(bulk("a"), integer(1)))), aggregate(Array, aggregate(Array, hash(bulk("a"), integer(2)))), false},
		{"the last of many", aggregate(Array, integer(1), chain(3), integer(2)), aggregate(Array, integer(1), chain(3), integer(3)), false},
		{"attributes count", with(bulk("a"), note), bulk("a"), false},
		{"attributes count for a null", with(null(Null), note), null(Null), false},
		{"attributes are compared", with(bulk("a"), note), with(bulk("a"), aggregate(Attribute, bulk("ttl"), integer(6))), false},
		{"the same attributes", with(bulk("a"), note, note), with(bulk("a"), note, note), true},
		{"attributes of attributes", with(bulk("a"), with(note, note)), with(bulk("a"), note), false},
		{"attributes of attributes come in a row", with(bulk("a"), with(note, note)), with(bulk("a"), note, note), true},
		{"an attribute is one whatever its Kind", with(bulk("a"), aggregate(Set, bulk("ttl"), integer(5))), with(bulk("a"), note), true},
		{"a null attribute has no pairs", with(bulk("a"), Value{Kind: Attribute, Null: true, Elems: note.Elems}), with(bulk("a"), aggregate(Attribute)), true},
		{"elements of a scalar mean nothing", integer(1), Value{Kind: Integer, Int: 1, Elems: []Value{integer(2)}}, true},
	} {
		if got := test.a.Equal(test.b); got != test.want {
			t.Errorf("%s: Equal(%+v, %+v) = %t", test.rule, test.a, test.b, got)
		}
		if got := test.b.Equal(test.a); got != test.want {
			t.Errorf("%s: Equal(%+v, %+v) = %t, the other way round it is right", test.rule, test.b, test.a, got)
		}
		if got := cmp.Equal(test.a, test.b); got != test.want {
			t.Errorf("%s: cmp.Equal does not use Equal", test.rule)
		}
		if got := cmp.Equal(&test.a, &test.b); got != test.want {
			t.Errorf("%s: cmp.Equal of pointers does not use Equal", test.rule)
		}
		if !test.a.Equal(test.a) {
			t.Errorf("%s: %+v is not equal to itself", test.rule, test.a)
		}
	}
}

// randomValue returns a value of at most depth levels. Fields that mean nothing
// for a kind are filled now and then.
func randomValue(rng *rand.Rand, depth int) Value {
	text := func() []byte {
		b := make([]byte, rng.IntN(4))
		for i := range b {
			b[i] = oneOf(rng, []byte("ab0\"\\\x00\xff\x1b")...)
		}
		return b
	}
	v := Value{Kind: oneOf(rng, kinds...)}
	if v.Kind == End || v.Kind == Chunk || depth == 0 && v.Kind.IsAggregate() {
		v.Kind = BulkString
	}
	switch v.Kind {
	case Null:
		v.Null = true
	case Integer:
		v.Int = rng.Int64N(3) - 1
	case Boolean:
		v.Int = rng.Int64N(2)
	case Double:
		v.Bytes = []byte(oneOf(rng, "1", "1.5", "inf", "-inf", "1e+20"))
	case BigNumber:
		v.Bytes = strconv.AppendInt(nil, rng.Int64N(3)-1, 10)
	case VerbatimString:
		v.Encoding, v.Bytes = [3]byte{'t', 'x', 't'}, text()
	case BulkString, Array:
		v.Null = rng.IntN(8) == 0
	}
	v.Streamed = v.Kind.streamable() && !v.Null && rng.IntN(6) == 0
	switch {
	case v.Null:
	case v.Kind.IsString() || v.Kind.IsError():
		v.Bytes = text()
	case v.Kind.IsAggregate():
		for range rng.IntN(4) {
			v.Elems = append(v.Elems, randomValue(rng, depth-1))
			if v.Kind.hasPairs() {
				v.Elems = append(v.Elems, randomValue(rng, depth-1))
			}
		}
	}
	for v.Kind != Attribute && depth > 0 && rng.IntN(12) == 0 {
		v.Attrs = append(v.Attrs, aggregate(Attribute, bulk("k"), randomValue(rng, depth-1)))
	}
	if rng.IntN(4) == 0 {
		fillMeaningless(&v, int(rng.Int64N(3)))
	}
	return v
}

// fillMeaningless fills the fields of v that mean nothing for its kind.
func fillMeaningless(v *Value, n int) {
	hasText := v.Kind.IsString() || v.Kind.IsError() || v.Kind.isSpelled()
	if v.Kind != Integer && v.Kind != Boolean {
		v.Int = int64(n)
	}
	if v.Kind != VerbatimString {
		v.Encoding[0] = byte(n)
	}
	if !hasText || v.Null {
		v.Bytes = make([]byte, n)
	}
	if !v.Kind.IsAggregate() || v.Null {
		v.Elems = make([]Value, n)
	}
	if !v.Kind.streamable() || v.Null {
		v.Streamed = n > 0
	}
}

func TestEqualOfSmallValuesIsThatOfTheWire(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	const pairs = 100_000
	same := 0
	for range pairs {
		a, b := randomValue(rng, 2), randomValue(rng, 2)
		want := bytes.Equal(AppendValue(nil, &a), AppendValue(nil, &b))
		if want {
			same++
		}
		if got := a.Equal(b); got != want {
			t.Fatalf("Equal(%+v, %+v) = %t, on the wire: %q and %q", a, b, got, a, b)
		}
		if !a.Equal(a.Clone()) {
			t.Fatalf("%+v is not equal to its clone", a)
		}
	}
	if same < pairs/len(kinds)/len(kinds) {
		t.Errorf("only %d of the random pairs are the same; that tests too little", same)
	}
}

func TestCloneIsTheSameInEveryField(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 20_000 {
		v := randomValue(rng, 4)
		if rng.IntN(2) == 0 {
			v.Bytes, v.Elems, v.Attrs = []byte{}, []Value{}, []Value{}
		}
		if got := v.Clone(); !reflect.DeepEqual(v, got) {
			t.Fatalf("Clone of %+v is %+v", v, got)
		}
	}
	odd := Value{Kind: Integer, Bytes: []byte("x"), Elems: []Value{{Bytes: []byte("y")}}, Attrs: []Value{{Kind: End}}}
	if got := odd.Clone(); !reflect.DeepEqual(odd, got) {
		t.Errorf("Clone loses fields that mean nothing for the kind: %#v", got)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	build := func() Value {
		v := with(aggregate(Array, bulk("abc"), aggregate(Map, simple("k"), verbatim("txt", "v")), integer(1)),
			aggregate(Attribute, bulk("ttl"), integer(5)))
		v.Bytes = []byte("means nothing")
		return v
	}
	original := build()
	clone := original.Clone()
	scramble(&original)
	if want := build(); !clone.Equal(want) || string(clone.Bytes) != string(want.Bytes) {
		t.Errorf("the clone changed with the original: %+v, %q, want %+v, %q", clone, clone.Bytes, want, want.Bytes)
	}
	clone = build().Clone()
	grow(&clone)
	want := build()
	grow(&want)
	if !clone.Equal(want) {
		t.Errorf("appending to one part of a clone changed another: %+v, want %+v", clone, want)
	}
}

// The room of a list belongs to whoever made the list, however few elements it has.
func TestCloneSharesNoRoom(t *testing.T) {
	room := make([]Value, 2)
	v := Value{Kind: Integer, Int: 1, Elems: room[:0:1], Attrs: room[1:1]}
	clone := v.Clone()
	_, _ = append(clone.Elems, integer(2)), append(clone.Attrs, integer(3))
	if want := make([]Value, 2); !reflect.DeepEqual(room, want) {
		t.Errorf("appending to empty lists of a clone wrote into those of the original: %+v", room)
	}
}

// scramble overwrites everything in v and in the slices it has.
func scramble(v *Value) {
	for i := range v.Bytes {
		v.Bytes[i] = '?'
	}
	for _, list := range [][]Value{v.Elems, v.Attrs} {
		for i := range list {
			scramble(&list[i])
			list[i] = Value{}
		}
	}
}

// grow appends to every slice in v.
func grow(v *Value) {
	for _, list := range [][]Value{v.Elems, v.Attrs} {
		for i := range list {
			grow(&list[i])
		}
	}
	if v.Bytes != nil {
		v.Bytes = append(v.Bytes, "grown"...)
	}
	if v.Elems != nil {
		v.Elems = append(v.Elems, integer(1), integer(2))
	}
	if v.Attrs != nil {
		v.Attrs = append(v.Attrs, aggregate(Attribute))
	}
}

func TestCloneAllocatesTwoBlocks(t *testing.T) {
	v := aggregate(Array)
	for range 100 {
		v.Elems = append(v.Elems, aggregate(Array, bulk("some text"), integer(1)))
	}
	var clone Value
	if allocs := testing.AllocsPerRun(100, func() { clone = v.Clone() }); allocs > 2 {
		t.Errorf("Clone allocates %v times, want one block of values and one of bytes", allocs)
	}
	number := integer(7)
	if allocs := testing.AllocsPerRun(100, func() { clone = number.Clone() }); allocs > 0 {
		t.Errorf("Clone of an integer allocates %v times, want 0", allocs)
	}
	_ = clone
}

func TestEqualAllocatesNothing(t *testing.T) {
	v := aggregate(Array)
	for range 100 {
		v.Elems = append(v.Elems, with(chain(4), aggregate(Attribute, bulk("a"), integer(1))))
	}
	u := v.Clone()
	if allocs := testing.AllocsPerRun(100, func() {
		if !v.Equal(u) {
			t.Error("not equal")
		}
	}); allocs > 0 {
		t.Errorf("Equal allocates %v times, want 0", allocs)
	}
}

// A goroutine's stack cannot overflow without ending the program, so nothing
// may recurse as deep as a tree.
func TestDeepTreesDoNotRecurse(t *testing.T) {
	const depth = 100_000 // with a stack for a few thousand calls
	defer debug.SetMaxStack(debug.SetMaxStack(256 << 10))
	attributes := integer(1)
	bushy := integer(1)
	for range depth {
		attributes = with(integer(1), attributes)
		bushy = aggregate(Map, integer(1), bushy, integer(2), integer(3))
	}
	for name, v := range map[string]Value{"elements": chain(depth), "attributes": attributes, "maps": bushy} {
		clone := v.Clone()
		if !v.Equal(clone) {
			t.Errorf("%s: the clone of a deep tree is not equal to it", name)
		}
		last := &clone
		for len(last.Elems)+len(last.Attrs) > 0 {
			switch {
			case len(last.Attrs) > 0:
				last = &last.Attrs[0]
			case len(last.Elems) > 1:
				last = &last.Elems[1]
			default:
				last = &last.Elems[0]
			}
		}
		last.Kind = SimpleString
		last.Elems = []Value{integer(1), integer(2)} // which count in an attribute, whatever its Kind
		if v.Equal(clone) {
			t.Errorf("%s: Equal does not look as deep as the tree is", name)
		}
		for _, format := range []string{"%v", "%+v", "%q"} {
			if text := fmt.Sprintf(format, v); len(text) > 1<<16 {
				t.Errorf("%s: %s of a deep tree has %d bytes; it must be cut", name, format, len(text))
			}
		}
	}
}

func sameDouble(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}
