package respgen_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
	"github.com/seed65f5866d/resp/resptest/respgen"
)

// contains reports whether v, or a value in or before it, is as asked.
func contains(v resp.Value, is func(resp.Value) bool) bool {
	return is(v) || slices.ContainsFunc(slices.Concat(v.Attrs, v.Elems), func(e resp.Value) bool { return contains(e, is) })
}

// What fails is made as small as it can be.
func TestGeneratorsShrink(t *testing.T) {
	for _, test := range []struct {
		name      string
		condition any // fails for some
		gen       gopter.Gen
		want      string
	}{
		{"a value", func(v resp.Value) bool { return !contains(v, func(v resp.Value) bool { return v.Kind == resp.Double }) },
			respgen.Value(resptest.Shape{}), `double 0`},
		{"a part of a map", func(v resp.Value) bool {
			return !contains(v, func(v resp.Value) bool { return v.Kind == resp.Map && len(v.Elems) > 0 })
		}, respgen.Value(resptest.Shape{}), `map(1) {integer 0: integer 0}`},
		{"a payload", func(v resp.Value) bool {
			return !contains(v, func(v resp.Value) bool { return v.Kind == resp.BulkString && len(v.Bytes) > 4 })
		}, respgen.Value(resptest.Shape{}), `bulk string(5) "aaaaa"`},
		{"a wire", func(w resptest.Wire) bool { return !bytes.Contains(w.Bytes, []byte("$?")) },
			respgen.Wire(resptest.Shape{}), `"$?\r\n;0\r\n"`},
		{"a command", func(c resptest.Command) bool { return len(c) < 3 }, respgen.Command(), `"a" "" ""`},
		{"a broken stream", func(b resptest.Bytes) bool { return !bytes.Contains(b, []byte("\n%")) },
			respgen.Broken(resptest.Shape{}), `"\n%"`},
		{"a broken stream of requests", func(b resptest.Bytes) bool { return !bytes.Contains(b, []byte("$0")) },
			respgen.BrokenCommands(), `"$0"`},
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
