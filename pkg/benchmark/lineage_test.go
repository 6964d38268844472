package benchmark_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// reorganised are authorities as they were before and after: Buckinghamshire and
// North Yorkshire go on under new codes, Bournemouth and Poole were merged, Cumbria
// was split.
func reorganised() benchmark.Lineages {
	day := func(d programme.Date) *programme.Date { return &d }
	return benchmark.NewLineages([]programme.Authority{
		{Code: "E10000002", DfECode: "825", Name: "Buckinghamshire", ValidTo: day("2020-03-31")},
		{Code: "E06000060", DfECode: "825", Name: "Buckinghamshire", ValidFrom: day("2020-04-01")},
		{Code: "E06000028", DfECode: "837", Name: "Bournemouth", ValidTo: day("2019-03-31")},
		{Code: "E06000029", DfECode: "836", Name: "Poole", ValidTo: day("2019-03-31")},
		{Code: "E06000058", DfECode: "839", Name: "Bournemouth, Christchurch and Poole", ValidFrom: day("2019-04-01")},
		{Code: "E10000006", DfECode: "909", Name: "Cumbria", ValidTo: day("2023-03-31")},
		{Code: "E06000063", DfECode: "942", Name: "Cumberland", ValidFrom: day("2023-04-01")},
		{Code: "E06000064", DfECode: "943", Name: "Westmorland and Furness", ValidFrom: day("2023-04-01")},
		{Code: "E09000022", DfECode: "208", Name: "Lambeth"},
	}, []programme.Succession{
		{Predecessor: "E06000028", Successor: "E06000058", Kind: programme.Merged, From: "2019-04-01"},
		{Predecessor: "E06000029", Successor: "E06000058", Kind: programme.Merged, From: "2019-04-01"},
		{Predecessor: "E10000002", Successor: "E06000060", Kind: programme.Continues, From: "2020-04-01"},
		{Predecessor: "E10000006", Successor: "E06000063", Kind: programme.Split, From: "2023-04-01"},
		{Predecessor: "E10000006", Successor: "E06000064", Kind: programme.Split, From: "2023-04-01"},
	})
}

// TestOneAuthorityThroughItsCodes asks for an authority by either of its codes on a
// day: what continues is found under the code of the day, what was merged or split
// only under its own.
func TestOneAuthorityThroughItsCodes(t *testing.T) {
	l := reorganised()
	for _, c := range []struct {
		code string
		day  programme.Date
		want string // "" where it did not stand
	}{
		{"E09000022", "2013-03-31", "E09000022"},
		{"E06000060", "2020-04-01", "E06000060"},
		{"E06000060", "2020-03-31", "E10000002"},
		{"E10000002", "2020-03-31", "E10000002"},
		{"E10000002", "2020-04-01", "E06000060"},
		{"E06000028", "2019-03-31", "E06000028"},
		{"E06000028", "2019-04-01", ""},
		{"E06000058", "2019-03-31", ""},
		{"E10000006", "2023-04-01", ""},
		{"E06000063", "2023-03-31", ""},
		{"E06000064", "2023-04-01", "E06000064"},
		{"E06000099", "2023-04-01", ""},
	} {
		if got, stood := l.On(c.code, c.day); got != c.want || stood != (c.want != "") {
			t.Errorf("%s on %s is %q, %v, want %q", c.code, c.day, got, stood, c.want)
		}
	}
}

// TestOneAuthorityThroughManyCodes goes along a lineage of three codes from each of
// them. One that turns in a circle, which the store admits no more than an end
// before the beginning, is searched to its end.
func TestOneAuthorityThroughManyCodes(t *testing.T) {
	day := func(d programme.Date) *programme.Date { return &d }
	authorities := []programme.Authority{
		{Code: "E06000001", ValidTo: day("2019-03-31")},
		{Code: "E06000002", ValidFrom: day("2019-04-01"), ValidTo: day("2021-03-31")},
		{Code: "E06000003", ValidFrom: day("2021-04-01"), ValidTo: day("2023-03-31")},
	}
	successions := []programme.Succession{
		{Predecessor: "E06000001", Successor: "E06000002", Kind: programme.Continues, From: "2019-04-01"},
		{Predecessor: "E06000002", Successor: "E06000003", Kind: programme.Continues, From: "2021-04-01"},
	}
	l := benchmark.NewLineages(authorities, successions)
	for _, from := range authorities {
		for on, want := range map[programme.Date]string{"2018-06-30": "E06000001", "2020-06-30": "E06000002", "2022-06-30": "E06000003", "2024-06-30": ""} {
			if got, _ := l.On(from.Code, on); got != want {
				t.Errorf("%s on %s is %q, want %q", from.Code, on, got, want)
			}
		}
	}
	circle := slices.Concat(successions, []programme.Succession{{Predecessor: "E06000003", Successor: "E06000001", Kind: programme.Continues, From: "2023-04-01"}})
	if got, stood := benchmark.NewLineages(authorities, circle).On("E06000002", "2024-06-30"); stood {
		t.Errorf("after the end of a circle there is %s, want nobody", got)
	}
}

