package resp_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

func TestDecodeBuildsTheTree(t *testing.T) {
	text := func(kind resp.Kind, s string) resp.Value { return resp.Value{Kind: kind, Bytes: []byte(s)} }
	integer := func(n int64) resp.Value { return resp.Value{Kind: resp.Integer, Int: n} }
	attribute := func(elems ...resp.Value) resp.Value { return resp.Value{Kind: resp.Attribute, Elems: elems} }
	for _, test := range []struct {
		wire string
		want resp.Value
	}{
		{"+OK\r\n", text(resp.SimpleString, "OK")},
		{"-ERR\r\n", text(resp.SimpleError, "ERR")},
		{":-42\r\n", integer(-42)},
		{"$5\r\nhello\r\n", text(resp.BulkString, "hello")},
		{"$-1\r\n", resp.Value{Kind: resp.BulkString, Null: true}},
		{"*-1\r\n", resp.Value{Kind: resp.Array, Null: true}},
		{"_\r\n", resp.Value{Kind: resp.Null, Null: true}},
		{"#t\r\n", resp.Value{Kind: resp.Boolean, Int: 1}},
		{"#f\r\n", resp.Value{Kind: resp.Boolean}},
		{",1.50\r\n", text(resp.Double, "1.50")},
		{"(0012\r\n", text(resp.BigNumber, "0012")},
		{"!3\r\nERR\r\n", text(resp.BulkError, "ERR")},
		{"=7\r\nmkd:abc\r\n", resp.Value{Kind: resp.VerbatimString, Encoding: [3]byte{'m', 'k', 'd'}, Bytes: []byte("abc")}},
		{"*0\r\n", resp.Value{Kind: resp.Array}},
		{"*2\r\n:1\r\n~1\r\n+x\r\n", resp.Value{Kind: resp.Array, Elems: []resp.Value{
			integer(1), {Kind: resp.Set, Elems: []resp.Value{text(resp.SimpleString, "x")}},
		}}},
		{"%1\r\n+k\r\n>0\r\n", resp.Value{Kind: resp.Map, Elems: []resp.Value{text(resp.SimpleString, "k"), {Kind: resp.Push}}}},
		{"$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n", resp.Value{Kind: resp.BulkString, Streamed: true, Bytes: []byte("abc")}},
		{"*2\r\n$?\r\n;1\r\na\r\n;0\r\n$?\r\n;0\r\n", resp.Value{Kind: resp.Array, Elems: []resp.Value{
			{Kind: resp.BulkString, Streamed: true, Bytes: []byte("a")}, {Kind: resp.BulkString, Streamed: true, Bytes: []byte{}},
		}}},
		{"%?\r\n:1\r\n*?\r\n.\r\n:2\r\n~?\r\n:3\r\n.\r\n.\r\n", resp.Value{Kind: resp.Map, Streamed: true, Elems: []resp.Value{
			integer(1), {Kind: resp.Array, Streamed: true}, integer(2), {Kind: resp.Set, Streamed: true, Elems: []resp.Value{integer(3)}},
		}}},
		{"|1\r\n:1\r\n:2\r\n:3\r\n", resp.Value{Kind: resp.Integer, Int: 3, Attrs: []resp.Value{attribute(integer(1), integer(2))}}},
		{"|0\r\n|1\r\n:1\r\n*0\r\n*1\r\n|0\r\n_\r\n", resp.Value{ // two in a row, one before an element
			Kind: resp.Array, Attrs: []resp.Value{attribute(), attribute(integer(1), resp.Value{Kind: resp.Array})},
			Elems: []resp.Value{{Kind: resp.Null, Null: true, Attrs: []resp.Value{attribute()}}},
		}},
		{"|1\r\n|1\r\n:1\r\n:2\r\n+k\r\n|0\r\n+v\r\n$1\r\nx\r\n", resp.Value{ // on the key and the value of an attribute
			Kind: resp.BulkString, Bytes: []byte("x"), Attrs: []resp.Value{attribute(
				resp.Value{Kind: resp.SimpleString, Bytes: []byte("k"), Attrs: []resp.Value{attribute(integer(1), integer(2))}},
				resp.Value{Kind: resp.SimpleString, Bytes: []byte("v"), Attrs: []resp.Value{attribute()}},
			)},
		}},
		{"*?\r\n|1\r\n:1\r\n:2\r\n*?\r\n.\r\n:3\r\n.\r\n", resp.Value{Kind: resp.Array, Streamed: true, Elems: []resp.Value{
			{Kind: resp.Array, Streamed: true, Attrs: []resp.Value{attribute(integer(1), integer(2))}}, integer(3),
		}}},
	} {
		for _, padding := range []string{"", strings.Repeat("+padding\r\n", 10)} {
			var got resp.Value
			if err := resp.NewDecoder(strings.NewReader(test.wire + padding)).Decode(&got); err != nil || !cmp.Equal(got, test.want) {
				t.Errorf("Decode of %q: %v\n%s", test.wire, err, cmp.Diff(test.want, got))
			}
			var slowly resp.Value
			if err := resp.NewDecoder(iotest.OneByteReader(strings.NewReader(test.wire))).Decode(&slowly); err != nil || !cmp.Equal(slowly, test.want) {
				t.Errorf("Decode of %q byte by byte: %v\n%s", test.wire, err, cmp.Diff(test.want, slowly))
			}
		}
	}
}

