package respgo_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
	"github.com/seed65f5866d/resp/resptest"
)

func TestErrorsNameThePathAndWhatWasThere(t *testing.T) {
	for _, c := range []struct {
		wire string
		dst  any
		want string
	}{
		{"*4\r\n+a\r\n:1\r\n+b\r\n$1\r\nx\r\n", new([]member), `respgo: [1].score: got bulk string "x", want float64: invalid syntax`},
		{"*2\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n*0\r\n", new([]member), `respgo: [1].score: got array, want float64`},
		{"%1\r\n+visits\r\n:99999999999999999\r\n", new(struct {
			V int8 `redis:"visits"`
		}), `respgo: .visits: got integer "99999999999999999", want int8: value out of range`},
		{"*2\r\n+user\r\n*4\r\n+a b\r\n+c\r\n+d\r\n:1\r\n", new(map[string]map[string]int), `respgo: .user["a b"]: got simple string "c", want int: invalid syntax`},
		{"*2\r\n+OK\r\n-WRONGTYPE not that\r\n", new([]string), `respgo: [1]: WRONGTYPE not that`},
		{"$3\r\nabc\r\n", new(int), `respgo: got bulk string "abc", want int: invalid syntax`},
		{"*3\r\n:1\r\n:2\r\n:3\r\n", new([2]int), `respgo: got array, want [2]int: 3 elements, not 2`},
		{"*3\r\n+a\r\n:2\r\n+b\r\n", new([]member), `respgo: got array, want []respgo_test.member: 3 elements are no rows of 2`},
		{"*1\r\n+a\r\n", new(user), `respgo: got array, want respgo_test.user: an odd number of elements is no row of pairs`},
		{"%1\r\n:5\r\n+x\r\n", new(map[int]int), `respgo: [5]: got simple string "x", want int: invalid syntax`},
		{"*2\r\n*2\r\n+a\r\n:1\r\n+b\r\n", new(map[string]int), `respgo: [1]: got simple string "b", want map[string]int: an element is no pair`},
		{"*3\r\n:1\r\n:2\r\n*2\r\n+h\r\n+p\r\n", new(slots), `respgo: .Nodes[0].Port: got simple string "p", want int: invalid syntax`},
		{"%1\r\n+results\r\n*1\r\n%1\r\n+extra_attributes\r\n:1\r\n", new(search), `respgo: .results[0].extra_attributes: got integer "1", want map[string]string`},
		{"%1\r\n*0\r\n+x\r\n", new(map[string]int), `respgo: [0]: got array, want string`},
		{">1\r\n+message\r\n", new([]string), `respgo: got push, want []string: a push is nobody's reply`},
		{"*1\r\n_\r\n", new([]int), `respgo: [0]: got null, want int: resp: null`},
		{"$100\r\n" + strings.Repeat("x", 100) + "\r\n", new(bool), `respgo: got bulk string "` + strings.Repeat("x", 61) + `…", want bool: invalid syntax`},
		{":1\r\n", new(chan int), `respgo: got integer "1", want chan int: the type is not supported`},
	} {
		err := respgo.UnmarshalDecode(resp.NewDecoder(strings.NewReader(c.wire)), c.dst, respgo.NullAsZero(false))
		if fmt.Sprint(err) != c.want {
			t.Errorf("%q as %T:\n%v, want\n%s", c.wire, c.dst, err, c.want)
		}
	}
	var e *respgo.UnmarshalError
	err := respgo.Unmarshal(tree(t, "*2\r\n+a\r\n-MOVED 1 h:1\r\n"), new([]int))
	if !errors.As(err, &e) || !errors.Is(err, strconv.ErrSyntax) || e.Path != "[0]" || e.Got != resp.SimpleString || e.Text != "a" || e.Want != reflect.TypeFor[int]() {
		t.Errorf("%#v", err)
	}
	err = respgo.Unmarshal(tree(t, "*1\r\n-MOVED 1 h:1\r\n"), new([]int))
	var reply *resp.ReplyError
	if !errors.As(err, &reply) || !errors.Is(err, resp.ReplyPrefix("MOVED")) {
		t.Errorf("%#v", err)
	}
}

