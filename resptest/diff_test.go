package resptest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// array spells an array of these values.
func array(values ...string) string {
	return fmt.Sprintf("*%d\r\n%s", len(values), strings.Join(values, ""))
}

// bulk spells a bulk string.
func bulk(text string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(text), text) }

// Diff has a line for each difference, with the path to it.
func TestDiffNamesEachDifference(t *testing.T) {
	forty := func(change func(elems []string)) string {
		var elems []string
		for i := range 40 {
			elems = append(elems, fmt.Sprintf(":%d\r\n", i))
		}
		change(elems)
		return array(elems...)
	}
	same := func([]string) {}
	long := strings.Repeat("0123456789", 100)
	for _, test := range []struct{ name, want, got, diff string }{
		{"same", array(":1\r\n", "_\r\n"), array(":1\r\n", "_\r\n"), ""},
		{"same though spelled otherwise", array(":1\r\n", "(12\r\n"), array(":+01\r\n", "(+0012\r\n"), ""},
		{"nan is nan", ",nan\r\n", ",nan\r\n", ""},
		{"kinds", ":1\r\n", "$1\r\n1\r\n", `want integer 1, got bulk string(1) "1"`},
		{"doubles keep their spelling", ",1\r\n", ",1.0\r\n", `want double 1, got double 1.0`},
		{"minus zero", ",0\r\n", ",-0\r\n", `want double 0, got double -0`},
		{"nulls", array("_\r\n", "$-1\r\n", "*-1\r\n"), array("$-1\r\n", "*-1\r\n", "*0\r\n"),
			"[0]: want null, got null bulk string\n[1]: want null bulk string, got null array\n[2]: want null array, got array(0)"},
		{"verbatim", "=7\r\ntxt:abc\r\n", "=7\r\nmkd:abc\r\n", `want verbatim string(3) txt "abc", got verbatim string(3) mkd "abc"`},
		{"streamed string", "$?\r\n;1\r\na\r\n;0\r\n", bulk("a"), `want streamed bulk string(1) "a", got bulk string(1) "a"`},
		{"streamed array", "*?\r\n:1\r\n.\r\n", array(":2\r\n"), "want streamed array(1), got array(1)\n[0]: want integer 1, got integer 2"},
		{"one of forty", forty(same), forty(func(e []string) { e[7] = "+x\r\n" }), `[7]: want integer 7, got simple string(1) "x"`},
		{"one missing", forty(same), array(slices.Delete(strings.SplitAfter(forty(same)[5:], "\n")[:40], 3, 4)...), `[3]: want integer 3, got none`},
		{"one too many", array(":1\r\n", ":2\r\n"), array(":1\r\n", ":5\r\n", ":2\r\n"), `[1]: want none, got integer 5`},
		{"deep in a map", array(":0\r\n", "%1\r\n"+bulk("fields")+"%1\r\n"+bulk("a")+":1\r\n"), array(":0\r\n", "%1\r\n"+bulk("fields")+"%1\r\n"+bulk("a")+bulk("1")),
			`[1]["fields"]["a"]: want integer 1, got bulk string(1) "1"`},
		{"keys", "%3\r\n+a\r\n:1\r\n" + bulk("b") + ":2\r\n:3\r\n:3\r\n", "%3\r\n+a\r\n:9\r\n" + bulk("c") + ":2\r\n:3\r\n:4\r\n",
			"[simple string(1) \"a\"]: want integer 1, got integer 9\n[\"b\"]: want integer 2, got none\n[integer 3]: want integer 3, got integer 4\n[\"c\"]: want none, got integer 2"},
		{"a key sent twice", "%2\r\n+a\r\n:1\r\n+a\r\n:2\r\n", "%1\r\n+a\r\n:1\r\n", `[simple string(1) "a"]: want integer 2, got none`},
		{"order of keys", "%2\r\n" + bulk("a") + ":1\r\n" + bulk("b") + ":2\r\n", "%2\r\n" + bulk("b") + ":2\r\n" + bulk("a") + ":1\r\n",
			`another order: want ["b"] at 1, got it at 0`},
		{"members", "~2\r\n:1\r\n:2\r\n", "~2\r\n:2\r\n:3\r\n", "[integer 1]: want integer 1, got none\n[integer 3]: want none, got integer 3"},
		{"pushes", ">2\r\n+message\r\n:1\r\n", ">2\r\n+message\r\n:2\r\n", "[1]: want integer 1, got integer 2"},
		{"attribute", "|1\r\n" + bulk("ttl") + ":1\r\n+a\r\n", "|1\r\n" + bulk("ttl") + ":2\r\n+b\r\n",
			"want simple string(1) \"a\", got simple string(1) \"b\"\n.attributes[0][\"ttl\"]: want integer 1, got integer 2"},
		{"attribute of an array", "|1\r\n+ttl\r\n:1\r\n" + array(":1\r\n"), array(":1\r\n"),
			`.attributes[0]: want attribute(1) {simple string(3) "ttl": integer 1}, got none`},
		{"a long string", bulk(long), bulk(long[:500] + "x" + long[501:]),
			`want bulk string(1000), got bulk string(1000), from byte 500 on: want "0123456789012345678901234567890123456789"…, got "x123456789012345678901234567890123456789"…`},
		{"a long string cut", bulk(long), bulk(long[:999]), `want bulk string(1000), got bulk string(999), from byte 999 on: want "9", got ""`},
		{"aggregates with much in them", forty(same), ":1\r\n", "want array(40), got integer 1"},
		{"an empty string is no null", bulk(""), "$-1\r\n", `want bulk string(0) "", got null bulk string`},
	} {
		diff := test.diff
		if diff != "" {
			diff += "\n"
		}
		got := resptest.Diff(resptest.MustParse(test.want), resptest.MustParse(test.got))
		if line := cmp.Diff(diff, got); line != "" {
			t.Errorf("%s: %q and %q (-want +got)\n%s", test.name, test.want, test.got, line)
		}
	}
}

