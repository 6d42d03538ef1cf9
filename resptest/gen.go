package resptest

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/leanovate/gopter"

	"github.com/seed65f5866d/resp"
)

// The generators are for properties of gopter: prop.ForAll(condition,
// resptest.GenValue(resptest.Shape{})). All shrink, so a failing property reports an
// input that is about as small as possible.

// Shape bounds the values that generators make. The zero Shape gives small values of
// every kind of RESP3 in every spelling.
type Shape struct {
	RESP2     bool // only the kinds of RESP2
	Canonical bool // numbers as an encoder spells them, and one chunk at most in a streamed string

	Depth int // aggregates around a value at most; 0 means 4, less means that there are none
	Elems int // elements of an aggregate at most (pairs of a map); 0 means 6
	Bytes int // bytes of a payload at most; 0 means 100
}

func (s Shape) orDefault() Shape {
	if s.Depth == 0 {
		s.Depth = 4
	}
	if s.Elems == 0 {
		s.Elems = 6
	}
	if s.Bytes == 0 {
		s.Bytes = 100
	}
	return s
}

// GenValue generates values, of type resp.Value. A decoder may return each of them:
// maps have a value for every key, lines have no line breaks, and doubles and big
// numbers are valid.
func GenValue(s Shape) gopter.Gen {
	return generator(func(rnd *rand.Rand) resp.Value { return newMaker(rnd, s).value(0) }, simplerValues)
}

// Wire is a value and bytes that decode to it.
type Wire struct {
	Value resp.Value
	Bytes []byte

	seed uint64 // of the spelling, 0 for the canonical one
}

// String returns the bytes, quoted, and cut where there are many.
func (w Wire) String() string { return Bytes(w.Bytes).String() }

// GenWire generates values together with bytes for them, of type Wire. Unless s is
// Canonical, integers may have a plus or leading zeros, and streamed strings any
// number of chunks. The generator does not use package resp to make the bytes.
func GenWire(s Shape) gopter.Gen {
	spelled := func(v resp.Value, seed uint64) Wire { return Wire{v, spell(&v, seed), seed} }
	generate := func(rnd *rand.Rand) Wire {
		v, seed := newMaker(rnd, s).value(0), rnd.Uint64()
		if s.Canonical {
			seed = 0
		}
		return spelled(v, seed)
	}
	return generator(generate, func(w Wire) (simpler []Wire) {
		if w.seed != 0 {
			simpler = append(simpler, spelled(w.Value, 0))
		}
		for _, v := range simplerValues(w.Value) {
			simpler = append(simpler, spelled(v, w.seed))
		}
		return simpler
	})
}

// Command is a request: its name, which has no white space, and its arguments.
type Command [][]byte

// String returns the words, quoted, and cut where they are long.
func (c Command) String() string {
	words := make([]string, len(c))
	for i, word := range c {
		words[i] = Bytes(word).String()
	}
	return strings.Join(words, " ")
}

// GenCommand generates commands, of type Command. Arguments are text, numbers,
// binary, empty, or look like RESP; the lengths of some are in around, or differ by
// one byte from one there.
func GenCommand(around ...int) gopter.Gen {
	return generator(func(rnd *rand.Rand) Command { return newMaker(rnd, Shape{}).command(around) }, simplerCommands)
}

// Bytes are bytes that print legibly.
type Bytes []byte

// String returns the bytes, quoted, and cut where there are many.
func (b Bytes) String() string {
	const shown = 300
	if len(b) <= shown {
		return strconv.Quote(string(b))
	}
	return fmt.Sprintf("%q... (%d bytes)", string(b[:shown]), len(b))
}

// GenBroken generates streams of values that Break has broken in up to three
// places, of type Bytes. Some are whole.
func GenBroken(s Shape) gopter.Gen {
	return genBroken(func(rnd *rand.Rand) []byte {
		v := newMaker(rnd, s).value(0)
		return spell(&v, rnd.Uint64())
	})
}

// GenBrokenCommands generates streams of requests, multibulk, inline and empty,
// that Break has broken in up to three places, of type Bytes. Some are whole.
// around is as for GenCommand.
func GenBrokenCommands(around ...int) gopter.Gen {
	return genBroken(func(rnd *rand.Rand) []byte {
		m := newMaker(rnd, Shape{})
		switch rnd.IntN(8) {
		case 0:
			return []byte(m.oneOf("*0\r\n", "*-1\r\n", "\r\n", "\n", " \t\r\n"))
		case 1, 2:
			return m.inline()
		}
		return resp.AppendArgs(nil, m.command(around)...)
	})
}

