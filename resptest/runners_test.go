package resptest_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

const (
	checkPy = "../testdata/conformance/runners/check.py"
	program = "RESPTEST_PROGRAM" // variable: the test is a program for check.py, which answers so
	asKind  = "RESPTEST_KIND"    // variable: reply or command
)

func TestMain(m *testing.M) {
	if how := os.Getenv(program); how != "" {
		answer(spoilers[how])
		return
	}
	os.Exit(m.Run())
}

// spoilers change right results in one way each.
var spoilers = map[string]func(r *resptest.Result){
	"right":    func(*resptest.Result) {},
	"no fault": func(r *resptest.Result) { r.Error = "" },
	"all faults": func(r *resptest.Result) {
		if r.Error == "" {
			*r = resptest.Result{Error: "syntax"}
		}
	},
	"another class": func(r *resptest.Result) {
		if r.Error != "" {
			r.Error = "another"
		}
	},
	"another value": func(r *resptest.Result) {
		if len(r.Values) > 0 {
			r.Values[len(r.Values)-1] = resptest.Value{Type: "simple", Text: "another"}
		}
		if len(r.Commands) > 0 {
			r.Commands[0] = append(r.Commands[0], "another")
		}
	},
	"ends": func(*resptest.Result) { os.Exit(0) },
}

// answer is a program for check.py.
func answer(spoil func(r *resptest.Result)) {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		wire, err := hex.DecodeString(lines.Text())
		if err != nil {
			panic(err)
		}
		result := parse(os.Getenv(asKind), wire, resptest.Limits{})
		spoil(&result)
		data, err := json.Marshal(spelledResult(result))
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s\n", data)
	}
}

// characters makes a character of each byte.
func characters(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

// spelledResult is r in the form that check.py reads.
func spelledResult(r resptest.Result) map[string]any {
	result := make(map[string]any)
	if len(r.Values) > 0 {
		result["values"] = spelledValues(r.Values)
	}
	commands := [][]string{}
	for _, c := range r.Commands {
		words := []string{}
		for _, word := range c {
			words = append(words, characters(word))
		}
		commands = append(commands, words)
	}
	if len(commands) > 0 {
		result["commands"] = commands
	}
	if r.Incomplete {
		result["incomplete"] = true
	}
	if r.Error != "" {
		result["error"], result["offset"] = r.Error, r.Offset
	}
	return result
}

func spelledValues(list []resptest.Value) []any {
	values := []any{}
	for _, v := range list {
		value := map[string]any{"t": v.Type}
		switch v.Type {
		case "simple", "err", "bulk", "bulkerr", "bigint":
			value["s"] = characters(v.Text)
		case "verbatim":
			value["fmt"], value["s"] = characters(v.Format), characters(v.Text)
		case "int":
			value["i"] = v.Text
		case "double":
			f := math.Float64frombits(doubleBits(v.Text))
			value["d"] = strconv.FormatFloat(f, 'g', -1, 64)
		case "bool":
			value["b"] = v.Text == "true"
		case "null":
			value["wire"] = v.Text
		case "streamed-bulk":
			chunks := []string{}
			for _, chunk := range v.Chunks {
				chunks = append(chunks, characters(chunk))
			}
			value["chunks"] = chunks
		default:
			value["v"] = spelledValues(v.Elems)
		}
		values = append(values, value)
	}
	return values
}

// doubleBits returns the bits of the double that text spells.
func doubleBits(text string) uint64 {
	v := resp.Value{Kind: resp.Double, Bytes: []byte(text)}
	f, _ := v.Float64()
	return math.Float64bits(f)
}

// check.py finds package resp right in every vector, and finds out what is changed in
// its results.
func TestCheckPyJudgesRightly(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process for each of many vectors")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on PATH")
	}
	if strconv.IntSize == 32 {
		t.Skip("some vectors announce more elements than a Decoder allows where int has 32 bits")
	}
	for _, kind := range []string{"reply", "command"} {
		var all, faulty, full int // vectors; those with a fault; those with a value or a request
		for _, v := range resptest.Vectors() {
			if v.Kind != kind || v.Limits != (resptest.Limits{}) {
				continue
			}
			all++
			if v.Want.Error != "" {
				faulty++
			}
			if len(v.Want.Values)+len(v.Want.Commands) > 0 {
				full++
			}
		}
		for how, want := range map[string]map[string]int{
			"right":         {"right": all, "takes what is wrong": 0, "refuses what is right": 0, "no result": 0, "differs": 0},
			"no fault":      {"right": all - faulty, "takes what is wrong": faulty},
			"all faults":    {"right": faulty, "refuses what is right": all - faulty},
			"another class": {"right": all - faulty, "differs": faulty},
			"another value": {"right": all - full, "differs": full},
			"ends":          {"right": 0, "no result": all},
		} {
			if how == "ends" && kind == "reply" {
				continue // as with commands, and starts a process for each vector
			}
			command := exec.Command(python, checkPy, kind, os.Args[0])
			command.Env = append(os.Environ(), program+"="+how, asKind+"="+kind)
			output, err := command.Output()
			if (err != nil) != (how == "ends") {
				t.Errorf("%s, %s: %v", how, kind, err)
			}
			for outcome, n := range want {
				if row := fmt.Sprintf("| %s | %d/%d |", outcome, n, all); !strings.Contains(string(output), row) {
					t.Errorf("%s, %s: want the row %s in\n%s", how, kind, row, output)
				}
			}
		}
	}
}
