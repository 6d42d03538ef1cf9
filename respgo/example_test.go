package respgo_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
)

// connection returns a Decoder of a connection on which a server has answered: in
// RESP2 and then, the same once more, in RESP3.
func connection(reply string) *resp.Decoder {
	var wire []byte
	for _, protocol := range []string{".resp2", ".resp3"} {
		b, err := os.ReadFile(filepath.Join("testdata", "captures", reply+protocol))
		if err != nil {
			panic(err)
		}
		wire = append(wire, b...)
	}
	return resp.NewDecoder(bytes.NewReader(wire))
}

// The same three lines read the hash from a server that speaks RESP2, which sends
// an array, and from one that speaks RESP3, which sends a map.
func ExampleRead() {
	type User struct {
		Name   string  `redis:"name"`
		Visits int     `redis:"visits"`
		Score  float64 `redis:"score"`
		Admin  bool    `redis:"admin"`
	}
	d := connection("hgetall") // HGETALL user:1
	for range 2 {
		user, err := respgo.Read[User](d)
		fmt.Printf("%+v %v\n", user, err)
	}
	// Output:
	// {Name:Ada Visits:12 Score:1.5 Admin:true} <nil>
	// {Name:Ada Visits:12 Score:1.5 Admin:true} <nil>
}

func ExampleRead_xrange() {
	type Message struct {
		_      struct{} `redis:",array"`
		ID     string
		Fields map[string]string
	}
	d := connection("xrange") // XRANGE {s}one - +
	for range 2 {
		messages, err := respgo.Read[[]Message](d)
		fmt.Println(messages[0].ID, messages[0].Fields["temperature"], len(messages), err)
	}
	// Output:
	// 1-1 18.5 3 <nil>
	// 1-1 18.5 3 <nil>
}

func ExampleRead_xread() {
	type Message = respgo.Pair[string, map[string]string]
	d := connection("xread") // XREAD COUNT 2 STREAMS {s}one {s}two 0 0
	for range 2 {
		streams, err := respgo.Read[map[string][]Message](d)
		fmt.Println(streams["{s}two"], err)
	}
	// Output:
	// [{7-7 map[k:v]}] <nil>
	// [{7-7 map[k:v]}] <nil>
}

func ExampleRead_zrangeWithScores() {
	type Member = respgo.Pair[string, float64]
	d := connection("zrange") // ZRANGE board 0 -1 WITHSCORES
	for range 2 {
		members, err := respgo.Read[[]Member](d)
		fmt.Println(members, err)
	}
	// Output:
	// [{one 1} {two 2.5} {most +Inf}] <nil>
	// [{one 1} {two 2.5} {most +Inf}] <nil>
}

func ExampleRead_geosearch() {
	type Place struct {
		_        struct{} `redis:",array"`
		Name     string
		Distance float64
		Position [2]float64
	}
	d := connection("geosearch") // GEOSEARCH sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHDIST WITHCOORD
	for range 2 {
		places, err := respgo.Read[[]Place](d)
		fmt.Printf("%s %.1f km %.2f %v\n", places[0].Name, places[0].Distance, places[0].Position, err)
	}
	// Output:
	// Catania 56.4 km [15.09 37.50] <nil>
	// Catania 56.4 km [15.09 37.50] <nil>
}

func ExampleRead_clusterSlots() {
	type Node struct {
		_    struct{} `redis:",array"`
		Host string
		Port int
		ID   string
	}
	type Slots struct {
		_          struct{} `redis:",array"`
		Start, End int
		Nodes      []Node `redis:",rest"`
	}
	d := connection("cluster-slots") // CLUSTER SLOTS
	for range 2 {
		slots, err := respgo.Read[[]Slots](d)
		fmt.Println(slots[0].Start, slots[0].End, len(slots[0].Nodes), err)
	}
	// Output:
	// 0 16383 1 <nil>
	// 0 16383 1 <nil>
}

