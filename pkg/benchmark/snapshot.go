package benchmark

import "peerchallenge/pkg/programme"

// Snapshot is everything that reads of reference data and figures are answered
// from, as it stood at one committed state. It is immutable: a change makes a
// new one.
type Snapshot struct {
	Generation  int64 // grows with every committed change
	Programme   programme.Programme
	Priorities  []programme.Priority   // every slice is ordered by its key
	SubRegions  []programme.SubRegion  // by slug
	Memberships []programme.Membership // by id
	Boroughs    []programme.Borough    // by code
	Authorities []programme.Authority  // by code
	Successions []programme.Succession // by predecessor and successor
	Indicators  []Indicator            // by code, present revision
	Caveats     []Caveat               // by id
	Targets     []Target               // by indicator and period
	Revisions   []Indicator            // every revision, by code and revision
	Periods     []Period               // as by ComparePeriods
	Models      []NeighbourModel       // by code; the last is the newest
	Neighbours  []Neighbour            // by model, authority and rank
	Releases    []Release              // by id
	Data        *Dataset
}
