package main

import "testing"

func TestMarkdown(t *testing.T) {
	r := &report{[]result{
		ns("ok", "tokens", ours, 2.94), ns("ok", "value", ours, 5.41), ns("ok", "value, Clone", ours, 40),
		ns("ok", "redcon", peer, 12.8), {Workload: "ok", Name: "redigo", Group: peer, NS: 39.7, Kept: true},
		ns("ok", "go-redis", peer, 1259), ns("ok", "go-redis, typed", peer, 1234), ns("ok", "lazy", lazy, 1),
		{Workload: "ok", Name: hiredisName, Group: native, NS: 11.6, FromTable: true},
		ns("SET 16 B", "Append", ours, 9), ns("SET 16 B", "AppendArgs", ours, 8.4), ns("SET 16 B", "redcon Append", peer, 29.3), ns("SET 16 B", readyName, baseline, 4.3),
	}}
	const decode = "| `+OK` | **2.94** | 5.41 | 40.0 | 12.8 (redcon) | 39.7 (redigo) | 39.7 | 1,234 | – | 11.6 * | – |\n"
	if got := r.decodeMarkdown(); got != markdownHead("", "resp, tokens", "resp, `Value`", "resp, `Value` kept", "fastest Go peer", "fastest that keeps",
		"redigo", "go-redis", "rueidis", "hiredis, parsing alone", "`bytes.IndexByte` at each line feed")+decode {
		t.Errorf("got %s", got)
	}
	const encode = "| encoding | resp | fastest Go peer | appending the ready bytes |\n|---|---|---|---|\n" +
		"| SET, 16 B | **8.40** | 29.3 (redcon Append) | 4.30 |\n"
	if got := r.encodeMarkdown(); got != encode {
		t.Errorf("got %s", got)
	}
}
