package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
	"github.com/urfave/cli/v3"
)

// doOptions are the flags of do.
type doOptions struct {
	two, three bool
	raw        bool
	json       bool
}

func newDoCommand(p *program, f *flags) *cli.Command {
	var o doOptions
	raw := &cli.BoolFlag{Name: "raw", Destination: &o.raw, Usage: "print without quotes and types, which is the default where the output is no terminal; -raw=false prints them there too"}
	return &cli.Command{
		Name:      "do",
		Usage:     "send one command to a server and print the reply",
		ArgsUsage: "COMMAND [ARGUMENT ...]",
		Description: `
Sends one command and prints the reply as redis-cli does: with quotes and types on a terminal, and without them elsewhere. The server is localhost:6379 unless -addr, -url or -embedded says otherwise. What follows the command belongs to it, with or without a dash. SUBSCRIBE, MONITOR and their like print until they are interrupted.

The exit status is 1 when the server answers with an error, which goes to the standard error, and 2 when there is no answer.

Examples:

    respcheck do CONFIG GET maxmemory
    respcheck do -3 HGETALL user:1
    respcheck do -json -addr host:7000 XRANGE events - + COUNT 2
    REDISCLI_AUTH=secret respcheck do -url rediss://user@host/5 DBSIZE`,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "3", Destination: &o.three, Usage: "speak RESP3"},
			&cli.BoolFlag{Name: "2", Destination: &o.two, Usage: "speak RESP2, which is the default without -json"},
			raw,
			&cli.BoolFlag{Name: "json", Destination: &o.json, Usage: "print JSON; a string that is not UTF-8 becomes {\"base64\": ...}"},
		}, f.server...),
		SkipFlagParsing: true, // the library would go on among the arguments
		Action: func(ctx context.Context, cmd *cli.Command) error {
			args, err := setFlags(cmd, cmd.Args().Slice())
			if err != nil {
				return err
			}
			if cmd.Bool("help") {
				return cli.ShowSubcommandHelp(cmd)
			}
			if !raw.IsSet() {
				o.raw = !isTerminal(p.stdout.w)
			}
			return p.doArguments(ctx, f, &o, args)
		},
	}
}

// usualAddr is where do finds the server unless it is told.
const usualAddr = "localhost:" + defaultPort

func (p *program) doArguments(ctx context.Context, f *flags, o *doOptions, args []string) error {
	if len(args) == 0 {
		return errors.New("which command? For example: respcheck do PING")
	}
	if o.two && o.three {
		return errors.New("-2 cannot be combined with -3")
	}
	cfg, err := f.config(p.getenv, usualAddr)
	if err != nil {
		return err
	}
	srv, err := openServer(ctx, cfg)
	if err != nil {
		return err
	}
	defer srv.stop()
	return p.do(ctx, cfg, srv, o, args)
}

// do sends one command and prints the reply, or all of them when there is no end.
func (p *program) do(ctx context.Context, cfg *config, srv *server, o *doOptions, args []string) error {
	c := connect(ctx, srv, &cfg.options, o.protocol(cfg), hooks{count: func(int) {}})
	defer c.close()
	c.send(args[0], toAny(args[1:])...)
	if c.err != nil {
		return advise(c.err, &cfg.options)
	}
	// The Decoder of c waits for the reply behind a push. Here a push may be all that comes.
	arrived := bytes.NewReader(slices.Clone(c.dec.Buffered()))
	r := &timedReader{c.sock, cfg.options.timeout}
	d := resp.NewDecoder(io.MultiReader(arrived, r), resp.MaxBulkLen(hugeSize), resp.MaxTotalLen(hugeSize))
	endless := isEndless(args[0])
	for {
		var v resp.Value
		if err := d.Decode(&v); err != nil {
			return noReply(ctx, args[0], srv, err)
		}
		if err := p.printReply(o, &v); err != nil {
			return err
		}
		if !endless && v.Kind != resp.Push {
			return nil
		}
		if endless {
			r.timeout = 0
		}
	}
}

// protocol returns the version to speak.
func (o *doOptions) protocol(cfg *config) int {
	switch {
	case o.two:
		return 2
	case o.three:
		return 3
	case len(cfg.protocols) == 1:
		return cfg.protocols[0]
	case o.json:
		return 3
	}
	return 2
}

// isEndless reports whether replies to the command come as long as the connection lasts.
func isEndless(name string) bool {
	return slices.Contains([]string{"MONITOR", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"}, strings.ToUpper(name))
}

func noReply(ctx context.Context, name string, srv *server, err error) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	return fmt.Errorf("reply to %s at %s: %w", strings.ToUpper(name), srv.addr, err)
}

// printReply prints a reply, an error of the server to the standard error.
func (p *program) printReply(o *doOptions, v *resp.Value) error {
	text := escape(v.String(), "\n\t") // text of a server must not drive the terminal
	switch {
	case o.json:
		text = string(appendJSON(nil, v))
	case o.raw:
		text = string(appendRaw(nil, v))
	}
	if v.Err() == nil {
		fmt.Fprintln(p.stdout, text)
		return p.stdout.failure()
	}
	fmt.Fprintln(p.stderr, text)
	return exit(statusFailed)
}

func toAny(args []string) []any {
	all := make([]any, len(args))
	for i, arg := range args {
		all[i] = arg
	}
	return all
}
