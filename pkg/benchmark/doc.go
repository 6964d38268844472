// Package benchmark is the domain of the Common Framework's figures:
// indicators, reporting periods, observations, and the comparators that are
// made of them.
//
// Everything here is a pure function of its arguments: no I/O and no clock.
package benchmark
