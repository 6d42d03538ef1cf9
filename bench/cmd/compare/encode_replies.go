package main

import (
	"io"

	radixresp "github.com/mediocregopher/radix/v4/resp"
	"github.com/mediocregopher/radix/v4/resp/resp3"
	redisproto "github.com/secmask/go-redisproto"
	"github.com/tidwall/redcon"
	tidwall "github.com/tidwall/resp"

	"github.com/seed65f5866d/resp/bench/internal/ways"
)

// replyPeers are the other codecs' ways to encode a reply, as far as they can.
func replyPeers(name string) []ways.Encoding {
	switch name {
	case "encode ok":
		return okPeers()
	case "encode int":
		return intPeers()
	case "encode double":
		return []ways.Encoding{marshaling(resp3.Double{F: ways.Fraction})}
	case "encode whole double":
		return []ways.Encoding{marshaling(resp3.Double{F: ways.Whole})}
	case "encode bulk16":
		return bulkPeers()
	case "encode array10":
		return arrayPeers()
	}
	return nil
}

// Each of these flushes what it has written.

func redconWriting(write func(*redcon.Writer)) ways.Encoding {
	return ways.Writing("redcon Writer", redcon.NewWriter, func(w *redcon.Writer) error {
		write(w)
		return w.Flush()
	})
}

func redisprotoWriting(write func(*redisproto.Writer) error) ways.Encoding {
	return ways.Writing("go-redisproto", redisproto.NewWriter, func(w *redisproto.Writer) error {
		return errorsFirst(write(w), w.Flush())
	})
}

func tidwallWriting(write func(*tidwall.Writer) error) ways.Encoding {
	return ways.Writing("tidwall/resp", tidwall.NewWriter, write)
}

// marshaling is radix' way; messages are made once.
func marshaling(messages ...radixresp.Marshaler) ways.Encoding {
	opts := radixresp.NewOpts()
	return ways.Writing("radix", func(w io.Writer) io.Writer { return w }, func(w io.Writer) error {
		for _, m := range messages {
			if err := m.MarshalRESP(w, opts); err != nil {
				return err
			}
		}
		return nil
	})
}

func okPeers() []ways.Encoding {
	return []ways.Encoding{
		ways.Appending("redcon", func(dst []byte) []byte { return redcon.AppendString(dst, ways.OKText) }),
		ways.Appending("redcon AppendOK", redcon.AppendOK),
		redconWriting(func(w *redcon.Writer) { w.WriteString(ways.OKText) }),
		redisprotoWriting(func(w *redisproto.Writer) error { return w.WriteSimpleString(ways.OKText) }),
		tidwallWriting(func(w *tidwall.Writer) error { return w.WriteSimpleString(ways.OKText) }),
		marshaling(resp3.SimpleString{S: ways.OKText}),
	}
}

// intPeers encode one integer after another, as many as make one message.
func intPeers() []ways.Encoding {
	var messages []radixresp.Marshaler
	for _, i := range ways.Integers {
		messages = append(messages, resp3.Number{N: i})
	}
	return []ways.Encoding{
		ways.Appending("redcon", func(dst []byte) []byte {
			for _, i := range ways.Integers {
				dst = redcon.AppendInt(dst, i)
			}
			return dst
		}),
		redconWriting(func(w *redcon.Writer) {
			for _, i := range ways.Integers {
				w.WriteInt64(i)
			}
		}),
		redisprotoWriting(func(w *redisproto.Writer) error { return eachInteger(w.WriteInt) }),
		tidwallWriting(func(w *tidwall.Writer) error {
			return eachInteger(func(i int64) error { return w.WriteInteger(int(i)) })
		}),
		marshaling(messages...),
	}
}

func eachInteger(write func(int64) error) error {
	for _, i := range ways.Integers {
		if err := write(i); err != nil {
			return err
		}
	}
	return nil
}

func bulkPeers() []ways.Encoding {
	value := []byte(ways.Sixteen)
	return []ways.Encoding{
		ways.Appending("redcon", func(dst []byte) []byte { return redcon.AppendBulk(dst, value) }),
		redconWriting(func(w *redcon.Writer) { w.WriteBulk(value) }),
		redisprotoWriting(func(w *redisproto.Writer) error { return w.WriteBulk(value) }),
		tidwallWriting(func(w *tidwall.Writer) error { return w.WriteBytes(value) }),
		marshaling(resp3.BlobStringBytes{B: value}),
	}
}

func arrayPeers() []ways.Encoding {
	value := []byte(ways.Sixteen)
	values := make([]tidwall.Value, 10)
	bulks := make([][]byte, 10)
	messages := []radixresp.Marshaler{resp3.ArrayHeader{NumElems: 10}}
	for i := range 10 {
		values[i], bulks[i] = tidwall.BytesValue(value), value
		messages = append(messages, resp3.BlobStringBytes{B: value})
	}
	return []ways.Encoding{
		ways.Appending("redcon", func(dst []byte) []byte {
			dst = redcon.AppendArray(dst, 10)
			for range 10 {
				dst = redcon.AppendBulk(dst, value)
			}
			return dst
		}),
		redconWriting(func(w *redcon.Writer) {
			w.WriteArray(10)
			for range 10 {
				w.WriteBulk(value)
			}
		}),
		redisprotoWriting(func(w *redisproto.Writer) error { return w.WriteBulksSlice(bulks) }),
		tidwallWriting(func(w *tidwall.Writer) error { return w.WriteArray(values) }),
		marshaling(messages...),
	}
}
