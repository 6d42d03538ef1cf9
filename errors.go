package resp

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds the exported errors of the package. Errors of the stream carry the offset
// of the fault, in bytes from the start of the stream. After a SyntaxError or a
// LimitError a Decoder stays in that error, because nobody can tell where the next
// value starts. InStep tells which errors leave the stream in step.

var (
	// ErrIncomplete means that the bytes end inside a token, command or value:
	// more of them are needed, nothing was consumed and nothing is wrong.
	ErrIncomplete = window.ErrIncomplete

	// ErrNull is what every typed read and every accessor returns for a null (`_`,
	// `$-1` or `*-1`), ReadBytes and ReadInto too.
	ErrNull = errors.New("resp: null")

	// ErrEnd is what Decode and the typed reads return at the end of a streamed
	// aggregate (`.`) or of a streamed string (`;0`) that was opened with
	// ReadToken, ReadArrayLen or ReadMapLen. The end has been consumed.
	ErrEnd = errors.New("resp: end of streamed aggregate")
)

// InStep reports whether the stream is in step after err: whether the reply that
// was asked for has been read to its end, and the next byte starts the next one. A
// client gives a connection back to its pool when it is, and closes it otherwise.
//
//	nil                          true
//	ErrNull, ErrEnd              true
//	*ReplyError                  true   the server has answered
//	*strconv.NumError            true   the text has been read
//	*KindError                   true   the value has been read whole
//	*KindError that Got a Push   false  the reply is still to come
//	ErrIncomplete, a timeout     false  the reply is still to come
//	io.EOF, io.ErrUnexpectedEOF  false  no reply will come
//	*SyntaxError, *LimitError    false  the Decoder stays in it
//	an Encoder's                 false  the Encoder stays in it
//	any other error              false
//
// InStep treats an error that wraps one of these like that one. An error that wraps
// several is in step when each of them is. When the Decoder's Depth is not 0,
// elements of the reply have to be read or skipped before the next reply.
func InStep(err error) bool {
	switch err := err.(type) {
	case nil, *ReplyError, *strconv.NumError:
		return true
	case *KindError:
		return err.Got != Push
	case *EncodeError, *brokenOffError:
		return false
	case interface{ Unwrap() error }:
		inner := err.Unwrap()
		return inner != nil && InStep(inner)
	case interface{ Unwrap() []error }:
		all := err.Unwrap()
		return len(all) > 0 && !slices.ContainsFunc(all, func(err error) bool { return !InStep(err) })
	}
	return err == ErrNull || err == ErrEnd
}

// Class tells what a SyntaxError found wrong.
type Class string

const (
	ClassSyntax   Class = "syntax"   // bytes that fit no rule of the grammar
	ClassLength   Class = "length"   // bad text in a length or count
	ClassType     Class = "type"     // an unknown or misplaced first byte
	ClassOverflow Class = "overflow" // a number beyond int64, a double beyond float64, or a pair count that cannot be doubled
)

// SyntaxError reports bytes that are not RESP. The Decoder that met it stays
// in it.
type SyntaxError struct {
	Offset   int64  // of the faulty byte, or of the first byte of a number out of range, from the start of the stream
	Class    Class  // what is wrong with it
	Expected string // what was expected there, in words
	Found    string // the bytes from the start of the token up to and including the faulty one; the start of a long token is cut

	reply string // what to answer
}

// Error names the offset, what was expected and, quoted, what was found.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("resp: %s error at offset %d: expected %s, found %s", e.Class, e.Offset, e.Expected, strconv.Quote(e.Found))
}

// ReplyText returns the text to answer such a request with, for example `Protocol
// error: invalid bulk length`, to be sent after `ERR ` as an error before the
// connection is closed. The words are those of Redis when Redis refuses the request
// too, and those of Valkey 9 for a CR LF that Redis does not check. They are similar
// when both would wait, as for a NUL in an inline request; docs/conformance.md lists
// all these cases. The text is empty for an error in a reply.
func (e *SyntaxError) ReplyText() string { return e.reply }

// LimitError reports a length, count or depth over a limit of the Decoder, which
// reserves nothing for such a value. The Decoder stays in it.
type LimitError struct {
	Limit  string // which: depth, arguments, elements, bulk length, line length or total length
	Max    int64  // the highest that is allowed, in levels, arguments, elements (pairs of a map) or bytes
	Offset int64  // of the number, line or aggregate over the limit, from the start of the stream

	reply string
}

// Error names the limit, its value and the offset.
func (e *LimitError) Error() string {
	return fmt.Sprintf("resp: over the limit at offset %d: %s above %d", e.Offset, e.Limit, e.Max)
}

// ReplyText returns the text to answer such a request with, for example `Protocol
// error: too big inline request`, to be sent after `ERR ` as an error before the
// connection is closed. The words are those of Redis, except for the total length,
// over which Redis closes the connection without an answer. The text is empty for an
// error in a reply.
func (e *LimitError) ReplyText() string { return e.reply }

