package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alicebob/miniredis/v2/proto"
	radixresp "github.com/mediocregopher/radix/v4/resp"
	"github.com/mediocregopher/radix/v4/resp/resp3"
	"github.com/redis/go-redis/v9"
	"github.com/redis/rueidis"
	smallnest "github.com/smallnest/resp3"
	"github.com/tidwall/redcon"

	"github.com/seed65f5866d/resp"
)

// Form is another public way of a codec to read than that of its Peer. Only what
// may be faster for somebody is here; redigo, redispipe, tidwall/resp and
// go-redisproto have one way each. A Form may refuse replies that the Peer reads.
type Form struct {
	Peer
	Lazy bool // its result is the bytes of a reply, to be parsed by whoever looks
}

// Forms returns all of them.
func Forms() []Form {
	keeps := func(name, kinds string, open func(io.Reader, int) (Reader, error)) Peer {
		return Peer{Name: name, Kinds: kinds, Replies: open}
	}
	views := func(name, kinds string, open func(io.Reader, int) (Reader, error)) Peer {
		return Peer{Name: name, Kinds: kinds, Replies: open, RepliesAreViews: true}
	}
	return []Form{
		{Peer: Peer{Name: "redcon ReadNextCommand", Commands: newRedconNextCommands, CommandsAreViews: true}},
		{Peer: views("redcon, unvisited", resp2Kinds, newRedconUnvisited), Lazy: true},
		{Peer: keeps("miniredis Read", resp2Kinds+"%", newMiniredisRaw), Lazy: true},
		{Peer: views("radix, reused", resp3Kinds, newRadixReused)},
		{Peer: views("radix RawMessage", resp3Kinds, newRadixRaw), Lazy: true},
		{Peer: keeps("go-redis, typed", goRedisTypedKinds, newGoRedisTyped)},
		{Peer: views("go-redis GetToBuffer", resp2Kinds, newGoRedisToBuffer)},
		{Peer: keeps("go-redis DoRaw", goRedisTypedKinds, newGoRedisRaw), Lazy: true},
		{Peer: views("rueidis DoMultiStream", resp2Kinds, newRueidisStream)},
		{Peer: keeps("smallnest/resp3 ReadRaw", resp3Kinds, newSmallnestRaw), Lazy: true},
	}
}

// rawTree is the Value of bytes that a codec leaves to others.
func rawTree(raw []byte) resp.Value {
	var v resp.Value
	if err := resp.NewDecoder(bytes.NewReader(raw)).Decode(&v); err != nil {
		return text(resp.SimpleError, err.Error())
	}
	return v.Clone()
}

// redconNextCommands gives ReadNextCommand, which takes a slice, what a
// connection's loop would.
type redconNextCommands struct {
	redconBuffer
	args [][]byte
}

func newRedconNextCommands(r io.Reader) (Reader, error) {
	return &redconNextCommands{redconBuffer: newRedconBuffer(r)}, nil
}

func (o *redconNextCommands) Next() error {
	for {
		packet := o.buf[o.start:]
		complete, args, _, rest, err := redcon.ReadNextCommand(packet, o.args)
		if err != nil {
			return err
		}
		if complete {
			o.args = args
			o.start = len(o.buf) - len(rest)
			return nil
		}
		if err := o.fill(); err != nil {
			return err
		}
	}
}

func (o *redconNextCommands) Tree() resp.Value { return commandTree(o.args) }

// newRedconUnvisited opens redcon's parser of replies, whose result is a view on the
// bytes: numbers and elements are parsed when they are asked for. The Peer asks for
// all of them, this does not.
func newRedconUnvisited(r io.Reader, _ int) (Reader, error) {
	return &redconReplies{redconBuffer: newRedconBuffer(r)}, nil
}

// miniredisRaw takes the first of the package's two steps.
type miniredisRaw struct {
	r   *bufio.Reader
	raw string
}

func newMiniredisRaw(r io.Reader, _ int) (Reader, error) {
	return &miniredisRaw{r: bufio.NewReaderSize(r, 16<<10)}, nil
}

func (o *miniredisRaw) Next() (err error) {
	o.raw, err = proto.Read(o.r)
	return err
}

func (o *miniredisRaw) Tree() resp.Value { return rawTree([]byte(o.raw)) }

// radixReused reads scalars of one kind into the same message, which keeps its
// memory.
type radixReused struct {
	r       *bufio.Reader
	opts    *radixresp.Opts
	message radixresp.Unmarshaler
	prefix  resp3.Prefix
}

