package resp

import (
	"bytes"
	"errors"
	"io"
)

// This file reads what a master sends a replica and what is no RESP. To PSYNC it
// answers +FULLRESYNC, with an RDB payload and the command stream behind it, or
// +CONTINUE, with the command stream alone. Before the answer and before the RDB
// it sends single newlines to keep the connection alive (Redis, replication.c:
// syncCommand, replicationCron, readSyncBulkPayload).
//
// The answer and the header of the RDB are lines of kinds of their own for the
// careful parser (parse.go). The payload is passed on by an operation that goes
// on where it stopped, as others are (pass.go).

// Resync is a master's answer to PSYNC.
type Resync struct {
	// Full tells +FULLRESYNC, behind which CopyRDB reads an RDB, from +CONTINUE,
	// behind which the command stream goes on where the replica asked.
	Full bool

	// ID is the replication ID to ask with next time, 40 bytes. It is empty where
	// +CONTINUE names none, as masters before Redis 4 do: the ID is as it was.
	ID string

	// Offset is, when Full, the replication offset, in bytes, that the RDB stands
	// for: behind n bytes of the command stream that follows it, the offset is
	// Offset+n. Otherwise it is 0, and the offset is what the replica had.
	Offset int64
}

// The kinds by which the careful parser tells the two lines of replication that
// are no headers of replies.
const (
	resyncAnswer Kind = 4
	rdbHeader    Kind = 5
)

const (
	replicationIDLen = 40 // of a replication ID, and of the mark behind an RDB (CONFIG_RUN_ID_SIZE)

	// untilMark stands for the length of a payload that a mark ends.
	untilMark = -1
)

var errReplicationInside = errors.New("resp: ReadResync or CopyRDB inside an aggregate that is open")

// ReadResync reads a master's answer to PSYNC: `+FULLRESYNC <id> <offset>`,
// `+CONTINUE <id>` or `+CONTINUE`. Newlines before it, which keep the connection
// alive, are skipped as they come. It allocates the ID.
//
// A server's error gives a *ReplyError, and any other kind is read whole and
// gives a *KindError; the stream is in step after both. Any other simple string
// is a *SyntaxError, a line that is too long a *LimitError.
//
// ReadCommand and Commands read the command stream. Where it begins, that is
// behind CopyRDB or behind the +CONTINUE to `PSYNC id offset+1`, note
//
//	base := resync.Offset - d.InputOffset() // full
//	base := offset - d.InputOffset()        // partial
//
// Behind each command, base+d.InputOffset() is the offset to acknowledge with
// REPLCONF ACK. Newlines in the stream count, and a read that is interrupted
// leaves the offset exact. A Redis replica acknowledges a transaction only behind
// its EXEC. Behind an RDB that ends with a mark, masters hold the command stream
// back until the first REPLCONF ACK.
func (d *Decoder) ReadResync() (Resync, error) {
	if err := d.skipKeepAlives(); err != nil {
		return Resync{}, err
	}
	if kind := Kind(d.data[d.pos]); kind != SimpleString {
		return Resync{}, d.readUnexpected(kind, SimpleString)
	}
	t, size, err := d.replicationLine(resyncAnswer)
	if err != nil {
		return Resync{}, err
	}
	full, id, offset, _ := parseResync(t.Bytes())
	resync := Resync{Full: full, ID: string(id), Offset: offset}
	d.consume(size)
	return resync, nil
}

