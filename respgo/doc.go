// Package respgo turns replies into Go values, and Go values into replies and
// arguments of commands. It uses only the public API of package resp.
//
//	users, err := respgo.Read[[]User](d)       // from a *resp.Decoder
//	err := respgo.UnmarshalDecode(d, &user)    // the same, into what is there
//	err := respgo.Unmarshal(&value, &user)     // from a *resp.Value
//	err := respgo.MarshalEncode(e, user)       // to a *resp.Encoder
//	args, err := respgo.AppendArgs(args, user) // for HSET
//
// # What becomes what
//
// RESP3 has kinds of its own for values that RESP2 sends as a string, an integer or
// a flat array. A Go type takes every kind that can express its value, so a program
// need not know which protocol its connection speaks.
//
//	Go                          from
//	string, []byte              a string, and the text of an integer, double, big number or boolean
//	[N]byte                     the same, with N bytes
//	int..., uint...             an integer, big number, boolean, or a string or double that says one
//	float32, float64            a double, integer, big number, boolean, or a string that says one
//	bool                        a boolean, 1 or 0, OK, yes or no, or what strconv.ParseBool takes
//	big.Int                     an integer, big number, boolean, or a string that says one
//	time.Time                   a text in RFC 3339, or seconds since the Unix epoch
//	time.Duration               nanoseconds, or a text as time.ParseDuration takes it
//	encoding.TextUnmarshaler    any scalar, as text
//	encoding.BinaryUnmarshaler  the same
//	[]T                         an array, set or push; a map, with its keys and values in turn
//	[N]T                        the same, with N elements
//	map[K]V                     a map, an array of keys and values in turn, an array of pairs, or INFO text
//	map[K]struct{}              an array or set
//	struct                      the same as a map
//	struct with array           an array of its fields in their order; a map by their names
//	*T                          what T takes; nil from a null
//	any                         see below
//	error                       an error within a reply; nil from all else
//	resp.Value                  anything, with its attributes
//
// A number that does not fit is an error. The results of [Unmarshal] share no memory
// with the reply. As in [encoding/json], a struct and a map keep what the reply does
// not name, a slice is refilled from its start in its own storage, and a nil pointer
// or map is allocated.
//
// An any gets a string, int64, float64, bool, *[big.Int], []any, map[any]any (or with
// [OrderedMaps] a [][Pair][any, any]), a *[resp.ReplyError], or nil. A big number as a
// key becomes the string of its digits; an aggregate cannot be a key in an any. When
// an any holds a pointer, the target of the pointer is set instead.
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
// Without a tag a field has its Go name. Fields of embedded structs count as fields
// of the outer struct, by the rules of [encoding/json]. The options are:
//
//   - omitempty leaves out an empty field when writing: false, 0, "", nil, an aggregate
//     without elements, the zero time.
//   - format says how a time or a duration is stored. For a time it is unix, unixmilli,
//     unixmicro, unixnano, or a layout of package [time], given by its name or in quotes
//     ('2006-01-02'). For a duration it is sec, milli, micro, nano or units (1h30m).
//   - rest takes everything that has no field of its own.
//   - array makes a row of the struct, as below.
//
// respgo ignores options that it does not know.
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
// A []Member takes [[a 1] [b 2]], which RESP3 sends for ZRANGE WITHSCORES, and [a 1
// b 2], which RESP2 sends. Elements without a field are skipped, and fields without
// an element keep their values. The last field of a row may take the rest as a
// slice. [Pair] is a row of two, and a []Pair is a map in the order of the reply.
//
// # Nulls and errors
//
// A null becomes nil in a pointer, slice, map or interface. Other types get
// [resp.ErrNull] when the null is the whole reply, and the zero value when it is
// within one; [NullAsZero] changes that.
//
// A reply that is an error is returned as a *[resp.ReplyError]. An error within a
// reply goes to its element if that is an error or an any. Otherwise it gives an
// *[UnmarshalError] with the path of the element, like every value that does not
// fit:
//
//	respgo: [3].score: got bulk string "x", want float64: invalid syntax
//
// The first such error ends the call, unless [CollectErrors] gathers them. The reply
// has been read whole in any case, so the stream is in step.
//
// # Hostile replies
//
// A reply is converted only after all of it has arrived, so no count makes respgo
// reserve memory for elements that never come. Values may be nested 1,024 deep. The
// Decoder's limits bound the size of a reply, and so the memory for its bytes and
// the result. Where that is too much, loop over [resp.Decoder.Elements] or
// [resp.Decoder.Entries] and read the elements one by one.
package respgo
