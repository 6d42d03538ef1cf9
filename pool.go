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

	lastJoined large      // what joined was when that was large
	stacks     [3][]frame // of the Decoder's nestings, while nobody has the workspace
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// forget makes w fit for the next Decoder, when the buffer that it was used with
// was large or not: nothing in it leads to the last Decoder, what its caller gave
// it, or a large buffer. What has grown far beyond its last use is dropped.
func (w *workspace) forget(large bool) {
	w.builders = emptied(w.builders, maxIdleDepth)
	for i, stack := range w.stacks {
		w.stacks[i] = emptied(stack, maxIdleDepth)
	}
	if large {
		w.args = emptied(w.args, 4*len(w.args)+maxIdleArgs)
		w.pushed = Value{}
	} else {
		clear(w.args[:min(cap(w.args), smallSize/2)]) // more words do not fit into a small buffer
		w.args = w.args[:0]
	}
	w.unquoted = w.unquoted[:0] // no longer than a line
	if cap(w.joined) > oversize*defaultBufferSize {
		w.lastJoined.remember(w.joined[:cap(w.joined)])
		w.joined = nil
	}
	w.joined = w.joined[:0]
}

// What a workspace keeps however little of it was used last.
const (
	maxIdleArgs  = 4096
	maxIdleDepth = 2048
)

// emptied returns s without elements, also behind its end, or nil when it has
// room for more than most.
func emptied[T any](s []T, most int) []T {
	if cap(s) > most {
		return nil
	}
	clear(s[:cap(s)])
	return s[:0]
}
