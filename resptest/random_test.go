package resptest_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// samples returns what the first n seeds stand for.
func samples[T any](n uint64, random func(seed uint64) T) (list []T) {
	for seed := range n {
		list = append(list, random(seed))
	}
	return list
}

// walk calls f for v and everything in and before it.
func walk(v resp.Value, f func(v resp.Value)) {
	f(v)
	for _, e := range slices.Concat(v.Attrs, v.Elems) {
		walk(e, f)
	}
}

// All kinds, nulls, streams and attributes are generated, and of RESP2 only its
// own.
func TestRandomValueMakesEveryKind(t *testing.T) {
	inRESP2 := []string{"$", "$null", "*", "*null", "+", "-", ":"}
	all := []string{"$?", "$null", "%?", "*?", "*null", "_null", "~?"}
	for c := range 256 {
		switch kind := resp.Kind(c); kind {
		case resp.Null, resp.Chunk, resp.End: // named above, or parts of values
		default:
			if _, _, err := resp.ConsumeToken([]byte{byte(c)}); err == resp.ErrIncomplete {
				all = append(all, string(rune(c)))
			}
		}
	}
	slices.Sort(all)
	for _, test := range []struct {
		shape resptest.Shape
		want  string
	}{
		{resptest.Shape{}, strings.Join(all, " ")},
		{resptest.Shape{RESP2: true}, strings.Join(inRESP2, " ")},
	} {
		seen := make(map[string]bool)
		for _, v := range samples(2000, func(seed uint64) resp.Value { return resptest.RandomValue(seed, test.shape) }) {
			walk(v, func(v resp.Value) {
				name := fmt.Sprintf("%c", v.Kind)
				if v.Null {
					name += "null"
				}
				if v.Streamed {
					name += "?"
				}
				seen[name] = true
			})
		}
		if got := strings.Join(slices.Sorted(maps.Keys(seen)), " "); got != test.want {
			t.Errorf("%+v: %s, want %s", test.shape, got, test.want)
		}
	}
}

// A Shape bounds depth, elements and payloads; values are valid.
func TestShapeBoundsValues(t *testing.T) {
	for _, shape := range []resptest.Shape{{}, {Depth: 2, Elems: 3, Bytes: 10}, {Depth: -1}, {Depth: 1, Elems: 1, Bytes: 1, RESP2: true}} {
		depth, elems, size := shape.Depth, shape.Elems, shape.Bytes
		if shape == (resptest.Shape{}) {
			depth, elems, size = 4, 6, 100
		}
		for _, w := range samples(1000, func(seed uint64) resptest.Wire { return resptest.RandomWire(seed, shape) }) {
			d := resp.NewDecoder(bytes.NewReader(w.Bytes), resp.MaxDepth(max(depth, 0)))
			var got resp.Value
			if err := d.Decode(&got); err != nil || !got.Equal(w.Value) {
				t.Errorf("%+v: %v for %+v was decoded as %+v, %v", shape, w, w.Value, got, err)
			}
			walk(w.Value, func(v resp.Value) {
				pairs := 1
				if v.Kind == resp.Map || v.Kind == resp.Attribute {
					pairs = 2
				}
				isText := v.Kind.IsString() || v.Kind == resp.BulkError
				if elems > 0 && len(v.Elems) > pairs*elems || size > 0 && isText && len(v.Bytes) > size {
					t.Errorf("%+v: %d elements, %d bytes in %+v", shape, len(v.Elems), len(v.Bytes), v)
				}
			})
		}
	}
}

// Canonical bytes are what an encoder writes; other spellings come, too.
func TestRandomWireSpellsCanonicallyOrNot(t *testing.T) {
	others := 0
	for _, canonical := range []bool{true, false} {
		for _, w := range samples(1000, func(seed uint64) resptest.Wire {
			return resptest.RandomWire(seed, resptest.Shape{Canonical: canonical})
		}) {
			same := bytes.Equal(resp.AppendValue(nil, &w.Value), w.Bytes)
			if canonical && !same {
				t.Errorf("%v is not canonical", w)
			}
			if !same {
				others++
			}
		}
	}
	if others < 100 {
		t.Errorf("%d of 1000 spellings are not canonical", others)
	}
}

// Commands have a name and arguments of every sort, lengths around those asked
// for among them.
func TestRandomCommandMakesEveryArgument(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range samples(1000, func(seed uint64) resptest.Command { return resptest.RandomCommand(seed, 50, 1000) }) {
		if len(c) == 0 || len(resp.SplitCommand(string(c[0]))) != 1 {
			t.Fatalf("command %v", c)
		}
		for _, arg := range c[1:] {
			switch n := len(arg); {
			case n == 0:
				seen["empty"] = true
			case n >= 49 && n <= 51, n >= 999 && n <= 1001:
				seen[fmt.Sprint(n)] = true
			case bytes.ContainsAny(arg, "\x00\xff"):
				seen["binary"] = true
			case bytes.Contains(arg, []byte("\r\n")):
				seen["RESP"] = true
			}
		}
	}
	for _, want := range []string{"empty", "49", "50", "51", "999", "1000", "1001", "binary", "RESP"} {
		if !seen[want] {
			t.Errorf("no argument of the sort %s", want)
		}
	}
}

// Some of the broken streams are whole, most are not.
func TestRandomBrokenBreaksSome(t *testing.T) {
	for kind, random := range map[string]func(seed uint64) resptest.Bytes{
		"reply":   func(seed uint64) resptest.Bytes { return resptest.RandomBroken(seed, resptest.Shape{}) },
		"command": func(seed uint64) resptest.Bytes { return resptest.RandomBrokenCommands(seed) },
	} {
		faults := 0
		for _, b := range samples(1000, random) {
			if result := parse(kind, b, resptest.Limits{}); result.Error != "" {
				faults++
			}
		}
		if faults < 300 || faults > 900 {
			t.Errorf("%s: %d of 1000 have a fault", kind, faults)
		}
	}
}

// Long bytes print cut.
func TestBytesPrintLegibly(t *testing.T) {
	if got, want := fmt.Sprint(resptest.Bytes("a\r\n")), `"a\r\n"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got := fmt.Sprintf("%+v", resptest.Bytes(strings.Repeat("x", 1000)))
	if want := `"` + strings.Repeat("x", 300) + `"... (1000 bytes)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(resptest.Command{[]byte("GET"), []byte("a\n")}), `"GET" "a\n"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A seed makes the same every time, and another seed something else.
func TestASeedMakesTheSame(t *testing.T) {
	for name, random := range map[string]func(seed uint64) string{
		"value":           func(seed uint64) string { return fmt.Sprintf("%q", resptest.RandomValue(seed, resptest.Shape{})) },
		"wire":            func(seed uint64) string { return resptest.RandomWire(seed, resptest.Shape{}).String() },
		"command":         func(seed uint64) string { return resptest.RandomCommand(seed, 10).String() },
		"broken":          func(seed uint64) string { return resptest.RandomBroken(seed, resptest.Shape{}).String() },
		"broken commands": func(seed uint64) string { return resptest.RandomBrokenCommands(seed).String() },
	} {
		different := make(map[string]bool)
		for seed := range uint64(100) {
			made := random(seed)
			if again := random(seed); made != again {
				t.Errorf("%s: seed %d makes %s and then %s", name, seed, made, again)
			}
			different[made] = true
		}
		if len(different) < 60 {
			t.Errorf("%s: 100 seeds make only %d different ones", name, len(different))
		}
	}
}
