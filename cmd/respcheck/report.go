package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// reporter prints how the checks end, as text or as JSON.
type reporter struct {
	cfg            *config
	stdout, stderr io.Writer
	notes          io.Writer // what is not a check's result: stderr when stdout is all JSON
	start          time.Time
	coloured       io.Writer // stdout, for escape sequences of our own
	style          style
	progress       progress

	name, version string
	srv           *server

	ok, skipped, failed int
	bytes               int64

	mu sync.Mutex // -v prints from several goroutines
}

func newReporter(cfg *config, p *program) *reporter {
	stdout, stderr := terminal{p.stdout}, terminal{p.stderr}
	r := &reporter{cfg: cfg, stdout: stdout, stderr: stderr, notes: stdout, start: time.Now(), coloured: p.stdout, style: p.style}
	if cfg.json {
		r.notes = stderr
	}
	if !cfg.verbose { // the bytes on the wire show progress
		r.progress = newProgress(p.stderr, p.getenv)
	}
	return r
}

// header says which server will be checked.
func (r *reporter) header(name, version string, srv *server) {
	r.name, r.version, r.srv = name, version, srv
	fmt.Fprintf(r.notes, "%s %s at %s (%s), seed %d\n", name, version, srv.addr, srv.origin, r.cfg.seed)
}

// begin says which check runs, until end is called.
func (r *reporter) begin(check string) (end func()) { return r.progress.begin(check) }

// wire shows bytes on the wire of one connection of a check.
func (r *reporter) wire(check string, conn int64, direction, wire string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.notes, "      %s #%d %s %s\n", check, conn, direction, wire)
}

// line is a check's result as -json prints it.
type line struct {
	Check    string  `json:"check"`
	Status   string  `json:"status"` // ok, skip or FAIL
	Reason   string  `json:"reason,omitempty"`
	Note     string  `json:"note,omitempty"`
	Sent     string  `json:"sent,omitempty"`     // quoted and cut
	Received string  `json:"received,omitempty"` // quoted and cut
	Millis   float64 `json:"ms"`
	Bytes    int64   `json:"bytes"` // sent and received
	Server   string  `json:"server"`
	Version  string  `json:"version"`
	Addr     string  `json:"addr"`
	Seed     uint64  `json:"seed"`
}

// add prints the result of one check.
func (r *reporter) add(check string, res result) {
	r.bytes += res.bytes
	l := line{
		Check:   check,
		Millis:  float64(res.elapsed.Microseconds()) / 1000,
		Bytes:   res.bytes,
		Note:    res.note,
		Server:  r.name,
		Version: r.version,
		Addr:    r.srv.addr,
		Seed:    r.cfg.seed,
	}
	var reason skip
	var wire *wireError
	switch {
	case res.err == nil:
		r.ok++
		l.Status = "ok"
	case errors.As(res.err, &reason):
		r.skipped++
		l.Status, l.Reason = "skip", string(reason)
	default:
		r.failed++
		l.Status, l.Reason = "FAIL", res.err.Error()
		if errors.As(res.err, &wire) {
			l.Sent, l.Received = wire.sent, wire.received
		}
	}
	if r.cfg.json {
		json.NewEncoder(r.stdout).Encode(l)
		return
	}
	r.print(l)
}

func (r *reporter) print(l line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprint(r.coloured, r.colour(l.Status))
	fmt.Fprintf(r.stdout, "  %-25s %8.1f ms %10d bytes", l.Check, l.Millis, l.Bytes)
	if more := l.Reason + l.Note; more != "" {
		fmt.Fprintf(r.stdout, "  %s", more)
	}
	fmt.Fprintln(r.stdout)
	if l.Status == "FAIL" && l.Sent != "" {
		fmt.Fprintf(r.stdout, "      sent     %s\n      received %s\n", l.Sent, l.Received)
	}
}

// colour returns a status, four characters wide.
func (r *reporter) colour(status string) string {
	text := fmt.Sprintf("%-4s", status)
	switch status {
	case "ok":
		return r.style.good(text)
	case "skip":
		return r.style.faint(text)
	}
	return r.style.bad(text)
}

// total is how many results there are.
func (r *reporter) total() int { return r.ok + r.skipped + r.failed }

// tooFew is the part of the checks, one in so many, of which less is no success.
const tooFew = 4

// finish prints the summary and returns the exit status. cleanup is the error of
// deleting the keys.
func (r *reporter) finish(cleanup error) int {
	fmt.Fprintf(r.notes, "%d ok, %d skipped, %d failed in %.1f s, %d bytes\n",
		r.ok, r.skipped, r.failed, time.Since(r.start).Seconds(), r.bytes)
	if cleanup != nil {
		fmt.Fprintln(r.stderr, "respcheck:", cleanup)
		return statusFailed
	}
	if r.failed > 0 {
		return statusFailed
	}
	if r.ok*tooFew < r.total() {
		return r.stopped(fmt.Errorf("%d of %d checks ran, too few for a success", r.ok, r.total()))
	}
	return statusOK
}

// stopped says why the run ended early and returns the exit status.
func (r *reporter) stopped(err error) int {
	return cannotRun(r.stderr, err)
}