// exact gives all fields of a tree, those too that mean nothing for the kind.
func exact(v *resp.Value) string {
	elems, attrs := "", ""
	for i := range v.Elems {
		elems += exact(&v.Elems[i]) + " "
	}
	for i := range v.Attrs {
		attrs += exact(&v.Attrs[i]) + " "
	}
	return fmt.Sprintf("{%s %t %t %q %d %q nil:%t [%s] [%s]}", v.Kind, v.Null, v.Streamed, v.Encoding, v.Int, v.Bytes, v.Bytes == nil, elems, attrs)
}

// A Value that is used again keeps nothing of what it was, at any level.
func TestDecodeIntoAUsedValue(t *testing.T) {
	wires := append([]string{tests.NestedWire, tests.StreamedWire}, awkwardWires...)
	var used resp.Value
	for _, first := range wires {
		for _, second := range wires {
			for _, wire := range []string{first, second} {
				var fresh resp.Value
				if err := resp.NewDecoder(strings.NewReader(wire)).Decode(&fresh); err != nil {
					t.Fatalf("%q: %v", wire, err)
				}
				if err := resp.NewDecoder(strings.NewReader(wire)).Decode(&used); err != nil || exact(&used) != exact(&fresh) {
					t.Fatalf("%q behind %q, into the same Value: %v\n%s, want\n%s", wire, first, err, exact(&used), exact(&fresh))
				}
			}
		}
	}
}

// A Value that an error left behind can be used again too.
func TestDecodeIntoAValueLeftByAnError(t *testing.T) {
	for _, broken := range []string{"*3\r\n:1\r\n|1\r\n+a\r\n*2\r\n:1\r\n", "%2\r\n+a\r\n$?\r\n;1\r\nx\r\n", "|1\r\n:1\r\n*1\r\n=5\r\ntxt:x\r\n?"} {
		for _, wire := range awkwardWires {
			var used, fresh resp.Value
			if err := resp.NewDecoder(strings.NewReader(broken)).Decode(&used); err == nil {
				t.Fatalf("%q is decoded", broken)
			}
			err := resp.NewDecoder(strings.NewReader(wire)).Decode(&used)
			if want := resp.NewDecoder(strings.NewReader(wire)).Decode(&fresh); err != want || exact(&used) != exact(&fresh) {
				t.Errorf("%q behind %q: %v\n%s, want\n%s", wire, broken, err, exact(&used), exact(&fresh))
			}
		}
	}
}

