package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// example is a command in the README and what it prints there.
type example struct{ command, output string }

// readmeExamples are the commands behind a prompt.
func readmeExamples(t *testing.T) (all []example) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	inExample := false
	for line := range strings.Lines(string(text)) {
		line, indented := strings.CutPrefix(line, "    ")
		if command, ok := strings.CutPrefix(line, "$ "); indented && ok {
			all = append(all, example{command: command})
			inExample = true
			continue
		}
		if inExample = inExample && indented; inExample {
			all[len(all)-1].output += line
		}
	}
	return all
}

// Every command in the README prints what is below it, where three dots stand for
// anything.
func TestReadme(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash, which the examples are for, is not on PATH")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(self, filepath.Join(folder, "respcheck")); err != nil {
		t.Fatal(err)
	}
	examples := readmeExamples(t)
	if len(examples) < 8 {
		t.Fatalf("%d examples", len(examples))
	}
	for _, e := range examples {
		cmd := exec.CommandContext(t.Context(), bash, "-c", e.command)
		cmd.Env = append(os.Environ(), runAsMain+"=yes", "PATH="+folder+":"+os.Getenv("PATH"))
		output, err := cmd.Output()
		if _, failed := err.(*exec.ExitError); err != nil && !failed {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(regexp.QuoteMeta(e.output), `\.\.\.`, ".*")
		if !regexp.MustCompile(`(?s)^` + want + `$`).Match(output) {
			t.Errorf("%s\ngot:\n%s\nwant:\n%s", e.command, output, e.output)
		}
	}
}
