package tests

import (
	"bytes"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
)

// Server is a private redis-server that ends with the test.
type Server struct {
	TCP    string // loopback address
	Socket string // path of its unix socket
}

// StartServer runs redis-server in a temporary folder, without persistence and with
// DEBUG commands, unless more arguments say otherwise. It skips the test when the
// machine has no redis-server.
func StartServer(t *testing.T, more ...string) Server {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("no redis-server on PATH")
	}
	version, err := exec.Command(path, "--version").Output()
	if err != nil {
		t.Fatalf("%s --version: %v", path, err)
	}
	if _, v, _ := strings.Cut(string(version), " v="); len(v) < 2 || v[0] < '7' && v[1] == '.' {
		t.Skipf("needs redis-server 7 or later, found %q", version)
	}
	for range 3 { // the port may be taken between being found free and being used
		if s, ok := launch(t, path, more); ok {
			return s
		}
	}
	t.Fatalf("%s does not start", path)
	return Server{}
}

// launch starts redis-server and waits until it accepts connections.
func launch(t *testing.T, path string, more []string) (s Server, ok bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	s.TCP = l.Addr().String()
	_, port, _ := net.SplitHostPort(s.TCP)
	// The socket is named relative to the folder, which the server repeats when
	// it tells of clients.
	const socket = "redis.sock"
	dir := t.TempDir()
	if i := slices.Index(more, "--dir"); i >= 0 {
		dir = more[i+1]
	}
	s.Socket = filepath.Join(dir, socket)
	if len(s.Socket) > 100 {
		t.Skipf("too long for a unix socket: %s", s.Socket)
	}

	args := append([]string{"--bind", "127.0.0.1", "--port", port, "--unixsocket", socket,
		"--save", "", "--appendonly", "no", "--enable-debug-command", "yes"}, more...)
	cmd := exec.Command(path, args...)
	var output bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		cmd.Wait()
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-exited
	})
	timeout := time.After(10 * time.Second)
	for {
		if conn, err := net.Dial("unix", s.Socket); err == nil {
			conn.Close()
			return s, true
		}
		select {
		case <-exited:
			t.Logf("%s ended at once: %s", path, &output)
			return s, false
		case <-timeout:
			t.Logf("%s accepts no connections: %s", path, &output)
			return s, false
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Client is a connection with an Encoder and a Decoder.
type Client struct {
	T    testing.TB
	Conn net.Conn
	Enc  *resp.Encoder
	Dec  *resp.Decoder
}

// Connect connects to the server; network is tcp or unix.
func (s Server) Connect(t testing.TB, network string, opts ...resp.Option) *Client {
	t.Helper()
	addr := s.TCP
	if network == "unix" {
		addr = s.Socket
	}
	conn, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &Client{t, conn, resp.NewEncoder(conn, opts...), resp.NewDecoder(conn, opts...)}
}

// Send sends a command.
func (c *Client) Send(words ...string) {
	c.T.Helper()
	args := make([][]byte, len(words))
	for i, word := range words {
		args[i] = []byte(word)
	}
	if err := c.Enc.WriteArgs(args...); err != nil {
		c.T.Fatalf("%.200q: %v", words, err)
	}
	if err := c.Enc.Flush(); err != nil {
		c.T.Fatalf("%.200q: %v", words, err)
	}
}

// Do sends a command and returns the reply.
func (c *Client) Do(words ...string) resp.Value {
	c.T.Helper()
	c.Send(words...)
	var v resp.Value
	if err := c.Dec.Decode(&v); err != nil {
		c.T.Fatalf("%.200q: %v", words, err)
	}
	return v.Clone()
}
