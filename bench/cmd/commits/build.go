package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const module = "github.com/seed65f5866d/resp"

// side is package resp at one commit.
type side struct {
	name    string // as it was asked for
	sampler string // the program that measures it
}

// topLevel returns the folder of the root module.
func topLevel() (string, error) {
	out, err := command("", "go", "list", "-m", "-f", "{{.Dir}}", module)
	return strings.TrimSpace(out), err
}

// command returns what a program prints, and its complaints as the error.
func command(dir string, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, args[0], err, complaints.String())
	}
	return out.String(), nil
}

// build makes the sampler of a commit in a folder of its own.
func build(top, commit, dir string, out io.Writer) (side, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return side{}, err
	}
	if commit == "" {
		return buildTree(top, top, "the files as they are", dir, out)
	}
	hash, err := command(top, "git", "rev-parse", "--verify", "--short", commit+"^{commit}")
	if err != nil {
		return side{}, err
	}
	tree := filepath.Join(dir, "tree")
	if err := checkout(top, commit, tree); err != nil {
		return side{}, err
	}
	return buildTree(top, tree, commit+" ("+strings.TrimSpace(hash)+")", dir, out)
}

// checkout unpacks a commit. Git does not get to know of it, unlike of a worktree,
// so nothing is left behind when this program is killed.
func checkout(top, commit, tree string) error {
	if err := os.MkdirAll(tree, 0o755); err != nil {
		return err
	}
	archive := tree + ".tar"
	if _, err := command(top, "git", "archive", "--format=tar", "-o", archive, commit); err != nil {
		return err
	}
	_, err := command(tree, "tar", "-xf", archive)
	return err
}

// buildTree builds the sampler of this bench module with package resp from another
// tree. Source files of the rows that do not compile with it are left out.
func buildTree(top, tree, name, dir string, out io.Writer) (side, error) {
	bench := filepath.Join(top, "bench")
	modfile := filepath.Join(dir, "go.mod")
	for _, file := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(bench, file))
		if err != nil {
			return side{}, err
		}
		if err := os.WriteFile(filepath.Join(dir, file), content, 0o644); err != nil {
			return side{}, err
		}
	}
	if _, err := command(bench, "go", "mod", "edit", "-replace", module+"="+tree, modfile); err != nil {
		return side{}, err
	}
	s := side{name, filepath.Join(dir, "sampler")}
	left := map[string]string{} // out, by the path of the file
	for {
		overlay, err := writeOverlay(dir, left)
		if err != nil {
			return side{}, err
		}
		_, err = command(bench, "go", "build", "-mod=mod", "-modfile="+modfile, "-overlay="+overlay,
			"-buildvcs=false", "-gcflags=-e", "-o", s.sampler, "./cmd/commits/sampler")
		if err == nil {
			return s, nil
		}
		if !leaveOut(bench, name, err.Error(), left, out) {
			return side{}, err
		}
	}
}

// writeOverlay has the go command do without some files.
func writeOverlay(dir string, left map[string]string) (string, error) {
	content, err := json.Marshal(map[string]any{"Replace": left})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, content, 0o644)
}

// faultyRow finds what the compiler says of a source file of the rows.
var faultyRow = regexp.MustCompile(`(?m)^internal/ways/(\w+\.go):\d+:\d+: (.*)$`)

// leaveOut adds the files that the compiler complains of, and reports whether there
// is one.
func leaveOut(bench, name, complaints string, left map[string]string, out io.Writer) bool {
	found := false
	for _, m := range faultyRow.FindAllStringSubmatch(complaints, -1) {
		path := filepath.Join(bench, "internal", "ways", m[1])
		if _, known := left[path]; !known {
			fmt.Fprintf(out, "the rows of %s are left out: %s: %s\n", m[1], name, m[2])
			left[path] = ""
			found = true
		}
	}
	return found
}
