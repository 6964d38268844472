package server_test

import (
	"encoding/csv"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// readings are the entries of the quarter's audit that say what was read, as the database
// keeps them.
func (w *world) readings(quarter string) string {
	w.t.Helper()
	return w.ownerGets("SELECT coalesce(string_agg(subject || ' ' || after::text, ' | ' ORDER BY id), '') FROM audit_entries WHERE action = 'read' AND noun = 'quarter' AND key = '" + quarter + "'")
}

// TestTrueFiguresAreReadOnRequest: by the programme's team, with all that is computed of
// them. What everybody sees hides five of Lambeth's 1,188, for which three stand in; the
// truth does not, and its sums are the true ones.
func TestTrueFiguresAreReadOnRequest(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code, manager := w.earliest(), w.as(programme.RoleProgramme, "")
	manager.brings("", asCSV, w.pastOf(code, 5)).want(200)
	w.publishes(code)
	common, truth := figuresOf(manager, code, "&indicator=REREF_PCT"), figuresOf(manager, code, "&indicator=REREF_PCT&unsuppressed=true")
	of := slices.IndexFunc(truth, func(f api.QuarterFigure) bool { return f.Borough == own })
	if c, f := common[of], truth[of]; c.Status != api.ShownStatusHidden || f.Status != api.ShownStatusNumber || *f.Numerator != 5 || *f.Value != 0.4 || *f.RankBest != 1 || *f.RankWorst != 1 || f.Own {
		t.Errorf("everybody sees %s, and the truth is %s", jsonOf(t, c), jsonOf(t, f))
	}
	numerators, denominators := 0.0, 0.0
	for i := range truth {
		if c, f := common[i], truth[i]; c.ContainsSmallNumbers || !f.ContainsSmallNumbers || c.Provisional || f.Provisional || *f.Snapshot != 1 || *f.ComparatorsQuarter != code {
			t.Errorf("%s: %s and %s", c.Borough, jsonOf(t, c), jsonOf(t, f))
		}
		if truth[i].Numerator != nil {
			numerators, denominators = numerators+*truth[i].Numerator, denominators+*truth[i].Denominator
		}
	}
	if len(truth) != len(common) || math.Abs(*truth[0].RegionPooled-100*numerators/denominators) > 1e-4 || *truth[0].RegionPooled <= *common[0].RegionPooled {
		t.Errorf("of %d rows and %d the region is %v and was %v, want %v", len(truth), len(common), *truth[0].RegionPooled, *common[0].RegionPooled, 100*numerators/denominators)
	}
}

// TestTrueFiguresAreMarked in every form, and kept by nobody: not even by whoever holds
// whatever there is.
func TestTrueFiguresAreMarked(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code, manager := w.published(), w.as(programme.RoleProgramme, "")
	at := "/v1/quarters/" + code + "/figures"
	etags := map[string]bool{}
	for format, name := range map[string]string{"json": "", "csv": `attachment; filename="quarters-` + code + `-figures-unsuppressed.csv"`, "ndjson": `attachment; filename="quarters-` + code + `-figures-unsuppressed.ndjson"`} {
		for range 2 {
			r := manager.send(http.MethodGet, at+"?unsuppressed=true&borough="+own+"&format="+format, "", "If-None-Match", "*").want(200)
			if h := r.header; etags[h.Get("ETag")] || h.Get("Cache-Control") != "no-store" || h.Get("Content-Disposition") != name {
				t.Errorf("as %s it is answered with %v", format, h)
			}
			etags[r.header.Get("ETag")] = true
		}
		if plain := manager.get(at + "?unsuppressed=false&format=" + format).want(200); plain.header.Get("Cache-Control") == "no-store" || strings.Contains(plain.header.Get("Content-Disposition"), "unsuppressed") {
			t.Errorf("what everybody sees is answered with %v", plain.header)
		}
	}
	table := manager.get(at + "?unsuppressed=true&borough=" + own + "&format=csv").want(200).body
	records, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if column := slices.Index(records[0], "containsSmallNumbers"); err != nil || column < 0 || len(records) != 3 || records[1][column] != "true" || records[2][column] != "true" {
		t.Errorf("the table is\n%s", table)
	}
}

// TestTheAuditHasWhatWasAsked: one entry for each answer, of whatever form, and nothing of
// what was answered. Everybody reads that somebody of the team has looked; the feed hears
// of nothing.
func TestTheAuditHasWhatWasAsked(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code, manager, lead := w.published(), w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	at := "/v1/quarters/" + code + "/figures?unsuppressed=true"
	place := func() string {
		t.Helper()
		var page struct{ NextCursor string }
		manager.get("/v1/changes?from=now").want(200).into(&page)
		return page.NextCursor
	}
	before := place()
	for _, query := range []string{"&indicator=REREF_PCT", "&borough=" + own, "&format=csv&exception=top20", "&format=ndjson&snapshot=1"} {
		manager.get(at + query).want(200)
	}
	w.send(ask{method: http.MethodHead, path: at, token: manager.token}).want(200)
	w.somebody("two-roles", "", programme.RoleReporting, programme.RoleProgramme).get(at).want(200)
	if got, want := w.readings(code), `test-programme {"Borough": null, "Snapshot": 1, "Exception": null, "Indicator": "REREF_PCT"}`+
		` | test-programme {"Borough": "`+own+`", "Snapshot": 1, "Exception": null, "Indicator": null}`+
		` | test-programme {"Borough": null, "Snapshot": 1, "Exception": "top20", "Indicator": null}`+
		strings.Repeat(` | test-programme {"Borough": null, "Snapshot": 1, "Exception": null, "Indicator": null}`, 2)+
		` | two-roles {"Borough": null, "Snapshot": 1, "Exception": null, "Indicator": null}`; got != want {
		t.Errorf("the audit has\n%s\nand not\n%s", got, want)
	}
	entries := w.audit(manager.token, "quarter", code).Items
	last := entries[len(entries)-1]
	if last.Action != "read" || last.By.Subject == nil || *last.By.Subject != "two-roles" || !last.Complete || len(last.Values) != 1 || last.Values[0].Member != "snapshot" || last.Values[0].From != nil || last.RequestID == nil {
		t.Errorf("the team reads of it %+v", last)
	}
	entries = w.audit(lead.token, "quarter", code).Items
	if last = entries[len(entries)-1]; last.Action != "read" || last.By.Subject != nil || last.Complete || len(last.Values) > 0 || !slices.Equal(last.By.Roles, []string{"programme", "reporting"}) {
		t.Errorf("a borough reads of it %+v", last)
	}
	if after := place(); after != before {
		t.Error("the feed has heard of it")
	}
}

// TestTrueFiguresAreRefused: to everybody else, where they are not there, and where the
// audit cannot keep that they were asked for. Nothing is kept of what was not answered.
func TestTrueFiguresAreRefused(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code := w.published()
	at := "/v1/quarters/" + code + "/figures?unsuppressed=true"
	manager := w.as(programme.RoleProgramme, "")
	for _, c := range []caller{w.as(programme.RoleBoroughLead, own), w.as(programme.RoleBoroughEditor, own), w.as(programme.RoleBoroughSystem, own), w.as(programme.RoleReporting, ""), {w, w.readKey("").text}, {w, w.readKey(own).text}} {
		c.get(at).problem(403, "role")
		c.get(at+"&format=csv").problem(403, "role")
		c.get(at+"&snapshot=7").problem(403, "role")
	}
	manager.get(at+"&snapshot=7").problem(400, "bad_request")
	manager.get(at+"&format=ndjson&snapshot=7").problem(400, "bad_request")
	manager.get("/v1/quarters/2031-32-Q1/figures?unsuppressed=true").problem(404, "not_found")
	manager.get("/v1/quarters/practice/figures?unsuppressed=true").problem(409, "not_published")
	manager.get("/v1/quarters/"+w.imported()+"/figures?unsuppressed=true").problem(409, "not_published")
	manager.get(at+"&cursor=e30").problem(400, "bad_request")
	if n := w.ownerGets("SELECT count(*)::text FROM audit_entries WHERE action = 'read'"); n != "0" {
		t.Errorf("%s readings are kept of what nobody was told", n)
	}

	w.ownerDoes("REVOKE INSERT ON audit_entries FROM peerchallenge_service")
	for _, format := range []string{"json", "csv", "ndjson"} {
		if r := manager.get(at + "&format=" + format); r.status != http.StatusInternalServerError || strings.Contains(r.body, "Lambeth") {
			t.Errorf("without an entry it is answered %d: %.300s", r.status, r.body)
		}
	}
	w.ownerDoes("GRANT INSERT ON audit_entries TO peerchallenge_service")
	manager.get(at).want(200)
	manager.change(http.MethodPost, "/v1/snapshots/"+w.ownerGets("SELECT snapshot_id::text FROM quarters WHERE code = '"+code+"'")+"/withdraw", `{"reason":"A borough sent another quarter."}`).want(200)
	manager.get(at).problem(410, "withdrawn")
	if n := w.ownerGets("SELECT count(*)::text FROM audit_entries WHERE action = 'read'"); n != "1" {
		t.Errorf("%s readings are kept of one answer", n)
	}
}

// TestTheAuditOfAQuarterShowsEachReading: whoever holds its audit holds an old one after a
// reading, though no change has come; and holds whatever else is made of the quarter still.
func TestTheAuditOfAQuarterShowsEachReading(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code := w.published()
	manager := w.as(programme.RoleProgramme, "")
	audit, others := "/v1/audit-entries?type=quarter&id="+code, []string{"/v1/quarters", "/v1/quarters?format=csv", "/v1/quarters/" + code + "/figures", "/v1/quarters/" + code + "/figures?format=csv", "/v1/snapshots"}
	held := map[string]string{}
	for _, path := range append([]string{audit, audit + "&format=csv", audit + "&format=ndjson"}, others...) {
		held[path] = manager.get(path).want(200).header.Get("ETag")
		for range 2 { // the second time it may be told without being made
			manager.send(http.MethodGet, path, "", "If-None-Match", held[path]).want(304)
		}
	}
	manager.get("/v1/quarters/" + code + "/figures?unsuppressed=true&limit=1").want(200)
	for path, etag := range held {
		status := 200
		if slices.Contains(others, path) {
			status = 304
		}
		if r := manager.send(http.MethodGet, path, "", "If-None-Match", etag); r.status != status {
			t.Errorf("%s is answered %d after a reading, want %d", path, r.status, status)
		}
	}
}
