package resp

import (
	"math/big"
	"strconv"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This file holds the types that all layers share: Kind, the first byte on the
// wire; Token, one scalar or one aggregate header; Value, a whole reply as a
// tree. What can be asked of a Token is here too; a Value's accessors are in
// value.go.

// Kind is the kind of a token or value: the first byte it has on the wire.
type Kind byte

// The kinds of RESP2 and RESP3 (RESP3 specification, "RESP3 types").
const (
	SimpleString   Kind = '+'
	SimpleError    Kind = '-'
	Integer        Kind = ':'
	BulkString     Kind = '$'
	Array          Kind = '*'
	Null           Kind = '_'
	Boolean        Kind = '#'
	Double         Kind = ','
	BigNumber      Kind = '('
	BulkError      Kind = '!'
	VerbatimString Kind = '='
	Map            Kind = '%'
	Attribute      Kind = '|'
	Set            Kind = '~'
	Push           Kind = '>'
	Chunk          Kind = ';' // a part of a streamed string; the one of length 0 ends it
	End            Kind = '.' // the end of a streamed aggregate
)

// String returns the kind's name as the Redis documentation spells it, for
// example "bulk string".
func (k Kind) String() string {
	switch k {
	case SimpleString:
		return "simple string"
	case SimpleError:
		return "simple error"
	case Integer:
		return "integer"
	case BulkString:
		return "bulk string"
	case Array:
		return "array"
	case Null:
		return "null"
	case Boolean:
		return "boolean"
	case Double:
		return "double"
	case BigNumber:
		return "big number"
	case BulkError:
		return "bulk error"
	case VerbatimString:
		return "verbatim string"
	case Map:
		return "map"
	case Attribute:
		return "attribute"
	case Set:
		return "set"
	case Push:
		return "push"
	case Chunk:
		return "chunk"
	case End:
		return "end"
	}
	return "kind " + strconv.QuoteRune(rune(k))
}

// IsValid reports whether k is one of the kinds above.
func (k Kind) IsValid() bool {
	switch k {
	case SimpleString, SimpleError, Integer, BulkString, Array, Null, Boolean, Double, BigNumber,
		BulkError, VerbatimString, Map, Attribute, Set, Push, Chunk, End:
		return true
	}
	return false
}

// IsAggregate reports whether k is a kind that holds other values: Array, Map,
// Attribute, Set or Push.
func (k Kind) IsAggregate() bool {
	switch k {
	case Array, Map, Attribute, Set, Push:
		return true
	}
	return false
}

// IsString reports whether k holds text or bytes that are no error and no
// number: SimpleString, BulkString, VerbatimString or Chunk.
func (k Kind) IsString() bool {
	switch k {
	case SimpleString, BulkString, VerbatimString, Chunk:
		return true
	}
	return false
}

// IsError reports whether k is what a server answers with when a command
// failed: SimpleError or BulkError.
func (k Kind) IsError() bool { return k == SimpleError || k == BulkError }

// hasPairs reports whether the count in k's header counts pairs.
func (k Kind) hasPairs() bool { return k == Map || k == Attribute }

// streamable reports whether the header of k may carry `?` in place of a
// count or length (RESP3 specification, "Streamed strings" and "Streamed
// aggregated data types").
func (k Kind) streamable() bool {
	switch k {
	case BulkString, Array, Map, Set:
		return true
	}
	return false
}

// tokenFlags are what a Token has to say beside its kind and its number.
type tokenFlags uint8

const (
	flagNull     tokenFlags = 1 << iota // `_`, `$-1` or `*-1`
	flagStreamed                        // `$?`, `*?`, `~?` or `%?`
)

// Token is one scalar or the header of one aggregate, as a view into the input:
// its bytes are valid until the next call on the Decoder it came from, or as
// long as the slice that was given to ConsumeToken stays unchanged.
//
// It is small on purpose. The Go compiler keeps structs of up to four words
// and four fields in registers and passes larger ones through memory, which
// was measured at 14 ns a call against under 2 ns here; so the payload is a
// pointer whose length shares n with the value of an Integer, the length of an
// aggregate and the bit of a Boolean.
type Token struct {
	data  *byte // payload, whole (with the prefix of a verbatim string); nil for kinds without one
	n     int64 // payload bytes, Integer's value, Boolean's bit, or the count in an aggregate's header
	kind  Kind
	flags tokenFlags
}

// Kind returns the token's kind. The zero Token has kind 0.
func (t Token) Kind() Kind { return t.kind }

// IsNull reports whether the token is a null: `_`, `$-1` or `*-1`. Kind tells
// which of them.
func (t Token) IsNull() bool { return t.flags&flagNull != 0 }

// IsStreamed reports whether the token opens a streamed string (`$?`) or a
// streamed aggregate (`*?`, `~?`, `%?`).
func (t Token) IsStreamed() bool { return t.flags&flagStreamed != 0 }

// Len returns the length of what the token announces or holds: the bytes of a
// string or error (of a verbatim string those of its text), of the text of a
// Double or BigNumber, or the elements of an aggregate, where a Map or an
// Attribute of n pairs has 2n. It is -1 for a streamed string or aggregate and
// 0 for a null and for kinds without a length. The Chunk of length 0 ends a
// streamed string.
func (t Token) Len() int {
	if t.flags != 0 {
		if t.IsStreamed() {
			return -1
		}
		return 0
	}
	switch t.kind {
	case Map, Attribute:
		return int(2 * t.n)
	case VerbatimString:
		return int(t.n) - verbatimPrefix
	case Integer, Boolean:
		return 0
	}
	return int(t.n)
}

// verbatimPrefix is the length of the encoding and the colon at the start of
// a verbatim string's payload, for example `txt:`.
const verbatimPrefix = 4

// Bytes returns the payload: the text of a string or error (of a verbatim
// string the text after its encoding) or the spelling of a Double or BigNumber.
// It is nil for a null and for every other kind, and not nil for an empty
// string. The bytes must not be changed; they are valid as long as the Token.
func (t Token) Bytes() []byte {
	if t.data == nil {
		return nil
	}
	b := respwire.BytesAt(t.data, int(t.n))
	if t.kind == VerbatimString {
		return b[verbatimPrefix:]
	}
	return b
}

// Encoding returns the three bytes that a verbatim string starts with, `txt`
// or `mkd`, and three zero bytes for every other kind.
func (t Token) Encoding() (encoding [3]byte) {
	if t.kind == VerbatimString && t.data != nil {
		copy(encoding[:], respwire.BytesAt(t.data, int(t.n)))
	}
	return encoding
}

// Int64 returns the value of an Integer, and of a BigNumber or a string that
// spells one in int64's range (RESP2 servers send many numbers as bulk
// strings). A string that spells none gives a *strconv.NumError, a null gives
// ErrNull, a server's error itself as a *ReplyError, every other kind a
// *KindError.
func (t Token) Int64() (int64, error) {
	if t.kind == Integer && t.flags == 0 {
		return t.n, nil
	}
	return int64Of(t.kind, t.IsNull(), t.IsStreamed(), t.Bytes())
}

// Float64 returns the value of a Double, and of an Integer, a BigNumber or a
// string that spells a double. A string that spells none gives a
// *strconv.NumError, a null gives ErrNull, a server's error itself as a
// *ReplyError, every other kind a *KindError.
func (t Token) Float64() (float64, error) {
	if t.kind == Integer && t.flags == 0 {
		return float64(t.n), nil
	}
	return float64Of(t.kind, t.IsNull(), t.IsStreamed(), t.Bytes())
}

// Bool returns the value of a Boolean, and of the Integers 0 and 1, which stand
// for it in RESP2. A null gives ErrNull, a server's error itself as a
// *ReplyError, everything else a *KindError.
func (t Token) Bool() (bool, error) {
	return boolOf(t.kind, t.IsNull(), t.n, t.Bytes())
}

// BigInt returns the value of a BigNumber, and of an Integer or a string that
// spells an integer beyond int64, as a new number. A string that spells none,
// or one of more than 64 KiB, gives a *strconv.NumError, a null gives ErrNull,
// a server's error itself as a *ReplyError, every other kind a *KindError.
func (t Token) BigInt() (*big.Int, error) {
	if t.kind == Integer && t.flags == 0 {
		return big.NewInt(t.n), nil
	}
	return bigIntOf(t.kind, t.IsNull(), t.IsStreamed(), t.Bytes())
}

// AppendText appends the text of a scalar to b: the bytes of a string or a chunk, an
// Integer in decimal, true or false for a Boolean, a Double and a BigNumber as they
// were spelled. A null gives ErrNull, a server's error itself as a *ReplyError, an
// aggregate, the header of a streamed string and an End a *KindError; b comes back as
// it was then. It makes Token an encoding.TextAppender, which [Any] takes.
func (t Token) AppendText(b []byte) ([]byte, error) {
	switch {
	case t.IsNull():
		return b, ErrNull
	case t.kind.IsError():
		return b, t.Err()
	case t.kind == Integer:
		return appendInteger(b, t.n), nil
	case t.kind == Boolean:
		return strconv.AppendBool(b, t.n != 0), nil
	case t.data == nil && t.kind != Chunk:
		return b, &KindError{Got: t.kind, Want: BulkString}
	}
	return append(b, t.Bytes()...), nil
}

// Err returns what a SimpleError or a BulkError says as a *ReplyError, which
// owns its text, and nil for every other kind.
func (t Token) Err() error {
	if t.kind.IsError() && t.flags == 0 {
		return newReplyError(t.Bytes())
	}
	return nil
}

// Value is a whole reply or any part of one, as a plain tree: build one by
// hand, compare two with Equal or go-cmp, print one with String. The zero
// Value is no value; AppendValue writes it as a null.
//
// A Value that Decode filled has views in Bytes, valid until the next call on
// the Decoder; Clone makes one that lives on.
type Value struct {
	Kind     Kind
	Null     bool    // `_`, `$-1` or `*-1`: Kind tells which
	Streamed bool    // announced with `?`
	Encoding [3]byte // of a VerbatimString: txt, mkd
	Int      int64   // Integer; Boolean as 0 or 1
	Bytes    []byte  // payload of strings and errors (chunks joined); digits of a BigNumber and spelling of a Double as received
	Elems    []Value // elements; keys and values alternate in a Map and an Attribute
	Attrs    []Value // the Attributes that came before it, in order, each of Kind Attribute
}
