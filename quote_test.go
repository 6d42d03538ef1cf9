package resp_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/resptest"
)

func TestAppendQuoted(t *testing.T) {
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
		if got := string(resp.AppendQuoted([]byte("> "), in)); got != "> "+want {
			t.Errorf("%q is quoted as %s, want %s", in, got, want)
		}
		if got := string(resp.AppendQuoted(nil, []byte(in))); got != want {
			t.Errorf("the bytes %q are quoted as %s, want %s", in, got, want)
		}
	}
}

// SplitInline and inline requests are the way back, whatever the bytes are.
func TestSplitInlineTakesQuotesOff(t *testing.T) {
	tests.ForAll(t, func(args resptest.Command) string {
		line := []byte("first")
		for _, arg := range args {
			line = resp.AppendQuoted(append(line, ' '), arg)
		}
		want := append([]string{"first"}, tests.Words(args)...)
		words, err := resp.SplitInline(nil, line)
		if diff := cmp.Diff(want, tests.Words(words)); diff != "" || err != nil {
			return fmt.Sprintf("%.300q: %v\n%s", line, err, diff)
		}
		command, err := resp.NewDecoder(bytes.NewReader(append(line, '\n')), resp.MaxLineLen(1<<30)).ReadCommand()
		if diff := cmp.Diff(want, tests.Words(command.Args)); diff != "" || err != nil {
			return fmt.Sprintf("%.300q as a request: %v\n%s", line, err, diff)
		}
		return ""
	}, anyCommand)
}

func TestAppendQuotedDoesNotAllocate(t *testing.T) {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	text := string(all[:])
	var dst []byte
	tests.CheckNoAllocs(t, text, func() error {
		dst = resp.AppendQuoted(dst[:0], text)
		dst = resp.AppendQuoted(dst, all[:])
		return nil
	})
}
