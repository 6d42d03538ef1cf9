package main

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// server is the data, and the clients that share it.
type server struct {
	password string
	running  sync.WaitGroup // sessions

	mu       sync.Mutex // guards everything below, and the sessions while a command runs
	data     store
	sessions map[int64]*session
	channels map[string]map[*session]bool // and who is subscribed to them
	lastID   int64
	closing  bool
}

const (
	maxSessions = 10_000
	lastWords   = 200 * time.Millisecond // how long a connection is read from that will be closed
)

func newServer(password string) *server {
	return &server{password: password, data: store{}, sessions: map[int64]*session{}, channels: map[string]map[*session]bool{}}
}

// serve serves the clients of l until ctx is done. Every session ends when it has
// answered what has arrived, or when its client does not take its replies; then serve
// returns.
func (s *server) serve(ctx context.Context, l net.Listener) {
	defer context.AfterFunc(ctx, func() { l.Close() })()
	time.AfterFunc(sweepEvery, s.sweep)
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			break
		}
		if err != nil { // too many files are open
			time.Sleep(10 * time.Millisecond)
			continue
		}
		s.running.Go(func() { s.welcome(conn) })
	}
	s.mu.Lock()
	s.closing = true
	for _, c := range s.sessions {
		c.conn.SetReadDeadline(time.Now().Add(lastWords))
		c.conn.SetWriteDeadline(time.Now().Add(2 * lastWords))
	}
	s.mu.Unlock()
	s.running.Wait()
}

// welcome serves one client, unless there are too many.
func (s *server) welcome(conn net.Conn) {
	defer conn.Close()
	c := newSession(s, conn)
	s.mu.Lock()
	full := s.closing || len(s.sessions) == maxSessions
	if !full {
		s.lastID++
		c.id = s.lastID
		s.sessions[c.id] = c
	}
	s.mu.Unlock()
	if full {
		conn.SetWriteDeadline(time.Now().Add(lastWords))
		c.replies.WriteSimpleError("ERR max number of clients reached")
	} else {
		c.run()
	}
	c.part()
	s.mu.Lock()
	defer s.mu.Unlock()
	for channel := range c.subscribed {
		c.leave(channel)
	}
	delete(s.sessions, c.id)
}
