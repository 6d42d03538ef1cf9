package resp

import (
	"math/big"
	"strconv"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This file holds the types that all layers share: Kind, the first byte on the wire;
// Token, one scalar or one aggregate header; Value, a whole reply as a tree. The
// methods of Token are here too.

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
	Chunk          Kind = ';' // a part of a streamed string; a chunk of length 0 ends the string
	End            Kind = '.' // the end of a streamed aggregate
)

// kindInfo describes a kind. Code that depends on such a property asks kindTable and
// lists no kinds.
type kindInfo struct {
	name   string // as the Redis documentation spells it
	layout layout
	resp2  Kind // the kind that stands for it in RESP2; 0 for a kind that RESP2 leaves out

	isString   bool // text or bytes, neither an error nor a number
	isError    bool // the reply to a command that failed
	streamable bool // the header may carry `?` in place of the count or length
	wholeOnly  bool // a spelled number that is an integer
}

// layout is what follows the first byte of a token on the wire.
type layout uint8

const (
	noLayout     layout = iota // the byte is no kind
	bareLine                   // nothing but CR LF
	textLine                   // text
	integerLine                // a number of 64 bits
	booleanLine                // t or f
	spelledLine                // a number that keeps its spelling
	withPayload                // a length, and that many bytes on a line of their own
	withElements               // how many elements follow
	withPairs                  // how many keys and values follow
)

// kindTable has an entry for each kind (RESP3 specification, "RESP3 types",
// "Streamed strings" and "Streamed aggregated data types").
var kindTable = [256]kindInfo{
	SimpleString:   {name: "simple string", layout: textLine, resp2: SimpleString, isString: true},
	SimpleError:    {name: "simple error", layout: textLine, resp2: SimpleError, isError: true},
	Integer:        {name: "integer", layout: integerLine, resp2: Integer},
	BulkString:     {name: "bulk string", layout: withPayload, resp2: BulkString, isString: true, streamable: true},
	Array:          {name: "array", layout: withElements, resp2: Array, streamable: true},
	Null:           {name: "null", layout: bareLine, resp2: BulkString},
	Boolean:        {name: "boolean", layout: booleanLine, resp2: Integer},
	Double:         {name: "double", layout: spelledLine, resp2: BulkString},
	BigNumber:      {name: "big number", layout: spelledLine, resp2: BulkString, wholeOnly: true},
	BulkError:      {name: "bulk error", layout: withPayload, resp2: SimpleError, isError: true},
	VerbatimString: {name: "verbatim string", layout: withPayload, resp2: BulkString, isString: true},
	Map:            {name: "map", layout: withPairs, resp2: Array, streamable: true},
	Attribute:      {name: "attribute", layout: withPairs},
	Set:            {name: "set", layout: withElements, resp2: Array, streamable: true},
	Push:           {name: "push", layout: withElements, resp2: Array},
	Chunk:          {name: "chunk", layout: withPayload, isString: true},
	End:            {name: "end", layout: bareLine},
}

// scanSpelled checks the text of a number of kind k that is kept as it is spelled. It
// returns the index of the first byte that does not fit, len(text) where one is
// missing, or -1.
func scanSpelled(k Kind, text []byte) (bad int) {
	if k == Double {
		return respwire.ScanDouble(text, false)
	}
	return respwire.ScanBigNumber(text)
}

// opens is true for the kinds of aggregates. It is a table of its own because
// ReadToken asks it for every token.
var opens = func() (opens [256]bool) {
	for k, info := range kindTable {
		opens[k] = info.layout == withElements || info.layout == withPairs
	}
	return opens
}()

// String returns the kind's name as the Redis documentation spells it, for
// example "bulk string".
func (k Kind) String() string {
	if !k.isValid() {
		return "kind " + strconv.QuoteRune(rune(k))
	}
	return kindTable[k].name
}

// isValid reports whether k is one of the kinds above.
func (k Kind) isValid() bool { return kindTable[k].layout != noLayout }

// IsAggregate reports whether k is a kind that holds other values: Array, Map,
// Attribute, Set or Push.
func (k Kind) IsAggregate() bool { return opens[k] }

// IsString reports whether k holds text or bytes that are neither an error nor a
// number: SimpleString, BulkString, VerbatimString or Chunk.
func (k Kind) IsString() bool { return kindTable[k].isString }

// IsError reports whether k is a server's reply to a command that failed:
// SimpleError or BulkError.
func (k Kind) IsError() bool { return kindTable[k].isError }

// hasPairs reports whether the count in k's header counts pairs.
func (k Kind) hasPairs() bool { return kindTable[k].layout == withPairs }

// isSpelled reports whether k is a number that keeps its spelling.
func (k Kind) isSpelled() bool { return kindTable[k].layout == spelledLine }

// streamable reports whether the header of k may carry `?` in place of a
// count or length.
func (k Kind) streamable() bool { return kindTable[k].streamable }

// tokenFlags hold what kind and number of a Token do not tell.
type tokenFlags uint8

const (
	flagNull     tokenFlags = 1 << iota // `_`, `$-1` or `*-1`
	flagStreamed                        // `$?`, `*?`, `~?` or `%?`
)

