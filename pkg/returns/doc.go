// Package returns is the quarter's collection: what a borough posts of the counts
// that a framework names, the rules that it is judged by, and the report of what
// they find. Nothing here reads a clock or a database: quarters, earlier returns
// and the moment are given.
//
// In prose it is a return; on the wire a benchmarking submission.
package returns
