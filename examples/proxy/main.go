// Command proxy spreads keys over several Redis servers.
//
//	proxy -addr 127.0.0.1:6400 127.0.0.1:6379 127.0.0.1:6380
//
// A command goes to the server that has its key: the hash slot of the key, as Redis
// Cluster computes it, modulo the number of servers. A command without a key goes to
// the first server. The proxy refuses a command with keys on several servers with
// -CROSSSLOT. It also refuses commands that change the state of a connection
// (SUBSCRIBE, MULTI, HELLO ...), because the connections to the servers are not
// those of the client.
//
// The proxy passes on requests as the bytes that came (Command.Raw). It never
// decodes replies: Decoder.CopyValue moves each from one connection to the other in
// constant memory, whatever its size. It holds a request whole, because only its end
// shows that it is valid. Clients may pipeline: replies come in the order of the
// requests, although each server answers in its own time.
//
// When a server fails, the proxy sends -ERR in the place of each outstanding reply,
// and the next command for that server connects again. Only a client that has got
// half a reply is disconnected.
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
