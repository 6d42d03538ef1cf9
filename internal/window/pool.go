package window

import (
	"math/bits"
	"sync"
	"weak"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This file holds what busy Decoders and Encoders share, so that idle ones need not
// hold it: a server has many connections and few that have something to read or to
// write. One that goes idle gives its buffer back and takes one again when bytes
// come. The garbage collector empties the pools when nobody does.

// bufferPools have buffers with room for 1<<index bytes and the slack.
var bufferPools [bits.UintSize]sync.Pool

// TakeBuffer returns a buffer with room for capacity bytes and the slack.
func TakeBuffer(capacity int) []byte {
	class := bits.Len(uint(capacity - 1))
	size := 1<<class + respwire.HeadSize
	if first, _ := bufferPools[class].Get().(*byte); first != nil {
		return respwire.BytesAt(first, size)[:capacity+respwire.HeadSize]
	}
	return make([]byte, size)[:capacity+respwire.HeadSize]
}

// GiveBuffer gives back a buffer of which no valid view is left. It leaves one that
// did not come from TakeBuffer to the garbage collector.
func GiveBuffer(b []byte) {
	room := cap(b) - respwire.HeadSize
	if room <= 0 || room&(room-1) != 0 {
		return
	}
	bufferPools[bits.Len(uint(room-1))].Put(&b[:1][0])
}

// Large remembers a buffer that was larger than usual. It does so by a weak pointer,
// so the garbage collector may free the buffer and an idle Decoder holds no memory.
// Until then steady traffic of large values uses the same buffer.
type Large struct {
	first weak.Pointer[byte]
	size  int
}

// Remember remembers data, which the caller no longer uses.
func (l *Large) Remember(data []byte) { *l = Large{weak.Make(&data[0]), len(data)} }

// Recall returns the buffer if it still exists, and nil otherwise.
func (l *Large) Recall() []byte {
	if first := l.first.Value(); first != nil {
		return respwire.BytesAt(first, l.size)
	}
	return nil
}

// take returns the buffer if it still exists and is large enough, or a new one.
func (l *Large) take(capacity int) []byte {
	if b := l.Recall(); len(b) >= capacity+respwire.HeadSize {
		return b
	}
	return make([]byte, capacity+respwire.HeadSize)
}
