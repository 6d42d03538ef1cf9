package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

const (
	// holdFlag as the first argument makes this program a holder: a process that has
	// both ends of connections. There are as many holders as are needed, because each
	// may open so many files only.
	holdFlag = "-hold"

	maxHolders = 100
)

// servers answer the requests of a connection, each in one way.
var servers = map[string]func(net.Conn){"resp": serve, "bare": serveBare}

// hold is what a holder does. It opens count connections, fewer where it is not given
// more, and prints their number and why there are no more. Then it reads numbers of
// rounds, asks each connection in turn so many times, and prints the processor time
// that this took. It ends with its standard input, whatever it does.
func hold(way, count string) error {
	runtime.GOMAXPROCS(1)
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	lines := make(chan string)
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- in.Text()
		}
		os.Exit(0)
	}()
	conns, err := connect(n, servers[way])
	var errno syscall.Errno
	if errors.As(err, &errno) {
		err = errno // without the name of the socket
	}
	fmt.Println(len(conns), err)
	for line := range lines {
		rounds, err := strconv.Atoi(line)
		if err != nil {
			return err
		}
		start := measure.CPUTime()
		if err := askEach(conns, rounds); err != nil {
			return err
		}
		fmt.Println(int64(measure.CPUTime() - start))
	}
	return nil
}

// holders are running processes that have connections.
type holders struct {
	running []*holder
	cpu     time.Duration // of all passes
}

// startHolders starts as many processes as n connections take, each by the same
// command.
func startHolders(command []string, way string, n int) (*holders, error) {
	h := new(holders)
	for left := n; left > 0; {
		if len(h.running) == maxHolders {
			h.stop()
			return nil, fmt.Errorf("%w: %d processes may have %s connections", errCannot, maxHolders, grouped(n-left))
		}
		one, held, err := startHolder(command, way, left)
		if err != nil {
			h.stop()
			return nil, err
		}
		h.running = append(h.running, one)
		left -= held
	}
	return h, nil
}

// ask has all connections asked in turn, so many rounds of those of each holder.
func (h *holders) ask(rounds int) error {
	for _, one := range h.running {
		fmt.Fprintln(one.in, rounds) // one that has ended is told of by its answer
		line, err := one.answer()
		if err != nil {
			return err
		}
		ns, err := strconv.ParseInt(line, 10, 64)
		if err != nil {
			return err
		}
		h.cpu += time.Duration(ns)
	}
	return nil
}

func (h *holders) stop() {
	for _, one := range h.running {
		one.stop()
	}
}

// holder is one of them.
type holder struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startHolder returns a process and how many connections it has: n at most, one at
// least.
func startHolder(command []string, way string, n int) (h *holder, held int, err error) {
	words := slices.Concat(command, []string{holdFlag, way, strconv.Itoa(n)})
	h = &holder{cmd: exec.Command(words[0], words[1:]...)}
	h.cmd.Stderr = os.Stderr
	if h.in, err = h.cmd.StdinPipe(); err != nil {
		return nil, 0, err
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		return nil, 0, err
	}
	h.out = bufio.NewReader(out)
	if err := h.cmd.Start(); err != nil {
		return nil, 0, fmt.Errorf("%w: %v", errCannot, err)
	}
	line, err := h.answer()
	if err == nil {
		number, reason, _ := strings.Cut(line, " ")
		if held, err = strconv.Atoi(number); err == nil && held == 0 {
			err = fmt.Errorf("%w: %s", errCannot, reason)
		}
	}
	if err != nil {
		h.stop()
		return nil, 0, err
	}
	return h, held, nil
}

// answer returns the next line of a holder. The system kills one that has too much
// memory.
func (h *holder) answer() (string, error) {
	line, err := h.out.ReadString('\n')
	if err == nil {
		return strings.TrimSuffix(line, "\n"), nil
	}
	h.cmd.Wait()
	err = fmt.Errorf("a process with connections has ended: %v", h.cmd.ProcessState)
	if h.cmd.ProcessState.ExitCode() < 0 {
		err = fmt.Errorf("%w: %w", errCannot, err)
	}
	return "", err
}

// stop has it end by itself.
func (h *holder) stop() {
	h.in.Close()
	h.cmd.Wait()
}

// onSockets is a size of n connections on unix sockets, which are served in this way.
func onSockets(n int, way string) size {
	return size{grouped(n), func() (measure.Row, func(), error) {
		self, err := os.Executable()
		if err != nil {
			return measure.Row{}, nil, err
		}
		h, err := startHolders([]string{self}, way, n)
		if err != nil {
			return measure.Row{}, nil, err
		}
		return h.row(n), h.stop, nil
	}}
}

// row measures them with n connections. A pass has 10,000 requests at least, or that
// one process wakes another would count.
func (h *holders) row(n int) measure.Row {
	name := grouped(n)
	if processes := len(h.running); processes > 1 {
		name += fmt.Sprintf(" in %d processes", processes)
	}
	rounds := max(1, 10_000/n)
	return measure.Row{
		Name:  name,
		Units: rounds * n,
		Pass:  func() error { return h.ask(rounds) },
		CPU:   func() time.Duration { return h.cpu },
	}
}
