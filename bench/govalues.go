package bench

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gomodule/redigo/redis"
	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/rueidis"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/workload"
	"github.com/seed65f5866d/resp/respgo"
)

// This file reads replies into the Go values that a program has in mind, with each
// library as it is meant to be used. Clients ask for replies in batches, so that
// what a single round trip costs them does not count.

// GoValue is a reply that is read into a Go value.
type GoValue struct {
	Name string
	Open func() (want any, ways []GoWay, err error)
}

// GoWay reads replies that never end into a Go value.
type GoWay struct {
	Name  string
	Read  func() error
	Value func() any // what was read last
}

// GoBatch is how many replies a client asks for at once.
const GoBatch = 100

// GoFields is a hash of 20 fields.
type GoFields struct {
	Name     string  `redis:"name"`
	Email    string  `redis:"email"`
	Phone    string  `redis:"phone"`
	Street   string  `redis:"street"`
	City     string  `redis:"city"`
	Country  string  `redis:"country"`
	Language string  `redis:"language"`
	Company  string  `redis:"company"`
	Title    string  `redis:"title"`
	Website  string  `redis:"website"`
	Visits   int64   `redis:"visits"`
	Logins   int64   `redis:"logins"`
	Created  int64   `redis:"created"`
	Updated  int64   `redis:"updated"`
	Level    int64   `redis:"level"`
	Score    float64 `redis:"score"`
	Balance  float64 `redis:"balance"`
	Rating   float64 `redis:"rating"`
	Active   bool    `redis:"active"`
	Admin    bool    `redis:"admin"`
}

// GoMessage is a message of a stream.
type GoMessage struct {
	_      struct{} `redis:",array"`
	ID     string
	Values map[string]string
}

// GoValues are the replies.
var GoValues = []GoValue{
	{"HGETALL of 20 fields into a struct", hashIntoStruct},
	{"XRANGE of 100 into messages", streamIntoMessages},
	{"MGET of 100 into strings", stringsIntoStrings},
}

// goSource returns a reader that gives a reply again and again.
func goSource(wire []byte) io.Reader { return workload.Source(16<<10, wire) }

// respWay reads with package respgo.
func respWay[T any](name string, wire []byte) GoWay {
	d := resp.NewDecoder(goSource(wire))
	var v T
	return GoWay{name, func() (err error) {
		v, err = respgo.Read[T](d)
		return err
	}, func() any { return v }}
}

// rueidisWay reads with rueidis.
func rueidisWay[T any](wire []byte, convert func(rueidis.RedisResult) (T, error)) (GoWay, error) {
	client, err := rueidisClient(newConn(greet(goSource(wire))))
	if err != nil {
		return GoWay{}, err
	}
	var batch []rueidis.Completed
	command := client.B().Arbitrary("GET").Keys("key").Build().Pin()
	for range GoBatch {
		batch = append(batch, command)
	}
	var results []rueidis.RedisResult
	var v T
	return GoWay{"rueidis", func() (err error) {
		if len(results) == 0 {
			results = client.DoMulti(context.Background(), batch...)
		}
		v, err = convert(results[0])
		results = results[1:]
		return err
	}, func() any { return v }}, nil
}

// goRedisWay reads with go-redis.
func goRedisWay[C goredis.Cmder, T any](wire []byte, ask func(goredis.Pipeliner) C, convert func(C) (T, error)) GoWay {
	conn := goRedisClient(newConn(greet(goSource(wire)))).Conn()
	var commands []C
	var v T
	return GoWay{"go-redis", func() (err error) {
		if len(commands) == 0 {
			pipe := conn.Pipeline()
			for range GoBatch {
				commands = append(commands, ask(pipe))
			}
			if _, err := pipe.Exec(context.Background()); err != nil {
				return err
			}
		}
		v, err = convert(commands[0])
		if commands = commands[1:]; len(commands) == 0 {
			commands = nil
		}
		return err
	}, func() any { return v }}
}

// redigoWay reads with redigo.
func redigoWay[T any](wire []byte, convert func(any, error) (T, error)) GoWay {
	conn := redis.NewConn(newConn(goSource(wire)), 0, 0)
	var v T
	return GoWay{"redigo", func() (err error) {
		v, err = convert(conn.Receive())
		return err
	}, func() any { return v }}
}

func hashIntoStruct() (any, []GoWay, error) {
	want := GoFields{
		"Ada Lovelace", "ada@example.com", "+44 20 7946 0958", "12 St James's Square", "London", "United Kingdom", "en-GB",
		"Analytical Engines Ltd", "Countess", "https://example.com/ada", 1843, 27, 1700000000, 1763700000, 9, 12.5, 1024.75, 4.875, true, false,
	}
	args, err := respgo.AppendArgs(nil, want)
	if err != nil {
		return nil, nil, err
	}
	var fields []byte
	for _, arg := range args {
		fields = resp.AppendArg(fields, arg)
	}
	resp2 := append(resp.AppendArray(nil, len(args)), fields...)
	resp3 := append(resp.AppendMap(nil, len(args)/2), fields...)
	r, err := rueidisWay(resp3, func(r rueidis.RedisResult) (v GoFields, err error) {
		m, err := r.AsStrMap()
		if err != nil {
			return v, err
		}
		return fieldsOf(m)
	})
	return want, []GoWay{
		respWay[GoFields]("respgo, RESP3", resp3),
		respWay[GoFields]("respgo, RESP2", resp2),
		r,
		goRedisWay(resp3, func(p goredis.Pipeliner) *goredis.MapStringStringCmd { return p.HGetAll(context.Background(), "key") },
			func(c *goredis.MapStringStringCmd) (v GoFields, err error) { return v, c.Scan(&v) }),
		redigoWay(resp2, func(reply any, err error) (v GoFields, _ error) {
			values, err := redis.Values(reply, err)
			if err != nil {
				return v, err
			}
			return v, redis.ScanStruct(values, &v)
		}),
	}, err
}

