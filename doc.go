// Package resp encodes and decodes RESP, the Redis serialization protocol: every
// kind of RESP2 and RESP3, requests (multibulk and inline) and replies. It owns
// no connection: clients, proxies, servers and test doubles import it.
//
// # Layers
//
// There are three, each usable alone and built only on the one before:
//
//   - Wire: pure functions on bytes. [AppendBulkString], [AppendCommand] and their
//     like append to a slice; [ConsumeToken] and [ConsumeCommand] parse the start
//     of one.
//   - Stream: an [Encoder] writes to an io.Writer, a [Decoder] reads from an
//     io.Reader or from bytes it is fed, and a [Chunker] packs commands for one
//     vectored write. They own buffers, keep limits, and go on where an
//     interrupted read or write stopped.
//   - Value: a [Value] is a whole reply as a tree, to decode into, build, compare
//     and print.
//
// # Kinds
//
// A [Token] is one scalar or the header of one aggregate; a [Value] is a whole
// one with its elements.
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
// The three nulls are kept apart, and so are the spellings of doubles and big
// numbers: canonical bytes that are decoded and encoded again are the very same
// bytes. [Decoder.ReadRaw] and [Decoder.CopyValue] give back any accepted bytes
// unchanged.
//
// # Lifetimes
//
// Nothing is copied that need not be. The bytes of a [Token], a [Value] or a
// [Command] that came from a [Decoder], and what [Decoder.ReadBytes],
// [Decoder.ReadRaw], [Decoder.Peek] and [Decoder.Buffered] return, are views into its buffer:
// they are valid until the next call on that Decoder. [Value.Clone], bytes.Clone
// and string conversions make copies that last. What [ConsumeToken] and
// [ConsumeCommand] return are views into their argument. An [Encoder] keeps
// nothing of its caller's after a call; a [Chunker] refers to arguments over its
// cutoff until WriteTo or Reset.
//
// # Reading replies
//
// [Decoder.Decode] reads any reply. The typed reads ([Decoder.ReadInt64],
// [Decoder.ReadBytes], [Decoder.ReadArrayLen] and so on) read one whose type is
// known. Whatever arrives instead, the stream stays in step: attributes are
// passed over; a push goes to [OnPush] or is a [*KindError]; a server's error is
// a [*ReplyError]; a null is [ErrNull]; any other kind is read whole and a
// [*KindError]. [Decoder.ReadToken] reads the pieces one by one and can be
// mixed with all others at any depth:
//
//	for d.Depth() > depth { // leave what was opened since
//		if err := d.SkipValue(); err != nil {
//			return err
//		}
//	}
//
// A read that ends with the reader's error, io.ErrUnexpectedEOF or
// [ErrIncomplete] has lost nothing and can be repeated when there is more. After
// a [*SyntaxError] or a [*LimitError] the Decoder stays in that error. [InStep]
// tells whether a connection may be used again after an error.
//
// # Values of any size
//
// A value need not fit into memory. [Decoder.BulkReader] is the next string as an
// io.Reader, and [Decoder.CopyBulk] writes it to a writer; [Decoder.CopyValue]
// passes a whole value on byte for byte, and [Decoder.SkipValue] drops it. The
// other way, [From] is an argument that [Encoder.WriteCommand] reads from a
// reader, and [Encoder.WriteBulkFrom] a string; from a file to a socket the kernel
// copies them. All of it takes constant memory.
//
// # Event loops and many connections
//
// A Decoder without a reader is fed ([Decoder.Feed]) what a poller has read, and
// says [ErrIncomplete] when it needs more; what was parsed is not parsed again.
// Who owns the bytes can do with [ConsumeToken] and [ConsumeCommand]. An Encoder
// whose writer took only a part, because it was full or too slow, goes on from there
// with [Encoder.Flush].
//
// A Decoder that has read all that came, and an Encoder that was flushed, hold
// less than 1 KiB: their buffers go to pools and come back with the next byte. To
// wait for a TCP or unix socket no buffer is needed; for other readers a Decoder
// waits with a small one of its own.
//
// # What is no RESP
//
// Bytes that are no RESP may stand between values: [Decoder.Peek] shows them and
// [Decoder.Discard] takes them off. [AppendQuoted] writes the text that redis-cli
// shows, and [SplitInline] takes quotes off again.
//
// # Limits
//
// Nothing is reserved on a stranger's word: what a header announces costs
// nothing until it arrives, and is refused at once above these limits, which
// options change:
//
//	limit               default        option
//	open aggregates     1,024          MaxDepth
//	arguments           1,048,576      MaxArgs
//	elements            4,294,967,295  MaxElements
//	bytes of a string   512 MiB        MaxBulkLen
//	bytes of a line     64 KiB         MaxLineLen
//	bytes of a value    unlimited      MaxTotalLen
//
// These are [ClientLimits]. [ServerLimits] are for requests (at most 1 GiB each),
// [UnauthenticatedLimits] for those before AUTH, [NoLimits] for input that is
// trusted; options that follow refine them, and [Decoder.SetLimits] sets others on a
// live connection. Limits hold for reads in constant memory too. A Decoder's buffer stays below about twice what has
// arrived of the value that is being read; a tree of the tiniest values (`_`)
// takes about 30 times its size on the wire.
package resp
