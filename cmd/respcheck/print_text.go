package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed65f5866d/resp"
)

const (
	maxShown  = 256 // bytes of a payload that textPrinter shows
	maxIndent = 32  // levels that it moves to the right; it counts those below
)

// textPrinter prints one line for each piece: where it starts, and what it is, further
// to the right the deeper it is.
type textPrinter struct {
	w     io.Writer
	style style
}

func (p *textPrinter) token(at position, t resp.Token) error {
	text := fmt.Sprintf("%+.*v", maxShown, t)
	if t.Kind().IsError() {
		text = p.style.bad(text)
	}
	return p.line(at, text)
}

func (p *textPrinter) text(at position, s preview, streamed bool) error {
	name := "bulk string"
	if streamed {
		name = "streamed bulk string"
	}
	return p.line(at, fmt.Sprintf("%s(%d) %s", name, s.size, quoteStart(s.start, s.size)))
}

func (p *textPrinter) command(at position, cmd resp.Command) error {
	words := make([]string, len(cmd.Args))
	for i, arg := range cmd.Args {
		words[i] = quoteStart(arg, int64(len(arg)))
	}
	if cmd.Inline {
		words = append(words, p.style.faint("(inline)"))
	}
	return p.line(at, strings.Join(words, " "))
}

func (p *textPrinter) fault(f *fault) error {
	if err := p.line(position{offset: f.offset}, p.style.bad("fault: ")+f.reason); err != nil {
		return err
	}
	excerpt, width := f.excerpt()
	const margin = "          " // of the offset
	_, err := fmt.Fprintf(p.w, "%s%s\n%s%*s%s\n", margin, excerpt, margin, width, "", p.style.bad("^"))
	return err
}

func (p *textPrinter) line(at position, text string) error {
	offset := p.style.faint(fmt.Sprintf("%8d", at.offset))
	if at.depth > maxIndent {
		text = fmt.Sprintf("(level %d) %s", at.depth, text)
	}
	_, err := fmt.Fprintf(p.w, "%s  %*s%s\n", offset, 2*min(at.depth, maxIndent), "", text)
	return err
}

// quoteStart quotes the start of a string of size bytes.
func quoteStart(start []byte, size int64) string {
	shown := start[:min(len(start), maxShown)]
	quoted := bulk(shown).String()
	if int64(len(shown)) < size {
		quoted += "…"
	}
	return quoted
}