func TestTopLevelErrorsAreTheServers(t *testing.T) {
	for _, dst := range []any{new(loop), new(string), new(int64), new([]string), new(map[string]string), new(any), new(user), new(*string)} {
		err := respgo.UnmarshalDecode(resp.NewDecoder(strings.NewReader("-WRONGTYPE x\r\n")), dst)
		if _, ok := err.(*resp.ReplyError); !ok {
			t.Errorf("into %T: %v", dst, err)
		}
	}
	failed, err := respgo.Read[error](resp.NewDecoder(strings.NewReader("-ERR x\r\n")))
	if err != nil || fmt.Sprint(failed) != "ERR x" {
		t.Errorf("into an error: %v, %v", failed, err)
	}
	reply, err := respgo.Read[*resp.ReplyError](resp.NewDecoder(strings.NewReader("!5\r\nERR x\r\n")))
	if err != nil || reply.Message != "ERR x" {
		t.Errorf("into a *ReplyError: %v, %v", reply, err)
	}
}

func TestErrorsInArraysGoToTheElement(t *testing.T) {
	exec := "*4\r\n+OK\r\n-WRONGTYPE x\r\n:5\r\n!5\r\nERR y\r\n"
	wrongType, other := &resp.ReplyError{Message: "WRONGTYPE x"}, &resp.ReplyError{Message: "ERR y"}
	runAll(t, []becomes{
		{exec, []error{nil, wrongType, nil, other}}, {exec, []any{"OK", wrongType, int64(5), other}},
		{"*1\r\n-WRONGTYPE x\r\n", []*resp.ReplyError{wrongType}},
	})

	var errs []*respgo.UnmarshalError
	type results struct {
		_        struct{} `redis:",array"`
		Set, Get string
		Incr     int
		Last     float64
	}
	got, err := respgo.Read[results](resp.NewDecoder(strings.NewReader(exec)), respgo.CollectErrors(&errs))
	check(t, "the rest", results{Set: "OK", Incr: 5}, got, err)
	if len(errs) != 2 || errs[0].Path != ".Get" || !errors.Is(errs[0], wrongType) || errs[1].Path != ".Last" || !errors.Is(errs[1], other) {
		t.Errorf("collected %v", errs)
	}
}

