package resp_test

// Properties of the package, held by gopter over the generators of respgen. A
// failure names its seed; go test -run TheTest . -resp.seed N repeats it.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/leanovate/gopter/gen"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/internal/tests/reference"
	"github.com/seed65f5866d/resp/resptest"
	"github.com/seed65f5866d/resp/resptest/respgen"
)

var (
	anyValue     = respgen.Value(resptest.Shape{Bytes: 700})
	largeValue   = respgen.Value(resptest.Shape{Depth: 2, Elems: 4, Bytes: 15_000})
	anyWire      = respgen.Wire(resptest.Shape{Bytes: 700})
	brokenWire   = respgen.Broken(resptest.Shape{Bytes: 40})
	brokenCalls  = respgen.BrokenCommands()
	anySeed      = gen.UInt64()
	anyCommand   = respgen.Command(10, 99, 6000)
	commandLists = gen.SliceOfN(5, anyCommand)
)

// decode(encode(v)) = v, but for spellings of numbers that an encoder does not
// write: they come back as the same number. One Value is reused for everything.
func TestDecodeGivesWhatWasEncoded(t *testing.T) {
	var got resp.Value
	tests.ForAll(t, func(v, canonical resp.Value) string {
		for _, v := range []*resp.Value{&v, &canonical} {
			wire := resp.AppendValue(nil, v)
			d := resp.NewDecoder(bytes.NewReader(wire))
			err := d.Decode(&got)
			if err != nil || !sameValue(&got, v) || v == &canonical && !got.Equal(*v) || d.InputOffset() != int64(len(wire)) {
				return fmt.Sprintf("%.300q was decoded as %+v up to %d, %v", wire, got, d.InputOffset(), err)
			}
			oracle := ask("reply", wire, reference.Defaults)
			if want := refLines(fromValue(nil, &got), refJoined); oracle.Class != "" || !slices.Equal(oracle.lines, want) {
				return fmt.Sprintf("%.300q is, to the oracle, %q", wire, oracle.lines)
			}
		}
		return ""
	}, anyValue, respgen.Value(resptest.Shape{Canonical: true}))
}

// sameValue compares values, and numbers by what they stand for.
func sameValue(v, w *resp.Value) bool {
	return slices.Equal(refLines(fromValue(nil, v), refNumbers), refLines(fromValue(nil, w), refNumbers))
}

// Whatever a Value that was built by hand is made of, what is written is one
// whole value, and it is the same bytes again when it is decoded and encoded.
func TestAnyValueIsWrittenAsOneValue(t *testing.T) {
	tests.ForAll(t, func(v resp.Value, seed uint64) string {
		rnd := rand.New(rand.NewPCG(seed, 0))
		spoil(rnd, &v)
		wire := resp.AppendValue(nil, &v)
		d := resp.NewDecoder(bytes.NewReader(wire))
		var got resp.Value
		if err := d.Decode(&got); err != nil || d.InputOffset() != int64(len(wire)) {
			return fmt.Sprintf("%+v became %.300q, of which %d bytes were decoded, %v", v, wire, d.InputOffset(), err)
		}
		if again := resp.AppendValue(nil, &got); !bytes.Equal(again, wire) {
			return fmt.Sprintf("%.300q became %.300q", wire, again)
		}
		for _, protocol := range []int{2, 3} {
			var written bytes.Buffer
			e := resp.NewEncoder(&written, resp.Protocol(protocol))
			if err := errors.Join(e.WriteValue(&v), e.Close()); err != nil {
				return fmt.Sprintf("WriteValue for RESP%d: %v", protocol, err)
			}
			if protocol == 3 && !bytes.Equal(written.Bytes(), wire) {
				return fmt.Sprintf("WriteValue wrote %.300q, AppendValue %.300q", written.Bytes(), wire)
			}
			if oracle := reference.Replies(written.Bytes(), reference.Defaults); oracle.Class != "" || len(oracle.Values) != 1 && protocol == 2 {
				return fmt.Sprintf("for RESP%d: %.300q, which is %s", protocol, written.Bytes(), oracle.Class)
			}
		}
		return ""
	}, anyValue, anySeed)
}

// spoil makes of v something that no decoder returns.
func spoil(rnd *rand.Rand, v *resp.Value) {
	v.Attrs, v.Elems = slices.Clone(v.Attrs), slices.Clone(v.Elems)
	switch rnd.IntN(12) {
	case 0:
		v.Kind = resp.Kind(rnd.UintN(256))
	case 1:
		v.Kind = validKinds[rnd.IntN(len(validKinds))]
	case 2:
		v.Null = !v.Null
	case 3:
		v.Streamed = !v.Streamed
	case 4:
		v.Bytes = []byte(tests.OneOf(rnd, "", "1", ".5", "5.", "1\r\n.5", "\r\n"))
	case 5:
		v.Elems = append(v.Elems, resp.Value{})
	case 6:
		v.Attrs = append(v.Attrs, resp.Value{Kind: resp.Attribute, Attrs: v.Attrs, Elems: v.Elems}, resp.Value{Kind: resp.Integer})
	case 7:
		v.Int = -7
	}
	for i := range v.Attrs {
		spoil(rnd, &v.Attrs[i])
	}
	for i := range v.Elems {
		spoil(rnd, &v.Elems[i])
	}
}

