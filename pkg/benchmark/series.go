package benchmark

import (
	"cmp"
	"slices"

	"peerchallenge/pkg/programme"
)

// SeriesPoint is one period of a borough's series on one indicator.
type SeriesPoint struct {
	Period     string
	EndsOn     programme.Date
	Code       string // that the borough had in the period, under which its figure stands
	Figure     Figure
	Change     *float64 // on the period before; nil unless both have values
	London     Figure   // as published for the borough's region
	LondonMean *float64 // simple mean of the boroughs with a value
	LondonN    int      // boroughs with a value
	England    Figure   // as published for the nation
}

// Series answers the borough's figures on the indicator in consecutive periods
// of the kind, oldest first, from the first period for which anything is held
// of the indicator to the last. A period without a figure is there, as
// [NotHeld]. Without a kind, both are answered in the order of
// [Snapshot.Periods].
//
// It refuses a borough that the programme does not have.
func (s *Snapshot) Series(ind *Indicator, borough string, kind PeriodKind) ([]SeriesPoint, error) {
	if s.Borough(borough) == nil {
		return nil, unknownValues(unknownBorough)
	}
	var points []SeriesPoint
	for _, k := range [...]PeriodKind{Year, Quarter} {
		if kind != "" && kind != k {
			continue
		}
		periods := s.held(ind, k)
		for _, p := range periods {
			points = append(points, s.point(ind, borough, p))
		}
	}
	slices.SortStableFunc(points, func(a, b SeriesPoint) int { return cmp.Compare(a.EndsOn, b.EndsOn) })
	return points, nil
}

// held answers the consecutive periods of the kind from the first to the last
// for which the indicator has a column.
func (s *Snapshot) held(ind *Indicator, kind PeriodKind) []Period {
	var with []Period
	for _, code := range s.Data.Periods() {
		p, err := ParsePeriod(code)
		if err == nil && p.Kind == kind && s.Data.Column(code, ind.Code) != nil {
			with = append(with, p)
		}
	}
	if len(with) == 0 {
		return nil
	}
	first, last := with[0], with[len(with)-1]
	periods := []Period{last}
	for p := last; p.Code != first.Code; {
		p = p.Previous()
		periods = append(periods, p)
	}
	slices.Reverse(periods)
	return periods
}

func (s *Snapshot) point(ind *Indicator, borough string, p Period) SeriesPoint {
	column := s.Data.Column(p.Code, ind.Code)
	before := p.Previous()
	previous, _ := s.Data.Column(before.Code, ind.Code).Figure(s.codeIn(borough, before))
	point := SeriesPoint{Period: p.Code, EndsOn: p.EndsOn, Code: s.codeIn(borough, p)}
	point.Figure, _ = column.Figure(point.Code)
	point.Change = difference(point.Figure.Value, previous.Value)
	point.London, _ = column.Figure(s.regionOf(borough))
	point.England, _ = column.Figure(England)
	var london []float64
	for _, b := range s.boroughsOn(p.EndsOn) {
		if v, has := column.value(s.Data.place(b.code)); has {
			london = append(london, v)
		}
	}
	point.LondonMean, point.LondonN = Mean(london), len(london)
	return point
}

// codeIn answers the code under which the authority's figures of the period stand,
// its own where it stood under none.
func (s *Snapshot) codeIn(authority string, p Period) string {
	if code, stood := s.Lineages().In(authority, p); stood {
		return code
	}
	return authority
}
