package resp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
)

// These examples show whole uses. Those of single names are in example_names_test.go.

// A client sends its commands in one write and reads the replies in the same order,
// each as the type that it is to have. An error reply is an error of that read alone.
func Example_pipeline() {
	// dial stands for net.Dial, here and below: to a server that answers this.
	conn := dial("+OK\r\n:42\r\n-WRONGTYPE Operation against a key holding the wrong kind of value\r\n$5\r\nhello\r\n")
	defer conn.Close()
	enc, dec := resp.NewEncoder(conn), resp.NewDecoder(conn)

	enc.WriteCommand("SET", resp.String("greeting"), resp.String("hello"), resp.String("EX"), resp.Int(60))
	enc.WriteCommand("INCR", resp.String("visits"))
	enc.WriteCommand("INCR", resp.String("list"))
	enc.WriteCommand("GET", resp.String("greeting"))
	if err := enc.Flush(); err != nil { // the first error of all of them
		fmt.Println(err)
		return
	}

	status, err := dec.ReadString()
	fmt.Println(status, err)
	visits, err := dec.ReadInt64()
	fmt.Println(visits, err)
	_, err = dec.ReadInt64()
	fmt.Println(errors.Is(err, resp.ReplyPrefix("WRONGTYPE")))
	greeting, err := dec.ReadString()
	fmt.Println(greeting, err)
	// Output:
	// OK <nil>
	// 42 <nil>
	// true
	// hello <nil>
}

// A typed read takes the reply of either protocol: a boolean that is an integer in
// RESP2, a double that is a string there, each of the nulls, a map or a flat array.
func Example_typedReplies() {
	for _, replies := range []string{
		":1\r\n" + "$3\r\n1.5\r\n" + "$-1\r\n" + "*2\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n", // RESP2
		"#t\r\n" + ",1.5\r\n" + "_\r\n" + "%1\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n",        // RESP3
	} {
		dec := resp.NewDecoder(strings.NewReader(replies))
		yes, err := dec.ReadBool() // of a script
		fmt.Println(yes, err)
		score, err := dec.ReadFloat64() // of ZSCORE
		fmt.Println(score, err)
		_, err = dec.ReadString() // of GET
		fmt.Println(errors.Is(err, resp.ErrNull))
		for _, err := range dec.Entries() { // of CONFIG GET
			if err != nil {
				fmt.Println(err)
				return
			}
			parameter, _ := dec.ReadString() // an error is met again by the loop
			value, _ := dec.ReadInt64()
			fmt.Println(parameter, value)
		}
	}
	// Output:
	// true <nil>
	// 1.5 <nil>
	// true
	// maxmemory 0
	// true <nil>
	// 1.5 <nil>
	// true
	// maxmemory 0
}

// A pool takes back a connection whose next reply is the one of the next command.
// InStep tells: after an error of the server it is, after a timeout or a fault it is
// not.
func Example_pool() {
	type connection struct {
		io.Closer
		enc *resp.Encoder
		dec *resp.Decoder
	}
	pool := make(chan *connection, 10)
	get := func() *connection {
		select {
		case c := <-pool:
			return c
		default:
			conn := dial("$5\r\nhello\r\n-ERR no such key\r\n$1\r\nx\n")
			return &connection{conn, resp.NewEncoder(conn), resp.NewDecoder(conn)}
		}
	}
	do := func(name string, args ...resp.Arg) (string, error) {
		c := get()
		err := c.enc.WriteCommand(name, args...)
		if err == nil {
			err = c.enc.Flush()
		}
		if err != nil {
			c.Close() // part of the command may have been sent
			return "", err
		}
		reply, err := c.dec.ReadString()
		if resp.InStep(err) {
			pool <- c
		} else {
			c.Close()
		}
		return reply, err
	}

	for range 3 {
		reply, err := do("GET", resp.String("greeting"))
		fmt.Printf("%q %v, %d in the pool\n", reply, err, len(pool))
	}
	// Output:
	// "hello" <nil>, 1 in the pool
	// "" ERR no such key, 1 in the pool
	// "" resp: syntax error at offset 34: expected CR LF behind the payload, found "\n", 0 in the pool
}

