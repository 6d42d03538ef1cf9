package resp

import (
	"math/bits"
	"sync"
	"weak"
)

// This file holds what busy Decoders and Encoders share, so that idle ones need
// not hold it: a server has many connections and few that have something to read
// or to write. Whoever goes idle gives back what it has here and takes it again
// when bytes come. The garbage collector empties the pools when nobody does.

// bufferPools have buffers with room for 1<<index bytes and the slack.
var bufferPools [bits.UintSize]sync.Pool

// takeBuffer returns a buffer with room for so many bytes and the slack.
func takeBuffer(capacity int) []byte {
	class := bits.Len(uint(capacity - 1))
	size := 1<<class + parseSlack
	if first, _ := bufferPools[class].Get().(*byte); first != nil {
		return bytesAt(first, size)[:capacity+parseSlack]
	}
	return make([]byte, size)[:capacity+parseSlack]
}

// giveBuffer gives back a buffer, of which there must be no valid view left. One
// that did not come from takeBuffer is left to the garbage collector.
func giveBuffer(b []byte) {
	room := cap(b) - parseSlack
	if room <= 0 || room&(room-1) != 0 {
		return
	}
	bufferPools[bits.Len(uint(room-1))].Put(&b[:1][0])
}

// large remembers a buffer that was larger than usual. The garbage collector may
// take it any time, and so it is no weight on an idle Decoder; when it does not
// come, steady traffic of large values goes on with the same buffer.
type large struct {
	first weak.Pointer[byte]
	size  int
}

// remember gives up data.
func (l *large) remember(data []byte) { *l = large{weak.Make(&data[0]), len(data)} }

// recall returns the buffer when it is still there, and nil otherwise.
func (l *large) recall() []byte {
	if first := l.first.Value(); first != nil {
		return bytesAt(first, l.size)
	}
	return nil
}

// take returns the buffer when it is still there and has the room, or a new one.
func (l *large) take(capacity int) []byte {
	if b := l.recall(); len(b) >= capacity+parseSlack {
		return b
	}
	return make([]byte, capacity+parseSlack)
}

// maxPooledOpen is how many open aggregates the pooled rooms are for: as many as
// readers take by default.
const maxPooledOpen = 1024

// openPool has rooms for the open aggregates of Encoders.
var openPool = sync.Pool{New: func() any { return new([maxPooledOpen]openAggregate) }}

func takeOpen() []openAggregate { return openPool.Get().(*[maxPooledOpen]openAggregate)[:0] }

// giveOpen gives back a room. One that has grown is left to the garbage collector.
func giveOpen(open []openAggregate) {
	if cap(open) == maxPooledOpen {
		openPool.Put((*[maxPooledOpen]openAggregate)(open[:maxPooledOpen]))
	}
}

// workspace is what a Decoder needs besides its buffer while it has something
// to read.
type workspace struct {
	builders []builder
	joined   []byte // chunks of streamed strings, put together
	pushed   Value
	args     [][]byte
	unquoted []byte

	since      int64      // offset in the stream where the Decoder took the workspace
	lastJoined large      // what joined was when that was large
	stacks     [2][]frame // of the Decoder's nestings, while nobody has the workspace
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// forget makes w fit for the next Decoder, when so many bytes came while the last
// one had it, into a large buffer or not: nothing in it leads to that Decoder, what
// its caller gave it, or its buffers. What has grown far beyond its last use is
// dropped. The bytes tell how much may have been used: the next Decoder is not to
// pay for what others before used.
func (w *workspace) forget(came int64, large bool) {
	w.builders = emptied(w.builders, maxIdleDepth, came/minAggregate)
	for i, stack := range w.stacks {
		w.stacks[i] = emptied(stack, maxIdleDepth, 0) // leads nowhere
	}
	w.args = emptied(w.args, 4*len(w.args)+maxIdleArgs, came/minWord)
	if large {
		w.pushed = Value{}
	}
	w.pushed.forget(came)
	w.unquoted = w.unquoted[:0] // no longer than a line
	if cap(w.joined) > oversize*defaultBufferSize {
		w.lastJoined.remember(w.joined[:cap(w.joined)])
		w.joined = nil
	}
	w.joined = w.joined[:0]
}

const (
	// What a workspace keeps however little of it was used last.
	maxIdleArgs  = 4096
	maxIdleDepth = 2048

	minAggregate = int64(len("*1\r\n"))
	minWord      = int64(len("a "))
)

// emptied returns s without elements, and clears the used ones, or returns nil when
// s has room for more than most.
func emptied[T any](s []T, most int, used int64) []T {
	if cap(s) > most {
		return nil
	}
	clear(s[:min(int64(cap(s)), used)])
	return s[:0]
}
