package disclosure

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// Document is a quarter as a view has it, with all that is computed from that. Of what
// everybody sees, its JSON is what a snapshot freezes; any other has none.
type Document struct {
	Heading
	Boroughs   []Member      `json:"boroughs"`
	Counts     []CountColumn `json:"counts"`
	Indicators []Position    `json:"indicators"`

	class Class  // of the view; empty of one that was read, which is everybody's
	owner string // of the view, likewise
}

// Heading says what the document is of.
type Heading struct {
	Quarter      string    `json:"quarter"`
	QuarterName  string    `json:"quarterName"`
	Number       int       `json:"number"` // of the snapshot
	Framework    string    `json:"framework"`
	Illustrative bool      `json:"illustrative"` // its figures are made up
	TakenAt      time.Time `json:"takenAt"`
}

// Member is a borough that was expected to send a return.
type Member struct {
	Borough   string  `json:"borough"`
	Name      string  `json:"boroughName"`
	SubRegion *string `json:"subRegion"` // on the quarter's last day; nil where it was in none
}

// CountColumn is one count in all boroughs, in the order of the document's.
type CountColumn struct {
	Count string          `json:"count"`
	Name  string          `json:"countName"`
	Basis framework.Basis `json:"basis"` // the time for which it is shown
	Cells []CountCell     `json:"cells"`
}

// CountCell is what is said of a count in one borough.
type CountCell struct {
	Borough string   `json:"borough"`
	Status  Status   `json:"status"`
	Value   *float64 `json:"value"` // of a number
	Lower   *float64 `json:"lower"` // between these a hidden one lies; nil where that is not said
	Upper   *float64 `json:"upper"`
}

// Position is how the boroughs stand on one indicator.
type Position struct {
	Indicator   string             `json:"indicator"`
	Name        string             `json:"indicatorName"`
	Unit        benchmark.Unit     `json:"unit"`
	Polarity    benchmark.Polarity `json:"polarity"`
	Numerator   string             `json:"numerator"`   // a count
	Denominator string             `json:"denominator"` // a count, or the population
	Region      GroupFigure        `json:"region"`
	P20         *Range             `json:"p20"` // of the region; nil where too few have a value
	P80         *Range             `json:"p80"`
	Uncertain   []string           `json:"uncertain"` // those that may be an exception or none
	SubRegions  []GroupFigure      `json:"subRegions"`
	Figures     []BoroughFigure    `json:"figures"` // in the order of the boroughs
}

// GroupFigure is what several boroughs have together.
type GroupFigure struct {
	Key      string      `json:"key"` // of the region or the sub-region
	Pooled   *Total      `json:"pooled"`
	Mean     *Range      `json:"mean"` // of the N, each with the same weight
	N        int         `json:"n"`
	Excluded []Exclusion `json:"excluded"` // from the mean, and from ranks and edges
}

// BoroughFigure is an indicator's figure in one borough, and its place in the region.
type BoroughFigure struct {
	Figure
	Rank       *Rank               `json:"rank"`      // nil where it has none
	Exception  benchmark.Exception `json:"exception"` // beyond an edge wherever the intervals lie
	Neighbours *NeighbourMean      `json:"neighbours"`
}

// NeighbourMean is the mean of those of a borough's statistical neighbours that are in
// the region and have a value.
type NeighbourMean struct {
	Boroughs []string `json:"boroughs"` // that are in it, nearest first
	N        int      `json:"n"`
	Mean     *Range   `json:"mean"`
}

// LeastNeighbours is the number of neighbours below which they have no mean.
const LeastNeighbours = 5

// noException is what a document says where a figure is in neither fifth.
const noException benchmark.Exception = "none"

// Setting is what a document needs beside the view.
type Setting struct {
	Heading    Heading
	Region     string // its key
	Members    []Member
	Indicators []benchmark.Indicator
	Neighbours func(borough string) []string // nearest first, wherever they are
}

// MarshalJSON writes what everybody sees, and refuses all else: nothing that holds true
// figures is frozen, or passed on whole.
func (d *Document) MarshalJSON() ([]byte, error) {
	if d.class != Common && d.class != "" {
		return nil, fmt.Errorf("a document of the class %q: %w", d.class, errNoView)
	}
	type written Document
	return json.Marshal((*written)(d))
}

// Document computes all that is shown with the view, from the view alone. Of a borough's
// own figures that is their values and nothing else: no place, and nobody beside it.
func (v *View) Document(s *Setting) (*Document, error) {
	d := &Document{Heading: s.Heading, Boroughs: s.Members, class: v.class, owner: v.owner}
	codes := make([]string, len(s.Members))
	for i := range s.Members {
		codes[i] = s.Members[i].Borough
	}
	for i := range v.table.document.Counts {
		d.Counts = append(d.Counts, v.column(&v.table.document.Counts[i], codes))
	}
	for _, asked := range v.table.document.Indicators {
		i := slices.IndexFunc(s.Indicators, func(ind benchmark.Indicator) bool { return ind.Code == asked.Code })
		if i < 0 {
			return nil, fmt.Errorf("there is no indicator %q", asked.Code)
		}
		if v.class == OfBorough {
			d.Indicators = append(d.Indicators, v.alone(&s.Indicators[i], &asked, codes))
		} else {
			d.Indicators = append(d.Indicators, v.position(s, &s.Indicators[i], &asked, codes))
		}
	}
	return d, nil
}

