package monitor_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/leanovate/gopter/gen"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/reference"
	"github.com/seed65f5866d/resp/monitor"
	"github.com/seed65f5866d/resp/resptest"
	"github.com/seed65f5866d/resp/resptest/respgen"
)

func bytesOf(words ...string) (args [][]byte) {
	for _, word := range words {
		args = append(args, []byte(word))
	}
	return args
}

func TestMonitorLines(t *testing.T) {
	at := time.Date(2012, 6, 12, 14, 54, 43, 107_412_000, time.UTC)
	line := func(db int, peer string, args ...string) monitor.Line {
		return monitor.Line{Time: at, DB: db, Peer: peer, Args: bytesOf(args...)}
	}
	for text, want := range map[string]monitor.Line{
		`[0 127.0.0.1:60866] "keys" "*"`:               line(0, "127.0.0.1:60866", "keys", "*"),
		`[15 [::1]:6379] "ping"`:                       line(15, "[::1]:6379", "ping"),
		`[0 lua] "set" "x] \"" "1"`:                    line(0, "lua", "set", `x] "`, "1"),
		`[0 127.0.0.1:1] "set" "x] " "] \"y\""`:        line(0, "127.0.0.1:1", "set", "x] ", `] "y"`),
		`[0 unix:/tmp/redis.sock] "a" ""`:              line(0, "unix:/tmp/redis.sock", "a", ""),
		`[0 unix:/a] "b.sock] "a" "b"`:                 line(0, `unix:/a] "b.sock`, "a", "b"),
		`[0 unix:/a] "b" c] "a"`:                       line(0, `unix:/a] "b" c`, "a"),
		`[0 unix:/a] b] "a"`:                           line(0, "unix:/a] b", "a"),
		`[0 ] "ping"`:                                  line(0, "", "ping"),
		`[2147483647 x y] "\x00\xff" "\\\"\n\r\t\a\b"`: line(1<<31-1, "x y", "\x00\xff", "\\\"\n\r\t\a\b"),
		`[0 127.0.0.1:1] "AUTH" "(redacted)"`:          line(0, "127.0.0.1:1", "AUTH", "(redacted)"),
	} {
		text = "1339512883.107412 " + text
		got, err := monitor.Parse([]byte(text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
		if again := string(monitor.Append(nil, got)); again != text {
			t.Errorf("%s was written again as %s", text, again)
		}
	}
}

// Lines that Redis 7 sent (../testdata/captures).
func TestCapturedLines(t *testing.T) {
	wire, err := os.ReadFile("../testdata/captures/monitor.resp2")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for v, err := range resp.NewDecoder(bytes.NewReader(bytes.TrimPrefix(wire, []byte("+OK\r\n")))).Values() {
		if err != nil {
			t.Fatal(err)
		}
		m, err := monitor.Parse(v.Bytes)
		if again := monitor.Append(nil, m); err != nil || !bytes.Equal(again, v.Bytes) {
			t.Errorf("%s: %v, and written again as %s", v.Bytes, err, again)
		}
		got = append(got, fmt.Sprintf("%d %s %q", m.DB, strings.TrimRight(m.Peer, "0123456789"), m.Args))
	}
	want := []string{
		`0 127.0.0.1: ["SET" "key" "quotes \" and ' and \\ back"]`,
		`0 127.0.0.1: ["SET" "\x00\x01\xff" "line\r\nbreak\ttab\a\b"]`,
		`3 127.0.0.1: ["SELECT" "3"]`,
		`3 127.0.0.1: ["EVAL" "redis.call('SET', KEYS[1], ARGV[1]) return redis.pcall('GET', 'no')" "1" "from-script" "a b"]`,
		`3 lua ["SET" "from-script" "a b"]`,
		`3 lua ["GET" "no"]`,
		`3 127.0.0.1: ["MULTI"]`,
		`3 127.0.0.1: ["SET" "in" "transaction"]`,
		`3 127.0.0.1: ["EXEC"]`,
		`0 unix:redis.sock ["PING"]`,
		`0 unix:redis.sock ["SET" "k" "诗"]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFaultsInMonitorLines(t *testing.T) {
	const good = `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`
	for text, offset := range map[string]int64{
		"":                                    0,
		"OK":                                  0,
		"1":                                   1,
		"x.000000 ":                           0,
		"1.00000 [0 x] \"a\"":                 2,
		"1.0000000 [0 x] \"a\"":               2,
		"1.000000 0 x] \"a\"":                 9,
		"1.000000 [-1 x] \"a\"":               10,
		"1.000000 [x x] \"a\"":                10,
		"1.000000 [2147483648 x] \"a\"":       10,
		"9223372036854775808.000000 [0 x] \"": 0,
		"1.000000 [0 x] ":                     15,
		"1.000000 [0 x] a":                    16,
		"1.000000 [0 x] \"a":                  15,
		"1.000000 [0 x] \"a\" b":              19,
		"1.000000 [0 x] \"a\"  \"b\"":         19,
		"1.000000 [0 x] \"a\"\t\"b\"":         18,
		"1.000000 [0 x] \"a\" ":               19,
		"1.000000 [0 x] \"a\"b":               18,
		good + `x`:                            int64(len(good)),
		good + ` (redacted)`:                  int64(len(good) + 1),
	} {
		m, err := monitor.Parse([]byte(text))
		var syntax *resp.SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != offset || m.Args != nil {
			t.Errorf("%s: %v and %v, want a SyntaxError at %d", text, m, err, offset)
		} else if syntax.ReplyText() != "" {
			t.Errorf("%s: %q to be sent to a server", text, syntax.ReplyText())
		}
	}
	for n := range len(good) {
		if _, err := monitor.Parse([]byte(good[:n])); err == nil && good[:n] != strings.TrimSuffix(good, ` "*"`) {
			t.Errorf("%s: no error, though it is cut", good[:n])
		}
	}
}

var somePeers = []string{"127.0.0.1:6379", "[fe80::1%eth0]:1", "lua", "", "unix:/run/redis.sock", "unix:/a b]c", "unix:[", `unix:/a] "b`, "?:0"}

// What was written is read back, whatever the arguments are.
func TestMonitorLinesAreReadBack(t *testing.T) {
	tests.ForAll(t, func(args resptest.Command, seed uint64) string {
		rnd := rand.New(rand.NewPCG(seed, 0))
		want := monitor.Line{
			Time: time.Unix(rnd.Int64N(1<<40), rnd.Int64N(1e6)*1000).UTC(),
			DB:   rnd.IntN(1<<31 - 1),
			Peer: somePeers[rnd.IntN(len(somePeers))],
			Args: args,
		}
		line := monitor.Append(nil, want)
		got, err := monitor.Parse(line)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			return fmt.Sprintf("%.300q: %v\n%s", line, err, diff)
		}
		return ""
	}, respgen.Command(10, 99, 6000), gen.UInt64())
}

// A line that is made to have many ends of peers costs no more than its length.
func TestMonitorLinesAreParsedInLinearTime(t *testing.T) {
	for _, piece := range []string{`] "`, `] "a" `, `] " `, `] "\"`, `"] " `, `] "" " " `} {
		line := []byte("1.000000 [0 unix:" + strings.Repeat(piece, 4<<20/len(piece)))
		if m, err := monitor.Parse(line); err == nil && len(m.Peer) == 0 {
			t.Errorf("%d bytes of %s: %d arguments and no peer", len(line), piece, len(m.Args))
		}
	}
}

// refMonitorPeer says naively where the peer ends: it tries every bracket.
func refMonitorPeer(rest string) (peer string, args []string, ok bool) {
	for i := range len(rest) {
		if !strings.HasPrefix(rest[i:], `] "`) {
			continue
		}
		args, after := []string{}, rest[i+1:]
		for after != "" && strings.HasPrefix(after, ` "`) {
			text, end := reference.Unquote([]byte(after), len(" "))
			if end < 0 || end < len(after) && after[end] != ' ' {
				break
			}
			args, after = append(args, string(text)), after[end:]
		}
		if after == "" {
			return rest[:i], args, true
		}
	}
	return "", nil, false
}

func FuzzLine(f *testing.F) {
	for _, rest := range []string{
		`127.0.0.1:60866] "keys" "*"`, `[::1]:6379] "a" ""`, `lua] "set" "x] \"" "1"`, `unix:/a] "b.sock] "a" "b"`, `] "a"`, `x] "\xfF\q"`, `x] "a" `,
	} {
		f.Add(rest)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		if len(rest) > tests.LongestFuzzed {
			return
		}
		if _, err := monitor.Parse([]byte(rest)); err == nil {
			return // a whole line of its own
		}
		got, err := monitor.Parse([]byte("1339518083.107412 [7 " + rest))
		peer, args, ok := refMonitorPeer(rest)
		if (err == nil) != ok {
			t.Fatalf("%q: %v, but the oracle takes it: %t", rest, err, ok)
		}
		if !ok {
			return
		}
		want := monitor.Line{Time: time.Unix(1339518083, 107_412_000).UTC(), DB: 7, Peer: peer, Args: bytesOf(args...)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-oracle +got):\n%s", rest, diff)
		}
		again, err := monitor.Parse(monitor.Append(nil, got))
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Errorf("%q written and read again: %v (-first +second):\n%s", rest, err, diff)
		}
	})
}
