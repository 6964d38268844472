package server_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

const exampleNarrative = "01932b7e-0000-7000-8000-000000000084"

var (
	_ = standIn("/v1/narratives", exampleNarrative, (*world).narrative)
	_ = prepared((*world).narrative, "updateNarrative")
	_ = prepared((*world).toldNarrative, "shareNarrative")
	_ = prepared((*world).sharedNarrative, "reopenNarrative", "redactNarrative")
	_ = prepared((*world).writtenNarrative, "acknowledgeNarrative")
)

// askedOf is the code of a quarter that was collected here and is published, with the
// exceptions that ask for narratives.
func (w *world) askedOf() string {
	w.t.Helper()
	code := w.imported()
	w.collectsHere(code)
	w.publishes(code)
	return code
}

// collectsHere makes of an imported quarter one whose window was open here.
func (w *world) collectsHere(code string) {
	w.t.Helper()
	period, err := benchmark.ParsePeriod(code)
	if err != nil {
		w.t.Fatal(err)
	}
	on := func(days int) string { return "'" + string(period.EndsOn.AddDays(days)) + "'" }
	w.ownerDoes("UPDATE quarters SET imported = false, opens_on = " + on(1) + ", due_on = " + on(20) + ", late_until = " + on(30) + " WHERE code = '" + code + "'")
}

// narrativeOf is the id of the narrative that Lambeth owes of its re-referrals in the quarter.
func (w *world) narrativeOf(quarter string) string {
	w.t.Helper()
	return w.ownerGets("SELECT id::text FROM narratives WHERE borough_code = '" + own + "' AND indicator_code = 'REREF_PCT' AND quarter_code = '" + quarter + "'")
}

// narrative is the id of one more that Lambeth owes, of whatever stands out.
func (w *world) narrative() string {
	w.t.Helper()
	return w.owes(w.once("a published quarter", (*world).published))
}

func (w *world) owes(quarter string) string {
	w.t.Helper()
	return w.ownerGets(`INSERT INTO narratives (id, quarter_code, borough_code, indicator_code, edge, state, due_on, illustrative, version, created_at, updated_at, audience)
		SELECT gen_random_uuid(), code, '` + own + `', 'REREF_' || (SELECT count(*) FROM narratives), 'bottom20', 'asked', '2026-12-24', illustrative, 1764149400000000, '2026-11-26 09:30Z', '2026-11-26 09:30Z',
		'{` + own + `,programme}' FROM quarters WHERE code = '` + quarter + `' RETURNING id::text`)
}

func (w *world) toldNarrative() string {
	id := w.narrative()
	w.as(asEditor, own).change(http.MethodPatch, "/v1/narratives/"+id, `{"text":"Fewer families come back."}`).want(200)
	return id
}

func (w *world) sharedNarrative() string {
	id := w.toldNarrative()
	w.as(asLead, own).does("/v1/narratives/"+id, "share", "").want(200)
	return id
}

func (w *world) writtenNarrative() string {
	return w.written("/v1/narratives", w.narrative(), http.MethodPatch, "", `{"text":"`+lives+`"}`, w.as(asLead, own))
}

// standsOut is what the caller reads of where Lambeth stands out.
func (c caller) standsOut(query string) []api.BoroughException {
	c.w.t.Helper()
	var page struct{ Items []api.BoroughException }
	c.get("/v1/boroughs/" + own + "/exceptions?limit=500" + query).want(200).into(&page)
	return page.Items
}

// knows answers what the caller is told of the narrative of re-referrals: what became of
// it, and its address.
func (c caller) knows() (state, path string) {
	c.w.t.Helper()
	for _, e := range c.standsOut("&state=standing") {
		if e.Indicator == "REREF_PCT" && e.NarrativeId != nil && e.NarrativeState != nil {
			return string(*e.NarrativeState), "/v1/narratives/" + *e.NarrativeId
		}
	}
	return "", ""
}

// TestWhatStandsOutIsEverybodys: the exceptions are those of the figures, the same for all.
func TestWhatStandsOutIsEverybodys(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code := w.askedOf()
	report := w.as(programme.RoleReporting, "")
	var figures struct{ Items []api.QuarterFigure }
	report.get("/v1/quarters/" + code + "/figures?limit=500&borough=" + own).want(200).into(&figures)
	var want, got []string
	for _, f := range figures.Items {
		if f.Exception != api.ExceptionNone || f.Uncertain {
			want = append(want, f.Indicator+string(f.Exception))
		}
	}
	for _, e := range report.standsOut("&quarter=" + code) {
		got = append(got, e.Indicator+string(e.Exception))
		if e.NarrativeId != nil || e.NarrativeState != nil || e.Cause != nil || e.Quarter != code || (e.State == "standing") != (e.Exception != api.ExceptionNone) {
			t.Errorf("%+v", e)
		}
	}
	if !slices.Equal(got, want) || !slices.Contains(got, "REREF_PCTbottom20") {
		t.Errorf("figures say %v, and exceptions %v", want, got)
	}
	report.get("/v1/boroughs/E09000099/exceptions").problem(404, "not_found")
	report.get("/v1/boroughs/"+own+"/exceptions?quarter=2031-32-Q1").problem(400, "bad_request")
	if n := len(report.standsOut("&state=withdrawn")); n != 0 {
		t.Errorf("%d are withdrawn", n)
	}
	for _, c := range []caller{w.as(asTeam, ""), w.as(asLead, own), w.as(asLead, farAway)} {
		rows := c.standsOut("&quarter=" + code)
		for i := range rows {
			rows[i].NarrativeId, rows[i].NarrativeState = nil, nil
		}
		if jsonOf(t, rows) != jsonOf(t, report.standsOut("&quarter="+code)) {
			t.Error("what stands out is another thing for another reader")
		}
	}
}

