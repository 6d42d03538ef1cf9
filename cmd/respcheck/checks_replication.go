package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/replication"
)

// acknowledgeAfter is how long a replica waits for commands before it acknowledges
// its offset again. A server that streamed its RDB sends no commands before that.
const acknowledgeAfter = 20 * time.Millisecond

const (
	// maxReplicated is the size of the largest command that a replica takes.
	maxReplicated = 64 << 20
	// maxWrites is how many commands a replica keeps to compare them with what was
	// written, and maxWrite how many bytes each may have.
	maxWrites = 10
	maxWrite  = 1 << 20
	// rdbTimeouts is how many timeouts a whole RDB may take.
	rdbTimeouts = 10
)

// checkReplicationFull attaches as a replica that has nothing yet. A private server
// sends its RDB in both ways, from the disk and streamed, to a replica that names its
// version and to one that does not. The check does not change the configuration of
// any other server.
func checkReplicationFull(t *trip) {
	if !t.mayReplicate() {
		return
	}
	master := t.dial()
	if !t.srv.private {
		t.replicate(master, "")
		return
	}
	for _, streamed := range []bool{false, true} {
		known := configure(master, streamed)
		for _, version := range []string{"", master.version} {
			r := t.replicate(master, version)
			if known {
				r.expect("an RDB that ends with a mark", streamed || streamsAlways(master, version), r.marked)
			}
			r.close()
		}
	}
}

// streamsAlways reports whether a server streams its RDB to a replica that names this
// version, or none, however it is configured. Valkey does so since 9.1 to one that
// names none, because it writes such a replica an RDB that older ones can read too.
func streamsAlways(master *conn, version string) bool {
	return version == "" && master.name == "valkey" && !master.before(9) && !strings.HasPrefix(master.version, "9.0.")
}

// configure makes the server stream its RDBs or not, and reports whether it can.
func configure(master *conn, streamed bool) bool {
	diskless := "no"
	if streamed {
		diskless = "yes"
	}
	for setting, value := range map[string]any{"repl-diskless-sync": diskless, "repl-diskless-sync-delay": 0} {
		if master.do("CONFIG SET", setting, value).Err() != nil {
			return false
		}
	}
	return true
}

// checkReplicationPartial attaches, breaks the connection and goes on where it
// was.
func checkReplicationPartial(t *trip) {
	if !t.mayReplicate() {
		return
	}
	master := t.dial()
	r := t.replicate(master, "")
	r.close()
	if t.failed() {
		return
	}
	again, answer := t.attach("", r.id, r.offset()+1)
	full := answer.Kind == replication.FullResync
	if full && !t.srv.private {
		t.skipf("the server does not go on at offset %d", r.offset())
		return
	}
	again.expect("a full resync", false, full)
	again.base = r.offset() - again.dec.InputOffset()
	again.catchUp(t, master)
}

// mayReplicate reports whether to attach as a replica, and skips the check when not.
// Other programs may notice the replicas of a server, so a server that is not
// private gets one only on request.
func (t *trip) mayReplicate() bool {
	asked := t.cfg.run != nil && strings.Contains(t.cfg.run.String(), "replication")
	if !asked && !t.srv.private {
		t.skipf("only when -run names replication, or on a private server")
		return false
	}
	return true
}

// replica is a connection on which a server sends its command stream.
type replica struct {
	*conn
	master *replication.Reader
	id     string // of the command stream
	base   int64  // to be added to an offset in the input for one in the command stream
	start  []byte // of the RDB
	marked bool   // the RDB ended with a mark
}

// attach opens a connection and asks for the command stream of that ID from an
// offset on. It names no port, because nobody can connect to this replica, and a
// version unless that is empty.
func (t *trip) attach(version, id string, from int64) (*replica, replication.Answer) {
	r := &replica{conn: t.dial()}
	r.allow(maxReplicated)
	r.step("PING")
	r.do("REPLCONF", "capa", "eof", "capa", "psync2") // some servers know neither
	if version != "" {
		r.do("REPLCONF", "version", version) // most servers know no version
	}
	r.send("PSYNC", id, from)
	if r.err != nil {
		return r, replication.Answer{}
	}
	start := r.begin()
	r.master = replication.NewReader(r.dec)
	answer, err := r.master.ReadAnswer()
	if err != nil {
		r.refuse("PSYNC", err)
	}
	r.show(start)
	r.id = answer.ID
	return r, answer
}