// Values are Equal exactly when AppendValue writes the same bytes for them, whatever they
// are made of: a value and what is read from its bytes, which are the same; a value and one
// with the same meaning in other fields; and a value and one that is not what it was.
func TestEqualIsThatOfTheWire(t *testing.T) {
	same, different := 0, 0
	tests.ForAll(t, func(v, other resp.Value, seed uint64) string {
		rnd := rand.New(rand.NewPCG(seed, 1))
		spoil(rnd, &v)
		changed := v.Clone()
		for rnd.IntN(3) == 0 {
			spoil(rnd, &changed)
		}
		alike := v.Clone()
		disguise(rnd, &alike)
		wire := resp.AppendValue(nil, &v)
		var read resp.Value
		if err := resp.NewDecoder(bytes.NewReader(wire)).Decode(&read); err != nil {
			return fmt.Sprintf("%.300q: %v", wire, err)
		}
		for _, u := range []*resp.Value{&read, &alike, &changed, &other} {
			uWire := resp.AppendValue(nil, u)
			want := bytes.Equal(wire, uWire)
			if want {
				same++
			} else {
				different++
			}
			if v.Equal(*u) != want || u.Equal(v) != want {
				return fmt.Sprintf("%+v, written as %.300q, and %+v, written as %.300q: Equal is %t, the other way round %t",
					v, wire, *u, uWire, v.Equal(*u), u.Equal(v))
			}
			if u == &read && !want {
				return fmt.Sprintf("%.300q became %.300q", wire, uWire)
			}
		}
		return ""
	}, anyValue, anyValue, anySeed)
	if least := different / 10; same < least || different < same/10 {
		t.Errorf("%d pairs are the same on the wire and %d are not; that tests too little", same, different)
	}
}

// disguise changes fields of v, most of them in a way that does not show on the wire.
func disguise(rnd *rand.Rand, v *resp.Value) {
	isText := !v.Kind.IsAggregate() && v.Bytes != nil
	switch rnd.IntN(8) {
	case 0:
		if v.Kind != resp.Integer && v.Kind != resp.Boolean {
			v.Int = rnd.Int64N(3)
		}
	case 1:
		if v.Kind == resp.Boolean {
			v.Int *= 7
		}
	case 2:
		if v.Kind == resp.BigNumber || v.Kind == resp.Double {
			v.Bytes = append([]byte(tests.OneOf(rnd, "", "0", "+", "+00")), v.Bytes...)
		}
	case 3:
		if v.Kind == resp.SimpleString || v.Kind == resp.SimpleError {
			v.Bytes = []byte(strings.NewReplacer(" ", "\r", "\r", "\n", "\n", " ").Replace(string(v.Bytes)))
		}
	case 4:
		if !isText {
			v.Bytes = []byte("x")
		}
	case 5:
		if !v.Kind.IsAggregate() {
			v.Elems = make([]resp.Value, rnd.IntN(3))
		}
	case 6:
		if n := len(v.Elems); v.Kind == resp.Map && n > 0 {
			v.Elems = slices.Clip(v.Elems[:n-1]) // which may have been a null
		}
	case 7:
		for i := range v.Attrs {
			v.Attrs[i].Kind = resp.Kind(rnd.UintN(256))
		}
	}
	for i := range v.Attrs {
		disguise(rnd, &v.Attrs[i])
	}
	for i := range v.Elems {
		disguise(rnd, &v.Elems[i])
	}
}

// encode(decode(b)) = b for canonical bytes, by values and by tokens.
func TestCanonicalBytesComeOutAsTheyWere(t *testing.T) {
	var value resp.Value
	tests.ForAll(t, func(w resptest.Wire) string {
		d := resp.NewDecoder(bytes.NewReader(w.Bytes))
		if err := d.Decode(&value); err != nil || !value.Equal(w.Value) {
			return fmt.Sprintf("%.300q was decoded as %+v, %v", w.Bytes, value, err)
		}
		appended := resp.AppendValue(nil, &value)
		var tokens, consumed []byte
		d.Reset(bytes.NewReader(w.Bytes))
		for t, err := d.ReadToken(); err == nil; t, err = d.ReadToken() {
			tokens = resp.AppendToken(tokens, t)
		}
		for rest := w.Bytes; len(rest) > 0; {
			t, n, err := resp.ConsumeToken(rest)
			if err != nil {
				return fmt.Sprintf("ConsumeToken of %.100q: %v", rest, err)
			}
			consumed = resp.AppendToken(consumed, t)
			rest = rest[n:]
		}
		for name, got := range map[string][]byte{
			"AppendValue": appended, "of the original": resp.AppendValue(nil, &w.Value),
			"ReadToken": tokens, "ConsumeToken": consumed,
		} {
			if !bytes.Equal(got, w.Bytes) {
				return fmt.Sprintf("%s: %.300q became %.300q", name, w.Bytes, got)
			}
		}
		return ""
	}, respgen.Wire(resptest.Shape{Bytes: 700, Canonical: true}))
}

