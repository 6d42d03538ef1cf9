package main

import (
	"bufio"
	"fmt"
	"io"
)

// titledWriter writes what comes from several sources, with a title wherever the source
// is another than before.
type titledWriter struct {
	*bufio.Writer
	title string // the last one
}

// under returns a writer of the source with that title, which has none if it is empty.
func (t *titledWriter) under(title string) io.Writer { return titledSource{t, title} }

type titledSource struct {
	to    *titledWriter
	title string
}

func (s titledSource) Write(p []byte) (int, error) {
	if s.title != s.to.title {
		s.to.title = s.title
		fmt.Fprintf(s.to, "==> %s <==\n", s.title)
	}
	return s.to.Write(p)
}
