package benchmark

// TrendPoints is over how many periods that follow each other a trend is looked for.
const TrendPoints = 5

// trendCritical is what the statistic of a trend has to exceed: the 99.8% point of the
// chi-squared distribution with one degree of freedom, as Fingertips has it.
const trendCritical = 9.5495

// Direction says where values are going.
type Direction string

// What a trend comes to.
const (
	Increasing    Direction = "increasing"
	Decreasing    Direction = "decreasing"
	NoSignificant Direction = "no_significant_change" // what there is may be chance, or one period's doing
	NotCalculated Direction = "cannot_be_calculated"
)

// Why there is no trend.
const (
	TooFewPeriods = "too_few_periods" // fewer than [TrendPoints]
	MissingValue  = "missing_value"   // one of the last periods has no number
	MissingParts  = "missing_parts"   // one has no numerator or denominator, or none that the unit can have
	Quarterly     = "quarters"        // seasons would be taken for a trend
	NoTrendUnit   = "average"         // neither a proportion nor a rate
)

// Trend is where a borough's values on an indicator have been going.
type Trend struct {
	Direction   Direction
	Meaning     Significance // [Better] or [Worse] where the direction is either's; "" else, and on a neutral indicator
	Reason      string       // why it is not calculated, or ""
	Statistic   *float64     // chi-squared with one degree of freedom; nil where it is not calculated
	First, Last *Period      // the periods that were looked at; nil where there are too few
}

// TrendOf answers the trend over the last [TrendPoints] of the points, which must follow
// each other: periods of one kind, each the one before the next. All of them must have a
// value and both its parts; what is suppressed is no point, and nothing stands in for it.
//
// The statistic is [ChiSquaredForTrend]. The change is called significant where it lies
// beyond the 99.8% point and where leaving out any one of the points leaves the
// direction as it is, so that one odd year is no trend.
//
// Source: Office for Health Improvement and Disparities, Fingertips, "Fingertips trend
// markers": five points, years only, none across a missing value, the level and the rule
// of the single point. Fingertips itself weighs proportions by their logits and rates by
// their intervals, so that its statistic is near to this one and not the same; where an
// average has an interval it has a trend there and none here.
func (ind *Indicator) TrendOf(points []SeriesPoint) Trend {
	t := Trend{Direction: NotCalculated}
	if !ind.Unit.Proportion() && !ind.Unit.Rate() {
		t.Reason = NoTrendUnit
		return t
	}
	if len(points) < TrendPoints {
		t.Reason = TooFewPeriods
		return t
	}
	points = points[len(points)-TrendPoints:]
	t.First, t.Last = &points[0].Period, &points[TrendPoints-1].Period
	if t.Last.Kind == Quarter {
		t.Reason = Quarterly
		return t
	}
	var counts, of [TrendPoints]float64
	for i := range points {
		f := &points[i].Figure
		switch {
		case f.Value == nil:
			t.Reason = MissingValue
			return t
		case !ind.counted(f):
			t.Reason = MissingParts
			return t
		}
		counts[i], of[i] = *f.Numerator, *f.Denominator
	}
	t.judge(ind, counts[:], of[:])
	return t
}

// counted reports whether the figure's parts can be those of a proportion or a rate.
func (ind *Indicator) counted(f *Figure) bool {
	return f.Numerator != nil && f.Denominator != nil && *f.Denominator > 0 && *f.Numerator >= 0 &&
		(!ind.Unit.Proportion() || *f.Numerator <= *f.Denominator)
}

func (t *Trend) judge(ind *Indicator, counts, of []float64) {
	statistic, slope := ChiSquaredForTrend(counts, of, scores(len(counts), -1), ind.Unit.Proportion())
	t.Statistic = finiteValue(statistic)
	if t.Statistic == nil {
		t.Reason = MissingParts
		return
	}
	t.Direction = NoSignificant
	if !(statistic > trendCritical) {
		return
	}
	for i := range counts {
		_, without := ChiSquaredForTrend(left(counts, i), left(of, i), scores(len(counts), i), ind.Unit.Proportion())
		if without*slope <= 0 {
			return
		}
	}
	t.Direction = Increasing
	if slope < 0 {
		t.Direction = Decreasing
	}
	if ind.Polarity != Neutral {
		t.Meaning = Side(ind.Polarity, t.Direction == Increasing)
	}
}

// scores are 1 to n without the one at the place.
func scores(n, without int) []float64 {
	var s []float64
	for i := range n {
		if i != without {
			s = append(s, float64(i+1))
		}
	}
	return s
}

func left(values []float64, without int) []float64 {
	return append(append([]float64(nil), values[:without]...), values[without+1:]...)
}

// ChiSquaredForTrend answers the statistic of the test for a linear trend of counts out
// of others over scores, chi-squared with one degree of freedom, and a number with the
// sign of the slope. With x of n at score t, X and N in all, and p = X / N,
//
//	slope = sum of t (x - n p)
//	chi-squared = slope² / (v (sum of n t² - (sum of n t)² / N))
//
// where v is p (1 - p) for proportions and p for counts that are Poisson distributed, to
// which a proportion comes as it becomes rare. Both are nought where all or none are
// counted: then there is no trend. The three slices have one length.
//
// Source: Armitage (1955), Tests for linear trends in proportions and frequencies,
// Biometrics 11, as R's prop.trend.test has it, with N rather than N - 1; for rates the
// score test of Breslow and Day (1987), Statistical methods in cancer research, volume
// II, with expectations from the common rate.
func ChiSquaredForTrend(counts, of, scores []float64, proportion bool) (statistic, slope float64) {
	var x, n, nt, ntt, xt float64
	for i, t := range scores {
		x, n = x+counts[i], n+of[i]
		xt, nt, ntt = xt+counts[i]*t, nt+of[i]*t, ntt+of[i]*t*t
	}
	p := x / n
	v := p
	if proportion {
		v = p * (1 - p)
	}
	slope = xt - nt*p
	if spread := v * (ntt - nt*nt/n); spread > 0 {
		return slope * slope / spread, slope
	}
	return 0, 0
}
