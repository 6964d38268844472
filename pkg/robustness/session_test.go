//go:build unix

package robustness

import (
	"fmt"
	"strconv"
)

// backwards answers where a session on reference data went back in time. A
// session is one client at one process, one request after the other: what it was
// told once, by a read or as the answer to its own change, it never sees undone.
// Nothing is said of what other processes see.
func backwards(operations []*operation) []string {
	type session struct {
		client, process int
		on              string
	}
	told := map[session]*operation{}
	var faults []string
	for _, o := range operations {
		if o.Kind != readPriority && o.Kind != setPriority || o.Outcome != done {
			continue
		}
		at := session{o.Client, o.Process, o.On}
		if before := told[at]; before != nil && number(o.Version) < number(before.Version) {
			faults = append(faults, fmt.Sprintf("a session went back in time:\n  %s\n  %s", before, o))
		}
		told[at] = o
	}
	return faults
}

// number reads a version, which is that of a row. Of two versions of one row the
// later is the greater: docs/adr/0003.
func number(version string) int64 {
	n, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return -1
	}
	return n
}
