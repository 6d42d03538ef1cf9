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
	started  time.Time
	running  sync.WaitGroup // sessions

	mu        sync.Mutex // guards everything below, and the sessions while a command runs
	databases [16]*database
	sessions  map[int64]*session
	lastID    int64
	topics    [topicSorts]topics
	closing   bool
}

const (
	maxSessions = 10_000
	sweepEvery  = 100 * time.Millisecond
	acceptAgain = 10 * time.Millisecond  // when no connection can be accepted
	lastWords   = 200 * time.Millisecond // how long a connection is read from that will be closed
)

func newServer(password string) *server {
	s := &server{
		password: password,
		started:  time.Now(),
		sessions: map[int64]*session{},
		topics:   [topicSorts]topics{{}, {}},
	}
	for i := range s.databases {
		s.databases[i] = newDatabase()
	}
	return s
}

// serve serves the clients of l until ctx is done or l is closed. It returns when the
// last of them has its replies and has been disconnected.
func (s *server) serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.running.Wait()
	defer s.close()
	defer cancel()
	s.running.Go(func() { s.sweep(ctx) })
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			s.running.Go(func() { s.welcome(conn) })
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default: // too many files are open
			time.Sleep(acceptAgain)
		}
	}
}

// welcome serves one client, unless there are too many.
func (s *server) welcome(conn net.Conn) {
	defer conn.Close()
	c := newSession(s, conn)
	if s.add(c) {
		defer s.remove(c)
		c.run()
	} else {
		conn.SetWriteDeadline(time.Now().Add(lastWords))
		c.replies.WriteSimpleError("ERR max number of clients reached")
	}
	c.part()
}

// add makes a session one of the server's. It reports whether there was room.
func (s *server) add(c *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || len(s.sessions) == maxSessions {
		return false
	}
	s.lastID++
	c.id = s.lastID
	s.sessions[c.id] = c
	return true
}

func (s *server) remove(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.unsubscribeAll()
	delete(s.sessions, c.id)
}

// close makes every session end when it has answered what has arrived. One whose
// client does not take its replies ends without that.
func (s *server) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for _, c := range s.sessions {
		c.conn.SetReadDeadline(time.Now().Add(lastWords))
		c.conn.SetWriteDeadline(time.Now().Add(2 * lastWords))
	}
}

// sweep deletes keys that have expired and that nobody asks for.
func (s *server) sweep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(sweepEvery):
		}
		s.mu.Lock()
		for _, db := range s.databases {
			db.sweep()
		}
		s.mu.Unlock()
	}
}
