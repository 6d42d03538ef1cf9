package main

import (
	"fmt"
	"time"

	"github.com/seed65f5866d/resp"
)

// This file bounds what a connection holds, and how long a reply may take, whatever the
// server sends.

// begin starts the clock of a whole reply, and returns the offset where it starts.
func (c *conn) begin() (start int64) {
	start = c.dec.InputOffset()
	c.in.forget(start)
	c.in.until = time.Now().Add(c.patience)
	return start
}

const (
	// maxReply is how many bytes a reply may have, unless a check allows more.
	maxReply = 4 << 20
	// maxPushes is how many pushes are kept for a check that has not asked for any, and
	// maxPush how many bytes each may have.
	maxPushes = 100
	maxPush   = 64 << 10
)

// allow makes room and time for replies with strings of size bytes, if that is more than
// there is for every reply. A server may be silent while it stores such a string, such as
// in its append-only file.
func (c *conn) allow(size int64) {
	if c.err != nil || size <= maxReply {
		return
	}
	const perSecond, storedPerSecond, around = 1 << 20, 8 << 20, 1 << 10
	c.dec.SetLimits(resp.MaxBulkLen(size), resp.MaxTotalLen(size+around))
	c.in.most = 2 * size
	c.patience = c.timeout + time.Duration(size/perSecond)*time.Second
	c.in.timeout = c.timeout + time.Duration(size/storedPerSecond)*time.Second
}

func (c *conn) keepPush(v *resp.Value) {
	before := len(c.again)
	c.again = resp.AppendValue(c.again, v)
	switch size := len(c.again) - before; {
	case len(c.pushes) >= maxPushes:
		c.fail("push", fmt.Errorf("more than %d that nobody asked for", maxPushes))
	case size > maxPush:
		c.fail("push", fmt.Errorf("one of %d bytes that nobody asked for", size))
	default:
		c.pushes = append(c.pushes, v.Clone())
	}
}
