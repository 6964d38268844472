package disclosure

import (
	"slices"

	"peerchallenge/pkg/benchmark"
)

// QuarterPoint is one quarter of a series: an indicator's figure in one borough, as the
// reader may see it in what the quarter shows.
type QuarterPoint struct {
	Quarter   benchmark.Period
	Of        *Heading  // of the snapshot; nil where the quarter shows none
	Position  *Position // nil where the quarter did not ask for the indicator, too
	Figure    Figure
	SubRegion *GroupFigure // nil where the borough was in none
	Own       bool         // the figure is the reader's own as it is
	Gap       Gap          // why there is no number; empty where there is one
	Break     bool         // figures from here on are not of the same thing as those before
}

// Gap says why a series has no number in a quarter: the figure's status, or one of those
// below.
type Gap string

// The gaps of a quarter that shows no figure.
const (
	GapNotAsked     Gap = "not_asked"     // its framework does not ask for the indicator
	GapNotPublished Gap = "not_published" // it lies between two that are
	GapWithdrawn    Gap = "withdrawn"     // all its snapshots were
)

// InQuarter is what a published quarter shows; nil where all was withdrawn.
type InQuarter struct {
	Quarter benchmark.Period
	Shown   *Shown
}

// Series follows an indicator in one borough over the quarters, which are in order: from
// the first to the last without one left out.
func Series(quarters []InQuarter, indicator, borough string) []QuarterPoint {
	points := []QuarterPoint{}
	var last *Shown // that asked for the indicator
	for i := range quarters {
		points = append(points, between(points, quarters[i].Quarter)...)
		point := QuarterPoint{Quarter: quarters[i].Quarter, Gap: GapWithdrawn}
		if shown := quarters[i].Shown; shown != nil {
			point.of(shown, indicator, borough)
			if point.Position != nil {
				point.Break = last != nil && !shown.continues(last, point.Position)
				last = shown
			}
		}
		points = append(points, point)
	}
	return points
}

// between answers the quarters that are not published, from the last point on.
func between(points []QuarterPoint, next benchmark.Period) (gap []QuarterPoint) {
	if len(points) == 0 {
		return nil
	}
	for p := next.Previous(); p.EndsOn > points[len(points)-1].Quarter.EndsOn; p = p.Previous() {
		gap = append(gap, QuarterPoint{Quarter: p, Gap: GapNotPublished})
	}
	slices.Reverse(gap)
	return gap
}

// of fills in what the quarter shows.
func (q *QuarterPoint) of(shown *Shown, indicator, borough string) {
	q.Of = &shown.Document.Heading
	row := shown.row(indicator, borough)
	q.Position, q.Figure, q.SubRegion, q.Own = row.Position, row.Figure.Figure, row.Beside.SubRegion, row.Own
	switch {
	case q.Position == nil:
		q.Gap = GapNotAsked
	case q.Figure.Status == Number:
		q.Gap = ""
	default:
		q.Gap = Gap(q.Figure.Status)
	}
}

// continues reports whether the indicator's figures are of the same thing as those of an
// earlier quarter that asked for it.
func (s *Shown) continues(last *Shown, now *Position) bool {
	return s.Document.Illustrative == last.Document.Illustrative && s.follows(last, now, last.row(now.Indicator, "").Position)
}
