package main

import (
	"errors"
	"fmt"
	"io"
	"net"
)

// broken reports whether the connection itself failed, and not a comparison or a
// command.
func (c *conn) broken() bool {
	var wire *wireError
	return errors.As(c.err, &wire) && wire.broken()
}

// wireError is an error on a connection, with the step, the server and the bytes
// around it.
type wireError struct {
	step, addr     string
	err            error
	sent, received string // quoted and cut
}

func (e *wireError) Error() string {
	return fmt.Sprintf("%s at %s: %s", printable(e.step), e.addr, printable(e.err.Error()))
}

func (e *wireError) Unwrap() error { return e.err }

func (e *wireError) broken() bool {
	var network net.Error
	return errors.Is(e.err, io.EOF) || errors.Is(e.err, io.ErrUnexpectedEOF) || errors.As(e.err, &network)
}
