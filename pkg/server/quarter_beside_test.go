package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// threeQuarters brings two years of quarters, and publishes the last, the one before it
// and that of the year before. It answers the code of the last.
func (w *world) threeQuarters(few int) string {
	w.t.Helper()
	code := w.earliest()
	w.as(programme.RoleProgramme, "").brings("", asCSV, w.pastWith(code, 0, 8, few)).want(200)
	for _, ago := range []int{4, 1, 0} { // the last quarter is withheld where no year is shown
		w.publishes(before(w.t, code, ago))
	}
	return code
}

// figure is a row of the quarter's table.
func (c caller) figure(quarter, borough, indicator string) (f api.QuarterFigure) {
	c.w.t.Helper()
	var page struct{ Items []api.QuarterFigure }
	c.get("/v1/quarters/" + quarter + "/figures?borough=" + borough + "&indicator=" + indicator).want(200).into(&page)
	if len(page.Items) != 1 {
		c.w.t.Fatalf("%d rows", len(page.Items))
	}
	return page.Items[0]
}

// TestAQuarterBesideOthers: a change is made of what both quarters show when it is read,
// so that what was withdrawn leaves it and what is taken anew enters; small counts have
// none for others, and for their borough one of its own figures.
func TestAQuarterBesideOthers(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code := w.threeQuarters(3)
	last, year := before(t, code, 1), before(t, code, 4)
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	const referrals = "REF_RATE"

	besideNumbers(t, manager, code, last, year)
	hiddenBeside(t, manager, lead, code, last, year)

	// Withdrawn, the other quarter leaves the change, and taken anew it enters under its number.
	// A table and a page that was kept say so too.
	figures := "/v1/quarters/" + code + "/figures?borough=" + group + "&indicator=" + referrals
	kept, table := manager.get(figures), manager.get(figures+"&format=csv").want(200).body
	var q api.Quarter
	manager.get("/v1/quarters/" + last).want(200).into(&q)
	manager.change(http.MethodPost, "/v1/snapshots/"+*q.SnapshotId+"/withdraw", `{"reason":"A borough sent another quarter."}`).want(200)
	f := manager.figure(code, group, referrals)
	if f.ChangeOnLastQuarterStatus != "not_published" || f.LastQuarterSnapshot != nil || f.LastQuarter != nil || f.ChangeOnLastQuarter != nil || f.ChangeOnLastYearStatus != "number" {
		t.Errorf("of what was withdrawn: %+v", f)
	}
	manager.send(http.MethodGet, figures, "", "If-None-Match", kept.header.Get("ETag")).want(200)
	if manager.get(figures+"&format=csv").want(200).body == table {
		t.Error("the table tells what was withdrawn")
	}
	manager.post("/v1/quarters/"+last+"/snapshots", `{"reason":"Put right."}`).want(201)
	if f = manager.figure(code, group, referrals); *f.LastQuarterSnapshot != 2 || f.ChangeOnLastQuarterStatus != "number" || *f.LastYearSnapshot != 1 {
		t.Errorf("taken anew: %+v", f)
	}
}

func near(a, b float64) bool { return a-b < 1e-6 && b-a < 1e-6 }

// besideNumbers holds a quarter's changes to what the quarters say: itself, the one before it,
// and that of the year before.
func besideNumbers(t *testing.T, manager caller, quarters ...string) {
	t.Helper()
	const referrals = "REF_RATE"
	code, last, year := quarters[0], quarters[1], quarters[2]
	f := manager.figure(code, group, referrals)
	if *f.LastQuarterSnapshot != 1 || *f.LastYearSnapshot != 1 || f.ChangeOnLastQuarterStatus != "number" || f.ChangeOnLastYearStatus != "number" {
		t.Fatalf("%+v", f)
	}
	then, earlier := manager.figure(last, group, referrals), manager.figure(year, group, referrals)
	if *f.LastQuarter != *then.Value || *f.LastYear != *earlier.Value || *f.LastQuarter <= *f.Value || *f.LastYear <= *f.LastQuarter {
		t.Errorf("%v after %v and %v", *f.Value, *f.LastQuarter, *f.LastYear)
	}
	if !near(*f.ChangeOnLastQuarter, *f.Value-*then.Value) || !near(*f.ChangeOnLastYear, *f.Value-*earlier.Value) {
		t.Errorf("%v and %v", *f.ChangeOnLastQuarter, *f.ChangeOnLastYear)
	}
	if p := f.Polarity; (f.DirectionOnLastYear == nil) != (p == "neutral") || p == "low" && *f.DirectionOnLastYear != "better" {
		t.Errorf("%v of an indicator of which %s is good", f.DirectionOnLastYear, p)
	}
	if then.ChangeOnLastQuarterStatus != "not_published" || then.LastQuarterSnapshot != nil || then.LastQuarter != nil || then.ChangeOnLastQuarter != nil || then.DirectionOnLastQuarter != nil {
		t.Errorf("on a quarter that shows nothing: %+v", then)
	}
	if missing := manager.figure(code, "E09000033", referrals); missing.ChangeOnLastYearStatus != "missing" || missing.ChangeOnLastYear != nil || missing.LastYear != nil {
		t.Errorf("of a borough without a return: %+v", missing)
	}
}

