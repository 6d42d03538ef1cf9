package main

import (
	"fmt"
	"io"
)

// output writes to the standard output and keeps the first error, so that a full disk
// does not pass for success.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.err = err
	return n, err
}

// failure says that some of the output is lost.
func (o *output) failure() error {
	if o.err == nil {
		return nil
	}
	return fmt.Errorf("output: %w", o.err)
}
