// Command eventloop is a Redis server for a map of strings on one goroutine: PING,
// ECHO, SET, GET, DEL and QUIT. Its sockets do not block; epoll tells which of
// them are ready. It needs Linux.
//
// It shows how to use package resp where nothing may wait. Feed passes what has been
// read to a Decoder, and the program reads commands until ErrIncomplete. Replies go
// to an Encoder whose writer fails when the socket is full. The Encoder keeps what
// the socket did not take, and Flush goes on from exactly that byte when the socket
// is writable. Until then the program reads nothing from the client.
package main

import (
	"flag"
	"log"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:6390", "`address` to listen on")
	flag.Parse()
	log.Fatal(serve(*addr))
}
