package resp_test

// The package is held to the conformance vectors and to the reference decoder:
// by every method that reads, however the bytes arrive, and at every cut.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/internal/tests/reference"
	"github.com/seed65f5866d/resp/resptest"
)

// The oracle is held to the vectors before the package is held to it.
func TestReferencePassesVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		got := refDecode(v.Kind, v.Wire, vectorLimits(v))
		want := vectorResult(v)
		if diff := cmp.Diff(refLines(want.Values, refNumbers), refLines(got.Values, refNumbers)); diff != "" {
			t.Errorf("%s: %.200q: values (-want +got)\n%s", v.ID, v.Wire, diff)
		}
		if diff := cmp.Diff(want.Commands, got.Commands, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %.200q: commands (-want +got)\n%s", v.ID, v.Wire, diff)
		}
		if got.Class != want.Class || want.Offset >= 0 && got.Offset != want.Offset {
			t.Errorf("%s: %.200q: got %s@%d, want %s@%d", v.ID, v.Wire, got.Class, got.Offset, want.Class, want.Offset)
		}
	}
}

// Vectors are told apart by their ids and say what they are about.
func TestVectorsAreWellFormed(t *testing.T) {
	seen := make(map[string]bool)
	for _, v := range vectors() {
		if seen[v.ID] || v.ID == "" {
			t.Errorf("%q: id missing or not unique", v.ID)
		}
		seen[v.ID] = true
		if v.Kind != "reply" && v.Kind != "command" || v.Area == "" || v.Source == "" {
			t.Errorf("%s: kind %q, area %q, source %q", v.ID, v.Kind, v.Area, v.Source)
		}
		if v.Want.Incomplete && v.Want.Error != "" {
			t.Errorf("%s: incomplete and an error", v.ID)
		}
	}
}

// outcome is what a way of reading makes of an input, in a form that compares
// in linear time and differs legibly.
type outcome struct {
	Values   []string // as refLines writes them
	Commands [][]string
	Class    string // "", "incomplete" or an error class
	Offset   int64  // of the error, -1 for none
	Stopped  int64  // InputOffset then
	Text     string // of the error
	Tokens   []byte // as AppendToken writes them, where tokens were read
}

func (o outcome) equal(p outcome) bool {
	return slices.Equal(o.Values, p.Values) && slices.EqualFunc(o.Commands, p.Commands, slices.Equal) && bytes.Equal(o.Tokens, p.Tokens) &&
		o.Class == p.Class && o.Offset == p.Offset && o.Stopped == p.Stopped && o.Text == p.Text
}

// source is a Decoder and how its bytes arrive.
type source struct {
	*resp.Decoder
	wire []byte
	feed func() bool // gives the Decoder its next bytes, where it is fed
}