// What fails is left out, and all else is there, whatever lies in what fails.
func TestErrorsMayBeCollected(t *testing.T) {
	for _, c := range []struct {
		wire  string
		want  any
		paths string
	}{
		{"*5\r\n:1\r\n*2\r\n+deep\r\n*1\r\n:1\r\n:2\r\n+x\r\n-ERR\r\n", []int{1, 0, 2, 0, 0}, "[1] [3] [4]"},
		{"*3\r\n+a\r\n*1\r\n+x\r\n+b\r\n", []string{"a", "", "b"}, "[1]"},
		{"%3\r\n+a\r\n+x\r\n*1\r\n+k\r\n*1\r\n+v\r\n+b\r\n:2\r\n", map[string]int{"b": 2}, ".a [1]"},
		{"%3\r\n+a\r\n*1\r\n:1\r\n*1\r\n+k\r\n*1\r\n+v\r\n+b\r\n:2\r\n", map[string]string{"b": "2"}, ".a [1]"},
		{"%2\r\n+a\r\n*1\r\n:1\r\n*0\r\n+v\r\n", map[any]any{"a": []any{int64(1)}}, "[1]"},
		{"%2\r\n+a\r\n*2\r\n*1\r\n:7\r\n:1\r\n*0\r\n+v\r\n", inner{}, ".a [1]"},
		{"*3\r\n*2\r\n+a\r\n:1\r\n+x\r\n*2\r\n+b\r\n:2\r\n", map[string]int{"a": 1, "b": 2}, "[1]"},
		{"*3\r\n*2\r\n+a\r\n:1\r\n*3\r\n+x\r\n+y\r\n+z\r\n*2\r\n+b\r\n:2\r\n", map[string]string{"a": "1", "b": "2"}, "[1]"},
		{"*2\r\n*3\r\n+a\r\n:1\r\n+b\r\n*2\r\n+a\r\n:2\r\n", []map[string]int{nil, {"a": 2}}, "[0]"},
		{"*2\r\n*3\r\n+a\r\n:1\r\n+b\r\n*2\r\n+c\r\n:2\r\n", [][]member{nil, {{Name: "c", Score: 2}}}, "[0]"},
		{"*2\r\n*3\r\n+a\r\n:1\r\n+b\r\n*2\r\n:3\r\n:4\r\n", [][2]int{{}, {3, 4}}, "[0]"},
		{"%3\r\n+x\r\n+y\r\n+z\r\n:1\r\n+a\r\n:2\r\n", withRest{2, map[name]int64{"z": 1}}, ".x"},
		{"*3\r\n:1\r\n+x\r\n:3\r\n", []*int{pointer(1), nil, pointer(3)}, "[1]"},
		{"%2\r\n+a\r\n*2\r\n+a\r\n+x\r\n+b\r\n*2\r\n+b\r\n:2\r\n", map[string]*inner{"a": {}, "b": {B: 2}}, ".a.a"},
		{"%2\r\n*1\r\n*0\r\n:1\r\n*1\r\n+k\r\n:2\r\n", map[[1]any]int{{"k"}: 2}, "[0]"},
		{"*2\r\n~3\r\n*1\r\n:1\r\n+b\r\n_\r\n+x\r\n", []map[string]struct{}{{"b": {}}, nil}, "[0][0] [0][2] [1]"},
		{"*1\r\n$14\r\na:1\r\nb:x\r\nc:3\n\r\n", []map[string]int{{"a": 1, "c": 3}}, "[0].b"},
	} {
		for _, form := range []string{"stream", "tree"} {
			var errs []*respgo.UnmarshalError
			var err error
			got := reflect.New(reflect.TypeOf(c.want))
			if form == "tree" {
				err = respgo.Unmarshal(tree(t, c.wire), got.Interface(), respgo.CollectErrors(&errs))
			} else {
				d := resp.NewDecoder(strings.NewReader(c.wire + next))
				err = respgo.UnmarshalDecode(d, got.Interface(), respgo.CollectErrors(&errs))
				expectNext(t, d)
			}
			checkValue(t, fmt.Sprintf("%s %q", form, c.wire), c.want, got.Elem().Interface(), err)
			var paths []string
			for _, e := range errs {
				paths = append(paths, e.Path)
			}
			if got := strings.Join(paths, " "); got != c.paths {
				t.Errorf("%s %q: errors at %s, want %s: %v", form, c.wire, got, c.paths, errs)
			}
		}
	}
	// What is to become nothing of the kind is an error all the same.
	var errs []*respgo.UnmarshalError
	failsWith[*respgo.UnmarshalError](t, "*0\r\n", new(int), nil, respgo.CollectErrors(&errs))
	failsWith[*resp.ReplyError](t, "-ERR\r\n", new(int), nil, respgo.CollectErrors(&errs))
	if len(errs) > 0 {
		t.Errorf("collected %v", errs)
	}
}

func TestAttributes(t *testing.T) {
	wire := "|1\r\n+ttl\r\n:5\r\n*2\r\n+a\r\n|2\r\n+hits\r\n%1\r\n+x\r\n:1\r\n+more\r\n*0\r\n%1\r\n|1\r\n+of\r\n+key\r\n+k\r\n|1\r\n+of\r\n+value\r\n:9\r\n"
	becomes{wire, []any{"a", map[any]any{"k": int64(9)}}}.run(t)
	becomes{wire, [2]any{"a", map[any]any{"k": int64(9)}}}.run(t)
	becomes{wire, *tree(t, wire)}.run(t)
	becomes{"*2\r\n+a\r\n|1\r\n+k\r\n+v\r\n*1\r\n:1\r\n", []resp.Value{*tree(t, "+a\r\n"), *tree(t, "|1\r\n+k\r\n+v\r\n*1\r\n:1\r\n")}}.run(t)

	var got []string
	d := resp.NewDecoder(strings.NewReader(wire + next))
	_, err := respgo.Read[any](d, respgo.OnAttribute(func(path string, attribute *resp.Value) {
		var about map[string]any
		if err := respgo.Unmarshal(attribute, &about); err != nil {
			t.Error(err)
		}
		got = append(got, fmt.Sprint(path, about))
	}))
	check(t, "attributes", []string{"map[ttl:5]", "[1]map[hits:map[x:1] more:[]]", "[1][0]map[of:key]", "[1].kmap[of:value]"}, got, err)
	expectNext(t, d)

	got = nil
	_, err = respgo.Read[[]string](resp.NewDecoder(strings.NewReader("*1\r\n|1\r\n+k\r\n+v\r\n+a\r\n")), respgo.OnAttribute(func(path string, _ *resp.Value) { got = append(got, path) }))
	check(t, "an attribute of an element", []string{"[0]"}, got, err)
}

