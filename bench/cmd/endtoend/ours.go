package main

import (
	"net"

	"github.com/seed65f5866d/resp"
)

// ourClient is the least that a client can be.
type ourClient struct {
	enc *resp.Encoder
	dec *resp.Decoder
}

func openOurs(network, addr string) (client, error) {
	conn, err := net.Dial(network, addr)
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
