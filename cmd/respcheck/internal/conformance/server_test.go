package conformance

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/seed65f5866d/resp"
)

// serve runs a server on loopback that handles each connection with handle.
func serve(t *testing.T, handle func(net.Conn)) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				handle(conn)
			}()
		}
	}()
	return &Server{
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
		},
		Silence:  30 * time.Millisecond,
		Patience: 10 * time.Second,
	}
}

const password = "sesame"

// readCommands answers requests as ReadCommand reads them.
func readCommands(conn net.Conn) {
	enc := resp.NewEncoder(conn)
	d := resp.NewDecoder(conn, resp.UnauthenticatedLimits(), resp.OnWait(enc.Flush))
	unauthenticated := true
	for {
		command, err := d.ReadCommand()
		if refused, ok := err.(interface{ ReplyText() string }); ok {
			enc.WriteSimpleError("ERR " + refused.ReplyText())
		}
		if err != nil {
			enc.Flush()
			conn.(*net.TCPConn).CloseWrite() // what has not been read must not take the answer with it
			io.Copy(io.Discard, conn)
			return
		}
		answer(enc, d, command.Args, &unauthenticated)
	}
}

// answer writes the answer to a command.
func answer(enc *resp.Encoder, d *resp.Decoder, args [][]byte, unauthenticated *bool) {
	switch name := strings.ToUpper(string(args[0])); {
	case name == "AUTH" && string(args[1]) == password:
		*unauthenticated = false
		d.SetLimits(resp.ServerLimits())
		enc.WriteSimpleString("OK")
	case name != "PING" && name != "PUBSUB":
		enc.WriteSimpleError("ERR unknown command '" + string(args[0][:min(len(args[0]), longestName)]) + "', with args beginning with: ")
	case *unauthenticated:
		enc.WriteSimpleError("NOAUTH Authentication required.")
	case name == "PING" && len(args) == 1:
		enc.WriteSimpleString("PONG")
	case name == "PING":
		enc.WriteBulkBytes(args[1])
	default:
		enc.WriteArray(2 * len(args[2:]))
		for _, word := range args[2:] {
			enc.WriteBulkBytes(word)
			enc.WriteInteger(0)
		}
	}
}

// Of a server that reads requests with ReadCommand, Observe finds exactly what the
// documentation says of ReadCommand.
func TestObserveFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	requests, err := All()
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, readCommands)
	s.Auth, s.Silence = []string{password}, 500*time.Millisecond
	if fit, skips, err := s.Fit(t.Context(), requests); len(fit) != len(requests) || skips != nil || err != nil {
		t.Fatalf("%d of %d requests, %v, %v", len(fit), len(requests), skips, err)
	}
	observations, err := s.Observe(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, o := range observations {
		got[o.Request.ID] = o.Got.String()
	}
	want := make(map[string]string)
	for _, r := range requests {
		if o := r.Read(r.Pieces()); !o.Equal(r.Redis) {
			want[r.ID] = o.String()
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("requests that differ (-ReadCommand +observed)\n%s", diff)
	}
}

// What a server without a password and without pub/sub cannot show is skipped.
func TestFit(t *testing.T) {
	t.Parallel()
	requests, err := All()
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, func(conn net.Conn) {
		enc := resp.NewEncoder(conn)
		for command := range resp.NewDecoder(conn, resp.OnWait(enc.Flush)).Commands() {
			if len(command.Args) == 1 {
				enc.WriteSimpleString("PONG")
			} else {
				enc.WriteSimpleError("ERR unknown command 'PUBSUB', with args beginning with: ")
			}
		}
	})
	fit, skips, err := s.Fit(t.Context(), requests)
	if err != nil || len(skips) != 2 || skips[0].Requests+skips[1].Requests+len(fit) != len(requests) || len(fit) < 100 {
		t.Errorf("%d of %d requests, %+v, %v", len(fit), len(requests), skips, err)
	}
	for _, r := range fit {
		if r.Unauthenticated || strings.Contains(string(r.Wire), "NUMSUB") {
			t.Errorf("%s is not skipped", r.ID)
		}
	}
}

// A server that answers nothing, too much or nonsense, or hangs up, ends in an error
// or in observations, soon and in little memory.
func TestObserveOfServersThatAreNone(t *testing.T) {
	t.Parallel()
	requests, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range requests {
		if r.ID == "multibulk-two-hundred" {
			requests = requests[i : i+3]
			break
		}
	}
	for name, handle := range map[string]func(net.Conn){
		"hangs up":     func(net.Conn) {},
		"says nothing": func(conn net.Conn) { io.Copy(io.Discard, conn) },
		"only pushes": func(conn net.Conn) {
			for {
				if _, err := conn.Write([]byte(">1\r\n+x\r\n")); err != nil {
					return
				}
			}
		},
		"never ends": func(conn net.Conn) {
			io.WriteString(conn, "$100000000\r\n")
			for b := make([]byte, 1<<16); ; {
				if _, err := conn.Write(b); err != nil {
					return
				}
			}
		},
		"nests": func(conn net.Conn) {
			for {
				if _, err := conn.Write([]byte("*1\r\n")); err != nil {
					return
				}
			}
		},
		"is a web server": func(conn net.Conn) { io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, handle)
			s.Patience = 200 * time.Millisecond
			observations, err := s.Observe(t.Context(), requests)
			if err == nil && len(observations) == 0 {
				t.Error("it is said to read all requests as Redis")
			}
		})
	}
}
