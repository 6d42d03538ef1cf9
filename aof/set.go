package aof

import (
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
)

// This file reads sets of append-only files, as Redis has kept them since version 7:
// a folder with a manifest, which names a base file and the files with the later
// commands.

// Command is a command of a set of append-only files. Its slices are views, valid
// until the next one.
type Command struct {
	resp.Command
	File   string // its name in the set
	Offset int64  // right after the command in that file
}

// Error is an error that ended the reading of append-only files.
type Error struct {
	File   string // the file at fault, which may be the manifest or the folder
	Offset int64  // right after the last whole command of that file
	Err    error  // io.ErrUnexpectedEOF for a file that is cut off
}

// Error names the file, the offset and the error.
func (e *Error) Error() string {
	return fmt.Sprintf("aof: %s, whole up to offset %d: %v", e.File, e.Offset, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Commands returns an iterator over the commands of the append-only files at name in
// fsys: a folder with one manifest in it, a manifest (a name that ends with
// .manifest) or a single file, with an RDB preamble or without. Of a set it reads
// the base file and then those of type Incr, but no history. It reads each like a
// Reader with these options: the first bytes of the base tell whether it is an RDB.
//
// The iterator yields any error once, as an *Error with an empty command, and then
// ends. For [io.ErrUnexpectedEOF] Redis repairs the last file of a set, and no other,
// by cutting File at Offset.
func Commands(fsys fs.FS, name string, opts ...Option) iter.Seq2[Command, error] {
	return func(yield func(Command, error) bool) {
		folder, files, err := filesOf(fsys, name)
		if err != nil {
			yield(Command{}, err)
			return
		}
		r := NewReader(nil, opts...)
		for _, file := range files {
			if !r.readFile(fsys, folder, file, yield) {
				return
			}
		}
	}
}

const manifestSuffix = ".manifest"

// filesOf returns the files to read, in order, and the folder that they are in.
func filesOf(fsys fs.FS, name string) (folder string, files []string, err error) {
	info, err := fs.Stat(fsys, name)
	if err == nil && info.IsDir() {
		name, err = manifestIn(fsys, name)
	}
	if err != nil {
		return "", nil, &Error{File: name, Err: err}
	}
	folder = path.Dir(name)
	if !strings.HasSuffix(name, manifestSuffix) {
		return folder, []string{path.Base(name)}, nil
	}
	set, err := readManifest(fsys, name)
	if err != nil {
		return "", nil, &Error{File: name, Err: err}
	}
	for _, wanted := range []Type{Base, Incr} {
		for _, file := range set {
			if file.Type == wanted {
				files = append(files, file.Name)
			}
		}
	}
	return folder, files, nil
}

func readManifest(fsys fs.FS, name string) ([]File, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ParseManifest(file)
}

// manifestIn returns the name of the one manifest in a folder. On error it returns
// the name of the folder. It ignores names that start with temp-, under which Redis
// writes new manifests.
func manifestIn(fsys fs.FS, folder string) (name string, err error) {
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return folder, err
	}
	entries = slices.DeleteFunc(entries, func(entry fs.DirEntry) bool {
		return !strings.HasSuffix(entry.Name(), manifestSuffix) || strings.HasPrefix(entry.Name(), "temp-")
	})
	if len(entries) != 1 {
		return folder, fmt.Errorf("%d manifests in it, not one", len(entries))
	}
	return path.Join(folder, entries[0].Name()), nil
}

// readFile yields the commands of one file. It reports whether to go on.
func (r *Reader) readFile(fsys fs.FS, folder, name string, yield func(Command, error) bool) bool {
	file, err := fsys.Open(path.Join(folder, name))
	if err != nil {
		yield(Command{}, &Error{File: name, Err: err})
		return false
	}
	defer file.Close()
	r.Reset(file)
	for {
		command, err := r.ReadCommand()
		switch {
		case err == io.EOF:
			return true
		case err != nil:
			yield(Command{}, &Error{File: name, Offset: r.offset, Err: err})
			return false
		case !yield(Command{Command: command, File: name, Offset: r.offset}, nil):
			return false
		}
	}
}
