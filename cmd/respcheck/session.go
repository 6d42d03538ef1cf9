package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// session is one run on one server: the checks to run on it and the keys they used.
type session struct {
	cfg    *config
	srv    *server
	report *reporter
	prefix string // of every key and channel

	noRESP3     error // why the server speaks no RESP3; nil if it does
	cannotWrite skip  // why checks that write keys cannot run; empty if they can

	keysMu sync.Mutex
	keys   map[string]bool
}

// newSession connects to the server, to see that it can be used at all, and who it is.
func newSession(ctx context.Context, cfg *config, srv *server, report *reporter) (*session, error) {
	s := &session{cfg: cfg, srv: srv, report: report, prefix: newPrefix(), keys: map[string]bool{}}
	err := s.explore(ctx)
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	return s, advise(err, &cfg.options)
}

// connect opens a connection that belongs to no check.
func (s *session) connect(ctx context.Context, proto int) *conn {
	return connect(ctx, s.srv, &s.cfg.options, proto, hooks{count: func(int) {}})
}

// runAll runs the checks in both protocol versions, deletes the keys and
// returns the exit status.
func (s *session) runAll(ctx context.Context) int {
	for _, proto := range s.cfg.protocols {
		s.runProtocol(ctx, proto)
		if ctx.Err() != nil {
			return s.interrupted(ctx)
		}
	}
	if s.report.total() == 0 {
		return s.report.stopped(fmt.Errorf("no check matches -run %s", s.cfg.run))
	}
	return s.report.finish(s.deleteKeys(ctx))
}

// runProtocol runs the checks in one protocol version. What keeps many of them from
// running is reported once.
func (s *session) runProtocol(ctx context.Context, proto int) {
	writing := 0
	for _, check := range checks {
		name := fmt.Sprintf("resp%d/%s", proto, check.name)
		if s.cfg.run != nil && !s.cfg.run.MatchString(name) {
			continue
		}
		if proto == 3 && s.noRESP3 != nil {
			s.report.add("resp3", result{err: s.noRESP3})
			return
		}
		r := s.run(ctx, check.run, name, proto)
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

var errInterrupted = errors.New("interrupted")

// interruptedTimeout is how long the keys of a run that was interrupted may take to
// delete.
const interruptedTimeout = 2 * time.Second

// interrupted cleans up after Ctrl-C or a signal to end.
func (s *session) interrupted(ctx context.Context) int {
	if s.srv.private {
		return s.report.stopped(errInterrupted)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), interruptedTimeout)
	defer cancel()
	return s.report.stopped(errors.Join(errInterrupted, s.deleteKeys(ctx)))
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
