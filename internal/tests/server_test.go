package tests_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/seed65f5866d/resp/internal/tests"
)

// The live tests take valkey-server where there is no redis-server.
func TestFindServer(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs of this test are shell scripts")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	install := func(name, banner string) {
		script := fmt.Sprintf("#!/bin/sh\necho '%s'\n", banner)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	install("valkey-server", "Valkey server v=9.1.2 sha=00000000:0 malloc=jemalloc-5.3.1 bits=64 build=9108e8f1788612b")
	if s := tests.FindServer(t); s.String() != "valkey 9.1.2" || !s.Is("valkey", 9, 1) || s.Is("valkey", 9, 2) || s.Is("redis") {
		t.Errorf("with valkey-server alone: %s", s)
	}
	install("redis-server", "Redis server v=6.2.16 sha=00000000:0 malloc=libc bits=64 build=5d1d4ee2c0a8b3f9")
	if s := tests.FindServer(t); s.String() != "redis 6.2.16" || !s.Since(6) || s.Since(7) {
		t.Errorf("with both: %s", s)
	}
}
