package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/seed65f5866d/resp"
)

func TestOtherNodes(t *testing.T) {
	const nodes = "" +
		"07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004,hostname4 slave e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected\n" +
		"67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 127.0.0.1:30002@31002,,shard-id=69bc master - 0 1426238316232 2 connected 5461-10922\n" +
		"292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f ::1:30003@31003 master,fail - 0 1426238318243 3 connected 10923-16383 [93-<-292f]\n" +
		"6ec23923021cf3ffec47632106199cb7f496ce01 127.0.0.1:30005 slave 67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 0 1426238316232 5 connected\n" +
		"824fe116063bc5fcf9f4ffd895bc17aee7731ac3 :0@0 slave,noaddr 292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f 0 1426238317741 6 disconnected\n" +
		"824fe116063bc5fcf9f4ffd895bc17aee7731ac4 127.0.0.1:30007@31007 handshake - 0 0 6 connected\n" +
		"e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 127.0.0.1:30001@31001 myself,master - 0 0 1 connected 0-5460\n"
	want := []string{"127.0.0.1:30004", "127.0.0.1:30002", "[::1]:30003", "127.0.0.1:30005"}
	if diff := cmp.Diff(want, otherNodes(nodes)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, nodes := range []string{"", "ERR This instance has cluster support disabled", "a b c d e f g h"} {
		if got := otherNodes(nodes); got != nil {
			t.Errorf("%q: got %q, want none", nodes, got)
		}
	}
	if got := otherNodes(strings.Repeat("id 127.0.0.1:1@2 master - 0 0 1 connected\n", 5000)); len(got) != maxNodes {
		t.Errorf("got %d nodes, want %d", len(got), maxNodes)
	}
}

func TestResolve(t *testing.T) {
	c := &conn{addr: "h:1"}
	for addr, want := range map[string]string{
		"127.0.0.1:2": "127.0.0.1:2", ":2": "h:2", "?:2": "h:2", "::1:2": "[::1]:2", "[::1]:2": "[::1]:2", "x": "x",
	} {
		if got := c.resolve(addr); got != want {
			t.Errorf("%q: got %q, want %q", addr, got, want)
		}
	}
}

// clusterAddr is an address that nobody listens on, nor on the port of its cluster bus.
func clusterAddr(t *testing.T) (addr string) {
	t.Helper()
	for range 100 {
		port := 20000 + rand.IntN(10000)
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		client, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		defer client.Close()
		bus, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+10000))
		if err == nil {
			defer bus.Close()
			return addr
		}
	}
	t.Fatal("no port is free, with that of a cluster bus")
	return ""
}

// startCluster starts nodes that share the slots, and one that has none.
func startCluster(t *testing.T, n int) (addrs []string, clients []*conn) {
	t.Helper()
	for range n + 1 {
		addr := clusterAddr(t)
		startRedisAt(t, addr, "--cluster-enabled", "yes")
		addrs, clients = append(addrs, addr), append(clients, client(t, addr))
	}
	_, port, _ := net.SplitHostPort(addrs[0])
	for i, c := range clients {
		var slots []any
		for slot := i * 16384 / n; slot < (i+1)*16384/n && i < n; slot++ {
			slots = append(slots, slot)
		}
		if len(slots) > 0 {
			c.want(okReply, "CLUSTER ADDSLOTS", slots...)
		}
		c.want(okReply, "CLUSTER MEET", "127.0.0.1", port)
	}
	for _, c := range clients {
		waitUntil(t, "the node knows the others and all slots", func() bool {
			known := len(otherNodes(text(c.do("CLUSTER NODES"))))
			return c.err != nil || known == n && strings.Contains(text(c.do("CLUSTER INFO")), "cluster_state:ok")
		})
		if c.err != nil {
			t.Fatal(c.err)
		}
	}
	return addrs, clients
}

// Every node of a cluster is checked with keys in its own slots, one without slots and
// a replica with what needs no keys; and ASK is followed, as MOVED is.
func TestCluster(t *testing.T) {
	t.Parallel()
	addrs, clients := startCluster(t, 3)
	o := respcheck(t, "-addr", addrs[0], "-n", "20")
	o.want(t, statusOK, " 0 failed", "this node of the cluster serves no slots")
	for _, addr := range addrs {
		if !strings.Contains(o.stdout, " at "+addr+" (") {
			t.Errorf("%s is not checked", addr)
		}
	}
	for _, name := range []string{"resp2/hash", "resp2/pool", "resp2/cluster/moved"} {
		want := 3
		if strings.Contains(name, "moved") {
			want++ // no keys of its own
		}
		if got := len(o.lines("ok    " + name + " ")); got != want {
			t.Errorf("%s passed on %d nodes, want %d\n%s", name, got, want, o.stdout)
		}
	}
	for i, c := range clients {
		c.want(integer(0), "DBSIZE")
		if c.err != nil {
			t.Errorf("node %d: %v", i, c.err)
		}
	}
	for _, addr := range addrs[:3] {
		respcheck(t, "bench", "-addr", addr, "-d", "10ms").want(t, statusOK, "GET 16 B")
	}
	t.Run("replica", func(t *testing.T) { testClusterReplica(t, addrs, clients) })
	t.Run("migration", func(t *testing.T) { testMigratingSlot(t, addrs, clients) })
}

