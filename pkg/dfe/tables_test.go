package dfe_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
)

// TestTablesOfAnalysts reads the same figures from every form in which a table is
// sent, and says as what it read it.
func TestTablesOfAnalysts(t *testing.T) {
	plain := referralHeader + lambethReferral + strings.Replace(lambethReferral, "2025", "2024", 1)
	want := mustRead(t, "c1.csv", plain, small())
	latin, err := charmap.Windows1252.NewEncoder().String(strings.Replace(plain, "time_period", "Größe,time_period", 1))
	if err != nil {
		t.Fatal(err)
	}
	latin = strings.ReplaceAll(latin, "\n20", "\n\xa3,20")
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ content, form string }{
		"commas":       {plain, "CSV in UTF-8 with commas"},
		"semicolons":   {strings.ReplaceAll(plain, ",", ";"), "CSV in UTF-8 with semicolons"},
		"tabs":         {strings.ReplaceAll(plain, ",", "\t"), "CSV in UTF-8 with tabs"},
		"Windows-1252": {latin, "CSV in Windows-1252 with commas"},
		"UTF-16":       {wide, "CSV in UTF-16LE with commas"},
		"a workbook":   {workbook(t, plain), "XLSX"},
	} {
		t.Run(name, func(t *testing.T) {
			file := mustRead(t, "c1.csv", test.content, small())
			if file.Form != test.form || file.Release.Rows != 2 || file.EmptyRows != 0 {
				t.Errorf("%d rows are read as %s, %d empty, want 2 as %s", file.Release.Rows, file.Form, file.EmptyRows, test.form)
			}
			expected := byKey(want.Observations)
			for k, o := range byKey(file.Observations) {
				if w := expected[k]; !equal(o.Value, w.Value) || !equal(o.Numerator, w.Numerator) || o.Status != w.Status {
					t.Errorf("%+v is %s of %s", k, show(o.Value), show(o.Numerator))
				}
			}
			if len(file.Observations) != len(want.Observations) {
				t.Errorf("%d figures, want %d", len(file.Observations), len(want.Observations))
			}
		})
	}
	spaced := mustRead(t, "c1.csv", strings.ReplaceAll(plain, "\n", "\n\n,,,\n"), small())
	if spaced.EmptyRows != 6 || spaced.Release.Rows != 2 {
		t.Errorf("%d rows are empty and %d not, want 6 and 2", spaced.EmptyRows, spaced.Release.Rows)
	}
}

// workbook answers the table as XLSX, its numbers as numbers; some of them as
// spreadsheets keep what was computed, with digits that nobody wrote.
func workbook(t *testing.T, table string) string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	for r, record := range records {
		for c, text := range record {
			cell, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				t.Fatal(err)
			}
			var value any = text
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				value = n
				if c > 6 {
					value = math.Nextafter(n, math.Inf(1))
				}
			}
			if err := book.SetCellValue("Sheet1", cell, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	content, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return content.String()
}