// However a value is spelled it is decoded as that value, and passed on
// unchanged.
func TestEverySpellingIsDecodedAndPassedOn(t *testing.T) {
	var value resp.Value
	tests.ForAll(t, func(w resptest.Wire) string {
		d := resp.NewDecoder(bytes.NewReader(w.Bytes))
		if err := d.Decode(&value); err != nil || !value.Equal(w.Value) {
			return fmt.Sprintf("%.300q was decoded as %+v, %v", w.Bytes, value, err)
		}
		d.Reset(bytes.NewReader(w.Bytes))
		if raw, err := d.ReadRaw(); err != nil || !bytes.Equal(raw, w.Bytes) {
			return fmt.Sprintf("%.300q was read as %.300q, %v", w.Bytes, raw, err)
		}
		d.Reset(bytes.NewReader(w.Bytes))
		var copied bytes.Buffer
		if _, err := d.CopyValue(&copied); err != nil || !bytes.Equal(copied.Bytes(), w.Bytes) {
			return fmt.Sprintf("%.300q was copied as %.300q, %v", w.Bytes, copied.Bytes(), err)
		}
		return ""
	}, anyWire)
}

// diffOracle returns how what the methods make of wire differs from what the
// oracle makes of it, or "".
func diffOracle(kind string, wire []byte, limits reference.Limits) string {
	oracle := ask(kind, wire, limits)
	whole := deliveries(1)[0]
	for name, mode := range modes(kind) {
		got := mode(whole.open(wire, limitOptions(limits)...))
		if lags(got, oracle, wire) {
			continue
		}
		if diff := diffOutcome(got, oracle, oracle.Result); diff != "" {
			return fmt.Sprintf("%.300q by %s, limits %+v:\n%s", wire, name, limits, diff)
		}
	}
	return ""
}

// diffSplit returns how what the methods make of wire depends on the way in which
// it arrives, or "".
func diffSplit(kind string, wire []byte, opts []resp.Option, ways ...delivery) string {
	for name, mode := range modes(kind) {
		whole := mode(deliveries(1)[0].open(wire, opts...))
		for _, way := range ways {
			s := way.open(wire, opts...)
			got := mode(s)
			if s.feed != nil && (got.Class == "" || got.Class == "incomplete") {
				got.Text = whole.Text // ErrIncomplete in place of io.EOF
			}
			if name == "SkipValue" || name == "CopyValue" {
				got.Stopped = whole.Stopped // a value that turns out to be at fault may be passed on up to there
			}
			if !got.equal(whole) {
				return fmt.Sprintf("%.300q by %s: %s gave\n%+v, at once\n%+v", wire, name, way.name, got, whole)
			}
		}
	}
	return ""
}

// limitOptions are limits in the oracle's words as options.
func limitOptions(l reference.Limits) []resp.Option {
	return []resp.Option{
		resp.MaxDepth(l.Depth), resp.MaxArgs(int(l.Args)), resp.MaxElements(l.Elements), resp.MaxBulkLen(l.BulkLen), resp.MaxLineLen(l.LineLen),
	}
}

// smallLimits are ones that short inputs reach.
var smallLimits = reference.Limits{Depth: 3, Args: 5, Elements: 4, BulkLen: 12, LineLen: 25}

// What the methods make of any replies, and where they stop and why, is what
// the oracle says.
func TestRepliesAreWhatTheOracleSays(t *testing.T) {
	tests.ForAll(t, func(wire resptest.Bytes) string {
		return diffOracle("reply", wire, reference.Defaults) + diffOracle("reply", wire, smallLimits) + diffConsumeValue(wire)
	}, brokenWire)
}

// What the methods make of any requests, and where they stop and why, is what
// the oracle says.
func TestRequestsAreWhatTheOracleSays(t *testing.T) {
	tests.ForAll(t, func(wire resptest.Bytes) string {
		return diffOracle("command", wire, reference.Defaults) + diffOracle("command", wire, smallLimits)
	}, brokenCalls)
}

// Tokens, values, errors, their texts and offsets do not depend on how replies
// arrive.
func TestRepliesDoNotDependOnSplits(t *testing.T) {
	tests.ForAll(t, func(wire resptest.Bytes, seed uint64) string {
		ways := deliveries(seed)[1:]
		return diffSplit("reply", wire, limitOptions(reference.Defaults), ways...) + diffSplit("reply", wire, limitOptions(smallLimits), ways...)
	}, brokenWire, anySeed)
}

// Requests, errors, their texts and offsets do not depend on how requests
// arrive.
func TestRequestsDoNotDependOnSplits(t *testing.T) {
	tests.ForAll(t, func(wire resptest.Bytes, seed uint64) string {
		ways := deliveries(seed)[1:]
		return diffSplit("command", wire, limitOptions(reference.Defaults), ways...) + diffSplit("command", wire, limitOptions(smallLimits), ways...)
	}, brokenCalls, anySeed)
}

// After any reads in any order, in and out of aggregates and interrupted
// anywhere, the next value is the one that follows.
func TestReadsMixedInAnyOrderStayAligned(t *testing.T) {
	tests.ForAll(t, func(w resptest.Wire, seed uint64) string {
		return mixedReads(w.Bytes, seed)
	}, respgen.Wire(resptest.Shape{Bytes: 60}), anySeed)
}