func testClusterReplica(t *testing.T, addrs []string, clients []*conn) {
	id := text(clients[0].do("CLUSTER MYID"))
	replica := clients[3]
	replica.want(okReply, "CLUSTER REPLICATE", id)
	waitUntil(t, "the replica is up", func() bool {
		return infoField(replica, "replication", "master_link_status") == "up" || replica.err != nil
	})
	o := respcheck(t, "-addr", addrs[3], "-n", "5")
	o.want(t, statusOK, " 0 failed", "checks write keys: this is a replica of "+addrs[0])
	if got := len(o.lines("ok    resp2/hash ")); got != 3 {
		t.Errorf("resp2/hash passed on %d nodes, want 3\n%s", got, o.stdout)
	}
}

// While a slot moves, commands for its keys are sent on with ASK.
func testMigratingSlot(t *testing.T, addrs []string, clients []*conn) {
	from, to := clients[0], clients[1]
	prefix := newPrefix()
	for from.do("GET", prefix).Err() != nil {
		prefix = newPrefix()
	}
	slot := from.do("CLUSTER KEYSLOT", prefix).Int
	fromID, toID := text(from.do("CLUSTER MYID")), text(to.do("CLUSTER MYID"))
	to.want(okReply, "CLUSTER SETSLOT", slot, "IMPORTING", fromID)
	from.want(okReply, "CLUSTER SETSLOT", slot, "MIGRATING", toID)
	if from.err != nil || to.err != nil {
		t.Fatal(from.err, to.err)
	}
	trip := newTrip(t, 2)
	trip.srv, trip.prefix = &server{network: "tcp", addr: addrs[0], cluster: true}, prefix
	if v := trip.dial().once("GET", prefix); !strings.HasPrefix(text(v), fmt.Sprintf("ASK %d ", slot)) {
		t.Errorf("got %q, want ASK", text(v))
	}
	checkHash(trip)
	checkStream(trip)
	if trip.err != nil {
		t.Error(trip.err)
	}
	if err := trip.deleteKeys(t.Context()); err != nil {
		t.Error(err)
	}
	to.want(integer(0), "DBSIZE")
	if to.err != nil {
		t.Error(to.err)
	}
}

// A node that is down fails; the others are checked.
func TestNodeThatIsDown(t *testing.T) {
	t.Parallel()
	down := closedAddr(t)
	addr := talker(t, func(sock net.Conn, cmd resp.Command) {
		switch string(cmd.Args[0]) {
		case "HELLO":
			sock.Write([]byte("%2\r\n+server\r\n+redis\r\n+mode\r\n+cluster\r\n"))
		case "CLUSTER":
			sock.Write(resp.AppendBulkString(nil, "id "+down+"@1 master - 0 0 1 connected\n"))
		case "ECHO":
			sock.Write(resp.AppendBulkString(nil, cmd.Args[1]))
		default:
			sock.Write([]byte("+OK\r\n"))
		}
	})
	respcheck(t, "-addr", addr, "-run", "random/echo").
		want(t, statusFailed, "ok    resp3/random/echo", "FAIL  node "+down, "no server listens there", "2 ok, 0 skipped, 1 failed")
}

// Redirections that never end do.
func TestEndlessRedirections(t *testing.T) {
	t.Parallel()
	addr := talker(t, func(sock net.Conn, cmd resp.Command) {
		switch string(cmd.Args[0]) {
		case "HELLO":
			sock.Write([]byte("%2\r\n+server\r\n+redis\r\n+mode\r\n+cluster\r\n"))
		case "SET", "DEL", "PING", "CLIENT":
			sock.Write([]byte("+OK\r\n"))
		case "CLUSTER":
			sock.Write([]byte("$0\r\n\r\n"))
		default:
			sock.Write([]byte("-MOVED 1 " + sock.LocalAddr().String() + "\r\n"))
		}
	})
	respcheck(t, "-addr", addr, "-timeout", "1s", "-run", "resp3/hash").want(t, statusFailed, "sent on more than 5 times")
}
