package resp_test

// Native fuzz targets. Each holds the package to an independent statement of
// what it should do; most share it with a property of property_test.go. The seeds
// are the conformance vectors and what is in testdata/fuzz. Long inputs find
// nothing that short ones do not, and are left out.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/internal/tests/reference"
)

// addVectors seeds f with the short wires of one kind.
func addVectors(kind string, add func(wire []byte)) {
	for _, v := range vectorsOf(kind) {
		if len(v.Wire) <= tests.LongestFuzzed {
			add(v.Wire)
		}
	}
}

// Replies are what the oracle says, by every method, and ConsumeValue agrees with ReadRaw.
func FuzzReplies(f *testing.F) {
	addVectors("reply", func(wire []byte) { f.Add(wire) })
	f.Fuzz(func(t *testing.T, wire []byte) { fuzzOracle(t, "reply", wire) })
}

// Requests are what the oracle says, by every method.
func FuzzCommands(f *testing.F) {
	addVectors("command", func(wire []byte) { f.Add(wire) })
	f.Fuzz(func(t *testing.T, wire []byte) { fuzzOracle(t, "command", wire) })
}

func fuzzOracle(t *testing.T, kind string, wire []byte) {
	if len(wire) > tests.LongestFuzzed {
		return
	}
	if diff := diffOracle(kind, wire, reference.Defaults) + diffOracle(kind, wire, smallLimits) + diffConsumeValue(wire); diff != "" {
		t.Error(diff)
	}
}

// What is read does not depend on how it arrives. The seed picks a way.
func FuzzSplits(f *testing.F) {
	for i, kind := range []string{"reply", "command"} {
		seed := uint64(0)
		addVectors(kind, func(wire []byte) {
			seed++
			f.Add(wire, i > 0, seed|seed&4<<6) // some Lenient
		})
	}
	f.Fuzz(func(t *testing.T, wire []byte, requests bool, seed uint64) {
		if len(wire) > tests.LongestFuzzed/2 {
			return
		}
		kind, limits := "reply", reference.Defaults
		if requests {
			kind = "command"
		}
		if seed%2 > 0 {
			limits = smallLimits
		}
		opts := limitOptions(limits)
		if seed>>8%2 > 0 {
			opts = append(opts, resp.Lenient())
		}
		ways := deliveries(seed)
		if diff := diffSplit(kind, wire, opts, ways[seed/2%uint64(len(ways))]); diff != "" {
			t.Error(diff)
		}
	})
}

// What was decoded and is encoded again is decoded as the same, raw bytes are
// those that came, and reads mixed in any order stay aligned.
func FuzzRoundTrip(f *testing.F) {
	seed := uint64(0)
	addVectors("reply", func(wire []byte) {
		seed++
		f.Add(wire, seed)
	})
	f.Fuzz(func(t *testing.T, wire []byte, seed uint64) {
		if len(wire) > tests.LongestFuzzed {
			return
		}
		d, again := resp.NewDecoder(bytes.NewReader(wire), resp.BufferSize(64)), resp.NewDecoder(nil, resp.BufferSize(64))
		var v, w resp.Value
		for d.Decode(&v) == nil {
			encoded := resp.AppendValue(nil, &v)
			again.Reset(nil)
			again.Feed(encoded)
			if err := again.Decode(&w); err != nil || !sameValue(&w, &v) || len(again.Buffered()) > 0 {
				t.Errorf("%+v became %q and then %+v, %v", v, encoded, w, err)
			}
			if twice := resp.AppendValue(nil, &w); !bytes.Equal(twice, encoded) {
				t.Errorf("%q became %q", encoded, twice)
			}
			if clone := v.Clone(); !clone.Equal(v) {
				t.Errorf("%+v was cloned as %+v", v, clone)
			}
			for _, format := range []string{"%v", "%+v", "%q"} {
				_ = fmt.Sprintf(format, v)
			}
		}
		d.Reset(bytes.NewReader(wire))
		if raw, err := d.ReadRaw(); err == nil {
			if !bytes.HasPrefix(wire, raw) {
				t.Errorf("ReadRaw gave %q of %q", raw, wire)
			}
			if fault := mixedReads(slices.Clone(raw), seed); fault != "" {
				t.Errorf("%q: %s", raw, fault)
			}
		}
	})
}

