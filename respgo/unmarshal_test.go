package respgo_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
	"github.com/seed65f5866d/resp/resptest"
)

// becomes is a reply and the Go value that it becomes. The type of the value is
// the one that the reply is read into.
type becomes struct {
	wire string
	want any
}

// run reads the reply from a stream, one byte at a time and all at once, and from
// its tree.
func (b becomes) run(t *testing.T, opts ...respgo.Option) {
	t.Helper()
	what := fmt.Sprintf("%q as %T", b.wire, b.want)
	for _, size := range []int{1, 1 << 20} {
		d := resp.NewDecoder(resptest.SplitReader(strings.NewReader(b.wire+next), size))
		got := reflect.New(reflect.TypeOf(b.want))
		err := respgo.UnmarshalDecode(d, got.Interface(), opts...)
		checkValue(t, what, b.want, got.Elem().Interface(), err)
		expectNext(t, d)
	}
	got := reflect.New(reflect.TypeOf(b.want))
	err := respgo.Unmarshal(tree(t, b.wire), got.Interface(), opts...)
	checkValue(t, what+", from its tree", b.want, got.Elem().Interface(), err)
}

func checkValue(t *testing.T, what string, want, got any, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), compareErrors, compareBigInts, compareBigIntValues, cmp.AllowUnexported(hidden{}, point{}), cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

var compareBigInts = cmp.Comparer(func(a, b *big.Int) bool {
	return a == b || a != nil && b != nil && a.Cmp(b) == 0
})

var compareBigIntValues = cmp.Comparer(func(a, b big.Int) bool { return a.Cmp(&b) == 0 })

func tree(t testing.TB, wire string) *resp.Value {
	t.Helper()
	v := new(resp.Value)
	if err := resp.NewDecoder(strings.NewReader(wire)).Decode(v); err != nil {
		t.Fatalf("%q: %v", wire, err)
	}
	return v
}

func runAll(t *testing.T, cases []becomes, opts ...respgo.Option) {
	t.Helper()
	for _, c := range cases {
		c.run(t, opts...)
	}
}

type (
	name    string
	flag8   bool
	weekday int8
	raw     []byte
	price   float32
)

func TestScalars(t *testing.T) {
	large, _ := new(big.Int).SetString("-123456789012345678901234567890", 10)
	runAll(t, []becomes{
		{"$3\r\nfoo\r\n", "foo"}, {"+foo\r\n", "foo"}, {"=7\r\ntxt:foo\r\n", "foo"}, {"$0\r\n\r\n", ""},
		{":-5\r\n", "-5"}, {",1.50\r\n", "1.50"}, {"(12345678901234567890\r\n", "12345678901234567890"},
		{"#t\r\n", "1"}, {"#f\r\n", "0"}, {"$?\r\n;1\r\na\r\n;2\r\nbc\r\n;0\r\n", "abc"},
		{"$3\r\nfoo\r\n", name("foo")}, {"$3\r\nf\x00\xff\r\n", []byte("f\x00\xff")}, {":7\r\n", raw("7")},
		{"$0\r\n\r\n", []byte{}}, {"$3\r\nfoo\r\n", [3]byte{'f', 'o', 'o'}},

		{":42\r\n", 42}, {"$2\r\n42\r\n", int8(42)}, {"+-42\r\n", int16(-42)}, {"(42\r\n", int32(42)}, {",42\r\n", int64(42)},
		{",4.2e1\r\n", 42}, {"#t\r\n", 1}, {"=6\r\ntxt:42\r\n", weekday(42)},
		{":-9223372036854775808\r\n", int64(math.MinInt64)},
		{":42\r\n", uint(42)}, {"$3\r\n255\r\n", uint8(255)}, {":65535\r\n", uint16(65535)}, {"+1\r\n", uint32(1)},
		{"(18446744073709551615\r\n", uint64(math.MaxUint64)}, {"$20\r\n18446744073709551615\r\n", uint64(math.MaxUint64)}, {":1\r\n", uintptr(1)},

		{",1.5\r\n", 1.5}, {"$3\r\n1.5\r\n", 1.5}, {":3\r\n", 3.0}, {"(3\r\n", 3.0}, {"#t\r\n", 1.0},
		{",inf\r\n", math.Inf(1)}, {"$4\r\n-inf\r\n", math.Inf(-1)}, {"$3\r\nnan\r\n", math.NaN()}, {",-nan\r\n", math.NaN()},
		{",0.1\r\n", float32(0.1)}, {"$3\r\n0.1\r\n", price(0.1)}, {"$4\r\n-inf\r\n", float32(math.Inf(-1))},

		{"#t\r\n", true}, {"#f\r\n", false}, {":1\r\n", true}, {":0\r\n", flag8(false)}, {"$1\r\n1\r\n", true}, {"$1\r\n0\r\n", false},
		{"$4\r\ntrue\r\n", true}, {"$5\r\nfalse\r\n", false}, {"+OK\r\n", true}, {"$3\r\nyes\r\n", true}, {"$2\r\nno\r\n", false},

		{"(-123456789012345678901234567890\r\n", *large}, {"$30\r\n123456789012345678901234567890\r\n", new(big.Int).Neg(large)},
		{":5\r\n", big.NewInt(5)}, {"#t\r\n", big.NewInt(1)},
	})
}

