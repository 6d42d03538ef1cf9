package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
)

// capturedReply returns the one reply in a capture of redis-server 7.0.15.
func capturedReply(t *testing.T, name string) *resp.Value {
	t.Helper()
	wire, err := os.ReadFile("../../testdata/captures/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, wire)
}

// decoded returns the one value in wire.
func decoded(t *testing.T, wire []byte) *resp.Value {
	t.Helper()
	var v resp.Value
	d := resp.NewDecoder(bytes.NewReader(wire))
	if err := d.Decode(&v); err != nil || d.InputOffset() != int64(len(wire)) {
		t.Fatalf("%.100q: %v", wire, err)
	}
	return &v
}

// dangerous are commands that nobody wants sent to a server by a check.
var dangerous = regexp.MustCompile("^(SHUTDOWN|FLUSH.*|DEBUG|CONFIG (SET|REWRITE|RESETSTAT)|REPLICAOF|SLAVEOF|FAILOVER|SAVE|BGSAVE|BGREWRITEAOF|MONITOR|" +
	"[PS]?(UN)?SUBSCRIBE|PUNSUBSCRIBE|SUNSUBSCRIBE|SCRIPT (KILL|FLUSH|LOAD|DEBUG)|ACL (SETUSER|DELUSER|LOAD|SAVE)|FUNCTION (LOAD|DELETE|FLUSH|RESTORE|KILL)|" +
	"MODULE (LOAD|LOADEX|UNLOAD)|RESET|QUIT|HELLO|AUTH|SELECT|SWAPDB|MOVE|MIGRATE|RESTORE.*|MULTI|EXEC|DISCARD|WATCH|EVAL.*|FCALL.*|REPLCONF|P?SYNC|PF(DEBUG|SELFTEST)|" +
	"CLIENT (KILL|PAUSE|UNPAUSE|REPLY|SETNAME|TRACKING|CACHING|UNBLOCK|NO-EVICT)|LATENCY RESET|SLOWLOG RESET|READONLY|READWRITE|ASKING|" +
	"CLUSTER (ADDSLOTS.*|BUMPEPOCH|DELSLOTS.*|FAILOVER|FLUSHSLOTS|FORGET|MEET|REPLICATE|RESET|SAVECONFIG|SETSLOT|SET-CONFIG-EPOCH))$")

// No command that changes more than its keys is safe to send, in either protocol.
func TestSafeCommands(t *testing.T) {
	for _, protocol := range []string{".resp2", ".resp3"} {
		list, docs := capturedReply(t, "command"+protocol), capturedReply(t, "command-docs"+protocol)
		for _, private := range []bool{false, true} {
			var names []string
			for _, command := range safeCommands(list.Elems, docs, private) {
				names = append(names, command.name)
				if dangerous.MatchString(command.name) {
					t.Errorf("%s is sent", command.name)
				}
			}
			for _, name := range []string{"GET", "SET", "XINFO STREAM", "CONFIG GET", "OBJECT ENCODING", "BLPOP", "CLIENT LIST", "SORT_RO", "GEOSEARCH"} {
				if !slices.Contains(names, name) {
					t.Errorf("%s is not sent", name)
				}
			}
			if slices.Contains(names, "KEYS") != private {
				t.Errorf("private %t, KEYS is sent: %t", private, !private)
			}
			if len(names) < 200 {
				t.Errorf("private %t: only %d commands", private, len(names))
			}
		}
	}
}

// Arguments name our own keys and channels alone, and never make a command wait long.
func TestArgumentsOfCommands(t *testing.T) {
	s := &session{cfg: &config{}, prefix: "prefix:", keys: map[string]bool{}}
	tr := &trip{session: s, name: "resp3/commands"}
	keys := commandKeys{"string": {"prefix:string"}, "": {"prefix:missing"}}
	list, docs := capturedReply(t, "command.resp3"), capturedReply(t, "command-docs.resp3")
	rng := rand.New(rand.NewPCG(1, 2))
	for _, command := range safeCommands(list.Elems, docs, true) {
		for i := range commandTries {
			args := newArguments(tr, command, keys, rng, i)
			checkKeyArguments(t, command, args)
			switch command.name {
			case "BLPOP", "BRPOP", "BZPOPMIN", "BZPOPMAX", "BLMOVE", "BRPOPLPUSH":
				if args[len(args)-1] != "0.01" {
					t.Errorf("%s %q waits", command.name, args)
				}
			case "XREAD", "XREADGROUP":
				if at := slices.Index(args, "BLOCK"); at >= 0 && args[at+1] != "1" {
					t.Errorf("%s %q waits", command.name, args)
				}
			case "COPY":
				if at := slices.Index(args, "DB"); at >= 0 && args[at+1] != "0" {
					t.Errorf("%s %q writes to another database", command.name, args)
				}
			}
		}
	}
}

// checkKeyArguments fails unless the first argument that is a key is one of ours.
func checkKeyArguments(t *testing.T, command commandDoc, args []string) {
	t.Helper()
	if len(command.arguments) == 0 || len(args) == 0 {
		return
	}
	if first := command.arguments[0]; (first.kind == "key" || first.kind == "pattern") && !strings.HasPrefix(args[0], "prefix:") {
		t.Errorf("%s %q: not a key of ours", command.name, args)
	}
}

// Every way to read and to write a reply is tried, and a fault in one is named.
func TestEveryWay(t *testing.T) {
	r := newReads()
	for _, wire := range []string{
		methods.NestedWire, "+OK\r\n", "-ERR x\r\n", "$-1\r\n", "*-1\r\n", "_\r\n", "*0\r\n", "%1\r\n$1\r\na\r\n*1\r\n#t\r\n",
		",1.10\r\n", ",-nan\r\n", ",inf\r\n", "(-7\r\n", "=5\r\ntxt:a\r\n", "$2000\r\n" + strings.Repeat("x", 2000) + "\r\n",
	} {
		if err := r.everyWay([]byte(wire), decoded(t, []byte(wire))); err != nil {
			t.Errorf("%.100q: %v", wire, err)
		}
	}
	other := resp.Value{Kind: resp.Integer, Int: 2}
	if err := r.everyWay([]byte(":1\r\n"), &other); err == nil {
		t.Error("another value is written again as the reply")
	}
	one := resp.Value{Kind: resp.Integer, Int: 1}
	for _, wire := range []string{":1\r\n:1\r\n", ":1\r", ":x\r\n", ""} {
		if err := r.everyWay([]byte(wire), &one); err == nil {
			t.Errorf("%q is one reply", wire)
		}
	}
}

// The check sends most commands of a server, and most of them mean something to it.
func TestCommands(t *testing.T) {
	tests.FindServer(t).Need(t, "COMMAND DOCS", 7)
	o := respcheck(t, "-run", "/commands$", "-seed", "1")
	o.want(t, statusOK, "2 ok, 0 skipped, 0 failed")
	notes := regexp.MustCompile(`(\d+) of (\d+) commands, (\d+) replies, (\d+) of them errors`).FindAllStringSubmatch(o.stdout, -1)
	if len(notes) != 2 {
		t.Fatalf("no notes in %s", o.stdout)
	}
	for _, note := range notes {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(note[i+1])
		}
		if n[0] != n[1] || n[0] < 240 || n[2] < 3000 || 2*n[3] > n[2] {
			t.Errorf("too little: %s", note[0])
		}
	}
}

func TestCommandsAreSentOnlyOnRequest(t *testing.T) {
	respcheck(t, "-addr", miniredis.RunT(t).Addr(), "-run", "resp3/(comman|hash|text|empty|mget|missing)").want(t, statusOK, "only when -run names commands, or on a private server")
}
