package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
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

// anOpenQuarter is a quarter whose window is open, after one that is published.
type anOpenQuarter struct {
	*world

	past, code string
}

func (w anOpenQuarter) at() string { return "/v1/quarters/" + w.code + "/figures" }

func (w anOpenQuarter) manager() caller { w.t.Helper(); return w.as(programme.RoleProgramme, "") }

func (w anOpenQuarter) lead() caller { w.t.Helper(); return w.as(programme.RoleBoroughLead, own) }

func (w anOpenQuarter) report() caller { w.t.Helper(); return w.as(programme.RoleReporting, "") }

func (w anOpenQuarter) read(c caller, query string) []api.QuarterFigure {
	w.t.Helper()
	return figuresOf(c, w.code, query)
}

// figuresOf are the figures of a quarter as somebody reads them.
func figuresOf(c caller, quarter, query string) []api.QuarterFigure {
	c.w.t.Helper()
	var page struct{ Items []api.QuarterFigure }
	c.get("/v1/quarters/" + quarter + "/figures?limit=500" + query).want(200).into(&page)
	return page.Items
}

// told is what all but the team are told of it.
func (w anOpenQuarter) told() map[string]string {
	w.t.Helper()
	all := map[string]string{}
	for who, c := range map[string]caller{
		"Lambeth's lead": w.lead(), "Lambeth's editor": w.as(programme.RoleBoroughEditor, own), "Lambeth's system": w.as(programme.RoleBoroughSystem, own),
		"Croydon": w.as(programme.RoleBoroughLead, group), "a report": w.report(),
	} {
		for _, query := range []string{"?limit=500&count=true", "?format=csv", "?borough=" + group} {
			r := c.get(w.at() + query)
			all[who+" "+query] = instance.ReplaceAllString(r.body, "") + r.header.Get("ETag")
		}
	}
	return all
}

// TestAnOpenQuarterIsTheTeamsAndEachBoroughsOwn: until it is published the team reads what
// everybody would see, which changes with each acceptance; a borough its own figures,
// beside the last quarter that is published; and nobody else anything.
func TestAnOpenQuarterIsTheTeamsAndEachBoroughsOwn(t *testing.T) {
	t.Parallel()
	day := time.Date(2028, 7, 3, 9, 0, 0, 0, time.UTC)
	made, turn := startByHand(t, leanDatabase(t), day)
	w := anOpenQuarter{made, "2027-28-Q4", "2028-29-Q1"}
	w.manager().brings("", asCSV, w.pastOf(w.past, 3)).want(200)
	w.publishes(w.past)
	w.open(w.code)

	w.isRefused()
	if f := w.read(w.manager(), "")[0]; !f.Provisional || f.Snapshot != nil || *f.Received != 0 || *f.Expected != 33 || f.N != 0 || *f.ComparatorsQuarter != w.code || f.ComparatorsSnapshot != nil || f.Own {
		t.Errorf("of nothing the team reads %s", jsonOf(t, f))
	}
	w.isAccepted()
	w.isOwn()

	// Published, the same address shows the snapshot to everybody.
	turn(day.Add(61 * 24 * time.Hour))
	w.publishes(w.code)
	for _, c := range []caller{w.manager(), w.lead(), w.report(), {w.world, w.readKey(own).text}} {
		if f := w.read(c, "")[0]; f.Provisional || *f.Snapshot != 1 || f.Received != nil || *f.ComparatorsQuarter != w.code || *f.ComparatorsSnapshot != 1 {
			t.Errorf("published it is %s", jsonOf(t, f))
		}
	}
}

// isRefused: a window that has not opened shows nothing to anybody, and one that has
// nothing to those whom it is not for.
func (w anOpenQuarter) isRefused() {
	w.t.Helper()
	const next = "2028-29-Q2"
	later := programme.DefaultSettings.Today(w.clock()).AddDays(100)
	_, err := w.store.CreateQuarter(w.t.Context(), team, aQuarter(next, later, later.AddDays(30), later.AddDays(60)))
	must(w.world, 0, err)
	for _, c := range []caller{w.manager(), w.lead()} {
		c.get("/v1/quarters/"+next+"/figures").problem(409, "not_published")
		c.get(w.at()+"?snapshot=1").problem(409, "not_published")
		c.get("/v1/quarters/"+w.code+"/heat-map").problem(409, "not_published")
	}
	w.manager().get("/v1/quarters/"+next+"/figures?unsuppressed=true").problem(409, "not_published")
	for _, c := range []caller{w.report(), {w.world, w.readKey(own).text}, {w.world, w.readKey("").text}} {
		c.get(w.at()).problem(409, "not_published")
		c.get(w.at()+"?format=csv").problem(409, "not_published")
	}
}

