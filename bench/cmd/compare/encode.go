package main

import (
	"io"
	"strconv"

	"github.com/seed65f5866d/resp/bench/internal/ways"
)

// encodeExperiments have all ways to encode a message.
func encodeExperiments() []experiment {
	var all []experiment
	for i, m := range ways.Messages() {
		all = append(all, experiment{m.Name, func() []row {
			rows := ourRows(m.Name)
			rows = append(rows, messageRows(m, peer, replyPeers(m.Name))...)
			if i < len(ways.Sets) {
				s := newSet(ways.Sets[i].Size, ways.Sets[i].Depth)
				rows = append(rows, messageRows(m, peer, s.peers())...)
				rows = append(rows, hiredisEncodeRows(m, s)...)
			}
			return append(rows, messageRows(m, baseline, encodeBaselines(m))...)
		}})
	}
	return all
}

func messageRows(m ways.Message, g group, encodings []ways.Encoding) []row {
	var rows []row
	for _, e := range encodings {
		r := m.Row(e)
		rows = append(rows, row{Row: r.Row, group: g, check: r.Check})
	}
	return rows
}

// encodeBaselines append bytes that are ready, unit by unit, and a number as the
// standard library does.
func encodeBaselines(m ways.Message) []ways.Encoding {
	all := []ways.Encoding{{Name: readyName, Open: func(w io.Writer) (func(int) error, error) {
		dst := make([]byte, 0, len(m.Wire))
		size := len(m.Wire) / m.Units // of integers, the mean
		return func(n int) error {
			for range n {
				dst = dst[:0]
				for range m.Units - 1 {
					dst = append(dst, m.Wire[len(dst):len(dst)+size]...)
				}
				dst = append(dst, m.Wire[len(dst):]...)
			}
			return ways.Written(w, dst)
		}, nil
	}}}
	numbers := map[string]float64{"encode double": ways.Fraction, "encode whole double": ways.Whole}
	if f, ok := numbers[m.Name]; ok {
		all = append(all, ways.Appending(appendFloatName, func(dst []byte) []byte {
			dst = strconv.AppendFloat(append(dst, ','), f, 'f', -1, 64)
			return append(dst, "\r\n"...)
		}))
	}
	return all
}