// alone is a position without a region: figures, and no place of theirs.
func (v *View) alone(ind *benchmark.Indicator, asked *framework.Indicator, codes []string) Position {
	p := positionOf(ind, asked)
	for _, b := range codes {
		p.Figures = append(p.Figures, BoroughFigure{Figure: v.Figure(ind, b), Exception: noException})
	}
	return p
}

func positionOf(ind *benchmark.Indicator, asked *framework.Indicator) Position {
	return Position{Indicator: ind.Code, Name: ind.Name, Unit: ind.Unit, Polarity: ind.Polarity, Numerator: asked.Numerator, Denominator: asked.Denominator}
}

func (v *View) column(c *framework.Count, boroughs []string) CountColumn {
	column := CountColumn{Count: c.Code, Name: c.Name, Basis: c.Basis, Cells: make([]CountCell, len(boroughs))}
	if c.Summed() {
		column.Basis = framework.TwelveMonths
	}
	for i, b := range boroughs {
		cell := v.Cell(b, c.Code)
		column.Cells[i] = CountCell{Borough: b, Status: cell.Status}
		if cell.Status == Number {
			column.Cells[i].Value = &cell.Number
		} else if r, known := cell.Range(); known {
			column.Cells[i].Lower, column.Cells[i].Upper = &r.Lower, &r.Upper
		}
	}
	return column
}

func (v *View) position(s *Setting, ind *benchmark.Indicator, asked *framework.Indicator, codes []string) Position {
	d, figures := v.table.document, v.figures(ind, codes)
	c := compare(d, ind, figures)
	p := positionOf(ind, asked)
	p.Region, p.P20, p.P80, p.Uncertain = c.group(s.Region), roundedRange(c.P20), roundedRange(c.P80), programme.OrEmpty(c.Uncertain)
	p.SubRegions, p.Figures = []GroupFigure{}, make([]BoroughFigure, len(codes))
	for _, key := range subRegions(s.Members) {
		within := compare(d, ind, figuresOf(figures, membersOf(s.Members, key)))
		p.SubRegions = append(p.SubRegions, within.group(key))
	}
	for i, b := range codes {
		f := BoroughFigure{Figure: figures[i], Exception: noException, Neighbours: neighbours(d, ind, figuresOf(figures, c.among(s.Neighbours(b))))}
		if at := slices.IndexFunc(c.Places, func(p Place) bool { return p.Figure.Borough == b }); at >= 0 {
			f.Rank, f.Exception = c.Places[at].Rank, cmp.Or(c.Places[at].Exception, noException)
		}
		p.Figures[i] = f
	}
	return p
}

// figuresOf picks the boroughs' figures, in the boroughs' order.
func figuresOf(figures []Figure, boroughs []string) []Figure {
	list := make([]Figure, len(boroughs))
	for i, b := range boroughs {
		list[i] = figures[slices.IndexFunc(figures, func(f Figure) bool { return f.Borough == b })]
	}
	return list
}

// neighbours answers the mean of the boroughs, which are compared, of their figures.
func neighbours(d *framework.Document, ind *benchmark.Indicator, figures []Figure) *NeighbourMean {
	n := &NeighbourMean{Boroughs: []string{}, N: len(figures)}
	for _, f := range figures {
		n.Boroughs = append(n.Boroughs, f.Borough)
	}
	if n.N >= LeastNeighbours {
		c := compare(d, ind, figures)
		n.Mean = roundedRange(c.Mean)
	}
	return n
}

// among leaves of the boroughs those that are compared.
func (c *Comparison) among(boroughs []string) []string {
	list := []string{}
	for _, b := range boroughs {
		if slices.ContainsFunc(c.Places, func(p Place) bool { return p.Figure.Borough == b }) {
			list = append(list, b)
		}
	}
	return list
}

func (c *Comparison) group(key string) GroupFigure {
	g := GroupFigure{Key: key, Pooled: c.Pooled, Mean: roundedRange(c.Mean), N: c.N, Excluded: programme.OrEmpty(c.Excluded)}
	if g.Pooled != nil {
		g.Pooled.Value, g.Pooled.AtLeast, g.Pooled.AtMost = roundedNumber(g.Pooled.Value), roundedNumber(g.Pooled.AtLeast), roundedNumber(g.Pooled.AtMost)
		g.Pooled.LeftOut, g.Pooled.Missing, g.Pooled.Without = programme.OrEmpty(g.Pooled.LeftOut), programme.OrEmpty(g.Pooled.Missing), programme.OrEmpty(g.Pooled.Without)
	}
	return g
}

// subRegions answers the keys of the members' sub-regions, in order.
func subRegions(members []Member) []string {
	var keys []string
	for _, m := range members {
		if m.SubRegion != nil && !slices.Contains(keys, *m.SubRegion) {
			keys = append(keys, *m.SubRegion)
		}
	}
	slices.Sort(keys)
	return keys
}

func membersOf(members []Member, subRegion string) []string {
	var codes []string
	for _, m := range members {
		if m.SubRegion != nil && *m.SubRegion == subRegion {
			codes = append(codes, m.Borough)
		}
	}
	return codes
}

// roundedRange answers the range with four decimals, as all figures that are computed.
// Rounding keeps the order of any two numbers.
func roundedRange(r *Range) *Range {
	if r == nil {
		return nil
	}
	return &Range{fourDecimals(r.Lower), fourDecimals(r.Middle), fourDecimals(r.Upper)}
}

func roundedNumber(v *float64) *float64 {
	if v == nil {
		return nil
	}
	return new(fourDecimals(*v))
}

func fourDecimals(v float64) float64 { return math.Round(v*1e4) / 1e4 }
