// Package capture reads the bytes that others have captured: dumps in hexadecimal, and
// captures of packets, pcap and pcapng.
package capture
