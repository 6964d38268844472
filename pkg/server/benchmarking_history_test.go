package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// brings sends past quarters.
func (c caller) brings(query, mediaType, file string, header ...string) answer {
	c.w.t.Helper()
	return c.send(http.MethodPost, "/v1/benchmarking-history?framework=1.0.0"+query, file, append([]string{"Content-Type", mediaType}, header...)...)
}

// past is a file of two quarters of two boroughs.
func (w *world) past() string {
	w.t.Helper()
	var out strings.Builder
	out.WriteString("Borough,Quarter,Count,Value,Status,Reason\n")
	for i, quarter := range []string{"2018-19-Q1", "2018-19-Q2"} {
		for k, borough := range []string{"Lambeth", farAway} {
			for n, c := range w.document().Counts {
				fmt.Fprintf(&out, "%s,%s,%s,\"1,%03d\",,\n", borough, quarter, c.Code, 100*i+10*k+n)
			}
		}
	}
	return out.String()
}

// TestPastQuartersComeInOneFile: whole or not at all, by the programme's team, marked as
// imported, and nobody is missing in them.
func TestPastQuartersComeInOneFile(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, file := w.as(programme.RoleProgramme, ""), w.past()
	counts := len(w.document().Counts)
	before := w.dump()
	var got api.BenchmarkingHistoryReport
	manager.brings("&dryRun=true", asCSV, file).want(200).into(&got)
	if after := w.dump(); jsonOf(t, before) != jsonOf(t, after) {
		t.Error("a dry run has written")
	}
	dry := got
	first := manager.brings("", asCSV, file, "Idempotency-Key", "past").want(200)
	first.into(&got)
	if got.Created != 4 || got.Values != 4*counts || !slices.Equal(got.Quarters, []string{"2018-19-Q1", "2018-19-Q2"}) || got.Table.Form != "CSV in UTF-8 with commas" || got.DryRun {
		t.Errorf("%+v", got)
	}
	if dry.DryRun = false; jsonOf(t, dry) != jsonOf(t, got) {
		t.Errorf("the dry run said %+v", dry)
	}
	if again := manager.brings("", asCSV, file, "Idempotency-Key", "past").want(200); again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the key was not known: %v", again.header)
	}
	var q api.Quarter
	manager.get("/v1/quarters/2018-19-Q1").want(200).into(&q)
	if !q.Imported || q.Asks == nil || *q.Asks != "1.0.0" {
		t.Errorf("%+v", q)
	}
	lead := w.as(programme.RoleBoroughLead, own)
	s := stateOf(t, lead, returnAt(own, "2018-19-Q2"))
	if s.State != "accepted" || *s.Standing != 1 || s.ReceivedAt != nil || s.DaysLate != 0 || s.ReceiptId != nil {
		t.Errorf("%+v", s)
	}
	w.as(programme.RoleBoroughLead, group).get(returnAt(own, "2018-19-Q2")).problem(404, "not_found")
	lead.send(http.MethodPut, returnAt(own, "2018-19-Q2"), w.whole(), "If-Match", s.Etag).problem(409, "window_closed")

	// Nobody was expected, and nobody is missing.
	for _, list := range []string{"outstanding", "completeness"} {
		if r := manager.get("/v1/quarters/2018-19-Q1/" + list).want(200); !strings.Contains(r.body, `"items":[]`) {
			t.Errorf("%s: %s", list, r.body)
		}
	}
}

// TestPastQuartersAreCorrected: the same as a workbook says nothing new; one value else is
// another version. Nobody has signed it, so that it has no receipt.
func TestPastQuartersAreCorrected(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, lead, file := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own), w.past()
	counts := len(w.document().Counts)
	manager.brings("", asCSV, file).want(200)
	var got api.BenchmarkingHistoryReport
	book := excelize.NewFile()
	for i, line := range strings.Split(strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(file, "\"1,", "1"), "\"", "")), "\n") {
		row := strings.Split(line, ",")
		if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var workbook bytes.Buffer
	if err := book.Write(&workbook); err != nil {
		t.Fatal(err)
	}
	manager.brings("", asWorkbook, workbook.String()).want(200).into(&got)
	if got.Unchanged != 4 || got.Created+got.Replaced+got.Values+len(got.Quarters) != 0 || got.Table.Form != "XLSX" {
		t.Errorf("%+v", got)
	}
	manager.brings("", asCSV, strings.Replace(file, "\"1,000\"", "77", 1)).want(200).into(&got)
	if got.Replaced != 1 || got.Unchanged != 3 || got.Values != counts {
		t.Errorf("%+v", got)
	}
	var page struct{ Items []api.BenchmarkingVersion }
	lead.get("/v1/benchmarking-submissions/" + stateOf(t, lead, returnAt(own, "2018-19-Q1")).Id + "/versions").want(200).into(&page)
	if len(page.Items) != 2 || page.Items[0].State != "superseded" || page.Items[1].State != "accepted" || *page.Items[1].Values[0].Value != 77 || page.Items[1].SubmittedBy != "programme" || page.Items[1].ReceiptId != nil || page.Items[1].OnAuthorityOf != nil {
		t.Errorf("%+v", page.Items)
	}
}

// TestAFileOfPastQuartersIsRefusedWhole, and every fault named.
func TestAFileOfPastQuartersIsRefusedWhole(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, file := w.as(programme.RoleProgramme, ""), w.past()
	opened, code := w.opened(), w.document().Counts[0].Code
	row := func(borough, quarter, count, value string) string {
		return fmt.Sprintf("%s,%s,%s,%s,,\n", borough, quarter, count, value)
	}
	before := w.dump()
	r := manager.brings("", asCSV, file+row("Nowhere", "2018-19-Q1", code, "1")+row(own, "2018-19-Q1", code, "2")+row(own, "2018-19", code, "3")+row(own, opened, code, "4")+
		row(own, "2098-99-Q4", code, "5")+row(own, "2018-19-Q2", "no_such_count", "6")+row(own, "2018-19-Q4", code, "some"))
	r.problem(422, "invalid_file")
	var p api.Problem
	r.into(&p)
	var got []string
	for _, f := range p.Errors {
		got = append(got, fmt.Sprint(*f.Row-1-4*len(w.document().Counts), " ", *f.Column, " ", f.Code))
	}
	slices.Sort(got)
	if want := []string{"1 Borough unknown_value", "2 Value duplicate_row", "3 Quarter unknown_value", "4 quarter not_allowed", "5 quarter not_yet", "6 Count unknown_value", "7 Value not_a_number"}; !slices.Equal(got, want) {
		t.Errorf("%q: %s", got, r.body)
	}
	if after := w.dump(); jsonOf(t, before) != jsonOf(t, after) {
		t.Error("a file with faults has written")
	}
	manager.send(http.MethodPost, "/v1/benchmarking-history?framework=9.9.9", file, "Content-Type", asCSV).problem(400, "bad_request")
	w.as(programme.RoleBoroughLead, own).brings("", asCSV, file).problem(403, "role")
	manager.brings("", "application/json", "{}").problem(415, "media_type")
}

// TestAFileOfPastQuartersHasBounds: of bytes, and of values.
func TestAFileOfPastQuartersHasBounds(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	if r := manager.brings("", asCSV, strings.Repeat("x", 32<<20+1)); !strings.Contains(r.body, "32 MiB") {
		t.Errorf("the limit is not named: %.500s", r.body)
	} else {
		r.problem(413, "too_large")
	}
}
