package resp

import (
	"math"

	"github.com/seed65f5866d/resp/internal/respwire"
	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds the options of NewDecoder and NewEncoder: the limits of a Decoder,
// and the others.

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

// The names of limits in LimitError.Limit, whose comment lists them for users.
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

	// presetArgs stands for the number of arguments that presets allow. Lenient
	// raises it, whether it is given before the preset or after it.
	presetArgs  = -1
	usualArgs   = 1024 * 1024
	lenientArgs = math.MaxInt32

	// largestInt bounds lengths, counts and what a Decoder holds at once, so that
	// sums of two of them and some constants do not overflow an int.
	largestInt = window.MaxHeld

	// bytesPerEntry is how much memory one argument or open aggregate may take.
	bytesPerEntry = 32
)

// clientLimits are the limits of ClientLimits.
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

// resolve replaces presetArgs and lowers limits that an int cannot count.
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
// Like the other presets it sets every limit, and options that follow refine them.
// All apply to every read, including those in constant memory: CopyBulk of 600 MiB
// fails for good unless [MaxBulkLen] allows it.
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

// NoLimits makes a Decoder take values of any size, length, count and depth, from
// trusted input. Only the range of an int limits them then. With 32 bits that is
// just below 1 GiB for a string, a line, the elements of an aggregate and a value
// that is read whole, 41 million elements in all for a Value that is decoded, and
// 2^25 arguments and levels. With 64 bits it is more than any memory can hold.
//
// Memory still grows with the bytes that arrive, never with what a header announces.
// But a value that is read whole has to be held, every 4 bytes may open an
// aggregate, and a tree takes many times the size of its bytes. Use the reads in
// constant memory for values that may be large.
func NoLimits() Option {
	return func(c *config) {
		c.preset(limits{Depth: math.MaxInt, Args: math.MaxInt, Elements: unlimited, BulkLen: unlimited, LineLen: unlimited, TotalLen: unlimited})
	}
}

// MaxDepth sets how many aggregates may be open at once. That counts an empty one,
// and an attribute whose content is being read. With 0 a Decoder refuses every
// aggregate in a reply. A negative number counts as 0, here and in the options below.
func MaxDepth(n int) Option { return func(c *config) { c.limits.Depth = max(n, 0) } }

// MaxArgs sets how many arguments a multibulk command may have. As in Redis, only
// MaxLineLen bounds an inline command.
func MaxArgs(n int) Option { return func(c *config) { c.limits.Args = max(n, 0) } }

// MaxElements sets how many elements (pairs of a map or attribute) an
// aggregate may announce.
func MaxElements(n int64) Option { return func(c *config) { c.limits.Elements = max(n, 0) } }

// MaxBulkLen sets how many bytes the payload of one string may have, counting all
// chunks of a streamed one.
func MaxBulkLen(n int64) Option { return func(c *config) { c.limits.BulkLen = max(n, 0) } }

// MaxLineLen sets how many bytes a line may have before its LF, counting its first
// byte and its CR. An inline command is a line too.
func MaxLineLen(n int64) Option { return func(c *config) { c.limits.LineLen = max(n, 0) } }

// MaxTotalLen sets how many bytes one whole value with its attributes, or one
// command, may have.
func MaxTotalLen(n int64) Option { return func(c *config) { c.limits.TotalLen = max(n, 0) } }

// SetLimits refines the current limits by the options while a connection goes on, as
// after AUTH: d.SetLimits(ServerLimits()). It ignores options that set no limits.
// Call it between values: the new limits then apply from the start of the next
// value, even if part of that has been scanned. Inside a value they apply to the
// rest of it, and MaxTotalLen counts from there.
//
// Views stay valid, and an error that the Decoder stays in remains. Reset restores
// the limits of NewDecoder.
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
// gathers before it writes: 16 KiB by default, at least 64 and at most 256 MiB. A
// Decoder asks its reader for n bytes more than it needs, or for n/16 more after a
// payload larger than n. When it has nothing left to read, it asks a reader that may
// block for at most 192 bytes, because it waits without a large buffer. It asks TCP
// and unix connections for n bytes even then, because it waits for them without any
// buffer.
func BufferSize(n int) Option {
	return func(c *config) { c.bufferSize = min(max(n, minBufferSize), window.MaxSize) }
}

// OnPush makes a Decoder call f with every push at top level that comes before a
// value; Decode, the typed reads, CopyBulk and BulkReader then read on. The Value is
// valid until f returns; f must not call the Decoder. ReadToken, ReadRaw, SkipValue
// and CopyValue show pushes as they come.
func OnPush(f func(*Value)) Option { return func(c *config) { c.onPush = f } }

// OnWait makes a Decoder call f before each Read of its reader, that is, before it
// may have to wait for input. A server or a proxy passes the Flush of its Encoder,
// so that replies go out before it waits itself. The replies to a pipeline then
// leave together. They do not stay behind when a part of the next request has
// arrived, as they would if the server flushed when Buffered is empty.
//
// The read returns an error of f in place of the reader's. Nothing is lost: call
// again. f must not call the Decoder. A Decoder without a reader does not call f:
// its feeder waits when a read returns ErrIncomplete.
func OnWait(f func() error) Option { return func(c *config) { c.onWait = f } }

// Lenient makes a Decoder accept four things outside the grammar that many parsers
// let pass: doubles such as `.5` and `5.`, the length or count -1 of any kind in a
// reply as a null of that kind (an attribute without pairs), NUL in inline commands,
// and commands of up to 2^31-1 arguments where ClientLimits and ServerLimits allow
// 1,048,576. It does not raise MaxArgs and UnauthenticatedLimits. Its position among
// the options does not matter.
func Lenient() Option { return func(c *config) { c.lenient = true } }

// Protocol sets the RESP version an Encoder writes, 3 by default. With 2 every
// kind that RESP2 lacks is written as servers do, in the form that the table of
// kinds in the package overview has for it: a map as a flat array, numbers as bulk
// strings, a boolean as an integer, a null as `$-1`. Attributes are left out. A
// Value that is marked as streamed is written with its length or count; the methods
// that write the parts of a stream, and WriteToken for such a part, return an
// *EncodeError.
func Protocol(version int) Option { return func(c *config) { c.protocol = version } }