// Inline requests are split as the naive model of sdssplitargs does.
func FuzzInline(f *testing.F) {
	addVectors("command", func(wire []byte) { f.Add(bytes.TrimRight(wire, "\r\n")) })
	f.Fuzz(func(t *testing.T, line []byte) {
		if len(line) > tests.LongestFuzzed {
			return
		}
		if diff := diffSplitInline(line); diff != "" {
			t.Error(diff)
		}
		if diff := diffOracle("command", append(slices.Clone(line), '\n'), reference.Defaults); diff != "" {
			t.Error(diff)
		}
	})
}

// Chunks have the boundaries of redis-py for every cutoff. The words of a command
// are separated by 0, commands by 1.
func FuzzChunker(f *testing.F) {
	f.Add([]byte("ab\x00\x00cdefgh\x01\x01x"), 5)
	f.Add([]byte("abcdefghijklmnopqrstuvwxyz\x00ab"), 20)
	f.Add([]byte{}, -1)
	var c resp.Chunker
	f.Fuzz(func(t *testing.T, data []byte, cutoff int) {
		if len(data) > tests.LongestFuzzed || cutoff < 1 {
			return
		}
		c.Cutoff = cutoff
		var commands [][][]byte
		for _, words := range bytes.Split(data, []byte{1}) {
			commands = append(commands, append([][]byte{[]byte("NAME")}, bytes.Split(words, []byte{0})...))
		}
		if diff := diffChunks(&c, commands); diff != "" {
			t.Error(diff)
		}
		var args [][]byte
		wire := bytes.Join(c.Chunks(), nil)
		for _, words := range commands {
			var n int
			var err error
			args, n, err = resp.ConsumeCommand(wire, args[:0])
			if err != nil || !slices.EqualFunc(args, words, bytes.Equal) {
				t.Fatalf("%q was read as %q, %v, want %q", wire, args, err, words)
			}
			wire = wire[n:]
		}
	})
}

var fuzzInteger = regexp.MustCompile(`^[+-]?[0-9]+$`)

// Numbers are read as strconv and math/big read them, where the grammar takes
// them, and what is written reads back as the same number.
func FuzzNumbers(f *testing.F) {
	for _, text := range []string{
		"0", "-0", "+5", "007", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "12345678", "123456789", "1.5", ".5", "5.",
		"1e400", "1e-400", "1E+05", "inf", "-INF", "nan", "nan(1)", "1_000", "0x10", "", "-", "4.9e-324", "1.7976931348623157e308", "2.2250738585072011e-308",
	} {
		f.Add(text, uint64(len(text)))
	}
	for _, x := range []float64{math.Pi, 1e21, 1e-7, math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, 1 << 53, 123456} {
		f.Add(strconv.FormatFloat(x, 'g', -1, 64), math.Float64bits(x))
	}
	f.Fuzz(func(t *testing.T, text string, bits uint64) {
		if len(text) > tests.LongestFuzzed {
			return
		}
		fuzzReadNumber(t, text)
		fuzzWriteNumber(t, bits)
	})
}

