package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
)

// A few requests of each sort to each server. The times mean nothing.
func TestRun(t *testing.T) {
	for _, needed := range []string{"redis-server", "redis-benchmark", "go"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Skip(err)
		}
	}
	var out strings.Builder
	servers, err := startAll(t.Context())
	defer func() {
		for _, s := range servers {
			s.stop()
		}
	}()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := workload{depths: []int{1, 64}, requests: 1600, clients: 5, rounds: 1}.measure(t.Context(), servers)
	if errors.Is(err, errMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := print(&out, servers, rows); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != 1+2*len(tests) || !strings.Contains(out.String(), "resp / redcon") {
		t.Errorf("%d lines:\n%s", n, out.String())
	}
	for _, r := range rows {
		for i, took := range r.least {
			if took <= 0 {
				t.Errorf("%s of %s took %v", tests[r.test].name, servers[i].name, took)
			}
		}
	}
	sameReplies(t, servers)
}

// sameReplies compares what the servers reply to the requests that are measured.
func sameReplies(t *testing.T, servers []*server) {
	const requests = "PING\nSET k v\nGET k\nGET absent\nINCR n\nINCR n\nHSET h f v\nHSET h f w\nLPUSH l a\nLPUSH l b\nLPUSH l c\nLRANGE l 0 1\nLRANGE l 1 99\nLRANGE absent 0 1\n"
	var replies [][]string
	for _, s := range servers {
		conn, err := net.Dial("tcp", "127.0.0.1:"+s.port)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, requests)
		var got []string
		d := resp.NewDecoder(conn)
		for range strings.Count(requests, "\n") {
			raw, err := d.ReadRaw()
			if err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			got = append(got, string(raw))
		}
		replies = append(replies, got)
	}
	for i, got := range replies[1:] {
		if diff := cmp.Diff(replies[0], got); diff != "" {
			t.Errorf("replies (-%s +%s):\n%s", servers[0].name, servers[i+1].name, diff)
		}
	}
}

// SIGTERM stops the servers and leaves no folder of theirs.
func TestSIGTERM(t *testing.T) {
	for _, needed := range []string{"redis-server", "redis-benchmark", "go"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Skip(err)
		}
	}
	temporary := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TEST_SERVERS=1", "TMPDIR="+temporary)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer deadline.Stop()
	for range 6000 { // until the last server has its folder
		if found, _ := filepath.Glob(temporary + "/redcon*"); len(found) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v\n%s", left, err, &output)
	}
}

// TestMain serves with redcon, or measures, when a test starts this program again.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-redcon" {
		panic(serveRedcon(os.Args[2]))
	}
	if os.Getenv("TEST_SERVERS") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}
