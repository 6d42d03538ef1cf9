package bench

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests/verdicts"
)

var update = flag.Bool("update", false, "write "+disagreementsFile)

const disagreementsFile = "DISAGREEMENTS.md"

const disagreementsIntro = `# Where codecs disagree

What Go codecs make of input on which they do not all agree with package resp:
malformed and truncated input, and spellings that are valid but not canonical.
On canonical input they agree, but for the exceptions in canonical_test.go. Each
input is one of the conformance vectors, whose notes and sources say more; ` + "`go test -run Disagreements -update`" + ` writes this file anew.

| word | what the codec does |
|---|---|
| accepts | gives a value where package resp waits or refuses |
| refuses | reports an error, or ends the connection |
| waits | asks for more bytes |
| other value | gives a value that differs in more than what the codec's results never show (fold_test.go) |
| = | the same as package resp |
| – | not asked: it does not claim to know a kind of reply in that input |

Of an input with several values the first difference counts. Behind the bytes
the connection ends; some codecs then take what there is for a whole line.
redcon's parser of replies has one answer for what is incomplete and for what is
wrong, shown as "waits". "radix" reads every kind into the type that the package
has for it, "radix any" into an any.

Limits are settings and not compared, and no input announces lengths or counts
of six digits or more.
`

// Whoever changes what package resp accepts sees here whom it joins or leaves.
func TestDisagreementsAreListed(t *testing.T) {
	ins, ours, theirs := observe(t)
	got := disagreements(ins, ours, theirs)
	if *update {
		if err := os.WriteFile(disagreementsFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(disagreementsFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s is not up to date; go test -run Disagreements -update (-file +now)\n%s", disagreementsFile, diff)
	}
}

func disagreements(ins []input, ours []outcome, theirs map[string][]outcome) string {
	var b strings.Builder
	b.WriteString(disagreementsIntro)
	fmt.Fprintf(&b, "\nMade when the vectors, with what package resp makes of them, had the checksum %s.\n", verdicts.Checksum())
	for _, kind := range []string{"reply", "command"} {
		newTable(kind).fill(ins, ours, theirs).write(&b)
	}
	return b.String()
}

// table is what peers do with replies or with commands.
type table struct {
	kind  string
	peers []Peer
	rows  []string

	inputs, lost    int
	same, different []int // by peer
}

func newTable(kind string) *table {
	t := &table{kind: kind}
	for _, p := range Peers() {
		if kind == "reply" && p.Replies != nil || kind == "command" && p.Commands != nil {
			t.peers = append(t.peers, p)
		}
	}
	t.same, t.different = make([]int, len(t.peers)), make([]int, len(t.peers))
	return t
}

func (t *table) fill(ins []input, ours []outcome, theirs map[string][]outcome) *table {
	for i, in := range ins {
		if in.Kind != t.kind || in.Canonical {
			continue
		}
		t.inputs++
		var row []outcome
		for _, p := range t.peers {
			row = append(row, theirs[p.Name][i])
		}
		if slices.ContainsFunc(row, func(o outcome) bool { return o.Lost }) {
			t.lost++ // naming the input would name the codec too
			continue
		}
		t.add(in, ours[i], row)
	}
	return t
}

func (t *table) add(in input, ours outcome, theirs []outcome) {
	cells := []string{in.ID, code(in.Wire), verdicts.Describe(ours.Err)}
	agreed := true
	for i, p := range t.peers {
		cell := p.differs(in, ours, theirs[i])
		switch cell {
		case "–":
		case "=":
			t.same[i]++
		default:
			t.different[i]++
			agreed = false
		}
		cells = append(cells, cell)
	}
	if !agreed {
		t.rows = append(t.rows, tableRow(cells))
	}
}

func (t *table) write(w io.Writer) {
	names, same, different := []string{""}, []string{"agree"}, []string{"disagree"}
	for i, p := range t.peers {
		names = append(names, p.Name)
		same = append(same, fmt.Sprint(t.same[i]))
		different = append(different, fmt.Sprint(t.different[i]))
	}
	title := map[string]string{"reply": "Replies", "command": "Commands"}[t.kind]
	fmt.Fprintf(w, "\n## %s\n\n%d inputs; %d were left out because a parser did not survive them. Codecs disagree on %d.\n\n",
		title, t.inputs, t.lost, len(t.rows))
	fmt.Fprintln(w, tableRow(names)+"\n"+strings.Repeat("|---", len(names))+"|")
	fmt.Fprintln(w, tableRow(same)+"\n"+tableRow(different)+"\n")
	head := append([]string{"vector", "bytes", "resp"}, names[1:]...)
	fmt.Fprintln(w, tableRow(head)+"\n"+strings.Repeat("|---", len(head))+"|")
	for _, row := range t.rows {
		fmt.Fprintln(w, row)
	}
}

func tableRow(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }

// code shows the start of an input in a Markdown table.
func code(wire []byte) string {
	const most = 48
	s := fmt.Sprintf("%q", wire)
	s = s[1 : len(s)-1]
	if len(s) > most {
		s = s[:most] + "…"
	}
	return "`` " + strings.ReplaceAll(s, "|", `\|`) + " ``"
}

// ended reports whether package resp found nothing behind the last whole value.
func (o outcome) ended() bool { return o.Err == io.EOF.Error() }

// differs says what a peer does where it differs from package resp.
func (p Peer) differs(in input, ours, theirs outcome) string {
	if theirs.Skipped {
		return "–"
	}
	want, got := p.comparable(in, ours.Values), p.comparable(in, theirs.Values)
	for i := range min(len(want), len(got)) {
		if !want[i].Equal(got[i]) {
			return "other value"
		}
	}
	stop := "refuses"
	if theirs.Waited {
		stop = "waits"
	}
	switch {
	case len(got) > len(want) && ours.ended():
		return "other value"
	case len(got) > len(want):
		return "accepts"
	case len(got) < len(want):
		return stop
	case theirs.Waited == ours.Waited:
		return "="
	}
	return stop
}

// The words of the table, where they are easy to get wrong.
func TestDiffers(t *testing.T) {
	one, two := integer(1), integer(2)
	end, wait, fault := io.EOF.Error(), io.ErrUnexpectedEOF.Error(), errors.New("fault").Error()
	tests := []struct {
		name         string
		ours, theirs outcome
		want         string
	}{
		{"unknown", outcome{}, outcome{Skipped: true}, "–"},
		{"same value", outcome{Values: []resp.Value{one}, Waited: true, Err: end}, outcome{Values: []resp.Value{one}, Waited: true}, "="},
		{"other value", outcome{Values: []resp.Value{one}, Waited: true, Err: end}, outcome{Values: []resp.Value{two}, Waited: true}, "other value"},
		{"value too many", outcome{Values: []resp.Value{one}, Waited: true, Err: end}, outcome{Values: []resp.Value{one, two}, Waited: true}, "other value"},
		{"value too few", outcome{Values: []resp.Value{one}, Waited: true, Err: end}, outcome{Waited: true}, "waits"},
		{"refused value", outcome{Values: []resp.Value{one}, Waited: true, Err: end}, outcome{}, "refuses"},
		{"both refuse", outcome{Err: fault}, outcome{Err: fault}, "="},
		{"both wait", outcome{Waited: true, Err: wait}, outcome{Waited: true}, "="},
		{"accepts a fault", outcome{Err: fault}, outcome{Values: []resp.Value{one}, Waited: true}, "accepts"},
		{"accepts a part", outcome{Waited: true, Err: wait}, outcome{Values: []resp.Value{one}}, "accepts"},
		{"waits at a fault", outcome{Err: fault}, outcome{Waited: true}, "waits"},
		{"refuses a part", outcome{Waited: true, Err: wait}, outcome{Err: fault}, "refuses"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := (Peer{}).differs(input{}, test.ours, test.theirs); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