// Token is one scalar or the header of one aggregate. It is a view into the input:
// its bytes are valid until the next call on the Decoder it came from, or as long as
// the slice given to ConsumeToken stays unchanged.
//
// A Token is small, because the Go compiler keeps structs of up to four words and
// four fields in registers and passes larger ones through memory. So the payload is
// a pointer, and its length shares the field n with the value of an Integer, the
// count of an aggregate and the bit of a Boolean.
type Token struct {
	data  *byte // the whole payload (with the prefix of a verbatim string); nil for kinds without one
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

// Len returns the length of what the token holds or announces: the bytes of a
// string, of an error or of the text of a Double or BigNumber, or the elements of an
// aggregate. For a verbatim string it counts only the text, and for a Map or an
// Attribute of n pairs it returns 2n. It is -1 for a streamed string or aggregate,
// and 0 for a null and for kinds without a length. The Chunk of length 0 ends a
// streamed string.
func (t Token) Len() int {
	if t.flags != 0 {
		if t.IsStreamed() {
			return -1
		}
		return 0
	}
	switch kindTable[t.kind].layout {
	case withPairs:
		return int(2 * t.n)
	case integerLine, booleanLine:
		return 0
	}
	if t.kind == VerbatimString {
		return int(t.n) - verbatimPrefix
	}
	return int(t.n)
}

// verbatimPrefix is the length of the encoding and the colon at the start of
// a verbatim string's payload, for example `txt:`.
const verbatimPrefix = 4

// Bytes returns the payload: the text of a string or error, or the spelling of a
// Double or BigNumber. For a verbatim string it returns the text after the encoding.
// It is nil for a null and for every other kind, but not for an empty string. The
// bytes must not be changed and are valid as long as the Token.
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

// Err returns a SimpleError or a BulkError as a *ReplyError, which owns its text,
// and nil for every other kind.
func (t Token) Err() error {
	if t.kind.IsError() && t.flags == 0 {
		return newReplyError(t.Bytes())
	}
	return nil
}

// Value is a whole reply or any part of one, as a plain tree. Programs may build one
// by hand, compare two with Equal or go-cmp, and print one with String. The zero
// Value is no value; AppendValue writes it as a null.
//
// The Bytes in a Value that Decode filled are views, valid until the next call on
// the Decoder. Clone returns a copy that stays valid.
type Value struct {
	Kind     Kind
	Null     bool    // `_`, `$-1` or `*-1`: Kind tells which
	Streamed bool    // announced with `?`
	Encoding [3]byte // of a VerbatimString: txt, mkd
	Int      int64   // Integer; Boolean as 0 or 1
	Bytes    []byte  // payload of strings and errors (chunks joined); digits of a BigNumber and spelling of a Double as received
	Elems    []Value // elements; keys and values alternate in a Map and an Attribute
	Attrs    []Value // the attributes before the value, in order, each of Kind Attribute
}

// int64Of returns the integer that a value of kind holds or spells.
func int64Of(kind Kind, null, streamed bool, text []byte) (int64, error) {
	if err := noNumber(kind, null, streamed, text, Integer); err != nil {
		return 0, err
	}
	if kind.isSpelled() && !kindTable[kind].wholeOnly {
		return 0, &KindError{Got: kind, Want: Integer}
	}
	v, _, fault := respwire.ParseInteger(text)
	if fault != respwire.NumberOK {
		return 0, numberError("Int64", text, fault)
	}
	return v, nil
}

// float64Of returns the double that a value of kind holds or spells.
func float64Of(kind Kind, null, streamed bool, text []byte) (float64, error) {
	if err := noNumber(kind, null, streamed, text, Double); err != nil {
		return 0, err
	}
	if f, ok := respwire.ShortDouble(text); ok {
		return f, nil
	}
	if respwire.ScanDouble(text, kind == Double) >= 0 {
		return 0, numberError("Float64", text, respwire.NumberBad)
	}
	f, ok := respwire.ParseDouble(text)
	if !ok {
		return 0, numberError("Float64", text, respwire.NumberOverflow)
	}
	return f, nil
}

// maxBigInt is how many bytes of text bigIntOf takes. math/big takes quadratic time,
// so a hostile text could keep a processor busy for long.
const maxBigInt = 64 << 10

// bigIntOf returns the integer that a value of kind spells.
func bigIntOf(kind Kind, null, streamed bool, text []byte) (*big.Int, error) {
	if err := noNumber(kind, null, streamed, text, BigNumber); err != nil {
		return nil, err
	}
	if kind.isSpelled() && !kindTable[kind].wholeOnly {
		return nil, &KindError{Got: kind, Want: BigNumber}
	}
	if respwire.ScanBigNumber(text) >= 0 {
		return nil, numberError("BigInt", text, respwire.NumberBad)
	}
	if len(text) > maxBigInt {
		return nil, numberError("BigInt", text, respwire.NumberOverflow)
	}
	n, _ := new(big.Int).SetString(respwire.BytesString(text), 10)
	return n, nil
}

// boolOf returns the boolean that a value of kind with the number n holds.
func boolOf(kind Kind, null bool, n int64, text []byte) (bool, error) {
	switch {
	case null:
		return false, ErrNull
	case kind == Boolean, kind == Integer && n&^1 == 0:
		return n != 0, nil
	case kind.IsError():
		return false, newReplyError(text)
	}
	return false, &KindError{Got: kind, Want: Boolean}
}

// noNumber returns why a value of kind cannot be read as a number, or nil.
func noNumber(kind Kind, null, streamed bool, text []byte, want Kind) error {
	switch {
	case null:
		return ErrNull
	case kind.IsError():
		return newReplyError(text)
	case streamed && text == nil, !kind.IsString() && !kind.isSpelled():
		return &KindError{Got: kind, Want: want}
	}
	return nil
}

// numberError returns the error for a text that is not a number or is out of range.
// It cuts the text, which may be as long as any bulk string.
func numberError(function string, text []byte, fault respwire.NumberFault) error {
	const shown = 64
	err := strconv.ErrSyntax
	if fault == respwire.NumberOverflow {
		err = strconv.ErrRange
	}
	return &strconv.NumError{Func: function, Num: string(text[:min(len(text), shown)]), Err: err}
}
