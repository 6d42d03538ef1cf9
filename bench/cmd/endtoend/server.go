package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// errNoServer means that there is nothing to measure with.
var errNoServer = errors.New("there is no redis-server on PATH")

// server is a private redis-server on a unix socket and on loopback, without
// persistence.
type server struct {
	socket string
	tcp    string
	dir    string
	cmd    *exec.Cmd
	output bytes.Buffer
	exited chan struct{}
}

func startServer() (*server, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, errNoServer
	}
	dir, err := os.MkdirTemp("", "endtoend")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &server{socket: filepath.Join(dir, "s"), tcp: "127.0.0.1:" + port, dir: dir, exited: make(chan struct{})}
	s.cmd = exec.Command(path, "--bind", "127.0.0.1", "--port", port, "--unixsocket", s.socket, "--save", "", "--appendonly", "no")
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = dir, &s.output, &s.output
	if err := s.cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	go func() {
		s.cmd.Wait()
		close(s.exited)
	}()
	if err := s.await(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// freePort returns a port that nobody listened on a moment ago.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

// await waits until the server accepts connections.
func (s *server) await() error {
	timeout := time.After(10 * time.Second)
	for {
		if conn, err := net.Dial("unix", s.socket); err == nil {
			return conn.Close()
		}
		select {
		case <-s.exited:
			return fmt.Errorf("redis-server ended at once: %s", &s.output)
		case <-timeout:
			return errors.New("redis-server accepts no connections")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// stop ends the server, and its folder.
func (s *server) stop() {
	s.cmd.Process.Kill()
	<-s.exited
	os.RemoveAll(s.dir)
}
