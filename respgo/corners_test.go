package respgo_test

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
)

// Read holds the smallest types itself; they come out as any other.
func TestReadOfTheSmallestTypes(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("$1\r\na\r\n:5\r\n$1\r\n6\r\n,1.5\r\n#t\r\n$1\r\nx\r\n_\r\n*0\r\n:7\r\n" + next))
	text, err := respgo.Read[string](d)
	check(t, "a string", "a", text, err)
	integer, err := respgo.Read[int64](d)
	check(t, "an integer", int64(5), integer, err)
	integer, err = respgo.Read[int64](d)
	check(t, "an integer", int64(6), integer, err)
	double, err := respgo.Read[float64](d)
	check(t, "a double", 1.5, double, err)
	truth, err := respgo.Read[bool](d)
	check(t, "a truth", true, truth, err)
	if truth, err := respgo.Read[bool](d); truth || err == nil {
		t.Errorf("x is %v, %v", truth, err)
	}
	if text, err := respgo.Read[string](d); text != "" || err != resp.ErrNull {
		t.Errorf("null is %q, %v", text, err)
	}
	if text, err := respgo.Read[string](d); text != "" || err == nil {
		t.Errorf("an array is %q, %v", text, err)
	}
	small, err := respgo.Read[uint8](d)
	check(t, "a byte", uint8(7), small, err)
	expectNext(t, d)
}

// Chunks of a streamed string that is open are strings.
func TestChunksOfAnOpenString(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("$?\r\n;1\r\na\r\n;2\r\nbc\r\n;0\r\n" + next))
	if token, err := d.ReadToken(); err != nil || !token.IsStreamed() {
		t.Fatal(token, err)
	}
	chunk, err := respgo.Read[string](d)
	check(t, "a chunk", "a", chunk, err)
	piece, err := respgo.Read[[]byte](d)
	check(t, "a chunk", []byte("bc"), piece, err)
	if _, err := respgo.Read[string](d); err != resp.ErrEnd {
		t.Errorf("the end: %v", err)
	}
	expectNext(t, d)
}

// mixed holds itself, and everything that holds something.
type mixed struct {
	Next  *mixed              `redis:"next"`
	Text  []string            `redis:"text"`
	List  []int               `redis:"list"`
	Array [1]int              `redis:"array"`
	Dict  map[string]string   `redis:"dict"`
	Any   map[int]int         `redis:"any"`
	Set   map[string]struct{} `redis:"set"`
	Row   member              `redis:"row"`
	Rows  []member            `redis:"rows"`
	Rest  slots               `redis:"rest"`
	Value any                 `redis:"value"`
	Pairs any                 `redis:"pairs"`
	Self  *inner              `redis:"self"`
}

// Whatever it is that is too deep, it is an error, and what is in it is passed over.
func TestEverythingIsTooDeep(t *testing.T) {
	const levels = 1023 // and the map that has the field, which is as deep as may be
	for field, value := range map[string]string{
		"text": "*1\r\n+a\r\n", "list": "*1\r\n:1\r\n", "array": "*1\r\n:1\r\n", "dict": "%1\r\n+a\r\n+b\r\n", "any": "*2\r\n:1\r\n:2\r\n", "set": "~1\r\n+a\r\n",
		"row": "*2\r\n+a\r\n:1\r\n", "rows": "*2\r\n+a\r\n:1\r\n", "value": "*1\r\n*0\r\n", "pairs": "%1\r\n+a\r\n*1\r\n:1\r\n", "self": "%1\r\n+a\r\n:1\r\n", "next": "%0\r\n", "rest": "*2\r\n:1\r\n:2\r\n",
	} {
		wire := strings.Repeat("%1\r\n+next\r\n", levels) + "%1\r\n+" + field + "\r\n" + value
		for _, collecting := range []bool{false, true} {
			var errs []*respgo.UnmarshalError
			opts := []respgo.Option{respgo.CollectErrors(&errs)}
			if !collecting {
				opts = nil
			}
			d := resp.NewDecoder(strings.NewReader(wire+next), resp.NoLimits())
			_, err := respgo.Read[mixed](d, opts...)
			if collecting && len(errs) == 1 && err == nil {
				err = errs[0]
			}
			if err == nil || !strings.Contains(err.Error(), "too deep") {
				t.Errorf("%s, collecting %v: %.100v, %d errors", field, collecting, err, len(errs))
			}
			expectNext(t, d)
		}
		// One level less is well.
		d := resp.NewDecoder(strings.NewReader(strings.TrimPrefix(wire, "%1\r\n+next\r\n%1\r\n+next\r\n") + next))
		if _, err := respgo.Read[mixed](d); err != nil {
			t.Errorf("%s: %v", field, err)
		}
		expectNext(t, d)
	}
}

