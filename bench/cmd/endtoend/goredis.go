package main

import (
	"context"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

type goRedisClient struct{ *goredis.Client }

func openGoRedis(network, addr string) (client, error) {
	opts := goRedisOptions(network, addr)
	opts.PoolSize = 1
	return goRedisClient{goredis.NewClient(opts)}, nil
}

func goRedisOptions(network, addr string) *goredis.Options {
	return &goredis.Options{
		Network:                  network,
		Addr:                     addr,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
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

// goRedisPool has as many connections as go-redis thinks right.
type goRedisPool struct{ goRedisClient }

func openGoRedisPool(network, addr string) (shared, error) {
	return goRedisPool{goRedisClient{goredis.NewClient(goRedisOptions(network, addr))}}, nil
}

func (p goRedisPool) get() error { return p.goRedisClient.get(1) }
