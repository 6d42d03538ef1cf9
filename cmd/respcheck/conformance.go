package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/seed65f5866d/resp/cmd/respcheck/internal/conformance"
)

// conformance sends a set of requests, valid, odd and broken, to the server and prints
// where it reads them otherwise than Redis, a row a rule.
func (p *program) conformance(ctx context.Context, cfg *config) error {
	srv, err := openServer(ctx, cfg)
	if err != nil {
		return err
	}
	defer srv.stop()
	status, err := runConformance(ctx, cfg, srv, p.stdout, p.stderr)
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case err != nil:
		return fmt.Errorf("-conformance: %w", err)
	case status != statusOK:
		return exit(status)
	}
	return nil
}

// runConformance prints the rows and returns the exit status: statusFailed when there
// are any.
func runConformance(ctx context.Context, cfg *config, srv *server, stdout, stderr io.Writer) (status int, err error) {
	requests, err := chooseRequests(cfg)
	if err != nil {
		return 0, err
	}
	s, title, err := meet(ctx, cfg, srv)
	if err != nil {
		return 0, err
	}
	requests, skips, err := s.Fit(ctx, requests)
	if err != nil {
		return 0, err
	}
	report := conformanceReport{json: cfg.json, verbose: cfg.verbose, stdout: stdout, notes: stdout}
	if cfg.json {
		report.notes = stderr
	}
	fmt.Fprintln(report.notes, title)
	for _, skip := range skips {
		fmt.Fprintf(report.notes, "%d requests are skipped: %s\n", skip.Requests, skip.Reason)
	}
	if len(requests) == 0 {
		return 0, errors.New("no request is left")
	}
	observations, err := s.Observe(ctx, requests)
	if err != nil {
		return 0, err
	}
	return report.print(requests, observations), nil
}

// chooseRequests returns the requests that -run asks for.
func chooseRequests(cfg *config) ([]conformance.Request, error) {
	requests, err := conformance.All()
	if err != nil || cfg.run == nil {
		return requests, err
	}
	requests = slices.DeleteFunc(requests, func(r conformance.Request) bool {
		return !cfg.run.MatchString(r.ID) && !cfg.run.MatchString(r.Rule)
	})
	if len(requests) == 0 {
		return nil, fmt.Errorf("no request matches -run %s", cfg.run)
	}
	return requests, nil
}

// meet connects to the server to see that it can be used and who it is. A private one
// gets a password, so that requests before AUTH can be sent.
func meet(ctx context.Context, cfg *config, srv *server) (s *conformance.Server, title string, err error) {
	if srv.private && srv.dir == "" {
		return nil, "", errors.New("needs a server: some of the requests end the embedded miniredis, and this program with it")
	}
	c := connect(ctx, srv, &cfg.options, 2, hooks{count: func(int) {}})
	defer c.close()
	if c.name == "" {
		describe(c)
	}
	roundTrip := roundTrip(c)
	if c.err != nil {
		return nil, "", advise(c.err, &cfg.options)
	}
	options := cfg.options
	if srv.private {
		options.password = rand.Text()
		c.step("CONFIG SET", "requirepass", options.password)
	}
	return &conformance.Server{
		Dial:     func(ctx context.Context) (net.Conn, error) { return dial(ctx, srv, &options) },
		Auth:     options.auth(),
		Silence:  quietTime + 4*roundTrip,
		Patience: min(options.timeout, answerTime),
	}, fmt.Sprintf("%s %s at %s (%s)", printable(c.name), printable(c.version), srv.addr, srv.origin), c.err
}

// How long a server that waits for the rest of a request is listened to, on top of its
// round trips, and how long an answer may take.
const (
	quietTime  = 100 * time.Millisecond
	answerTime = 3 * time.Second
)

// roundTrip returns how long the server takes for a PING.
func roundTrip(c *conn) time.Duration {
	start := time.Now()
	c.try("PING") // some servers let an unauthenticated client come this far
	return time.Since(start)
}

// auth returns the arguments of AUTH, none without a password.
func (o *connOptions) auth() []string {
	switch {
	case o.user != "":
		return []string{o.user, o.password}
	case o.password != "":
		return []string{o.password}
	}
	return nil
}

// conformanceReport prints rules that a server reads otherwise than Redis.
type conformanceReport struct {
	json, verbose bool
	stdout        io.Writer
	notes         io.Writer // what is no rule: stderr when stdout is all JSON
}

// ruleLine is a rule as -json prints it.
type ruleLine struct {
	Rule     string        `json:"rule"`
	Requests int           `json:"requests"` // of this rule
	Differ   []requestLine `json:"differ"`   // those that the server reads otherwise
}

type requestLine struct {
	ID          string              `json:"id"`
	Wire        string              `json:"wire"` // quoted and cut
	ByteForByte bool                `json:"byte_for_byte,omitempty"`
	Redis       conformance.Outcome `json:"redis"`
	Server      conformance.Outcome `json:"server"`
}

// print prints the rules in the order of their first request and returns the exit
// status.
func (r *conformanceReport) print(requests []conformance.Request, observations []conformance.Observation) int {
	var rules []*ruleLine
	byName := make(map[string]*ruleLine)
	for _, request := range requests {
		rule := byName[request.Rule]
		if rule == nil {
			rule = &ruleLine{Rule: request.Rule}
			byName[request.Rule] = rule
			rules = append(rules, rule)
		}
		rule.Requests++
	}
	differ := 0
	for _, o := range observations {
		rule := byName[o.Request.Rule]
		if n := len(rule.Differ); n > 0 && rule.Differ[n-1].ID == o.Request.ID {
			continue // it differs byte for byte too
		}
		rule.Differ = append(rule.Differ, requestLine{o.Request.ID, shortWire(o.Request.Wire), o.ByteForByte, o.Request.Redis, o.Got})
		differ++
	}
	rules = slices.DeleteFunc(rules, func(rule *ruleLine) bool { return len(rule.Differ) == 0 })
	for _, rule := range rules {
		r.row(rule)
	}
	fmt.Fprintf(r.notes, "%d of %d requests are read as Redis reads them\n", len(requests)-differ, len(requests))
	if differ > 0 {
		return statusFailed
	}
	return statusOK
}

func (r *conformanceReport) row(rule *ruleLine) {
	if r.json {
		json.NewEncoder(r.stdout).Encode(rule)
		return
	}
	fmt.Fprintf(r.stdout, "%s: %d of %d differ\n", rule.Rule, len(rule.Differ), rule.Requests)
	shown := rule.Differ
	if !r.verbose {
		shown = shown[:1]
	}
	for _, request := range shown {
		arrival := ""
		if request.ByteForByte {
			arrival = ", byte by byte"
		}
		fmt.Fprintf(r.stdout, "      sent   %s (%s%s)\n      redis  %.200s\n      server %.200s\n",
			request.Wire, request.ID, arrival, request.Redis, request.Server)
	}
}

// shortWire quotes the bytes of a request and cuts long ones.
func shortWire(wire []byte) string {
	const most = 60
	if len(wire) <= most {
		return conformance.Quote(wire)
	}
	return fmt.Sprintf("%s... (%d bytes)", conformance.Quote(wire[:most]), len(wire))
}
