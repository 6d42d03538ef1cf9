package methods

import "github.com/seed65f5866d/resp"

// Limit is an option that sets one limit.
type Limit struct {
	Name  string // of the function
	Limit string // as a LimitError names it
	Set   func(n int64) resp.Option
}

// Limits are all of them.
var Limits = []Limit{
	{"MaxDepth", "depth", func(n int64) resp.Option { return resp.MaxDepth(int(n)) }},
	{"MaxArgs", "arguments", func(n int64) resp.Option { return resp.MaxArgs(int(n)) }},
	{"MaxElements", "elements", resp.MaxElements},
	{"MaxBulkLen", "bulk length", resp.MaxBulkLen},
	{"MaxLineLen", "line length", resp.MaxLineLen},
	{"MaxTotalLen", "total length", resp.MaxTotalLen},
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
