package benchmark

import (
	"cmp"
	"math"
	"slices"
)

// How limits are drawn and runs are counted: see [ControlLimits].
const (
	controlPoints = 8    // from which there are limits
	limitFactor   = 2.66 // of the average moving range, from the mean to either limit
	rangeFactor   = 3.27 // of the average moving range, to the upper limit of a range
	shiftPoints   = 8
	runPoints     = 6
)

// SignalRule says by what a point is more than the usual variation.
type SignalRule string

// The rules, the weightiest first.
const (
	BeyondLimits SignalRule = "beyond_limits" // a point strictly beyond a limit
	Shift        SignalRule = "shift"         // eight or more points in a row strictly on one side of the mean
	TwoOfThree   SignalRule = "two_of_three"  // two of three points in a row in the outer third, on one side
	Run          SignalRule = "run"           // six or more points in a row, each above the one before, or each below
)

// Signal is one or more points that are more than the usual variation.
type Signal struct {
	Rule        SignalRule
	High        bool // above the mean, or rising
	First, Last int  // places of the points
}

// Variation says in words what a control chart says by its colours, of its last point.
type Variation string

// The words are those of the NHS's "Making Data Count".
const (
	Improving         Variation = "improving"
	Concerning        Variation = "concerning"
	VariationHigher   Variation = "higher" // special cause, of a neutral indicator, as VariationLower is
	VariationLower    Variation = "lower"
	CommonCause       Variation = "none"
	TooFewPointsToSay Variation = "too_few_points"
)

// Control is how values vary around their mean.
type Control struct {
	Points       int // with a value
	Mean         *float64
	Range        *float64 // average moving range
	Lower, Upper *float64 // natural process limits
	UpperRange   *float64 // of a moving range
	Signals      []Signal // by the place of their last point, the weightier first
}

// ControlLimits answers those of an XmR chart. The values are of periods that follow each
// other; nil is a period without one. It is no point, and no range leads over it, and no
// run. There are limits from eight points with seven ranges between them, which is what
// eight that follow each other have; before, only Points is there.
//
//	mean ± 2.66 x average moving range; upper limit of a range = 3.27 x average moving range
//
// Source: Shewhart (1931); the factors 3/d2 and D4 of two, and limits from few points, in
// Wheeler (1993), Understanding Variation. The signals are those of the Western Electric
// Company (1956), Statistical Quality Control Handbook: a point beyond a limit, two of
// three beyond two thirds of the way to it, eight in a row on one side; and the third of
// Nelson (1984), The Shewhart control chart: tests for special causes, Journal of Quality
// Technology 16: six in a row rising or falling. The NHS's own charts count seven for
// both of the last. Lines belong to what lies inside them.
func ControlLimits(values []*float64) Control {
	var there, ranges []float64
	for i, v := range values {
		if v == nil {
			continue
		}
		there = append(there, *v)
		if i > 0 && values[i-1] != nil {
			ranges = append(ranges, math.Abs(*v-*values[i-1]))
		}
	}
	c := Control{Points: len(there)}
	mean, width := Mean(there), Mean(ranges)
	if len(there) < controlPoints || len(ranges) < controlPoints-1 || mean == nil || width == nil {
		return c
	}
	c.Mean, c.Range, c.UpperRange = mean, width, finiteValue(rangeFactor**width)
	c.Lower, c.Upper = finiteValue(*mean-limitFactor**width), finiteValue(*mean+limitFactor**width)
	c.Signals = signals(values, *mean, limitFactor**width)
	return c
}

// Variation answers what the last point is: special cause where a signal ends with it,
// by the weightiest one and by polarity.
func (c Control) Variation(polarity Polarity, values []*float64) Variation {
	if c.Mean == nil {
		return TooFewPointsToSay
	}
	last := len(values) - 1
	for last >= 0 && values[last] == nil {
		last--
	}
	for _, s := range c.Signals {
		if s.Last == last {
			return special(polarity, s.High)
		}
	}
	return CommonCause
}

func special(polarity Polarity, high bool) Variation {
	switch {
	case polarity == Neutral && high:
		return VariationHigher
	case polarity == Neutral:
		return VariationLower
	case high == (polarity == High):
		return Improving
	}
	return Concerning
}

// signals finds those of values whose limits lie the given reach from the mean.
func signals(values []*float64, mean, reach float64) []Signal {
	beyond := func(by float64) func(int) int {
		return func(i int) int {
			if values[i] == nil {
				return 0
			}
			from := *difference(values[i], &mean)
			switch {
			case *difference(&from, &by) > 0:
				return 1
			case *difference(new(-from), &by) > 0:
				return -1
			}
			return 0
		}
	}
	found := stretches(BeyondLimits, len(values), beyond(reach), 1)
	found = append(found, stretches(Shift, len(values), beyond(0), shiftPoints)...)
	found = append(found, pairs(values, beyond(reach*2/3))...)
	for _, s := range stretches(Run, len(values), rising(values), runPoints-1) {
		s.First-- // from where it rises
		found = append(found, s)
	}
	slices.SortStableFunc(found, func(a, b Signal) int { return cmp.Compare(a.Last, b.Last) })
	return found
}

// rising answers of each value whether it lies above the one before, 1, or below, -1.
func rising(values []*float64) func(int) int {
	return func(i int) int {
		if i == 0 || values[i] == nil || values[i-1] == nil {
			return 0
		}
		return cmp.Compare(*values[i], *values[i-1])
	}
}

// stretches answers the longest stretches of places on the same side that have the least
// length; nought is no side.
func stretches(rule SignalRule, n int, side func(int) int, least int) (found []Signal) {
	for first := 0; first < n; {
		at, end := side(first), first+1
		for end < n && side(end) == at {
			end++
		}
		if at != 0 && end-first >= least {
			found = append(found, Signal{rule, at > 0, first, end - 1})
		}
		first = end
	}
	return found
}

// pairs answers where two of three places that follow each other lie on one side. Pairs
// that share a place are one signal.
func pairs(values []*float64, side func(int) int) (found []Signal) {
	for i := range values {
		for _, j := range [...]int{i - 2, i - 1} {
			if j < 0 || values[i-1] == nil || side(i) == 0 || side(i) != side(j) {
				continue
			}
			if last := len(found) - 1; last >= 0 && found[last].Last >= j && found[last].High == (side(i) > 0) {
				found[last].Last = i
				continue
			}
			found = append(found, Signal{TwoOfThree, side(i) > 0, j, i})
		}
	}
	return found
}