// again reports whether the call that failed with err is to be made again: the
// Decoder's reader will have more, or it has just been fed more.
func (s *source) again(err error) bool {
	if s.feed != nil && errors.Is(err, resp.ErrIncomplete) {
		return s.feed()
	}
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// delivery is a way in which bytes arrive. None changes what is read.
type delivery struct {
	name string
	open func(wire []byte, opts ...resp.Option) *source
}

// deliveries are all of them; the first is the usual one. The seed is for those
// that are random.
func deliveries(seed uint64) []delivery {
	var all []delivery
	for _, arrival := range tests.Arrivals(seed) {
		all = append(all, delivery{arrival.Name, read(arrival.Of)})
	}
	return append(all, []delivery{
		{"fed whole", fed(func(wire []byte) []int { return []int{len(wire)} })},
		{"fed byte by byte", fed(func(wire []byte) []int { return []int{1} })},
		{"fed in random pieces", fed(func(wire []byte) []int {
			rnd := rand.New(rand.NewPCG(seed, 1))
			return []int{rnd.IntN(20), rnd.IntN(5), rnd.IntN(80), 1 + rnd.IntN(2)}
		})},
	}...)
}

// read makes a delivery of a reader that wraps the wire.
func read(wrap func(io.Reader) io.Reader) func([]byte, ...resp.Option) *source {
	return func(wire []byte, opts ...resp.Option) *source {
		opts = append([]resp.Option{resp.BufferSize(64)}, opts...)
		return &source{Decoder: resp.NewDecoder(wrap(bytes.NewReader(wire)), opts...), wire: wire}
	}
}

// fed makes a delivery of a Decoder that is fed pieces of the sizes given, in
// turn and over again.
func fed(sizes func(wire []byte) []int) func([]byte, ...resp.Option) *source {
	return func(wire []byte, opts ...resp.Option) *source {
		d := resp.NewDecoder(nil, append([]resp.Option{resp.BufferSize(64)}, opts...)...)
		sizes, rest, turn := sizes(wire), slices.Clone(wire), 0
		return &source{d, wire, func() bool {
			if len(rest) == 0 {
				return false
			}
			piece := rest[:min(len(rest), sizes[turn%len(sizes)])]
			d.Feed(piece)
			for i := range piece {
				piece[i] = 0xa5 // Feed keeps nothing of what it was given
			}
			rest = rest[len(piece):]
			turn++
			return true
		}}
	}
}

// stop ends an outcome with the error that reading stopped with.
// Whole values or requests end at from.
func (s *source) stop(o *outcome, kind string, from int64, err error) {
	o.Class, o.Offset, o.Stopped, o.Text = "", -1, s.InputOffset(), err.Error()
	var syntaxError *resp.SyntaxError
	var limitError *resp.LimitError
	switch {
	case err == io.EOF:
	case err == io.ErrUnexpectedEOF:
		o.Class = "incomplete"
	case err == resp.ErrIncomplete:
		// An event loop cannot know whether there will be more: whether this is
		// the end is for the bytes behind the last whole value to tell.
		o.Class = "incomplete"
		if rest := refDecode(kind, s.wire[from:], reference.Defaults); rest.Consumed == len(s.wire)-int(from) {
			o.Class = ""
		}
	case errors.As(err, &syntaxError):
		o.Class, o.Offset = string(syntaxError.Class), syntaxError.Offset
	case errors.As(err, &limitError):
		o.Class, o.Offset = "limit", limitError.Offset
		if limitError.Limit == "depth" {
			o.Class = "depth"
		}
	default:
		o.Class = err.Error()
	}
}

// errStuck is the outcome of a Decoder that neither moves nor stops.
var errStuck = errors.New("reading goes on for ever")

// replyModes are the methods that read replies.
var replyModes = map[string]mode{
	"Decode": func(s *source) (o outcome) {
		var v resp.Value
		for range calls(s.wire) {
			err := s.Decode(&v)
			if err == nil {
				o.Values = append(o.Values, refLines(fromValue(nil, &v), refJoined)...)
			} else if !s.again(err) {
				s.stop(&o, "reply", s.InputOffset(), err)
				return o
			}
		}
		s.stop(&o, "reply", 0, errStuck)
		return o
	},
	"ReadToken": func(s *source) (o outcome) {
		var tree tokenTree
		var whole int64
		for range calls(s.wire) {
			t, err := s.ReadToken()
			if err == nil {
				tree.add(t)
				o.Tokens = resp.AppendToken(o.Tokens, t)
				if got, want := s.Depth(), len(tree.open); got != want {
					o.Class = fmt.Sprintf("Depth() = %d with %d aggregates and streamed strings open", got, want)
					return o
				}
				if len(tree.open)+len(tree.loose) == 0 {
					whole = s.InputOffset()
				}
			} else if !s.again(err) {
				o.Values = refLines(tree.whole, refJoined)
				s.stop(&o, "reply", whole, err)
				return o
			}
		}
		s.stop(&o, "reply", 0, errStuck)
		return o
	},
	"ReadRaw": pieces(func(s *source, start int64, w *bytes.Buffer) error {
		raw, err := s.ReadRaw()
		w.Write(raw)
		return err
	}),
	"SkipValue": pieces(func(s *source, start int64, w *bytes.Buffer) error {
		err := s.SkipValue()
		if err == nil {
			w.Write(s.wire[start:s.InputOffset()])
		}
		return err
	}),
	"CopyValue": pieces(func(s *source, start int64, w *bytes.Buffer) error {
		n := int64(w.Len())
		count, err := s.CopyValue(w)
		if got := int64(w.Len()) - n; count != got {
			return fmt.Errorf("CopyValue returned %d and wrote %d bytes", count, got)
		}
		return err
	}),
}

// calls bounds the number of calls that reading wire can take.
func calls(wire []byte) int { return 6*len(wire) + 100 }

// pieces is a mode that reads the bytes of one whole value at a time, which
// joined are what was consumed. What values they are is for the oracle to say.
func pieces(next func(s *source, start int64, w *bytes.Buffer) error) mode {
	return func(s *source) (o outcome) {
		var whole int64
		var piece bytes.Buffer
		for range calls(s.wire) {
			err := next(s, whole, &piece)
			if err != nil {
				if s.again(err) {
					continue
				}
				s.stop(&o, "reply", whole, err)
				return o
			}
			if got := piece.Bytes(); !bytes.HasPrefix(s.wire[whole:], got) {
				o.Class = fmt.Sprintf("the value at %d was read as %.200q", whole, got)
				return o
			}
			whole += int64(piece.Len())
			if got := s.InputOffset(); got != whole {
				o.Class = fmt.Sprintf("InputOffset() = %d after %d bytes", got, whole)
				return o
			}
			values := reference.Replies(piece.Bytes(), reference.Defaults)
			if values.Class != "" {
				o.Class = fmt.Sprintf("not a whole value: %.200q", piece.Bytes())
				return o
			}
			o.Values = append(o.Values, refLines(values.Values, refJoined)...)
			piece.Reset()
		}
		s.stop(&o, "reply", 0, errStuck)
		return o
	}
}

// commandModes are the methods that read requests.
var commandModes = map[string]mode{
	"ReadCommand": func(s *source) (o outcome) {
		for range calls(s.wire) {
			c, err := s.ReadCommand()
			if err == nil {
				if o.addCommand(c); o.Class != "" {
					return o
				}
			} else if !s.again(err) {
				s.stop(&o, "command", s.InputOffset(), err)
				return o
			}
		}
		s.stop(&o, "command", 0, errStuck)
		return o
	},
	"ReadCommands": func(s *source) (o outcome) {
		var batch []resp.Command
		for range calls(s.wire) {
			var err error
			batch, err = s.ReadCommands(batch[:0])
			for _, c := range batch {
				if o.addCommand(c); o.Class != "" {
					return o
				}
			}
			if err == nil && len(batch) == 0 {
				o.Class = "no command and no error"
				return o
			}
			if err != nil && !s.again(err) {
				s.stop(&o, "command", s.InputOffset(), err)
				return o
			}
		}
		s.stop(&o, "command", 0, errStuck)
		return o
	},
}

// addCommand adds c, whose Raw must be that very command to the oracle.
func (o *outcome) addCommand(c resp.Command) {
	args := make([]string, len(c.Args))
	for i, arg := range c.Args {
		args[i] = string(arg)
	}
	raw := reference.Commands(c.Raw, reference.Defaults)
	if raw.Class != "" || !cmp.Equal(raw.Commands, [][]string{args}) || c.Inline != (c.Raw[0] != '*') {
		o.Class = fmt.Sprintf("command %.200q (inline %v) with raw bytes %.200q", args, c.Inline, c.Raw)
	}
	o.Commands = append(o.Commands, args)
}

// Every method that reads any value, or requests, has a mode.
func TestEveryReadOfWholeValuesHasAMode(t *testing.T) {
	for _, r := range methods.Reads {
		has := true
		switch r.Sort {
		case methods.Values:
			_, has = replyModes[r.Name]
		case methods.Commands:
			_, has = commandModes[r.Name]
		}
		if !has {
			t.Errorf("%s has no mode", r.Name)
		}
	}
}

// Every vector, by every method, however its bytes arrive: the values,
// commands, error class and offset that the vector states, and an error that
// stays.
func TestVectors(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"reply", "command"} {
		for name, mode := range modes(kind) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for _, v := range vectorsOf(kind) {
					checkVector(t, v, name, mode)
				}
			})
		}
	}
}

