package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/seed65f5866d/resp/cmd/respcheck/internal/conformance"
)

// A private server has a password, so that requests before AUTH are sent too.
func TestConformanceOfPrivateServer(t *testing.T) {
	t.Parallel()
	needRedisServer(t)
	o := respcheck(t, "-conformance", "-run", "AUTH|argument|HTTP|^empty")
	if strings.Contains(o.stdout, "skipped") || !strings.Contains(o.stdout, " requests are read as Redis reads them\n") {
		t.Errorf("%s%s", o.stdout, o.stderr)
	}
	if strings.HasPrefix(o.stdout, "redis 7") {
		o.want(t, statusOK)
	}
}

// On a server that runs already nothing is changed, a password neither.
func TestConformanceOfRunningServer(t *testing.T) {
	t.Parallel()
	srv, err := startPrivate(t.Context(), needRedisServer(t))
	if err != nil {
		t.Fatal(err)
	}
	defer srv.stop()
	respcheck(t, "-network", srv.network, "-addr", srv.addr, "-conformance", "-run", "^auth-").want(t, statusCannotRun, "no request is left")
	o := respcheck(t, "-network", srv.network, "-addr", srv.addr, "-conformance", "-run", "^auth-|^multibulk-ping$")
	o.want(t, statusOK, "already running", "31 requests are skipped: the server asks for no password before PING\n", "1 of 1 requests")
	respcheck(t, "-network", srv.network, "-addr", srv.addr, "-run", "resp2/hash").want(t, statusOK)
}

func TestConformanceThatCannotRun(t *testing.T) {
	t.Parallel()
	respcheck(t, "-conformance", "-embedded").want(t, statusCannotRun, "-conformance: needs a server")
	respcheck(t, "-conformance", "-addr", "127.0.0.1:1").want(t, statusCannotRun, "-conformance: connect")
	secret := miniredis.RunT(t)
	secret.RequireAuth("x")
	respcheck(t, "-conformance", "-addr", secret.Addr()).want(t, statusCannotRun, "give -user and -password")
	needRedisServer(t)
	respcheck(t, "-conformance", "-run", "no such request").want(t, statusCannotRun, "no request matches -run")
}

func TestConformanceReport(t *testing.T) {
	request := func(id, rule string) conformance.Request {
		return conformance.Request{ID: id, Rule: rule, Wire: []byte(id + "\x1b[2J\n"), Redis: conformance.Outcome{Answers: []string{"+PONG"}, End: conformance.Keeps}}
	}
	requests := []conformance.Request{request("a", "first"), request("b", "second"), request("c", "second"), request("d", "second")}
	waits := conformance.Outcome{End: conformance.Waits}
	observations := []conformance.Observation{
		{Request: requests[1], Got: waits},
		{Request: requests[1], Got: waits, ByteForByte: true},
		{Request: requests[3], Got: waits, ByteForByte: true},
	}
	for _, test := range []struct {
		name   string
		report conformanceReport
		want   string
	}{
		{"one a rule", conformanceReport{}, `second: 2 of 3 differ
      sent   "b\x1b[2J\n" (b)
      redis  +PONG, keeps
      server waits
2 of 4 requests are read as Redis reads them
`},
		{"all", conformanceReport{verbose: true}, `second: 2 of 3 differ
      sent   "b\x1b[2J\n" (b)
      redis  +PONG, keeps
      server waits
      sent   "d\x1b[2J\n" (d, byte by byte)
      redis  +PONG, keeps
      server waits
2 of 4 requests are read as Redis reads them
`},
	} {
		var out strings.Builder
		test.report.stdout, test.report.notes = &out, &out
		if status := test.report.print(requests, observations); status != statusFailed {
			t.Errorf("%s: status %d", test.name, status)
		}
		if diff := cmp.Diff(test.want, out.String()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}

	var out strings.Builder
	report := conformanceReport{json: true, stdout: &out, notes: io.Discard}
	report.print(requests, observations)
	var line ruleLine
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatalf("%v in %s", err, &out)
	}
	if len(line.Differ) != 2 || line.Rule != "second" || line.Requests != 3 || !line.Differ[1].ByteForByte || line.Differ[0].Server.End != conformance.Waits {
		t.Errorf("got %+v", line)
	}
	if status := report.print(requests, nil); status != statusOK {
		t.Errorf("status %d when nothing differs", status)
	}
}
