package resp

import (
	"bytes"
	"errors"
	"io"

	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds BulkReader, the payload of a string as an io.Reader. It is an
// operation (pass.go) that goes on with each Read, and that any other read of the
// Decoder ends.

// BulkReader reads the payload of one string, see Decoder.BulkReader.
type BulkReader struct {
	d       *Decoder
	dropped bool // another read of the Decoder came before the end
}

const bulkReader = "BulkReader"

var errDropped = errors.New("resp: another read of the Decoder has dropped the rest of this payload")

// BulkReader returns a reader of the payload of the next string, of a streamed one
// that of all chunks and of a verbatim one its text, in constant memory. Other
// values are treated as CopyBulk does, and the limits hold as they do there. The
// reader is valid until the next read of the Decoder, which drops what was not
// read of the payload, so that the stream stays in step; it is the same one every
// time and allocates nothing.
//
// What ends the string, a CR LF, goes with the last byte of the payload when it has
// arrived by then: Buffered and InputOffset are right behind the string. When it
// has not, the next Read waits for it before it returns io.EOF.
func (d *Decoder) BulkReader() (*BulkReader, error) {
	if window.Debug {
		d.expireViews()
	}
	if d.err != nil || !d.isWrongKind() {
		if err := d.beginCopyBulk(bulkReader); err != nil {
			return nil, err
		}
	}
	if d.isWrongKind() {
		_, err := d.passOn(nil)
		return nil, err
	}
	d.bulk.dropped = false
	d.takeEnd()
	return &d.bulk, nil
}

// Len returns how many bytes of the payload have not been read, or -1 for a
// streamed string, which does not tell.
func (r *BulkReader) Len() int64 {
	d := r.d
	switch {
	case d.op.name != bulkReader || d.op.parts == nothing:
		return 0
	case d.nest.inStreamedString() && len(d.nest.outer) > d.op.end: // begun by this payload
		return -1
	}
	return d.op.payload + int64(d.in.Kept)
}

// Read reads up to len(p) bytes of the payload, straight into p where no more of
// it has arrived yet and p takes as much as the buffer. It returns io.EOF behind
// the last one, when the CR LF has been seen to be there. After the error of the
// Decoder's reader it may be called again and goes on from exactly that byte. When
// there is no CR LF behind the payload, all of that is read before the
// *SyntaxError.
func (r *BulkReader) Read(p []byte) (int, error) {
	d := r.d
	for {
		if err := r.state(); err != nil || len(p) == 0 {
			return 0, err
		}
		switch {
		case d.in.Kept > 0: // a writer did not take it
			n := copy(p, d.in.Data[d.in.Pos-d.in.Kept:d.in.Pos])
			d.in.Kept -= n
			d.takeEnd()
			return n, nil
		case d.op.done:
			d.startOperation(operation{})
		case d.op.inPayload && d.op.payload > 0:
			n, err := d.readPayload(p[:min(int64(len(p)), d.op.payload)])
			if n > 0 || err != nil {
				d.takeEnd()
				return n, err
			}
		default:
			if _, err := d.passNext(nil); err != nil {
				return 0, err
			}
		}
	}
}

// WriteTo writes the rest of the payload to w, as CopyBulk does, and returns how
// many bytes this call wrote. After an error of the Decoder's reader or of w it may
// be called again, and so may Read.
func (r *BulkReader) WriteTo(w io.Writer) (int64, error) {
	err := r.state()
	if err == io.EOF {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return r.d.passOn(w)
}

// state returns io.EOF when the payload has been read to its end, or why it cannot
// be read to there.
func (r *BulkReader) state() error {
	switch {
	case r.dropped:
		return errDropped
	case r.d.err != nil:
		return r.d.err
	case r.d.op.name != bulkReader:
		return io.EOF
	}
	return nil
}

// readPayload reads into p what has arrived of the payload that p is to be filled
// with, or else what the reader gives: past the buffer when p is no smaller, so that
// little reads bring what follows along.
func (d *Decoder) readPayload(p []byte) (n int, err error) {
	switch {
	case d.in.Pos == d.in.End && len(p) >= d.in.Size:
		n, err = d.in.ReadPast(p)
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
	default:
		if err := d.need(1); err != nil {
			return 0, err
		}
		n = copy(p, d.in.Unread())
		d.in.Pos += n
	}
	d.op.payload -= int64(n)
	return n, err
}

// takeEnd takes what is behind a payload that has been read off the input, as far
// as it is buffered: the CR LF, and of a streamed string the last chunk. A fault in
// it is the error of the next call.
func (d *Decoder) takeEnd() {
	for d.op.payload == 0 && d.in.Kept == 0 && !d.op.done && d.endBuffered() {
		if _, err := d.passNext(nil); err != nil {
			return
		}
	}
	if d.op.done && d.in.Kept == 0 {
		d.startOperation(operation{})
	}
}

// endBuffered reports whether what comes next, behind a payload or a chunk of it,
// ends it.
func (d *Decoder) endBuffered() bool {
	if d.op.inPayload {
		return d.in.End-d.in.Pos >= len("\r\n")
	}
	return bytes.HasPrefix(d.in.Unread(), []byte(";0\r\n"))
}

// isWrongKind reports whether a value that is no string is being read instead of
// one for a BulkReader.
func (d *Decoder) isWrongKind() bool { return d.op.name == bulkReader && d.op.result != nil }
