package methods

import "github.com/seed65f5866d/resp"

// Limit is an option that sets one limit.
type Limit struct {
	Name    string // of the function
	Limit   string // as a LimitError names it
	Set     func(n int64) resp.Option
	Over    string // a wire that is over the limit of 0
	Request bool   // Over is a request
}

// Limits are all of them.
var Limits = []Limit{
	{"MaxDepth", "depth", func(n int64) resp.Option { return resp.MaxDepth(int(n)) }, "*1\r\n:1\r\n", false},
	{"MaxArgs", "arguments", func(n int64) resp.Option { return resp.MaxArgs(int(n)) }, "*1\r\n$4\r\nPING\r\n", true},
	{"MaxElements", "elements", resp.MaxElements, "*1\r\n:1\r\n", false},
	{"MaxBulkLen", "bulk length", resp.MaxBulkLen, "$1\r\na\r\n", false},
	{"MaxLineLen", "line length", resp.MaxLineLen, "+text\r\n", false},
	{"MaxTotalLen", "total length", resp.MaxTotalLen, "+text\r\n", false},
}

// AllLimits returns options that set every limit to n.
func AllLimits(n int64) (opts []resp.Option) {
	for _, limit := range Limits {
		opts = append(opts, limit.Set(n))
	}
	return opts
}

// Presets are the options that set all limits at once.
var Presets = map[string]resp.Option{
	"ClientLimits": resp.ClientLimits(), "ServerLimits": resp.ServerLimits(), "UnauthenticatedLimits": resp.UnauthenticatedLimits(), "NoLimits": resp.NoLimits(),
}

// OtherOptions are the functions that make the other options.
var OtherOptions = []string{"BufferSize", "Lenient", "OnPush", "OnWait", "Protocol"}
