package quote_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/leanovate/gopter/gen"

	"github.com/seed65f5866d/resp/internal/quote"
	"github.com/seed65f5866d/resp/internal/tests"
)

func TestAppend(t *testing.T) {
	for in, want := range map[string]string{
		"":                      `""`,
		"foo bar":               `"foo bar"`,
		"\\\"\n\r\t\a\b":        `"\\\"\n\r\t\a\b"`,
		"\x00\x1f ~\x7f\x80":    `"\x00\x1f ~\x7f\x80"`,
		"\v\f":                  `"\x0b\x0c"`,
		"月":                     `"\xe6\x9c\x88"`,
		"'":                     `"'"`,
		"\xff\xAB\xcd\xEFplain": `"\xff\xab\xcd\xefplain"`,
	} {
		if got := string(quote.Append([]byte("> "), in)); got != "> "+want {
			t.Errorf("%q is quoted as %s, want %s", in, got, want)
		}
		if got := string(quote.Append(nil, []byte(in))); got != want {
			t.Errorf("the bytes %q are quoted as %s, want %s", in, got, want)
		}
	}
}

// What is quoted is printable ASCII, whatever the bytes are, and allocates nothing.
func TestAppendOfEveryByte(t *testing.T) {
	var all [256]byte
	for c := range all {
		all[c] = byte(c)
	}
	quoted := string(quote.Append(nil, all[:]))
	for _, c := range []byte(quoted) {
		if c < ' ' || c > '~' {
			t.Errorf("the quoted text has the byte %#x, which is not printable ASCII", c)
		}
	}
	if back, err := strconv.Unquote(quoted); err != nil || back != string(all[:]) {
		t.Errorf("Go reads the quoted 256 bytes as %q, %v", back, err)
	}
	text, dst := string(all[:]), make([]byte, 0, 4096)
	tests.CheckNoAllocs(t, text, func() error {
		quote.Append(quote.Append(dst, text), all[:])
		return nil
	})
}

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