// A clone is not touched by what is read next, though the Decoder's buffer is.
func TestClonesOutliveTheBuffer(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader(tests.NestedWire+tests.StreamedWire+strings.Repeat("$5\r\nxxxxx\r\n", 1000)), resp.BufferSize(1))
	var v resp.Value
	var clones []resp.Value
	var want []string
	for range 2 {
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		want = append(want, exact(&v))
		clones = append(clones, v.Clone())
	}
	for range 1000 {
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
	}
	for i := range clones {
		if got := exact(&clones[i]); got != want[i] {
			t.Errorf("a clone has become\n%s, was\n%s", got, want[i])
		}
	}
}

// The tree of one value stays whole however often the buffer grows and moves
// while it is read, and however many streamed strings are put together for it.
func TestTreesThatOutgrowTheBuffer(t *testing.T) {
	var wire bytes.Buffer
	const n = 300
	fmt.Fprintf(&wire, "*%d\r\n", n)
	for i := range n {
		payload := strings.Repeat(string(rune('a'+i%26)), i)
		if i%2 == 0 {
			fmt.Fprintf(&wire, "$%d\r\n%s\r\n", i, payload)
		} else {
			fmt.Fprintf(&wire, "$?\r\n;%d\r\n%s\r\n;1\r\n!\r\n;0\r\n", i, payload)
		}
	}
	for name, d := range map[string]*resp.Decoder{
		"at once":      resp.NewDecoder(bytes.NewReader(wire.Bytes())),
		"byte by byte": resp.NewDecoder(iotest.OneByteReader(bytes.NewReader(wire.Bytes())), resp.BufferSize(1)),
	} {
		var v resp.Value
		if err := d.Decode(&v); err != nil || len(v.Elems) != n {
			t.Fatalf("%s: %d elements and %v", name, len(v.Elems), err)
		}
		for i := range v.Elems {
			want := strings.Repeat(string(rune('a'+i%26)), i)
			if i%2 == 1 {
				want += "!"
			}
			if got := string(v.Elems[i].Bytes); got != want {
				t.Errorf("%s: element %d is %q, want %q", name, i, got, want)
			}
		}
	}
}

func TestDecodeAtTheDepthLimit(t *testing.T) {
	const depth = 1024
	wires := map[string]string{
		"arrays":          strings.Repeat("*1\r\n", depth) + ":1\r\n",
		"streamed arrays": strings.Repeat("*?\r\n", depth) + strings.Repeat(".\r\n", depth),
		"attributes":      strings.Repeat("|1\r\n", depth) + strings.Repeat(":1\r\n:2\r\n:3\r\n", 1) + strings.Repeat(":2\r\n:3\r\n", depth-1),
	}
	for name, wire := range wires {
		var v resp.Value
		d := resp.NewDecoder(strings.NewReader(wire))
		if err := d.Decode(&v); err != nil || d.InputOffset() != int64(len(wire)) {
			t.Errorf("%s: %v at offset %d of %d", name, err, d.InputOffset(), len(wire))
			continue
		}
		levels := 0
		for next := &v; next != nil; levels++ {
			switch {
			case len(next.Attrs) > 0:
				next = &next.Attrs[0].Elems[0]
			case len(next.Elems) > 0:
				next = &next.Elems[0]
			default:
				next = nil
			}
		}
		if want := depth + 1; levels != want && !(name == "streamed arrays" && levels == depth) {
			t.Errorf("%s: %d levels, want %d", name, levels, want)
		}
	}
}

// Decode's storage grows to what is needed, and is the same the next time.
func TestDecodeUsesItsStorageAgain(t *testing.T) {
	d := resp.NewDecoder(tests.Endless("*3\r\n*2\r\n:1\r\n:2\r\n|1\r\n:1\r\n:2\r\n:3\r\n*?\r\n:4\r\n.\r\n", 0))
	var v resp.Value
	var before []*resp.Value
	for range 3 {
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		now := []*resp.Value{&v.Elems[0], &v.Elems[0].Elems[1], &v.Elems[1].Attrs[0].Elems[0], &v.Elems[2].Elems[0]}
		if before != nil && !slices.Equal(now, before) {
			t.Errorf("the elements have moved from %p to %p", before, now)
		}
		before = now
	}
}

