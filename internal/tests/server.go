package tests

import (
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
)

// Server is a private server that ends with the test.
type Server struct {
	TCP     string // loopback address
	Socket  string // path of its unix socket
	Program string // redis, valkey or keydb
	Version [3]int // of the program
	Path    string // of the program's file
}

// StartServer runs the server that FindServer finds, in a temporary folder, without
// persistence and with DEBUG commands, unless more arguments say otherwise.
func StartServer(t *testing.T, more ...string) Server {
	t.Helper()
	s := FindServer(t)
	for range 3 { // the port may be taken between being found free and being used
		if s.launch(t, more) {
			return s
		}
	}
	t.Fatalf("%s does not start", s.Path)
	return Server{}
}

// FindServer returns the redis-server on PATH, or the valkey-server where there is no
// redis-server, not yet running. It skips the test when the machine has neither.
func FindServer(t *testing.T) (s Server) {
	t.Helper()
	if s.Path = serverPath(); s.Path == "" {
		t.Skip("neither redis-server nor valkey-server is on PATH")
	}
	banner, err := exec.Command(s.Path, "--version").Output()
	if err == nil {
		s.Program, s.Version, err = parseBanner(string(banner))
	}
	if err != nil {
		t.Fatalf("%s --version: %v", s.Path, err)
	}
	return s
}

// serverPath returns the path of the server program, or "" when there is none.
func serverPath() string {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// parseBanner takes the program and its version from what --version prints, such as
// "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1".
func parseBanner(banner string) (program string, version [3]int, err error) {
	var title string
	_, err = fmt.Sscanf(banner, "%s server v=%d.%d.%d", &title, &version[0], &version[1], &version[2])
	if err != nil {
		return "", version, fmt.Errorf("no version in %.100q", banner)
	}
	return strings.ToLower(title), version, nil
}

// Is reports whether the server is this program, in this version or a later one.
func (s Server) Is(program string, version ...int) bool {
	return s.Program == program && s.Since(version...)
}

// Since reports whether the version is this one or a later one. KeyDB and Valkey count
// on where they left Redis, at 6.0 and at 7.2.
func (s Server) Since(version ...int) bool { return slices.Compare(s.Version[:], version) >= 0 }

// Need skips the test unless the server's version is this one, which brought what the
// test needs, or a later one.
func (s Server) Need(t *testing.T, what string, version ...int) {
	t.Helper()
	if !s.Since(version...) {
		t.Skipf("needs %s, which came with Redis %s; this is %s", what, dotted(version), s)
	}
}

// String returns the program and its version, such as "valkey 9.1.2".
func (s Server) String() string { return s.Program + " " + dotted(s.Version[:]) }

func dotted(version []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(version), "[]"), " ", ".")
}

// launch starts the server and waits until it accepts connections.
func (s *Server) launch(t *testing.T, more []string) (ok bool) {
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

	args := []string{"--bind", "127.0.0.1", "--port", port, "--unixsocket", socket,
		"--save", "", "--appendonly", "no"}
	if s.Since(7) { // earlier ones always allow DEBUG
		args = append(args, "--enable-debug-command", "yes")
	}
	cmd := exec.Command(s.Path, append(args, more...)...)
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
			return true
		}
		select {
		case <-exited:
			t.Logf("%s ended at once: %s", s.Path, &output)
			return false
		case <-timeout:
			t.Logf("%s accepts no connections: %s", s.Path, &output)
			return false
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