// hiddenBeside: Lambeth's re-referrals are few in all three.
func hiddenBeside(t *testing.T, manager, lead caller, quarters ...string) {
	t.Helper()
	const rereferrals = "REREF_PCT"
	code, year := quarters[0], quarters[2]
	hidden, mine := manager.figure(code, own, rereferrals), lead.figure(code, own, rereferrals)
	if hidden.ChangeOnLastYearStatus != "hidden" || hidden.ChangeOnLastQuarterStatus != "hidden" || hidden.LastYear != nil || hidden.ChangeOnLastYear != nil || hidden.DirectionOnLastYear != nil {
		t.Errorf("others find %+v", hidden)
	}
	if mine.ChangeOnLastYearStatus != "number" || mine.ChangeOnLastQuarterStatus != "number" || *mine.LastYear != *lead.figure(year, own, rereferrals).Value || !near(*mine.ChangeOnLastYear, *mine.Value-*mine.LastYear) {
		t.Errorf("Lambeth finds %+v", mine)
	}
	if theirs, seen := lead.figure(code, group, rereferrals), manager.figure(code, group, rereferrals); jsonOf(t, theirs) != jsonOf(t, seen) {
		t.Error("Lambeth finds another change of somebody else's")
	}
}

// TestAMajorFrameworkIsAGap: nothing is taken from figures by a framework that has changed
// in a major way.
func TestAMajorFrameworkIsAGap(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code, manager := w.earliest(), w.as(programme.RoleProgramme, "")
	manager.brings("", asCSV, w.pastWith(code, 2, 8, 3)).want(200)
	number := w.draft()
	manager.change(http.MethodPost, "/v1/frameworks/"+number+"/publish", "").want(200)
	manager.send(http.MethodPost, "/v1/benchmarking-history?framework="+number, w.pastWith(code, 0, 2, 3), "Content-Type", asCSV).want(200)
	for _, ago := range []int{4, 1, 0} {
		w.publishes(before(t, code, ago))
	}
	f := manager.figure(code, group, "REF_RATE")
	if f.ChangeOnLastQuarterStatus != "number" || f.ChangeOnLastYearStatus != "framework_changed" || f.LastYear != nil || f.ChangeOnLastYear != nil || f.DirectionOnLastYear != nil || *f.LastYearSnapshot != 1 {
		t.Errorf("%+v", f)
	}
}

// TestEnglandStandsBesideAQuarter: with what was last published for a year, and of which,
// in the rows of an indicator that the Department publishes, and in no others.
func TestEnglandStandsBesideAQuarter(t *testing.T) {
	t.Parallel()
	w := start(t)
	code := w.published()
	manager := w.as(programme.RoleProgramme, "")
	var series struct{ Items []api.SeriesPoint }
	manager.get("/v1/indicators/REF_RATE/series?limit=500&kind=financial_year&borough=" + own).want(200).into(&series)
	var published api.SeriesPoint
	for _, p := range series.Items {
		if p.England.Value != nil {
			published = p // the last
		}
	}
	f := manager.figure(code, own, "REF_RATE")
	if f.England == nil || *f.England != *published.England.Value || *f.EnglandPeriod != published.Period || *f.EnglandPeriodName != "financial year "+published.Period {
		t.Fatalf("%+v beside %+v", f, published)
	}
	var page struct{ Items []api.Comparison }
	manager.get("/v1/comparisons?borough=" + own + "&period=" + published.Period + "&indicator=REF_RATE").want(200).into(&page)
	if n := page.Items[0].StatisticalNeighbours; *f.NeighboursPublished != *n.Mean || f.NeighboursPublishedN != n.N {
		t.Errorf("its neighbours have %v of %d, published %v of %d", *f.NeighboursPublished, f.NeighboursPublishedN, *n.Mean, n.N)
	}
}

