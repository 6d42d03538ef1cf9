package main

import (
	"bytes"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// segment is a packet between a client at port 40000 and a server at port 6379.
type segment struct {
	reply    bool
	seq      uint32
	payload  string
	syn, fin bool
}

func (s segment) packet(t *testing.T, host string) []byte {
	t.Helper()
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: net.ParseIP(host), DstIP: net.ParseIP("10.0.0.9")}
	tcp := &layers.TCP{SrcPort: 40000, DstPort: 6379, Seq: s.seq, SYN: s.syn, FIN: s.fin, ACK: !s.syn || s.reply, Window: 1000}
	if s.reply {
		ip.SrcIP, ip.DstIP = ip.DstIP, ip.SrcIP
		tcp.SrcPort, tcp.DstPort = tcp.DstPort, tcp.SrcPort
	}
	tcp.SetNetworkLayerForChecksum(ip)
	b := gopacket.NewSerializeBuffer()
	ethernet := &layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4}
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(b, options, ethernet, ip, tcp, gopacket.Payload(s.payload)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// captured returns a pcap file and a pcapng file of packets.
func captured(t *testing.T, packets ...[]byte) map[string]string {
	t.Helper()
	var old, ng bytes.Buffer
	w := pcapgo.NewWriter(&old)
	nw, err := pcapgo.NewNgWriter(&ng, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for _, packet := range packets {
		info := gopacket.CaptureInfo{Timestamp: time.Unix(1, 0), CaptureLength: len(packet), Length: len(packet)}
		if err := w.WritePacket(info, packet); err != nil {
			t.Fatal(err)
		}
		if err := nw.WritePacket(info, packet); err != nil {
			t.Fatal(err)
		}
	}
	if err := nw.Flush(); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"pcap": old.String(), "pcapng": ng.String()}
}

func TestDecodePcap(t *testing.T) {
	const a, b = "10.0.0.1", "10.0.0.2"
	for _, test := range []struct {
		name    string
		packets [][]byte
		status  int
		want    string
	}{
		{"a connection", [][]byte{
			segment{syn: true, seq: 9}.packet(t, a),
			segment{syn: true, seq: 99, reply: true}.packet(t, a),
			segment{seq: 10, payload: "*1\r\n$4\r\nPING\r\n"}.packet(t, a),
			segment{seq: 100, payload: "+PO", reply: true}.packet(t, a),
			segment{seq: 103, payload: "NG\r\n", reply: true}.packet(t, a),
			segment{seq: 24, fin: true}.packet(t, a),
			segment{seq: 107, fin: true, reply: true}.packet(t, a),
		}, statusOK, `==> 10.0.0.1:40000 > 10.0.0.9:6379 <==
       0  "PING"
==> 10.0.0.9:6379 > 10.0.0.1:40000 <==
       0  simple string(4) "PONG"
`},
		{"out of order, twice, and the start missing", [][]byte{
			segment{seq: 100, payload: ":1\r\n", reply: true}.packet(t, a),
			segment{seq: 108, payload: ":3\r\n", reply: true}.packet(t, a),
			segment{seq: 100, payload: ":1\r\n", reply: true}.packet(t, a),
			segment{seq: 104, payload: ":2\r\n", reply: true}.packet(t, a),
		}, statusOK, `==> 10.0.0.9:6379 > 10.0.0.1:40000 <==
       0  integer 1
       4  integer 2
       8  integer 3
`},
		{"two connections in turns, one at fault", [][]byte{
			segment{seq: 100, payload: ":1\r\n", reply: true}.packet(t, a),
			segment{seq: 100, payload: ":1\r\n", reply: true}.packet(t, b),
			segment{seq: 104, payload: "?", reply: true}.packet(t, a),
			segment{seq: 104, payload: ":2\r\n", reply: true}.packet(t, b),
			segment{seq: 105, payload: ":2\r\n", reply: true}.packet(t, a),
		}, statusFailed, `==> 10.0.0.9:6379 > 10.0.0.1:40000 <==
       0  integer 1
==> 10.0.0.9:6379 > 10.0.0.2:40000 <==
       0  integer 1
==> 10.0.0.9:6379 > 10.0.0.1:40000 <==
       4  fault: expected the first byte of a value
          ":1\r\n?"
                 ^
==> 10.0.0.9:6379 > 10.0.0.2:40000 <==
       4  integer 2
`},
		{"bytes that were not captured", [][]byte{
			segment{seq: 100, payload: "$5\r\nab", reply: true}.packet(t, a),
			segment{seq: 108, payload: "e\r\n", reply: true}.packet(t, a),
		}, statusFailed, `==> 10.0.0.9:6379 > 10.0.0.1:40000 <==
       6  fault: 2 bytes are missing
          "$5\r\nab"
                   ^
`},
		{"no RESP at all", [][]byte{{1, 2, 3}}, statusOK, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for format, file := range captured(t, test.packets...) {
				o := decodeWire(t, strings.NewReader(file))
				if diff := cmp.Diff(test.want, o.stdout); diff != "" || o.status != test.status || o.stderr != "" {
					t.Errorf("%s: status %d, %s -want +got\n%s", format, o.status, o.stderr, diff)
				}
			}
		})
	}
}

// A capture that is cut is an error, and what came before is printed.
func TestDecodeCutPcap(t *testing.T) {
	packet := segment{seq: 100, payload: ":1\r\n", reply: true}.packet(t, "10.0.0.1")
	for _, file := range captured(t, packet, packet) {
		decodeWire(t, strings.NewReader(file[:len(file)-20])).want(t, statusCannotRun, "integer 1", "respcheck: packet: ")
	}
	decodeWire(t, strings.NewReader(captured(t)["pcap"][:10])).want(t, statusCannotRun, "respcheck: ")
}

// Whatever bytes a capture holds, decode comes to an end.
func TestDecodeDamagedPcap(t *testing.T) {
	var packets [][]byte
	for i, payload := range []string{"*1\r\n$4\r\nPING\r\n", "$3\r\nabc\r\n", ":1\r\n", "+OK\r\n"} {
		packets = append(packets, segment{seq: uint32(100 + 9*i), payload: payload, reply: i%2 == 0, fin: i == 3}.packet(t, "10.0.0.1"))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for format, file := range captured(t, packets...) {
		for range 500 {
			damaged := []byte(file)
			for range 1 + random.IntN(4) {
				damaged[4+random.IntN(len(damaged)-4)] = byte(random.Uint32())
			}
			if o := decodeWire(t, bytes.NewReader(damaged)); o.status == statusCannotRun && o.stderr == "" {
				t.Errorf("%s %q: no word of what is wrong", format, damaged)
			}
		}
	}
}
