package replication

import (
	"bytes"
	"errors"
	"io"

	"github.com/seed65f5866d/resp"
)

// rdb is how far an RDB has been copied.
type rdb struct {
	begun bool   // and not ended
	sure  int64  // bytes that belong to it for certain and have not been written
	last  bool   // sure is all that is left of it, but for the mark
	mark  []byte // that ends it; empty when its length was announced
}

var errImpossibleCount = errors.New("replication: a writer returned an impossible count")

// CopyRDB writes the RDB that comes next to w, in constant memory, and returns how
// many bytes this call wrote. The RDB comes as `$<length>`, CR LF and so many
// bytes, or as `$EOF:<mark>`, CR LF, bytes, and the mark of 40 bytes again, which
// is not written. What follows either, without a CR LF between, is the command
// stream. Newlines before the RDB are skipped. Its length is not limited.
//
// When it is interrupted inside the RDB, by the Decoder's reader or by w, call it
// again: it goes on from exactly that byte. Read nothing else meanwhile: what is
// left of the RDB would be taken for RESP. A server's error in place of the RDB
// gives a *resp.ReplyError, and any other kind is read whole and gives a
// *resp.KindError; the stream is in step after both. A bad length or mark is a
// *resp.SyntaxError; its line stays unread, and the Decoder does not stay in the
// error. io.EOF means that the stream ended before the RDB, io.ErrUnexpectedEOF that it
// ended inside.
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
			return written, r.d.Discard(len(r.rdb.mark)) // it was found, so it is there
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

// writeSure writes what belongs to the RDB for certain, as it arrives.
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

// findMark reads on until it knows more bytes that belong to the RDB, or the mark.
// Bytes that may be the start of the mark are left. All of the mark is still to come
// behind what it is sure of, so waiting for as many bytes as the mark has never
// waits for what follows it.
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
