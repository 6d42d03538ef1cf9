package main

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/seed65f5866d/resp"
)

func benchNames() (names []string) {
	for _, b := range slices.Concat(codecBenchmarks(), (&benchServer{}).benchmarks()) {
		names = append(names, b.name)
	}
	return names
}

// bench prints a table with a line for every measurement, its columns aligned.
func TestBench(t *testing.T) {
	o := respcheck(t, "bench", "-embedded", "-d", "100ms")
	o.want(t, statusOK, "package resp, in memory\n", "miniredis", "(embedded miniredis")
	row := regexp.MustCompile(`^  (\S.{23}) ([ 0-9,]{14}) /s ([ 0-9.]{10}) MB/s$`)
	var names []string
	for line := range strings.Lines(o.stdout) {
		if columns := row.FindStringSubmatch(strings.TrimSuffix(line, "\n")); columns != nil {
			names = append(names, strings.TrimSpace(columns[1]))
		} else if strings.HasPrefix(line, " ") {
			t.Errorf("not aligned: %q", line)
		}
	}
	if want := benchNames(); !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

// What bench says it did adds up, and takes about as long as asked.
func TestBenchJSON(t *testing.T) {
	start := time.Now()
	o := respcheck(t, "bench", "-embedded", "-d", "150ms", "-json")
	o.want(t, statusOK)
	if elapsed := time.Since(start); elapsed > 5*time.Second {
		t.Errorf("it took %s", elapsed)
	}
	var names []string
	for d := json.NewDecoder(strings.NewReader(o.stdout)); d.More(); {
		var m measurement
		if err := d.Decode(&m); err != nil {
			t.Fatal(err)
		}
		names = append(names, m.Name)
		if m.Ops == 0 || m.Bytes < 16*m.Ops || m.Seconds <= 0 || m.OpsPerSecond != float64(m.Ops)/m.Seconds || m.BytesPerSecond != float64(m.Bytes)/m.Seconds {
			t.Errorf("%+v", m)
		}
	}
	if want := benchNames(); !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

// The bytes that bench counts are those on the wire.
func TestBenchCountsBytes(t *testing.T) {
	m := miniredis.RunT(t)
	s, err := openBenchServer(t.Context(), &server{network: "tcp", addr: m.Addr()}, &connOptions{timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer s.disconnect()
	key, payload := resp.String(s.key(0, 16)), benchPayload(16)
	wires := [][]byte{
		resp.AppendSimpleString(resp.AppendCommand(nil, "SET", key, resp.Bytes(payload)), "OK"),
		resp.AppendBulkString(resp.AppendCommand(nil, "GET", key), payload),
	}
	for i, b := range s.benchmarks()[:len(wires)] {
		const ops = benchConns * maxPipelined
		want := tally{ops, ops * int64(len(wires[i]))}
		if got, err := b.run(time.Now()); got != want || err != nil {
			t.Errorf("%s: got %+v, want %+v, error %v", b.name, got, want, err)
		}
	}
}

func TestBenchLeavesNoKeys(t *testing.T) {
	m := miniredis.RunT(t)
	m.Set("theirs", "untouched")
	respcheck(t, "bench", "-addr", m.Addr(), "-d", "20ms").want(t, statusOK)
	ctx, cancel := context.WithCancel(t.Context())
	stdout := &cancelAt{word: "GET 16 B", cancel: cancel}
	var stderr strings.Builder
	status := run(ctx, []string{"bench", "-addr", m.Addr(), "-d", "20ms"}, noEnv, nil, stdout, &stderr)
	outcome{status, stdout.String(), stderr.String()}.want(t, statusCannotRun, "respcheck: interrupted")
	if keys := m.Keys(); !slices.Equal(keys, []string{"theirs"}) {
		t.Errorf("left behind: %q", keys)
	}
}

func TestBenchFails(t *testing.T) {
	answer := func(name string) string {
		switch name {
		case "SET":
			return "-OOM command not allowed\r\n"
		case "DEL":
			return ":0\r\n"
		}
		return "+OK\r\n"
	}
	wrong := func(name string) string {
		if name == "GET" {
			return "$1\r\nx\r\n"
		}
		return answer(strings.Replace(name, "SET", "", 1))
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-d", "0s"}, "respcheck: -d must be positive"},
		{[]string{"-d", "x"}, "invalid value"},
		{[]string{"extra"}, "unexpected argument"},
		{[]string{"-addr", closedAddr(t)}, "respcheck: connect at "},
		{[]string{"-addr", fakeServer(t, answer), "-d", "10ms"}, "respcheck: SET 16 B at 127.0.0.1"},
		{[]string{"-addr", fakeServer(t, wrong), "-d", "10ms"}, "got 1 bytes, want 16"},
	} {
		respcheck(t, append([]string{"bench"}, test.args...)...).want(t, statusCannotRun, test.want)
	}
}
