package benchmark

import "peerchallenge/pkg/programme"

// Import is what one published file gives.
type Import struct {
	Release      Release
	Periods      []Period // those in which its figures lie
	Observations []Observation
	Populations  []Population
	Model        *NeighbourModel // with Neighbours, or nil
	Neighbours   []Neighbour
	Form         string             // as what the file was read, in words
	EmptyRows    int                // rows without content, which were passed over
	Warnings     []programme.Fault  // what may be right, and should be looked at
	ChangeLimits map[string]float64 // by indicator, in its unit: a figure that differs by more from the one that stood is to be looked at
}

// ImportResult counts what an [Import] did to the database.
type ImportResult struct {
	Release   Release
	Known     bool // the very same file was imported before, so nothing was read from it
	Inserted  int  // figures that were not held
	Updated   int  // figures that this release corrects
	Unchanged int  // figures that are as they were
}
