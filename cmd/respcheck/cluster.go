package main

import (
	"context"
	"net"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
)

// maxNodes is how many other nodes of a cluster are checked at most.
const maxNodes = 1000

// otherNodes returns the addresses in a reply to CLUSTER NODES, but for that of the
// node which gave it, and for nodes that have none. An error has no such lines.
func otherNodes(nodes string) (addrs []string) {
	for line := range strings.Lines(nodes) {
		fields := strings.Fields(line)
		if len(fields) < 8 || len(addrs) == maxNodes {
			continue
		}
		addr, _, _ := strings.Cut(fields[1], "@") // the port of the cluster bus and names follow
		colon := strings.LastIndexByte(addr, ':')
		hidden := slices.ContainsFunc(strings.Split(fields[2], ","), func(flag string) bool {
			return flag == "myself" || flag == "noaddr" || flag == "handshake"
		})
		if colon > 0 && !hidden {
			addrs = append(addrs, net.JoinHostPort(addr[:colon], addr[colon+1:]))
		}
	}
	return addrs
}

// at is another node of the same cluster.
func (s *server) at(addr string) *server {
	return &server{network: "tcp", addr: addr, origin: "another node of the cluster", cluster: true}
}

// runPeer runs the checks on another node of the cluster.
func (s *session) runPeer(ctx context.Context, addr string) (cleanup error) {
	node := startSession(s.cfg, s.srv.at(addr), s.report)
	switch err := node.explore(ctx); {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		s.report.add("node "+printable(addr), result{err: err})
		return nil
	}
	s.report.header(node.name, node.version, node.srv)
	return node.runChecks(ctx)
}

// maxTags is how many random hash tags are tried for one with the wanted slot.
const maxTags = 1000

// setFirst sets the first key of the session. On a node of a cluster it changes the
// prefix until the node has the slot of the key.
func (s *session) setFirst(c *conn) (v *resp.Value) {
	for range maxTags {
		v = c.once("SET", s.first(), "x", "PX", 1000)
		if _, _, elsewhere := redirection(v); !elsewhere || c.role == "replica" {
			return v
		}
		s.prefix = newPrefix()
	}
	return v
}
