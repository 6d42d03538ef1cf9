// Package conformance holds the conformance vectors and the requests as files, so
// that they exist once for every package that embeds them. Package resptest reads the
// vectors, respcheck the requests.
package conformance

import "embed"

// Files are the vector files, each a JSON array as README.md describes it.
//
//go:embed vectors.json extended.json
var Files embed.FS

// Requests are requests and what Redis does with them, as README.md describes them.
//
//go:embed requests.json
var Requests []byte
