package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// One pipeline of each sort by each client. The times mean nothing.
func TestRun(t *testing.T) {
	var out strings.Builder
	dir := t.TempDir()
	err := run(measure.Options{}, dir, &out)
	if errors.Is(err, errNoServer) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		if n := strings.Count(out.String(), c.name+"  "); n != 14 {
			t.Errorf("%s has %d rows:\n%s", c.name, n, out.String())
		}
	}
	for _, name := range []string{"endtoend.csv", "endtoend.svg", "endtoend-cpu.svg"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What another client does better is said, with how sure that is.
func TestJudge(t *testing.T) {
	w := workload{"unix, GET x 1", []measure.Result{
		{Name: "resp", Wall: 1000, CPU: 500, Spread: 0.05},
		{Name: "slower", Wall: 1100, CPU: 500, Spread: 0.9},
		{Name: "noisy", Wall: 900, CPU: 490, Spread: 0.2},
		{Name: "faster", Wall: 900, CPU: 510, Spread: 0.01},
	}}
	var out strings.Builder
	w.judge(&out)
	want := `unix, GET x 1: noisy takes 2.0 % less processor time, within the noise of 20 %
unix, GET x 1: noisy takes 10.0 % less time for a request, within the noise of 20 %
unix, GET x 1: faster takes 10.0 % less time for a request, more than the noise of 5 %
`
	if got := out.String(); got != want {
		t.Errorf("judged as\n%s\nwant\n%s", got, want)
	}
}
