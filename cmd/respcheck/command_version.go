package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v3"
)

func newVersionCommand(p *program) *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "say what this program was built from",
		Description: `
Prints the version of the module, the revision of its source where the build records one, and the version of Go.

Examples:

    respcheck version`,
		Action: func(_ context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			info, ok := debug.ReadBuildInfo()
			if !ok {
				info = &debug.BuildInfo{GoVersion: runtime.Version()}
			}
			printVersion(p.stdout, info)
			return nil
		},
	}
}

func printVersion(w io.Writer, info *debug.BuildInfo) {
	version := orElse(info.Main.Version, "(devel)")
	fmt.Fprintf(w, "respcheck %s\n", version)
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		changed := ""
		if settings["vcs.modified"] == "true" {
			changed = " with changes"
		}
		fmt.Fprintf(w, "revision  %s%s\n", revision, changed)
		fmt.Fprintf(w, "committed %s\n", settings["vcs.time"])
	}
	fmt.Fprintf(w, "built by  %s for %s/%s\n", info.GoVersion, runtime.GOOS, runtime.GOARCH)
}
