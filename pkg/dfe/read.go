package dfe

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// Options say how a file is read; the zero value is right for most.
type Options struct {
	Mappings *Mappings        // nil: those that come with the program
	Dataset  string           // key of the mapping to read by, where the columns are those of several; empty: found by the columns
	Progress func(read int64) // is told now and then how many bytes were read
}

// Read answers what the file gives: a table in CSV or XLSX, see package sheet. known
// is what is held already: codes are checked against it, and rates are computed with
// its populations. It reads a stream, and keeps nothing of it but the figures.
//
// It answers an Invalid error, invalid_file, with the faults of the file by kind:
// of every code and column how many there are, and the first ten by row, each with
// what stands there. Then it answers nothing of the file. A row is named by the line
// on which it begins, the header being line 1, or by a spreadsheet's number; a folder
// in name is left out. Other errors are the source's own.
func Read(name string, source io.Reader, known benchmark.Known, options Options) (*benchmark.Import, error) {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	r := &reader{
		name: name, known: index(known), options: options, periods: map[[2]string]benchmark.Period{}, places: map[placed]geography{},
		codes: map[string]programme.FaultCode{}, cells: map[cell]int{}, coded: map[string]int{}, seen: map[figure]int{},
	}
	if r.options.Mappings == nil {
		r.options.Mappings = Builtin()
	}
	table, err := sheet.Open(source, sheet.Options{})
	if err == nil {
		r.table = table
		err = errors.Join(r.read(), table.Close())
	}
	if unreadable, is := errors.AsType[*sheet.ReadError](err); is {
		r.unreadable(unreadable)
	} else if err != nil {
		return nil, err
	}
	if n := r.faults.Count(); n > 0 {
		return nil, &programme.Error{
			Kind: programme.Invalid, Code: programme.CodeInvalidFile, Faults: r.grouped(&r.faults),
			Detail: fmt.Sprintf("Nothing of the file was loaded, because of this number of faults: %d.", n),
		}
	}
	r.finish()
	return &r.file, nil
}

// reader is one reading of one file.
type reader struct {
	name     string
	known    known
	options  Options
	mapping  *Mapping
	table    *sheet.Reader
	columns  map[string]int // where each of the mapping's is in a row
	row      sheet.Row
	count    int                            // rows with content
	codes    map[string]programme.FaultCode // of the faults and warnings that were noted
	faults   sheet.Faults
	warnings sheet.Faults
	file     benchmark.Import

	periods  map[[2]string]benchmark.Period // by identifier and text
	places   map[placed]geography
	plans    []plan
	numbers  []number // of the present row, by column
	cells    map[cell]int
	coded    map[string]int // numbers of the codes of periods and places
	figures  []taken
	repeated int            // the last row that gave what an earlier one gave
	seen     map[figure]int // estimates and authorities of the neighbour model that were read, with their rows
}

// figure is what a file must give once.
type figure struct{ period, geography string }

// first notes a fault if an earlier row gave the same.
func (r *reader) first(column string, f figure) bool {
	if row := r.seen[f]; row > 0 {
		r.again(column, row)
		return false
	}
	r.seen[f] = r.row.Number
	return true
}

// again notes, once for a row, that an earlier one gave what this one gives.
func (r *reader) again(column string, row int) {
	if r.repeated == r.row.Number {
		return
	}
	r.repeated = r.row.Number
	r.fault(column, programme.FaultDuplicateRow, "", "A row before it gives the same, such as row %d.", row)
}

// fault notes something wrong with the present row; given is what stands there.
func (r *reader) fault(column string, code programme.FaultCode, given, format string, values ...any) {
	r.faultAt(r.row.Number, column, code, given, format, values...)
}

// faultAt notes something wrong with a row that may have been read before.
func (r *reader) faultAt(row int, column string, code programme.FaultCode, given, format string, values ...any) {
	r.note(&r.faults, code, sheet.Fault{Column: column, Row: row, Given: shown(given), Detail: fmt.Sprintf(format, values...)})
}

// warn notes what may be right.
func (r *reader) warn(row int, column string, code programme.FaultCode, given, detail string) {
	r.note(&r.warnings, code, sheet.Fault{Column: column, Row: row, Given: shown(given), Detail: detail})
}

