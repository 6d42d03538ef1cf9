package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/seed65f5866d/resp"
)

// explore finds out, before any check, what would make many of them fail for the same
// reason: the server does not let us in, has no RESP3, or takes no writes.
func (s *session) explore(ctx context.Context) error {
	err := s.exploreWith(ctx)
	if ctx.Err() != nil {
		return errInterrupted
	}
	return advise(err, &s.cfg.options)
}

func (s *session) exploreWith(ctx context.Context) error {
	c := s.connect(ctx, 2)
	defer c.close()
	c.try("PING") // some servers let an unauthenticated client come this far
	if c.name == "" {
		describe(c)
	}
	if c.err != nil {
		return c.err
	}
	if c.mode == "sentinel" {
		return fmt.Errorf("%s is a Sentinel, which keeps no keys; SENTINEL MASTERS names the servers that do", s.srv.addr)
	}
	if c.mode == "cluster" {
		s.srv.cluster = true
		s.peers = otherNodes(text(c.do("CLUSTER NODES")))
	}
	s.name, s.version = printable(c.name), printable(c.version)
	if err := s.tryWrite(c); err != nil {
		return err
	}
	return s.trySecond(ctx)
}

// describe asks a server that does not know HELLO who it is.
func describe(c *conn) {
	c.name, c.version = "server", "of unknown version"
	if version := infoField(c, "server", "redis_version"); version != "" {
		c.name, c.version = "redis", version
	}
	if infoField(c, "cluster", "cluster_enabled") == "1" {
		c.mode = "cluster"
	}
	if infoField(c, "replication", "role") == "slave" {
		c.role = "replica"
	}
}

// tryWrite sets and deletes a key. It sets cannotWrite when this server, or this user,
// may not do both, and returns an error when no check could succeed now.
func (s *session) tryWrite(c *conn) error {
	v := s.setFirst(c)
	addr, _, elsewhere := redirection(v)
	err := lacking("SET", v.Err())
	if err == nil {
		err = lacking("DEL", c.do("DEL", s.first()).Err())
	}
	var reply *resp.ReplyError
	switch {
	case c.err != nil:
		return c.err
	case elsewhere && c.role == "replica":
		s.cannotWrite = readOnly(c)
	case elsewhere:
		s.cannotWrite = skip("this node of the cluster serves no slots; others do, such as " + printable(c.resolve(addr)))
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
	host, port := infoField(c, "replication", "master_host"), infoField(c, "replication", "master_port")
	if host == "" || port == "" {
		return "this is a replica"
	}
	master := printable(net.JoinHostPort(host, port))
	return skip(fmt.Sprintf("this is a replica of %s; run them there", master))
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
