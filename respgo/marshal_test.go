package respgo_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/respgo"
)

// marshal returns what v is on the wire.
func marshal(t testing.TB, v any, protocol int) string {
	t.Helper()
	var b bytes.Buffer
	e := resp.NewEncoder(&b, resp.Protocol(protocol))
	if err := respgo.MarshalEncode(e, v); err != nil {
		t.Errorf("%T %+v: %v", v, v, err)
	}
	if err := e.Close(); err != nil {
		t.Errorf("%T %+v: %v", v, v, err)
	}
	return b.String()
}

func TestMarshal(t *testing.T) {
	type some struct {
		A int               `redis:"a,omitempty"`
		B string            `redis:"b"`
		C *int              `redis:"c,omitempty"`
		D time.Time         `redis:"d,omitempty,format:unix"`
		E []int             `redis:"e,omitempty"`
		F time.Duration     `redis:"f,omitempty,format:sec"`
		G any               `redis:"g,omitempty"`
		R map[string]string `redis:",rest"`
	}
	large, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	at := time.Date(2026, 11, 21, 12, 30, 0, 500, time.UTC)
	for _, c := range []struct {
		v            any
		resp3, resp2 string
	}{
		{"a\r\nb", "$4\r\na\r\nb\r\n", ""}, {name("a"), "$1\r\na\r\n", ""}, {[]byte("a"), "$1\r\na\r\n", ""}, {[2]byte{'a', 'b'}, "$2\r\nab\r\n", ""},
		{-5, ":-5\r\n", ""}, {uint8(5), ":5\r\n", ""}, {uint64(math.MaxUint64), "(18446744073709551615\r\n", "$20\r\n18446744073709551615\r\n"},
		{1.5, ",1.5\r\n", "$3\r\n1.5\r\n"}, {true, "#t\r\n", ":1\r\n"}, {nil, "_\r\n", "$-1\r\n"}, {(*int)(nil), "_\r\n", "$-1\r\n"}, {pointer(5), ":5\r\n", ""},
		{large, "(123456789012345678901234567890\r\n", "$30\r\n123456789012345678901234567890\r\n"}, {*large, "(123456789012345678901234567890\r\n", "$30\r\n123456789012345678901234567890\r\n"},
		{[]string{"a", "b"}, "*2\r\n$1\r\na\r\n$1\r\nb\r\n", ""}, {[]int(nil), "*0\r\n", ""}, {map[string]int(nil), "%0\r\n", "*0\r\n"}, {[]byte(nil), "$0\r\n\r\n", ""},
		{[2]bool{true, false}, "*2\r\n#t\r\n#f\r\n", "*2\r\n:1\r\n:0\r\n"}, {map[string]int{"a": 1}, "%1\r\n$1\r\na\r\n:1\r\n", "*2\r\n$1\r\na\r\n:1\r\n"},
		{map[string]struct{}{"a": {}}, "~1\r\n$1\r\na\r\n", "*1\r\n$1\r\na\r\n"}, {respgo.Pair[string, int]{"a", 1}, "*2\r\n$1\r\na\r\n:1\r\n", ""},
		{at, "$28\r\n2026-11-21T12:30:00.0000005Z\r\n", ""}, {time.Second, ":1000000000\r\n", ""}, {point{1, 2}, "$3\r\n1;2\r\n", ""}, {hexed("hi"), "$4\r\n6869\r\n", ""},
		{netip.MustParseAddr("::1"), "$3\r\n::1\r\n", ""}, {&url.URL{Host: "h"}, "$3\r\n//h\r\n", ""}, {map[point]int{{1, 2}: 3}, "%1\r\n$3\r\n1;2\r\n:3\r\n", "*2\r\n$3\r\n1;2\r\n:3\r\n"},
		{some{}, "%1\r\n$1\r\nb\r\n$0\r\n\r\n", "*2\r\n$1\r\nb\r\n$0\r\n\r\n"},
		{&some{A: 1, C: pointer(0), D: at, E: []int{1}, F: 2500 * time.Millisecond, G: "g", R: map[string]string{"r": "x"}},
			"%8\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n$0\r\n\r\n$1\r\nc\r\n:0\r\n$1\r\nd\r\n:1795264200\r\n$1\r\ne\r\n*1\r\n:1\r\n$1\r\nf\r\n:2\r\n$1\r\ng\r\n$1\r\ng\r\n$1\r\nr\r\n$1\r\nx\r\n", "-"},
		{slots{Start: 1, End: 2, Nodes: []node{{Host: "h"}, {Port: 7}}}, "*4\r\n:1\r\n:2\r\n*3\r\n$1\r\nh\r\n:0\r\n$0\r\n\r\n*3\r\n$0\r\n\r\n:7\r\n$0\r\n\r\n", ""},
		{search{Total: 1, Docs: []document{{ID: "d"}}}, "*2\r\n:1\r\n*2\r\n$1\r\nd\r\n%0\r\n", "*2\r\n:1\r\n*2\r\n$1\r\nd\r\n*0\r\n"},
		{&resp.ReplyError{Message: "ERR x"}, "-ERR x\r\n", ""}, {[]error{nil, errors.New("ERR a\nb")}, "*2\r\n_\r\n!7\r\nERR a\nb\r\n", "*2\r\n$-1\r\n-ERR a b\r\n"},
		{resp.Value{Kind: resp.Set, Elems: []resp.Value{{Kind: resp.Integer, Int: 1}}}, "~1\r\n:1\r\n", "*1\r\n:1\r\n"},
		{[]any{int8(1), "a", nil, []any{}, []*string{nil}}, "*5\r\n:1\r\n$1\r\na\r\n_\r\n*0\r\n*1\r\n_\r\n", "*5\r\n:1\r\n$1\r\na\r\n$-1\r\n*0\r\n*1\r\n$-1\r\n"},
		{hidden{A: "x", Untagged: 1}, "%3\r\n$1\r\na\r\n$1\r\nx\r\n$8\r\nUntagged\r\n:1\r\n$4\r\nTime\r\n$20\r\n0001-01-01T00:00:00Z\r\n", "-"},
	} {
		if c.resp2 == "" {
			c.resp2 = c.resp3
		}
		if got := marshal(t, c.v, 3); got != c.resp3 {
			t.Errorf("%T %+v: %q, want %q", c.v, c.v, got, c.resp3)
		}
		if got := marshal(t, c.v, 2); got != c.resp2 && c.resp2 != "-" {
			t.Errorf("%T %+v in RESP2: %q, want %q", c.v, c.v, got, c.resp2)
		}
	}
}

