// Package aof reads the append-only files of Redis and Valkey as the servers load
// them: commands, annotations between them, and perhaps an RDB preamble first. A
// [Reader] reads one file; [Commands] reads a whole set of files by its manifest.
//
//   - Lines that start with # are annotations (#TS:1628217470). They are skipped;
//     [OnAnnotation] shows them.
//   - An RDB at the start is skipped; [PreambleTo] copies it.
//   - Inline and empty requests, which Redis calls a bad file format, give a
//     *[resp.SyntaxError].
//
// The limits are those of a [resp.Decoder]. Redis has none when it loads a file, so
// raise [resp.MaxBulkLen] and [resp.MaxArgs], with [DecoderOptions], for files of
// servers with uncommon settings.
//
// # Where a file is cut
//
// A file that ends inside a command or an annotation gives [io.ErrUnexpectedEOF].
// [Reader.Offset] is then the offset right after the last whole command, where Redis
// cuts such a file: annotations count as read with the command after them. A Reader
// finds no fault in a file that ends after a whole command but between a MULTI and
// its EXEC. Redis cuts such a file before the MULTI, so note the offset before each
// MULTI, and cut there when no EXEC follows.
//
// A file that ends inside its preamble gives [io.ErrUnexpectedEOF] at offset 0:
// nothing in it can be used. So does a damaged preamble, because its end is not
// found. A preamble without a checksum (rdbchecksum no: 8 zero bytes) ends where the
// file ends, as base files do since Redis 7. A Reader finds commands after such a
// preamble only with [Lenient].
package aof

import (
	"bytes"
	"io"
	"iter"

	"github.com/seed65f5866d/resp"
)

// Option changes how a Reader reads. Options apply in the order in which they are
// given.
type Option func(*config)

// config is what the options set.
type config struct {
	onAnnotation func(text []byte)
	preambleTo   io.Writer
	lenient      bool
	lineLen      int64
	decoder      []resp.Option
}

// OnAnnotation makes a Reader call f with the text of every annotation, without its
// # and line end. It does so once for each, before it returns the command that
// follows. The text is a view that is valid until f returns; f must not call the
// Reader.
func OnAnnotation(f func(text []byte)) Option { return func(c *config) { c.onAnnotation = f } }

// PreambleTo makes a Reader write the RDB preamble to w, byte for byte. A read that
// fails with an error of w can be repeated and goes on from exactly the byte that w
// did not take.
func PreambleTo(w io.Writer) Option { return func(c *config) { c.preambleTo = w } }

// Lenient makes a Reader accept commands after a preamble without a checksum. The
// preamble then ends where a command (`*3`, CR LF, `$`) or a time (`#TS:`) follows
// its 8 zero bytes. Use it only for trusted files: a value in the preamble may
// contain the same bytes. Lenient also accepts what [resp.Lenient] does: commands of
// up to 2^31-1 arguments.
func Lenient() Option {
	return func(c *config) {
		c.lenient = true
		c.decoder = append(c.decoder, resp.Lenient())
	}
}

// defaultLineLen is the default of a resp.Decoder.
const defaultLineLen = 64 << 10

// limitLine is the name that a resp.LimitError has for the limit on a line.
const limitLine = "line length"

// MaxLineLen sets how many bytes the line of an annotation, or of a header inside a
// command, may have before its LF; 64 KiB by default. (Redis has 1,023 for
// annotations.)
func MaxLineLen(n int64) Option {
	return func(c *config) {
		c.lineLen = n
		c.decoder = append(c.decoder, resp.MaxLineLen(n))
	}
}

// DecoderOptions makes a Reader read commands with these options: limits, and
// resp.BufferSize.
func DecoderOptions(opts ...resp.Option) Option {
	return func(c *config) { c.decoder = append(c.decoder, opts...) }
}

// Reader reads one append-only file. It allocates nothing once its buffer has grown.
// It returns views into that buffer, which are valid until the next call. A read
// that fails with the error of the [io.Reader], with [io.EOF] or with
// [io.ErrUnexpectedEOF] has lost nothing: call it again to read on in a file that
// grows. After a *[resp.SyntaxError] or a *[resp.LimitError] a Reader stays in that
// error until Reset.
//
// A Reader is not safe for use by several goroutines at once.
type Reader struct {
	config
	d      *resp.Decoder
	offset int64 // right after the last whole command, or the preamble

	err      error // the error that the Reader stays in, if it is not the Decoder's
	seen     int   // bytes of the next annotation known to hold no LF
	preamble preamble
	plain    bool // only commands and annotations may follow
}

