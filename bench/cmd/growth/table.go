package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// errCannot means that this machine does not permit a size, with the reason.
var errCannot = errors.New("not on this machine")

// table is written as Markdown, because that reads well on a terminal too.
type table struct{ out io.Writer }

func newTable(out io.Writer) table {
	fmt.Fprintln(out, "| ns for each | of | figures | last / least | what is not flat |")
	fmt.Fprintln(out, "|---|---|---|---|---|")
	return table{out}
}

// add measures a line. All of its sizes are measured one after the other, for the
// larger ones take much memory.
func (t table) add(s series, meter *measure.Meter, opts measure.Options) error {
	var cells []string
	least, last := 0.0, 0.0
	for _, size := range s.sizes {
		name, cost, err := measureSize(size, meter, opts)
		if errors.Is(err, errCannot) {
			cells = append(cells, size.name+": "+err.Error())
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", size.name, err)
		}
		cells = append(cells, fmt.Sprintf("%s: %s", name, figure(cost)))
		if least == 0 || cost < least {
			least = cost
		}
		last = cost
	}
	_, err := fmt.Fprintf(t.out, "| %s | %s | %s | %.1f | %s |\n", s.unit, s.name, strings.Join(cells, " · "), last/least, s.why)
	return err
}

// measureSize returns the time of a unit in nanoseconds, and what its row calls itself.
func measureSize(s size, meter *measure.Meter, opts measure.Options) (name string, cost float64, err error) {
	row, close, err := s.open()
	if err != nil {
		return "", 0, err
	}
	defer close()
	results, err := meter.Run([]measure.Row{row}, opts)
	if err != nil {
		return "", 0, err
	}
	if cpu := results[0].CPU; cpu > 0 {
		return row.Name, cpu, nil
	}
	return row.Name, results[0].Wall, nil
}

// figure has three digits that count.
func figure(ns float64) string {
	switch {
	case ns >= 100:
		return fmt.Sprintf("%.0f", ns)
	case ns >= 10:
		return fmt.Sprintf("%.1f", ns)
	case ns >= 1:
		return fmt.Sprintf("%.2f", ns)
	}
	return fmt.Sprintf("%.3f", ns)
}
