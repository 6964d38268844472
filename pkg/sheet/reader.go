package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits of what is read. A table of figures comes nowhere near them.
const (
	MaxCellBytes = 32 << 10 // as many as a spreadsheet's cell holds
	MaxColumns   = 1000
	maxRowBytes  = 1 << 20
	maxWorkbook  = 32 << 20 // bytes of a workbook, packed or unpacked
)

// Form says as what a file was read.
type Form struct {
	Workbook  bool
	Sheet     string // of a workbook: the sheet that was read
	Sheets    int    // of a workbook: how many it has
	Encoding  string // of CSV: UTF-8, Windows-1252, UTF-16LE or UTF-16BE
	Separator rune   // of CSV
}

// String says it in words, such as "CSV in Windows-1252 with semicolons".
func (f Form) String() string {
	if f.Workbook {
		if f.Sheets > 1 {
			return fmt.Sprintf("XLSX, the sheet %s of %d", Shown(f.Sheet), f.Sheets)
		}
		return "XLSX"
	}
	return "CSV in " + f.Encoding + " with " + map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "vertical bars"}[f.Separator]
}

// Row is one row of a table. Its cells are as they stand in the file, without white
// space at their ends. They are good until the next row is read.
type Row struct {
	Number int // in the file, from 1: the line on which it begins, or a spreadsheet's number
	Cells  []string
}

// Cell answers the cell at the index, and an empty text beyond the row's end.
func (r Row) Cell(index int) string {
	if index >= len(r.Cells) {
		return ""
	}
	return r.Cells[index]
}

// blank reports whether the row has nothing in it.
func (r Row) blank() bool {
	for _, cell := range r.Cells {
		if cell != "" {
			return false
		}
	}
	return true
}

// rows is a table in one of the forms that are read.
type rows interface {
	// next answers the next row, which may be blank, and io.EOF behind the last.
	// Any other error is a *ReadError, after which the next row may be asked for
	// only if it names a row.
	next() (Row, error)
	form() Form
	close() error
}

// Reader reads a table row by row.
type Reader struct {
	rows   rows
	most   int // rows that are read
	walked int
	header Row
	empty  int
	ahead  *read // what was read behind the header, to look at that
	count  counter
}

// read is what asking for a row gave.
type read struct {
	row Row
	err error
}

// Options say how a file is read; the zero value is right for most.
type Options struct {
	Sheet   string // of a workbook; the first one that can be seen where it is empty
	MaxRows int    // up to which a table is read, empty rows included; 0 for all of it
	MaxMiB  int    // of a workbook when it is unpacked: 1 takes some 50 ms to read; 0 for 32
}

// unpacked answers how many bytes a workbook may have when it is unpacked.
func (o Options) unpacked() int64 {
	if mib := int64(o.MaxMiB) << 20; mib > 0 && mib < maxWorkbook {
		return mib
	}
	return maxWorkbook
}

// Open recognises the form of a file and reads its header: the first row that is not
// empty. The error is a *ReadError where the file is no table, or has no header that
// could be one; other errors are the source's own.
func Open(source io.Reader, options Options) (*Reader, error) {
	r := &Reader{count: counter{source: source}, most: options.MaxRows}
	head := bufio.NewReaderSize(&r.count, sniffed)
	start, err := head.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if r.rows, err = rowsOf(start, head, options); err != nil {
		return nil, err
	}
	if err := r.readHeader(); err != nil {
		return nil, errors.Join(err, r.rows.close())
	}
	return r, nil
}

func rowsOf(start []byte, head io.Reader, options Options) (rows, error) {
	if p := notATable(start); p != nil {
		return nil, p
	}
	if bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("PK\x05\x06")) {
		return openArchive(head, options)
	}
	found, mark := encodingOf(start)
	if found == undecided && binary(start) {
		return nil, problem("binary", "This is no text and no workbook. Send the table as CSV in UTF-8, or as XLSX.")
	}
	if _, err := io.CopyN(io.Discard, head, int64(mark)); err != nil {
		return nil, err
	}
	return newCSV(head, found)
}

