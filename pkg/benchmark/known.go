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
type Estimates struct {
	held     map[estimate]*float64
	lineages Lineages
}

type estimate struct {
	geography string
	midYear   int
}

// Estimates answers the populations that are known.
func (k Known) Estimates() Estimates {
	e := Estimates{map[estimate]*float64{}, k.Lineages()}
	for _, p := range k.Populations {
		e.held[estimate{p.Geography, p.MidYear}] = p.Estimate
	}
	return e
}

// For answers the estimate with which the place's rates of the period are made,
// that of [Period.MidYear]: mid-2024 for 2024-25, as the DfE makes its own. Between
// the middle of the year and the period's last day an authority may have got a new
// code. It is nil where none is known.
func (e Estimates) For(geography string, period Period) *float64 {
	year := period.MidYear()
	if then, stood := e.lineages.On(geography, programme.Date(strconv.Itoa(year)+"-06-30")); stood {
		geography = then
	}
	return e.held[estimate{geography, year}]
}
