package resp_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
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
	wires := append([]string{nestedWire, streamedWire}, awkwardWires...)
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
	d := resp.NewDecoder(strings.NewReader(nestedWire+streamedWire+strings.Repeat("$5\r\nxxxxx\r\n", 1000)), resp.BufferSize(1))
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
	d := resp.NewDecoder(&endless{wire: "*3\r\n*2\r\n:1\r\n:2\r\n|1\r\n:1\r\n:2\r\n:3\r\n*?\r\n:4\r\n.\r\n"})
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
