// Command server is a Redis server in memory, on one goroutine for each client:
// strings, counters, hashes, lists, expiry, publish and subscribe, transactions,
// and what clients ask when they connect. It speaks RESP2 and RESP3, and has the
// database 0 alone.
//
//	server -addr 127.0.0.1:6391 -requirepass secret
//
// It shows how to use package resp in a server. OnWait flushes the replies before
// the Decoder waits for requests, so those to a pipeline leave together. The limits
// are narrow until a client has authenticated. A command returns a resp.Value, which
// the Encoder writes in the version of RESP that the client has asked for.
//
// One lock makes commands atomic, and nobody holds it while a socket is slow: stored
// bytes never change, so a reply may refer to them when the lock is free again. A
// client that does not read its replies is not read from. One is disconnected when
// 32 MiB of messages wait for it, or a transaction has replies of 256 MiB, as with
// the client-output-buffer-limit of Redis.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:6391", "`address` to listen on; one with a slash is a unix socket")
	password := flag.String("requirepass", "", "`password` that clients have to give")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	network := "tcp"
	if strings.Contains(*addr, "/") {
		network = "unix"
	}
	l, err := net.Listen(network, *addr)
	if err != nil {
		log.Fatal(err)
	}
	newServer(*password).serve(ctx, l)
}
