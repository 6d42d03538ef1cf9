//go:build !unix

package resp

import "io"

// socket would be a connection that can be waited for without a buffer. Here an
// idle Decoder waits with its small one.
type socket struct{}

func (b *buffer) socketOf(io.Reader) *socket { return nil }

func (b *buffer) await() error { return nil }
