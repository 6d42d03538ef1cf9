// Package resptest is for those who test software that speaks RESP: clients,
// servers, proxies, and codecs.
//
//   - Vectors are conformance vectors that belong to no language: bytes, and
//     what a decoder makes of them. Run holds any parser to them.
//   - GenValue, GenWire and GenCommand generate values, their bytes, and
//     commands for properties of gopter; GenBroken and GenBrokenCommands generate
//     streams with faults in them. All shrink.
//   - Break breaks a frame in one place and keeps the rest of it.
//   - SplitReader, RandomReader, DelayReader, TimeoutReader, DataTimeoutReader,
//     EmptyReader and FailingReader are readers as awkward as io.Reader allows:
//     short and empty reads, deadlines between any two bytes, data together with
//     an error.
//   - ShortWriter, DelayWriter, TimeoutWriter, FailOnceWriter and FailingWriter
//     are such writers: they take part of what they are given, and fail at any
//     byte, for once or for good.
//
// Everything random comes from a seed, and the same seed gives the same.
package resptest