// TestAnExceptionAsksForANarrative: what is said of it is its borough's, until its lead
// shares it with those that it meets and the programme.
func TestAnExceptionAsksForANarrative(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path := "/v1/narratives/" + w.narrativeOf(w.askedOf())
	lead, editor, team := w.as(asLead, own), w.as(asEditor, own), w.as(asTeam, "")
	member, stranger, report := w.as(asEditor, group), w.as(asLead, farAway), w.as(programme.RoleReporting, "")
	w.standing(exampleGroup)

	// Asked for: its people may write, others know nothing of it, the team that it is owed.
	for name, c := range map[string]caller{"a member of its group": member, "a stranger": stranger, "a report": report} {
		if state, at := c.knows(); state != "" || at != "" {
			t.Errorf("%s knows of a narrative that is %q", name, state)
		}
	}
	for name, c := range map[string]caller{"the team": team, "its editor": editor} {
		if state, at := c.knows(); state != "asked" || at != path {
			t.Errorf("%s knows that it is %q: %s", name, state, at)
		}
	}
	report.get(path).problem(403, "role")
	hidden := func() {
		t.Helper()
		for _, c := range []caller{member, stranger} {
			c.get(path).problem(404, "not_found")
		}
		var n api.Narrative
		if team.get(path).want(200).into(&n); n.Text != nil || n.State != "asked" || n.SharedAt != nil {
			t.Errorf("of what is not shared the team reads %+v", n)
		}
	}
	hidden()
	lead.does(path, "share", "").problem(409, "wrong_state") // nothing is written
	lead.does(path, "reopen", `{"reason":"Not yet."}`).problem(409, "wrong_state")
	editor.change(http.MethodPatch, path, `{"text":"`+lives+`"}`).want(200)
	hidden()
	editor.does(path, "share", "").problem(403, "role")
	lead.does(path, "share", "").problem(409, "words_not_acknowledged")
	editor.change(http.MethodPatch, path, `{"text":"Fewer families come back."}`).want(200)
	lead.does(path, "share", "").want(200)

	// Shared: those that it meets and the team read it, and nobody changes it.
	for name, c := range map[string]caller{"a member of its group": member, "the team": team, "its editor": editor} {
		var n api.Narrative
		if c.get(path).want(200).into(&n); n.Text == nil || *n.Text != "Fewer families come back." || n.State != "shared" || n.SharedAt == nil {
			t.Errorf("%s reads %+v", name, n)
		}
		if state, at := c.knows(); state != "shared" || at != path {
			t.Errorf("%s knows that it is %q: %s", name, state, at)
		}
	}
	stranger.get(path).problem(404, "not_found")
	editor.change(http.MethodPatch, path, `{"text":"Other words."}`).problem(409, "wrong_state")
	member.change(http.MethodPatch, path, `{"text":"Other words."}`).problem(403, "not_yours")
	member.does(path, "redact", `{"places":[{"field":"/text"}],"reason":"Theirs."}`).problem(403, "role")
}

// TestASharedNarrativeFollowsTheGroup: those read it that its borough meets now.
func TestASharedNarrativeFollowsTheGroup(t *testing.T) {
	t.Parallel()
	w := lean(t)
	groupPath := "/v1/peer-challenge-groups/" + w.standing(exampleGroup)
	challenge := w.ownerGets("SELECT peer_challenge_id::text FROM peer_challenge_groups WHERE id = '" + w.standing(exampleGroup) + "'")
	path := "/v1/narratives/" + w.sharedNarrative()
	lead, team, member := w.as(asLead, own), w.as(asTeam, ""), w.as(asEditor, group)
	member.get(path).want(200)

	// Who leaves the group reads it no more, nor anybody once the challenge is closed.
	team.change(http.MethodDelete, groupPath+"/members/"+group, "", "X-Audit-Reason", "It withdraws").want(200)
	member.get(path).problem(404, "not_found")
	team.change(http.MethodPut, groupPath+"/members/"+group, `{"role":"visitor"}`, "X-Audit-Reason", "It comes after all").want(200)
	member.get(path).want(200)
	w.ownerDoes("UPDATE peer_challenges SET state = 'completed' WHERE id = '" + challenge + "'")
	team.does("/v1/peer-challenges/"+challenge, "close", "").want(200)
	member.get(path).problem(404, "not_found")
	team.get(path).want(200)

	// Taken back it is its borough's again.
	lead.does(path, "reopen", "").problem(422, "invalid")
	lead.does(path, "reopen", `{"reason":"There is more to say."}`).want(200)
	member.get(path).problem(404, "not_found")
	team.does(path, "redact", `{"places":[{"field":"/text"}],"reason":"Theirs."}`).problem(422, "invalid") // no text of the team's stands there
}

