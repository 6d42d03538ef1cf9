// Package verdicts sums up the results of package resp for the conformance vectors,
// so that a test without the other codecs can tell when documents made from them are
// out of date.
package verdicts

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"regexp"
	"strings"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// Describe says how reading ended, in the words of bench/DISAGREEMENTS.md, and why
// where the input was refused.
func Describe(err string) string {
	switch err {
	case io.EOF.Error():
		return "accepts"
	case io.ErrUnexpectedEOF.Error():
		return "waits"
	}
	why, _, _ := strings.Cut(strings.TrimPrefix(err, "resp: "), ", found ")
	return "refuses: " + why
}

// muchAnnounced matches a header with a length or count of six digits.
var muchAnnounced = regexp.MustCompile(`(?:^|\n)[$*%~>|!=;][^\r\n]*[0-9]{6}`)

// AnnouncesMuch reports whether an input announces so much that codecs are not
// compared on it. Some of those reserve what a header announces, which could exhaust
// the machine.
func AnnouncesMuch(wire []byte) bool { return muchAnnounced.Match(wire) }

// Checksum identifies a set of vectors together with the package's results for them.
// It leaves out vectors that announce much or have limits of their own.
func Checksum() string {
	sum := sha256.New()
	for _, v := range resptest.Vectors() {
		if AnnouncesMuch(v.Wire) || v.Limits != (resptest.Limits{}) {
			continue
		}
		fmt.Fprintf(sum, "%s %s %q", v.ID, v.Kind, v.Wire)
		read := addValues
		if v.Kind == "command" {
			read = addCommands
		}
		fmt.Fprintln(sum, Describe(read(sum, resp.NewDecoder(bytes.NewReader(v.Wire))).Error()))
	}
	return fmt.Sprintf("%.8x", sum.Sum(nil))
}

// addValues returns the error that reading ends with.
func addValues(sum hash.Hash, d *resp.Decoder) error {
	var v resp.Value
	for {
		if err := d.Decode(&v); err != nil {
			return err
		}
		fmt.Fprintf(sum, "%q", resp.AppendValue(nil, &v))
	}
}

func addCommands(sum hash.Hash, d *resp.Decoder) error {
	for {
		c, err := d.ReadCommand()
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%q", c.Args)
	}
}
