package server_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const (
	asCSV      = "text/csv"
	asWorkbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// sends puts a table as the return of the quarter.
func (c caller) sends(at, mediaType, table string, header ...string) answer {
	c.w.t.Helper()
	return c.send(http.MethodPut, at, table, append([]string{"Content-Type", mediaType}, header...)...)
}

// filledIn is the template as a workbook with what the values say, in the columns in which
// that belongs.
func filledIn(t *testing.T, template answer, values []api.CountValue) string {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(template.body))
	if err != nil {
		t.Fatal(err)
	}
	name := f.GetSheetList()[0]
	rows, err := f.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	at := func(column string, row int) string {
		cell, err := excelize.CoordinatesToCellName(1+slices.Index(rows[0], column), row+1)
		if err != nil {
			t.Fatal(err)
		}
		return cell
	}
	for i, row := range rows[1:] {
		v := values[slices.IndexFunc(values, func(v api.CountValue) bool { return v.Count == row[slices.Index(rows[0], "count")] })]
		cells := map[string]any{"status": string(v.Status)}
		if v.Value != nil {
			cells["value"] = *v.Value
		}
		if v.Reason != nil {
			cells["reason"] = *v.Reason
		}
		for column, said := range cells {
			if err := f.SetCellValue(name, at(column, i+1), said); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// csvOf writes values as a table by count.
func csvOf(values []api.CountValue) string {
	var out strings.Builder
	out.WriteString("count,value,status,reason\n")
	for _, v := range values {
		number, reason := "", ""
		if v.Value != nil {
			number = fmt.Sprint(*v.Value)
		}
		if v.Reason != nil {
			reason = *v.Reason
		}
		fmt.Fprintf(&out, "%s,%s,%s,%s\n", v.Count, number, v.Status, reason)
	}
	return out.String()
}

// TestATemplateFilledInIsTheReturn: sent as a workbook, it is what the same values are that
// come as JSON, and so is every other form of the table.
func TestATemplateFilledInIsTheReturn(t *testing.T) {
	t.Parallel()
	w := lean(t)
	quarter := w.opened()
	system, at := w.sender(), returnAt(own, quarter)
	d := w.document()
	values := w.values(api.CountValue{Count: d.Counts[0].Code, Status: api.CountValueStatusMissing, Reason: new("Zoë’s list was lost")},
		api.CountValue{Count: d.Counts[1].Code, Status: api.CountValueStatusNotApplicable, Reason: new("None here")})
	book := filledIn(t, system.get(at+"/template.xlsx").want(200), values)
	var got api.BenchmarkingSubmissionReceived
	before := w.dump()
	system.sends(at+"?dryRun=true", asWorkbook, book, "If-None-Match", "*").want(200).into(&got)
	if after := w.dump(); jsonOf(t, before) != jsonOf(t, after) {
		t.Error("a dry run has written")
	}
	dry := jsonOf(t, got.Report)
	system.sends(at, asWorkbook, book, "If-None-Match", "*").want(201).into(&got)
	if jsonOf(t, got.Report) != dry {
		t.Errorf("the dry run said\n%s\nand the real one says\n%s", dry, jsonOf(t, got.Report))
	}
	if got.Table == nil || got.Table.Form != "XLSX, the sheet “Return” of 2" || got.Table.Rows != len(values) || got.Table.By != api.BenchmarkingTableByCount {
		t.Errorf("read as %+v", got.Table)
	}
	if want := jsonOf(t, values); jsonOf(t, got.Submission.Draft.Values) != want {
		t.Errorf("the draft is\n%s\nand should be\n%s", jsonOf(t, got.Submission.Draft.Values), want)
	}
	plain := csvOf(values)
	lines := strings.Split(strings.TrimSpace(plain), "\n")
	slices.Reverse(lines[1:])
	ansi, err := charmap.Windows1252.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	for form, table := range map[string]string{
		"CSV in UTF-8 with commas":        plain,
		"CSV in UTF-8 with semicolons":    strings.ReplaceAll(plain, ",", ";"),
		"CSV in UTF-8 with tabs":          strings.ReplaceAll(strings.Join(lines, "\n"), ",", "\t"),
		"CSV in UTF-8 with vertical bars": strings.ReplaceAll(plain, ",", "|") + "|||\n|||\n",
		"CSV in Windows-1252 with commas": ansi,
	} {
		system.sends(at, asCSV+"; charset=utf-8", table).want(200).into(&got)
		if got.Outcome != api.PostingOutcomeUnchanged || got.Table.Form != form || got.Table.EmptyRows != map[bool]int{true: 2}[strings.Contains(form, "bars")] {
			t.Errorf("%s is %s, read as %+v", form, got.Outcome, got.Table)
		}
	}
	got = api.BenchmarkingSubmissionReceived{}
	system.send(http.MethodPut, at, jsonOf(t, api.BenchmarkingSubmissionInput{Values: values})).want(200).into(&got)
	if got.Outcome != api.PostingOutcomeUnchanged || got.Table != nil {
		t.Errorf("as JSON it is %s, read as %+v", got.Outcome, got.Table)
	}
}

// TestATableKeepsThePreconditions of a return that comes as JSON, and its key.
func TestATableKeepsThePreconditions(t *testing.T) {
	t.Parallel()
	w := lean(t)
	system, at := w.sender(), returnAt(own, "practice")
	first, second := csvOf(w.values()), csvOf(w.values(large))
	system.sends(at, asCSV, first).problem(428, "if_match_required")
	system.sends(at, asCSV, first, "If-Match", `"1-x"`).problem(412, "stale")
	made := system.sends(at, asCSV, first, "If-None-Match", "*", "Idempotency-Key", "k1").want(201)
	if again := system.sends(at, asCSV, first, "If-None-Match", "*", "Idempotency-Key", "k1").want(201); again.body != made.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the key was not known: %v", again.header)
	}
	system.sends(at, asCSV, second, "If-None-Match", "*", "Idempotency-Key", "k1").problem(422, "idempotency_key_reused")
	system.sends(at, asCSV, second, "If-None-Match", "*").problem(412, "stale")
	var got api.BenchmarkingSubmissionReceived
	system.sends(at, asCSV, second, "If-Match", made.header.Get("ETag")).want(200).into(&got)
	if f := got.Report.Findings; len(f) == 0 || f[0].Row == nil || *f[0].Column != "value" {
		t.Errorf("the warning does not say where it stands: %s", jsonOf(t, f))
	}
	w.as(programme.RoleBoroughSystem, group).sends(at, asCSV, first).problem(403, "not_yours")
	w.as(programme.RoleProgramme, "").sends(at, asCSV, first).problem(403, "role")
}

// TestWhatIsWrongWithATable is named by row and column, all of it at once, with what helps.
func TestWhatIsWrongWithATable(t *testing.T) {
	t.Parallel()
	w := lean(t)
	system, at := w.sender(), returnAt(own, "practice")
	d := w.document()
	one, two, decimal := d.Counts[0].Code, d.Counts[1].Code, ""
	for _, c := range d.Counts {
		if !c.Whole() {
			decimal = c.Code
		}
	}
	if decimal == "" {
		decimal = one
	}
	formula := excelize.NewFile()
	for cell, is := range map[string]any{"A1": "count", "B1": "value", "A2": one, "A3": two, "B3": 7} {
		if err := formula.SetCellValue("Sheet1", cell, is); err != nil {
			t.Fatal(err)
		}
	}
	if err := formula.SetCellFormula("Sheet1", "B2", "B3*2"); err != nil {
		t.Fatal(err)
	}
	var unsaved bytes.Buffer
	if err := formula.Write(&unsaved); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		mediaType, table string
		faults           []string // as row, column and code
		says             string
	}{
		"decimal commas":     {asCSV, "count;value\n" + decimal + ";12,5\n", []string{"2 value not_a_number"}, "comma"},
		"two kinds of fault": {asCSV, "count,value,status\nno_such_count,1,\n" + two + ",-3,\n" + one + ",many,perhaps\n", []string{"2 count unknown_value", "3 value negative", "4 status enum", "4 value not_a_number"}, "CSV in UTF-8 with commas"},
		"a count twice":      {asCSV, "count,value\n" + one + ",1\n" + one + ",2\n", []string{"3 value duplicate_row"}, "The rows 2 and 3 give one count differently"},
		"a formula":          {asWorkbook, unsaved.String(), []string{"2 value not_a_number"}, "save it"},
		"a misspelt column":  {asCSV, "count,value,reasson\n" + one + ",1,x\n", []string{"1 C unknown_member"}, "no such column"},
		"another borough":    {asCSV, "borough,count,value\n" + group + "," + one + ",1\n", []string{"2 borough borough"}, own},
		"an indicator's count in two rows": {asCSV, "indicator,numerator,denominator\n" + d.Indicators[0].Code + ",1,\n" + d.Indicators[0].Code + ",2,\n",
			[]string{"3 numerator duplicate_row"}, "The rows 2 and 3 give one count differently"},
		"no table": {asCSV, "%PDF-1.7", []string{"0  not_a_table"}, "PDF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := system.sends(at, c.mediaType, c.table, "If-None-Match", "*")
			r.problem(422, "invalid_file")
			var p api.Problem
			r.into(&p)
			var got []string
			for _, f := range p.Errors {
				if f.Code == "reason_required" { // of all that the table does not name
					continue
				}
				row, column := 0, ""
				if f.Row != nil {
					row = *f.Row
				}
				if f.Column != nil {
					column = *f.Column
				}
				got = append(got, fmt.Sprintf("%d %s %s", row, column, f.Code))
			}
			slices.Sort(got)
			if !slices.Equal(got, c.faults) || !strings.Contains(r.body, c.says) {
				t.Errorf("the faults are %q, want %q: %s", got, c.faults, r.body)
			}
		})
	}
}