func TestNumbersOutOfRangeAreErrors(t *testing.T) {
	for _, c := range []struct {
		wire string
		dst  any
		err  error
	}{
		{":128\r\n", new(int8), strconv.ErrRange}, {":-129\r\n", new(int8), strconv.ErrRange},
		{":-1\r\n", new(uint), strconv.ErrRange}, {"$2\r\n-1\r\n", new(uint64), strconv.ErrRange}, {":256\r\n", new(uint8), strconv.ErrRange},
		{"(9223372036854775808\r\n", new(int64), strconv.ErrRange}, {"(18446744073709551616\r\n", new(uint64), strconv.ErrRange},
		{",1e300\r\n", new(int64), strconv.ErrRange}, {",1.5\r\n", new(int64), strconv.ErrSyntax}, {",nan\r\n", new(int64), strconv.ErrSyntax},
		{",inf\r\n", new(int64), strconv.ErrRange}, {",9223372036854775808\r\n", new(int64), strconv.ErrRange}, {",1e19\r\n", new(uint64), strconv.ErrRange},
		{",1e300\r\n", new(float32), strconv.ErrRange}, {"$5\r\n1e999\r\n", new(float64), strconv.ErrRange},
		{"$0\r\n\r\n", new(int), strconv.ErrSyntax}, {"$2\r\n0x\r\n", new(float64), strconv.ErrSyntax}, {"$3\r\n1_0\r\n", new(int), strconv.ErrSyntax},
		{"$2\r\n 1\r\n", new(uint), strconv.ErrSyntax}, {":2\r\n", new(bool), strconv.ErrRange}, {"$5\r\nmaybe\r\n", new(bool), strconv.ErrSyntax},
		{"$3\r\n1.0\r\n", new(big.Int), strconv.ErrSyntax}, {",1\r\n", new(big.Int), nil}, {"*0\r\n", new(int), nil}, {"*0\r\n", new(string), nil},
		{"*0\r\n", new(bool), nil}, {"*0\r\n", new(float64), nil}, {"*0\r\n", new([]byte), nil}, {"*0\r\n", new([2]byte), nil}, {"$1\r\na\r\n", new([2]byte), nil},
		{"*0\r\n", new(time.Time), nil}, {"*0\r\n", new(time.Duration), nil}, {"*0\r\n", new(netip.Addr), nil}, {"*0\r\n", new(url.URL), nil},
		{"$1\r\na\r\n", new([]string), nil}, {":1\r\n", new(map[string]string), nil}, {":1\r\n", new(user), nil}, {":1\r\n", new([2]int), nil},
		{"$1\r\na\r\n", new(map[string]string), nil}, {"%1\r\n+a\r\n+b\r\n", new([]place), nil}, {"~2\r\n+a\r\n+b\r\n", new(map[string]string), nil},
		{"*0\r\n", new([1]int), nil}, {":1\r\n", new(chan int), nil}, {":1\r\n", new(func()), nil}, {":1\r\n", new(complex128), nil},
		{":1\r\n", new(fmt.Stringer), nil}, {":1\r\n", new(loop), nil},
	} {
		failsWith[*respgo.UnmarshalError](t, c.wire, c.dst, c.err)
	}
}

// loop is a type at whose end nothing is.
type loop *loop

