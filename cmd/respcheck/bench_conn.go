package main

import (
	"fmt"
	"time"

	"github.com/seed65f5866d/resp"
)

// benchConn is a connection of a benchServer. It does not look at every byte, as a conn
// does.
type benchConn struct {
	*conn
	encoder *resp.Encoder
	decoder *resp.Decoder
}

func newBenchConn(c *conn) *benchConn {
	return &benchConn{c, resp.NewEncoder(c.sock), resp.NewDecoder(c.sock)}
}

// A pipeline has at most maxPipelined commands, and fewer when they hold or bring more
// than pipelineBytes.
const (
	maxPipelined  = 100
	pipelineBytes = 1 << 20
)

func (c *benchConn) set(key string, payload []byte, until time.Time) (tally, error) {
	words := []resp.Arg{resp.String(key), resp.Bytes(payload)}
	return c.pipelines("SET", words, len(payload), until, func(reply []byte) error {
		if string(reply) != "OK" {
			return fmt.Errorf("got %s, want OK", quote(reply))
		}
		return nil
	})
}

func (c *benchConn) get(key string, payload []byte, until time.Time) (tally, error) {
	return c.pipelines("GET", []resp.Arg{resp.String(key)}, len(payload), until, func(reply []byte) error {
		if len(reply) != len(payload) {
			return fmt.Errorf("got %d bytes, want %d", len(reply), len(payload))
		}
		return nil
	})
}

// pipelines sends the same command over and over, with values of size bytes.
func (c *benchConn) pipelines(name string, args []resp.Arg, size int, until time.Time, check func(reply []byte) error) (t tally, err error) {
	c.sock.SetDeadline(until.Add(c.timeout))
	start := c.decoder.InputOffset()
	for n := max(1, min(maxPipelined, pipelineBytes/size)); ; {
		if err := c.pipelineOf(n, name, args, check); err != nil {
			return t, err
		}
		t.ops += int64(n)
		if !time.Now().Before(until) {
			break
		}
	}
	sent := len(resp.AppendCommand(nil, name, args...))
	t.bytes = t.ops*int64(sent) + c.decoder.InputOffset() - start
	return t, nil
}

func (c *benchConn) pipelineOf(n int, name string, args []resp.Arg, check func(reply []byte) error) error {
	for range n {
		if err := c.encoder.WriteCommand(name, args...); err != nil {
			return err
		}
	}
	if err := c.encoder.Flush(); err != nil {
		return err
	}
	for range n {
		reply, err := c.decoder.ReadBytes()
		if err == nil {
			err = check(reply)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
