package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// session is one run on one server: the checks to run on it and the keys they used.
type session struct {
	cfg    *config
	srv    *server
	report *reporter
	prefix string // of every key and channel

	peers       []string // addresses of the other nodes, if the server is in a cluster
	noRESP3     error    // why the server speaks no RESP3; nil if it does
	cannotWrite skip     // why checks that write keys cannot run; empty if they can

	keysMu sync.Mutex
	keys   map[string]bool
}

// newSession connects to the server, to see that it can be used at all, and who it is.
func newSession(ctx context.Context, cfg *config, srv *server, report *reporter) (*session, error) {
	s := startSession(cfg, srv, report)
	err := s.explore(ctx)
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	return s, advise(err, &cfg.options)
}

func startSession(cfg *config, srv *server, report *reporter) *session {
	return &session{cfg: cfg, srv: srv, report: report, prefix: newPrefix(), keys: map[string]bool{}}
}

// connect opens a connection that belongs to no check.
func (s *session) connect(ctx context.Context, proto int) *conn {
	return connect(ctx, s.srv, &s.cfg.options, proto, hooks{count: func(int) {}})
}

// runAll runs the checks, on every node if the server is in a cluster, and returns the
// exit status.
func (s *session) runAll(ctx context.Context) int {
	cleanup := s.runChecks(ctx)
	for _, addr := range s.peers {
		if ctx.Err() == nil {
			cleanup = errors.Join(cleanup, s.runPeer(ctx, addr))
		}
	}
	switch {
	case ctx.Err() != nil:
		return s.report.stopped(errors.Join(errInterrupted, cleanup))
	case s.report.total() == 0:
		return s.report.stopped(fmt.Errorf("no check matches -run %s", s.cfg.run))
	}
	return s.report.finish(cleanup)
}

// runChecks runs the checks in the wanted versions of the protocol and deletes the
// keys. The error is that of deleting them.
func (s *session) runChecks(ctx context.Context) (cleanup error) {
	for _, proto := range s.cfg.protocols {
		if ctx.Err() == nil {
			s.runProtocol(ctx, proto)
		}
	}
	if ctx.Err() == nil {
		return s.deleteKeys(ctx)
	}
	if s.srv.private {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), interruptedTimeout)
	defer cancel()
	return s.deleteKeys(ctx)
}

// errInterrupted is the end after Ctrl-C or a signal to end.
var errInterrupted = errors.New("interrupted")

// interruptedTimeout is how long the keys of a run that was interrupted may take to
// delete.
const interruptedTimeout = 2 * time.Second

// checks are those for the server.
func (s *session) checks() []check {
	if s.srv.cluster {
		return slices.Concat(checks, clusterChecks)
	}
	return checks
}

// runProtocol runs the checks in one protocol version. What keeps many of them from
// running is reported once.
func (s *session) runProtocol(ctx context.Context, proto int) {
	writing := 0
	for _, check := range s.checks() {
		name := fmt.Sprintf("resp%d/%s", proto, check.name)
		if s.cfg.run != nil && !s.cfg.run.MatchString(name) {
			continue
		}
		if proto == 3 && s.noRESP3 != nil {
			s.report.add("resp3", result{err: s.noRESP3})
			return
		}
		end := s.report.begin(name)
		r := s.run(ctx, check.run, name, proto)
		end()
		if len(s.keys) >= manyKeys {
			s.deleteKeys(ctx) // what goes wrong is tried again at the end
		}
		switch {
		case ctx.Err() != nil:
			return
		case s.cannotWrite != "" && r.err == error(s.cannotWrite):
			writing++
		default:
			s.report.add(name, r)
		}
	}
	if writing > 0 {
		s.report.add(fmt.Sprintf("resp%d", proto), result{err: skip(fmt.Sprintf("%d checks write keys: %s", writing, s.cannotWrite))})
	}
}

// result is how a check ended.
type result struct {
	err     error // nil: ok; a skip: skipped; any other: failed
	elapsed time.Duration
	bytes   int64
	note    string
}

// run runs one check on connections of its own.
func (s *session) run(ctx context.Context, check func(*trip), name string, proto int) result {
	t := s.newTrip(ctx, name, proto)
	start := time.Now()
	t.guard(func() { check(t) })
	t.close()
	return result{err: t.err, elapsed: time.Since(start), bytes: t.bytes.Load(), note: t.note}
}
