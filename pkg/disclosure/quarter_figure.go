package disclosure

import (
	"cmp"
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
	Beside    Comparators
	Own       bool // it is the reader's own as it is; its place stays the view's
	Uncertain bool // whether it may be an exception, or none
	// SmallNumbers says that it is shown as it is, so that it may be a small number.
	SmallNumbers bool
	Provisional  bool      // returns may still come or be corrected: the quarter is not published
	Received     *Received // of a provisional one of the whole region; nil of all others

	OnLastQuarter Change
	OnLastYear    Change // on the same quarter of the year before
}

// Comparators are what stands beside a figure: that of its own quarter or, where this is
// not published and the reader is a borough, of the last one that is.
type Comparators struct {
	Of         *Heading       // nil where none is published
	Position   *Position      // nil where nothing is shown of the indicator
	SubRegion  *GroupFigure   // nil where the borough is in none
	Neighbours *NeighbourMean // likewise
	Peers      *GroupFigure   // those that the reader asked for; nil where none were
}

// Received is of how many boroughs a quarter is made that is not published.
type Received struct {
	N        int // whose return is in force
	Expected int
}

// Shown is a quarter as one reader may see it: a snapshot or, until it has one, what is in
// force.
type Shown struct {
	Document *Document
	Own      *View // the reader's own true figures, or nil; see [Set.Own]
	// Indicators are those of the framework, as figures are computed by.
	Indicators []benchmark.Indicator
	Asked      framework.Edition
	// Beside has the comparators, and nobody's own figures; nil where the document has its own.
	Beside      *Shown
	Peers       *Peers // that the reader wants to see beside, or nil
	Provisional bool
	Received    *Received // see [QuarterFigure]

	// LastQuarter and LastYear are what the quarter before and the same quarter of the
	// year before show now; nil where they show nothing.
	LastQuarter, LastYear *Shown
}

// May refuses what was not made for the actor. It is Forbidden then.
func (s *Shown) May(actor programme.Actor) error {
	if s.Own != nil {
		if err := s.Own.May(actor); err != nil {
			return err
		}
	}
	return cmp.Or(s.Document.class, Common).may(actor, s.Document.owner)
}

// Figures lists the document's figures, borough by borough in the order of its
// indicators, as far as the filter leaves them. The reader's own are laid over, each in
// the place that everybody's has: neither their order nor their number tells anything.
func (s *Shown) Figures(f FigureFilter) []QuarterFigure {
	rows := []QuarterFigure{}
	d, peers := s.Document, s.together()
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
			row.Beside.Peers = peers[k]
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
	row := QuarterFigure{
		Of: &d.Heading, Member: member, Position: p, Figure: p.Figures[borough], Uncertain: slices.Contains(p.Uncertain, member.Borough),
		Own: d.class == OfBorough, SmallNumbers: d.class == OfBorough || d.class == Unsuppressed, Provisional: s.Provisional, Received: s.Received,
	}
	if d.class == OfBorough {
		row.Beside = s.Beside.comparatorsOf(member.Borough, p.Indicator)
	} else {
		row.Beside = d.comparatorsAt(borough, indicator)
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
	i := d.place(borough)
	if i < 0 {
		return none
	}
	return s.at(i, k)
}

// comparatorsOf answers what the quarter, which may be nil, has beside a borough's figure.
func (s *Shown) comparatorsOf(borough, indicator string) Comparators {
	if s == nil {
		return Comparators{}
	}
	d := s.Document
	i := d.place(borough)
	k := slices.IndexFunc(d.Indicators, func(p Position) bool { return p.Indicator == indicator })
	if i < 0 || k < 0 {
		return Comparators{Of: &d.Heading}
	}
	return d.comparatorsAt(i, k)
}

func (d *Document) comparatorsAt(borough, indicator int) Comparators {
	p := &d.Indicators[indicator]
	c := Comparators{Of: &d.Heading, Position: p, Neighbours: p.Figures[borough].Neighbours}
	if key := d.Boroughs[borough].SubRegion; key != nil {
		c.SubRegion = &p.SubRegions[slices.IndexFunc(p.SubRegions, func(g GroupFigure) bool { return g.Key == *key })]
	}
	return c
}

// layOver puts the reader's own figure in the place of everybody's.
func (s *Shown) layOver(row *QuarterFigure) {
	if s.Own == nil || s.Own.owner != row.Member.Borough {
		return
	}
	row.Figure.Figure, row.Own, row.SmallNumbers = s.Own.Figure(s.indicator(row.Position.Indicator), row.Member.Borough), true, true
}

// indicator answers the indicator of a position, which every framework has.
func (s *Shown) indicator(code string) *benchmark.Indicator {
	return &s.Indicators[slices.IndexFunc(s.Indicators, func(ind benchmark.Indicator) bool { return ind.Code == code })]
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
	Group     *string  // the id of a peer challenge group whose boroughs are to stand beside
	Peers     []string // boroughs that are to stand beside
	// Unsuppressed wants true figures, and all that is computed of them, in place of what
	// everybody sees; see [MayReadUnsuppressed].
	Unsuppressed bool
}

// Owner answers the borough whose true figures the actor finds laid over the view, or
// nothing where there is none: a key shows them where its lead has asked for that.
func Owner(actor programme.Actor) string {
	if actor.Borough == "" || !ofBorough(actor) {
		return ""
	}
	return actor.Borough
}

// OwnerOfOpen is [Owner] until the quarter is published: its people and systems alone,
// because a key is passed on.
func OwnerOfOpen(actor programme.Actor) string {
	if actor.ReadOnly {
		return ""
	}
	return Owner(actor)
}

// MayReadOpen reports whether the actor sees what everybody will see of a quarter before
// it is published.
func MayReadOpen(actor programme.Actor) bool {
	return actor.Is(programme.RoleProgramme) && !actor.ReadOnly
}

// MayReadUnsuppressed refuses everybody but the programme's team, and every read key. It
// is Forbidden then.
func MayReadUnsuppressed(actor programme.Actor) error {
	if MayReadOpen(actor) {
		return nil
	}
	return programme.Errorf(programme.Forbidden, programme.CodeRole, "True figures of all boroughs are for: %s.", programme.RoleProgramme)
}

// UnsuppressedRead is what was asked where somebody has asked for true figures. It says
// nothing of the answer.
type UnsuppressedRead struct {
	Snapshot  *int // its number; nil of the quarter as it was in force
	Borough   *string
	Indicator *string
	Exception *benchmark.Exception
	Group     *string  `json:",omitempty"`
	Peers     []string `json:",omitempty"`
}
