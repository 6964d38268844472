package disclosure_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
	"peerchallenge/pkg/seed"
)

const city, camden, hackney = "E09000001", "E09000007", "E09000012"

// third is a quarter in which flows are withheld by the last published year.
var third = benchmark.FinancialQuarter(2026, 3)

func london(t *testing.T) *framework.Document {
	t.Helper()
	f, err := seed.Framework()
	if err != nil {
		t.Fatal(err)
	}
	return &f.Document
}

// said reads values as people note them: foster=7 homes=nil other=- none=n/a.
func said(t *testing.T, notes string) returns.Values {
	t.Helper()
	var values returns.Values
	for note := range strings.FieldsSeq(notes) {
		count, text, _ := strings.Cut(note, "=")
		v := returns.Value{Count: count}
		switch text {
		case "nil":
			v.Status = returns.ConfirmedNil
		case "-":
			v.Status = returns.Missing
		case "n/a":
			v.Status = returns.NotApplicable
		default:
			var number float64
			if _, err := fmt.Sscan(text, &number); err != nil {
				t.Fatal(err)
			}
			v.Status, v.Value = returns.Reported, &number
		}
		values = append(values, v)
	}
	return values
}

// noted writes a cell likewise: 7, c, c1-5, x, -, n/a.
func noted(c disclosure.Cell) string {
	r, known := c.Range()
	switch {
	case c.Status == disclosure.Number:
		return fmt.Sprint(c.Number)
	case known:
		return fmt.Sprintf("c%v-%v", r.Lower, r.Upper)
	}
	return map[disclosure.Status]string{disclosure.Hidden: "c", disclosure.Withheld: "x", disclosure.Missing: "-", disclosure.NotApplicable: "n/a"}[c.Status]
}

// view discloses one borough's quarter.
func view(t *testing.T, d *framework.Document, quarter benchmark.Period, years []disclosure.Year, r disclosure.Return) *disclosure.View {
	t.Helper()
	set, err := disclosure.New(d, quarter, []disclosure.Return{r})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := disclosure.NewPolicy(d, quarter, years)
	if err != nil {
		t.Fatal(err)
	}
	v, err := set.Disclose(policy)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestCells says what others see of a borough's stocks, rule by rule.
func TestCells(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, truth, want string }{
		{"numbers are shown", "plans_open=6 children_in_need=0", "plans_open=6 children_in_need=0"},
		{"a confirmed nil is a nought", "plans_open=nil", "plans_open=0"},
		{"a small count is hidden, in a range since its population is known", "plans_open=5", "plans_open=c1-5"},
		{"one that is the whole of others says no range", "care_leavers=5 leavers_occupied=0 leavers_in_suitable_homes=0", "care_leavers=c leavers_occupied=c leavers_in_suitable_homes=c"},
		{"a part beside a protected remainder", "care_leavers=40 leavers_occupied=4 leavers_in_suitable_homes=20", "care_leavers=40 leavers_occupied=c1-5 leavers_in_suitable_homes=20"},
		{"a remainder that is small", "care_leavers=40 leavers_occupied=36 leavers_in_suitable_homes=34", "care_leavers=40 leavers_occupied=c35-39 leavers_in_suitable_homes=34"},
		{"either may be small, and it is not said which", "care_leavers=9 leavers_occupied=7 leavers_in_suitable_homes=2", "care_leavers=9 leavers_occupied=c1-8 leavers_in_suitable_homes=c1-8"},
		{"none and all of a whole harm nobody", "care_leavers=9 leavers_occupied=0 leavers_in_suitable_homes=9", "care_leavers=9 leavers_occupied=0 leavers_in_suitable_homes=9"},
		{
			"one small part hides all, noughts included",
			"looked_after=90 in_foster_care=60 in_homes=3 in_supported_accommodation=nil looked_after_a_year=70 health_assessed=60",
			"looked_after=90 in_foster_care=c in_homes=c in_supported_accommodation=c looked_after_a_year=70 health_assessed=60",
		},
		{
			"a small part that is not asked hides all",
			"looked_after=90 in_foster_care=60 in_homes=16 in_supported_accommodation=10 looked_after_a_year=70 health_assessed=70",
			"looked_after=90 in_foster_care=c in_homes=c in_supported_accommodation=c looked_after_a_year=70 health_assessed=70",
		},
		{
			"a hidden part hides what is part of it",
			"looked_after=90 in_foster_care=60 in_homes=20 in_supported_accommodation=10 looked_after_a_year=87 health_assessed=60",
			"looked_after=90 in_foster_care=60 in_homes=20 in_supported_accommodation=10 looked_after_a_year=c health_assessed=c",
		},
		{
			"a part that is missing hides the others, and says so",
			"looked_after=90 in_foster_care=60 in_homes=- in_supported_accommodation=0 looked_after_a_year=70 health_assessed=n/a",
			"looked_after=90 in_foster_care=c in_homes=- in_supported_accommodation=c looked_after_a_year=70 health_assessed=n/a",
		},
		{
			"a whole that is missing hides its parts",
			"looked_after=- in_foster_care=60 in_homes=0 in_supported_accommodation=20 looked_after_a_year=70 health_assessed=60",
			"looked_after=- in_foster_care=c in_homes=c in_supported_accommodation=c looked_after_a_year=c health_assessed=c",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := view(t, london(t), third, nil, disclosure.Return{Borough: hackney, Quarters: disclosure.Quarters{said(t, tt.truth)}})
			for want := range strings.FieldsSeq(tt.want) {
				count, cell, _ := strings.Cut(want, "=")
				if got := noted(v.Cell(hackney, count)); got != cell {
					t.Errorf("%s is shown as %s, want %s", count, got, cell)
				}
			}
		})
	}
}