func ExampleRead_commandDocs() {
	type Argument struct {
		Name  string   `redis:"name"`
		Type  string   `redis:"type"`
		Flags []string `redis:"flags"`
	}
	type Doc struct {
		Summary   string     `redis:"summary"`
		Since     string     `redis:"since"`
		Arguments []Argument `redis:"arguments"`
	}
	d := connection("command-docs") // COMMAND DOCS GETEX XGROUP
	for range 2 {
		docs, err := respgo.Read[map[string]Doc](d)
		fmt.Println(docs["getex"].Since, docs["getex"].Arguments, err)
	}
	// Output:
	// 6.2.0 [{key key []} {expiration oneof [optional]}] <nil>
	// 6.2.0 [{key key []} {expiration oneof [optional]}] <nil>
}

func ExampleRead_info() {
	type Info struct {
		Loading  bool `redis:"loading"`
		Keyspace struct {
			Keys    int `redis:"keys"`
			Expires int `redis:"expires"`
		} `redis:"db0"`
	}
	d := connection("info") // INFO persistence keyspace
	for range 2 {
		info, err := respgo.Read[Info](d)
		fmt.Printf("%+v %v\n", info, err)
	}
	// Output:
	// {Loading:false Keyspace:{Keys:8 Expires:0}} <nil>
	// {Loading:false Keyspace:{Keys:8 Expires:0}} <nil>
}

// RESP2 has the documents in a row behind their number, RESP3 names all parts: the
// struct says both.
func ExampleRead_ftSearch() {
	type Document struct {
		_      struct{}          `redis:",array"`
		ID     string            `redis:"id"`
		Fields map[string]string `redis:"extra_attributes"`
	}
	type Result struct {
		_         struct{}   `redis:",array"`
		Total     int        `redis:"total_results"`
		Documents []Document `redis:"results,rest"`
	}
	d := connection("ft-search") // FT.SEARCH idx1 *
	for range 2 {
		result, err := respgo.Read[Result](d)
		fmt.Println(result.Total, result.Documents[0].ID, result.Documents[0].Fields["f2"], err)
	}
	// Output:
	// 2 doc2 2 <nil>
	// 2 doc2 2 <nil>
}

func ExampleUnmarshal() {
	d := connection("mget") // MGET {a}1 {a}missing {a}2
	var reply resp.Value
	if err := d.Decode(&reply); err != nil {
		fmt.Println(err)
		return
	}
	var strings []string
	var pointers []*string
	fmt.Println(respgo.Unmarshal(&reply, &strings), respgo.Unmarshal(&reply, &pointers))
	fmt.Printf("%q, the second is missing: %v\n", strings, pointers[1] == nil)
	// Output:
	// <nil> <nil>
	// ["one" "" "two"], the second is missing: true
}

// A reply that is too large to hold is read element by element.
func ExampleRead_elements() {
	type Member = respgo.Pair[string, float64]
	d := resp.NewDecoder(strings.NewReader("*2\r\n*2\r\n+one\r\n,1\r\n*2\r\n+two\r\n,2.5\r\n"))
	for _, err := range d.Elements() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(respgo.Read[Member](d))
	}
	// Output:
	// {one 1} <nil>
	// {two 2.5} <nil>
}

// Variables may be set from the elements of a reply.
func ExampleUnmarshalDecode() {
	d := connection("scan") // SCAN 0 COUNT 1000 TYPE zset
	var cursor uint64
	var keys []string
	err := respgo.UnmarshalDecode(d, &[2]any{&cursor, &keys})
	fmt.Println(cursor, keys, err)
	// Output:
	// 0 [sicily board] <nil>
}