func checkVector(t *testing.T, v resptest.Vector, name string, mode mode) {
	t.Helper()
	opts := decoderOptions(v)
	oracle := ask(v.Kind, v.Wire, vectorLimits(v))
	want := vectorResult(v)
	if want.Offset < 0 {
		want.Offset = oracle.Offset
	}
	var whole outcome
	const long = 4096 // too long for every way to deliver single bytes
	for i, delivery := range deliveries(1) {
		if len(v.Wire) > long && strings.Contains(delivery.name, "timeouts") {
			continue
		}
		s := delivery.open(v.Wire, opts...)
		got := mode(s)
		if i == 0 {
			whole = got
		}
		if lags(got, oracle, v.Wire) {
			continue
		}
		if diff := diffOutcome(got, oracle, want); diff != "" {
			t.Errorf("%s, %s: %.300q\n%s", v.ID, delivery.name, v.Wire, diff)
			continue
		}
		if got.Stopped != int64(oracle.Consumed) && (name == "Decode" || name == "ReadRaw") {
			t.Errorf("%s, %s: %.300q: InputOffset() = %d after the error, want %d", v.ID, delivery.name, v.Wire, got.Stopped, oracle.Consumed)
		}
		if s.feed == nil && whole.Text != got.Text {
			t.Errorf("%s, %s: %.300q: error text depends on the split: %q, at once %q", v.ID, delivery.name, v.Wire, got.Text, whole.Text)
		}
		if v.Want.Error != "" {
			checkStays(t, s, v.Wire, got.Text)
		}
	}
}

