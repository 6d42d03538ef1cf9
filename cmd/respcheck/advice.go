package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/seed65f5866d/resp"
)

// advise adds to an error of the first connection what to do about it.
func advise(err error, o *connOptions) error {
	if advice := adviceOn(err, o); advice != "" {
		return fmt.Errorf("%w (%s)", err, advice)
	}
	return err
}

func adviceOn(err error, o *connOptions) string {
	var reply *resp.ReplyError
	var wire *wireError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &reply):
		return adviceOnReply(reply, o)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "no server listens there"
	case o.tls != nil && !errors.As(err, new(*resp.SyntaxError)):
		return adviceOnTLS(err, errors.As(err, &wire) && wire.step != "connect")
	case errors.As(err, &wire):
		return adviceOnWire(wire)
	}
	return ""
}

// adviceOnReply is about servers that speak RESP and refuse.
func adviceOnReply(reply *resp.ReplyError, o *connOptions) string {
	switch prefix := reply.Prefix(); {
	case prefix == "NOAUTH":
		return "give -user and -password, or the password in the environment variable REDISCLI_AUTH"
	case strings.Contains(reply.Message, "invalid password"): // before Redis 6
		return "the password is wrong"
	case prefix == "WRONGPASS" && o.user == "":
		return "the password is wrong, or belongs to a user who must be named with -user"
	case prefix == "WRONGPASS":
		return "the user or the password is wrong"
	case strings.Contains(reply.Message, "without any password configured"), strings.Contains(reply.Message, "no password is set"):
		return "leave out the password"
	case strings.Contains(reply.Message, "max number of clients"):
		return "respcheck opens several connections at once; let the server have more, or close others"
	case prefix == "OOM":
		return "raise the server's maxmemory, or delete something"
	case prefix == "CLUSTERDOWN":
		return "CLUSTER INFO on the server says what is missing"
	case prefix == "LOADING":
		return "try again when the server has loaded its data"
	}
	return ""
}

// adviceOnTLS is about connections on which TLS did not come about, or that ended soon
// after it had been agreed on. A server that misses a certificate may say so only then.
func adviceOnTLS(err error, agreed bool) string {
	var network net.Error
	text := err.Error()
	switch {
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return "-tls-ca names a file of certificates to trust, -tls-insecure trusts any"
	case errors.As(err, new(x509.HostnameError)):
		return "-tls-server-name says which name the certificate has"
	case strings.Contains(text, "certificate required"), strings.Contains(text, "bad certificate"):
		return "the server wants a certificate of yours: -tls-cert and -tls-key"
	case errors.As(err, new(tls.RecordHeaderError)):
		return "this port speaks no TLS: leave out -tls, and use a redis:// URL"
	case agreed && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)):
		return "the server may want a certificate of yours: -tls-cert and -tls-key"
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.As(err, &network) && network.Timeout():
		return "does this port speak TLS? If not, leave out -tls, and use a redis:// URL"
	}
	return ""
}

// foreign are the first bytes of what else may listen on a port, quoted.
var foreign = []struct{ start, advice string }{
	{`"\x15\x03`, "this port wants TLS: use -tls, or a rediss:// URL"},
	{`"HTTP/`, "this is an HTTP server; give the port of the RESP server"},
	{`"SSH-`, "this is an SSH server; give the port of the RESP server"},
}

// adviceOnWire is about what listens there and speaks no RESP.
func adviceOnWire(wire *wireError) string {
	for _, f := range foreign {
		if strings.HasPrefix(wire.received, f.start) {
			return f.advice
		}
	}
	switch {
	case errors.As(wire, new(*resp.SyntaxError)):
		return "is this the port of a RESP server?"
	case wire.step != "connect" && wire.broken():
		return "is this the port of a RESP server? If it wants TLS, use -tls"
	}
	return ""
}
