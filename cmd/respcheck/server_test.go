package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed65f5866d/resp/internal/tests"
)

// wantGone fails the test unless the process has ended.
func wantGone(t *testing.T, pid int) {
	t.Helper()
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Signal(syscall.Signal(0))
	}
	if err == nil {
		t.Errorf("process %d is still there", pid)
	}
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("left in the temporary folder: %v %v", entries, err)
	}
}

var pidPattern = regexp.MustCompile(`pid (\d+)`)

func pidIn(t *testing.T, output string) int {
	t.Helper()
	match := pidPattern.FindStringSubmatch(output)
	if match == nil {
		t.Fatalf("no pid in %q", output)
	}
	pid, _ := strconv.Atoi(match[1])
	return pid
}

func TestPrivateServerIsGoneAfterRun(t *testing.T) {
	needRedisServer(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	o := respcheck(t, "-run", "resp2/hash")
	o.want(t, statusOK)
	wantGone(t, pidIn(t, o.stdout))
	wantEmpty(t, dir)
}

// Below a folder with a long name there is no room for a socket.
func TestPrivateServerOnLoopback(t *testing.T) {
	tests.FindServer(t).Need(t, "RESP3", 6)
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 25))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	respcheck(t, "-run", "hash|inline|large/1MiB").want(t, statusOK, " at 127.0.0.1:", "6 ok, 0 skipped, 0 failed")
	wantEmpty(t, dir)
}

// However a run ends, the private server ends with it.
func TestPrivateServerIsGoneAfterSignal(t *testing.T) {
	needRedisServer(t)
	if runtime.GOOS == "windows" {
		t.Skip("no signals on Windows")
	}
	for name, end := range map[string]func(p *os.Process, stdout *os.File){
		"interrupt": func(p *os.Process, _ *os.File) { p.Signal(os.Interrupt) },
		"terminate": func(p *os.Process, _ *os.File) { p.Signal(syscall.SIGTERM) },
		"hangup":    func(p *os.Process, _ *os.File) { p.Signal(syscall.SIGHUP) },
		"reader leaves": func(p *os.Process, stdout *os.File) {
			stdout.Close()
			time.Sleep(50 * time.Millisecond)
			p.Signal(os.Interrupt)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, os.Args[0], "-v", "-n", "100000000", "-run", "random/echo")
			cmd.Env = append(os.Environ(), runAsMain+"=1", "TMPDIR="+dir)
			reader, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdout = writer
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			writer.Close()
			output := bufio.NewReader(reader)
			header, err := output.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			end(cmd.Process, reader)
			io.Copy(io.Discard, output) // until the program ends
			reader.Close()
			var exit *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != statusCannotRun {
				t.Errorf("ended with %v, want status %d", err, statusCannotRun)
			}
			wantGone(t, pidIn(t, header))
			wantEmpty(t, dir)
		})
	}
}

// A server program that does not start is an error, not a reason to use another.
func TestPrivateServerThatFails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell script")
	}
	dir, bin := t.TempDir(), t.TempDir()
	script := "#!/bin/sh\necho out of luck\nexit 1\n"
	if err := os.WriteFile(filepath.Join(bin, "redis-server"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("TMPDIR", dir)
	respcheck(t).want(t, statusCannotRun, "start "+filepath.Join(bin, "redis-server"), "ended at once", "out of luck")
	wantEmpty(t, dir)
}

// Servers before version 7 refuse the option that allows DEBUG.
func TestPrivateServerWithoutDebugOption(t *testing.T) {
	server := tests.FindServer(t)
	server.Need(t, "the option", 7)
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell script")
	}
	bin := t.TempDir()
	script := "#!/bin/sh\ncase \"$*\" in *enable-debug-command*) exit 1;; esac\nexec " + server.Path + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "redis-server"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	respcheck(t, "-run", "hash|debug").want(t, statusOK, "2 ok, 2 skipped", "DEBUG command not allowed")
}
