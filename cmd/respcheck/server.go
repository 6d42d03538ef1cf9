package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// server is where the checks connect.
type server struct {
	network, addr string
	origin        string // where it comes from, in words
	private       bool   // ends with us, and its data with it
	cluster       bool   // is a node of one
	dir           string // of the process that we started, where it keeps its append-only file; else empty
	stop          func()
}

// openServer takes the server that cfg names, or starts a private one from
// PATH, or the embedded one.
func openServer(ctx context.Context, cfg *config) (*server, error) {
	if cfg.addr != "" {
		return &server{network: cfg.network, addr: cfg.addr, origin: "already running", stop: func() {}}, nil
	}
	if cfg.embedded {
		return startEmbedded()
	}
	for _, name := range []string{"redis-server", "valkey-server"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		return startPrivate(ctx, path)
	}
	return startEmbedded()
}

func startEmbedded() (*server, error) {
	m, err := miniredis.Run()
	if err != nil {
		return nil, fmt.Errorf("start the embedded miniredis: %w", err)
	}
	return &server{
		network: "tcp",
		addr:    m.Addr(),
		origin:  "embedded miniredis" + moduleVersion("github.com/alicebob/miniredis/v2"),
		private: true,
		stop:    m.Close,
	}, nil
}

// moduleVersion returns a blank and the version of a module this program was built
// with, or "" when the build does not record it.
func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, module := range info.Deps {
		if module.Path == path {
			return " " + module.Version
		}
	}
	return ""
}

// startPrivate runs the server program at path with an append-only file and with
// debug commands, in a temporary folder of its own.
func startPrivate(ctx context.Context, path string) (*server, error) {
	dir, err := os.MkdirTemp("", "respcheck-")
	if err != nil {
		return nil, err
	}
	srv, err := launch(ctx, path, dir, "--enable-debug-command", "yes", "--aof-timestamp-enabled", "yes")
	if errors.Is(err, errExited) {
		// Before version 7 the options were unknown and DEBUG always allowed.
		srv, err = launch(ctx, path, dir)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	stopProcess := srv.stop
	srv.stop = func() {
		stopProcess()
		os.RemoveAll(dir)
	}
	return srv, nil
}

var errExited = errors.New("the server ended at once")

// stopDelay is how long a private server may take to stop when asked before it
// is killed.
const stopDelay = 5 * time.Second

// launch starts the server process and waits until it accepts connections. The
// process ends with ctx or when stop is called, whichever comes first.
func launch(ctx context.Context, path, dir string, more ...string) (*server, error) {
	network, addr, listen, err := listenArgs(dir)
	if err != nil {
		return nil, err
	}
	// Without fsync a command is in the file when its reply comes.
	args := append(listen, "--dir", dir, "--save", "", "--loglevel", "warning",
		"--appendonly", "yes", "--appendfsync", "no", "--auto-aof-rewrite-percentage", "0")
	args = append(args, more...)

	ctx, cancel := context.WithCancel(ctx)
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopDelay
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		cmd.Wait()
	}()
	stop := func() {
		cancel()
		<-exited
	}
	if err := waitReady(ctx, network, addr, exited); err != nil {
		stop()
		return nil, fmt.Errorf("%w %s", err, bytes.TrimSpace(output.Bytes()))
	}
	return &server{
		network: network,
		addr:    addr,
		origin:  fmt.Sprintf("private %s, pid %d", path, cmd.Process.Pid),
		private: true,
		dir:     dir,
		stop:    stop,
	}, nil
}

// maxSocketPath is below what every system allows for the path of a unix
// socket (104 bytes on the BSDs, 108 on Linux).
const maxSocketPath = 100

// listenArgs makes the server listen on a unix socket in dir, or on a free loopback
// port when the path is too long for a socket.
func listenArgs(dir string) (network, addr string, args []string, err error) {
	socket := filepath.Join(dir, "redis.sock")
	if len(socket) <= maxSocketPath {
		return "unix", socket, []string{"--port", "0", "--unixsocket", socket, "--unixsocketperm", "700"}, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", nil, err
	}
	defer l.Close()
	addr = l.Addr().String()
	_, port, err := net.SplitHostPort(addr)
	return "tcp", addr, []string{"--port", port, "--bind", "127.0.0.1"}, err
}

// waitReady waits until the server accepts connections or has exited.
func waitReady(ctx context.Context, network, addr string, exited <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		var d net.Dialer
		conn, err := d.DialContext(ctx, network, addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-exited:
			return errExited
		case <-ctx.Done():
			return fmt.Errorf("no connection: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