// Of what is unusual in the middle of a reply nothing is seen that came of the
// attempt without a tree.
func TestUnusualInTheMiddle(t *testing.T) {
	attribute := "|1\r\n+k\r\n+v\r\n"
	runAll(t, []becomes{
		{"*2\r\n+a\r\n" + attribute + "+b\r\n", []string{"a", "b"}},
		{"*4\r\n+a\r\n" + attribute + ":1\r\n+b\r\n:2\r\n", []member{{Name: "a", Score: 1}, {Name: "b", Score: 2}}},
		{"*4\r\n" + attribute + "+a\r\n:1\r\n+b\r\n:2\r\n", []member{{Name: "a", Score: 1}, {Name: "b", Score: 2}}},
		{"*2\r\n" + attribute + "+a\r\n+b\r\n", map[string]string{"a": "b"}}, {"*2\r\n+a\r\n" + attribute + "+b\r\n", map[string]string{"a": "b"}},
		{"*2\r\n" + attribute + "+a\r\n:1\r\n", map[string]int{"a": 1}}, {"%1\r\n+a\r\n" + attribute + ":1\r\n", map[string]int{"a": 1}},
		{"%1\r\n+a\r\n" + attribute + ":1\r\n", inner{A: 1}}, {"%2\r\n+zz\r\n*1\r\n" + attribute + "+x\r\n+a\r\n:1\r\n", inner{A: 1}},
		{"~2\r\n+a\r\n" + attribute + "+b\r\n", map[string]struct{}{"a": {}, "b": {}}}, {"%1\r\n+x\r\n" + attribute + ":1\r\n", withRest{Rest: map[name]int64{"x": 1}}},
		{"*3\r\n:1\r\n:2\r\n*1\r\n" + attribute + "+h\r\n", slots{Start: 1, End: 2, Nodes: []node{{Host: "h"}}}}, {"*3\r\n:1\r\n:2\r\n" + attribute + "*1\r\n+h\r\n", slots{Start: 1, End: 2, Nodes: []node{{Host: "h"}}}},
		{"*2\r\n:1\r\n" + attribute + ":2\r\n", [2]int{1, 2}}, {"*3\r\n:1\r\n:2\r\n" + attribute + ":3\r\n", struct {
			_ struct{} `redis:",array"`
			A int
		}{A: 1}},
		{"%1\r\n+a\r\n" + attribute + "*1\r\n:1\r\n", map[any]any{"a": []any{int64(1)}}}, {"*1\r\n%1\r\n" + attribute + "+a\r\n:1\r\n", []any{map[any]any{"a": int64(1)}}},
		{"*2\r\n+x\r\n%1\r\n" + attribute + "+a\r\n*1\r\n" + attribute + ":1\r\n", []any{"x", map[any]any{"a": []any{int64(1)}}}},
		{"*2\r\n*2\r\n+a\r\n" + attribute + ":1\r\n*2\r\n+b\r\n:2\r\n", map[string]int{"a": 1, "b": 2}}, {"*1\r\n*2\r\n" + attribute + "+a\r\n:1\r\n", map[string]int{"a": 1}},
	})
	// Errors that were collected before are not there twice.
	var errs []*respgo.UnmarshalError
	got, err := respgo.Read[[]int](resp.NewDecoder(strings.NewReader("*3\r\n+x\r\n"+attribute+":1\r\n+y\r\n")), respgo.CollectErrors(&errs))
	check(t, "numbers", []int{0, 1, 0}, got, err)
	if len(errs) != 2 {
		t.Errorf("%v", errs)
	}
}