func openArchive(source io.Reader, options Options) (rows, error) {
	text, err := io.ReadAll(io.LimitReader(source, maxWorkbook+1))
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	switch {
	case len(text) > maxWorkbook:
		return nil, problem("too_large", "The workbook has more than %d MiB. Save the table as CSV in UTF-8, which may be larger.", maxWorkbook>>20)
	case err != nil:
		return nil, problem("damaged", "The file is damaged, or was cut off on its way. Save it again and send it again.")
	}
	if p := archived(z); p != nil {
		return nil, p
	}
	return newWorkbook(text, z, options)
}

// readHeader takes the first row that is not empty for the header.
func (r *Reader) readHeader() error {
	header, err := r.read()
	if errors.Is(err, io.EOF) {
		return problem("no_header", "The file has no row. Its first row must have the names of the columns.")
	}
	if err != nil {
		return err
	}
	header.Cells = append([]string(nil), trimmedRight(header.Cells)...)
	r.header = header
	if first := header.Cells[0]; len(header.Cells) == 1 {
		if separator, is := strings.CutPrefix(strings.ToLower(first), "sep="); is && utf8.RuneCountInString(separator) <= 1 {
			return problem("separator_line", "The first line only tells a spreadsheet what stands between the cells. Delete it, so that the names of the columns come first.").at(header.Number)
		}
		next, err := r.read()
		if len(trimmedRight(next.Cells)) > 1 {
			return problem("title_row", "The first row is a title. Delete what stands above the names of the columns.").at(header.Number)
		}
		r.ahead = &read{next, err}
	}
	return r.checkHeader()
}

// checkHeader: two columns of one name cannot be told apart, and one without a name
// says nothing.
func (r *Reader) checkHeader() error {
	seen := map[string]int{}
	for i, name := range r.header.Cells {
		p := &ReadError{Row: r.header.Number, Column: ColumnName(i)}
		if name == "" {
			p.Code, p.Detail = "unnamed_column", "The column "+p.Column+" has no name."
			return p
		}
		if first, twice := seen[name]; twice {
			p.Code, p.Detail = "duplicate_column", "The columns "+ColumnName(first)+" and "+p.Column+" have the same name."
			return p
		}
		seen[name] = i
	}
	return nil
}

func trimmedRight(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// Header answers the row with the names of the columns.
func (r *Reader) Header() Row { return r.header }

// Form says as what the file is read. Of CSV whose encoding shows late, the last
// word is said when all has been read.
func (r *Reader) Form() Form { return r.rows.form() }

// Empty is how many rows without content were passed over so far.
func (r *Reader) Empty() int { return r.empty }

// Bytes is how much of the source was read so far.
func (r *Reader) Bytes() int64 { return r.count.n }

// Next answers the next row that is not empty, and io.EOF behind the last. A row
// that cannot be read, or has more cells than the header names, is a *ReadError with its
// number; the rows behind it can be read all the same, so that every fault is found.
// A *ReadError without a row, and any other error, ends the reading.
func (r *Reader) Next() (Row, error) {
	row, err := r.read()
	if err != nil {
		return Row{}, err
	}
	if row.Cells = trimmedRight(row.Cells); len(row.Cells) > len(r.header.Cells) {
		p := problem("too_wide", "The row has %d cells, and the header names %d columns.", len(row.Cells), len(r.header.Cells))
		return Row{}, p.at(row.Number)
	}
	return row, nil
}

func (r *Reader) read() (Row, error) {
	if known := r.ahead; known != nil {
		r.ahead = nil
		return known.row, known.err
	}
	for {
		row, err := r.rows.next()
		if err != nil {
			return Row{}, err
		}
		if r.walked++; r.most > 0 && r.walked > r.most {
			return Row{}, problem("too_many_rows", "The table has more than %d rows, empty ones included. Delete what is not part of it.", r.most)
		}
		if !row.blank() {
			return row, nil
		}
		r.empty++
	}
}

// Close lets go of what reading needed. The source is its owner's to close.
func (r *Reader) Close() error { return r.rows.close() }

// counter counts what is read.
type counter struct {
	source io.Reader
	n      int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.source.Read(p)
	c.n += int64(n)
	return n, err
}
