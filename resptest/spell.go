package resptest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

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
	if !v.Kind.IsAggregate() {
		return fmt.Appendf(b, "%c%s\r\n", v.Kind, v.Bytes)
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
