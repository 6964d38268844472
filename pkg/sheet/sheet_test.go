package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"peerchallenge/pkg/sheet"
)

// read answers all rows as "number: cell|cell", faults as "number! code", and the
// problem that ended the reading.
func read(t *testing.T, content []byte, options sheet.Options) (lines []string, r *sheet.Reader, ended *sheet.ReadError) {
	t.Helper()
	r, err := sheet.Open(bytes.NewReader(content), options)
	if err != nil {
		return nil, nil, problemOf(t, err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	lines = append(lines, fmt.Sprintf("%d: %s", r.Header().Number, strings.Join(r.Header().Cells, "|")))
	for {
		row, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return lines, r, nil
		case err != nil:
			p := problemOf(t, err)
			if p.Row == 0 {
				return lines, r, p
			}
			lines = append(lines, fmt.Sprintf("%d! %s", p.Row, p.Code))
		default:
			lines = append(lines, fmt.Sprintf("%d: %s", row.Number, strings.Join(row.Cells, "|")))
		}
	}
}

func problemOf(t *testing.T, err error) *sheet.ReadError {
	t.Helper()
	var p *sheet.ReadError
	if !errors.As(err, &p) {
		t.Fatalf("%v is no problem of the table", err)
	}
	if p.Code == "" || !strings.HasSuffix(p.Detail, ".") {
		t.Errorf("the problem says %q with the code %q", p.Detail, p.Code)
	}
	return p
}

func windows(t *testing.T, text string) []byte {
	t.Helper()
	encoded, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func utf16(t *testing.T, order unicode.Endianness, mark unicode.BOMPolicy, text string) []byte {
	t.Helper()
	encoded, err := unicode.UTF16(order, mark).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// TestDialects: one table in every dialect has the same rows, and the reading says as
// what it was taken.
func TestDialects(t *testing.T) {
	t.Parallel()
	const table = "name,count\nChildren’s – é,5\n\"a, b\",6\n"
	with := func(separator string) string {
		return strings.NewReplacer(",count", separator+"count", ",5", separator+"5", "\",6", "\""+separator+"6").Replace(table)
	}
	want := []string{"1: name|count", "2: Children’s – é|5", "3: a, b|6"}
	for what, c := range map[string]struct {
		content []byte
		form    string
	}{
		"commas":              {[]byte(table), "CSV in UTF-8 with commas"},
		"a byte order mark":   {[]byte("\ufeff" + table), "CSV in UTF-8 with commas"},
		"semicolons":          {[]byte(with(";")), "CSV in UTF-8 with semicolons"},
		"tabs":                {[]byte(with("\t")), "CSV in UTF-8 with tabs"},
		"vertical bars":       {[]byte(with("|")), "CSV in UTF-8 with vertical bars"},
		"Windows's lines":     {[]byte(strings.ReplaceAll(table, "\n", "\r\n")), "CSV in UTF-8 with commas"},
		"old Mac's lines":     {[]byte(strings.ReplaceAll(table, "\n", "\r")), "CSV in UTF-8 with commas"},
		"no end of line":      {[]byte(strings.TrimSuffix(table, "\n")), "CSV in UTF-8 with commas"},
		"Windows-1252":        {windows(t, with(";")), "CSV in Windows-1252 with semicolons"},
		"UTF-16, marked":      {utf16(t, unicode.LittleEndian, unicode.UseBOM, with("\t")), "CSV in UTF-16LE with tabs"},
		"UTF-16, big, marked": {utf16(t, unicode.BigEndian, unicode.UseBOM, with(";")), "CSV in UTF-16BE with semicolons"},
		"UTF-16, unmarked":    {utf16(t, unicode.LittleEndian, unicode.IgnoreBOM, table), "CSV in UTF-16LE with commas"},
		"letters apart":       {[]byte(strings.ReplaceAll(table, "é", "e\u0301")), "CSV in UTF-8 with commas"},
	} {
		lines, r, ended := read(t, c.content, sheet.Options{})
		if ended != nil || !slices.Equal(lines, want) {
			t.Errorf("%s: %q, %v", what, lines, ended)
			continue
		}
		if got := r.Form().String(); got != c.form {
			t.Errorf("%s is read as %s, want %s", what, got, c.form)
		}
	}
}

// TestLateEncoding: the first letter beyond ASCII may stand behind everything that was
// looked at, and across the pieces in which a file comes.
func TestLateEncoding(t *testing.T) {
	t.Parallel()
	start := "name\n" + strings.Repeat("plain\n", 40_000)
	for what, c := range map[string]struct {
		content []byte
		form    string
	}{
		"UTF-8":        {[]byte(start + "é\n"), "CSV in UTF-8 with commas"},
		"Windows-1252": {append([]byte(start), windows(t, "é\n")...), "CSV in Windows-1252 with commas"},
	} {
		lines, r, ended := read(t, c.content, sheet.Options{})
		if ended != nil || len(lines) != 40_002 || lines[40_001] != "40002: é" {
			t.Errorf("%s: %d lines, %v", what, len(lines), ended)
		}
		if got := r.Form().String(); got != c.form {
			t.Errorf("%s is read as %s", what, got)
		}
	}
	// Every place where a piece may cut a letter.
	for shift := range 8 {
		text := "name\n" + strings.Repeat("x", shift) + strings.Repeat("é’𝄞", 20_000/10) + "\n" + strings.Repeat("€é\n", 30_000)
		if _, _, ended := read(t, []byte(text), sheet.Options{}); ended != nil {
			t.Errorf("shifted by %d: %v", shift, ended)
		}
	}
	_, _, ended := read(t, []byte("name\né\n"+strings.Repeat("plain\n", 40_000)+"\xe9\n"), sheet.Options{})
	if ended == nil || ended.Code != "encoding" {
		t.Errorf("bytes that are not UTF-8 behind some that are: %v", ended)
	}
}

// TestRows: positions are those of the file, whatever stands between; empty rows are
// passed over and counted; a faulty row does not hide the faults behind it.
func TestRows(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		content string
		want    []string
		empty   int
	}{
		"empty rows":          {"\n\na,b\n\n1,2\n,\n , \n3,4\n\n", []string{"3: a|b", "5: 1|2", "8: 3|4"}, 5},
		"lines within cells":  {"a,b\n\"1\n1\",2\n\n\"3\",\"4\n\n4\"\n5,6\n", []string{"1: a|b", "2: 1\n1|2", "5: 3|4\n\n4", "8: 5|6"}, 1},
		"a short row":         {"a,b\n1\n", []string{"1: a|b", "2: 1"}, 0},
		"cells behind":        {"a,b,,\n1,2,,,\n1,2,3\n4,5\n", []string{"1: a|b", "2: 1|2", "3! too_wide", "4: 4|5"}, 0},
		"a quotation mark":    {"a,b\n1,x\"y\n2,3\n", []string{"1: a|b", "2! quotation_mark", "3: 2|3"}, 0},
		"a quote that is cut": {"a,b\n1,\"x\" y\n2,3\n", []string{"1: a|b", "2! quotation_mark", "3: 2|3"}, 0},
		"a long cell":         {"a,b\n1," + strings.Repeat("x", sheet.MaxCellBytes+1) + "\n2,3\n", []string{"1: a|b", "2! cell_too_long", "3: 2|3"}, 0},
		"many cells":          {"a,b\n" + strings.Repeat("1,", sheet.MaxColumns) + "1\n2,3\n", []string{"1: a|b", "2! too_wide", "3: 2|3"}, 0},
		"white space":         {" a ,b\n\u00a01,\t2 \n", []string{"1: a|b", "2: 1|2"}, 0},
		"one column":          {"a\n1\n2\n", []string{"1: a", "2: 1", "3: 2"}, 0},
		"a header alone":      {"a,b\n", []string{"1: a|b"}, 0},
		"one name alone":      {"a", []string{"1: a"}, 0},
	} {
		lines, r, ended := read(t, []byte(c.content), sheet.Options{})
		if ended != nil || !slices.Equal(lines, c.want) {
			t.Errorf("%s: %q, %v; want %q", what, lines, ended, c.want)
			continue
		}
		if r.Empty() != c.empty {
			t.Errorf("%s: %d empty rows, want %d", what, r.Empty(), c.empty)
		}
		if int(r.Bytes()) != len(c.content) {
			t.Errorf("%s: %d bytes were read of %d", what, r.Bytes(), len(c.content))
		}
	}
}

func zipped(t *testing.T, members ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, member := range members {
		name, text, _ := strings.Cut(member, "=")
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestWhatIsNoTable: each is named, with what to do.
func TestWhatIsNoTable(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		content []byte
		code    string
	}{
		"nothing":             {nil, "empty_file"},
		"white space":         {[]byte("\ufeff \r\n"), "empty_file"},
		"an older workbook":   {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"), "xls"},
		"gzip":                {[]byte("\x1f\x8b\x08\x00"), "gzip"},
		"7z":                  {[]byte("7z\xbc\xaf\x27\x1c"), "archive"},
		"Parquet":             {[]byte("PAR1\x15\x04"), "parquet"},
		"a PDF":               {[]byte("%PDF-1.7"), "pdf"},
		"a database":          {[]byte("SQLite format 3\x00\x10"), "database"},
		"a sign-in page":      {[]byte("\r\n<!DOCTYPE html><html><title>Sign in</title>"), "web_page"},
		"a page with remarks": {[]byte("<!-- copyright --><HTML>"), "web_page"},
		"XML":                 {[]byte("<?xml version=\"1.0\"?><table/>"), "xml"},
		"JSON":                {[]byte("{\"a\": 1}"), "json"},
		"rich text":           {[]byte(`{\rtf1\ansi`), "document"},
		"a picture":           {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x01\x02\x03\x04"), "binary"},
		"a ZIP archive":       {zipped(t, "data.csv=a,b"), "zip"},
		"an empty archive":    {zipped(t), "zip"},
		"OpenDocument":        {zipped(t, "mimetype=application/vnd.oasis.opendocument.spreadsheet", "content.xml=<x/>"), "ods"},
		"a text document":     {zipped(t, "[Content_Types].xml=<x/>", "word/document.xml=<x/>"), "document"},
		"a binary workbook":   {zipped(t, "[Content_Types].xml=<x/>", "xl/workbook.bin=x"), "xlsb"},
		"another package":     {zipped(t, "[Content_Types].xml=<x/>", "visio/document.xml=<x/>"), "unknown_workbook"},
		"a broken workbook":   {zipped(t, "[Content_Types].xml=<x/>", "xl/workbook.xml=<x"), "damaged"},
		"half an archive":     {zipped(t, "data.csv=a,b")[:40], "damaged"},
		"a title":             {[]byte("Children in need 2025\n\nname,count\na,1\n"), "title_row"},
		"a separator's line":  {[]byte("sep=;\nname;count\n"), "separator_line"},
		"two columns of one":  {[]byte("a,b,a\n1,2,3\n"), "duplicate_column"},
		"a column of no name": {[]byte("a,,b\n1,2,3\n"), "unnamed_column"},
		"rows of nothing":     {[]byte(",,\n,,\n"), "no_header"},
		"a header's quote":    {[]byte("a\"b,c\n1,2\n"), "quotation_mark"},
		"a row without end":   {[]byte("a,b\n1,\"" + strings.Repeat("2\n", 1<<20)), ""},
	} {
		lines, _, ended := read(t, c.content, sheet.Options{})
		if c.code == "" {
			c.code = "endless_row"
		}
		if ended == nil || ended.Code != c.code {
			t.Errorf("%s: %v with %d lines, want %s", what, ended, len(lines), c.code)
		}
	}
}

// book makes a workbook of sheets, whose cells are given by name.
func book(t *testing.T, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func put(t *testing.T, f *excelize.File, name, cell string, values ...any) {
	t.Helper()
	if err := f.SetSheetRow(name, cell, &values); err != nil {
		t.Fatal(err)
	}
}

// TestWorkbooks: cells are read as they are kept, rows keep their numbers, and a value
// that was not saved is not taken for nothing.
func TestWorkbooks(t *testing.T) {
	t.Parallel()
	content := book(t, func(f *excelize.File) {
		put(t, f, "Sheet1", "A2", "name", "count", "rate")
		put(t, f, "Sheet1", "A4", "Lambeth", 1234.5, 0.1)
		put(t, f, "Sheet1", "A5", "Sum")
		style, err := f.NewStyle(&excelize.Style{NumFmt: 4})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{
			f.SetCellStyle("Sheet1", "B4", "B4", style), f.SetCellFormula("Sheet1", "B5", "SUM(B4:B4)"), f.SetCellValue("Sheet1", "A6", "=1+1"),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		put(t, f, "Sheet1", "A7", "wide", 1, 2, 3)
	})
	lines, r, ended := read(t, content, sheet.Options{})
	want := []string{"2: name|count|rate", "4: Lambeth|1234.5|0.1", "5! formula_without_value", "6: =1+1", "7! too_wide"}
	if ended != nil || !slices.Equal(lines, want) {
		t.Errorf("%q, %v; want %q", lines, ended, want)
	}
	if r.Form().String() != "XLSX" || r.Empty() != 2 {
		t.Errorf("read as %s with %d empty rows", r.Form(), r.Empty())
	}
}

func TestSheetsOfAWorkbook(t *testing.T) {
	t.Parallel()
	content := book(t, func(f *excelize.File) {
		for _, name := range []string{"Data", "Notes"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
		}
		put(t, f, "Data", "A1", "a", "b")
		put(t, f, "Notes", "A1", "note")
		f.SetActiveSheet(1)
		if err := f.SetSheetVisible("Sheet1", false); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellFormula("Notes", "B2", "A1"); err != nil { // concerns the other sheet alone
			t.Fatal(err)
		}
	})
	for name, want := range map[string]string{"": "1: a|b", "Notes": "1: note"} {
		lines, r, ended := read(t, content, sheet.Options{Sheet: name})
		if ended != nil || lines[0] != want {
			t.Errorf("%q: %q, %v", name, lines, ended)
		}
		if form := r.Form().String(); !strings.Contains(form, "of 3") {
			t.Errorf("%q is read as %s", name, form)
		}
	}
	if _, _, ended := read(t, content, sheet.Options{Sheet: "Figures"}); ended == nil || ended.Code != "no_sheet" {
		t.Errorf("a sheet that is not there: %v", ended)
	}
}

// TestWorkbooksAreBounded: a small file that unpacks into a large one is refused
// before it is unpacked, whatever it says of its size.
func TestWorkbooksAreBounded(t *testing.T) {
	t.Parallel()
	rows := "<worksheet><sheetData>" + strings.Repeat(`<row><c t="inlineStr"><is><t>x</t></is></c></row>`, 1<<20) + "</sheetData></worksheet>"
	bomb := zipped(t, "[Content_Types].xml=<Types/>", "xl/workbook.xml=<workbook/>", "xl/worksheets/sheet1.xml="+rows)
	if len(bomb) > 1<<20 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	if _, _, ended := read(t, bomb, sheet.Options{}); ended == nil || ended.Code != "too_large" {
		t.Errorf("%v", ended)
	}
	// A reader who expects little unpacks little.
	small := zipped(t, "[Content_Types].xml=<Types/>", "xl/workbook.xml=<workbook/>", "xl/worksheets/sheet1.xml="+rows[:2<<20])
	for mib, want := range map[int]string{1: "too_large", 3: "damaged"} { // it has no end
		if _, _, ended := read(t, small, sheet.Options{MaxMiB: mib}); ended == nil || ended.Code != want {
			t.Errorf("unpacked to %d MiB: %v", mib, ended)
		}
	}
}

// TestATableHasAsManyRowsAsItsReaderWants: empty ones count, because they are walked too.
func TestATableHasAsManyRowsAsItsReaderWants(t *testing.T) {
	t.Parallel()
	for rows, want := range map[int]string{4: "", 3: "too_many_rows"} {
		_, _, ended := read(t, []byte("a,b\n1,2\n,\n3,4\n"), sheet.Options{MaxRows: rows})
		if ended == nil && want != "" || ended != nil && ended.Code != want {
			t.Errorf("with at most %d: %v", rows, ended)
		}
	}
}

func TestNamesOfColumns(t *testing.T) {
	t.Parallel()
	for index, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", 16383: "XFD"} {
		if got := sheet.ColumnName(index); got != want {
			t.Errorf("column %d is %s, want %s", index, got, want)
		}
	}
}

func TestShownTextsAreHarmless(t *testing.T) {
	t.Parallel()
	if got := sheet.Shown("\tplain "); got != "“plain”" {
		t.Errorf("white space around a text is shown: %s", got)
	}
	for text, want := range map[string]string{
		"a\x1b[31mb\nc": "“a\uFFFD[31mb c”", "\u202Eabc": "“\uFFFDabc”", strings.Repeat("é", 61): "“" + strings.Repeat("é", 60) + "…”",
	} {
		if got := sheet.Shown(text); got != want {
			t.Errorf("%q is shown as %s, want %s", text, got, want)
		}
	}
}

// TestFaultsAreGrouped: in bounded memory, however many there are.
func TestFaultsAreGrouped(t *testing.T) {
	t.Parallel()
	var faults sheet.Faults
	for row := range 1000 {
		faults.Add(sheet.Fault{Code: "not_a_number", Column: "count", Row: row + 2, Given: "x", Detail: "This is no number."})
	}
	for column := range 300 {
		faults.Add(sheet.Fault{Code: "unknown_column", Column: sheet.ColumnName(column), Row: 1})
	}
	groups := faults.Groups()
	if faults.Count() != 1300 || len(groups) != 200 {
		t.Errorf("%d faults in %d groups", faults.Count(), len(groups))
	}
	if g := groups[0]; g.Count != 1000 || len(g.First) != 10 || g.First[9].Row != 11 || g.First[0].Given != "x" {
		t.Errorf("%+v", g)
	}
}

// TestMemoryIsBounded: what reading allocates beyond its rows does not grow with them.
func TestMemoryIsBounded(t *testing.T) {
	cost := func(rows int) float64 {
		content := []byte("a,b\n" + strings.Repeat("1,2\n", rows))
		return testing.AllocsPerRun(1, func() {
			r, err := sheet.Open(bytes.NewReader(content), sheet.Options{})
			for err == nil {
				_, err = r.Next()
			}
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
		})
	}
	if few, many := cost(1000), cost(101_000); (many-few)/100_000 > 3 {
		t.Errorf("each row costs %.1f allocations", (many-few)/100_000)
	}
}

// FuzzOpen: whatever it is given, a table is read to its end or refused with a problem.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\ufeffa;b\n", "a\tb\r1\t2", "\xff\xfea\x00,\x00b\x00\n\x00", "a,b\n\"1", "sep=;\n", "PK\x03\x04", "<html>", "é\xe9"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		_, r, _ := read(t, content, sheet.Options{})
		if r != nil {
			_ = r.Form().String()
		}
	})
}
