// Package conformance holds the conformance vectors as files, so that they
// exist once for every package that embeds them. Package resptest reads them.
package conformance

import "embed"

// Files are the vector files, each a JSON array as README.md describes it.
//
//go:embed *.json
var Files embed.FS
