package resp

import (
	"bytes"
	"encoding/binary"
	"math/big"
	"slices"
)

// This file holds the writing half of the wire layer: one Append function for
// each kind, AppendCommand and AppendArgs for commands, and AppendToken. They
// are pure functions that cannot fail; what they cannot check, an Encoder does
// (encoder.go). AppendValue is in encode_value.go.

const crlf = "\r\n"

// maxHeaderLen is the most bytes a header has: its kind, 20 digits and CRLF.
const maxHeaderLen = 1 + 20 + 2

// AppendSimpleString appends s as a simple string: `+OK`. CR and LF in it become
// spaces, as in Redis, so that no text can smuggle in a reply of its own.
func AppendSimpleString[T ~string | ~[]byte](dst []byte, s T) []byte {
	return appendLine(dst, SimpleString, s)
}

// AppendSimpleError appends s as a simple error: `-ERR unknown command`. CR and
// LF in it become spaces, as in Redis.
func AppendSimpleError[T ~string | ~[]byte](dst []byte, s T) []byte {
	return appendLine(dst, SimpleError, s)
}

// AppendInteger appends n as an integer: `:42`.
func AppendInteger(dst []byte, n int64) []byte {
	dst = append(dst, byte(Integer))
	dst = appendInteger(dst, n)
	return append(dst, crlf...)
}

