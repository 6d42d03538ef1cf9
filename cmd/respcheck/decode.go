package main

import (
	"errors"
	"io"

	"github.com/seed65f5866d/resp"
)

// This file reads a stream of RESP piece by piece, in constant memory: a string of any
// size is a preview, and an aggregate of any size one header after which its elements
// come.

// position is where a piece starts.
type position struct {
	offset int64
	depth  int // how many aggregates it is in
}

// printer prints what a stream consists of.
type printer interface {
	token(position, resp.Token) error
	text(position, preview, bool) error // a bulk string, which may have been streamed
	command(position, resp.Command) error
	fault(*fault) error
}

// replyLimits are for replies of any size: a line is held whole, and so are the headers
// around a piece. A request is held whole, with the limits of a server.
var replyLimits = []resp.Option{resp.NoLimits(), resp.MaxDepth(1024), resp.MaxLineLen(64 << 10)}

// decoding is a stream that is being read.
type decoding struct {
	in    *recent
	d     *resp.Decoder
	out   printer
	start int64 // offset of the value or request that is being read

	attribute bool // one was last at top level: its value has to follow
}

// decode prints what is in r until it ends, and calls wait before each read. It returns
// an error of the reader or of the printer; a fault in the stream is printed, and sound
// is false.
func decode(r io.Reader, requests bool, out printer, wait func() error) (sound bool, err error) {
	in := &recent{r: r}
	s := &decoding{in: in, d: resp.NewDecoder(in, resp.OnWait(wait)), out: out}
	step := s.command
	if !requests && !s.startsWithCommand() {
		step = s.token
		s.d.SetLimits(replyLimits...)
	}
	for err == nil {
		err = step()
	}
	if err == io.EOF {
		return true, nil
	}
	if f := s.fault(err); f != nil {
		return false, out.fault(f)
	}
	return false, err
}

// startsWithCommand reports whether the stream starts with an inline request, as someone
// types it: no reply starts with a letter.
func (s *decoding) startsWithCommand() bool {
	b, err := s.d.Peek(1)
	return err == nil && (b[0]|0x20 >= 'a' && b[0]|0x20 <= 'z')
}

// command reads one request.
func (s *decoding) command() error {
	s.start = s.d.InputOffset()
	cmd, err := s.d.ReadCommand()
	if err != nil {
		return err
	}
	return s.out.command(position{offset: s.d.InputOffset() - int64(len(cmd.Raw))}, cmd)
}

// token reads one token, or a string whole.
func (s *decoding) token() error {
	kind, err := s.d.PeekKind()
	at := position{s.d.InputOffset(), s.d.Depth()}
	if at.depth == 0 && !s.attribute {
		s.start = at.offset
	}
	if err == io.EOF && s.attribute {
		return io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	if at.depth == 0 {
		s.attribute = kind == resp.Attribute
	}
	if kind == resp.BulkString {
		return s.string(at)
	}
	t, err := s.d.ReadToken()
	if err != nil {
		return err
	}
	if t.Kind() == resp.End {
		at.depth--
	}
	return s.out.token(at, t)
}

func (s *decoding) string(at position) error {
	r, err := s.d.BulkReader()
	if errors.Is(err, resp.ErrNull) {
		null, _, _ := resp.ConsumeToken([]byte("$-1\r\n"))
		return s.out.token(at, null)
	}
	if err != nil {
		return err
	}
	streamed := r.Len() < 0
	var p preview
	if _, err := io.Copy(&p, r); err != nil {
		return err
	}
	return s.out.text(at, p, streamed)
}

// maxPreview is how many bytes of a string are kept at most.
const maxPreview = 64 << 10

// preview is the start of a string.
type preview struct {
	start []byte
	size  int64 // of the whole string
}

func (p *preview) Write(b []byte) (int, error) {
	p.start = append(p.start, b[:min(len(b), maxPreview-len(p.start))]...)
	p.size += int64(len(b))
	return len(b), nil
}
