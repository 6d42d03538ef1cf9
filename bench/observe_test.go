package bench

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
)

// Not every codec survives every input, and not everything can be recovered
// from: a panic in another goroutine, a stack overflow, an endless loop. So each
// runs in a process of its own, which is this test binary on another way through
// TestMain. When it dies, the next one goes on behind the input.

// The environment tells a process which peer to run, and from which input on.
const (
	peerVariable = "RESP_BENCH_PEER"
	fromVariable = "RESP_BENCH_FROM"
)

// patience is how long a peer may take for one input.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	if name := os.Getenv(peerVariable); name != "" {
		work(name)
		return
	}
	os.Exit(m.Run())
}

// outcome is what a codec makes of an input.
type outcome struct {
	Skipped bool         // it does not claim to read that
	Lost    bool         // it did not survive
	Values  []resp.Value // whole replies, or requests as arrays
	Waited  bool         // then it asked for more; otherwise it refused the rest
	Err     string
}

// observe feeds an input to a codec until it stops.
func (p Peer) observe(in input) (o outcome) {
	src := &endingReader{Reader: bytes.NewReader(in.Wire)}
	r, err := p.open(in, src)
	switch {
	case err != nil:
		return outcome{Err: err.Error()}
	case r == nil:
		return outcome{Skipped: true}
	}
	if o = readAll(r, len(in.Wire)); o.Lost {
		return o // what is left of it may not close either
	}
	o.Waited = src.ended()
	if c, ok := r.(io.Closer); ok {
		c.Close()
	}
	return o
}

// readAll reads until an error. More values than there are bytes will never end.
func readAll(r Reader, most int) (o outcome) {
	defer func() {
		if recover() != nil {
			o = outcome{Lost: true}
		}
	}()
	for len(o.Values) <= most {
		if err := r.Next(); err != nil {
			o.Err = err.Error()
			return o
		}
		o.Values = append(o.Values, r.Tree())
	}
	return outcome{Lost: true}
}

// open returns no Reader when the peer does not claim to read such input.
func (p Peer) open(in input, src io.Reader) (Reader, error) {
	switch {
	case in.Kind == "command" && p.Commands != nil:
		return p.Commands(src)
	case in.Kind == "reply" && p.Replies != nil && p.knows(in.Wire):
		return p.Replies(src, 1)
	}
	return nil, nil
}

// endingReader tells whether its end was met.
type endingReader struct {
	io.Reader
	mu  sync.Mutex
	end bool
}

func (r *endingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end = r.end || err == io.EOF
	return n, err
}

func (r *endingReader) ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.end
}

// work is what a process for one peer does: it writes the outcomes of the
// inputs.
func work(name string) {
	from, err := strconv.Atoi(os.Getenv(fromVariable))
	if err != nil {
		panic(err)
	}
	out := gob.NewEncoder(os.Stdout)
	for _, p := range Peers() {
		if p.Name != name {
			continue
		}
		for _, in := range inputs()[from:] {
			if err := out.Encode(p.observe(in)); err != nil {
				panic(err)
			}
		}
	}
}

// outcomes runs the peer on all inputs.
func (p Peer) outcomes(inputs int) ([]outcome, error) {
	var all []outcome
	for len(all) < inputs {
		some, err := p.outcomesFrom(len(all), inputs)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(all) < inputs {
			all = append(all, outcome{Lost: true})
		}
	}
	return all, nil
}

// outcomesFrom runs a process from the given input on for as long as it lives.
func (p Peer) outcomesFrom(from, inputs int) ([]outcome, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), peerVariable+"="+p.Name, fmt.Sprint(fromVariable, "=", from))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer cmd.Wait()
	kill := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer kill.Stop()
	var all []outcome
	for in := gob.NewDecoder(out); len(all) < inputs-from; {
		var o outcome
		if err := in.Decode(&o); err != nil {
			return all, nil // it died
		}
		kill.Reset(patience)
		all = append(all, o)
	}
	return all, nil
}

// observed are the outcomes of all peers by their names.
var observed = sync.OnceValues(func() (map[string][]outcome, error) {
	n := len(inputs())
	byName := make(map[string][]outcome)
	var mu sync.Mutex
	var group sync.WaitGroup
	var errs []error
	for _, p := range Peers() {
		group.Go(func() {
			all, err := p.outcomes(n)
			mu.Lock()
			defer mu.Unlock()
			byName[p.Name] = all
			errs = append(errs, err)
		})
	}
	group.Wait()
	return byName, errors.Join(errs...)
})

// observe returns the inputs, what package resp makes of them and what each
// peer does.
func observe(t *testing.T) (ins []input, ours []outcome, theirs map[string][]outcome) {
	t.Helper()
	theirs, err := observed()
	if err != nil {
		t.Fatal(err)
	}
	ins = inputs()
	for _, in := range ins {
		ours = append(ours, Ours.observe(in))
	}
	return ins, ours, theirs
}
