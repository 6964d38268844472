package benchmark_test

import (
	"errors"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// parameters answers which parameters an error blames.
func parameters(t *testing.T, err error) []string {
	t.Helper()
	var e *programme.Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is %v, want one for callers", err)
	}
	if e.Kind != programme.Malformed || e.Code != "bad_request" {
		t.Errorf("kind %d, code %q, want a bad request", e.Kind, e.Code)
	}
	var names []string
	for _, f := range e.Faults {
		if f.Code != "unknown_value" || f.Detail == "" {
			t.Errorf("fault %+v, want unknown_value with a sentence", f)
		}
		names = append(names, f.Parameter)
	}
	return names
}

func day(d programme.Date) *programme.Date { return &d }

// changing is a programme of three boroughs over two years: one authority
// becomes another, and a borough changes its sub-region.
func changing() *benchmark.Snapshot {
	return &benchmark.Snapshot{
		SubRegions: []programme.SubRegion{{Slug: "east"}, {Slug: "west"}},
		Boroughs:   []programme.Borough{{Code: "E09000001"}, {Code: "E09000002"}, {Code: "E09000003"}},
		Authorities: []programme.Authority{
			{Code: "E06000001", Name: "Old", RegionCode: "E12000001", RegionName: "North East", ValidTo: day("2024-03-31")},
			{Code: "E06000002", Name: "New", RegionCode: "E12000001", RegionName: "North East", ValidFrom: day("2024-04-01")},
			{Code: "E09000001", Name: "One", RegionCode: "E12000007", RegionName: "London"},
			{Code: "E09000002", Name: "Two", RegionCode: "E12000007", RegionName: "London"},
			{Code: "E09000003", Name: "Three", RegionCode: "E12000007", RegionName: "London", ValidFrom: day("2024-04-01")},
		},
		Memberships: []programme.Membership{
			{ID: "1", SubRegion: "west", Borough: "E09000002", ValidFrom: "2020-04-01"},
			{ID: "2", SubRegion: "west", Borough: "E09000001", ValidFrom: "2020-04-01", ValidTo: day("2025-03-30")},
			{ID: "3", SubRegion: "east", Borough: "E09000001", ValidFrom: "2025-03-31"},
			{ID: "4", SubRegion: "west", Borough: "E09000003", ValidFrom: "2020-04-01"},
		},
		Indicators: []benchmark.Indicator{of(benchmark.Low)},
		Periods:    []benchmark.Period{period("2023-24"), period("2024-25"), period("2024-25-Q4"), period("2025-26-Q1")},
		Models:     []benchmark.NeighbourModel{{Code: "2021"}, {Code: "2025"}},
		Neighbours: []benchmark.Neighbour{
			{ModelCode: "2021", Authority: "E09000001", Rank: 1, Neighbour: "E09000002"},
			{ModelCode: "2025", Authority: "E09000001", Rank: 1, Neighbour: "E09000003"},
			{ModelCode: "2025", Authority: "E09000001", Rank: 2, Neighbour: "E06000002"},
			{ModelCode: "2025", Authority: "E09000002", Rank: 1, Neighbour: "E09000001"},
		},
		Releases: []benchmark.Release{{ID: "r1"}},
	}
}

func period(code string) benchmark.Period {
	p, err := benchmark.ParsePeriod(code)
	if err != nil {
		panic(err)
	}
	return p
}

func TestLookup(t *testing.T) {
	s := changing()
	if b := s.Borough("E09000002"); b != &s.Boroughs[1] {
		t.Errorf("borough = %v", b)
	}
	if a := s.Authority("E06000002"); a != &s.Authorities[1] {
		t.Errorf("authority = %v", a)
	}
	if r := s.SubRegion("west"); r != &s.SubRegions[1] {
		t.Errorf("sub-region = %v", r)
	}
	if ind := s.Indicator(score); ind != &s.Indicators[0] {
		t.Errorf("indicator = %v", ind)
	}
	if m := s.Model("2025"); m != &s.Models[1] {
		t.Errorf("model = %v", m)
	}
	if r := s.Release("r1"); r != &s.Releases[0] {
		t.Errorf("release = %v", r)
	}
	for i := range s.Periods {
		if p := s.Period(s.Periods[i].Code); p != &s.Periods[i] {
			t.Errorf("period %s = %v", s.Periods[i].Code, p)
		}
	}
	if s.Borough("E06000001") != nil || s.Authority("E09000009") != nil || s.SubRegion("") != nil || s.Indicator("X") != nil ||
		s.Model("2022") != nil || s.Release("r0") != nil || s.Period("2024-25-Q3") != nil || s.Period("soon") != nil {
		t.Error("what is not there was found")
	}
}