func vectorsOf(kind string) []resptest.Vector {
	return slices.DeleteFunc(vectors(), func(v resptest.Vector) bool { return v.Kind != kind })
}

// vectors are all vectors, but where int has 32 bits those that announce more
// elements than are allowed there.
func vectors() []resptest.Vector {
	return slices.DeleteFunc(slices.Clone(resptest.Vectors()), func(v resptest.Vector) bool {
		if strconv.IntSize == 64 || v.Limits.MaxElements != nil {
			return false
		}
		want := vectorResult(v)
		got := refDecode(v.Kind, v.Wire, vectorLimits(v))
		return got.Class == "limit" && want.Class != "limit"
	})
}

// mode is a way of reading all there is.
type mode = func(*source) outcome

func modes(kind string) map[string]mode {
	if kind == "command" {
		return commandModes
	}
	return replyModes
}

// checkStays checks that after an error every method returns that error.
func checkStays(t *testing.T, s *source, wire []byte, text string) {
	t.Helper()
	for _, r := range methods.Reads {
		if err := r.Call(s.Decoder, io.Discard); err == nil || err.Error() != text {
			t.Errorf("%.300q: after %q, %s gave %v", wire, text, r.Name, err)
		}
	}
}

// Every prefix of every vector, by every method: what the oracle makes of it.
// No value is made up from half of one, and no error comes before its byte.
func TestVectorsCutAnywhere(t *testing.T) {
	t.Parallel()
	const shards = 4
	whole := deliveries(1)[0]
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			for i, v := range vectors() {
				if i%shards != shard {
					continue
				}
				opts := decoderOptions(v)
				for _, n := range cuts(len(v.Wire)) {
					wire := v.Wire[:n]
					oracle := ask(v.Kind, wire, vectorLimits(v))
					for name, mode := range modes(v.Kind) {
						got := mode(whole.open(wire, opts...))
						if lags(got, oracle, wire) {
							continue
						}
						if diff := diffOutcome(got, oracle, oracle.Result); diff != "" {
							t.Errorf("%s by %s: %.300q\n%s", v.ID, name, wire, diff)
						}
					}
				}
			}
		})
	}
}

// cuts are the lengths at which n bytes are cut: all, or of a long input those
// at both ends and some between.
func cuts(n int) (at []int) {
	for i := 0; i <= n; i++ {
		if n < 2000 || i < 20 || i > n-12 || i%8191 == 0 {
			at = append(at, i)
		}
	}
	return at
}

