package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/gomodule/redigo/redis"
	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/redis/rueidis"

	"github.com/seed65f5866d/resp"
)

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

// clients are those that are compared.
var clients = []struct {
	name string
	open func(socket string) (client, error)
}{
	{"resp", openOurs},
	{"redigo", openRedigo},
	{"go-redis", openGoRedis},
	{"rueidis", openRueidis},
}

// same returns an error unless a reply to GET is the value.
func same(reply string, err error) error {
	if err == nil && reply != value {
		err = fmt.Errorf("got %.50q", reply)
	}
	return err
}

// ourClient is the least that a client can be.
type ourClient struct {
	enc *resp.Encoder
	dec *resp.Decoder
}

func openOurs(socket string) (client, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	return &ourClient{resp.NewEncoder(conn), resp.NewDecoder(conn)}, nil
}

func (c *ourClient) get(n int) error {
	for range n {
		if err := c.enc.WriteCommand("GET", resp.String(key)); err != nil {
			return err
		}
	}
	if err := c.enc.Flush(); err != nil {
		return err
	}
	for range n {
		if reply, err := c.dec.ReadBytes(); err != nil || string(reply) != value {
			return same(string(reply), err)
		}
	}
	return nil
}

func (c *ourClient) set(n int) error {
	for range n {
		if err := c.enc.WriteCommand("SET", resp.String(key), resp.String(value)); err != nil {
			return err
		}
	}
	if err := c.enc.Flush(); err != nil {
		return err
	}
	for range n {
		if _, err := c.dec.ReadBytes(); err != nil {
			return err
		}
	}
	return nil
}

type redigoClient struct{ conn redis.Conn }

func openRedigo(socket string) (client, error) {
	conn, err := redis.Dial("unix", socket)
	return redigoClient{conn}, err
}

func (c redigoClient) get(n int) error {
	for range n {
		if err := c.conn.Send("GET", key); err != nil {
			return err
		}
	}
	if err := c.conn.Flush(); err != nil {
		return err
	}
	for range n {
		if err := same(redis.String(c.conn.Receive())); err != nil {
			return err
		}
	}
	return nil
}

func (c redigoClient) set(n int) error {
	for range n {
		if err := c.conn.Send("SET", key, value); err != nil {
			return err
		}
	}
	if err := c.conn.Flush(); err != nil {
		return err
	}
	for range n {
		if _, err := c.conn.Receive(); err != nil {
			return err
		}
	}
	return nil
}

type goRedisClient struct{ *goredis.Client }

func openGoRedis(socket string) (client, error) {
	return goRedisClient{goredis.NewClient(&goredis.Options{
		Network:                  "unix",
		Addr:                     socket,
		PoolSize:                 1,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})}, nil
}

func (c goRedisClient) get(n int) error {
	ctx := context.Background()
	if n == 1 {
		return same(c.Get(ctx, key).Result())
	}
	pipe := c.Pipeline()
	for range n {
		pipe.Get(ctx, key)
	}
	replies, err := pipe.Exec(ctx)
	if err != nil {
		return err
	}
	for _, reply := range replies {
		if err := same(reply.(*goredis.StringCmd).Result()); err != nil {
			return err
		}
	}
	return nil
}

func (c goRedisClient) set(n int) error {
	ctx := context.Background()
	if n == 1 {
		return c.Set(ctx, key, value, 0).Err()
	}
	pipe := c.Pipeline()
	for range n {
		pipe.Set(ctx, key, value, 0)
	}
	_, err := pipe.Exec(ctx)
	return err
}

// rueidisClient makes its commands anew for each pipeline, which recycles them.
type rueidisClient struct {
	rueidis.Client
	commands rueidis.Commands
}

func openRueidis(socket string) (client, error) {
	c, err := rueidis.NewClient(rueidis.ClientOption{
		InitAddress:       []string{socket},
		ForceSingleClient: true,
		PipelineMultiplex: -1, // one connection
		DisableCache:      true,
		DialCtxFn: func(ctx context.Context, _ string, d *net.Dialer, _ *tls.Config) (net.Conn, error) {
			return d.DialContext(ctx, "unix", socket)
		},
	})
	return &rueidisClient{Client: c}, err
}

func (c *rueidisClient) get(n int) error {
	ctx := context.Background()
	if n == 1 {
		return same(c.Do(ctx, c.B().Get().Key(key).Build()).ToString())
	}
	c.commands = c.commands[:0]
	for range n {
		c.commands = append(c.commands, c.B().Get().Key(key).Build())
	}
	for _, reply := range c.DoMulti(ctx, c.commands...) {
		if err := same(reply.ToString()); err != nil {
			return err
		}
	}
	return nil
}

func (c *rueidisClient) set(n int) error {
	ctx := context.Background()
	if n == 1 {
		return c.Do(ctx, c.B().Set().Key(key).Value(value).Build()).Error()
	}
	c.commands = c.commands[:0]
	for range n {
		c.commands = append(c.commands, c.B().Set().Key(key).Value(value).Build())
	}
	for _, reply := range c.DoMulti(ctx, c.commands...) {
		if err := reply.Error(); err != nil {
			return err
		}
	}
	return nil
}
