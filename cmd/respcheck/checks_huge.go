package main

import (
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"math/rand/v2"
	"runtime"
	"strconv"
	"time"

	"github.com/seed65f5866d/resp"
)

const (
	hugeSize = 1 << 30
	mostHeap = 4 << 20 // growth of the heap that is allowed meanwhile
)

// checkGiB streams a value of 1 GiB, or of as much as the server takes, to the
// server and back. This program never holds it whole.
func checkGiB(t *trip) {
	if !t.cfg.large {
		t.skipf("only with -large")
		return
	}
	c, key := t.dial(), t.key("huge")
	size := hugeFor(t, c)
	if c.err != nil || t.failed() {
		return
	}
	c.allow(size)
	sent, received := newHeapHash(), newHeapHash()
	c.stream(key, io.TeeReader(newRandomReader(t.cfg.seed), sent), size)
	c.compare("SET", okReply, c.receive())
	c.copyReply(received, size, "GET", key)
	c.want(integer(1), "UNLINK", key)
	if t.srv.dir != "" {
		c.rewriteLog() // or the checks that read it meet the value again
	}
	switch grown := max(sent.grown, received.grown); {
	case c.err != nil:
	case sent.Sum64() != received.Sum64():
		c.fail("GET", fmt.Errorf("%d other bytes came back", size))
	case grown > mostHeap:
		t.fail(fmt.Errorf("the heap grew by %d bytes for a value of %d, want at most %d", grown, size, mostHeap))
	default:
		t.notef("a value of %d MiB, heap grown by %d KiB", size>>20, grown>>10)
	}
}

// hugeFor returns how large a value the server takes, at most hugeSize. It raises
// the limits of a server of our own.
func hugeFor(t *trip, c *conn) (size int64) {
	size = hugeSize
	for _, limit := range hugeLimits {
		if t.srv.private {
			c.step("CONFIG SET", limit.name, hugeSize+limit.spare)
			continue
		}
		told := text(field(c.do("CONFIG GET", limit.name), limit.name))
		n, err := strconv.ParseInt(told, 10, 64)
		if c.err == nil && (err != nil || n <= limit.spare) {
			t.skipf("the server does not tell its %s", limit.name)
			return 0
		}
		size = min(size, n-limit.spare)
	}
	return size
}

// hugeLimits are the settings that limit the size of a value, and how much of each
// the rest of the command needs.
var hugeLimits = []struct {
	name  string
	spare int64
}{
	{"proto-max-bulk-len", 0},
	{"client-query-buffer-limit", 1 << 20},
}

// stream sends a SET of size bytes from r.
func (c *conn) stream(key string, r io.Reader, size int64) {
	if c.err != nil {
		return
	}
	c.doing, c.sent = "SET", fmt.Sprintf("SET of %d bytes", size)
	c.sock.SetWriteDeadline(time.Now().Add(c.patience))
	e := resp.NewEncoder(countingWriter{c})
	err := e.WriteCommand("SET", resp.String(key), resp.From(r, size))
	if err == nil {
		err = e.Close()
	}
	if err != nil {
		c.failWrite(err)
	}
}

// copyReply sends a command and copies the payload of its reply, of size bytes, to w.
func (c *conn) copyReply(w io.Writer, size int64, name string, args ...any) {
	c.send(name, args...)
	if c.err != nil {
		return
	}
	c.begin()
	c.in.forgetAll = true
	n, err := c.dec.CopyBulk(w)
	c.in.forgetAll = false
	if err == nil && n != size {
		err = fmt.Errorf("got %d bytes, want %d", n, size)
	}
	if err != nil {
		c.fail("reply to "+name, err)
	}
}

// countingWriter writes to a connection.
type countingWriter struct{ c *conn }

func (w countingWriter) Write(p []byte) (int, error) {
	n, err := w.c.sock.Write(p)
	w.c.in.count(n)
	return n, err
}

// heapHash is a checksum that watches the heap while bytes are written to it.
type heapHash struct {
	hash.Hash64
	start uint64
	grown uint64 // at most, since it was made
	next  int    // bytes until it looks again
}

func newHeapHash() *heapHash {
	runtime.GC()
	return &heapHash{Hash64: crc64.New(crc64.MakeTable(crc64.ECMA)), start: heapAlloc()}
}

func (h *heapHash) Write(p []byte) (int, error) {
	const often = 32 << 20
	if h.next -= len(p); h.next < 0 {
		h.next = often
		h.grown = max(h.grown, max(heapAlloc(), h.start)-h.start)
	}
	return h.Hash64.Write(p)
}

func heapAlloc() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// newRandomReader gives random bytes without end.
func newRandomReader(seed uint64) io.Reader { return rand.NewChaCha8(chaChaKey(seed)) }
