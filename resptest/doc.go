// Package resptest helps to test software that speaks RESP: clients, servers,
// proxies, and codecs.
//
//   - Vectors are conformance vectors, independent of any language: bytes, and the
//     result of decoding them. Run tests any parser against them.
//   - MustParse makes the values that a test expects from their bytes. Diff tells, path
//     by path, how two values differ.
//   - RandomValue, RandomWire and RandomCommand make values, values with bytes for them,
//     and commands from a seed; RandomBroken and RandomBrokenCommands make streams
//     with faults in them. SimplerValues and the methods Simpler shrink them. Package
//     respgen makes generators for properties of gopter of them.
//   - Server is a server that follows a script, on a port or a net.Pipe, for tests of
//     clients: its replies break, wait and end wherever the script says so.
//   - Break breaks a frame in one place and keeps the rest of it.
//   - SplitReader, RandomReader, DelayReader, TimeoutReader, DataTimeoutReader,
//     EmptyReader and FailingReader are readers that are as awkward as io.Reader
//     allows: short and empty reads, deadlines between any two bytes, data together
//     with an error.
//   - ShortWriter, DelayWriter, TimeoutWriter, FailOnceWriter and FailingWriter are
//     awkward writers: they take a part of the data, or fail at any byte, once or
//     for good.
//
// Everything random comes from a seed, and the same seed gives the same results.
package resptest
