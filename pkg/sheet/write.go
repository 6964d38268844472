package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Grid is a table that is written. A cell is nil, a text, a whole number or a decimal.
type Grid struct {
	Name    string // of the sheet
	Columns []Column
	Rows    [][]any
}

// Column is a column of a [Grid].
type Column struct {
	Name    string
	Width   int      // in characters, of a workbook
	Choices []string // of a workbook: what its cells offer; others are taken too
}

// WriteCSV writes the grid as RFC 4180 in UTF-8, with line breaks within cells as LF.
func (g Grid) WriteCSV(out io.Writer) error {
	w := bufio.NewWriter(out)
	record := make([]string, len(g.Columns))
	for i, c := range g.Columns {
		record[i] = c.Name
	}
	writeRecord(w, record)
	for _, row := range g.Rows {
		for i := range record {
			record[i] = ""
			if i < len(row) {
				record[i] = text(row[i])
			}
		}
		writeRecord(w, record)
	}
	return w.Flush()
}

// writeRecord leaves its error to the writer, which keeps it. The library's own writer
// would write CR LF within cells.
func writeRecord(w *bufio.Writer, record []string) {
	for i, cell := range record {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		if strings.ContainsAny(cell, ",\"\r\n") || cell != strings.TrimSpace(cell) || cell == "" && len(record) == 1 {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		_, _ = w.WriteString(cell)
	}
	_, _ = w.WriteString("\r\n")
}

// text is a cell in CSV. A text that a spreadsheet would take for a formula begins with
// an apostrophe (OWASP, CSV injection).
func text(cell any) string {
	switch c := cell.(type) {
	case nil:
		return ""
	case int:
		return strconv.Itoa(c)
	case float64:
		return strconv.FormatFloat(c, 'f', -1, 64)
	case string:
		if first, _ := utf8.DecodeRuneInString(c); c != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
			return "'" + c
		}
		return c
	}
	panic(fmt.Sprintf("sheet: a cell is no %T", cell))
}

// WriteWorkbook writes the grids as the sheets of an XLSX file, the header of each bold
// and held where it is. The same grids make the same bytes.
func WriteWorkbook(out io.Writer, grids ...Grid) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	wrapped, err := f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	for _, g := range grids {
		if _, err := f.NewSheet(g.Name); err != nil {
			return err
		}
		if err := g.write(f, bold, wrapped); err != nil {
			return err
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil { // a new file has it
		return err
	}
	const written = "2026-01-01T00:00:00Z" // nobody learns when, or by which machine
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "peerchallenge", LastModifiedBy: "peerchallenge", Created: written, Modified: written}); err != nil {
		return err
	}
	return inOrder(f, out)
}

// inOrder writes the workbook with its parts by their names: the library writes streamed
// sheets in any order.
func inOrder(f *excelize.File, out io.Writer) error {
	packed, err := f.WriteToBuffer()
	if err != nil {
		return err
	}
	from, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		return err
	}
	slices.SortFunc(from.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	to := zip.NewWriter(out)
	for _, part := range from.File {
		if err := to.Copy(part); err != nil {
			return err
		}
	}
	return to.Close()
}

func (g Grid) write(f *excelize.File, bold, wrapped int) error {
	w, err := f.NewStreamWriter(g.Name)
	if err != nil {
		return err
	}
	header := make([]any, len(g.Columns))
	for i, c := range g.Columns {
		header[i] = excelize.Cell{StyleID: bold, Value: c.Name}
		if c.Width > 0 {
			if err := w.SetColWidth(i+1, i+1, float64(c.Width)); err != nil {
				return err
			}
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := w.SetRow("A1", header); err != nil {
		return err
	}
	for i, row := range g.Rows {
		cells := make([]any, len(row))
		for k, cell := range row {
			// A text stays one, whatever it begins with.
			cells[k] = excelize.Cell{StyleID: wrapped, Value: cell}
		}
		if err := w.SetRow("A"+strconv.Itoa(i+2), cells); err != nil {
			return err
		}
	}
	// What cells offer is written with the rows, and lost if it comes behind them.
	return errors.Join(g.offer(f), w.Flush())
}

// offer gives the cells of a column what can be chosen. A spreadsheet does not insist.
func (g Grid) offer(f *excelize.File) error {
	for i, c := range g.Columns {
		if len(c.Choices) == 0 || len(g.Rows) == 0 {
			continue
		}
		choice := excelize.NewDataValidation(true)
		choice.SetSqref(fmt.Sprintf("%s2:%s%d", ColumnName(i), ColumnName(i), len(g.Rows)+1))
		choice.SetError(excelize.DataValidationErrorStyleWarning, c.Name, "Choose one of: "+strings.Join(c.Choices, ", ")+".")
		if err := errors.Join(choice.SetDropList(c.Choices), f.AddDataValidation(g.Name, choice)); err != nil {
			return err
		}
	}
	return nil
}