// TestATableHasBounds, which are named where it is beyond them; and so are the kinds that are
// taken.
func TestATableHasBounds(t *testing.T) {
	t.Parallel()
	w := lean(t)
	system, at := w.sender(), returnAt(own, "practice")
	if r := system.sends(at, asCSV, "count,value\n"+strings.Repeat(" ", 4<<20), "If-None-Match", "*"); !strings.Contains(r.body, "4 MiB") {
		t.Errorf("the limit is not named: %s", r.body)
	} else {
		r.problem(413, "too_large")
	}
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 64 {
			if _, err := f.Write(make([]byte, 1<<20)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if r := system.sends(at, asWorkbook, bomb.String(), "If-None-Match", "*"); !strings.Contains(r.body, "4 MiB") {
		t.Errorf("the limit is not named: %s", r.body)
	} else {
		r.problem(422, "invalid_file")
	}
	r := system.sends(at, "application/vnd.ms-excel", "x", "If-None-Match", "*")
	r.problem(415, "media_type")
	if got := r.header.Get("Accept"); got != "application/json, "+asWorkbook+", "+asCSV {
		t.Errorf("taken are %q", got)
	}
	system.sends(at, asCSV, csvOf(w.values()), "Content-Encoding", "gzip").problem(415, "media_type")
}

// TestSeveralReturnsInOneTable: a service that two boroughs share sends both in one file;
// a row that cannot be read may be of any of them, and refuses all.
func TestSeveralReturnsInOneTable(t *testing.T) {
	t.Parallel()
	w := lean(t)
	const partner = "E09000028"
	quarter, shared := w.opened(), w.machine(own, partner).signIn()
	tableOf := func(boroughs ...string) string {
		var out strings.Builder
		for i, line := range strings.Split(strings.TrimSpace(csvOf(w.values())), "\n") {
			for _, b := range boroughs {
				if i == 0 {
					b = "borough,quarter"
				} else {
					b += "," + strings.ToLower(quarter)
				}
				fmt.Fprintf(&out, "%s,%s\n", b, line)
				if i == 0 {
					break
				}
			}
		}
		return out.String()
	}
	post := func(query, table string) answer {
		t.Helper()
		return shared.send(http.MethodPost, "/v1/benchmarking-submissions"+query, table, "Content-Type", asCSV)
	}
	post("", tableOf(own, farAway)).problem(403, "not_yours")
	for _, query := range []string{"", "?mode=partial"} {
		r := post(query, tableOf(own, "Southwark")+"Nowhere,"+quarter+",x,1,reported,\nLambeth,"+quarter+",no_such_count,1,reported,\n")
		if got := r.problem(422, "invalid_file"); !slices.Equal(got, []string{" unknown_value", " unknown_value"}) || !strings.Contains(r.body, `"row":6`) || !strings.Contains(r.body, `"column":"count"`) {
			t.Errorf("%q: %q in %s", query, got, r.body)
		}
	}
	var got api.BenchmarkingPostingReport
	post("?dryRun=true", tableOf(own, "Southwark")).want(200).into(&got)
	if got.Taken != 2 || !got.DryRun || shared.get(returnAt(own, quarter)).status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
	post("", tableOf(own, "Southwark")).want(200).into(&got)
	if got.Taken != 2 || got.Table == nil || got.Table.Rows != 4 || got.Submissions[1].Borough != partner || got.Submissions[1].Outcome != api.PostingOutcomeCreated {
		t.Errorf("%+v", got)
	}
	post("", tableOf(own, partner)).want(200).into(&got)
	if got.Taken != 0 || got.Submissions[0].Outcome != api.PostingOutcomeUnchanged {
		t.Errorf("%+v", got)
	}
	if got := post("", strings.Replace(tableOf(own, partner), "10", "11", 1)).problem(422, "invalid"); !slices.Equal(got, []string{"/submissions/0 refused"}) {
		t.Errorf("what is there already: %q", got)
	}
	if got := post("", strings.ReplaceAll(tableOf(own), strings.ToLower(quarter), "2098-99-Q4")).problem(422, "invalid_file"); len(got) == 0 || got[0] != " unknown_value" {
		t.Errorf("a quarter that is not there: %q", got)
	}
}

// TestExplanationsInBulk: the report as CSV, sent back with the explanations filled in,
// explains what it names; sent again, it changes nothing.
func TestExplanationsInBulk(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(programme.RoleBoroughLead, own)
	path := "/v1/benchmarking-submissions/" + w.warned(w.opened())
	explain := func(mediaType, table string) answer {
		t.Helper()
		return lead.send(http.MethodPost, path+"/explanations", table, "Content-Type", mediaType, "If-Match", lead.get(path).header.Get("ETag"))
	}
	header, rows := table(t, lead.get(path+"/report.csv").want(200))
	key := rows[0][slices.Index(header, "key")]
	if got := explain(asCSV, "key,explanation\nno_such_rule.x,Because\n"+key+",\n").problem(422, "invalid"); !slices.Equal(got, []string{" unknown_value"}) {
		t.Errorf("%q", got)
	}
	explain(asCSV, "key\n"+key+"\n").problem(422, "invalid_file")
	explain(asCSV, "key,explanation\n"+key+",One thing\n"+key+",Another\n").problem(422, "invalid_file")
	rows[0][slices.Index(header, "explanation")] = "The front door was moved, in July"
	var filled strings.Builder
	for _, row := range append([][]string{header}, rows...) {
		fmt.Fprintf(&filled, "\"%s\"\n", strings.Join(row, `","`))
	}
	explain(asCSV, filled.String()).want(200)
	s := stateOf(t, lead, path)
	if *s.Unexplained != 0 || len(s.Explanations) != 1 || s.Explanations[0].Text != "The front door was moved, in July" {
		t.Errorf("%+v", s)
	}
	tag := lead.get(path).header.Get("ETag")
	explain(asWorkbook, lead.get(path+"/report.xlsx").want(200).body).want(200)
	if now := lead.get(path); now.header.Get("ETag") != tag {
		t.Error("what was said already was written again")
	}
	lead.does(path, "submit", "").want(200)
}
