package resp_test

// The replica's side of replication against a live master.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
)

// replica is a connection to a master that gets its command stream.
type replica struct {
	*client
	wire bytes.Buffer // all that the master sent
	id   string
	base int64 // of the replication offset, in offsets of the Decoder's input
}

// attach connects a replica and goes through the handshake up to PSYNC.
func (s server) attach(t *testing.T, id string, from int64) (*replica, resp.Resync) {
	t.Helper()
	r := &replica{client: s.connect(t, "tcp")}
	r.dec = resp.NewDecoder(io.TeeReader(r.conn, &r.wire), resp.ServerLimits())
	_, port, _ := net.SplitHostPort(r.conn.LocalAddr().String())
	for _, words := range [][]string{{"PING"}, {"REPLCONF", "listening-port", port}, {"REPLCONF", "capa", "eof", "capa", "psync2"}} {
		if v := r.do(words...); v.Err() != nil {
			t.Fatalf("%q: %v", words, v.Err())
		}
	}
	r.send("PSYNC", id, fmt.Sprint(from))
	resync, err := r.dec.ReadResync()
	if err != nil {
		t.Fatalf("PSYNC %s %d: %v", id, from, err)
	}
	r.id = resync.ID
	return r, resync
}

// offset is how far the replica has got in the command stream.
func (r *replica) offset() int64 { return r.base + r.dec.InputOffset() }

// acknowledge tells the master how far the replica has got.
func (r *replica) acknowledge() { r.send("REPLCONF", "ACK", fmt.Sprint(r.offset())) }

// next returns the next command of a client: a master has its own, PING now and
// then and REPLCONF GETACK while somebody waits. While none comes it
// acknowledges: a master that sent a mark waits for that.
func (r *replica) next() []string {
	r.t.Helper()
	defer r.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for range 1000 {
		r.conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		command, err := r.dec.ReadCommand()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			r.acknowledge()
		case err != nil:
			r.t.Fatalf("command stream at offset %d: %v", r.offset(), err)
		case !strings.EqualFold(string(command.Args[0]), "PING") && string(command.Args[0]) != "REPLCONF":
			words := make([]string, len(command.Args))
			for i, arg := range command.Args {
				words[i] = string(arg)
			}
			return words
		}
	}
	r.t.Fatalf("no command comes at offset %d", r.offset())
	return nil
}

// expect fails the test unless these commands come next.
func (r *replica) expect(want [][]string) {
	r.t.Helper()
	for _, words := range want {
		got := r.next()
		for len(got) == 1 && strings.EqualFold(got[0], "PING") { // any time
			got = r.next()
		}
		if diff := cmp.Diff(words, got); diff != "" {
			r.t.Fatalf("command stream up to offset %d: -want +got\n%.500s", r.offset(), diff)
		}
	}
}

// replicationInfo returns a field of INFO replication.
func (c *client) replicationInfo(field string) string {
	c.t.Helper()
	v := c.do("INFO", "replication")
	_, rest, _ := strings.Cut(string(v.Bytes), "\n"+field+":")
	text, _, _ := strings.Cut(rest, "\r\n")
	return text
}

// settle reads on until the offset is that of the master, and has the master
// say how far it thinks the replica is.
func (r *replica) settle(master *client) {
	r.t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		want, err := strconv.ParseInt(master.replicationInfo("master_repl_offset"), 10, 64)
		if err != nil {
			r.t.Fatal(err)
		}
		r.conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		for err == nil {
			_, err = r.dec.ReadCommand() // PING
		}
		r.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		if r.offset() < want {
			continue // there is more to come
		}
		if r.offset() > want && master.replicationInfo("master_repl_offset") == fmt.Sprint(want) {
			r.t.Fatalf("the replica is at offset %d, the master at %d", r.offset(), want)
		}
		r.acknowledge()
		acknowledged := fmt.Sprintf("state=online,offset=%d,", r.offset())
		if strings.Contains(master.replicationInfo("slave0"), acknowledged) {
			return
		}
	}
	r.t.Fatalf("the replica is at offset %d, the master at %s: %s", r.offset(), master.replicationInfo("master_repl_offset"), master.replicationInfo("slave0"))
}