// CopyRDB writes the RDB behind a full resync to w, in constant memory, and
// returns how many bytes this call wrote. The RDB comes as `$<length>`, CR LF
// and so many bytes, or as `$EOF:<mark>`, CR LF, bytes, and the mark of 40 bytes
// again, which is not written. What follows either, without a CR LF between, is
// the command stream: see ReadResync for its offsets. Newlines before the RDB
// are skipped. Its length is not limited, neither by MaxBulkLen nor by
// MaxTotalLen.
//
// When it is interrupted inside the RDB, by the reader or by w, it has to be
// called again and goes on from exactly that byte. A server's error in place of
// the RDB gives a *ReplyError, and any other kind is read whole and gives a
// *KindError; the stream is in step after both. A bad length or mark is a
// *SyntaxError, a line that is too long a *LimitError. io.EOF means that the stream ended before the RDB,
// io.ErrUnexpectedEOF that it ended inside.
func (d *Decoder) CopyRDB(w io.Writer) (int64, error) {
	const name = "CopyRDB"
	if d.op.name != name || d.err != nil {
		if err := d.beginCopyRDB(name); err != nil {
			return 0, err
		}
	}
	return d.passRDB(w)
}

// skipKeepAlives takes the newlines before what a master sends off the input, and
// reads the first byte of that.
func (d *Decoder) skipKeepAlives() error {
	if debugViews {
		d.expireViews()
	}
	for {
		if err := d.ready(); err != nil {
			return err
		}
		if !d.nest.atTop() {
			return errReplicationInside
		}
		if err := d.need(1); err != nil {
			return err
		}
		if d.data[d.pos] != '\n' {
			return nil
		}
		d.pos++
	}
}

// readUnexpected reads a whole value of another kind than wanted and returns
// what the caller is told.
func (d *Decoder) readUnexpected(kind, want Kind) error {
	if kind.IsError() {
		return d.readReplyError()
	}
	return d.readWrongKind(kind, want)
}

// replicationLine returns the line at the read position, one of that kind, and
// its size, reading until it is there.
func (d *Decoder) replicationLine(kind Kind) (t Token, size int, err error) {
	for {
		c := d.lookAhead()
		t, size, f := d.rules.header(kind, d.unread(), c.seen)
		if f != nil {
			return Token{}, 0, d.fail(f, 0)
		}
		if size > 0 {
			return t, size, nil
		}
		c.seen = d.end - d.pos - 1
		if err := d.need(d.end - d.pos + 1); err != nil {
			return Token{}, 0, err
		}
	}
}

// beginCopyRDB reads up to the payload of the RDB.
func (d *Decoder) beginCopyRDB(name string) error {
	if err := d.skipKeepAlives(); err != nil {
		return err
	}
	if kind := Kind(d.data[d.pos]); kind != BulkString {
		return d.readUnexpected(kind, BulkString)
	}
	t, size, err := d.replicationLine(rdbHeader)
	if err != nil {
		return err
	}
	d.mark = append(d.mark[:0], t.Bytes()...)
	op := operation{name: name, parts: payloads, payload: t.n}
	if len(d.mark) > 0 {
		op.payload = untilMark
	}
	d.pos += size
	d.startOperation(op)
	return nil
}

// passRDB goes on with the RDB and returns how many bytes it wrote.
func (d *Decoder) passRDB(w io.Writer) (written int64, err error) {
	for {
		n, err := d.writeKept(w)
		written += n
		if err != nil {
			return written, err
		}
		if d.op.payload == 0 {
			break
		}
		if err := d.need(max(len(d.mark), 1)); err != nil {
			return written, err
		}
		d.takeRDB()
	}
	d.pos += len(d.mark) // it was found, so it is there
	d.startOperation(operation{})
	return written, nil
}

// takeRDB takes what has arrived of the payload off the input, but for bytes
// that may be the start of the mark. All of the mark is still to come behind what
// it takes: so waiting for as many bytes as that has never waits for what follows
// it. When the mark is there, the length of the payload is known.
func (d *Decoder) takeRDB() {
	n := int64(d.end - d.pos)
	if d.op.payload == untilMark {
		if i := bytes.Index(d.unread(), d.mark); i >= 0 {
			d.op.payload = int64(i)
		} else {
			n -= int64(len(d.mark) - 1)
		}
	}
	if d.op.payload != untilMark {
		n = min(n, d.op.payload)
		d.op.payload -= n
	}
	d.take(int(n), payloads)
}

