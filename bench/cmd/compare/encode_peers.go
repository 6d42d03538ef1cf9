package main

import (
	"bufio"
	"bytes"
	"io"

	redispipe "github.com/joomcode/redispipe/redis"
	redisproto "github.com/secmask/go-redisproto"
	smallnest "github.com/smallnest/resp3"
	"github.com/tidwall/redcon"

	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/ways"
)

// set is commands SET in one pipeline.
type set struct {
	value []byte
	depth int
}

func newSet(size, depth int) set { return set{bytes.Repeat([]byte("v"), size), depth} }

// peers returns the other codecs' ways to encode commands: everything that has an
// adapter, and in loops of their own those for which an adapter is no small part
// of the time.
func (s set) peers() []ways.Encoding {
	all := []ways.Encoding{
		{Name: "redcon Append", Open: s.redcon},
		{Name: "redcon Writer", Open: s.redconWriter},
		{Name: "redispipe AppendRequest", Open: s.redispipe},
		{Name: "go-redisproto Writer", Open: s.redisproto},
		{Name: "smallnest Writer", Open: s.smallnest},
	}
	for _, p := range bench.Peers() {
		switch {
		case s.depth > 1 && p.Pipeline != nil:
			all = append(all, ways.Encoding{Name: p.Name, Open: s.pipeline(p)})
		case p.Encode != nil:
			all = append(all, ways.Encoding{Name: p.Name, Open: s.each(p)})
		}
	}
	return all
}

func (s set) redcon(w io.Writer) (func(int) error, error) {
	var dst []byte
	return func(n int) error {
		for range n {
			dst = dst[:0]
			for range s.depth {
				dst = redcon.AppendArray(dst, 3)
				dst = redcon.AppendBulkString(dst, ways.SetName)
				dst = redcon.AppendBulkString(dst, ways.SetKey)
				dst = redcon.AppendBulk(dst, s.value)
			}
		}
		return ways.Written(w, dst)
	}, nil
}

func (s set) redconWriter(w io.Writer) (func(int) error, error) {
	out := redcon.NewWriter(w)
	return func(n int) error {
		for range n {
			for range s.depth {
				out.WriteArray(3)
				out.WriteBulkString(ways.SetName)
				out.WriteBulkString(ways.SetKey)
				out.WriteBulk(s.value)
			}
			if err := out.Flush(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (s set) redispipe(w io.Writer) (func(int) error, error) {
	var dst []byte
	request := redispipe.Request{Cmd: ways.SetName, Args: []any{ways.SetKey, s.value}}
	return func(n int) (err error) {
		for range n {
			dst = dst[:0]
			for range s.depth {
				if dst, err = redispipe.AppendRequest(dst, request); err != nil {
					return err
				}
			}
		}
		return ways.Written(w, dst)
	}, nil
}

func (s set) redisproto(w io.Writer) (func(int) error, error) {
	out := redisproto.NewWriter(w)
	name, key := []byte(ways.SetName), []byte(ways.SetKey)
	return func(n int) error {
		for range n {
			for range s.depth {
				if err := out.WriteBulks(name, key, s.value); err != nil {
					return err
				}
			}
			if err := out.Flush(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// smallnest flushes after each command.
func (s set) smallnest(w io.Writer) (func(int) error, error) {
	out := smallnest.NewWriter(w)
	name, key := []byte(ways.SetName), []byte(ways.SetKey)
	return func(n int) error {
		for range n {
			for range s.depth {
				if err := out.WriteByteCommand(name, key, s.value); err != nil {
					return err
				}
			}
		}
		return nil
	}, nil
}

// pipeline sends all commands together.
func (s set) pipeline(p bench.Peer) func(io.Writer) (func(int) error, error) {
	return func(w io.Writer) (func(int) error, error) {
		encode, err := p.Pipeline(w)
		args := s.args()
		return func(n int) error {
			for range n {
				if err := encode(s.depth, ways.SetName, args...); err != nil {
					return err
				}
			}
			return nil
		}, err
	}
}

// each writes command by command, those of a pipeline into a buffer.
func (s set) each(p bench.Peer) func(io.Writer) (func(int) error, error) {
	return func(w io.Writer) (func(int) error, error) {
		if s.depth == 1 {
			return s.eachTo(p, w, func() error { return nil })
		}
		buffer := bufio.NewWriterSize(w, 16<<10)
		return s.eachTo(p, buffer, buffer.Flush)
	}
}

func (s set) eachTo(p bench.Peer, w io.Writer, flush func() error) (func(int) error, error) {
	encode, err := p.Encode(w)
	args := s.args()
	return func(n int) error {
		for range n {
			for range s.depth {
				if err := encode(ways.SetName, args...); err != nil {
					return err
				}
			}
			if err := flush(); err != nil {
				return err
			}
		}
		return nil
	}, err
}

// args are made once, so that putting them into an any is not measured. They are
// strings, which every codec takes as they are.
func (s set) args() []any { return []any{ways.SetKey, string(s.value)} }