// A replica gets the RDB in both forms, every write, and the master's own offset
// to acknowledge; when the connection breaks it goes on where it was.
func TestLiveReplica(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a master in short mode")
	}
	t.Parallel()
	for _, diskless := range []string{"no", "yes"} {
		t.Run("diskless "+diskless, func(t *testing.T) {
			t.Parallel()
			s := startServer(t)
			master := s.connect(t, "unix")
			master.do("CONFIG", "SET", "repl-diskless-sync", diskless, "repl-diskless-sync-delay", "0", "repl-backlog-size", "16mb")
			master.do("SET", "before", strings.Repeat("compresses", 10_000))
			master.do("SET", "random", string(randomText(1<<20)))

			r, resync := s.attach(t, "?", -1)
			if !resync.Full || len(resync.ID) != 40 || resync.ID != master.replicationInfo("master_replid") {
				t.Fatalf("%+v, with the ID %s", resync, master.replicationInfo("master_replid"))
			}
			r.copyRDB(diskless == "yes")
			r.base = resync.Offset - r.dec.InputOffset()
			r.expect(write(master))
			r.settle(master)
			t.Logf("up to %d bytes of input the offset is %d", r.dec.InputOffset(), r.offset())

			other := s.connect(t, "unix")
			other.do("SET", "waited", "for")
			other.send("WAIT", "1", "10000")
			r.expect([][]string{{"SET", "waited", "for"}})
			r.acknowledge()
			n, err := other.dec.ReadInt64()
			expect(t, "WAIT 1", int64(1), n, err)

			asked := r.offset()
			r.conn.Close()
			commands := write(master)
			r, resync = s.attach(t, r.id, asked+1)
			if resync.Full || resync.ID != master.replicationInfo("master_replid") {
				t.Fatalf("PSYNC from %d: %+v", asked+1, resync)
			}
			r.base = asked - r.dec.InputOffset()
			r.expect(commands)
			r.settle(master)
			t.Logf("up to %d bytes of input the offset is %d", r.dec.InputOffset(), r.offset())
		})
	}
}

// While a master waits before it answers, or saves, it sends a newline a second.
// They are not part of the offset.
func TestLiveReplicaIsKeptAlive(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a master in short mode")
	}
	t.Parallel()
	for _, test := range []struct {
		name    string
		config  []string
		newline string // where one comes
	}{
		{"before the answer", []string{"repl-diskless-sync", "yes", "repl-diskless-sync-delay", "2"}, "\n+FULLRESYNC"},
		{"before the RDB", []string{"repl-diskless-sync", "no", "rdb-key-save-delay", "1500000"}, "\n\n$"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t)
			master := s.connect(t, "unix")
			if v := master.do(append([]string{"CONFIG", "SET"}, test.config...)...); v.Err() != nil {
				t.Skip(v.Err())
			}
			master.do("SET", "key", "value")
			r, resync := s.attach(t, "?", -1)
			if _, err := r.dec.CopyRDB(io.Discard); err != nil {
				t.Fatal(err)
			}
			r.base = resync.Offset - r.dec.InputOffset()
			if !strings.Contains(r.wire.String(), test.newline) {
				t.Errorf("no newline %s in %.200q", test.name, r.wire.Bytes())
			}
			master.do("SET", "key", "other")
			r.expect([][]string{{"SELECT", "0"}, {"SET", "key", "other"}})
			r.settle(master)
		})
	}
}

// copyRDB takes the RDB and checks its form.
func (r *replica) copyRDB(marked bool) {
	r.t.Helper()
	var rdb bytes.Buffer
	var err error
	n, timeouts := int64(0), 0
	for ; ; timeouts++ {
		var more int64
		r.conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		more, err = r.dec.CopyRDB(&rdb)
		if n += more; !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	r.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	if err != nil || n != int64(rdb.Len()) || !bytes.HasPrefix(rdb.Bytes(), []byte("REDIS00")) || n < 1<<20 {
		r.t.Fatalf("CopyRDB: %d bytes, %.10q, %v", n, rdb.Bytes(), err)
	}
	header := r.wire.Bytes()[:bytes.Index(r.wire.Bytes(), []byte("\r\nREDIS"))]
	header = header[bytes.LastIndexByte(header, '\n')+1:]
	mark, isMark := strings.CutPrefix(string(header), "$EOF:")
	if isMark != marked || isMark && len(mark) != 40 || !isMark && string(header) != fmt.Sprintf("$%d", n) {
		r.t.Fatalf("an RDB of %d bytes behind the header %q", n, header)
	}
	r.t.Logf("RDB of %d bytes behind %.10q, %d timeouts", n, header, timeouts)
}

// write writes to the master and returns the commands that replicas get.
func write(master *client) [][]string {
	binary := string(randomText(1 << 18))
	script := [][]string{
		{"SELECT", "3"},
		{"SET", "text", "诗\r\n\n"},
		{"SET", "large", strings.Repeat("x", 1<<20)},
		{"SET", binary[:50], binary},
		{"SET", "empty", ""},
		{"SELECT", "0"},
		{"LPUSH", "list", "a", "\n", "*1\r\n$4\r\nPING\r\n"},
		{"MULTI"},
		{"INCR", "n"},
		{"INCR", "n"},
		{"EXEC"},
		{"GET", "text"},
		{"DEL", "list"},
	}
	for _, words := range script {
		master.do(words...)
	}
	return append(script[:11:11], script[12])
}
