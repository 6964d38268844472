package benchmark

import "slices"

// Worse reports whether the borough is the worse than a whole: its region where region is
// said, and else England. It is where its value differs from what is published for the
// whole by more than chance ([Nation.Significance] and [Region.Significance]) or where it
// lies at the bad end of the others: an exception in the region, the last quarter of
// England. A neutral indicator has no worse.
func (c *Comparison) Worse(region bool) bool {
	if region {
		return c.Region.Significance == Worse || c.Region.Exception.Side(c.Indicator.Polarity) == Worse
	}
	return c.England.Significance == Worse || c.England.Band == "D"
}

// TrendTo answers the trend of the borough's figures on the indicator over the last
// [TrendPoints] periods that end with the given one.
func (s *Snapshot) TrendTo(ind *Indicator, borough string, p Period) Trend {
	points := make([]SeriesPoint, TrendPoints)
	for i := range slices.Backward(points) {
		points[i].Period = p
		points[i].Figure, _ = s.Data.Column(p.Code, ind.Code).Figure(s.codeIn(borough, p))
		p = p.Previous()
	}
	return ind.TrendOf(points)
}

// WorseAndWorsening reports whether the comparison of the borough in the period is one
// that asks for attention: [Comparison.Worse], with a trend up to the period itself that
// gets worse.
func (s *Snapshot) WorseAndWorsening(c *Comparison, borough string, p *Period, region bool) bool {
	return c.Worse(region) && s.TrendTo(c.Indicator, borough, *p).Meaning == Worse
}
