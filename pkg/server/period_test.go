package server_test

import (
	"net/http"
	"slices"
	"testing"

	"peerchallenge/api"
)

// A period of each kind is created by its code, has a name for people, stands in
// the list by its last day, is found by its kind, and is what a comparison can be
// asked for: change is measured on the one of its kind before, and the groups are
// those of its last day.
func TestPeriodsOfEveryKind(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, p := range []struct{ code, kind, name, starts, ends, previous string }{
		{"2031-32", "financial_year", "financial year 2031-32", "2031-04-01", "2032-03-31", "2030-31"},
		{"2031-32-AY", "academic_year", "academic year 2031-32", "2031-09-01", "2032-08-31", "2030-31-AY"},
		{"2031", "calendar_year", "calendar year 2031", "2031-01-01", "2031-12-31", "2030"},
		{"2031-32-Q1", "quarter", "April to June 2031", "2031-04-01", "2031-06-30", "2030-31-Q4"},
		{"2033-02-28", "day", "as at 28 February 2033", "2033-02-28", "2033-02-28", "2032-02-29"},
	} {
		var made, read api.Period
		w.write(http.MethodPost, "/v1/periods", `{"code":"`+p.code+`"}`).want(201).into(&made)
		w.get("/v1/periods/" + p.code).want(200).into(&read)
		if made != read || read.Code != p.code || string(read.Kind) != p.kind || read.Name != p.name || string(read.StartsOn) != p.starts || string(read.EndsOn) != p.ends {
			t.Errorf("%s was made as %+v and is read as %+v", p.code, made, read)
		}
		item, method := w.compare("E09000022", p.code, "REREF_PCT")
		if item.Previous.Period != p.previous || item.Status != "not_held" || string(method.MembershipOn) != p.ends {
			t.Errorf("%s comes after %s, with the groups of %s", p.code, item.Previous.Period, method.MembershipOn)
		}
		var page api.PeriodPage
		w.get("/v1/periods?limit=500&kind=" + p.kind).want(200).into(&page)
		if !slices.ContainsFunc(page.Items, func(item api.Period) bool { return item == read }) {
			t.Errorf("%s is not among those of its kind", p.code)
		}
		if slices.ContainsFunc(page.Items, func(item api.Period) bool { return item.Kind != read.Kind }) {
			t.Errorf("others are among those of the kind %s", p.kind)
		}
	}
	var page api.PeriodPage
	w.get("/v1/periods?limit=500").want(200).into(&page)
	var last []string
	for _, p := range page.Items[len(page.Items)-5:] {
		last = append(last, p.Code)
	}
	if want := []string{"2031-32-Q1", "2031", "2031-32", "2031-32-AY", "2033-02-28"}; !slices.Equal(last, want) {
		t.Errorf("the list ends with %v, want %v", last, want)
	}
	w.get("/v1/periods?limit=500&kind=academic_year&kind=calendar_year").want(200).into(&page)
	kinds := map[api.PeriodKind]bool{}
	for _, p := range page.Items {
		kinds[p.Kind] = true
	}
	if len(kinds) != 2 || !kinds["academic_year"] || !kinds["calendar_year"] {
		t.Errorf("two kinds of year are %v", kinds)
	}
	w.get("/v1/periods?kind=year").problem(400, "bad_request")
}

// A code that names no period is refused, whether it has the form of one or not.
func TestNoSuchPeriodCanBe(t *testing.T) {
	t.Parallel()
	w := start(t)
	for code, want := range map[string]string{
		"2024-26": "/code period", "2024-26-AY": "/code period", "2024-26-Q1": "/code period", "2025-02-29": "/code period", "2025-13-01": "/code period",
		"2024-25-Q5": "/code pattern", "2024-25-FY": "/code pattern", "202425": "/code pattern", "1999": "/code pattern",
	} {
		if got := w.write(http.MethodPost, "/v1/periods", `{"code":"`+code+`"}`).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s has the faults %v, want %s", code, got, want)
		}
		w.get("/v1/comparisons?borough=E09000022&period="+code).problem(400, "bad_request")
	}
}
