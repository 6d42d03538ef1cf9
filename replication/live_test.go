package replication_test

// The replica's side of replication against a live master.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/replication"
)

// replica is a connection to a master that gets its command stream.
type replica struct {
	*tests.Client
	wire   bytes.Buffer // all that the master sent
	master *replication.Reader
	id     string
	base   int64 // of the replication offset, in offsets of the Decoder's input
}

// handshake is what a replica tells before PSYNC. With a version it names that of the
// server, as replicas do since Valkey 8.0.
func handshake(s tests.Server, port string, version bool) [][]string {
	all := [][]string{{"PING"}, {"REPLCONF", "listening-port", port}, {"REPLCONF", "capa", "eof", "capa", "psync2"}}
	if version {
		all = append(all, []string{"REPLCONF", "version", strings.TrimPrefix(s.String(), s.Program+" ")})
	}
	return all
}

// attach connects a replica and goes through the handshake up to PSYNC.
func attach(t *testing.T, s tests.Server, version bool, id string, from int64) (*replica, replication.Answer) {
	t.Helper()
	r := &replica{Client: s.Connect(t, "tcp")}
	r.Dec = resp.NewDecoder(io.TeeReader(r.Conn, &r.wire), resp.ServerLimits())
	_, port, _ := net.SplitHostPort(r.Conn.LocalAddr().String())
	for _, words := range handshake(s, port, version) {
		if v := r.Do(words...); v.Err() != nil {
			t.Fatalf("%q: %v", words, v.Err())
		}
	}
	r.Send("PSYNC", id, fmt.Sprint(from))
	r.master = replication.NewReader(r.Dec)
	answer, err := r.master.ReadAnswer()
	if err != nil {
		t.Fatalf("PSYNC %s %d: %v", id, from, err)
	}
	r.id = answer.ID
	return r, answer
}

// offset is how far the replica has got in the command stream.
func (r *replica) offset() int64 { return r.base + r.Dec.InputOffset() }

// acknowledge tells the master how far the replica has got.
func (r *replica) acknowledge() { r.Send("REPLCONF", "ACK", fmt.Sprint(r.offset())) }

// next returns the next command of a client: a master has its own, PING now and
// then and REPLCONF GETACK while somebody waits. While none comes it
// acknowledges: a master that sent a mark waits for that.
func (r *replica) next() []string {
	r.T.Helper()
	defer r.Conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for range 1000 {
		r.Conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		command, err := r.Dec.ReadCommand()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			r.acknowledge()
		case err != nil:
			r.T.Fatalf("command stream at offset %d: %v", r.offset(), err)
		case !strings.EqualFold(string(command.Args[0]), "PING") && string(command.Args[0]) != "REPLCONF":
			words := make([]string, len(command.Args))
			for i, arg := range command.Args {
				words[i] = string(arg)
			}
			return words
		}
	}
	r.T.Fatalf("no command comes at offset %d", r.offset())
	return nil
}

// expect fails the test unless these commands come next.
func (r *replica) expect(want [][]string) {
	r.T.Helper()
	for _, words := range want {
		got := r.next()
		for len(got) == 1 && strings.EqualFold(got[0], "PING") { // any time
			got = r.next()
		}
		if diff := cmp.Diff(words, got); diff != "" {
			r.T.Fatalf("command stream up to offset %d: -want +got\n%.500s", r.offset(), diff)
		}
	}
}

// replicationInfo returns a field of INFO replication.
func replicationInfo(c *tests.Client, field string) string {
	c.T.Helper()
	v := c.Do("INFO", "replication")
	_, rest, _ := strings.Cut(string(v.Bytes), "\n"+field+":")
	text, _, _ := strings.Cut(rest, "\r\n")
	return text
}

// settle reads on until the offset is that of the master, and has the master
// say how far it thinks the replica is.
func (r *replica) settle(master *tests.Client) {
	r.T.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		want, err := strconv.ParseInt(replicationInfo(master, "master_repl_offset"), 10, 64)
		if err != nil {
			r.T.Fatal(err)
		}
		r.Conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		for err == nil {
			_, err = r.Dec.ReadCommand() // PING
		}
		r.Conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		if r.offset() < want {
			continue // there is more to come
		}
		if r.offset() > want && replicationInfo(master, "master_repl_offset") == fmt.Sprint(want) {
			r.T.Fatalf("the replica is at offset %d, the master at %d", r.offset(), want)
		}
		r.acknowledge()
		acknowledged := fmt.Sprintf("state=online,offset=%d,", r.offset())
		if strings.Contains(replicationInfo(master, "slave0"), acknowledged) {
			return
		}
	}
	r.T.Fatalf("the replica is at offset %d, the master at %s: %s", r.offset(), replicationInfo(master, "master_repl_offset"), replicationInfo(master, "slave0"))
}