// lags reports whether the package waits for the end of a line in which the
// oracle has found a fault already, which it may: no later byte can mend it,
// but the line's terminator has not arrived. A line that is too long has none,
// so nobody may wait for it.
func lags(got outcome, oracle answer, wire []byte) bool {
	if got.Class != "incomplete" || oracle.Class == "" || oracle.Class == "incomplete" || oracle.Offset < 0 {
		return false
	}
	line := wire[oracle.Line:]
	i := bytes.IndexAny(line, "\r\n")
	return i < 0 || i == len(line)-1 && line[i] == '\r'
}

// answer is what the oracle says, the values as refLines writes them, too.
type answer struct {
	reference.Result
	lines []string
}

// ask asks the oracle.
func ask(kind string, wire []byte, limits reference.Limits) answer {
	result := refDecode(kind, wire, limits)
	return answer{result, refLines(result.Values, refJoined)}
}

// diffOutcome compares what was read with what the oracle and the vector say.
func diffOutcome(got outcome, oracle answer, want reference.Result) string {
	var diff strings.Builder
	if !slices.Equal(oracle.lines, got.Values) {
		fmt.Fprintf(&diff, "values (-want +got)\n%s", cmp.Diff(oracle.lines, got.Values, cmpopts.EquateEmpty()))
	}
	if !slices.EqualFunc(want.Commands, got.Commands, slices.Equal) {
		fmt.Fprintf(&diff, "commands (-want +got)\n%s", cmp.Diff(want.Commands, got.Commands, cmpopts.EquateEmpty()))
	}
	if got.Class != want.Class || want.Offset >= 0 && got.Offset != int64(want.Offset) {
		fmt.Fprintf(&diff, "got %q at %d (%s), want %q at %d\n", got.Class, got.Offset, got.Text, want.Class, want.Offset)
	}
	return diff.String()
}

// ConsumeToken, given the bytes from where it stopped, gives the tokens of
// every reply vector; whether a token may stand where it does is for its caller
// to know, here the tree that is built of them.
func TestVectorsConsumeToken(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		if v.Kind != "reply" || v.Limits != (resptest.Limits{}) {
			continue
		}
		for _, n := range cuts(len(v.Wire)) {
			wire := v.Wire[:n]
			got := consumeTokens(wire)
			oracle := ask("reply", wire, reference.Defaults)
			if lags(got, oracle, wire) {
				continue
			}
			if diff := diffOutcome(got, oracle, oracle.Result); diff != "" {
				t.Errorf("%s: %.300q\n%s", v.ID, wire, diff)
			}
		}
	}
}

func consumeTokens(wire []byte) (o outcome) {
	var tree tokenTree
	s := &source{Decoder: resp.NewDecoder(nil), wire: wire}
	pos := 0
	for o.Offset = -1; pos < len(wire); {
		if o.Class = tree.refuses(wire[pos]); o.Class != "" {
			o.Offset = int64(pos)
			break
		}
		t, n, err := resp.ConsumeToken(wire[pos:])
		if err != nil {
			s.stop(&o, "reply", int64(pos), err)
			if o.Offset >= 0 {
				o.Offset += int64(pos)
			}
			break
		}
		pos += n
		tree.add(t)
	}
	if o.Class == "" && len(tree.open)+len(tree.loose) > 0 {
		o.Class = "incomplete"
	}
	o.Values = refLines(tree.whole, refJoined)
	return o
}

// ConsumeValue finds the size of every value, or that it is incomplete, or the very error,
// as a Decoder's ReadRaw does.
func TestVectorsConsumeValue(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		for _, n := range cuts(len(v.Wire)) {
			if diff := diffConsumeValue(v.Wire[:n]); diff != "" {
				t.Errorf("%s: %s", v.ID, diff)
			}
		}
	}
}

// diffConsumeValue takes values off wire, one by one, by ConsumeValue and by ReadRaw.
func diffConsumeValue(wire []byte) string {
	d := resp.NewDecoder(nil)
	d.Feed(wire)
	for pos := 0; ; {
		n, err := resp.ConsumeValue(wire[pos:])
		raw, want := d.ReadRaw()
		if n != len(raw) || errorText(err) != errorText(atOffset(want, -int64(pos))) {
			return fmt.Sprintf("%.300q from %d on: ConsumeValue gives %d bytes and %v, ReadRaw %d bytes and %v", wire, pos, n, err, len(raw), want)
		}
		if err != nil {
			return ""
		}
		pos += n
	}
}

