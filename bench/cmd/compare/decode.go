package main

import (
	"fmt"

	"github.com/seed65f5866d/resp/bench/internal/ways"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// decodeExperiment has all ways to read a workload.
func decodeExperiment(w workload.Workload) experiment {
	return experiment{w.Name, func() []row {
		s := w.Build()
		rows := ourRows(w.Name)
		rows = append(rows, peerDecodeRows(w, s)...)
		rows = append(rows, hiredisDecodeRows(s)...)
		return append(rows, decodeBaselines(w.Name, s)...)
	}}
}

// ourRows are package resp's ways to do a workload.
func ourRows(name string) []row {
	var rows []row
	for _, r := range ways.Rows(name) {
		rows = append(rows, row{r.Row, ours, r.Kept, r.Check})
	}
	return rows
}

func sameSum(got, want workload.Sum) error {
	if got != want {
		return fmt.Errorf("the checksum of lengths is %x and not %x", uint64(got), uint64(want))
	}
	return nil
}

func errorsFirst(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
