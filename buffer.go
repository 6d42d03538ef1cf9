package resp

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
)

// This file holds the bytes between a reader, or Feed, and the parser.
//
//	data: | consumed | kept | unread ... | free ... | slack |
//	      0          low    pos          end        len-parseSlack
//
// Invariant: 0 <= pos-kept <= pos <= end <= len(data)-parseSlack, or data is nil.
// What a header announces is never reserved: the buffer doubles when it is
// full of bytes that have arrived, and so stays below twice their number.

// buffer is a window on the stream.
type buffer struct {
	data     []byte // nil when idle, small, or from a pool
	pos, end int    // data[pos:end] has arrived and is not consumed
	kept     int    // bytes right before pos that are consumed but still needed
	base     int64  // offset in the stream of data[0]

	reader  io.Reader
	socket  *socket      // of the reader, if it is one; see await
	onWait  func() error // before each read of the reader
	pending error        // came from the reader together with bytes
	size    int          // to read at once, and of a usual buffer
	large   large        // was needed not long ago
	expired int          // in debug builds: bytes of data that have been overwritten
	full    bool         // the reader gave all that it was asked for last time
	quiet   int32        // how often all, or as much as is read at once, has been consumed since a buffer this large was needed
	quietAt int64        // offset in the stream where quiet was last raised

	small [smallSize + parseSlack]byte // to wait with, when idle
}

