package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// onTerminal runs the program on a terminal and returns what it sends there.
func onTerminal(t *testing.T, env []string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("script"); err != nil {
		t.Skip("the program script, which makes a terminal, is not on PATH")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "script", "-qec", self+" "+strings.Join(args, " "), os.DevNull)
	cmd.Env = append(os.Environ(), append([]string{runAsMain + "=yes", "TERM=xterm", "NO_COLOR="}, env...)...)
	screen, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	return string(screen)
}

const (
	red   = "\x1b[31;1m"
	green = "\x1b[32m"
	faint = "\x1b[2m"
)

// Progress is for terminals that can clear a line.
func TestProgress(t *testing.T) {
	const bench = "bench -embedded -d 2600ms"
	if screen := onTerminal(t, nil, bench); !strings.Contains(screen, " of 7) ... 0.1 s"+clearLine) {
		t.Errorf("no progress in %q", screen)
	}
	if screen := onTerminal(t, []string{"TERM=dumb"}, bench); strings.Contains(screen, "\x1b") {
		t.Errorf("escape codes on a dumb terminal: %q", screen)
	}
}

// Colours are for terminals that know them and for those who want them.
func TestColours(t *testing.T) {
	capture := t.TempDir() + "/capture"
	if err := os.WriteFile(capture, []byte("-ERR no\r\n*1\r\nx"), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := map[string]struct {
		args  string
		codes []string
	}{
		"decode": {"decode " + capture, []string{faint, red, "^"}},
		"checks": {"-embedded -run '(hash|config-get)'", []string{green + "ok", faint + "skip"}},
		"do":     {"do -embedded ECHO x", []string{`"x"`}},
		"help":   {"help", nil},
	}
	for name, command := range commands {
		t.Run(name, func(t *testing.T) {
			plain := respcheck(t, strings.Fields(strings.ReplaceAll(command.args, "'", ""))...)
			if strings.Contains(plain.stdout+plain.stderr, "\x1b") {
				t.Errorf("escape codes where there is no terminal: %q", plain.stdout+plain.stderr)
			}
			screen := onTerminal(t, nil, command.args)
			for _, code := range command.codes {
				if !strings.Contains(screen, code) {
					t.Errorf("no %q in %q", code, screen)
				}
			}
			if screen := onTerminal(t, []string{"TERM=dumb"}, command.args); strings.Contains(screen, "\x1b") {
				t.Errorf("escape codes on a dumb terminal: %q", screen)
			}
			if screen := onTerminal(t, []string{"NO_COLOR=1"}, command.args); strings.Contains(strings.ReplaceAll(screen, clearLine, ""), "\x1b") {
				t.Errorf("colours with NO_COLOR: %q", screen)
			}
		})
	}
}