// TestANarrativeFollowsItsException: withdrawn with its cause where a later snapshot has
// the exception no more, and asked for again where that snapshot is withdrawn.
func TestANarrativeFollowsItsException(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code := w.askedOf()
	lead, team := w.as(asLead, own), w.as(asTeam, "")
	path := "/v1/narratives/" + w.narrativeOf(code)
	stands := func(state, cause string) {
		t.Helper()
		var n api.Narrative
		lead.get(path).want(200).into(&n)
		if got := n.Cause; string(n.State) != state || (got == nil) != (cause == "") || got != nil && string(*got) != cause {
			t.Errorf("the narrative is %s for %v", n.State, got)
		}
		var page struct{ Items []api.BoroughException }
		lead.get("/v1/boroughs/" + own + "/exceptions?limit=500&quarter=" + code).want(200).into(&page)
		at := slices.IndexFunc(page.Items, func(e api.BoroughException) bool { return e.Indicator == "REREF_PCT" })
		if at < 0 || (page.Items[at].State == "withdrawn") != (cause != "") || cause != "" && (string(*page.Items[at].Cause) != cause || page.Items[at].Lower != nil) {
			t.Errorf("the exception at %d of %s", at, jsonOf(t, page.Items))
		}
	}
	stands("asked", "")
	lead.change(http.MethodPatch, path, `{"text":"Fewer families come back."}`).want(200)
	lead.does(path, "share", "").want(200)

	w.ownerDoes("UPDATE quarters SET imported = true, opens_on = NULL, due_on = NULL, late_until = NULL WHERE code = '" + code + "'")
	team.brings("", asCSV, w.pastOf(code, 160)).want(200)
	w.collectsHere(code)
	var second api.QuarterSnapshot
	team.post("/v1/quarters/"+code+"/snapshots", `{"reason":"Lambeth has corrected its referrals."}`).want(201).into(&second)
	stands("withdrawn", "figure_changed")
	lead.does(path, "reopen", `{"reason":"Again."}`).problem(409, "wrong_state")
	team.get(path).want(200) // who has read it still can

	team.does("/v1/snapshots/"+second.Id, "withdraw", `{"reason":"A wrong file."}`).want(200)
	stands("shared", "")
	first := w.ownerGets("SELECT snapshot_id::text FROM quarters WHERE code = '" + code + "'")
	team.does("/v1/snapshots/"+first, "withdraw", `{"reason":"Wrong too."}`).want(200)
	stands("withdrawn", "snapshot_withdrawn")
	if n := w.ownerGets("SELECT count(*)::text FROM narratives WHERE state <> 'withdrawn'"); n != "0" {
		t.Errorf("%s narratives are asked for of nothing", n)
	}

	// An imported quarter asks nobody.
	w.published()
	if n := w.ownerGets("SELECT count(DISTINCT quarter_code)::text FROM narratives"); n != "1" || strings.Contains(path, "null") {
		t.Errorf("%s quarters ask for narratives", n)
	}
}

// TestABoroughsQuarterIsAPage: the figures that everybody sees, what stands out with its
// bars, and of the narrative what the reader may know. It runs nothing.
func TestABoroughsQuarterIsAPage(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code := w.askedOf()
	at := "/v1/quarters/" + code + "/boroughs/"
	page := w.as(asEditor, own).get(at + own).want(200)
	for _, want := range []string{"<h1>Lambeth, ", "Re-referrals within 12 months: among the lowest fifth, the good end. A narrative is due on ", "<svg", "Snapshot 1 of " + code} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page.body, "<script") || !strings.HasPrefix(page.header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") || page.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("it comes as %v", page.header)
	}
	stranger := w.as(asLead, farAway).get(at + own).want(200)
	if strings.Contains(stranger.body, "A narrative is due") || strings.ReplaceAll(regexp.MustCompile(`\. A narrative is due on [0-9-]+`).ReplaceAllString(page.body, ""), "\r", "") != stranger.body {
		t.Error("a stranger reads another page, but for the narrative")
	}
	if quiet := stranger.body; strings.Contains(quiet, "It stands out on no indicator.") {
		t.Error("it stands out, and does not")
	}
	w.as(asLead, own).get(at+"E09000099").problem(404, "not_found")
}
