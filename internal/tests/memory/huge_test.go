package memory_test

// Values of a gibibyte, out and in, in the memory of the buffers.

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

const (
	gib      = 1 << 30
	mostHeap = 1 << 20 // that a gibibyte may cost
)

// castagnoli is a checksum that costs little on all machines.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// heapWatch sees how large the heap gets while bytes are written to it.
type heapWatch struct {
	io.Writer
	start, peak uint64 // HeapAlloc
	allocated   uint64 // in all, at the start
	unseen      int    // bytes since the heap was looked at
}

func watchHeap(w io.Writer) *heapWatch {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return &heapWatch{Writer: w, start: m.HeapAlloc, peak: m.HeapAlloc, allocated: m.TotalAlloc}
}

func (h *heapWatch) Write(p []byte) (int, error) {
	const often = 16 << 20
	if h.unseen += len(p); h.unseen > often {
		h.unseen = 0
		h.look()
	}
	return h.Writer.Write(p)
}

func (h *heapWatch) look() (m runtime.MemStats) {
	runtime.ReadMemStats(&m)
	h.peak = max(h.peak, m.HeapAlloc)
	return m
}

// check fails the test when the heap grew, or was used, by more than it may.
func (h *heapWatch) check(t *testing.T) {
	t.Helper()
	allocated := h.look().TotalAlloc - h.allocated
	t.Logf("the heap grew by %d bytes at most; %d were allocated in all", h.peak-h.start, allocated)
	if h.peak-h.start > mostHeap || allocated > mostHeap {
		t.Errorf("the heap grew by %d bytes, and %d were allocated; want at most %d", h.peak-h.start, allocated, mostHeap)
	}
}

// hugeBlock is repeated in the payload of a huge value.
var hugeBlock = string(tests.RandomText(1 << 16))

// hugeSum is the checksum of such a payload of a gibibyte.
func hugeSum() uint32 {
	sum := crc32.New(castagnoli)
	for range gib / len(hugeBlock) {
		io.WriteString(sum, hugeBlock)
	}
	return sum.Sum32()
}

// A gibibyte comes out of a Decoder in constant memory: counted or streamed, at
// top level or deep inside, copied alone or with all that is around it.
func TestGiBOutInConstantMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 3 GiB")
	}
	payload := func() io.Reader { return tests.Repeated("", hugeBlock, gib/len(hugeBlock), "") }
	counted := fmt.Sprintf("$%d\r\n", gib)
	const before, inside, behind = "+before\r\n*2\r\n%1\r\n+k\r\n", "*1\r\n|1\r\n+a\r\n:1\r\n", "\r\n:7\r\n"
	chunk := fmt.Sprintf(";%d\r\n%s\r\n", len(hugeBlock), hugeBlock)
	want := hugeSum()

	bulk := func(t *testing.T, d *resp.Decoder, sum io.Writer) {
		if n, err := d.CopyBulk(sum); n != gib || err != nil {
			t.Errorf("CopyBulk: %d, %v", n, err)
		}
	}
	for _, test := range []struct {
		name string
		wire io.Reader
		read func(t *testing.T, d *resp.Decoder, sum io.Writer)
	}{
		{"counted", io.MultiReader(strings.NewReader(before+inside+counted), payload(), strings.NewReader(behind)),
			func(t *testing.T, d *resp.Decoder, sum io.Writer) {
				for range strings.Count(before, "\r\n") {
					d.ReadToken()
				}
				d.ReadArrayLen()
				bulk(t, d, sum)
			}},
		{"streamed", tests.Repeated("*2\r\n*1\r\n$?\r\n", chunk, gib/len(hugeBlock), ";0\r\n:7\r\n"),
			func(t *testing.T, d *resp.Decoder, sum io.Writer) {
				d.ReadArrayLen()
				d.ReadArrayLen()
				bulk(t, d, sum)
			}},
		{"CopyValue", io.MultiReader(strings.NewReader(inside+counted), payload(), strings.NewReader(behind)),
			func(t *testing.T, d *resp.Decoder, sum io.Writer) {
				frame := len(inside + counted)
				cut := &between{Writer: sum, from: frame, to: frame + gib}
				if n, err := d.CopyValue(cut); n != int64(frame+gib+2) || err != nil || cut.others.String() != inside+counted+"\r\n" {
					t.Errorf("CopyValue: %d, %v, around the payload %q", n, err, &cut.others)
				}
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			sum := crc32.New(castagnoli)
			heap := watchHeap(sum)
			d := resp.NewDecoder(test.wire, resp.MaxBulkLen(gib))
			test.read(t, d, heap)
			if n, err := d.ReadInt64(); n != 7 || err != nil {
				t.Errorf("behind it: %d, %v", n, err)
			}
			heap.check(t)
			if sum.Sum32() != want {
				t.Error("other bytes came out")
			}
		})
	}
}

// between passes on what is written from one offset to another, and keeps the
// rest.
type between struct {
	io.Writer
	at, from, to int
	others       bytes.Buffer
}

func (b *between) Write(p []byte) (int, error) {
	low, high := min(max(b.from-b.at, 0), len(p)), min(max(b.to-b.at, 0), len(p))
	b.others.Write(p[:low])
	b.others.Write(p[high:])
	b.at += len(p)
	_, err := b.Writer.Write(p[low:high])
	return len(p), err
}

