package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// newPrefix returns what every key and channel of a session starts with. The braces
// keep all keys in one slot of a cluster.
func newPrefix() string { return "respcheck:{" + strings.ToLower(rand.Text()) + "}:" }

// first is the key that is written before all others.
func (s *session) first() string { return s.prefix + "first" }

const (
	maxKeys     = 50_000 // to remember at once
	manyKeys    = 10_000 // to delete as soon as their check has ended
	deleteBatch = 500    // keys that one DEL names at most
)

// useKey notes that a key will have to be deleted. When there are too many to
// remember it deletes them: a check that uses so many has done with all but the last.
func (s *session) useKey(ctx context.Context, key string) error {
	s.keysMu.Lock()
	defer s.keysMu.Unlock()
	if s.cannotWrite != "" {
		return s.cannotWrite
	}
	if len(s.keys) >= maxKeys {
		if err := s.deleteKeys(ctx); err != nil {
			return err
		}
	}
	s.keys[key] = true
	return nil
}

// deleteKeys deletes every key that a check may have written. After an error it
// remembers them all.
func (s *session) deleteKeys(ctx context.Context) error {
	keys := slices.Collect(maps.Keys(s.keys))
	if len(keys) == 0 {
		return nil
	}
	c := s.connect(ctx, 2)
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
	clear(s.keys)
	return nil
}
