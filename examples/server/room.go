package main

import (
	"sync"

	"github.com/seed65f5866d/resp"
)

// room is memory for the elements of a reply, from a pool: without it, replies with
// many small elements would keep the garbage collector busy.
type room struct {
	values *[128]resp.Value
	used   int
}

var rooms = sync.Pool{New: func() any { return new([128]resp.Value) }}

// take returns memory for n elements, with none in it.
func (r *room) take(n int) []resp.Value {
	if r.values == nil {
		r.values = rooms.Get().(*[128]resp.Value)
	}
	if n > len(r.values)-r.used {
		return make([]resp.Value, 0, n)
	}
	r.used += n
	return r.values[r.used-n : r.used-n : r.used]
}

// release ends the use of all that was taken.
func (r *room) release() {
	if r.values != nil {
		clear(r.values[:r.used])
		rooms.Put(r.values)
		*r = room{}
	}
}