func TestPushesAreNobodysReply(t *testing.T) {
	push := ">2\r\n+invalidate\r\n*0\r\n"
	for _, before := range []string{"", "|1\r\n+k\r\n+v\r\n"} {
		failed, err := respgo.Read[[]any](resp.NewDecoder(strings.NewReader(before + push)))
		if e := (*respgo.UnmarshalError)(nil); !errors.As(err, &e) || e.Got != resp.Push || failed != nil {
			t.Errorf("%q: %v, %v", before+push, failed, err)
		}
		var pushed []string
		d := resp.NewDecoder(strings.NewReader(before+push+push+"*1\r\n+a\r\n"+next), resp.OnPush(func(v *resp.Value) {
			var kind respgo.Pair[string, []string]
			if err := respgo.Unmarshal(v, &kind); err != nil {
				t.Error(err)
			}
			pushed = append(pushed, kind.Key)
		}))
		got, err := respgo.Read[[]string](d)
		check(t, "behind pushes", []string{"a"}, got, err)
		check(t, "pushes", []string{"invalidate", "invalidate"}, pushed, nil)
		expectNext(t, d)
	}
}

// Elements of an aggregate that is open are read one by one, so that a reply of
// any size can be.
func TestElementsOfAnOpenAggregate(t *testing.T) {
	for _, wire := range []string{"*3\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n+x\r\n*2\r\n+c\r\n:3\r\n", "*?\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n+x\r\n*2\r\n+c\r\n:3\r\n.\r\n", "*3\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n+x\r\n|1\r\n+k\r\n+v\r\n>2\r\n+c\r\n:3\r\n"} {
		d := resp.NewDecoder(resptest.SplitReader(strings.NewReader(wire+next), 1))
		n, err := d.ReadArrayLen()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for i := 0; i != n; i++ {
			m, err := respgo.Read[member](d)
			if err == resp.ErrEnd {
				break
			}
			if (err != nil) != (i == 1) {
				t.Errorf("element %d of %q: %v", i, wire, err)
			}
			names = append(names, m.Name)
		}
		check(t, wire, []string{"a", "b", "c"}, names, nil)
		expectNext(t, d)
	}
}

// The loops of the codec do the same in one line.
func TestReadInElements(t *testing.T) {
	for _, wire := range []string{"*3\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n:2\r\n*2\r\n+c\r\n:3\r\n", "~?\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n:2\r\n*2\r\n+c\r\n:3\r\n.\r\n"} {
		d := resp.NewDecoder(strings.NewReader(wire + next))
		var names []string
		for _, err := range d.Elements() {
			if err != nil {
				t.Fatal(err)
			}
			m, err := respgo.Read[member](d)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, m.Name)
			if len(names) == 2 {
				break
			}
		}
		check(t, wire, []string{"a", "b"}, names, nil)
		expectNext(t, d)
	}
}

