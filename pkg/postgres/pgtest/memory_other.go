//go:build !linux

package pgtest

// folder answers where the tests' servers keep their data: among the temporary files.
func folder() string { return "" }
