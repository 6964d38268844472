package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// workbook is a sheet of an XLSX file.
type workbook struct {
	file    *excelize.File
	rows    *excelize.Rows
	sheet   string
	sheets  int
	number  int
	missing map[int]string // rows with a formula that has no value, and its cell
}

// newWorkbook opens the sheet. Cells are read as they are kept, 1234.5 and not
// "1,234.50", because how they are shown is no part of a figure.
func newWorkbook(text []byte, z *zip.Reader, options Options) (*workbook, error) {
	most := options.unpacked()
	left := most
	for _, f := range z.File {
		size := f.FileInfo().Size()
		if left -= size; size < 0 || left < 0 {
			return nil, tooLarge(most)
		}
	}
	// The sizes that an archive announces may be made up, so the library counts too.
	f, err := excelize.OpenReader(bytes.NewReader(text), excelize.Options{RawCellValue: true, UnzipSizeLimit: most, UnzipXMLSizeLimit: most})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return nil, tooLarge(most)
		}
		return nil, damaged()
	}
	w := &workbook{file: f, sheets: len(f.GetSheetList())}
	if err := w.open(z, options); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return w, nil
}

func tooLarge(most int64) *ReadError {
	return problem("too_large", "Unpacked, the workbook has more than %d MiB. Delete the sheets and formats that are not part of the table, or save it as CSV in UTF-8.", most>>20)
}

func damaged() *ReadError {
	return problem("damaged", "The workbook is damaged. Open it, save it again, and send it again.")
}

func (w *workbook) open(z *zip.Reader, options Options) error {
	for _, name := range w.file.GetSheetList() {
		if visible, err := w.file.GetSheetVisible(name); err == nil && (name == options.Sheet || options.Sheet == "" && visible) {
			w.sheet = name
			break
		}
	}
	if w.sheet == "" {
		return problem("no_sheet", "The workbook has no sheet that could be read: none of the given name, or none that is shown.")
	}
	var err error
	if w.missing, err = withoutValue(z, w.sheet); err != nil {
		return damaged()
	}
	if w.rows, err = w.file.Rows(w.sheet); err != nil {
		return damaged()
	}
	return nil
}

func (w *workbook) next() (Row, error) {
	if !w.rows.Next() {
		if w.rows.Error() != nil {
			return Row{}, damaged()
		}
		return Row{}, io.EOF
	}
	w.number++
	cells, err := w.rows.Columns(excelize.Options{RawCellValue: true})
	if err != nil {
		return Row{}, damaged()
	}
	if cell := w.missing[w.number]; cell != "" {
		p := problem("formula_without_value", "The cell %s has a formula whose value was not saved. Open the workbook in a spreadsheet program and save it, or put the value in its place.", cell).at(w.number)
		p.Column = strings.TrimRight(cell, "0123456789")
		return Row{}, p
	}
	if len(cells) > MaxColumns {
		return Row{}, problem("too_wide", "The row has %d cells; at most %d are read.", len(cells), MaxColumns).at(w.number)
	}
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(cell)
	}
	return Row{Number: w.number, Cells: cells}, nil
}

func (w *workbook) form() Form { return Form{Workbook: true, Sheet: w.sheet, Sheets: w.sheets} }

func (w *workbook) close() error {
	if w.rows == nil {
		return w.file.Close()
	}
	return errors.Join(w.rows.Close(), w.file.Close())
}

// withoutValue finds the cells of a sheet with a formula that has no value, the
// first of each row. The library answers an empty text for them, as for an empty cell.
func withoutValue(z *zip.Reader, sheet string) (map[int]string, error) {
	part, err := partOf(z, sheet)
	if err != nil {
		return nil, err
	}
	r, err := z.Open(part)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // it was only read
	missing := map[int]string{}
	decoder := xml.NewDecoder(io.LimitReader(r, maxWorkbook))
	cell, formula, value := "", false, false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return missing, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "c":
				cell, formula, value = attribute(t, "r"), false, false
			case "f":
				formula = true
			case "v", "is":
				value = true
			}
		case xml.EndElement:
			if t.Name.Local != "c" || !formula || value {
				continue
			}
			if row, err := strconv.Atoi(strings.TrimLeft(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")); err == nil && missing[row] == "" {
				missing[row] = cell
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// partOf answers the archive's member that holds the sheet.
func partOf(z *zip.Reader, sheet string) (string, error) {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var relations struct {
		Relations []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := errors.Join(decode(z, "xl/workbook.xml", &book), decode(z, "xl/_rels/workbook.xml.rels", &relations)); err != nil {
		return "", err
	}
	for _, s := range book.Sheets {
		for _, relation := range relations.Relations {
			if s.Name == sheet && relation.ID == s.ID {
				if absolute, is := strings.CutPrefix(relation.Target, "/"); is {
					return absolute, nil
				}
				return path.Join("xl", relation.Target), nil
			}
		}
	}
	return "", errors.New("the sheet has no part")
}

func decode(z *zip.Reader, name string, into any) error {
	r, err := z.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // it was only read
	return xml.NewDecoder(io.LimitReader(r, maxWorkbook)).Decode(into)
}