// TestFlows says when others see twelve months of what happens to children.
func TestFlows(t *testing.T) {
	t.Parallel()
	everything := func(counts ...string) returns.Values { return said(t, strings.Join(counts, " ")) }
	year := func(count string, number float64) disclosure.Year {
		return disclosure.Year{Borough: hackney, Count: count, Number: number}
	}
	four := disclosure.Quarters{everything("referrals=30", "rereferrals=1"), everything("referrals=20", "rereferrals=1"), everything("referrals=nil", "rereferrals=1"), everything("referrals=50", "rereferrals=1"), everything("referrals=900")}
	gap := four
	gap[2] = everything("referrals=-", "rereferrals=n/a")
	plans := disclosure.Quarters{everything("plans_started=30", "plans_repeated=12"), everything("plans_started=30", "plans_repeated=12"), everything("plans_started=30", "plans_repeated=12"), everything("plans_started=30", "plans_repeated=12")}
	first, fourth := benchmark.FinancialQuarter(2026, 1), benchmark.FinancialQuarter(2026, 4)
	for _, tt := range []struct {
		name     string
		borough  string
		quarter  benchmark.Period
		quarters disclosure.Quarters
		years    []disclosure.Year
		want     string
	}{
		{"four quarters are summed", hackney, first, four, []disclosure.Year{year("referrals", 40), year("rereferrals", 40)}, "referrals=100 rereferrals=c1-5"},
		{"one that is missing makes twelve months missing", hackney, first, gap, []disclosure.Year{year("referrals", 40), year("rereferrals", 40)}, "referrals=- rereferrals=-"},
		{"a year below forty", hackney, first, four, []disclosure.Year{year("referrals", 39), year("rereferrals", 40)}, "referrals=x rereferrals=c"},
		{"a part's year below forty", hackney, first, four, []disclosure.Year{year("referrals", 400), year("rereferrals", 39)}, "referrals=100 rereferrals=x"},
		{"no year is published", hackney, first, four, nil, "referrals=x rereferrals=x"},
		{"the fourth quarter is the published year", hackney, fourth, four, nil, "referrals=100 rereferrals=c1-5"},
		{"unless the stock is published too", hackney, fourth, plans, []disclosure.Year{year("plans_started", 20), year("plans_repeated", 19)}, "plans_started=120 plans_repeated=x"},
		{"from twenty on", hackney, fourth, plans, []disclosure.Year{year("plans_started", 40), year("plans_repeated", 20)}, "plans_started=120 plans_repeated=48"},
		{"a protected remainder has a year too", hackney, first, plans, []disclosure.Year{year("plans_started", 99), year("plans_repeated", 60)}, "plans_started=120 plans_repeated=x"},
		{"of forty", hackney, first, plans, []disclosure.Year{year("plans_started", 100), year("plans_repeated", 60)}, "plans_started=120 plans_repeated=48"},
		{"an authority with few children", city, fourth, four, nil, "referrals=x rereferrals=x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := view(t, london(t), tt.quarter, tt.years, disclosure.Return{Borough: tt.borough, Quarters: tt.quarters})
			for want := range strings.FieldsSeq(tt.want) {
				count, cell, _ := strings.Cut(want, "=")
				if got := noted(v.Cell(tt.borough, count)); got != cell {
					t.Errorf("%s is shown as %s, want %s", count, got, cell)
				}
			}
		})
	}
}

