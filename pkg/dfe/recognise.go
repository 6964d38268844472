package dfe

import (
	"slices"
	"strings"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// recognise finds the mapping by the file's columns and, where two kinds of file
// have the same, by the groups of its first row. It notes why there is none.
func (r *reader) recognise(first sheet.Row) bool {
	header := r.table.Header().Cells
	var those, fitting []*Mapping
	for _, m := range r.options.Mappings.all {
		if r.options.Dataset != "" && m.Key != r.options.Dataset {
			continue
		}
		columns, missing := m.find(header)
		if len(missing) > 0 {
			continue
		}
		those = append(those, m)
		if m.fits(columns, first) {
			fitting = append(fitting, m)
		}
	}
	if len(those) > 1 && len(fitting) > 0 {
		those = fitting
	}
	switch {
	case len(those) == 0:
		r.nearest()
		return false
	case len(those) > 1:
		r.fault("", programme.FaultAmbiguousDataset, "", "The columns are those of several kinds of file: %s.", keysOf(those))
		return false
	}
	r.mapping = those[0]
	r.columns, _ = r.mapping.find(header)
	return r.namedOnce()
}

func keysOf(mappings []*Mapping) string {
	var keys []string
	for _, m := range mappings {
		keys = append(keys, m.Key)
	}
	return strings.Join(keys, ", ")
}

// find answers where a header has the mapping's columns, and which it has not.
func (m *Mapping) find(header []string) (columns map[string]int, missing []string) {
	columns = map[string]int{}
	for _, column := range append(m.needed(), m.place.number) {
		if column == "" {
			continue
		}
		at := slices.IndexFunc(header, func(name string) bool { return slices.Contains(m.names(column), name) })
		if at >= 0 {
			columns[column] = at
		} else if column != m.place.number || m.place.byNumber() {
			missing = append(missing, column)
		}
	}
	return columns, missing
}

// namedOnce notes a column that a header has under two of its names.
func (r *reader) namedOnce() bool {
	for column := range r.columns {
		n := 0
		for _, name := range r.table.Header().Cells {
			if slices.Contains(r.mapping.names(column), name) {
				n++
			}
		}
		if n > 1 {
			r.fault(column, programme.FaultDuplicateColumn, "", "The column is there under two of its names.")
		}
	}
	return r.faults.Count() == 0
}

// fits reports whether the row may be of this kind of file: where its groups are
// those of another, it is not.
func (m *Mapping) fits(columns map[string]int, row sheet.Row) bool {
	for _, g := range m.groups {
		if !slices.Contains(g.values, row.Cell(columns[g.column])) {
			return len(row.Cells) == 0
		}
	}
	return true
}

// nearest names what is missing to the kind of file of which most is there.
func (r *reader) nearest() {
	if key := r.options.Dataset; key != "" && !slices.ContainsFunc(r.options.Mappings.all, func(m *Mapping) bool { return m.Key == key }) {
		r.fault("", programme.FaultUnknownDataset, key, "There is no mapping with this key.")
		return
	}
	var best *Mapping
	var lacking []string
	most := 0
	for _, m := range r.options.Mappings.all {
		if r.options.Dataset != "" && m.Key != r.options.Dataset {
			continue
		}
		_, missing := m.find(r.table.Header().Cells)
		there := 0
		for _, column := range m.columns {
			if !slices.Contains(missing, column) {
				there++
			}
		}
		if there > most {
			best, lacking, most = m, missing, there
		}
	}
	if best == nil {
		r.fault("", programme.FaultUnknownDataset, "", "The columns are those of no file that can be read.")
		return
	}
	for _, column := range lacking {
		r.fault(column, programme.FaultMissingColumn, "", "The column is missing in a file of the kind %s.", best.Key)
	}
}