// KindError reports a value of another kind than the caller asked for. The
// value has been read whole: the stream is in step.
type KindError struct {
	Got, Want Kind
}

// Error names both kinds.
func (e *KindError) Error() string {
	return fmt.Sprintf("resp: got %s, want %s", e.Got, e.Want)
}

// ReplyError is a SimpleError or a BulkError that a server sent. The stream is in
// step after it.
type ReplyError struct {
	Message string // whole, for example "WRONGTYPE Operation against a key holding the wrong kind of value"
}

func newReplyError(message []byte) *ReplyError { return &ReplyError{Message: string(message)} }

// Error returns the server's words as they came.
func (e *ReplyError) Error() string { return e.Message }

// Prefix returns the first word, which by convention is the error's code: ERR,
// WRONGTYPE, MOVED. It is empty when the message is.
func (e *ReplyError) Prefix() string {
	prefix, _, _ := strings.Cut(e.Message, " ")
	return prefix
}

// Is reports whether target is the ReplyPrefix of this error, or a *ReplyError
// with the same message; it makes errors.Is work with both.
func (e *ReplyError) Is(target error) bool {
	switch target := target.(type) {
	case ReplyPrefix:
		return e.Prefix() == string(target)
	case *ReplyError:
		return e.Message == target.Message
	}
	return false
}

// Moved returns the slot and the address of a cluster's MOVED error and whether
// it is one. The address is as the server sent it, host:port, and may lack the
// host (Redis cluster specification, "MOVED Redirection").
func (e *ReplyError) Moved() (slot int, addr string, ok bool) { return e.redirection("MOVED ") }

// Ask returns the slot and the address of a cluster's ASK error and whether it
// is one (Redis cluster specification, "ASK redirection").
func (e *ReplyError) Ask() (slot int, addr string, ok bool) { return e.redirection("ASK ") }

// Redirect returns the address of the primary in Valkey's REDIRECT error and whether
// it is one. A replica outside a cluster sends it to clients that have sent CLIENT
// CAPA redirect. The address is as the server sent it, host:port, but an IPv6 host
// has no brackets, so only the last colon separates the port (Valkey documentation,
// "CLIENT CAPA").
func (e *ReplyError) Redirect() (addr string, ok bool) {
	addr, ok = strings.CutPrefix(e.Message, "REDIRECT ")
	if !ok || addr == "" || strings.IndexByte(addr, ' ') >= 0 {
		return "", false
	}
	return addr, true
}

func (e *ReplyError) redirection(prefix string) (slot int, addr string, ok bool) {
	rest, ok := strings.CutPrefix(e.Message, prefix)
	if !ok {
		return 0, "", false
	}
	digits, addr, ok := strings.Cut(rest, " ")
	if !ok || addr == "" || strings.IndexByte(addr, ' ') >= 0 {
		return 0, "", false
	}
	slot, isNumber := parseSlot(digits)
	if !isNumber {
		return 0, "", false
	}
	return slot, addr, true
}

// clusterSlots is how many hash slots a Redis cluster has.
const clusterSlots = 16384

func parseSlot(digits string) (slot int, ok bool) {
	if digits == "" || len(digits) > len("16383") {
		return 0, false
	}
	for i := range len(digits) {
		if !respwire.IsDigit(digits[i]) {
			return 0, false
		}
		slot = slot*10 + int(digits[i]-'0')
	}
	return slot, slot < clusterSlots
}

// EncodeError reports a call that would have put invalid RESP on the wire and wrote
// nothing. An Encoder stays in it until Reset. Encoder.Close and the methods of a
// Chunker report it only once.
type EncodeError struct {
	Kind   Kind   // of the refused value; for Close and SetProtocol, of the incomplete aggregate
	Reason string // what is wrong with it
}

// Error names the kind and the reason.
func (e *EncodeError) Error() string { return fmt.Sprintf("resp: %s: %s", e.Kind, e.Reason) }

// brokenOffError means that less was written of a bulk string than its header
// promises.
type brokenOffError struct {
	promised, written int64 // bytes
	cause             error // of the reader, or of the writer
}

// Error names both sizes and the cause.
func (e *brokenOffError) Error() string {
	return fmt.Sprintf("resp: bulk string of %d bytes broke off after %d: %v", e.promised, e.written, e.cause)
}

// Unwrap returns the cause.
func (e *brokenOffError) Unwrap() error { return e.cause }

// ReplyPrefix is the code a server's error starts with, as a target for
// errors.Is: errors.Is(err, resp.ReplyPrefix("WRONGTYPE")).
type ReplyPrefix string

// Error returns the prefix; it makes ReplyPrefix an error, as errors.Is needs.
func (p ReplyPrefix) Error() string { return string(p) }