// A context ends a read by the connection's deadline. The Decoder has lost nothing
// then: the rest of the reply can still be read, or the connection is closed.
func Example_context() {
	here, there := net.Pipe()
	defer here.Close()
	go io.WriteString(there, "$5\r\nhel")
	dec := resp.NewDecoder(here)

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { here.SetReadDeadline(time.Unix(1, 0)) })
	_, err := dec.ReadString()
	stop()
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), resp.InStep(err))

	here.SetReadDeadline(time.Time{})
	go io.WriteString(there, "lo\r\n")
	reply, err := dec.ReadString()
	fmt.Println(reply, err)
	// Output:
	// true false
	// hello <nil>
}

// A server reads commands until the connection ends. It flushes its replies when it
// would wait for more, so that a pipeline is answered in one write, and lets a client
// send more after it has shown its password.
func Example_server() {
	serve := func(conn net.Conn) {
		defer conn.Close()
		enc := resp.NewEncoder(conn, resp.Protocol(2))
		dec := resp.NewDecoder(conn, resp.UnauthenticatedLimits(), resp.OnWait(enc.Flush))
		authenticated := false
		for command, err := range dec.Commands() {
			if fault := (*resp.SyntaxError)(nil); errors.As(err, &fault) {
				enc.WriteSimpleError("ERR " + fault.ReplyText())
				enc.Flush()
			}
			if err != nil {
				return
			}
			switch name := strings.ToUpper(string(command.Args[0])); {
			case name == "AUTH" && len(command.Args) == 2 && string(command.Args[1]) == "secret":
				authenticated = true
				dec.SetLimits(resp.ServerLimits())
				enc.WriteSimpleString("OK")
			case !authenticated:
				enc.WriteSimpleError("NOAUTH Authentication required.")
			case name == "ECHO" && len(command.Args) == 2:
				enc.WriteBulkBytes(command.Args[1])
			default:
				enc.WriteSimpleError("ERR unknown command")
			}
		}
	}

	client, conn := net.Pipe()
	defer client.Close()
	go serve(conn)
	enc, dec := resp.NewEncoder(client), resp.NewDecoder(client)
	enc.WriteCommand("ECHO", resp.String("too early"))
	enc.WriteCommand("AUTH", resp.String("secret"))
	enc.WriteCommand("ECHO", resp.String("hello"))
	enc.WriteRaw([]byte("*1\r\n+ECHO\r\n"))
	enc.Flush()
	for reply, err := range dec.Values() {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(reply)
	}
	// Output:
	// (error) NOAUTH Authentication required.
	// OK
	// "hello"
	// (error) ERR Protocol error: expected '$', got '+'
}

// An event loop feeds a Decoder with what has arrived and reads commands until
// ErrIncomplete. The Decoder keeps the part of a command whose rest is to come.
func Example_eventLoop() {
	var out bytes.Buffer // what the loop is to send
	enc := resp.NewEncoder(&out)
	dec := resp.NewDecoder(nil, resp.ServerLimits())
	onTraffic := func(arrived []byte) error {
		dec.Feed(arrived)
		for {
			command, err := dec.ReadCommand()
			if err == resp.ErrIncomplete {
				return enc.Flush()
			}
			if err != nil {
				return err
			}
			enc.WriteBulkBytes(command.Args[len(command.Args)-1])
		}
	}

	for _, arrived := range []string{"ECHO one\r\n*2\r\n$4\r\nECHO\r\n$3\r\nt", "wo\r\n", "*1\r\n$x\r\n"} {
		err := onTraffic([]byte(arrived))
		fmt.Printf("%q %v\n", out.String(), err)
		out.Reset()
	}
	// Output:
	// "$3\r\none\r\n" <nil>
	// "$3\r\ntwo\r\n" <nil>
	// "" resp: length error at offset 38: expected a digit or CR LF, found "$x"
}