// slots returns how many Values a tree holds room for, those behind the ends of its
// lists too.
func slots(v *resp.Value) int {
	seen := map[*resp.Value]bool{}
	open := [][]resp.Value{v.Elems, v.Attrs}
	for len(open) > 0 {
		list := open[len(open)-1]
		open = open[:len(open)-1]
		list = list[:cap(list)]
		for i := range list {
			if v := &list[i]; !seen[v] {
				seen[v] = true
				open = append(open, v.Elems, v.Attrs)
			}
		}
	}
	return len(seen)
}

// values returns how many Values there are in a tree.
func values(v *resp.Value) int {
	n := len(v.Elems) + len(v.Attrs)
	for _, list := range [][]resp.Value{v.Elems, v.Attrs} {
		for i := range list {
			n += values(&list[i])
		}
	}
	return n
}

const (
	treeSlack = 600 // Values that a tree may hold whatever it was used for
	treeTimes = 4   // and how many for each that the largest value had
)

// treeReads read all there is as trees, each into the same storage, and show it.
var treeReads = map[string]func(wire string, show func(*resp.Value)) error{
	"Decode": func(wire string, show func(*resp.Value)) error {
		d := resp.NewDecoder(strings.NewReader(wire))
		var v resp.Value
		for {
			if err := d.Decode(&v); err != nil {
				return err
			}
			show(&v)
		}
	},
	"Values": func(wire string, show func(*resp.Value)) error {
		for v, err := range resp.NewDecoder(strings.NewReader(wire)).Values() {
			if err != nil {
				return err
			}
			show(v)
		}
		return io.EOF
	},
	"OnPush": func(wire string, show func(*resp.Value)) error {
		d := resp.NewDecoder(strings.NewReader(strings.ReplaceAll(wire, "~", ">")), resp.OnPush(show))
		_, err := d.ReadInt64()
		return err
	},
}

const emptyBulk = "$0\r\n\r\n"

// moving returns n messages, each a set of n empty strings but for one element that is
// large, another one in each.
func moving(large string, n int) string {
	var wire strings.Builder
	for i := range n {
		fmt.Fprintf(&wire, "~%d\r\n%s%s%s", n, strings.Repeat(emptyBulk, i), large, strings.Repeat(emptyBulk, n-1-i))
	}
	return wire.String()
}

// A tree holds as much as its largest value needed, wherever in a value the large lists
// are, and not what all places needed together.
func TestTreesHoldWhatTheLargestValueNeeded(t *testing.T) {
	const n = 300
	header := func(kind string, n int) string { return fmt.Sprintf("%s%d\r\n", kind, n) }
	strings300 := strings.Repeat(emptyBulk, n)
	for name, large := range map[string]string{
		"an array":              header("*", n) + strings300,
		"a map of arrays":       header("%", n/2) + strings.Repeat(emptyBulk+"*1\r\n"+emptyBulk, n/2),
		"a streamed array":      "*?\r\n" + strings300 + ".\r\n",
		"an attribute":          header("|", n/2) + strings300 + emptyBulk,
		"attributes in a row":   strings.Repeat("|1\r\n"+emptyBulk+emptyBulk, n/3) + emptyBulk,
		"arrays in one another": strings.Repeat("*1\r\n", n) + emptyBulk,
	} {
		for method, read := range treeReads {
			most, count, needed := 0, 0, 0
			err := read(moving(large, n), func(v *resp.Value) {
				if count++; count%(n/10) == 0 {
					most = max(most, slots(v))
				}
				needed = max(needed, values(v))
			})
			if err != io.EOF || count != n {
				t.Fatalf("%s by %s: %d values and %v", name, method, count, err)
			}
			if most > treeSlack+treeTimes*needed {
				t.Errorf("%s by %s: a tree for %d Values holds %d", name, method, needed, most)
			}
		}
	}
}