func newRadixReused(r io.Reader, _ int) (Reader, error) {
	return &radixReused{r: bufio.NewReaderSize(r, 16<<10), opts: radixresp.NewOpts()}, nil
}

func (o *radixReused) Next() error {
	if o.message == nil {
		first, err := o.r.Peek(1)
		if err != nil {
			return err
		}
		if resp.Kind(first[0]).IsAggregate() {
			return errors.New("an aggregate is no single message")
		}
		o.prefix = resp3.Prefix(first[0])
		if o.message = radixMessage(o.prefix); o.message == nil {
			return fmt.Errorf("a reply cannot start with %q", first)
		}
	}
	return o.message.UnmarshalRESP(o.r, o.opts)
}

func (o *radixReused) Tree() resp.Value { return radixTree(radixReply{message: o.message}) }

type radixRaw struct {
	r       *bufio.Reader
	opts    *radixresp.Opts
	message resp3.RawMessage
}

func newRadixRaw(r io.Reader, _ int) (Reader, error) {
	return &radixRaw{r: bufio.NewReaderSize(r, 16<<10), opts: radixresp.NewOpts()}, nil
}

func (o *radixRaw) Next() error {
	o.message = o.message[:0]
	return o.message.UnmarshalRESP(o.r, o.opts)
}

func (o *radixRaw) Tree() resp.Value { return rawTree(o.message) }

// goRedisPipeline asks for batches of replies, each with a command that make has
// made for it, and hands these out one by one.
type goRedisPipeline struct {
	goRedisReplies
	make  func() redis.Cmder
	tree  func(redis.Cmder) resp.Value
	cmder redis.Cmder
}

func newGoRedisPipeline(r io.Reader, batch int, make func() redis.Cmder, tree func(redis.Cmder) resp.Value) (Reader, error) {
	replies, err := newGoRedisReplies(r, batch)
	if err != nil {
		return nil, err
	}
	return &goRedisPipeline{goRedisReplies: *replies.(*goRedisReplies), make: make, tree: tree}, nil
}

func (o *goRedisPipeline) Next() error {
	if len(o.replies) == 0 {
		pipe := o.conn.Pipeline()
		for range o.batch {
			if err := pipe.Process(context.Background(), o.make()); err != nil {
				return err
			}
		}
		o.replies, _ = pipe.Exec(context.Background())
	}
	o.cmder = o.replies[0]
	o.replies = o.replies[1:]
	var serverError redis.Error // redis.Nil is one
	if err := o.cmder.Err(); err != nil && !errors.As(err, &serverError) {
		return err
	}
	return nil
}

func (o *goRedisPipeline) Tree() resp.Value {
	switch err := o.cmder.Err(); err {
	case nil:
		return o.tree(o.cmder)
	case redis.Nil:
		return null(resp.Null)
	default:
		return text(resp.SimpleError, err.Error())
	}
}

// The kinds that a single type of command reads: no error within others, and no
// push, which goes to handlers.
const goRedisTypedKinds = resp2Kinds + "_#,%~"

// newGoRedisTyped asks with the types of command whose replies start as the first
// one does, as those who know what they ask for do.
func newGoRedisTyped(r io.Reader, batch int) (Reader, error) {
	first := make([]byte, 16)
	n, err := io.ReadFull(r, first)
	if n == 0 {
		return nil, err
	}
	make, err := goRedisCommand(first[:n])
	if err != nil {
		return nil, err
	}
	return newGoRedisPipeline(io.MultiReader(bytes.NewReader(first[:n]), r), batch, make, goRedisTypedTree)
}

func goRedisCommand(first []byte) (func() redis.Cmder, error) {
	ctx := context.Background()
	switch resp.Kind(first[0]) {
	case resp.SimpleString, resp.SimpleError:
		return func() redis.Cmder { return redis.NewStatusCmd(ctx, "SET", "key", "value") }, nil
	case resp.Integer:
		return func() redis.Cmder { return redis.NewIntCmd(ctx, "INCR", "key") }, nil
	case resp.BulkString, resp.Null:
		return func() redis.Cmder { return redis.NewStringCmd(ctx, "GET", "key") }, nil
	case resp.Boolean:
		return func() redis.Cmder { return redis.NewBoolCmd(ctx, "EXISTS", "key") }, nil
	case resp.Double:
		return func() redis.Cmder { return redis.NewFloatCmd(ctx, "ZSCORE", "key", "member") }, nil
	case resp.Map:
		return func() redis.Cmder { return redis.NewMapStringIntCmd(ctx, "PUBSUB", "NUMSUB") }, nil
	case resp.Array, resp.Set:
		if bytes.Contains(first, []byte("\n*")) {
			return func() redis.Cmder { return redis.NewXMessageSliceCmd(ctx, "XRANGE", "key", "-", "+") }, nil
		}
		return func() redis.Cmder { return redis.NewStringSliceCmd(ctx, "LRANGE", "key", 0, -1) }, nil
	}
	return nil, fmt.Errorf("no command is answered by %q", first)
}

