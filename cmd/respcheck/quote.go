package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxQuoted is how many bytes of the wire are shown at most.
const maxQuoted = 160

// quote returns the joined pieces in quotes, cut when they are long.
func quote(pieces ...[]byte) string {
	var start []byte
	total := 0
	for _, piece := range pieces {
		start = append(start, piece[:min(len(piece), maxQuoted-len(start))]...)
		total += len(piece)
	}
	if len(start) == total {
		return strconv.Quote(string(start))
	}
	return fmt.Sprintf("%s... (%d bytes)", strconv.Quote(string(start)), total)
}

// maxWords is how many bytes of a server's words are shown at most.
const maxWords = 1000

// printable returns a server's words fit for a terminal: on one line, without escape
// sequences, and cut when they are long.
func printable(words string) string { return escape(cut(words), "") }

func cut(words string) string {
	if len(words) <= maxWords {
		return words
	}
	return words[:maxWords] + "..."
}

// escape writes every character that does not print as Go does, but those in keep.
func escape(s, keep string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case strconv.IsPrint(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		s = s[size:]
	}
	return b.String()
}
