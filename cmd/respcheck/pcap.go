package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/gopacket/gopacket/reassembly"
)

// This file finds the TCP streams in captured packets.

// pcapMagic is how captures of packets start: pcap of either byte order, with
// microseconds or nanoseconds, and pcapng. No RESP starts so.
var pcapMagic = [][]byte{
	{0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1},
	{0xa1, 0xb2, 0x3c, 0x4d}, {0x4d, 0x3c, 0xb2, 0xa1},
	{0x0a, 0x0d, 0x0d, 0x0a},
}

// isPcap reports whether r starts as a capture. It waits for no more than the first byte
// of anything else.
func isPcap(r *bufio.Reader) bool {
	for _, magic := range pcapMagic {
		n := 1
		for n < len(magic) {
			start, err := r.Peek(n)
			if err != nil || !bytes.HasPrefix(magic, start) {
				break
			}
			n++
		}
		if start, _ := r.Peek(n); bytes.Equal(start, magic) {
			return true
		}
	}
	return false
}

// packetReader is what pcapgo has for each format.
type packetReader interface {
	gopacket.PacketDataSource
	LinkType() layers.LinkType
}

func newPacketReader(r *bufio.Reader) (packetReader, error) {
	if start, _ := r.Peek(1); start[0] == pcapMagic[4][0] {
		return pcapgo.NewNgReader(r, pcapgo.DefaultNgReaderOptions)
	}
	return pcapgo.NewReader(r)
}

// maxPages is how many pieces of a connection are kept while one before them is missing.
const maxPages = 4096

// readPcap passes on the bytes of each direction of each TCP connection in r.
func readPcap(r *bufio.Reader, open func(from, to string, toServer bool) sink, wait func() error) error {
	packets, err := newPacketReader(r)
	if err != nil {
		return err
	}
	assembler := reassembly.NewAssembler(reassembly.NewStreamPool(connections(open)))
	assembler.MaxBufferedPagesPerConnection = maxPages
	defer assembler.FlushAll()
	for {
		if r.Buffered() == 0 {
			if err := wait(); err != nil {
				return err
			}
		}
		data, info, err := readPacket(packets)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("packet: %w", err)
		}
		packet := gopacket.NewPacket(data, packets.LinkType(), gopacket.NoCopy)
		if tcp, ok := packet.Layer(layers.LayerTypeTCP).(*layers.TCP); ok {
			assembler.AssembleWithContext(packet.NetworkLayer().NetworkFlow(), tcp, packetContext(info))
		}
	}
}

// readPacket reads a packet. The library panics at some captures that are damaged.
func readPacket(packets packetReader) (data []byte, info gopacket.CaptureInfo, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the capture is damaged: %v", r)
		}
	}()
	return packets.ReadPacketData()
}

// packetContext is what the assembler wants to know of a packet.
type packetContext gopacket.CaptureInfo

func (c packetContext) GetCaptureInfo() gopacket.CaptureInfo { return gopacket.CaptureInfo(c) }

// sink takes the bytes of one direction.
type sink interface {
	push(b []byte)
	lose(n int) // bytes that were not captured
	end()
}

// connections makes a connection when its first packet comes.
type connections func(from, to string, toServer bool) sink

func (open connections) New(hosts, _ gopacket.Flow, tcp *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	first := net.JoinHostPort(hosts.Src().String(), fmt.Sprint(uint16(tcp.SrcPort)))
	second := net.JoinHostPort(hosts.Dst().String(), fmt.Sprint(uint16(tcp.DstPort)))
	toServer := tcp.DstPort < tcp.SrcPort // clients get high ports
	return &connection{there: open(first, second, toServer), back: open(second, first, !toServer)}
}

// connection is both directions of a TCP connection.
type connection struct{ there, back sink }

// Accept takes connections whose start was not captured, too.
func (c *connection) Accept(_ *layers.TCP, _ gopacket.CaptureInfo, _ reassembly.TCPFlowDirection, _ reassembly.Sequence, start *bool, _ reassembly.AssemblerContext) bool {
	*start = true
	return true
}

func (c *connection) ReassembledSG(pieces reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	to := c.there
	direction, _, _, lost := pieces.Info()
	if direction == reassembly.TCPDirServerToClient {
		to = c.back
	}
	if lost > 0 {
		to.lose(lost)
	}
	n, _ := pieces.Lengths()
	to.push(pieces.Fetch(n))
}

func (c *connection) ReassemblyComplete(reassembly.AssemblerContext) bool {
	c.there.end()
	c.back.end()
	return true
}
