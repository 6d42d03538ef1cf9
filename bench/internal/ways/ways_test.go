package ways

import (
	"slices"
	"testing"

	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Every row does its workload, again and again, and rows of a workload have names of
// their own.
func TestRows(t *testing.T) {
	for _, name := range Workloads() {
		t.Run(name, func(t *testing.T) {
			seen := make(map[string]bool)
			for _, row := range Rows(name) {
				if seen[row.Name] || row.Units <= 0 {
					t.Errorf("%s: a second row of that name, or of %d units", row.Name, row.Units)
				}
				seen[row.Name] = true
				for _, run := range []func() error{row.Check, row.Pass, row.Pass} {
					if err := run(); err != nil {
						t.Errorf("%s: %v", row.Name, err)
					}
				}
			}
		})
	}
}

// A check that is given something else says so.
func TestChecksCanFail(t *testing.T) {
	w := workload.Common()[0]
	for _, make := range []func(*workload.Stream) Row{values, raw, func(s *workload.Stream) Row { return tokens("tokens", decode(s)) }, clones} {
		s := w.Build()
		row := make(s)
		s.Wire = slices.Clone(s.Wire)
		s.Wire[1] = 'X'
		s.Sum++
		if err := row.Check(); err == nil {
			t.Errorf("%s takes other frames for its own", row.Name)
		}
	}
	m := message("encode ok")
	if err := m.Row(Appending("wrong", func(dst []byte) []byte { return append(dst, "-NO"...) })).Check(); err == nil {
		t.Error("other bytes are taken for the message")
	}
}