// isAccepted: with each acceptance the team's view is another, and nobody else's but that of
// the borough itself.
func (w anOpenQuarter) isAccepted() {
	w.t.Helper()
	boroughs := []string{own}
	for _, b := range idsOfBoroughs(w.world)[1:] {
		if len(boroughs) < 12 && b != own && b != group {
			boroughs = append(boroughs, b)
		}
	}
	table := func() string { return w.manager().get(w.at() + "?format=csv").want(200).body }
	shown, others := table(), w.told()
	for i, b := range boroughs {
		few := map[bool]float64{true: 1, false: 30}[b == own]
		at := w.submits(b, w.code, reported("referrals", 300), reported("rereferrals", few))
		if table() != shown {
			w.t.Errorf("what %s has submitted is shown before it is accepted", b)
		}
		w.manager().does(at, "accept", "").want(200)
		if now := table(); now != shown {
			shown = now
		} else {
			w.t.Errorf("the team does not see that %s is accepted", b)
		}
		if n := *w.read(w.manager(), "")[0].Received; n != i+1 {
			w.t.Errorf("%d are in force after %d acceptances", n, i+1)
		}
		if i > 1 && i < len(boroughs)-1 {
			continue // three of them show it
		}
		heard := w.told()
		for who, was := range others {
			if mine := b == own && strings.HasPrefix(who, "Lambeth") && !strings.HasSuffix(who, group); (heard[who] != was) != mine {
				w.t.Errorf("after the acceptance of %s, %s is told\n%.600s\nand before\n%.600s", b, who, heard[who], was)
			}
		}
		others = heard
	}
	if !slices.ContainsFunc(w.read(w.manager(), ""), func(f api.QuarterFigure) bool { return f.N == 11 && f.RegionMean != nil && f.RankBest != nil }) {
		w.t.Error("the team's view ranks nobody")
	}
}

// isOwn: Lambeth reads its own truth in its own rows, without a place, beside the quarter
// that is published.
func (w anOpenQuarter) isOwn() {
	w.t.Helper()
	mine, view, truth := w.read(w.lead(), ""), w.read(w.manager(), "&borough="+own), w.read(w.manager(), "&unsuppressed=true&borough="+own)
	published := figuresOf(w.manager(), w.past, "&borough="+own)
	if len(mine) == 0 || len(mine) != len(view) || len(truth) != len(view) || len(published) != len(view) {
		w.t.Fatalf("%d rows, %d, %d, %d", len(mine), len(view), len(truth), len(published))
	}
	beside := func(f *api.QuarterFigure) string {
		return jsonOf(w.t, []any{f.Indicator, f.N, f.RegionPooled, f.RegionMean, f.SubRegionPooled, f.NeighboursMean, f.NeighboursN})
	}
	hidden := false
	for i, f := range mine {
		if got := jsonOf(w.t, []any{f.Borough, f.Own, f.Provisional, f.ContainsSmallNumbers, f.RankBest, f.RankWorst, f.Exception, f.Uncertain, f.Received, f.Expected, f.Snapshot, f.ComparatorsQuarter, f.ComparatorsSnapshot}); got !=
			`["`+own+`",true,true,true,null,null,"none",false,null,null,null,"`+w.past+`",1]` {
			w.t.Errorf("Lambeth reads %s", jsonOf(w.t, f))
		}
		if beside(&f) != beside(&published[i]) {
			w.t.Errorf("beside Lambeth's own stands %s and not %s", beside(&f), beside(&published[i]))
		}
		if got := truth[i]; jsonOf(w.t, got.Value) != jsonOf(w.t, f.Value) || got.Status != f.Status || !got.Provisional || !got.ContainsSmallNumbers || *got.Received != 12 || got.Snapshot != nil {
			w.t.Errorf("unsuppressed it is %s, and Lambeth reads %s", jsonOf(w.t, got), jsonOf(w.t, f))
		}
		hidden = hidden || view[i].Value == nil && f.Status == api.ShownStatusNumber
	}
	if !hidden {
		w.t.Error("nothing of Lambeth's is hidden from the team's view")
	}
	for _, query := range []string{"&borough=" + group, "&exception=top20", "&exception=bottom20"} {
		if got := w.read(w.lead(), query); len(got) != 0 {
			w.t.Errorf("%s: Lambeth reads %s", query, jsonOf(w.t, got))
		}
	}
	if got := w.readings(w.code); got != `test-programme {"Borough": "`+own+`", "Snapshot": null, "Exception": null, "Indicator": null}` {
		w.t.Errorf("the audit has %s", got)
	}
	if n := w.ownerGets("SELECT count(*)::text FROM quarter_policies WHERE quarter_code = '" + w.code + "'"); n != "0" {
		w.t.Error("a reading has fixed what may be shown")
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