// NewReader returns a Reader of the append-only file r.
func NewReader(r io.Reader, opts ...Option) *Reader {
	c := config{lineLen: defaultLineLen}
	for _, opt := range opts {
		opt(&c)
	}
	return &Reader{config: c, d: resp.NewDecoder(r, c.decoder...)}
}

// Reset makes the Reader read the file r as if it were new, with the same options.
func (r *Reader) Reset(file io.Reader) {
	r.d.Reset(file)
	*r = Reader{config: r.config, d: r.d}
}

// Offset returns the offset in the file right after the last whole command, or after
// the preamble when no command has been read yet.
func (r *Reader) Offset() int64 { return r.offset }

// ReadCommand reads the next command. It returns [io.EOF] after the last one.
func (r *Reader) ReadCommand() (command resp.Command, err error) {
	if b := r.d.Buffered(); !r.plain || len(b) < 2 || b[0] != '*' || b[1]-'1' > 8 {
		if err := r.reachCommand(); err != nil {
			return command, err
		}
	}
	if command, err = r.d.ReadCommand(); err == nil {
		r.offset = r.d.InputOffset()
	}
	return command, err
}

// Commands returns an iterator over the commands that follow, each valid until the
// next one. It ends at io.EOF. It yields any other error once, with an empty
// command, and then ends too.
func (r *Reader) Commands() iter.Seq2[resp.Command, error] {
	return func(yield func(resp.Command, error) bool) {
		for {
			command, err := r.ReadCommand()
			if err == io.EOF || !yield(command, err) || err != nil {
				return
			}
		}
	}
}

// reachCommand skips what stands before the next command.
func (r *Reader) reachCommand() error {
	if r.err != nil {
		return r.err
	}
	if !r.plain {
		if err := r.passPreamble(); err != nil {
			return err
		}
		r.plain = true
	}
	for {
		b, err := r.d.Peek(1)
		if err != nil {
			return err
		}
		switch b[0] {
		case '*':
			return r.checkCount()
		case '#':
			if err := r.passAnnotation(); err != nil {
				return err
			}
		default:
			return r.fail(resp.ClassType, 0, "the * of a command or the # of an annotation", b)
		}
	}
}

// fail makes the Reader stay in a SyntaxError at that index after the read position.
// found holds the bytes up to and including the faulty ones.
func (r *Reader) fail(class resp.Class, at int, expected string, found []byte) error {
	return r.stay(&resp.SyntaxError{Offset: r.d.InputOffset() + int64(at), Class: class, Expected: expected, Found: string(found)})
}

// stay makes the Reader stay in err.
func (r *Reader) stay(err error) error {
	r.plain, r.err = false, err
	return err
}

// passAnnotation skips the next annotation.
func (r *Reader) passAnnotation() error {
	for {
		if _, err := r.d.Peek(r.seen + 1); err != nil {
			return err
		}
		b := r.d.Buffered()
		end := bytes.IndexByte(b[r.seen:], '\n')
		found := end >= 0
		if found {
			end += r.seen
		} else {
			end = len(b)
		}
		if int64(end) > r.lineLen {
			return r.stay(&resp.LimitError{Limit: limitLine, Max: r.lineLen, Offset: r.d.InputOffset()})
		}
		if r.seen = end; found {
			return r.endAnnotation(b[:end])
		}
	}
}

// endAnnotation consumes an annotation, which is that line and its LF.
func (r *Reader) endAnnotation(line []byte) error {
	r.seen = 0
	if err := r.d.Discard(len(line) + 1); err != nil {
		return err
	}
	if text := bytes.TrimSuffix(line[1:], []byte{'\r'}); r.onAnnotation != nil {
		r.onAnnotation(text[:len(text):len(text)])
	}
	return nil
}

// checkCount fails when the next command is an empty one, which a Decoder would
// skip. It leaves any other fault to the Decoder.
func (r *Reader) checkCount() error {
	const longest = len("*-9223372036854775808\r\n") // the longest header of a command without arguments
	for n := 2; n <= longest; n++ {
		b, err := r.d.Peek(n)
		if err != nil {
			return err
		}
		if b[1] != '0' && b[1] != '-' {
			return nil
		}
		_, size, err := resp.ConsumeCommand(b, nil)
		switch {
		case err == resp.ErrIncomplete:
		case err != nil || int64(size) > r.lineLen:
			return nil
		default:
			return r.fail(resp.ClassLength, 1, "a command that is not empty", b[:2])
		}
	}
	return nil
}
