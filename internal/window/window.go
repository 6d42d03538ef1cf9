// Package window holds the bytes that have arrived between a reader, or whoever
// feeds, and a parser. It knows nothing of what the bytes mean.
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

// A Window and its one invariant:
//
//	Data: | consumed | kept | unread ... | free ... | slack |
//	      0          low    Pos          End        len-respwire.HeadSize
//
//	0 <= Pos-Kept <= Pos <= End <= len(Data)-respwire.HeadSize, or Data is nil
//
// The owner moves Pos and Kept; all else is the Window's. What a header announces is never reserved: the buffer doubles when it is
// full of bytes that have arrived, and so stays below twice their number.

// Window is the part of a stream that is held in memory. The zero Window with a
// Size is ready for Reset.
type Window struct {
	Data     []byte // nil when idle, small, or from a pool
	Pos, End int    // Data[Pos:End] has arrived and is not consumed
	Kept     int    // bytes right before Pos that are consumed but still needed
	base     int64  // offset in the stream of Data[0]

	reader  io.Reader
	socket  *socket      // of the reader, if it is one; see await
	OnWait  func() error // is called before each read of the reader, if set
	pending error        // came from the reader together with bytes
	Size    int          // to read at once, and of a usual buffer
	large   Large        // was needed not long ago
	expired int          // in debug builds: bytes of Data that have been overwritten
	full    bool         // the reader gave all that it was asked for last time
	quiet   int32        // how often all, or as much as is read at once, has been consumed since a buffer this large was needed
	quietAt int64        // offset in the stream where quiet was last raised

	small [smallSize + respwire.HeadSize]byte // to wait with, when idle
}

const (
	// growthFactor bounds the memory by the bytes that have arrived.
	growthFactor = 2

	// MaxHeld is how many bytes a buffer may have room for. Where int has 32 bits
	// that is just below 1 GiB.
	MaxHeld = math.MaxInt/2 - 64

	// UsualSize is a good Size: what one system call reads. On a unix socket a pipeline of
	// small replies takes a sixth longer than with the best size, 128 KiB, and replies of
	// 1 KiB half as long again; large payloads are read into place whatever it is
	// (BenchmarkReadSize). More would cost every busy connection memory and cache.
	UsualSize = 16 << 10

	// MaxSize is the largest Size: several of them can be counted in an int of 32 bits.
	MaxSize = 256 << 20

	// A buffer over this many times its usual size is given up when all that it
	// held, or its usual size, has been consumed quietTimes times and no value
	// took more than this part of it. So one large value does not hold memory, and
	// steady large values, with smaller ones between them, do not allocate.
	oversize   = 4
	quietTimes = 32

	// smallSize is how much an idle Decoder asks a reader for that may block. A
	// short command or reply is all that comes, and is parsed right there.
	smallSize = 192

	// maxEmptyReads is how often a reader may return nothing and no error.
	maxEmptyReads = 100
)

// The errors of a Window are those of package resp, which their texts name.
var (
	// ErrIncomplete means that there is no reader to give what is missing.
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

// isNilConn reports whether r is one of the connections that socketOf knows, and nil.
func isNilConn(r io.Reader) bool {
	switch c := r.(type) {
	case *net.TCPConn:
		return c == nil
	case *net.UnixConn:
		return c == nil
	}
	return false
}

// nilConn takes the place of such a connection, whose methods panic.
type nilConn struct{}

var errNilConn = errors.New("resp: the connection to read from is nil")

func (nilConn) Read([]byte) (int, error) { return 0, errNilConn }

// GiveUp leaves b without a buffer, and drops what that holds. A usual one goes to
// the pool. A larger one is left to the garbage collector, unless it is needed
// again before that comes.
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

// Drained reports whether all that has arrived is consumed, and the reader does not
// seem to have more at hand.
func (w *Window) Drained() bool { return w.Pos == w.End && !w.full }

// LargeSize is how many bytes a buffer has at most that is not large.
const LargeSize = oversize * UsualSize

// IsLarge reports whether the buffer is larger than usual.
func (w *Window) IsLarge() bool {
	return len(w.Data) > max(LargeSize, oversize*w.Size)+respwire.HeadSize
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

// Expire overwrites what views from before may look at, in debug builds.
func (w *Window) Expire() {
	consumed := w.Pos - w.Kept
	Poison(w.Data[min(w.expired, consumed):consumed])
	w.expired = consumed
}

// isSmall reports whether w makes do with its small buffer.
func (w *Window) isSmall() bool { return len(w.Data) > 0 && &w.Data[0] == &w.small[0] }

// neverBlocks reports whether r has all its bytes in memory.
func neverBlocks(r io.Reader) bool {
	switch r.(type) {
	case *bytes.Reader, *strings.Reader, *bytes.Buffer:
		return true
	}
	return false
}

// smallBuffer returns the small buffer, or as much as is to be read at once.
func (w *Window) smallBuffer() []byte { return w.small[:min(smallSize, w.Size)+respwire.HeadSize] }

// Unread returns what has arrived and is not consumed.
func (w *Window) Unread() []byte { return w.Data[w.Pos:w.End:w.End] }

// Offset returns the offset in the stream of the byte that is rel bytes behind
// the read position.
func (w *Window) Offset(rel int) int64 { return w.base + int64(w.Pos+rel) }

// Fill reads until at least want bytes are unread, MaxHeld at most. It fails with what the
// reader or onWait returns, or with ErrIncomplete when there is no reader; what
// has been read by then stays.
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

// beforeRead returns why the reader is not to be asked for bytes now: it failed
// when it gave the last ones, there is none, or onWait failed.
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

// readAhead returns how much is read behind the want bytes that are needed. Behind a
// large payload it is little: it will have to be moved to the front soon.
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

// Feed appends a copy of p, for which there is room, to what is unread. Moving that costs no more than
// what has been consumed or fed since the last time, so the cost stays linear
// however much is left unread.
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

// makeRoom sees to it that at least one byte is free behind end, and all of
// the want bytes behind pos, of which fewer are unread, when the buffer can hold
// them: it moves what is needed to the front where that is cheap or enough, and
// takes a larger buffer only when this one is full.
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
		// there is room, or moving would win none
	case low >= needed, low > 0 && w.Kept+want <= capacity:
		w.moveTo(w.Data)
	case w.End == capacity:
		w.replace(max(w.Size, grown(needed)))
	}
}

// grown returns how large the next buffer is when needed bytes fill this one.
func grown(needed int) int {
	if needed > MaxHeld/growthFactor {
		return MaxHeld
	}
	return growthFactor * needed
}

// CanFeed reports whether there is room for n bytes more.
func (w *Window) CanFeed(n int) bool { return n <= MaxHeld-(w.End-w.Pos)-w.Kept }

// shrinks reports whether the buffer has long been larger than it had to be;
// want is how much it has to hold now.
func (w *Window) shrinks(want int) bool {
	switch {
	case len(w.Data) <= oversize*w.Size+respwire.HeadSize:
		return false
	case want > len(w.Data)/oversize:
		w.quiet = 0
	case w.Pos == w.End, w.Offset(0)-w.quietAt >= int64(w.Size):
		w.quiet++
		w.quietAt = w.Offset(0)
	}
	if w.quiet <= quietTimes {
		return false
	}
	w.large = Large{} // it may be the very buffer
	return true
}

// replace takes another buffer, of that capacity or more.
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