func genBroken(frame func(*rand.Rand) []byte) gopter.Gen {
	return generator(func(rnd *rand.Rand) Bytes {
		frames := make([][]byte, 1+rnd.IntN(4))
		for i := range frames {
			frames[i] = frame(rnd)
		}
		wire := bytes.Join(frames, nil)
		for range rnd.IntN(4) {
			wire = Break(rnd.Uint64(), wire, frames[rnd.IntN(len(frames))])
		}
		return wire
	}, simplerBytes)
}

// generator makes a gopter.Gen of a function that makes a random value and one
// that makes of it some simpler values, the simplest first.
func generator[T any](generate func(*rand.Rand) T, simpler func(T) []T) gopter.Gen {
	shrinker := func(v any) gopter.Shrink {
		rest := simpler(v.(T))
		return func() (any, bool) {
			if len(rest) == 0 {
				return nil, false
			}
			next := rest[0]
			rest = rest[1:]
			return next, true
		}
	}
	return func(p *gopter.GenParameters) *gopter.GenResult {
		rnd := rand.New(rand.NewPCG(p.Rng.Uint64(), p.Rng.Uint64()))
		return gopter.NewGenResult(generate(rnd), shrinker)
	}
}

// maker makes random values.
type maker struct {
	*rand.Rand
	Shape
}

func newMaker(rnd *rand.Rand, s Shape) *maker { return &maker{rnd, s.orDefault()} }

// chance is true once in n times.
func (m *maker) chance(n int) bool { return m.IntN(n) == 0 }

func (m *maker) oneOf(texts ...string) string { return oneOf(m.Rand, texts...) }

func oneOf[T any](rnd *rand.Rand, list ...T) T { return list[rnd.IntN(len(list))] }

// value makes a value inside depth aggregates.
func (m *maker) value(depth int) (v resp.Value) {
	kinds := "+-::$$$$"
	if !m.RESP2 {
		kinds += "_#,(!=$"
	}
	if depth < m.Depth {
		if m.RESP2 {
			kinds += "***"
		} else {
			kinds += "**%%~>"
		}
	}
	v.Kind = resp.Kind(kinds[m.IntN(len(kinds))])
	if !m.RESP2 && depth < m.Depth && m.chance(10) {
		for range 1 + m.IntN(2) {
			v.Attrs = append(v.Attrs, resp.Value{Kind: resp.Attribute, Elems: m.elems(depth+1, 2)})
		}
	}
	switch v.Kind {
	case resp.SimpleString:
		v.Bytes = m.line()
	case resp.SimpleError:
		v.Bytes = append([]byte(m.oneOf("ERR ", "WRONGTYPE ", "MOVED 1 ", "")), m.line()...)
	case resp.Integer:
		v.Int = m.integer()
	case resp.Boolean:
		v.Int = int64(m.IntN(2))
	case resp.Double:
		v.Bytes = m.double()
	case resp.BigNumber:
		v.Bytes = m.bigNumber()
	case resp.Null:
		v.Null = true
	case resp.BulkError:
		v.Bytes = m.text()
	case resp.VerbatimString:
		copy(v.Encoding[:], m.oneOf("txt", "mkd", "\x00\r\n"))
		v.Bytes = m.text()
	case resp.BulkString:
		if m.chance(6) {
			v.Null = true
			break
		}
		v.Streamed = !m.RESP2 && m.chance(5)
		v.Bytes = m.text()
	default:
		if v.Kind == resp.Array && m.chance(6) {
			v.Null = true
			break
		}
		v.Streamed = !m.RESP2 && v.Kind != resp.Push && m.chance(4)
		v.Elems = m.elems(depth+1, pairSize(v.Kind))
	}
	return v
}

// pairSize is how many elements one more in the header of an aggregate means.
func pairSize(k resp.Kind) int {
	if k == resp.Map || k == resp.Attribute {
		return 2
	}
	return 1
}

// elems makes elements inside depth aggregates, a multiple of some.
func (m *maker) elems(depth, multiple int) (elems []resp.Value) {
	for range multiple * m.IntN(m.Elems+1) {
		elems = append(elems, m.value(depth))
	}
	return elems
}

// size makes a length, most often a small one.
func (m *maker) size() int { return m.IntN(1 + m.IntN(m.Bytes+1)) }

// text makes a payload.
func (m *maker) text() []byte { return m.textOf(m.size()) }

func (m *maker) textOf(size int) []byte {
	b := make([]byte, 0, size)
	alphabet := m.oneOf("abcdefghijklmnopqrstuvwxyz 0123456789", "\r\n$*+-:_0123456789", "\x00\xff\r\n\x80 \"'\\", "é€𝄞")
	for len(b) < size {
		b = append(b, alphabet[m.IntN(len(alphabet))])
	}
	return b
}