// failsWith checks that a reply does not become what dst points at, for an error
// of type E that is err, from stream and tree alike, and that the stream is in
// step.
func failsWith[E error](t *testing.T, wire string, dst any, err error, opts ...respgo.Option) {
	t.Helper()
	d := resp.NewDecoder(strings.NewReader(wire + next))
	got := respgo.UnmarshalDecode(d, dst, opts...)
	var e E
	if !errors.As(got, &e) || err != nil && !errors.Is(got, err) {
		t.Errorf("%q as %T: %v, want a %T that is %v", wire, dst, got, e, err)
	}
	expectNext(t, d)
	fromTree := respgo.Unmarshal(tree(t, wire), reflect.New(reflect.TypeOf(dst).Elem()).Interface(), opts...)
	if fmt.Sprint(fromTree) != fmt.Sprint(got) {
		t.Errorf("%q as %T: %v, and from its tree %v", wire, dst, got, fromTree)
	}
}

func TestNulls(t *testing.T) {
	for _, null := range []string{"_\r\n", "$-1\r\n", "*-1\r\n"} {
		runAll(t, []becomes{
			{null, (*string)(nil)}, {null, (**int)(nil)}, {null, []string(nil)}, {null, []byte(nil)}, {null, []int(nil)},
			{null, map[string]string(nil)}, {null, map[string]int(nil)},
			{"*2\r\n" + null + "+a\r\n", []string{"", "a"}}, {"*2\r\n" + null + ":1\r\n", []int{0, 1}},
			{"*1\r\n" + null, []any{nil}}, {"*1\r\n" + null, []time.Time{{}}}, {"*1\r\n" + null, []netip.Addr{{}}},
			{"*2\r\n" + null + "+a\r\n", []*string{nil, pointer("a")}}, {"%1\r\n+a\r\n" + null, map[string]string{"a": ""}},
			{"%1\r\n+name\r\n" + null, user{}}, {"*2\r\n*-1\r\n*2\r\n+a\r\n:1\r\n", []member{{}, {Name: "a", Score: 1}}},
		})
		zero := respgo.NullAsZero(true)
		runAll(t, []becomes{{null, ""}, {null, 0}, {null, user{}}, {null, []string(nil)}, {null, time.Time{}}, {null, [2]int{}}}, zero)
		for _, dst := range []any{new(string), new(int), new(user), new(bool), new(time.Time), new([2]int)} {
			failsWith[error](t, null, dst, resp.ErrNull)
			if err := respgo.Unmarshal(tree(t, null), dst); err != resp.ErrNull {
				t.Errorf("%q as %T: %v", null, dst, err)
			}
		}
		strict := respgo.NullAsZero(false)
		failsWith[*respgo.UnmarshalError](t, "*2\r\n+a\r\n"+null, new([]string), resp.ErrNull, strict)
		failsWith[*respgo.UnmarshalError](t, "%1\r\n+visits\r\n"+null, new(user), resp.ErrNull, strict)
		becomes{"*2\r\n+a\r\n" + null, []*string{pointer("a"), nil}}.run(t, strict)

		held := any(&user{})
		if err := respgo.Unmarshal(tree(t, null), &held); err != nil || held != nil {
			t.Errorf("%q into an any that holds a pointer: %v, %v", null, held, err)
		}
	}
	if err := respgo.Unmarshal(nil, new(string)); err != resp.ErrNull {
		t.Errorf("no Value: %v", err)
	}
	if err := respgo.Unmarshal(&resp.Value{}, new([]string)); err != nil {
		t.Errorf("the zero Value: %v", err)
	}
}

type (
	point struct{ x, y int }
	hexed []byte
)

func (p *point) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%d;%d", &p.x, &p.y)
	return err
}

func (p point) AppendText(b []byte) ([]byte, error) { return fmt.Appendf(b, "%d;%d", p.x, p.y), nil }

func (h *hexed) UnmarshalBinary(data []byte) (err error) {
	*h, err = hex.DecodeString(string(data))
	return err
}

func (h hexed) MarshalBinary() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

func TestTextAndBinaryUnmarshalers(t *testing.T) {
	runAll(t, []becomes{
		{"$9\r\n127.0.0.1\r\n", netip.MustParseAddr("127.0.0.1")},
		{"+127.0.0.1\r\n", pointer(netip.MustParseAddr("127.0.0.1"))},
		{"$16\r\nhttp://localhost\r\n", url.URL{Scheme: "http", Host: "localhost"}},
		{"$3\r\n1;2\r\n", point{1, 2}}, {"$4\r\n6869\r\n", hexed("hi")}, {":6869\r\n", hexed("hi")},
		{"%1\r\n+1;2\r\n+3;4\r\n", map[point]*point{{1, 2}: {3, 4}}},
		{"*2\r\n+1;2\r\n+3;4\r\n", []point{{1, 2}, {3, 4}}},
	})
	_, err := respgo.Read[[]point](resp.NewDecoder(strings.NewReader("*1\r\n+no\r\n")))
	var e *respgo.UnmarshalError
	if !errors.As(err, &e) || e.Path != "[0]" || e.Err == nil || e.Want != reflect.TypeFor[point]() {
		t.Errorf("the error of UnmarshalText: %v", err)
	}
}

