// Command eventloop is a Redis server for a map of strings on one goroutine: PING,
// ECHO, SET, GET, DEL and QUIT. Its sockets do not block; epoll tells which of
// them are ready. It needs Linux.
//
// It shows how package resp is used where nothing may wait. What has been read is
// given to a Decoder with Feed, and commands are read until ErrIncomplete. Replies
// go to an Encoder whose writer fails when the socket is full; the Encoder keeps
// what was not taken, and Flush goes on from exactly that byte when the socket is
// writable. In between the client is not read from.
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