// fuzzReadNumber reads text as each kind of number.
func fuzzReadNumber(t *testing.T, text string) {
	isInteger, isDouble := fuzzInteger.MatchString(text), reference.IsDouble(text)
	wantInt, rangeErr := strconv.ParseInt(text, 10, 64)
	wantFloat, floatErr := strconv.ParseFloat(text, 64)
	if isDouble && strings.Contains(strings.ToLower(text), "nan") {
		wantFloat, floatErr = math.NaN(), nil
	}
	for _, kind := range []resp.Kind{resp.Integer, resp.BigNumber, resp.Double, resp.BulkString} {
		wire := fmt.Sprintf("%c%s\r\n", kind, text)
		if kind == resp.BulkString {
			wire = fmt.Sprintf("$%d\r\n%s\r\n", len(text), text)
		}
		token, n, err := resp.ConsumeToken([]byte(wire))
		accepts := map[resp.Kind]bool{
			resp.Integer: isInteger && rangeErr == nil, resp.BigNumber: isInteger, resp.Double: isDouble && floatErr == nil, resp.BulkString: true,
		}[kind]
		if accepts != (err == nil && n == len(wire)) {
			t.Errorf("ConsumeToken(%q) = %d, %v", wire, n, err)
		}
		// Behind so much else the fast parser takes what it knows.
		padded, paddedSize, paddedErr := resp.ConsumeToken(append([]byte(wire), make([]byte, 64)...))
		if err != resp.ErrIncomplete && (paddedSize != n || errorText(paddedErr) != errorText(err) || fmt.Sprintf("%+v", padded) != fmt.Sprintf("%+v", token)) {
			t.Errorf("ConsumeToken(%q) = %+v, %d, %v, and with more bytes behind it %+v, %d, %v", wire, token, n, err, padded, paddedSize, paddedErr)
		}
		if err != nil || n != len(wire) { // refused, or the text has an end of line in it
			continue
		}
		var value resp.Value
		if err := resp.NewDecoder(strings.NewReader(wire)).Decode(&value); err != nil {
			t.Fatalf("Decode of %q: %v", wire, err)
		}
		gotInt, err := token.Int64()
		if ok := isInteger && rangeErr == nil && kind != resp.Double; ok != (err == nil) || ok && gotInt != wantInt {
			t.Errorf("%q as an integer: %d, %v, want %d", wire, gotInt, err, wantInt)
		}
		gotFloat, err := token.Float64()
		if ok := isDouble && floatErr == nil; kind != resp.Integer && ok != (err == nil) || ok && err == nil && !sameFloat(gotFloat, wantFloat) && kind != resp.Integer {
			t.Errorf("%q as a double: %v, %v, want %v", wire, gotFloat, err, wantFloat)
		}
		if v, valueErr := value.Float64(); !sameFloat(v, gotFloat) || (valueErr == nil) != (err == nil) {
			t.Errorf("%q as a double: %v of the value, %v of the token", wire, v, gotFloat)
		}
		gotBig, err := value.BigInt()
		wantBig, ok := new(big.Int).SetString(text, 10)
		if ok = ok && isInteger && kind != resp.Double; ok != (err == nil) || ok && gotBig.Cmp(wantBig) != 0 {
			t.Errorf("%q as a big number: %v, %v, want %v", wire, gotBig, err, wantBig)
		}
	}
}

func sameFloat(f, g float64) bool {
	return math.Float64bits(f) == math.Float64bits(g) || f != f && g != g
}

// fuzzWriteNumber writes the numbers that bits stand for.
func fuzzWriteNumber(t *testing.T, bits uint64) {
	double := resp.AppendDouble(nil, math.Float64frombits(bits))
	token, n, err := resp.ConsumeToken(double)
	if err != nil || n != len(double) {
		t.Fatalf("AppendDouble gave %q, which is %v", double, err)
	}
	if f, err := token.Float64(); err != nil || !sameFloat(f, math.Float64frombits(bits)) {
		t.Errorf("%v became %q and then %v, %v", math.Float64frombits(bits), double, f, err)
	}
	integer := strconv.FormatInt(int64(bits), 10)
	if got := resp.AppendInteger(nil, int64(bits)); string(got) != ":"+integer+"\r\n" {
		t.Errorf("AppendInteger of %s gave %q", integer, got)
	}
	number, _ := new(big.Int).SetString(integer+integer[1:], 10)
	if got := resp.AppendBigNumber(nil, number); number != nil && string(got) != "("+number.String()+"\r\n" {
		t.Errorf("AppendBigNumber of %v gave %q", number, got)
	}
	unsigned := strconv.FormatUint(bits, 10)
	want := fmt.Sprintf("*4\r\n$1\r\nX\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(integer), integer, len(unsigned), unsigned,
		len(token.Bytes()), token.Bytes())
	if got := resp.AppendCommand(nil, "X", resp.Int(int64(bits)), resp.Uint(bits), resp.Float(math.Float64frombits(bits))); string(got) != want {
		t.Errorf("AppendCommand gave %q, want %q", got, want)
	}
}

