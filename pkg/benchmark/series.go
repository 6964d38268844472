package benchmark

import (
	"slices"

	"peerchallenge/pkg/programme"
)

// SeriesPoint is one period of a borough's series on one indicator.
type SeriesPoint struct {
	Period     Period
	Code       string // that the borough had in the period, under which its figure stands
	Figure     Figure
	Joint      *JointFigure // as in [Comparison]
	Change     *float64     // on the period before; nil unless both have values
	Region     Figure       // as published for the borough's region
	RegionMean *float64     // simple mean of the boroughs with a value
	RegionN    int          // boroughs with a value
	England    Figure       // as published for the nation
}

// Series answers the borough's figures on the indicator in consecutive periods
// of each of the kinds, oldest first, from the first period for which anything is held
// of the indicator to the last. A period without a figure is there, as
// [NotHeld]. Days follow each other where they are a year apart, so that figures
// as at 31 March and as at 30 September are two sequences. Without kinds, all are
// answered in the order of [Snapshot.Periods].
//
// It refuses a borough that the programme does not have.
func (s *Snapshot) Series(ind *Indicator, borough string, kinds ...PeriodKind) ([]SeriesPoint, error) {
	if s.Borough(borough) == nil {
		return nil, programme.BadRequest(unknownBorough)
	}
	var points []SeriesPoint
	for _, k := range PeriodKinds {
		if len(kinds) > 0 && !slices.Contains(kinds, k) {
			continue
		}
		periods := s.held(ind, k)
		for _, p := range periods {
			points = append(points, s.point(ind, borough, p))
		}
	}
	slices.SortFunc(points, func(a, b SeriesPoint) int { return ComparePeriods(a.Period, b.Period) })
	return points, nil
}

// held answers the periods of the kind for which the indicator has a column, in
// order, and those between them.
func (s *Snapshot) held(ind *Indicator, kind PeriodKind) []Period {
	var with []Period
	for _, code := range s.Data.Periods() {
		p, err := ParsePeriod(code)
		if err == nil && p.Kind == kind && s.Data.Column(code, ind.Code) != nil {
			with = append(with, p)
		}
	}
	periods := slices.Clone(with)
	for i, p := range with {
		periods = append(periods, gapBefore(p, with[:i])...)
	}
	slices.SortFunc(periods, ComparePeriods)
	return slices.CompactFunc(periods, func(a, b Period) bool { return a.Code == b.Code })
}

// gapBefore answers the periods between this one and the last of the earlier ones
// from which it follows, if there is one. The earlier ones are in order.
func gapBefore(p Period, earlier []Period) []Period {
	if len(earlier) == 0 {
		return nil
	}
	var gap []Period
	for p = p.Previous(); p.EndsOn >= earlier[0].EndsOn; p = p.Previous() {
		if _, held := slices.BinarySearchFunc(earlier, p, ComparePeriods); held {
			return gap
		}
		gap = append(gap, p)
	}
	return nil
}

func (s *Snapshot) point(ind *Indicator, borough string, p Period) SeriesPoint {
	column := s.Data.Column(p.Code, ind.Code)
	before := p.Previous()
	previous, _ := s.Data.Column(before.Code, ind.Code).Figure(s.codeIn(borough, before))
	point := SeriesPoint{Period: p, Code: s.codeIn(borough, p)}
	point.Figure, _ = column.Figure(point.Code)
	point.Joint = column.Joint(point.Code)
	point.Change = difference(point.Figure.Value, previous.Value)
	point.Region, _ = column.Figure(s.RegionOf(borough))
	point.England, _ = column.Figure(England)
	var region []float64
	for _, b := range s.boroughsOn(p.EndsOn) {
		if v, has := column.value(s.Data.place(b.code)); has {
			region = append(region, v)
		}
	}
	point.RegionMean, point.RegionN = Mean(region), len(region)
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
