package server_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// farAway is a borough of another sub-region.
const farAway = "E09000030"

// table reads CSV as a spreadsheet does that is told its encoding.
func table(t *testing.T, a answer) (header []string, rows [][]string) {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Errorf("the table is %s", got)
	}
	text, marked := strings.CutPrefix(a.body, "\uFEFF")
	if !marked {
		t.Error("the table has no mark by which spreadsheets know its encoding")
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

// sheetOf reads the first sheet of a workbook.
func sheetOf(t *testing.T, a answer) [][]string {
	t.Helper()
	rows, _ := workbookOf(t, a)
	return rows
}

// workbookOf reads the first sheet of a workbook, and the names of all.
func workbookOf(t *testing.T, a answer) (rows [][]string, names []string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader([]byte(a.body)))
	if err != nil {
		t.Fatal(err)
	}
	names = f.GetSheetList()
	if rows, err = f.GetRows(names[0]); err != nil {
		t.Fatal(err)
	}
	return rows, names
}

// TestATemplateForEverybody has a row for each count that is asked, and last figures for
// the borough and the programme's team alone.
func TestATemplateForEverybody(t *testing.T) {
	t.Parallel()
	w := lean(t)
	now := w.opened()
	path := returnAt(own, now) + "/template"
	blank := w.as(programme.RoleReporting, "").get(path + ".csv").want(200)
	header, rows := table(t, blank)
	if slices.Contains(header, "last_value") || len(rows) != len(w.document().Counts) {
		t.Errorf("columns %v, %d rows", header, len(rows))
	}
	if got := blank.header.Get("Content-Disposition"); got != `attachment; filename="return-`+own+`-`+now+`.csv"` {
		t.Errorf("it is kept as %s", got)
	}
	before := w.opened()
	id := w.submitted(before)
	theirs := func() map[string]string {
		answers := map[string]string{}
		for name, c := range map[string]caller{
			"team": w.as(programme.RoleProgramme, ""), "lead": w.as(programme.RoleBoroughLead, own), "editor": w.as(programme.RoleBoroughEditor, own), "system": w.sender(),
			"reporting": w.as(programme.RoleReporting, ""), "another's lead": w.as(programme.RoleBoroughLead, farAway), "another's system": w.as(programme.RoleBoroughSystem, farAway),
		} {
			header, rows := table(t, c.get(path+".csv").want(200))
			sheet := sheetOf(t, c.get(path+".xlsx").want(200))
			if !slices.Equal(sheet[0], header) || len(sheet) != len(rows)+1 {
				t.Errorf("%s reads %v in the workbook and %v in CSV", name, sheet[0], header)
			}
			if at := slices.Index(header, "last_value"); at >= 0 {
				answers[name] = rows[0][at-1] + " " + rows[0][at]
			}
		}
		return answers
	}
	if got := theirs(); len(got) != 0 {
		t.Errorf("figures that do not stand are told: %v", got)
	}
	w.as(programme.RoleProgramme, "").does("/v1/benchmarking-submissions/"+id, "accept", "").want(200)
	if got := theirs(); len(got) != 4 {
		t.Errorf("last figures are told to %v", got)
	}
	header, rows = table(t, w.sender().get(path+".csv").want(200))
	last, count := slices.Index(header, "last_value"), slices.Index(header, "count")
	figures := map[string]string{}
	for _, row := range rows {
		figures[row[count]] = row[last]
	}
	for _, v := range w.values() {
		if figures[v.Count] != fmt.Sprint(*v.Value) {
			t.Errorf("%s was %s, and the template says %q", v.Count, fmt.Sprint(*v.Value), figures[v.Count])
		}
	}
}

// TestATemplateThatIsNot is refused: of a borough or a quarter that is not there, and
// of one of which nobody knows yet what it asks for.
func TestATemplateThatIsNot(t *testing.T) {
	t.Parallel()
	w := lean(t)
	today := programme.DefaultSettings.Today(w.clock())
	if _, err := w.store.CreateQuarter(t.Context(), team, aQuarter("2021-22-Q2", today.AddDays(1), today.AddDays(30), today.AddDays(60))); err != nil {
		t.Fatal(err)
	}
	reader := w.as(programme.RoleReporting, "")
	for _, form := range []string{".csv", ".xlsx"} {
		reader.get(returnAt(own, "2019-20-Q1")+"/template"+form).problem(404, "not_found")
		reader.get(returnAt("E09000099", "practice")+"/template"+form).problem(404, "not_found")
		reader.get(returnAt(own, "2021-22-Q2")+"/template"+form).problem(409, "no_framework")
		reader.get(returnAt(own, "practice") + "/template" + form).want(200)
	}
}

// TestAReportAsATable tells in CSV and in a workbook what it tells in JSON, to the same
// people.
func TestAReportAsATable(t *testing.T) {
	t.Parallel()
	w := lean(t)
	quarter := w.opened()
	values := w.values()
	values[0] = api.CountValue{Count: values[0].Count, Status: api.CountValueStatusMissing}
	w.sender().send("PUT", returnAt(own, quarter), jsonOf(t, api.BenchmarkingSubmissionInput{Values: values}), "If-None-Match", "*").want(201)
	path := "/v1/benchmarking-submissions/" + stateOf(t, w.sender(), returnAt(own, quarter)).Id + "/report"
	var report api.BenchmarkingReport
	w.sender().get(path).want(200).into(&report)
	if len(report.Findings) == 0 {
		t.Fatal("nothing is found in a return that lacks a count")
	}
	header, rows := table(t, w.sender().get(path+".csv").want(200))
	detail := slices.Index(header, "detail")
	for _, f := range report.Findings {
		if !slices.ContainsFunc(rows, func(row []string) bool { return row[detail] == f.Detail }) {
			t.Errorf("the table does not say: %s", f.Detail)
		}
	}
	sheet := sheetOf(t, w.sender().get(path+".xlsx").want(200))
	if len(sheet) != len(rows)+1 || !slices.Equal(sheet[0], header) {
		t.Errorf("the workbook has %d rows, CSV %d", len(sheet)-1, len(rows))
	}
	for _, form := range []string{"", ".csv", ".xlsx"} {
		w.as(programme.RoleBoroughLead, farAway).get(path+form).problem(404, "not_found")
		w.as(programme.RoleProgramme, "").get(path+form).problem(404, "not_found") // it is a draft
		w.as(programme.RoleReporting, "").get(path+form).problem(403, "role")
	}
}
