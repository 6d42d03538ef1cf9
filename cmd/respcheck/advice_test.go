package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// listener accepts connections and calls serve with each until the test ends.
func listener(t *testing.T, serve func(sock net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			sock, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer sock.Close()
				serve(sock)
			}()
		}
	}()
	return l.Addr().String()
}

// answering reads something and answers with text.
func answering(text string) func(net.Conn) {
	return func(sock net.Conn) {
		sock.Read(make([]byte, 4096))
		io.WriteString(sock, text)
		time.Sleep(20 * time.Millisecond)
	}
}

// greeting says text before anything is read, and waits.
func greeting(text string) func(net.Conn) {
	return func(sock net.Conn) {
		io.WriteString(sock, text)
		io.Copy(io.Discard, sock)
	}
}

// silent reads and says nothing.
func silent(sock net.Conn) { io.Copy(io.Discard, sock) }

// The error of a server that cannot be used says what to do next.
func TestAdvice(t *testing.T) {
	t.Parallel()
	certificate, _ := selfSigned(t)
	secure := &tls.Config{Certificates: []tls.Certificate{certificate}}
	mutual := &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequireAnyClientCert}
	over := func(config *tls.Config, serve func(net.Conn)) func(net.Conn) {
		return func(sock net.Conn) { serve(tls.Server(sock, config)) }
	}
	for _, test := range []struct {
		name  string
		serve func(net.Conn)
		args  string
		want  string
	}{
		{"TLS on the port", answering("\x15\x03\x03\x00\x02\x02\x46"), "", "this port wants TLS: use -tls"},
		{"TLS on the port, no alert", over(secure, silent), "", "If it wants TLS, use -tls"},
		{"HTTP on the port", answering("HTTP/1.1 400 Bad Request\r\n\r\n"), "", "this is an HTTP server"},
		{"HTTP on the port, TLS", over(secure, answering("HTTP/1.1 400 Bad Request\r\n\r\n")), "-tls -tls-insecure", "this is an HTTP server"},
		{"SSH on the port", greeting("SSH-2.0-OpenSSH_9.6\r\n"), "", "this is an SSH server"},
		{"something else", greeting("220 mail ready\r\n"), "", "is this the port of a RESP server?"},
		{"closed at once", func(net.Conn) {}, "", "is this the port of a RESP server? If it wants TLS, use -tls"},
		{"closed at once, TLS", func(net.Conn) {}, "-tls", "does this port speak TLS? If not, leave out -tls"},
		{"silence", silent, "-timeout 300ms", "is this the port of a RESP server?"},
		{"silence, TLS", silent, "-tls -connect-timeout 300ms", "does this port speak TLS?"},
		{"half a reply", greeting("$100\r\nabc"), "-timeout 300ms", "is this the port of a RESP server?"},
		{"plain, TLS", greeting("-ERR unknown command\r\n"), "-tls", "this port speaks no TLS: leave out -tls"},
		{"unknown authority", over(secure, silent), "-tls", "-tls-ca names a file of certificates to trust"},
		{"a certificate is wanted", over(mutual, silent), "-tls -tls-insecure", "the server wants a certificate of yours: -tls-cert and -tls-key"},
		{"closed after the handshake", over(secure, func(sock net.Conn) { sock.Write(nil) }), "-tls -tls-insecure", "the server may want a certificate of yours"},
		{"no password", answering("-NOAUTH Authentication required.\r\n"), "", "give -user and -password, or the password in the environment variable REDISCLI_AUTH"},
		{"wrong password", answering("-WRONGPASS invalid username-password pair or user is disabled.\r\n"), "-password x", "belongs to a user who must be named with -user"},
		{"wrong user", answering("-WRONGPASS invalid username-password pair or user is disabled.\r\n"), "-user u -password x", "the user or the password is wrong"},
		{"wrong password, Redis 5", answering("-ERR invalid password\r\n"), "-password x", "(the password is wrong)"},
		{"needless password", answering("-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\r\n"), "-password x", "leave out the password"},
		{"loading", answering("-LOADING Redis is loading the dataset in memory\r\n"), "", "try again"},
		{"too many clients", greeting("-ERR max number of clients reached\r\n"), "", "let the server have more"},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := append([]string{"-addr", listener(t, test.serve)}, strings.Fields(test.args)...)
			o := respcheck(t, args...)
			o.want(t, statusCannotRun, test.want)
			if strings.Count(o.stderr, "\n") != 1 || o.stdout != "" {
				t.Errorf("want one line, got %q %q", o.stdout, o.stderr)
			}
		})
	}
	respcheck(t, "-addr", closedAddr(t)).want(t, statusCannotRun, "no server listens there")
}

// A server may want a certificate, and have another name than its address.
func TestTLSCertificateAndName(t *testing.T) {
	certificate, caFile := selfSigned(t)
	m := miniredis.NewMiniRedis()
	if err := m.StartTLS(&tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequireAnyClientCert}); err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	keyFile := keyOf(t, certificate)
	_, port, _ := net.SplitHostPort(m.Addr())
	args := []string{"-addr", "localhost:" + port, "-tls", "-tls-ca", caFile, "-run", "hash"}
	respcheck(t, args...).want(t, statusCannotRun, "-tls-server-name says which name")
	args = append(args, "-tls-server-name", "127.0.0.1")
	respcheck(t, args...).want(t, statusCannotRun, "-tls-cert and -tls-key")
	respcheck(t, append(args, "-tls-cert", caFile, "-tls-key", keyFile)...).want(t, statusOK, "2 ok")
}

func TestProtocol(t *testing.T) {
	addr := miniredis.RunT(t).Addr()
	respcheck(t, "-url", "valkey://"+addr+"?protocol=2", "-run", "hash").want(t, statusOK, "ok    resp2/hash", "1 ok, 0 skipped")
	respcheck(t, "-url", "valkey://"+addr, "-protocol", "3", "-run", "hash").want(t, statusOK, "ok    resp3/hash", "1 ok, 0 skipped")
}

// keyOf writes the key of a certificate to a file.
func keyOf(t *testing.T, certificate tls.Certificate) (file string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
