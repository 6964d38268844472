// Package returns is the domain of a quarter's collection: when returns are taken,
// what stands in them, what is asked about them, and who is missing.
//
// Everything here is a pure function of its arguments: no I/O but on readers that
// are given, and no clock.
package returns