type unexported struct{ *secret }

func TestCornersOfMarshal(t *testing.T) {
	type options struct {
		Interface fmt.Stringer    `redis:"interface,omitempty"`
		Chan      chan int        `redis:"chan,omitempty"`
		Units     time.Duration   `redis:"units,format:units"`
		Day       time.Time       `redis:"day,format:DateOnly"`
		Never     struct{ A int } `redis:"never,omitempty"`
	}
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	if _, err := respgo.AppendArgs(nil, options{Day: day}); err == nil {
		t.Error("a nil channel is no argument")
	}
	type texts struct {
		Units time.Duration `redis:"units,format:units"`
		Day   time.Time     `redis:"day,format:DateOnly"`
		Big   big.Int       `redis:"big,omitempty"`
	}
	if got := args(t, texts{Units: time.Hour, Day: day}); got != "units 1h0m0s day 2026-11-21" {
		t.Errorf("%q", got)
	}
	if got := marshal(t, texts{Units: time.Hour, Day: day}, 3); got != "%2\r\n$5\r\nunits\r\n$6\r\n1h0m0s\r\n$3\r\nday\r\n$10\r\n2026-11-21\r\n" {
		t.Errorf("%q", got)
	}
	if got := marshal(t, unexported{}, 3); got != "%0\r\n" {
		t.Errorf("%q", got)
	}
	type row struct {
		_ struct{} `redis:",array"`
		*Other
		Rest []any `redis:",rest"`
	}
	if got := marshal(t, row{}, 3); got != "*2\r\n:0\r\n:0\r\n" {
		t.Errorf("%q", got)
	}
	type restOfNothing struct {
		*withRest
	}
	if got := marshal(t, restOfNothing{}, 3); got != "%0\r\n" {
		t.Errorf("%q", got)
	}
	long := strings.Repeat("x", 10_000)
	if got := marshal(t, []error{errors.New(long)}, 3); got != "*1\r\n!10000\r\n"+long+"\r\n" {
		t.Errorf("%.50q", got)
	}
	for _, v := range []any{row{Rest: []any{failing{}}}, withRestOf{Rest: map[string]any{"k": failing{}}}, map[failing]int{{}: 1}, []any{map[string]any{"a": []any{failing{}}}}} {
		err := respgo.MarshalEncode(resp.NewEncoder(io.Discard), v)
		var failed *respgo.MarshalError
		if !errors.As(err, &failed) || errors.Unwrap(failed) == nil {
			t.Errorf("%T: %v", v, err)
		}
	}
	for _, v := range []any{map[string]any{"a": failing{}}, map[failing]struct{}{{}: {}}, member{}, []respgo.Pair[string, []int]{{}}} {
		if _, err := respgo.AppendArgs(nil, v); (err == nil) != (reflect.TypeOf(v) == reflect.TypeFor[member]()) {
			t.Errorf("%T: %v", v, err)
		}
	}
}

type withRestOf struct {
	Rest map[string]any `redis:",rest"`
}

// A value that is beyond what a client takes is refused at once.
func TestMarshalRefusesWhatIsTooLong(t *testing.T) {
	long := make([]byte, 512<<20+1) // of which no page is touched
	var failed *respgo.MarshalError
	if err := respgo.MarshalEncode(resp.NewEncoder(io.Discard), [][]byte{long}); !errors.As(err, &failed) || failed.Path != "[0]" {
		t.Errorf("%v", err)
	}
}

