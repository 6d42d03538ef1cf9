package main

import "io"

// terminal writes text without the escape sequences that a server may have put into
// its words.
type terminal struct{ w io.Writer }

func (t terminal) Write(p []byte) (int, error) {
	if _, err := t.w.Write([]byte(escape(string(p), "\n\t"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
