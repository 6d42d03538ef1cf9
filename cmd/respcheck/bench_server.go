package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// benchConns is how many connections are busy at once.
const benchConns = 4

// benchServer is a server that is measured.
type benchServer struct {
	srv     *server
	options *connOptions
	name    string // of the server, and its version
	prefix  string // of every key
	conns   []*benchConn
}

func openBenchServer(ctx context.Context, srv *server, o *connOptions) (*benchServer, error) {
	s := &benchServer{srv: srv, options: o, prefix: newPrefix()}
	for range benchConns {
		c := connect(ctx, srv, o, 2, hooks{count: func(int) {}})
		c.step("PING")
		if c.name == "" {
			describe(c)
		}
		if c.err != nil {
			s.disconnect()
			return nil, advise(c.err, o)
		}
		s.name = printable(c.name + " " + c.version)
		s.conns = append(s.conns, newBenchConn(c))
	}
	return s, nil
}

// key returns the key that a connection uses for values of one size.
func (s *benchServer) key(conn, size int) string { return fmt.Sprintf("%s%d:%d", s.prefix, conn, size) }

func (s *benchServer) disconnect() {
	for _, c := range s.conns {
		c.close()
	}
}

// close deletes the keys and disconnects.
func (s *benchServer) close(ctx context.Context) error {
	s.disconnect()
	if s.srv.private {
		return nil
	}
	c := connect(context.WithoutCancel(ctx), s.srv, s.options, 2, hooks{count: func(int) {}})
	defer c.close()
	for conn := range s.conns {
		for _, size := range benchSizes {
			c.step("DEL", s.key(conn, size))
		}
	}
	if c.err != nil {
		return fmt.Errorf("keys with the prefix %s may be left behind: %w", s.prefix, c.err)
	}
	return nil
}

// benchmarks measure pipelines of SET and of GET.
func (s *benchServer) benchmarks() (all []benchmark) {
	for _, size := range benchSizes {
		payload := benchPayload(size)
		all = append(all,
			s.onAll("SET "+sizeName(size), func(c *benchConn, i int, until time.Time) (tally, error) {
				return c.set(s.key(i, size), payload, until)
			}),
			s.onAll("GET "+sizeName(size), func(c *benchConn, i int, until time.Time) (tally, error) {
				return c.get(s.key(i, size), payload, until)
			}))
	}
	return all
}

// onAll does something on all connections at once.
func (s *benchServer) onAll(name string, do func(c *benchConn, i int, until time.Time) (tally, error)) benchmark {
	return benchmark{name, func(until time.Time) (tally, error) {
		tallies, errs := make([]tally, len(s.conns)), make([]error, len(s.conns))
		var wg sync.WaitGroup
		for i, c := range s.conns {
			wg.Go(func() { tallies[i], errs[i] = do(c, i, until) })
		}
		wg.Wait()
		var sum tally
		for _, t := range tallies {
			sum.ops += t.ops
			sum.bytes += t.bytes
		}
		if err := errors.Join(errs...); err != nil {
			return sum, fmt.Errorf("%s at %s: %w", name, s.srv.addr, err)
		}
		return sum, nil
	}}
}
