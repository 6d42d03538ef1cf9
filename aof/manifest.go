package aof

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

// This file reads manifests (Redis, aof.c, "AOF Manifest file implementation").

// Type is the role of a file in a set of append-only files: its letter in the
// manifest.
type Type byte

// The types of files in a manifest.
const (
	Base    Type = 'b' // the data set when the log was last rewritten, as commands or as an RDB
	History Type = 'h' // no longer part of the data set, to be deleted
	Incr    Type = 'i' // commands since then, in order of Seq
)

// File is one line of a manifest.
type File struct {
	Name string // in the folder of the manifest
	Seq  int64  // its number, from 1, among the files of its type
	Type Type

	// Start and end of the file as replication offsets, -1 when the manifest has
	// none. Redis writes them since version 8.
	StartOffset, EndOffset int64
}

// manifestLine is how long a line of a manifest may be, with its LF, as in Redis.
const manifestLine = 1024

// ParseManifest reads the manifest of a set of append-only files, such as
//
//	file appendonly.aof.1.base.rdb seq 1 type b
//	file appendonly.aof.1.incr.aof seq 1 type i
//
// and returns its files in that order. At most one of them is the base, and the Seq
// of those of type Incr rises. As in Redis, names may be quoted as by
// redis-cli, lines that start with # are comments, and unknown keys are
// skipped.
//
// ParseManifest returns a *[resp.SyntaxError] for what Redis refuses and for a name
// that is not a plain file name. It returns a *[resp.LimitError] for a line of more
// than 1,024 bytes. Both have an offset in the manifest. It returns errors of r as
// they are.
func ParseManifest(r io.Reader) ([]File, error) {
	var m manifest
	lines := bufio.NewReaderSize(struct{ io.Reader }{r}, manifestLine) // wrapped, because r may be a bufio.Reader with a larger buffer
	for offset := int64(0); ; {
		line, err := lines.ReadSlice('\n')
		switch {
		case err == bufio.ErrBufferFull:
			return nil, &resp.LimitError{Limit: limitLine, Max: manifestLine - 1, Offset: offset}
		case err != nil && err != io.EOF:
			return nil, err
		case len(line) == 0 && offset > 0:
			return m.files, nil
		case len(line) == 0 || line[0] != '#':
			if err := m.addLine(line); err != nil {
				err.Offset += offset
				return nil, err
			}
		}
		offset += int64(len(line))
	}
}

// manifest is a manifest as far as it has been read.
type manifest struct {
	files   []File
	hasBase bool
	seq     int64 // of the last Incr
}

// addLine adds the file of a line. Errors have their offset in the line.
func (m *manifest) addLine(line []byte) *resp.SyntaxError {
	const whole = "file, seq and type, each with its value"
	if !bytes.HasSuffix(line, []byte{'\n'}) {
		return wrongAt(line, len(line), "a line about a file, with LF behind it")
	}
	words, err := resp.SplitInline(nil, line)
	if quotes := (*resp.SyntaxError)(nil); errors.As(err, &quotes) {
		return wrongAt(line, int(quotes.Offset), quotes.Expected)
	}
	if len(words) < 6 || len(words)%2 != 0 {
		return wrongLine(line, whole)
	}
	file := File{StartOffset: -1, EndOffset: -1}
	for i := 0; i < len(words); i += 2 {
		if what := file.set(string(words[i]), string(words[i+1])); what != "" {
			return wrongLine(line, what)
		}
	}
	if file.Name == "" || file.Seq == 0 || file.Type == 0 {
		return wrongLine(line, whole)
	}
	if what := m.add(file); what != "" {
		return wrongLine(line, what)
	}
	return nil
}

// add adds a file. It returns what was expected instead, or "".
func (m *manifest) add(file File) (expected string) {
	switch {
	case file.Type == Base && m.hasBase:
		return "one base file alone"
	case file.Type == Base:
		m.hasBase = true
	case file.Type == Incr && file.Seq <= m.seq:
		return "a seq above those before it"
	case file.Type == Incr:
		m.seq = file.Seq
	}
	m.files = append(m.files, file)
	return ""
}

// wrongLine returns an error about a whole line.
func wrongLine(line []byte, expected string) *resp.SyntaxError {
	err := wrongAt(line, len(line), expected)
	err.Offset = 0
	return err
}

// wrongAt returns an error about a line at that index, which may be its end.
func wrongAt(line []byte, at int, expected string) *resp.SyntaxError {
	const shown = 40
	end := min(at+1, len(line))
	return &resp.SyntaxError{Offset: int64(at), Class: resp.ClassSyntax, Expected: expected, Found: string(line[max(0, end-shown):end])}
}

// set takes one key of a manifest line with its value. It returns what was expected
// instead, or "".
func (file *File) set(key, value string) (expected string) {
	switch strings.ToLower(key) {
	case "file":
		if value == "." || value == ".." || strings.ContainsAny(value, "/\\\x00") {
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
			file.Type = Type(value[0])
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
