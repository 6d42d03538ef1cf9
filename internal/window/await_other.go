//go:build !unix

package window

import "io"

// socket would be a connection that can be waited for without a buffer. Here an
// idle Decoder waits with its small one.
type socket struct{}

func (w *Window) socketOf(io.Reader) *socket { return nil }

func (w *Window) await() error { return nil }
