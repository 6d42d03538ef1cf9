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
		if n := strings.Count(out.String(), c.name+" "); n != 14 {
			t.Errorf("%s has %d rows:\n%s", c.name, n, out.String())
		}
	}
	for _, name := range []string{"endtoend.csv", "endtoend.svg", "endtoend-cpu.svg"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
