package respgo_test

// The nine replies of replies_test.go come from a real server: testdata/captures
// has its bytes in both protocols, and TestCapture takes them anew. FT.SEARCH is
// written by hand in the form that RediSearch documents, and that its tests for
// both protocols hold it to.

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed65f5866d/resp/internal/tests"
)

var takeCaptures = flag.Bool("capture", false, "take the captures anew with the redis-server on PATH")

// captured are the commands whose replies are captured, and how the data came to be.
var captured = []struct{ name, command string }{
	{"hgetall", "HGETALL user:1"},
	{"xrange", "XRANGE {s}one - +"},
	{"xread", "XREAD COUNT 2 STREAMS {s}one {s}two 0 0"},
	{"zrange", "ZRANGE board 0 -1 WITHSCORES"},
	{"geosearch", "GEOSEARCH sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHDIST WITHCOORD"},
	{"geopos", "GEOPOS sicily Palermo missing"},
	{"cluster-slots", "CLUSTER SLOTS"},
	{"command-docs", "COMMAND DOCS GETEX XGROUP"},
	{"info", "INFO persistence keyspace commandstats"},
	{"client-info", "CLIENT INFO"},
	{"mget", "MGET {a}1 {a}missing {a}2"},
	{"smembers", "SMEMBERS tags"},
	{"scan", "SCAN 0 COUNT 1000 TYPE zset"},
}

var capturedData = []string{
	"HSET user:1 name Ada email ada@example.com visits 12 score 1.5 admin 1 joined 1843-02-02T10:00:00Z ttl 1500000000",
	"XADD {s}one 1-1 temperature 18.5 humidity 40",
	"XADD {s}one 1-2 temperature 19 humidity 41",
	"XADD {s}one 2-0 note warm",
	"XADD {s}two 7-7 k v",
	"ZADD board 1 one 2.5 two inf most",
	"GEOADD sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania",
	"MSET {a}1 one {a}2 two",
	"SADD tags go redis resp",
}

func TestCapture(t *testing.T) {
	if !*takeCaptures {
		t.Skip("run with -capture to take the captures anew")
	}
	server := tests.StartServer(t, "--cluster-enabled", "yes")
	data := server.Connect(t, "tcp")
	reply(data, "CLUSTER ADDSLOTSRANGE 0 16383")
	for !strings.Contains(string(reply(data, "CLUSTER INFO")), "cluster_state:ok") {
		time.Sleep(50 * time.Millisecond)
	}
	for _, command := range capturedData {
		reply(data, command)
	}
	for _, protocol := range []string{"2", "3"} {
		c := server.Connect(t, "tcp")
		if protocol == "3" {
			reply(c, "HELLO 3")
		}
		for _, capture := range captured {
			save(t, capture.name+".resp"+protocol, reply(c, capture.command))
		}
	}
}

func save(t *testing.T, name string, wire []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join("testdata", "captures", name), wire, 0o644); err != nil {
		t.Fatal(err)
	}
}

// reply returns the bytes of the reply to a command.
func reply(c *tests.Client, command string) []byte {
	c.T.Helper()
	c.Send(strings.Fields(command)...)
	raw, err := c.Dec.ReadRaw()
	if err != nil || raw[0] == '-' {
		c.T.Fatalf("%s: %q, %v", command, raw, err)
	}
	return raw
}

// capture returns the bytes of a captured reply.
func capture(t testing.TB, name string, protocol int) []byte {
	t.Helper()
	wire, err := os.ReadFile(filepath.Join("testdata", "captures", fmt.Sprint(name, ".resp", protocol)))
	if err != nil {
		t.Fatal(err)
	}
	return wire
}
