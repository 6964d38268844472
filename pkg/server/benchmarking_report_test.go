package server_test

import (
	"slices"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestAnAcceptedReturnUnderNewRules: the programme's team sees what another version of the
// framework would find, which may be its draft. Nothing comes of it.
func TestAnAcceptedReturnUnderNewRules(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	path := "/v1/benchmarking-submissions/" + w.submitted(w.opened())
	team.does(path, "accept", "").want(200)
	d := w.document()
	for i := range d.Rules {
		if d.Rules[i].Code == "larger_than_likely" {
			d.Rules[i].Maximum, d.Rules[i].Version = new(1.0), 2
		}
	}
	w.ownerDoes(`INSERT INTO frameworks SELECT gen_random_uuid(), '1.1.0', name, 'draft', NULL, '` + quoted(jsonOf(t, d)) + `', version, created_at, updated_at, '{programme}' FROM frameworks WHERE number = '1.0.0'`)
	before := w.dump()
	var by api.BenchmarkingReport
	team.get(path + "/report").want(200).into(&by)
	if by.Warnings != 0 || by.Framework != "1.0.0" {
		t.Errorf("by its own version: %+v", by)
	}
	team.get(path + "/report?framework=1.1.0").want(200).into(&by)
	if by.Framework != "1.1.0" || by.Unexplained == 0 || by.MaySubmit || by.Number == nil || !slices.ContainsFunc(by.Findings, func(f api.ReportFinding) bool { return f.Rule == "larger_than_likely" && f.RuleVersion == 2 }) {
		t.Errorf("by the draft: %+v", by)
	}
	if header, rows := table(t, team.get(path+"/report.csv?framework=1.1.0").want(200)); len(rows) != len(by.Findings) || rows[0][slices.Index(header, "rule_version")] != "2" {
		t.Errorf("as a table: %q", rows)
	}
	if rows := sheetOf(t, team.get(path+"/report.xlsx?framework=1.1.0").want(200)); len(rows) != 1+len(by.Findings) {
		t.Errorf("as a workbook: %q", rows)
	}
	for _, form := range []string{"", ".csv", ".xlsx"} {
		lead.get(path+"/report"+form+"?framework=1.1.0").problem(400, "bad_request") // the team's draft
		team.get(path+"/report"+form+"?framework=9.9.9").problem(400, "bad_request")
	}
	if after := w.dump(); jsonOf(t, before) != jsonOf(t, after) {
		t.Error("a report has written")
	}
	if s := stateOf(t, team, path); s.State != api.BenchmarkingSubmissionStateAccepted {
		t.Errorf("the return is %s", s.State)
	}
}