func TestErrorsOfEmbeddedPointers(t *testing.T) {
	type holder struct {
		*secret
		Rest map[string]int `redis:",rest"`
	}
	failsWith[*respgo.UnmarshalError](t, "%1\r\n+X\r\n:1\r\n", new(holder), nil)
	becomes{"%1\r\n+y\r\n:1\r\n", map[string]int{"y": 1}}.run(t)
	failsWith[*respgo.UnmarshalError](t, "+a\r\n", new(resp.ReplyError), nil)
	failsWith[*respgo.UnmarshalError](t, "%1\r\n+1\r\n+b\r\n", new(map[fmt.Stringer]string), nil)
	if _, err := respgo.Read[any](resp.NewDecoder(strings.NewReader(""), resp.Lenient())); err != io.EOF {
		t.Error(err)
	}
}

// A pointer that is set keeps its target, and what it points at is read into.
func TestAPointerKeepsItsTarget(t *testing.T) {
	n := 1
	p := &n
	if err := respgo.Unmarshal(&resp.Value{Kind: resp.Integer, Int: 2}, &p); err != nil || p != &n || n != 2 {
		t.Errorf("the target is %d, %v, and the pointer is the same: %t", n, err, p == &n)
	}
}

// A null makes nothing of what an interface held.
func TestNullsIntoInterfaces(t *testing.T) {
	held := []any{1, "two"}
	null := resp.Value{Kind: resp.Array, Elems: []resp.Value{{Kind: resp.Null, Null: true}, {Kind: resp.Integer, Int: 3}}}
	if err := respgo.Unmarshal(&null, &held); err != nil || held[0] != nil || held[1] != int64(3) {
		t.Errorf("%v, %v, want [<nil> 3]", held, err)
	}
}

// A number of absurd length is out of range before anything is computed of it.
func TestEndlessNumbers(t *testing.T) {
	digits := resp.Value{Kind: resp.BulkString, Bytes: []byte(strings.Repeat("9", 1<<20))}
	var n *big.Int
	if err := respgo.Unmarshal(&digits, &n); err == nil {
		t.Error("a mebibyte of digits is a number")
	}
	var d time.Duration
	if err := respgo.Unmarshal(&resp.Value{Kind: resp.Double, Bytes: []byte("x")}, &d); err == nil {
		t.Error("x is a duration")
	}
}

// What an interface holds is the argument.
func TestArgsOfInterfaces(t *testing.T) {
	args, err := respgo.AppendArgs(nil, []any{1, "two", any(3.5)})
	if want := "*4\r\n$1\r\nX\r\n$1\r\n1\r\n$3\r\ntwo\r\n$3\r\n3.5\r\n"; err != nil || string(resp.AppendCommand(nil, "X", args...)) != want {
		t.Errorf("%q, %v, want %q", resp.AppendCommand(nil, "X", args...), err, want)
	}
}

// A push is refused whatever it was to be read into.
func TestPushesIntoNothing(t *testing.T) {
	push := resp.Value{Kind: resp.Push, Elems: []resp.Value{{Kind: resp.SimpleString, Bytes: []byte("m")}}}
	for _, dst := range []any{nil, 5, new(int)} {
		var wrong *respgo.UnmarshalError
		if err := respgo.Unmarshal(&push, dst); err == nil || dst != nil && !errors.As(err, &wrong) {
			t.Errorf("into %T: %v", dst, err)
		}
	}
}

// Values that lead ever deeper are refused, maps as well as lists.
func TestMarshalOfDeepValues(t *testing.T) {
	maps, lists := any(1), any(1)
	for range 3000 {
		maps, lists = map[string]any{"k": maps}, []any{lists}
	}
	for _, v := range []any{maps, lists, struct {
		M any `redis:"m"`
	}{maps}} {
		if err := respgo.MarshalEncode(resp.NewEncoder(io.Discard), v); err == nil {
			t.Errorf("%T is written", v)
		}
		if _, err := respgo.AppendArgs(nil, v); err == nil {
			t.Errorf("%T is arguments", v)
		}
	}
}
