package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"
	"github.com/mediocregopher/radix/v4"
	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/rueidis"
)

const examplePassword = "secret"

// startExample builds and runs the example server, which ends with the test by
// SIGTERM and has to end well.
func startExample(t *testing.T) (addr string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go on PATH to build the server with")
	}
	program := filepath.Join(t.TempDir(), "server")
	if output, err := exec.Command("go", "build", "-o", program, "github.com/seed65f5866d/resp/examples/server").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("no loopback: %v", err)
	}
	l.Close()
	addr = l.Addr().String()
	cmd := exec.Command(program, "-addr", addr, "-requirepass", examplePassword)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		killer := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		defer killer.Stop()
		if err := cmd.Wait(); err != nil || output.Len() > 0 {
			t.Errorf("the server ended with %v: %s", err, &output)
		}
	})
	for range 1000 {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			return addr
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the server does not start: %s", &output)
	return ""
}

// go-redis uses the example server as if it were Redis: all that the server has, in
// RESP2 and in RESP3, with the options that go-redis has of itself.
func TestGoRedisUsesTheExample(t *testing.T) {
	addr := startExample(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, protocol := range []int{2, 3} {
		t.Run(fmt.Sprintf("RESP%d", protocol), func(t *testing.T) {
			c := goredis.NewClient(&goredis.Options{Addr: addr, Password: examplePassword, Protocol: protocol, ClientName: "test"})
			defer c.Close()
			check := func(what string, got any, err error, want any) {
				t.Helper()
				if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s: %v, %v, want %v", what, got, err, want)
				}
			}
			pong, err := c.Ping(ctx).Result()
			check("PING", pong, err, "PONG")
			ok, err := c.Set(ctx, "k", "v", time.Minute).Result()
			check("SET", ok, err, "OK")
			text, err := c.Get(ctx, "k").Result()
			check("GET", text, err, "v")
			if _, err := c.Get(ctx, "missing").Result(); !errors.Is(err, goredis.Nil) {
				t.Errorf("GET of no key: %v", err)
			}
			left, err := c.TTL(ctx, "k").Result()
			check("TTL", left, err, time.Minute)
			n, err := c.IncrBy(ctx, "n", 41).Result()
			check("INCRBY", n, err, 41)
			n, err = c.HSet(ctx, "h", "f", 1, "g", 2).Result()
			check("HSET", n, err, 2)
			fields, err := c.HGetAll(ctx, "h").Result()
			check("HGETALL", fields, err, map[string]string{"f": "1", "g": "2"})
			values, err := c.MGet(ctx, "k", "missing", "h").Result()
			check("MGET", values, err, []any{"v", nil, nil})
			subscribers, err := c.PubSubNumSub(ctx, "nobody").Result()
			check("PUBSUB NUMSUB", subscribers, err, map[string]int64{"nobody": 0})
			n, err = c.RPush(ctx, "l", "a", "b", "c").Result()
			check("RPUSH", n, err, 3)
			items, err := c.LRange(ctx, "l", 0, -1).Result()
			check("LRANGE", items, err, []string{"a", "b", "c"})
			if err := c.Incr(ctx, "l").Err(); err == nil || !strings.HasPrefix(err.Error(), "WRONGTYPE") {
				t.Errorf("INCR of a list: %v", err)
			}
			name, err := c.ClientGetName(ctx).Result()
			check("CLIENT GETNAME", name, err, "test")
			list, err := c.ClientList(ctx).Result()
			if err != nil || !strings.Contains(list, "lib-name=go-redis") {
				t.Errorf("CLIENT LIST: %q, %v", list, err)
			}
			info, err := c.Info(ctx, "keyspace").Result()
			check("INFO", strings.Contains(info, "db0:keys=4\r\n"), err, true)
			known, err := c.Command(ctx).Result()
			if err != nil || known["get"] == nil || known["get"].FirstKeyPos != 1 || !known["get"].ReadOnly {
				t.Errorf("COMMAND: %+v, %v", known["get"], err)
			}
			settings, err := c.ConfigGet(ctx, "appendonly").Result()
			check("CONFIG GET", settings, err, map[string]string{"appendonly": "no"})

			replies, err := c.Pipelined(ctx, func(p goredis.Pipeliner) error {
				for i := range 1000 {
					p.Set(ctx, fmt.Sprint("p", i), i, 0)
					p.Get(ctx, fmt.Sprint("p", i))
				}
				return nil
			})
			check("a pipeline", len(replies), err, 2000)
			for i := range 1000 {
				check("a pipeline", replies[2*i+1].(*goredis.StringCmd).Val(), nil, i)
			}
			replies, err = c.TxPipelined(ctx, func(p goredis.Pipeliner) error {
				p.Incr(ctx, "n")
				p.Get(ctx, "n")
				return nil
			})
			check("a transaction", replies[1].(*goredis.StringCmd).Val(), err, "42")

			sub := c.Subscribe(ctx, "a")
			defer sub.Close()
			if _, err := sub.Receive(ctx); err != nil {
				t.Fatal(err)
			}
			if err := sub.Subscribe(ctx, "bb"); err != nil {
				t.Fatal(err)
			}
			if _, err := sub.Receive(ctx); err != nil {
				t.Fatal(err)
			}
			if err := sub.Ping(ctx); err != nil {
				t.Fatal(err)
			}
			for i := range 100 {
				n, err := c.Publish(ctx, []string{"a", "bb"}[i%2], i).Result()
				check("PUBLISH", n, err, 1)
			}
			for i := range 100 {
				m, err := sub.ReceiveMessage(ctx)
				if err != nil {
					t.Fatal(err)
				}
				check("a message", m.Channel+m.Payload, nil, fmt.Sprint([]string{"a", "bb"}[i%2], i))
			}
			check("FLUSHALL", c.FlushAll(ctx).Val(), nil, "OK")
		})
	}
}

