package tests

import (
	"os"
	"slices"
	"strings"
)

// HostEnv is the environment for go commands that a test runs. They build for this
// machine, even when the test was built for another kind.
func HostEnv(more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GOARCH=") })
	return append(env, more...)
}
