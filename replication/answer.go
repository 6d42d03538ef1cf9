package replication

import (
	"math"

	"github.com/seed65f5866d/resp"
)

// Kind tells the answers of masters apart: it is the word that an answer starts
// with.
type Kind string

// The kinds of answers.
const (
	FullResync      Kind = "FULLRESYNC"      // an RDB follows, and the command stream behind it
	Continue        Kind = "CONTINUE"        // the command stream goes on where the replica asked
	RDBChannelSync  Kind = "RDBCHANNELSYNC"  // of Redis 8: the RDB is to be fetched over a second connection
	DualChannelSync Kind = "DUALCHANNELSYNC" // of Valkey 8: likewise, and PSYNC is to be sent again
	EndOffset       Kind = "ENDOFF"          // of Valkey 8, to SYNC on the second connection: an RDB follows
)

// answerWords are the kinds that are an answer to PSYNC.
var answerWords = []Kind{FullResync, Continue, RDBChannelSync, DualChannelSync}

// Answer is a master's answer to PSYNC, or to SYNC on a second connection.
type Answer struct {
	Kind Kind

	// ID is the replication ID to ask with next time, 40 bytes. It is empty where
	// +CONTINUE names none, as masters before Redis 4 do: the ID is as it was. Of
	// RDBChannelSync and DualChannelSync it is empty too.
	ID string

	// Offset is, of FullResync and EndOffset, the replication offset, in bytes,
	// that the RDB stands for: behind n bytes of the command stream that follows
	// it, the offset is Offset+n. Of the others it is 0.
	Offset int64

	// DB is, of EndOffset, the database that the command stream begins in.
	DB int

	// Client is, of RDBChannelSync, the ID of the client that this connection is
	// to the master, and of EndOffset that of the second connection. It is what
	// `REPLCONF main-ch-client-id` and `REPLCONF set-rdb-client-id` name.
	Client int64
}

// ReadAnswer reads a master's answer: one of
//
//	+FULLRESYNC <id> <offset>
//	+CONTINUE <id>
//	+CONTINUE
//	+RDBCHANNELSYNC <client>
//	+DUALCHANNELSYNC
//	$ENDOFF:<offset> <id> <db> <client>
//
// Newlines before it, which keep the connection alive, are skipped as they come.
// ReadAnswer allocates the ID.
//
// A server's error gives a *resp.ReplyError, and any other kind is read whole and
// gives a *resp.KindError; the stream is in step after both. Any other simple
// string is a *resp.SyntaxError, and one of more than 128 bytes may be a
// *resp.LimitError; both have the offset in the stream. Such a line stays unread,
// and the Decoder does not stay in the error. A call that fails with the reader's
// error or resp.ErrIncomplete can be repeated.
func (r *Reader) ReadAnswer() (Answer, error) {
	if r.rdb.begun {
		return Answer{}, errInsideRDB
	}
	kind, err := r.next()
	if err != nil {
		return Answer{}, err
	}
	isAnswer, err := r.atAnswer(kind)
	if err != nil {
		return Answer{}, err
	}
	if !isAnswer {
		return Answer{}, r.refuse(kind, resp.SimpleString)
	}
	l, err := r.readLine(resp.ClassSyntax)
	if err != nil {
		return Answer{}, err
	}
	answer := l.answer()
	if err := r.take(&l); err != nil {
		return Answer{}, err
	}
	return answer, nil
}

// atAnswer reports whether what comes next, a token of that kind, is to be judged
// as an answer.
func (r *Reader) atAnswer(kind resp.Kind) (bool, error) {
	if kind != resp.BulkString {
		return kind == resp.SimpleString, nil
	}
	b, err := r.d.Peek(2)
	return err == nil && b[1] == EndOffset[0], err
}

// answer parses an answer.
func (l *line) answer() (a Answer) {
	if l.text[0] == byte(resp.BulkString) {
		l.word(string(EndOffset) + ":")
		return l.endOffset()
	}
	a.Kind = l.kind()
	switch a.Kind {
	case FullResync:
		l.blank()
		a.ID = string(l.id("a replication ID"))
		l.blank()
		a.Offset = l.number("an offset", math.MaxInt64)
	case Continue:
		if l.at < len(l.text) {
			l.blank()
			a.ID = string(l.id("a replication ID"))
		}
	case RDBChannelSync:
		l.blank()
		a.Client = l.number("the ID of a client", math.MaxInt64)
	}
	l.end()
	return a
}

// kind parses the word of an answer to PSYNC.
func (l *line) kind() Kind {
	longest := 0
	for _, kind := range answerWords {
		n := l.common(string(kind))
		if n == len(kind) {
			l.at += n
			return kind
		}
		longest = max(longest, n)
	}
	l.at += longest
	l.fail("FULLRESYNC, CONTINUE, RDBCHANNELSYNC or DUALCHANNELSYNC")
	return ""
}

// endOffset parses what follows the word of EndOffset.
func (l *line) endOffset() (a Answer) {
	a.Kind = EndOffset
	a.Offset = l.number("an offset", math.MaxInt64)
	l.blank()
	a.ID = string(l.id("a replication ID"))
	l.blank()
	a.DB = int(l.number("the number of a database", math.MaxInt32))
	l.blank()
	a.Client = l.number("the ID of a client", math.MaxInt64)
	l.end()
	return a
}
