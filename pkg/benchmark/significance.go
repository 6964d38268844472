package benchmark

import "math"

// MinimumN is how many of a group must have a value before a place at the end of it or
// in a quarter of it means anything: below, there are no bands and no exceptions.
const MinimumN = 10

// Significance says how a value stands to another when chance is allowed for.
type Significance string

// What a comparison with a benchmark comes to.
const (
	Better      Significance = "better"
	Similar     Significance = "similar" // the difference may be chance
	Worse       Significance = "worse"
	Higher      Significance = "higher" // of a neutral indicator, as Lower is
	Lower       Significance = "lower"
	NotCompared Significance = "not_compared" // there is no interval, or nothing to compare with
)

// Significant compares a value with a benchmark by the value's own confidence interval:
// the two are similar unless the benchmark lies outside it. An end of the interval
// belongs to it. The benchmark's own uncertainty counts for nothing, which suits one that
// is far larger than the area, as a region or the nation is.
//
// Source: Office for Health Improvement and Disparities, Fingertips, "Comparing areas to
// benchmarks", single overlapping 95% confidence intervals; the intervals are those of
// APHO (2008), Technical Briefing 3.
func Significant(polarity Polarity, value *Interval, benchmark *float64) Significance {
	switch {
	case value == nil || benchmark == nil:
		return NotCompared
	case *benchmark < value.Lower:
		return Side(polarity, true)
	case *benchmark > value.Upper:
		return Side(polarity, false)
	}
	return Similar
}

// Side answers what it means to lie above something, or below it: [Better] or [Worse]
// by the indicator's polarity, and [Higher] or [Lower] where it is neutral.
func Side(polarity Polarity, above bool) Significance {
	switch {
	case polarity == Neutral && above:
		return Higher
	case polarity == Neutral:
		return Lower
	case above == (polarity == High):
		return Better
	}
	return Worse
}

// Gap answers what the difference between a figure and another value of its indicator
// means in what its numerator counts: how many more there are (or, below nought, fewer)
// than there would be at that value,
//
//	numerator - value x denominator / multiplier,
//
// rounded to a whole number. It is nil without a value, without both parts, without a
// denominator above nought, and where there is nothing to compare with. The formula is
// [Rate]'s, solved for the numerator.
func (ind *Indicator) Gap(f Figure, value *float64) *float64 {
	if f.Value == nil || f.Numerator == nil || f.Denominator == nil || !(*f.Denominator > 0) || value == nil {
		return nil
	}
	there := *value * *f.Denominator / ind.Multiplier
	more := difference(f.Numerator, &there)
	if more == nil {
		return nil
	}
	return finiteValue(math.Round(*more) + 0) // no negative zero
}