type failing struct{}

func (failing) MarshalText() ([]byte, error) { return nil, errors.New("no text") }

type chain struct {
	Next *chain `redis:"next"`
}

// When a value cannot be written, nothing of it is.
func TestMarshalWritesAllOrNothing(t *testing.T) {
	cycle := &chain{}
	cycle.Next = cycle
	var itself any
	itself = &itself
	list := make([]any, 1)
	list[0] = list
	for _, c := range []struct {
		v    any
		path string
	}{
		{[]any{1, "a", make(chan int)}, "[2]"}, {map[string]any{"k": failing{}}, ".k"}, {struct{ A, B any }{1, func() {}}, ".B"}, {cycle, ""}, {itself, ""}, {list, ""},
		{[]failing{{}}, "[0]"}, {complex(1, 2), ""}, {time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), ""}, {new(big.Int).Lsh(big.NewInt(1), 1<<20), ""},
		{resp.Value{Kind: resp.SimpleString, Bytes: make([]byte, 100_000)}, ""}, {[]respgo.Pair[string, any]{{"a", map[bool]any{true: failing{}}}}, "[0].Value[0]"},
		{struct {
			A int `redis:"a,format:unix"`
		}{}, ""},
	} {
		var b bytes.Buffer
		e := resp.NewEncoder(&b)
		err := respgo.MarshalEncode(e, c.v)
		var failed *respgo.MarshalError
		if !errors.As(err, &failed) || c.path != "" && failed.Path != c.path || failed.Error() == "" {
			t.Errorf("%T: %v, want an error at %q", c.v, err, c.path)
		}
		if err := errors.Join(e.WriteSimpleString("NEXT"), e.Close()); err != nil || b.String() != next {
			t.Errorf("%T: %v, wrote %q", c.v, err, b.String())
		}
	}
}

