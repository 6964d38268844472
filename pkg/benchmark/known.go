package benchmark

import "peerchallenge/pkg/programme"

// Known is what the reader of a published file needs of what is held already.
type Known struct {
	Authorities []programme.Authority
	Indicators  []Indicator
	Populations []Population
}
