package benchmark

import (
	"strconv"

	"peerchallenge/pkg/programme"
)

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

// For answers the estimate with which the DfE makes the place's rates of the
// period: that of the 30 June within its financial year, the last before the
// year's end, mid-2024 for 2024-25. It is nil where none is known.
func (e Estimates) For(geography, period string) *float64 {
	if len(period) < 4 {
		return nil
	}
	midYear, _ := strconv.Atoi(period[:4]) // a period's code begins with the year
	return e[estimate{geography, midYear}]
}