// A value whose write met a deadline has been accepted whole, as the Encoder's
// methods have it: what follows does not take the place of its elements.
func TestMarshalIsAcceptedWholeAtATimeout(t *testing.T) {
	var got, want bytes.Buffer
	late := true
	e := resp.NewEncoder(tests.WriterFunc(func(p []byte) (int, error) {
		if late {
			late = false
			n, _ := got.Write(p[:len(p)/2])
			return n, os.ErrDeadlineExceeded
		}
		return got.Write(p)
	}))
	list := make([]int, 20_000)
	if err := respgo.MarshalEncode(e, list); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v, want %v", err, os.ErrDeadlineExceeded)
	}
	if err := errors.Join(e.WriteSimpleString("NEXT"), e.Close()); err != nil {
		t.Error(err)
	}
	e.Reset(&want)
	if err := errors.Join(respgo.MarshalEncode(e, list), e.WriteSimpleString("NEXT"), e.Close()); err != nil || got.String() != want.String() {
		t.Errorf("%v, %d bytes, want %d", err, got.Len(), want.Len())
	}
}

// What is marked as streamed is written with its length for RESP2, as WriteValue does.
func TestMarshalOfStreamedValuesForRESP2(t *testing.T) {
	v := []resp.Value{
		{Kind: resp.Array, Streamed: true, Elems: []resp.Value{{Kind: resp.Integer, Int: 1}}},
		{Kind: resp.BulkString, Streamed: true, Bytes: []byte("ab")},
	}
	for protocol, want := range map[int]string{2: "*2\r\n*1\r\n:1\r\n$2\r\nab\r\n", 3: "*2\r\n*?\r\n:1\r\n.\r\n$?\r\n;2\r\nab\r\n;0\r\n"} {
		if got := marshal(t, v, protocol); got != want {
			t.Errorf("RESP%d: %q, want %q", protocol, got, want)
		}
	}
}

// A float32 has the shortest text that reads back as it, as in encoding/json and in
// the arguments of a command.
func TestMarshalOfFloat32(t *testing.T) {
	for _, f := range []float32{0.1, -2.5, 16777216, 1e30, math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Inf(-1)), float32(math.NaN())} {
		arg, err := resp.Any(f)
		if err != nil {
			t.Fatal(err)
		}
		command := string(resp.AppendArg(nil, arg))
		_, text, _ := strings.Cut(command, "\r\n")
		if got := marshal(t, f, 3); got != ","+text {
			t.Errorf("%g: %q, want %q", f, got, ","+text)
		}
		if got := marshal(t, f, 2); got != command {
			t.Errorf("%g: %q, want %q", f, got, command)
		}
	}
}

// Arguments that cannot be made leave none behind: half of a struct is no command.
func TestArgsAllOrNothing(t *testing.T) {
	before := []resp.Arg{resp.String("key")}
	for _, v := range []any{
		struct {
			A int
			B []int
		}{}, []any{"a", nil}, []respgo.Pair[string, any]{{Key: "a", Value: 1}, {Key: "b", Value: failing{}}},
	} {
		if got, err := respgo.AppendArgs(before, v); err == nil || len(got) != len(before) {
			t.Errorf("%T: %d arguments, %v", v, len(got), err)
		}
	}
}

// ownText is a type whose method returns what it holds.
type ownText struct{ text []byte }

func (o ownText) MarshalText() ([]byte, error) { return o.text, nil }

// What a method returns may be the value's own and is not written to.
func TestMarshalLeavesTheTextOfMethodsAlone(t *testing.T) {
	const text = "a text that is longer than a time is in RFC 3339"
	own := ownText{[]byte(text)}
	marshal(t, []any{own, time.Unix(1, 0)}, 3)
	marshal(t, time.Unix(1, 0), 3)
	if string(own.text) != text {
		t.Errorf("it became %q", own.text)
	}
}

func TestMarshalPassesOnWhatTheEncoderSays(t *testing.T) {
	var b bytes.Buffer
	e := resp.NewEncoder(&b)
	e.WriteArray(2)
	if err := errors.Join(respgo.MarshalEncode(e, []int{1}), respgo.MarshalEncode(e, "x"), e.Close()); err != nil || b.String() != "*2\r\n*1\r\n:1\r\n$1\r\nx\r\n" {
		t.Errorf("%v, %q", err, b.String())
	}
	e.Reset(&b)
	e.WriteStreamedString()
	if err := respgo.MarshalEncode(e, 1); err == nil {
		t.Error("an integer was written where a chunk has to stand")
	}
}

// args returns the command that the arguments make, for comparison.
func args(t *testing.T, v any) string {
	t.Helper()
	list, err := respgo.AppendArgs([]resp.Arg{resp.String("key")}, v)
	if err != nil {
		t.Errorf("%T %+v: %v", v, v, err)
		return ""
	}
	var words []string
	command, _, err := resp.ConsumeCommand(resp.AppendCommand(nil, "X", list...), nil)
	if err != nil {
		t.Error(err)
	}
	for _, word := range command[2:] {
		words = append(words, string(word))
	}
	return strings.Join(words, " ")
}

