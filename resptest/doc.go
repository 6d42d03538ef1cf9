// Package resptest helps to test software that speaks RESP: clients, servers,
// proxies, and codecs.
//
// # Clients
//
// [Server] is a server that follows a script, on a port or a [net.Pipe]. Its replies
// break, wait and end wherever the script says so:
//
//	server := resptest.NewServer(t,
//		resptest.Step{Request: "GET key", Reply: "$5\r\nvalue\r\n"},
//		resptest.Step{Request: "GET key", Reply: "$5\r\nval", Close: true},
//	)
//	client := dial(server.Addr())
//
// # Values
//
// [MustParse] makes the values that a test expects from their bytes. [Diff] tells, path
// by path, how two values differ:
//
//	want := resptest.MustParse("*2\r\n$3\r\nfoo\r\n:1\r\n")
//	if diff := resptest.Diff(want, got); diff != "" {
//		t.Error(diff)
//	}
//
// # Codecs
//
// [Vectors] are conformance vectors, independent of any language: bytes, and the result
// of decoding them. [Run] tests any parser against them.
//
// # Random input
//
// Everything random comes from a seed, and the same seed gives the same results.
//
//   - [RandomValue], [RandomWire] and [RandomCommand] make values, values with bytes for
//     them, and commands.
//   - [RandomBroken] and [RandomBrokenCommands] make streams with faults in them. [Break]
//     breaks a frame in one place and keeps the rest of it.
//   - [SimplerValues] and the methods Simpler shrink what makes a test fail. Package
//     [github.com/seed65f5866d/resp/resptest/respgen] makes of all these the generators
//     that properties of gopter need.
//
// # Readers and writers
//
// These are as awkward as [io.Reader] and [io.Writer] allow:
//
//   - [SplitReader], [RandomReader], [DelayReader], [TimeoutReader], [DataTimeoutReader],
//     [EmptyReader] and [FailingReader] give short and empty reads, deadlines between any
//     two bytes, and data together with an error.
//   - [ShortWriter], [DelayWriter], [TimeoutWriter], [FailOnceWriter] and [FailingWriter]
//     take a part of the data, or fail at any byte, once or for good.
package resptest
