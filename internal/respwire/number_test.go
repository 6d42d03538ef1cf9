package respwire

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestParseIntegerAtTheBoundaries(t *testing.T) {
	const max, min = "9223372036854775807", "-9223372036854775808"
	for _, text := range []string{
		"0", "-0", "+0", "1", "-1", "+1", "007", "-007", "9", "10", "99", "100",
		max, "+" + max, "-" + max, min, "000" + max, "-000" + min[1:],
		"9223372036854775808", "-9223372036854775809", "9223372036854775810", "9223372036854775817",
		"18446744073709551615", "18446744073709551616", "99999999999999999999", strings.Repeat("1", 40),
		"-" + strings.Repeat("9", 100), strings.Repeat("0", 100) + "5", "922337203685477580", "9223372036854775799",
	} {
		checkInteger(t, text)
	}
}

func TestParseIntegerOnRandomDigits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		digits := make([]byte, 1+rng.IntN(22))
		for i := range digits {
			digits[i] = byte('0' + rng.IntN(10))
		}
		checkInteger(t, oneOf(rng, "", "-", "+")+string(digits))
	}
}

// checkInteger compares ParseInteger with math/big and strconv on text that is
// an optional sign and digits.
func checkInteger(t *testing.T, text string) {
	t.Helper()
	v, _, fault := ParseInteger([]byte(text))
	exact, ok := new(big.Int).SetString(text, 10)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	if !exact.IsInt64() {
		if fault != NumberOverflow {
			t.Errorf("ParseInteger(%q): fault %d, want an overflow", text, fault)
		}
		return
	}
	want, err := strconv.ParseInt(text, 10, 64)
	if err != nil || want != exact.Int64() {
		t.Fatalf("strconv and math/big disagree on %q", text)
	}
	if v != want || fault != NumberOK {
		t.Errorf("ParseInteger(%q) = %d, fault %d; want %d", text, v, fault, want)
	}
}

func TestParseIntegerFindsTheFirstFault(t *testing.T) {
	for _, test := range []struct {
		text  string
		at    int
		fault NumberFault
	}{
		{"", 0, NumberBad},
		{"-", 1, NumberBad},
		{"+", 1, NumberBad},
		{"+-1", 1, NumberBad},
		{" 12", 0, NumberBad},
		{"12 ", 2, NumberBad},
		{"1_000", 1, NumberBad},
		{"1.0", 1, NumberBad},
		{"0x10", 1, NumberBad},
		{"1\r2", 1, NumberBad},
		{"1\x00", 1, NumberBad},
		{"/", 0, NumberBad},
		{":", 0, NumberBad},
		{"9223372036854775808", 0, NumberOverflow},
		{"9223372036854775808x", 0, NumberOverflow},
		{"9223372036854775807x", 19, NumberBad},
		{"922337203685477580x", 18, NumberBad},
	} {
		_, at, fault := ParseInteger([]byte(test.text))
		if fault != test.fault || (fault == NumberBad && at != test.at) {
			t.Errorf("ParseInteger(%q): fault %d at %d, want fault %d at %d", test.text, fault, at, test.fault, test.at)
		}
	}
}

func TestScanBigNumberFindsTheFirstFault(t *testing.T) {
	for text, want := range map[string]int{
		"0": -1, "-1": -1, "+1": -1, "00123": -1, strings.Repeat("9", 1000): -1,
		"": 0, "-": 1, "+": 1, "1.5": 1, "0xff": 1, "1_000": 1, "12  34": 2, " 12": 0, "12 ": 2, "--1": 1,
	} {
		if got := ScanBigNumber([]byte(text)); got != want {
			t.Errorf("ScanBigNumber(%q) = %d, want %d", text, got, want)
		}
	}
}