// TestAQuarterlySeries: each quarter from what it shows now, the borough's own figures in
// the table alone, and not in the picture, which is passed on.
func TestAQuarterlySeries(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code := w.threeQuarters(3)
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	const rereferrals = "/v1/indicators/REREF_PCT/quarterly-series"
	read := func(c caller, query string) (items []api.QuarterPoint) {
		t.Helper()
		var page struct{ Items []api.QuarterPoint }
		c.get(rereferrals + query).want(200).into(&page)
		return page.Items
	}
	seen, mine, others := read(manager, "?borough="+own), read(lead, "?borough="+own), read(lead, "?borough="+group)
	if len(seen) != 5 || len(mine) != 5 || len(others) != 5 {
		t.Fatalf("%d, %d and %d points", len(seen), len(mine), len(others))
	}
	threeGaps(t, lead, code, seen, mine, others)
	if last := mine[4]; *last.Framework != "1.0.0" || *last.RegionPooled == *last.RegionMean {
		t.Errorf("%+v", last)
	}
	if lines := strings.Count(lead.get(rereferrals+"?format=csv&borough="+own).want(200).body, "\n"); lines != 6 {
		t.Errorf("%d lines", lines)
	}
	if found := read(manager, "?limit=2&borough="+own); len(found) != 2 || found[1].Quarter != seen[1].Quarter {
		t.Errorf("a page of two: %+v", found)
	}
	for _, form := range []string{"", ".svg"} {
		manager.get(rereferrals+form+"?borough=E09000099").problem(400, "bad_request")
		manager.get("/v1/indicators/NO_SUCH/quarterly-series"+form+"?borough="+own).problem(404, "not_found")
	}
	w.passesOn(rereferrals+".svg?borough="+own, "In bold, with a triangle: Lambeth")

	// What was withdrawn leaves the series, and what is not published is in none.
	var q api.Quarter
	manager.get("/v1/quarters/" + before(t, code, 1)).want(200).into(&q)
	manager.change(http.MethodPost, "/v1/snapshots/"+*q.SnapshotId+"/withdraw", `{"reason":"A borough sent another quarter."}`).want(200)
	if gone := read(lead, "?borough="+own)[3]; gone.Gap == nil || *gone.Gap != "withdrawn" || gone.Snapshot != nil || gone.Value != nil || gone.RegionPooled != nil {
		t.Errorf("%+v", gone)
	}
}

// threeGaps holds five quarters, of which three are published, to what these show.
func threeGaps(t *testing.T, lead caller, code string, seen, mine, others []api.QuarterPoint) {
	t.Helper()
	gaps := []api.QuarterGap{"hidden", "not_published", "not_published", "withheld", "hidden"} // the year before the last but one is small
	for i, gap := range gaps {
		s, m, o := seen[i], mine[i], others[i]
		if s.Quarter != before(t, code, 4-i) || s.Gap == nil || *s.Gap != gap || s.Value != nil || s.Own || s.Break {
			t.Errorf("others find %+v, want %s", s, gap)
		}
		published := gap != "not_published"
		f := lead.figureIn(s.Quarter, own, "REREF_PCT", published)
		if m.Own != published || (m.Value != nil) != published || published && (*m.Value != *f.Value || *m.Snapshot != *f.Snapshot || *m.RegionPooled != *f.RegionPooled || m.N != f.N || m.Gap != nil) {
			t.Errorf("Lambeth finds %+v, and in the quarter %+v", m, f)
		}
		if (o.Value != nil) != published || o.Own {
			t.Errorf("of others Lambeth finds %+v", o)
		}
	}
}

// figureIn is a row of the quarter's table, where it is published.
func (c caller) figureIn(quarter, borough, indicator string, published bool) (f api.QuarterFigure) {
	if published {
		f = c.figure(quarter, borough, indicator)
	}
	return f
}

// passesOn holds a picture to what everybody sees, for Lambeth too, whose mark is all that
// is added.
func (w *world) passesOn(path, mark string) {
	w.t.Helper()
	t, is := w.t.(*testing.T)
	if !is {
		w.t.Fatal("a test's alone")
	}
	picture, plain := w.as(programme.RoleBoroughLead, own).get(path).want(200), w.as(programme.RoleProgramme, "").get(path).want(200)
	if kind := picture.header.Get("Content-Type"); kind != "image/svg+xml" {
		t.Error(kind)
	}
	if !strings.Contains(picture.body, mark) || strings.Contains(plain.body, mark) {
		t.Errorf("Lambeth is not marked for Lambeth alone:\n%s", picture.body)
	}
	unmarked := func(words []string) (all []string) {
		for _, word := range words {
			if !strings.Contains(word, "triangle") && !strings.HasPrefix(word, "Marked") {
				all = append(all, word)
			}
		}
		return all
	}
	if a, b := unmarked(wordsOf(t, picture.body)), unmarked(wordsOf(t, plain.body)); !slices.Equal(a, b) {
		t.Errorf("the picture tells its borough something else:\n%q\n%q", a, b)
	}
}

