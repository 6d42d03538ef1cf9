package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// The smaller sizes of each line once. The times mean nothing.
func TestGrowth(t *testing.T) {
	all := allSeries()
	for i := range all {
		all[i].sizes = all[i].sizes[:3]
	}
	dir := t.TempDir()
	if err := growth(settings{run: regexp.MustCompile("."), out: dir, Options: measure.Options{}}, all, io.Discard); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(dir, "growth.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if !strings.Contains(string(table), s.name) {
			t.Errorf("no line %q in\n%s", s.name, table)
		}
	}
}

// The sizes are those that the project is to be flat for.
func TestSizesReachFar(t *testing.T) {
	for name, want := range map[string]string{
		"arrays of strings of 16 B, read as tokens": "10,000,000",
		"strings, read as tokens":                   "1 GiB",
		"fed connections":                           "100,000",
		"unix sockets, the same with":               "100,000",
		"a client's mix":                            "256 KiB",
	} {
		found := false
		for _, s := range allSeries() {
			if strings.HasPrefix(s.name, name) {
				found = true
				if last := s.sizes[len(s.sizes)-1].name; last != want {
					t.Errorf("%s: up to %s, want %s", s.name, last, want)
				}
			}
		}
		if !found {
			t.Errorf("no line %s", name)
		}
	}
}
