package live_test

// The package is held to bytes that a real server sent: testdata/captures, which
// README.md there describes. What was asked is the table below. TestCapture
// takes the captures anew.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/resptest"
)

// capture is one conversation with a server. Commands are spelled as in
// redis-cli, one a line; {id} stands for the CLIENT ID of the connection that is
// captured.
type capture struct {
	name   string
	only   int    // the one protocol it is taken in, 0 for both
	setup  string // sent by another connection first, once for both protocols
	script string // sent in one write by the connection that is captured
	raw    string // sent instead of a script, as it stands
	others string // sent afterwards by another connection, after `unix:` by one on the unix socket
	closes bool   // the server closes the connection at the end
	large  bool   // taken from the first server alone
	extra  [2]int // values in RESP2 and in RESP3 beyond one for each command of the script
}

var captures = []capture{
	{name: "hello", script: `
		HELLO
		PING
		PING "hello world"
		ECHO ""
		SELECT 1
		RESET`},
	{name: "strings", script: `
		FLUSHALL
		SET poem "床前明月光,\r\n疑是地上霜。\r\n"
		GET poem
		STRLEN poem
		GETRANGE poem 0 2
		SET empty ""
		GET empty
		GET missing
		SET binary "\x00\x01\r\n\xff$5\r\n*1\r\n"
		GET binary
		DUMP binary
		MSET a 1 b 2 "key with blanks" 3
		MGET a missing "key with blanks" b
		SETNX a 2
		SET a 5 NX
		SET a 5 XX GET
		INCR a
		INCRBY counter 9223372036854775807
		DECRBY lowest 9223372036854775807
		DECR lowest
		INCRBYFLOAT pi 3.14159
		INCRBYFLOAT pi 1e17
		TTL a
		TYPE a
		OBJECT ENCODING a
		OBJECT HELP
		EXISTS a b missing
		DEL a b missing`},
	{name: "hashes", setup: `
		HSET hash field value empty "" number 42 "with\r\nlines" "a\r\nb"
		HSET one f v`, script: `
		HGETALL hash
		HGETALL missing
		HGET hash field
		HGET hash missing
		HMGET hash field missing empty
		HKEYS hash
		HVALS hash
		HRANDFIELD one 1 WITHVALUES
		HRANDFIELD missing
		CONFIG GET hash-max-*
		CONFIG GET no-such-parameter`},
	{name: "lists", script: `
		FLUSHALL
		RPUSH list a b c "" a
		LRANGE list 0 -1
		LRANGE missing 0 -1
		LPOS list a COUNT 0
		LPOS list missing
		LPOP list 2
		LPOP missing
		LPOP missing 2
		LMPOP 2 missing list LEFT COUNT 2
		LMPOP 1 missing LEFT
		BLPOP list 1
		BLPOP missing 0.01
		BLMPOP 0.01 1 missing LEFT`},
	{name: "sets", setup: `
		SADD numbers 1 2 3 -9223372036854775808
		SADD words a "b c" "\xe4\xb8\xad"
		SADD one 1`, script: `
		SMEMBERS numbers
		SMEMBERS words
		SMEMBERS missing
		SMISMEMBER numbers 1 4
		SINTER numbers one
		SINTERCARD 2 numbers one
		SUNION numbers words
		SRANDMEMBER one
		SRANDMEMBER one 2
		SRANDMEMBER missing`},
	{name: "sortedsets", script: `
		FLUSHALL
		ZADD zset 1 one 1.5 half -inf lowest inf highest 3.0000000000000004 digits 1e300 huge -0 zero 5e-324 tiny
		ZRANGE zset 0 -1
		ZRANGE zset 0 -1 WITHSCORES
		ZREVRANGEBYSCORE zset +inf -inf WITHSCORES LIMIT 0 2
		ZSCORE zset lowest
		ZSCORE zset highest
		ZSCORE zset digits
		ZSCORE zset huge
		ZSCORE zset zero
		ZSCORE zset tiny
		ZSCORE zset missing
		ZMSCORE zset one missing half
		ZINCRBY zset 0.1 one
		ZADD zset INCR 0.1 one
		ZADD zset NX INCR 1 one
		ZRANK zset missing
		ZRANDMEMBER zset 0 WITHSCORES
		ZDIFF 2 zset missing WITHSCORES
		ZPOPMIN zset
		ZPOPMAX zset 1
		ZPOPMIN missing
		ZMPOP 1 zset MIN COUNT 2
		BZPOPMIN zset 1
		BZPOPMIN missing 0.01`},
	{name: "geo", setup: `
		GEOADD sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania`, script: `
		GEOPOS sicily Palermo missing Catania
		GEODIST sicily Palermo Catania km
		GEODIST sicily Palermo missing
		GEOHASH sicily Palermo missing
		GEOSEARCH sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD WITHDIST WITHHASH`},
	{name: "streams", script: `
		FLUSHALL
		XADD stream 1-1 temperature 18.5 humidity ""
		XADD stream 1-2 note "two\r\nlines"
		XADD stream 2-0 a b
		XADD other 7-7 k v
		XGROUP CREATE stream group 0
		XGROUP CREATECONSUMER stream group idle
		XREADGROUP GROUP group worker COUNT 2 STREAMS stream >
		XDEL stream 1-1
		XRANGE stream - +
		XREVRANGE stream + - COUNT 1
		XRANGE missing - +
		XREAD COUNT 1 STREAMS stream other 0 0
		XREAD STREAMS stream 2-0
		XREAD BLOCK 10 STREAMS stream $
		XREADGROUP GROUP group worker STREAMS stream 0
		XREADGROUP GROUP group worker STREAMS stream >
		XREADGROUP GROUP group worker STREAMS stream >
		XPENDING stream group
		XPENDING stream group - + 10 nobody
		XPENDING other nogroup
		XAUTOCLAIM stream group thief 0 0 JUSTID
		XINFO STREAM stream
		XINFO GROUPS stream
		XINFO CONSUMERS other nogroup`},
	{name: "xinfo-full", setup: `
		XADD stream 1-1 temperature 18.5 humidity 40
		XADD stream 1-2 note ""
		XADD stream 2-0 a b
		XGROUP CREATE stream group 0
		XGROUP CREATE stream empty $
		XREADGROUP GROUP group worker COUNT 2 STREAMS stream >
		XREADGROUP GROUP group other COUNT 1 STREAMS stream >`, script: `
		XINFO STREAM stream FULL
		XINFO STREAM stream FULL COUNT 1`},
	{name: "scan", setup: `
		MSET a 1 b 2 c 3 d 4
		HSET hash f v g ""
		SADD set x y z
		ZADD zset 1.5 m inf n`, script: `
		SCAN 0 COUNT 100
		SCAN 0 MATCH nothing*
		HSCAN hash 0
		SSCAN set 0
		ZSCAN zset 0
		ZSCAN missing 0
		KEYS [ab]`},
	{name: "scripts", script: `
		EVAL "return {1, {2, {'three', {ARGV[1], {}}}}, false, redis.status_reply('FINE'), redis.error_reply('MYERR inside'), '', -5}" 0 "\xe8\xaf\x97\r\n"
		EVAL "return {true, false, nil, 3}" 0
		EVAL "local t = {} for i = 1, 20 do t = {i, t} end return t" 0
		EVAL "return {double=0.5}" 0
		EVAL "return {{double=1/0}, {double=-1/0}, {double=1e300}, {double=1/3}}" 0
		EVAL "return {double=0/0}" 0
		EVAL "return {big_number='-1234567999999999999999999999999999999'}" 0
		EVAL "return {verbatim_string={format='mkd', string='# \xe8\xaf\x97\\r\\n'}}" 0
		EVAL "return {map={one={set={two=true}}}}" 0
		EVAL "redis.setresp(3) return {true, false}" 0
		EVAL "redis.setresp(3) redis.call('HSET', KEYS[1], 'f', 'v') return redis.call('HGETALL', KEYS[1])" 1 hash
		EVAL "return redis.call('HGETALL', KEYS[1])" 1 hash
		EVAL "redis.setresp(3) return redis.call('GET', KEYS[1])" 1 missing
		EVAL "return 9007199254740993" 0
		EVAL "return 3.99" 0
		SCRIPT LOAD "return ARGV"
		EVALSHA 4cf2342858f27cba86b2b790280b0ba54885a7d0 0 a "" b
		SCRIPT EXISTS 4cf2342858f27cba86b2b790280b0ba54885a7d0 0000000000000000000000000000000000000000`},
	{name: "functions", setup: `
		FUNCTION LOAD "#!lua name=library\nredis.register_function{function_name='f', callback=function(keys, args) return args end, flags={'no-writes'}, description='returns its arguments'}\nredis.register_function('g', function() return {map={a=1}} end)"`, script: `
		FUNCTION LIST WITHCODE
		FUNCTION LIST LIBRARYNAME nothing
		FCALL f 0 a "b\r\n"
		FCALL g 0
		FUNCTION STATS
		FUNCTION DUMP`},
	{name: "transactions", script: `
		FLUSHALL
		MULTI
		SET key value
		LPUSH key a
		GET key
		GET missing
		HGETALL missing
		EXEC
		MULTI
		EXEC
		MULTI
		GET key
		DISCARD
		WATCH key
		SET key changed
		MULTI
		GET key
		EXEC`},
	{name: "exec-push", setup: `
		SET key value`, script: `
		MULTI
		SUBSCRIBE channel
		GET key
		EXEC`},
	{name: "exec-push-two", extra: [2]int{1, 1}, setup: `
		SET key value`, script: `
		MULTI
		SUBSCRIBE one two
		GET key
		EXEC`},
	{name: "exec-push-own", extra: [2]int{0, 1}, only: 3, setup: `
		SET key value`, script: `
		MULTI
		SUBSCRIBE channel
		PUBLISH channel hello
		GET key
		EXEC`},
	{name: "exec-hello", only: 3, setup: `
		HSET hash f v`, script: `
		MULTI
		HGETALL hash
		GET missing
		HELLO 2
		HGETALL hash
		GET missing
		HELLO 3
		HGETALL hash
		GET missing
		EXEC
		HELLO 2
		HGETALL hash
		HELLO 3
		HGETALL hash`},
	{name: "pubsub", extra: [2]int{7, 7}, script: `
		SUBSCRIBE one "two words"
		PSUBSCRIBE o* ?
		SSUBSCRIBE shard
		UNSUBSCRIBE nothing`, others: `
		PUBLISH one hello
		PUBLISH "two words" "\x00\r\n\xff"
		PUBLISH x ""
		SPUBLISH shard sharded
		PUBSUB NUMSUB one
		PUBLISH nobody hello`},
	{name: "pubsub-ping", script: `
		SUBSCRIBE channel
		PING
		PING "still here"`},
	{name: "pubsub-unsubscribe", extra: [2]int{2, 2}, script: `
		UNSUBSCRIBE
		SUBSCRIBE a b
		PSUBSCRIBE c*
		UNSUBSCRIBE
		PUNSUBSCRIBE
		PUNSUBSCRIBE
		SUNSUBSCRIBE
		PUBSUB CHANNELS
		PUBSUB NUMSUB a b
		SUBSCRIBE a
		RESET`},
	{name: "push-between", extra: [2]int{0, 3}, only: 3, setup: `
		SET key value
		HSET hash f v`, script: `
		SUBSCRIBE channel
		GET key
		PUBLISH channel 1
		HGETALL hash
		PUBLISH channel 2
		PUBLISH channel 3
		LRANGE missing 0 -1
		GET key`},
	{name: "tracking", extra: [2]int{0, 4}, only: 3, setup: `
		MSET a 1 b 2 c 3`, script: `
		CLIENT TRACKING ON
		CLIENT TRACKINGINFO
		GET a
		MGET b c
		CLIENT CACHING YES
		CLIENT GETREDIR`, others: `
		SET a 2
		MSET b 3 c 4
		FLUSHALL`},
	{name: "tracking-bcast", extra: [2]int{0, 3}, only: 3, script: `
		CLIENT TRACKING ON BCAST PREFIX user: PREFIX item:
		CLIENT TRACKINGINFO
		SET user:1 own`, others: `
		MSET user:1 a user:2 b item:1 c
		SET else d`},
	{name: "tracking-redirect", extra: [2]int{2, 2}, setup: `
		SET key value`, script: `
		SUBSCRIBE __redis__:invalidate`, others: `
		CLIENT TRACKING ON REDIRECT {id}
		GET key
		SET key changed
		FLUSHALL`},
	{name: "monitor", extra: [2]int{11, 11}, script: `
		MONITOR`, others: `
		SET key "quotes \" and ' and \\ back"
		SET "\x00\x01\xff" "line\r\nbreak\ttab\a\b"
		SELECT 3
		EVAL "redis.call('SET', KEYS[1], ARGV[1]) return redis.pcall('GET', 'no')" 1 from-script "a b"
		MULTI
		SET in transaction
		EXEC
		unix:PING
		unix:SET k "\xe8\xaf\x97"`},
	{name: "debug-push", extra: [2]int{0, 1}, script: `
		DEBUG PROTOCOL push
		PING`},
	{name: "debug-protocol", script: `
		DEBUG PROTOCOL string
		DEBUG PROTOCOL integer
		DEBUG PROTOCOL double
		DEBUG PROTOCOL bignum
		DEBUG PROTOCOL null
		DEBUG PROTOCOL array
		DEBUG PROTOCOL set
		DEBUG PROTOCOL map
		DEBUG PROTOCOL attrib
		DEBUG PROTOCOL verbatim
		DEBUG PROTOCOL true
		DEBUG PROTOCOL false
		DEBUG PROTOCOL nothing`},
	{name: "errors", script: `
		FLUSHALL
		SET key value
		LPUSH key a
		NOSUCHCOMMAND a "b c" "d\r\ne"
		GET
		CONFIG NOSUCHSUBCOMMAND
		SET key value EX ten
		SET key value NOSUCHOPTION
		INCR key
		LSET missing 0 x
		SELECT 99
		SELECT one
		EVALSHA 0000000000000000000000000000000000000000 0
		EVAL "return redis.error_reply('MYERR in words')" 0
		EVAL "return redis.error_reply('NOWORDS')" 0
		EVAL "error('boom')" 0
		EVAL "return redis.call('LPUSH', 'key', 'x')" 0
		EVAL "syntax(" 0
		EVAL "return 1" -1
		FCALL nothing 0
		SCRIPT KILL
		EXEC
		DISCARD
		MULTI
		MULTI
		WATCH key
		NOSUCHCOMMAND
		EXEC
		HELLO 4
		HELLO three
		HELLO 3 AUTH default
		AUTH default wrong
		XGROUP CREATE stream group $ MKSTREAM
		XGROUP CREATE stream group $
		XREADGROUP GROUP nothing worker STREAMS stream >
		XADD stream 0-0 a b
		CONFIG SET maxmemory 1
		SET other value
		CONFIG SET maxmemory 0
		CONFIG SET nothing 1
		RESTORE key 0 garbage
		RESTORE new 0 garbage
		CLUSTER INFO
		GEOADD geo 200 100 nowhere
		ZADD zset nan member
		SETRANGE key 536870912 x
		OBJECT FREQ key
		CLIENT KILL 127.0.0.1:1
		DEBUG ERROR "OWN error text"
		DEBUG SET-ACTIVE-EXPIRE`},
	{name: "auth", only: 2, setup: `
		ACL SETUSER limited on >sesame ~own:* +get +hello
		CONFIG SET requirepass sesame`, script: `
		GET key
		HELLO 2
		HELLO 3
		AUTH wrong
		AUTH nobody sesame
		AUTH limited sesame
		GET own:key
		GET key
		SET own:key value
		HELLO 2 AUTH default sesame SETNAME me
		ACL WHOAMI
		CLIENT GETNAME`},
	{name: "acl", setup: `
		ACL SETUSER limited on nopass ~own:* %R~read:* &channel +get +@hash -hdel (+set ~set:*)`, script: `
		ACL WHOAMI
		ACL LIST
		ACL GETUSER limited
		ACL GETUSER nobody
		ACL CAT
		ACL DRYRUN limited SET key value
		ACL LOG`},
	{name: "quit", extra: [2]int{-1, -1}, closes: true, script: `
		PING
		QUIT
		PING`},
	{name: "inline", extra: [2]int{9, 0}, only: 2, raw: "PING\r\n\r\nSET key \"a b\\r\\n\\x41\" \nGET key\n\n  GET\tkey\r\nECHO 'it\\'s'\r\nSET k \"\"\r\nGET k\r\n*1\r\n$4\r\nPING\r\nPING again\r\n"},
	{name: "protocol-error-count", extra: [2]int{2, 0}, only: 2, closes: true, raw: "*1\r\n$4\r\nPING\r\n*x\r\n"},
	{name: "protocol-error-bulk", extra: [2]int{2, 0}, only: 2, closes: true, raw: "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$-1\r\n"},
	{name: "protocol-error-dollar", extra: [2]int{2, 0}, only: 2, closes: true, raw: "*1\r\n$4\r\nPING\r\n*1\r\n:4\r\n"},
	{name: "protocol-error-quotes", extra: [2]int{2, 0}, only: 2, closes: true, raw: "PING\r\nECHO \"open\r\n"},
	{name: "pipeline", script: "FLUSHALL" + strings.Repeat(`
		INCR counter
		SET key "value with blanks"
		GET key
		GET missing
		HSET hash f 1 g 2
		HGETALL hash
		LPUSH list x
		LRANGE list 0 2
		ZADD zset 1.5 m
		ZSCORE zset m
		PING`, 30)},
	{name: "big", large: true, only: 3, setup: `
		EVAL "redis.call('SET', KEYS[1], string.rep('0123456789abcdef', 6400))" 1 big
		EVAL "for i = 1, 2000 do redis.call('RPUSH', KEYS[1], i) end" 1 list`, script: `
		GET big
		LRANGE list 0 -1
		STRLEN big`},
	{name: "slowlog", setup: `
		CONFIG SET slowlog-log-slower-than 0
		CLIENT SETNAME slow
		SET key "a\r\nb"
		EVAL "return 1" 0
		CONFIG SET slowlog-log-slower-than -1`, script: `
		SLOWLOG GET
		SLOWLOG LEN
		SLOWLOG GET 0
		LATENCY HISTOGRAM set
		LATENCY LATEST
		LATENCY DOCTOR`},
	{name: "clients", setup: `
		CLIENT SETNAME first
		unix:CLIENT SETNAME second`, script: `
		CLIENT LIST
		CLIENT INFO
		CLIENT GETNAME
		CLIENT LIST ID 1000000`},
	{name: "info", setup: `
		MSET a 1 b 2
		EXPIRE a 1000`, script: `
		LPUSH a x
		INFO clients memory persistence stats replication cpu modules commandstats errorstats latencystats cluster keyspace
		INFO nothing
		MEMORY STATS
		MEMORY DOCTOR
		MEMORY USAGE missing
		ROLE
		LOLWUT
		MODULE LIST
		TIME`},
	{name: "lcs", setup: `
		MSET one ohmytext two mynewtext`, script: `
		LCS one two
		LCS one two IDX MINMATCHLEN 4 WITHMATCHLEN
		LCS one two LEN`},
	{name: "command", large: true, script: `
		COMMAND`},
	{name: "command-docs", large: true, script: `
		COMMAND DOCS`},
	{name: "command-info", script: `
		COMMAND COUNT
		COMMAND INFO get nosuchcommand xadd
		COMMAND DOCS get nosuchcommand
		COMMAND GETKEYS MSET a 1 b 2
		COMMAND GETKEYSANDFLAGS SET key value GET
		COMMAND LIST FILTERBY PATTERN x*`},
}

