package benchmark

// Import is what one published file gives.
type Import struct {
	Release      Release
	Observations []Observation
	Populations  []Population
	Model        *NeighbourModel // with Neighbours, or nil
	Neighbours   []Neighbour
}

// ImportResult counts what an [Import] did to the database.
type ImportResult struct {
	Release   Release
	Known     bool // the very same file was imported before, so nothing was read from it
	Inserted  int  // figures that were not held
	Updated   int  // figures that this release corrects
	Unchanged int  // figures that are as they were
}
