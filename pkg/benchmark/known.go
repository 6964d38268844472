package benchmark

import "peerchallenge/pkg/programme"

// Known is what the reader of a published file needs of what is held already.
type Known struct {
	Authorities []programme.Authority
	Successions []programme.Succession
	Indicators  []Indicator
	Populations []Population
}

// Lineages answers those of the authorities that are known.
func (k Known) Lineages() Lineages { return NewLineages(k.Authorities, k.Successions) }

// Estimates finds the population with which a rate is made.
type Estimates map[estimate]*float64

type estimate struct {
	geography string
	midYear   int
}

// Estimates answers the populations that are known.
func (k Known) Estimates() Estimates {
	e := Estimates{}
	for _, p := range k.Populations {
		e[estimate{p.Geography, p.MidYear}] = p.Estimate
	}
	return e
}

// For answers the estimate with which the place's rates of the period are made,
// that of [Period.MidYear]: mid-2024 for 2024-25, as the DfE makes its own. It is
// nil where none is known.
func (e Estimates) For(geography string, period Period) *float64 {
	return e[estimate{geography, period.MidYear()}]
}