// TestRankedBarsAreEverybodys: the figures of the table, with the region's and, where it is
// published, England's; who has none is named with the reason.
func TestRankedBarsAreEverybodys(t *testing.T) {
	t.Parallel()
	w := start(t)
	code := w.published()
	at := "/v1/quarters/" + code + "/ranked-bars.svg"
	manager := w.as(programme.RoleProgramme, "")
	manager.get(at).problem(400, "bad_request")
	manager.get(at+"?indicator=CLA_RATE&snapshot=9").problem(400, "bad_request")
	manager.get(at+"?indicator=NO_SUCH").problem(400, "bad_request")
	w.passesOn(at+"?indicator=REREF_PCT", "triangle: Lambeth")
	words := strings.Join(wordsOf(t, manager.get(at+"?indicator=REREF_PCT").want(200).body), "\n")
	f := manager.figure(code, group, "REREF_PCT")
	for _, want := range []string{"London, pooled", "England, " + *f.EnglandPeriodName, f.BoroughName, "missing", "City of London", "Snapshot 1 of " + code} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is not in\n%s", want, words)
		}
	}
}

// TestWhatASnapshotChanges: figures that everybody sees otherwise than before, with the
// region's; what was small and is small has changed nothing, for its own borough too.
func TestWhatASnapshotChanges(t *testing.T) {
	t.Parallel()
	w := lean(t)
	id := w.correctedSnapshot()
	at := "/v1/snapshots/" + id + "/changes"
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	var s api.QuarterSnapshot
	manager.get("/v1/snapshots/" + id).want(200).into(&s)
	var page struct{ Items []api.QuarterSnapshotChange }
	told := lead.get(at + "?since=1").want(200)
	told.into(&page)
	if len(page.Items) != 2 || told.body != manager.get(at+"?since=1").want(200).body {
		t.Fatalf("%s", told.body)
	}
	rate := page.Items[0] // of its referrals; the share of re-referrals has another interval
	if rate.Indicator != "REF_RATE" || rate.Borough != own || rate.Snapshot != 2 || rate.Since != 1 || rate.Status != "number" || *rate.Value <= *rate.ValueBefore ||
		*rate.RegionPooled <= *rate.RegionPooledBefore || *rate.RegionMean <= *rate.RegionMeanBefore {
		t.Errorf("%+v", rate)
	}
	if share := page.Items[1]; share.Indicator != "REREF_PCT" || share.Status != "hidden" || share.StatusBefore != "hidden" || share.Value != nil || share.ValueBefore != nil || *share.Upper >= *share.UpperBefore {
		t.Errorf("%+v", share)
	}
	if lines := strings.Count(manager.get(at+"?since=1&format=csv").want(200).body, "\n"); lines != 3 {
		t.Errorf("%d lines", lines)
	}
	for query, want := range map[string]string{"?since=2": "", "?since=3": "bad_request", "": "bad_request"} {
		if r := manager.get(at + query); want != "" {
			r.problem(400, want)
		} else if r.want(200).into(&page); len(page.Items) != 0 {
			t.Errorf("it changes itself: %+v", page.Items)
		}
	}

	// A small count that becomes another is no change.
	manager.brings("", asCSV, w.pastOf(s.Quarter, 4)).want(200)
	manager.post("/v1/quarters/"+s.Quarter+"/snapshots", `{"reason":"Put right."}`).want(201)
	var q api.Quarter
	manager.get("/v1/quarters/" + s.Quarter).want(200).into(&q)
	third := "/v1/snapshots/" + *q.SnapshotId
	if lead.get(third + "/changes?since=1").want(200).into(&page); len(page.Items) != 0 {
		t.Errorf("%+v", page.Items)
	}
	manager.change(http.MethodPost, "/v1/snapshots/"+id+"/withdraw", `{"reason":"A borough sent another quarter."}`).want(200)
	lead.get(at+"?since=1").problem(410, "withdrawn")
	lead.get(third+"/changes?since=2").problem(410, "withdrawn")
	lead.get(third+"/changes?since=2&format=csv").problem(410, "withdrawn")
}
