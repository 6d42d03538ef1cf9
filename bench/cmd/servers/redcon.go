package main

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tidwall/redcon"
)

// store has the data of the example server, as far as it is measured, for handlers of
// redcon: under one lock, and bytes never change.
type store struct {
	mu     sync.Mutex
	values map[string]any // []byte, map[string][]byte or *[][]byte, a list whose last item comes first
}

func serveRedcon(addr string) error {
	s := &store{values: map[string]any{}}
	return redcon.ListenAndServe(addr, s.handle, nil, nil)
}

func (s *store) handle(conn redcon.Conn, cmd redcon.Command) {
	args := cmd.Args
	switch name := strings.ToUpper(string(args[0])); {
	case name == "PING":
		conn.WriteString("PONG")
	case name == "CONFIG" && len(args) == 3: // redis-benchmark asks
		conn.WriteArray(2)
		conn.WriteBulk(args[2])
		conn.WriteBulkString("")
	case name == "GET" && len(args) == 2:
		if value := s.get(args[1]); value != nil {
			conn.WriteBulk(value)
		} else {
			conn.WriteNull()
		}
	case name == "SET" && len(args) == 3:
		s.set(args[1], args[2])
		conn.WriteString("OK")
	case name == "INCR" && len(args) == 2:
		conn.WriteInt64(s.increment(args[1]))
	case name == "HSET" && len(args) == 4:
		conn.WriteInt(s.setField(args[1], args[2], args[3]))
	case name == "LPUSH" && len(args) == 3:
		conn.WriteInt(s.push(args[1], args[2]))
	case name == "LRANGE" && len(args) == 4:
		items := s.items(args[1], args[2], args[3])
		conn.WriteArray(len(items))
		for _, item := range items {
			conn.WriteBulk(item)
		}
	default:
		conn.WriteError("ERR unknown command '" + string(args[0]) + "'")
	}
}

func (s *store) get(key []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, _ := s.values[string(key)].([]byte)
	return value
}

func (s *store) set(key, value []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[string(key)] = bytes.Clone(value)
}

func (s *store) increment(key []byte) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, _ := s.values[string(key)].([]byte)
	n, _ := strconv.ParseInt(string(value), 10, 64)
	s.values[string(key)] = strconv.AppendInt(nil, n+1, 10)
	return n + 1
}

func (s *store) setField(key, field, value []byte) (added int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fields, ok := s.values[string(key)].(map[string][]byte)
	if !ok {
		fields = map[string][]byte{}
		s.values[string(key)] = fields
	}
	before := len(fields)
	fields[string(field)] = bytes.Clone(value)
	return len(fields) - before
}

func (s *store) push(key, item []byte) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	items, ok := s.values[string(key)].(*[][]byte)
	if !ok {
		items = new([][]byte)
		s.values[string(key)] = items
	}
	*items = append(*items, bytes.Clone(item))
	return len(*items)
}

// items returns those from first to last, neither of which is negative.
func (s *store) items(key, first, last []byte) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	items, ok := s.values[string(key)].(*[][]byte)
	if !ok {
		return nil
	}
	from, _ := strconv.Atoi(string(first))
	to, _ := strconv.Atoi(string(last))
	n := len(*items)
	found := slices.Clone((*items)[n-min(to+1, n) : n-min(from, n)])
	slices.Reverse(found)
	return found
}
