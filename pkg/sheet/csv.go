package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// csvRows is a table in CSV (RFC 4180), whatever stands between its cells.
type csvRows struct {
	csv      *csv.Reader
	decoder  *decoder
	bound    *bound
	comma    rune
	ended    error
	expected int // line on which the next row begins, if none is empty
	skipped  int // blank lines that are still to be told
	waiting  *Row
}

func newCSV(source io.Reader, found encoding) (*csvRows, error) {
	text, d := decoded(source, found)
	b := &bound{source: bufio.NewReaderSize(text, sniffed)}
	start, err := b.source.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errNotText) {
		return nil, err
	}
	header, _, _ := strings.Cut(strings.TrimLeft(string(start), "\n"), "\n")
	r := &csvRows{decoder: d, bound: b, comma: separatorOf(header), expected: 1}
	r.csv = csv.NewReader(b)
	r.csv.Comma, r.csv.FieldsPerRecord, r.csv.ReuseRecord = r.comma, -1, true
	return r, nil
}

// bound ends the reading of a row that does not end.
type bound struct {
	source *bufio.Reader
	left   int
}

var errEndless = errors.New("the row does not end")

func (b *bound) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errEndless
	}
	n, err := b.source.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

func (r *csvRows) next() (Row, error) {
	if r.skipped > 0 {
		r.skipped--
		return Row{}, nil
	}
	if row := r.waiting; row != nil {
		r.waiting = nil
		return *row, nil
	}
	if r.ended != nil {
		return Row{}, r.ended
	}
	r.bound.left = maxRowBytes
	cells, err := r.csv.Read()
	if err != nil {
		return Row{}, r.fault(err)
	}
	row := Row{Cells: cells}
	row.Number, _ = r.csv.FieldPos(0)
	last, _ := r.csv.FieldPos(len(cells) - 1)
	last += strings.Count(cells[len(cells)-1], "\n")
	blank := row.Number - r.expected
	r.expected = last + 1
	for i, cell := range cells {
		if len(cell) > MaxCellBytes {
			return Row{}, r.refuse(row.Number, "cell_too_long", i, "A cell has more than %d bytes.", MaxCellBytes)
		}
		cells[i] = strings.TrimSpace(cell)
	}
	if len(cells) > MaxColumns {
		p := problem("too_wide", "The row has %d cells; at most %d are read.", len(cells), MaxColumns)
		return Row{}, p.at(row.Number)
	}
	// The library leaves out blank lines; they are rows of nothing all the same.
	if blank > 0 {
		r.skipped, r.waiting = blank-1, &row
		return Row{}, nil
	}
	return row, nil
}

func (r *csvRows) refuse(row int, code string, column int, format string, values ...any) error {
	p := problem(code, format, values...).at(row)
	p.Column = ColumnName(column)
	return p
}

// fault says what is wrong with a row. A quotation mark out of place spoils a line
// only: the next is taken for a row.
func (r *csvRows) fault(err error) error {
	var spoilt *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		r.ended = io.EOF
	case errors.Is(err, errEndless):
		r.ended = problem("endless_row", "A row behind line %d has more than %d KiB. A quotation mark may be open.", r.expected-1, maxRowBytes>>10)
	case errors.Is(err, errNotText):
		r.ended = problem("encoding", "Behind line %d there are bytes that are no text in %s. Save the file as CSV UTF-8.", r.expected-1, r.form().Encoding)
	case errors.As(err, &spoilt) && errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote):
		r.expected = spoilt.Line + 1
		return problem("quotation_mark", "A quotation mark is out of place: a cell that has one stands in quotation marks, and has it twice.").at(spoilt.StartLine)
	default:
		r.ended = err
	}
	return r.ended
}

func (r *csvRows) form() Form {
	encoding := r.decoder.encoding
	if encoding == undecided {
		encoding = utf8Text // of which ASCII is a part
	}
	return Form{Encoding: string(encoding), Separator: r.comma}
}

func (r *csvRows) close() error { return nil }
