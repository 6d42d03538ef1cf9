package bench

import (
	"io"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

// Workload is a sort of traffic, made anew and the same each time.
type Workload struct {
	Name     string
	Requests bool // and not replies
	size     int  // of all frames together, at least
	frame    func(*Stream, *rand.Rand)
}

// Workloads returns those that decoders are measured on, as bench_test.go of
// package resp has them.
func Workloads() []Workload {
	const small, large = 1 << 20, 16 << 20
	return []Workload{
		{"ok", false, small, func(s *Stream, _ *rand.Rand) { s.line('+', "OK") }},
		{"int", false, small, (*Stream).integer},
		{"bulk16", false, small, func(s *Stream, _ *rand.Rand) { s.bulk(sixteen) }},
		{"bulk1k", false, small, bulkOf(1 << 10)},
		{"bulk64k", false, large, bulkOf(64 << 10)},
		{"bulk1m", false, large, bulkOf(1 << 20)},
		{"array10", false, small, func(s *Stream, _ *rand.Rand) { s.array10() }},
		{"xrange", false, small, func(s *Stream, _ *rand.Rand) { s.xrange() }},
		{"mixed", false, small, (*Stream).mixed},
		{"command", true, small, func(s *Stream, _ *rand.Rand) { s.set() }},
	}
}

const sixteen = "0123456789abcdef"

func bulkOf(size int) func(*Stream, *rand.Rand) {
	payload := strings.Repeat("x", size)
	return func(s *Stream, _ *rand.Rand) { s.bulk(payload) }
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
// of a string, of the digits of an integer, of the elements of an aggregate.
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

func (s *Stream) line(kind byte, text string) {
	s.Wire = append(append(append(s.Wire, kind), text...), "\r\n"...)
	s.note(len(text))
}

func (s *Stream) bulk(payload string) {
	s.Wire = append(strconv.AppendInt(append(s.Wire, '$'), int64(len(payload)), 10), "\r\n"...)
	s.Wire = append(append(s.Wire, payload...), "\r\n"...)
	s.note(len(payload))
}

func (s *Stream) header(n int) {
	s.Wire = append(strconv.AppendInt(append(s.Wire, '*'), int64(n), 10), "\r\n"...)
	s.note(n)
}

func (s *Stream) null() {
	s.Wire = append(s.Wire, "$-1\r\n"...)
	s.note(0)
}

func (s *Stream) note(n int) {
	s.Tokens++
	s.Sum.Add(n)
}

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
		s.null()
	default:
		s.line('-', "ERR unknown command 'foobar'")
	}
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