func TestTimesAndDurations(t *testing.T) {
	type times struct {
		Default time.Time  `redis:"default"`
		Unix    time.Time  `redis:"unix,format:unix"`
		Milli   *time.Time `redis:"milli,format:unixmilli"`
		Micro   time.Time  `redis:"micro,omitempty,format:unixmicro"`
		Nano    time.Time  `redis:"nano,format:unixnano"`
		Day     time.Time  `redis:"day,format:DateOnly"`
		Own     time.Time  `redis:"own,format:'Jan 2, 2006',omitempty"`
	}
	type durations struct {
		Default time.Duration  `redis:"default"`
		Long    time.Duration  `redis:"sec,format:sec"`
		Short   *time.Duration `redis:"milli,format:milli"`
		Micro   time.Duration  `redis:"micro,format:micro"`
		Units   time.Duration  `redis:"units,format:units"`
	}
	at := time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC)
	unix := fmt.Sprint(at.Unix())
	millis := at.Add(123 * time.Millisecond)
	runAll(t, []becomes{
		{"$20\r\n2026-11-21T12:30:00Z\r\n", at}, {":" + unix + "\r\n", at}, {"$10\r\n" + unix + "\r\n", at},
		{"$24\r\n2026-11-21T12:30:00.123Z\r\n", millis}, {"," + unix + ".123\r\n", millis.Round(time.Microsecond)},
		{"%7\r\n+default\r\n+2026-11-21T12:30:00Z\r\n+unix\r\n:" + unix + "\r\n+milli\r\n:" + unix + "123\r\n+micro\r\n+" + unix + "123000\r\n+nano\r\n:" + unix + "123000000\r\n+day\r\n+2026-11-21\r\n+own\r\n+Nov 21, 2026\r\n",
			times{at, at, &millis, millis, millis, at.Truncate(24 * time.Hour), at.Truncate(24 * time.Hour)}},
		{":1500\r\n", 1500 * time.Nanosecond}, {"$5\r\n1m30s\r\n", 90 * time.Second}, {"$2\r\n-7\r\n", time.Duration(-7)},
		{"%5\r\n+default\r\n+1s\r\n+sec\r\n,1.5\r\n+milli\r\n:-2\r\n+micro\r\n+2.5\r\n+units\r\n+1h0m0s\r\n",
			durations{time.Second, 1500 * time.Millisecond, pointer(-2 * time.Millisecond), 2500, time.Hour}},
	})
	for _, wire := range []string{"$5\r\nnever\r\n", "$0\r\n\r\n", ":9223372036854775807\r\n", ",nan\r\n", ",1e300\r\n", "(99999999999999999999\r\n", "$70\r\n" + strings.Repeat("2", 70) + "\r\n"} {
		failsWith[*respgo.UnmarshalError](t, wire, new(time.Time), nil)
	}
	for _, wire := range []string{"$5\r\nnever\r\n", "$0\r\n\r\n", ",nan\r\n", ",1e300\r\n", "(99999999999999999999\r\n", "$100\r\n" + strings.Repeat("1h", 50) + "\r\n"} {
		failsWith[*respgo.UnmarshalError](t, wire, new(time.Duration), nil)
	}
	failsWith[*respgo.UnmarshalError](t, "%1\r\n+sec\r\n:9223372036854775807\r\n", new(durations), strconv.ErrRange)
}

