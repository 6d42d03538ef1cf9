package respgo_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
)

// The types that replies are read into, here and in the examples.
type (
	user struct {
		Name   string        `redis:"name"`
		Email  string        `redis:"email"`
		Visits int           `redis:"visits"`
		Score  float64       `redis:"score"`
		Admin  bool          `redis:"admin"`
		Joined time.Time     `redis:"joined"`
		TTL    time.Duration `redis:"ttl"`
	}
	entry struct {
		_      struct{} `redis:",array"`
		ID     string
		Fields map[string]string
	}
	member struct {
		_     struct{} `redis:",array"`
		Name  string
		Score float64 `redis:"score"`
	}
	place struct {
		_        struct{} `redis:",array"`
		Name     string
		Distance float64
		Position [2]float64
	}
	slots struct {
		_          struct{} `redis:",array"`
		Start, End int
		Nodes      []node `redis:",rest"`
	}
	node struct {
		_    struct{} `redis:",array"`
		Host string
		Port int
		ID   string
	}
	commandDoc struct {
		Summary     string                `redis:"summary"`
		Since       string                `redis:"since"`
		Group       string                `redis:"group"`
		Arguments   []argument            `redis:"arguments"`
		Subcommands map[string]commandDoc `redis:"subcommands"`
	}
	argument struct {
		Name      string     `redis:"name"`
		Type      string     `redis:"type"`
		Flags     []string   `redis:"flags"`
		Arguments []argument `redis:"arguments"`
	}
	info struct {
		Loading  bool      `redis:"loading"`
		LastSave time.Time `redis:"rdb_last_save_time"`
		Keyspace struct {
			Keys int `redis:"keys"`
		} `redis:"db0"`
		HSet map[string]float64 `redis:"cmdstat_hset"`
	}
	search struct {
		_     struct{}   `redis:",array"`
		Total int        `redis:"total_results"`
		Docs  []document `redis:"results,rest"`
	}
	document struct {
		_      struct{}          `redis:",array"`
		ID     string            `redis:"id"`
		Fields map[string]string `redis:"extra_attributes"`
	}
	scoredSearch struct {
		_     struct{}         `redis:",array"`
		Total int              `redis:"total_results"`
		Docs  []scoredDocument `redis:"results,rest"`
	}
	scoredDocument struct {
		_      struct{}       `redis:",array"`
		ID     string         `redis:"id"`
		Score  float64        `redis:"score"`
		Fields map[string]int `redis:"extra_attributes"`
	}
)

// alike checks that a captured reply becomes want in both protocols, from the
// stream and from its tree, and leaves the stream in step.
func alike[T any](name string, want T, opts ...respgo.Option) func(t *testing.T) {
	return func(t *testing.T) {
		for _, protocol := range []int{2, 3} {
			wire := capture(t, name, protocol)
			d := resp.NewDecoder(bytes.NewReader(append(bytes.Clone(wire), next...)))
			got, err := respgo.Read[T](d, opts...)
			check(t, fmt.Sprintf("RESP%d %.200q", protocol, wire), want, got, err)
			expectNext(t, d)

			var tree resp.Value
			if err := resp.NewDecoder(bytes.NewReader(wire)).Decode(&tree); err != nil {
				t.Fatal(err)
			}
			var fromTree T
			err = respgo.Unmarshal(&tree, &fromTree, opts...)
			check(t, fmt.Sprintf("the tree of RESP%d %.200q", protocol, wire), want, fromTree, err)
		}
	}
}

// next is the reply behind the one that is read, by which a test sees that the
// stream is in step.
const next = "+NEXT\r\n"

func expectNext(t *testing.T, d *resp.Decoder) {
	t.Helper()
	if s, err := d.ReadString(); s != "NEXT" || err != nil {
		t.Errorf("out of step: read %q, %v", s, err)
	}
}

func check(t *testing.T, what string, want, got any, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), compareErrors); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// compareErrors compares errors by what they say.
var compareErrors = cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })

func TestRepliesOfRESP2AndRESP3AreAlike(t *testing.T) {
	t.Run("HGETALL into a struct", alike("hgetall", user{
		Name: "Ada", Email: "ada@example.com", Visits: 12, Score: 1.5, Admin: true,
		Joined: time.Date(1843, 2, 2, 10, 0, 0, 0, time.UTC), TTL: 1500 * time.Millisecond,
	}))
	t.Run("HGETALL into a map", alike("hgetall", map[string]string{
		"name": "Ada", "email": "ada@example.com", "visits": "12", "score": "1.5", "admin": "1",
		"joined": "1843-02-02T10:00:00Z", "ttl": "1500000000",
	}))
	t.Run("HGETALL in its order", alike("hgetall", []respgo.Pair[string, string]{
		{"name", "Ada"}, {"email", "ada@example.com"}, {"visits", "12"}, {"score", "1.5"}, {"admin", "1"},
		{"joined", "1843-02-02T10:00:00Z"}, {"ttl", "1500000000"},
	}))
	t.Run("HGETALL into strings", alike("hgetall", []string{
		"name", "Ada", "email", "ada@example.com", "visits", "12", "score", "1.5", "admin", "1",
		"joined", "1843-02-02T10:00:00Z", "ttl", "1500000000",
	}))
	t.Run("XRANGE", alike("xrange", []entry{
		{ID: "1-1", Fields: map[string]string{"temperature": "18.5", "humidity": "40"}},
		{ID: "1-2", Fields: map[string]string{"temperature": "19", "humidity": "41"}},
		{ID: "2-0", Fields: map[string]string{"note": "warm"}},
	}))
	t.Run("XRANGE into structs", alike("xrange", []respgo.Pair[string, struct {
		Temperature float64 `redis:"temperature"`
		Humidity    *int    `redis:"humidity"`
	}]{
		{Key: "1-1", Value: struct {
			Temperature float64 `redis:"temperature"`
			Humidity    *int    `redis:"humidity"`
		}{18.5, pointer(40)}},
		{Key: "1-2", Value: struct {
			Temperature float64 `redis:"temperature"`
			Humidity    *int    `redis:"humidity"`
		}{19, pointer(41)}},
		{Key: "2-0"},
	}))
	t.Run("XREAD", alike("xread", map[string][]entry{
		"{s}one": {
			{ID: "1-1", Fields: map[string]string{"temperature": "18.5", "humidity": "40"}},
			{ID: "1-2", Fields: map[string]string{"temperature": "19", "humidity": "41"}},
		},
		"{s}two": {{ID: "7-7", Fields: map[string]string{"k": "v"}}},
	}))
	t.Run("ZRANGE WITHSCORES", alike("zrange", []member{
		{Name: "one", Score: 1}, {Name: "two", Score: 2.5}, {Name: "most", Score: math.Inf(1)},
	}))
	t.Run("ZRANGE WITHSCORES into pointers", alike("zrange", []*member{
		{Name: "one", Score: 1}, {Name: "two", Score: 2.5}, {Name: "most", Score: math.Inf(1)},
	}))
	t.Run("ZRANGE WITHSCORES into a map", alike("zrange", map[string]float32{
		"one": 1, "two": 2.5, "most": float32(math.Inf(1)),
	}))
	t.Run("GEOSEARCH", alike("geosearch", []place{
		{Name: "Catania", Distance: 56.4413, Position: [2]float64{15.08726745843887329, 37.50266842333162032}},
		{Name: "Palermo", Distance: 190.4424, Position: [2]float64{13.36138933897018433, 38.11555639549629859}},
	}))
	t.Run("GEOPOS", alike("geopos", []*[2]float64{{13.36138933897018433, 38.11555639549629859}, nil}))
	t.Run("COMMAND DOCS", testCommandDocs)
	t.Run("FT.SEARCH", alike("ft-search", search{Total: 2, Docs: []document{
		{ID: "doc2", Fields: map[string]string{"f1": "3", "f2": "2", "f3": "4"}},
		{ID: "doc1", Fields: map[string]string{"f1": "3", "f2": "3"}},
	}}))
	t.Run("FT.SEARCH WITHSCORES", alike("ft-search-scores", scoredSearch{Total: 2, Docs: []scoredDocument{
		{ID: "doc2", Score: 1, Fields: map[string]int{"f2": 2}},
		{ID: "doc1", Score: 0.5, Fields: map[string]int{"f2": 3}},
	}}))
	t.Run("MGET", alike("mget", []string{"one", "", "two"}))
	t.Run("MGET into pointers", alike("mget", []*string{pointer("one"), nil, pointer("two")}))
	t.Run("SCAN", alike("scan", respgo.Pair[uint64, []string]{Key: 0, Value: []string{"sicily", "board"}}))
	t.Run("SCAN into variables", testScanIntoVariables)
	t.Run("CLUSTER SLOTS", testClusterSlots)
	t.Run("INFO", testInfo)
	t.Run("CLIENT INFO", testClientInfo)
	t.Run("SMEMBERS", testMembers)
}