// TestSpellings finds a column under another of its names, and refuses a file that
// has it under two.
func TestSpellings(t *testing.T) {
	mapping := strings.Replace(fmt.Sprintf(plainMapping, "", "1", "part", "whole"), "period:", "spellings: {whole: [all, total], year: [Year]}\nperiod:", 1)
	header, row := "year,code,value,part,rest,whole\n", "2023,E09000022,18,180,0,1000\n"
	for _, name := range []string{"whole", "all", "total"} {
		file, err := dfe.Read("f.csv", strings.NewReader(strings.NewReplacer("whole", name, "year", "Year").Replace(header)+row), small(), with(t, mapping))
		if err != nil || !equal(file.Observations[0].Denominator, new(1000.0)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := dfe.Read("f.csv", strings.NewReader(strings.Replace(header, "rest", "rest,all", 1)+row), small(), with(t, mapping))
	if f := refusal(t, err).Faults; len(f) != 1 || f[0].Code != "duplicate_column" || f[0].Column != "whole" {
		t.Errorf("got %+v", f)
	}
}

// TestByNumber reads a file that names authorities by the Department's number alone:
// that which had it in the row's period.
func TestByNumber(t *testing.T) {
	mapping := strings.Replace(fmt.Sprintf(plainMapping, "", "1", "part", "whole"), "local_authority: code, number: none", "local_authority: none, number: code", 1)
	header := "year,code,value,part,rest,whole\n"
	file, err := dfe.Read("f.csv", strings.NewReader(header+"2019,825,18,180,0,1000\n2020,825,18,180,0,1000\n2023,208,18,180,0,1000\n"), england(t), with(t, mapping))
	if err != nil {
		t.Fatal(err, refusal(t, err).Faults)
	}
	read := byKey(file.Observations)
	for _, k := range []key{{"REREF_PCT", "2019", "E10000002"}, {"REREF_PCT", "2020", "E06000060"}, {"REREF_PCT", "2023", "E09000022"}} {
		if read[k].Value == nil {
			t.Errorf("there is no figure %+v in %+v", k, read)
		}
	}
	_, err = dfe.Read("f.csv", strings.NewReader(header+"2019,999,18,180,0,1000\n"), england(t), with(t, mapping))
	if f := refusal(t, err).Faults; len(f) != 1 || f[0].Code != "unknown_authority" || f[0].Given != "“999”" {
		t.Errorf("got %+v", f)
	}
}

// TestReportedTogether has the figures of Kingston and Richmond, which stand under
// Kingston's code, as the pair's. Richmond's own row has symbols; a figure in it
// would be one that the mapping does not know of.
func TestReportedTogether(t *testing.T) {
	file := readFile(t, workforceFile, england(t))
	read := byKey(file.Observations)
	const pair = "E09000021/E09000027"
	if o := read[key{"SW_CASELOAD", "2022-09-30", pair}]; !equal(o.Value, new(13.1)) || !equal(o.Numerator, new(1491.0)) {
		t.Errorf("the pair's caseload is %+v", o)
	}
	for member := range strings.SplitSeq(pair, "/") {
		for _, period := range []string{"2017-09-30", "2022-09-30"} {
			if o := read[key{"SW_CASELOAD", period, member}]; o.Status != benchmark.Joint || o.Value != nil {
				t.Errorf("%s has the caseload %+v on %s", member, o, period)
			}
		}
	}
	if o := read[key{"SW_CASELOAD", "2020-09-30", "E06000061/E06000062"}]; o.Status != "" {
		t.Errorf("the Northamptonshires stand before they were there: %+v", o)
	}
	if o := read[key{"SW_CASELOAD", "2021-09-30", "E06000061/E06000062"}]; !equal(o.Value, new(17.5)) {
		t.Errorf("the Northamptonshires have the caseload %+v", o)
	}
	lines := strings.Split(published(t, workforceFile), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "2022,") && strings.Contains(line, "E09000027") {
			lines[i] = strings.Replace(line, ",z,", ",100,", 1)
		}
	}
	_, err := dfe.Read("csww.csv", strings.NewReader(strings.Join(lines, "\n")), england(t), dfe.Options{})
	if f := refusal(t, err).Faults; f[0].Code != "reported_together" || f[0].Given != "“Richmond upon Thames (318)”" {
		t.Errorf("got %+v", f)
	}
}

// TestRowsOfSeveral puts figures together whose parts stand in several rows, in any
// order, and names a row whose other half is not there.
func TestRowsOfSeveral(t *testing.T) {
	content, mapping := documented(t, 2)
	lines := strings.SplitAfter(content, "\n")
	header, rows := lines[0], lines[1:]
	turned := header
	for i := range rows {
		turned += rows[len(rows)-1-i]
	}
	file, err := dfe.Read("f.csv", strings.NewReader(turned), england(t), with(t, mapping))
	if err != nil || len(file.Observations) != 2 {
		t.Fatalf("got %+v, error %v", file, err)
	}
	for name, test := range map[string]struct {
		without int
		row     int
		code    string
	}{"the total": {1, 2, "missing_row"}, "the figure": {0, 2, "missing_row"}} {
		rest := header + strings.Join(rows[:test.without], "") + strings.Join(rows[test.without+1:], "")
		_, err := dfe.Read("f.csv", strings.NewReader(rest), england(t), with(t, mapping))
		if f := refusal(t, err).Faults; len(f) != 1 || string(f[0].Code) != test.code || f[0].Row != test.row || f[0].Given != "“EHCP_20WK_PCT”" {
			t.Errorf("without %s: got %+v", name, f)
		}
	}
	_, err = dfe.Read("f.csv", strings.NewReader(content+rows[1]), england(t), with(t, mapping))
	if f := refusal(t, err).Faults; len(f) != 1 || f[0].Code != "duplicate_row" || f[0].Row != 10 {
		t.Errorf("a total that is there twice: got %+v", f)
	}
}

// TestToldApartByTheirGroups reads the two files of care leavers, which have the same
// columns, each by its own mapping; and by neither a file of other groups.
func TestToldApartByTheirGroups(t *testing.T) {
	const header = placeColumns + ",care_leaver_age,breakdown,care_leaver_count,care_leaver_percent\n"
	row := header + lambeth + "19 to 21 years,"
	known := england(t)
	for groups, want := range map[[2]string]string{
		{"Suitability total", "Accommodation considered suitable"}: "care-leavers-accommodation",
		{"Total", "Total in education, employment or training"}:    "care-leavers-activity",
	} {
		content := row + groups[0] + ",100,100\n" + lambeth + `19 to 21 years,"` + groups[1] + "\",50,50\n"
		if file := mustRead(t, "f.csv", content, known); file.Release.Dataset != want || len(file.Observations) != 1 {
			t.Errorf("got %+v, want %s", file.Release, want)
		}
	}
	_, err := dfe.Read("f.csv", strings.NewReader(row+"Anything,100,100\n"), known, dfe.Options{})
	if f := refusal(t, err).Faults; len(f) != 1 || f[0].Code != "ambiguous_dataset" {
		t.Errorf("got %+v", f)
	}
	_, err = dfe.Read("f.csv", strings.NewReader(row+"Anything,100,100\n"), known, dfe.Options{Dataset: "care-leavers-activity"})
	if f := refusal(t, err).Faults; len(f) != 1 || f[0].Code != "unknown_filter" || f[0].Given != "“Anything”" {
		t.Errorf("got %+v", f)
	}
}

// TestByKey reads a file as the kind that its sender names, and says what it lacks, or
// that there is no such kind.
func TestByKey(t *testing.T) {
	content := needHeader + lambeth + "1,1\n"
	for dataset, want := range map[string]string{"cin-b1": "", "cin-c1": "unknown_dataset", "cin-b2": "unknown_dataset", "ons-population": "unknown_dataset"} {
		file, err := dfe.Read("b1.csv", strings.NewReader(content), small(), dfe.Options{Dataset: dataset})
		if want == "" {
			if err != nil || file.Release.Dataset != dataset {
				t.Errorf("%s: got %+v, error %v", dataset, file, err)
			}
			continue
		}
		f := refusal(t, err).Faults[0]
		if string(f.Code) != want || (f.Given == "“cin-b2”") != (dataset == "cin-b2") {
			t.Errorf("%s: got %+v", dataset, f)
		}
	}
}

// endless answers rows that are passed over, and notes how much memory lives while
// they are read.
type endless struct {
	head, rows []byte
	left       int
	most       uint64
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.head) > 0 {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.left == 0 {
		return 0, io.EOF
	}
	e.left--
	if e.left%64 == 0 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		e.most = max(e.most, m.HeapAlloc)
	}
	e.head = e.rows
	return 0, nil
}