func TestArgs(t *testing.T) {
	joined := time.Date(1843, 2, 2, 10, 0, 0, 0, time.UTC)
	type fields struct {
		Name    string         `redis:"name"`
		Empty   string         `redis:"empty,omitempty"`
		Pointer *int           `redis:"pointer"`
		Set     *int           `redis:"set"`
		Price   float32        `redis:"price"`
		Until   time.Time      `redis:"until,format:unixmilli"`
		For     time.Duration  `redis:"for,format:sec"`
		At      netip.Addr     `redis:"at"`
		Big     *big.Int       `redis:"big"`
		Bytes   [2]byte        `redis:"bytes"`
		Any     any            `redis:"any"`
		Rest    map[string]int `redis:",rest"`
	}
	for _, c := range []struct {
		v    any
		want string
	}{
		{user{Name: "Ada", Visits: 12, Score: 1.5, Admin: true, Joined: joined, TTL: time.Second}, "name Ada email  visits 12 score 1.5 admin 1 joined 1843-02-02T10:00:00Z ttl 1000000000"},
		{&fields{Name: "n", Set: pointer(0), Price: 0.1, Until: joined, For: time.Minute, At: netip.MustParseAddr("::1"), Big: big.NewInt(7), Bytes: [2]byte{'o', 'k'}, Any: int8(3), Rest: map[string]int{"r": 1}},
			"name n set 0 price 0.1 until {joined} for 60 at ::1 big 7 bytes ok any 3 r 1"},
		{map[string]any{"a": 1.5}, "a 1.5"}, {map[int]bool{7: false}, "7 0"}, {map[string]struct{}{"a": {}}, "a"}, {[]string{"a", "b"}, "a b"}, {[2]int{1, 2}, "1 2"},
		{[]any{"a", 1, true, point{1, 2}, hexed("hi"), []byte("b"), uint8(5), pointer("p")}, "a 1 1 1;2 6869 b 5 p"},
		{[]respgo.Pair[float64, string]{{1, "one"}, {2.5, "two"}}, "1 one 2.5 two"}, {[]*member{{Name: "a", Score: 1}}, "a 1"}, {member{Name: "a", Score: 1}, "a 1"},
		{"one", "one"}, {pointer(5), "5"}, {[]string{}, ""}, {hidden{A: "x"}, "a x Untagged 0 Time 0001-01-01T00:00:00Z"}, {time.Second, "1000000000"}, {math.Inf(1), "inf"},
	} {
		want := strings.Replace(c.want, "{joined}", fmt.Sprint(joined.UnixMilli()), 1)
		if got := args(t, c.v); got != want {
			t.Errorf("%T %+v: %q, want %q", c.v, c.v, got, want)
		}
	}
	for _, v := range []any{nil, (*user)(nil), []*int{nil}, [][]string{{"a"}}, map[string][]int{"a": {1}}, struct{ A []int }{[]int{1}}, make(chan int), []any{nil}, []any{[]int{1}},
		failing{}, []failing{{}}, resp.Value{}, struct {
			A int `redis:"a,format:unix"`
		}{}, []chan int{nil}, itself(), []loop{itself()}, map[string]error{"a": nil}} {
		before := []resp.Arg{resp.String("key")}
		_, err := respgo.AppendArgs(before, v)
		if failed := (*respgo.MarshalError)(nil); !errors.As(err, &failed) {
			t.Errorf("%T %+v: %v", v, v, err)
		}
	}
}

// itself returns a pointer that points at itself.
func itself() loop {
	var p loop
	p = &p
	return p
}

// What HSET stores of a struct, HGETALL gives back.
func TestArgsAndBack(t *testing.T) {
	want := user{Name: "Ada", Email: "a\r\nb", Visits: -12, Score: 0.1, Admin: true, Joined: time.Unix(1, 5).UTC(), TTL: time.Hour}
	list, err := respgo.AppendArgs(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	wire := resp.AppendArray(nil, len(list))
	for _, arg := range list {
		command := resp.AppendCommand(nil, "X", arg)
		wire = append(wire, command[len("*2\r\n$1\r\nX\r\n"):]...)
	}
	got, err := respgo.Read[user](resp.NewDecoder(bytes.NewReader(wire)))
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}
