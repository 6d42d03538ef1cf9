// Package window holds bytes that have arrived from a reader or a feeder and that a
// parser has not consumed. It knows nothing about the meaning of the bytes.
package window

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net"
	"strings"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This is a Window and its one invariant:
//
//	Data: | consumed | kept | unread ... | free ... | slack |
//	      0          low    Pos          End        len-respwire.HeadSize
//
//	0 <= Pos-Kept <= Pos <= End <= len(Data)-respwire.HeadSize, or Data is nil
//
// The owner moves Pos and Kept; the Window changes everything else. It never
// reserves what a header announces: the buffer doubles when it is full of bytes that
// have arrived, and so stays below twice their number.

// Window is the part of a stream that is held in memory. The zero Window with a
// Size is ready for Reset.
type Window struct {
	Data     []byte // nil when idle, small, or from a pool
	Pos, End int    // Data[Pos:End] has arrived and is not consumed
	Kept     int    // bytes right before Pos that are consumed but still needed
	base     int64  // offset in the stream of Data[0]

	reader  io.Reader
	socket  *socket      // of the reader, if it is one; see await
	OnWait  func() error // called before each Read of the reader, if set
	pending error        // the error that came from the reader together with bytes
	Size    int          // to read at once, and of a usual buffer
	large   Large        // was needed not long ago
	expired int          // in debug builds: bytes of Data that have been overwritten
	full    bool         // the reader gave all that it was asked for last time
	quiet   int32        // how often all, or Size bytes, has been consumed since this size was needed
	quietAt int64        // offset in the stream where quiet was last raised

	small [smallSize + respwire.HeadSize]byte // to wait with, when idle
}

const (
	// growthFactor bounds the memory by the bytes that have arrived.
	growthFactor = 2

	// MaxHeld is how many bytes a buffer may have room for. With a 32-bit int that
	// is just below 1 GiB.
	MaxHeld = math.MaxInt/2 - 64

	// UsualSize is the default Size: what one system call reads. A larger one would
	// read pipelines of small replies faster, but would cost every busy connection
	// memory and cache (docs/performance.md). It does not matter for large payloads,
	// which are read into place.
	UsualSize = 16 << 10

	// MaxSize is the largest Size: several of them can be counted in an int of 32 bits.
	MaxSize = 256 << 20

	// A buffer over Oversize times its usual size is given up when everything in it,
	// or its usual size, has been consumed QuietTimes times and no value took more
	// than one part in Oversize of it. So one large value does not hold memory for
	// long, and steady large values with smaller ones between them do not allocate.
	// The same holds for the storage of trees.
	Oversize   = 4
	QuietTimes = 32

	// smallSize is how much an idle Decoder asks from a reader that may block. That
	// is enough for a short command or reply, which is parsed in place.
	smallSize = 192

	// maxEmptyReads is how often a reader may return nothing and no error.
	maxEmptyReads = 100
)

// The errors of a Window are exported by package resp, so their texts name that.
var (
	// ErrIncomplete means that bytes are missing and there is no reader to ask.
	ErrIncomplete = errors.New("resp: incomplete: more bytes needed")

	// ErrImpossibleCount means that a Read returned more than it had room for, or
	// less than nothing.
	ErrImpossibleCount = errors.New("resp: a reader or writer returned an impossible count")
)

// Reset drops everything and reads from r from now on.
func (w *Window) Reset(r io.Reader) {
	w.GiveUp()
	if isNilConn(r) {
		r = nilConn{}
	}
	*w = Window{reader: r, OnWait: w.OnWait, Size: w.Size, large: w.large}
	w.socket = w.socketOf(r)
}

// isNilConn reports whether r is a nil pointer to one of the connections that
// socketOf knows.
func isNilConn(r io.Reader) bool {
	switch c := r.(type) {
	case *net.TCPConn:
		return c == nil
	case *net.UnixConn:
		return c == nil
	}
	return false
}

// nilConn replaces such a connection, whose methods would panic.
type nilConn struct{}

var errNilConn = errors.New("resp: the connection to read from is nil")

func (nilConn) Read([]byte) (int, error) { return 0, errNilConn }