// hugeFile is a sparse file of a gibibyte, with some bytes that are not zero, and
// "rest" behind it. It returns the checksum of the gibibyte too.
func hugeFile(t *testing.T) (file *os.File, sum uint32) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "huge"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	const text, at = "some text", gib - 12345
	errs := []error{file.Truncate(gib)}
	for text, at := range map[string]int64{text: at, "rest": gib} {
		_, err := file.WriteAt([]byte(text), at)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		t.Skipf("no file of 1 GiB: %v", err)
	}
	h := crc32.New(castagnoli)
	io.CopyN(h, tests.Zeros{}, at)
	io.WriteString(h, text)
	io.CopyN(h, tests.Zeros{}, gib-at-int64(len(text)))
	return file, h.Sum32()
}

// A gibibyte goes from a file into a connection in constant memory, by the way of
// the operating system, and not one byte more is read.
func TestGiBInInConstantMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 2 GiB")
	}
	file, want := hugeFile(t)
	const command = "*4\r\n$3\r\nSET\r\n$3\r\nkey\r\n"
	header := fmt.Sprintf("$%d\r\n", gib)
	for _, test := range []struct {
		name  string
		write func(e *resp.Encoder) error
		front string
		next  int // bulk strings behind it
	}{
		{"WriteBulkFrom", func(e *resp.Encoder) error { return e.WriteBulkFrom(file, gib) }, header, 0},
		{"WriteCommand", func(e *resp.Encoder) error {
			return e.WriteCommand("SET", resp.String("key"), resp.From(file, gib), resp.String("NX"))
		}, command + header, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			client, server := tests.ConnPair(t, "tcp")
			sum := crc32.New(castagnoli)
			heap := watchHeap(sum)
			received := make(chan error, 1)
			go func() { received <- receiveHuge(server, heap, test.front, test.next) }()

			file.Seek(0, io.SeekStart)
			e := resp.NewEncoder(client)
			written := test.write(e)
			waiting := e.Buffered()
			if err := errors.Join(written, e.Close(), client.CloseWrite(), <-received); err != nil {
				t.Fatal(err)
			}
			heap.check(t)
			if sum.Sum32() != want {
				t.Error("other bytes went in")
			}
			if at, _ := file.Seek(0, io.SeekCurrent); at != gib {
				t.Errorf("%d bytes of the file were read", at)
			}
			// The last bytes of a payload that passes through the Encoder's buffer wait there.
			if want := len("\r\n") + test.next*len("$2\r\nNX\r\n"); waiting != want {
				t.Errorf("%d bytes waited behind the payload, want %d: it was not the kernel that copied it", waiting, want)
			}
		})
	}
}

// receiveHuge reads front, then a gibibyte which goes to w, CR LF, and so many
// bulk strings NX.
func receiveHuge(conn net.Conn, w io.Writer, front string, next int) error {
	got := make([]byte, len(front))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != front {
		return fmt.Errorf("got %q, %v, want %q", got, err, front)
	}
	buf := make([]byte, 64<<10)
	if n, err := io.CopyBuffer(w, struct{ io.Reader }{io.LimitReader(conn, gib)}, buf); n != gib || err != nil {
		return fmt.Errorf("%d bytes, %v", n, err)
	}
	rest, err := io.ReadAll(conn)
	if want := "\r\n" + strings.Repeat("$2\r\nNX\r\n", next); string(rest) != want || err != nil {
		return fmt.Errorf("behind the payload: %q, %v, want %q", rest, err, want)
	}
	return nil
}

// A file that is shorter than promised is an error that names both counts, and the
// Encoder stays in it, on the way through the operating system too.
func TestFileShorterThanPromised(t *testing.T) {
	const size, promised = 100_000, 100_001
	name := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	client, server := tests.ConnPair(t, "tcp")
	go io.Copy(io.Discard, server)
	e := resp.NewEncoder(client)
	err = e.WriteCommand("SET", resp.String("key"), resp.From(file, promised))
	const want = "resp: bulk string of 100001 bytes broke off after 100000: unexpected EOF"
	if err == nil || err.Error() != want || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want %s", err, want)
	}
	for _, again := range []error{e.WriteInteger(1), e.Flush(), e.Close()} {
		if again != err {
			t.Errorf("later %v", again)
		}
	}
}

// Where int has 32 bits, a value that cannot be held at once is a *LimitError, and
// passes in constant memory all the same.
func TestMoreThanAnIntOf32BitsCanHold(t *testing.T) {
	if testing.Short() || strconv.IntSize > 32 {
		t.Skip("reads 2 GiB, on machines of 32 bits")
	}
	const part = 400 << 20
	text := func() io.Reader {
		return tests.Repeated(fmt.Sprintf("$%d\r\n", part), strings.Repeat("x", 1<<20), part>>20, "\r\n")
	}
	wire := func() io.Reader {
		return io.MultiReader(strings.NewReader("*3\r\n"), text(), text(), text(), strings.NewReader(":7\r\n"))
	}
	_, err := resp.NewDecoder(wire()).ReadRaw()
	var limit *resp.LimitError
	if !errors.As(err, &limit) || limit.Limit != "total length" || limit.Offset != 0 {
		t.Errorf("ReadRaw of 1,200 MiB: %v, want a LimitError of the total length", err)
	}
	d := resp.NewDecoder(wire())
	if err := d.SkipValue(); err != nil {
		t.Errorf("SkipValue of 1,200 MiB: %v", err)
	}
	if n, err := d.ReadInt64(); n != 7 || err != nil {
		t.Errorf("behind it: %d, %v", n, err)
	}
}