func ExampleMarshalEncode() {
	type User struct {
		Name  string   `redis:"name"`
		Tags  []string `redis:"tags,omitempty"`
		Score float64  `redis:"score"`
	}
	for _, protocol := range []int{2, 3} {
		var b bytes.Buffer
		e := resp.NewEncoder(&b, resp.Protocol(protocol))
		err := respgo.MarshalEncode(e, User{Name: "Ada", Score: 1.5})
		e.Flush()
		fmt.Printf("%q %v\n", b.String(), err)
	}
	// Output:
	// "*4\r\n$4\r\nname\r\n$3\r\nAda\r\n$5\r\nscore\r\n$3\r\n1.5\r\n" <nil>
	// "%2\r\n$4\r\nname\r\n$3\r\nAda\r\n$5\r\nscore\r\n,1.5\r\n" <nil>
}

func ExampleAppendArgs() {
	type User struct {
		Name  string  `redis:"name"`
		Score float64 `redis:"score"`
		Admin bool    `redis:"admin,omitempty"`
	}
	args, err := respgo.AppendArgs([]resp.Arg{resp.String("user:1")}, User{Name: "Ada", Score: 1.5})
	fmt.Printf("%q %v\n", resp.AppendCommand(nil, "HSET", args...), err)
	// Output:
	// "*6\r\n$4\r\nHSET\r\n$6\r\nuser:1\r\n$4\r\nname\r\n$3\r\nAda\r\n$5\r\nscore\r\n$3\r\n1.5\r\n" <nil>
}

func ExampleNullAsZero() {
	d := resp.NewDecoder(strings.NewReader("_\r\n_\r\n"))
	value, err := respgo.Read[string](d)
	fmt.Printf("%q %v\n", value, err)
	value, err = respgo.Read[string](d, respgo.NullAsZero(true))
	fmt.Printf("%q %v\n", value, err)
	// Output:
	// "" resp: null
	// "" <nil>
}

func ExampleOrderedMaps() {
	d := resp.NewDecoder(strings.NewReader("%2\r\n+b\r\n:1\r\n+a\r\n:2\r\n"))
	fmt.Println(respgo.Read[any](d, respgo.OrderedMaps()))
	// Output:
	// [{b 1} {a 2}] <nil>
}

// What EXEC answers, with the errors of single commands.
func ExampleCollectErrors() {
	d := resp.NewDecoder(strings.NewReader("*3\r\n+OK\r\n-WRONGTYPE no list\r\n:7\r\n"))
	var errs []*respgo.UnmarshalError
	replies, err := respgo.Read[[]string](d, respgo.CollectErrors(&errs))
	fmt.Printf("%q %v %v\n", replies, err, errs)
	// Output:
	// ["OK" "" "7"] <nil> [respgo: [1]: WRONGTYPE no list]
}

func ExampleOnAttribute() {
	d := resp.NewDecoder(strings.NewReader("*1\r\n|1\r\n+ttl\r\n:3600\r\n$1\r\na\r\n"))
	values, err := respgo.Read[[]string](d, respgo.OnAttribute(func(path string, attribute *resp.Value) {
		var about struct {
			TTL int `redis:"ttl"`
		}
		fmt.Println(path, respgo.Unmarshal(attribute, &about), about.TTL)
	}))
	fmt.Println(values, err)
	// Output:
	// [0] <nil> 3600
	// [a] <nil>
}

// An error tells where in the reply it lies.
func ExampleUnmarshalError() {
	type Member struct {
		_     struct{} `redis:",array"`
		Name  string
		Score float64 `redis:"score"`
	}
	d := resp.NewDecoder(strings.NewReader("*4\r\n+a\r\n+1\r\n+b\r\n+high\r\n"))
	_, err := respgo.Read[[]Member](d)
	fmt.Println(err)
	// Output:
	// respgo: [1].score: got simple string "high", want float64: invalid syntax
}

// A map in the order it was sent in.
func ExamplePair() {
	d := connection("hgetall") // HGETALL user:1
	fields, err := respgo.Read[[]respgo.Pair[string, string]](d)
	fmt.Println(fields[0], fields[1], err)
	// Output:
	// {name Ada} {email ada@example.com} <nil>
}