// AppendBulkString appends s as a bulk string, whatever bytes it has: `$5`,
// CRLF, `hello`.
func AppendBulkString[T ~string | ~[]byte](dst []byte, s T) []byte {
	return appendString(dst, BulkString, s)
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

// AppendDouble appends f as a double with the shortest text that reads back as
// f, without an exponent where encoding/json has none: `,1.5`, `,1e21`. The
// values without digits are `inf`, `-inf` and `nan`.
func AppendDouble(dst []byte, f float64) []byte {
	dst = append(dst, byte(Double))
	dst = appendDouble(dst, f, 64)
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
	return appendString(dst, BulkError, s)
}

// AppendVerbatimString appends text as a verbatim string with its encoding, `txt`
// or `mkd`: `=8`, CRLF, `txt:text`. An encoding of another length than three
// bytes is cut or filled up with spaces, as in Valkey.
func AppendVerbatimString[T ~string | ~[]byte](dst []byte, encoding string, text T) []byte {
	padded := [3]byte{' ', ' ', ' '}
	copy(padded[:], encoding)
	return appendVerbatim(dst, padded, text)
}

// AppendArray appends the header of an array of n elements, which are to follow.
// A negative n is taken for 0, here and in the other headers.
func AppendArray(dst []byte, n int) []byte { return appendHeader(dst, Array, max(n, 0)) }

// AppendMap appends the header of a map of n pairs; 2n elements are to follow,
// keys and values in turn.
func AppendMap(dst []byte, n int) []byte { return appendHeader(dst, Map, max(n, 0)) }

// AppendSet appends the header of a set of n elements, which are to follow.
func AppendSet(dst []byte, n int) []byte { return appendHeader(dst, Set, max(n, 0)) }

// AppendPush appends the header of a push of n elements, which are to follow, the
// first of them a string that names the kind of message.
func AppendPush(dst []byte, n int) []byte { return appendHeader(dst, Push, max(n, 0)) }

// AppendAttribute appends the header of an attribute of n pairs; 2n elements are
// to follow and then the value that the attribute decorates. An attribute fills
// no element's slot in the aggregate that holds the value.
func AppendAttribute(dst []byte, n int) []byte { return appendHeader(dst, Attribute, max(n, 0)) }

// AppendStreamedString appends the header of a string of unknown length, `$?`.
// Chunks are to follow and then the last chunk.
func AppendStreamedString(dst []byte) []byte { return append(dst, "$?\r\n"...) }

// AppendChunk appends s as a chunk of a streamed string: `;5`, CRLF, `hello`. It
// appends nothing for an empty s, because a chunk of length 0 ends the string.
func AppendChunk[T ~string | ~[]byte](dst []byte, s T) []byte {
	if len(s) == 0 {
		return dst
	}
	return appendString(dst, Chunk, s)
}

// AppendLastChunk appends the end of a streamed string, `;0`.
func AppendLastChunk(dst []byte) []byte { return append(dst, ";0\r\n"...) }

// AppendStreamed appends the header of an aggregate of unknown length: `*?`, `~?`
// or `%?`. Elements are to follow, an even number of them in a map, and then
// AppendEnd. It panics for every kind but Array, Set and Map: a program's mistake.
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
// args are never split. It panics for a name without a word and for a From
// argument: both are mistakes of the program.
func AppendCommand(dst []byte, name string, args ...Arg) []byte {
	words := countWords(name)
	if words == 0 {
		panic("resp: AppendCommand: " + noWord)
	}
	dst = appendCommandHeader(dst, name, words, len(args))
	for i := range args {
		dst = args[i].appendTo(dst)
	}
	return dst
}

// noWord says what is wrong with a command's name.
const noWord = "command name without a word"

// appendCommandHeader appends the header of a command and the words of its name.
func appendCommandHeader(dst []byte, name string, words, args int) []byte {
	dst = appendHeader(dst, Array, words+args)
	if words == 1 && !isSpace(name[0]) && !isSpace(name[len(name)-1]) {
		return appendString(dst, BulkString, name)
	}
	for range words {
		var word string
		word, name = nextWord(name)
		dst = appendString(dst, BulkString, word)
	}
	return dst
}

// maxCommandHeader returns a bound on what appendCommandHeader appends.
func maxCommandHeader(name string, words int) int {
	return len(name) + (words+1)*(maxHeaderLen+len(crlf))
}

// AppendArgs appends args as a command, an array of bulk strings, verbatim:
// nothing is split. It appends nothing when there are none, because an empty
// command is no command.
func AppendArgs[T ~string | ~[]byte](dst []byte, args ...T) []byte {
	if len(args) == 0 {
		return dst
	}
	dst = appendHeader(dst, Array, len(args))
	for _, arg := range args {
		dst = appendString(dst, BulkString, arg)
	}
	return dst
}

// AppendToken appends t as it was on the wire; tokens of canonical input come out
// byte for byte. What only a Lenient Decoder accepts is written in a form that
// every reader takes: a null of a kind that has none as `_`, a null attribute as
// `|0`, a double such as `.5` as `0.5`. The zero Token is written as `_`.
func AppendToken(dst []byte, t Token) []byte {
	if t.flags != 0 {
		return appendFlagged(dst, t)
	}
	switch t.kind {
	case SimpleString, SimpleError:
		return appendLine(dst, t.kind, t.Bytes())
	case Integer:
		return AppendInteger(dst, t.n)
	case BulkString, BulkError, VerbatimString, Chunk:
		return appendToken(dst, t)
	case Array, Map, Set, Push, Attribute:
		return appendHeader(dst, t.kind, int(t.n))
	case Boolean:
		return AppendBoolean(dst, t.n != 0)
	case Double:
		return appendDoubleText(dst, t.Bytes())
	case BigNumber:
		return appendBigNumberText(dst, t.Bytes())
	case End:
		return AppendEnd(dst)
	}
	return AppendNull(dst)
}

// appendToken appends a token with a length and a payload.
func appendToken(dst []byte, t Token) []byte {
	if t.n == 0 && t.kind == Chunk {
		return AppendLastChunk(dst)
	}
	if t.n == 0 {
		return appendString(dst, t.kind, "")
	}
	return appendString(dst, t.kind, bytesAt(t.data, int(t.n)))
}

// appendFlagged appends a null or the header of something streamed.
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

// appendHeader appends k, n in decimal and CRLF, for example `*3` and CRLF.
func appendHeader(dst []byte, k Kind, n int) []byte {
	if n < 10 {
		return append(dst, byte(k), byte('0'+n), '\r', '\n')
	}
	dst = append(dst, byte(k))
	dst = appendUint(dst, uint64(n))
	return append(dst, crlf...)
}

// appendString appends a kind with a length: header, payload and CRLF.
func appendString[T ~string | ~[]byte](dst []byte, k Kind, s T) []byte {
	const (
		short   = 100 // below it the length has two digits at most
		spare   = 8   // the header is stored as one word of 8 bytes
		trailer = len(crlf)
	)
	n := len(s)
	start := len(dst)
	if n >= short || cap(dst)-start < spare+n+trailer {
		return appendLongString(dst, k, s)
	}
	b := dst[start : start+spare+n+trailer]
	header, width := shortHeader(k, n)
	binary.LittleEndian.PutUint64(b, header)
	copy(b[width:], s)
	b[width+n] = '\r'
	b[width+n+1] = '\n'
	return dst[:start+width+n+trailer]
}

// shortHeader returns the header for a length n below 100 as bytes of a word,
// first byte lowest, and how many they are. Storing it at once gained a third
// of the time of a small bulk string over appending byte by byte.
func shortHeader(k Kind, n int) (header uint64, width int) {
	if n < 10 {
		return uint64(k) | uint64('0'+n)<<8 | '\r'<<16 | '\n'<<24, 4
	}
	tens := n / 10
	return uint64(k) | uint64('0'+tens)<<8 | uint64('0'+n-10*tens)<<16 | '\r'<<24 | '\n'<<32, 5
}

func appendLongString[T ~string | ~[]byte](dst []byte, k Kind, s T) []byte {
	dst = slices.Grow(dst, maxHeaderLen+len(s)+len(crlf))
	dst = appendHeader(dst, k, len(s))
	dst = append(dst, s...)
	return append(dst, crlf...)
}

// appendLine appends a kind without a length: its first byte, s with CR and LF
// as spaces, and CRLF.
func appendLine[T ~string | ~[]byte](dst []byte, k Kind, s T) []byte {
	dst = append(dst, byte(k))
	start := len(dst)
	dst = append(dst, s...)
	blankBreaks(dst[start:])
	return append(dst, crlf...)
}

// blankBreaks replaces every CR and LF in b by a space.
func blankBreaks(b []byte) {
	for _, c := range []byte(crlf) {
		for i := bytes.IndexByte(b, c); i >= 0; i = bytes.IndexByte(b, c) {
			b[i] = ' '
			b = b[i+1:]
		}
	}
}

// appendVerbatim appends a verbatim string.
func appendVerbatim[T ~string | ~[]byte](dst []byte, encoding [3]byte, text T) []byte {
	dst = slices.Grow(dst, maxHeaderLen+verbatimPrefix+len(text)+len(crlf))
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
		return appendInteger(dst, n.Int64())
	}
	return n.Append(dst, 10)
}

