package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
)

// explore finds out, before any check, what would make many of them fail for the same
// reason: the server does not let us in, has no RESP3, or takes no writes.
func (s *session) explore(ctx context.Context) error {
	c := s.connect(ctx, 2)
	defer c.close()
	c.try("PING") // some servers let an unauthenticated client come this far
	if c.name == "" {
		c.name, c.version = describe(c)
	}
	if c.err != nil {
		return c.err
	}
	s.report.header(printable(c.name), printable(c.version), s.srv)
	if err := s.tryWrite(c); err != nil {
		return err
	}
	return s.trySecond(ctx)
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

// tryWrite sets and deletes a key. It sets cannotWrite when this server, or this user,
// may not do both, and returns an error when no check could succeed now.
func (s *session) tryWrite(c *conn) error {
	key := s.prefix + "first"
	err := lacking("SET", c.do("SET", key, "x", "PX", 1000).Err())
	if err == nil {
		err = lacking("DEL", c.do("DEL", key).Err())
	}
	var reply *resp.ReplyError
	switch {
	case c.err != nil:
		return c.err
	case errors.Is(err, resp.ReplyPrefix("READONLY")):
		s.cannotWrite = readOnly(c)
	case isSkip(err):
		s.cannotWrite = skip(err.Error())
	case errors.As(err, &reply) && reply.Prefix() != "ERR": // such as OOM, MISCONF or CLUSTERDOWN
		c.fail("SET", err)
	}
	return c.err
}

// readOnly says of which server this one is a replica.
func readOnly(c *conn) skip {
	host, port := replicationInfo(c, "master_host"), replicationInfo(c, "master_port")
	if host == "" || port == "" {
		return "this is a read-only replica"
	}
	master := printable(net.JoinHostPort(host, port))
	return skip(fmt.Sprintf("this is a read-only replica of %s; run them there", master))
}

// trySecond opens one more connection while the first is open, as many checks do, and
// finds out whether the server speaks RESP3 if that is wanted.
func (s *session) trySecond(ctx context.Context) error {
	c := s.connect(ctx, slices.Max(s.cfg.protocols))
	defer c.close()
	if isSkip(c.err) {
		s.noRESP3 = c.err
		return nil
	}
	if c.err != nil {
		return fmt.Errorf("a second connection: %w", c.err)
	}
	return nil
}
