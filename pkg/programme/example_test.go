package programme_test

import (
	"fmt"

	"peerchallenge/pkg/programme"
)

// The cycle of a day is the financial year in which it lies.
func ExampleCycleOn() {
	fmt.Println(programme.CycleOn("2026-03-31"), programme.CycleOn("2026-04-01"))
	// Output: 2025-26 2026-27
}

// A rule says no with a kind, a stable code, and faults with their places.
func ExampleRefuse() {
	err := programme.Refuse([]programme.Fault{programme.Unknown("/boroughs/0", "There is no such borough.")})
	fmt.Println(programme.KindOf(err) == programme.Invalid, err)
	fmt.Println(programme.Refuse(nil))
	// Output:
	// true invalid: The request breaks the rules listed under errors.
	// <nil>
}
