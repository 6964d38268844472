package returns_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/returns"
	"peerchallenge/pkg/sheet"
)

// expected is what one return's table may be about.
func expected(a returns.Asked) returns.Expected {
	e := several(a)
	e.Borough, e.Quarter = lambeth, quarter
	return e
}

// several is what a table of several returns may be about.
func several(a returns.Asked) returns.Expected {
	return returns.Expected{
		Asked:  func(q string) (returns.Asked, bool) { return a, q == quarter || q == "2026-27-Q1" },
		Lookup: func(text string) (string, bool) { return text, text == lambeth || text == "E09000023" },
	}
}

func read(t *testing.T, text string, e returns.Expected) *returns.Table {
	t.Helper()
	table, err := returns.ReadTable(strings.NewReader(text), sheet.Options{}, e)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// valuesOf writes a return's values as a person would.
func valuesOf(r *returns.Return) []string {
	var lines []string
	for _, v := range r.Values {
		line := v.Count + " " + string(v.Status)
		if v.Value != nil {
			line = fmt.Sprint(v.Count, " ", *v.Value)
		}
		if v.Reason != nil {
			line += ": " + *v.Reason
		}
		lines = append(lines, line)
	}
	return lines
}

// faultsAt writes findings by their place.
func faultsAt(findings []returns.Finding) []string {
	var lines []string
	for _, f := range findings {
		line := fmt.Sprintf("%d %s %s", f.Place.Row, f.Place.Column, f.Rule)
		for _, other := range f.Others {
			line += fmt.Sprintf(" and %d %s", other.Row, other.Column)
		}
		lines = append(lines, line)
	}
	return lines
}

// TestATableByCount reads the same return from every form in which it comes.
func TestATableByCount(t *testing.T) {
	t.Parallel()
	want := []string{"cla 1234", "foster confirmed_nil: Children’s homes alone", "resi not_applicable: None here", "refs missing: New system", "nfa 0", "cost 12.5"}
	const plain = "count,value,status,reason\ncla,\"1,234\",reported,\nfoster,0,confirmed_nil,Children’s homes alone\nresi,,not_applicable,None here\nrefs,,missing,New system\nnfa,0,,\ncost,12.5,Reported,\n"
	ansi, err := charmap.Windows1252.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	for i, row := range [][]any{
		{"count", "value", "status", "reason"}, {"cla", 1234, "reported"}, {"foster", 0, "confirmed_nil", "Children’s homes alone"}, {"resi", nil, "not_applicable", "None here"},
		{"refs", nil, "missing", "New system"}, {"nfa", 0}, {"cost", 12.5, "reported"},
	} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	workbook, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, form string }{
		"as the template":   {plain, "CSV in UTF-8 with commas"},
		"with a mark":       {"\ufeff" + plain, "CSV in UTF-8 with commas"},
		"from Windows":      {strings.ReplaceAll(ansi, "\n", "\r\n"), "CSV in Windows-1252 with commas"},
		"with semicolons":   {strings.ReplaceAll(strings.ReplaceAll(plain, ",", ";"), "1;234", "1,234"), "CSV in UTF-8 with semicolons"},
		"with tabs":         {strings.ReplaceAll(strings.ReplaceAll(plain, ",", "\t"), "1\t234", "1 234"), "CSV in UTF-8 with tabs"},
		"a workbook":        {workbook.String(), "XLSX"},
		"other headings":    {strings.Replace(plain, "count,value,status,reason", "Count code,Figure,Value status,REASONS", 1), "CSV in UTF-8 with commas"},
		"other spellings":   {strings.NewReplacer("confirmed_nil", "Confirmed nil", "not_applicable", "N/A", "missing", "MISSING", "cla,", "CLA,").Replace(plain), "CSV in UTF-8 with commas"},
		"in another order":  {"reason,status,count,value\n,reported,cla,\"1,234\"\nChildren’s homes alone,confirmed_nil,foster,0\nNone here,not_applicable,resi,\nNew system,missing,refs,\n,,nfa,0\n,,cost,12.5\n", "CSV in UTF-8 with commas"},
		"the rows too":      {"count,value,status,reason\ncost,12.5,reported,\nnfa,0,,\nrefs,,missing,New system\nresi,,not_applicable,None here\nfoster,,confirmed_nil,Children’s homes alone\ncla,\"1,234\",reported,\n", "CSV in UTF-8 with commas"},
		"with descriptions": {strings.Replace(strings.ReplaceAll(strings.TrimSuffix(plain, "\n"), "\n", "\nWords,"), "count,", "Name,count,", 1) + "\n", "CSV in UTF-8 with commas"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := read(t, c.text, expected(asked()))
			if len(table.Returns) != 1 || len(table.Findings) != 0 || table.Form.String() != c.form || table.ByIndicator || table.Rows != 6 {
				t.Fatalf("read as %s are %d returns of %d rows, %v", table.Form, len(table.Returns), table.Rows, faultsAt(table.Findings))
			}
			same(t, faultsAt(table.Returns[0].Read), nil)
			same(t, valuesOf(table.Returns[0]), want)
		})
	}
}

