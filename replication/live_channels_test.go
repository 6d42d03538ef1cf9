package replication_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/replication"
)

// A master that sends the RDB over a second connection answers as the package says,
// whether a database is selected in its command stream already or not.
func TestLiveTwoChannels(t *testing.T) {
	for _, settings := range []struct {
		channel string // the setting that allows a second connection
		attach  func(*testing.T, tests.Server) (main *replica, rdb []byte, start int64)
	}{
		{"repl-rdb-channel", attachToRedis},
		{"dual-channel-replication-enabled", attachToValkey},
	} {
		t.Run(settings.channel, func(t *testing.T) {
			s := tests.StartServer(t)
			master := s.Connect(t, "unix")
			for _, setting := range [][]string{{settings.channel, "yes"}, {"repl-diskless-sync", "yes"}, {"repl-diskless-sync-delay", "0"}} {
				if v := master.Do(append([]string{"CONFIG", "SET"}, setting...)...); v.Err() != nil {
					t.Skipf("CONFIG SET %q: %v", setting, v.Err())
				}
			}
			master.Do("SET", "before", strings.Repeat("x", 100_000))
			for _, value := range []string{"first", "second"} { // the second replica finds a stream that has begun
				r, rdb, start := settings.attach(t, s)
				if !bytes.HasPrefix(rdb, []byte("REDIS")) && !bytes.HasPrefix(rdb, []byte("VALKEY")) || len(rdb) < 1000 {
					t.Errorf("an RDB of %d bytes: %.20q", len(rdb), rdb)
				}
				r.base = start - r.Dec.InputOffset()
				master.Do("SET", "after", value)
				got := r.next()
				if got[0] == "SELECT" {
					got = r.next()
				}
				if want := []string{"SET", "after", value}; !slices.Equal(got, want) {
					t.Errorf("the command stream begins with %q, want %q", got, want)
				}
				r.settle(master)
				r.Conn.Close()
			}
		})
	}
}

// attachToRedis attaches a replica as Redis 8 has it.
func attachToRedis(t *testing.T, s tests.Server) (main *replica, rdb []byte, start int64) {
	main = greet(t, s, "capa", "rdb-channel-repl")
	main.Send("PSYNC", "?", "-1")
	answer := main.answer(replication.RDBChannelSync)
	second := greet(t, s, "rdb-channel", "1", "main-ch-client-id", fmt.Sprint(answer.Client))
	second.Send("PSYNC", "?", "-1")
	start = second.answer(replication.FullResync).Offset
	return main, second.rdb(), start
}

// attachToValkey attaches a replica as Valkey 8 has it.
func attachToValkey(t *testing.T, s tests.Server) (main *replica, rdb []byte, start int64) {
	main = greet(t, s, "capa", "dual-channel")
	main.Send("PSYNC", "?", "-1")
	main.answer(replication.DualChannelSync)
	second := greet(t, s, "rdb-channel", "1")
	second.Send("SYNC")
	end := second.answer(replication.EndOffset)
	if v := main.Do("REPLCONF", "set-rdb-client-id", fmt.Sprint(end.Client)); v.Err() != nil {
		t.Fatal(v.Err())
	}
	main.Send("PSYNC", end.ID, fmt.Sprint(end.Offset+1))
	main.answer(replication.Continue)
	return main, second.rdb(), end.Offset
}

// greet connects a replica and goes through the handshake up to PSYNC.
func greet(t *testing.T, s tests.Server, options ...string) *replica {
	t.Helper()
	r := &replica{Client: s.Connect(t, "tcp")}
	r.Dec = resp.NewDecoder(io.TeeReader(r.Conn, &r.wire), resp.ServerLimits())
	r.master = replication.NewReader(r.Dec)
	for _, words := range [][]string{{"REPLCONF", "capa", "eof", "capa", "psync2"}, append([]string{"REPLCONF"}, options...)} {
		if v := r.Do(words...); v.Err() != nil {
			t.Fatalf("%q: %v", words, v.Err())
		}
	}
	return r
}

// answer reads the master's answer, which has to be of that kind.
func (r *replica) answer(kind replication.Kind) replication.Answer {
	r.T.Helper()
	answer, err := r.master.ReadAnswer()
	if err != nil || answer.Kind != kind {
		r.T.Fatalf("%+v, %v, want %s", answer, err, kind)
	}
	return answer
}

// rdb reads the RDB and closes the connection, which was for that alone.
func (r *replica) rdb() []byte {
	r.T.Helper()
	var rdb bytes.Buffer
	if _, err := r.master.CopyRDB(&rdb); err != nil {
		r.T.Fatal(err)
	}
	r.Conn.Close()
	return rdb.Bytes()
}
