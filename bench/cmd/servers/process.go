package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// server is a running server.
type server struct {
	name   string
	port   string
	cmd    *exec.Cmd
	dir    string
	output bytes.Buffer
	exited chan struct{}
}

// startAll starts all servers that are compared, ours first. It returns those that
// run, and why the next one does not.
func startAll(ctx context.Context) (servers []*server, err error) {
	dir, err := os.MkdirTemp("", "servers")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	example := filepath.Join(dir, "server")
	build := exec.CommandContext(ctx, "go", "build", "-o", example, "github.com/seed65f5866d/resp/examples/server")
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, output)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for _, kind := range []struct {
		name    string
		command func(port string) []string
	}{
		{"resp", func(port string) []string { return []string{example, "-addr", "127.0.0.1:" + port} }},
		{"redis-server", func(port string) []string {
			return []string{"redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no"}
		}},
		{"redcon", func(port string) []string { return []string{self, "-redcon", "127.0.0.1:" + port} }},
	} {
		s, err := start(ctx, kind.name, kind.command)
		if err != nil {
			return servers, err
		}
		servers = append(servers, s)
	}
	return servers, nil
}

// start starts a server on a free port and waits until it accepts connections.
func start(ctx context.Context, name string, command func(port string) []string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l.Close()
	s := &server{name: name, exited: make(chan struct{})}
	_, s.port, _ = net.SplitHostPort(l.Addr().String())
	if s.dir, err = os.MkdirTemp("", name); err != nil {
		return nil, err
	}
	words := command(s.port)
	s.cmd = exec.Command(words[0], words[1:]...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.dir, &s.output, &s.output
	if err := s.cmd.Start(); err != nil {
		os.RemoveAll(s.dir)
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() {
		s.cmd.Wait()
		close(s.exited)
	}()
	for timeout := time.After(10 * time.Second); ; {
		if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
			return s, conn.Close()
		}
		select {
		case <-s.exited:
		case <-ctx.Done():
		case <-timeout:
		case <-time.After(5 * time.Millisecond):
			continue
		}
		s.stop()
		return nil, fmt.Errorf("%s accepts no connections: %s", name, &s.output)
	}
}

// stop ends the server.
func (s *server) stop() {
	s.cmd.Process.Kill()
	<-s.exited
	os.RemoveAll(s.dir)
}
