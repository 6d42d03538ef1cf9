package monitor_test

// Lines that a live server writes.

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/monitor"
)

// Every line of MONITOR is taken apart and put together again.
func TestLiveLines(t *testing.T) {
	var every [256]byte
	for i := range every {
		every[i] = byte(i)
	}
	allBytes := string(every[:])
	s := tests.StartServer(t)
	watcher := s.Connect(t, "tcp")
	watcher.Do("MONITOR")
	needEscapes(t, s, watcher)
	want := [][]string{}
	for _, network := range []string{"tcp", "unix"} {
		c := s.Connect(t, network)
		for _, words := range [][]string{
			{"SELECT", "3"}, {"SET", allBytes, `] "x" [`}, {"set", "", "123"}, {"AUTH", "secret"},
		} {
			c.Do(words...)
			if words[0] == "AUTH" {
				words[1] = "(redacted)"
				if !s.Since(6) {
					continue // it was left out before
				}
			}
			want = append(want, words)
		}
		c.Do("EVAL", `redis.call("set", "k", "] \"")`, "0")
		want = append(want, []string{"EVAL", `redis.call("set", "k", "] \"")`, "0"}, []string{"set", "k", `] "`})
	}
	var peers []string
	for _, words := range want {
		line, err := watcher.Dec.ReadBytes()
		if err != nil {
			t.Fatal(err)
		}
		line = bytes.Clone(line)
		m, err := monitor.Parse(line)
		if diff := cmp.Diff(words, tests.Words(m.Args)); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", line, err, diff)
		}
		if again := monitor.Append(nil, m); !bytes.Equal(again, line) {
			t.Errorf("%q was written again as %q", line, again)
		}
		if age := time.Since(m.Time); age < -time.Minute || age > time.Minute {
			t.Errorf("%q is %v old", line, age)
		}
		peers = append(peers, m.Peer)
		if m.DB != 3 && words[0] != "SELECT" {
			t.Errorf("%q is of database %d", line, m.DB)
		}
	}
	script, unix := len(peers)/2-1, len(peers)/2 // the last line of the one network and the first of the other
	if peers[script] != "lua" || peers[unix] != "unix:"+filepath.Base(s.Socket) || !strings.HasPrefix(peers[0], "127.0.0.1:") {
		t.Errorf("peers %q", peers)
	}
}

// needEscapes skips the test on Valkey 8.1 if it writes a quote in an argument as it
// stands. Nobody can tell then where an argument ends.
func needEscapes(t *testing.T, s tests.Server, watcher *tests.Client) {
	t.Helper()
	s.Connect(t, "tcp").Do("ECHO", `"`)
	line, err := watcher.Dec.ReadString()
	if err != nil {
		t.Fatal(err)
	}
	if s.Is("valkey", 8, 1) && !s.Is("valkey", 9) && strings.HasSuffix(line, `"ECHO" """`) {
		t.Skipf("%s does not escape quotes: %q", s, line)
	}
}