// rueidis uses the example server over its one multiplexed connection, but for its
// cache, which needs CLIENT TRACKING.
func TestRueidisUsesTheExample(t *testing.T) {
	addr := startExample(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, resp2 := range []bool{true, false} {
		t.Run(map[bool]string{true: "RESP2", false: "RESP3"}[resp2], func(t *testing.T) {
			c, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{addr}, Password: examplePassword, DisableCache: true, AlwaysRESP2: resp2, ForceSingleClient: true})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			done := make(chan error, 50)
			for i := range 50 {
				go func() {
					done <- func() error {
						key := fmt.Sprint("k", i)
						for n := range 100 {
							if err := c.Do(ctx, c.B().Set().Key(key).Value(fmt.Sprint(n)).ExSeconds(60).Build()).Error(); err != nil {
								return err
							}
							if got, err := c.Do(ctx, c.B().Get().Key(key).Build()).AsInt64(); err != nil || got != int64(n) {
								return fmt.Errorf("GET: %d, %v, want %d", got, err, n)
							}
						}
						return nil
					}()
				}()
			}
			for range 50 {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
			if err := c.Do(ctx, c.B().Get().Key("missing").Build()).Error(); !rueidis.IsRedisNil(err) {
				t.Errorf("GET of no key: %v", err)
			}
			c.Do(ctx, c.B().Hset().Key("h").FieldValue().FieldValue("f", "v").Build())
			if fields, err := c.Do(ctx, c.B().Hgetall().Key("h").Build()).AsStrMap(); err != nil || len(fields) != 1 || fields["f"] != "v" {
				t.Errorf("HGETALL: %v, %v", fields, err)
			}
			err = c.Dedicated(func(d rueidis.DedicatedClient) error {
				replies := d.DoMulti(ctx, d.B().Multi().Build(), d.B().Set().Key("t").Value("1").Build(), d.B().Incr().Key("t").Build(), d.B().Exec().Build())
				values, err := replies[3].ToArray()
				if err != nil || len(values) != 2 {
					return fmt.Errorf("EXEC: %v, %v", values, err)
				}
				if n, err := values[1].AsInt64(); err != nil || n != 2 {
					return fmt.Errorf("INCR in a transaction: %d, %v", n, err)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			messages := make(chan string)
			receiving, stop := context.WithCancel(ctx)
			received := make(chan error, 1)
			go func() {
				received <- c.Receive(receiving, c.B().Subscribe().Channel("a").Build(), func(m rueidis.PubSubMessage) { messages <- m.Message })
			}()
			for {
				if n, err := c.Do(ctx, c.B().Publish().Channel("a").Message("1").Build()).AsInt64(); err != nil {
					t.Fatal(err)
				} else if n > 0 {
					break
				}
				time.Sleep(time.Millisecond)
			}
			for got := ""; got != "1"; got = <-messages {
			}
			stop()
			if err := <-received; !errors.Is(err, context.Canceled) {
				t.Errorf("Receive ended with %v", err)
			}
		})
	}
}

// redigo and radix, in RESP2, work as well.
func TestOtherClientsUseTheExample(t *testing.T) {
	addr := startExample(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := redis.Dial("tcp", addr, redis.DialPassword(examplePassword), redis.DialDatabase(0), redis.DialClientName("me"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Do("HSET", "h", "f", "v"); err != nil {
		t.Error(err)
	}
	if fields, err := redis.StringMap(r.Do("HGETALL", "h")); err != nil || fields["f"] != "v" {
		t.Errorf("redigo, HGETALL: %v, %v", fields, err)
	}
	x, err := (radix.Dialer{AuthPass: examplePassword, SelectDB: "0"}).Dial(ctx, "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	var fields map[string]string
	if err := x.Do(ctx, radix.Cmd(&fields, "HGETALL", "h")); err != nil || fields["f"] != "v" {
		t.Errorf("radix, HGETALL: %v, %v", fields, err)
	}
}