// TestNumberOfTheDay finds who had the Department's number on a day.
func TestNumberOfTheDay(t *testing.T) {
	l := reorganised()
	for _, c := range []struct {
		number string
		day    programme.Date
		want   string
	}{
		{"825", "2020-03-31", "E10000002"},
		{"825", "2020-04-01", "E06000060"},
		{"837", "2019-03-31", "E06000028"},
		{"837", "2019-04-01", ""},
		{"839", "2019-03-31", ""},
		{"999", "2020-04-01", ""},
	} {
		if got, had := l.ByNumber(c.number, c.day); got != c.want || had != (c.want != "") {
			t.Errorf("%s on %s is %q, %v, want %q", c.number, c.day, got, had, c.want)
		}
	}
}

// TestCodeOfAPeriod takes the code of the period's last day. Who ended within the
// period had figures in it all the same, under the last code; who stood on none of
// its days is a fault, with the name and number of the authority.
func TestCodeOfAPeriod(t *testing.T) {
	l := reorganised()
	year := benchmark.FinancialYear
	overEnd := benchmark.Period{Code: "2018-19-AY", StartsOn: "2018-09-01", EndsOn: "2019-08-31"}
	for _, c := range []struct {
		code   string
		period benchmark.Period
		want   string
	}{
		{"E06000060", year(2019), "E10000002"},
		{"E06000060", year(2020), "E06000060"},
		{"E10000002", year(2023), "E06000060"},
		{"E06000028", year(2018), "E06000028"},
		{"E06000028", overEnd, "E06000028"},
		{"E06000058", overEnd, "E06000058"},
		{"E06000028", year(2019), ""},
		{"E06000063", year(2022), ""},
		{"E10000006", year(2023), ""},
	} {
		if got, stood := l.In(c.code, c.period); got != c.want || stood != (c.want != "") {
			t.Errorf("%s in %s is %q, %v, want %q", c.code, c.period.Code, got, stood, c.want)
		}
	}
	want := programme.Fault{Code: programme.FaultNotStanding, Detail: "Cumberland (942) did not stand in 2022-23, and no authority that did continues as it."}
	if got := l.NotStanding("E06000063", year(2022)); got != want {
		t.Errorf("the fault is %+v, want %+v", got, want)
	}
	want.Detail = "There is no authority with the code E06000099."
	if got := l.NotStanding("E06000099", year(2022)); got != want {
		t.Errorf("the fault is %+v, want %+v", got, want)
	}
}

// TestEstimateOfTheDay: a rate at the end of May 2020 is made with the estimate of
// June 2019, which is of Buckinghamshire under its old code; one of an authority
// that was split off meanwhile has none.
func TestEstimateOfTheDay(t *testing.T) {
	known := benchmark.Known{
		Authorities: []programme.Authority{
			{Code: "E10000002", DfECode: "825", ValidTo: day("2020-03-31")}, {Code: "E06000060", DfECode: "825", ValidFrom: day("2020-04-01")},
			{Code: "E10000006", DfECode: "909", ValidTo: day("2023-03-31")}, {Code: "E06000063", DfECode: "942", ValidFrom: day("2023-04-01")},
		},
		Successions: []programme.Succession{
			{Predecessor: "E10000002", Successor: "E06000060", Kind: programme.Continues, From: "2020-04-01"},
			{Predecessor: "E10000006", Successor: "E06000063", Kind: programme.Split, From: "2023-04-01"},
		},
		Populations: []benchmark.Population{
			{Geography: "E10000002", MidYear: 2019, Estimate: new(122.0)}, {Geography: "E06000060", MidYear: 2020, Estimate: new(123.0)},
			{Geography: "E10000006", MidYear: 2022, Estimate: new(93.0)}, {Geography: benchmark.England, MidYear: 2019, Estimate: new(12000.0)},
		},
	}
	estimates := known.Estimates()
	for _, c := range []struct {
		geography, period string
		want              any
	}{
		{"E06000060", "2020-05-31", 122.0},
		{"E10000002", "2019-20", 122.0},
		{"E06000060", "2020-21", 123.0},
		{benchmark.England, "2019-20", 12000.0},
		{"E06000063", "2023-05-31", nil},
	} {
		if got := text(estimates.For(c.geography, period(c.period))); got != c.want {
			t.Errorf("%s in %s: %v, want %v", c.geography, c.period, got, c.want)
		}
	}
}
