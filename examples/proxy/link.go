package main

import (
	"bufio"
	"errors"
	"math"
	"net"
	"sync/atomic"
	"time"

	"github.com/seed65f5866d/resp"
)

// link is the connection of one client to one server. When it breaks it is closed,
// and every outstanding reply becomes an error.
type link struct {
	addr     string
	conn     net.Conn
	requests *bufio.Writer
	replies  *resp.Decoder
	broken   atomic.Bool
}

const dialTimeout = 3 * time.Second

// anySize lifts the limit on strings, because the proxy never holds a reply whole.
var anySize = resp.MaxBulkLen(math.MaxInt64)

// dial connects to a server. It passes beforeWaiting to resp.OnWait.
func dial(addr string, beforeWaiting func() error) (*link, error) {
	conn, err := net.DialTimeout("tcp", addr, dialTimeout)
	if err != nil {
		return nil, errors.New("ERR server " + addr + ": cannot connect")
	}
	return &link{
		addr:     addr,
		conn:     conn,
		requests: bufio.NewWriter(conn),
		replies:  resp.NewDecoder(conn, anySize, resp.OnWait(beforeWaiting)),
	}, nil
}

func (l *link) send(request []byte) {
	if _, err := l.requests.Write(request); err != nil {
		l.close()
	}
}

func (l *link) flush() {
	if l != nil && l.requests.Flush() != nil {
		l.close()
	}
}

func (l *link) close() {
	if l != nil && !l.broken.Swap(true) {
		l.conn.Close()
	}
}