// A read that is interrupted has consumed nothing and can be repeated.
func TestInterruptedReadsAreRepeated(t *testing.T) {
	wire := string(capture(t, "xread", 2)) + next
	want := read[map[string][]entry](t, "xread", 3)
	d := resp.NewDecoder(resptest.TimeoutReader(strings.NewReader(wire)))
	timeouts := 0
	for {
		got, err := respgo.Read[map[string][]entry](d)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			timeouts++
			continue
		}
		check(t, "after timeouts", want, got, err)
		break
	}
	if timeouts < len(wire)/2 {
		t.Errorf("only %d timeouts", timeouts)
	}

	fed := resp.NewDecoder(nil)
	for i := range len(wire) - len(next) - 1 {
		fed.Feed([]byte{wire[i]})
		if _, err := respgo.Read[map[string][]entry](fed); err != resp.ErrIncomplete {
			t.Fatalf("after %d bytes: %v", i+1, err)
		}
	}
	fed.Feed([]byte(wire[len(wire)-len(next)-1:]))
	got, err := respgo.Read[map[string][]entry](fed)
	check(t, "when all was fed", want, got, err)
	expectNext(t, fed)

	if _, err := respgo.Read[any](resp.NewDecoder(strings.NewReader(""))); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	if _, err := respgo.Read[any](resp.NewDecoder(strings.NewReader("*2\r\n+a\r\n"))); err != io.ErrUnexpectedEOF {
		t.Errorf("in the middle: %v", err)
	}
	var syntax *resp.SyntaxError
	if _, err := respgo.Read[any](resp.NewDecoder(strings.NewReader("*2\r\n+a\r\n?\r\n"))); !errors.As(err, &syntax) || syntax.Offset != 8 {
		t.Errorf("where there is no RESP: %v", err)
	}
}

