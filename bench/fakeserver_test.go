package bench

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// A test of a program that uses go-redis needs no server: its client, as it comes, takes
// a resptest.Server for one, on a port and on a pipe.
func TestGoRedisTakesAFakeServer(t *testing.T) {
	greeting := func(request resp.Command) (resptest.Step, bool) {
		switch strings.ToUpper(string(request.Args[0])) {
		case "HELLO":
			return resptest.Step{Reply: "%1\r\n$5\r\nproto\r\n:3\r\n"}, true
		case "CLIENT":
			return resptest.Step{Reply: "+OK\r\n"}, true
		}
		return resptest.Step{}, false
	}
	for name, dialer := range map[string]func(s *resptest.Server) func(context.Context, string, string) (net.Conn, error){
		"tcp": func(*resptest.Server) func(context.Context, string, string) (net.Conn, error) { return nil },
		"pipe": func(s *resptest.Server) func(context.Context, string, string) (net.Conn, error) {
			return func(context.Context, string, string) (net.Conn, error) { return s.Pipe(), nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := resptest.NewServer(t,
				resptest.Step{Request: `SET key "a\r\nb"`, Reply: "+OK\r\n", Split: 1},
				resptest.Step{Request: "HGETALL h", Value: resptest.MustParse("%1\r\n$1\r\nk\r\n$1\r\nv\r\n"), Split: 1, Delay: time.Millisecond},
				resptest.Step{Request: "GET key", Reply: "$5\r\nhel", Close: true},
				resptest.Step{Request: "GET key", Reply: "-WRONGTYPE no string\r\n"},
			)
			server.Handle(greeting)
			client := redis.NewClient(&redis.Options{Addr: server.Addr(), Dialer: dialer(server), MaxRetries: -1})
			defer client.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()

			if got, err := client.Set(ctx, "key", "a\r\nb", 0).Result(); got != "OK" || err != nil {
				t.Errorf("SET: %q, %v", got, err)
			}
			if got, err := client.HGetAll(ctx, "h").Result(); len(got) != 1 || got["k"] != "v" || err != nil {
				t.Errorf("HGETALL: %q, %v", got, err)
			}
			if got, err := client.Get(ctx, "key").Result(); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("GET of a reply that is cut: %q, %v", got, err)
			}
			if got, err := client.Get(ctx, "key").Result(); err == nil || err.Error() != "WRONGTYPE no string" {
				t.Errorf("GET on the next connection: %q, %v", got, err)
			}
		})
	}
}
