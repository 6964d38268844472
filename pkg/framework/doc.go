// Package framework says what a region asks of its boroughs each quarter, and why
// nothing that it shows of it gives a small count away.
//
// A [Framework] is a numbered version of a [Document]: named counts, indicators over
// them, how any two counts hang together, families of parts and wholes, the
// population, and the rules that a return is held to. [Document.Check] refuses a
// document from which a hidden count could be had; [Changes] says what a version
// changes, and with that which number it may have. Everything here is pure.
package framework
