// Package resptest helps to test software that speaks RESP: clients, servers,
// proxies, and codecs.
//
//   - Vectors are conformance vectors, independent of any language: bytes, and the
//     result of decoding them. Run tests any parser against them.
//   - GenValue, GenWire and GenCommand generate values, their bytes, and
//     commands for properties of gopter; GenBroken and GenBrokenCommands generate
//     streams with faults in them. All shrink.
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