// doubles are spellings with the index of the first byte that does not fit, -1
// where none is, strictly and leniently.
var doubles = []struct {
	text            string
	strict, lenient int
	value           float64
	overflow        bool
}{
	{text: "10", strict: -1, lenient: -1, value: 10},
	{text: "+10", strict: -1, lenient: -1, value: 10},
	{text: "-10", strict: -1, lenient: -1, value: -10},
	{text: "007", strict: -1, lenient: -1, value: 7},
	{text: "-0", strict: -1, lenient: -1, value: math.Copysign(0, -1)},
	{text: "3.141", strict: -1, lenient: -1, value: 3.141},
	{text: "1.0000000000000001e+300", strict: -1, lenient: -1, value: 1e300},
	{text: "1E5", strict: -1, lenient: -1, value: 1e5},
	{text: "1.5e-3", strict: -1, lenient: -1, value: 1.5e-3},
	{text: "1e-400", strict: -1, lenient: -1, value: 0},
	{text: "1e400", strict: -1, lenient: -1, overflow: true},
	{text: "-1e400", strict: -1, lenient: -1, overflow: true},
	{text: strings.Repeat("9", 400), strict: -1, lenient: -1, overflow: true},
	{text: "inf", strict: -1, lenient: -1, value: math.Inf(1)},
	{text: "INF", strict: -1, lenient: -1, value: math.Inf(1)},
	{text: "+inf", strict: -1, lenient: -1, value: math.Inf(1)},
	{text: "-inf", strict: -1, lenient: -1, value: math.Inf(-1)},
	{text: "-INF", strict: -1, lenient: -1, value: math.Inf(-1)},
	{text: "iNf", strict: -1, lenient: -1, value: math.Inf(1)},
	{text: "nan", strict: -1, lenient: -1, value: math.NaN()},
	{text: "NAN", strict: -1, lenient: -1, value: math.NaN()},
	{text: "-nan", strict: -1, lenient: -1, value: math.NaN()},
	{text: "+nan", strict: -1, lenient: -1, value: math.NaN()},
	{text: "nan()", strict: -1, lenient: -1, value: math.NaN()},
	{text: "nan(0x8000)", strict: -1, lenient: -1, value: math.NaN()},
	{text: "-NaN(char_1)", strict: -1, lenient: -1, value: math.NaN()},
	{text: "nan(e)", strict: -1, lenient: -1, value: math.NaN()},

	{text: "5.", strict: 2, lenient: -1, value: 5},
	{text: ".5", strict: 0, lenient: -1, value: .5},
	{text: "-.5", strict: 1, lenient: -1, value: -.5},
	{text: "1.e5", strict: 2, lenient: -1, value: 1e5},
	{text: ".5e1", strict: 0, lenient: -1, value: 5},

	{text: "", strict: 0, lenient: 0},
	{text: "-", strict: 1, lenient: 1},
	{text: "+", strict: 1, lenient: 1},
	{text: "--1", strict: 1, lenient: 1},
	{text: ".", strict: 0, lenient: 1},
	{text: ".e5", strict: 0, lenient: 1},
	{text: "e5", strict: 0, lenient: 0},
	{text: "1e", strict: 2, lenient: 2},
	{text: "1e+", strict: 3, lenient: 3},
	{text: "1e5.5", strict: 3, lenient: 3},
	{text: "1.5.5", strict: 3, lenient: 3},
	{text: "0x10", strict: 1, lenient: 1},
	{text: "0x1p-2", strict: 1, lenient: 1},
	{text: "1_000.5", strict: 1, lenient: 1},
	{text: " 1", strict: 0, lenient: 0},
	{text: "1 ", strict: 1, lenient: 1},
	{text: "1,5", strict: 1, lenient: 1},
	{text: "i", strict: 1, lenient: 1},
	{text: "in", strict: 2, lenient: 2},
	{text: "infinity", strict: 3, lenient: 3},
	{text: "ix", strict: 1, lenient: 1},
	{text: "x", strict: 0, lenient: 0},
	{text: "na", strict: 2, lenient: 2},
	{text: "nanx", strict: 3, lenient: 3},
	{text: "nan(", strict: 4, lenient: 4},
	{text: "nan(a", strict: 5, lenient: 5},
	{text: "nan(-)", strict: 4, lenient: 4},
	{text: "nan(a)b", strict: 6, lenient: 6},
	{text: "nan)", strict: 3, lenient: 3},
	{text: "inf(1)", strict: 3, lenient: 3},
}

