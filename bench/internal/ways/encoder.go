package ways

import (
	"bytes"
	"io"

	"github.com/seed65f5866d/resp"
)

// The Encoder, flushed after each message.
func init() {
	for _, s := range Sets {
		value := bytes.Repeat([]byte("v"), s.Size)
		addMessage(s.Name, writeCommand(value, s.Depth), writeArgs(value, s.Depth))
	}
	addFlushed("encode ok", func(e *resp.Encoder) error { return e.WriteSimpleString(OKText) })
	addFlushed("encode int", func(e *resp.Encoder) error {
		for _, i := range Integers {
			if err := e.WriteInteger(i); err != nil {
				return err
			}
		}
		return nil
	})
	addFlushed("encode double", func(e *resp.Encoder) error { return e.WriteDouble(Fraction) })
	addFlushed("encode whole double", func(e *resp.Encoder) error { return e.WriteDouble(Whole) })
	addFlushed("encode bulk16", func(e *resp.Encoder) error { return e.WriteBulkString(Sixteen) })
	addFlushed("encode array10", func(e *resp.Encoder) error {
		if err := e.WriteArray(10); err != nil {
			return err
		}
		for range 10 {
			if err := e.WriteBulkString(Sixteen); err != nil {
				return err
			}
		}
		return nil
	})
}

func addFlushed(name string, write func(*resp.Encoder) error) {
	open := func(w io.Writer) *resp.Encoder { return resp.NewEncoder(w) }
	addMessage(name, Writing("Encoder", open, func(e *resp.Encoder) error {
		if err := write(e); err != nil {
			return err
		}
		return e.Flush()
	}))
}

func writeCommand(value []byte, depth int) Encoding {
	return Encoding{"WriteCommand", func(w io.Writer) (func(int) error, error) {
		e := resp.NewEncoder(w)
		return func(n int) error {
			for range n {
				for range depth {
					if err := e.WriteCommand(SetName, resp.String(SetKey), resp.Bytes(value)); err != nil {
						return err
					}
				}
				if err := e.Flush(); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}}
}

func writeArgs(value []byte, depth int) Encoding {
	return Encoding{"WriteArgs", func(w io.Writer) (func(int) error, error) {
		e := resp.NewEncoder(w)
		name, key := []byte(SetName), []byte(SetKey)
		return func(n int) error {
			for range n {
				for range depth {
					if err := e.WriteArgs(name, key, value); err != nil {
						return err
					}
				}
				if err := e.Flush(); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}}
}
