package resp

import (
	"bytes"
	"encoding/binary"
	"math/big"
	"slices"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This file holds the writing half of the wire layer: one Append function for each
// kind, AppendCommand and AppendArgs for commands, and AppendToken. They keep no
// state and cannot fail; an Encoder checks what they cannot.

const (
	crlf     = "\r\n"
	crlfWord = '\r' | '\n'<<8
)

// maxHeaderLen is the most bytes a header has: its kind, 20 digits and CRLF.
const maxHeaderLen = 1 + 20 + 2

// AppendSimpleString appends s as a simple string: `+OK`. CR and LF in it become
// spaces, as in Redis, so that no text can smuggle in another reply.
func AppendSimpleString[T ~string | ~[]byte](dst []byte, s T) []byte {
	if respwire.TextOf(s) == "OK" { // by far the most frequent one
		return append(dst, "+OK\r\n"...)
	}
	return appendLine(dst, SimpleString, respwire.TextOf(s))
}

// AppendSimpleError appends s as a simple error: `-ERR unknown command`. CR and
// LF in it become spaces, as in Redis.
func AppendSimpleError[T ~string | ~[]byte](dst []byte, s T) []byte {
	return appendLine(dst, SimpleError, respwire.TextOf(s))
}

// AppendInteger appends n as an integer: `:42`.
func AppendInteger(dst []byte, n int64) []byte {
	if uint64(n) < 100 && cap(dst)-len(dst) >= maxShortHeader {
		header := shortHeaders[n] // the digits and CRLF are the same in both
		p, pos, width := respwire.BytesData(dst), len(dst), shortHeaderLen(header)
		respwire.Put4(p, pos, uint32(header|uint64(Integer)))
		respwire.Put4(p, pos+width-4, uint32((header|uint64(Integer))>>((8*width-4*8)&63)))
		return dst[:pos+width]
	}
	sign, u := respwire.Magnitude(n)
	return appendWhole(dst, Integer, sign, u)
}

// AppendBulkString appends s as a bulk string, whatever bytes it has: `$5`,
// CRLF, `hello`.
func AppendBulkString[T ~string | ~[]byte](dst []byte, s T) []byte {
	return appendString(dst, BulkString, respwire.TextOf(s))
}

// AppendNullBulkString appends the null bulk string of RESP2, `$-1`.
func AppendNullBulkString(dst []byte) []byte { return append(dst, "$-1\r\n"...) }

// AppendNullArray appends the null array of RESP2, `*-1`.
func AppendNullArray(dst []byte) []byte { return append(dst, "*-1\r\n"...) }

// AppendNull appends the null of RESP3, `_`.
func AppendNull(dst []byte) []byte { return append(dst, "_\r\n"...) }

// AppendBoolean appends b as a boolean, `#t` or `#f`.
func AppendBoolean(dst []byte, b bool) []byte {
	if b {
		return append(dst, "#t\r\n"...)
	}
	return append(dst, "#f\r\n"...)
}

// bit returns the integer that stands for b in RESP2.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// AppendDouble appends f as a double with the shortest text that reads back as
// f, without an exponent where encoding/json has none: `,1.5`, `,1e+21`. The
// values without digits are `inf`, `-inf` and `nan`.
func AppendDouble(dst []byte, f float64) []byte {
	if n, ok := respwire.WholeDouble(f); ok {
		sign, u := respwire.Magnitude(n)
		return appendWhole(dst, Double, sign, u)
	}
	dst = append(dst, byte(Double))
	dst = respwire.AppendDoubleSlow(dst, f, 64)
	return append(dst, crlf...)
}

// AppendBigNumber appends n as a big number: `(12345678901234567890`. A nil n is
// appended as the null `_`. Numbers beyond int64 allocate, because math/big does.
func AppendBigNumber(dst []byte, n *big.Int) []byte {
	if n == nil {
		return AppendNull(dst)
	}
	dst = append(dst, byte(BigNumber))
	dst = appendBigInt(dst, n)
	return append(dst, crlf...)
}

// AppendBulkError appends s as a bulk error, whatever bytes it has: `!21`, CRLF,
// `SYNTAX invalid syntax`.
func AppendBulkError[T ~string | ~[]byte](dst []byte, s T) []byte {
	return appendString(dst, BulkError, respwire.TextOf(s))
}

// AppendVerbatimString appends s as a verbatim string with its encoding, `txt` or
// `mkd`: `=8`, CRLF, `txt:text`. As in Valkey, a longer encoding is cut to three
// bytes and a shorter one is padded with spaces.
func AppendVerbatimString[T ~string | ~[]byte](dst []byte, encoding string, s T) []byte {
	padded := [3]byte{' ', ' ', ' '}
	copy(padded[:], encoding)
	return appendVerbatim(dst, padded, respwire.TextOf(s))
}

// AppendBulkHeader appends the header of a bulk string of n bytes, `$5` and CRLF,
// for a payload that is sent separately. The caller has to send the n bytes and CRLF
// next. A negative n counts as 0; AppendNullBulkString appends the null.
func AppendBulkHeader(dst []byte, n int) []byte { return appendHeader(dst, BulkString, max(n, 0)) }

// AppendArray appends the header of an array of n elements, which have to follow. A
// negative n counts as 0; AppendNullArray appends the null array.
func AppendArray(dst []byte, n int) []byte { return appendHeader(dst, Array, max(n, 0)) }

// AppendMap appends the header of a map of n pairs; 2n elements have to follow, keys
// and values in turn. A negative n counts as 0: there is no null map, and servers
// send the null `_` instead.
func AppendMap(dst []byte, n int) []byte { return appendHeader(dst, Map, max(n, 0)) }

// AppendSet appends the header of a set of n elements, which have to follow. A
// negative n counts as 0: there is no null set, and servers send the null `_`
// instead.
func AppendSet(dst []byte, n int) []byte { return appendHeader(dst, Set, max(n, 0)) }

// AppendPush appends the header of a push of n elements, which have to follow. The
// first of them is a string that names the sort of message. A negative n counts as
// 0.
func AppendPush(dst []byte, n int) []byte { return appendHeader(dst, Push, max(n, 0)) }

// AppendAttribute appends the header of an attribute of n pairs; 2n elements have to
// follow, and then the value that the attribute decorates. An attribute does not
// count as an element of the aggregate that holds the value. A negative n counts as
// 0.
func AppendAttribute(dst []byte, n int) []byte { return appendHeader(dst, Attribute, max(n, 0)) }

// AppendStreamedString appends the header of a string of unknown length, `$?`.
// Chunks and then the last chunk have to follow.
func AppendStreamedString(dst []byte) []byte { return append(dst, "$?\r\n"...) }

// AppendChunk appends s as a chunk of a streamed string: `;5`, CRLF, `hello`. It
// appends nothing for an empty s, because a chunk of length 0 ends the string.
func AppendChunk[T ~string | ~[]byte](dst []byte, s T) []byte {
	if len(s) == 0 {
		return dst
	}
	return appendString(dst, Chunk, respwire.TextOf(s))
}

// AppendLastChunk appends the end of a streamed string, `;0`.
func AppendLastChunk(dst []byte) []byte { return append(dst, ";0\r\n"...) }

// AppendStreamed appends the header of an aggregate of unknown length: `*?`, `~?` or
// `%?`. Elements have to follow, an even number of them in a map, and then the end
// (AppendEnd). AppendStreamed panics for every kind but Array, Set and Map, because
// that is a mistake in the program.
func AppendStreamed(dst []byte, k Kind) []byte {
	if !k.streamable() || !k.IsAggregate() {
		panic("resp: AppendStreamed: " + k.String() + " cannot be streamed")
	}
	return append(dst, byte(k), '?', '\r', '\n')
}

// AppendEnd appends the end of a streamed aggregate, `.`.
func AppendEnd(dst []byte) []byte { return append(dst, ".\r\n"...) }

// AppendCommand appends a command as an array of bulk strings. The name may have
// several words, which become an argument each: "CONFIG GET" (see SplitCommand);
// args are never split. It panics for a name without a word and for a From argument:
// both are mistakes in the program.
func AppendCommand(dst []byte, name string, args ...Arg) []byte {
	n := len(name)
	if uint(n-2) > 8-2 || len(args) >= 9 {
		return appendCommandSlow(dst, name, args)
	}
	if room := shortRoom + maxShortArg*len(args); cap(dst)-len(dst) < room {
		if cap(dst)-len(dst) >= leastLen(args) {
			return appendCommandSlow(dst, name, args) // it may fit without growing dst
		}
		dst = slices.Grow(dst, room)
	}
	first, last := respwire.NameWords(name)
	if hasSpace(first, last) {
		return appendCommandSlow(dst, name, args)
	}
	p, pos := respwire.BytesData(dst), len(dst)
	// *1 and $0 with their CRLF: a usual command has fewer than ten parts
	const header = '*' | '1'<<8 | crlfWord<<16 | '$'<<32 | '0'<<40 | crlfWord<<48
	respwire.Put8(p, pos, header+uint64(len(args))<<8+uint64(n)<<40)
	pos += len("*1\r\n$0\r\n")
	respwire.Put4(p, pos, first)
	pos += n
	if n > 4 {
		respwire.Put4(p, pos-4, last)
	}
	done := 0
	for ; done < len(args); done++ {
		start, ok := args[done].value.(textStart)
		length := args[done].number
		if !ok || length > maxShort {
			break
		}
		n := int(length)
		header := argHeaders[n]
		respwire.Put8(p, pos, header)
		pos += shortHeaderLen(header)
		switch {
		case n >= 4 && n <= 16:
			respwire.CopyShort(p, pos, start, n)
		case n < 4:
			respwire.CopyTiny(p, pos, start, n)
		default:
			respwire.CopyMedium(p, pos, start, n)
		}
		pos += n
	}
	respwire.Put2(p, pos, crlfWord)
	dst = dst[:pos+len(crlf)]
	if done < len(args) {
		return appendEachArg(dst, args[done:len(args):len(args)])
	}
	return dst
}

// leastLen returns a lower bound on the bytes that a command with args takes on the
// wire.
func leastLen(args []Arg) int {
	size := len("*1\r\n") + len("$2\r\nab\r\n")
	for i := range args {
		s, _ := args[i].text()
		size += bulkLen(len(s))
	}
	return size
}

// bulkLen returns how many bytes a bulk string of n bytes takes on the wire.
func bulkLen(n int) int { return 1 + respwire.DigitCount(uint64(n)) + len(crlf) + n + len(crlf) }

// appendCommandSlow is AppendCommand for every name, every argument and any room in
// dst.
func appendCommandSlow(dst []byte, name string, args []Arg) []byte {
	if isOneWord(name) {
		dst = appendHeader(dst, Array, 1+len(args))
		dst = appendString(dst, BulkString, name)
	} else {
		dst = appendWords(dst, name, len(args))
	}
	return appendEachArg(dst, args)
}

// appendEachArg appends args of any kind and length as bulk strings.
func appendEachArg(dst []byte, args []Arg) []byte {
	for i := range args {
		s, ok := args[i].text()
		switch {
		case !ok:
			dst = args[i].appendNumber(dst)
		case len(s) > maxShort:
			dst = appendStringSlow(dst, BulkString, s)
		default:
			dst = appendString(dst, BulkString, s)
		}
	}
	return dst
}

// hasSpace reports whether a byte in the two parts of a name is at most a space, as
// isOneWord does. The subtraction sets the top bit of just those bytes that did not
// have it. It may be wrong about the byte above such a byte, which changes no
// result.
func hasSpace(first, last uint32) bool {
	const every8 = 1 | 1<<8 | 1<<16 | 1<<24
	below := (first-(' '+1)*every8)&^first | (last-(' '+1)*every8)&^last
	return below&(0x80*every8) != 0
}

// appendWords appends the words of a command's name, after the header for them and
// args arguments.
func appendWords(dst []byte, name string, args int) []byte {
	words := countWords(name)
	if words == 0 {
		panic("resp: AppendCommand: " + noWord)
	}
	dst = appendHeader(dst, Array, words+args)
	for word, rest := nextWord(name); word != ""; word, rest = nextWord(rest) {
		dst = appendString(dst, BulkString, word)
	}
	return dst
}

// AppendArg appends a as a bulk string, as AppendCommand does with each of its args.
// It panics for a From argument, because that is a mistake in the program.
func AppendArg(dst []byte, a Arg) []byte {
	if s, ok := a.text(); ok {
		return appendString(dst, BulkString, s)
	}
	return a.appendNumber(dst)
}

// AppendArgs appends args as a command, an array of bulk strings, verbatim:
// nothing is split. It appends nothing when there are none, because an empty
// command is no command.
func AppendArgs[T ~string | ~[]byte](dst []byte, args ...T) []byte {
	if len(args) == 0 {
		return dst
	}
	if len(args) >= 10 {
		return appendArgsSlow(appendHeader(dst, Array, len(args)), args)
	}
	if room := shortRoom + maxShortArg*len(args); cap(dst)-len(dst) < room {
		size := len("*1\r\n")
		for i := range args {
			size += bulkLen(len(args[i]))
		}
		if cap(dst)-len(dst) >= size {
			return appendArgsSlow(appendHeader(dst, Array, len(args)), args) // it fits
		}
		dst = slices.Grow(dst, max(room, size))
	}
	p, pos := respwire.BytesData(dst), len(dst) // the rest is as in AppendCommand
	respwire.Put2(p, pos, uint16('*'+'0'<<8+len(args)<<8))
	pos += len("*0")
	for i := range args {
		s := respwire.TextOf(args[i])
		n := len(s)
		if n > maxShort {
			respwire.Put2(p, pos, crlfWord)
			return appendArgsSlow(dst[:pos+len(crlf)], args[i:])
		}
		header := argHeaders[n]
		respwire.Put8(p, pos, header)
		pos += shortHeaderLen(header)
		switch {
		case n < 4:
			respwire.CopyTiny(p, pos, respwire.StringData(s), n)
		case n <= 16:
			respwire.CopyShort(p, pos, respwire.StringData(s), n)
		default:
			respwire.CopyMedium(p, pos, respwire.StringData(s), n)
		}
		pos += n
	}
	respwire.Put2(p, pos, crlfWord)
	return dst[:pos+len(crlf)]
}

// appendArgsSlow appends args of any length as bulk strings, without a header.
func appendArgsSlow[T ~string | ~[]byte](dst []byte, args []T) []byte {
	for _, arg := range args {
		dst = appendString(dst, BulkString, respwire.TextOf(arg))
	}
	return dst
}

// AppendToken appends t. Canonical tokens come out byte for byte. What is accepted
// and never written is left out: the plus of a number, its leading zeros, and the
// minus of a zero that is no Double; all else of a Double is spelled as it came. What
// only a Lenient Decoder accepts is written in a form that every reader takes: a null
// of a kind that has none as `_`, a null attribute as `|0`, a double such as `.5` as
// `0.5`. The zero Token is written as `_`.
func AppendToken(dst []byte, t Token) []byte {
	if t.flags != 0 {
		return appendFlagged(dst, t)
	}
	switch kindTable[t.kind].layout {
	case withPayload:
		return appendPayload(dst, t)
	case textLine:
		return appendLine(dst, t.kind, respwire.BytesString(t.Bytes()))
	case integerLine:
		return AppendInteger(dst, t.n)
	case withElements, withPairs:
		return appendHeader(dst, t.kind, int(t.n))
	case booleanLine:
		return AppendBoolean(dst, t.n != 0)
	case spelledLine:
		return appendNumberText(dst, t.kind, t.Bytes())
	}
	if t.kind == End {
		return AppendEnd(dst)
	}
	return AppendNull(dst)
}

// appendPayload appends a token with a length and a payload.
func appendPayload(dst []byte, t Token) []byte {
	if t.n == 0 && t.kind == Chunk {
		return AppendLastChunk(dst)
	}
	if t.n == 0 {
		return appendString(dst, t.kind, "")
	}
	return appendString(dst, t.kind, respwire.BytesString(respwire.BytesAt(t.data, int(t.n))))
}

// appendFlagged appends a null or the header of a streamed string or aggregate.
func appendFlagged(dst []byte, t Token) []byte {
	if t.IsStreamed() {
		return append(dst, byte(t.kind), '?', '\r', '\n')
	}
	return appendNullOf(dst, t.kind)
}

// appendNullOf appends the null of kind k.
func appendNullOf(dst []byte, k Kind) []byte {
	switch k {
	case BulkString:
		return AppendNullBulkString(dst)
	case Array:
		return AppendNullArray(dst)
	case Attribute:
		return AppendAttribute(dst, 0)
	}
	return AppendNull(dst)
}

// appendHeader appends k, n in decimal and CRLF, for example `*3` and CRLF. It is
// small enough to be inlined.
func appendHeader(dst []byte, k Kind, n int) []byte {
	if n >= 10 {
		return appendHeaderSlow(dst, k, n)
	}
	return append(dst, byte(k), byte('0'+n), '\r', '\n')
}

func appendHeaderSlow(dst []byte, k Kind, n int) []byte {
	start := len(dst)
	switch {
	case n < 100:
		return append(dst, byte(k), byte('0'+n/10), byte('0'+n%10), '\r', '\n')
	case n < 10000:
		header, width := mediumHeader(k, n)
		dst = extend(dst, width)
		b := dst[start:]
		binary.LittleEndian.PutUint32(b, uint32(header))
		binary.LittleEndian.PutUint32(b[width-4:], uint32(header>>((8*width-4*8)&63)))
	default:
		count := respwire.DigitCount(uint64(n))
		dst = extend(dst, 1+count+len(crlf))
		putHeader(dst[start:], k, n, count)
	}
	return dst
}

// putHeader stores at the start of b the header for n, which has count digits.
func putHeader(b []byte, k Kind, n, count int) {
	b[0] = byte(k)
	respwire.PutDigits(b[1:1+count], uint64(n))
	b[1+count] = '\r'
	b[2+count] = '\n'
}

// shortHeaders[n] is the header for a length n of one or two digits, without its
// kind, as the bytes of a word, first byte lowest. The highest byte of the word
// holds the length of the header. One store writes it whole, which is faster than
// appending its bytes.
var shortHeaders = makeShortHeaders()

func makeShortHeaders() (headers [100]uint64) {
	for n := range uint64(len(headers)) {
		if n < 10 {
			headers[n] = ('0'+n)<<8 | crlfWord<<16 | uint64(len("$0\r\n"))<<56
		} else {
			headers[n] = ('0'+n/10)<<8 | ('0'+n%10)<<16 | crlfWord<<24 | uint64(len("$00\r\n"))<<56
		}
	}
	return headers
}

// argHeaders holds the same for a bulk string, with the CRLF before it that ends the
// previous part of a command. That saves one store for each argument.
var argHeaders = makeArgHeaders()

func makeArgHeaders() (headers [maxShort + 1]uint64) {
	for n := range headers {
		header := shortHeaders[n] | uint64(BulkString)
		length := shortHeaderLen(header) + len(crlf)
		headers[n] = crlfWord | header<<8>>8<<16 | uint64(length)<<56
	}
	return headers
}

// shortHeaderLen returns how many bytes of a word of shortHeaders or argHeaders
// are the header.
func shortHeaderLen(header uint64) int { return int(header >> 56) }

const (
	// maxShortHeader is the length of the word.
	maxShortHeader = 8

	// maxShort is the length up to which a text is copied without a call.
	maxShort = 32

	// maxShortArg is the room for a text of maxShort in a command: its word of
	// argHeaders and the text.
	maxShortArg = maxShortHeader + maxShort

	// shortRoom is room for a text of maxShort, for a number, or for everything in a
	// command except its arguments. The code checks for room once and then stores
	// without further checks. A stored word may be longer than the bytes it is for,
	// but none reaches beyond the end of the result.
	shortRoom = maxShortArg + 8
)

// appendString appends a kind with a length: header, payload and CRLF.
func appendString(dst []byte, k Kind, s string) []byte {
	n := len(s)
	if n < 2 || n > maxShort || cap(dst)-len(dst) < shortRoom {
		return appendStringSlow(dst, k, s) // below 2 the word would be longer than the result
	}
	p, pos := respwire.BytesData(dst), len(dst)
	header := shortHeaders[n]
	respwire.Put8(p, pos, header|uint64(k))
	pos += shortHeaderLen(header)
	switch {
	case n >= 4 && n <= 16:
		respwire.CopyShort(p, pos, respwire.StringData(s), n)
	case n < 4:
		respwire.CopyTiny(p, pos, respwire.StringData(s), n)
	default:
		respwire.CopyMedium(p, pos, respwire.StringData(s), n)
	}
	pos += n
	respwire.Put2(p, pos, crlfWord)
	return dst[:pos+len(crlf)]
}

// appendStringSlow is appendString for every length and any room in dst.
func appendStringSlow(dst []byte, k Kind, s string) []byte {
	n, start := len(s), len(dst)
	if n < 2 || n >= 10000 {
		dst = appendHeader(dst, k, n)
		dst = append(dst, s...)
		return append(dst, crlf...)
	}
	var header uint64
	var width int
	if n < len(shortHeaders) {
		header = shortHeaders[n] | uint64(k)
		width = shortHeaderLen(header)
	} else {
		header, width = mediumHeader(k, n)
	}
	dst = extend(dst, width+n+len(crlf))
	p := respwire.BytesData(dst)
	respwire.Put8(p, start, header)
	copy(dst[start+width:], s)
	respwire.Put2(p, start+width+n, crlfWord)
	return dst
}

// mediumHeader returns the header for a number of three or four digits as the bytes
// of a word, first byte lowest, and the number of those bytes.
func mediumHeader(k Kind, n int) (header uint64, width int) {
	line := respwire.FourDigits(uint64(n)) | '\r'<<32 | '\n'<<40
	if n < 1000 {
		return uint64(k) | line>>8<<8, len("$000\r\n") // without the leading zero
	}
	return uint64(k) | line<<8, len("$0000\r\n")
}

// appendLine appends a kind without a length: its first byte, s with CR and LF
// as spaces, and CRLF.
func appendLine(dst []byte, k Kind, s string) []byte {
	const short = 16 // for longer texts it is faster to copy first and check then
	n, start := len(s), len(dst)
	if n > short || cap(dst)-start < 1+n+len(crlf) {
		return appendLineSlow(dst, k, s)
	}
	b := dst[start : start+1+n+len(crlf)]
	b[0] = byte(k)
	for i := range n {
		c := s[i]
		if c == '\r' || c == '\n' {
			c = ' '
		}
		b[1+i] = c
	}
	b[1+n] = '\r'
	b[2+n] = '\n'
	return dst[:start+1+n+len(crlf)]
}

func appendLineSlow(dst []byte, k Kind, s string) []byte {
	dst = append(dst, byte(k))
	start := len(dst)
	dst = append(dst, s...)
	blankBreaks(dst[start:])
	return append(dst, crlf...)
}

// blankBreaks replaces every CR and LF in b by a space.
func blankBreaks(b []byte) {
	for _, lineBreak := range []byte(crlf) {
		rest := b
		for i := bytes.IndexByte(rest, lineBreak); i >= 0; i = bytes.IndexByte(rest, lineBreak) {
			rest[i] = ' '
			rest = rest[i+1:]
		}
	}
}

// appendVerbatim appends a verbatim string.
func appendVerbatim(dst []byte, encoding [3]byte, text string) []byte {
	dst = appendVerbatimHeader(dst, encoding, len(text))
	dst = append(dst, text...)
	return append(dst, crlf...)
}

// appendVerbatimHeader appends what comes before a verbatim string's text.
func appendVerbatimHeader(dst []byte, encoding [3]byte, textLen int) []byte {
	dst = appendHeader(dst, VerbatimString, verbatimPrefix+textLen)
	dst = append(dst, encoding[:]...)
	return append(dst, ':')
}

// appendBigInt appends n in decimal.
func appendBigInt(dst []byte, n *big.Int) []byte {
	if n.IsInt64() {
		return respwire.AppendInteger(dst, n.Int64())
	}
	return n.Append(dst, 10)
}

// appendNumberText appends a number of kind k as spelling spells it, or a null when
// text is no such number.
func appendNumberText(dst []byte, k Kind, text []byte) []byte {
	var scratch [maxNumberLen]byte
	minus, digits := spelling(scratch[:0], k, text)
	if digits == nil {
		return AppendNull(dst)
	}
	dst = append(dst, byte(k))
	dst = append(dst, minus...)
	dst = append(dst, digits...)
	return append(dst, crlf...)
}

// appendBulkNumberText is appendNumberText for RESP2: it appends a bulk string.
func appendBulkNumberText(dst []byte, k Kind, text []byte) []byte {
	var scratch [maxNumberLen]byte
	minus, digits := spelling(scratch[:0], k, text)
	if digits == nil {
		return AppendNullBulkString(dst)
	}
	dst = appendHeader(dst, BulkString, len(minus)+len(digits))
	dst = append(dst, minus...)
	dst = append(dst, digits...)
	return append(dst, crlf...)
}

// spelling returns how to write a number of kind k whose text is text. It drops a
// plus and leading zeros, which are accepted but never written. It spells a double
// that not every reader takes, such as `.5` or `1e999`, anew in scratch. digits is
// nil when text is no number of that kind.
func spelling(scratch []byte, k Kind, text []byte) (minus string, digits []byte) {
	strict := scanSpelled(k, text) < 0
	switch {
	case k == Double && (!strict || respwire.DoubleMayOverflow(text)):
		if respwire.ScanDouble(text, true) >= 0 {
			return "", nil
		}
		if f, inRange := respwire.ParseDouble(text); !strict || !inRange {
			return "", respwire.AppendDouble(scratch, f, 64)
		}
	case !strict:
		return "", nil
	}
	return trimNumber(k, text)
}

// trimNumber splits the minus off a number and drops a plus and leading zeros. An
// integer zero has no sign.
func trimNumber(k Kind, text []byte) (minus string, digits []byte) {
	if text[0] == '-' || text[0] == '+' {
		if text[0] == '-' {
			minus = "-"
		}
		text = text[1:]
	}
	for len(text) > 1 && text[0] == '0' && respwire.IsDigit(text[1]) {
		text = text[1:]
	}
	if kindTable[k].wholeOnly && text[0] == '0' {
		minus = ""
	}
	return minus, text
}

// appendWhole appends the decimal digits of u as an integer, a double or a bulk
// string, after a minus when sign is 1. It has few branches, because a processor
// cannot predict how many digits the next number has. It writes every number of 6 to
// 16 digits as sixteen digits in two words, and shifts out or overwrites the surplus
// ones.
func appendWhole(dst []byte, k Kind, sign int, u uint64) []byte {
	count := respwire.DigitCount(u)
	if cap(dst)-len(dst) < shortRoom {
		return appendWholeSlow(dst, k, sign, u, count)
	}
	p, pos := respwire.BytesData(dst), len(dst)
	before := uint64(k) // the byte before the digits, which goes to pos
	if k == BulkString {
		header := shortHeaders[sign+count] | uint64(BulkString)
		respwire.Put4(p, pos, uint32(header))
		pos += shortHeaderLen(header) - 1
		before = '\n'
	}
	if sign == 1 {
		respwire.Put2(p, pos, uint16(before)|'-'<<8)
		pos++
		before = '-'
	}
	if u < 1e5 {
		line := respwire.EightDigits(u)>>((8*8-8*count)&63) | crlfWord<<(8*count&63)
		line = before | line<<8
		width := 1 + count + len(crlf)
		respwire.Put4(p, pos, uint32(line))
		respwire.Put4(p, pos+width-4, uint32(line>>((8*width-4*8)&63)))
		return dst[:pos+width]
	}
	respwire.Put2(p, pos, uint16(before))
	pos++
	high := u / 1e8
	low := respwire.EightDigits(u - high*1e8)
	if u >= 1e16 {
		top := high / 1e8
		high -= top * 1e8
		respwire.Put4(p, pos, uint32(respwire.FourDigits(top)>>((20*8-8*count)&63)))
		pos += count - 16
		count = 16
	}
	respwire.Put8(p, pos, respwire.EightDigits(high)>>((16*8-8*count)&63))
	respwire.Put8(p, pos+max(count-8, 0), low>>(8*max(8-count, 0)&63))
	pos += count
	respwire.Put2(p, pos, crlfWord)
	return dst[:pos+len(crlf)]
}

// appendWholeSlow is appendWhole for every number and any room in dst.
func appendWholeSlow(dst []byte, k Kind, sign int, u uint64, count int) []byte {
	if k == BulkString {
		dst = appendHeader(dst, BulkString, sign+count)
	} else {
		dst = append(dst, byte(k))
	}
	start := len(dst)
	dst = extend(dst, sign+count+len(crlf))
	b := dst[start:]
	b[0] = '-'
	respwire.PutDigits(b[sign:sign+count], u)
	b[sign+count] = '\r'
	b[sign+count+1] = '\n'
	return dst
}

// appendUint appends n in decimal.
func appendUint(dst []byte, n uint64) []byte {
	count := respwire.DigitCount(n)
	dst = extend(dst, count)
	respwire.PutDigits(dst[len(dst)-count:], n)
	return dst
}

// extend returns dst with n more bytes, which the caller overwrites. When it has to
// grow dst it leaves shortRoom after them, so that the next append takes the fast
// path.
func extend(dst []byte, n int) []byte {
	if cap(dst)-len(dst) < n {
		dst = slices.Grow(dst, n+shortRoom)
	}
	return dst[:len(dst)+n]
}