// mixedReads reads wire, a whole value, by methods taken at random, and then the
// value behind it.
func mixedReads(wire []byte, seed uint64) string {
	rnd := rand.New(rand.NewPCG(seed, 2))
	all := append(slices.Clone(wire), "+NEXT\r\n"...)
	ways := deliveries(seed)
	way := ways[rnd.IntN(len(ways))]
	s := way.open(all)
	var read []string
	for range 100 + 10*len(all) {
		at := s.InputOffset()
		if at > int64(len(wire)) {
			return fmt.Sprintf("%s, %v: read up to %d of a value of %d bytes", way.name, read, at, len(wire))
		}
		if at == int64(len(wire)) {
			var next resp.Value
			err := s.untilDone(func() error { return s.Decode(&next) })
			if err != nil || s.Depth() != 0 || next.Kind != resp.SimpleString || string(next.Bytes) != "NEXT" {
				return fmt.Sprintf("%s, %v: then at depth %d came %+v, %v", way.name, read, s.Depth(), next, err)
			}
			return ""
		}
		method := mixedMethods[rnd.IntN(len(mixedMethods))]
		read = append(read, method.Name)
		var raw bytes.Buffer
		depth := s.Depth()
		err := s.untilDone(func() error { return method.Call(s.Decoder, &raw) })
		if fault := aligned(err); fault != "" {
			return fmt.Sprintf("%s, %v: %s", way.name, read, fault)
		}
		if s.Depth() > depth && !method.Opens {
			return fmt.Sprintf("%s, %v: went from depth %d to %d", way.name, read, depth, s.Depth())
		}
		if want := all[at:s.InputOffset()]; method.Exact && err == nil && !bytes.Equal(raw.Bytes(), want) {
			return fmt.Sprintf("%s, %v: gave %.100q for the bytes %.100q", way.name, read, raw.Bytes(), want)
		}
	}
	return fmt.Sprintf("%s, %v: goes on for ever", way.name, read)
}

// untilDone calls read until it is not interrupted any more.
func (s *source) untilDone(read func() error) error {
	for {
		if err := read(); err == nil || !s.again(err) {
			return err
		}
	}
}

// aligned returns what is wrong with the error of a read of valid bytes.
func aligned(err error) string {
	var kindError *resp.KindError
	var replyError *resp.ReplyError
	var numError *strconv.NumError
	switch {
	case err == nil, err == resp.ErrNull, err == resp.ErrEnd, err == io.ErrShortBuffer,
		errors.As(err, &kindError), errors.As(err, &replyError), errors.As(err, &numError):
		return ""
	}
	return err.Error()
}

// mixedMethods are the methods that read replies, and what stands before them; those
// that open aggregates, without which the others never get inside, come twice.
var mixedMethods = func() (mixed []methods.Read) {
	mixed = append(mixed, methods.Named("SkipAttributes"))
	for _, r := range methods.Reads {
		if r.OfReplies() {
			mixed = append(mixed, r)
		}
		if r.OfReplies() && r.Opens {
			mixed = append(mixed, r)
		}
	}
	return mixed
}()

// ConsumeCommand gives what ReadCommand and ReadCommands give, and stops where
// and for what they stop.
func TestConsumeCommandAgreesWithReadCommand(t *testing.T) {
	tests.ForAll(t, func(wire resptest.Bytes) string {
		consumed := consumeCommands(wire)
		for name, mode := range commandModes {
			read := mode(deliveries(1)[0].open(wire))
			if read.Class != consumed.Class || read.Offset != consumed.Offset || !slices.EqualFunc(read.Commands, consumed.Commands, slices.Equal) {
				return fmt.Sprintf("%s gave\n%+v, ConsumeCommand\n%+v", name, read, consumed)
			}
		}
		return ""
	}, brokenCalls)
}

