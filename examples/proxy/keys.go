package main

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

// keySpec says which arguments are keys, as the COMMAND command of Redis does:
// the first, the last (negative: counted from the end; 0: the argument before the
// first tells how many) and the step between them.
type keySpec struct {
	first, last, step int
}

var (
	oneKey  = keySpec{1, 1, 1} // every command that is not in the table
	noKey   = keySpec{}
	allKeys = keySpec{1, -1, 1}
	twoKeys = keySpec{1, 2, 1}
	second  = keySpec{2, 2, 1}
	refused = keySpec{-1, -1, -1}
)

// keySpecs are the commands whose keys are not just their first argument.
var keySpecs = map[string]keySpec{
	"PING": noKey, "ECHO": noKey, "TIME": noKey, "INFO": noKey, "COMMAND": noKey, "CONFIG": noKey,
	"DBSIZE": noKey, "KEYS": noKey, "SCAN": noKey, "RANDOMKEY": noKey, "FLUSHALL": noKey, "FLUSHDB": noKey,
	"SCRIPT": noKey, "FUNCTION": noKey, "PUBLISH": noKey, "LASTSAVE": noKey, "WAIT": noKey, "ACL": noKey,
	"BGREWRITEAOF": noKey, "BGSAVE": noKey, "SAVE": noKey, "CLUSTER": noKey, "LATENCY": noKey, "LOLWUT": noKey,
	"MODULE": noKey, "PFSELFTEST": noKey, "PUBSUB": noKey, "ROLE": noKey, "SLOWLOG": noKey, "SWAPDB": noKey, "WAITAOF": noKey,

	"DEL": allKeys, "UNLINK": allKeys, "EXISTS": allKeys, "TOUCH": allKeys, "MGET": allKeys,
	"SINTER": allKeys, "SUNION": allKeys, "SDIFF": allKeys, "PFCOUNT": allKeys, "PFMERGE": allKeys,
	"SINTERSTORE": allKeys, "SUNIONSTORE": allKeys, "SDIFFSTORE": allKeys,
	"MSET": {1, -1, 2}, "MSETNX": {1, -1, 2}, "BLPOP": {1, -2, 1}, "BRPOP": {1, -2, 1}, "BITOP": {2, -1, 1},
	"RENAME": twoKeys, "RENAMENX": twoKeys, "COPY": twoKeys, "SMOVE": twoKeys, "LMOVE": twoKeys,
	"BLMOVE": twoKeys, "RPOPLPUSH": twoKeys, "BRPOPLPUSH": twoKeys, "LCS": twoKeys, "ZRANGESTORE": twoKeys, "GEOSEARCHSTORE": twoKeys,
	"OBJECT": second, "XGROUP": second, "XINFO": second, "MEMORY": second, "PFDEBUG": second,
	"BZPOPMIN": {1, -2, 1}, "BZPOPMAX": {1, -2, 1},
	"SINTERCARD": {2, 0, 1}, "ZINTERCARD": {2, 0, 1}, "ZDIFF": {2, 0, 1}, "BLMPOP": {3, 0, 1}, "BZMPOP": {3, 0, 1}, "LMPOP": {2, 0, 1}, "ZMPOP": {2, 0, 1}, "ZUNION": {2, 0, 1}, "ZINTER": {2, 0, 1},
	"EVAL": {3, 0, 1}, "EVALSHA": {3, 0, 1}, "EVALSHA_RO": {3, 0, 1}, "EVAL_RO": {3, 0, 1}, "FCALL": {3, 0, 1}, "FCALL_RO": {3, 0, 1},

	// These have more or less than one reply, or change the state of their
	// connection or the role of their server,
	"AUTH": refused, "HELLO": refused, "SELECT": refused, "CLIENT": refused, "RESET": refused, "ASKING": refused,
	"READONLY": refused, "READWRITE": refused, "MULTI": refused, "EXEC": refused, "DISCARD": refused,
	"WATCH": refused, "UNWATCH": refused, "MONITOR": refused, "SYNC": refused, "PSYNC": refused, "REPLCONF": refused,
	"REPLICAOF": refused, "SLAVEOF": refused, "FAILOVER": refused,
	"SHUTDOWN": refused, "DEBUG": refused, "SUBSCRIBE": refused, "UNSUBSCRIBE": refused, "PSUBSCRIBE": refused,
	"PUNSUBSCRIBE": refused, "SSUBSCRIBE": refused, "SUNSUBSCRIBE": refused,
	// and the keys of these cannot be found by such numbers.
	"XREAD": refused, "XREADGROUP": refused, "MIGRATE": refused,
	"ZUNIONSTORE": refused, "ZINTERSTORE": refused, "ZDIFFSTORE": refused,
	"SORT": refused, "GEORADIUS": refused, "GEORADIUSBYMEMBER": refused, // those whose names end with _RO pass
}

var (
	errRefused   = errors.New("ERR this command cannot be proxied")
	errCrossSlot = errors.New("CROSSSLOT keys in request are on different servers")
)

// route returns the index of the server, of n, that a command is for.
func route(cmd resp.Command, n int) (int, error) {
	spec, ok := keySpecs[strings.ToUpper(string(cmd.Args[0]))]
	switch {
	case !ok:
		spec = oneKey
	case spec == noKey:
		return 0, nil
	case spec == refused:
		return 0, errRefused
	}
	server := -1
	for i := spec.first; i <= spec.lastOf(cmd.Args); i += spec.step {
		of := slot(cmd.Args[i]) % n
		if server >= 0 && of != server {
			return 0, errCrossSlot
		}
		server = of
	}
	return max(server, 0), nil
}

// lastOf returns the index of the last key. It leaves faults in the arguments to the
// server.
func (s keySpec) lastOf(args [][]byte) int {
	last := s.last
	switch {
	case last < 0:
		last += len(args)
	case last == 0 && s.first <= len(args):
		count, _ := strconv.Atoi(string(args[s.first-1]))
		last = s.first - 1 + min(max(count, 0), len(args))
	}
	return min(last, len(args)-1)
}

// slot returns the hash slot of a key as Redis Cluster computes it: only the part
// between the first { and the next } counts, unless that is empty.
func slot(key []byte) int {
	if _, behind, ok := bytes.Cut(key, []byte("{")); ok {
		if tag, _, ok := bytes.Cut(behind, []byte("}")); ok && len(tag) > 0 {
			key = tag
		}
	}
	return int(crc16(key)) % 16384
}

// crc16 is the CRC-16/XMODEM.
func crc16(b []byte) (crc uint16) {
	for _, c := range b {
		crc = crc<<8 ^ crcTable[byte(crc>>8)^c]
	}
	return crc
}

var crcTable = makeCRCTable()

func makeCRCTable() (table [256]uint16) {
	const polynomial = 0x1021
	for i := range table {
		crc := uint16(i) << 8
		for range 8 {
			carry := crc >> 15
			crc = crc<<1 ^ carry*polynomial
		}
		table[i] = crc
	}
	return table
}
