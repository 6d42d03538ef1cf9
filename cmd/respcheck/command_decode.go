package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v3"
)

// decodeOptions are the flags of decode.
type decodeOptions struct {
	hex      bool
	requests bool
	json     bool
}

func newDecodeCommand(p *program) *cli.Command {
	var o decodeOptions
	return &cli.Command{
		Name:      "decode",
		Usage:     "show captured RESP, and where it is at fault",
		ArgsUsage: "[FILE ...]",
		Description: `
Prints every value of the files, or of the standard input, on a line of its own: at which byte it starts, its kind, its length and the start of its payload. It takes values of any size in constant memory, and prints what a pipe brings as it arrives.

A fault ends the input: the bytes around it are shown, with a mark below the one at fault. The exit status is then 1. Input that starts with a letter is taken for the inline commands of a client. A capture of packets, pcap or pcapng, is read as the TCP connections in it, both ways; the side with the lower port is the server.

Examples:

    respcheck decode < capture.resp
    nc localhost 6379 < commands | respcheck decode
    xxd -p capture.resp | respcheck decode -hex
    tcpdump -U -w - port 6379 | respcheck decode
    respcheck decode -requests appendonly.aof
    respcheck decode -json capture.resp | jq 'select(.kind == "fault")'`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "hex", Destination: &o.hex, Usage: "the input is a dump of xxd or hexdump -C, or hexadecimal digits alone"},
			&cli.BoolFlag{Name: "requests", Destination: &o.requests, Usage: "the input is what a client sends: print one command on a line"},
			&cli.BoolFlag{Name: "json", Destination: &o.json, Usage: "print one JSON object on a line; a string that is not UTF-8 becomes {\"base64\": ...}, and one of more than 64 KiB is cut"},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if cmd.Args().Len() == 0 {
				return p.decode(ctx, &o, p.stdin, "")
			}
			return p.decodeFiles(ctx, &o, cmd.Args().Slice())
		},
	}
}

// decodeFiles decodes each file, the next ones too when one is at fault.
func (p *program) decodeFiles(ctx context.Context, o *decodeOptions, names []string) error {
	var result error
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		title := name
		if len(names) == 1 {
			title = ""
		}
		err = p.decode(ctx, o, file, title)
		file.Close()
		if err != nil && err != exit(statusFailed) {
			return err
		}
		if err != nil {
			result = err
		}
	}
	return result
}

// decode decodes one input. The title, if any, tells it from the others.
func (p *program) decode(ctx context.Context, o *decodeOptions, r io.Reader, title string) error {
	w := &titledWriter{Writer: bufio.NewWriter(p.stdout)}
	in := bufio.NewReaderSize(newInterruptible(ctx, r), 64<<10)
	sound, err := p.decodeInput(o, in, w, title)
	if w.Flush() != nil {
		return p.stdout.failure()
	}
	if err != nil && title != "" {
		err = fmt.Errorf("%s: %w", title, err)
	}
	if err == nil && !sound {
		return exit(statusFailed)
	}
	return err
}

// decodeInput decodes packets, a dump or a stream.
func (p *program) decodeInput(o *decodeOptions, in *bufio.Reader, w *titledWriter, title string) (sound bool, err error) {
	var r io.Reader = in
	if o.hex {
		r = newHexReader(in)
	} else if isPcap(in) {
		return p.decodePcap(o, in, w)
	}
	return decode(r, o.requests, p.newPrinter(o, w, title), w.Flush)
}

// decodePcap decodes both directions of every TCP connection.
func (p *program) decodePcap(o *decodeOptions, in *bufio.Reader, w *titledWriter) (sound bool, err error) {
	sound = true
	var failed error
	open := func(from, to string, toServer bool) sink {
		out := p.newPrinter(o, w, from+" > "+to)
		return newPushed(func(r io.Reader) {
			s, err := decode(r, toServer || o.requests, out, func() error { return nil })
			sound = sound && s
			failed = cmp.Or(failed, err)
		})
	}
	err = readPcap(in, open, w.Flush)
	return sound, cmp.Or(failed, err)
}

func (p *program) newPrinter(o *decodeOptions, w *titledWriter, title string) printer {
	if o.json {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		return &jsonPrinter{file: title, out: out}
	}
	return &textPrinter{w.under(title), p.style}
}
