package resptest

import (
	"fmt"
	"strings"

	"github.com/seed65f5866d/resp"
)

const (
	diffLines   = 20  // differences that Diff describes; the others are counted
	diffDepth   = 32  // levels that Diff looks into; deeper ones are compared as a whole
	diffPayload = 40  // bytes of one payload that are shown
	diffText    = 300 // bytes of the description of one value
)

// Diff returns how got differs from want, or "" when want.Equal(got). It has one line,
// with its line feed, for each difference: the path to it, what was wanted and what is
// there. In a path, [2] is the third element of an array, a set or a push, ["name"] the
// value of a key, and .attributes[0] the first attribute.
//
//	[3]["fields"]["a"]: want integer 1, got bulk string(1) "1"
//
// Keys and members are found wherever they stand in their map or set. When they stand
// in another order, which Equal minds, a line says so. Diff describes 20 differences
// and counts the others.
func Diff(want, got resp.Value) string {
	var d differ
	d.value(want, got)
	if more := d.found - diffLines; more > 0 {
		fmt.Fprintf(&d.lines, "... and %d more\n", more)
	}
	return d.lines.String()
}

// differ gathers differences.
type differ struct {
	path  []string // to the values that are compared
	lines strings.Builder
	found int // differences, described or not
}

// report adds a difference at the present path.
func (d *differ) report(format string, args ...any) {
	if d.found++; d.found > diffLines {
		return
	}
	if len(d.path) > 0 {
		d.lines.WriteString(strings.Join(d.path, "") + ": ")
	}
	fmt.Fprintf(&d.lines, format+"\n", args...)
}

// at calls f with a step more in the path.
func (d *differ) at(step string, f func()) {
	d.path = append(d.path, step)
	f()
	d.path = d.path[:len(d.path)-1]
}

func (d *differ) value(want, got resp.Value) {
	if want.Equal(got) {
		return
	}
	before := d.found
	if len(d.path) < diffDepth {
		d.parts(want, got)
	}
	if d.found == before {
		d.whole(want, got)
	}
}

// parts looks for the differences in the attributes and elements of both, if they
// have what can be compared one by one.
func (d *differ) parts(want, got resp.Value) {
	if want.Kind != got.Kind || !want.Kind.IsAggregate() || want.Null || got.Null {
		wantAttrs, gotAttrs := want.Attrs, got.Attrs
		want.Attrs, got.Attrs = nil, nil
		if !want.Equal(got) {
			d.whole(want, got)
		}
		d.attributes(wantAttrs, gotAttrs)
		return
	}
	d.attributes(want.Attrs, got.Attrs)
	empty := resp.Value{Kind: want.Kind, Streamed: want.Streamed}
	if !empty.Equal(resp.Value{Kind: got.Kind, Streamed: got.Streamed}) {
		d.report("want %s, got %s", head(want), head(got))
	}
	switch want.Kind {
	case resp.Map, resp.Attribute, resp.Set:
		d.entries(entries(want), entries(got))
	default:
		d.elements(want.Elems, got.Elems)
	}
}

// attributes compares lists of attributes.
func (d *differ) attributes(want, got []resp.Value) {
	d.at(".attributes", func() { d.elements(want, got) })
}

// elements compares lists in which the place counts. What is alike at the start and at
// the end of both is left out, so that one element too many is one difference.
func (d *differ) elements(want, got []resp.Value) {
	start := 0
	for start < min(len(want), len(got)) && want[start].Equal(got[start]) {
		start++
	}
	wantEnd, gotEnd := len(want), len(got)
	for min(wantEnd, gotEnd) > start && want[wantEnd-1].Equal(got[gotEnd-1]) {
		wantEnd, gotEnd = wantEnd-1, gotEnd-1
	}
	for i := start; i < max(wantEnd, gotEnd); i++ {
		d.at(fmt.Sprintf("[%d]", i), func() {
			switch {
			case i >= gotEnd:
				d.report("want %s, got none", lazy(want[i]))
			case i >= wantEnd:
				d.report("want none, got %s", lazy(got[i]))
			default:
				d.value(want[i], got[i])
			}
		})
	}
}

// entry is a key with its value, or a member of a set.
type entry struct {
	key   *resp.Value
	value *resp.Value // nil for a member
}