// replicate attaches as a replica without data, and takes the RDB and some
// writes to the master.
func (t *trip) replicate(master *conn, version string) *replica {
	r, answer := t.attach(version, "?", -1)
	if r.err != nil {
		return r
	}
	r.in.until = time.Now().Add(rdbTimeouts * r.timeout)
	if _, err := r.master.CopyRDB(r); err != nil {
		r.refuse("RDB", err)
		return r
	}
	magic := "REDIS"
	if string(r.start) == "VALKE" { // the start of VALKEY, since version 9
		magic = "VALKE"
	}
	r.expect("the start of an RDB", magic, string(r.start))
	r.base = answer.Offset - r.dec.InputOffset()
	r.catchUp(t, master)
	return r
}

// Write takes the RDB and keeps only its start.
func (r *replica) Write(p []byte) (int, error) {
	if len(r.start) == 0 {
		r.marked = bytes.Contains(r.in.buf, []byte("$EOF:"))
	}
	r.start = append(r.start, p[:min(len(p), len("REDIS")-len(r.start))]...)
	r.in.forget(r.dec.InputOffset())
	return len(p), nil
}

// offset is how far the replica has got in the command stream.
func (r *replica) offset() int64 { return r.base + r.dec.InputOffset() }

// catchUp writes to the master and fails unless the replica gets the writes and
// the two agree on the offset that they end at.
func (r *replica) catchUp(t *trip, master *conn) {
	want := writeReplicated(t, master)
	end, err := strconv.ParseInt(replicationInfo(master, "master_repl_offset"), 10, 64)
	if r.err != nil || master.err != nil {
		return
	}
	if err != nil {
		master.fail("INFO", err)
		return
	}
	r.compareWrites(want, r.follow(end, t.prefix))
	r.expect("the offset", end, r.offset())
	r.send("REPLCONF", "ACK", r.offset())
	master.wantThat("a replica that has the writes", func(v *resp.Value) bool { return v.Kind == resp.Integer && v.Int > 0 },
		"WAIT", 1, r.timeout.Milliseconds()/2)
}

// writeReplicated writes to the master and returns the commands that replicas get
// of it.
func writeReplicated(t *trip, master *conn) [][]string {
	text, large, counter := t.key("text"), t.key("large"), t.key("counter")
	value := string(randomBytes(t.cfg.seed, 1<<17))
	master.step("SET", text, poem)
	master.step("SET", large, value)
	master.step("MULTI")
	master.step("INCR", counter)
	master.step("GET", text)
	master.step("EXEC")
	master.step("DEL", text)
	return [][]string{{"SET", text, poem}, {"SET", large, value}, {"INCR", counter}, {"DEL", text}}
}

// replicationInfo returns what INFO says of a field.
func replicationInfo(c *conn, field string) string {
	return infoField(c, "replication", field)
}

// follow reads the command stream up to offset end or beyond it. It returns the
// commands whose first argument starts with prefix, because other clients' commands
// may be between them.
func (r *replica) follow(end int64, prefix string) (ours [][]string) {
	defer func(timeout time.Duration) { r.in.timeout = timeout }(r.in.timeout)
	r.in.timeout = acknowledgeAfter
	deadline := time.Now().Add(r.timeout)
	r.in.until = deadline
	for r.err == nil && r.offset() < end {
		start := r.dec.InputOffset()
		r.in.forget(start)
		command, err := r.dec.ReadCommand()
		r.show(start)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && time.Now().Before(deadline):
			r.send("REPLCONF", "ACK", r.offset())
		case err != nil:
			r.refuse("command stream", err)
		case len(command.Args) < 2 || !strings.HasPrefix(string(command.Args[1]), prefix):
		case len(ours) == maxWrites || len(command.Raw) > maxWrite:
			r.fail("command stream", errors.New("other writes than those that were made"))
		default:
			ours = append(ours, words(command.Args))
		}
	}
	return ours
}

// show passes what has been read since offset start to trace.
func (r *replica) show(start int64) {
	if end := r.dec.InputOffset(); r.trace != nil && end > start {
		r.trace("<", quote(r.in.from(start)[:end-start]))
	}
}

func words(args [][]byte) []string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = string(arg)
	}
	return words
}

// compareWrites fails unless the replica got the commands that it should.
func (r *replica) compareWrites(want, got [][]string) {
	r.expect("replicated commands", len(want), len(got))
	for i := 0; i < len(want) && r.err == nil; i++ {
		r.expect("a replicated command", true, slices.Equal(want[i], got[i]))
	}
}

// expect fails unless what was found is what was wanted.
func (r *replica) expect(what string, want, got any) {
	if r.err == nil && got != want {
		r.fail("replication", fmt.Errorf("%s: got %v, want %v", what, got, want))
	}
}

// refuse makes err, met in reading, the end of the connection.
func (r *replica) refuse(step string, err error) {
	r.wire = r.in.from(r.dec.InputOffset())
	r.fail(step, lacking(step, err))
}
