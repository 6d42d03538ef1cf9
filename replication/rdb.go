package replication

import (
	"bytes"
	"errors"
	"io"

	"github.com/seed65f5866d/resp"
)

// rdb records how far an RDB has been copied.
type rdb struct {
	begun bool   // and not ended
	sure  int64  // bytes that belong to it for certain and have not been written
	last  bool   // sure is all that is left of it, except for the mark
	mark  []byte // that ends it; empty when its length was announced
}

var errImpossibleCount = errors.New("replication: a writer returned an impossible count")

// CopyRDB writes the next RDB to w, in constant memory, and returns how many bytes
// this call wrote. The RDB has one of two forms: `$<length>`, CR LF and that many
// bytes; or `$EOF:<mark>`, CR LF, bytes, and the mark of 40 bytes again, which is
// not written. The command stream follows without a CR LF between. CopyRDB skips
// newlines before the RDB and does not limit its length.
//
// When it is interrupted inside the RDB, by the Decoder's reader or by w, call it
// again: it goes on from exactly that byte. Read nothing else until then, because
// the rest of the RDB would be taken for RESP. A server's error in place of the RDB
// gives a *resp.ReplyError. A value of any other kind is read whole and gives a
// *resp.KindError. The stream is in step after both. A bad length or mark gives a
// *[resp.SyntaxError]; its line stays unread, and the Decoder does not stay in the
// error. [io.EOF] means that the stream ended before the RDB, [io.ErrUnexpectedEOF] that
// it ended inside.
func (r *Reader) CopyRDB(w io.Writer) (written int64, err error) {
	if !r.rdb.begun {
		if err := r.beginRDB(); err != nil {
			return 0, err
		}
	}
	for {
		n, err := r.writeSure(w)
		written += n
		if err != nil {
			return written, err
		}
		if r.rdb.last {
			r.rdb.begun = false
			return written, r.d.Discard(len(r.rdb.mark)) // findMark has found it, so it is buffered
		}
		if err := r.findMark(); err != nil {
			return written, err
		}
	}
}

// beginRDB reads the header of the RDB.
func (r *Reader) beginRDB() error {
	kind, err := r.next()
	if err != nil {
		return err
	}
	if kind != resp.BulkString {
		return r.refuse(kind, resp.BulkString)
	}
	l, err := r.readLine(resp.ClassLength)
	if err != nil {
		return err
	}
	length, mark := l.rdbHeader()
	if err := r.take(&l); err != nil {
		return err
	}
	r.rdb = rdb{begun: true, sure: length, last: len(mark) == 0, mark: append(r.rdb.mark[:0], mark...)}
	return nil
}

// rdbHeader parses the header of an RDB, which announces a length or a mark.
func (l *line) rdbHeader() (length int64, mark []byte) {
	const eof = "EOF:"
	switch rest := l.rest(); {
	case len(rest) > 0 && isDigit(rest[0]):
		length = l.length()
	case l.common(eof) == 0:
		l.fail("a length or EOF:")
	default:
		l.word(eof)
		mark = l.id("a mark")
	}
	l.end()
	return length, mark
}

// writeSure writes the bytes that belong to the RDB for certain, as they arrive.
func (r *Reader) writeSure(w io.Writer) (written int64, err error) {
	for r.rdb.sure > 0 {
		b, err := r.buffered(1)
		if err != nil {
			return written, err
		}
		b = b[:min(int64(len(b)), r.rdb.sure)]
		n, err := w.Write(b)
		if n < 0 || n > len(b) {
			return written, errImpossibleCount
		}
		if err == nil && n < len(b) {
			err = io.ErrShortWrite
		}
		written += int64(n)
		r.rdb.sure -= int64(n)
		if discardErr := r.d.Discard(n); err == nil {
			err = discardErr
		}
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// findMark reads on until it knows that more bytes belong to the RDB, or has found
// the mark. It leaves bytes that may be the start of the mark. The whole mark is
// still to come after the bytes it is sure of, so waiting for as many bytes as the
// mark has never waits for anything after the mark.
func (r *Reader) findMark() error {
	b, err := r.buffered(len(r.rdb.mark))
	if err != nil {
		return err
	}
	r.rdb.sure = int64(len(b) - (len(r.rdb.mark) - 1))
	if i := bytes.Index(b, r.rdb.mark); i >= 0 {
		r.rdb.sure, r.rdb.last = int64(i), true
	}
	return nil
}

// buffered returns what has arrived of the RDB, n bytes at least.
func (r *Reader) buffered(n int) ([]byte, error) {
	_, err := r.d.Peek(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return r.d.Buffered(), err
}