// TestMemoryIsConstant reads 32 MiB of rows, some good, some faulty and most passed
// over, and keeps nothing of them but the one figure and the first ten faults.
func TestMemoryIsConstant(t *testing.T) {
	row := strings.Replace(lambeth, "Local authority,", "School,", 1) + "1,1\n"
	faulty := strings.Replace(lambeth, "E09000022", "nowhere", 1) + "many,1\n"
	rows := bytes.Repeat([]byte(row), 1000)
	source := &endless{head: []byte(needHeader + lambeth + "1,1\n"), rows: append(rows, faulty...), left: 400}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	told := 0
	_, err := dfe.Read("b1.csv", source, small(), dfe.Options{Progress: func(int64) { told++ }})
	e := refusal(t, err)
	if len(e.Faults) != 20 || e.Faults[0].Count != 400 {
		t.Errorf("%d faults are listed, the first of %d, want 20 of 400", len(e.Faults), e.Faults[0].Count)
	}
	if grown := int64(source.most) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("%d KiB more are alive while the file is read", grown>>10)
	}
	if told < 50 {
		t.Errorf("progress was told %d times", told)
	}
}

// TestSourceThatFails answers the source's own error, and nothing of the file.
func TestSourceThatFails(t *testing.T) {
	failed := errors.New("the disk is gone")
	source := io.MultiReader(strings.NewReader(needHeader+strings.Repeat(strings.Replace(lambeth, "Local authority,", "School,", 1)+"1,1\n", 5000)), &failing{failed})
	if file, err := dfe.Read("b1.csv", source, small(), dfe.Options{}); !errors.Is(err, failed) || file != nil {
		t.Errorf("got %+v, error %v", file, err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }
