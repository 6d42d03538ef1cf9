package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v3"
)

// program is what the commands take from their surroundings.
type program struct {
	getenv func(string) string
	stdin  io.Reader
	stdout *output
	stderr io.Writer
	style  style // of stdout
}

func newProgram(getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) *program {
	return &program{
		getenv: getenv,
		stdin:  stdin,
		stdout: &output{w: stdout},
		stderr: stderr,
		style:  newStyle(stdout, getenv),
	}
}

// newCommands returns the command that calls check, with the other commands below it.
func newCommands(p *program, check func(context.Context, *config) error) *cli.Command {
	f := newFlags()
	root := &cli.Command{
		Name:  "respcheck",
		Usage: "check package resp against a live server",
		Description: `
Sends every type of RESP2 and RESP3 to a server and back. Without -addr and -url it starts a private redis-server or valkey-server found on PATH, or else uses the embedded miniredis. On a server of yours it works on keys with a random prefix and deletes them in the end.

Flags take one dash or two. The exit status is 0 when all is well, 1 when a check failed, 2 when it could not run, or too few of the checks could.

Examples:

    respcheck                             a private server, or the embedded one
    respcheck -addr localhost:6379        a server that runs already
    respcheck -url rediss://user@host/5   over TLS, password in REDISCLI_AUTH
    respcheck -run resp3/hash -v          one check, with the bytes on the wire
    respcheck -conformance                are requests read as by Redis?
    respcheck help COMMAND                flags and examples of a command`,
		Flags: append(f.checks, f.server...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			cfg, err := f.config(p.getenv, "")
			if err != nil {
				return err
			}
			return check(ctx, cfg)
		},
		Commands:                        []*cli.Command{newDecodeCommand(p), newDoCommand(p, f), newBenchCommand(p, f), newVersionCommand(p)},
		EnableShellCompletion:           true,
		ConfigureShellCompletionCommand: describeCompletion,

		Reader:         p.stdin,
		Writer:         p.stdout,
		ErrWriter:      p.stderr,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, // run prints errors
		OnUsageError:   usageError,
	}
	for _, cmd := range root.Commands {
		cmd.OnUsageError = usageError
		cmd.HideHelpCommand = true // help is a word like another to it
		cmd.Before = refuseFlagsOf(root)
	}
	return root
}

// noArguments refuses what follows the flags of a command that takes no more.
func noArguments(cmd *cli.Command) error {
	if cmd.Args().Present() {
		return fmt.Errorf("unexpected argument %q; respcheck help lists the commands", cmd.Args().First())
	}
	return nil
}

// usageError passes errors of the command line on to run, in place of the library's own
// words and all of the help.
func usageError(_ context.Context, _ *cli.Command, err error, _ bool) error { return err }

// refuseFlagsOf refuses flags of root that the command would silently ignore.
func refuseFlagsOf(root *cli.Command) cli.BeforeFunc {
	return func(ctx context.Context, cmd *cli.Command) (context.Context, error) {
		for _, f := range root.Flags {
			if f.IsSet() && !slices.Contains(cmd.Flags, f) {
				return ctx, fmt.Errorf("-%s means nothing to respcheck %s", f.Names()[0], cmd.Name)
			}
		}
		return ctx, nil
	}
}

// describeCompletion shows the library's command among the others.
func describeCompletion(cmd *cli.Command) {
	cmd.Hidden = false
	cmd.Usage = "print what makes a shell complete commands and flags"
	cmd.Description = `
Prints a script for bash with its package bash-completion, zsh, fish or pwsh. The shell must find respcheck by this name on its PATH.

Examples:

    source <(respcheck completion bash)    in ~/.bashrc
    source <(respcheck completion zsh)     in ~/.zshrc
    respcheck completion fish > ~/.config/fish/completions/respcheck.fish
    respcheck completion pwsh > respcheck.ps1`
}
