package main

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
)

// tool runs a program of Redis on a server. It skips the test when the program is not
// installed, or is too old for the arguments.
func (s *running) tool(t *testing.T, input, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s on PATH", name)
	}
	host, port, _ := net.SplitHostPort(s.addr)
	cmd := exec.Command(path, append([]string{"-h", host, "-p", port}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	output, err := cmd.CombinedOutput()
	if err != nil {
		if first, _, _ := strings.Cut(string(output), "\n"); strings.Contains(first, "option") {
			t.Skipf("%s %q: %s", path, args, first)
		}
		t.Fatalf("%s %q: %v\n%s", name, args, err, output)
	}
	return string(output)
}

func TestRedisCLI(t *testing.T) {
	s := start(t, "secret")
	const script = "SET k v\nGET k\nINCR n\nHSET h f v\nHGETALL h\nRPUSH l a b\nLRANGE l 0 -1\nMULTI\nGET k\nEXEC\nEXPIRE k 100\nTTL k\nGET missing\nNOSUCH\nPUBLISH c x\nDEL k n h l\n"
	const replies2 = "OK\n\"v\"\n(integer) 1\n(integer) 1\n1) \"f\"\n2) \"v\"\n(integer) 2\n1) \"a\"\n2) \"b\"\nOK\nQUEUED\n1) \"v\"\n(integer) 1\n(integer) 100\n(nil)\n(error) ERR unknown command 'NOSUCH'\n(integer) 0\n(integer) 4\n"
	replies3 := strings.Replace(replies2, "1) \"f\"\n2) \"v\"\n", "1# \"f\" => \"v\"\n", 1)
	for _, test := range []struct {
		protocol []string
		want     string
	}{{nil, replies2}, {[]string{"-3"}, replies3}} {
		t.Run(fmt.Sprint(test.protocol), func(t *testing.T) {
			args := append([]string{"--no-auth-warning", "-a", "secret", "--no-raw"}, test.protocol...)
			if got := s.tool(t, script, "redis-cli", args...); got != test.want {
				t.Errorf("redis-cli prints\n%s\nwant\n%s", got, test.want)
			}
		})
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"GET", "k"}, "NOAUTH"},
		{[]string{"--no-auth-warning", "-a", "secret", "-n", "0", "SET", "k", "v"}, "OK"},
		{[]string{"--no-auth-warning", "-a", "secret", "INFO", "keyspace"}, "db0:keys=1"},
		{[]string{"--no-auth-warning", "-a", "secret", "-3", "CLIENT", "LIST"}, "resp=3"},
		{[]string{"--no-auth-warning", "-a", "secret", "COMMAND"}, "lrange"},
		{[]string{"--no-auth-warning", "-a", "secret", "-r", "3", "INCR", "counter"}, "1\n2\n3\n"},
	} {
		t.Run(fmt.Sprint(test.args), func(t *testing.T) {
			if got := s.tool(t, "", "redis-cli", test.args...); !strings.Contains(got, test.want) {
				t.Errorf("redis-cli prints %q", got)
			}
		})
	}
}

// redis-benchmark ends with an error as soon as a reply is one.
func TestRedisBenchmark(t *testing.T) {
	s := start(t, "")
	for _, pipeline := range []string{"1", "16", "64"} {
		for _, protocol := range [][]string{nil, {"-3"}} {
			args := append([]string{"-P", pipeline, "-c", "20", "-n", "3200", "-r", "1000", "--csv",
				"-t", "ping,set,get,incr,lpush,rpush,lpop,rpop,hset,lrange_100"}, protocol...)
			t.Run(fmt.Sprint(pipeline, protocol), func(t *testing.T) {
				got := s.tool(t, "", "redis-benchmark", args...)
				if rows := strings.Count(got, "\n"); rows < 11 {
					t.Errorf("redis-benchmark prints\n%s", got)
				}
			})
		}
	}
}