// Counts are a stranger's word: nothing is reserved for elements that are not there.
func TestHostileCounts(t *testing.T) {
	for _, wire := range []string{"*1000000000\r\n", "%1000000000\r\n+a\r\n", "~4000000000\r\n:1\r\n", "*1\r\n*1000000000\r\n", "$500000000\r\nabc", "*2\r\n$400000000\r\n"} {
		for _, dst := range []any{new([]string), new([][1000]int), new(map[string]string), new(map[int]int), new(any), new(user), new([]member), new(map[string]struct{}), new(string)} {
			reserved := allocated(func() {
				err := respgo.UnmarshalDecode(resp.NewDecoder(strings.NewReader(wire)), dst)
				if err != io.ErrUnexpectedEOF {
					if e := (*resp.LimitError)(nil); !errors.As(err, &e) {
						t.Errorf("%q into %T: %v", wire, dst, err)
					}
				}
			})
			if reserved > 256<<10 {
				t.Errorf("%q into %T: %d bytes were allocated", wire, dst, reserved)
			}
		}
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

type (
	nested    []nested
	nestedMap map[string]nestedMap
	nestedRow struct {
		_    struct{} `redis:",array"`
		Next *nestedRow
	}
)

func TestDepthIsBounded(t *testing.T) {
	for _, depth := range []int{1000, 1024, 1025, 100_000} {
		deep := strings.Repeat("*1\r\n", depth) + ":1\r\n"
		maps := strings.Repeat("%1\r\n+a\r\n", depth-1) + "%0\r\n"
		for _, c := range []struct {
			wire string
			dst  any
		}{
			{deep, new(any)}, {strings.Repeat("*1\r\n", depth-1) + "*0\r\n", new(nested)}, {maps, new(nestedMap)}, {maps, new(any)},
			{strings.Repeat("*1\r\n", depth) + "_\r\n", new(nestedRow)}, {deep, new([]string)}, {deep, new(resp.Value)},
		} {
			d := resp.NewDecoder(strings.NewReader(c.wire+next), resp.NoLimits())
			err := respgo.UnmarshalDecode(d, c.dst)
			_, isValue := c.dst.(*resp.Value)
			_, isStrings := c.dst.(*[]string)
			if wantErr := depth > 1024 && !isValue || isStrings; (err != nil) != wantErr {
				t.Errorf("%d levels into %T: %.300v", depth, c.dst, err)
			}
			expectNext(t, d)
		}
	}
	var errs []*respgo.UnmarshalError
	d := resp.NewDecoder(strings.NewReader(strings.Repeat("*2\r\n", 2000)+strings.Repeat(":1\r\n", 2001)+next), resp.NoLimits())
	got, err := respgo.Read[any](d, respgo.CollectErrors(&errs))
	if err != nil || len(errs) != 1 || got == nil {
		t.Errorf("%v, %d errors", err, len(errs))
	}
	expectNext(t, d)
}

// What a Decoder accepts with its options is read, even what ConsumeToken does not take.
func TestWhatADecoderAcceptsIsRead(t *testing.T) {
	long := strings.Repeat("1", 100_000)
	for _, c := range []struct {
		wire string
		want any
	}{
		{"*2\r\n,.5\r\n,5.\r\n", []float64{.5, 5}}, {"*2\r\n+a\r\n%-1\r\n", []any{"a", nil}}, {"*1\r\n+" + long + "\r\n", []string{long}},
		{"+" + long + "\r\n", long},
	} {
		d := resp.NewDecoder(strings.NewReader(c.wire+next), resp.Lenient(), resp.NoLimits())
		got := reflect.New(reflect.TypeOf(c.want))
		err := respgo.UnmarshalDecode(d, got.Interface())
		check(t, fmt.Sprintf("%.40q", c.wire), c.want, got.Elem().Interface(), err)
		expectNext(t, d)
	}
	// A number is no number of 100,000 digits.
	for _, dst := range []any{new(int), new(uint), new(float64), new(bool), new(float32)} {
		d := resp.NewDecoder(strings.NewReader("$100000\r\n" + long + "\r\n" + next))
		var e *respgo.UnmarshalError
		if err := respgo.UnmarshalDecode(d, dst); !errors.As(err, &e) || len(err.Error()) > 300 {
			t.Errorf("%T: %.400v", dst, err)
		}
		expectNext(t, d)
	}
}

// Trees that are built by hand may be odd.
func TestOddTrees(t *testing.T) {
	v := resp.Value{Kind: resp.Map, Elems: []resp.Value{{Kind: resp.BulkString, Bytes: []byte("a")}}}
	var got map[string]*string
	check(t, "a map without its last value", map[string]*string{"a": nil}, got, respgo.Unmarshal(&v, &got))
	if len(v.Elems) != 1 {
		t.Error("the tree was changed")
	}
	for _, v := range []resp.Value{
		{Kind: resp.Double, Bytes: []byte("no")}, {Kind: resp.BigNumber}, {Kind: 'x'}, {Kind: resp.End}, {Kind: resp.Chunk, Bytes: []byte("a")},
		{Kind: resp.Attribute, Elems: make([]resp.Value, 2)}, {Kind: resp.Array, Null: true, Elems: make([]resp.Value, 3)}, {Kind: resp.Integer, Elems: make([]resp.Value, 3)},
		{Kind: resp.Map, Null: true, Elems: make([]resp.Value, 3)}, {Kind: resp.Array, Elems: make([]resp.Value, 3)}, {Kind: resp.SimpleError, Null: true},
	} {
		both := resp.Value{Kind: resp.Array, Elems: []resp.Value{v, {Kind: resp.Integer, Int: 7}}}
		for _, dst := range []any{new([]any), new([]int), new([]string), new([]user), new([][]int), new([]error), new([]resp.Value), new([]bool), new([]map[string]int), new([]float64)} {
			var errs []*respgo.UnmarshalError
			if err := respgo.Unmarshal(&both, dst, respgo.CollectErrors(&errs)); err != nil {
				t.Errorf("%+v into %T: %v", v, dst, err)
			}
			if n := reflect.ValueOf(dst).Elem().Len(); n != 2 {
				t.Errorf("%+v into %T: %d elements", v, dst, n)
			}
		}
	}
	cycle := make([]resp.Value, 1)
	cycle[0] = resp.Value{Kind: resp.Array, Elems: cycle}
	for _, dst := range []any{new(any), new([]string), new(nested), new([]int)} {
		if err := respgo.Unmarshal(&cycle[0], dst); err == nil {
			t.Errorf("a tree that holds itself became a %T", dst)
		}
	}
}

// A panic in a method of the caller's leaves the stream in step too.
type panics struct{}

func (panics) UnmarshalText([]byte) error { panic("no") }

func TestPanicsLeaveTheStreamInStep(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("*2\r\n+a\r\n+b\r\n" + next))
	func() {
		defer func() { _ = recover() }()
		respgo.UnmarshalDecode(d, new([]panics))
		t.Error("no panic")
	}()
	expectNext(t, d)
}

// Text in errors is cut, however long the reply's is.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("k", 1<<20)
	err := respgo.Unmarshal(tree(t, fmt.Sprintf("%%1\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(long), long, len(long), long)), new(map[string]int))
	if err == nil || len(err.Error()) > 400 {
		t.Errorf("%.500v", err)
	}
}