// atOffset returns err as of bytes that start so much further on in the stream.
func atOffset(err error, by int64) error {
	switch e := err.(type) {
	case *resp.SyntaxError:
		moved := *e
		moved.Offset += by
		return &moved
	case *resp.LimitError:
		moved := *e
		moved.Offset += by
		return &moved
	}
	return err
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprintf("%T: %v", err, err)
}

// ConsumeCommand, given the bytes from where it stopped, gives the commands of
// every command vector.
func TestVectorsConsumeCommand(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		if v.Kind != "command" || v.Limits != (resptest.Limits{}) {
			continue
		}
		for _, n := range cuts(len(v.Wire)) {
			wire := v.Wire[:n]
			got := consumeCommands(wire)
			oracle := ask("command", wire, reference.Defaults)
			if lags(got, oracle, wire) {
				continue
			}
			if diff := diffOutcome(got, oracle, oracle.Result); diff != "" {
				t.Errorf("%s: %.300q\n%s", v.ID, wire, diff)
			}
		}
	}
}

func consumeCommands(wire []byte) (o outcome) {
	var args [][]byte
	s := &source{Decoder: resp.NewDecoder(nil), wire: wire}
	pos := 0
	for o.Offset = -1; pos < len(wire); {
		var n int
		var err error
		args, n, err = resp.ConsumeCommand(wire[pos:], args[:0])
		if err != nil {
			s.stop(&o, "command", int64(pos), err)
			if o.Offset >= 0 {
				o.Offset += int64(pos)
			}
			return o
		}
		if n <= 0 {
			o.Class = fmt.Sprintf("%d bytes consumed at %d", n, pos)
			return o
		}
		pos += n
		if len(args) > 0 {
			command := make([]string, len(args))
			for i, arg := range args {
				command[i] = string(arg)
			}
			o.Commands = append(o.Commands, command)
		}
	}
	return o
}

// What was decoded and is encoded again is the same bytes where the vector says
// so, and other bytes where it says not; tokens keep the chunks of a streamed
// string, values join them.
func TestVectorsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		if v.Kind != "reply" || v.Want.Error != "" || v.Want.Incomplete {
			continue
		}
		opts := decoderOptions(v)
		var tokens, values []byte
		d := resp.NewDecoder(bytes.NewReader(v.Wire), opts...)
		for token, err := d.ReadToken(); err == nil; token, err = d.ReadToken() {
			tokens = resp.AppendToken(tokens, token)
		}
		d.Reset(bytes.NewReader(v.Wire))
		var value resp.Value
		for d.Decode(&value) == nil {
			values = resp.AppendValue(values, &value)
		}
		oracle := reference.Replies(v.Wire, vectorLimits(v))
		joined := !slices.ContainsFunc(refLines(oracle.Values, 0), func(line string) bool { return strings.Contains(line, `" "`) })
		for name, wire := range map[string][]byte{"AppendToken": tokens, "AppendValue": values} {
			switch {
			case v.RoundTrip != nil && *v.RoundTrip && (name == "AppendToken" || joined):
				if !bytes.Equal(wire, v.Wire) {
					t.Errorf("%s by %s: %.300q became %.300q", v.ID, name, v.Wire, wire)
				}
			case v.RoundTrip != nil && !*v.RoundTrip && bytes.Equal(wire, v.Wire):
				t.Errorf("%s by %s: %.300q is not canonical and stayed as it was", v.ID, name, v.Wire)
			}
			again := reference.Replies(wire, vectorLimits(v))
			if diff := cmp.Diff(refLines(oracle.Values, refNumbers|refJoined), refLines(again.Values, refNumbers|refJoined)); again.Class != "" || diff != "" {
				t.Errorf("%s by %s: %.300q became %.300q, which is %s (-want +got)\n%s", v.ID, name, v.Wire, wire, again.Class, diff)
			}
		}
	}
}

// tokenTree builds values of tokens, and knows which may come next.
type tokenTree struct {
	open  []openAggregate
	loose []reference.Value // attributes at top level whose value has not come yet
	whole []reference.Value
}

