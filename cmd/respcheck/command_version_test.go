package main

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVersion(t *testing.T) {
	respcheck(t, "version").want(t, statusOK, "respcheck (devel)\n", "built by  "+runtime.Version())
	for _, test := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"installed", debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v0.1.0"}}, "respcheck v0.1.0\n"},
		{"from a work tree", debug.BuildInfo{GoVersion: "go1.26.8", Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0929c9d"},
			{Key: "vcs.time", Value: "2026-11-21T16:00:00Z"},
			{Key: "vcs.modified", Value: "true"},
		}}, "respcheck (devel)\nrevision  0929c9d with changes\ncommitted 2026-11-21T16:00:00Z\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got strings.Builder
			printVersion(&got, &test.info)
			want := test.want + "built by  go1.26.8 for " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
