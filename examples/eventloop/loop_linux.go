package main

import (
	"io"
	"net"
	"os"
	"syscall"
)

// loop serves all connections on the goroutine that calls run.
type loop struct {
	epoll    int
	listener int
	clients  map[int]*polled
	store    store
	buf      []byte // what has been read, for all of them: Feed copies it
}

// polled is a client and the events that epoll reports for its socket.
type polled struct {
	*client
	fd     socket
	events uint32
}

func serve(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		return err
	}
	defer file.Close()
	return serveListener(file)
}

// serveListener serves the connections of a listening socket.
func serveListener(file *os.File) error {
	l := &loop{listener: int(file.Fd()), clients: map[int]*polled{}, store: store{}, buf: make([]byte, 64<<10)}
	if err := l.listen(); err != nil {
		return err
	}
	defer syscall.Close(l.epoll)
	return l.run()
}

// onlyNew is syscall.EPOLLET as a flag: epoll tells once of what has come.
const onlyNew = 1 << 31

// listen makes a new epoll report new connections of the listener, each only once.
// It would report without end while connections wait and no more files may be open.
func (l *loop) listen() (err error) {
	if err := syscall.SetNonblock(l.listener, true); err != nil {
		return err
	}
	if l.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if err = l.control(syscall.EPOLL_CTL_ADD, l.listener, syscall.EPOLLIN|onlyNew); err != nil {
		syscall.Close(l.epoll)
	}
	return err
}

func (l *loop) control(op, fd int, events uint32) error {
	return syscall.EpollCtl(l.epoll, op, fd, &syscall.EpollEvent{Events: events, Fd: int32(fd)})
}

// run waits for sockets that are ready and serves each.
func (l *loop) run() error {
	events := make([]syscall.EpollEvent, 256)
	for {
		n, err := syscall.EpollWait(l.epoll, events, -1)
		if err != nil && err != syscall.EINTR {
			return err
		}
		for _, event := range events[:max(n, 0)] {
			if fd := int(event.Fd); fd == l.listener {
				l.accept()
			} else if p := l.clients[fd]; l.serve(p) != nil {
				l.drop(p)
			}
		}
	}
}

// accept takes all connections that wait.
func (l *loop) accept() {
	for {
		fd, _, err := syscall.Accept4(l.listener, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		if err == syscall.EINTR || err == syscall.ECONNABORTED {
			continue
		}
		if err != nil {
			return // there are no more, or none can be accepted now
		}
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
		if l.control(syscall.EPOLL_CTL_ADD, fd, syscall.EPOLLIN) != nil {
			syscall.Close(fd)
			continue
		}
		l.clients[fd] = &polled{newClient(socket(fd), l.store), socket(fd), syscall.EPOLLIN}
	}
}

// serve does what a client's socket is ready for. An error ends the connection.
func (l *loop) serve(p *polled) error {
	if err := l.readOrWrite(p); err != nil {
		return err
	}
	switch {
	case p.done():
		return io.EOF
	case p.full:
		return l.wantOnly(p, syscall.EPOLLOUT)
	}
	return l.wantOnly(p, syscall.EPOLLIN)
}

// readOrWrite reads only once, so that no client delays the others. It does not read
// from a client whose socket is full.
func (l *loop) readOrWrite(p *polled) error {
	if p.full {
		return p.resume()
	}
	n, err := p.fd.Read(l.buf)
	if err == errBlocked {
		return nil
	}
	if err != nil {
		return err
	}
	return p.receive(l.buf[:n])
}

// wantOnly makes epoll report only these events of a client.
func (l *loop) wantOnly(p *polled, events uint32) error {
	if p.events == events {
		return nil
	}
	p.events = events
	return l.control(syscall.EPOLL_CTL_MOD, int(p.fd), events)
}

// drop closes a connection, and so epoll forgets it. Another one may have waited for
// its place.
func (l *loop) drop(p *polled) {
	delete(l.clients, int(p.fd))
	syscall.Close(int(p.fd))
	l.accept()
}

// socket is a socket that does not block, as a reader and a writer.
type socket int

// Read reads what there is, or fails with errBlocked when there is nothing yet.
func (s socket) Read(p []byte) (int, error) {
	n, err := retry(syscall.Read, int(s), p)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// Write writes what the socket takes. It fails with errBlocked when that is not all.
func (s socket) Write(p []byte) (written int, err error) {
	for written < len(p) {
		n, err := retry(syscall.Write, int(s), p[written:])
		if err != nil {
			return written, err
		}
		written += n
	}
	return written, nil
}

// retry makes a system call until no signal interrupts it.
func retry(call func(int, []byte) (int, error), fd int, p []byte) (int, error) {
	for {
		n, err := call(fd, p)
		if err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}
