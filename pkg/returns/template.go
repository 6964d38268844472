package returns

import (
	"io"
	"strings"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/sheet"
)

// Template is a return to be filled in: a row for each count that is asked, with what
// it means. It is read as it is written ([ReadTable]), whatever else is done to it.
type Template struct {
	Asked   Asked
	Borough string // empty in the blank template that everybody may have
	Quarter string
	// Illustrative says that the quarter's figures are made up.
	Illustrative bool
	// Last is the borough's last accepted return. It is filled in for the borough and for
	// the programme, and nobody else.
	Last *Past
}

// in words what a count counts, and for which time.
var (
	counting = map[framework.Policy]string{
		framework.Children: "children", framework.Events: "events", framework.People: "people", framework.Nobody: "not people",
	}
	spanning = map[framework.Basis]string{
		framework.Quarter: "the quarter", framework.YearToDate: "from 1 April to the quarter's end", framework.TwelveMonths: "the twelve months to the quarter's end",
		framework.AsAt: "on the quarter's last day", framework.During: "on any day of the quarter", framework.Length: "on the quarter's last day, by how long it has lasted",
	}
)

// Grid answers the template as a table.
func (t Template) Grid() sheet.Grid {
	statuses := make([]string, len(Statuses))
	for i, s := range Statuses {
		statuses[i] = string(s)
	}
	g := sheet.Grid{Name: titled("Return", t.Illustrative)}
	if t.Borough != "" {
		g.Columns = append(g.Columns, sheet.Column{Name: ofBorough, Width: 12})
	}
	g.Columns = append(g.Columns, []sheet.Column{
		{Name: ofQuarter, Width: 12}, {Name: ofCount, Width: 24}, {Name: "name", Width: 32}, {Name: ofValue, Width: 10}, {Name: ofStatus, Width: 16, Choices: statuses}, {Name: ofReason, Width: 32},
		{Name: "definition", Width: 60}, {Name: "inclusions", Width: 60}, {Name: "worked_example", Width: 60}, {Name: "list", Width: 24}, {Name: "columns", Width: 32},
		{Name: "counts", Width: 12}, {Name: "basis", Width: 24}, {Name: ofIllustrative, Width: 12},
	}...)
	if t.Last != nil {
		g.Columns = append(g.Columns, sheet.Column{Name: "last_quarter", Width: 12}, sheet.Column{Name: "last_value", Width: 10}, sheet.Column{Name: "last_status", Width: 16}, sheet.Column{Name: "last_illustrative", Width: 12})
	}
	for i := range t.Asked.Document.Counts {
		g.Rows = append(g.Rows, t.row(&t.Asked.Document.Counts[i]))
	}
	return g
}

func (t Template) row(c *framework.Count) []any {
	var row []any
	if t.Borough != "" {
		row = append(row, t.Borough)
	}
	row = append(row, t.Quarter, c.Code, c.Name, nil, nil, nil, c.Definition, c.Inclusions, c.WorkedExample, c.List, strings.Join(c.Columns, ", "), counting[c.Policy], spanning[c.Basis], yesOrNo(t.Illustrative))
	if t.Last == nil {
		return row
	}
	v := t.Last.Values.Of(c.Code)
	return append(row, t.Last.Quarter, cell(v.Value), string(v.Status), yesOrNo(t.Last.Illustrative))
}

// cell is a number in a table, and nothing where there is none.
func cell(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

// WriteCSV writes the template as CSV.
func (t Template) WriteCSV(out io.Writer) error { return t.Grid().WriteCSV(out) }

// WriteWorkbook writes the template as XLSX: the return, and how it is filled in.
func (t Template) WriteWorkbook(out io.Writer) error {
	return sheet.WriteWorkbook(out, t.Grid(), sheet.Grid{
		Name:    "How to fill it in",
		Columns: []sheet.Column{{Name: "status", Width: 18}, {Name: "what it says", Width: 60}, {Name: "value", Width: 24}, {Name: "reason", Width: 40}},
		Rows: [][]any{
			{string(Reported), "The number, of which 0 is one.", "needed", "as you like"},
			{string(ConfirmedNil), "There were none, and somebody has looked.", "empty, or 0", "needed: how it is known"},
			{string(NotApplicable), "The borough does not have this.", "empty", "needed: why not"},
			{string(Missing), "The number is not known.", "empty", "needed before the return is submitted: why not"},
		},
	})
}
