package resp

import (
	"io"
	"strconv"
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
	b := bytesAt(t.data, int(t.n))
	if t.kind == VerbatimString {
		return b[verbatimPrefix:]
	}
	return b
}

// Encoding returns the three bytes that a verbatim string starts with, `txt`
// or `mkd`, and three zero bytes for every other kind.
func (t Token) Encoding() (encoding [3]byte) {
	if t.kind == VerbatimString && t.data != nil {
		copy(encoding[:], bytesAt(t.data, int(t.n)))
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

// Limits are the most a Decoder takes before it refuses the input with a
// *LimitError. A field that is 0 means the default of ClientLimits; to forbid
// something altogether use the option of that limit, which takes 0 literally.
type Limits struct {
	Depth    int   // open aggregates at once; an empty one counts, and so does an attribute while its content is read
	Args     int   // arguments of one multibulk command; LineLen alone bounds an inline one, as in Redis
	Elements int64 // elements of one aggregate as announced (of a map or attribute: pairs)
	BulkLen  int64 // bytes of one string's payload, also of all chunks of a streamed one together
	LineLen  int64 // bytes of one line before its LF, first byte and CR included; also of an inline command
	TotalLen int64 // bytes of one whole value with its attributes, or of one command
}

const (
	unlimited = 1<<63 - 1

	// Redis' limits before AUTH, where it answers in words of their own.
	unauthenticatedArgs    = 10
	unauthenticatedBulkLen = 16 << 10
)

// ClientLimits returns the limits for reading replies, which are the default:
// depth 1,024, 1,048,576 arguments, 2^32-1 elements, bulk strings of 512 MiB,
// lines of 64 KiB, and whole values of any size.
func ClientLimits() Limits {
	return Limits{
		Depth:    1024,
		Args:     1024 * 1024,
		Elements: 1<<32 - 1,
		BulkLen:  512 << 20,
		LineLen:  64 << 10,
		TotalLen: unlimited,
	}
}

// ServerLimits returns the limits for reading commands of clients that have
// authenticated: those of ClientLimits, and at most 1 GiB for one command, as
// Redis' client-query-buffer-limit has it.
func ServerLimits() Limits {
	limits := ClientLimits()
	limits.TotalLen = 1 << 30
	return limits
}

// UnauthenticatedLimits returns the limits for reading commands before AUTH:
// 10 arguments of 16 KiB and 1 MiB in all, as in Redis.
func UnauthenticatedLimits() Limits {
	limits := ClientLimits()
	limits.Args = unauthenticatedArgs
	limits.BulkLen = unauthenticatedBulkLen
	limits.TotalLen = 1 << 20
	return limits
}

// orDefault returns l with every 0 replaced by the default.
func (l Limits) orDefault() Limits {
	standard := ClientLimits()
	if l.Depth == 0 {
		l.Depth = standard.Depth
	}
	if l.Args == 0 {
		l.Args = standard.Args
	}
	if l.Elements == 0 {
		l.Elements = standard.Elements
	}
	if l.BulkLen == 0 {
		l.BulkLen = standard.BulkLen
	}
	if l.LineLen == 0 {
		l.LineLen = standard.LineLen
	}
	if l.TotalLen == 0 {
		l.TotalLen = standard.TotalLen
	}
	return l
}

// Option changes how a Decoder reads or how an Encoder writes; each says which.
// Options apply in the order in which they are given.
type Option func(*config)

// config is what the options set.
type config struct {
	limits     Limits
	onPush     func(*Value)
	bufferSize int
	protocol   int
	lenient    bool

	appendOnly   bool
	onAnnotation func(text []byte)
	preambleTo   io.Writer
}

// defaultBufferSize is what one system call reads. On a unix socket a pipeline of
// small replies takes a sixth longer than with the best size, 128 KiB, and replies of
// 1 KiB half as long again; large payloads are read into place whatever it is
// (BenchmarkReadSize). More would cost every busy connection memory and cache.
const defaultBufferSize = 16 << 10

// minBufferSize keeps a header and its CRLF in one piece.
const minBufferSize = 64

func newConfig(opts []Option) config {
	c := config{limits: ClientLimits(), bufferSize: defaultBufferSize, protocol: 3}
	for _, opt := range opts {
		opt(&c)
	}
	return c
}

// BufferSize sets how many bytes a Decoder asks its reader for at once, and how
// many an Encoder gathers before it writes; 16 KiB by default, at least 64. With
// nothing left to read, a Decoder asks readers that may block, but for TCP and unix
// sockets, for 192 bytes first, because it waits without a large buffer.
func BufferSize(n int) Option {
	return func(c *config) { c.bufferSize = max(n, minBufferSize) }
}

// OnPush has a Decoder hand every push at top level to f, which Decode and the
// typed reads then pass over. The Value is valid until f returns; f must not
// call the Decoder. ReadToken, ReadRaw, SkipValue and CopyValue show pushes as
// they come.
func OnPush(f func(*Value)) Option { return func(c *config) { c.onPush = f } }

// Lenient has a Decoder accept four things outside the grammar that many
// parsers let pass: doubles such as `.5` and `5.`, the length or count -1 of
// any kind in a reply as a null of that kind (an attribute without pairs), NUL
// in inline commands, and commands of up to 2^31-1 arguments. Of an
// AppendOnlyFile it accepts commands behind a preamble without a checksum.
func Lenient() Option {
	return func(c *config) {
		c.lenient = true
		c.limits.Args = 1<<31 - 1
	}
}

// WithLimits sets all limits of a Decoder; a field that is 0 means its default.
func WithLimits(l Limits) Option { return func(c *config) { c.limits = l.orDefault() } }

// MaxDepth sets how many aggregates may be open at once; with 0 a Decoder
// refuses every aggregate.
func MaxDepth(n int) Option { return func(c *config) { c.limits.Depth = n } }

// MaxArgs sets how many arguments a multibulk command may have.
func MaxArgs(n int) Option { return func(c *config) { c.limits.Args = n } }

// MaxElements sets how many elements (pairs of a map or attribute) an
// aggregate may announce.
func MaxElements(n int64) Option { return func(c *config) { c.limits.Elements = n } }

// MaxBulkLen sets how many bytes the payload of one string may have, that of a
// streamed one in all its chunks together.
func MaxBulkLen(n int64) Option { return func(c *config) { c.limits.BulkLen = n } }

// MaxLineLen sets how many bytes a line may have before its LF.
func MaxLineLen(n int64) Option { return func(c *config) { c.limits.LineLen = n } }

// MaxTotalLen sets how many bytes one whole value or command may have.
func MaxTotalLen(n int64) Option { return func(c *config) { c.limits.TotalLen = n } }

// Protocol sets the RESP version an Encoder writes, 3 by default. With 2 every
// kind that RESP2 lacks is written in its RESP2 form, as servers do: a map as
// a flat array, a set and a push as an array, a double and a big number as a
// bulk string, a boolean as an integer, a null as `$-1`, a verbatim string as
// a bulk string without its encoding, a bulk error as a simple error;
// attributes are dropped. What is streamed has no such form: WriteStreamed,
// WriteStreamedString and WriteToken refuse it, and WriteValue, which knows how much
// there is, writes it with its length or count. Encoder.SetProtocol changes the
// version later.
func Protocol(version int) Option { return func(c *config) { c.protocol = version } }
