package resp

import (
	"math"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds what NewDecoder and NewEncoder can be told: the limits of a
// Decoder, and the other options.

// Option changes how a Decoder reads or how an Encoder writes; each says which.
// Options apply in the order in which they are given.
type Option func(*config)

// config is what the options set.
type config struct {
	rules
	onPush     func(*Value)
	onWait     func() error
	bufferSize int
	protocol   int
}

// limits are the most a Decoder takes before it refuses the input with a
// *LimitError.
type limits struct {
	Depth    int   // open aggregates at once
	Args     int   // arguments of one multibulk command
	Elements int64 // elements of one aggregate as announced (of a map or attribute: pairs)
	BulkLen  int64 // bytes of one string's payload
	LineLen  int64 // bytes of one line before its LF
	TotalLen int64 // bytes of one whole value with its attributes, or of one command
}

// The names in LimitError.Limit.
const (
	limitDepth    = "depth"
	limitArgs     = "arguments"
	limitElements = "elements"
	limitBulk     = "bulk length"
	limitLine     = "line length"
	limitTotal    = "total length"
)

// spareUsual reports whether nothing that fastToken takes is over a limit which
// fastToken does not look at.
func (l *limits) spareUsual() bool {
	return l.LineLen >= respwire.LongestFastLine && l.BulkLen >= respwire.LongestShortLength && l.TotalLen == unlimited
}

const (
	unlimited = math.MaxInt64

	// presetArgs stands for the arguments that presets allow. Lenient allows more,
	// whether it is given before the preset or after it.
	presetArgs  = -1
	usualArgs   = 1024 * 1024
	lenientArgs = math.MaxInt32

	// largestInt bounds lengths, counts and what a Decoder holds at once, so that
	// two of them, with all that is added to them, do not overflow an int.
	largestInt = window.MaxHeld

	// bytesPerEntry is how much memory one argument or open aggregate may take.
	bytesPerEntry = 32
)

// clientLimits are those of ClientLimits.
var clientLimits = limits{
	Depth:    1024,
	Args:     presetArgs,
	Elements: 1<<32 - 1,
	BulkLen:  512 << 20,
	LineLen:  64 << 10,
	TotalLen: unlimited,
}

// minBufferSize keeps a header and its CRLF in one piece.
const minBufferSize = 64

func newConfig(opts []Option) config {
	c := config{rules: rules{limits: clientLimits}, bufferSize: window.UsualSize, protocol: 3}
	for _, opt := range opts {
		opt(&c)
	}
	c.rules.resolve()
	return c
}

// resolve makes the limits those that a Decoder goes by.
func (r *rules) resolve() {
	if r.Args == presetArgs {
		r.Args = usualArgs
		if r.lenient {
			r.Args = lenientArgs
		}
	}
	r.Depth = min(r.Depth, largestInt/bytesPerEntry)
	r.Args = min(r.Args, largestInt/bytesPerEntry)
	r.Elements = min(r.Elements, largestInt)
	r.BulkLen = min(r.BulkLen, largestInt)
	r.LineLen = min(r.LineLen, largestInt)
}

// preset sets all limits anew.
func (c *config) preset(l limits) { c.limits, c.beforeAuth = l, false }

// ClientLimits sets the limits of a Decoder for reading replies, which are the
// default: 1,024 open aggregates, 1,048,576 arguments, 2^32-1 elements, strings
// of 512 MiB, lines of 64 KiB, and whole values of any size.
//
// Like the other presets it sets all six limits; options that follow refine
// them. All six hold for every read, for those in constant memory too: CopyBulk
// of 600 MiB ends the stream unless [MaxBulkLen] allows it.
func ClientLimits() Option { return func(c *config) { c.preset(clientLimits) } }

// ServerLimits sets the limits of a Decoder for reading commands of clients that
// have authenticated: those of [ClientLimits], and at most 1 GiB for one command,
// as Redis' client-query-buffer-limit has it.
func ServerLimits() Option {
	return func(c *config) {
		c.preset(clientLimits)
		c.limits.TotalLen = 1 << 30
	}
}

// UnauthenticatedLimits sets the limits of a Decoder for reading commands before
// AUTH: those of [ClientLimits], but 10 arguments of 16 KiB and 1 MiB in all, as
// in Redis. When the client has authenticated, [Decoder.SetLimits] sets others.
func UnauthenticatedLimits() Option {
	return func(c *config) {
		c.preset(clientLimits)
		c.limits.Args = 10
		c.limits.BulkLen = 16 << 10
		c.limits.TotalLen = 1 << 20
		c.beforeAuth = true
	}
}

// NoLimits has a Decoder take values of any size, length, count and depth, for
// input that is trusted. What is left is what an int can count. Where it has 32 bits
// that is just below 1 GiB for a string, a line, the elements of an aggregate and a
// value that is read whole, and 2^25 arguments and levels; where it has 64, nothing
// that memory has room for.
//
// Memory still follows the bytes that arrive, never what a header announces. But
// every byte of a value that is read whole has to be held, every 4 bytes may open
// an aggregate, and a tree of them takes many times their size: use the reads in
// constant memory for what may be large.
func NoLimits() Option {
	return func(c *config) {
		c.preset(limits{Depth: math.MaxInt, Args: math.MaxInt, Elements: unlimited, BulkLen: unlimited, LineLen: unlimited, TotalLen: unlimited})
	}
}

// MaxDepth sets how many aggregates may be open at once, an empty one and an
// attribute whose content is being read among them. With 0 a Decoder refuses
// every aggregate in a reply. A number below 0 counts as 0, here and in the other
// five.
func MaxDepth(n int) Option { return func(c *config) { c.limits.Depth = max(n, 0) } }

// MaxArgs sets how many arguments a multibulk command may have. MaxLineLen alone
// bounds an inline one, as in Redis.
func MaxArgs(n int) Option { return func(c *config) { c.limits.Args = max(n, 0) } }

// MaxElements sets how many elements (pairs of a map or attribute) an
// aggregate may announce.
func MaxElements(n int64) Option { return func(c *config) { c.limits.Elements = max(n, 0) } }

// MaxBulkLen sets how many bytes the payload of one string may have, that of a
// streamed one in all its chunks together.
func MaxBulkLen(n int64) Option { return func(c *config) { c.limits.BulkLen = max(n, 0) } }

// MaxLineLen sets how many bytes a line may have before its LF, its first byte
// and its CR counted; an inline command is a line too.
func MaxLineLen(n int64) Option { return func(c *config) { c.limits.LineLen = max(n, 0) } }

// MaxTotalLen sets how many bytes one whole value with its attributes, or one
// command, may have.
func MaxTotalLen(n int64) Option { return func(c *config) { c.limits.TotalLen = max(n, 0) } }

// SetLimits has the options refine the limits that are set, for a connection that
// goes on, as after AUTH: d.SetLimits(ServerLimits()). Options that set no limits
// are ignored. Call it between values. What is unread is then judged by the new
// limits alone, from the start of the next value, also where part of that had been
// looked at. Inside a value they hold for what is left of it, and MaxTotalLen
// counts from there.
//
// Views stay valid, and an error that the Decoder stays in remains. Reset brings
// the limits of NewDecoder back.
func (d *Decoder) SetLimits(opts ...Option) {
	if d.isZero() {
		d.Reset(nil)
	}
	c := config{rules: d.rules}
	for _, opt := range opts {
		opt(&c)
	}
	if d.given == nil {
		given := d.rules
		d.given = &given
	}
	c.lenient = d.given.lenient
	c.rules.resolve()
	d.rules = c.rules
	d.start = d.in.Offset(0)
	d.forgetScans()
	d.noteFast()
}

// BufferSize sets how many bytes a Decoder reads ahead, and how many an Encoder
// gathers before it writes: 16 KiB by default, at least 64 and at most 256 MiB.
// A Decoder asks its reader for n bytes behind those that it needs, or for n/16
// behind a payload that is larger than n. With nothing left to read it asks readers
// that may block for 192 bytes, or n if that is less, because it waits without a
// large buffer; but TCP and unix connections for n, because it waits for those with
// no buffer at all.
func BufferSize(n int) Option {
	return func(c *config) { c.bufferSize = min(max(n, minBufferSize), window.MaxSize) }
}

// OnPush has a Decoder hand every push at top level that comes before a value to f;
// Decode, the typed reads, CopyBulk and BulkReader then read on. The Value is valid
// until f returns; f must not call the Decoder. ReadToken, ReadRaw, SkipValue and
// CopyValue show pushes as they come.
func OnPush(f func(*Value)) Option { return func(c *config) { c.onPush = f } }

// OnWait has a Decoder call f before it asks its reader for bytes that it does not
// have, once for each Read, so that what others wait for goes out before it waits
// itself: a server or a proxy gives the Flush of its Encoder. Replies to a
// pipeline then leave together, and never stay behind because half of the next
// request has arrived, as they do when one flushes where Buffered is empty.
//
// An error of f is returned by the read in place of the reader's. Nothing is lost:
// call again. f must not call the Decoder. It is not called when the Decoder has no
// reader: whoever feeds it knows when ErrIncomplete makes him wait.
func OnWait(f func() error) Option { return func(c *config) { c.onWait = f } }

// Lenient has a Decoder accept four things outside the grammar that many
// parsers let pass: doubles such as `.5` and `5.`, the length or count -1 of
// any kind in a reply as a null of that kind (an attribute without pairs), NUL
// in inline commands, and commands of up to 2^31-1 arguments where ClientLimits
// and ServerLimits have 1,048,576; MaxArgs and UnauthenticatedLimits are not
// raised. Where among the options it stands does not matter.
func Lenient() Option { return func(c *config) { c.lenient = true } }

// Protocol sets the RESP version an Encoder writes, 3 by default. With 2 every
// kind that RESP2 lacks is written as servers do, in the form that the table of
// kinds in the package overview has for it: a map as a flat array, numbers as bulk
// strings, a boolean as an integer, a null as `$-1`. Attributes are dropped. A
// Value that is marked as streamed is written with its length or
// count; the methods that write the parts of a stream, and WriteToken for such a
// part, return an *EncodeError.
func Protocol(version int) Option { return func(c *config) { c.protocol = version } }
