package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

var _ = standIn("/v1/actions", exampleAction, func(w *world) string { return w.action().ID })

// action records one of Lambeth about a finding that it has accepted.
func (w *world) action() programme.Action {
	w.t.Helper()
	return w.actionDue("2099-03-31")
}

func (w *world) actionDue(due programme.Date) programme.Action {
	w.t.Helper()
	made, err := w.store.CreateAction(w.t.Context(), lambeth, programme.Action{
		FindingID: w.standing(exampleFinding), Text: "Set up a joint panel.", Owner: "Head of Commissioning", OwnerKind: programme.OwnerRole, DueOn: &due,
	})
	return must(w, made, err)
}

// actionBody is what is sent to record an action about the finding.
func actionBody(finding string) string {
	return fmt.Sprintf(`{"findingId":%q,"text":"Set up a joint panel.","owner":"Head of Commissioning","ownerKind":"role","dueOn":"2099-03-31"}`, finding)
}

func TestActionNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := lean(t)
	borough := w.as(asLead, lambethCode)
	right := actionBody(w.standing(exampleFinding))
	for body, want := range map[string][]string{
		actionBody(nothing): {"/findingId unknown_value"},
		strings.Replace(actionBody(nothing), `,"dueOn":"2099-03-31"`, "", 1):                     {"/dueOn one_of", "/findingId unknown_value"},
		strings.Replace(right, `,"dueOn":"2099-03-31"`, "", 1):                                   {"/dueOn one_of"},
		strings.Replace(right, `"dueOn":"2099-03-31"`, `"noDueReason":" "`, 1):                   {"/dueOn one_of"},
		strings.Replace(right, `"dueOn"`, `"noDueReason":"It never ends.","dueOn"`, 1):           {"/dueOn one_of"},
		strings.Replace(right, `"role"`, `"person"`, 1):                                          {"/ownerKind enum"},
		strings.Replace(right, `"dueOn":"2099-03-31"`, `"dueOn":"2099-03-31","state":"done"`, 1): {"/state unknown_member"},
	} {
		if got := borough.post("/v1/actions", body).problem(422, "invalid"); !slices.Equal(got, want) {
			t.Errorf("%s: faults %v, want %v", body, got, want)
		}
	}
	unanswered := w.finding(w.standing(exampleGroup), lambethCode).ID
	borough.post("/v1/actions", actionBody(unanswered)).problem(409, "finding_not_accepted")
	var a api.Action
	borough.post("/v1/actions", strings.Replace(right, `"dueOn":"2099-03-31"`, `"noDueReason":"It never ends."`, 1)).want(201).into(&a)
	if a.DueOn != nil || *a.NoDueReason != "It never ends." || a.State != "open" || len(a.Progress) != 0 || a.Borough != lambethCode || *a.SubRegion != "south" || a.FindingKind != "strength" {
		t.Errorf("%+v", a)
	}
}

