package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
)

// hexReader reads the bytes that a dump of xxd or hexdump -C shows, or hexadecimal
// digits with or without blanks between them.
type hexReader struct {
	lines   *bufio.Reader
	line    int  // how many there have been
	columns bool // they are those of hexdump -C
	bytes   []byte
	err     error
}

func newHexReader(r io.Reader) *hexReader { return &hexReader{lines: bufio.NewReader(r)} }

func (h *hexReader) Read(p []byte) (int, error) {
	for len(h.bytes) == 0 && h.err == nil {
		h.next()
	}
	n := copy(p, h.bytes)
	h.bytes = h.bytes[n:]
	if n > 0 {
		return n, nil
	}
	return 0, h.err
}

// next reads one line.
func (h *hexReader) next() {
	line, err := h.lines.ReadBytes('\n')
	h.err = err
	h.line++
	digits := separators.ReplaceAll(h.withoutMargins(line), nil)
	h.bytes = make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(h.bytes, digits); err != nil {
		h.bytes, h.err = nil, fmt.Errorf("line %d is not hexadecimal: %w", h.line, err)
	}
	if bytes.Equal(digits, []byte("*")) {
		h.err = fmt.Errorf("line %d stands for repeated lines; dump them with hexdump -Cv", h.line)
	}
}

var (
	// separators stand between digits: blanks, commas, and what marks them in C.
	separators = regexp.MustCompile(`\s|,|0x|\\x`)
	// offsetColon is the left margin of xxd.
	offsetColon = regexp.MustCompile(`^\s*(0x)?[0-9a-fA-F]+:\s*`)
	// columns are those of hexdump -C: an offset, digits and text.
	columns = regexp.MustCompile(`^[0-9a-f]{8,}  (([0-9a-f]{2} +)+)\|`)
)

// withoutMargins returns the digits of a line without the offset before them and the
// text behind them.
func (h *hexReader) withoutMargins(line []byte) []byte {
	if found := columns.FindSubmatch(line); found != nil {
		h.columns = true
		return found[1]
	}
	if h.columns && !bytes.HasPrefix(line, []byte("*")) {
		return nil // the last line is an offset alone
	}
	margin := offsetColon.Find(line)
	if margin == nil {
		return line
	}
	digits, _, _ := bytes.Cut(line[len(margin):], []byte("  "))
	return digits
}
