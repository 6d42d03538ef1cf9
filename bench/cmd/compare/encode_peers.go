package main

import (
	"bufio"
	"io"

	redisproto "github.com/secmask/go-redisproto"
	smallnest "github.com/smallnest/resp3"
	"github.com/tidwall/redcon"

	"github.com/seed65f5866d/resp/bench"
)

// peers returns the other codecs' ways to encode commands: everything that has an
// adapter, and in loops of their own those for which an adapter is no small part
// of the time.
func (s set) peers() []encoding {
	all := []encoding{
		{"redcon Append", peer, s.redcon},
		{"go-redisproto Writer", peer, s.redisproto},
		{"smallnest Writer", peer, s.smallnest},
	}
	for _, p := range bench.Peers() {
		switch {
		case s.depth > 1 && p.Pipeline != nil:
			all = append(all, encoding{p.Name, peer, s.pipeline(p)})
		case p.Encode != nil:
			all = append(all, encoding{p.Name, peer, s.each(p)})
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
				dst = redcon.AppendBulkString(dst, setName)
				dst = redcon.AppendBulkString(dst, setKey)
				dst = redcon.AppendBulk(dst, s.value)
			}
		}
		return written(w, dst)
	}, nil
}

func (s set) redisproto(w io.Writer) (func(int) error, error) {
	out := redisproto.NewWriter(w)
	name, key := []byte(setName), []byte(setKey)
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
	name, key := []byte(setName), []byte(setKey)
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
				if err := encode(s.depth, setName, args...); err != nil {
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
				if err := encode(setName, args...); err != nil {
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
func (s set) args() []any { return []any{setKey, string(s.value)} }
