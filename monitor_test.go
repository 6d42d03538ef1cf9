package resp_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

func bytesOf(words ...string) (args [][]byte) {
	for _, word := range words {
		args = append(args, []byte(word))
	}
	return args
}

func TestMonitorLines(t *testing.T) {
	at := time.Date(2012, 6, 12, 14, 54, 43, 107_412_000, time.UTC)
	line := func(db int, peer string, args ...string) resp.MonitorLine {
		return resp.MonitorLine{Time: at, DB: db, Peer: peer, Args: bytesOf(args...)}
	}
	for text, want := range map[string]resp.MonitorLine{
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
		got, err := resp.ParseMonitorLine([]byte(text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
		if again := string(resp.AppendMonitorLine(nil, got)); again != text {
			t.Errorf("%s was written again as %s", text, again)
		}
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
		m, err := resp.ParseMonitorLine([]byte(text))
		var syntax *resp.SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != offset || m.Args != nil {
			t.Errorf("%s: %v and %v, want a SyntaxError at %d", text, m, err, offset)
		} else if syntax.ReplyText() != "" {
			t.Errorf("%s: %q to be sent to a server", text, syntax.ReplyText())
		}
	}
	for n := range len(good) {
		if _, err := resp.ParseMonitorLine([]byte(good[:n])); err == nil && good[:n] != strings.TrimSuffix(good, ` "*"`) {
			t.Errorf("%s: no error, though it is cut", good[:n])
		}
	}
}

var somePeers = []string{"127.0.0.1:6379", "[fe80::1%eth0]:1", "lua", "", "unix:/run/redis.sock", "unix:/a b]c", "unix:[", `unix:/a] "b`, "?:0"}

// What was written is read back, whatever the arguments are.
func TestMonitorLinesAreReadBack(t *testing.T) {
	forAll(t, func(args resptest.Command, seed uint64) string {
		rnd := rand.New(rand.NewPCG(seed, 0))
		want := resp.MonitorLine{
			Time: time.Unix(rnd.Int64N(1<<40), rnd.Int64N(1e6)*1000).UTC(),
			DB:   rnd.IntN(1<<31 - 1),
			Peer: somePeers[rnd.IntN(len(somePeers))],
			Args: args,
		}
		line := resp.AppendMonitorLine(nil, want)
		got, err := resp.ParseMonitorLine(line)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			return fmt.Sprintf("%.300q: %v\n%s", line, err, diff)
		}
		return ""
	}, anyCommand, anySeed)
}

// A line that is made to have many ends of peers costs no more than its length.
func TestMonitorLinesAreParsedInLinearTime(t *testing.T) {
	for _, piece := range []string{`] "`, `] "a" `, `] " `, `] "\"`, `"] " `, `] "" " " `} {
		line := []byte("1.000000 [0 unix:" + strings.Repeat(piece, 4<<20/len(piece)))
		if m, err := resp.ParseMonitorLine(line); err == nil && len(m.Peer) == 0 {
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
			text, end := refQuoted([]byte(after), 1)
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

func FuzzMonitorLine(f *testing.F) {
	for _, rest := range []string{
		`127.0.0.1:60866] "keys" "*"`, `[::1]:6379] "a" ""`, `lua] "set" "x] \"" "1"`, `unix:/a] "b.sock] "a" "b"`, `] "a"`, `x] "\xfF\q"`, `x] "a" `,
	} {
		f.Add(rest)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		if len(rest) > longestFuzzed {
			return
		}
		if _, err := resp.ParseMonitorLine([]byte(rest)); err == nil {
			return // a whole line of its own
		}
		got, err := resp.ParseMonitorLine([]byte("1339518083.107412 [7 " + rest))
		peer, args, ok := refMonitorPeer(rest)
		if (err == nil) != ok {
			t.Fatalf("%q: %v, but the oracle takes it: %t", rest, err, ok)
		}
		if !ok {
			return
		}
		want := resp.MonitorLine{Time: time.Unix(1339518083, 107_412_000).UTC(), DB: 7, Peer: peer, Args: bytesOf(args...)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-oracle +got):\n%s", rest, diff)
		}
		again, err := resp.ParseMonitorLine(resp.AppendMonitorLine(nil, got))
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Errorf("%q written and read again: %v (-first +second):\n%s", rest, err, diff)
		}
	})
}