func pointer[T any](v T) *T { return &v }

// read reads a captured reply as a T.
func read[T any](t *testing.T, name string, protocol int) T {
	t.Helper()
	v, err := respgo.Read[T](resp.NewDecoder(bytes.NewReader(capture(t, name, protocol))))
	if err != nil {
		t.Errorf("%s in RESP%d: %v", name, protocol, err)
	}
	return v
}

// both reads a captured reply as a T and checks that it is the same in both
// protocols.
func both[T any](t *testing.T, name string) T {
	t.Helper()
	v := read[T](t, name, 3)
	if diff := cmp.Diff(v, read[T](t, name, 2)); diff != "" {
		t.Errorf("%s (-RESP3 +RESP2)\n%s", name, diff)
	}
	return v
}

func testCommandDocs(t *testing.T) {
	docs := both[map[string]commandDoc](t, "command-docs")
	if len(docs) != 2 {
		t.Fatalf("%d commands", len(docs))
	}
	getex := docs["getex"]
	want := commandDoc{
		Summary: "Get the value of a key and optionally set its expiration", Since: "6.2.0", Group: "string",
		Arguments: []argument{
			{Name: "key", Type: "key"},
			{Name: "expiration", Type: "oneof", Flags: []string{"optional"}, Arguments: []argument{
				{Name: "seconds", Type: "integer"},
				{Name: "milliseconds", Type: "integer"},
				{Name: "unix-time-seconds", Type: "unix-time"},
				{Name: "unix-time-milliseconds", Type: "unix-time"},
				{Name: "persist", Type: "pure-token"},
			}},
		},
	}
	if diff := cmp.Diff(want, getex); diff != "" {
		t.Errorf("GETEX (-want +got)\n%s", diff)
	}
	if create := docs["xgroup"].Subcommands["xgroup|create"]; create.Summary == "" || len(create.Arguments) != 5 {
		t.Errorf("XGROUP CREATE: %+v", create)
	}
}

func testClusterSlots(t *testing.T) {
	got := both[[]slots](t, "cluster-slots")
	if len(got) != 1 || got[0].End != 16383 || len(got[0].Nodes) != 1 || len(got[0].Nodes[0].ID) != 40 || got[0].Nodes[0].Port < 1024 {
		t.Errorf("%+v", got)
	}
}

func testInfo(t *testing.T) {
	for _, protocol := range []int{2, 3} {
		got := read[info](t, "info", protocol)
		if got.Loading || got.LastSave.Year() != 2026 || got.Keyspace.Keys != 8 {
			t.Errorf("RESP%d: %+v", protocol, got)
		}
		if got.HSet["calls"] != 1 {
			t.Errorf("RESP%d: HSET was called %v times", protocol, got.HSet["calls"])
		}
		all := read[map[string]string](t, "info", protocol)
		if all["db0"] != "keys=8,expires=0,avg_ttl=0" || all["loading"] != "0" {
			t.Errorf("RESP%d: %q", protocol, all)
		}
		if text := read[string](t, "info", protocol); len(text) < 2000 {
			t.Errorf("RESP%d: %q", protocol, text)
		}
	}
}

func testClientInfo(t *testing.T) {
	type client struct {
		Addr string `redis:"addr"`
		Name string `redis:"name"`
		Cmd  string `redis:"cmd"`
		RESP int    `redis:"resp"`
	}
	for _, protocol := range []int{2, 3} {
		got := read[client](t, "client-info", protocol)
		if got.RESP != protocol || got.Cmd != "client|info" || got.Name != "" || got.Addr == "" {
			t.Errorf("%+v", got)
		}
	}
}

func testMembers(t *testing.T) {
	want := map[string]struct{}{"go": {}, "redis": {}, "resp": {}}
	alike("smembers", want)(t)
	list := both[[]string](t, "smembers")
	if len(list) != len(want) {
		t.Errorf("%q", list)
	}
}

func testScanIntoVariables(t *testing.T) {
	for _, protocol := range []int{2, 3} {
		var cursor uint64
		var keys []string
		d := resp.NewDecoder(bytes.NewReader(capture(t, "scan", protocol)))
		err := respgo.UnmarshalDecode(d, &[2]any{&cursor, &keys})
		check(t, "SCAN", []string{"sicily", "board"}, keys, err)
	}
}
