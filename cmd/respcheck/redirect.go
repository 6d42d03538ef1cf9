package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
)

// maxRedirections is how often one command is sent on at most.
const maxRedirections = 5

// redirection returns where an error of a cluster's node sends a command, and whether
// ASKING must come before it there.
func redirection(v *resp.Value) (addr string, asking, ok bool) {
	var reply *resp.ReplyError
	if !errors.As(v.Err(), &reply) {
		return "", false, false
	}
	if _, addr, ok = reply.Moved(); ok {
		return addr, false, true
	}
	_, addr, ok = reply.Ask()
	return addr, true, ok
}

// follow sends a command that was answered with v to where v says, until an answer is
// no redirection. The connection itself stays where it is.
func (c *conn) follow(v *resp.Value, name string, args []any) *resp.Value {
	for range maxRedirections {
		addr, asking, ok := redirection(v)
		if !ok {
			return v
		}
		v = c.ask(c.resolve(addr), asking, name, args)
	}
	c.fail(name, fmt.Errorf("sent on more than %d times", maxRedirections))
	return &resp.Value{}
}

// ask sends a command to another node.
func (c *conn) ask(addr string, asking bool, name string, args []any) *resp.Value {
	other := c.elsewhere(addr)
	defer other.close()
	if asking {
		other.step("ASKING")
	}
	c.reply = other.once(name, args...).Clone()
	c.sent, c.wire = other.sent, slices.Clone(other.wire)
	if other.err != nil {
		c.fail(name, other.err)
		return &resp.Value{}
	}
	return &c.reply
}

// resolve completes the address in a redirection, which may lack the host when that is
// the same. IPv6 hosts come without brackets.
func (c *conn) resolve(addr string) string {
	colon := strings.LastIndexByte(addr, ':')
	if colon < 0 {
		return addr
	}
	host, port := strings.Trim(addr[:colon], "[]"), addr[colon+1:]
	if host == "" || host == "?" {
		host, _, _ = net.SplitHostPort(c.addr)
	}
	return net.JoinHostPort(host, port)
}