// TestFaultsOfATable names every fault with its row and column.
func TestFaultsOfATable(t *testing.T) {
	t.Parallel()
	const header = "count,value,status,reason\n"
	for name, c := range map[string]struct {
		text    string
		ofRows  []string
		ofTable []string
	}{
		"an empty value that is reported":     {header + "refs,,reported,\nnfa,0,,\n", []string{"2 value required"}, nil},
		"nil without a reason":                {header + "refs,0,confirmed_nil,\n", []string{"2 reason reason_required"}, nil},
		"nil of three":                        {header + "refs,3,confirmed_nil,Looked.\n", []string{"2 value exclusive"}, nil},
		"a decimal comma":                     {header + "cost,\"12,5\",,\n", []string{"2 value not_a_number"}, nil},
		"half a child":                        {header + "cla,12.5,,\n", []string{"2 value not_whole"}, nil},
		"below nought":                        {header + "cla,-1,,\n", []string{"2 value negative"}, nil},
		"a word where the number stands":      {header + "cla,none,,\n", []string{"2 value not_a_number"}, nil},
		"a status that there is not":          {header + "cla,12,5,reported\n", []string{"2 status enum"}, nil},
		"a count that there is not":           {header + "clap,twelve,,\n", []string{"2 count unknown_value"}, nil},
		"a value of nothing":                  {header + ",12,,\n", []string{"2 count required"}, nil},
		"a count twice":                       {header + "cla,12,,\nrefs,1,,\ncla,13,,\n", []string{"4 value duplicate_row and 2 value"}, nil},
		"a count twice alike":                 {header + "cla,12,,\ncla,12,,\n", []string{"3 value duplicate_row and 2 value"}, nil},
		"a count twice, once spoilt":          {header + "cla,x,,\ncla,12,,\n", []string{"2 value not_a_number", "3 value duplicate_row and 2 value"}, nil},
		"two faults in a row":                 {header + "cla,x,y,\n", []string{"2 status enum", "2 value not_a_number"}, nil},
		"a row too wide":                      {header + "cla,1,,,,5\ncla,2,,\n", nil, []string{"2  wrong_width"}},
		"a quotation mark out of place":       {header + "refs,\"1\" ,,\ncla,x,,\n", []string{"3 value not_a_number"}, []string{"2  malformed_csv"}},
		"another borough":                     {"borough," + header + "E09000023,cla,1,,\nE09000099,cla,1,,\n,cla,1,,\n", nil, []string{"2 borough borough", "3 borough unknown_value"}},
		"another quarter":                     {"quarter," + header + "2026-27-Q1,cla,1,,\n2026-27-q2,cla,1,,\n", nil, []string{"2 quarter period"}},
		"a column that there is not":          {"count,value,status,reson\ncla,1,,\n", nil, []string{"1 D unknown_member"}},
		"a column twice":                      {"count,value,number\ncla,1,1\n", nil, []string{"1 C duplicate_column"}},
		"without the values":                  {"count,status\ncla,reported\n", nil, []string{"1  missing_column"}},
		"both by counts and by indicators":    {"count,indicator,value\ncla,CLA_FOSTER_PCT,1\n", nil, []string{"1 B exclusive"}},
		"counts with a numerator":             {"count,value,numerator\ncla,1,1\n", nil, []string{"1 C not_allowed"}},
		"a header alone":                      {header, nil, []string{"1  no_rows"}},
		"nothing":                             {"", nil, []string{"0  no_header"}},
		"a web page":                          {"<!doctype html><title>Sign in</title>", nil, []string{"0  not_a_table"}},
		"JSON":                                {`{"values": []}`, nil, []string{"0  not_a_table"}},
		"a title above the header":            {"Return of Lambeth\ncount,value\ncla,1\n", nil, []string{"1  not_a_table"}},
		"an unfilled row is missing, never 0": {header + "cla,,,\nrefs,1,,\n", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := read(t, c.text, expected(asked()))
			var got []string
			for _, r := range table.Returns {
				got = append(got, faultsAt(r.Read)...)
				for _, f := range r.Read {
					if f.Severity != returns.Refused || !strings.HasSuffix(f.Detail, ".") {
						t.Errorf("%s: %q", f.Severity, f.Detail)
					}
				}
			}
			same(t, got, c.ofRows)
			for i := range table.Findings {
				if table.Findings[i].Remedy != returns.CorrectFile {
					t.Errorf("the remedy is %s", table.Findings[i].Remedy)
				}
			}
			same(t, faultsAt(table.Findings), c.ofTable)
			if r := table.Report(); r.Refused != len(c.ofTable) {
				t.Errorf("the table's report has %d refused", r.Refused)
			}
		})
	}
	table := read(t, header+"cla,,,\nrefs,1,,\n", expected(asked()))
	if v := table.Returns[0].Values.Of("cla"); v.Status != returns.Missing {
		t.Errorf("an unfilled row is %v", v)
	}
	report := table.Returns[0].Judge(asked(), nil, nil)
	if f := report.Findings[0]; f.Severity != returns.Error || f.Rule != "reason_required" || f.Place.Row != 2 {
		t.Errorf("it is asked for a reason as %+v", f)
	}
}

