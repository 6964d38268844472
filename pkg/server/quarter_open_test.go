package server_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// reported is a count that somebody has.
func reported(count string, value float64) api.CountValue {
	return api.CountValue{Count: count, Value: &value, Status: api.CountValueStatusReported}
}

// submits sends the borough's return for the quarter and signs it, and answers its address.
func (w *world) submits(borough, quarter string, but ...api.CountValue) string {
	w.t.Helper()
	var made api.BenchmarkingSubmissionReceived
	lead := w.as(programme.RoleBoroughLead, borough)
	lead.send(http.MethodPut, returnAt(borough, quarter), w.whole(but...), "If-None-Match", "*").want(201).into(&made)
	at := "/v1/benchmarking-submissions/" + made.Submission.Id
	lead.does(at, "submit", "").want(200)
	return at
}

// TestAnOpenQuarterIsTheTeamsAndEachBoroughsOwn: until it is published the team reads what
// everybody would see, which changes with each acceptance; a borough its own figures,
// beside the last quarter that is published; and nobody else anything.
func TestAnOpenQuarterIsTheTeamsAndEachBoroughsOwn(t *testing.T) {
	t.Parallel()
	const past = "2027-28-Q4"
	day := time.Date(2028, 7, 3, 9, 0, 0, 0, time.UTC)
	w, turn := startByHand(t, leanDatabase(t), day)
	w.as(programme.RoleProgramme, "").brings("", asCSV, w.pastOf(past, 3)).want(200)
	w.publishes(past)
	code := w.open("2028-29-Q1")
	at := "/v1/quarters/" + code + "/figures"
	manager := func() caller { return w.as(programme.RoleProgramme, "") }
	readers := func() map[string]caller {
		return map[string]caller{
			"Lambeth's lead": w.as(programme.RoleBoroughLead, own), "Lambeth's editor": w.as(programme.RoleBoroughEditor, own), "Lambeth's system": w.as(programme.RoleBoroughSystem, own),
			"Croydon": w.as(programme.RoleBoroughLead, group), "a report": w.as(programme.RoleReporting, ""),
		}
	}
	key := caller{w, w.readKey(own).text}
	read := func(c caller, query string) (items []api.QuarterFigure) {
		t.Helper()
		var page struct{ Items []api.QuarterFigure }
		c.get(at + "?limit=500" + query).want(200).into(&page)
		return page.Items
	}
	told := func() map[string]string {
		t.Helper()
		all := map[string]string{}
		for who, c := range readers() {
			for _, query := range []string{"?limit=500&count=true", "?format=csv", "?borough=" + group} {
				r := c.get(at + query)
				all[who+" "+query] = instance.ReplaceAllString(r.body, "") + r.header.Get("ETag")
			}
		}
		return all
	}

	// A window that has not opened shows nothing to anybody, and one that has nothing to whom it is not for.
	later := programme.DefaultSettings.Today(day).AddDays(100)
	next := aQuarter("2028-29-Q2", later, later.AddDays(30), later.AddDays(60))
	_, err := w.store.CreateQuarter(t.Context(), team, next)
	must(w, 0, err)
	for _, c := range []caller{manager(), readers()["Lambeth's lead"]} {
		c.get("/v1/quarters/2028-29-Q2/figures").problem(409, "not_published")
		c.get(at+"?snapshot=1").problem(409, "not_published")
		c.get("/v1/quarters/"+code+"/heat-map").problem(409, "not_published")
	}
	for _, c := range []caller{readers()["a report"], key, {w, w.readKey("").text}} {
		c.get(at).problem(409, "not_published")
		c.get(at+"?format=csv").problem(409, "not_published")
	}
	manager().get("/v1/quarters/2028-29-Q2/figures?unsuppressed=true").problem(409, "not_published")

	// Nothing is in force: the team finds nobody, and Lambeth itself without a figure.
	if f := read(manager(), "")[0]; !f.Provisional || f.Snapshot != nil || *f.Received != 0 || *f.Expected != 33 || f.N != 0 || *f.ComparatorsQuarter != code || f.ComparatorsSnapshot != nil || f.Own {
		t.Errorf("of nothing the team reads %s", jsonOf(t, f))
	}
	var before struct{ Items []api.QuarterFigure }
	manager().get("/v1/quarters/" + past + "/figures?limit=500&borough=" + own).want(200).into(&before)
	published := before.Items

	// With each acceptance the team's view is another, and nobody else's but the borough's own.
	var boroughs []string
	for i, b := range idsOfBoroughs(w) {
		if i > 0 && len(boroughs) < 11 && b != own && b != group {
			boroughs = append(boroughs, b)
		}
	}
	shown, others := manager().get(at+"?format=csv").want(200).body, told()
	for i, b := range append([]string{own}, boroughs...) {
		few := 30.0
		if b == own {
			few = 1
		}
		p := w.submits(b, code, reported("referrals", 300), reported("rereferrals", few))
		if got := manager().get(at + "?format=csv").want(200).body; got != shown {
			t.Errorf("what %s has submitted is shown before it is accepted", b)
		}
		manager().does(p, "accept", "").want(200)
		got := manager().get(at + "?format=csv").want(200).body
		if got == shown {
			t.Errorf("the team does not see that %s is accepted", b)
		}
		shown = got
		if n := *read(manager(), "")[0].Received; n != i+1 {
			t.Errorf("%d are in force after %d acceptances", n, i+1)
		}
		if i > 1 && i < len(boroughs) {
			continue // three of them show it
		}
		heard := told()
		for who, was := range others {
			if mine := b == own && len(who) > 7 && who[:7] == "Lambeth" && who[len(who)-len(group):] != group; (heard[who] != was) != mine {
				t.Errorf("after the acceptance of %s, %s is told\n%.600s\nand before\n%.600s", b, who, heard[who], was)
			}
		}
		others = heard
	}

	// Lambeth reads its own truth in its own rows, without a place, beside the published quarter.
	mine, view := read(readers()["Lambeth's lead"], ""), read(manager(), "&borough="+own)
	truth := read(manager(), "&unsuppressed=true&borough="+own)
	if len(mine) != len(view) || len(truth) != len(view) {
		t.Fatalf("%d rows, %d, %d", len(mine), len(view), len(truth))
	}
	hidden := 0
	for i, f := range mine {
		if f.Borough != own || !f.Own || !f.Provisional || !f.ContainsSmallNumbers || f.RankBest != nil || f.RankWorst != nil || f.Exception != "none" || f.Uncertain || f.Received != nil || f.Expected != nil ||
			f.Snapshot != nil || *f.ComparatorsQuarter != past || *f.ComparatorsSnapshot != 1 {
			t.Errorf("Lambeth reads %s", jsonOf(t, f))
		}
		beside := slices.IndexFunc(published, func(p api.QuarterFigure) bool { return p.Indicator == f.Indicator })
		if p := published[beside]; jsonOf(t, []any{f.N, f.RegionPooled, f.RegionMean, f.SubRegionPooled, f.NeighboursMean, f.NeighboursN}) != jsonOf(t, []any{p.N, p.RegionPooled, p.RegionMean, p.SubRegionPooled, p.NeighboursMean, p.NeighboursN}) {
			t.Errorf("beside %s stands %s", jsonOf(t, f), jsonOf(t, p))
		}
		if got := truth[i]; jsonOf(t, got.Value) != jsonOf(t, f.Value) || got.Status != f.Status || !got.Provisional || !got.ContainsSmallNumbers || *got.Received != 12 || got.Snapshot != nil {
			t.Errorf("unsuppressed it is %s, and Lambeth reads %s", jsonOf(t, got), jsonOf(t, f))
		}
		if (view[i].Status == api.ShownStatusHidden || view[i].Status == api.ShownStatusWithheld) && f.Status == api.ShownStatusNumber {
			hidden++
		}
	}
	if hidden == 0 {
		t.Error("nothing of Lambeth's is hidden from the team's view")
	}
	if !slices.ContainsFunc(read(manager(), ""), func(f api.QuarterFigure) bool { return f.N == 11 && f.RegionMean != nil && f.RankBest != nil }) {
		t.Error("the team's view ranks nobody")
	}
	for _, query := range []string{"&borough=" + group, "&exception=top20", "&exception=bottom20"} {
		if got := read(readers()["Lambeth's lead"], query); len(got) != 0 {
			t.Errorf("%s: Lambeth reads %s", query, jsonOf(t, got))
		}
	}
	if got := w.readings(code); got != `test-programme {"Borough": "`+own+`", "Snapshot": null, "Exception": null, "Indicator": null}` {
		t.Errorf("the audit has %s", got)
	}
	if n := w.ownerGets("SELECT count(*)::text FROM quarter_policies WHERE quarter_code = '" + code + "'"); n != "0" {
		t.Error("a reading has fixed what may be shown")
	}

	// Published, the same address shows the snapshot to everybody.
	turn(day.Add(61 * 24 * time.Hour))
	q, err := w.store.Quarter(t.Context(), team, code)
	_, err2 := w.store.PublishQuarter(t.Context(), team, code, must(w, q, err).Version, returns.Publish)
	must(w, 0, err2)
	for _, c := range append(slices.Collect(maps.Values(readers())), manager(), caller{w, key.token}) {
		if f := read(c, "")[0]; f.Provisional || *f.Snapshot != 1 || f.Received != nil || *f.ComparatorsQuarter != code || *f.ComparatorsSnapshot != 1 {
			t.Errorf("published it is %s", jsonOf(t, f))
		}
	}
}

// idsOfBoroughs are London's codes, the City first.
func idsOfBoroughs(w *world) (codes []string) {
	w.t.Helper()
	var page struct{ Items []api.Borough }
	w.get("/v1/boroughs?limit=100").want(200).into(&page)
	for _, b := range page.Items {
		codes = append(codes, b.Code)
	}
	return codes
}
