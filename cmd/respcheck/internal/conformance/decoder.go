package conformance

import (
	"errors"
	"io"

	"github.com/seed65f5866d/resp"
)

// Read returns what a server does that reads requests with ReadCommand, when the
// pieces of r arrive one after the other.
func (r *Request) Read(pieces [][]byte) Outcome {
	limits := resp.ServerLimits()
	if r.Unauthenticated {
		limits = resp.UnauthenticatedLimits()
	}
	d := resp.NewDecoder(&pieceReader{pieces}, limits)
	var o Outcome
	for {
		command, err := d.ReadCommand()
		var refused interface{ ReplyText() string }
		switch {
		case err == nil:
			o.Answers = append(o.Answers, AnswerTo(command.Args, r.Unauthenticated))
			continue
		case err == io.EOF:
			o.End = Keeps
		case err == io.ErrUnexpectedEOF:
			o.End = Waits
		case errors.As(err, &refused):
			o.Answers = append(o.Answers, refusal("ERR "+refused.ReplyText()))
			o.End = Closes
		}
		return o
	}
}

// pieceReader returns one piece for each Read.
type pieceReader struct{ pieces [][]byte }

func (r *pieceReader) Read(p []byte) (n int, err error) {
	for len(r.pieces) > 0 && len(r.pieces[0]) == 0 {
		r.pieces = r.pieces[1:]
	}
	if len(r.pieces) == 0 {
		return 0, io.EOF
	}
	n = copy(p, r.pieces[0])
	r.pieces[0] = r.pieces[0][n:]
	return n, nil
}
