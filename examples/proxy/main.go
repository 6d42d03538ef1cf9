// Command proxy spreads keys over several Redis servers.
//
//	proxy -addr 127.0.0.1:6400 127.0.0.1:6379 127.0.0.1:6380
//
// A command goes to the server that has its key: the hash slot of the key, as
// Redis Cluster computes it, modulo the number of servers. A command without a
// key goes to the first server. One whose keys are on several is refused with
// -CROSSSLOT, and so are those that would change what the connection is
// (SUBSCRIBE, MULTI, HELLO ...), because servers' connections are not the
// client's.
//
// Requests are passed on as the bytes that came (Command.Raw). Replies are never
// decoded: Decoder.CopyValue moves each from one connection to the other in
// constant memory, whatever its size. (A request is held whole: its key comes
// before its end, but so does whether it is one.) Clients may pipeline: replies
// come in the order of the requests although the servers answer in their own time.
//
// A server that fails gives -ERR in the place of each reply that is outstanding;
// the next command for it connects anew. Only a client that has half a reply when
// its server fails is disconnected.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"os"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:6400", "`address` to listen on")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: proxy [-addr host:port] server ...")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(serve(l, flag.Args()))
}

// serve serves every client of l on a session of its own.
func serve(l net.Listener, servers []string) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go newSession(conn, servers).run()
	}
}
