package benchmark

import (
	"math"
	"math/big"
	"slices"
	"strconv"
)

// Confidence is the level of every [Interval].
const Confidence = 0.95

// z is the standard normal quantile of a two-sided interval at [Confidence].
const z = 1.959963984540054

// finite answers nil for what is not a number that JSON could carry.
func finite(x *float64) *float64 {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return nil
	}
	return x
}

func finiteValue(x float64) *float64 { return finite(&x) }

// Percentile answers the value below which the given percent of the values lie:
// R's type 7, linear interpolation of the order statistics with
// h = (n-1) x percent / 100. The values must be sorted, and percent be from 0 to
// 100. It is nil without values.
//
// Source: Hyndman and Fan (1996), Sample quantiles in statistical packages, The
// American Statistician 50(4), definition 7. Percent is a whole number so that h
// is exact: an order statistic is answered as it is, and never a shade beside.
func Percentile(sorted []float64, percent int) *float64 {
	if len(sorted) == 0 {
		return nil
	}
	return finiteValue(percentile(sorted, percent))
}

func percentile(sorted []float64, percent int) float64 {
	h := (len(sorted) - 1) * percent
	i, rest := h/100, h%100
	if rest == 0 {
		return sorted[i]
	}
	below, above := sorted[i], sorted[i+1]
	// The difference of nearly equal values is rounded, and must not carry
	// beyond the greater of them.
	return min(below+float64(rest)/100*(above-below), above)
}

// Middle answers the median of sorted values, of which there is at least one: see [Percentile].
func Middle(sorted []float64) float64 { return percentile(sorted, 50) }

// Median answers the middle value, or the mean of the middle two. It is nil
// without values, which need not be sorted.
func Median(values []float64) *float64 {
	var few [16]float64
	sorted := append(few[:0], values...)
	slices.Sort(sorted)
	return Percentile(sorted, 50)
}

// SimpleMean answers the mean of values, of which there is at least one: see [Mean].
func SimpleMean(values []float64) float64 { return mean(values) }

// Mean answers the simple mean, nil without values.
func Mean(values []float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	return finiteValue(mean(values))
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// Summary describes those values of a group that are there: N of them. Without
// any, all else is nil. The numbers it points to must not be changed.
type Summary struct {
	N             int
	Mean          *float64
	Minimum       *float64
	P20           *float64
	LowerQuartile *float64
	Median        *float64
	UpperQuartile *float64
	P80           *float64
	Maximum       *float64
}

// Summarise describes the values, which it sorts. Quantiles are those of
// [Percentile].
func Summarise(values []float64) Summary {
	if len(values) == 0 {
		return Summary{}
	}
	slices.Sort(values)
	s := &[8]float64{mean(values)}
	for i, percent := range [...]int{0, 20, 25, 50, 75, 80, 100} {
		s[i+1] = percentile(values, percent)
	}
	return Summary{
		N: len(values), Mean: finite(&s[0]), Minimum: finite(&s[1]), P20: finite(&s[2]), LowerQuartile: finite(&s[3]),
		Median: finite(&s[4]), UpperQuartile: finite(&s[5]), P80: finite(&s[6]), Maximum: finite(&s[7]),
	}
}

// Wilson answers the score interval of a proportion, in units of 1/scale (100
// for percent). It is nil unless 0 <= numerator <= denominator and the
// denominator is above 0.
//
// Source: Wilson (1927), Probable inference, the law of succession, and
// statistical inference, Journal of the American Statistical Association 22,
// without continuity correction.
func Wilson(numerator, denominator, scale float64) *Interval {
	if !(denominator > 0) || !(numerator >= 0) || numerator > denominator {
		return nil
	}
	x, n := numerator, denominator
	centre := (x + z*z/2) / (n + z*z)
	half := z / (n + z*z) * math.Sqrt(x/n*(n-x)+z*z/4)
	// At 0 and at n the bounds are exactly 0 and 1, which rounding misses.
	lower, upper := max(centre-half, 0), min(centre+half, 1)
	if x == 0 {
		lower = 0
	}
	if x == n {
		upper = 1
	}
	return interval("wilson", lower*scale, upper*scale)
}

// Byar answers the interval of a count that is Poisson distributed, as a rate:
// count / population x scale. It is nil for a negative count and unless the
// population is above 0. The lower bound of no events is 0.
//
// Source: Byar's approximation in Breslow and Day (1987), Statistical methods in
// cancer research, volume II, page 69; APHO (2008), Technical Briefing 3. It is
// used for small counts too.
func Byar(count, population, scale float64) *Interval {
	if !(population > 0) || !(count >= 0) {
		return nil
	}
	upper := byarBound(count+1, z)
	lower := 0.0
	if count > 0 {
		lower = max(byarBound(count, -z), 0)
	}
	return interval("byar", lower/population*scale, upper/population*scale)
}

// byarBound is the bound that lies the given number of standard errors away.
func byarBound(count, errors float64) float64 {
	root := 1 - 1/(9*count) + errors/(3*math.Sqrt(count))
	return count * root * root * root
}

func interval(method string, lower, upper float64) *Interval {
	if finite(&lower) == nil || finite(&upper) == nil {
		return nil
	}
	return &Interval{Method: method, Level: Confidence, Lower: lower, Upper: upper}
}

// Interval answers the confidence interval of the indicator's figure, in its
// unit: [Wilson] for percentages, [Byar] for rates. It is nil without a value,
// without both parts, and for every other unit.
func (ind *Indicator) Interval(f Figure) *Interval {
	if f.Value == nil || f.Numerator == nil || f.Denominator == nil {
		return nil
	}
	switch {
	case ind.Unit.Proportion():
		return Wilson(*f.Numerator, *f.Denominator, ind.Multiplier)
	case ind.Unit.Rate():
		return Byar(*f.Numerator, *f.Denominator, ind.Multiplier)
	}
	return nil
}

// Rate computes an indicator's value from its parts: numerator / denominator x
// multiplier, rounded half up to the indicator's decimals. The numbers are taken
// as the decimals that they are written as, so that 12.25 to one decimal is 12.3
// and 0.285 to two is 0.29.
//
// status is the numerator's own. A numerator that is not a number keeps it; a
// denominator that is missing or zero makes [NoDenominator]; else the value is
// [Computed].
func Rate(ind Indicator, numerator *float64, status Status, denominator *float64) (*float64, Status) {
	if finite(numerator) == nil {
		if status == Reported || status == Computed {
			return nil, NotAvailable
		}
		return nil, status
	}
	if finite(denominator) == nil || *denominator <= 0 {
		return nil, NoDenominator
	}
	r := Exact(*numerator)
	r.Quo(r, Exact(*denominator)).Mul(r, Exact(ind.Multiplier))
	// FloatString rounds halves away from zero, which for a count is up.
	value, err := strconv.ParseFloat(r.FloatString(ind.Decimals), 64)
	if err != nil {
		return nil, NotAvailable
	}
	return &value, Computed
}

// Exact answers the decimal number as which x is written, without the noise of
// binary fractions.
func Exact(x float64) *big.Rat {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64))
	return r
}

// difference answers a - b without the noise of binary fractions, which lies
// far beyond the tenth decimal: 21.3 - 16.2 is 5.1. It is nil unless both are
// there.
func difference(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	d := *a - *b
	if scaled := d * 1e10; math.Abs(scaled) < 1<<52 {
		d = math.Round(scaled) / 1e10
	} else if finite(&d) != nil {
		d, _ = strconv.ParseFloat(strconv.FormatFloat(d, 'f', 10, 64), 64)
	}
	return finite(&d)
}
