package resp

import (
	"errors"
	"io"
	"net"
	"slices"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This file holds the Chunker. It copies small pieces into one arena, where the
// pieces of a chunk are neighbours. A large argument is a chunk by itself and stays
// where it is. So a chunk is either a part of the arena or a reference.

// defaultCutoff is the cutoff of redis-py.
const defaultCutoff = 6000

// Chunker packs commands into chunks, so that few and cheap writes send them. The
// boundaries of the chunks are exactly those of redis-py.
//
// Arguments longer than the cutoff are not copied: the Chunker refers to them, and
// they must not change, until WriteTo has written everything or Reset is called.
//
// The zero Chunker is ready to use. Packing allocates nothing in the steady
// state. A Chunker is not safe for concurrent use.
type Chunker struct {
	// Cutoff is the length in bytes above which an argument or a chunk stands alone.
	// 0 means 6,000; a negative Cutoff means a length of 0.
	Cutoff int

	arena  []byte
	chunks []packedChunk
	open   bool // the next piece of a pipeline may join the last chunk

	first  int // index of the chunk to be written next
	length int // bytes of all chunks that have not been written

	views   [][]byte    // what Chunks returned
	bufs    net.Buffers // what WriteTo writes
	writing bool        // WriteTo has called a writer that has not returned

	number [maxNumberLen]byte // text of a number argument

	peak  int // most memory in use at a write or Reset since it was last looked at
	looks int // writes and Resets since then
}

// packedChunk is arena[start:end] or, when large is set, large; start and end are
// equal then. It loses the bytes that have been written.
type packedChunk struct {
	start, end int
	large      []byte
}

func (c packedChunk) len() int { return c.end - c.start + len(c.large) }

// AddCommand adds a command to a pipeline. As redis-py's pack_commands does, it
// joins the chunks of all commands since the last WriteTo or Reset, until the joined
// length or the next chunk is over the cutoff. The name may have several words,
// which become an argument each: "CONFIG GET" (see SplitCommand); args are never
// split. A name without a word or a From argument gives an *EncodeError, and nothing
// of the command is added.
func (c *Chunker) AddCommand(name string, args ...Arg) error { return c.pack(name, args, true) }

// PackCommand adds a command whose chunks depend on no other command, as redis-py's
// pack_command does: it begins a chunk, and no later command joins its last one.
// Names and errors are those of AddCommand.
func (c *Chunker) PackCommand(name string, args ...Arg) error { return c.pack(name, args, false) }

func (c *Chunker) pack(name string, args []Arg, join bool) error {
	p := packing{Chunker: c, cutoff: c.cutoff(), start: len(c.arena), join: join}
	size, plain := measure(args, p.cutoff)
	size += len(name) + 2*maxHeaderLen + len(crlf)
	if !plain || size > p.cutoff || !isOneWord(name) {
		return p.packSlow(name, args)
	}
	if cap(c.arena)-len(c.arena) < size {
		c.arena = slices.Grow(c.arena, size) // more than is needed, so that AppendCommand has enough
	}
	c.arena = AppendCommand(c.arena, name, args...)
	p.emit()
	return nil
}

func (c *Chunker) cutoff() int {
	switch {
	case c.Cutoff == 0:
		return defaultCutoff
	case c.Cutoff < 0:
		return 0
	}
	return c.Cutoff
}

// packing is the state while one command is packed.
type packing struct {
	*Chunker
	cutoff int
	start  int  // of the pending buffer, which is arena[start:]
	join   bool // whether the command is part of a pipeline
}

// packSlow packs a command that may have more than one chunk.
func (p *packing) packSlow(name string, args []Arg) error {
	words := countWords(name)
	if words == 0 {
		return &EncodeError{Array, noWord}
	}
	for i := range args {
		if args[i].isReader() {
			return &EncodeError{BulkString, "a From argument can only be written by an Encoder"}
		}
	}
	p.arena = appendHeader(p.arena, Array, words+len(args))
	for word, rest := nextWord(name); word != ""; word, rest = nextWord(rest) {
		p.add(word, true)
	}
	for i := range args {
		if s, ok := args[i].text(); ok {
			p.add(s, true)
		} else {
			p.add(respwire.BytesString(args[i].appendText(p.number[:0])), false)
		}
	}
	p.emit()
	return nil
}

// add packs one argument. An argument stands alone when it or the pending buffer is
// over the cutoff. It is copied unless it is over the cutoff and lasts, that is, its
// bytes stay until they are written.
func (p *packing) add(arg string, lasts bool) {
	if len(p.arena)-p.start <= p.cutoff && len(arg) <= p.cutoff {
		p.arena = appendString(p.arena, BulkString, arg)
		return
	}
	p.arena = appendHeader(p.arena, BulkString, len(arg))
	p.emit()
	if lasts && len(arg) > p.cutoff {
		p.open = false
		p.chunks = append(p.chunks, packedChunk{start: p.start, end: p.start, large: respwire.StringBytes(arg)})
		p.length += len(arg)
	} else {
		p.arena = append(p.arena, arg...)
		p.emit()
	}
	p.arena = append(p.arena, crlf...)
}

// emit makes the pending buffer a chunk or, in a pipeline, a part of the last
// chunk, and starts a new one. An empty buffer is no chunk.
func (p *packing) emit() {
	n := len(p.arena) - p.start
	if n == 0 {
		return
	}
	p.length += n
	if p.open && p.join && n <= p.cutoff {
		last := &p.chunks[len(p.chunks)-1]
		if last.len() <= p.cutoff {
			last.end += n
			p.start += n
			return
		}
	}
	p.chunks = append(p.chunks, packedChunk{start: p.start, end: p.start + n})
	p.start += n
	p.open = p.join && n <= p.cutoff
}

// Chunks returns the chunks that have not been written, in order, without the bytes
// of the first one that have been written. They are valid until the next call on the
// Chunker and must not be changed.
func (c *Chunker) Chunks() [][]byte {
	c.views = c.views[:0]
	for i := range c.chunks[c.first:] {
		c.views = append(c.views, c.bytesOf(&c.chunks[c.first+i]))
	}
	return c.views
}

func (c *Chunker) bytesOf(chunk *packedChunk) []byte {
	if chunk.large != nil {
		return chunk.large
	}
	return c.arena[chunk.start:chunk.end:chunk.end]
}

// Len returns how many bytes have not been written.
func (c *Chunker) Len() int { return c.length }

var (
	errWriting = errors.New("resp: a writer has not returned from an earlier WriteTo: it panicked, or it calls the Chunker")

	// errResetWriting is what WriteTo panics with when its writer has reset the Chunker.
	errResetWriting = errors.New("resp: the Chunker was reset by its own writer, in the middle of WriteTo")
)

// WriteTo writes all chunks to w and then resets the Chunker. To a TCP or unix
// connection it writes with one system call. An error is the writer's or
// io.ErrShortWrite; after it WriteTo may be called again and goes on with exactly
// the next byte, and commands added in between begin a new chunk. The Chunker
// reuses the room of what has been written, so it holds only what waits, even if it
// is never empty.
//
// When w panics, nobody knows what was written: every later WriteTo returns an error
// until Reset. So does one that w calls; w must not call Reset, or WriteTo panics.
func (c *Chunker) WriteTo(w io.Writer) (int64, error) {
	if c.writing {
		return 0, errWriting
	}
	c.writing = true
	n, err := c.write(w)
	if !c.writing {
		panic(errResetWriting)
	}
	c.writing = false
	c.removeWritten(n)
	return int64(n), err
}

// write writes all chunks. A single one, as that of a short pipeline, needs no list.
func (c *Chunker) write(w io.Writer) (n int, err error) {
	if len(c.chunks) == c.first+1 {
		return writeWhole(w, c.bytesOf(&c.chunks[c.first]))
	}
	c.bufs = c.Chunks()
	n, err = writeBuffers(w, &c.bufs)
	c.bufs = nil
	return n, err
}

// removeWritten removes n bytes, which have been written, from the chunks.
func (c *Chunker) removeWritten(n int) {
	if n == c.length {
		c.Reset()
		return
	}
	clear(c.views)
	c.open = false
	c.length -= n
	for n >= c.chunks[c.first].len() {
		n -= c.chunks[c.first].len()
		c.chunks[c.first].large = nil
		c.first++
	}
	if first := &c.chunks[c.first]; first.large != nil {
		first.large = first.large[n:]
	} else {
		first.start += n
	}
	c.reclaim()
}

// reclaim makes the room of what has been written free again. It waits until that is
// half of all the room, so that moving the rest costs no more than writing did.
func (c *Chunker) reclaim() {
	c.peak = max(c.peak, c.used())
	written := c.chunks[c.first].start
	if written >= len(c.arena)-written {
		c.arena = c.arena[:copy(c.arena, c.arena[written:])]
		for i := range c.chunks[c.first:] {
			chunk := &c.chunks[c.first+i]
			chunk.start -= written
			chunk.end -= written
		}
	}
	if c.first >= len(c.chunks)-c.first {
		left := copy(c.chunks, c.chunks[c.first:])
		clear(c.chunks[left:])
		c.chunks, c.first = c.chunks[:left], 0
	}
	c.shrink()
}

// Reset drops all chunks and every reference to arguments. It keeps the memory for
// the next chunks unless most of it has not been needed for some time.
func (c *Chunker) Reset() {
	c.peak = max(c.peak, c.used())
	for i := range c.chunks {
		c.chunks[i].large = nil // the arguments are their callers'
	}
	if len(c.views) > 0 { // a call that has nothing to clear takes as long as packing a word
		clear(c.views)
	}
	c.arena, c.chunks, c.views = c.arena[:0], c.chunks[:0], c.views[:0]
	c.open, c.first, c.length = false, 0, 0
	c.bufs, c.writing = nil, false
	c.shrink()
}

// chunkBytes is about the memory that one chunk takes in addition to its bytes.
const chunkBytes = 64

// used returns how much memory is in use, written or not.
func (c *Chunker) used() int { return len(c.arena) + len(c.chunks)*chunkBytes }

// shrink moves what is left to less memory when most of the memory has not been
// needed for some time.
func (c *Chunker) shrink() {
	const (
		maxIdle  = 1 << 20
		patience = 16 // calls between two looks
	)
	if c.looks++; c.looks < patience {
		return
	}
	held := cap(c.arena) + cap(c.chunks)*chunkBytes
	if held > maxIdle && c.peak < held/4 {
		c.arena, c.chunks, c.views = append([]byte(nil), c.arena...), append([]packedChunk(nil), c.chunks...), nil
	}
	c.peak, c.looks = 0, 0
}
