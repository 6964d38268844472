package sheet_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"peerchallenge/pkg/sheet"
)

func grid() sheet.Grid {
	return sheet.Grid{
		Name:    "Return",
		Columns: []sheet.Column{{Name: "count", Width: 20}, {Name: "value"}, {Name: "status", Choices: []string{"reported", "missing"}}, {Name: "reason", Width: 60}},
		Rows: [][]any{
			{"cla", 1234, "reported", nil}, {"cost", 0.5, "reported", "Half a pound,\nsaid \"once\""}, {"refs", nil, "missing", "=HYPERLINK(\"elsewhere\")"}, {"nfa", 0, nil, " Children’s homes"}, {"short"},
		},
	}
}

// cellsOf reads a table back.
func cellsOf(t *testing.T, content []byte) [][]string {
	t.Helper()
	r, err := sheet.Open(bytes.NewReader(content), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]string{r.Header().Cells}
	for row, err := r.Next(); err == nil; row, err = r.Next() {
		rows = append(rows, slices.Clone(row.Cells))
	}
	return rows
}

func TestAGridIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	want := [][]string{
		{"count", "value", "status", "reason"}, {"cla", "1234", "reported"}, {"cost", "0.5", "reported", "Half a pound,\nsaid \"once\""}, {"refs", "", "missing", "=HYPERLINK(\"elsewhere\")"},
		{"nfa", "0", "", "Children’s homes"}, {"short"},
	}
	var csv, workbook bytes.Buffer
	if err := errors.Join(grid().WriteCSV(&csv), sheet.WriteWorkbook(&workbook, grid(), sheet.Grid{Name: "Notes", Columns: []sheet.Column{{Name: "words"}}})); err != nil {
		t.Fatal(err)
	}
	if got := cellsOf(t, workbook.Bytes()); !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("the workbook is read as %q", got)
	}
	want[3][3] = "'" + want[3][3] // in CSV nothing else keeps a text from being a formula
	if got := cellsOf(t, csv.Bytes()); !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("the CSV is read as %q", got)
	}
	if text := csv.String(); !strings.Contains(text, "said \"\"once\"\"\"\r\n") || strings.Contains(text, ",\r\nsaid") || !strings.Contains(text, "\" Children’s homes\"") {
		t.Errorf("the CSV is %q", text)
	}
	f, err := excelize.OpenReader(bytes.NewReader(workbook.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if formula, err := f.GetCellFormula("Return", "D4"); err != nil || formula != "" {
		t.Errorf("a text has become the formula %q, %v", formula, err)
	}
	if offered, err := f.GetDataValidations("Return"); err != nil || len(offered) != 1 || offered[0].Sqref != "C2:C6" || offered[0].Formula1 != `"reported,missing"` {
		t.Errorf("offered is %+v, %v", offered, err)
	}
	var again bytes.Buffer
	if err := sheet.WriteWorkbook(&again, grid(), sheet.Grid{Name: "Notes", Columns: []sheet.Column{{Name: "words"}}}); err != nil || !bytes.Equal(again.Bytes(), workbook.Bytes()) {
		t.Errorf("written again it is another file, %v", err)
	}
}

type full struct{}

var errFull = errors.New("the disk is full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAGridThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	if err := grid().WriteCSV(full{}); !errors.Is(err, errFull) {
		t.Errorf("CSV: %v", err)
	}
	if err := sheet.WriteWorkbook(full{}, grid()); !errors.Is(err, errFull) {
		t.Errorf("a workbook: %v", err)
	}
}
