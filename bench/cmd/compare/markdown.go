package main

import (
	"fmt"
	"os"
	"strings"
)

// tableRow is a row of the README's tables: what it is called there, and the workload.
type tableRow struct{ title, workload string }

var decodeTable = []tableRow{
	{"`+OK`", "ok"},
	{"integers of 1 to 19 digits", "int"},
	{"string of 16 B", "bulk16"},
	{"string of 1 KiB", "bulk1k"},
	{"string of 64 KiB", "bulk64k"},
	{"array of ten strings", "array10"},
	{"XRANGE of 100 entries", "xrange"},
	{"a client's mix", "mixed"},
	{"SET read as a request", "command"},
}

var encodeTable = []tableRow{
	{"SET, 16 B", "SET 16 B"},
	{"SET, 1 KiB", "SET 1 KiB"},
	{"SET, 1 MiB, to a writer", "SET 1 MiB"},
	{"array of ten strings", "encode array10"},
}

// writeTables writes the README's tables of figures, as far as they were measured.
func (r *report) writeTables(path string) error {
	return os.WriteFile(path, []byte(r.decodeMarkdown()+"\n"+r.encodeMarkdown()), 0o644)
}

func (r *report) decodeMarkdown() string {
	var b strings.Builder
	b.WriteString(markdownHead("", "resp, tokens", "resp, `Value`", "resp, `Value` kept", "fastest Go peer", "fastest that keeps",
		"redigo", "go-redis", "rueidis", "hiredis, parsing alone", "`bytes.IndexByte` at each line feed"))
	for _, t := range decodeTable {
		of := func(name string) *result { return r.find(t.workload, name) }
		if r.main(t.workload) == nil {
			continue
		}
		b.WriteString(markdownRow(t.title, "**"+figure(r.main(t.workload))+"**", figure(of("value")), figure(r.ourKept(t.workload)),
			figureOf(r.fastest(t.workload, peer)), figureOf(r.fastestKept(t.workload)),
			figure(r.fastestForm(t.workload, "redigo")), figure(r.fastestForm(t.workload, "go-redis")), figure(r.fastestForm(t.workload, "rueidis")),
			figure(of(hiredisName)), figure(of(indexByteName))))
	}
	return b.String()
}

func (r *report) encodeMarkdown() string {
	var b strings.Builder
	b.WriteString(markdownHead("encoding", "resp", "fastest Go peer", "appending the ready bytes"))
	for _, t := range encodeTable {
		if best := r.fastest(t.workload, ours); best != nil {
			b.WriteString(markdownRow(t.title, "**"+figure(best)+"**", figureOf(r.fastest(t.workload, peer)), figure(r.find(t.workload, readyName))))
		}
	}
	return b.String()
}

// ourKept is our way to read what outlives the next read, a Value or a Command.
func (r *report) ourKept(workload string) *result {
	return r.fastestOf(workload, "value, Clone", "ReadCommand, Clone")
}

// fastestForm returns the fastest way of one peer, or nil.
func (r *report) fastestForm(workload, name string) *result {
	return r.best(workload, func(of result) bool { return of.Group == peer && strings.HasPrefix(of.Name, name) })
}

func markdownHead(cells ...string) string {
	return markdownRow(cells...) + "|" + strings.Repeat("---|", len(cells)) + "\n"
}

func markdownRow(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// figure shows thousands, and a dash for what there is not. A star stands beside what
// was not measured.
func figure(of *result) string {
	if of == nil {
		return "–"
	}
	s := number(of.NS)
	if whole, _, _ := strings.Cut(s, "."); len(whole) > 3 {
		s = whole[:len(whole)-3] + "," + s[len(whole)-3:]
	}
	if of.FromTable {
		s += " *"
	}
	return s
}

// figureOf names the row too.
func figureOf(of *result) string {
	if of == nil {
		return "–"
	}
	return fmt.Sprintf("%s (%s)", figure(of), strings.TrimSuffix(of.Name, " *"))
}