// TestRowsOfNothing are passed over and counted; so are rows in which a template has
// only its own words.
func TestRowsOfNothing(t *testing.T) {
	t.Parallel()
	table := read(t, "name,borough,count,value\nLooked after,"+lambeth+",cla,3\n,,,\n\n\"\",,\"\",\nStarts,"+lambeth+",,\n", expected(asked()))
	if table.Rows != 1 || table.Empty != 4 || len(table.Findings) != 0 {
		t.Errorf("%d rows and %d of nothing, %v", table.Rows, table.Empty, faultsAt(table.Findings))
	}
}

// TestSeveralReturnsInOneTable parts them by borough and quarter, each with its own faults.
func TestSeveralReturnsInOneTable(t *testing.T) {
	t.Parallel()
	table := read(t, "Quarter,GSS code,Count,Value\n2026-27-Q2,"+lambeth+",cla,1\n2026-27-Q2,E09000023,cla,x\n2026-27-Q1,"+lambeth+",refs,2\n2026-27-Q2,"+lambeth+",refs,3\n,"+lambeth+",cla,1\n2026-27-Q2,,cla,1\n2026-27-Q9,"+lambeth+",cla,1\n", several(asked()))
	var got []string
	for _, r := range table.Returns {
		got = append(got, fmt.Sprint(r.Borough, " ", r.Quarter, " ", valuesOf(r), " ", faultsAt(r.Read)))
	}
	same(t, got, []string{
		lambeth + " 2026-27-Q2 [cla 1 refs 3] []",
		"E09000023 2026-27-Q2 [] [3 Value not_a_number]",
		lambeth + " 2026-27-Q1 [refs 2] []",
	})
	same(t, faultsAt(table.Findings), []string{"6 Quarter required", "7 GSS code required", "8 Quarter unknown_value"})
	if missing := read(t, "count,value\ncla,1\n", several(asked())); len(missing.Findings) != 2 || missing.Findings[0].Rule != "missing_column" {
		t.Errorf("without borough and quarter: %v", faultsAt(missing.Findings))
	}
}

