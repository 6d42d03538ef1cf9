package resp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
)

// This file reads append-only files in sets, as Redis has kept them since version
// 7: a folder with a manifest that names a base file and the files with what was
// written since (aof.c, "AOF Manifest file implementation").

// AOFType is what a file is in a set of append-only files: the letter that stands
// for it in the manifest.
type AOFType byte

// The types of files in a manifest.
const (
	BaseAOF    AOFType = 'b' // the data set when the log was last rewritten, as commands or as an RDB
	HistoryAOF AOFType = 'h' // no longer part of the data set, to be deleted
	IncrAOF    AOFType = 'i' // commands since then, in order of Seq
)

// AOFFile is one line of a manifest.
type AOFFile struct {
	Name string // in the folder of the manifest
	Seq  int64  // its number, from 1, among the files of its type
	Type AOFType

	// The replication offsets at its start and at its end, -1 where the manifest
	// has none. Redis writes them since version 8.
	StartOffset, EndOffset int64
}

// manifestLine is how long a line of a manifest may be, with its LF, as in Redis.
const manifestLine = 1024

// ParseAOFManifest reads the manifest of a set of append-only files, such as
//
//	file appendonly.aof.1.base.rdb seq 1 type b
//	file appendonly.aof.1.incr.aof seq 1 type i
//
// and returns its files in their order there, of which at most one is the base
// and the Seq of those of type IncrAOF rises. Names may be quoted as AppendQuoted
// does it, lines that start with # are comments, and keys it does not know are
// passed over, as in Redis.
//
// What Redis refuses gives a *SyntaxError, and a line of more than 1,024 bytes a
// *LimitError, both with an offset in the manifest. Errors of r are returned as
// they are.
func ParseAOFManifest(r io.Reader) ([]AOFFile, error) {
	var m manifest
	lines := bufio.NewReaderSize(struct{ io.Reader }{r}, manifestLine) // not r itself, whose buffer may be larger
	for offset := int64(0); ; {
		line, err := lines.ReadSlice('\n')
		switch {
		case err == bufio.ErrBufferFull:
			return nil, limitFault(limitLine, manifestLine-1, 0).asError(line, offset)
		case err != nil && err != io.EOF:
			return nil, err
		case len(line) == 0 && offset > 0:
			return m.files, nil
		case len(line) == 0 || line[0] != '#':
			if f := m.addLine(line); f != nil {
				return nil, f.asError(line, offset)
			}
		}
		offset += int64(len(line))
	}
}

// manifest is a manifest as far as it has been read.
type manifest struct {
	files   []AOFFile
	hasBase bool
	seq     int64 // of the last IncrAOF
}

// addLine adds the file of a line.
func (m *manifest) addLine(line []byte) *fault {
	if !bytes.HasSuffix(line, []byte{'\n'}) {
		return expected(line, len(line), "a line about a file, with LF behind it")
	}
	words, err := SplitInline(nil, line)
	var wrong *SyntaxError
	switch {
	case errors.As(err, &wrong):
		return expected(line, int(wrong.Offset), wrong.Expected)
	case len(words) < 6 || len(words)%2 != 0:
		return manifestFault(line, "file, seq and type, each with its value")
	}
	file := AOFFile{StartOffset: -1, EndOffset: -1}
	for i := 0; i < len(words); i += 2 {
		if what := file.set(string(words[i]), string(words[i+1])); what != "" {
			return manifestFault(line, what)
		}
	}
	return m.add(file, line)
}

// add adds the file that line is about.
func (m *manifest) add(file AOFFile, line []byte) *fault {
	switch {
	case file.Name == "" || file.Seq == 0 || file.Type == 0:
		return manifestFault(line, "file, seq and type, each with its value")
	case file.Type == BaseAOF && m.hasBase:
		return manifestFault(line, "one base file alone")
	case file.Type == BaseAOF:
		m.hasBase = true
	case file.Type == IncrAOF && file.Seq <= m.seq:
		return manifestFault(line, "a seq above those before it")
	case file.Type == IncrAOF:
		m.seq = file.Seq
	}
	m.files = append(m.files, file)
	return nil
}

// manifestFault is about a whole line.
func manifestFault(line []byte, what string) *fault {
	f := syntaxFault(ClassSyntax, 0, what)
	f.to = len(line)
	return f
}