// line makes a text without line breaks.
func (m *maker) line() []byte {
	b := m.text()
	for i, c := range b {
		if c == '\r' || c == '\n' {
			b[i] = '.'
		}
	}
	return b
}

func (m *maker) integer() int64 {
	switch m.IntN(6) {
	case 0:
		return oneOf[int64](m.Rand, 0, 1, -1, math.MaxInt64, math.MinInt64, math.MaxInt32, 1e8, 99999999)
	case 1, 2:
		return int64(m.Uint64())
	}
	return int64(m.Uint64()) >> m.IntN(64)
}

// digits makes a number of up to n digits without a leading zero.
func (m *maker) digits(n int) []byte {
	b := []byte{byte('1' + m.IntN(9))}
	for range m.IntN(n) {
		b = append(b, byte('0'+m.IntN(10)))
	}
	return b
}

func (m *maker) bigNumber() []byte {
	b := m.digits(40)
	switch {
	case m.chance(3):
		b = append([]byte("-"), b...)
	case m.chance(8):
		b = []byte("0")
	}
	if !m.Canonical && m.chance(3) {
		b = append([]byte(m.oneOf("+", "-", "", "+00", "-000", "0")), bytes.TrimPrefix(b, []byte("-"))...)
	}
	return b
}

func (m *maker) double() []byte {
	if m.chance(6) {
		return []byte(m.oneOf("inf", "-inf", "nan", "0", "-0"))
	}
	f := float64(m.integer()>>11) / float64(int(1)<<m.IntN(12))
	b := strconv.AppendFloat(nil, f, 'f', -1, 64)
	if m.Canonical || m.chance(2) {
		return b
	}
	switch m.IntN(5) {
	case 0:
		return []byte(m.oneOf("INF", "+inf", "-Inf", "NaN", "-nan", "nan(0x7)", "-0.0", "0000", "1e300", "1e-400"))
	case 1:
		return strconv.AppendFloat(nil, f, 'e', -1, 64)
	case 2:
		return strconv.AppendFloat(nil, f, 'E', m.IntN(20), 64)
	case 3:
		return append([]byte("+00"), bytes.TrimPrefix(b, []byte("-"))...)
	}
	return strconv.AppendFloat(nil, f, 'f', 20, 64)
}

// command makes a command.
func (m *maker) command(around []int) Command {
	c := Command{[]byte(m.oneOf("GET", "SET", "MSET", "EVAL", "ping", "X", "\xff\x00", "é"))}
	for range m.IntN(1 + m.IntN(8)) {
		switch {
		case len(around) > 0 && m.chance(3):
			c = append(c, m.textOf(max(0, around[m.IntN(len(around))]+m.IntN(3)-1)))
		case m.chance(4):
			c = append(c, strconv.AppendInt(nil, m.integer(), 10))
		default:
			c = append(c, m.text())
		}
	}
	return c
}

