package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// process is a running sampler.
type process struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Scanner
	workloads []string
	rows      []string // of the workload that was asked for last
}

func start(s side) (*process, error) {
	cmd := exec.Command(s.sampler)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewScanner(out)}
	if p.workloads, err = p.answer(); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// stop has it end by itself.
func (p *process) stop() error { return errors.Join(p.in.Close(), p.cmd.Wait()) }

func (p *process) answer() ([]string, error) {
	if !p.out.Scan() {
		return nil, errors.Join(errors.New("a sampler has ended"), p.out.Err())
	}
	fields := strings.Split(p.out.Text(), "\t")
	if fields[0] == "error" {
		return nil, errors.New(strings.Join(fields[1:], " "))
	}
	return slices.DeleteFunc(fields, func(f string) bool { return f == "" }), nil
}

func (p *process) ask(format string, args ...any) ([]string, error) {
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		return nil, err
	}
	return p.answer()
}

// makeRows has the rows of a workload made; there are none of one it does not know.
func (p *process) makeRows(workload string) (err error) {
	p.rows, err = p.ask("rows %s", workload)
	return err
}

// sample measures a row once.
func (p *process) sample(row string, length time.Duration) (s sample, err error) {
	fields, err := p.ask("sample %d %v", slices.Index(p.rows, row), length)
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w", row, err)
	}
	if len(fields) != 2 {
		return sample{}, fmt.Errorf("%s: %d fields for an answer", row, len(fields))
	}
	ns, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return sample{}, err
	}
	allocs, err := strconv.ParseFloat(fields[1], 64)
	return sample{ns, allocs}, err
}
