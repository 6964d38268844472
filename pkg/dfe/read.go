package dfe

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Options say how a file is read; the zero value is right for most.
type Options struct {
	Progress func(read int64) // is told now and then how many bytes were read
}

// maxFaults is how many faults are listed; their number is always told.
const maxFaults = 1000

// Read answers what the file gives. known is what is held already: codes are
// checked against it, and rates are computed with its populations.
//
// It answers an Invalid error, invalid_file, with every fault of the file by row
// and column, the first 1,000 of them, and then nothing of the file. A row is
// named by the line on which it begins, the header being line 1; a folder in
// name is left out.
func Read(name string, source io.Reader, known benchmark.Known, options Options) (*benchmark.Import, error) {
	content, err := io.ReadAll(source)
	if err != nil {
		return nil, err
	}
	if options.Progress != nil {
		options.Progress(int64(len(content)))
	}
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	r := &reader{name: name, known: index(known), noted: map[programme.Fault]bool{}, seen: map[figure]int{}}
	if r.open(content) {
		r.rows()
	}
	if len(r.noted) > 0 {
		return nil, &programme.Error{
			Kind: programme.Invalid, Code: programme.CodeInvalidFile, Faults: r.faults,
			Detail: fmt.Sprintf("Nothing of the file was loaded, because of this number of faults: %d.", len(r.noted)),
		}
	}
	r.markJoint()
	r.file.Release = benchmark.Release{
		Dataset: r.dataset.key, Title: r.dataset.title, Publisher: r.dataset.publisher, Licence: licence, File: name, Rows: r.count,
	}
	return &r.file, nil
}

// reader is one reading of one file.
type reader struct {
	name    string
	known   known
	dataset *dataset
	csv     *csv.Reader
	columns map[string]int // where each is in a record
	width   int
	row     int // line on which the present record begins, the header's being 1
	count   int // data rows
	record  []string
	seen    map[figure]int // what was read, with its row
	file    benchmark.Import
	faults  []programme.Fault // the first of those noted
	noted   map[programme.Fault]bool
}

// figure is what a file must give once.
type figure struct{ indicator, period, geography string }

// first notes a fault if an earlier row gave the same figure.
func (r *reader) first(column string, f figure) bool {
	if row := r.seen[f]; row > 0 {
		r.fault(column, programme.FaultDuplicateRow, "Row %d gives the same.", row)
		return false
	}
	r.seen[f] = r.row
	return true
}

// fault notes something wrong with the present row, once: a cell may serve
// several indicators.
func (r *reader) fault(column string, code programme.FaultCode, format string, args ...any) {
	f := programme.Fault{File: r.name, Row: r.row, Column: column, Code: code, Detail: fmt.Sprintf(format, args...)}
	if !r.noted[f] && len(r.faults) < maxFaults {
		r.faults = append(r.faults, f)
	}
	r.noted[f] = true
}

// open reads the header and finds the dataset.
func (r *reader) open(content []byte) bool {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !r.readable(content) {
		return false
	}
	r.csv = csv.NewReader(bytes.NewReader(content))
	r.csv.FieldsPerRecord = -1
	header, err := r.csv.Read()
	if err != nil {
		r.fault("", programme.FaultNoHeader, "The file has no header that can be read.")
		return false
	}
	r.row, r.width, r.columns = 1, len(header), map[string]int{}
	for i, column := range header {
		column = strings.TrimSpace(column)
		if _, twice := r.columns[column]; twice && column != "" {
			r.fault(column, programme.FaultDuplicateColumn, "The column is there twice.")
		}
		r.columns[column] = i
	}
	if !r.recognise() || len(r.noted) > 0 {
		return false
	}
	if r.dataset.begin != nil {
		r.dataset.begin(r)
	}
	return true
}

// readable notes every row that is not UTF-8 text.
func (r *reader) readable(content []byte) bool {
	if bytes.IndexByte(content, 0) >= 0 { // UTF-16 is full of zero bytes
		r.fault("", programme.FaultWrongEncoding, "The file is not UTF-8 text.")
		return false
	}
	if utf8.Valid(content) {
		return true
	}
	for line := range bytes.Lines(content) {
		if r.row++; !utf8.Valid(line) {
			r.fault("", programme.FaultWrongEncoding, "The row is not UTF-8 text.")
		}
	}
	return false
}

// recognise finds the dataset, or names what is missing to the one of which most
// is there.
func (r *reader) recognise() bool {
	var nearest []string
	most := 0
	for i := range datasets {
		own := r.missing(datasets[i].own)
		missing := slices.Concat(own, r.missing(datasets[i].shared))
		if len(missing) == 0 {
			r.dataset = &datasets[i]
			return true
		}
		if there := len(datasets[i].own) - len(own); there > most {
			nearest, most = missing, there
		}
	}
	if most == 0 {
		r.fault("", programme.FaultUnknownDataset, "The columns are those of no file that can be read.")
	}
	for _, column := range nearest {
		r.fault(column, programme.FaultMissingColumn, "The column is missing.")
	}
	return false
}

// missing answers those of the columns that the file has not.
func (r *reader) missing(columns []string) []string {
	return slices.DeleteFunc(slices.Clone(columns), func(column string) bool { _, there := r.columns[column]; return there })
}

func (r *reader) rows() {
	for {
		record, err := r.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		r.count++
		spoilt := &csv.ParseError{}
		if errors.As(err, &spoilt) {
			r.row = spoilt.StartLine
		} else {
			r.row, _ = r.csv.FieldPos(0)
		}
		switch {
		case err != nil: // the next line is taken for a row, so that its faults are found too
			r.fault("", programme.FaultMalformedCSV, "The row is not CSV: a quotation mark is out of place.")
		case len(record) != r.width:
			r.fault("", programme.FaultWrongWidth, "The row has %d columns and the header %d.", len(record), r.width)
		default:
			r.record = record
			r.dataset.read(r)
		}
	}
	// A file of nothing but levels or ages that are passed over must not seem well.
	if len(r.noted) == 0 && len(r.file.Observations)+len(r.file.Populations)+len(r.file.Neighbours) == 0 {
		r.fault("", programme.FaultNoRows, "The file has no row that can be used.")
	}
}

// cell answers the present row's text in the column, which the dataset has.
func (r *reader) cell(column string) string { return strings.TrimSpace(r.record[r.columns[column]]) }
