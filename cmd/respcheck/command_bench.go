package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"
)

// benchOptions are the flags of bench.
type benchOptions struct {
	d    time.Duration
	json bool
}

func newBenchCommand(p *program, f *flags) *cli.Command {
	var o benchOptions
	return &cli.Command{
		Name:  "bench",
		Usage: "measure this codec, and a server through it",
		Description: fmt.Sprintf(`
Measures how fast package resp reads and writes in memory, on one core, and how fast a server answers pipelines of SET and GET on %d connections. The server is chosen as for the checks: a private one unless -addr or -url names another, which gets keys with a random prefix that are deleted in the end. MB/s count the bytes on the wire, in both directions.

Programs that run meanwhile slow it down: compare figures of a quiet machine.

Examples:

    respcheck bench
    respcheck bench -d 30s -addr localhost:6379
    respcheck bench -json | jq -r '[.name, .ops_per_second] | @tsv'`, benchConns),
		Flags: append([]cli.Flag{
			&cli.DurationFlag{Name: "d", Destination: &o.d, Value: 3 * time.Second, Usage: "about how long to measure, in all"},
			&cli.BoolFlag{Name: "json", Destination: &o.json, Usage: "print one JSON object per measurement"},
		}, f.server...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			if o.d <= 0 {
				return errors.New("-d must be positive")
			}
			cfg, err := f.config(p.getenv, "")
			if err != nil {
				return err
			}
			return p.bench(ctx, cfg, &o)
		},
	}
}

// bench measures the codec and then the server.
func (p *program) bench(ctx context.Context, cfg *config, o *benchOptions) (err error) {
	srv, err := openServer(ctx, cfg)
	if err != nil {
		return err
	}
	defer srv.stop()
	s, err := openBenchServer(ctx, srv, &cfg.options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()

	codec, pipelines := codecBenchmarks(), s.benchmarks()
	r := &benchReport{
		w:        p.stdout,
		json:     o.json,
		progress: newProgress(p.stderr, p.getenv),
		each:     o.d / time.Duration(len(codec)+len(pipelines)),
	}
	r.title("package resp, in memory")
	if err := r.all(ctx, codec); err != nil {
		return err
	}
	r.title(fmt.Sprintf("%s at %s (%s)", s.name, srv.addr, srv.origin))
	return r.all(ctx, pipelines)
}
