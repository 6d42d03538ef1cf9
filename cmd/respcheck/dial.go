package main

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/seed65f5866d/resp"
)

// connOptions is how to connect, wherever to.
type connOptions struct {
	user, password    string
	db                int
	clientName        string
	tls               *tls.Config // nil: no TLS
	connectTimeout    time.Duration
	timeout           time.Duration
	keepAlive         bool
	keepAliveInterval time.Duration
}

// connect dials the server and goes through AUTH, CLIENT SETNAME, SELECT and HELLO.
// The err field of the connection it returns tells what went wrong.
func connect(ctx context.Context, srv *server, o *connOptions, proto int, hooks hooks) *conn {
	c := &conn{addr: srv.addr, proto: proto, timeout: o.timeout, patience: o.timeout, trace: hooks.trace, onError: hooks.onError}
	sock, err := dial(ctx, srv, o)
	if err != nil {
		c.fail("connect", err)
		return c
	}
	c.sock = sock
	c.release = context.AfterFunc(ctx, func() { sock.Close() })
	c.in = &tap{sock: sock, timeout: o.timeout, most: 2 * maxReply, count: hooks.count}
	c.requests = resp.NewDecoder(nil)
	c.dec = resp.NewDecoder(c.in, resp.OnPush(c.keepPush), resp.MaxTotalLen(maxReply))
	c.handshake(o)
	if srv.cluster {
		c.elsewhere = func(addr string) *conn {
			return connect(ctx, srv.at(addr), o, proto, hooks.at(addr))
		}
	}
	return c
}

// hooks are the functions that a connection reports to. All but count are optional.
type hooks struct {
	count   func(n int)                  // bytes sent or received
	trace   func(direction, wire string) // the bytes themselves, quoted and cut
	onError func(error)                  // the error that closed the connection
}

// at are the same hooks for a connection to another node, whose errors are the caller's
// to judge.
func (h hooks) at(addr string) hooks {
	h.onError = nil
	if trace := h.trace; trace != nil {
		h.trace = func(direction, wire string) { trace("at "+addr+" "+direction, wire) }
	}
	return h
}

// dial connects. TCP_NODELAY is on: package net sets it on every TCP connection.
func dial(ctx context.Context, srv *server, o *connOptions) (net.Conn, error) {
	d := &net.Dialer{
		Timeout:   o.connectTimeout,
		KeepAlive: -1, // off, unless KeepAliveConfig says on
		KeepAliveConfig: net.KeepAliveConfig{
			Enable:   o.keepAlive,
			Idle:     o.keepAliveInterval,
			Interval: o.keepAliveInterval,
		},
	}
	if o.tls == nil {
		return d.DialContext(ctx, srv.network, srv.addr)
	}
	secure := tls.Dialer{NetDialer: d, Config: o.tls}
	return secure.DialContext(ctx, srv.network, srv.addr)
}

func (c *conn) handshake(o *connOptions) {
	switch {
	case o.user != "":
		c.step("AUTH", o.user, o.password)
	case o.password != "":
		c.step("AUTH", o.password)
	}
	if o.clientName != "" {
		c.try("CLIENT SETNAME", o.clientName)
	}
	if o.db != 0 {
		c.step("SELECT", o.db)
	}
	hello := c.do("HELLO", c.proto)
	if c.proto == 2 && isSkip(lacking("HELLO", hello.Err())) {
		return // older than RESP3: what it speaks is RESP2
	}
	c.refuseError("HELLO", hello)
	c.name, c.version = text(field(hello, "server")), text(field(hello, "version"))
	c.mode, c.role = text(field(hello, "mode")), text(field(hello, "role"))
}

// step sends a command that must succeed for the connection to be of use.
func (c *conn) step(name string, args ...any) { c.refuseError(name, c.do(name, args...)) }

// try sends a command that must succeed if the server has it and lets this user use it.
func (c *conn) try(name string, args ...any) {
	v := c.do(name, args...)
	if !isSkip(lacking(name, v.Err())) {
		c.refuseError(name, v)
	}
}

// refuseError makes a server's error the end of the connection, or the reason
// to skip the check when the server says that it does not know the command.
func (c *conn) refuseError(name string, v *resp.Value) {
	if err := v.Err(); err != nil {
		c.fail(name, lacking(name, err))
	}
}