// TestATableByIndicator: a count that serves several indicators stands in several rows,
// and says the same in each.
func TestATableByIndicator(t *testing.T) {
	t.Parallel()
	const header = "indicator,numerator,denominator,value,numerator_status,numerator_reason\n"
	table := read(t, header+"CLA_FOSTER_PCT,250,400,62.5%,,\nREREF_PCT,,900,,confirmed_nil,None came back.\nREF_RATE,900,60000,150,,\n", expected(asked()))
	if !table.ByIndicator || len(table.Findings) != 0 {
		t.Fatalf("%v", faultsAt(table.Findings))
	}
	r := table.Returns[0]
	same(t, faultsAt(r.Read), nil)
	same(t, valuesOf(r), []string{"cla 400", "foster 250", "refs 900", "repeat confirmed_nil: None came back."})
	if len(r.Figures) != 2 || r.Figures[0].Value != 62.5 || r.Figures[1].Place != (returns.Place{Row: 4, Column: "value"}) {
		t.Errorf("the values that were sent are %+v", r.Figures)
	}
	for name, c := range map[string]struct {
		rows string
		want []string
	}{
		"one count, differently":       {"REREF_PCT,10,900,,,\nREF_RATE,901,,,,\n", []string{"3 numerator duplicate_row and 2 denominator"}},
		"another population":           {"REF_RATE,900,61000,,,\n", []string{"2 denominator not_allowed"}},
		"no such indicator":            {"NOPE,1,2,,,\n", []string{"2 indicator unknown_indicator"}},
		"no indicator":                 {",1,2,,,\n", []string{"2 indicator required"}},
		"a value without its parts":    {"REREF_PCT,,,12,,\n", []string{"2 numerator required", "2 denominator required"}},
		"a value without its count":    {"REF_RATE,,,150,,\n", []string{"2 numerator required"}},
		"a value that is none":         {"REREF_PCT,1,9,z,,\n", []string{"2 value not_a_number"}},
		"a numerator that is none":     {"REREF_PCT,z,9,,,\n", []string{"2 numerator not_a_number"}},
		"the same twice with a reason": {"REREF_PCT,,900,,confirmed_nil,None.\nREREF_PCT,0,900,,confirmed_nil,None.\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same(t, faultsAt(read(t, header+c.rows, expected(asked())).Returns[0].Read), c.want)
		})
	}
	computed := read(t, header+"CLA_FOSTER_PCT,250,400,65,,\n", expected(asked())).Returns[0]
	a := asked(rule(framework.ComputedDiffers, framework.Warning, limit(0.1)))
	if report := computed.Judge(a, nil, nil); report.Warnings != 1 || report.Findings[len(report.Findings)-1].Place != (returns.Place{Row: 2, Column: "value"}) {
		t.Errorf("a value off its counts is told as %v", told(report))
	}
}

