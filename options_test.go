package resp_test

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests/methods"
)

// refusal says which limit the start of a reply, or of a request, is over. A wire
// may end inside a value: what a header announces is judged before it arrives.
func refusal(t *testing.T, wire string, request bool, opts ...resp.Option) string {
	t.Helper()
	d := resp.NewDecoder(nil, opts...)
	d.Feed([]byte(wire))
	for {
		var err error
		if request {
			_, err = d.ReadCommand()
		} else {
			_, err = d.ReadToken()
		}
		var limit *resp.LimitError
		switch {
		case err == nil:
		case errors.As(err, &limit):
			return fmt.Sprintf("%s above %d", limit.Limit, limit.Max)
		case err == resp.ErrIncomplete:
			return ""
		default:
			t.Fatalf("%s: %v", shortWire(wire), err)
		}
	}
}

// limitsAtTheirEdges has for each limit the wire that just passes and the wire that
// does not, for the value n of the limit.
var limitsAtTheirEdges = []struct {
	name     string
	request  bool
	option   func(n int) resp.Option
	passes   func(n int) string
	announce bool // the wire costs the same for any n
}{
	{"depth", false, resp.MaxDepth, func(n int) string { return strings.Repeat("*1\r\n", n) }, false},
	{"arguments", true, resp.MaxArgs, func(n int) string { return fmt.Sprintf("*%d\r\n", n) }, true},
	{"elements", false, func(n int) resp.Option { return resp.MaxElements(int64(n)) }, func(n int) string { return fmt.Sprintf("~%d\r\n", n) }, true},
	{"bulk length", false, func(n int) resp.Option { return resp.MaxBulkLen(int64(n)) }, func(n int) string { return fmt.Sprintf("$%d\r\n", n) }, true},
	{"line length", false, func(n int) resp.Option { return resp.MaxLineLen(int64(n)) }, func(n int) string { return "+" + strings.Repeat("x", max(n-2, 0)) + "\r\n" }, false},
	{"line length", true, func(n int) resp.Option { return resp.MaxLineLen(int64(n)) }, func(n int) string { return strings.Repeat("x", n) + "\n" }, false},
	{"total length", true, func(n int) resp.Option { return resp.MaxTotalLen(int64(n)) }, func(n int) string { return strings.Repeat("x", max(n-1, 0)) + "\n" }, false},
}

// The six options are taken literally, 0 too; a number below 0 counts as 0.
func TestLimitOptionsAreLiteral(t *testing.T) {
	for _, test := range limitsAtTheirEdges {
		for _, n := range []int{-5, 0, 1, 2, 3, 7, 500} {
			most := max(n, 0)
			if test.name == "line length" && !test.request && most < 2 || test.name == "total length" && most < 1 {
				most++ // no line is shorter
			} else if got := refusal(t, test.passes(most), test.request, test.option(n)); got != "" {
				t.Errorf("%s of %d refuses %s: %s", test.name, n, shortWire(test.passes(most)), got)
			}
			want := fmt.Sprintf("%s above %d", test.name, max(n, 0))
			if got := refusal(t, test.passes(most+1), test.request, test.option(n)); got != want {
				t.Errorf("%s of %d: %s gives %q, want %q", test.name, n, shortWire(test.passes(most+1)), got, want)
			}
		}
	}
}

// Every limit has its edges.
func TestEveryLimitIsTriedAtItsEdges(t *testing.T) {
	for _, limit := range methods.Limits {
		tried := false
		for _, test := range limitsAtTheirEdges {
			tried = tried || test.name == limit.Limit
		}
		if !tried {
			t.Errorf("%s is not among limitsAtTheirEdges", limit.Name)
		}
	}
}