type openAggregate struct {
	reference.Value
	left  int // elements to come, -1 until the end of a streamed aggregate
	count int // elements that came, attributes not counted
}

// refuses returns the error class with which a token of this first byte is
// refused here, or "".
func (t *tokenTree) refuses(kind byte) string {
	depth := len(t.open)
	inString, mayEnd := false, false
	if depth > 0 {
		top := &t.open[depth-1]
		inString = top.Kind == '$'
		loose := len(top.Elems) > 0 && top.Elems[len(top.Elems)-1].Kind == '|'
		mayEnd = top.left < 0 && !inString && !loose && (top.Kind != '%' || top.count%2 == 0)
	}
	switch {
	case inString != (kind == ';'), kind == '.' && !mayEnd:
		return "type"
	case depth >= reference.Defaults.Depth && resp.Kind(kind).IsAggregate():
		return "depth"
	}
	return ""
}

func (t *tokenTree) add(token resp.Token) {
	v := reference.Value{Kind: byte(token.Kind()), Null: token.IsNull(), Streamed: token.IsStreamed()}
	switch kind := token.Kind(); {
	case kind == resp.End:
		t.close()
	case kind == resp.Chunk && token.Len() == 0:
		t.close()
	case kind == resp.Chunk:
		top := &t.open[len(t.open)-1]
		top.Chunks = append(top.Chunks, string(token.Bytes()))
	case v.Null:
		t.put(v)
	case v.Streamed:
		t.open = append(t.open, openAggregate{Value: v, left: -1})
	case kind.IsAggregate() && token.Len() > 0:
		t.open = append(t.open, openAggregate{Value: v, left: token.Len()})
	case kind == resp.Integer:
		n, err := token.Int64()
		v.Text = fmtScalar(n, err)
		t.put(v)
	case kind == resp.Boolean:
		b, err := token.Bool()
		v.Text = fmtScalar(b, err)[:1]
		t.put(v)
	default:
		v.Text = string(token.Bytes())
		if kind == resp.VerbatimString {
			encoding := token.Encoding()
			v.Format = string(encoding[:])
		}
		t.put(v)
	}
}

func fmtScalar(v any, err error) string {
	if err != nil {
		return "!" + err.Error()
	}
	return fmt.Sprint(v)
}

// put places a whole value into what is open.
func (t *tokenTree) put(v reference.Value) {
	if len(t.open) == 0 {
		t.loose = append(t.loose, v)
		if v.Kind != '|' {
			t.whole = append(t.whole, t.loose...)
			t.loose = nil
		}
		return
	}
	top := &t.open[len(t.open)-1]
	top.Elems = append(top.Elems, v)
	if v.Kind != '|' {
		top.count++
		if top.left--; top.left == 0 {
			t.close()
		}
	}
}

func (t *tokenTree) close() {
	top := t.open[len(t.open)-1]
	t.open = t.open[:len(t.open)-1]
	t.put(top.Value)
}

// fromValue appends v and the attributes before it in the oracle's words.
func fromValue(to []reference.Value, v *resp.Value) []reference.Value {
	for i := range v.Attrs {
		to = fromValue(to, &v.Attrs[i])
	}
	r := reference.Value{Kind: byte(v.Kind), Null: v.Null, Streamed: v.Streamed, Text: string(v.Bytes)}
	switch v.Kind {
	case resp.Integer:
		r.Text = strconv.FormatInt(v.Int, 10)
	case resp.Boolean:
		r.Text = map[int64]string{0: "f", 1: "t"}[v.Int]
	case resp.VerbatimString:
		r.Format = string(v.Encoding[:])
	}
	for i := range v.Elems {
		r.Elems = fromValue(r.Elems, &v.Elems[i])
	}
	return append(to, r)
}

// refDecode is reference.Replies or reference.Commands, as the kind of a vector says.
func refDecode(kind string, wire []byte, limits reference.Limits) reference.Result {
	if kind == "command" {
		return reference.Commands(wire, limits)
	}
	return reference.Replies(wire, limits)
}

