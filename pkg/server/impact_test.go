package server_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// impactOf reads the one indicator that the finding names, then and now.
func (c caller) impactOf(finding string) (all api.FindingImpact, of api.ImpactIndicator) {
	c.w.t.Helper()
	c.get("/v1/findings/" + finding + "/impact").want(200).into(&all)
	if len(all.Indicators) != 1 {
		c.w.t.Fatalf("%d indicators", len(all.Indicators))
	}
	return all, all.Indicators[0]
}

// copiedRelease brings the figures of the indicator's newest period again, of a period a year
// later and half as high. It answers the id of what gives them.
func (w *world) copiedRelease(indicator, period, later string) string {
	w.t.Helper()
	const copied = "01a00000-0000-7000-8000-000000000001"
	w.ownerDoes(`INSERT INTO periods (code, kind, starts_on, ends_on, created_at) SELECT '` + later + `', kind, starts_on + interval '1 year', ends_on + interval '1 year', created_at
		FROM periods WHERE code = '` + period + `' ON CONFLICT DO NOTHING`)
	w.ownerDoes(`INSERT INTO releases SELECT (jsonb_populate_record(r, jsonb_build_object('id', '` + copied + `', 'imported_at', now(), 'sha256', repeat('a', 64)))).*
		FROM releases r WHERE id = (SELECT release_id FROM observations WHERE period_code = '` + period + `' AND indicator_code = '` + indicator + `' AND geography_code = '` + own + `')`)
	w.ownerDoes(`INSERT INTO release_columns (release_id, period_code, indicator_code, figures) VALUES ('` + copied + `', '` + later + `', '` + indicator + `', 1)`)
	w.ownerDoes(`INSERT INTO release_observations SELECT (jsonb_populate_record(o, jsonb_build_object('release_id', '` + copied + `', 'period_code', '` + later + `', 'value', o.value / 2, 'numerator', o.numerator / 2))).*
		FROM release_observations o WHERE o.period_code = '` + period + `' AND o.indicator_code = '` + indicator + `' AND o.geography_code = '` + own + `'
		AND o.release_id = (SELECT release_id FROM observations b WHERE b.period_code = o.period_code AND b.indicator_code = o.indicator_code AND b.geography_code = o.geography_code)`)
	return copied
}

// TestWhatChangedSinceAFinding: an indicator as it stood by the file that was newest on the
// day, and as it stands by what has come since, with the intervals of the comparison, beside
// the borough's own words.
func TestWhatChangedSinceAFinding(t *testing.T) {
	t.Parallel()
	w := start(t)
	lead, peer := w.as(asLead, own), w.as(asLead, group)
	f := w.acceptedFinding()
	at := "/v1/findings/" + f.ID + "/impact"

	all, of := peer.impactOf(f.ID)
	then := of.Published.Then
	if then == nil || then.Status != "number" || then.Value == nil || !reflect.DeepEqual(then, of.Published.Now) || of.Quarterly.Then != nil || of.Quarterly.Now != nil {
		t.Fatalf("at first %+v", of)
	}
	if all.Response == nil || all.Response.Answer != "accepted" || len(all.Actions) != 0 || all.Note == "" || all.Borough != own || all.Theme != f.Theme {
		t.Errorf("at first %+v", all)
	}
	w.standsAsCompared(then)

	// A year later there is a newer file, the borough has acted, and a quarter is shown.
	const later = "2090-91"
	copied := w.copiedRelease("REREF_PCT", then.Citation.Period, later)
	quarter := w.published()
	lead.post("/v1/actions", `{"findingId":"`+f.ID+`","text":"Set up a joint panel.","owner":"Head of Commissioning","ownerKind":"role","dueOn":"2099-03-31"}`).want(201)
	all, of = peer.impactOf(f.ID)
	if now := of.Published.Now; now.Citation.SourceId != copied || now.Citation.Period != later || *now.Value != *then.Value/2 || *now.ConfidenceInterval.Upper >= *then.ConfidenceInterval.Upper || !reflect.DeepEqual(of.Published.Then, then) {
		t.Errorf("a year later %+v", of.Published)
	}
	if q := of.Quarterly; q.Then != nil || q.Now == nil || q.Now.Citation.Period != quarter || q.Now.Citation.Source != "snapshot" {
		t.Errorf("a quarter later %+v", q)
	}
	if len(all.Actions) != 1 || all.Actions[0].Text != "Set up a joint panel." {
		t.Errorf("what is done: %+v", all.Actions)
	}
	// A small count is its borough's alone.
	_, ours := lead.impactOf(f.ID)
	if hidden, known := of.Quarterly.Now, ours.Quarterly.Now; hidden.Status == "number" || hidden.Value != nil || hidden.ConfidenceInterval.Lower != nil || known.Value == nil || known.Status != "number" {
		t.Errorf("others see %+v, the borough %+v", hidden, known)
	}

	w.as(asLead, other).get(at).problem(404, "not_found")
	w.as(programme.RoleReporting, "").get(at).problem(403, "role")
	w.withdrawnBeside(f, copied, then.Citation.SourceId)
}