func goRedisTypedTree(c redis.Cmder) resp.Value {
	switch c := c.(type) {
	case *redis.StatusCmd:
		return text(resp.SimpleString, c.Val())
	case *redis.IntCmd:
		return integer(c.Val())
	case *redis.StringCmd:
		return text(resp.BulkString, c.Val())
	case *redis.BoolCmd:
		return boolean(c.Val())
	case *redis.FloatCmd:
		return double(c.Val())
	case *redis.StringSliceCmd:
		return commandTree(c.Val())
	case *redis.MapStringIntCmd:
		v := list(resp.Map)
		for key, n := range c.Val() {
			v.Elems = append(v.Elems, text(resp.BulkString, key), integer(n))
		}
		return v
	case *redis.XMessageSliceCmd:
		v := list(resp.Array)
		for _, m := range c.Val() {
			fields := list(resp.Array)
			for key, value := range m.Values {
				fields.Elems = append(fields.Elems, text(resp.BulkString, key), text(resp.BulkString, value.(string)))
			}
			v.Elems = append(v.Elems, list(resp.Array, text(resp.BulkString, m.ID), fields))
		}
		return v
	}
	return text(resp.SimpleError, fmt.Sprintf("no reply of a %T", c))
}

// newGoRedisToBuffer reads strings into memory that is used again, as large as the
// first one.
func newGoRedisToBuffer(r io.Reader, batch int) (Reader, error) {
	first := make([]byte, 16)
	n, err := io.ReadFull(r, first)
	if n == 0 {
		return nil, err
	}
	var size int
	if _, err := fmt.Sscanf(string(first[:n]), "$%d\r\n", &size); err != nil {
		return nil, fmt.Errorf("%q is no string: %w", first[:n], err)
	}
	buf := make([]byte, size)
	make := func() redis.Cmder { return redis.NewZeroCopyStringCmd(context.Background(), buf, "GET", "key") }
	return newGoRedisPipeline(io.MultiReader(bytes.NewReader(first[:n]), r), batch, make, func(c redis.Cmder) resp.Value {
		return text(resp.BulkString, c.(*redis.ZeroCopyStringCmd).Bytes())
	})
}

func newGoRedisRaw(r io.Reader, batch int) (Reader, error) {
	make := func() redis.Cmder { return redis.NewRawCmd(context.Background(), "GET", "key") }
	return newGoRedisPipeline(r, batch, make, func(c redis.Cmder) resp.Value {
		return rawTree(c.(*redis.RawCmd).Val())
	})
}

// rueidisStream copies the payloads of strings to a writer that counts them.
type rueidisStream struct {
	client rueidis.Client
	batch  []rueidis.Completed
	stream rueidis.MultiRedisResultStream
	n      int64
}

// newRueidisStream gives the client a connection for its greeting alone, because
// streams come from connections of their own.
func newRueidisStream(r io.Reader, batch int) (Reader, error) {
	client, err := rueidisClient(newConn(greet(bytes.NewReader(nil))), newConn(greet(r)))
	if err != nil {
		return nil, err
	}
	get := client.B().Get().Key("key").Build().Pin()
	o := &rueidisStream{client: client}
	for range batch {
		o.batch = append(o.batch, get)
	}
	return o, nil
}

func (o *rueidisStream) Next() (err error) {
	if !o.stream.HasNext() {
		o.stream = o.client.DoMultiStream(context.Background(), o.batch...)
	}
	o.n, err = o.stream.WriteTo(io.Discard)
	return err
}

// Close closes the connections.
func (o *rueidisStream) Close() error {
	o.client.Close()
	return nil
}

// Tree is a string of the length that was copied.
func (o *rueidisStream) Tree() resp.Value { return text(resp.BulkString, make([]byte, o.n)) }

type smallnestRaw struct {
	r   *smallnest.Reader
	raw []byte
}

func newSmallnestRaw(r io.Reader, _ int) (Reader, error) {
	return &smallnestRaw{r: smallnest.NewReaderSize(r, 16<<10)}, nil
}

func (o *smallnestRaw) Next() (err error) {
	o.raw, err = o.r.ReadRaw()
	return err
}

func (o *smallnestRaw) Tree() resp.Value { return rawTree(o.raw) }
