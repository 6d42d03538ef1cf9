package main

import "github.com/gomodule/redigo/redis"

type redigoClient struct{ conn redis.Conn }

func openRedigo(network, addr string) (client, error) {
	conn, err := redis.Dial(network, addr)
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

// redigoPool has a connection for each goroutine.
type redigoPool struct{ *redis.Pool }

func openRedigoPool(network, addr string) (shared, error) {
	return redigoPool{&redis.Pool{
		MaxIdle: goroutines,
		Dial:    func() (redis.Conn, error) { return redis.Dial(network, addr) },
	}}, nil
}

func (p redigoPool) get() error {
	conn := p.Get()
	defer conn.Close()
	return same(redis.String(conn.Do("GET", key)))
}
