package main

import (
	"io"
	"os"

	"github.com/fatih/color"
)

// style colours text on a terminal. Its colours can be read on black and on white.
type style struct {
	good, bad, faint func(a ...any) string
}

func newStyle(w io.Writer, getenv func(string) string) style {
	paint := func(attributes ...color.Attribute) func(...any) string {
		c := color.New(attributes...)
		if isTerminal(w) && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb" {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c.SprintFunc()
	}
	return style{
		good:  paint(color.FgGreen),
		bad:   paint(color.FgRed, color.Bold),
		faint: paint(color.Faint),
	}
}

// isTerminal reports whether w is a terminal, or a device such as /dev/null to which it
// does not matter.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
