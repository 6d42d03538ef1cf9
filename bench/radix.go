package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/mediocregopher/radix/v4"
	radixresp "github.com/mediocregopher/radix/v4/resp"
	"github.com/mediocregopher/radix/v4/resp/resp3"

	"github.com/seed65f5866d/resp"
)

var radixPeer = Peer{
	Name:  "radix",
	Kinds: allKinds,
	Replies: func(r io.Reader, _ int) (Reader, error) {
		return &radixReplies{r: bufio.NewReaderSize(r, 16<<10), opts: radixresp.NewOpts()}, nil
	},
	Encode: func(w io.Writer) (Encoder, error) {
		opts := radixresp.NewOpts()
		return func(name string, args ...any) error {
			return radix.FlatCmd(nil, name, args...).(radixresp.Marshaler).MarshalRESP(w, opts)
		}, nil
	},
}

// radixReplies reads each part of a reply into the type that the package has
// for its kind.
type radixReplies struct {
	r     *bufio.Reader
	opts  *radixresp.Opts
	reply radixReply
}

// radixReply is a message and, when that is the header of an aggregate, what
// follows it.
type radixReply struct {
	message radixresp.Unmarshaler
	chunks  [][]byte
	attrs   []radixReply
	elems   []radixReply
}

func (o *radixReplies) Next() (err error) {
	o.reply, err = o.read()
	return err
}

func (o *radixReplies) read() (radixReply, error) {
	var attrs []radixReply
	for {
		prefix, err := o.prefix()
		if err != nil {
			return radixReply{}, err
		}
		message := radixMessage(prefix)
		if message == nil {
			return radixReply{}, fmt.Errorf("a reply cannot start with %q", byte(prefix))
		}
		if err := message.UnmarshalRESP(o.r, o.opts); err != nil {
			return radixReply{}, err
		}
		reply := radixReply{message: message}
		if err := o.readContent(&reply); err != nil {
			return radixReply{}, err
		}
		if prefix != resp3.AttributeHeaderPrefix {
			reply.attrs = attrs
			return reply, nil
		}
		attrs = append(attrs, reply)
	}
}

func (o *radixReplies) prefix() (resp3.Prefix, error) {
	b, err := o.r.Peek(1)
	if err != nil {
		return 0, err
	}
	return resp3.Prefix(b[0]), nil
}

// readContent reads what a header announces.
func (o *radixReplies) readContent(reply *radixReply) error {
	switch h := reply.message.(type) {
	case *resp3.BlobStringBytes:
		if h.StreamedStringHeader {
			return o.readChunks(reply)
		}
	case *resp3.ArrayHeader:
		return o.readElems(reply, h.NumElems, h.StreamedArrayHeader)
	case *resp3.SetHeader:
		return o.readElems(reply, h.NumElems, h.StreamedSetHeader)
	case *resp3.PushHeader:
		return o.readElems(reply, h.NumElems, false)
	case *resp3.MapHeader:
		return o.readElems(reply, 2*h.NumPairs, h.StreamedMapHeader)
	case *resp3.AttributeHeader:
		return o.readElems(reply, 2*h.NumPairs, false)
	}
	return nil
}

func (o *radixReplies) readChunks(reply *radixReply) error {
	for {
		var chunk resp3.StreamedStringChunkBytes
		if err := chunk.UnmarshalRESP(o.r, o.opts); err != nil || len(chunk.B) == 0 {
			return err
		}
		reply.chunks = append(reply.chunks, chunk.B)
	}
}

func (o *radixReplies) readElems(reply *radixReply, n int, streamed bool) error {
	for i := 0; i < n || streamed; i++ {
		if prefix, err := o.prefix(); err != nil {
			return err
		} else if streamed && prefix == resp3.StreamedAggregatedTypeEndPrefix {
			return new(resp3.StreamedAggregatedTypeEnd).UnmarshalRESP(o.r, o.opts)
		}
		elem, err := o.read()
		if err != nil {
			return err
		}
		reply.elems = append(reply.elems, elem)
	}
	return nil
}