// TestWorkbooksThatAreRefused: a formula without its value, and files made to be large.
func TestWorkbooksThatAreRefused(t *testing.T) {
	t.Parallel()
	written := func(change func(*excelize.File)) string {
		f := excelize.NewFile()
		for i, row := range [][]any{{"count", "value"}, {"cla", 12}, {"refs", 3}} {
			if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
		change(f)
		out, err := f.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	must := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	formula := read(t, written(func(f *excelize.File) {
		must(f.SetCellValue("Sheet1", "B2", nil))
		must(f.SetCellFormula("Sheet1", "B2", "6*2"))
	}), expected(asked()))
	if same(t, faultsAt(formula.Findings), []string{"2 value not_a_number"}); !strings.Contains(formula.Findings[0].Detail, "put the value in its place") {
		t.Errorf("it is said as %q", formula.Findings[0].Detail)
	}
	// One cell far away is a million rows to walk; many in one place are many bytes.
	sheetWith := func(rows string) string {
		return withPart(t, written(func(*excelize.File) {}), "xl/worksheets/sheet1.xml", func(part string) string {
			return strings.Replace(part, "</sheetData>", rows+"</sheetData>", 1)
		})
	}
	far := read(t, sheetWith(`<row r="1048576"><c r="A1048576"><v>1</v></c></row>`), expected(asked()))
	same(t, faultsAt(far.Findings), []string{"0  too_many"})
	wide := read(t, sheetWith(`<row r="4"><c r="XFD4"><v>1</v></c></row>`), expected(asked()))
	same(t, faultsAt(wide.Findings), []string{"4  wrong_width"})
	five := read(t, sheetWith(strings.Repeat(`<row r="4"><c r="A4"><v>1</v></c></row>`, 5<<20/39)), expected(asked()))
	if same(t, faultsAt(five.Findings), []string{"0  not_a_table"}); !strings.Contains(five.Findings[0].Detail, "4 MiB") {
		t.Errorf("it is said as %q", five.Findings[0].Detail)
	}

	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		w, err := z.Create(name)
		must(err)
		_, err = io.CopyN(w, zeros{}, 12<<20)
		must(err)
	}
	must(z.Close())
	if large := read(t, bomb.String(), expected(asked())); len(large.Findings) != 1 || !strings.Contains(large.Findings[0].Detail, "MiB") {
		t.Errorf("%d bytes that unpack to 36 MiB: %v", bomb.Len(), faultsAt(large.Findings))
	}
}

// withPart answers a workbook of which one part is changed.
func withPart(t *testing.T, book, name string, change func(string) string) string {
	t.Helper()
	from, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	to := zip.NewWriter(&out)
	for _, f := range from.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		w, err := to.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == name {
			text = []byte(change(string(text)))
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestAFileOfFaultsIsBounded: of a hundred thousand faults no more are kept than help.
func TestAFileOfFaultsIsBounded(t *testing.T) {
	t.Parallel()
	table := read(t, "count,value\n"+strings.Repeat("nope,1\n", 100_000), expected(asked()))
	r := table.Returns[0]
	report := r.Judge(asked(), nil, nil)
	if len(r.Read) != 1000 || report.Refused != 100_000 || len(report.Findings) != returns.MaxFindings || report.More != 100_000-100+report.Errors {
		t.Errorf("kept are %d, told %d and %d more, of %d refused", len(r.Read), len(report.Findings), report.More, report.Refused)
	}
	if table := read(t, "borough,count,value\n"+strings.Repeat("nowhere,cla,1\n", 5000), expected(asked())); len(table.Findings) != 1000 || table.Report().Refused != 5000 {
		t.Errorf("kept are %d of %d", len(table.Findings), table.Report().Refused)
	}
}

// TestASourceThatBreaks is no fault of the sender's file.
func TestASourceThatBreaks(t *testing.T) {
	t.Parallel()
	broken := errors.New("the connection is gone")
	for _, text := range []string{"", "count,value\ncla,1\n"} {
		if _, err := returns.ReadTable(io.MultiReader(strings.NewReader(text), failing{broken}), sheet.Options{}, expected(asked())); !errors.Is(err, broken) {
			t.Errorf("behind %q it is told as %v", text, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzReadTable: whatever is sent, each refusal is a finding with words, and what is not
// refused can be judged.
func FuzzReadTable(f *testing.F) {
	for _, text := range []string{
		"count,value,status,reason\ncla,\"1,234\",reported,\nfoster,0,confirmed_nil,Looked.\n", "\ufeffCOUNT;VALUE\ncla;12,5\n", "indicator,numerator,denominator,value\nREREF_PCT,1,2,50%\n",
		"quarter,borough,count,value\n2026-27-Q2,E09000022,cla,1\n", "count,value\n\"cla,1\n", "count\tvalue\r\ncla\t1\u00a0000\r\n", "PK\x03\x04", "count,value\ncla,1E+05\n", "a\n", "\xff\xfec\x00o\x00",
	} {
		f.Add([]byte(text), true)
		f.Add([]byte(text), false)
	}
	book := excelize.NewFile()
	if err := errors.Join(book.SetSheetRow("Sheet1", "A1", &[]any{"count", "value"}), book.SetSheetRow("Sheet1", "A2", &[]any{"cla", 1.5})); err != nil {
		f.Fatal(err)
	}
	workbook, err := book.WriteToBuffer()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(workbook.Bytes(), true)
	a := asked(rule(framework.Range, framework.Warning, func(r *framework.Rule) { r.Maximum = ptr(10.0) }))
	f.Fuzz(func(t *testing.T, text []byte, one bool) {
		e := several(a)
		if one {
			e = expected(a)
		}
		table, err := returns.ReadTable(bytes.NewReader(text), sheet.Options{}, e)
		if err != nil {
			t.Fatal(err)
		}
		if len(table.Returns) == 0 && len(table.Findings) == 0 {
			t.Error("nothing was read, and nothing is said of it")
		}
		findings := table.Findings
		for _, r := range table.Returns {
			report := r.Judge(a, nil, nil)
			findings = append(findings, report.Findings...)
			for _, v := range r.Values {
				if faults := v.Faults(a.Document.Count(v.Count).Whole()); faults != nil {
					t.Errorf("%v is kept, with %v", v, faults)
				}
			}
		}
		for _, one := range findings {
			if one.Rule == "" || one.Severity == "" || one.Remedy == "" || !strings.HasSuffix(one.Detail, ".") {
				t.Errorf("a finding without words: %+v", one)
			}
		}
	})
}