// GiveUp lets go of the buffer and its contents. A buffer of the usual size goes
// to the pool. A larger one is left to the garbage collector, unless it is needed
// again before that runs.
func (w *Window) GiveUp() {
	switch {
	case w.Data == nil:
		return
	case Debug:
		Poison(w.Data)
	}
	switch capacity := len(w.Data) - respwire.HeadSize; {
	case w.isSmall():
	case capacity <= w.Size:
		GiveBuffer(w.Data)
	default:
		w.large.Remember(w.Data)
	}
	w.base += int64(w.Pos)
	w.Data, w.Pos, w.End, w.Kept, w.expired = nil, 0, 0, 0, 0
}

// Drained reports whether everything that has arrived is consumed and the reader
// does not seem to have more at hand.
func (w *Window) Drained() bool { return w.Pos == w.End && !w.full }

// LargeSize is the size above which a buffer is large.
const LargeSize = Oversize * UsualSize

// IsLarge reports whether the buffer is larger than usual.
func (w *Window) IsLarge() bool {
	return len(w.Data) > max(LargeSize, Oversize*w.Size)+respwire.HeadSize
}

// Source is where a Window reads from.
type Source struct {
	reader  io.Reader
	pending error
}

// Detach leaves w without its reader until Attach gives that back.
func (w *Window) Detach() Source {
	s := Source{w.reader, w.pending}
	w.reader, w.pending = nil, nil
	return s
}

// Attach ends Detach.
func (w *Window) Attach(s Source) { w.reader, w.pending = s.reader, s.pending }

// Expire overwrites, in debug builds, what earlier views may show.
func (w *Window) Expire() {
	consumed := w.Pos - w.Kept
	Poison(w.Data[min(w.expired, consumed):consumed])
	w.expired = consumed
}

// isSmall reports whether w uses its small buffer.
func (w *Window) isSmall() bool { return len(w.Data) > 0 && &w.Data[0] == &w.small[0] }

// neverBlocks reports whether r has all its bytes in memory.
func neverBlocks(r io.Reader) bool {
	switch r.(type) {
	case *bytes.Reader, *strings.Reader, *bytes.Buffer:
		return true
	}
	return false
}

// smallBuffer returns the small buffer, cut to Size.
func (w *Window) smallBuffer() []byte { return w.small[:min(smallSize, w.Size)+respwire.HeadSize] }

// Unread returns what has arrived and is not consumed.
func (w *Window) Unread() []byte { return w.Data[w.Pos:w.End:w.End] }

// Offset returns the offset in the stream of the byte rel bytes after the read
// position.
func (w *Window) Offset(rel int) int64 { return w.base + int64(w.Pos+rel) }

// Fill reads until at least want bytes are unread; want is at most MaxHeld. It
// returns an error of the reader or of OnWait, or ErrIncomplete when there is no
// reader. What has been read by then stays.
func (w *Window) Fill(want int) error {
	for empty := 0; w.End-w.Pos < want; {
		if err := w.beforeRead(); err != nil {
			return err
		}
		if w.Data == nil && w.socket != nil {
			if err := w.await(); err != nil {
				return err
			}
			continue
		}
		w.makeRoom(want)
		room := min(len(w.Data)-respwire.HeadSize-w.Pos, want+w.readAhead(want))
		free := w.Data[w.End : w.Pos+room]
		n, err := w.reader.Read(free)
		if n < 0 || n > len(free) {
			return ErrImpossibleCount
		}
		w.End += n
		w.full = n == len(free)
		if n > 0 {
			empty = 0
		} else if empty++; empty == maxEmptyReads && err == nil {
			return io.ErrNoProgress
		}
		w.pending = err
	}
	return nil
}

// beforeRead returns why the reader must not be asked for bytes now: it returned an
// error with the last ones, there is no reader, or OnWait failed.
func (w *Window) beforeRead() error {
	switch {
	case w.pending != nil:
		err := w.pending
		w.pending = nil
		return err
	case w.reader == nil:
		return ErrIncomplete
	case w.OnWait != nil:
		return w.OnWait()
	}
	return nil
}

// readAhead returns how many bytes to read after the want bytes that are needed.
// After a large payload these are few, because they have to be moved to the front
// soon.
func (w *Window) readAhead(want int) int {
	if want > w.Size {
		return w.Size / 16
	}
	return w.Size
}

