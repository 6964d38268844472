package returns_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
	"peerchallenge/pkg/sheet"
)

// forms are the ways in which a table is written.
func forms(csv, workbook func(io.Writer) error) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{"CSV": csv, "XLSX": workbook}
}

func cells(t *testing.T, write func(io.Writer) error) (rows [][]string, text []byte) {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	r, err := sheet.Open(bytes.NewReader(out.Bytes()), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows = [][]string{r.Header().Cells}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, out.Bytes()
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, slices.Clone(row.Cells))
	}
}

// TestATemplateIsFilledInAndRead: it says what is asked, has last figures only where
// they are given, and comes back as a return.
func TestATemplateIsFilledInAndRead(t *testing.T) {
	t.Parallel()
	blank := returns.Template{Asked: asked(), Quarter: quarter}
	for name, write := range forms(blank.WriteCSV, blank.WriteWorkbook) {
		rows, _ := cells(t, write)
		if got := strings.Join(rows[0], " "); got != "quarter count name value status reason definition inclusions worked_example list columns counts basis illustrative" {
			t.Errorf("%s: the columns are %s", name, got)
		}
		if len(rows) != 10 || rows[1][1] != "cla" || rows[5][11] != "events" || rows[9][12] != "the quarter" || rows[1][6] != "As the sector says." {
			t.Errorf("%s: the rows are %q", name, rows[1:])
		}
	}
	own := returns.Template{Asked: asked(), Borough: lambeth, Quarter: quarter, Last: &returns.Past{Quarter: "2026-27-Q1", Values: returns.Values{reported("cla", 390), without("refs", returns.ConfirmedNil, "None.")}}}
	for name, write := range forms(own.WriteCSV, own.WriteWorkbook) {
		rows, text := cells(t, write)
		if got := rows[1][len(rows[1])-4:]; !slices.Equal(got, []string{"2026-27-Q1", "390", "reported", "false"}) {
			t.Errorf("%s: last quarter's is %q", name, got)
		}
		if got := rows[5][len(rows[5])-4:]; !slices.Equal(got, []string{"2026-27-Q1", "", "confirmed_nil", "false"}) {
			t.Errorf("%s: last quarter's nil is %q", name, got)
		}
		table, err := returns.ReadTable(bytes.NewReader(text), sheet.Options{}, expected(asked()))
		if err != nil || len(table.Findings) != 0 || table.Returns[0].Values.Tally() != (returns.Tally{Missing: 9}) {
			t.Errorf("%s: as it is it says more than that all is missing: %v, %v", name, faultsAt(table.Findings), err)
		}
	}
	var csv bytes.Buffer
	if err := own.WriteCSV(&csv); err != nil {
		t.Fatal(err)
	}
	filled := strings.Replace(csv.String(), "Children looked after,,,,", "Children looked after,400,reported,,", 1)
	table := read(t, strings.Replace(filled, "Referrals,,,,", "Referrals,,missing,New system.,", 1), expected(asked()))
	if len(table.Returns) != 1 || len(table.Findings) != 0 {
		t.Fatalf("filled in it has %v", faultsAt(table.Findings))
	}
	same(t, valuesOf(table.Returns[0]), []string{
		"cla 400", "foster missing", "resi missing", "elsewhere missing", "refs missing: New system.", "nfa missing", "repeat missing", "starts missing", "cost missing",
	})
}

// troubled is a report with a finding of each remedy.
func troubled() returns.Report {
	a := asked(rule(framework.ChangeOnPrevious, framework.Warning, limit(0.1)))
	table := "count,value,status,reason\ncla,400,,\nfoster,250,,\nresi,,not_applicable,\nelsewhere,90.5,,\nrefs,900,,\nnfa,901,,\nrepeat,,missing,\nstarts,1,,\ncost,2,,\n"
	r, err := returns.ReadTable(strings.NewReader(table), sheet.Options{}, expected(a))
	if err != nil {
		panic(err)
	}
	return r.Returns[0].Judge(a, past("refs", map[string]float64{"2026-27-Q1": 100}), nil)
}

