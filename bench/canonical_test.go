package bench

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
)

// An exception is canonical input that a peer reads in another way.
type exception struct {
	what string
	has  func(resp.Value) bool // whether a value, or anything in or before it, is the cause
}

// exceptions lists them by peer.
var exceptions = map[string][]exception{
	"radix any": {
		{"a value that Go takes for no map key cannot be a key or in a set: refused", hasKey(func(key resp.Value) bool {
			return !slices.Contains([]resp.Kind{resp.SimpleString, resp.Integer, resp.Double, resp.Boolean, resp.BigNumber}, key.Kind)
		})},
		{"an attribute within an aggregate: refused", hasElem(hasAttrs)},
	},
	"go-redis": {
		{"a push between replies that its handlers do not claim is a reply", func(v resp.Value) bool { return v.Kind == resp.Push }},
		{"an error with a type of its own within an aggregate ends it early", hasElem(func(v resp.Value) bool {
			return v.Kind.IsError() && !bytes.HasPrefix(v.Bytes, []byte("ERR "))
		})},
		{"a null or an error as a key ends the map early", hasKey(func(key resp.Value) bool {
			return key.Null || key.Kind.IsError()
		})},
		{"an aggregate as a key: refused", hasKey(func(key resp.Value) bool { return key.Kind.IsAggregate() })},
		{"an attribute within an attribute ends that early", func(v resp.Value) bool {
			return slices.ContainsFunc(v.Attrs, within(hasElem(hasAttrs)))
		}},
	},
	"smallnest/resp3": {
		{"a null bulk string: refused", func(v resp.Value) bool { return v.Null && v.Kind == resp.BulkString }},
		{"a second attribute before a value is a value", func(v resp.Value) bool { return len(v.Attrs) > 1 }},
	},
}

func hasAttrs(v resp.Value) bool { return len(v.Attrs) > 0 }

// hasElem returns a function that reports whether f holds for an element.
func hasElem(f func(resp.Value) bool) func(resp.Value) bool {
	return func(v resp.Value) bool { return slices.ContainsFunc(v.Elems, f) }
}

// hasKey returns a function that reports whether f holds for a key of a map or
// an attribute or for an element of a set.
func hasKey(f func(resp.Value) bool) func(resp.Value) bool {
	return func(v resp.Value) bool {
		for i, elem := range v.Elems {
			if (v.Kind == resp.Set || i%2 == 0 && (v.Kind == resp.Map || v.Kind == resp.Attribute)) && f(elem) {
				return true
			}
		}
		return false
	}
}

// within returns a function that reports whether f holds for a value or for
// anything in or before it.
func within(f func(resp.Value) bool) func(resp.Value) bool {
	var in func(resp.Value) bool
	in = func(v resp.Value) bool {
		return f(v) || slices.ContainsFunc(v.Elems, in) || slices.ContainsFunc(v.Attrs, in)
	}
	return in
}

// On canonical input every codec agrees with package resp in kinds, payloads,
// structure and the bytes it takes, but for what its results cannot show and
// for the exceptions.
func TestPeersAgreeOnCanonicalInput(t *testing.T) {
	ins, ours, theirs := observe(t)
	lost := 0
	for _, p := range Peers() {
		t.Run(p.Name, func(t *testing.T) {
			c := comparison{used: make(map[string]bool)}
			for i, in := range ins {
				if in.Canonical {
					c.add(t, p, in, ours[i], theirs[p.Name][i])
				}
			}
			lost += c.lost
			t.Logf("%d inputs agree, %d are exceptions", c.agreed, c.excepted)
			for _, e := range exceptions[p.Name] {
				if !c.used[e.what] {
					t.Errorf("no longer an exception: %s", e.what)
				}
			}
			if c.agreed == 0 {
				t.Error("nothing was compared")
			}
		})
	}
	t.Logf("%d inputs left out because a parser did not survive them", lost)
}

// comparison counts how a peer fares.
type comparison struct {
	agreed, excepted, lost int
	used                   map[string]bool // exceptions
}

func (c *comparison) add(t *testing.T, p Peer, in input, ours, theirs outcome) {
	t.Helper()
	want, got := p.comparable(in, ours.Values), p.comparable(in, theirs.Values)
	switch {
	case theirs.Skipped:
	case theirs.Lost:
		c.lost++
	case theirs.Waited && cmp.Equal(want, got):
		c.agreed++
	case c.except(p, ours.Values):
		c.excepted++
	default:
		t.Errorf("%s: %.200q\ngot  %.500v, then %s\nwant %.500v", in.ID, in.Wire, got, theirs.Err, want)
	}
}

// except notes the exceptions that explain a difference.
func (c *comparison) except(p Peer, values []resp.Value) bool {
	explained := false
	for _, e := range exceptions[p.Name] {
		if slices.ContainsFunc(values, within(e.has)) {
			explained, c.used[e.what] = true, true
		}
	}
	return explained
}

// What is called canonical is what package resp reads to the end and gives
// back, the sentinel included.
func TestCanonicalInputIsCanonical(t *testing.T) {
	for _, in := range inputs() {
		if !in.Canonical {
			continue
		}
		o := Ours.observe(in)
		if !o.Waited || o.Err != "EOF" {
			t.Errorf("%s: %.200q: %s", in.ID, in.Wire, o.Err)
		}
		if in.hasChunks() {
			continue
		}
		var wire []byte
		for i := range o.Values {
			wire = resp.AppendValue(wire, &o.Values[i])
		}
		if !bytes.Equal(wire, in.Wire) {
			t.Errorf("%s: got %.200q, want %.200q", in.ID, wire, in.Wire)
		}
	}
}

// hasChunks reports whether a string may be in several chunks, which a Value
// joins.
func (in input) hasChunks() bool { return bytes.Contains(in.Wire, []byte("$?")) }
