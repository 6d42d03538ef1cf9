package main

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"
)

// benchConns is how many connections are busy at once.
const benchConns = 4

// benchServer is a server that is measured.
type benchServer struct {
	*session
	conns []*benchConn
}

func openBenchServer(ctx context.Context, cfg *config, srv *server) (*benchServer, error) {
	s := &benchServer{session: startSession(cfg, srv, nil)}
	err := s.explore(ctx)
	if err == nil && s.cannotWrite != "" {
		err = fmt.Errorf("bench writes keys: %w", s.cannotWrite)
	}
	for i := 0; i < benchConns && err == nil; i++ {
		c := s.connect(ctx, 2)
		s.conns = append(s.conns, newBenchConn(c))
		err = c.err
	}
	if err != nil {
		s.disconnect()
		return nil, err
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

// close disconnects and deletes the keys.
func (s *benchServer) close(ctx context.Context) error {
	s.disconnect()
	for conn := range s.conns {
		for _, size := range benchSizes {
			s.keys[s.key(conn, size)] = true
		}
	}
	return s.cleanUp(ctx)
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
		if err := cmp.Or(errs...); err != nil {
			return sum, fmt.Errorf("%s at %s: %w", name, s.srv.addr, err)
		}
		return sum, nil
	}}
}
