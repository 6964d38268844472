package disclosure

import (
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// QuarterFigure is an indicator's figure in one borough as a row of a flat table, with
// where it stands and what stands beside it.
type QuarterFigure struct {
	Of        *Heading
	Member    *Member
	Position  *Position
	Figure    BoroughFigure
	SubRegion *GroupFigure // nil where the borough is in none
	Own       bool         // it is the reader's own as it is; its place stays the view's
	Uncertain bool         // whether it may be an exception, or none

	OnLastQuarter Change
	OnLastYear    Change // on the same quarter of the year before
}

// Shown is a snapshot as one reader may see it.
type Shown struct {
	Document *Document
	Own      *View // the reader's own true figures, or nil; see [Set.Own]
	// Indicators are those of the framework, as figures are computed by.
	Indicators []benchmark.Indicator
	Asked      framework.Edition

	// LastQuarter and LastYear are what the quarter before and the same quarter of the
	// year before show now; nil where they show nothing.
	LastQuarter, LastYear *Shown
}

// Figures lists the document's figures, borough by borough in the order of its
// indicators, as far as the filter leaves them. The reader's own are laid over, each in
// the place that everybody's has: neither their order nor their number tells anything.
func (s *Shown) Figures(f FigureFilter) []QuarterFigure {
	rows := []QuarterFigure{}
	d := s.Document
	for i := range d.Boroughs {
		member := &d.Boroughs[i]
		if f.Borough != nil && member.Borough != *f.Borough {
			continue
		}
		for k := range d.Indicators {
			p := &d.Indicators[k]
			if f.Indicator != nil && p.Indicator != *f.Indicator || f.Exception != nil && p.Figures[i].Exception != *f.Exception {
				continue
			}
			row := s.at(i, k)
			row.OnLastQuarter, row.OnLastYear = s.since(s.LastQuarter, &row), s.since(s.LastYear, &row)
			rows = append(rows, row)
		}
	}
	return rows
}

// at answers the figure of a borough and an indicator by their places in the document.
func (s *Shown) at(borough, indicator int) QuarterFigure {
	d := s.Document
	member, p := &d.Boroughs[borough], &d.Indicators[indicator]
	row := QuarterFigure{Of: &d.Heading, Member: member, Position: p, Figure: p.Figures[borough], Uncertain: slices.Contains(p.Uncertain, member.Borough)}
	if member.SubRegion != nil {
		at := slices.IndexFunc(p.SubRegions, func(g GroupFigure) bool { return g.Key == *member.SubRegion })
		row.SubRegion = &p.SubRegions[at]
	}
	s.layOver(&row)
	return row
}

// row answers the figure of a borough and an indicator. What is not there is missing, and
// has no position where the indicator was not asked for.
func (s *Shown) row(indicator, borough string) QuarterFigure {
	d := s.Document
	none := QuarterFigure{Of: &d.Heading, Figure: BoroughFigure{Figure: Figure{Borough: borough, Status: Missing}}}
	k := slices.IndexFunc(d.Indicators, func(p Position) bool { return p.Indicator == indicator })
	if k < 0 {
		return none
	}
	none.Position = &d.Indicators[k]
	i := slices.IndexFunc(d.Boroughs, func(m Member) bool { return m.Borough == borough })
	if i < 0 {
		return none
	}
	return s.at(i, k)
}

// layOver puts the reader's own figure in the place of everybody's.
func (s *Shown) layOver(row *QuarterFigure) {
	if s.Own == nil || s.Own.owner != row.Member.Borough {
		return
	}
	at := slices.IndexFunc(s.Indicators, func(ind benchmark.Indicator) bool { return ind.Code == row.Position.Indicator })
	row.Figure.Figure, row.Own = s.Own.Figure(&s.Indicators[at], row.Member.Borough), true
}

// Key orders the rows.
func (f *QuarterFigure) Key() []string {
	if f.Member == nil {
		return make([]string, 2)
	}
	return []string{f.Member.Borough, f.Position.Indicator}
}

// FigureFilter leaves those figures that agree with every member that is given. It reads
// what everybody sees, also where the reader sees more.
type FigureFilter struct {
	Number    *int // of the snapshot; nil for the one that is shown
	Borough   *string
	Indicator *string
	Exception *benchmark.Exception
}

// Owner answers the borough whose true figures the actor finds laid over the view, or
// nothing where there is none: a key shows them where its lead has asked for that.
func Owner(actor programme.Actor) string {
	if actor.Borough == "" || !ofBorough(actor) {
		return ""
	}
	return actor.Borough
}