// What a stranger announces is refused above a limit before any of it arrives. The
// error names the limit and the byte, and has the words of Redis for the client.
func Example_limits() {
	requests := "ECHO hello\r\n" + "*2\r\n$4\r\nECHO\r\n$100000000\r\n"
	dec := resp.NewDecoder(strings.NewReader(requests), resp.ServerLimits(), resp.MaxBulkLen(1<<20), resp.MaxArgs(1000))
	for command, err := range dec.Commands() {
		var limit *resp.LimitError
		if errors.As(err, &limit) {
			fmt.Println(limit.Limit, "is at most", limit.Max, "and not at offset", limit.Offset)
			fmt.Printf("%q\n", resp.AppendSimpleError(nil, "ERR "+limit.ReplyText()))
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(command)
	}
	// Output:
	// "ECHO" "hello"
	// bulk length is at most 1048576 and not at offset 27
	// "-ERR Protocol error: invalid bulk length\r\n"
}

// In RESP3 messages of channels are pushes, which may come before, between and after
// replies. A connection that does nothing but wait for them reads them as values.
func Example_subscribe() {
	conn := dial(">3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n" + ">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nfirst\r\n" +
		"+PONG\r\n" + ">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$6\r\nsecond\r\n")
	defer conn.Close()
	print := func(push *resp.Value) {
		if string(push.Elems[0].Bytes) == "message" { // a view: clone what is to be kept
			fmt.Printf("%s: %s\n", push.Elems[1].Bytes, push.Elems[2].Bytes)
		}
	}
	enc, dec := resp.NewEncoder(conn), resp.NewDecoder(conn, resp.OnPush(print))
	enc.WriteCommand("SUBSCRIBE", resp.String("news"))
	enc.WriteCommand("PING")
	enc.Flush()

	pong, err := dec.ReadString() // OnPush gets what comes before it
	fmt.Println(pong, err)
	_, err = dec.ReadString() // waits for the next reply, for as long as there are pushes
	fmt.Println(err)
	// Output:
	// news: first
	// PONG <nil>
	// news: second
	// EOF
}

// In RESP2 a message is an array like any other, and the connection is for nothing
// else while it is subscribed.
func Example_subscribeRESP2() {
	conn := dial("*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nfirst\r\n")
	defer conn.Close()
	enc, dec := resp.NewEncoder(conn), resp.NewDecoder(conn)
	enc.WriteCommand("SUBSCRIBE", resp.String("news"))
	enc.Flush()
	for message, err := range dec.Values() { // until the connection ends
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%s of %s: %v\n", message.Elems[0].Bytes, message.Elems[1].Bytes, message.Elems[2])
	}
	// Output:
	// subscribe of news: (integer) 1
	// message of news: "first"
}

// MGET answers with a null for each key that there is not.
func Example_mget() {
	dec := resp.NewDecoder(strings.NewReader("*3\r\n$3\r\none\r\n$-1\r\n$5\r\nthree\r\n"))
	keys := []string{"a", "b", "c"}
	for i, err := range dec.Elements() {
		if err != nil {
			fmt.Println(err)
			return
		}
		value, err := dec.ReadBytes() // a view until the next read
		switch {
		case errors.Is(err, resp.ErrNull):
			fmt.Println(keys[i], "is not there")
		case err != nil:
			fmt.Println(err)
			return
		default:
			fmt.Printf("%s is %s\n", keys[i], value)
		}
	}
	// Output:
	// a is one
	// b is not there
	// c is three
}

// HGETALL is a map in RESP3 and an array of twice as many elements in RESP2. Entries
// takes both.
func Example_hgetall() {
	for _, reply := range []string{
		"*4\r\n$4\r\nname\r\n$3\r\nAda\r\n$6\r\nvisits\r\n$2\r\n12\r\n",
		"%2\r\n$4\r\nname\r\n$3\r\nAda\r\n$6\r\nvisits\r\n$2\r\n12\r\n",
	} {
		dec := resp.NewDecoder(strings.NewReader(reply))
		hash := make(map[string]string)
		for _, err := range dec.Entries() {
			if err != nil {
				fmt.Println(err)
				return
			}
			field, _ := dec.ReadString() // an error is met again by the loop
			hash[field], _ = dec.ReadString()
		}
		fmt.Println(hash)
	}
	// Output:
	// map[name:Ada visits:12]
	// map[name:Ada visits:12]
}

// Package respgo reads a hash into a struct, whatever the protocol.
func Example_hgetallIntoStruct() {
	type User struct {
		Name   string `redis:"name"`
		Visits int    `redis:"visits"`
	}
	for _, reply := range []string{
		"*4\r\n$4\r\nname\r\n$3\r\nAda\r\n$6\r\nvisits\r\n$2\r\n12\r\n",
		"%2\r\n$4\r\nname\r\n$3\r\nAda\r\n$6\r\nvisits\r\n$2\r\n12\r\n",
	} {
		dec := resp.NewDecoder(strings.NewReader(reply))
		user, err := respgo.Read[User](dec)
		fmt.Printf("%+v %v\n", user, err)
	}
	// Output:
	// {Name:Ada Visits:12} <nil>
	// {Name:Ada Visits:12} <nil>
}

// XRANGE is walked without a tree and without allocations: each entry is an ID and its
// fields. The loops skip what their bodies leave.
func Example_xrange() {
	dec := resp.NewDecoder(strings.NewReader(xrangeReply))
	entries, sum, err := sumTemperatures(dec)
	fmt.Println(entries, sum, err)
	// Output:
	// 2 43.5 <nil>
}

const xrangeReply = "*2\r\n" +
	"*2\r\n$3\r\n1-0\r\n*4\r\n$4\r\ntemp\r\n$4\r\n21.5\r\n$4\r\nunit\r\n$1\r\nC\r\n" +
	"*2\r\n$3\r\n2-0\r\n*2\r\n$4\r\ntemp\r\n$2\r\n22\r\n"

// sumTemperatures reads a reply of XRANGE. It is among the reads that
// TestReadsDoNotAllocate counts.
func sumTemperatures(dec *resp.Decoder) (entries int, sum float64, err error) {
	for _, err := range dec.Elements() {
		if err != nil {
			return entries, sum, err
		}
		entries++
		for i, err := range dec.Elements() {
			if err != nil {
				return entries, sum, err
			}
			if i == 0 {
				continue // the ID
			}
			for _, err := range dec.Entries() {
				if err != nil {
					return entries, sum, err
				}
				if field, err := dec.ReadBytes(); err != nil || string(field) != "temp" {
					continue
				}
				temperature, err := dec.ReadFloat64()
				if err != nil {
					return entries, sum, err
				}
				sum += temperature
			}
		}
	}
	return entries, sum, nil
}

// ZRANGE WITHSCORES alternates members and scores in RESP2, and is an array of pairs
// in RESP3. Scores are strings there and doubles here: ReadFloat64 reads both.
func Example_zrangeWithScores() {
	for _, reply := range []string{
		"*4\r\n$3\r\none\r\n$1\r\n1\r\n$3\r\ntwo\r\n$3\r\n2.5\r\n",
		"*2\r\n*2\r\n$3\r\none\r\n,1\r\n*2\r\n$3\r\ntwo\r\n,2.5\r\n",
	} {
		dec := resp.NewDecoder(strings.NewReader(reply))
		n, err := dec.ReadArrayLen()
		if err != nil {
			fmt.Println(err)
			return
		}
		for read := 0; read < n; {
			kind, err := dec.PeekKind()
			if err != nil {
				fmt.Println(err)
				return
			}
			if kind == resp.Array { // a pair of RESP3
				dec.ReadArrayLen()
				read++
			} else {
				read += 2
			}
			member, _ := dec.ReadString()
			score, err := dec.ReadFloat64()
			fmt.Println(member, score, err)
		}
	}
	// Output:
	// one 1 <nil>
	// two 2.5 <nil>
	// one 1 <nil>
	// two 2.5 <nil>
}

// A value of 1 GiB goes up from a reader and comes down to a writer in constant
// memory. A string over 512 MiB needs MaxBulkLen or NoLimits on the way down.
func Example_largeValue() {
	const size = 4 << 20 // or 1 << 30, which takes longer and no more memory
	conn := echo()
	defer conn.Close()
	enc, dec := resp.NewEncoder(conn), resp.NewDecoder(conn, resp.MaxBulkLen(1<<30))

	var sent sync.WaitGroup
	sent.Go(func() { // who sends much has to read at the same time
		enc.WriteArray(2)
		enc.WriteBulkString("ECHO")
		enc.WriteBulkFrom(io.LimitReader(zeros{}, size), size)
		if err := enc.Flush(); err != nil {
			fmt.Println(err)
		}
	})
	n, err := dec.CopyBulk(io.Discard) // as a rule an *os.File
	sent.Wait()
	fmt.Println(n, err)
	// Output:
	// 4194304 <nil>
}

// A proxy passes commands and replies on as they are. Pushes and attributes go the
// same way, and no value is built.
func Example_proxy() {
	server := dial("|1\r\n+ttl\r\n:60\r\n$5\r\nhello\r\n" + "-ERR unknown command\r\n")
	defer server.Close()
	client := strings.NewReader("*2\r\n$3\r\nGET\r\n$1\r\nk\r\nINLINE request\r\n")

	toServer, fromServer := resp.NewEncoder(server), resp.NewDecoder(server)
	fromClient, toClient := resp.NewDecoder(client, resp.ServerLimits()), os.Stdout
	for command, err := range fromClient.Commands() {
		if err != nil {
			fmt.Println(err)
			break
		}
		toServer.WriteArgs(command.Args...)
		if err := toServer.Flush(); err != nil {
			fmt.Println(err)
			break
		}
		reply, err := fromServer.ReadRaw() // CopyValue when it may be large
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Fprintf(toClient, "%q\n", reply)
	}
	// Output:
	// "|1\r\n+ttl\r\n:60\r\n$5\r\nhello\r\n"
	// "-ERR unknown command\r\n"
}

// A node of a cluster says where a key is: MOVED for good, and ASK for this time.
func Example_cluster() {
	nodes := map[string]string{
		"10.0.0.1:6379": "-MOVED 866 10.0.0.2:6379\r\n",
		"10.0.0.2:6379": "-ASK 866 10.0.0.3:6379\r\n",
		"10.0.0.3:6379": "+OK\r\n$3\r\nbar\r\n",
	}
	addr, asking := "10.0.0.1:6379", false
	for range 5 { // not for ever
		conn := dial(nodes[addr])
		enc, dec := resp.NewEncoder(conn), resp.NewDecoder(conn)
		if asking {
			enc.WriteCommand("ASKING")
		}
		enc.WriteCommand("GET", resp.String("foo"))
		enc.Flush()
		if asking {
			dec.SkipValue()
		}
		value, err := dec.ReadString()
		conn.Close()

		var reply *resp.ReplyError
		if !errors.As(err, &reply) {
			fmt.Println(addr, "has", value, err)
			return
		}
		if _, to, ok := reply.Moved(); ok {
			addr, asking = to, false
		} else if _, to, ok := reply.Ask(); ok {
			addr, asking = to, true
		} else {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// 10.0.0.3:6379 has bar <nil>
}

// A Value prints itself as redis-cli does, and %+v shows what it is.
func Example_print() {
	conn := dial("%2\r\n$4\r\nname\r\n$3\r\nAda\r\n$6\r\nvisits\r\n:12\r\n" +
		"*2\r\n$-1\r\n*2\r\n,1.5\r\n$4\r\n\x00\xffok\r\n")
	defer conn.Close()
	for reply, err := range resp.NewDecoder(conn).Values() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(reply)
		fmt.Printf("%+v\n", reply)
	}
	// Output:
	// 1# "name" => "Ada"
	// 2# "visits" => (integer) 12
	// map(2) {bulk string(4) "name": bulk string(3) "Ada", bulk string(6) "visits": integer 12}
	// 1) (nil)
	// 2) 1) (double) 1.5
	//    2) "\x00\xffok"
	// array(2) [null bulk string, array(2) [double 1.5, bulk string(4) "\x00\xffok"]]
}

// dial returns a connection to a server that gives these replies, whatever it is
// sent, and goes away.
func dial(replies string) io.ReadWriteCloser {
	return scripted{strings.NewReader(replies), io.Discard}
}

type scripted struct {
	io.Reader
	io.Writer
}

func (scripted) Close() error { return nil }

// echo returns a connection to a server that knows ECHO alone.
func echo() net.Conn {
	client, server := net.Pipe()
	go func() {
		defer server.Close()
		enc := resp.NewEncoder(server)
		dec := resp.NewDecoder(server, resp.OnWait(enc.Flush))
		for command, err := range dec.Commands() {
			if err != nil {
				return
			}
			enc.WriteBulkBytes(command.Args[1])
		}
	}()
	return client
}

// zeros is a reader without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
