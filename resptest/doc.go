// Package resptest is for those who test software that speaks RESP: clients,
// servers, proxies, and codecs.
//
//   - Vectors are conformance vectors that belong to no language: bytes, and
//     what a decoder makes of them. Run holds any parser to them.
//   - RandomReader, TimeoutReader, EmptyReader, DelayReader, FailingReader,
//     ShortWriter, TimeoutWriter, DelayWriter and FailingWriter move bytes in
//     every awkward way that the io interfaces allow.
package resptest
