package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// session is one run: the server, the checks to run on it and the keys they
// used.
type session struct {
	cfg    *config
	srv    *server
	report *reporter
	prefix string // of every key and channel; the braces keep all keys in one slot of a cluster

	keysMu sync.Mutex
	keys   map[string]bool
}

// newSession connects once to see that the server can be used at all and who
// it is.
func newSession(ctx context.Context, cfg *config, srv *server, report *reporter) (*session, error) {
	s := &session{
		cfg:    cfg,
		srv:    srv,
		report: report,
		prefix: "respcheck:{" + strings.ToLower(rand.Text()) + "}:",
		keys:   map[string]bool{},
	}
	c := connect(ctx, srv, &cfg.options, 2, hooks{count: func(int) {}})
	defer c.close()
	c.step("PING") // some servers let an unauthenticated client come this far
	if c.name == "" {
		c.name, c.version = describe(c)
	}
	if c.err != nil {
		return nil, c.err
	}
	report.header(c.name, c.version, srv)
	return s, nil
}

// describe asks a server that does not know HELLO who it is.
func describe(c *conn) (name, version string) {
	for line := range strings.Lines(text(c.do("INFO", "server"))) {
		if version, ok := strings.CutPrefix(strings.TrimSpace(line), "redis_version:"); ok {
			return "redis", version
		}
	}
	return "server", "of unknown version"
}

// runAll runs the checks in both protocol versions, deletes the keys and
// returns the exit status.
func (s *session) runAll(ctx context.Context) int {
	for proto := 2; proto <= 3; proto++ {
		for _, check := range checks {
			name := fmt.Sprintf("resp%d/%s", proto, check.name)
			if s.cfg.run != nil && !s.cfg.run.MatchString(name) {
				continue
			}
			end := s.report.begin(name)
			r := s.run(ctx, check, proto)
			end()
			if ctx.Err() != nil {
				return s.interrupted(ctx)
			}
			s.report.add(name, r)
		}
	}
	if s.report.total() == 0 {
		return s.report.stopped(fmt.Errorf("no check matches -run %s", s.cfg.run))
	}
	return s.report.finish(s.deleteKeys(ctx))
}

// interrupted cleans up after Ctrl-C or a signal to end.
func (s *session) interrupted(ctx context.Context) int {
	if s.srv.private {
		return s.report.stopped(errors.New("interrupted"))
	}
	return s.report.stopped(errors.Join(errors.New("interrupted"), s.deleteKeys(context.WithoutCancel(ctx))))
}

// result is how a check ended.
type result struct {
	err     error // nil: ok; a skip: skipped; any other: failed
	elapsed time.Duration
	bytes   int64
	note    string
}

// run runs one check on connections of its own.
func (s *session) run(ctx context.Context, check check, proto int) result {
	t := &trip{session: s, ctx: ctx, name: fmt.Sprintf("resp%d/%s", proto, check.name), proto: proto}
	start := time.Now()
	t.guard(func() { check.run(t) })
	t.close()
	return result{err: t.err, elapsed: time.Since(start), bytes: t.bytes.Load(), note: t.note}
}

// useKey notes that a key will have to be deleted.
func (s *session) useKey(key string) {
	s.keysMu.Lock()
	defer s.keysMu.Unlock()
	s.keys[key] = true
}

// deleteBatch is how many keys one DEL names at most.
const deleteBatch = 500

// deleteKeys deletes every key that a check may have written.
func (s *session) deleteKeys(ctx context.Context) error {
	keys := slices.Collect(maps.Keys(s.keys))
	if len(keys) == 0 {
		return nil
	}
	c := connect(ctx, s.srv, &s.cfg.options, 2, hooks{count: func(int) {}})
	defer c.close()
	for batch := range slices.Chunk(keys, deleteBatch) {
		args := make([]any, len(batch))
		for i, key := range batch {
			args[i] = key
		}
		c.step("DEL", args...)
	}
	if c.err != nil {
		return fmt.Errorf("keys with the prefix %s may be left behind: %w", s.prefix, c.err)
	}
	return nil
}