// inline makes an inline request, not always one whose quotes are closed.
func (m *maker) inline() []byte {
	var b []byte
	for range 1 + m.IntN(12) {
		b = append(b, m.oneOf("GET", "k", " ", " ", " ", "\t", "\v", `"`, `"`, `'`, `'`, `\`, `\x41`, `\n`, `"a b"`, `'a'`, "\xff", "\r", "*", "0")...)
	}
	return append(b, m.oneOf("\r\n", "\n")...)
}

// spell writes v, with the spelling that a seed stands for and 0 for the
// canonical one.
func spell(v *resp.Value, seed uint64) []byte {
	s := speller{}
	if seed != 0 {
		s.rnd = rand.New(rand.NewPCG(seed, 0))
	}
	return s.value(nil, v)
}

// speller writes values in the plainest way.
type speller struct {
	rnd *rand.Rand // nil for canonical bytes
}

func (s speller) value(b []byte, v *resp.Value) []byte {
	for i := range v.Attrs {
		b = s.value(b, &v.Attrs[i])
	}
	switch {
	case v.Kind == resp.Null:
		return append(b, "_\r\n"...)
	case v.Null:
		return fmt.Appendf(b, "%c-1\r\n", v.Kind)
	}
	switch v.Kind {
	case resp.SimpleString, resp.SimpleError, resp.Double, resp.BigNumber:
		return fmt.Appendf(b, "%c%s\r\n", v.Kind, v.Bytes)
	case resp.Integer:
		return fmt.Appendf(b, ":%s\r\n", s.integer(v.Int))
	case resp.Boolean:
		return fmt.Appendf(b, "#%c\r\n", "ft"[v.Int])
	case resp.VerbatimString:
		return fmt.Appendf(b, "=%d\r\n%s:%s\r\n", len(v.Bytes)+4, v.Encoding[:], v.Bytes)
	case resp.BulkString, resp.BulkError:
		if !v.Streamed {
			return fmt.Appendf(b, "%c%d\r\n%s\r\n", v.Kind, len(v.Bytes), v.Bytes)
		}
		b = append(b, "$?\r\n"...)
		for rest := v.Bytes; len(rest) > 0; {
			n := len(rest)
			if s.rnd != nil {
				n = 1 + s.rnd.IntN(n)
			}
			b = fmt.Appendf(b, ";%d\r\n%s\r\n", n, rest[:n])
			rest = rest[n:]
		}
		return append(b, ";0\r\n"...)
	}
	if v.Streamed {
		b = fmt.Appendf(b, "%c?\r\n", v.Kind)
	} else {
		b = fmt.Appendf(b, "%c%d\r\n", v.Kind, len(v.Elems)/pairSize(v.Kind))
	}
	for i := range v.Elems {
		b = s.value(b, &v.Elems[i])
	}
	if v.Streamed {
		b = append(b, ".\r\n"...)
	}
	return b
}

func (s speller) integer(n int64) string {
	text := strconv.FormatInt(n, 10)
	if s.rnd == nil || s.rnd.IntN(4) > 0 {
		return text
	}
	digits, negative := strings.CutPrefix(text, "-")
	sign := "+"
	if negative || n == 0 {
		sign = "-"
	}
	return sign + strings.Repeat("0", s.rnd.IntN(24)) + digits
}

// simplerValues makes simpler values of v, the simplest first.
func simplerValues(v resp.Value) (simpler []resp.Value) {
	if simplest := (resp.Value{Kind: resp.Integer}); !v.Equal(simplest) {
		simpler = append(simpler, simplest)
	}
	simpler = append(simpler, v.Elems...)
	for _, attribute := range v.Attrs {
		simpler = append(simpler, attribute.Elems...)
	}
	change := func(f func(*resp.Value)) {
		changed := v
		f(&changed)
		simpler = append(simpler, changed)
	}
	if v.Streamed {
		change(func(v *resp.Value) { v.Streamed = false })
	}
	if v.Int != 0 {
		change(func(v *resp.Value) { v.Int /= 2 })
	}
	switch v.Kind {
	case resp.Double, resp.BigNumber:
		if string(v.Bytes) != "0" {
			change(func(v *resp.Value) { v.Bytes = []byte("0") })
		}
	default:
		for _, b := range simplerBytes(v.Bytes) {
			change(func(v *resp.Value) { v.Bytes = b })
		}
	}
	for _, elems := range without(v.Elems, pairSize(v.Kind)) {
		change(func(v *resp.Value) { v.Elems = elems })
	}
	for _, attrs := range without(v.Attrs, 1) {
		change(func(v *resp.Value) { v.Attrs = attrs })
	}
	for i := range v.Elems {
		for _, e := range simplerValues(v.Elems[i]) {
			change(func(v *resp.Value) { v.Elems = replaced(v.Elems, i, e) })
		}
	}
	for i := range v.Attrs {
		for _, e := range simplerValues(v.Attrs[i]) {
			if e.Kind == resp.Attribute {
				change(func(v *resp.Value) { v.Attrs = replaced(v.Attrs, i, e) })
			}
		}
	}
	return simpler
}

func simplerCommands(c Command) (simpler []Command) {
	for _, args := range without(c[1:], 1) {
		simpler = append(simpler, append(c[:1:1], args...))
	}
	for i := range c {
		for _, arg := range simplerBytes(c[i]) {
			if i > 0 || len(arg) > 0 {
				simpler = append(simpler, replaced(c, i, arg))
			}
		}
	}
	return simpler
}

// simplerBytes makes shorter texts of b, and last one that is plain.
func simplerBytes[T ~[]byte](b T) []T {
	simpler := without(b, 1)
	if plain := T(bytes.Repeat([]byte("a"), len(b))); !bytes.Equal(plain, b) {
		simpler = append(simpler, plain)
	}
	return simpler
}

// without makes shorter lists from one by taking out a half, a quarter and so on. It
// makes at most some dozens, so it does not take out every single element of a long
// list. Lengths stay multiples of some number.
func without[S ~[]E, E any](list S, multiple int) (shorter []S) {
	const most = 16 // of one length
	n := len(list) / multiple
	for take := n; take > 0; take /= 2 {
		for from := 0; from+take <= n; from += max(take, n/most) {
			shorter = append(shorter, slices.Delete(slices.Clone(list), from*multiple, (from+take)*multiple))
		}
	}
	return shorter
}

// replaced is list with another element at i.
func replaced[S ~[]E, E any](list S, i int, e E) S {
	list = slices.Clone(list)
	list[i] = e
	return list
}