// Nor does it hold for long what one value needed that was much larger than those
// behind it.
func TestTreesForgetALargeValue(t *testing.T) {
	const n = 20_000
	nested := fmt.Sprintf("~2\r\n*1\r\n%s*%d\r\n%s", emptyBulk, n, strings.Repeat(emptyBulk, n))
	flat := fmt.Sprintf("~%d\r\n%s", n, strings.Repeat(emptyBulk, n))
	for _, large := range []string{nested, flat} {
		for method, read := range treeReads {
			count, before, held := 0, 0, 0
			err := read(large+strings.Repeat("~1\r\n*1\r\n:1\r\n", 100), func(v *resp.Value) {
				if held = slots(v); count == 0 {
					before = held
				}
				count++
			})
			if err != io.EOF || count != 101 || before < n {
				t.Fatalf("%s of %.20q: %d values, the first held %d, and %v", method, large, count, before, err)
			}
			if held > treeSlack {
				t.Errorf("%s of %.20q and 100 small values: the tree still holds %d Values", method, large, held)
			}
		}
	}
}

// Nor do the trees of a Decoder itself hold views of a large buffer that it has given up.
func TestTreesLetGoOfLargeBuffers(t *testing.T) {
	large := "~3\r\n" + strings.Repeat(tests.Bulk(1<<20), 3)
	for _, method := range []string{"Values", "OnPush"} {
		held := 0
		err := treeReads[method](large+strings.Repeat("~1\r\n"+tests.Bulk(1000), 2000), func(v *resp.Value) {
			held = 0
			for _, v := range v.Elems[:cap(v.Elems)] {
				held += len(v.Bytes)
			}
		})
		if err != io.EOF || held > 64<<10 {
			t.Errorf("%s: 2,000 values behind a large one, its tree has views of %d bytes, and %v", method, held, err)
		}
	}
}

