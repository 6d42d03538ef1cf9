//go:build hiredis && cgo

package main

/*
#cgo pkg-config: hiredis
#include <stdlib.h>
#include <string.h>
#include <hiredis.h>

// lengths adds what a reply holds to a checksum, as workload.Sum does.
static void lengths(redisReply *reply, unsigned long long *sum) {
	char digits[32];
	size_t n = reply->len;
	if (reply->type == REDIS_REPLY_INTEGER) n = snprintf(digits, sizeof digits, "%lld", reply->integer);
	if (reply->type == REDIS_REPLY_NIL) n = 0;
	if (reply->type == REDIS_REPLY_ARRAY) n = reply->elements;
	*sum = *sum * 31 + n + 1;
	if (reply->type != REDIS_REPLY_ARRAY) return;
	for (size_t i = 0; i < reply->elements; i++) lengths(reply->element[i], sum);
}

// feed parses all replies that end in a piece and returns how many they are, or -1.
static long feed(redisReader *r, const char *piece, size_t len, int objects, unsigned long long *sum) {
	long n = 0;
	void *reply;
	if (redisReaderFeed(r, piece, len) != REDIS_OK) return -1;
	for (;; n++) {
		reply = NULL;
		if (redisReaderGetReply(r, &reply) != REDIS_OK) return -1;
		if (reply == NULL) return n;
		if (!objects) continue;
		if (sum) lengths(reply, sum);
		freeReplyObject(reply);
	}
}

// feedAll feeds a wire in pieces.
static long feedAll(redisReader *r, const char *wire, size_t len, size_t piece, int objects, unsigned long long *sum) {
	long n = 0;
	while (len > 0) {
		size_t some = len < piece ? len : piece;
		long replies = feed(r, wire, some, objects, sum);
		if (replies < 0) return -1;
		n += replies;
		wire += some;
		len -= some;
	}
	return n;
}

// newReader returns a reader; one without functions parses and builds nothing.
static redisReader *newReader(int objects) {
	return objects ? redisReaderCreate() : redisReaderCreateWithFunctions(NULL);
}

// format writes n commands SET, each into memory of its own, and returns the length
// of one, or -1.
static long format(long n, const char *key, const char *value, size_t len) {
	const char *argv[3] = {"SET", key, value};
	const size_t lens[3] = {3, strlen(key), len};
	long size = -1;
	while (n-- > 0) {
		char *out;
		size = redisFormatCommandArgv(&out, 3, argv, lens);
		if (size < 0) return -1;
		redisFreeCommand(out);
	}
	return size;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/ways"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// hiredisDecodeRows have C feed and parse all pieces in one call, so that crossing
// over from Go costs nothing: once without building anything, and once to the
// objects that its users get.
func hiredisDecodeRows(s *workload.Stream) []row {
	return []row{hiredisRow(hiredisName, s, false), hiredisRow(hiredisFull, s, true)}
}

func hiredisRow(name string, s *workload.Stream, objects bool) row {
	build := C.int(0)
	if objects {
		build = 1
	}
	r := C.newReader(build)
	pass := func(sum *C.ulonglong) error {
		n := C.feedAll(r, (*C.char)(unsafe.Pointer(&s.Wire[0])), C.size_t(len(s.Wire)), ways.PieceSize, build, sum)
		if int(n) != s.Frames {
			return fmt.Errorf("hiredis counts %d frames and not %d", n, s.Frames)
		}
		return nil
	}
	check := func() error {
		var sum C.ulonglong
		if err := pass(&sum); err != nil || !objects {
			return err
		}
		return sameSum(workload.Sum(sum), s.Sum)
	}
	return row{
		Row:   measure.Row{Name: name, Units: s.Frames, Pass: func() error { return pass(nil) }},
		group: native,
		check: check,
	}
}

// hiredisEncodeRows format commands one by one; there is no way to format several.
func hiredisEncodeRows(m ways.Message, set set) []row {
	if set.depth > 1 {
		return nil
	}
	value, key := C.CBytes(set.value), C.CString(ways.SetKey)
	n := m.Runs()
	pass := func() error {
		if int(C.format(C.long(n), key, (*C.char)(value), C.size_t(len(set.value)))) != len(m.Wire) {
			return errors.New("hiredis writes other bytes")
		}
		return nil
	}
	return []row{{Row: measure.Row{Name: hiredisSet, Units: n, Pass: pass}, group: native, check: pass}}
}