// radixMessage returns a new message of the type for a kind.
func radixMessage(prefix resp3.Prefix) radixresp.Unmarshaler {
	switch prefix {
	case resp3.SimpleStringPrefix:
		return new(resp3.SimpleString)
	case resp3.SimpleErrorPrefix:
		return new(resp3.SimpleError)
	case resp3.NumberPrefix:
		return new(resp3.Number)
	case resp3.BlobStringPrefix:
		return new(resp3.BlobStringBytes)
	case resp3.ArrayHeaderPrefix:
		return new(resp3.ArrayHeader)
	case resp3.NullPrefix:
		return new(resp3.Null)
	case resp3.BooleanPrefix:
		return new(resp3.Boolean)
	case resp3.DoublePrefix:
		return new(resp3.Double)
	case resp3.BigNumberPrefix:
		return new(resp3.BigNumber)
	case resp3.BlobErrorPrefix:
		return new(resp3.BlobError)
	case resp3.VerbatimStringPrefix:
		return new(resp3.VerbatimString)
	case resp3.MapHeaderPrefix:
		return new(resp3.MapHeader)
	case resp3.SetHeaderPrefix:
		return new(resp3.SetHeader)
	case resp3.PushHeaderPrefix:
		return new(resp3.PushHeader)
	case resp3.AttributeHeaderPrefix:
		return new(resp3.AttributeHeader)
	}
	return nil
}

func (o *radixReplies) Tree() resp.Value { return radixTree(o.reply) }

func radixTree(reply radixReply) resp.Value {
	v := radixScalar(reply.message)
	v.Bytes = append(v.Bytes, bytes.Join(reply.chunks, nil)...)
	v.Attrs = radixTrees(reply.attrs)
	v.Elems = radixTrees(reply.elems)
	return v
}

func radixTrees(replies []radixReply) []resp.Value {
	var trees []resp.Value
	for _, reply := range replies {
		trees = append(trees, radixTree(reply))
	}
	return trees
}

func radixScalar(message radixresp.Unmarshaler) resp.Value {
	switch m := message.(type) {
	case *resp3.SimpleString:
		return text(resp.SimpleString, m.S)
	case *resp3.SimpleError:
		return text(resp.SimpleError, m.S)
	case *resp3.Number:
		return integer(m.N)
	case *resp3.BlobStringBytes:
		v := text(resp.BulkString, m.B)
		v.Streamed = m.StreamedStringHeader
		return v
	case *resp3.Boolean:
		return boolean(m.B)
	case *resp3.Double:
		return double(m.F)
	case *resp3.BigNumber:
		return bigNumber(m.I)
	case *resp3.BlobError:
		return text(resp.BulkError, m.B)
	case *resp3.VerbatimString:
		return verbatim(m.Format, m.S)
	case *resp3.ArrayHeader:
		return resp.Value{Kind: resp.Array, Streamed: m.StreamedArrayHeader}
	case *resp3.MapHeader:
		return resp.Value{Kind: resp.Map, Streamed: m.StreamedMapHeader}
	case *resp3.SetHeader:
		return resp.Value{Kind: resp.Set, Streamed: m.StreamedSetHeader}
	case *resp3.PushHeader:
		return list(resp.Push)
	case *resp3.AttributeHeader:
		return list(resp.Attribute)
	}
	return null(resp.Null)
}

var radixAnyPeer = Peer{
	Name:  "radix any",
	Kinds: allKinds,
	Replies: func(r io.Reader, _ int) (Reader, error) {
		return &radixAnyReplies{r: bufio.NewReaderSize(r, 16<<10), opts: radixresp.NewOpts()}, nil
	},
}

// radixAnyReplies reads whole replies into the Go values that the package
// chooses.
type radixAnyReplies struct {
	r     *bufio.Reader
	opts  *radixresp.Opts
	reply any
}

func (o *radixAnyReplies) Next() error {
	o.reply = nil
	err := resp3.Unmarshal(o.r, &o.reply, o.opts)
	var simple resp3.SimpleError
	var blob resp3.BlobError
	if errors.As(err, &simple) || errors.As(err, &blob) {
		o.reply, err = err, nil
	}
	return err
}

func (o *radixAnyReplies) Tree() resp.Value { return goTree(o.reply) }
