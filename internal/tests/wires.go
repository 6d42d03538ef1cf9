package tests

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests/methods"
)

// Two values that have all kinds between them, the second streamed.
const (
	NestedWire   = methods.NestedWire
	StreamedWire = "*?\r\n$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n%?\r\n+k\r\n|1\r\n+a\r\n$?\r\n;1\r\nx\r\n;0\r\n~?\r\n.\r\n.\r\n.\r\n"
)

// Bulk returns a bulk string of n bytes.
func Bulk(n int) string { return fmt.Sprintf("$%d\r\n%s\r\n", n, strings.Repeat("x", n)) }

// Multibulk returns args as a multibulk request.
func Multibulk(args ...string) string { return string(resp.AppendArgs(nil, args...)) }

// Script splits a script, one command a line as for redis-cli, into commands and
// their words.
func Script(t testing.TB, script string) (commands [][]string) {
	t.Helper()
	for line := range strings.Lines(script) {
		words, err := resp.SplitInline(nil, []byte(line))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if len(words) > 0 {
			commands = append(commands, Words(words))
		}
	}
	return commands
}

// Words returns args as strings.
func Words(args [][]byte) []string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = string(arg)
	}
	return words
}

// Short quotes a wire, and cuts a long one.
func Short(wire string) string {
	const shown = 60
	if len(wire) > shown {
		return fmt.Sprintf("%q... (%d bytes)", wire[:shown], len(wire))
	}
	return fmt.Sprintf("%q", wire)
}

// Difference tells where two wires differ.
func Difference(want, got []byte) string {
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	return fmt.Sprintf("%d bytes for %d, different from byte %d: %.60q, want %.60q", len(got), len(want), at, got[at:], want[at:])
}

// ReplyTo returns a server's answer to a request that is refused: "" when the
// request is only incomplete.
func ReplyTo(err error) []byte {
	var refused interface{ ReplyText() string }
	if errors.As(err, &refused) {
		return resp.AppendSimpleError(nil, "ERR "+refused.ReplyText())
	}
	return nil
}