// standsAsCompared: the figure is the comparison's, with its interval and its region.
func (w *world) standsAsCompared(then *api.ImpactFigure) {
	w.t.Helper()
	var compared api.ComparisonPage
	w.as(asTeam, "").get("/v1/comparisons?borough=" + own + "&indicator=REREF_PCT&period=" + then.Citation.Period).want(200).into(&compared)
	if c := compared.Items[0]; !reflect.DeepEqual(c.Value, then.Value) || !reflect.DeepEqual(c.ConfidenceInterval, then.ConfidenceInterval) || then.ConfidenceInterval.Lower == nil ||
		!reflect.DeepEqual(c.Region.Published.Value, then.Region) || *c.Method.ReleaseId != then.Citation.SourceId {
		w.t.Errorf("then %+v, and compared it is %+v", then, c)
	}
}

// withdrawnBeside withdraws the releases and looks at the finding, at one that is recorded
// afterwards, and at one from before all figures.
func (w *world) withdrawnBeside(f programme.Finding, releases ...string) {
	w.t.Helper()
	t, peer := w.t, w.as(asLead, group)
	// What was withdrawn since then says so, and does not stand now; what was withdrawn
	// before a finding was recorded did not stand then.
	w.ownerDoes("UPDATE releases SET state = 'withdrawn', state_reason = 'A wrong file.', updated_at = now() WHERE id IN ('" + strings.Join(releases, "', '") + "')")
	_, of := peer.impactOf(f.ID)
	if was := of.Published.Then; was == nil || was.Status != "withdrawn" || was.Value != nil || was.ConfidenceInterval.Lower != nil || of.Published.Now != nil && of.Published.Now.Status == "withdrawn" {
		t.Errorf("once both are withdrawn %+v", of.Published)
	}
	_, of = peer.impactOf(w.finding(*f.PeerChallengeGroupID, own).ID)
	if !reflect.DeepEqual(of.Published.Then, of.Published.Now) || !reflect.DeepEqual(of.Quarterly.Then, of.Quarterly.Now) || of.Quarterly.Now == nil {
		t.Errorf("recorded now %+v", of)
	}
	w.ownerDoes("UPDATE findings SET created_at = '2000-01-01' WHERE id = '" + f.ID + "'")
	if _, of = peer.impactOf(f.ID); of.Published.Then != nil || of.Quarterly.Then != nil {
		t.Errorf("before all figures %+v", of)
	}
	peer.change(http.MethodPatch, "/v1/findings/"+f.ID, `{"indicators":[]}`, "X-Audit-Reason", "None belongs here").want(200)
	var all api.FindingImpact
	if peer.get("/v1/findings/" + f.ID + "/impact").want(200).into(&all); len(all.Indicators) != 0 {
		t.Errorf("without indicators %+v", all.Indicators)
	}
}