func (r *reader) note(faults *sheet.Faults, code programme.FaultCode, f sheet.Fault) {
	f.Code = string(code)
	r.codes[f.Code] = code
	faults.Add(f)
}

// grouped writes faults as the callers of this package know them: the first ten of
// each kind, and how many there are.
func (r *reader) grouped(faults *sheet.Faults) []programme.Fault {
	var all []programme.Fault
	for _, g := range faults.Groups() {
		for i, place := range g.First {
			f := programme.Fault{File: r.name, Row: place.Row, Column: g.Column, Code: r.codes[g.Code], Detail: g.Detail, Given: place.Given}
			if i == 0 && g.Count > 1 {
				f.Count = g.Count
			}
			all = append(all, f)
		}
	}
	return all
}

// readFaults are the codes of what package sheet finds wrong, where they say more
// than that a file is no table.
var readFaults = map[string]programme.FaultCode{
	"encoding": programme.FaultWrongEncoding, "empty_file": programme.FaultNoHeader, "no_header": programme.FaultNoHeader,
	"quotation_mark": programme.FaultMalformedCSV, "too_wide": programme.FaultWrongWidth, "duplicate_column": programme.FaultDuplicateColumn,
}

func (r *reader) unreadable(e *sheet.ReadError) {
	code := readFaults[e.Code]
	if code == "" {
		code = programme.FaultNotATable
	}
	r.note(&r.faults, code, sheet.Fault{Column: e.Column, Row: e.Row, Detail: e.Detail})
}

// read reads the whole file. A *sheet.ReadError ends it.
func (r *reader) read() error {
	r.row = r.table.Header()
	first, err := r.table.Next()
	if err == nil {
		first.Cells = slices.Clone(first.Cells)
	}
	if !r.recognise(first) {
		return nil
	}
	if !r.begin() {
		return nil
	}
	for ; ; first, err = r.table.Next() {
		spoilt := &sheet.ReadError{}
		switch {
		case errors.Is(err, io.EOF):
			r.end()
			return nil
		case errors.As(err, &spoilt) && spoilt.Row > 0: // the rows behind it are read, so that their faults are found too
			r.unreadable(spoilt)
		case err != nil:
			return err
		default:
			r.row = first
			r.take()
		}
		r.count++
		if r.options.Progress != nil && r.count%progressRows == 0 {
			r.options.Progress(r.table.Bytes())
		}
	}
}

// progressRows is after how many rows the reading says how far it is.
const progressRows = 1 << 12

// begin makes ready what the mapping needs.
func (r *reader) begin() bool {
	if r.mapping.model {
		return r.model()
	}
	return r.plan()
}

// take takes what the present row gives.
func (r *reader) take() {
	switch {
	case r.mapping.model:
		r.neighbours()
	case r.mapping.estimates != nil:
		r.population()
	default:
		r.observe()
	}
}

// end notes what only the whole file shows.
func (r *reader) end() {
	if r.options.Progress != nil {
		r.options.Progress(r.table.Bytes())
	}
	r.incomplete()
	// A file of nothing but levels or groups that are passed over must not seem well.
	if r.faults.Count() == 0 && len(r.figures)+len(r.file.Populations)+len(r.file.Neighbours) == 0 {
		r.fault("", programme.FaultNoRows, "", "The file has no row that can be used.")
	}
}

// finish makes the file's figures of what was taken from its rows.
func (r *reader) finish() {
	r.file.Release = benchmark.Release{
		Dataset: r.mapping.Key, Title: r.mapping.Title, Publisher: r.mapping.Publisher, Licence: r.mapping.Licence, File: r.name, Rows: r.count,
	}
	r.file.Form, r.file.EmptyRows = r.table.Form().String(), r.table.Empty()
	r.file.Warnings = r.grouped(&r.warnings)
	r.file.ChangeLimits = map[string]float64{}
	for _, m := range r.mapping.measures {
		if m.changeLimit > 0 {
			r.file.ChangeLimits[m.indicator] = m.changeLimit
		}
	}
	r.markJoint()
	r.file.Periods = r.periodsOf()
}

// cell answers the present row's text in the column, which the mapping has.
func (r *reader) cell(column string) string { return r.row.Cell(r.columns[column]) }
