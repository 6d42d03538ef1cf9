package resp_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
)

// isPart reports whether a write is of a part of what is streamed.
func isPart(w methods.Write) bool { return w.Before != nil }

// Where a chunk has to come next nothing else is accepted, and what is refused
// leaves no byte behind.
func TestEveryWriteInAStreamedStringIsRefused(t *testing.T) {
	for _, write := range methods.Writes {
		if isPart(write) {
			continue // chunks are accepted; TestEncoderRefuses has the end
		}
		var out strings.Builder
		e := resp.NewEncoder(&out)
		e.WriteStreamedString()
		before := e.Buffered()
		var refused *resp.EncodeError
		err := write.Call(e)
		if !errors.As(err, &refused) || e.Buffered() != before {
			t.Errorf("%s: %v, and %d bytes more", write.Name, err, e.Buffered()-before)
		}
		e.WriteChunk([]byte("a"))
		e.WriteLastChunk()
		if again := e.Close(); again != err || out.String() != "$?\r\n" {
			t.Errorf("after %s: %q, %v", write.Name, out.String(), again)
		}
	}
}

// An Encoder whose reader gave less than was promised writes nothing any more,
// in either version of the protocol.
func TestABrokenEncoderRefusesEveryWrite(t *testing.T) {
	for _, version := range []int{2, 3} {
		for _, write := range methods.Writes {
			if version == 2 && write.RESP2 == "" {
				continue // refused for that
			}
			var out strings.Builder
			e := resp.NewEncoder(&out, resp.Protocol(version))
			broken := e.WriteBulkFrom(strings.NewReader("abc"), 5)
			if broken == nil || !strings.Contains(broken.Error(), "5 bytes") || !strings.Contains(broken.Error(), "after 3") {
				t.Fatalf("a reader of 3 bytes for 5: %v", broken)
			}
			before := out.Len()
			if err := write.Call(e); !errors.Is(err, io.ErrUnexpectedEOF) || out.Len() != before {
				t.Errorf("RESP%d: %s: %v, and %q more", version, write.Name, err, out.String()[before:])
			}
		}
	}
}

// RESP2 streams nothing.
func TestStreamedKindsAreRefusedForRESP2(t *testing.T) {
	for _, write := range methods.Writes {
		if write.RESP2 != "" {
			continue
		}
		e := resp.NewEncoder(io.Discard, resp.Protocol(2))
		var refused *resp.EncodeError
		if err := write.Call(e); !errors.As(err, &refused) || e.Buffered() != 0 {
			t.Errorf("%s: %v, %d bytes", write.Name, err, e.Buffered())
		}
	}
}

// What was buffered before a payload from a file is written first; when that fails
// the file is not read and the Encoder, which has promised it, is broken.
func TestAWriteThatFailsBeforeAFileIsCopiedBreaksTheEncoder(t *testing.T) {
	file := payloadFile(t, make([]byte, 10_000))
	conn, _ := tests.ConnPair(t, "tcp")
	conn.Close()
	e := resp.NewEncoder(conn)
	e.WriteInteger(1)
	if err := e.WriteBulkFrom(file, 10_000); !errors.Is(err, net.ErrClosed) {
		t.Errorf("WriteBulkFrom: %v, want %v", err, net.ErrClosed)
	}
	if at, _ := file.Seek(0, io.SeekCurrent); at != 0 {
		t.Errorf("%d bytes of the file were read", at)
	}
	if err := e.Flush(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Flush: %v, want %v", err, net.ErrClosed)
	}
}

// payloadFile gives a file with that content.
func payloadFile(t *testing.T, payload []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "payload")
	if err := os.WriteFile(path, payload, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// No bytes are the start of a token.
func TestConsumeTokenOfNothingIsIncomplete(t *testing.T) {
	if _, n, err := resp.ConsumeToken(nil); n != 0 || err != resp.ErrIncomplete {
		t.Errorf("ConsumeToken(nil) = %d, %v", n, err)
	}
}

// A server's error that has not all arrived is no reply yet.
func TestATypedReadOfHalfAnErrorLosesNothing(t *testing.T) {
	d := resp.NewDecoder(nil)
	d.Feed([]byte("!9\r\nERR "))
	if _, err := d.ReadInt64(); err != resp.ErrIncomplete {
		t.Fatalf("half of it: %v", err)
	}
	d.Feed([]byte("a b c\r\n:1\r\n"))
	var reply *resp.ReplyError
	if _, err := d.ReadInt64(); !errors.As(err, &reply) || reply.Message != "ERR a b c" {
		t.Errorf("all of it: %v", err)
	}
	if n, err := d.ReadInt64(); n != 1 || err != nil {
		t.Errorf("behind it: %d, %v", n, err)
	}
}