// appendDoubleText appends a double with the spelling that it has. One that not
// every reader takes, such as `.5` or `1e999`, is spelled anew, and what is no
// double at all is appended as a null.
func appendDoubleText(dst, text []byte) []byte {
	if scanDouble(text, false) >= 0 || doubleMayOverflow(text) {
		return appendDoubtfulDouble(dst, text)
	}
	dst = append(dst, byte(Double))
	dst = append(dst, text...)
	return append(dst, crlf...)
}

func appendDoubtfulDouble(dst, text []byte) []byte {
	if scanDouble(text, true) >= 0 {
		return AppendNull(dst)
	}
	f, inRange := parseDouble(text)
	if !inRange || scanDouble(text, false) >= 0 {
		return AppendDouble(dst, f)
	}
	dst = append(dst, byte(Double))
	dst = append(dst, text...)
	return append(dst, crlf...)
}

// appendBigNumberText appends a big number with the spelling that it has. What
// is no number is appended as a null.
func appendBigNumberText(dst, text []byte) []byte {
	if scanBigNumber(text) >= 0 {
		return AppendNull(dst)
	}
	dst = append(dst, byte(BigNumber))
	dst = append(dst, text...)
	return append(dst, crlf...)
}

// appendBulkInteger appends n in decimal as a bulk string.
func appendBulkInteger(dst []byte, n int64) []byte {
	if n >= 0 {
		return appendBulkUint(dst, uint64(n))
	}
	u := -uint64(n)
	dst = appendHeader(dst, BulkString, 1+digitCount(u))
	dst = append(dst, '-')
	dst = appendUint(dst, u)
	return append(dst, crlf...)
}

// appendBulkUint appends n in decimal as a bulk string.
func appendBulkUint(dst []byte, n uint64) []byte {
	dst = appendHeader(dst, BulkString, digitCount(n))
	dst = appendUint(dst, n)
	return append(dst, crlf...)
}