// parseResync parses the text of an answer to PSYNC. A fault has its offset from
// the byte before the text.
func parseResync(text []byte) (full bool, id []byte, offset int64, f *fault) {
	const fullResync, partialResync = "FULLRESYNC", "CONTINUE"
	at := max(commonPrefix(text, fullResync), commonPrefix(text, partialResync))
	full = string(text[:at]) == fullResync
	if !full && string(text[:at]) != partialResync {
		return full, nil, 0, textFault(ClassSyntax, text, at, "FULLRESYNC or CONTINUE")
	}
	if !full && at == len(text) {
		return full, nil, 0, nil
	}
	id, at, f = parseReplicationID(text, at)
	switch {
	case f != nil:
	case full:
		offset, f = parseReplicationOffset(text, at)
	case at < len(text):
		f = textFault(ClassSyntax, text, at, "CR LF")
	}
	return full, id, offset, f
}

// parseReplicationID parses the blank and the ID that text goes on with at at,
// and returns where they end.
func parseReplicationID(text []byte, at int) (id []byte, end int, f *fault) {
	if at == len(text) || text[at] != ' ' {
		return nil, 0, textFault(ClassSyntax, text, at, "a blank")
	}
	start := at + 1
	if n := idLen(text[start:]); n < replicationIDLen {
		return nil, 0, textFault(ClassSyntax, text, start+n, "a replication ID of 40 bytes")
	}
	end = start + replicationIDLen
	return text[start:end], end, nil
}

// parseReplicationOffset parses the blank and the offset that text ends with, from at on.
func parseReplicationOffset(text []byte, at int) (offset int64, f *fault) {
	if at == len(text) || text[at] != ' ' {
		return 0, textFault(ClassSyntax, text, at, "a blank")
	}
	start := at + 1
	if start < len(text) && text[start] == '-' {
		return 0, textFault(ClassSyntax, text, start, "an offset that is not negative")
	}
	offset, bad, wrong := parseInteger(text[start:])
	if f = numberFaultAt(wrong, bad, len(text)-start); f != nil {
		f = f.behind(start)
		f.from = 0 // show the line from its start
	}
	return offset, f
}

// parseRDBHeader parses the text behind the `$` of an RDB: a length, or EOF: and
// the mark, which is then the token's text.
func parseRDBHeader(text []byte) (t Token, f *fault) {
	const eof = "EOF:"
	t = Token{kind: rdbHeader}
	switch at := commonPrefix(text, eof); {
	case at == 0 && (len(text) == 0 || !isDigit(text[0])):
		return t, textFault(ClassLength, text, 0, "a length or EOF:")
	case at == 0:
		t.n, f = parseLength(text)
		return t, f
	case at < len(eof):
		return t, textFault(ClassLength, text, at, "EOF:")
	}
	mark := text[len(eof):]
	if n := idLen(mark); n < replicationIDLen {
		return t, textFault(ClassLength, text, len(eof)+n, "a mark of 40 bytes")
	}
	if len(mark) > replicationIDLen {
		return t, textFault(ClassLength, text, len(eof)+replicationIDLen, "CR LF")
	}
	return textToken(rdbHeader, mark), nil
}

// idLen returns how many bytes b starts with that an ID may have: any but
// blanks, since masters other than Redis make theirs of what they like.
func idLen(b []byte) int {
	if i := bytes.IndexByte(b, ' '); i >= 0 {
		return i
	}
	return len(b)
}

// commonPrefix returns how many bytes text starts with that word starts with.
func commonPrefix(text []byte, word string) int {
	n := 0
	for n < min(len(text), len(word)) && text[n] == word[n] {
		n++
	}
	return n
}

// textFault returns the fault of a header line at the byte text[at], or at its
// end.
func textFault(class Class, text []byte, at int, expected string) *fault {
	f := syntaxFault(class, at+1, expected)
	f.atEnd = at == len(text)
	return f
}
