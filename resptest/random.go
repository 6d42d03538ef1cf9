package resptest

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

// This file makes random values and requests. A seed stands for each of them, so that
// any source of randomness will do: go test -fuzz, testing/quick, a property library.

// Shape bounds the values that are made. The zero Shape gives small values of every
// kind of RESP3 in every spelling.
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

// RandomValue returns the value that seed stands for. A decoder may return each of
// them: maps have a value for every key, lines have no line breaks, and doubles and
// big numbers are valid. SimplerValues shrinks it.
func RandomValue(seed uint64, s Shape) resp.Value { return newMaker(seed, s).value(0) }

// Wire is a value and bytes that decode to it.
type Wire struct {
	Value resp.Value
	Bytes []byte

	seed uint64 // of the spelling, 0 for the canonical one
}

// RandomWire returns the value that seed stands for, together with bytes for it.
// Unless s is Canonical, integers may have a plus or leading zeros, and streamed
// strings any number of chunks. Package resp has no part in making the bytes.
func RandomWire(seed uint64, s Shape) Wire {
	m := newMaker(seed, s)
	v := m.value(0)
	if s.Canonical {
		return spelled(v, 0)
	}
	return spelled(v, m.Uint64())
}

func spelled(v resp.Value, seed uint64) Wire { return Wire{v, spell(&v, seed), seed} }

// String returns the bytes, quoted, and cut where there are many.
func (w Wire) String() string { return Bytes(w.Bytes).String() }

// Command is a request: its name, which has no white space, and its arguments.
type Command [][]byte

// RandomCommand returns the command that seed stands for. Arguments are text,
// numbers, binary, empty, or look like RESP; the lengths of some are in around, or
// differ by one byte from one there.
func RandomCommand(seed uint64, around ...int) Command {
	return newMaker(seed, Shape{}).command(around)
}

// String returns the words, quoted, and cut where they are long.
func (c Command) String() string {
	words := make([]string, len(c))
	for i, word := range c {
		words[i] = Bytes(word).String()
	}
	return strings.Join(words, " ")
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

// RandomBroken returns the stream of values that seed stands for. Break has broken it
// in up to three places, so some are whole.
func RandomBroken(seed uint64, s Shape) Bytes {
	m := newMaker(seed, s)
	return m.broken(func() []byte {
		v := m.value(0)
		return spell(&v, m.Uint64())
	})
}

// RandomBrokenCommands returns the stream of requests that seed stands for: multibulk,
// inline and empty ones. Break has broken it in up to three places, so some are whole.
// around is as for RandomCommand.
func RandomBrokenCommands(seed uint64, around ...int) Bytes {
	m := newMaker(seed, Shape{})
	return m.broken(func() []byte {
		switch m.IntN(8) {
		case 0:
			return []byte(m.oneOf("*0\r\n", "*-1\r\n", "\r\n", "\n", " \t\r\n"))
		case 1, 2:
			return m.inline()
		}
		return resp.AppendArgs(nil, m.command(around)...)
	})
}

// maker makes random values.
type maker struct {
	*rand.Rand
	Shape
}

func newMaker(seed uint64, s Shape) *maker {
	return &maker{rand.New(rand.NewPCG(seed, 2)), s.orDefault()}
}

// broken makes a stream of some frames and breaks it in up to three places.
func (m *maker) broken(frame func() []byte) Bytes {
	frames := make([][]byte, 1+m.IntN(4))
	for i := range frames {
		frames[i] = frame()
	}
	wire := bytes.Join(frames, nil)
	for range m.IntN(4) {
		wire = Break(m.Uint64(), wire, frames[m.IntN(len(frames))])
	}
	return wire
}

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
