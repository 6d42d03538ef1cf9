package main

import (
	"net"
	"runtime"
	"sync"

	"github.com/seed65f5866d/resp"
)

// ourShared is one connection for all goroutines. Commands of goroutines that ask at
// about the same time go out in one write.
type ourShared struct {
	dec *resp.Decoder // of the goroutine that reads

	mu      sync.Mutex
	enc     *resp.Encoder
	written []*request    // their replies are to come, in this order
	err     error         // of the connection; later requests get it at once
	wake    chan struct{} // full: something is to be flushed
}

// request is a command that somebody waits for.
type request struct {
	done  chan struct{}
	reply string
	err   error
}

var requests = sync.Pool{New: func() any { return &request{done: make(chan struct{}, 1)} }}

func openOurShared(network, addr string) (shared, error) {
	conn, err := net.Dial(network, addr)
	if err != nil {
		return nil, err
	}
	c := &ourShared{dec: resp.NewDecoder(conn), enc: resp.NewEncoder(conn), wake: make(chan struct{}, 1)}
	go c.flush()
	go c.read()
	return c, nil
}

func (c *ourShared) get() error {
	r := requests.Get().(*request)
	defer requests.Put(r)
	if err := c.write(r); err != nil {
		return err
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
	<-r.done
	return same(r.reply, r.err)
}

func (c *ourShared) write(r *request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return c.err
	}
	if err := c.enc.WriteCommand("GET", resp.String(key)); err != nil {
		return err
	}
	c.written = append(c.written, r)
	return nil
}

// flush lets other goroutines write first, as long as there are any that can.
func (c *ourShared) flush() {
	for range c.wake {
		runtime.Gosched()
		c.mu.Lock()
		err := c.enc.Flush()
		c.mu.Unlock()
		if err != nil {
			return // read meets the error of the connection as well
		}
	}
}

// read gives each reply to whom it belongs, and an error to all.
func (c *ourShared) read() {
	var waiting, spare []*request
	for {
		reply, err := c.dec.ReadString()
		if err != nil {
			c.fail(waiting, err)
			return
		}
		if len(waiting) == 0 {
			waiting = c.take(spare[:0])
			spare = waiting
		}
		waiting[0].reply, waiting[0].err = reply, nil
		waiting[0].done <- struct{}{}
		waiting = waiting[1:]
	}
}

// take returns the requests that have been written, and leaves an empty list.
func (c *ourShared) take(empty []*request) []*request {
	c.mu.Lock()
	defer c.mu.Unlock()
	written := c.written
	c.written = empty
	return written
}

func (c *ourShared) fail(waiting []*request, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
	for _, r := range append(waiting, c.written...) {
		r.err = err
		r.done <- struct{}{}
	}
}