// Presets set all six limits, whatever came before, and what follows refines them.
func TestPresetsAreRefinedInOrder(t *testing.T) {
	const mib, gib = 1 << 20, 1 << 30
	elements := int64(1<<32 - 1)
	if strconv.IntSize == 32 {
		elements = math.MaxInt/2 - 64
	}
	tiny := methods.AllLimits(1)
	client := map[string]int64{"depth": 1024, "arguments": mib, "elements": elements, "bulk length": 512 * mib, "line length": 64 << 10}
	for _, preset := range []struct {
		name   string
		option resp.Option
		limits map[string]int64 // that differ from those of clients
	}{
		{"ClientLimits", resp.ClientLimits(), nil},
		{"ServerLimits", resp.ServerLimits(), nil},
		{"UnauthenticatedLimits", resp.UnauthenticatedLimits(), map[string]int64{"arguments": 10, "bulk length": 16 << 10}},
	} {
		for _, test := range limitsAtTheirEdges {
			n := client[test.name]
			if special := preset.limits[test.name]; special > 0 {
				n = special
			}
			if test.name == "total length" {
				continue // see below
			}
			opts := append(tiny[:len(tiny):len(tiny)], preset.option)
			if int64(int(n+1)) == n+1 {
				if got := refusal(t, test.passes(int(n)), test.request, opts...); got != "" {
					t.Errorf("%s refuses the %s %d: %s", preset.name, test.name, n, got)
				}
				want := fmt.Sprintf("%s above %d", test.name, n)
				if got := refusal(t, test.passes(int(n+1)), test.request, opts...); got != want {
					t.Errorf("%s with the %s %d gives %q, want %q", preset.name, test.name, n+1, got, want)
				}
			}
			if got, want := refusal(t, test.passes(8), test.request, preset.option, test.option(7)), test.name+" above 7"; got != want {
				t.Errorf("%s refined: %q, want %q", preset.name, got, want)
			}
		}
	}
	for name, test := range map[string]struct {
		option resp.Option
		last   int // argument that fits, with max(most, last) as limit on it
		most   int64
	}{
		"ServerLimits":          {resp.ServerLimits(), gib, gib},
		"UnauthenticatedLimits": {resp.UnauthenticatedLimits(), mib, mib},
	} {
		header := func(n int) string { return fmt.Sprintf("*1\r\n$%d\r\n", n) }
		n := test.last - len(header(test.last)) - len("\r\n")
		opts := []resp.Option{test.option, resp.MaxBulkLen(2 * gib)}
		if int64(n) > math.MaxInt/2-64 {
			t.Logf("%s: a string of its size does not fit an int here", name)
			continue
		}
		if got := refusal(t, header(n), true, opts...); got != "" {
			t.Errorf("%s refuses a request of %d bytes: %s", name, test.most, got)
		}
		if got, want := refusal(t, header(n+1), true, opts...), fmt.Sprintf("total length above %d", test.most); got != want {
			t.Errorf("%s with one byte more: %q, want %q", name, got, want)
		}
	}
}

// Lenient raises what presets say of arguments, and nothing that was asked for,
// wherever it stands.
func TestLenientRaisesArgumentsInAnyOrder(t *testing.T) {
	many, most := fmt.Sprintf("*%d\r\n", 1<<20+1), fmt.Sprintf("*%d\r\n", uint32(1)<<31)
	highest := int64(min(math.MaxInt32, math.MaxInt/2-64))
	for _, test := range []struct {
		name string
		opts []resp.Option
		wire string
		want string
	}{
		{"alone", []resp.Option{resp.Lenient()}, many, ""},
		{"alone, at its limit", []resp.Option{resp.Lenient()}, most, fmt.Sprintf("arguments above %d", highest)},
		{"not lenient", nil, many, "arguments above 1048576"},
		{"a preset", []resp.Option{resp.Lenient(), resp.ServerLimits()}, many, ""},
		{"a number", []resp.Option{resp.Lenient(), resp.MaxArgs(5)}, "*6\r\n", "arguments above 5"},
		{"the number of presets", []resp.Option{resp.Lenient(), resp.MaxArgs(1 << 20)}, many, "arguments above 1048576"},
		{"before AUTH", []resp.Option{resp.Lenient(), resp.UnauthenticatedLimits()}, "*11\r\n", "arguments above 10"},
		{"no limits", []resp.Option{resp.Lenient(), resp.NoLimits()}, many, ""},
	} {
		reversed := make([]resp.Option, 0, 2)
		for i := range test.opts {
			reversed = append(reversed, test.opts[len(test.opts)-1-i])
		}
		for _, opts := range [][]resp.Option{test.opts, reversed} {
			if got := refusal(t, test.wire, true, opts...); got != test.want {
				t.Errorf("Lenient and %s: %q gives %q, want %q", test.name, test.wire, got, test.want)
			}
		}
	}
}

