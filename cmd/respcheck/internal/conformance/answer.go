package conformance

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"regexp"
	"strings"

	"github.com/seed65f5866d/resp"
)

// The commands of the requests tell in their answers how they were understood, on any
// server, without a key or a right: PING, and PUBSUB NUMSUB, which repeats every word
// behind it. The error for any other command repeats its name.

// Answer puts an answer of a server into words: a line as it is, a string in quotes
// as redis-cli shows it, and the words that PUBSUB NUMSUB repeats behind their number.
// Of the error for an unknown command only the name counts, of other errors but those
// of the protocol only the code.
func Answer(v *resp.Value) string {
	switch {
	case v.Kind == resp.SimpleString:
		return "+" + escape(string(v.Bytes))
	case v.Kind == resp.SimpleError:
		return refusal(string(v.Bytes))
	case v.Kind == resp.BulkString && !v.Null:
		return word(v.Bytes)
	case v.Kind == resp.Array && !v.Null:
		if words, ok := repeated(v.Elems); ok {
			return wordList(words)
		}
	}
	return "another answer, " + fmt.Sprintf("%.100q", resp.AppendValue(nil, v))
}

// AnswerTo is the answer of a server that understood a command as args.
func AnswerTo(args [][]byte, unauthenticated bool) string {
	name := strings.ToUpper(string(args[0]))
	switch {
	case name != "PING" && name != "PUBSUB":
		return unknown(string(args[0]))
	case unauthenticated:
		return "-NOAUTH"
	case name == "PUBSUB" && len(args) > 1 && strings.EqualFold(string(args[1]), "NUMSUB"):
		return wordList(args[2:])
	case name == "PING" && len(args) == 1:
		return "+PONG"
	case name == "PING" && len(args) == 2:
		return word(args[1])
	}
	return "-ERR"
}

// repeated returns the words in a reply to PUBSUB NUMSUB.
func repeated(elems []resp.Value) (words [][]byte, ok bool) {
	if len(elems)%2 != 0 {
		return nil, false
	}
	for i := 0; i < len(elems); i += 2 {
		if elems[i].Kind != resp.BulkString || elems[i+1].Kind != resp.Integer {
			return nil, false
		}
		words = append(words, elems[i].Bytes)
	}
	return words, true
}

// longest is how many bytes of words are shown. Longer ones are told by size and
// checksum.
const longest = 300

func wordList(words [][]byte) string {
	text := fmt.Sprintf("*%d", len(words))
	for _, w := range words {
		text += " " + word(w)
	}
	if len(text) > 4*longest {
		all := bytes.Join(words, []byte{' '})
		return fmt.Sprintf("*%d (%d bytes, CRC-32 %08x)", len(words), len(all), crc32.ChecksumIEEE(all))
	}
	return text
}

func word(w []byte) string {
	if len(w) > longest {
		return fmt.Sprintf("(%d bytes, CRC-32 %08x)", len(w), crc32.ChecksumIEEE(w))
	}
	return Quote(w)
}

// Quote quotes bytes as redis-cli does.
func Quote(b []byte) string { return resp.Command{Args: [][]byte{b}}.String() }

// unknownCommand matches the error for an unknown command. Its quotes were others
// before Redis 7.
var unknownCommand = regexp.MustCompile("(?s)^ERR unknown command [`'](.*?)['`](?:, with args|$)")

func refusal(message string) string {
	if m := unknownCommand.FindStringSubmatch(message); m != nil {
		return unknown(m[1])
	}
	if strings.Contains(message, "Protocol error") {
		return "-" + escape(message)
	}
	code, _, _ := strings.Cut(message, " ")
	return "-" + escape(code)
}

// longestName is how many bytes Redis repeats of the name of a command.
const longestName = 128

// unknown is the answer to a command of that name. A line of an error has no line
// ends, so Redis shows them as blanks.
func unknown(name string) string {
	name = strings.NewReplacer("\r", " ", "\n", " ").Replace(name)
	return "-ERR unknown command " + word([]byte(name[:min(len(name), longestName)]))
}

// escape escapes what is not printable ASCII, and so is fit for a terminal.
func escape(s string) string {
	quoted := Quote([]byte(s))
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1 : len(quoted)-1])
}