// TestProgressIsOnlyAddedTo: no way of the API leads to what was reported.
func TestProgressIsOnlyAddedTo(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path, borough := "/v1/actions/"+w.action().ID, w.as(asEditor, lambethCode)
	var a api.Action
	borough.change(http.MethodPost, path+"/progress", `{"text":"The panel has met."}`).want(200).into(&a)
	borough.change(http.MethodPatch, path, `{"text":"Set up two panels.","dueOn":"2099-06-30"}`).want(200).into(&a)
	if a.Text != "Set up two panels." || *a.DueOn != "2099-06-30" || len(a.Progress) != 1 || a.Progress[0].Text != "The panel has met." || a.Progress[0].State != "open" {
		t.Errorf("%+v", a)
	}
	for _, member := range []string{"progress", "state", "findingId", "borough"} {
		if got := borough.change(http.MethodPatch, path, `{"`+member+`":null}`).problem(422, "invalid"); !slices.Equal(got, []string{"/" + member + " unknown_member"}) {
			t.Errorf("%s: faults %v", member, got)
		}
	}
	if got := borough.change(http.MethodPatch, path, `{"dueOn":null}`).problem(422, "invalid"); !slices.Equal(got, []string{"/dueOn one_of"}) {
		t.Errorf("faults %v", got)
	}
	borough.change(http.MethodDelete, path, "").problem(409, "wrong_state")

	borough.change(http.MethodPost, path+"/progress", `{"text":"It works.","state":"done"}`).want(200)
	borough.change(http.MethodPatch, path, `{"text":"Other."}`).problem(409, "wrong_state")
	if got := borough.change(http.MethodPost, path+"/progress", `{"text":"Again.","state":"open"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/reason reason_required"}) {
		t.Errorf("faults %v", got)
	}
	borough.change(http.MethodPost, path+"/progress", `{"text":"It still works."}`).want(200).into(&a)
	if a.State != "done" || len(a.Progress) != 3 {
		t.Errorf("%+v", a)
	}
	borough.change(http.MethodPost, path+"/progress", `{"text":"Again.","state":"open","reason":"It does not"}`).want(200).into(&a)
	if a.State != "open" || len(a.Progress) != 4 || a.Progress[3].State != "open" {
		t.Errorf("%+v", a)
	}
	w.as(asLead, croydonCode).change(http.MethodPost, path+"/progress", `{"text":"x"}`).problem(403, "not_yours")
	w.as(asLead, croydonCode).change(http.MethodDelete, path, "").problem(403, "not_yours")
}

// TestProgressIsSafeToRepeat as a script does whose answer was lost.
func TestProgressIsSafeToRepeat(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path, borough := "/v1/actions/"+w.action().ID, w.as(asLead, lambethCode)
	etag := w.etag(path)
	send := func() answer {
		return borough.send(http.MethodPost, path+"/progress", `{"text":"The panel has met."}`, "If-Match", etag, "Idempotency-Key", "k-1").want(200)
	}
	first, again := send(), send()
	if first.body != again.body || again.header.Get("Idempotency-Replayed") != "true" || strings.Count(borough.get(path).body, "The panel has met.") != 1 {
		t.Errorf("%s and then %s", first.body, again.body)
	}
}

// TestActionsAreFiltered, also by what follows from the day: the server's clock is
// put forward.
func TestActionsAreFiltered(t *testing.T) {
	t.Parallel()
	w := lean(t)
	later := startOn(t, w.url, func(cfg *server.Config) {
		cfg.Clock, cfg.Settings = func() time.Time { return clock().AddDate(0, 0, 40) }, programme.Settings{StalledDays: 30}
	})
	a, b := w.actionDue("2020-01-01"), w.actionDue("2099-03-31")
	c := w.actionDue("2020-01-01")
	since := clock()
	w.as(asLead, lambethCode).change(http.MethodPost, "/v1/actions/"+c.ID+"/progress", `{"text":"Done.","state":"done"}`).want(200)
	priority := w.snapshot().Priorities[0].ID
	for query, want := range map[string][]string{
		"":                           {a.ID, b.ID, c.ID},
		"findingId=" + a.FindingID:   {a.ID, b.ID, c.ID},
		"borough=" + lambethCode:     {a.ID, b.ID, c.ID},
		"borough=" + croydonCode:     {},
		"subRegion=south":            {a.ID, b.ID, c.ID},
		"subRegion=east":             {},
		"priorityId=" + priority:     {},
		"state=open":                 {a.ID, b.ID},
		"state=done":                 {c.ID},
		"overdue=true":               {a.ID},
		"overdue=false":              {b.ID, c.ID},
		"stalled=true":               {},
		"stalled=false&overdue=true": {a.ID},
		"sort=-updatedAt":            {c.ID, b.ID, a.ID},
		"updatedSince=" + url.QueryEscape(since.Format(time.RFC3339Nano)): {c.ID},
	} {
		if got := w.as(asTeam, "").get("/v1/actions?" + query).ids(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	for query, want := range map[string][]string{"stalled=true": {a.ID, b.ID}, "stalled=false": {c.ID}, "stalled=true&overdue=true": {a.ID}} {
		if got := later.as(asTeam, "").get("/v1/actions?" + query).ids(); !slices.Equal(got, want) {
			t.Errorf("later, %s: %v, want %v", query, got, want)
		}
	}
	var now, then api.Action
	w.as(asTeam, "").get("/v1/actions/" + a.ID).want(200).into(&now)
	later.as(asTeam, "").get("/v1/actions/" + a.ID).want(200).into(&then)
	if !now.Overdue || now.Stalled || !then.Overdue || !then.Stalled {
		t.Errorf("now %t %t, then %t %t", now.Overdue, now.Stalled, then.Overdue, then.Stalled)
	}
	wantRows(t, w.as(asLead, croydonCode), "/v1/actions", 3)
	wantRows(t, w.as(asLead, hamletsCode), "/v1/actions", 0)
}

// TestSummaryOfActions is never an old one: it belongs to no snapshot.
func TestSummaryOfActions(t *testing.T) {
	t.Parallel()
	w := lean(t)
	tool := w.as(asTool, "")
	wantRows(t, tool, "/v1/actions/summary?by=kind", 0)
	w.actionDue("2020-01-01")
	done := w.action()
	forms := []string{"", "&format=csv", "&format=ndjson"}
	before := map[string]string{}
	for _, form := range forms {
		before[form] = tool.get("/v1/actions/summary?by=sub_region" + form).want(200).header.Get("ETag")
		tool.send(http.MethodGet, "/v1/actions/summary?by=sub_region"+form, "", "If-None-Match", before[form]).want(304)
	}
	w.as(asLead, lambethCode).change(http.MethodPost, "/v1/actions/"+done.ID+"/progress", `{"text":"Done.","state":"done"}`).want(200)
	for _, form := range forms {
		if after := tool.send(http.MethodGet, "/v1/actions/summary?by=sub_region"+form, "", "If-None-Match", before[form]).want(200); after.header.Get("ETag") == before[form] {
			t.Errorf("%s: the ETag stays", form)
		}
	}
	var page api.ActionCountPage
	tool.get("/v1/actions/summary?by=sub_region").want(200).into(&page)
	south := "south"
	if len(page.Items) != 1 || page.Items[0].SubRegion == nil || *page.Items[0].SubRegion != south || page.Items[0].Borough != nil ||
		page.Items[0].Open != 1 || page.Items[0].Done != 1 || page.Items[0].Overdue != 1 || page.Items[0].Total != 2 {
		t.Errorf("%+v", page.Items)
	}
	for _, by := range []string{"borough", "sub_region", "priority", "kind"} {
		wantRows(t, tool, "/v1/actions/summary?by="+by, 1)
	}
	if got := tool.get("/v1/actions/summary").problem(400, "bad_request"); !slices.Equal(got, []string{"by required"}) {
		t.Errorf("faults %v", got)
	}
}