// fieldsOf fills a struct by hand, since rueidis has maps alone.
func fieldsOf(m map[string]string) (v GoFields, err error) {
	v.Name, v.Email, v.Phone, v.Street, v.City = m["name"], m["email"], m["phone"], m["street"], m["city"]
	v.Country, v.Language, v.Company, v.Title, v.Website = m["country"], m["language"], m["company"], m["title"], m["website"]
	for _, number := range [...]struct {
		name string
		n    *int64
	}{{"visits", &v.Visits}, {"logins", &v.Logins}, {"created", &v.Created}, {"updated", &v.Updated}, {"level", &v.Level}} {
		if *number.n, err = strconv.ParseInt(m[number.name], 10, 64); err != nil {
			return v, err
		}
	}
	for _, number := range [...]struct {
		name string
		f    *float64
	}{{"score", &v.Score}, {"balance", &v.Balance}, {"rating", &v.Rating}} {
		if *number.f, err = strconv.ParseFloat(m[number.name], 64); err != nil {
			return v, err
		}
	}
	v.Active, v.Admin = m["active"] == "1", m["admin"] == "1"
	return v, nil
}

func streamIntoMessages() (any, []GoWay, error) {
	var want []GoMessage
	wire := resp.AppendArray(nil, 100)
	for i := range 100 {
		m := GoMessage{ID: fmt.Sprintf("17637000%05d-0", i), Values: make(map[string]string)}
		wire = resp.AppendBulkString(resp.AppendArray(wire, 2), m.ID)
		wire = resp.AppendArray(wire, 10)
		for _, name := range []string{"sensor", "temperature", "humidity", "pressure", "note"} {
			m.Values[name] = fmt.Sprintf("%s %d", strings.ToUpper(name), i)
			wire = resp.AppendBulkString(resp.AppendBulkString(wire, name), m.Values[name])
		}
		want = append(want, m)
	}
	r, err := rueidisWay(wire, func(r rueidis.RedisResult) ([]rueidis.XRangeEntry, error) { return r.AsXRange() })
	return want, []GoWay{
		respWay[[]GoMessage]("respgo", wire),
		r,
		goRedisWay(wire, func(p goredis.Pipeliner) *goredis.XMessageSliceCmd {
			return p.XRange(context.Background(), "key", "-", "+")
		},
			(*goredis.XMessageSliceCmd).Result),
		redigoWay(wire, redigoMessages),
	}, err
}

// redigoMessages takes messages apart as redigo's documentation does with nested
// replies.
func redigoMessages(reply any, err error) ([]GoMessage, error) {
	values, err := redis.Values(reply, err)
	if err != nil {
		return nil, err
	}
	messages := make([]GoMessage, len(values))
	for i, value := range values {
		entry, err := redis.Values(value, nil)
		if err != nil {
			return nil, err
		}
		var fields []any
		if _, err := redis.Scan(entry, &messages[i].ID, &fields); err != nil {
			return nil, err
		}
		if messages[i].Values, err = redis.StringMap(fields, nil); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

func stringsIntoStrings() (any, []GoWay, error) {
	var want []string
	wire := resp.AppendArray(nil, 100)
	for i := range 100 {
		want = append(want, fmt.Sprintf("the value of key %d", i))
		wire = resp.AppendBulkString(wire, want[i])
	}
	r, err := rueidisWay(wire, func(r rueidis.RedisResult) ([]string, error) { return r.AsStrSlice() })
	return want, []GoWay{
		respWay[[]string]("respgo", wire),
		r,
		goRedisWay(wire, func(p goredis.Pipeliner) *goredis.SliceCmd { return p.MGet(context.Background(), "key") }, stringsOf),
		redigoWay(wire, redis.Strings),
	}, err
}

// stringsOf takes the strings out of what go-redis has for MGET.
func stringsOf(c *goredis.SliceCmd) ([]string, error) {
	values, err := c.Result()
	if err != nil {
		return nil, err
	}
	list := make([]string, len(values))
	for i, value := range values {
		list[i], _ = value.(string)
	}
	return list, nil
}

// GoValueText prints what was read without what tells one client's types from
// another's.
func GoValueText(v any) string {
	var text strings.Builder
	switch v := v.(type) {
	case []GoMessage:
		for _, m := range v {
			fmt.Fprintln(&text, m.ID, m.Values)
		}
	case []rueidis.XRangeEntry:
		for _, m := range v {
			fmt.Fprintln(&text, m.ID, m.FieldValues)
		}
	case []goredis.XMessage:
		for _, m := range v {
			fmt.Fprintln(&text, m.ID, m.Values)
		}
	default:
		fmt.Fprintf(&text, "%+v", v)
	}
	return text.String()
}
