package main

import "testing"

// A server may have CONFIG and not the setting that the check asks for.
func TestServerWithoutSettings(t *testing.T) {
	addr := fakeServer(t, func(name string) string {
		switch name {
		case "CONFIG":
			return "*0\r\n"
		case "DEL":
			return ":0\r\n"
		case "HELLO":
			return "-ERR unknown command 'HELLO'\r\n"
		case "INFO":
			return "$0\r\n\r\n"
		}
		return "+OK\r\n"
	})
	respcheck(t, "-addr", addr, "-run", "resp2/config-get").
		want(t, statusCannotRun, "skip  resp2/config-get", "the server has no setting maxmemory", "0 of 1 checks ran")
}
