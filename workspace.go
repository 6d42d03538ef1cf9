package resp

import (
	"sync"

	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds the memory that a Decoder needs only while it has something to
// read. Idle Decoders leave it to others.

// workspace is what a Decoder needs besides its buffer while it has something
// to read.
type workspace struct {
	builders []builder
	joined   []byte // chunks of streamed strings, put together
	pushed   Value
	args     [][]byte
	unquoted []byte

	since      int64        // offset in the stream where the Decoder took the workspace
	lastJoined window.Large // the storage of joined when that was large
	stacks     [2][]frame   // of the Decoder's nestings, while nobody has the workspace
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// forget prepares w for the next Decoder: nothing in w refers to the last Decoder,
// its caller's data or its buffers any more. It gives up storage that has grown
// far beyond its last use. came is how many bytes arrived while the last Decoder had w,
// and large tells whether they went into a large buffer. Since came bounds what may
// have been used, the next Decoder does not pay for clearing what earlier ones used.
func (w *workspace) forget(came int64, large bool) {
	w.builders = emptied(w.builders, maxIdleDepth, came/minAggregate)
	for i, stack := range w.stacks {
		w.stacks[i] = emptied(stack, maxIdleDepth, 0) // refers to nothing
	}
	w.args = emptied(w.args, 4*len(w.args)+maxIdleArgs, came/minWord)
	if large {
		w.pushed = Value{}
	}
	w.pushed.forget(came)
	w.unquoted = w.unquoted[:0] // no longer than a line
	if cap(w.joined) > window.LargeSize {
		w.lastJoined.Remember(w.joined[:cap(w.joined)])
		w.joined = nil
	}
	w.joined = w.joined[:0]
}

const (
	// A workspace keeps this much, however little of it was used last.
	maxIdleArgs  = 4096
	maxIdleDepth = 4096 // what 1,024 levels of attributes take, with room

	minAggregate = int64(len("*1\r\n"))
	minWord      = int64(len("a "))
)

// emptied clears the used elements of s and returns it with length 0. It returns nil
// when s has room for more than most elements.
func emptied[T any](s []T, most int, used int64) []T {
	if cap(s) > most {
		return nil
	}
	clear(s[:min(int64(cap(s)), used)])
	return s[:0]
}

// shrinkFrom gives up the workspace's storage, which has grown with the buffer and may
// hold views of it, when the buffer has become smaller than size bytes.
func (d *Decoder) shrinkFrom(size int) {
	if len(d.in.Data) < size && d.workspace != nil {
		*d.workspace = workspace{since: d.workspace.since}
	}
}

// releaseWorkspace gives the workspace back.
func (d *Decoder) releaseWorkspace() {
	w := d.workspace
	if w == nil {
		return
	}
	w.stacks = [...][]frame{d.nest.outer, d.ahead.nest.outer}
	d.nest.outer, d.ahead.nest.outer = nil, nil
	d.ahead.at = -1
	w.forget(d.in.Offset(d.in.End-d.in.Pos)-w.since, d.in.IsLarge())
	d.workspace = nil
	d.fastCommands = false
	workspaces.Put(w)
}

// acquireWorkspace takes a workspace unless the Decoder has one.
func (d *Decoder) acquireWorkspace() {
	if d.workspace != nil {
		return
	}
	w := workspaces.Get().(*workspace)
	d.nest.outer, d.ahead.nest.outer = w.stacks[0], w.stacks[1]
	w.stacks = [2][]frame{}
	w.since = d.in.Offset(0)
	d.workspace = w
	d.noteFast()
}