// Whatever an Encoder is called with, what it accepts can be decoded, what it
// refuses writes nothing and is the last that it accepts, and Close tells whether
// everything is complete. The bytes of the program pick calls and arguments.
func FuzzEncoderMisuse(f *testing.F) {
	for i := range misuses {
		f.Add([]byte{byte(i), 2, byte(i), 1, 1, 2, 3, 4}, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, program []byte, resp2 bool) {
		if len(program) > tests.LongestFuzzed/8 {
			return
		}
		protocol := 3
		if resp2 {
			protocol = 2
		}
		var written bytes.Buffer
		e := resp.NewEncoder(&written, resp.Protocol(protocol), resp.BufferSize(64))
		p := &misuse{program}
		var broken error
		for i := 0; len(p.program) > 0; i++ {
			call := misuses[p.next()%len(misuses)]
			before := written.Len() + e.Buffered()
			err := call(e, p)
			var encodeError *resp.EncodeError
			switch {
			case err == errUnasked:
			case broken != nil:
				if after := written.Len() + e.Buffered(); err != broken || after != before {
					t.Fatalf("call %d after %v returned %v and wrote %d bytes", i, broken, err, after-before)
				}
			case errors.As(err, &encodeError):
				if after := written.Len() + e.Buffered(); after != before {
					t.Fatalf("call %d was refused (%v) and wrote %d bytes", i, err, after-before)
				}
				broken = err
			case errors.Is(err, io.ErrUnexpectedEOF):
				broken = err
			case err != nil:
				t.Fatalf("call %d: %v", i, err)
			}
		}
		err := e.Close()
		oracle := reference.Replies(written.Bytes(), reference.Defaults)
		switch {
		case oracle.Class != "" && oracle.Class != "incomplete":
			t.Errorf("wrote %q, %s error at %d", written.Bytes(), oracle.Class, oracle.Offset)
		case broken != nil:
			if err != broken {
				t.Errorf("Close returned %v after %v", err, broken)
			}
		case err == nil && (oracle.Class != "" || e.Buffered() > 0):
			t.Errorf("wrote %q, %s, with %d bytes left, and Close returned nil", written.Bytes(), oracle.Class, e.Buffered())
		case err != nil && oracle.Class == "" && !resp2:
			t.Errorf("wrote %q, and Close returned %v", written.Bytes(), err)
		}
	})
}

// misuse is what is left of a program.
type misuse struct{ program []byte }

func (p *misuse) next() int {
	if len(p.program) == 0 {
		return 0
	}
	b := p.program[0]
	p.program = p.program[1:]
	return int(b)
}

// count is a count that is small, and once in a while negative.
func (p *misuse) count() int { return p.next()%6 - 1 }

func (p *misuse) text() string {
	n := min(p.next()%20, len(p.program))
	text := string(p.program[:n])
	p.program = p.program[n:]
	return text
}

// errUnasked is what a call returns whose error, if any, does not stay.
var errUnasked = errors.New("no matter")

// aroundLarge is about as long as payloads that are not copied.
var aroundLarge = bytes.Repeat([]byte("x"), 6010)

// misuses are calls with arguments that a program picks, and every method that writes.
var misuses = func() []func(e *resp.Encoder, p *misuse) error {
	calls := pickedMisuses
	for _, write := range methods.Writes {
		calls = append(calls, func(e *resp.Encoder, _ *misuse) error { return write.Call(e) })
	}
	return calls
}()

