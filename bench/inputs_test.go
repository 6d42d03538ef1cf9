package bench

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests/verdicts"
	"github.com/seed65f5866d/resp/resptest"
)

// input is what a codec is fed: a vector or a generated value.
type input struct {
	ID        string
	Kind      string // reply or command
	Wire      []byte
	Canonical bool // all codecs should agree; Wire ends with a sentinel
}

// The sentinels follow canonical input: a codec that took too much or too
// little of it does not find them.
const (
	replySentinel   = "+NEXT\r\n"
	commandSentinel = "*1\r\n$4\r\nNEXT\r\n"
)

// generatedCount is how many values and commands are generated of each sort.
const generatedCount = 250

// inputs returns what the codecs are compared on, the same in every process.
func inputs() []input {
	var all []input
	for _, v := range resptest.Vectors() {
		in := input{ID: v.ID, Kind: v.Kind, Wire: v.Wire, Canonical: canonical(v)}
		if verdicts.AnnouncesMuch(v.Wire) || v.Limits != (resptest.Limits{}) || !in.Canonical && v.Area == "limits" {
			continue
		}
		all = append(all, in.withSentinel())
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range generatedCount {
		reply2 := generated{rng, "+-:$*"}.value(nil, 3)
		reply3 := generated{rng, "+-:$*_#,(!=%~>|"}.value(nil, 3)
		all = append(all,
			input{fmt.Sprintf("generated-resp2-%d", i), "reply", reply2, true}.withSentinel(),
			input{fmt.Sprintf("generated-resp3-%d", i), "reply", reply3, true}.withSentinel(),
			input{fmt.Sprintf("generated-command-%d", i), "command", generated{rng, ""}.command(), true}.withSentinel())
	}
	return all
}

func (in input) withSentinel() input {
	switch {
	case !in.Canonical:
	case in.Kind == "reply":
		in.Wire = append(in.Wire[:len(in.Wire):len(in.Wire)], replySentinel...)
	default:
		in.Wire = append(in.Wire[:len(in.Wire):len(in.Wire)], commandSentinel...)
	}
	return in
}

// canonical reports whether the vector's bytes are those that encoding gives.
func canonical(v resptest.Vector) bool {
	if v.Want.Incomplete || v.Want.Error != "" {
		return false
	}
	if v.Kind == "reply" {
		return v.RoundTrip != nil && *v.RoundTrip
	}
	var wire []byte
	for _, args := range v.Want.Commands {
		wire = resp.AppendArgs(wire, args...)
	}
	return len(wire) > 0 && string(wire) == string(v.Wire)
}

// header matches what a line of a reply may start with.
var header = regexp.MustCompile(`(?:^|\n)[-+:$*_#,(!=%~>|;.]\??`)

// knows reports whether the peer knows all the kinds that seem to be in a
// reply. Lines within strings count too, which only leaves some out.
func (p Peer) knows(wire []byte) bool {
	for _, start := range header.FindAll(wire, -1) {
		for _, b := range strings.TrimPrefix(string(start), "\n") {
			if !strings.ContainsRune(p.Kinds, b) {
				return false
			}
		}
	}
	return true
}

// generated makes random canonical values of some kinds.
type generated struct {
	*rand.Rand
	kinds string
}

// value appends a value with at most depth aggregates in one another.
func (g generated) value(dst []byte, depth int) []byte {
	kind := resp.Kind(g.kinds[g.IntN(len(g.kinds))])
	if kind.IsAggregate() && depth == 0 {
		kind = resp.BulkString
	}
	n := g.IntN(5)
	switch kind {
	case resp.Array:
		return g.values(resp.AppendArray(dst, n), n, depth)
	case resp.Set:
		return g.values(resp.AppendSet(dst, n), n, depth)
	case resp.Push:
		return g.values(resp.AppendBulkString(resp.AppendPush(dst, n+1), "push"), n, depth)
	case resp.Map:
		return g.pairs(resp.AppendMap(dst, n), n, depth)
	case resp.Attribute:
		return g.value(g.pairs(resp.AppendAttribute(dst, n), n, depth), depth)
	}
	return g.scalar(dst, kind)
}

func (g generated) values(dst []byte, n, depth int) []byte {
	for range n {
		dst = g.value(dst, depth-1)
	}
	return dst
}

// pairs appends keys, all different strings, and values of every kind.
func (g generated) pairs(dst []byte, n, depth int) []byte {
	for i := range n {
		dst = resp.AppendBulkString(dst, fmt.Sprint("key ", i))
		dst = g.value(dst, depth-1)
	}
	return dst
}

func (g generated) scalar(dst []byte, kind resp.Kind) []byte {
	switch kind {
	case resp.SimpleString:
		return resp.AppendSimpleString(dst, g.line())
	case resp.SimpleError:
		return resp.AppendSimpleError(dst, "ERR "+g.line())
	case resp.Integer:
		return resp.AppendInteger(dst, g.number())
	case resp.Null:
		return resp.AppendNull(dst)
	case resp.Boolean:
		return resp.AppendBoolean(dst, g.IntN(2) == 0)
	case resp.Double:
		return resp.AppendDouble(dst, g.NormFloat64())
	case resp.BigNumber:
		return fmt.Appendf(dst, "(%d%018d\r\n", 1+g.IntN(1e9), g.Int64N(1e18))
	case resp.BulkError:
		return resp.AppendBulkError(dst, g.payload())
	case resp.VerbatimString:
		return resp.AppendVerbatimString(dst, "txt", g.payload())
	}
	if g.IntN(8) == 0 {
		return resp.AppendNullBulkString(dst)
	}
	return resp.AppendBulkString(dst, g.payload())
}

// number returns an integer of any size.
func (g generated) number() int64 { return int64(g.Uint64()) >> g.IntN(64) }

// line returns text without line ends.
func (g generated) line() string {
	return strings.NewReplacer("\r", "r", "\n", "n").Replace(string(g.payload()))
}

// payload returns any bytes, mostly few.
func (g generated) payload() []byte {
	b := make([]byte, g.IntN(1<<g.IntN(12)))
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

func (g generated) command() []byte {
	args := make([][]byte, g.IntN(10))
	for i := range args {
		args[i] = g.payload()
	}
	return resp.AppendArgs(nil, append([][]byte{[]byte("COMMAND")}, args...)...)
}