func TestListsAndArrays(t *testing.T) {
	runAll(t, []becomes{
		{"*2\r\n+a\r\n$1\r\nb\r\n", []string{"a", "b"}}, {"~2\r\n+a\r\n$1\r\nb\r\n", []name{"a", "b"}}, {"*0\r\n", []string{}}, {"*0\r\n", []int{}},
		{"*1\r\n>2\r\n+a\r\n+b\r\n", [][]string{{"a", "b"}}}, {"*?\r\n+a\r\n$?\r\n;1\r\nb\r\n;0\r\n.\r\n", []string{"a", "b"}},
		{"*2\r\n*1\r\n:1\r\n*2\r\n:2\r\n:3\r\n", [][]int{{1}, {2, 3}}}, {"%1\r\n+a\r\n:1\r\n", []string{"a", "1"}},
		{"*2\r\n:1\r\n:2\r\n", [2]int{1, 2}}, {"*2\r\n$1\r\na\r\n$1\r\nb\r\n", []raw{raw("a"), raw("b")}}, {"*0\r\n", [0]int{}},
		{"*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n", [][2]int{{1, 2}, {3, 4}}}, {"%1\r\n:1\r\n:2\r\n", [][2]int{{1, 2}}},
		{"*2\r\n*2\r\n:1\r\n:2\r\n_\r\n", [][2]int{{1, 2}, {}}}, {"*2\r\n_\r\n*2\r\n:1\r\n:2\r\n", []*[2]int{nil, {1, 2}}},
		{"*2\r\n*1\r\n+a\r\n*3\r\n+b\r\n:1\r\n:2\r\n", []member{{Name: "a"}, {Name: "b", Score: 1}}},
		{"*3\r\n:1\r\n:2\r\n*2\r\n+h\r\n:1\r\n", slots{Start: 1, End: 2, Nodes: []node{{Host: "h", Port: 1}}}},
		{"*2\r\n:1\r\n:2\r\n", slots{Start: 1, End: 2, Nodes: []node{}}}, {"*1\r\n:1\r\n", slots{Start: 1, Nodes: []node{}}},
	})
	for wire, dst := range map[string]any{
		"*3\r\n:1\r\n:2\r\n:3\r\n":       new([2]int),
		"*3\r\n+a\r\n:2\r\n+b\r\n":       new([]member),
		"*2\r\n*1\r\n:1\r\n*0\r\n":       new([][1]int),
		"*2\r\n:1\r\n*1\r\n:1\r\n":       new([][1]int),
		"*2\r\n:1\r\n:1\r\n":             new([][]int),
		"~3\r\n+a\r\n:2\r\n+b\r\n":       new([]respgo.Pair[string, int]),
		"*1\r\n%1\r\n+a\r\n+b\r\n":       new([]string),
		"*2\r\n+a\r\n*1\r\n%0\r\n":       new(respgo.Pair[string, []int]),
		"*3\r\n:1\r\n:1\r\n*1\r\n%0\r\n": new(slots),
	} {
		failsWith[*respgo.UnmarshalError](t, wire, dst, nil)
	}
}

func TestSlicesKeepTheirRoom(t *testing.T) {
	list := append(make([]string, 0, 8), "old", "older", "oldest")
	first := &list[0]
	if err := respgo.Unmarshal(tree(t, "*2\r\n+a\r\n_\r\n"), &list); err != nil || len(list) != 2 || list[0] != "a" || list[1] != "" || first != &list[0] {
		t.Errorf("%q, %v", list, err)
	}
	numbers := append(make([]int, 0, 8), 1, 2, 3)
	if err := respgo.Unmarshal(tree(t, "*2\r\n:7\r\n_\r\n"), &numbers); err != nil || !cmp.Equal(numbers, []int{7, 0}) || cap(numbers) != 8 {
		t.Errorf("%d, %v", numbers, err)
	}
	b := append(make([]byte, 0, 8), "longer"...)
	room := &b[0]
	if err := respgo.Unmarshal(tree(t, "$2\r\nab\r\n"), &b); err != nil || string(b) != "ab" || room != &b[0] {
		t.Errorf("%q, %v", b, err)
	}
}

// Nothing that was read may refer to the Decoder's buffer, where the next reply
// comes to be.
func TestNothingRefersToTheBuffer(t *testing.T) {
	type all struct {
		Text  string            `redis:"text"`
		Bytes []byte            `redis:"bytes"`
		List  []string          `redis:"list"`
		Map   map[string][]byte `redis:"map"`
		Any   any               `redis:"any"`
		Value resp.Value        `redis:"value"`
		Rest  map[string]string `redis:",rest"`
	}
	wire := []byte("%7\r\n+text\r\n+abc\r\n+bytes\r\n+abc\r\n+list\r\n*1\r\n+abc\r\n+map\r\n%1\r\n+abc\r\n+abc\r\n+any\r\n*1\r\n+abc\r\n+value\r\n*1\r\n+abc\r\n+more\r\n+abc\r\n")
	want := all{"abc", []byte("abc"), []string{"abc"}, map[string][]byte{"abc": []byte("abc")}, []any{"abc"}, *tree(t, "*1\r\n+abc\r\n"), map[string]string{"more": "abc"}}
	r := bytes.NewReader(wire)
	d := resp.NewDecoder(r)
	got, err := respgo.Read[all](d)
	for range 3 {
		r.Reset(bytes.Repeat([]byte("+xxxxxxxxxxxxxxx\r\n"), 100))
		for range 100 {
			d.ReadString()
		}
	}
	check(t, "after other replies", want, got, err)
}

