//go:build unix

package window

import (
	"net"
	"path/filepath"
	"testing"
)

// Only a connected stream is waited for without a buffer. Packets and sockets without
// an address are read as other readers are.
func TestOnlyStreamsAreAwaited(t *testing.T) {
	packets, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "packets"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	w := Window{Size: UsualSize}
	for name, conn := range map[string]net.Conn{"packets": packets, "no TCP address": new(net.TCPConn), "no unix address": new(net.UnixConn)} {
		if w.socketOf(conn) != nil {
			t.Errorf("%s: the connection is awaited", name)
		}
	}
}
