package main

import (
	"net"
	"time"
)

// timedReader reads from a connection, each time within the timeout, or as long as it
// takes when that is 0.
type timedReader struct {
	sock    net.Conn
	timeout time.Duration
}

func (r *timedReader) Read(p []byte) (int, error) {
	var deadline time.Time
	if r.timeout > 0 {
		deadline = time.Now().Add(r.timeout)
	}
	r.sock.SetReadDeadline(deadline)
	return r.sock.Read(p)
}