// set takes one key of a manifest line with its value. It returns what was
// expected in its place, or nothing.
func (file *AOFFile) set(key, value string) (expected string) {
	switch strings.ToLower(key) {
	case "file":
		if strings.ContainsAny(value, `/\`) {
			return "the name of a file, without a path"
		}
		file.Name = value
	case "seq":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n > 0 {
			file.Seq = n
			break
		}
		return "a seq from 1 on"
	case "type":
		switch value {
		case "b", "h", "i":
			file.Type = AOFType(value[0])
		default:
			return "one of the types b, h and i"
		}
	case "startoffset":
		return setOffset(&file.StartOffset, value)
	case "endoffset":
		return setOffset(&file.EndOffset, value)
	}
	return ""
}

func setOffset(offset *int64, value string) (expected string) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return "a replication offset"
	}
	*offset = n
	return ""
}

// AOFCommand is a command of an append-only file. Its slices are views, valid
// until the next one.
type AOFCommand struct {
	Command
	File   string // its name in the set
	Offset int64  // right behind it in that file
}

// AOFError reports what ended the reading of append-only files.
type AOFError struct {
	File   string // where it was met; the manifest, or the folder, when it is about that
	Offset int64  // right behind the last whole command of that file
	Err    error  // io.ErrUnexpectedEOF for a file that is cut off
}

// Error names the file, the offset and the error.
func (e *AOFError) Error() string {
	return fmt.Sprintf("resp: append-only file %s, whole up to offset %d: %v", e.File, e.Offset, e.Err)
}

// Unwrap returns Err.
func (e *AOFError) Unwrap() error { return e.Err }

// ReadAOF returns an iterator over the commands of the append-only files at name
// in fsys: a folder with one manifest in it, a manifest (a name that ends with
// .manifest) or a single file, with an RDB preamble or without. Of a set it reads
// the base file and then those of type IncrAOF; what is history it leaves out.
// Each is read as with the option AppendOnlyFile, so OnAnnotation and PreambleTo
// are of use here, and whether the base is an RDB is told from its first bytes.
//
// Any error is yielded once, as an *AOFError with an empty command, and ends it.
// Redis repairs what io.ErrUnexpectedEOF tells of by cutting File at Offset, but
// only the last file of a set.
func ReadAOF(fsys fs.FS, name string, opts ...Option) iter.Seq2[AOFCommand, error] {
	return func(yield func(AOFCommand, error) bool) {
		folder, files, err := filesOfAOF(fsys, name)
		if err != nil {
			yield(AOFCommand{}, err)
			return
		}
		d := NewDecoder(nil, append([]Option{AppendOnlyFile()}, opts...)...)
		for _, file := range files {
			if !d.readAOFFile(fsys, folder, file, yield) {
				return
			}
		}
	}
}

const manifestSuffix = ".manifest"

// filesOfAOF returns the files to read, in order, and the folder that they are in.
func filesOfAOF(fsys fs.FS, name string) (folder string, files []string, err error) {
	info, err := fs.Stat(fsys, name)
	if err == nil && info.IsDir() {
		name, err = manifestIn(fsys, name)
	}
	if err != nil {
		return "", nil, &AOFError{File: name, Err: err}
	}
	folder = path.Dir(name)
	if !strings.HasSuffix(name, manifestSuffix) {
		return folder, []string{path.Base(name)}, nil
	}
	set, err := readManifest(fsys, name)
	if err != nil {
		return "", nil, &AOFError{File: name, Err: err}
	}
	for _, wanted := range []AOFType{BaseAOF, IncrAOF} {
		for _, file := range set {
			if file.Type == wanted {
				files = append(files, file.Name)
			}
		}
	}
	return folder, files, nil
}

func readManifest(fsys fs.FS, name string) ([]AOFFile, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ParseAOFManifest(file)
}

// manifestIn returns the name of the one manifest in a folder. On error it returns
// that of the folder. Redis writes a manifest anew under a name with temp- first.
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

// readAOFFile yields the commands of one file. It reports whether to go on.
func (d *Decoder) readAOFFile(fsys fs.FS, folder, name string, yield func(AOFCommand, error) bool) bool {
	d.Reset(nil)
	file, err := fsys.Open(path.Join(folder, name))
	if err != nil {
		yield(AOFCommand{}, &AOFError{File: name, Err: err})
		return false
	}
	defer file.Close()
	d.Reset(file)
	for {
		command, err := d.ReadCommand()
		offset := d.InputOffset()
		switch {
		case err == io.EOF:
			return true
		case err != nil:
			yield(AOFCommand{}, &AOFError{File: name, Offset: offset, Err: err})
			return false
		case !yield(AOFCommand{Command: command, File: name, Offset: offset}, nil):
			return false
		}
	}
}
