package returns

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// The columns of a report by which explanations are sent back.
const (
	ofKey         = "key"
	ofExplanation = "explanation"
)

// Grid answers the report as a table, in the order in which it is worked off. The column
// explanation is for filling in: [ReadExplanations] reads the table as it is written.
func (r Report) Grid() sheet.Grid {
	g := sheet.Grid{Name: titled("Report", r.Illustrative), Columns: []sheet.Column{
		{Name: "what_to_do", Width: 40}, {Name: "severity", Width: 10}, {Name: "row", Width: 6}, {Name: "column", Width: 12}, {Name: "pointer", Width: 20}, {Name: "counts", Width: 24},
		{Name: "given", Width: 20}, {Name: "expected", Width: 24}, {Name: "detail", Width: 60}, {Name: "advice", Width: 40}, {Name: "rule", Width: 20}, {Name: "rule_version", Width: 8},
		{Name: ofKey, Width: 24}, {Name: ofExplanation, Width: 60}, {Name: "explained_by", Width: 16}, {Name: "explained_at", Width: 22}, {Name: ofIllustrative, Width: 12},
	}}
	for _, group := range r.Groups() {
		for i := range group.Findings {
			g.Rows = append(g.Rows, append(group.Findings[i].row(group.Next), yesOrNo(r.Illustrative)))
		}
	}
	if r.More > 0 {
		g.Rows = append(g.Rows, []any{"There are " + strconv.Itoa(r.More) + " more findings. Work these off first, and ask again."})
	}
	return g
}

func (f *Finding) row(next string) []any {
	var counts []string
	for _, v := range f.Counts {
		counts = append(counts, v.Count)
	}
	row := []any{
		next, string(f.Severity), position(f.Place.Row), f.Place.Column, f.Place.Pointer, strings.Join(counts, " "), f.Given, f.Expected, f.Detail, f.Advice, f.Rule, f.RuleVersion,
		nil, nil, nil, nil,
	}
	if f.Severity == Warning {
		row[12] = f.Key()
	}
	if e := f.Explained; e != nil {
		row[13], row[14], row[15] = e.Text, string(e.By), e.At.UTC().Format("2006-01-02T15:04:05Z")
	}
	return row
}

// position is the number of a row, and nothing where there is none.
func position(row int) any {
	if row == 0 {
		return nil
	}
	return row
}

// WriteCSV writes the report as CSV.
func (r Report) WriteCSV(out io.Writer) error { return r.Grid().WriteCSV(out) }

// WriteWorkbook writes the report as XLSX.
func (r Report) WriteWorkbook(out io.Writer) error { return sheet.WriteWorkbook(out, r.Grid()) }

// ExplainedIn reads what is said to warnings from a table: see [ReadExplanations]. The
// error is Invalid and names all that is wrong with it, or the source's own.
func ExplainedIn(source io.Reader) (Explained, error) {
	said, findings, err := ReadExplanations(source)
	if err != nil || len(findings) == 0 {
		return Explained{Said: said}, err
	}
	return Explained{}, (&Reading{}).refuse(tell(Report{}, findings, 0).Faults(Refused))
}

// ReadExplanations reads explanations from CSV or XLSX: a table with the columns key
// and explanation, such as a report whose explanations were filled in. Rows without one
// are passed over. Faults become findings; the error is the source's own.
func ReadExplanations(source io.Reader) (given []Said, findings []Finding, err error) {
	r := tableReader{table: &Table{}}
	s, err := sheet.Open(source, sheet.Options{MaxRows: MaxTableRows, MaxMiB: maxMiB})
	if unreadable, is := errors.AsType[*sheet.ReadError](err); is {
		r.unreadable(unreadable)
		return nil, r.table.Findings, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = s.Close() }() // it was only read
	r.header, r.columns, r.row = s.Header().Cells, map[string]int{}, sheet.Row{Number: s.Header().Number}
	for i, name := range r.header {
		r.columns[letters(name)] = i
	}
	for _, name := range [...]string{ofKey, ofExplanation} {
		if _, is := r.columns[name]; !is {
			r.ofTable(programme.FaultMissingColumn, "", "", "The column "+name+" is missing. The report of the return as CSV has both key and explanation.")
		}
	}
	if len(r.table.Findings) > 0 {
		return nil, r.table.Findings, nil
	}
	rows := map[string]int{}
	for {
		row, err := s.Next()
		if errors.Is(err, io.EOF) {
			return given, r.table.Findings, nil
		}
		if unreadable, is := errors.AsType[*sheet.ReadError](err); is {
			if r.unreadable(unreadable); unreadable.Row == 0 {
				return given, r.table.Findings, nil
			}
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		r.row = row
		key, text := r.cell(ofKey), r.cell(ofExplanation)
		first, twice := rows[key]
		switch {
		case text == "":
		case key == "":
			r.ofTable(programme.FaultRequired, ofKey, "", "The row does not say which finding it explains. Take the keys from the report.")
		case twice:
			r.ofTable(programme.FaultDuplicateRow, ofKey, key, "The rows "+strconv.Itoa(first)+" and "+strconv.Itoa(row.Number)+" explain one finding. One of the two has to go.")
		default:
			rows[key] = row.Number
			given = append(given, Said{Key: strings.Clone(key), Text: strings.Clone(text), Place: r.place(ofExplanation)})
		}
	}
}
