package disclosure

import (
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// NoDenominator is the status of a figure whose denominator is 0: there is no quotient.
const NoDenominator Status = "no_denominator"

// Figure is what a view tells of an indicator's value in one borough.
type Figure struct {
	Borough     string  `json:"borough"`
	Status      Status  `json:"status"` // Number where the value is exact; Hidden where it is an interval or nothing
	Numerator   *Range  `json:"numerator"`
	Denominator float64 `json:"denominator"` // 0 where the figure has no value
	Value       *Range  `json:"value"`       // in the indicator's unit, rounded; nil where nothing is told
}

// same reports whether both tell the same, whoever's they are.
func (f *Figure) same(other *Figure) bool {
	return f.Status == other.Status && f.Denominator == other.Denominator && programme.Same(f.Numerator, other.Numerator) && programme.Same(f.Value, other.Value)
}

// Figure answers the borough's figure of an indicator, from the numerator's number or
// interval. The denominator is always a number: where it is hidden, so is what is made of
// it. An indicator that the framework does not ask for is missing.
func (v *View) Figure(ind *benchmark.Indicator, borough string) Figure {
	asked := v.table.document.Indicator(ind.Code)
	if asked == nil {
		return Figure{Borough: borough, Status: Missing}
	}
	numerator, denominator := v.Cell(borough, asked.Numerator), v.denominator(borough, asked)
	n, known := numerator.Range()
	switch {
	case !known:
		return Figure{Borough: borough, Status: numerator.Status}
	case denominator.Status != Number:
		return Figure{Borough: borough, Status: denominator.Status}
	case denominator.Number <= 0:
		return Figure{Borough: borough, Status: NoDenominator}
	}
	f := Figure{Borough: borough, Status: numerator.Status, Numerator: &n, Denominator: denominator.Number}
	lower := rate(ind, n.Lower, denominator.Number)
	f.Value = &Range{lower, lower, lower}
	if !n.Exact() {
		f.Value.Middle, f.Value.Upper = rate(ind, n.Middle, denominator.Number), rate(ind, n.Upper, denominator.Number)
	}
	return f
}

func (v *View) denominator(borough string, asked *framework.Indicator) Cell {
	if asked.Denominator != v.table.document.Population.Code {
		return v.Cell(borough, asked.Denominator)
	}
	children, known := v.table.document.Population.Of(borough)
	if !known {
		return Cell{Status: Missing}
	}
	return Cell{Status: Number, Number: float64(children)}
}

// rate is [benchmark.Rate] of a denominator above 0: with it rounding keeps the order.
func rate(ind *benchmark.Indicator, numerator, denominator float64) float64 {
	value, _ := benchmark.Rate(*ind, &numerator, benchmark.Reported, &denominator)
	if value == nil {
		return 0
	}
	return *value
}

// Total is what several boroughs have together, as far as a view tells it.
type Total struct {
	Value   *float64 `json:"value"`   // nil where no borough has a number or an interval
	N       int      `json:"n"`       // boroughs in it
	StandIn int      `json:"standIn"` // of those, with the middle of an interval

	LeftOut []string `json:"leftOut"` // hidden without an interval, or withheld
	Missing []string `json:"missing"`
	Without []string `json:"without"` // the thing is not applicable, or there is nothing to divide by

	// AtLeast and AtMost are the ends between which the value lies; nil where somebody is left out.
	AtLeast        *float64 `json:"atLeast"`
	AtMost         *float64 `json:"atMost"`
	LowReliability bool     `json:"lowReliability"` // they lie further apart than the framework's limit allows
}

// Sum adds a count over the boroughs.
func (v *View) Sum(count string, boroughs []string) Total {
	var t Total
	var sum Range
	for _, b := range boroughs {
		c := v.Cell(b, count)
		r, known := c.Range()
		if t.take(b, c.Status, known, r.Exact()) {
			sum = sum.plus(r)
		}
	}
	t.of(sum, 1, v.table.document.Limits.LowReliability)
	return t
}

// Pooled answers the boroughs' figure as if they were one: the sum of the numerators over
// that of the denominators, without those whose numerator is not known. It is nil where the
// numerator is no count of the denominator, so that only a mean has a meaning.
func (v *View) Pooled(ind *benchmark.Indicator, boroughs []string) *Total {
	return pooled(v.table.document, ind, v.figures(ind, boroughs))
}

// figures answers the boroughs' figures, in their order.
func (v *View) figures(ind *benchmark.Indicator, boroughs []string) []Figure {
	list := make([]Figure, len(boroughs))
	for i, b := range boroughs {
		list[i] = v.Figure(ind, b)
	}
	return list
}

// pooled is [View.Pooled] of figures that were made by the framework.
func pooled(d *framework.Document, ind *benchmark.Indicator, figures []Figure) *Total {
	if !ind.Unit.Proportion() && !ind.Unit.Rate() {
		return nil
	}
	var t Total
	var sum Range
	denominator := 0.0
	for _, f := range figures {
		if t.take(f.Borough, f.Status, f.Value != nil, f.Numerator != nil && f.Numerator.Exact()) {
			sum = sum.plus(*f.Numerator)
			denominator += f.Denominator
		}
	}
	if t.N > 0 {
		sum = Range{sum.Lower / denominator, sum.Middle / denominator, sum.Upper / denominator}
	}
	t.of(sum, ind.Multiplier, d.Limits.LowReliability)
	return &t
}

func (r Range) plus(other Range) Range {
	return Range{r.Lower + other.Lower, r.Middle + other.Middle, r.Upper + other.Upper}
}

// take notes where the borough stands in the total, and reports whether it is in it.
func (t *Total) take(borough string, status Status, known, exact bool) bool {
	switch {
	case known:
		t.N++
		if !exact {
			t.StandIn++
		}
	case status == Hidden, status == Withheld:
		t.LeftOut = append(t.LeftOut, borough)
	case status == Missing:
		t.Missing = append(t.Missing, borough)
	default:
		t.Without = append(t.Without, borough)
	}
	return known
}

func (t *Total) of(sum Range, scale, limit float64) {
	if t.N == 0 {
		return
	}
	value, least, most := sum.Middle*scale, sum.Lower*scale, sum.Upper*scale
	t.Value = &value
	if len(t.LeftOut) == 0 {
		t.AtLeast, t.AtMost = &least, &most
		t.LowReliability = value > 0 && (most-least)/value > limit
	}
}
