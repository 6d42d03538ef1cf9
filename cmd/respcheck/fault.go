package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/seed65f5866d/resp"
)

// fault is what is wrong with a stream, and where.
type fault struct {
	offset        int64
	reason        string
	before, after []byte // the bytes around the offset; after starts with the byte at it
}

// fault returns what err says of the stream, or nil when err says nothing of it.
func (s *decoding) fault(err error) *fault {
	var syntax *resp.SyntaxError
	var limit *resp.LimitError
	var lost lostBytes
	f := &fault{}
	switch {
	case errors.As(err, &syntax):
		f.offset, f.reason = syntax.Offset, "expected "+syntax.Expected
		if reply := syntax.ReplyText(); reply != "" {
			f.reason += fmt.Sprintf("; a server answers %q", reply)
		}
	case errors.As(err, &limit):
		f.offset, f.reason = limit.Offset, fmt.Sprintf("%s above %d", limit.Limit, limit.Max)
	case errors.Is(err, io.ErrUnexpectedEOF):
		f.offset, f.reason = s.in.end, fmt.Sprintf("the input ends inside what starts at %d", s.start)
	case errors.As(err, &lost):
		f.offset, f.reason = s.in.end, lost.Error()
	default:
		return nil
	}
	f.before, f.after = s.in.around(f.offset)
	return f
}

// How wide the quoted bytes before and behind a fault are at most.
const (
	widthBefore = 40
	widthBehind = 24
)

// excerpt returns a line with the quoted bytes around the fault, cut at both ends, and
// the width of what stands before the faulty byte.
func (f *fault) excerpt() (line string, width int) {
	before, first, behind, last := "", `"`, "", `"`
	for i := len(f.before) - 1; i >= 0; i-- {
		if c := escaped(f.before[i]); len(before)+len(c) <= widthBefore {
			before = c + before
			continue
		}
		first = "…"
		break
	}
	for _, b := range f.after {
		if c := escaped(b); len(behind)+len(c) <= widthBehind {
			behind += c
			continue
		}
		last = "…"
		break
	}
	return first + before + behind + last, 1 + len(before)
}

// escaped returns a byte as it stands in quotes.
func escaped(b byte) string {
	quoted := bulk([]byte{b}).String()
	return quoted[1 : len(quoted)-1]
}