// folders are where the captures of each server are, below testdata/captures. The
// requests are in the first one alone, which is that of redis-server 7.0.15.
var folders = []string{".", "redis-8.0.6", "valkey-9.1.2"}

// taken is one file with what a server sent.
type taken struct {
	*capture
	folder   string
	protocol int
}

// takenFrom lists the files of a folder.
func takenFrom(folder string) (all []taken) {
	for i := range captures {
		c := &captures[i]
		if c.large && folder != folders[0] {
			continue
		}
		for _, protocol := range c.protocols() {
			all = append(all, taken{c, folder, protocol})
		}
	}
	return all
}

// allTaken lists the files of all folders.
func allTaken() (all []taken) {
	for _, folder := range folders {
		all = append(all, takenFrom(folder)...)
	}
	return all
}

// protocols are those the capture is taken in.
func (c *capture) protocols() []int {
	if c.only != 0 {
		return []int{c.only}
	}
	return []int{2, 3}
}

// request is what the connection sends that is captured.
func (c *capture) request(t testing.TB) (wire []byte) {
	if c.raw != "" {
		return []byte(c.raw)
	}
	for _, words := range tests.Script(t, c.script) {
		wire = resp.AppendArgs(wire, words...)
	}
	return wire
}

const captureFolder = "../../../testdata/captures"

