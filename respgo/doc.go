// Package respgo turns replies into Go values, and Go values into replies and
// arguments of commands. It stands on the public API of package resp alone.
//
//	users, err := respgo.Read[[]User](d)            // from a *resp.Decoder
//	err := respgo.UnmarshalDecode(d, &user)         // the same, into what is there
//	err := respgo.Unmarshal(&value, &user)          // from a *resp.Value
//	err := respgo.MarshalEncode(e, user)            // to a *resp.Encoder
//	args, err := respgo.AppendArgs(args, user)      // for HSET
//
// # What becomes what
//
// RESP2 sends as a string, an integer or a flat array what RESP3 has a kind of
// its own for. A Go type takes all kinds that can say the same, so a program
// need not know which protocol its connection speaks.
//
//	Go                      from
//	string, []byte          a string, and the text of an integer, double, big number or boolean
//	[N]byte                 the same, with N bytes
//	int..., uint...         an integer, big number, boolean, or a string or double that says one
//	float32, float64        a double, integer, big number, boolean, or a string that says one
//	bool                    a boolean, 1 or 0, OK, yes or no, or what strconv.ParseBool takes
//	big.Int                 an integer, big number, boolean, or a string that says one
//	time.Time               a text in RFC 3339, or seconds since the Unix epoch
//	time.Duration           nanoseconds, or a text as time.ParseDuration takes it
//	encoding.TextUnmarshaler, encoding.BinaryUnmarshaler   any scalar, as text
//	[]T                     an array, set or push; a map, with its keys and values in turn
//	[N]T                    the same, with N elements
//	map[K]V                 a map, an array of keys and values in turn, an array of pairs, or INFO text
//	map[K]struct{}          an array or set
//	struct                  the same as a map
//	struct with array       an array of its fields in their order; a map by their names
//	*T                      what T takes; nil from a null
//	any                     see below
//	error                   an error within a reply; nil from all else
//	resp.Value              anything, with its attributes
//
// A number that does not fit is an error. What Unmarshal sets shares no memory with
// the reply. As in encoding/json, a struct and a map keep what the reply does not
// name, a slice is made anew in the room it has, and a nil pointer or map is made.
//
// An any gets a string, int64, float64, bool, *big.Int, []any, map[any]any (or with
// [OrderedMaps] a []Pair[any, any]), a *resp.ReplyError, or nil. A key that is a big
// number is its digits; an aggregate cannot be a key of an any. An any that holds a
// pointer has what it points at set instead.
//
// # Structs
//
// The tag of a field is the one that go-redis and rueidis read:
//
//	Name  string         `redis:"name"`
//	Score float64        `redis:"score,omitempty"`
//	Until time.Time      `redis:"until,format:unixmilli"`
//	Cache []byte         `redis:"-"`
//	Rest  map[string]int `redis:",rest"`
//
// Without a tag a field has its Go name. Fields of embedded structs count as the
// outer struct's, by the rules of encoding/json. omitempty leaves an empty field
// out when it is written: false, 0, "", nil, what has no elements, the zero time.
// rest takes all that has no field of its own. Options that respgo does not know
// are passed over.
//
// format says how a time or a duration is stored: unix, unixmilli, unixmicro,
// unixnano, a layout of package time by its name or itself ('2006-01-02') for a
// time; sec, milli, micro, nano or units (1h30m) for a duration.
//
// # Rows
//
// A struct with the option array on a field called _ is a row of elements:
//
//	type Member struct {
//		_     struct{} `redis:",array"`
//		Name  string
//		Score float64
//	}
//
// A []Member takes [[a 1] [b 2]], which RESP3 sends for ZRANGE WITHSCORES, and
// [a 1 b 2], which RESP2 does. Elements that have no field are passed over; fields
// that have no element are left as they are. In a row the last field may take the
// rest as a slice. [Pair] is a row of two, and a []Pair a map in its order.
//
// # Nulls and errors
//
// A null is nil in a pointer, slice, map or interface. Elsewhere it is resp.ErrNull
// where it is the whole reply, and the zero value within one; [NullAsZero] says
// otherwise.
//
// A reply that is an error is returned as a *resp.ReplyError. An error within a
// reply goes to its element, where that is an error or an any; otherwise it is an
// *[UnmarshalError] with the path of the element, as is all that does not fit:
//
//	respgo: [3].score: got bulk string "x", want float64: invalid syntax
//
// The first one ends the call, unless [CollectErrors] gathers them. The reply has
// been read whole in any case, so the stream is in step.
//
// # Hostile replies
//
// A reply is read when all of it has arrived, so nothing is reserved on the word
// of a count. Values lie at most 1,024 deep in each other. The Decoder's limits say
// how large a reply may be, and so what may be held while it is read: its bytes and
// the result. Where that is too much, loop over Decoder.Elements or Entries and read
// the elements one by one.
package respgo