func TestName(t *testing.T) {
	s := changing()
	for code, want := range map[string]string{
		"E09000001": "One", "E12000007": "London", "E92000001": "England",
		"E09000001/E09000003": "One / Three", "E06009999": "E06009999", "E12000009": "E12000009", "": "",
	} {
		if got := s.Name(code); got != want {
			t.Errorf("%q is named %q, want %q", code, got, want)
		}
	}
}

func TestLevelOf(t *testing.T) {
	for code, want := range map[string]benchmark.Level{
		"E92000001": benchmark.National, "E12000007": benchmark.Regional, "E13000001": benchmark.Regional, "E06000001": benchmark.LocalAuthority,
		"E09000021/E09000027": benchmark.LocalAuthority, "": benchmark.LocalAuthority,
	} {
		if got := benchmark.LevelOf(code); got != want {
			t.Errorf("%q is of level %q, want %q", code, got, want)
		}
	}
}

func TestGroups(t *testing.T) {
	tests := map[string]struct {
		borough, period, model              string
		london, england, subRegion, closest []string
		slug, usedModel                     string
	}{
		"before the change": {"E09000001", "2023-24", "", []string{"E09000001", "E09000002"}, []string{"E06000001", "E09000001", "E09000002"},
			[]string{"E09000001", "E09000002"}, []string{"E09000003", "E06000002"}, "west", "2025"},
		"judged on the last day": {"E09000001", "2024-25", "2021", []string{"E09000001", "E09000002", "E09000003"}, []string{"E06000002", "E09000001", "E09000002", "E09000003"},
			[]string{"E09000001"}, []string{"E09000002"}, "east", "2021"},
		"a borough of which the model says nothing": {"E09000003", "2024-25-Q4", "2025", []string{"E09000001", "E09000002", "E09000003"}, []string{"E06000002", "E09000001", "E09000002", "E09000003"},
			[]string{"E09000002", "E09000003"}, nil, "west", "2025"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := changing().Groups(tt.borough, tt.period, tt.model)
			if err != nil {
				t.Fatal(err)
			}
			if got.Borough != tt.borough || got.Period != tt.period || got.On != period(tt.period).EndsOn || got.RegionCode != "E12000007" || got.Slug != tt.slug || got.Model != tt.usedModel {
				t.Errorf("got %+v", got)
			}
			for group, lists := range map[string][2][]string{
				"London": {got.Region, tt.london}, "England": {got.England, tt.england}, "sub-region": {got.SubRegion, tt.subRegion}, "neighbours": {got.Neighbours, tt.closest},
			} {
				if !slices.Equal(lists[0], lists[1]) {
					t.Errorf("%s is %v, want %v", group, lists[0], lists[1])
				}
			}
		})
	}
}

func TestGroupsOfABoroughOnItsOwn(t *testing.T) {
	s := changing()
	s.Memberships, s.Models, s.Neighbours = nil, nil, nil
	got, err := s.Groups("E09000001", "2024-25", "")
	if err != nil {
		t.Fatal(err)
	}
	if got.Slug != "" || got.SubRegion != nil || got.Model != "" || got.Neighbours != nil {
		t.Errorf("got %+v, want neither sub-region nor neighbours", got)
	}
}

func TestGroupsRefused(t *testing.T) {
	tests := map[string]struct {
		borough, period, model string
		want                   []string
	}{
		"no borough":          {"E09000009", "2024-25", "", []string{"borough"}},
		"only an authority":   {"E06000002", "2024-25", "", []string{"borough"}},
		"no such period":      {"E09000001", "2022-23", "", []string{"period"}},
		"no such model":       {"E09000001", "2024-25", "2022", []string{"model"}},
		"everything, at once": {"", "", "x", []string{"borough", "period", "model"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := changing().Groups(tt.borough, tt.period, tt.model)
			if got := parameters(t, err); !slices.Equal(got, tt.want) {
				t.Errorf("blames %v, want %v", got, tt.want)
			}
		})
	}
}
