package disclosure

import (
	"slices"

	"peerchallenge/pkg/benchmark"
)

// HeatMap is a quarter as boroughs beside indicators, each figure with the fifth of the
// region that it belongs to.
type HeatMap struct {
	Of      *Heading
	Columns []HeatColumn
	Rows    []HeatRow // in the order of the document's boroughs
	// SmallNumbers says that figures are shown as they are, so that there may be small
	// numbers among them: the reader's own, or all.
	SmallNumbers bool
}

// HeatColumn is an indicator.
type HeatColumn struct {
	Position *Position
	Decimals int // with which a value is printed
}

// HeatRow is a borough's.
type HeatRow struct {
	Member *Member
	Own    bool // its figures are the reader's own as they are; their fifths stay the view's
	Cells  []HeatCell
}

// HeatCell is a figure and the fifth of the region that it certainly belongs to: 1 is the
// best, 5 the worst. 0 says nothing.
type HeatCell struct {
	Figure Figure
	Fifth  int
}

// HeatMap sets all boroughs beside all indicators. The reader's own figures are laid over;
// their fifths are those that everybody sees.
func (s *Shown) HeatMap() HeatMap {
	d := s.Document
	h := HeatMap{Of: &d.Heading, Columns: make([]HeatColumn, len(d.Indicators)), Rows: make([]HeatRow, len(d.Boroughs))}
	for i := range d.Boroughs {
		h.Rows[i] = HeatRow{Member: &d.Boroughs[i], Cells: make([]HeatCell, len(d.Indicators))}
	}
	h.SmallNumbers = d.class == Unsuppressed
	for k := range d.Indicators {
		p := &d.Indicators[k]
		h.Columns[k].Position = p
		if at := slices.IndexFunc(s.Indicators, func(ind benchmark.Indicator) bool { return ind.Code == p.Indicator }); at >= 0 {
			h.Columns[k].Decimals = s.Indicators[at].Decimals
		}
		fifths := p.fifths()
		for i := range h.Rows {
			row := QuarterFigure{Member: h.Rows[i].Member, Position: p, Figure: p.Figures[i]}
			s.layOver(&row)
			h.Rows[i].Cells[k], h.Rows[i].Own = HeatCell{row.Figure.Figure, fifths[i]}, row.Own
			h.SmallNumbers = h.SmallNumbers || row.Own
		}
	}
	return h
}

// Printed answers what everybody sees, for a form that is passed on: a file, a picture.
func (s *Shown) Printed() *Shown {
	return &Shown{Document: s.Document, Indicators: s.Indicators, Asked: s.Asked}
}

// fifths answers the fifth of each borough, and 0 for those that are not compared, that
// may belong to one or another, or of whom neither end is good.
//
// The first fifth is what lies below the 20th percentile, so that it holds the same
// boroughs as the exceptions, and the last what lies above the 80th. As with these, what a
// value has beyond an edge grows with the value and shrinks as others grow: the own
// interval's lower end beside the upper ends of the others is in the lowest fifth that it
// can be in, and the opposite in the highest.
func (p *Position) fifths() []int {
	fifths := make([]int, len(p.Figures))
	if p.Polarity == benchmark.Neutral || p.P20 == nil {
		return fifths
	}
	var e ends
	var places []int
	for i := range p.Figures {
		if f := &p.Figures[i]; f.Value != nil && !slices.ContainsFunc(p.Region.Excluded, func(x Exclusion) bool { return x.Borough == f.Borough }) {
			e.add(*f.Value)
			places = append(places, i)
		}
	}
	for at, i := range places {
		lowest, highest := fifth(at, e.lower[at], e.upper), fifth(at, e.upper[at], e.lower)
		switch {
		case lowest != highest:
		case p.Polarity == benchmark.Low:
			fifths[i] = lowest
		default:
			fifths[i] = 6 - lowest
		}
	}
	return fifths
}

// fifth answers in which fifth of the values, by size, the one in the place i lies.
func fifth(i int, own float64, others []float64) int {
	switch {
	case own < edge(20, i, own, others):
		return 1
	case own > edge(80, i, own, others):
		return 5
	case own < edge(40, i, own, others):
		return 2
	case own > edge(60, i, own, others):
		return 4
	}
	return 3
}