func TestMaps(t *testing.T) {
	runAll(t, []becomes{
		{"%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n", map[string]int{"a": 1, "b": 2}},
		{"*4\r\n+a\r\n:1\r\n+b\r\n:2\r\n", map[string]int{"a": 1, "b": 2}},
		{"*2\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n:2\r\n", map[string]int{"a": 1, "b": 2}},
		{"~1\r\n+a\r\n", map[string]struct{}{"a": {}}}, {"*2\r\n:1\r\n:2\r\n", map[int]struct{}{1: {}, 2: {}}},
		{"*0\r\n", map[string]string{}}, {"%0\r\n", map[int]int{}}, {"%?\r\n+a\r\n+b\r\n.\r\n", map[string]string{"a": "b"}},
		{"%1\r\n:1\r\n+a\r\n", map[string]string{"1": "a"}}, {"%1\r\n:1\r\n,1.5\r\n", map[name]name{"1": "1.5"}},
		{"%2\r\n:1\r\n+a\r\n+2\r\n+b\r\n", map[int8]string{1: "a", 2: "b"}}, {"%1\r\n+1.5\r\n:1\r\n", map[float64]bool{1.5: true}},
		{"%1\r\n#t\r\n:1\r\n", map[bool]uint{true: 1}}, {"%1\r\n*2\r\n:1\r\n:2\r\n+a\r\n", map[[2]int]string{{1, 2}: "a"}},
		{"%2\r\n+b\r\n_\r\n_\r\n(1\r\n", map[any]*big.Int{"b": nil, nil: big.NewInt(1)}}, {"%2\r\n+a\r\n:1\r\n+a\r\n:2\r\n", map[string]int{"a": 2}},
		{"%1\r\n+a\r\n%1\r\n+b\r\n:1\r\n", map[string]map[string]int{"a": {"b": 1}}},
		{"$10\r\na:1\r\nb:2\r\n\r\n", map[string]int{"a": 1, "b": 2}}, {"=12\r\ntxt:# x\na:1\n\r\n", map[string]int{"a": 1}},
		{"$8\r\na=1,b=2\n\r\n", map[string]int{"a": 1, "b": 2}}, {"$15\r\na=1 b= c=x,y=z\n\r\n", map[string]string{"a": "1", "b": "", "c": "x,y=z"}},
		{"$11\r\na:b=1,c=2\r\n\r\n", map[string]map[string]int{"a": {"b": 1, "c": 2}}},
	})
	for wire, dst := range map[string]any{
		"*1\r\n+a\r\n":                              new(map[string]string),
		"%1\r\n_\r\n+a\r\n":                         new(map[string]string),
		"%1\r\n*0\r\n+a\r\n":                        new(map[string]string),
		"%1\r\n*1\r\n*0\r\n:1\r\n":                  new(map[[1]any]int),
		"%1\r\n*0\r\n+a\r\n ":                       new(map[any]string),
		"%1\r\n-ERR x\r\n+a\r\n":                    new(map[string]int),
		"*2\r\n*2\r\n+a\r\n:1\r\n+b\r\n":            new(map[string]int),
		"*2\r\n*2\r\n+a\r\n:1\r\n*1\r\n+b\r\n":      new(map[string]int),
		"*2\r\n+a\r\n*2\r\n+a\r\n:1\r\n":            new(map[string]int),
		"%1\r\n+a\r\n+b\r\n":                        new(map[string]int),
		"%1\r\n+a\r\n+b\r\n ":                       new(map[int]string),
		"$3\r\na:b\r\n":                             new(map[string]int),
		"$6\r\na:1\r\nb\r\n":                        new(map[string]int),
		"$2\r\n:1\r\n":                              new(map[string]int),
		"%1\r\n+a\r\n%1\r\n*1\r\n:1\r\n:1\r\n":      new(map[string]any),
		"*2\r\n*2\r\n+a\r\n:1\r\n*2\r\n_\r\n:1\r\n": new(map[string]int),
		"*1\r\n*0\r\n":                              new(map[string]struct{}),
	} {
		failsWith[*respgo.UnmarshalError](t, strings.TrimSuffix(wire, " "), dst, nil)
	}
	held := map[string]int{"a": 1, "b": 2}
	if err := respgo.Unmarshal(tree(t, "%1\r\n+b\r\n:3\r\n"), &held); err != nil || !cmp.Equal(held, map[string]int{"a": 1, "b": 3}) {
		t.Errorf("a map keeps what it has: %v, %v", held, err)
	}
}

