package quote_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/leanovate/gopter/gen"

	"github.com/seed65f5866d/resp/internal/quote"
	"github.com/seed65f5866d/resp/internal/tests"
)

func TestAppendUnquoted(t *testing.T) {
	for _, test := range []struct {
		line string
		open int
		text string
		end  int
		ok   bool
	}{
		{`"a b"`, 0, "a b", 5, true},
		{`x "a"` + "\t", 2, "a", 5, true},
		{`""`, 0, "", 2, true},
		{`"\n\r\t\a\b\x0a\xFF\q\"\\"`, 0, "\n\r\t\a\b\n\xffq\"\\", 26, true},
		{`"\x0g\x"`, 0, "x0gx", 8, true},
		{`'a\'b\n"'`, 0, "a'b\\n\"", 9, true},
		{`"a"b`, 0, "a", 3, false},
		{`"a""b"`, 0, "a", 3, false},
		{` "a`, 1, "a", 1, false},
		{`"a\`, 0, `a\`, 0, false},
		{`'`, 0, "", 0, false},
	} {
		text, end, ok := quote.AppendUnquoted([]byte("> "), []byte(test.line), test.open)
		if string(text) != "> "+test.text || end != test.end || ok != test.ok {
			t.Errorf("%s from %d: %q up to %d, %t, want %q up to %d, %t", test.line, test.open, text, end, ok, test.text, test.end, test.ok)
		}
	}
}

// What is put between quotes is Go syntax, and comes out again.
func TestQuotesComeOffAgain(t *testing.T) {
	tests.ForAll(t, func(text []byte) string {
		quoted := quote.Append([]byte("> "), text)
		back, end, ok := quote.AppendUnquoted(nil, quoted, 2)
		if string(back) != string(text) || end != len(quoted) || !ok {
			return fmt.Sprintf("%q became %s and then %q, up to %d, %t", text, quoted, back, end, ok)
		}
		if back, err := strconv.Unquote(string(quoted[2:])); back != string(text) || err != nil {
			return fmt.Sprintf("%q became %s, in Go %q, %v", text, quoted, back, err)
		}
		return ""
	}, gen.SliceOf(gen.UInt8()))
}
