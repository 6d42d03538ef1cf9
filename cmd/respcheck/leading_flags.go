package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

// setFlags sets the flags that args start with and returns the rest, in which a dash
// means nothing.
func setFlags(cmd *cli.Command, args []string) (rest []string, err error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if args[0] == "--" {
			return args[1:], nil
		}
		name, value, ok := strings.Cut(strings.TrimLeft(args[0], "-"), "=")
		args = args[1:]
		i := slices.IndexFunc(cmd.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
		if i < 0 {
			return nil, fmt.Errorf("flag provided but not defined: -%s", name)
		}
		flag := cmd.Flags[i]
		switch {
		case ok:
		case !flag.(cli.DocGenerationFlag).TakesValue():
			value = "true"
		case len(args) == 0:
			return nil, fmt.Errorf("flag needs an argument: -%s", name)
		default:
			value, args = args[0], args[1:]
		}
		if err := flag.Set(name, value); err != nil {
			return nil, fmt.Errorf("invalid value %q for flag -%s: %w", value, name, err)
		}
	}
	return args, nil
}
