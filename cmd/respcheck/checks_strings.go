package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed65f5866d/resp"
)

// poem has lines ended by CR LF, LF and nothing, and more bytes than characters.
const poem = "床前明月光，\r\n疑是地上霜。\n举头望明月，\r\n\r\n低头思故乡。"

func checkText(t *trip) {
	c, key := t.dial(), t.key("床前明月光\r\n")
	c.want(okReply, "SET", key, poem)
	c.want(bulk(poem), "GET", key)
	c.want(integer(int64(len(poem))), "STRLEN", key) // bytes, not characters
}

func checkEmpty(t *trip) {
	c, key := t.dial(), t.key("")
	c.want(okReply, "SET", key, "")
	c.want(bulk(""), "GET", key)
	c.want(integer(0), "STRLEN", key)
	c.want(bulk(""), "ECHO", []byte(nil))
}

func checkMissing(t *trip) {
	c, key := t.dial(), t.key("never written")
	c.want(t.null(), "GET", key)
	c.want(array(), "LRANGE", key, 0, -1)
	c.want(t.dict(), "HGETALL", key)
	c.want(integer(0), "EXISTS", key)
}

func checkAllBytes(t *trip) {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	c, key := t.dial(), t.key(string(all[:]))
	c.want(bulk(all[:]), "ECHO", all[:])
	c.want(okReply, "SET", key, all[:])
	c.want(bulk(all[:]), "GET", key)
	for i := range all {
		c.want(bulk(all[i:i+1]), "ECHO", all[i:i+1])
	}
}

func checkIntegers(t *trip) {
	c, key := t.dial(), t.key("n")
	c.want(integer(math.MaxInt64), "INCRBY", key, int64(math.MaxInt64))
	c.want(integer(-1), "INCRBY", key, int64(math.MinInt64))
	c.want(integer(math.MinInt64), "INCRBY", key, int64(-math.MaxInt64))
	c.wantThat("the text of the lowest int64", func(v *resp.Value) bool {
		n, err := v.Int64()
		return err == nil && n == math.MinInt64 && v.Kind == resp.BulkString
	}, "GET", key)
}

func checkDoubles(t *trip) {
	c, key := t.dial(), t.key("scores")
	kind := resp.BulkString
	if t.proto == 3 {
		kind = resp.Double
	}
	for _, f := range []float64{
		0, 1, -1, 3.141, 0.1, 1.0 / 3, 1e15, 1e21, -1e-7, 123456789.123456789,
		math.MaxFloat64, math.SmallestNonzeroFloat64, math.Pi, math.Inf(1), math.Inf(-1),
	} {
		c.want(integer(1), "ZADD", key, f, f) // score and member
		c.wantThat(fmt.Sprintf("the %s %v", kind, f), func(v *resp.Value) bool {
			got, err := v.Float64()
			return err == nil && got == f && v.Kind == kind
		}, "ZSCORE", key, f)
	}
}

// checkCutoff sends values around the size up to which a Chunker copies an argument.
func checkCutoff(t *trip) {
	for _, size := range []int{5999, 6000, 6001, 12001} {
		sendLarge(t, size)
	}
}

func checkMiB(t *trip) { sendLarge(t, 1<<20) }

func check64MiB(t *trip) {
	if !t.cfg.large {
		t.skipf("only with -large")
		return
	}
	sendLarge(t, 64<<20)
}

// sendLarge sends size bytes to the server and back and compares checksums.
func sendLarge(t *trip, size int) {
	c, key := t.dial(), t.key(fmt.Sprint(size))
	c.allow(int64(size))
	value := randomBytes(t.cfg.seed, size)
	sum := sha256.Sum256(value)
	c.want(okReply, "SET", key, value)
	c.want(integer(int64(size)), "STRLEN", key)
	c.wantThat(fmt.Sprintf("%d bytes with the SHA-256 %x", size, sum), func(v *resp.Value) bool {
		return len(v.Bytes) == size && sha256.Sum256(v.Bytes) == sum
	}, "GET", key)
	c.want(integer(1), "DEL", key)
}

func randomBytes(seed uint64, size int) []byte {
	b := make([]byte, size)
	rand.NewChaCha8(chaChaKey(seed)).Read(b)
	return b
}

func chaChaKey(seed uint64) (key [32]byte) {
	binary.LittleEndian.PutUint64(key[:], seed)
	return key
}

// checkInline sends requests as a person types them, ended by a bare LF, and reads
// the reply one byte at a time.
func checkInline(t *trip) {
	c := t.dial()
	c.in.single = true
	c.want(simple("PONG"), "PING") // the connection works before anything unusual
	if c.err == nil && !knowsInline(t) {
		t.skipf("the server closes a connection that sends an inline request")
		return
	}
	requests := []struct {
		line string
		want resp.Value
	}{
		{"PING\n", simple("PONG")},
		{"SELECT 2\n", okReply},
		{"\n\r\n  PING\r\n", simple("PONG")},
		{`ECHO "a\x41 \"b\"\n"` + "\n", bulk("aA \"b\"\n")},
		{"ECHO '床前 明月光'\n", bulk("床前 明月光")},
	}
	for _, r := range requests {
		c.sendRaw([]byte(r.line))
		c.compare(r.line, r.want, c.receive())
	}
}

// knowsInline reports whether the server answers the simplest inline request.
func knowsInline(t *trip) bool {
	c := t.tryDial()
	defer c.close()
	c.sendRaw([]byte("PING\r\n"))
	return bytes.Equal(c.receive().Bytes, []byte("PONG"))
}
