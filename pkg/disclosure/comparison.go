package disclosure

import (
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// Comparison is how boroughs stand beside each other on one indicator, as far as a view
// tells it.
type Comparison struct {
	Indicator string      `json:"indicator"`
	Pooled    *Total      `json:"pooled"` // as in [View.Pooled]
	Mean      *Range      `json:"mean"`   // of the N, each with the same weight
	N         int         `json:"n"`      // boroughs that are compared
	P20       *Range      `json:"p20"`    // [benchmark.Percentile] of the N, all at their lower and all at their upper ends; nil where there are too few
	P80       *Range      `json:"p80"`
	Places    []Place     `json:"places"`    // of the N, in the order asked
	Uncertain []string    `json:"uncertain"` // of the N, those that may be an exception or none, by where the intervals lie
	Excluded  []Exclusion `json:"excluded"`
}

// Place is a borough that is compared.
type Place struct {
	Figure    Figure              `json:"figure"`
	Rank      *Rank               `json:"rank"`      // nil on a neutral indicator, and where there are too few
	Exception benchmark.Exception `json:"exception"` // beyond an edge wherever the intervals lie
}

// Rank is a place in an order, best first: the best and the worst that it can be. Equal
// values share the better place.
type Rank struct {
	Best  int `json:"best"`
	Worst int `json:"worst"`
}

// Exclusion is a borough that is not compared, and why.
type Exclusion struct {
	Borough string `json:"borough"`
	Reason  Status `json:"reason"` // the status of a figure without a value, or one of those below
}

// Reasons for which a figure with a value is not compared. It stays in what is pooled.
const (
	SmallPopulation  Status = "small_population"  // fewer children live there than the framework's limit
	SmallDenominator Status = "small_denominator" // a percentage of fewer than the framework's limit
)

// Compare sets the boroughs beside each other. Everything in it is a function of the view,
// for the owner of a hidden figure too: what is said of it holds wherever it lies in its
// interval.
func (v *View) Compare(ind *benchmark.Indicator, boroughs []string) Comparison {
	return compare(v.table.document, ind, v.figures(ind, boroughs))
}

// compare sets figures of an indicator beside each other, which were made by the framework.
func compare(d *framework.Document, ind *benchmark.Indicator, figures []Figure) Comparison {
	c := Comparison{Indicator: ind.Code, Pooled: pooled(d, ind, figures)}
	var e ends
	for _, f := range figures {
		if reason, out := excludes(d, ind, &f); out {
			c.Excluded = append(c.Excluded, Exclusion{f.Borough, reason})
			continue
		}
		c.Places = append(c.Places, Place{Figure: f})
		e.add(*f.Value)
	}
	c.N = len(c.Places)
	if c.N == 0 {
		return c
	}
	c.Mean = e.each(benchmark.Mean)
	if c.N < d.Limits.MinimumN {
		return c
	}
	c.P20, c.P80 = e.percentile(20), e.percentile(80)
	for i := range c.Places {
		p := &c.Places[i]
		p.Rank = rank(ind.Polarity, i, c.Places)
		var uncertain bool
		if p.Exception, uncertain = e.exception(i); uncertain {
			c.Uncertain = append(c.Uncertain, p.Figure.Borough)
		}
	}
	return c
}

func excludes(d *framework.Document, ind *benchmark.Indicator, f *Figure) (reason Status, out bool) {
	children, _ := d.Population.Of(f.Borough)
	switch {
	case f.Value == nil:
		return f.Status, true
	case children < d.Limits.MinimumPopulation:
		return SmallPopulation, true
	case ind.Unit.Proportion() && f.Denominator < float64(d.Limits.MinimumDenominator):
		return SmallDenominator, true
	}
	return "", false
}

// rank counts who is certainly, and who is possibly, nearer to the good end.
func rank(polarity benchmark.Polarity, at int, places []Place) *Rank {
	if polarity == benchmark.Neutral {
		return nil
	}
	r, own := Rank{1, 1}, *places[at].Figure.Value
	for i := range places {
		if i == at {
			continue
		}
		other := *places[i].Figure.Value
		certainly, possibly := other.Upper < own.Lower, other.Lower < own.Upper
		if polarity == benchmark.High {
			certainly, possibly = other.Lower > own.Upper, other.Upper > own.Lower
		}
		if certainly {
			r.Best++
		}
		if possibly {
			r.Worst++
		}
	}
	return &r
}

// ends are the ends and middles of all that is compared, by place.
type ends struct{ lower, middle, upper []float64 }

func (e *ends) add(r Range) {
	e.lower, e.middle, e.upper = append(e.lower, r.Lower), append(e.middle, r.Middle), append(e.upper, r.Upper)
}

// each computes something that grows with every value at both ends and in the middle.
func (e *ends) each(of func([]float64) *float64) *Range {
	return &Range{*of(e.lower), *of(e.middle), *of(e.upper)}
}

func (e *ends) percentile(percent int) *Range {
	return e.each(func(values []float64) *float64 {
		return benchmark.Percentile(slices.Sorted(slices.Values(values)), percent)
	})
}

// exception answers the exception that a place is wherever the intervals lie, its own
// included; and whether it is one for some of them only.
//
// What a value has beyond the edge grows with the value, since an edge moves less than a
// value that moves it: so the own interval's one end with all others at the other is the
// least that it has, and the opposite the most.
func (e *ends) exception(i int) (certain benchmark.Exception, uncertain bool) {
	below := func(own float64, others []float64) bool { return own < edge(20, i, own, others) }
	above := func(own float64, others []float64) bool { return own > edge(80, i, own, others) }
	switch {
	case below(e.upper[i], e.lower):
		return benchmark.Bottom20, false
	case above(e.lower[i], e.upper):
		return benchmark.Top20, false
	}
	return benchmark.NoException, below(e.lower[i], e.upper) || above(e.upper[i], e.lower)
}

// edge answers the percentile of the values, with another one in the place i.
func edge(percent, i int, own float64, values []float64) float64 {
	values = slices.Clone(values)
	values[i] = own
	slices.Sort(values)
	return *benchmark.Percentile(values, percent)
}