type (
	inner struct {
		A int `redis:"a"`
		B int `redis:"b"`
	}
	Other struct {
		B int `redis:"b"`
		C int `redis:"c"`
	}
	hidden struct {
		inner
		*Other
		A        string `redis:"a"`
		Skipped  int    `redis:"-"`
		Untagged int
		D        int `redis:"d,unknown,omitempty"`
		private  int
		Time     time.Time
	}
	secret    struct{ X int }
	viaSecret struct{ *secret }
	withRest  struct {
		A    int            `redis:"a"`
		Rest map[name]int64 `redis:",rest"`
	}
	tree2 struct {
		Name     string   `redis:"name"`
		Children []*tree2 `redis:"children"`
	}
)

func TestStructs(t *testing.T) {
	runAll(t, []becomes{
		{"%6\r\n+a\r\n+x\r\n+c\r\n:3\r\n+Untagged\r\n:4\r\n+d\r\n:5\r\n+unknown\r\n*1\r\n:1\r\n+private\r\n:1\r\n",
			hidden{A: "x", Other: &Other{C: 3}, Untagged: 4, D: 5, private: 0}},
		{"%1\r\n+b\r\n:1\r\n", hidden{}}, // two of equal depth cancel each other out
		{"%2\r\n+Skipped\r\n:1\r\n+-\r\n:1\r\n", hidden{}},
		{"*4\r\n+a\r\n:1\r\n+zz\r\n*1\r\n:1\r\n", inner{A: 1}}, {"*2\r\n*2\r\n+b\r\n:2\r\n*2\r\n+a\r\n+1\r\n", inner{1, 2}},
		{"%2\r\n+b\r\n:2\r\n+a\r\n:1\r\n", inner{1, 2}}, {"%0\r\n", inner{}}, {"*0\r\n", inner{}},
		{"%3\r\n+x\r\n:2\r\n+a\r\n:1\r\n+y\r\n+3\r\n", withRest{1, map[name]int64{"x": 2, "y": 3}}},
		{"%2\r\n+name\r\n+a\r\n+children\r\n*2\r\n_\r\n%1\r\n+name\r\n+b\r\n", tree2{"a", []*tree2{nil, {Name: "b"}}}},
		{"$10\r\na:1\r\nb:2\r\n\r\n", inner{1, 2}}, {"$9\r\n# x\r\na:1\n\r\n", inner{A: 1}},
	})
	for wire, dst := range map[string]any{
		"*1\r\n+a\r\n":       new(inner),
		"%1\r\n_\r\n:1\r\n":  new(inner),
		"%1\r\n*0\r\n:1\r\n": new(inner),
		"%1\r\n+X\r\n:1\r\n": new(viaSecret),
		"%1\r\n+a\r\n:1\r\n": new(struct {
			A int `redis:"a,format:unix"`
		}),
		"%1\r\n+b\r\n:1\r\n": new(struct {
			A, B map[string]int `redis:",rest"`
		}),
		"%1\r\n+c\r\n:1\r\n": new(struct {
			A []int `redis:",rest"`
		}),
		"*1\r\n+d\r\n": new(struct {
			_ struct{}       `redis:",array"`
			A map[string]int `redis:",rest"`
		}),
		"*1\r\n+e\r\n": new(struct {
			_ struct{} `redis:",array"`
			A []int    `redis:"a,rest"`
			B int
		}),
		"%1\r\n+f\r\n:1\r\n": new(struct {
			D time.Duration `redis:"f,format:unix"`
		}),
		"%1\r\n+g\r\n:1\r\n": new(struct {
			T time.Time `redis:"g,format:sec"`
		}),
		"%1\r\n+x\r\n+y\r\n": new(withRest),
	} {
		failsWith[*respgo.UnmarshalError](t, wire, dst, nil)
	}
	for _, text := range []string{"", "{\"a\": 1}\n", "a:1", "2026-11-21T12:30:00Z", "a b:1\n", "a:1\nb\n", "=1\n", "a=1,=2\n"} {
		wire := fmt.Sprintf("$%d\r\n%s\r\n", len(text), text)
		failsWith[*respgo.UnmarshalError](t, wire, new(inner), nil)
		failsWith[*respgo.UnmarshalError](t, wire, new(map[string]string), nil)
	}
	held := user{Name: "old", Email: "kept"}
	if err := respgo.Unmarshal(tree(t, "%1\r\n+name\r\n+new\r\n"), &held); err != nil || held != (user{Name: "new", Email: "kept"}) {
		t.Errorf("fields that get nothing stay: %+v, %v", held, err)
	}
}

