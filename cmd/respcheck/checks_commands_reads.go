package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/resptest"
)

// reads reads replies in every way that there is, and writes them again.
type reads struct {
	dec *resp.Decoder
	enc *resp.Encoder
	out bytes.Buffer // what a method passes on, or the Encoder writes
}

func newReads() *reads {
	r := &reads{dec: resp.NewDecoder(nil)}
	r.enc = resp.NewEncoder(&r.out)
	return r
}

// behind follows each reply, to see that a method reads up to there.
const behind = "behind the reply"

// piecemeal is the size up to which replies are also read byte by byte.
const piecemeal = 1000

// everyWay fails unless every method that reads replies gets through this one, and
// every way to write it gives its bytes.
func (r *reads) everyWay(wire []byte, v *resp.Value) error {
	stream := resp.AppendBulkString(bytes.Clone(wire), behind)
	for _, method := range methods.Reads {
		if method.Sort == methods.Commands || method.Name == "Commands" {
			continue // they read requests
		}
		if err := r.readWith(method, bytes.NewReader(stream), wire); err != nil {
			return fmt.Errorf("%s: %w", method.Name, err)
		}
		if len(wire) > piecemeal {
			continue
		}
		if err := r.readWith(method, resptest.SplitReader(bytes.NewReader(stream), 1), wire); err != nil {
			return fmt.Errorf("%s byte by byte: %w", method.Name, err)
		}
	}
	for name, write := range writings {
		if err := r.compare(wire, write, v); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// readWith fails unless the method reads the reply, or says why not, and what is behind
// the reply is next.
func (r *reads) readWith(method methods.Read, from io.Reader, wire []byte) error {
	r.out.Reset()
	r.dec.Reset(from)
	err := method.Call(r.dec, &r.out)
	switch {
	case !resp.InStep(err):
		return err
	case method.Exact && err == nil && !bytes.Equal(r.out.Bytes(), wire):
		return fmt.Errorf("it gives %s", quote(r.out.Bytes()))
	}
	opened := r.dec.Depth() > 0 || method.Sort == methods.Tokens || method.Sort == methods.Between
	for opened && r.dec.InputOffset() < int64(len(wire)) {
		if err := r.dec.SkipValue(); err != nil {
			return err
		}
	}
	if next, err := r.dec.ReadString(); next != behind || err != nil {
		return fmt.Errorf("next comes %.50q, %v", next, err)
	}
	return nil
}

// writings are the ways to write a reply that was read.
var writings = map[string]func(r *reads, wire []byte, v *resp.Value) error{
	"AppendValue": func(r *reads, _ []byte, v *resp.Value) error {
		return r.raw(resp.AppendValue(nil, v))
	},
	"WriteValue": func(r *reads, _ []byte, v *resp.Value) error {
		return r.enc.WriteValue(v)
	},
	"AppendToken": func(r *reads, wire []byte, _ *resp.Value) error {
		return tokens(wire, func(t resp.Token) error { return r.raw(resp.AppendToken(nil, t)) })
	},
	"WriteToken": func(r *reads, wire []byte, _ *resp.Value) error {
		return tokens(wire, r.enc.WriteToken)
	},
	"the Append function of each kind": func(r *reads, _ []byte, v *resp.Value) error {
		return each(v, func(v *resp.Value) error { return r.raw(own(v)) })
	},
	"the Write method of each kind": func(r *reads, _ []byte, v *resp.Value) error {
		return each(v, func(v *resp.Value) error {
			if v.Null || !bytes.Equal(own(v), methods.OfKind[v.Kind].Append(nil, v)) {
				return r.enc.WriteRaw(own(v))
			}
			return methods.OfKind[v.Kind].Write(r.enc, v)
		})
	},
}

// compare fails unless write writes the bytes of the reply.
func (r *reads) compare(wire []byte, write func(*reads, []byte, *resp.Value) error, v *resp.Value) error {
	r.out.Reset()
	r.enc.Reset(&r.out)
	if err := errors.Join(write(r, wire, v), r.enc.Flush()); err != nil {
		return err
	}
	if !bytes.Equal(r.out.Bytes(), wire) {
		return fmt.Errorf("the reply becomes %s", quote(r.out.Bytes()))
	}
	return nil
}

func (r *reads) raw(b []byte) error {
	_, err := r.out.Write(b)
	return err
}

// tokens calls f with each token of a reply.
func tokens(wire []byte, f func(resp.Token) error) error {
	for len(wire) > 0 {
		t, n, err := resp.ConsumeToken(wire)
		if err == nil {
			err = f(t)
		}
		if err != nil {
			return err
		}
		wire = wire[n:]
	}
	return nil
}

// each calls f with the attributes of v, with v, and with the elements of each, in the
// order in which they are written.
func each(v *resp.Value, f func(*resp.Value) error) error {
	for i := range v.Attrs {
		if err := each(&v.Attrs[i], f); err != nil {
			return err
		}
	}
	if err := f(v); err != nil {
		return err
	}
	for i := range v.Elems {
		if err := each(&v.Elems[i], f); err != nil {
			return err
		}
	}
	return nil
}

// own returns what the function for the kind of v writes: all of v, or its header. A
// double that has other digits there is as good when it is the same number: servers
// write 1.10 and -nan. A null is written as such.
func own(v *resp.Value) []byte {
	if v.Null {
		return resp.AppendValue(nil, v)
	}
	b := methods.OfKind[v.Kind].Append(nil, v)
	if v.Kind == resp.Double && sameDouble(v, b) {
		return resp.AppendValue(nil, &resp.Value{Kind: v.Kind, Bytes: v.Bytes})
	}
	return b
}

// sameDouble reports whether the double in wire is the same number as v, or v is none.
func sameDouble(v *resp.Value, wire []byte) bool {
	f, err := v.Float64()
	t, _, tokenErr := resp.ConsumeToken(wire)
	again, againErr := t.Float64()
	return err == nil && tokenErr == nil && againErr == nil && (f == again || f != f)
}
