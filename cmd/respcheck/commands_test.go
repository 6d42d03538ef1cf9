package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// Every command has help that fits a narrow terminal and shows how it is used.
func TestHelpOfEveryCommand(t *testing.T) {
	root := newCommands(newProgram(noEnv, nil, io.Discard, io.Discard), nil)
	for _, args := range [][]string{{"-help"}, {"--help"}, {"-h"}, {"help"}} {
		respcheck(t, args...).want(t, statusOK, "usage: respcheck [flags]", "-url URL", "(default true)", "Commands:", "Examples:")
	}
	for _, cmd := range root.Commands {
		o := respcheck(t, cmd.Name, "-help")
		o.want(t, statusOK, "usage: respcheck "+cmd.Name, "Examples:", "respcheck "+cmd.Name)
		if again := respcheck(t, "help", cmd.Name); again != o {
			t.Errorf("help %s says\n%s%s", cmd.Name, again.stdout, again.stderr)
		}
		for line := range strings.Lines(o.stdout + respcheck(t, "-h").stdout) {
			if len(line) > helpWidth+1 || strings.TrimRight(line, " \n")+"\n" != line {
				t.Errorf("%s: a line of %d characters, or with blanks at its end: %q", cmd.Name, len(line), line)
			}
		}
	}
}

// Flags take one dash or two, with the value behind a blank or an equals sign.
func TestOneDashOrTwo(t *testing.T) {
	for _, args := range []string{"-n 7 -v", "--n 7 --v", "-n=7 -v=true", "--n=7 --v=true"} {
		c, err := parseFlags(strings.Fields(args), noEnv, os.Stderr)
		if err != nil || c.n != 7 || !c.verbose {
			t.Errorf("%s: got %+v, error %v", args, c, err)
		}
	}
}

func TestMisusedCommands(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"chekc", `unexpected argument "chekc"; respcheck help lists the commands`},
		{"version extra", `unexpected argument "extra"`},
		{"version -no-such-flag", "flag provided but not defined: -no-such-flag"},
		{"-conns 3 version", "-conns means nothing to respcheck version"},
		{"version -addr h:1", "-addr means nothing to respcheck version"},
		{"help chekc", "No help topic for 'chekc'"},
	} {
		t.Run(test.args, func(t *testing.T) {
			o := respcheck(t, strings.Fields(test.args)...)
			o.want(t, statusCannotRun, "respcheck: "+test.want)
			if o.stdout != "" {
				t.Errorf("printed %s", o.stdout)
			}
		})
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "pwsh"} {
		respcheck(t, "completion", shell).want(t, statusOK, "--generate-shell-completion")
	}
	const ask = "--generate-shell-completion"
	respcheck(t, "version", "-", ask).want(t, statusOK, "--help")
}

// A full disk does not pass for success.
func TestOutputFails(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("this system has no /dev/full")
	}
	defer full.Close()
	for _, args := range []string{"version", "help", "completion bash", "decode", "decode -json", "do -embedded PING", "bench -embedded -d 1ms", "-embedded -run hash", "-embedded -run hash -json"} {
		var stderr strings.Builder
		status := run(t.Context(), strings.Fields(args), noEnv, strings.NewReader("+OK\r\n"), full, &stderr)
		if status != statusCannotRun || !strings.Contains(stderr.String(), "respcheck: output: ") {
			t.Errorf("%s: got status %d and %q", args, status, &stderr)
		}
	}
}