// TestYearToDate makes twelve months of what was posted from April on.
func TestYearToDate(t *testing.T) {
	t.Parallel()
	d := london(t)
	d.Counts[slices.IndexFunc(d.Counts, func(c framework.Count) bool { return c.Code == "section_47_enquiries" })].Basis = framework.YearToDate
	years := []disclosure.Year{{Borough: hackney, Count: "section_47_enquiries", Number: 200}}
	of := func(numbers ...string) disclosure.Quarters {
		var q disclosure.Quarters
		for i, number := range numbers {
			q[i] = said(t, "section_47_enquiries="+number)
		}
		return q
	}
	for _, tt := range []struct {
		quarter  int
		quarters disclosure.Quarters
		want     string
	}{
		{1, of("30", "200", "150", "90", "50"), "180"}, // 30 + 200 - 50
		{2, of("70", "30", "200", "150", "90"), "180"}, // 70 + 200 - 90
		{3, of("120", "70", "30", "200", "150"), "170"},
		{4, of("190", "-", "-", "-", "-"), "190"},
		{3, of("120", "70", "30", "-", "150"), "-"},
		{3, of("120", "70", "30", "200", "-"), "-"},
		{3, of("120", "-", "-", "200", "150"), "170"},
		{3, of("12", "7", "3", "20", "150"), "-"}, // more until the third quarter than in all four
	} {
		v := view(t, d, benchmark.FinancialQuarter(2026, tt.quarter), years, disclosure.Return{Borough: hackney, Quarters: tt.quarters})
		if got := noted(v.Cell(hackney, "section_47_enquiries")); got != tt.want {
			t.Errorf("quarter %d: got %s, want %s", tt.quarter, got, tt.want)
		}
	}
}

// TestWaysOut holds the set to its three views, and each view to its readers.
func TestWaysOut(t *testing.T) {
	t.Parallel()
	d := london(t)
	list := []disclosure.Return{{hackney, disclosure.Quarters{said(t, "plans_open=3")}}, {camden, disclosure.Quarters{said(t, "plans_open=4")}}}
	set, err := disclosure.New(d, third, list)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := disclosure.NewPolicy(d, third, nil)
	if err != nil {
		t.Fatal(err)
	}
	common, err := set.Disclose(policy)
	if err != nil {
		t.Fatal(err)
	}
	lead := programme.Actor{Subject: "l", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: hackney}
	neighbour := programme.Actor{Subject: "n", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: camden}
	reader := programme.Actor{Subject: "r", Roles: []programme.Role{programme.RoleReporting}, Borough: hackney}
	key := reader
	key.OwnFigures = true
	all, err := set.True(team)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		view            *disclosure.View
		class           disclosure.Class
		hackney, camden string
		readers, others []programme.Actor
	}{
		{common, disclosure.Common, "c1-5", "c1-5", []programme.Actor{team, lead, neighbour, reader, key}, nil},
		{set.Own(hackney), disclosure.OfBorough, "3", "-", []programme.Actor{team, lead, key}, []programme.Actor{neighbour, reader, {}}},
		{all, disclosure.Unsuppressed, "3", "4", []programme.Actor{team}, []programme.Actor{lead, neighbour, reader, key, {}}},
	} {
		if got := tt.view.Class(); got != tt.class {
			t.Errorf("the class is %s, want %s", got, tt.class)
		}
		if got := noted(tt.view.Cell(hackney, "plans_open")) + " " + noted(tt.view.Cell(camden, "plans_open")); got != tt.hackney+" "+tt.camden {
			t.Errorf("%s shows %s", tt.class, got)
		}
		for _, a := range tt.readers {
			if err := tt.view.May(a); err != nil {
				t.Errorf("%s to %s: %v", tt.class, a.Subject, err)
			}
		}
		for _, a := range tt.others {
			if err := tt.view.May(a); err == nil {
				t.Errorf("%s may be read by %q", tt.class, a.Subject)
			}
		}
	}
	if _, err := set.True(lead); err == nil {
		t.Error("a borough gets everybody's true figures")
	}
	if rows := set.Own("E09000033").Boroughs(); len(rows) != 0 {
		t.Errorf("a borough that is not in the set has %v", rows)
	}
	if text := fmt.Sprintf("%v %+v %#v %v %#v", set, set, set, *set, *set); strings.ContainsAny(text, "0123456789") {
		t.Errorf("a set prints itself: %s", text)
	}
	if content, err := json.Marshal(set); err == nil {
		t.Errorf("a set is written as %s", content)
	}
}

// TestCallersFaults refuses what does not belong together.
func TestCallersFaults(t *testing.T) {
	t.Parallel()
	d := london(t)
	_, year := disclosure.New(d, benchmark.FinancialYear(2026), nil)
	_, policy := disclosure.NewPolicy(d, benchmark.FinancialYear(2026), nil)
	_, twice := disclosure.New(d, third, []disclosure.Return{{Borough: hackney}, {Borough: hackney}})
	set, err := disclosure.New(d, third, nil)
	fourths, err2 := disclosure.NewPolicy(d, benchmark.FinancialQuarter(2026, 4), nil)
	others, err3 := disclosure.NewPolicy(&framework.Document{Counts: d.Counts[:1], Population: d.Population}, third, nil)
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	_, quarter := set.Disclose(fourths)
	_, counts := set.Disclose(others)
	for i, err := range []error{year, policy, twice, quarter, counts} {
		if err == nil {
			t.Errorf("case %d is taken", i)
		}
	}
}