// ReadPast reads into p, past the buffer, in which nothing is unread or kept.
func (w *Window) ReadPast(p []byte) (n int, err error) {
	for range maxEmptyReads {
		if err := w.beforeRead(); err != nil {
			return 0, err
		}
		n, w.pending = w.reader.Read(p)
		if n < 0 || n > len(p) {
			return 0, ErrImpossibleCount
		}
		w.base += int64(n)
		if n > 0 {
			return n, nil
		}
	}
	return 0, io.ErrNoProgress
}

// Feed appends a copy of p, for which CanFeed has reported room, to the unread
// bytes. It moves those only after as many have been consumed or fed, so the cost
// stays linear however many are left unread.
func (w *Window) Feed(p []byte) {
	low, capacity := w.Pos-w.Kept, len(w.Data)-respwire.HeadSize
	needed := w.End - low
	switch {
	case w.Data == nil && len(p) <= min(smallSize, w.Size):
		w.Data = w.smallBuffer()
	case w.Data == nil, w.shrinks(needed + len(p)):
		w.replace(max(w.Size, needed+len(p)))
	case w.End+len(p) <= capacity:
		// there is room
	case low >= needed && needed+len(p) <= capacity:
		w.moveTo(w.Data)
	default:
		w.replace(max(w.Size, grown(needed), needed+len(p)))
	}
	w.End += copy(w.Data[w.End:], p)
}

// makeRoom frees at least one byte after End, and room for all of the want bytes
// after Pos when the buffer can hold them. Fewer than want bytes are unread. It
// moves what is needed to the front when that is cheap or sufficient, and takes a
// larger buffer only when this one is full.
func (w *Window) makeRoom(want int) {
	low, capacity := w.Pos-w.Kept, len(w.Data)-respwire.HeadSize
	needed := w.End - low
	switch {
	case w.Data == nil && neverBlocks(w.reader):
		w.replace(w.Size)
	case w.Data == nil:
		w.Data = w.smallBuffer()
	case w.full && w.isSmall(), w.shrinks(w.Kept + want):
		w.replace(max(w.Size, grown(needed)))
	case w.End < capacity && (low == 0 || w.Pos+want <= capacity):
		// there is room, or moving would gain none
	case low >= needed, low > 0 && w.Kept+want <= capacity:
		w.moveTo(w.Data)
	case w.End == capacity:
		w.replace(max(w.Size, grown(needed)))
	}
}

// grown returns the size of the next buffer when needed bytes fill this one.
func grown(needed int) int {
	if needed > MaxHeld/growthFactor {
		return MaxHeld
	}
	return growthFactor * needed
}

// CanFeed reports whether there is room for n bytes more.
func (w *Window) CanFeed(n int) bool { return n <= MaxHeld-(w.End-w.Pos)-w.Kept }

// shrinks reports whether the buffer has been larger than needed for long. want is
// how much it has to hold now.
func (w *Window) shrinks(want int) bool {
	switch {
	case len(w.Data) <= Oversize*w.Size+respwire.HeadSize:
		return false
	case want > len(w.Data)/Oversize:
		w.quiet = 0
	case w.Pos == w.End, w.Offset(0)-w.quietAt >= int64(w.Size):
		w.quiet++
		w.quietAt = w.Offset(0)
	}
	if w.quiet <= QuietTimes {
		return false
	}
	w.large = Large{} // it may be the same buffer
	return true
}

// replace takes another buffer of at least that size.
func (w *Window) replace(capacity int) {
	w.quiet = 0
	old, usual := w.Data, !w.isSmall() && len(w.Data)-respwire.HeadSize <= w.Size
	if capacity > w.Size {
		w.moveTo(w.large.take(capacity))
	} else {
		w.moveTo(TakeBuffer(w.Size))
	}
	if usual {
		GiveBuffer(old)
	}
}

// moveTo moves what is needed to the start of data, which becomes the buffer.
func (w *Window) moveTo(data []byte) {
	low := w.Pos - w.Kept
	if len(w.Data) > 0 {
		copy(data, w.Data[low:w.End])
	}
	if Debug && len(w.Data) > 0 {
		w.poisonLeft(data)
	}
	w.Data = data
	w.base += int64(low)
	w.End -= low
	w.Pos = w.Kept
	w.expired = 0
}

// poisonLeft overwrites what moving to data leaves behind, for debug builds.
func (w *Window) poisonLeft(data []byte) {
	if &data[0] != &w.Data[0] {
		Poison(w.Data)
		return
	}
	Poison(data[w.End-(w.Pos-w.Kept) : w.End])
}