// Traffic that goes on as it was allocates nothing: values whose large element moves, and
// large ones with smaller ones between them.
func TestSteadyTreesDoNotAllocate(t *testing.T) {
	const n = 100
	large := fmt.Sprintf("~%d\r\n%s", 50*n, strings.Repeat(emptyBulk, 50*n))
	for name, wire := range map[string]string{
		"a large element that moves": moving(fmt.Sprintf("*%d\r\n%s", n, strings.Repeat(emptyBulk, n)), n),
		"large and small by turns":   large + strings.Repeat("~1\r\n:1\r\n", 20),
	} {
		d := resp.NewDecoder(tests.Endless(wire, 0))
		var v resp.Value
		cycle := func() {
			for range n {
				if err := d.Decode(&v); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 3 {
			cycle()
		}
		if allocs := testing.AllocsPerRun(10, cycle); allocs != 0 {
			t.Errorf("%s: %v allocations for %d values", name, allocs, n)
		}
	}
}

// To append to any list of a tree, and to change it in any other way, changes nothing
// else in it, and what is decoded next is right.
func TestTreesAreTheCallersOwn(t *testing.T) {
	wires := append([]string{tests.NestedWire, tests.StreamedWire, "*2\r\n*2\r\n:1\r\n*1\r\n:2\r\n*3\r\n:1\r\n:2\r\n:3\r\n"}, awkwardWires...)
	extra := resp.Value{Kind: resp.Array, Elems: []resp.Value{{Kind: resp.Integer, Int: 7}, {Kind: resp.Array, Elems: make([]resp.Value, 20)}}}
	var used resp.Value
	for _, first := range wires {
		for _, second := range wires {
			var fresh resp.Value
			for _, v := range []*resp.Value{&fresh, &used} {
				if err := resp.NewDecoder(strings.NewReader(first)).Decode(v); err != nil {
					t.Fatal(err)
				}
			}
			want := appended(fresh.Clone(), extra.Clone())
			if got := appended(used, extra.Clone()); exact(&got) != exact(&want) {
				t.Fatalf("%q, with an element more in each list: %s, want %s", first, exact(&got), exact(&want))
			}
			fresh = resp.Value{}
			for _, v := range []*resp.Value{&fresh, &used} {
				if err := resp.NewDecoder(strings.NewReader(second)).Decode(v); err != nil {
					t.Fatal(err)
				}
			}
			if exact(&used) != exact(&fresh) {
				t.Fatalf("%q behind a changed %q: %s, want %s", second, first, exact(&used), exact(&fresh))
			}
		}
	}
}

// appended returns v with extra behind each list in it, of scalars too.
func appended(v, extra resp.Value) resp.Value {
	for _, list := range []*[]resp.Value{&v.Elems, &v.Attrs} {
		for i := range *list {
			(*list)[i] = appended((*list)[i], extra)
		}
		*list = append(*list, extra)
	}
	return v
}

// What a large value has left is given up when many small ones follow, scalars as well
// as aggregates, and wherever the large one had its Values: among its attributes too.
func TestDecodeGivesUpWhatNoValueNeeds(t *testing.T) {
	const n = 20000
	integers := strings.Repeat(":1\r\n", n)
	for _, large := range []string{
		"*20000\r\n" + integers,
		"*?\r\n" + integers + ".\r\n",
		strings.Repeat("|0\r\n", n) + "*0\r\n",
		strings.Repeat("|1\r\n+a\r\n:1\r\n", n) + "+OK\r\n",
	} {
		for _, small := range []string{"+OK\r\n", "$1\r\na\r\n", ":1\r\n", "*0\r\n", "*1\r\n*1\r\n:1\r\n", "|1\r\n+a\r\n+b\r\n+OK\r\n"} {
			var v resp.Value
			d := resp.NewDecoder(strings.NewReader(large + strings.Repeat(small, 100)))
			if err := d.Decode(&v); err != nil {
				t.Fatalf("%s: %v", tests.Short(large), err)
			}
			for range 100 {
				if err := d.Decode(&v); err != nil {
					t.Fatalf("%q behind %s: %v", small, tests.Short(large), err)
				}
			}
			if held := cap(v.Elems) + cap(v.Attrs); held > 1000 {
				t.Errorf("100 times %q behind %s: room for %d values is held", small, tests.Short(large), held)
			}
		}
	}
}

// Decode writes into storage that it has made and nowhere else: not behind the end of a
// list of the caller's, nor into the lists of a Value there, whatever kind that has.
func TestDecodeLeavesTheListsOfTheCaller(t *testing.T) {
	integers := func() []resp.Value {
		return []resp.Value{{Kind: resp.Integer, Int: 1}, {Kind: resp.Integer, Int: 2}, {Kind: resp.Integer, Int: 3}}
	}
	for _, wire := range []string{"+OK\r\n", "$?\r\n;0\r\n", "*1\r\n:9\r\n", "*1\r\n*2\r\n:8\r\n:9\r\n", "|1\r\n+a\r\n+b\r\n:9\r\n"} {
		for last := range 256 {
			elems, attrs := integers(), integers()
			elems[2] = resp.Value{Kind: resp.Kind(last), Bytes: make([]byte, 1), Elems: integers()}
			kept := resp.Value{Kind: resp.Array, Elems: elems, Attrs: attrs}
			want := kept.Clone()
			v := resp.Value{Kind: resp.Array, Elems: elems[:1], Attrs: attrs[:1]}
			if err := resp.NewDecoder(strings.NewReader(wire)).Decode(&v); err != nil {
				t.Fatalf("%q: %v", wire, err)
			}
			if got, want := exact(&kept), exact(&want); got != want {
				t.Errorf("%q: the lists of the caller have become %s, want %s", wire, got, want)
			}
		}
	}
}
