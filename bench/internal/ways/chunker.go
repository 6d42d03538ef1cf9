package ways

import (
	"bytes"
	"io"

	"github.com/seed65f5866d/resp"
)

// The Chunker, emptied after each message.
func init() {
	for _, s := range Sets {
		addMessage(s.Name, chunker(bytes.Repeat([]byte("v"), s.Size), s.Depth))
	}
}

func chunker(value []byte, depth int) Encoding {
	return Encoding{"Chunker", func(w io.Writer) (func(int) error, error) {
		c := new(resp.Chunker)
		return func(n int) error {
			for range n {
				for range depth {
					if err := c.AddCommand(SetName, resp.String(SetKey), resp.Bytes(value)); err != nil {
						return err
					}
				}
				if _, err := c.WriteTo(w); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}}
}