// SplitInline splits as the naive model of sdssplitargs does.
func TestSplitInlineIsSdssplitargs(t *testing.T) {
	pieces := []any{"a", "b", " ", "\t", "\v", "\r", "\n", `"`, `"`, `'`, `'`, `\`, `\x`, "4", "fG", `\n`, `\r`, `\t`, `\b`, `\a`, `\"`, `"\a\b`, "\xff", "é"}
	tests.ForAll(t, func(parts []string) string { return diffSplitInline([]byte(strings.Join(parts, ""))) },
		gen.SliceOf(gen.OneConstOf(pieces...)))
}

// diffSplitInline returns how SplitInline differs from the oracle on line, or "".
func diffSplitInline(line []byte) string {
	want, fault := reference.SplitInline(line)
	if nul := bytes.IndexByte(line, 0); nul >= 0 {
		want, fault = nil, nul
	}
	words, err := resp.SplitInline([][]byte{[]byte("kept")}, line)
	var syntaxError *resp.SyntaxError
	switch {
	case fault >= 0 && (!errors.As(err, &syntaxError) || syntaxError.Offset != int64(fault) || len(words) != 1):
		return fmt.Sprintf("SplitInline(%q) = %q, %v, want an error at %d", line, words, err, fault)
	case fault < 0 && (err != nil || !slices.Equal(tests.Words(words[1:]), want)):
		return fmt.Sprintf("SplitInline(%q) = %q, %v, want %q", line, words, err, want)
	case string(words[0]) != "kept":
		return fmt.Sprintf("SplitInline(%q) changed what was there: %q", line, words)
	}
	return ""
}

// redisPyPack packs one command as redis-py's pack_command does.
func redisPyPack(cutoff int, words ...[]byte) (chunks [][]byte) {
	pending := fmt.Appendf(nil, "*%d\r\n", len(words))
	emit := func(chunk []byte) {
		if len(chunk) > 0 {
			chunks = append(chunks, chunk)
		}
	}
	for _, word := range words {
		header := fmt.Appendf(nil, "$%d\r\n", len(word))
		if len(pending) > cutoff || len(word) > cutoff {
			emit(append(pending, header...))
			emit(word)
			pending = []byte("\r\n")
		} else {
			pending = slices.Concat(pending, header, word, []byte("\r\n"))
		}
	}
	emit(pending)
	return chunks
}

// redisPyPipeline joins the chunks of commands as redis-py's pack_commands does.
func redisPyPipeline(cutoff int, commands [][][]byte) (chunks [][]byte) {
	var pieces []byte
	emit := func() {
		if len(pieces) > 0 {
			chunks = append(chunks, pieces)
		}
		pieces = nil
	}
	for _, words := range commands {
		for _, chunk := range redisPyPack(cutoff, words...) {
			if len(pieces) > cutoff || len(chunk) > cutoff {
				emit()
			}
			if len(chunk) > cutoff {
				chunks = append(chunks, chunk)
			} else {
				pieces = append(pieces, chunk...)
			}
		}
	}
	emit()
	return chunks
}

// A Chunker's chunks are those of redis-py for any cutoff, alone and in a
// pipeline, and joined they are the bytes of AppendCommand.
func TestChunkerPacksAsRedisPyForAnyCutoff(t *testing.T) {
	var c resp.Chunker
	tests.ForAll(t, func(commands []resptest.Command, cutoff int, name string) string {
		c.Cutoff = cutoff
		var lists [][][]byte
		for _, command := range commands {
			lists = append(lists, command)
		}
		if diff := diffChunks(&c, lists); diff != "" {
			return diff
		}
		c.Cutoff = 6000
		return diffChunks(&c, lists)
	}, commandLists, gen.IntRange(1, 200), gen.AlphaString())
}

// diffChunks returns how the chunks c makes of commands differ from those of
// redis-py, or "".
func diffChunks(c *resp.Chunker, commands [][][]byte) string {
	c.Reset()
	var wire []byte
	for _, words := range commands {
		args := bytesArgs(words[1:])
		c.Reset()
		if err := c.PackCommand(string(words[0]), args...); err != nil {
			return err.Error()
		}
		if want, got := redisPyPack(c.Cutoff, words...), c.Chunks(); !slices.EqualFunc(want, got, bytes.Equal) {
			return fmt.Sprintf("PackCommand of %.100q, cutoff %d: chunks %.300q, want %.300q", words, c.Cutoff, got, want)
		}
		wire = resp.AppendCommand(wire, string(words[0]), args...)
	}
	c.Reset()
	for _, words := range commands {
		if err := c.AddCommand(string(words[0]), bytesArgs(words[1:])...); err != nil {
			return err.Error()
		}
	}
	if want, got := redisPyPipeline(c.Cutoff, commands), c.Chunks(); !slices.EqualFunc(want, got, bytes.Equal) {
		return fmt.Sprintf("AddCommand of %.300q, cutoff %d: chunks %.300q, want %.300q", commands, c.Cutoff, got, want)
	}
	if got := bytes.Join(c.Chunks(), nil); !bytes.Equal(got, wire) || c.Len() != len(wire) {
		return fmt.Sprintf("chunks of %.300q joined are %.300q, %d bytes, AppendCommand gives %.300q", commands, got, c.Len(), wire)
	}
	return ""
}

func bytesArgs(words [][]byte) (args []resp.Arg) {
	for i, word := range words {
		if i%2 == 0 {
			args = append(args, resp.Bytes(word))
		} else {
			args = append(args, resp.String(string(word)))
		}
	}
	return args
}

// The words of a name and then the arguments: AppendCommand, WriteCommand,
// AppendArgs, WriteArgs and a Chunker write the same, number arguments as their
// text.
func TestCommandsAreWrittenAlike(t *testing.T) {
	tests.ForAll(t, func(command resptest.Command, words []string, n int64, u uint64, f float64) string {
		name := string(command[0])
		list := [][]byte{command[0]}
		for _, word := range words {
			name += " \t\r\n\v\f"[len(word)%6:] + word + " "
			if word != "" {
				list = append(list, []byte(word))
			}
		}
		args := append(bytesArgs(command[1:]), resp.Int(n), resp.Uint(u), resp.Float(f))
		list = slices.Concat(list, command[1:], [][]byte{
			strconv.AppendInt(nil, n, 10), strconv.AppendUint(nil, u, 10), bytes.TrimSuffix(resp.AppendDouble(nil, f), []byte("\r\n"))[1:],
		})
		want := bytes.Join(redisPyPack(1<<30, list...), nil)

		var c resp.Chunker
		var written, writtenArgs bytes.Buffer
		e, eArgs := resp.NewEncoder(&written), resp.NewEncoder(&writtenArgs)
		if err := errors.Join(c.AddCommand(name, args...), e.WriteCommand(name, args...), e.Close(), eArgs.WriteArgs(list...), eArgs.Close()); err != nil {
			return err.Error()
		}
		for way, got := range map[string][]byte{
			"AppendCommand": resp.AppendCommand(nil, name, args...), "AppendArgs": resp.AppendArgs(nil, list...),
			"WriteCommand": written.Bytes(), "WriteArgs": writtenArgs.Bytes(), "Chunker": bytes.Join(c.Chunks(), nil),
		} {
			if !bytes.Equal(got, want) {
				return fmt.Sprintf("%s of %q: %.300q, want %.300q", way, name, got, want)
			}
		}
		args = append(args, resp.From(strings.NewReader("abc"), 3))
		written.Reset()
		want = bytes.Join(redisPyPack(1<<30, append(list, []byte("abc"))...), nil)
		if err := errors.Join(e.WriteCommand(name, args...), e.Close()); err != nil || !bytes.Equal(written.Bytes(), want) {
			return fmt.Sprintf("WriteCommand with From: %.300q, %v, want %.300q", written.Bytes(), err, want)
		}
		return ""
	}, anyCommand, gen.SliceOfN(3, gen.AlphaString()), gen.Int64(), gen.UInt64(), gen.Float64())
}

// An Encoder writes what the Append functions append: value by value, token by
// token, and by the method for each kind.
func TestEncoderAgreesWithAppend(t *testing.T) {
	tests.ForAll(t, func(w resptest.Wire) string {
		written := func(write func(e *resp.Encoder) error) ([]byte, error) {
			var b bytes.Buffer
			e := resp.NewEncoder(&b, resp.BufferSize(100))
			err := errors.Join(write(e), e.Close())
			return b.Bytes(), err
		}
		appended := appendByKind(nil, &w.Value)
		if !bytes.Equal(appended, w.Bytes) {
			return fmt.Sprintf("Append functions gave %.300q, want %.300q", appended, w.Bytes)
		}
		for name, write := range map[string]func(e *resp.Encoder) error{
			"WriteValue":   func(e *resp.Encoder) error { return e.WriteValue(&w.Value) },
			"WriteToken":   func(e *resp.Encoder) error { return writeTokens(e, w.Bytes) },
			"each kind's":  func(e *resp.Encoder) error { return writeByKind(e, &w.Value) },
			"with flushes": func(e *resp.Encoder) error { return errors.Join(e.WriteValue(&w.Value), e.Flush(), e.Flush()) },
		} {
			if got, err := written(write); err != nil || !bytes.Equal(got, w.Bytes) {
				return fmt.Sprintf("%s: wrote %.300q, %v, want %.300q", name, got, err, w.Bytes)
			}
		}
		return ""
	}, respgen.Wire(resptest.Shape{Canonical: true, Depth: 3, Elems: 4, Bytes: 7000}))
}

// writeTokens writes the tokens of wire one by one.
func writeTokens(e *resp.Encoder, wire []byte) error {
	d := resp.NewDecoder(bytes.NewReader(wire))
	for {
		t, err := d.ReadToken()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = e.WriteToken(t)
		}
		if err != nil {
			return err
		}
	}
}

// writeByKind writes v with the method for its kind.
func writeByKind(e *resp.Encoder, v *resp.Value) (err error) {
	for i := range v.Attrs {
		err = errors.Join(err, writeByKind(e, &v.Attrs[i]))
	}
	write := func(failed error) { err = errors.Join(err, failed) }
	switch {
	case v.Kind == resp.BulkString && v.Null:
		write(e.WriteNullBulkString())
	case v.Kind == resp.Array && v.Null:
		write(e.WriteNullArray())
	case v.Kind == resp.BulkString && v.Streamed:
		write(e.WriteStreamedString())
		write(e.WriteChunk(v.Bytes))
		write(e.WriteLastChunk())
	case v.Streamed:
		write(e.WriteStreamed(v.Kind))
	default:
		write(methods.OfKind[v.Kind].Write(e, v))
	}
	for i := range v.Elems {
		write(writeByKind(e, &v.Elems[i]))
	}
	if v.Streamed && v.Kind != resp.BulkString {
		write(e.WriteEnd())
	}
	return err
}

// appendByKind appends v with the function for its kind.
func appendByKind(b []byte, v *resp.Value) []byte {
	for i := range v.Attrs {
		b = appendByKind(b, &v.Attrs[i])
	}
	switch {
	case v.Kind == resp.BulkString && v.Null:
		return resp.AppendNullBulkString(b)
	case v.Kind == resp.Array && v.Null:
		return resp.AppendNullArray(b)
	case v.Kind == resp.BulkString && v.Streamed:
		return resp.AppendLastChunk(resp.AppendChunk(resp.AppendStreamedString(b), v.Bytes))
	case v.Streamed:
		b = resp.AppendStreamed(b, v.Kind)
	default:
		b = methods.OfKind[v.Kind].Append(b, v)
	}
	for i := range v.Elems {
		b = appendByKind(b, &v.Elems[i])
	}
	if v.Streamed {
		b = resp.AppendEnd(b)
	}
	return b
}

// inRESP2 is what the samples of kinds say a value becomes in RESP2.
func inRESP2(v resp.Value) resp.Value {
	down := resp.Value{Kind: v.Kind, Null: v.Null, Int: v.Int, Bytes: v.Bytes}
	for _, e := range v.Elems {
		down.Elems = append(down.Elems, inRESP2(e))
	}
	down.Kind = kindInRESP2(v.Kind)
	if down.Kind == resp.SimpleError {
		down.Bytes = []byte(strings.NewReplacer("\r", " ", "\n", " ").Replace(string(v.Bytes)))
	}
	return down
}

// An Encoder with Protocol(2) writes the RESP2 form of every value, by
// WriteValue, by WriteToken and by the method for each kind. Streams, which
// tokens and methods refuse, WriteValue writes with their length.
func TestProtocol2WritesTheRESP2Form(t *testing.T) {
	tests.ForAll(t, func(w resptest.Wire) string {
		want := inRESP2(w.Value)
		for name, write := range map[string]func(e *resp.Encoder) error{
			"WriteValue":  func(e *resp.Encoder) error { return e.WriteValue(&w.Value) },
			"WriteToken":  func(e *resp.Encoder) error { return writeTokens(e, w.Bytes) },
			"each kind's": func(e *resp.Encoder) error { return writeByKind(e, &w.Value) },
		} {
			var b bytes.Buffer
			e := resp.NewEncoder(&b, resp.Protocol(2), resp.BufferSize(64))
			err := write(e)
			var encodeError *resp.EncodeError
			if name != "WriteValue" && bytes.ContainsRune(w.Bytes, '?') && errors.As(err, &encodeError) {
				continue
			}
			if err := errors.Join(err, e.Close()); err != nil {
				return fmt.Sprintf("%s: %v", name, err)
			}
			oracle := ask("reply", b.Bytes(), reference.Defaults)
			if got := refLines(fromValue(nil, &want), 0); oracle.Class != "" || !slices.Equal(oracle.lines, got) {
				return fmt.Sprintf("%s: %.300q became %.300q, want %q", name, w.Bytes, b.Bytes(), want)
			}
		}
		return ""
	}, respgen.Wire(resptest.Shape{Canonical: true, Elems: 4, Bytes: 50}))
}

// A writer that takes only part of what it is given, wherever it stops, gets
// every byte once: the calls that failed are not repeated, Flush goes on.
func TestEncoderGoesOnAfterPartialWrites(t *testing.T) {
	tests.ForAll(t, func(v, w resp.Value, seed uint64) string {
		want := resp.AppendValue(resp.AppendValue(nil, &v), &w)
		for name, wrap := range awkwardWriters(seed, len(want)) {
			var b bytes.Buffer
			e := resp.NewEncoder(wrap(&b), resp.BufferSize(64+int(seed%5000)))
			for _, v := range []*resp.Value{&v, &w} {
				if err := e.WriteValue(v); err != nil && !interrupts(err) {
					return fmt.Sprintf("%s: WriteValue: %v", name, err)
				}
			}
			if got := append(slices.Clone(b.Bytes()), make([]byte, e.Buffered())...); len(got) != len(want) {
				return fmt.Sprintf("%s: %d bytes written and %d buffered, want %d", name, b.Len(), e.Buffered(), len(want))
			}
			err := e.Close()
			for range 2 * len(want) {
				if err == nil || !interrupts(err) {
					break
				}
				err = e.Close()
			}
			if err != nil || !bytes.Equal(b.Bytes(), want) {
				return fmt.Sprintf("%s: wrote %.300q, %v, want %.300q", name, b.Bytes(), err, want)
			}
		}
		return ""
	}, largeValue, anyValue, anySeed)
}

// There is no byte between which and the next a write may not be cut, in large
// payloads and around them.
func TestEncoderGoesOnAtEveryByte(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("x"), 6001)
	v := resp.Value{Kind: resp.Array, Elems: []resp.Value{
		{Kind: resp.BulkString, Bytes: large},
		{Kind: resp.VerbatimString, Encoding: [3]byte{'t', 'x', 't'}, Bytes: large},
		{Kind: resp.Integer, Int: 1},
	}}
	want := resp.AppendValue(nil, &v)
	for n := range want {
		var b bytes.Buffer
		e := resp.NewEncoder(resptest.FailOnceWriter(&b, int64(n), errOnce))
		err := errors.Join(e.WriteValue(&v), e.Flush())
		if !errors.Is(err, errOnce) {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if err := e.Close(); err != nil || !bytes.Equal(b.Bytes(), want) {
			t.Fatalf("cut at %d: %v, and %d of %d bytes are right", n, err, commonPrefix(b.Bytes(), want), len(want))
		}
	}
}

func commonPrefix(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// A Chunker's WriteTo goes on where the writer stopped, wherever that is.
func TestChunkerGoesOnAfterPartialWrites(t *testing.T) {
	tests.ForAll(t, func(commands []resptest.Command, seed uint64) string {
		c := resp.Chunker{Cutoff: 1 + int(seed%100)}
		var want []byte
		for _, command := range commands {
			want = resp.AppendArgs(want, command...)
		}
		for name, wrap := range awkwardWriters(seed, len(want)) {
			for _, command := range commands {
				if err := c.AddCommand(string(command[0]), bytesArgs(command[1:])...); err != nil {
					return err.Error()
				}
			}
			var b bytes.Buffer
			w := wrap(&b)
			var written int64
			for range 2*len(want) + 2 {
				n, err := c.WriteTo(w)
				if written += n; err == nil {
					break
				}
				if !interrupts(err) || written != int64(b.Len()) || c.Len() != len(want)-b.Len() || !bytes.HasSuffix(want, bytes.Join(c.Chunks(), nil)) {
					return fmt.Sprintf("%s: after %d of %d bytes WriteTo returned %d in all, %v; Len() is %d", name, b.Len(), len(want), written, err, c.Len())
				}
			}
			if !bytes.Equal(b.Bytes(), want) || c.Len() != 0 {
				return fmt.Sprintf("%s: wrote %.300q, want %.300q", name, b.Bytes(), want)
			}
		}
		return ""
	}, gen.SliceOfN(4, respgen.Command(10, 60, 110)), anySeed)
}

// errOnce is what a socket returns that does not block and is full.
const errOnce = syscall.EAGAIN

func interrupts(err error) bool {
	return err == errOnce || err == io.ErrShortWrite || errors.Is(err, os.ErrDeadlineExceeded)
}

// awkwardWriters are writers that get n bytes in the end.
func awkwardWriters(seed uint64, n int) map[string]func(io.Writer) io.Writer {
	return map[string]func(io.Writer) io.Writer{
		"timeouts":    func(w io.Writer) io.Writer { return resptest.TimeoutWriter(w, seed) },
		"short":       func(w io.Writer) io.Writer { return resptest.ShortWriter(w, 1+int(seed%700)) },
		"failed once": func(w io.Writer) io.Writer { return resptest.FailOnceWriter(w, int64(seed%uint64(n+1)), errOnce) },
	}
}

// Doubles are read as strconv reads them, to the last bit, and written as it writes them,
// whether they have few digits or as many as a float64 can tell apart.
func TestDoublesAreThoseOfStrconv(t *testing.T) {
	tests.ForAll(t, func(seed uint64) string {
		rnd := rand.New(rand.NewPCG(seed, 2))
		for range 200 {
			text := anyDouble(rnd)
			want, err := strconv.ParseFloat(text, 64)
			if err != nil {
				continue // beyond float64
			}
			for _, wire := range []string{"," + text + "\r\n", fmt.Sprintf("$%d\r\n%s\r\n", len(text), text)} {
				for _, padding := range []string{"", strings.Repeat(" ", 64)} {
					token, n, err := resp.ConsumeToken([]byte(wire + padding))
					got, floatErr := token.Float64()
					if err != nil || n != len(wire) || floatErr != nil || !sameFloat(got, want) || string(token.Bytes()) != text {
						return fmt.Sprintf("%q is read as %+v, %d bytes, %v, and as %v, %v, want %v", wire, token, n, err, got, floatErr, want)
					}
				}
			}
			for _, f := range []float64{want, -want, math.Float64frombits(rnd.Uint64()), math.Float64frombits(math.Float64bits(want) + 1)} {
				if got := string(resp.AppendDouble(nil, f)); got != ","+strconvDouble(f)+"\r\n" {
					return fmt.Sprintf("%v is written as %q, want %q", f, got, strconvDouble(f))
				}
			}
		}
		return ""
	}, anySeed)
}

// anyDouble returns the spelling of a double, most with few digits and small exponents.
func anyDouble(rnd *rand.Rand) string {
	digits := func(n int) (text string) {
		for range n {
			text += string(rune('0' + rnd.IntN(10)))
		}
		return text
	}
	text := []string{"", "-"}[rnd.IntN(2)] + strings.Repeat("0", rnd.IntN(2)) + digits(1+rnd.IntN(9+rnd.IntN(10)))
	if rnd.IntN(4) > 0 {
		text += "." + digits(1+rnd.IntN(8+rnd.IntN(12)))
	}
	if rnd.IntN(4) == 0 {
		text += []string{"e", "E", "e+", "e-"}[rnd.IntN(4)] + digits(1+rnd.IntN(2+rnd.IntN(2)))
	}
	return text
}

// strconvDouble returns the shortest spelling of f, with an exponent where encoding/json
// has one.
func strconvDouble(f float64) string {
	switch abs := math.Abs(f); {
	case f != f:
		return "nan"
	case f > math.MaxFloat64:
		return "inf"
	case f < -math.MaxFloat64:
		return "-inf"
	case abs != 0 && (abs < 1e-6 || abs >= 1e21):
		return strings.Replace(strconv.FormatFloat(f, 'e', -1, 64), "e-0", "e-", 1)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