// requestFile is the path of the file with the request.
func (c *capture) requestFile() string { return filepath.Join(captureFolder, c.name+".req") }

// file is the path of the file.
func (c taken) file() string {
	return filepath.Join(captureFolder, c.folder, fmt.Sprint(c.name, ".resp", c.protocol))
}

// String names the file below testdata/captures.
func (c taken) String() string {
	return filepath.ToSlash(filepath.Join(c.folder, filepath.Base(c.file())))
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	wire, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return wire
}

// The folder has the files of the table and no others, and they are about the
// server alone, not about the machine it ran on.
func TestCaptureFiles(t *testing.T) {
	var want []string
	for i := range captures {
		c := &captures[i]
		want = append(want, c.requestFile())
		if got, want := read(t, c.requestFile()), c.request(t); !bytes.Equal(got, want) {
			t.Errorf("%s is %.200q, the table has %.200q", c.requestFile(), got, want)
		}
	}
	for _, c := range allTaken() {
		want = append(want, c.file())
	}
	slices.Sort(want)
	var got []string
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(captureFolder, folder, "*.re*"))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, files...)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
}

// No file below testdata/captures says anything about the machine.
func TestCapturesAreOfTheServerAlone(t *testing.T) {
	machine := regexp.MustCompile(`/(home|root|tmp|work|run|var|usr|Users)\b|\b(os|arch_bits|executable|config_file|process_id|run_id|hostname):`)
	host, _ := os.Hostname()
	err := filepath.WalkDir(captureFolder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) == ".md" {
			return err
		}
		wire := read(t, name)
		if at := machine.FindIndex(wire); at != nil {
			t.Errorf("%s tells of the machine at %d: %.100q", name, at[0], wire[at[0]:])
		}
		if len(host) > 3 && bytes.Contains(wire, []byte(host)) {
			t.Errorf("%s has the name of this host", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// nextBytes reads what comes next and appends its bytes to dst; whole is the wire
// that is read.
type nextBytes func(d *resp.Decoder, whole, dst []byte) ([]byte, error)

// captureReads are the ways to read values, and in one case their tokens.
var captureReads = []struct {
	name   string
	tokens bool
	next   nextBytes
}{
	{"Decode and AppendValue", false, func(d *resp.Decoder, _, dst []byte) ([]byte, error) {
		var v resp.Value
		if err := d.Decode(&v); err != nil {
			return dst, err
		}
		return resp.AppendValue(dst, &v), nil
	}},
	{"ReadToken and AppendToken", true, func(d *resp.Decoder, _, dst []byte) ([]byte, error) {
		token, err := d.ReadToken()
		if err != nil {
			return dst, err
		}
		return resp.AppendToken(dst, token), nil
	}},
	{"ReadRaw", false, func(d *resp.Decoder, _, dst []byte) ([]byte, error) {
		raw, err := d.ReadRaw()
		return append(dst, raw...), err
	}},
	{"SkipValue", false, func(d *resp.Decoder, whole, dst []byte) ([]byte, error) {
		err := d.SkipValue()
		return whole[:d.InputOffset()], err
	}},
	{"CopyValue", false, func(d *resp.Decoder, _, dst []byte) ([]byte, error) {
		w := bytes.NewBuffer(dst)
		_, err := d.CopyValue(w)
		return w.Bytes(), err
	}},
}

// What servers send is canonical: every way to read it and write it again gives
// the very same bytes, in however small pieces they arrive.
func TestCapturesRoundTrip(t *testing.T) {
	for _, c := range allTaken() {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			c.checkRoundTrip(t, read(t, c.file()), c.values(t))
		})
	}
}

// values is how many values the file holds.
func (c taken) values(t testing.TB) int {
	n := len(tests.Script(t, c.script)) + c.extra[c.protocol-2]
	if c.folder == "redis-8.0.6" && c.name == "auth" {
		n -= 2 // the two AUTH that fail: see README.md
	}
	return n
}

func (c *capture) checkRoundTrip(t *testing.T, wire []byte, values int) {
	for _, read := range captureReads {
		for _, size := range []int{1, 7, 1460, 16384, len(wire)} {
			d := resp.NewDecoder(resptest.SplitReader(bytes.NewReader(wire), size))
			got, n, err := drain(d, read.next, wire, func() bool { return false })
			if err != io.EOF || !bytes.Equal(got, wire) {
				t.Errorf("%s, %d bytes per Read: %v, %s", read.name, size, err, tests.Difference(wire, got))
			}
			if n != values && !read.tokens {
				t.Errorf("%s, %d bytes per Read: %d values, want %d", read.name, size, n, values)
			}

			d = resp.NewDecoder(nil)
			rest := resptest.SplitReader(bytes.NewReader(wire), size)
			piece := make([]byte, size)
			got, _, err = drain(d, read.next, wire, func() bool {
				n, err := rest.Read(piece)
				d.Feed(piece[:n])
				return err == nil
			})
			if err != resp.ErrIncomplete || !bytes.Equal(got, wire) {
				t.Errorf("%s, fed %d bytes at a time: %v, %s", read.name, size, err, tests.Difference(wire, got))
			}
		}
	}
}

// drain calls next until it fails and there is nothing more to feed.
func drain(d *resp.Decoder, next nextBytes, whole []byte, feed func() bool) (dst []byte, values int, err error) {
	for {
		dst, err = next(d, whole, dst)
		switch {
		case err == nil:
			values++
		case !errors.Is(err, resp.ErrIncomplete) || !feed():
			return dst, values, err
		}
	}
}

// A RESP2 connection gets no kinds that RESP2 lacks; the RESP3 captures have
// every kind that redis-server sends.
func TestCapturesHaveTheKindsOfTheirProtocol(t *testing.T) {
	inRESP2 := []resp.Kind{resp.SimpleString, resp.SimpleError, resp.Integer, resp.BulkString, resp.Array}
	inRESP3 := append(slices.Clone(inRESP2), resp.Null, resp.Boolean, resp.Double, resp.BigNumber,
		resp.VerbatimString, resp.Map, resp.Attribute, resp.Set, resp.Push)
	for _, folder := range folders {
		kinds := map[int][]resp.Kind{2: inRESP2, 3: inRESP3}
		seen := map[int]map[resp.Kind]bool{2: {}, 3: {}}
		for _, c := range takenFrom(folder) {
			d := resp.NewDecoder(bytes.NewReader(read(t, c.file())))
			for token, err := d.ReadToken(); err == nil; token, err = d.ReadToken() {
				seen[c.protocol][token.Kind()] = true
				if !slices.Contains(kinds[c.protocol], token.Kind()) || token.IsStreamed() {
					t.Errorf("%s: %s", c, token.Kind())
				}
			}
		}
		for protocol, want := range kinds {
			for _, kind := range want {
				if !seen[protocol][kind] {
					t.Errorf("%s, RESP%d: no %s in any capture", folder, protocol, kind)
				}
			}
		}
	}
}

// otherwiseInRESP2 are the replies that are not the RESP2 form of what a RESP3
// connection gets, with the reason; each as capture and start of the command.
var otherwiseInRESP2 = map[string][]string{
	"RESP2 has a null array where RESP3 has its one null": {
		"lists LPOP missing 2", "lists LMPOP 1 missing", "lists BLPOP missing", "lists BLMPOP 0.01 1 missing",
		"sortedsets BZPOPMIN missing", "geo GEOPOS", "streams XREAD STREAMS stream 2-0", "streams XREAD BLOCK",
		"transactions EXEC",
	},
	"pairs are flat in RESP2, an array each in RESP3": {
		"sortedsets ZRANGE zset 0 -1 WITHSCORES", "sortedsets ZREVRANGEBYSCORE", "sortedsets ZDIFF",
		"sortedsets ZPOPMAX zset 1", "hashes HRANDFIELD one",
	},
	"streams are pairs in RESP2, a map in RESP3":                                      {"streams XREAD COUNT", "streams XREADGROUP"},
	"PING is answered as if it were a message once a RESP2 connection has subscribed": {"pubsub-ping PING"},
	"RESP2 gets invalidations as messages":                                            {"tracking-redirect"},
	"RESP2 gets an error":                                                             {"debug-push"},
	"never the same twice": {
		"hello HELLO", "monitor", "clients CLIENT LIST", "clients CLIENT INFO", "info INFO clients", "info MEMORY STATS", "info LOLWUT", "info TIME",
	},
}

// What a server sends to a RESP2 connection is what an Encoder for RESP2 makes
// of what it sends to a RESP3 connection.
func TestCapturesInRESP2AreWhatProtocol2Writes(t *testing.T) {
	needed := make(map[string]bool)
	isException := func(label string) bool {
		for _, exceptions := range otherwiseInRESP2 {
			for _, start := range exceptions {
				if strings.HasPrefix(label, start) {
					needed[start] = true
					return true
				}
			}
		}
		return false
	}
	for _, c := range allTaken() {
		if c.protocol == 2 || c.only != 0 {
			continue
		}
		resp2, resp3 := taken{c.capture, c.folder, 2}.replies(t), c.replies(t)
		for label, v := range resp3 {
			var got bytes.Buffer
			e := resp.NewEncoder(&got, resp.Protocol(2))
			if err := errors.Join(e.WriteValue(&v), e.Close()); err != nil {
				t.Errorf("%s: %s: %.200q: %v", c, label, resp.AppendValue(nil, &v), err)
			}
			other := resp2[label]
			if want := resp.AppendValue(nil, &other); !bytes.Equal(want, got.Bytes()) && !isException(label) {
				t.Errorf("%s: %s: %.200q is written for RESP2 with %s", c, label, resp.AppendValue(nil, &v), tests.Difference(want, got.Bytes()))
			}
		}
	}
	for reason, exceptions := range otherwiseInRESP2 {
		for _, start := range exceptions {
			if !needed[start] {
				t.Errorf("%s: no longer an exception (%s)", start, reason)
			}
		}
	}
}

// replies are the values of the capture, each with a label: the capture's name,
// the command it answers, and its number. Values that answer no command have
// none to tell.
func (c taken) replies(t testing.TB) map[string]resp.Value {
	t.Helper()
	asked := tests.Script(t, c.script)
	all := make(map[string]resp.Value)
	for v, err := range resp.NewDecoder(bytes.NewReader(read(t, c.file()))).Values() {
		if err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		label := c.name
		if n := len(all); c.extra == [2]int{} {
			label += " " + strings.Join(asked[n], " ")
		}
		all[fmt.Sprintf("%s #%d", label, len(all))] = v.Clone()
	}
	return all
}

// The requests of a capture are the commands of its script, in however small
// pieces they arrive.
func TestCaptureRequestsAreTheScript(t *testing.T) {
	for _, c := range captures {
		if c.script == "" {
			continue
		}
		wire := read(t, c.requestFile())
		want := tests.Script(t, c.script)
		for _, size := range []int{1, 7, 1460, len(wire)} {
			var got [][]string
			var raw []byte
			for command, err := range resp.NewDecoder(resptest.SplitReader(bytes.NewReader(wire), size)).Commands() {
				if err != nil {
					t.Fatalf("%s, %d bytes per Read: %v", c.name, size, err)
				}
				got = append(got, tests.Words(command.Args))
				raw = append(raw, command.Raw...)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %d bytes per Read: %.200q (-want +got)\n%s", c.name, size, wire, diff)
			}
			if !bytes.Equal(raw, wire) {
				t.Errorf("%s, %d bytes per Read: %s", c.name, size, tests.Difference(wire, raw))
			}
		}
	}
}

// wantPrefixes are those of the captured errors.
var wantPrefixes = []string{
	"BUSYGROUP", "BUSYKEY", "ERR", "EXECABORT", "MYERR", "NOAUTH", "NOGROUP", "NOPERM", "NOPROTO", "NOSCRIPT", "NOTBUSY",
	"OOM", "OWN", "WRONGPASS", "WRONGTYPE",
}

// The first word of a server's error is its prefix.
func TestCapturedErrorsHaveTheirPrefix(t *testing.T) {
	for _, folder := range folders {
		seen := make(map[string]bool)
		for _, c := range takenFrom(folder) {
			if c.name != "errors" && c.name != "auth" || c.protocol != 2 {
				continue
			}
			for _, v := range c.replies(t) {
				if replyError := (*resp.ReplyError)(nil); errors.As(v.Err(), &replyError) {
					seen[replyError.Prefix()] = true
					if !errors.Is(v.Err(), resp.ReplyPrefix(replyError.Prefix())) {
						t.Errorf("%q is not its own prefix %q", replyError, replyError.Prefix())
					}
				}
			}
		}
		if folder == "redis-8.0.6" {
			seen["WRONGPASS"] = true // it is not answered there: see README.md
		}
		if diff := cmp.Diff(wantPrefixes, slices.Sorted(maps.Keys(seen))); diff != "" {
			t.Errorf("%s: prefixes (-want +got)\n%s", folder, diff)
		}
	}
}
