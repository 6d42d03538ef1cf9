package aof_test

// Append-only files that real servers wrote: testdata/captures, which README.md there
// describes.

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp/aof"
	"github.com/seed65f5866d/resp/internal/tests"
)

var takeCaptures = flag.Bool("capture", false, "take the captures of the server on PATH anew")

const captureFolder = "../testdata/captures"

// captured are the append-only files of each server: its folder, their name in it, and
// what their preamble starts with. Until version 7 they were one file.
var captured = []struct{ folder, name, magic string }{
	{"redis-6.2.16", "appendonly.aof", "REDIS0009"},
	{"redis-8.0.6", "appendonlydir", "REDIS0012"},
	{"valkey-9.1.2", "appendonlydir", "VALKEY080"},
}

// captureData is what the server holds when it begins the files anew, captureWrites
// what it runs then, and captureLog what the log says of that. Times in commands are
// left out.
const (
	captureData = `
		SET text "\xe8\xaf\x97\r\n"
		SET "like an end" "\xff\x00\x00\x00\x00\x00\x00\x00\x00*1\r\n$8\r\nFLUSHALL\r\n"
		HSET hash field value empty ""
		RPUSH list a "\xff"
		ZADD zset 1.5 member inf most
		XADD stream 1-1 a b`
	captureWrites = `
		SET "\x00\r\n\xff" "#TS:1\r\n*1\r\n$4\r\nPING\r\n"
		set lower ""
		SELECT 3
		HSET h f "\r\n#TS:1\r\n"
		EXPIRE h 100000
		MULTI
		INCR n
		RPUSH l a b
		EXEC
		GET n
		SELECT 0
		DEL lower`
	captureLog = `
		SELECT 0
		SET "\x00\r\n\xff" "#TS:1\r\n*1\r\n$4\r\nPING\r\n"
		set lower ""
		SELECT 3
		HSET h f "\r\n#TS:1\r\n"
		PEXPIREAT h "a time"
		MULTI
		INCR n
		RPUSH l a b
		EXEC
		SELECT 0
		DEL lower`
)

// TestCapture takes the captures of the server on PATH anew.
func TestCapture(t *testing.T) {
	if !*takeCaptures {
		t.Skip("run with -capture to take the captures anew")
	}
	server := tests.FindServer(t)
	folder := strings.ReplaceAll(server.String(), " ", "-")
	args := []string{"--appendonly", "yes", "--appendfsync", "always"}
	if server.Since(7) {
		args = append(args, "--aof-timestamp-enabled", "yes")
	}
	for _, capture := range captured {
		t.Run(capture.folder, func(t *testing.T) {
			if capture.folder != folder {
				t.Skipf("not of the server on PATH, %s", server)
			}
			s := tests.StartServer(t, args...)
			c := s.Connect(t, "unix")
			for _, words := range tests.Script(t, captureData) {
				c.Do(words...)
			}
			rewriteAOF(t, c, func() {})
			time.Sleep(1100 * time.Millisecond) // a time comes once a second
			for _, words := range tests.Script(t, captureWrites) {
				c.Do(words...)
			}
			to := filepath.Join(captureFolder, folder, capture.name)
			if err := os.RemoveAll(to); err != nil {
				t.Fatal(err)
			}
			copyTo(t, to, filepath.Join(filepath.Dir(s.Socket), capture.name))
		})
	}
}

// copyTo copies a file or a folder.
func copyTo(t *testing.T, to, from string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err == nil {
		return
	}
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// The log of each server is what was written, behind the RDB of what it held before.
func TestCapturedFiles(t *testing.T) {
	want := tests.Script(t, captureLog)
	for _, capture := range captured {
		t.Run(capture.folder, func(t *testing.T) {
			folder := os.DirFS(filepath.Join(captureFolder, capture.folder))
			var preamble bytes.Buffer
			stamps := 0
			got, ends := commandsOf(t, folder, capture.name, aof.PreambleTo(&preamble), aof.OnAnnotation(func([]byte) { stamps++ }))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the log (-want +got):\n%s", diff)
			}
			if !bytes.HasPrefix(preamble.Bytes(), []byte(capture.magic)) || preamble.Bytes()[preamble.Len()-9] != 0xff {
				t.Errorf("the preamble %.20q, want one of %s, ended by FF and a checksum", preamble.Bytes(), capture.magic)
			}
			if hasTimes := capture.name == "appendonlydir"; hasTimes != (stamps > 0) {
				t.Errorf("%d times in the log", stamps)
			}
			last := ends[len(ends)-1]
			if size := sizeOf(t, folder, capture.name, last.File); size != last.Offset {
				t.Errorf("%s ends at %d, the last command at %d", last.File, size, last.Offset)
			}
		})
	}
}

// sizeOf returns the size of a file of the append-only files at name.
func sizeOf(t *testing.T, folder fs.FS, name, file string) int64 {
	t.Helper()
	if name != file {
		file = name + "/" + file
	}
	info, err := fs.Stat(folder, file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// Every captured file is read alike in however small pieces it arrives, and put
// together with the log of its set as in the single file of older servers.
func TestCapturedFilesInPieces(t *testing.T) {
	for _, capture := range captured {
		var files [][]byte
		err := filepath.WalkDir(filepath.Join(captureFolder, capture.folder, capture.name), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) == ".manifest" {
				return err
			}
			data, err := os.ReadFile(path)
			files = append(files, data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, bytes.Join(files, nil)) // the base sorts before the log
		for i, wire := range files {
			for _, arrival := range tests.Arrivals(1) {
				t.Run(fmt.Sprintf("%s/%d/%s", capture.folder, i, arrival.Name), func(t *testing.T) {
					if diff := diff(wire, usual, arrival); diff != "" {
						t.Error(diff)
					}
					if got := read(arrival, wire, usual); got.Err != io.EOF.Error() || got.Offset != int64(len(wire)) {
						t.Errorf("read up to %d of %d bytes: %s", got.Offset, len(wire), got.Err)
					}
				})
			}
		}
	}
}
