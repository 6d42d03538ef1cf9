// Package conformance sends a set of requests, valid, odd and broken, to a server or
// to a Decoder, and tells whether they are read as Redis reads them. Each request
// shows in the answers how it was understood.
package conformance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp/testdata/conformance"
)

// Request is bytes that a client sends, and what Redis does with them.
type Request struct {
	ID   string
	Rule string // the rule that it is about
	Wire []byte
	Cuts []int // offsets at which Wire is cut into pieces that arrive one after the other

	Unauthenticated bool // whether the client has not authenticated, and has to

	Redis Outcome
}

// Outcome is what comes of a request.
type Outcome struct {
	Answers []string `json:"answers"` // as Answer puts them
	End     End      `json:"end"`
}

// End tells what the reader of a request does after its last byte.
type End string

const (
	Keeps  End = "keeps"  // it takes the next request
	Waits  End = "waits"  // it waits for the rest of the request
	Closes End = "closes" // it has closed the connection
)

// String returns the answers and the end in one line.
func (o Outcome) String() string {
	return strings.Join(append(slices.Clone(o.Answers), string(o.End)), ", ")
}

// Equal reports whether both are the same.
func (o Outcome) Equal(p Outcome) bool { return o.End == p.End && slices.Equal(o.Answers, p.Answers) }

// Pieces returns the wire as it is sent, piece by piece.
func (r *Request) Pieces() (pieces [][]byte) {
	start := 0
	for _, cut := range append(slices.Clone(r.Cuts), len(r.Wire)) {
		pieces = append(pieces, r.Wire[start:cut])
		start = cut
	}
	return pieces
}

// mostBytes is how long a request may be that is also sent byte by byte.
const mostBytes = 64

// Bytes returns the wire byte by byte, or nothing when it is too long for that.
func (r *Request) Bytes() (pieces [][]byte) {
	if len(r.Wire) > mostBytes {
		return nil
	}
	return slices.Collect(slices.Chunk(r.Wire, 1))
}

// File is the list of requests as it is stored.
type File struct {
	Server   string // the version of Redis that is recorded
	Requests []Row
}

// Row is a request as it is stored.
type Row struct {
	ID              string          `json:"id"`
	Rule            string          `json:"rule"`
	Wire            json.RawMessage `json:"wire,omitempty"`
	WireParts       json.RawMessage `json:"wire_parts,omitempty"`
	Cuts            []int           `json:"cuts,omitempty"`
	Unauthenticated bool            `json:"unauthenticated,omitempty"`
	Redis           Outcome         `json:"redis"`
}

// Stored returns the list of requests as it is stored.
func Stored() (f File, err error) {
	err = json.Unmarshal(conformance.Requests, &f)
	return f, err
}

// All returns all requests.
func All() ([]Request, error) {
	f, err := Stored()
	if err != nil {
		return nil, err
	}
	list := make([]Request, len(f.Requests))
	for i, row := range f.Requests {
		if list[i], err = row.request(); err != nil {
			return nil, fmt.Errorf("%s: %w", row.ID, err)
		}
	}
	return list, nil
}

func (row Row) request() (Request, error) {
	r := Request{ID: row.ID, Rule: row.Rule, Cuts: row.Cuts, Unauthenticated: row.Unauthenticated, Redis: row.Redis}
	var parts []struct {
		S, Repeat latin1
		N         int
	}
	if row.WireParts != nil {
		if err := json.Unmarshal(row.WireParts, &parts); err != nil {
			return r, err
		}
		for _, p := range parts {
			r.Wire = append(r.Wire, p.S...)
			r.Wire = append(r.Wire, strings.Repeat(string(p.Repeat), p.N)...)
		}
		return r, nil
	}
	var wire latin1
	err := json.Unmarshal(row.Wire, &wire)
	r.Wire = []byte(wire)
	return r, err
}

// latin1 is a JSON string in which every character stands for one byte.
type latin1 string

func (l *latin1) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range s {
		if r > 0xff {
			return fmt.Errorf("%q is no byte", r)
		}
		b.WriteByte(byte(r))
	}
	*l = latin1(b.String())
	return nil
}
