package resptest

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/seed65f5866d/resp"
)

// Break returns a copy of frame that is broken in one place and unchanged elsewhere,
// so that decoders get past its beginning. It flips a bit, inserts or deletes a
// byte, cuts the end off, doubles a part, swaps CR and LF or removes one of them,
// changes a length or count by one, changes the first byte of a token, or replaces
// the rest by that of one of the others. The result may be valid by chance. The same
// seed breaks a frame in the same way. Break does not change frame and others, and
// returns an empty frame as it is.
func Break(seed uint64, frame []byte, others ...[]byte) []byte {
	if len(frame) == 0 {
		return nil
	}
	rnd := rand.New(rand.NewPCG(seed, 1))
	other := frame
	if len(others) > 0 {
		other = others[rnd.IntN(len(others))]
	}
	for { // until one of them has changed it
		broken := mutations[rnd.IntN(len(mutations))](rnd, slices.Clone(frame), other)
		if !bytes.Equal(broken, frame) {
			return broken
		}
	}
}

// mutations are the ways to break b, which is not empty and may be changed.
var mutations = []func(rnd *rand.Rand, b, other []byte) []byte{
	flipBit, insertByte, deleteByte, truncate, double, breakLineEnd, changeLength, changeType, splice,
}

// kinds are the first bytes of tokens, and counted those that a length or a count
// follows.
var kinds, counted = func() (kinds, counted []byte) {
	for c := range 256 {
		if _, _, err := resp.ConsumeToken([]byte{byte(c)}); err != resp.ErrIncomplete {
			continue
		}
		kinds = append(kinds, byte(c))
		_, _, err := resp.ConsumeToken([]byte{byte(c), '4', '\r', '\n'})
		if resp.Kind(c).IsAggregate() || err == resp.ErrIncomplete {
			counted = append(counted, byte(c))
		}
	}
	return kinds, counted
}()

// telling are bytes that have a meaning in RESP.
var telling = append([]byte("\r\n\x00 \t?019tfe\"'\\\xff"), kinds...)

func flipBit(rnd *rand.Rand, b, _ []byte) []byte {
	b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
	return b
}

func insertByte(rnd *rand.Rand, b, _ []byte) []byte {
	return slices.Insert(b, rnd.IntN(len(b)+1), telling[rnd.IntN(len(telling))])
}

func deleteByte(rnd *rand.Rand, b, _ []byte) []byte {
	i := rnd.IntN(len(b))
	return slices.Delete(b, i, i+1)
}

func truncate(rnd *rand.Rand, b, _ []byte) []byte { return b[:rnd.IntN(len(b))] }

func double(rnd *rand.Rand, b, _ []byte) []byte {
	from := rnd.IntN(len(b))
	to := min(len(b), from+1+rnd.IntN(16))
	return slices.Insert(b, to, bytes.Clone(b[from:to])...)
}

// breakLineEnd swaps the CR and LF of a line, or takes one of them away.
func breakLineEnd(rnd *rand.Rand, b, other []byte) []byte {
	ends := indexes(b, func(i int) bool { return b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n' })
	if len(ends) == 0 {
		return insertByte(rnd, b, other)
	}
	at := ends[rnd.IntN(len(ends))]
	switch rnd.IntN(3) {
	case 0:
		return slices.Delete(b, at, at+1)
	case 1:
		return slices.Delete(b, at+1, at+2)
	}
	b[at], b[at+1] = '\n', '\r'
	return b
}

// changeLength adds one to a number in a header or takes one off.
func changeLength(rnd *rand.Rand, b, other []byte) []byte {
	headers := indexes(b, func(i int) bool {
		return startsLine(b, i) && bytes.IndexByte(counted, b[i]) >= 0 && i+1 < len(b) && isDigit(b[i+1])
	})
	if len(headers) == 0 {
		return flipBit(rnd, b, other)
	}
	from := headers[rnd.IntN(len(headers))] + 1
	to := from
	for to < len(b) && isDigit(b[to]) {
		to++
	}
	n, _ := new(big.Int).SetString(string(b[from:to]), 10)
	n.Add(n, big.NewInt(int64(2*rnd.IntN(2)-1)))
	return slices.Replace(b, from, to, n.Append(nil, 10)...)
}

// firstBytes are those of tokens, and some that are of none.
var firstBytes = append([]byte("?a\x00"), kinds...)

// changeType changes the first byte of a line.
func changeType(rnd *rand.Rand, b, _ []byte) []byte {
	starts := indexes(b, func(i int) bool { return startsLine(b, i) })
	at := starts[rnd.IntN(len(starts))]
	b[at] = firstBytes[rnd.IntN(len(firstBytes))]
	return b
}

// splice appends the end of other to the start of b.
func splice(rnd *rand.Rand, b, other []byte) []byte {
	return append(b[:rnd.IntN(len(b))], other[rnd.IntN(len(other)+1):]...)
}

// startsLine reports whether a line may start at b[i].
func startsLine(b []byte, i int) bool { return i == 0 || b[i-1] == '\n' }

func isDigit(c byte) bool { return c-'0' <= 9 }

// indexes returns the indexes into b for which is reports true.
func indexes(b []byte, is func(i int) bool) (at []int) {
	for i := range b {
		if is(i) {
			at = append(at, i)
		}
	}
	return at
}
