package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// reasons say for each rule with requests that ReadCommand reads otherwise than Redis
// why it does.
var reasons = map[string]string{
	"counts over 1,048,576": "ReadCommand takes at most 1,048,576 arguments, as Redis did before 7.0. " +
		"`MaxArgs` allows more, and `Lenient` as many as Redis. Before AUTH both take ten.",
	"the LF of a header line": "Redis looks for the CR alone and passes over the byte behind it, whatever that is. " +
		"ReadCommand wants CR LF: a proxy and the server behind it must not disagree on where a request ends. " +
		"Valkey 9 wants it too; these are its words.",
	"the CR LF behind an argument": "Redis passes over two bytes without a look at them. A length that is wrong by one " +
		"then turns data into requests. ReadCommand wants CR LF. Valkey 9 wants it too; these are its words.",
	"NUL outside arguments": "Redis searches for the end of a line with C functions, for which NUL is the end of the " +
		"text. It waits until 64 KiB have come, and answers nothing. ReadCommand refuses at once what can never become a " +
		"request. `Lenient` takes NUL in inline requests as data.",
	"inline requests of 64 KiB": "Redis measures an inline request only while its end has not arrived, so that a longer " +
		"one may pass when all of it arrives together. What ReadCommand accepts does not depend on how bytes arrive: " +
		"a line has at most 64 KiB before its LF, its CR among them.",
	"HTTP": "POST and Host: are requests of a browser that a web page has sent to a Redis on the user's machine. Redis " +
		"closes the connection without an answer. For ReadCommand they are commands like others: the server that calls " +
		"it has to close the connection on them, whatever the case of their letters.",
	"faults before the end of their line": "Redis judges a line when its CR has arrived. ReadCommand refuses a byte that " +
		"cannot stand where it is as soon as it comes, and its words do not depend on what follows.",
}

const introduction = `<!-- Written by: go test ./cmd/respcheck/internal/conformance -update -->

# Requests as Redis reads them

[requests.json](../testdata/conformance/requests.json) holds %d requests: valid, odd
and broken, and what redis-server %s does with each. The tests send them to
redis-server and to ReadCommand, whole and, up to %d bytes, byte by byte.

%d are read alike: the same commands, the same text of the error, the same end. The
%d others are below, each with the reason.

    respcheck -conformance -addr localhost:6379

sends them to any server and prints where that differs from Redis.

Answers are as Redis would give them to what was understood: the commands are PING,
and PUBSUB NUMSUB, which repeats the words behind it. The last word is the end:
"keeps" takes the next request, "waits" waits for more of this one, and "closes" has
closed the connection.

One more exception is too large for the list: when a request is over 1 GiB Redis
closes the connection without an answer (client-query-buffer-limit), and ReadCommand's
words are "Protocol error: too big request". Whoever wants Redis' silence does not send
the words of a ` + "`*LimitError`" + ` for the total length.

| rule | requests | read otherwise |
|---|---|---|
`

// documentation returns docs/conformance.md, and the rules whose reason and requests
// do not belong together.
func documentation(server string, requests []Request) (text string, unexplained []string) {
	var rules []string
	count := make(map[string]int)
	rows := make(map[string][]string)
	differ := 0
	for _, r := range requests {
		if !slices.Contains(rules, r.Rule) {
			rules = append(rules, r.Rule)
		}
		count[r.Rule]++
		if ours := r.Read(r.Pieces()); !ours.Equal(r.Redis) {
			differ++
			rows[r.Rule] = append(rows[r.Rule], fmt.Sprintf("| %s | %s | %s |\n", wireCode(&r), code(r.Redis.String()), code(ours.String())))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, introduction, len(requests), server, mostBytes, len(requests)-differ, differ)
	for _, rule := range rules {
		fmt.Fprintf(&b, "| %s | %d | %d |\n", rule, count[rule], len(rows[rule]))
	}
	for _, rule := range rules {
		reason := reasons[rule]
		if (reason == "") != (len(rows[rule]) == 0) {
			unexplained = append(unexplained, rule)
		}
		if len(rows[rule]) > 0 {
			fmt.Fprintf(&b, "\n## %s%s\n\n%s\n\n| request | Redis | ReadCommand |\n|---|---|---|\n", strings.ToUpper(rule[:1]), rule[1:], reason)
			b.WriteString(strings.Join(rows[rule], ""))
		}
	}
	for rule := range reasons {
		if !slices.Contains(rules, rule) {
			unexplained = append(unexplained, rule)
		}
	}
	return b.String(), unexplained
}

// wireCode is the wire of a request in a cell of a table.
func wireCode(r *Request) string {
	const most = 60
	text := code(Quote(r.Wire[:min(len(r.Wire), most)]))
	if len(r.Wire) > most {
		text += fmt.Sprintf(" and so on, %d bytes", len(r.Wire))
	}
	if r.Unauthenticated {
		text += ", before AUTH"
	}
	return text
}

// code is text in a cell of a table.
func code(text string) string { return "`" + strings.ReplaceAll(text, "|", `\|`) + "`" }