func TestScanDoubleFindsTheFirstFault(t *testing.T) {
	for _, test := range doubles {
		if got := ScanDouble([]byte(test.text), false); got != test.strict {
			t.Errorf("ScanDouble(%q, strict) = %d, want %d", test.text, got, test.strict)
		}
		if got := ScanDouble([]byte(test.text), true); got != test.lenient {
			t.Errorf("ScanDouble(%q, lenient) = %d, want %d", test.text, got, test.lenient)
		}
	}
}

func TestParseDoubleOfEverySpelling(t *testing.T) {
	for _, test := range doubles {
		if test.lenient >= 0 {
			continue
		}
		got, ok := ParseDouble([]byte(test.text))
		if ok == test.overflow {
			t.Errorf("ParseDouble(%.20q): in range %t, want %t", test.text, ok, !test.overflow)
		}
		if ok && !sameDouble(got, test.value) {
			t.Errorf("ParseDouble(%q) = %v, want %v", test.text, got, test.value)
		}
	}
}

// sameDouble tells -0 from 0 and takes all NaNs for one.
func sameDouble(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

// Whatever ScanDouble accepts, a double that is not in range must be noticed.
func TestDoubleMayOverflowMissesNothing(t *testing.T) {
	for _, test := range doubles {
		if test.overflow && !DoubleMayOverflow([]byte(test.text)) {
			t.Errorf("DoubleMayOverflow(%.20q) = false, but it does", test.text)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	overflows := 0
	for range 200_000 {
		text := randomDouble(rng)
		if ScanDouble(text, true) >= 0 {
			t.Fatalf("ScanDouble refuses %q", text)
		}
		if _, ok := ParseDouble(text); ok {
			continue
		}
		overflows++
		if !DoubleMayOverflow(text) {
			t.Fatalf("DoubleMayOverflow(%q) = false, but it does", text)
		}
	}
	if overflows < 1000 {
		t.Errorf("only %d of the random doubles overflow; that tests too little", overflows)
	}
}

// randomDouble returns a spelling near the ends of float64's range as often as
// far from them.
func randomDouble(rng *rand.Rand) []byte {
	text := []byte(oneOf(rng, "", "-", "+"))
	digits := func(n int) {
		for range n {
			text = append(text, byte('0'+rng.IntN(10)))
		}
	}
	digits(1 + rng.IntN(5))
	if rng.IntN(4) == 0 {
		digits(rng.IntN(320))
	}
	if rng.IntN(2) == 0 {
		text = append(text, '.')
		digits(1 + rng.IntN(8))
	}
	if rng.IntN(4) > 0 {
		text = append(text, oneOf(rng, "e", "E", "e+", "e-")...)
		digits(1 + rng.IntN(4))
	}
	return text
}

func TestDoubleMayOverflowSparesCommonDoubles(t *testing.T) {
	for _, text := range []string{"0", "1", "-1.5", "3.141592653589793", "1e21", "1e-9", "1.7e+99", "inf", "-inf", "nan"} {
		if DoubleMayOverflow([]byte(text)) {
			t.Errorf("DoubleMayOverflow(%q) = true: every such double would be parsed for nothing", text)
		}
	}
}

func TestAppendDoubleSpellsAsEncodingJSON(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	check := func(f float64) {
		t.Helper()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return
		}
		want, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		got := AppendDouble(nil, f, 64)
		if string(got) != string(want) {
			t.Errorf("AppendDouble(%v) = %q, encoding/json writes %q", f, got, want)
		}
		if ScanDouble(got, false) >= 0 {
			t.Errorf("AppendDouble(%v) = %q, which is outside the grammar", f, got)
		}
		if back, ok := ParseDouble(got); !ok || !sameDouble(back, f) {
			t.Errorf("AppendDouble(%v) = %q, which reads back as %v", f, got, back)
		}
	}
	for _, f := range []float64{
		0, math.Copysign(0, -1), 1, -1, 0.1, 1e-6, 9.999999e-7, 1e-7, 1e-10, 1e20, 1e21, 9.99e20, 1e22, 1e100, 1e-100,
		1 << 53, 1<<53 - 1, 1<<53 + 2, -1 << 53, 1 << 62, 1 << 63, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Pi,
	} {
		check(f)
		check(-f)
	}
	for range 50_000 {
		check(math.Float64frombits(rng.Uint64()))
		check(float64(rng.Int64()))
		check(float64(rng.Int64N(1_000_000)) / 1000)
	}
}

func TestAppendDoubleSpellsFloat32AsEncodingJSON(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	check := func(f float32) {
		t.Helper()
		if f != f || math.IsInf(float64(f), 0) {
			return
		}
		want, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		got := AppendDouble(nil, float64(f), 32)
		if string(got) != string(want) {
			t.Errorf("AppendDouble(float32(%v)) = %q, encoding/json writes %q", f, got, want)
		}
	}
	for _, f := range []float32{0, 1, -1, 0.1, 16777216, 16777218, 1e-6, 1e-7, 1e20, 1e21, math.MaxFloat32, math.SmallestNonzeroFloat32} {
		check(f)
		check(-f)
	}
	for range 50_000 {
		check(math.Float32frombits(rng.Uint32()))
	}
}

func TestAppendDoubleOfValuesWithoutDigits(t *testing.T) {
	for want, f := range map[string]float64{"inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN(), "-0": math.Copysign(0, -1)} {
		for _, bits := range []int{32, 64} {
			if got := AppendDouble([]byte(","), f, bits); string(got) != ","+want {
				t.Errorf("AppendDouble(%v, %d bits) = %q, want %q", f, bits, got, ","+want)
			}
		}
	}
	if got := AppendDouble(nil, math.Copysign(math.NaN(), -1), 64); string(got) != "nan" {
		t.Errorf("AppendDouble of a negative NaN = %q, want nan: it has no sign on the wire", got)
	}
}

// oneOf returns one of list.
func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// What ShortDouble takes, it reads as strconv does: fractions of up to 19 digits, and
// those beside the middle between two float64s, where the last digit decides.
func TestShortDoubleRoundsOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	taken := 0
	check := func(text string) {
		got, ok := ShortDouble([]byte(text))
		if !ok {
			return
		}
		taken++
		if want, err := strconv.ParseFloat(text, 64); err != nil || got != want {
			t.Fatalf("ShortDouble(%q) = %v, want %v", text, got, want)
		}
	}
	const tries = 200_000
	for range tries {
		digits := strconv.FormatUint(rng.Uint64N(1e19), 10)
		point := rng.IntN(len(digits))
		check(digits[:point] + "0"[:min(1, max(1-point, 0))] + "." + digits[point:])
		check(fmt.Sprintf("%se-%d", digits, rng.IntN(30)))
		// the middle between two float64s with 18 or 19 digits, and its neighbours
		middle := (1<<53+2*rng.Uint64N(1<<52)+1)<<rng.IntN(10) + uint64(rng.IntN(3)) - 1
		check(fmt.Sprintf("%d.%d", middle>>1, 5*(middle&1)))
		check(fmt.Sprintf("-%de-%d", middle, rng.IntN(28)))
	}
	for _, text := range []string{"9007199254740993.0", "9007199254740993.1", "9999999999999999999", "9999999999999999.999", "1.000000000000000000", "0.9999999999999999999", ".9007199254740993", "9999999999999999e-27", "9999999999999999e-28", "9999999999999999e-99"} {
		check(text)
	}
	if taken < tries {
		t.Errorf("only %d of the spellings are taken; that tests too little", taken)
	}
}
