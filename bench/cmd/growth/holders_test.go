package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// TestMain holds connections when a test starts this program again.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == holdFlag {
		main()
	}
	os.Exit(m.Run())
}

// permitting is the command of holders that may open so many files.
func permitting(t *testing.T, files int) []string {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell to limit open files:", err)
	}
	return []string{"sh", "-c", fmt.Sprintf(`ulimit -n %d && exec "$0" "$@"`, files), os.Args[0]}
}

// Connections that are too many for one process are in two, which a row measures. The
// processes end when they are told to.
func TestHolders(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for way := range servers {
		h, err := startHolders(permitting(t, 32), way, 20)
		if err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		if len(h.running) != 2 {
			t.Errorf("%s: %d processes have 20 connections with 32 files each, want 2", way, len(h.running))
		}
		results, err := new(measure.Meter).Run([]measure.Row{h.row(20)}, measure.Options{})
		if err != nil || measure.CPUTime() > 0 && results[0].CPU <= 0 {
			t.Errorf("%s: got %+v, %v, want processor time", way, results, err)
		}
		h.stop()
		for _, one := range h.running {
			if !one.cmd.ProcessState.Success() {
				t.Errorf("%s: a process ended with %v", way, one.cmd.ProcessState)
			}
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A pass has 10,000 requests at least, and the row tells of several processes.
func TestRowOfHolders(t *testing.T) {
	for n, want := range map[int]struct {
		units int
		name  string
	}{
		1:      {10_000, "1 in 2 processes"},
		100:    {10_000, "100 in 2 processes"},
		20_000: {20_000, "20,000 in 2 processes"},
	} {
		row := (&holders{running: make([]*holder, 2)}).row(n)
		if row.Units != want.units || row.Name != want.name {
			t.Errorf("%d connections: got %d requests, %q, want %+v", n, row.Units, row.Name, want)
		}
	}
}

// A holder is not there for longer than who started it, in the midst of a pass
// either.
func TestHolderEndsWithItsInput(t *testing.T) {
	h, _, err := startHolder([]string{os.Args[0]}, "resp", 2)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(h.in, 1<<30)
	h.stop() // would wait for hours
	if !h.cmd.ProcessState.Success() {
		t.Errorf("ended with %v", h.cmd.ProcessState)
	}
}

// A machine that permits processes too few connections, or kills one for its memory,
// cannot have the size, and the reason is told. Another end is a fault of ours.
func TestHoldersThatCannot(t *testing.T) {
	tests := []struct {
		script, want string
		cannot       bool
	}{
		{"echo 1; read rounds", "not on this machine: 100 processes may have 100 connections", true},
		{"echo 0 too many open files in system", "not on this machine: too many open files in system", true},
		{"kill -9 $$", "not on this machine: a process with connections has ended: signal: killed", true},
		{"echo 101; read rounds; kill -9 $$", "not on this machine: a process with connections has ended: signal: killed", true},
		{"exit 2", "a process with connections has ended: exit status 2", false},
		{"echo 101; read rounds", "a process with connections has ended: exit status 0", false},
	}
	for _, test := range tests {
		h, err := startHolders([]string{"sh", "-c", test.script}, "resp", 101)
		if err == nil {
			err = h.ask(1)
			h.stop()
		}
		if err == nil || err.Error() != test.want || errors.Is(err, errCannot) != test.cannot {
			t.Errorf("%s: got %v, want %s", test.script, err, test.want)
		}
	}
}

// Holders are on the cores of who starts them.
func TestHoldersInheritTheCore(t *testing.T) {
	cores := func(pid int) string {
		file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			t.Skip("no list of cores:", err)
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "Cpus_allowed_list:") {
				return lines.Text()
			}
		}
		t.Skip("no list of cores in /proc")
		return ""
	}
	core, err := measure.Pin()
	if err != nil {
		t.Skip(err)
	}
	h, _, err := startHolder([]string{os.Args[0]}, "resp", 2)
	if err != nil {
		t.Fatal(err)
	}
	defer h.stop()
	if got, want := cores(h.cmd.Process.Pid), fmt.Sprintf("Cpus_allowed_list:\t%d", core); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