// vectorLimits gives the limits a vector is decoded with, in the oracle's words.
func vectorLimits(v resptest.Vector) reference.Limits {
	limits := reference.Defaults
	if l := v.Limits.MaxDepth; l != nil {
		limits.Depth = *l
	}
	if l := v.Limits.MaxArgs; l != nil {
		limits.Args = int64(*l)
	}
	if l := v.Limits.MaxElements; l != nil {
		limits.Elements = *l
	}
	if l := v.Limits.MaxBulk; l != nil {
		limits.BulkLen = *l
	}
	if l := v.Limits.MaxInline; l != nil {
		limits.LineLen = *l
	}
	return limits
}

// decoderOptions gives the limits a vector is decoded with as options.
func decoderOptions(v resptest.Vector) []resp.Option { return limitOptions(vectorLimits(v)) }

// vectorResult is what a vector expects, in the oracle's words, but for the
// bytes consumed, which vectors do not state.
func vectorResult(v resptest.Vector) reference.Result {
	want := reference.Result{Commands: v.Want.Commands, Class: v.Want.Error, Offset: int(v.Want.Offset)}
	if v.Want.Incomplete {
		want.Class = "incomplete"
	}
	for _, value := range v.Want.Values {
		want.Values = append(want.Values, vectorValue(value))
	}
	return want
}

func vectorValue(v resptest.Value) reference.Value {
	kinds := map[string]byte{
		"simple": '+', "err": '-', "int": ':', "bulk": '$', "bool": '#', "double": ',', "bigint": '(', "bulkerr": '!', "verbatim": '=',
		"array": '*', "map": '%', "set": '~', "push": '>', "attr": '|',
		"streamed-bulk": '$', "streamed-array": '*', "streamed-map": '%', "streamed-set": '~',
	}
	r := reference.Value{Kind: kinds[v.Type], Streamed: strings.HasPrefix(v.Type, "streamed-"), Text: v.Text, Format: v.Format, Chunks: v.Chunks}
	switch v.Type {
	case "null":
		r = reference.Value{Kind: map[string]byte{"bulk": '$', "array": '*', "resp3": '_'}[v.Text], Null: true}
	case "bool":
		r.Text = v.Text[:1]
	}
	for _, e := range v.Elems {
		r.Elems = append(r.Elems, vectorValue(e))
	}
	return r
}

// What refLines leaves out.
const (
	refNumbers = 1 << iota // the spelling of doubles and big numbers, which vectors do not tell
	refJoined              // where the chunks of a streamed string end, which a Value does not keep
)

// refLines writes values one node a line, each with its depth: a form in which
// trees however deep compare in linear time and differ legibly.
func refLines(values []reference.Value, without int) []string {
	var lines []string
	var line []byte
	var walk func(values []reference.Value, depth int)
	walk = func(values []reference.Value, depth int) {
		for _, v := range values {
			switch {
			case without&refNumbers != 0 && v.Kind == ',':
				f, err := strconv.ParseFloat(v.Text, 64)
				if err != nil && strings.Contains(strings.ToLower(v.Text), "nan") {
					f = math.NaN()
				}
				v.Text = strconv.FormatFloat(f, 'g', -1, 64)
			case without&refNumbers != 0 && v.Kind == '(':
				n, _ := new(big.Int).SetString(v.Text, 10)
				v.Text = n.String()
			case without&refJoined != 0 && v.Chunks != nil:
				v.Text, v.Chunks = strings.Join(v.Chunks, ""), nil
			}
			line = strconv.AppendInt(line[:0], int64(depth), 10)
			line = append(line, ' ', v.Kind)
			if v.Null {
				line = append(line, " null"...)
			}
			if v.Streamed {
				line = append(line, " streamed"...)
			}
			line = append(line, ' ')
			line = append(line, v.Format...)
			line = strconv.AppendQuote(line, v.Text)
			line = append(line, ' ', '[')
			for i, chunk := range v.Chunks {
				if i > 0 {
					line = append(line, ' ')
				}
				line = strconv.AppendQuote(line, chunk)
			}
			line = append(line, ']', ' ')
			line = strconv.AppendInt(line, int64(len(v.Elems)), 10)
			lines = append(lines, string(line))
			walk(v.Elems, depth+1)
		}
	}
	walk(values, 0)
	return lines
}