// step is the step of a path that leads to e.
func (e entry) step() string {
	if e.key.Kind == resp.BulkString && !e.key.Null && !e.key.Streamed && len(e.key.Attrs) == 0 {
		return "[" + quoted(e.key.Bytes, 0) + "]"
	}
	return "[" + describe(*e.key) + "]"
}

// text describes the value, or the member.
func (e entry) text() lazy {
	if e.value == nil {
		return lazy(*e.key)
	}
	return lazy(*e.value)
}

// entries returns those of a map, an attribute or a set.
func entries(v resp.Value) (list []entry) {
	if v.Kind != resp.Set {
		for key, value := range v.Pairs() {
			list = append(list, entry{key, value})
		}
		return list
	}
	for _, member := range v.All() {
		list = append(list, entry{key: member})
	}
	return list
}

// entries compares lists in which each entry is found by its key.
func (d *differ) entries(want, got []entry) {
	places := make(map[string][]int, len(got)) // where a key is in got
	var wire []byte
	for i, e := range got {
		wire = resp.AppendValue(wire[:0], e.key)
		places[string(wire)] = append(places[string(wire)], i)
	}
	matched := make([]bool, len(got))
	last, moved := -1, false // the place in got of the entry before; whether one was before it
	for i, e := range want {
		wire = resp.AppendValue(wire[:0], e.key)
		at := places[string(wire)]
		if len(at) == 0 {
			d.at(e.step(), func() { d.report("want %s, got none", e.text()) })
			continue
		}
		places[string(wire)], matched[at[0]] = at[1:], true
		if at[0] < last && !moved {
			moved = true
			d.report("another order: want %s at %d, got it at %d", e.step(), i, at[0])
		}
		last = at[0]
		if e.value != nil {
			d.at(e.step(), func() { d.value(*e.value, *got[at[0]].value) })
		}
	}
	for i, e := range got {
		if !matched[i] {
			d.at(e.step(), func() { d.report("want none, got %s", e.text()) })
		}
	}
}

// whole reports that want and got differ. Where they look alike or are long, it shows
// them from the first byte that differs.
func (d *differ) whole(want, got resp.Value) {
	first, second := describe(want), describe(got)
	a, b := want.Bytes, got.Bytes
	same := samePrefix(a, b)
	switch {
	case want.Kind == got.Kind && same >= diffPayload/2 && max(len(a), len(b)) > diffPayload:
		d.report("want %s, got %s, from byte %d on: want %s, got %s",
			head(want), head(got), same, quoted(a, same), quoted(b, same))
	case first != second:
		d.report("want %s, got %s", first, second)
	default:
		a, b = resp.AppendValue(nil, &want), resp.AppendValue(nil, &got)
		same = samePrefix(a, b)
		d.report("want %s, got another, from byte %d of its wire form on: want %s, got %s",
			first, same, quoted(a, same), quoted(b, same))
	}
}

// samePrefix returns how many bytes at the start of a and b are the same.
func samePrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// quoted returns b from from on, quoted as arguments are, and cut where it is long.
func quoted(b []byte, from int) string {
	b = b[from:]
	text := resp.Command{Args: [][]byte{b[:min(len(b), diffPayload)]}}.String()
	if len(b) > diffPayload {
		text += "…"
	}
	return text
}

// lazy is a value that is described when it is printed.
type lazy resp.Value

func (v lazy) String() string { return describe(resp.Value(v)) }

// head describes v without its elements, attributes and payload.
func head(v resp.Value) string {
	n := len(v.Bytes)
	if v.Kind.IsAggregate() {
		n = len(v.Elems)
		if v.Kind == resp.Map || v.Kind == resp.Attribute {
			n = (n + 1) / 2
		}
	}
	streamed := ""
	if v.Streamed {
		streamed = "streamed "
	}
	return fmt.Sprintf("%s%v(%d)", streamed, v.Kind, n)
}

// describe describes v on one line. Of an aggregate that holds many values it tells the
// head alone.
func describe(v resp.Value) string {
	const few = 8
	if count(v, few) > few {
		return head(v)
	}
	text := fmt.Sprintf("%+.*v", diffPayload, v)
	if len(text) > diffText {
		return strings.ToValidUTF8(text[:diffText], "") + "…"
	}
	return text
}

// count counts the values in v, and stops soon after most.
func count(v resp.Value, most int) (n int) {
	for _, list := range [][]resp.Value{v.Attrs, v.Elems} {
		for i := range list {
			if n > most {
				return n
			}
			n += 1 + count(list[i], most-n)
		}
	}
	return n
}
