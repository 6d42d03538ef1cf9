package main

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

// A message is a push for a RESP3 client and an array for a RESP2 client, and wakes a
// client that waits.
func TestMessages(t *testing.T) {
	s := start(t, "")
	two, three, publisher := s.connect(t), s.connect(t), s.connect(t)
	exchange(t, two, "SUBSCRIBE a\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n")
	io.WriteString(three, "HELLO 3\n")
	if _, err := resp.NewDecoder(three).ReadRaw(); err != nil {
		t.Fatal(err)
	}
	exchange(t, three, "SUBSCRIBE a b\nPING\n", ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n+PONG\r\n")
	for range 100 {
		exchange(t, publisher, "PUBLISH a text\nPUBLISH b x\n", ":2\r\n:1\r\n")
		expect(t, two, "a message", "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$4\r\ntext\r\n")
		expect(t, three, "messages", ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$4\r\ntext\r\n>3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$1\r\nx\r\n")
	}
	exchange(t, three, "PUBLISH a me\n", ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nme\r\n:2\r\n")
	exchange(t, three, "UNSUBSCRIBE b\nUNSUBSCRIBE a\n", ">3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:1\r\n>3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n")
	expect(t, two, "a message", "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nme\r\n")
	exchange(t, publisher, "PUBLISH a text\n", ":1\r\n")
	two.Close()
	await(t, func() bool { return s.clients() == 2 }, "a subscriber to be gone")
	exchange(t, publisher, "PUBLISH a text\n", ":0\r\n")
}

// Messages interrupt the wait for a request that comes byte by byte, and nothing of
// the request or of the messages is lost.
func TestMessagesWhileARequestArrives(t *testing.T) {
	s := start(t, "")
	conn, publisher := s.connect(t), s.connect(t)
	io.WriteString(conn, "HELLO 3\n")
	if _, err := resp.NewDecoder(conn).ReadRaw(); err != nil {
		t.Fatal(err)
	}
	exchange(t, conn, "SUBSCRIBE a\n", ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n")
	for _, request := range []string{tests.Multibulk("ECHO", "hello"), "ECHO 'hello'\r\n"} {
		for i := range len(request) - 1 {
			io.WriteString(conn, request[i:i+1])
			time.Sleep(time.Millisecond) // let it arrive alone
			exchange(t, publisher, "PUBLISH a x\n", ":1\r\n")
			expect(t, conn, request[:i+1], ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n")
		}
		exchange(t, conn, request[len(request)-1:], "$5\r\nhello\r\n")
	}
}

// A subscriber that does not read is disconnected. It delays neither the publisher
// nor another subscriber, and holds no more than the limit.
func TestSlowSubscriberIsDisconnected(t *testing.T) {
	const size, messages = 256 << 10, 1000
	s := start(t, "")
	slow, other, publisher := s.connect(t), s.connect(t), s.connect(t)
	confirmation := "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
	exchange(t, slow, "SUBSCRIBE a\n", confirmation)
	exchange(t, other, "SUBSCRIBE a\n", confirmation)
	request := []byte(tests.Multibulk("PUBLISH", "a", strings.Repeat("x", size)))
	message := []byte(tests.Multibulk("message", "a", strings.Repeat("x", size)))
	got := make([]byte, len(message))
	reply := make([]byte, len(":2\r\n"))
	before, most := tests.InUse(), 0
	reached := 0
	for i := range messages {
		publisher.Write(request)
		if _, err := io.ReadFull(publisher, reply); err != nil {
			t.Fatal(err)
		}
		if string(reply) == ":2\r\n" {
			reached = i + 1
		}
		if _, err := io.ReadFull(other, got); err != nil || !bytes.Equal(got, message) {
			t.Fatalf("message %d: %v", i, err)
		}
		if i%20 == 0 {
			most = max(most, tests.InUse()-before)
		}
	}
	t.Logf("%d messages of %d bytes went to both, at most %d bytes were held", reached, size, most)
	if reached == messages || reached*size < maxWaiting/2 {
		t.Errorf("the slow subscriber got %d messages", reached)
	}
	if most > 3*maxWaiting {
		t.Errorf("%d bytes were held", most)
	}
	await(t, func() bool { return s.clients() == 2 }, "the slow subscriber to be disconnected")
	if _, err := io.Copy(io.Discard, slow); err == nil {
		t.Log("the slow subscriber saw an end, not a reset")
	}
}

// Confirmations that nobody reads are bounded like messages.
func TestFloodOfSubscriptions(t *testing.T) {
	s := start(t, "")
	conn := s.connect(t)
	conn.SetReadBuffer(4 << 10)
	const args = 200_000
	wire := make([]byte, 0, 4<<20)
	wire = resp.AppendArray(wire, args)
	wire = resp.AppendBulkString(wire, "SUBSCRIBE")
	for i := range args - 1 {
		wire = resp.AppendArg(wire, resp.Int(int64(i)))
	}
	conn.Write(wire)
	await(t, func() bool { return s.clients() == 0 }, "the flood to end")
	runtime.KeepAlive(conn)
	exchange(t, s.connect(t), "PUBLISH 1 x\n", ":0\r\n")
}

// A message comes before the replies to commands that run after it.
func TestMessagesAreInOrder(t *testing.T) {
	s := start(t, "")
	conn, publisher := s.connect(t), s.connect(t)
	io.WriteString(conn, "HELLO 3\nSUBSCRIBE a\n")
	d := resp.NewDecoder(conn)
	for range 2 {
		if err := d.SkipValue(); err != nil {
			t.Fatal(err)
		}
	}
	const messages = 2000
	go func() {
		for i := range messages {
			publisher.Write(resp.AppendCommand(nil, "MULTI"))
			publisher.Write(resp.AppendCommand(nil, "INCR", resp.String("n")))
			publisher.Write(resp.AppendCommand(nil, "PUBLISH", resp.String("a"), resp.Int(int64(i+1))))
			publisher.Write(resp.AppendCommand(nil, "EXEC"))
		}
	}()
	go io.Copy(io.Discard, publisher)
	for last := int64(0); last < messages; {
		if _, err := conn.Write([]byte("GET n\n")); err != nil {
			t.Fatal(err)
		}
		for replied := false; !replied; {
			var v resp.Value
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			if v.Kind != resp.Push {
				replied = true
				if n, err := v.Int64(); err == nil && n != last {
					t.Fatalf("GET n gives %d behind message %d", n, last)
				}
				continue
			}
			n, err := v.Elems[2].Int64()
			if err != nil || n != last+1 {
				t.Fatalf("message %d, %v behind %d", n, err, last)
			}
			last = n
		}
	}
}
