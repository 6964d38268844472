package benchmark

import "slices"

// Coverage says of what there are numbers on an indicator. What the publisher has
// replaced by a symbol is none.
type Coverage struct {
	Figures     int     // of all places and periods
	Periods     int     // in which there is at least one
	First, Last *Period // the oldest of them and the newest, as by [ComparePeriods]; nil where there is none
}

// CoverageOf answers that of one indicator, in whatever revision.
func (s *Snapshot) CoverageOf(indicator string) Coverage {
	var c Coverage
	for i := range s.Periods {
		n := s.Data.Column(s.Periods[i].Code, indicator).Values()
		if n == 0 {
			continue
		}
		if c.First == nil {
			c.First = &s.Periods[i]
		}
		c.Figures, c.Periods, c.Last = c.Figures+n, c.Periods+1, &s.Periods[i]
	}
	return c
}

// CoverageIn answers how many numbers there are in the period, and on how many
// indicators. Where any are named, only those count.
func (s *Snapshot) CoverageIn(period string, indicators ...string) (figures, on int) {
	for c := range s.Data.columnsFrom(ObservationKey{Period: period}, ObservationFilter{Periods: []string{period}, Indicators: indicators}) {
		if n := c.Values(); n > 0 {
			figures, on = figures+n, on+1
		}
	}
	return figures, on
}

// Latest answers the newest period in which anybody has a number on the indicator,
// whatever kind of period it is; nil where nobody ever had one. It is the same for
// every borough, so that those that report late are seen to be late.
func (s *Snapshot) Latest(indicator string) *Period {
	for i := range slices.Backward(s.Periods) {
		if s.Data.Column(s.Periods[i].Code, indicator).Values() > 0 {
			return &s.Periods[i]
		}
	}
	return nil
}