// TestAReportIsGroupedByRemedy in the order in which it is worked off.
func TestAReportIsGroupedByRemedy(t *testing.T) {
	t.Parallel()
	report := troubled()
	var got []string
	for _, g := range report.Groups() {
		got = append(got, fmt.Sprint(g.Remedy, " ", g.Open, " ", len(g.Findings)))
		if !strings.HasSuffix(g.Next, ".") {
			t.Errorf("what to do next is %q", g.Next)
		}
	}
	same(t, got, []string{"correct_values 1 1", "give_reasons 2 2", "reconcile 1 1", "explain 1 1"})
	if !strings.HasPrefix(report.Next(), "Correct these values") {
		t.Errorf("next is %q", report.Next())
	}
	for name, write := range forms(report.WriteCSV, report.WriteWorkbook) {
		rows, _ := cells(t, write)
		var lines []string
		for _, row := range rows[1:] {
			lines = append(lines, strings.TrimSuffix(strings.Join(append(row[1:6:6], row[10:13]...), "|"), "|")) // only a warning has a key
		}
		if want := []string{
			"refused|5|value||elsewhere|not_whole|0", "refused|4|reason||resi|reason_required|0", "error|8|value||repeat|reason_required|0",
			"error|7|value||nfa refs|part_above_whole|0", "warning|6|value||refs|the_rule|1|the_rule.refs",
		}; !slices.Equal(lines, want) {
			t.Errorf("%s: %s", name, strings.Join(lines, "\n"))
		}
	}
	many := report
	many.More = 7
	if rows := many.Grid().Rows; rows[len(rows)-1][0] != "There are 7 more findings. Work these off first, and ask again." {
		t.Errorf("of more it says %v", rows[len(rows)-1])
	}
}

// TestExplanationsComeBackInTheReport: whoever fills in the report's column has explained.
func TestExplanationsComeBackInTheReport(t *testing.T) {
	t.Parallel()
	report := troubled()
	for name, write := range forms(report.WriteCSV, report.WriteWorkbook) {
		_, text := cells(t, write)
		given, findings, err := returns.ReadExplanations(bytes.NewReader(text))
		if err != nil || findings != nil || given != nil {
			t.Errorf("%s: as it is it gives %v, %v, %v", name, given, faultsAt(findings), err)
		}
	}
	given, findings, err := returns.ReadExplanations(strings.NewReader("Explanation;Key\nThe front door was moved;the_rule.refs\n;the_rule.cla\n;\n"))
	if err != nil || findings != nil || len(given) != 1 || given[0] != (returns.Said{Key: "the_rule.refs", Text: "The front door was moved", Place: returns.Place{Row: 2, Column: "Explanation"}}) {
		t.Fatalf("given is %+v, %v, %v", given, faultsAt(findings), err)
	}
	e, err := report.Explain(given[0].Key, given[0].Text, programme.RoleBoroughEditor, noon)
	if err != nil {
		t.Fatal(err)
	}
	report.Findings[len(report.Findings)-1].Explained = &e
	rows, _ := cells(t, report.WriteCSV)
	if got := rows[len(rows)-1][13:]; !slices.Equal(got, []string{"The front door was moved", "borough-editor", "2026-11-02T12:00:00Z", "false"}) {
		t.Errorf("explained it is %q", got)
	}
	for text, want := range map[string][]string{
		"key,text\na,b\n":                   {"1  missing_column"},
		"key,explanation\n,Why\na,b\na,c\n": {"2 key required", "4 key duplicate_row"},
		"":                                  {"0  no_header"},
		"key,explanation\na,b,c\nb,\"c\" d\nc,d\n": {"2  wrong_width", "3  malformed_csv"},
	} {
		_, findings, err := returns.ReadExplanations(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		same(t, faultsAt(findings), want)
	}
	broken := errors.New("the connection is gone")
	if _, _, err := returns.ReadExplanations(io.MultiReader(strings.NewReader("key,explanation\na,b\n"), failing{broken})); !errors.Is(err, broken) {
		t.Errorf("a source that breaks is told as %v", err)
	}
}
