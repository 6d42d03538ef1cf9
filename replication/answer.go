package replication

import (
	"math"

	"github.com/seed65f5866d/resp"
)

// Kind is the kind of a master's answer: the word that it starts with.
type Kind string

// The kinds of answers.
const (
	FullResync      Kind = "FULLRESYNC"      // an RDB follows, and then the command stream
	Continue        Kind = "CONTINUE"        // the command stream goes on where the replica asked
	RDBChannelSync  Kind = "RDBCHANNELSYNC"  // of Redis 8: fetch the RDB over a second connection
	DualChannelSync Kind = "DUALCHANNELSYNC" // of Valkey 8: the same, and send PSYNC again
	EndOffset       Kind = "ENDOFF"          // of Valkey 8, to SYNC on the second connection: an RDB follows
)

// answerWords are the kinds that are an answer to PSYNC.
var answerWords = []Kind{FullResync, Continue, RDBChannelSync, DualChannelSync}

// Answer is a master's answer to PSYNC, or to SYNC on a second connection.
type Answer struct {
	Kind Kind

	// ID is the replication ID to ask with next time, 40 bytes. It is empty for a
	// +CONTINUE of masters before Redis 4, which name none: the ID has not changed.
	// It is also empty for RDBChannelSync and DualChannelSync.
	ID string

	// Offset is the replication offset of the RDB, in bytes, for FullResync and
	// EndOffset: after n bytes of the command stream that follows, the offset is
	// Offset+n. It is 0 for the others.
	Offset int64

	// DB is the database that the command stream begins in, for EndOffset; -1 when no
	// database is selected yet, and the stream begins with a SELECT.
	DB int

	// Client is the client ID of a connection at the master: for RDBChannelSync that
	// of this connection, for EndOffset that of the second one. It is what `REPLCONF
	// main-ch-client-id` and `REPLCONF set-rdb-client-id` name.
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
// ReadAnswer skips newlines before it, which keep the connection alive. It allocates
// the ID.
//
// A server's error gives a *resp.ReplyError. A value of any other kind is read whole
// and gives a *resp.KindError. The stream is in step after both. Any other simple
// string gives a *[resp.SyntaxError], and one of more than 128 bytes may give a
// *[resp.LimitError]; both have the offset in the stream. Such a line stays unread,
// and the Decoder does not stay in the error. A call that fails with the reader's
// error or [resp.ErrIncomplete] can be repeated.
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

// atAnswer reports whether the next token, which is of that kind, has to be an
// answer.
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
	a.DB = l.database()
	l.blank()
	a.Client = l.number("the ID of a client", math.MaxInt64)
	l.end()
	return a
}

// database parses the number of a database, or -1 for none.
func (l *line) database() int {
	const none = "-1"
	if l.common(none) == len(none) {
		l.at += len(none)
		return -1
	}
	return int(l.number("the number of a database", math.MaxInt32))
}
