package main

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/redis/rueidis"
)

// rueidisClient makes its commands anew for each pipeline, which recycles them.
type rueidisClient struct {
	rueidis.Client
	commands rueidis.Commands
}

func openRueidis(network, addr string) (client, error) {
	opts := rueidisOptions(network, addr)
	opts.PipelineMultiplex = -1 // one connection
	c, err := rueidis.NewClient(opts)
	return &rueidisClient{Client: c}, err
}

func rueidisOptions(network, addr string) rueidis.ClientOption {
	return rueidis.ClientOption{
		InitAddress:       []string{addr},
		ForceSingleClient: true,
		DisableCache:      true,
		DialCtxFn: func(ctx context.Context, _ string, d *net.Dialer, _ *tls.Config) (net.Conn, error) {
			return d.DialContext(ctx, network, addr)
		},
	}
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

// rueidisShared puts the commands of all goroutines into pipelines by itself.
type rueidisShared struct{ rueidis.Client }

func openRueidisShared(network, addr string) (shared, error) {
	c, err := rueidis.NewClient(rueidisOptions(network, addr))
	return rueidisShared{c}, err
}

func (c rueidisShared) get() error {
	return same(c.Do(context.Background(), c.B().Get().Key(key).Build()).ToString())
}