// Diff is empty exactly when values are Equal, whatever they are, those that no
// decoder returns among them.
func TestDiffAgreesWithEqual(t *testing.T) {
	check := func(v, u resp.Value) {
		if diff := resptest.Diff(v, u); (diff == "") != v.Equal(u) {
			t.Errorf("%q and %q: Equal is %v, Diff %q", v, u, v.Equal(u), diff)
		}
	}
	for seed := range uint64(200) {
		v := resptest.RandomValue(seed, resptest.Shape{})
		check(v, v)
		check(v, resptest.RandomValue(seed+1, resptest.Shape{}))
		for i, u := range resptest.SimplerValues(v) {
			if i == 20 {
				break
			}
			check(v, u)
			check(u, v)
		}
	}
	integer, null := resp.Value{Kind: resp.Integer}, resp.Value{Kind: resp.Null}
	odd := []resp.Value{
		{}, null, {Kind: resp.Null, Null: true}, {Kind: 'x'}, {Kind: resp.End}, {Kind: resp.Chunk, Bytes: []byte("a")}, {Kind: resp.BulkString, Bytes: []byte("a")},
		{Kind: resp.Map, Elems: []resp.Value{integer}}, {Kind: resp.Map, Elems: []resp.Value{integer, null}},
		{Kind: resp.Push, Streamed: true, Elems: []resp.Value{integer}}, {Kind: resp.Push, Elems: []resp.Value{integer}}, {Kind: resp.Push, Streamed: true, Elems: []resp.Value{null}},
		{Kind: resp.Double, Bytes: []byte("x")}, {Kind: resp.Double, Bytes: []byte(".5")}, {Kind: resp.Double, Bytes: []byte("0.5")},
		{Kind: resp.SimpleString, Bytes: []byte("a\nb")}, {Kind: resp.SimpleString, Bytes: []byte("a b")},
		{Kind: resp.Integer, Attrs: []resp.Value{integer}}, {Kind: resp.Integer, Attrs: []resp.Value{{Kind: resp.Attribute}}},
		{Kind: resp.Attribute}, {Kind: resp.Attribute, Attrs: []resp.Value{{Kind: resp.Attribute}}},
		{Kind: resp.Array, Null: true, Elems: []resp.Value{integer}}, {Kind: resp.Array, Null: true}, {Kind: resp.Boolean, Int: 2}, {Kind: resp.Boolean, Int: 1},
	}
	for _, v := range odd {
		for _, u := range odd {
			check(v, u)
			check(resp.Value{Kind: resp.Array, Elems: []resp.Value{v}}, resp.Value{Kind: resp.Array, Elems: []resp.Value{u}})
			check(resp.Value{Kind: resp.Set, Elems: []resp.Value{v}}, resp.Value{Kind: resp.Set, Elems: []resp.Value{u}})
			check(resp.Value{Kind: resp.Map, Elems: []resp.Value{integer, v}}, resp.Value{Kind: resp.Map, Elems: []resp.Value{integer, u}})
		}
	}
}

// However much differs, and however large or deep it is, the text is short.
func TestDiffIsShort(t *testing.T) {
	nest := func(depth int, inner string) resp.Value {
		return resptest.MustParse(strings.Repeat("*1\r\n", depth) + inner)
	}
	key := bulk(strings.Repeat("k\x00", 5000))
	for name, test := range map[string]struct {
		want, got resp.Value
		lines     int
		last      string
	}{
		"many": {resptest.MustParse(array(strings.SplitAfter(strings.Repeat(":1\r\n", 999)+":1\r\n", "\n")[:1000]...)),
			resptest.MustParse(array(strings.SplitAfter(strings.Repeat(":2\r\n", 999)+":2\r\n", "\n")[:1000]...)), 21, "... and 980 more\n"},
		"large": {resptest.MustParse(bulk(strings.Repeat("\x00", 1<<20))), resptest.MustParse(bulk(strings.Repeat("\x01", 1<<20))), 1, "\n"},
		"deep":  {nest(20_000, ":1\r\n"), nest(20_000, ":2\r\n"), 1, "\n"},
		"keys": {resptest.MustParse(strings.Repeat("%1\r\n"+key, 40) + ":1\r\n"),
			resptest.MustParse(strings.Repeat("%1\r\n"+key, 40) + ":2\r\n"), 1, "\n"},
		"wide and deep": {resptest.MustParse(array(array(array(strings.SplitAfter(strings.Repeat("_\r\n", 1000), "\n")[:1000]...)))), nest(0, ":1\r\n"), 1, "got integer 1\n"},
	} {
		diff := resptest.Diff(test.want, test.got)
		if lines := strings.Count(diff, "\n"); lines != test.lines || !strings.HasSuffix(diff, test.last) || len(diff) > 10_000 {
			t.Errorf("%s: %d lines, %d bytes: %.1000q", name, lines, len(diff), diff)
		}
	}
}
