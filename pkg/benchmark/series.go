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

	SubRegion     Average // of the borough's sub-region on the period's last day
	Neighbours    Average // by the newest model
	RegionRank    *int    // as in [Position]
	EnglandRank   *int
	EnglandN      int
	Band          string // as in [Nation]
	RegionGained  *int   // places won in the region since the period before, below nought lost; nil unless both have a rank
	EnglandGained *int

	Target *Target // for the indicator in the period; nil where none is set
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
		ofKind := map[string]SeriesPoint{}
		for _, p := range s.held(ind, k) {
			point := s.point(ind, borough, p)
			if before, there := ofKind[p.Previous().Code]; there {
				point.RegionGained, point.EnglandGained = gained(before.RegionRank, point.RegionRank), gained(before.EnglandRank, point.EnglandRank)
			}
			ofKind[p.Code] = point
			points = append(points, point)
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
	peers := s.Data.Resolve(s.Assembly(&p, "").Groups(borough))
	c, column := peers.Compare(ind), s.Data.Column(p.Code, ind.Code)
	point := SeriesPoint{
		Period: p, Code: peers.Code(p.Code), Figure: c.Figure, Joint: c.Joint, Change: c.Change, RegionMean: c.Region.Mean, RegionN: c.Region.N,
		SubRegion: column.average(peers.subRegion), Neighbours: c.Neighbours,
		RegionRank: c.Region.Rank, EnglandRank: c.England.Rank, EnglandN: c.England.N, Band: c.England.Band,
		Target: s.TargetFor(ind.Code, p.Code),
	}
	point.Region, point.England = column.at(peers.regionCode), column.at(peers.nation)
	return point
}

func gained(before, now *int) *int {
	if before == nil || now == nil {
		return nil
	}
	return new(*before - *now)
}

// codeIn answers the code under which the authority's figures of the period stand,
// its own where it stood under none.
func (s *Snapshot) codeIn(authority string, p Period) string {
	if code, stood := s.Lineages().In(authority, p); stood {
		return code
	}
	return authority
}

// Sequence is points of a series that follow each other, each the period before the next.
type Sequence struct {
	Points    []SeriesPoint
	Trend     Trend // of the last of them
	Control   Control
	Variation Variation
	Aim       *SeriesPoint // the newest with a target; nil where none has one
	Assurance Assurance    // of its target
}

// Sequences answers the sequences of a series on the indicator, in order of their first
// points: one of each kind of period, and of days one of each day of the year.
func (ind *Indicator) Sequences(points []SeriesPoint) []Sequence {
	var found []Sequence
	for _, p := range points {
		before := p.Period.Previous().Code
		i := slices.IndexFunc(found, func(s Sequence) bool { return s.Points[len(s.Points)-1].Period.Code == before })
		if i < 0 {
			found = append(found, Sequence{})
			i = len(found) - 1
		}
		found[i].Points = append(found[i].Points, p)
	}
	for i := range found {
		s := &found[i]
		values := make([]*float64, len(s.Points))
		for k := range s.Points {
			values[k] = s.Points[k].Figure.Value
			if s.Points[k].Target != nil {
				s.Aim = &s.Points[k]
			}
		}
		s.Trend, s.Control = ind.TrendOf(s.Points), ControlLimits(values)
		s.Variation, s.Assurance = s.Control.Variation(ind.Polarity, values), NoAssurance
		if s.Aim != nil {
			s.Assurance = s.Control.Assurance(s.Aim.Target)
		}
	}
	return found
}
