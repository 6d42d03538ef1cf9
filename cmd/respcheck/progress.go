package main

import (
	"fmt"
	"io"
	"time"
)

// progress shows what takes long on the last line of a terminal, and nothing elsewhere.
type progress struct {
	w  io.Writer
	on bool
}

func newProgress(w io.Writer, getenv func(string) string) progress {
	return progress{w: w, on: isTerminal(w) && getenv("TERM") != "dumb"}
}

const (
	clearLine = "\r\x1b[K"
	patience  = 100 * time.Millisecond // before anything is shown, and between changes
)

// begin shows what goes on, and for how long, until end is called.
func (p progress) begin(what string) (end func()) {
	if !p.on {
		return func() {}
	}
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		p.tick(what, done)
	}()
	return func() {
		close(done)
		<-gone
	}
}

func (p progress) tick(what string, done <-chan struct{}) {
	start := time.Now()
	ticker := time.NewTicker(patience)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			fmt.Fprint(p.w, clearLine)
			return
		case <-ticker.C:
			fmt.Fprintf(p.w, "%s%s ... %.1f s", clearLine, what, time.Since(start).Seconds())
		}
	}
}