// With NoLimits, and with limits as large as their types allow, everything that an
// int can count goes through, and nothing overflows.
func TestNoLimits(t *testing.T) {
	literal := methods.AllLimits(math.MaxInt)
	if math.MaxInt < math.MaxInt64 {
		literal = append(literal, resp.MaxElements(math.MaxInt64), resp.MaxBulkLen(math.MaxInt64), resp.MaxLineLen(math.MaxInt64), resp.MaxTotalLen(math.MaxInt64))
	}
	const most = math.MaxInt/2 - 64
	for name, opts := range map[string][]resp.Option{"NoLimits": {resp.NoLimits()}, "the six": literal, "the six in bytes held": append(literal, resp.MaxTotalLen(math.MaxInt64-1))} {
		for _, test := range []struct {
			request    bool
			wire, want string
		}{
			{false, strings.Repeat("*1\r\n", 100_000), ""},
			{false, "+" + strings.Repeat("x", 1<<20) + "\r\n", ""},
			{true, strings.Repeat("x ", 1<<19) + "\r\n", ""},
			{false, fmt.Sprintf("~%d\r\n", most), ""},
			{false, fmt.Sprintf("%%%d\r\n", most), ""},
			{false, fmt.Sprintf("$%d\r\n", most), ""},
			{false, fmt.Sprintf("$?\r\n;1\r\na\r\n;%d\r\n", most-1), ""},
			{false, fmt.Sprintf("$?\r\n;1\r\na\r\n;%d\r\n", most), fmt.Sprintf("bulk length above %d", most)},
			{true, fmt.Sprintf("*%d\r\n", most), ""},
			{true, fmt.Sprintf("*1\r\n$%d\r\n", most), ""},
			{false, "~9223372036854775807\r\n", fmt.Sprintf("elements above %d", most)},
			{false, "$9223372036854775807\r\n", fmt.Sprintf("bulk length above %d", most)},
			{true, "*9223372036854775807\r\n", fmt.Sprintf("arguments above %d", most)},
		} {
			if got := refusal(t, test.wire, test.request, opts...); got != test.want {
				t.Errorf("%s: %s gives %q, want %q", name, shortWire(test.wire), got, test.want)
			}
		}
	}
}

// A limit that happens to be the one before AUTH does not make Redis' words of it.
func TestUnauthenticatedWords(t *testing.T) {
	for _, test := range []struct {
		opts       []resp.Option
		wire, want string
	}{
		{[]resp.Option{resp.UnauthenticatedLimits()}, "*11\r\n", "unauthenticated multibulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits()}, "*2147483648\r\n", "invalid multibulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits()}, "*1\r\n$16385\r\n", "unauthenticated bulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits()}, "*1\r\n$536870913\r\n", "invalid bulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits(), resp.MaxArgs(3)}, "*4\r\n", "unauthenticated multibulk length"},
		{[]resp.Option{resp.UnauthenticatedLimits(), resp.ServerLimits(), resp.MaxArgs(10), resp.MaxBulkLen(16 << 10)}, "*11\r\n", "invalid multibulk length"},
		{[]resp.Option{resp.MaxArgs(10), resp.MaxBulkLen(16 << 10)}, "*1\r\n$16385\r\n", "invalid bulk length"},
	} {
		d := resp.NewDecoder(nil, test.opts...)
		d.Feed([]byte(test.wire))
		_, err := d.ReadCommand()
		if got := string(replyTo(err)); got != "-ERR Protocol error: "+test.want+"\r\n" {
			t.Errorf("%q: %v, answered %q, want %q", test.wire, err, got, test.want)
		}
	}
}
