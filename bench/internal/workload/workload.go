// Package workload makes the traffic that codecs are measured on.
package workload

import (
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

// Workload is a sort of traffic, made anew and the same each time.
type Workload struct {
	Name     string
	Requests bool   // and not replies
	Kinds    string // the kinds in it beyond those of RESP2; `?` is a streamed one
	size     int    // of all frames together, at least
	frame    func(*Stream, *rand.Rand)
}

const small, large = 1 << 20, 16 << 20

// All returns all workloads.
func All() []Workload { return slices.Concat(Common(), More(), Kinds()) }

// Common returns those that the targets for decoders are about, as the benchmarks of
// package resp has them.
func Common() []Workload {
	return []Workload{
		replies("ok", func(s *Stream, _ *rand.Rand) { s.line('+', "OK") }),
		replies("int", (*Stream).integer),
		replies("bulk16", bulkOf(sixteen)),
		replies("bulk1k", bulkOf(payload(1<<10))),
		{Name: "bulk64k", size: large, frame: bulkOf(payload(64 << 10))},
		{Name: "bulk1m", size: large, frame: bulkOf(payload(1 << 20))},
		replies("array10", func(s *Stream, _ *rand.Rand) { s.array10() }),
		replies("xrange", func(s *Stream, _ *rand.Rand) { s.xrange() }),
		replies("mixed", (*Stream).mixed),
		{Name: "command", Requests: true, size: small, frame: func(s *Stream, _ *rand.Rand) { s.set() }},
	}
}

// More returns single scalars: numbers in their spellings, and strings of sizes that
// are read into the caller's memory.
func More() []Workload {
	return []Workload{
		replies("int6", lineOf(':', "123456")),
		resp3("double", ",", lineOf(',', "123.456")),
		resp3("double17", ",", lineOf(',', "0.12345678901234568")),
		resp3("double exponent", ",", lineOf(',', "1e+21")),
		resp3("double inf", ",", lineOf(',', "inf")),
		resp3("big number", "(", lineOf('(', bigDigits)),
		replies("number as string", bulkOf("123.456")),
		replies("bulk64", bulkOf(payload(64))),
		replies("bulk4k", bulkOf(payload(4<<10))),
	}
}

// Kinds returns one workload for each of the 17 kinds, which its frames are or have
// in them.
func Kinds() []Workload {
	return []Workload{
		replies("kind simple string", lineOf('+', "QUEUED")),
		replies("kind simple error", lineOf('-', "ERR unknown command 'foobar'")),
		replies("kind integer", lineOf(':', "1234")),
		replies("kind bulk string", bulkOf("hello world")),
		replies("kind array", func(s *Stream, _ *rand.Rand) { s.three('*') }),
		resp3("kind null", "_", func(s *Stream, _ *rand.Rand) { s.token("_\r\n", 0) }),
		resp3("kind boolean", "#", func(s *Stream, _ *rand.Rand) { s.token("#t\r\n", 0) }),
		resp3("kind double", ",", lineOf(',', "3.14159")),
		resp3("kind big number", "(", lineOf('(', bigDigits)),
		resp3("kind bulk error", "!", func(s *Stream, _ *rand.Rand) { s.text('!', "SYNTAX invalid syntax") }),
		resp3("kind verbatim string", "=", func(s *Stream, _ *rand.Rand) { s.token("=15\r\ntxt:Some string\r\n", 11) }),
		resp3("kind map", "%", (*Stream).pairs),
		resp3("kind attribute", "|", (*Stream).attribute),
		resp3("kind set", "~", func(s *Stream, _ *rand.Rand) { s.three('~') }),
		resp3("kind push", ">", (*Stream).message),
		resp3("kind chunk", ";?", (*Stream).chunks),
		resp3("kind end", ".?", (*Stream).streamed),
	}
}

func replies(name string, frame func(*Stream, *rand.Rand)) Workload {
	return Workload{Name: name, size: small, frame: frame}
}

func resp3(name, kinds string, frame func(*Stream, *rand.Rand)) Workload {
	return Workload{Name: name, Kinds: kinds, size: small, frame: frame}
}

const (
	sixteen   = "0123456789abcdef"
	bigDigits = "3492890328409238509324850943850943825024385" // 43
)

func payload(size int) string { return strings.Repeat("x", size) }

func bulkOf(payload string) func(*Stream, *rand.Rand) {
	return func(s *Stream, _ *rand.Rand) { s.bulk(payload) }
}

func lineOf(kind byte, text string) func(*Stream, *rand.Rand) {
	return func(s *Stream, _ *rand.Rand) { s.line(kind, text) }
}

// Build returns the frames of a workload.
func (w Workload) Build() *Stream {
	s := new(Stream)
	for r := rand.New(rand.NewPCG(1, 2)); len(s.Wire) < w.size; s.Frames++ {
		w.frame(s, r)
	}
	return s
}

// Stream is frames back to back. What is in them is counted as they are made
// and not by parsing them.
type Stream struct {
	Wire   []byte
	Frames int
	Tokens int
	Sum    Sum
}

// Sum is a checksum of the lengths of what frames hold, in order: of the payload
// of a string, of the digits of a number, of the elements of an aggregate. Nulls,
// booleans and attributes hold nothing.
type Sum uint64

// Add adds a length.
func (s *Sum) Add(n int) { *s = *s*31 + Sum(n) + 1 }

// AddValue adds a value with everything in it.
func (s *Sum) AddValue(v *resp.Value) {
	switch {
	case v.Null:
		s.Add(0)
	case v.Kind == resp.Integer:
		s.Add(len(strconv.FormatInt(v.Int, 10)))
	case v.Kind.IsAggregate():
		s.Add(len(v.Elems))
		for i := range v.Elems {
			s.AddValue(&v.Elems[i])
		}
	default:
		s.Add(len(v.Bytes))
	}
}

// token adds a token that holds so many bytes or elements.
func (s *Stream) token(wire string, holds int) {
	s.part(wire)
	s.Sum.Add(holds)
}

// part adds a token that no Value shows by itself.
func (s *Stream) part(wire string) {
	s.Wire = append(s.Wire, wire...)
	s.Tokens++
}

func (s *Stream) line(kind byte, text string) { s.token(string(kind)+text+"\r\n", len(text)) }

func (s *Stream) bulk(payload string) { s.text('$', payload) }

func (s *Stream) text(kind byte, payload string) {
	s.token(string(kind)+strconv.Itoa(len(payload))+"\r\n"+payload+"\r\n", len(payload))
}

func (s *Stream) header(n int) { s.token("*"+strconv.Itoa(n)+"\r\n", n) }

// Integers returns numbers of 1 to 19 digits, uniformly.
func Integers(n int) []int64 {
	r := rand.New(rand.NewPCG(3, 4))
	numbers := make([]int64, n)
	for i := range numbers {
		numbers[i], _ = strconv.ParseInt(digits(r, 1+r.IntN(19)), 10, 64)
	}
	return numbers
}

func (s *Stream) integer(r *rand.Rand) { s.line(':', digits(r, 1+r.IntN(19))) }

func digits(r *rand.Rand, n int) string {
	b := []byte{byte('1' + r.IntN(9))}
	for len(b) < n {
		b = append(b, byte('0'+r.IntN(10)))
	}
	if n == 19 {
		b[0] = '1' // within int64
	}
	return string(b)
}

func (s *Stream) array10() {
	s.header(10)
	for range 10 {
		s.bulk(sixteen)
	}
}

func (s *Stream) xrange() {
	s.header(100)
	for range 100 {
		s.header(2)
		s.bulk("1700000000000-0")
		s.header(4)
		s.bulk("field")
		s.bulk(sixteen)
		s.bulk("other")
		s.bulk(sixteen)
	}
}

func (s *Stream) set() {
	s.header(3)
	s.bulk("SET")
	s.bulk("key:123456")
	s.bulk(sixteen)
}

// mixed is one frame of a client's traffic: 40 % +OK, 25 % bulk16, 15 % integers,
// 10 % array10, 5 % nulls, 5 % errors.
func (s *Stream) mixed(r *rand.Rand) {
	switch n := r.IntN(100); {
	case n < 40:
		s.line('+', "OK")
	case n < 65:
		s.bulk(sixteen)
	case n < 80:
		s.integer(r)
	case n < 90:
		s.array10()
	case n < 95:
		s.token("$-1\r\n", 0)
	default:
		s.line('-', "ERR unknown command 'foobar'")
	}
}

// three is an array or a set.
func (s *Stream) three(kind byte) {
	s.token(string(kind)+"3\r\n", 3)
	s.bulk("hello")
	s.bulk("world")
	s.bulk("three")
}

// pairs is a map of keys of one length and values of one length, which codecs may
// give back in any order.
func (s *Stream) pairs(*rand.Rand) {
	s.token("%2\r\n", 4)
	for _, key := range []string{"first", "other"} {
		s.bulk(key)
		s.line(':', "1234")
	}
}

// attribute is an integer with an attribute before it, which many codecs pass over
// and which therefore is not in the Sum.
func (s *Stream) attribute(*rand.Rand) {
	s.part("|1\r\n")
	s.part("+ttl\r\n")
	s.part(":3600\r\n")
	s.line(':', "1234")
}

// message is what a subscriber gets.
func (s *Stream) message(*rand.Rand) {
	s.token(">3\r\n", 3)
	s.bulk("message")
	s.bulk("channel")
	s.bulk("hello world")
}

// chunks is a streamed string of two chunks, which a Value joins.
func (s *Stream) chunks(*rand.Rand) {
	s.token("$?\r\n", 10)
	s.part(";5\r\nhello\r\n")
	s.part(";5\r\nworld\r\n")
	s.part(";0\r\n")
}

// streamed is an array whose length is not announced.
func (s *Stream) streamed(*rand.Rand) {
	s.token("*?\r\n", 3)
	s.bulk("hello")
	s.bulk("world")
	s.bulk("three")
	s.part(".\r\n")
}

// Source returns a reader that hands out the parts in turn, over and over, in
// pieces of at most the given size.
func Source(piece int, parts ...[]byte) io.Reader { return &source{parts: parts, piece: piece} }

type source struct {
	parts    [][]byte
	piece    int
	part, at int // what is next
}

func (s *source) Read(p []byte) (int, error) {
	part := s.parts[s.part]
	n := copy(p[:min(len(p), s.piece)], part[s.at:])
	if s.at += n; s.at == len(part) {
		s.at = 0
		s.part = (s.part + 1) % len(s.parts)
	}
	return n, nil
}
