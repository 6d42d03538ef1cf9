// Package replication reads the parts of a master's stream to a replica that are not
// RESP: the answer to PSYNC, and the RDB of a full resync, in constant memory. The
// same [resp.Decoder] reads everything else: the handshake and the command stream.
//
// A replica asks with one of these:
//
//	PSYNC ? -1                         // anew
//	PSYNC <Answer.ID> <offset + 1>     // where it stopped
//
// The first gets an [Answer] of the kind [FullResync], an RDB, and the command stream.
// The second may get [Continue] instead, and the command stream alone.
// [resp.Decoder.InputOffset] counts every byte of the stream, newlines too. So at the
// start of the command stream, after [Reader.CopyRDB] or +CONTINUE, note
//
//	base := answer.Offset - d.InputOffset() // FullResync
//	base := offset - d.InputOffset()        // Continue: the offset that the replica had
//
// and after each command base+d.InputOffset() is the offset to acknowledge with
// REPLCONF ACK. It stays exact when a read is interrupted. A Redis replica
// acknowledges a transaction only after its EXEC. After an RDB that ends with a
// mark, masters hold the command stream back until the first REPLCONF ACK.
//
// # Two channels
//
// A master may send the RDB over a second connection, so that the command stream
// need not wait for it. It does so only for a replica that has said it can:
//
//	REPLCONF capa rdb-channel-repl     // to Redis 8
//	REPLCONF capa dual-channel         // to Valkey 8
//
// Redis answers [RDBChannelSync] and begins the command stream right after that. On
// the second connection the replica names the Client of that answer:
//
//	REPLCONF rdb-channel 1 main-ch-client-id <Client>
//	PSYNC ? -1
//
// There it gets [FullResync], whose Offset is the start of the command stream, and the
// RDB.
//
// Valkey answers [DualChannelSync]. On the second connection the replica sends
//
//	REPLCONF rdb-channel 1
//	SYNC
//
// and gets [EndOffset] and the RDB. On the first one it then sends what EndOffset has
// said, and gets [Continue]:
//
//	REPLCONF set-rdb-client-id <Client>
//	PSYNC <ID> <Offset + 1>
//
// (Redis and Valkey, replication.c.)
package replication

import (
	"errors"

	"github.com/seed65f5866d/resp"
)

// Reader reads the answers and the RDB of a master from a Decoder. The Decoder may
// be used for everything else before, between and after them.
type Reader struct {
	d   *resp.Decoder
	rdb rdb
}

// NewReader returns a Reader of what comes next on d, the connection to a master.
// After d.Reset take a new one.
func NewReader(d *resp.Decoder) *Reader { return &Reader{d: d} }

var errInsideRDB = errors.New("replication: CopyRDB was interrupted inside an RDB: call it again first")

// next skips the newlines that keep the connection alive, and returns the kind of
// the token after them.
func (r *Reader) next() (resp.Kind, error) {
	for {
		b, err := r.d.Peek(1)
		if err != nil {
			return 0, err
		}
		if b[0] != '\n' {
			return r.d.PeekKind()
		}
		if err := r.d.Discard(1); err != nil {
			return 0, err
		}
	}
}

// refuse reads a whole value of another kind than wanted and returns the error for
// it.
func (r *Reader) refuse(kind, want resp.Kind) error {
	if kind.IsError() {
		_, err := r.d.ReadString()
		return err
	}
	if _, err := r.d.ReadRaw(); err != nil {
		return err
	}
	return &resp.KindError{Got: kind, Want: want}
}
