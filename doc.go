// Package resp encodes and decodes RESP, the Redis serialization protocol: every
// kind of RESP2 and RESP3, requests (multibulk and inline) and replies. It owns
// no connection: clients, proxies, servers and test doubles import it. What is built
// on RESP lives in other packages of this module.
//
// # Layers
//
// Each can be used alone and stands only on the one before it:
//
//   - Wire: pure functions on bytes. [AppendBulkString], [AppendCommand] and others
//     append to a slice. [ConsumeToken], [ConsumeValue] and [ConsumeCommand] look at
//     the start of one.
//   - Stream: an [Encoder] writes to an io.Writer, a [Decoder] reads from an
//     io.Reader or is fed, and a [Chunker] packs commands for one vectored write.
//     They own buffers, and go on where a read or write was interrupted.
//   - Value: a [Value] is a whole reply as a tree. It can be decoded into, built by
//     hand, compared and printed.
//
// # Kinds
//
// A [Token] is one scalar or the header of one aggregate; a [Value] is all of it.
//
//	wire            Kind            Token               Value                    RESP2
//	+OK             SimpleString    Bytes               Bytes                    +OK
//	-ERR text       SimpleError     Bytes, Err          Bytes, Err               -ERR text
//	:1              Integer         Int64               Int                      :1
//	$3 foo          BulkString      Bytes, Len          Bytes                    $3 foo
//	$-1             BulkString      IsNull              Null                     $-1
//	*2 ...          Array           Len                 Elems                    *2 ...
//	*-1             Array           IsNull              Null                     *-1
//	_               Null            IsNull              Null                     $-1
//	#t #f           Boolean         Bool                Int (1 or 0)             :1 :0
//	,1.5            Double          Float64, Bytes      Bytes, as spelled        $3 1.5
//	(123            BigNumber       Bytes               Bytes, BigInt            $3 123
//	!8 ERR text     BulkError       Bytes, Err          Bytes, Err               -ERR text
//	=7 txt:foo      VerbatimString  Bytes, Encoding     Bytes, Encoding          $3 foo
//	%1 k v          Map             Len (2 a pair)      Elems, keys and values   *2 k v
//	|1 k v          Attribute       Len (2 a pair)      Attrs of the next value  nothing
//	~2 ...          Set             Len                 Elems                    *2 ...
//	>2 ...          Push            Len                 Elems                    *2 ...
//	$? ;n ... ;0    BulkString      IsStreamed, Chunk   Streamed, chunks joined  its length, $n
//	*? ~? %? ... .  Array Set Map   IsStreamed, End     Streamed                 its count, *n
//
// Canonical bytes that are decoded and encoded again are the very same bytes. The
// three nulls stay apart, and a Double keeps its spelling (1.0, 1e5, INF). What is
// accepted and never written is lost: the plus of a number, its leading zeros, and
// the minus of a zero that is no Double. A Value joins the chunks of a streamed
// string, Tokens keep them. [Decoder.ReadRaw] and [Decoder.CopyValue] give back any
// accepted bytes unchanged.
//
// # Lifetimes
//
// What a [Decoder] returns as bytes is a view into its buffer, valid until the next
// call on that Decoder: the bytes of a [Token], a [Value] or a [Command], and what
// [Decoder.ReadBytes], [Decoder.ReadRaw], [Decoder.Peek] and [Decoder.Buffered] return.
// [Value.Clone], [Command.Clone] and string conversions make copies that last. An
// [Encoder] keeps nothing of its caller's after a call. A [Chunker] refers to
// arguments over its cutoff until WriteTo or Reset.
//
// # Reading
//
// [Decoder.Decode] reads any reply, an error of the server too, which [Value.Err]
// returns. Typed reads ([Decoder.ReadInt64], [Decoder.ReadBytes], [Decoder.Elements])
// expect a type: a null is [ErrNull], a server's error a [*ReplyError], any other kind
// a [*KindError], and attributes are passed over. A push goes to [OnPush], or is a
// KindError. Whatever arrives is read whole. [Decoder.ReadToken] reads piece by piece,
// and [Decoder.SkipValue] what is left; all reads can be mixed at any depth.
// [Decoder.ReadCommand] reads requests. A server flushes its Encoder from [OnWait].
//
// A read that fails with the reader's error, io.ErrUnexpectedEOF or [ErrIncomplete]
// has lost nothing and can be repeated. A Decoder stays in a [*SyntaxError] or a
// [*LimitError]. [InStep] tells whether a connection can be used again.
//
// # Large values, many connections
//
// [Decoder.BulkReader], [Decoder.CopyBulk], [Decoder.CopyValue] and [Decoder.SkipValue]
// take constant memory for a value of any size, and so do [From] and
// [Encoder.WriteBulkFrom]. [Decoder.ReadInto] fills memory of the caller's.
//
// An event loop feeds a Decoder ([Decoder.Feed]) and reads until [ErrIncomplete]. Idle
// Decoders and Encoders hold less than 1 KiB: their buffers go to pools.
//
// # Limits
//
// What a header announces reserves nothing, and is refused above these limits:
//
//	limit         of                default        option
//	depth         open aggregates   1,024          MaxDepth
//	arguments     a request         1,048,576      MaxArgs
//	elements      an aggregate      4,294,967,295  MaxElements
//	bulk length   bytes of strings  512 MiB        MaxBulkLen
//	line length   bytes of lines    64 KiB         MaxLineLen
//	total length  bytes of values   unlimited      MaxTotalLen
//
// They are those of [ClientLimits]. [ServerLimits], [UnauthenticatedLimits] and
// [NoLimits] are others, each option above refines them, and [Decoder.SetLimits] sets
// them on a live connection. They hold for every read, in constant memory too: a string
// of 600 MiB needs MaxBulkLen or NoLimits. A buffer stays below about twice what has
// arrived of a value, a tree below about 30 times.
package resp
