package resp

import (
	"sync"

	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds what a Decoder needs while it has something to read. Idle
// Decoders lend it to others.

// workspace is what a Decoder needs besides its buffer while it has something
// to read.
type workspace struct {
	builders []builder
	joined   []byte // chunks of streamed strings, put together
	pushed   Value
	args     [][]byte
	unquoted []byte

	since      int64        // offset in the stream where the Decoder took the workspace
	lastJoined window.Large // what joined was when that was large
	stacks     [2][]frame   // of the Decoder's nestings, while nobody has the workspace
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
	if cap(w.joined) > window.LargeSize {
		w.lastJoined.Remember(w.joined[:cap(w.joined)])
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

// shrinkFrom gives up what has grown with the buffer, or holds views of an
// earlier one, when the buffer is smaller now than size bytes.
func (d *Decoder) shrinkFrom(size int) {
	if len(d.in.Data) < size && d.workspace != nil {
		*d.workspace = workspace{since: d.workspace.since}
	}
}

// releaseWorkspace lets others have the workspace.
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

// acquireWorkspace sees to it that there is one.
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