func TestAny(t *testing.T) {
	large, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	type some struct{ V any }
	wrap := func(wire string, v any) becomes { return becomes{"*1\r\n" + wire, []any{v}} }
	runAll(t, []becomes{
		wrap("+a\r\n", "a"), wrap("$1\r\na\r\n", "a"), wrap("=5\r\ntxt:a\r\n", "a"), wrap(":1\r\n", int64(1)), wrap(",1.5\r\n", 1.5), wrap("#t\r\n", true),
		wrap("(123456789012345678901234567890\r\n", large), wrap("_\r\n", nil), wrap("*2\r\n:1\r\n_\r\n", []any{int64(1), nil}), wrap("~1\r\n+a\r\n", []any{"a"}),
		wrap("-ERR x\r\n", &resp.ReplyError{Message: "ERR x"}), wrap("!5\r\nERR x\r\n", &resp.ReplyError{Message: "ERR x"}), wrap(",nan\r\n", math.NaN()),
		wrap("%3\r\n+a\r\n:1\r\n:2\r\n*0\r\n_\r\n#f\r\n", map[any]any{"a": int64(1), int64(2): []any{}, nil: false}),
		wrap("%1\r\n(1\r\n:1\r\n", map[any]any{"1": int64(1)}), wrap("*0\r\n", []any{}), wrap("%0\r\n", map[any]any{}),
		{"%1\r\n+V\r\n*1\r\n:1\r\n", some{[]any{int64(1)}}}, {"%1\r\n+a\r\n:1\r\n", map[string]any{"a": int64(1)}},
		{"%2\r\n+a\r\n:1\r\n:1\r\n+b\r\n", map[any]string{"a": "1", int64(1): "b"}},
	})
	pairs := []respgo.Pair[any, any]{{"b", int64(1)}, {"a", []respgo.Pair[any, any]{}}, {"b", nil}}
	wrap("%3\r\n+b\r\n:1\r\n+a\r\n%0\r\n+b\r\n_\r\n", pairs).run(t, respgo.OrderedMaps())
	failsWith[*resp.ReplyError](t, "-ERR x\r\n", new(any), resp.ReplyPrefix("ERR"))
	failsWith[*respgo.UnmarshalError](t, "%1\r\n*0\r\n:1\r\n", new(any), nil)
	failsWith[*respgo.UnmarshalError](t, "%1\r\n-ERR x\r\n:1\r\n", new(any), nil)
	failsWith[*respgo.UnmarshalError](t, "%1\r\n*0\r\n:1\r\n", new(any), nil, respgo.OrderedMaps())
	got, err := respgo.Read[any](resp.NewDecoder(strings.NewReader("_\r\n")))
	check(t, "a null as any", nil, got, err)
}

func TestAnyKeepsThePointerThatItHolds(t *testing.T) {
	var id string
	fields := map[string]string{}
	dst := any(&[2]any{&id, &fields})
	if err := respgo.Unmarshal(tree(t, "*2\r\n+1-1\r\n%1\r\n+a\r\n+b\r\n"), &dst); err != nil || id != "1-1" || fields["a"] != "b" {
		t.Errorf("%q, %v, %v", id, fields, err)
	}
	var itself any
	itself = &itself
	failed := respgo.Unmarshal(tree(t, ":1\r\n"), &itself)
	if e := (*respgo.UnmarshalError)(nil); !errors.As(failed, &e) {
		t.Errorf("an interface that holds a pointer to itself: %v", failed)
	}
}

func TestDestinationsThatAreNone(t *testing.T) {
	for _, dst := range []any{nil, 5, "a", []string{}, (*string)(nil), (*user)(nil), (*[]string)(nil), (*map[string]string)(nil), (*int64)(nil)} {
		for _, wire := range []string{"+a\r\n", ":1\r\n", "*0\r\n", "%0\r\n", "_\r\n", "-ERR x\r\n"} {
			d := resp.NewDecoder(strings.NewReader(wire + next))
			err := respgo.UnmarshalDecode(d, dst)
			if e := (*respgo.UnmarshalError)(nil); !errors.As(err, &e) {
				t.Errorf("%q into %T: %v", wire, dst, err)
			}
			expectNext(t, d)
		}
	}
}