// A replica gets the RDB in both forms, every write, and the master's own offset
// to acknowledge; when the connection breaks it goes on where it was.
func TestLiveReplica(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a master in short mode")
	}
	t.Parallel()
	for _, test := range []struct{ streamed, version bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			t.Parallel()
			if test.version && !tests.FindServer(t).Is("valkey", 8) {
				t.Skip("replicas name their version since Valkey 8.0")
			}
			s := tests.StartServer(t)
			master := s.Connect(t, "unix")
			stream := map[bool]string{false: "no", true: "yes"}[test.streamed]
			for _, setting := range [][]string{{"repl-diskless-sync", stream}, {"repl-diskless-sync-delay", "0"}, {"repl-backlog-size", "16mb"}} {
				configure(t, master, setting...)
			}
			master.Do("SET", "before", strings.Repeat("compresses", 10_000))
			master.Do("SET", "random", string(tests.RandomText(1<<20)))

			r, answer := attach(t, s, test.version, "?", -1)
			if answer.Kind != replication.FullResync || len(answer.ID) != 40 || answer.ID != replicationInfo(master, "master_replid") {
				t.Fatalf("%+v, with the ID %s", answer, replicationInfo(master, "master_replid"))
			}
			r.copyRDB(test.streamed || streamsAlways(s, test.version))
			r.base = answer.Offset - r.Dec.InputOffset()
			r.expect(write(master))
			r.settle(master)
			t.Logf("up to %d bytes of input the offset is %d", r.Dec.InputOffset(), r.offset())

			other := s.Connect(t, "unix")
			other.Do("SET", "waited", "for")
			other.Send("WAIT", "1", "10000")
			r.expect([][]string{{"SET", "waited", "for"}})
			r.acknowledge()
			n, err := other.Dec.ReadInt64()
			if n != 1 || err != nil {
				t.Fatalf("WAIT 1: %d, %v", n, err)
			}

			asked := r.offset()
			r.Conn.Close()
			commands := write(master)
			r, answer = attach(t, s, test.version, r.id, asked+1)
			if answer.Kind != replication.Continue || answer.ID != replicationInfo(master, "master_replid") {
				t.Fatalf("PSYNC from %d: %+v", asked+1, answer)
			}
			r.base = asked - r.Dec.InputOffset()
			r.expect(commands)
			r.settle(master)
			t.Logf("up to %d bytes of input the offset is %d", r.Dec.InputOffset(), r.offset())
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
			s := tests.StartServer(t)
			master := s.Connect(t, "unix")
			for setting := range slices.Chunk(test.config, 2) {
				configure(t, master, setting...)
			}
			master.Do("SET", "key", "value")
			r, answer := attach(t, s, s.Is("valkey", 8), "?", -1)
			if _, err := r.master.CopyRDB(io.Discard); err != nil {
				t.Fatal(err)
			}
			r.base = answer.Offset - r.Dec.InputOffset()
			if !strings.Contains(r.wire.String(), test.newline) {
				t.Errorf("no newline %s in %.200q", test.name, r.wire.Bytes())
			}
			master.Do("SET", "key", "other")
			r.expect([][]string{{"SELECT", "0"}, {"SET", "key", "other"}})
			r.settle(master)
		})
	}
}

// configure changes one setting of the server. It skips the test when the server
// does not know the setting.
func configure(t *testing.T, master *tests.Client, setting ...string) {
	t.Helper()
	if v := master.Do(append([]string{"CONFIG", "SET"}, setting...)...); v.Err() != nil {
		t.Skipf("CONFIG SET %q: %v", setting, v.Err())
	}
}

// streamsAlways reports whether the master streams its RDB however it is configured.
// Valkey does so since 9.1 for a replica that names no version, because it writes
// such a replica an RDB that replicas of an earlier version can read too.
func streamsAlways(s tests.Server, version bool) bool { return s.Is("valkey", 9, 1) && !version }

// rdbMagic is what an RDB starts with. It is VALKEY since Valkey 9.0, but REDIS for a
// replica that names no version.
var rdbMagic = regexp.MustCompile(`^(REDIS0|VALKEY)\d{3}`)

// copyRDB takes the RDB and checks its form.
func (r *replica) copyRDB(marked bool) {
	r.T.Helper()
	var rdb bytes.Buffer
	var err error
	n, timeouts := int64(0), 0
	for ; ; timeouts++ {
		var more int64
		r.Conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		more, err = r.master.CopyRDB(&rdb)
		if n += more; !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	r.Conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	if err != nil || n != int64(rdb.Len()) || !rdbMagic.Match(rdb.Bytes()) || n < 1<<20 {
		r.T.Fatalf("CopyRDB: %d bytes, %.10q, %v", n, rdb.Bytes(), err)
	}
	header := r.wire.Bytes()[:bytes.Index(r.wire.Bytes(), append([]byte("\r\n"), rdb.Bytes()[:9]...))]
	header = header[bytes.LastIndexByte(header, '\n')+1:]
	mark, isMark := strings.CutPrefix(string(header), "$EOF:")
	if isMark != marked || isMark && len(mark) != 40 || !isMark && string(header) != fmt.Sprintf("$%d", n) {
		r.T.Fatalf("an RDB of %d bytes behind the header %q", n, header)
	}
	r.T.Logf("RDB of %d bytes behind %.10q, %d timeouts", n, header, timeouts)
}

// write writes to the master and returns the commands that replicas get.
func write(master *tests.Client) [][]string {
	binary := string(tests.RandomText(1 << 18))
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
		master.Do(words...)
	}
	return append(script[:11:11], script[12])
}
