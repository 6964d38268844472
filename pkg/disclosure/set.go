package disclosure

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// Set is what the boroughs' standing returns truly say of one quarter. Nothing can be
// read from it but through a [View], which says whose it is.
type Set struct {
	table table
}

// Return is what stands for a borough: of the quarter itself, and of those before it
// from which twelve months are summed.
type Return struct {
	Borough  string // GSS code
	Quarters Quarters
}

// New makes the set of a quarter, in the order of the list. A borough without a return is
// in the list with no values: all of its counts are missing. The document is that of the
// framework version to which the quarter is held, and must not change any more.
//
// The error says that the period is no quarter, or that a borough is given twice; both are
// the caller's faults.
func New(d *framework.Document, quarter benchmark.Period, list []Return) (*Set, error) {
	which, err := ofYear(quarter)
	if err != nil {
		return nil, err
	}
	t := table{document: d, quarter: quarter.Code, rows: make([]row, len(list))}
	for i, given := range list {
		if t.row(given.Borough) != nil {
			return nil, fmt.Errorf("the borough %s is given twice", given.Borough)
		}
		cells := make([]Cell, 0, len(d.Counts))
		for k := range d.Counts {
			cells = append(cells, given.Quarters.published(&d.Counts[k], which))
		}
		t.rows[i] = row{given.Borough, cells}
	}
	return &Set{t}, nil
}

// ofYear answers which of its year's quarters it is, 1 to 4.
func ofYear(quarter benchmark.Period) (int, error) {
	if quarter.Kind != benchmark.Quarter {
		return 0, fmt.Errorf("%q is no quarter", quarter.Code)
	}
	return int(quarter.Code[len(quarter.Code)-1] - '0'), nil
}

// Disclose answers the view that everybody has, the programme's team too, so that one
// region lies on the table.
//
// The error says that the policy is of another quarter, or of a framework with other
// counts: a caller's fault.
func (s Set) Disclose(p *Policy) (*View, error) {
	codes := func(d *framework.Document) []string {
		list := make([]string, len(d.Counts))
		for i := range d.Counts {
			list[i] = d.Counts[i].Code
		}
		return list
	}
	if p.quarter != s.table.quarter || !slices.Equal(codes(p.document), codes(s.table.document)) {
		return nil, fmt.Errorf("the policy of %s is not that of the set of %s", p.quarter, s.table.quarter)
	}
	t := table{document: p.document, quarter: p.quarter, rows: make([]row, len(s.table.rows))}
	for i, r := range s.table.rows {
		cells := make([]Cell, len(r.cells))
		p.disclose(r.cells, cells, p.withheld(r.borough))
		t.rows[i] = row{r.borough, cells}
	}
	return &View{table: t, class: Common}, nil
}

// Own answers the borough's own true figures, to be laid over the common view, and
// nothing of others. It has no rows where the borough is not in the set.
func (s Set) Own(borough string) *View {
	v := &View{class: OfBorough, owner: borough, table: s.table}
	v.table.rows = nil
	if r := s.table.row(borough); r != nil {
		v.table.rows = []row{r.clone()}
	}
	return v
}

// True answers all true figures, to the programme's team alone: Forbidden to everybody
// else. Whatever is made of them says that it contains small numbers.
func (s Set) True(actor programme.Actor) (*View, error) {
	if err := programme.TeamMay(actor); err != nil {
		return nil, err
	}
	v := &View{class: Unsuppressed, table: s.table}
	v.table.rows = make([]row, len(s.table.rows))
	for i := range s.table.rows {
		v.table.rows[i] = s.table.rows[i].clone()
	}
	return v, nil
}

// Digest answers SHA-256 of all that the set says and of the salt, 256 random bits
// without which nothing can be guessed from it.
func (s Set) Digest(salt [32]byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(salt[:])
	for _, r := range s.table.rows {
		for i, c := range r.cells {
			fmt.Fprintf(h, "%q %q %q %s %g\n", s.table.quarter, r.borough, s.table.document.Counts[i].Code, c.Status, c.Number)
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// String keeps what is printed by chance from saying anything.
func (Set) String() string { return "the true set of a quarter" }

// GoString implements [fmt.GoStringer], likewise.
func (s Set) GoString() string { return s.String() }

// MarshalJSON refuses: true figures are written from a view.
func (Set) MarshalJSON() ([]byte, error) {
	return nil, fmt.Errorf("a true set is never written: %w", errNoView)
}

// table is boroughs by counts.
type table struct {
	document *framework.Document
	quarter  string
	rows     []row
}

type row struct {
	borough string
	cells   []Cell // in the order of the document's counts
}

func (r *row) clone() row { return row{r.borough, slices.Clone(r.cells)} }

// row answers the borough's row, or nil.
func (t *table) row(borough string) *row {
	i := slices.IndexFunc(t.rows, func(r row) bool { return r.borough == borough })
	if i < 0 {
		return nil
	}
	return &t.rows[i]
}

// cell answers the borough's cell of a count; what is not asked or not there is missing.
func (t *table) cell(borough, count string) Cell {
	i := slices.IndexFunc(t.document.Counts, func(c framework.Count) bool { return c.Code == count })
	if r := t.row(borough); r != nil && i >= 0 {
		return r.cells[i]
	}
	return Cell{Status: Missing}
}
