package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
)

// terminal writes text without the escape sequences that a server may have put into
// its words.
type terminal struct{ w io.Writer }

func (t terminal) Write(p []byte) (int, error) {
	return writeAs(t.w, escape(string(p), "\n\t"), p)
}

// jsonTerminal does the same with JSON, whose meaning stays the same.
type jsonTerminal struct{ w io.Writer }

func (t jsonTerminal) Write(p []byte) (int, error) {
	return writeAs(t.w, escapeJSON(string(p)), p)
}

// writeAs writes text in place of p.
func writeAs(w io.Writer, text string, p []byte) (int, error) {
	if _, err := io.WriteString(w, text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// escapeJSON escapes every character that does not print. In JSON it stands in a string,
// unless it is a line break.
func escapeJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strconv.IsPrint(r) || r == '\n' {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}
