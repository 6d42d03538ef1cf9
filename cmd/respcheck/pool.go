package main

import "sync/atomic"

// maxConns is how many connections a pool may have.
const maxConns = 1000

// pool shares a fixed number of connections among any number of workers.
type pool struct {
	free     chan *conn // idle connections; a broken one is replaced when its turn comes
	dial     func() *conn
	replaced atomic.Int64
	retried  atomic.Int64
}

// newPool opens size connections with dial. Later the pool handles their errors; here
// the first one is returned.
func newPool(size int, dial func() *conn) (*pool, error) {
	p := &pool{free: make(chan *conn, size), dial: dial}
	for range size {
		c := dial()
		if c.err != nil {
			return nil, c.err
		}
		p.free <- c
	}
	return p, nil
}

// do runs work on an idle connection. If the connection breaks, work runs once more
// on a new one, so it must be harmless to run it twice.
func (p *pool) do(work func(c *conn)) error {
	c := <-p.free
	defer func() { p.free <- c }()
	if c.err != nil {
		c = p.replace(c)
	}
	work(c)
	if c.broken() {
		p.retried.Add(1)
		c = p.replace(c)
		work(c)
	}
	return c.err
}

func (p *pool) replace(c *conn) *conn {
	c.close()
	p.replaced.Add(1)
	return p.dial()
}
