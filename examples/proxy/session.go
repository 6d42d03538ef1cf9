package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/seed65f5866d/resp"
)

// session is one client with its own connections to the servers. One goroutine reads
// requests and passes them on; another passes the replies back. A channel between
// them tells, in the order of the requests, which server replies next.
//
// A goroutine flushes when it is about to wait, and only then. So a pipeline takes
// few writes, and nothing that somebody waits for stays behind. The proxy relies on
// servers to go on reading while their replies wait, as Redis does.
type session struct {
	conn    net.Conn
	servers []string
	dial    func(addr string, beforeWaiting func() error) (*link, error)
	links   []*link // by server; nil until there is a command for it
	turns   chan turn

	requests *resp.Decoder
	replies  *bufio.Writer
}

// turn is the reply to one request: from a server or, without a link, from the
// proxy.
type turn struct {
	link *link
	own  []byte
}

// maxTurns is how many requests may wait for their replies. The proxy reads no more
// from a client with that many until it takes replies.
const maxTurns = 1024

func newSession(conn net.Conn, servers []string) *session {
	s := &session{
		conn:    conn,
		servers: servers,
		dial:    dial,
		links:   make([]*link, len(servers)),
		turns:   make(chan turn, maxTurns),
		replies: bufio.NewWriter(conn),
	}
	s.requests = resp.NewDecoder(conn, resp.ServerLimits(), resp.OnWait(s.flushRequests))
	return s
}

// run serves the client until it leaves and has its replies.
func (s *session) run() {
	go s.passRequests()
	s.passReplies()
	for t := range s.turns { // passRequests may wait for one of them
		t.link.close()
	}
	for _, link := range s.links {
		link.close()
	}
}

// passRequests passes requests on until there are no more.
func (s *session) passRequests() {
	defer close(s.turns)
	defer s.flushRequests()
	for {
		cmd, err := s.requests.ReadCommand()
		switch {
		case err != nil:
			s.refuse(err)
			return
		case strings.EqualFold(string(cmd.Args[0]), "QUIT"):
			s.take(turn{own: []byte("+OK\r\n")})
			return
		}
		s.passRequest(cmd)
	}
}

// refuse answers what is not RESP as Redis does. A client that has only stopped
// sending still gets its replies; a client whose connection is broken does not.
func (s *session) refuse(err error) {
	var fault interface {
		error
		ReplyText() string
	}
	switch {
	case errors.As(err, &fault):
		s.take(turn{own: resp.AppendSimpleError(nil, "ERR "+fault.ReplyText())})
	case err != io.EOF && err != io.ErrUnexpectedEOF:
		for _, link := range s.links {
			link.close()
		}
	}
}

// passRequest sends a command to its server.
func (s *session) passRequest(cmd resp.Command) {
	link, err := s.linkFor(cmd)
	if err != nil {
		s.take(turn{own: resp.AppendSimpleError(nil, err.Error())})
		return
	}
	s.take(turn{link: link})
	if len(cmd.Raw) > link.requests.Available() {
		s.flushRequests() // this one may have to wait
	}
	link.send(cmd.Raw)
}

// linkFor returns the connection to the server for a command. It replaces a broken
// one.
func (s *session) linkFor(cmd resp.Command) (*link, error) {
	i, err := route(cmd, len(s.servers))
	if err != nil {
		return nil, err
	}
	if s.links[i] == nil || s.links[i].broken.Load() {
		s.flushRequests() // this may take long
		s.links[i], err = s.dial(s.servers[i], s.replies.Flush)
	}
	return s.links[i], err
}

// take appends a turn.
func (s *session) take(t turn) {
	select {
	case s.turns <- t:
	default:
		s.flushRequests()
		s.turns <- t
	}
}

// flushRequests sends what is buffered for the servers.
func (s *session) flushRequests() error {
	for _, link := range s.links {
		link.flush()
	}
	return nil
}

// passReplies passes replies back, turn by turn, until the last one or until it
// fails, and then closes the client's connection.
func (s *session) passReplies() {
	defer s.conn.Close()
	defer s.replies.Flush()
	for {
		t, ok := s.nextTurn()
		if !ok || s.passReply(t) != nil {
			return
		}
	}
}

// nextTurn waits for the next turn.
func (s *session) nextTurn() (t turn, ok bool) {
	select {
	case t, ok = <-s.turns:
	default:
		s.replies.Flush()
		t, ok = <-s.turns
	}
	return t, ok
}

// passReply writes one reply. When the server fails before its reply has begun, an
// error takes the place of the reply. A client that has half a reply can get no
// error.
func (s *session) passReply(t turn) error {
	if t.link == nil {
		_, err := s.replies.Write(t.own)
		return err
	}
	n, err := t.link.replies.CopyValue(s.replies)
	if err == nil {
		return nil
	}
	t.link.close()
	if n > 0 {
		return err
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = errors.New("connection closed")
	}
	_, err = s.replies.Write(resp.AppendSimpleError(nil, "ERR server "+t.link.addr+": "+err.Error()))
	return err
}
