package resptest_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// samples takes n samples of a generator.
func samples[T any](t *testing.T, n int, gen gopter.Gen) (list []T) {
	t.Helper()
	params := gopter.DefaultGenParameters()
	params.Rng.Seed(1)
	for range n {
		sample, ok := gen(params).Retrieve()
		if !ok {
			t.Fatal("no sample")
		}
		list = append(list, sample.(T))
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
func TestGenValueMakesEveryKind(t *testing.T) {
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
		for _, v := range samples[resp.Value](t, 2000, resptest.GenValue(test.shape)) {
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
		for _, w := range samples[resptest.Wire](t, 1000, resptest.GenWire(shape)) {
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
func TestGenWireSpellsCanonicallyOrNot(t *testing.T) {
	others := 0
	for _, canonical := range []bool{true, false} {
		for _, w := range samples[resptest.Wire](t, 1000, resptest.GenWire(resptest.Shape{Canonical: canonical})) {
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
func TestGenCommandMakesEveryArgument(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range samples[resptest.Command](t, 1000, resptest.GenCommand(50, 1000)) {
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

// What fails is made as small as it can be.
func TestGeneratorsShrink(t *testing.T) {
	contains := func(v resp.Value, is func(resp.Value) bool) (found bool) {
		walk(v, func(v resp.Value) { found = found || is(v) })
		return found
	}
	for _, test := range []struct {
		name      string
		condition any // fails for some
		gen       gopter.Gen
		want      string
	}{
		{"a value", func(v resp.Value) bool { return !contains(v, func(v resp.Value) bool { return v.Kind == resp.Double }) },
			resptest.GenValue(resptest.Shape{}), `double 0`},
		{"a part of a map", func(v resp.Value) bool {
			return !contains(v, func(v resp.Value) bool { return v.Kind == resp.Map && len(v.Elems) > 0 })
		}, resptest.GenValue(resptest.Shape{}), `map(1) {integer 0: integer 0}`},
		{"a payload", func(v resp.Value) bool {
			return !contains(v, func(v resp.Value) bool { return v.Kind == resp.BulkString && len(v.Bytes) > 4 })
		}, resptest.GenValue(resptest.Shape{}), `bulk string(5) "aaaaa"`},
		{"a wire", func(w resptest.Wire) bool { return !bytes.Contains(w.Bytes, []byte("$?")) },
			resptest.GenWire(resptest.Shape{}), `"$?\r\n;0\r\n"`},
		{"a command", func(c resptest.Command) bool { return len(c) < 3 }, resptest.GenCommand(), `"a" "" ""`},
		{"a broken stream", func(b resptest.Bytes) bool { return !bytes.Contains(b, []byte("\n%")) },
			resptest.GenBroken(resptest.Shape{}), `"\n%"`},
		{"a broken stream of requests", func(b resptest.Bytes) bool { return !bytes.Contains(b, []byte("$0")) },
			resptest.GenBrokenCommands(), `"$0"`},
	} {
		params := gopter.DefaultTestParametersWithSeed(1)
		params.MinSuccessfulTests = 2000
		result := prop.ForAll(test.condition, test.gen).Check(params)
		if result.Status != gopter.TestFailed {
			t.Errorf("%s: nothing failed in %d tests", test.name, result.Succeeded)
		} else if got := result.Args[0].ArgFormatted; got != test.want {
			t.Errorf("%s: shrunk to %s, want %s", test.name, got, test.want)
		}
	}
}

// Every seed breaks a frame, in one place: what is before it is the start of the
// frame, and what is behind it is the end of the frame or of another. No fault is
// left out.
func TestBreakChangesOnePlace(t *testing.T) {
	frame := []byte("*3\r\n$3\r\nSET\r\n$10\r\n0123456789\r\n:1\r\n")
	other := []byte("%1\r\n+k\r\n,1.5\r\n")
	classes := make(map[string]int)
	for seed := range uint64(2000) {
		b := resptest.Break(seed, frame, other)
		if !bytes.Equal(b, resptest.Break(seed, frame, other)) {
			t.Fatalf("seed %d breaks in two ways", seed)
		}
		for _, frame := range [][]byte{frame, other, []byte("a"), []byte("\r\n"), []byte("_\r\n"), []byte("$99999999999999999999999\r\n")} {
			if broken := resptest.Break(seed, frame, frame, other); !inOnePlace(broken, frame, other) {
				t.Errorf("seed %d breaks %q to %q", seed, frame, broken)
			}
		}
		result := parse("reply", b, resptest.Limits{})
		class := result.Error
		if result.Incomplete {
			class = "incomplete"
		}
		classes[class]++
	}
	for _, class := range []string{"", "incomplete", "syntax", "length", "type"} {
		if classes[class] < 20 {
			t.Errorf("%d of 2000 are %q: %v", classes[class], class, classes)
		}
	}
	if want := "*3\r\n$3\r\nSET\r\n$10\r\n0123456789\r\n:1\r\n"; string(frame) != want || string(other) != "%1\r\n+k\r\n,1.5\r\n" {
		t.Errorf("Break changed its arguments: %q, %q", frame, other)
	}
	for seed := range uint64(100) {
		if got := resptest.Break(seed, nil, other); len(got) != 0 {
			t.Errorf("nothing was broken to %q", got)
		}
		resptest.Break(seed, []byte("a"))
	}
}

// inOnePlace reports whether broken is not frame, and a start of it and an end of it
// or of other with little between them.
func inOnePlace(broken, frame, other []byte) bool {
	const most = 25 // a number that has got longer, or a part that was doubled
	if bytes.Equal(broken, frame) {
		return false
	}
	start := 0
	for start < min(len(broken), len(frame)) && broken[start] == frame[start] {
		start++
	}
	for _, whole := range [][]byte{frame, other} {
		end := 0
		for end < min(len(broken)-start, len(whole)) && broken[len(broken)-1-end] == whole[len(whole)-1-end] {
			end++
		}
		if len(broken)-start-end <= most {
			return true
		}
	}
	return false
}

// Some of the broken streams are whole, most are not.
func TestGenBrokenBreaksSome(t *testing.T) {
	for kind, gen := range map[string]gopter.Gen{"reply": resptest.GenBroken(resptest.Shape{}), "command": resptest.GenBrokenCommands()} {
		faults := 0
		for _, b := range samples[resptest.Bytes](t, 1000, gen) {
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