var pickedMisuses = []func(e *resp.Encoder, p *misuse) error{
	func(e *resp.Encoder, p *misuse) error { return e.WriteSimpleString(p.text()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteSimpleError(p.text()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteInteger(int64(p.next())) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteBulkString(p.text()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteBulkBytes(aroundLarge[:6000+p.count()]) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteNullBulkString() },
	func(e *resp.Encoder, p *misuse) error { return e.WriteNullArray() },
	func(e *resp.Encoder, p *misuse) error { return e.WriteNull() },
	func(e *resp.Encoder, p *misuse) error { return e.WriteBoolean(p.next() > 9) },
	func(e *resp.Encoder, p *misuse) error {
		return e.WriteDouble(math.Float64frombits(uint64(p.next()) << 55))
	},
	func(e *resp.Encoder, p *misuse) error { return e.WriteBigNumber(big.NewInt(int64(p.next()))) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteBulkError(p.text()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteVerbatimString(p.text(), p.text()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteVerbatimString("txt", p.text()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteArray(p.count()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteMap(p.count()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteSet(p.count()) },
	func(e *resp.Encoder, p *misuse) error { return e.WritePush(p.count()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteAttribute(p.count()) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteStreamedString() },
	func(e *resp.Encoder, p *misuse) error { return e.WriteStreamed(resp.Kind("*~%>|$"[p.next()%6])) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteChunk([]byte(p.text())) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteLastChunk() },
	func(e *resp.Encoder, p *misuse) error { return e.WriteEnd() },
	func(e *resp.Encoder, p *misuse) error {
		return e.WriteCommand(p.text(), resp.String(p.text()), resp.Int(7))
	},
	func(e *resp.Encoder, p *misuse) error {
		return e.WriteArgs([][]byte{[]byte(p.text()), nil}[p.next()%3/2:]...)
	},
	func(e *resp.Encoder, p *misuse) error { return e.WriteArgs() },
	func(e *resp.Encoder, p *misuse) error {
		text := p.text()
		return e.WriteBulkFrom(strings.NewReader(text), int64(len(text)-p.next()%8/7))
	},
	func(e *resp.Encoder, p *misuse) error {
		text := p.text()
		return e.WriteBulkFrom(strings.NewReader(text), int64(len(text)+p.next()%8/7))
	},
	func(e *resp.Encoder, p *misuse) error { return e.WriteBulkFrom(nil, 1) },
	func(e *resp.Encoder, p *misuse) error {
		return e.WriteCommand("X", resp.From(strings.NewReader("ab"), 2))
	},
	func(e *resp.Encoder, p *misuse) error {
		v := resp.Value{Kind: resp.Kind(p.next()), Streamed: p.next()%2 > 0, Null: p.next()%4 > 2, Bytes: []byte(p.text()), Elems: make([]resp.Value, p.next()%4)}
		return e.WriteValue(&v)
	},
	func(e *resp.Encoder, p *misuse) error {
		const wire = "+a\r\n-b\r\n:1\r\n$1\r\nc\r\n*2\r\n%1\r\n|1\r\n~1\r\n>1\r\n*?\r\n%?\r\n$?\r\n;1\r\nd\r\n;0\r\n.\r\n_\r\n$-1\r\n*-1\r\n#t\r\n,1\r\n(2\r\n!1\r\ne\r\n=5\r\ntxt:f\r\n"
		var tokens []resp.Token
		for rest := []byte(wire); len(rest) > 0; {
			t, n, err := resp.ConsumeToken(rest)
			if err != nil {
				return err
			}
			tokens, rest = append(tokens, t), rest[n:]
		}
		return e.WriteToken(tokens[p.next()%len(tokens)])
	},
	func(e *resp.Encoder, p *misuse) error { return e.Flush() },
	func(e *resp.Encoder, p *misuse) error { e.Close(); return errUnasked },
	func(e *resp.Encoder, p *misuse) error { return e.WriteRaw([]byte("%1\r\n:1\r\n:2\r\n")) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteRaw(nil) },
	func(e *resp.Encoder, p *misuse) error { return e.WriteArg(resp.String(p.text())) },
}
