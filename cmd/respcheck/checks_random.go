package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/seed65f5866d/resp"
)

// checkRandomEcho sends random values through ECHO.
func checkRandomEcho(t *trip) {
	c, rng := t.dial(), t.random()
	for i := 0; i < t.cfg.n && c.err == nil; i++ {
		value := randomValue(rng)
		c.want(bulk(value), "ECHO", value)
	}
}

// checkRandomSetGet stores random values under keys that are random too.
func checkRandomSetGet(t *trip) {
	c, rng := t.dial(), t.random()
	for i := 0; i < t.cfg.n && c.err == nil; i++ {
		key, value := t.key(string(randomBytes(rng.Uint64(), rng.IntN(40)))), randomValue(rng)
		c.want(okReply, "SET", key, value)
		c.want(bulk(value), "GET", key)
	}
}

// buildScript returns its arguments as nested arrays. The first one is the
// shape: `[` opens an array and `]` ends it; for s, i and n it holds the next
// argument as a bulk string, the same as an integer, and a null.
const buildScript = `
local at, arg = 0, 1
local function build()
	local elems = {}
	while true do
		at = at + 1
		local shape = ARGV[1]:sub(at, at)
		if shape == '[' then
			elems[#elems+1] = build()
		elseif shape == 's' then
			arg = arg + 1
			elems[#elems+1] = ARGV[arg]
		elseif shape == 'i' then
			arg = arg + 1
			elems[#elems+1] = tonumber(ARGV[arg])
		elseif shape == 'n' then
			elems[#elems+1] = false
		else
			return elems
		end
	end
end
return build()`

// checkRandomScript makes a script return random values as random nested arrays.
func checkRandomScript(t *trip) {
	c, rng := t.dial(), t.random()
	for i := 0; i < t.cfg.n && c.err == nil; i++ {
		tree := randomTree{t: t, rng: rng, args: []any{buildScript, 0, ""}}
		want := tree.array(0)
		tree.args[2] = tree.shape
		c.want(want, "EVAL", tree.args...)
	}
}

// randomTree draws nested arrays and, along the way, the arguments with which
// buildScript returns them.
type randomTree struct {
	t     *trip
	rng   *rand.Rand
	shape string
	args  []any
}

const (
	maxTreeDepth    = 6
	maxTreeElements = 5
	maxLuaInteger   = 1 << 53 // Lua's numbers are doubles
)

func (r *randomTree) array(depth int) resp.Value {
	v := array()
	for range r.rng.IntN(maxTreeElements + 1) {
		v.Elems = append(v.Elems, r.element(depth+1))
	}
	return v
}

func (r *randomTree) element(depth int) resp.Value {
	switch kind := r.rng.IntN(8); {
	case kind == 0:
		r.shape += "n"
		return r.t.null()
	case kind <= 2:
		n := r.rng.Int64N(2*maxLuaInteger+1) - maxLuaInteger
		r.shape += "i"
		r.args = append(r.args, n)
		return integer(n)
	case kind <= 4 && depth < maxTreeDepth:
		r.shape += "["
		v := r.array(depth)
		r.shape += "]"
		return v
	}
	value := randomBytes(r.rng.Uint64(), r.rng.IntN(50))
	r.shape += "s"
	r.args = append(r.args, value)
	return bulk(value)
}

// random returns a source that depends only on the seed and the check.
func (t *trip) random() *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, t.name)
	return rand.New(rand.NewPCG(t.cfg.seed, h.Sum64()))
}

// randomValue draws bytes, most often few, sometimes around the cutoff of the
// Chunker, with the bytes of the protocol itself among them.
func randomValue(rng *rand.Rand) []byte {
	size := rng.IntN(100)
	switch rng.IntN(10) {
	case 0:
		size = 0
	case 1:
		size = 5990 + rng.IntN(20)
	case 2:
		size = rng.IntN(20000)
	}
	b := randomBytes(rng.Uint64(), size)
	if rng.IntN(2) == 0 {
		const wire = "\r\n$*+-:_#,(!=%|~>;.?0123456789"
		for i := range b {
			b[i] = wire[int(b[i])%len(wire)]
		}
	}
	return b
}
