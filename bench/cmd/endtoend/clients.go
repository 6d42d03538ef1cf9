package main

import "fmt"

const (
	key   = "key:123456"
	value = "0123456789abcdef"
)

// client sends a command n times in one pipeline and reads the replies, on one
// connection.
type client interface {
	get(n int) error
	set(n int) error
}

// shared is what many goroutines use at the same time, as its package wants it: one
// connection for all, or a pool of them.
type shared interface {
	get() error
}

// clients are those that are compared.
var clients = []struct {
	name       string
	open       func(network, addr string) (client, error)
	openShared func(network, addr string) (shared, error)
}{
	{"resp", openOurs, openOurShared},
	{"redigo", openRedigo, openRedigoPool},
	{"go-redis", openGoRedis, openGoRedisPool},
	{"rueidis", openRueidis, openRueidisShared},
}

// same returns an error unless a reply to GET is the value.
func same(reply string, err error) error {
	if err == nil && reply != value {
		err = fmt.Errorf("got %.50q", reply)
	}
	return err
}