const (
	// growthFactor bounds the memory by the bytes that have arrived.
	growthFactor = 2

	// maxHeld is how many bytes a buffer may have room for. Where int has 32 bits
	// that is just below 1 GiB.
	maxHeld = largestInt

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

var errImpossibleCount = errors.New("resp: a reader or writer returned an impossible count")

// resetBuffer drops everything and reads from r from now on.
func (b *buffer) resetBuffer(r io.Reader) {
	b.giveUp()
	if isNilConn(r) {
		r = nilConn{}
	}
	*b = buffer{reader: r, onWait: b.onWait, size: b.size, large: b.large}
	b.socket = b.socketOf(r)
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

// giveUp leaves b without a buffer, and drops what that holds. A usual one goes to
// the pool. A larger one is left to the garbage collector, unless it is needed
// again before that comes.
func (b *buffer) giveUp() {
	switch {
	case b.data == nil:
		return
	case debugViews:
		poisonBytes(b.data)
	}
	switch capacity := len(b.data) - parseSlack; {
	case b.isSmall():
	case capacity <= b.size:
		giveBuffer(b.data)
	default:
		b.large.remember(b.data)
	}
	b.base += int64(b.pos)
	b.data, b.pos, b.end, b.kept, b.expired = nil, 0, 0, 0, 0
}

// isSmall reports whether b makes do with its small buffer.
func (b *buffer) isSmall() bool { return len(b.data) > 0 && &b.data[0] == &b.small[0] }

// neverBlocks reports whether r has all its bytes in memory.
func neverBlocks(r io.Reader) bool {
	switch r.(type) {
	case *bytes.Reader, *strings.Reader, *bytes.Buffer:
		return true
	}
	return false
}

// smallBuffer returns the small buffer, or as much as is to be read at once.
func (b *buffer) smallBuffer() []byte { return b.small[:min(smallSize, b.size)+parseSlack] }

// unread returns what has arrived and is not consumed.
func (b *buffer) unread() []byte { return b.data[b.pos:b.end:b.end] }

// offset returns the offset in the stream of the byte that is rel bytes behind
// the read position.
func (b *buffer) offset(rel int) int64 { return b.base + int64(b.pos+rel) }

// fill reads until at least want bytes are unread, maxHeld at most. It fails with what the
// reader or onWait returns, or with ErrIncomplete when there is no reader; what
// has been read by then stays.
func (b *buffer) fill(want int) error {
	for empty := 0; b.end-b.pos < want; {
		if err := b.beforeRead(); err != nil {
			return err
		}
		if b.data == nil && b.socket != nil {
			if err := b.await(); err != nil {
				return err
			}
			continue
		}
		b.makeRoom(want)
		room := min(len(b.data)-parseSlack-b.pos, want+b.readAhead(want))
		free := b.data[b.end : b.pos+room]
		n, err := b.reader.Read(free)
		if n < 0 || n > len(free) {
			return errImpossibleCount
		}
		b.end += n
		b.full = n == len(free)
		if n > 0 {
			empty = 0
		} else if empty++; empty == maxEmptyReads && err == nil {
			return io.ErrNoProgress
		}
		b.pending = err
	}
	return nil
}

// beforeRead returns why the reader is not to be asked for bytes now: it failed
// when it gave the last ones, there is none, or onWait failed.
func (b *buffer) beforeRead() error {
	switch {
	case b.pending != nil:
		err := b.pending
		b.pending = nil
		return err
	case b.reader == nil:
		return ErrIncomplete
	case b.onWait != nil:
		return b.onWait()
	}
	return nil
}

// readAhead returns how much is read behind the want bytes that are needed. Behind a
// large payload it is little: it will have to be moved to the front soon.
func (b *buffer) readAhead(want int) int {
	if want > b.size {
		return b.size / 16
	}
	return b.size
}

// readPast reads into p, past the buffer, in which nothing is unread or kept.
func (b *buffer) readPast(p []byte) (n int, err error) {
	for range maxEmptyReads {
		if err := b.beforeRead(); err != nil {
			return 0, err
		}
		n, b.pending = b.reader.Read(p)
		if n < 0 || n > len(p) {
			return 0, errImpossibleCount
		}
		b.base += int64(n)
		if n > 0 {
			return n, nil
		}
	}
	return 0, io.ErrNoProgress
}

// feed appends a copy of p, for which there is room, to what is unread. Moving that costs no more than
// what has been consumed or fed since the last time, so the cost stays linear
// however much is left unread.
func (b *buffer) feed(p []byte) {
	low, capacity := b.pos-b.kept, len(b.data)-parseSlack
	needed := b.end - low
	switch {
	case b.data == nil && len(p) <= min(smallSize, b.size):
		b.data = b.smallBuffer()
	case b.data == nil, b.shrinks(needed + len(p)):
		b.replace(max(b.size, needed+len(p)))
	case b.end+len(p) <= capacity:
		// there is room
	case low >= needed && needed+len(p) <= capacity:
		b.moveTo(b.data)
	default:
		b.replace(max(b.size, grown(needed), needed+len(p)))
	}
	b.end += copy(b.data[b.end:], p)
}

// makeRoom sees to it that at least one byte is free behind end, and all of
// the want bytes behind pos, of which fewer are unread, when the buffer can hold
// them: it moves what is needed to the front where that is cheap or enough, and
// takes a larger buffer only when this one is full.
func (b *buffer) makeRoom(want int) {
	low, capacity := b.pos-b.kept, len(b.data)-parseSlack
	needed := b.end - low
	switch {
	case b.data == nil && neverBlocks(b.reader):
		b.replace(b.size)
	case b.data == nil:
		b.data = b.smallBuffer()
	case b.full && b.isSmall(), b.shrinks(b.kept + want):
		b.replace(max(b.size, grown(needed)))
	case b.end < capacity && (low == 0 || b.pos+want <= capacity):
		// there is room, or moving would win none
	case low >= needed, low > 0 && b.kept+want <= capacity:
		b.moveTo(b.data)
	case b.end == capacity:
		b.replace(max(b.size, grown(needed)))
	}
}

// grown returns how large the next buffer is when needed bytes fill this one.
func grown(needed int) int {
	if needed > maxHeld/growthFactor {
		return maxHeld
	}
	return growthFactor * needed
}

// canFeed reports whether there is room for n bytes more.
func (b *buffer) canFeed(n int) bool { return n <= maxHeld-(b.end-b.pos)-b.kept }

// shrinks reports whether the buffer has long been larger than it had to be;
// want is how much it has to hold now.
func (b *buffer) shrinks(want int) bool {
	switch {
	case len(b.data) <= oversize*b.size+parseSlack:
		return false
	case want > len(b.data)/oversize:
		b.quiet = 0
	case b.pos == b.end, b.offset(0)-b.quietAt >= int64(b.size):
		b.quiet++
		b.quietAt = b.offset(0)
	}
	if b.quiet <= quietTimes {
		return false
	}
	b.large = large{} // it may be the very buffer
	return true
}

// replace takes another buffer, of that capacity or more.
func (b *buffer) replace(capacity int) {
	b.quiet = 0
	old, usual := b.data, !b.isSmall() && len(b.data)-parseSlack <= b.size
	if capacity > b.size {
		b.moveTo(b.large.take(capacity))
	} else {
		b.moveTo(takeBuffer(b.size))
	}
	if usual {
		giveBuffer(old)
	}
}

// moveTo moves what is needed to the start of data, which becomes the buffer.
func (b *buffer) moveTo(data []byte) {
	low := b.pos - b.kept
	if len(b.data) > 0 {
		copy(data, b.data[low:b.end])
	}
	if debugViews && len(b.data) > 0 {
		b.poisonLeft(data)
	}
	b.data = data
	b.base += int64(low)
	b.end -= low
	b.pos = b.kept
	b.expired = 0
}

// poisonLeft overwrites what moving to data leaves behind, for debug builds.
func (b *buffer) poisonLeft(data []byte) {
	if &data[0] != &b.data[0] {
		poisonBytes(b.data)
		return
	}
	poisonBytes(data[b.end-(b.pos-b.kept) : b.end])
}
