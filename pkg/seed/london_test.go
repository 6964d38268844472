package seed_test

import (
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

func london(t testing.TB) *benchmark.Snapshot {
	t.Helper()
	out, err := seed.London()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// cells answers the rows of a published file by column name.
func cells(t testing.TB, name string) []map[string]string {
	t.Helper()
	content, err := seed.File(name)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(content), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = strings.TrimSpace(record[i])
		}
		rows = append(rows, row)
	}
	return rows
}

// TestSubRegions counts the boroughs of each sub-region, from the first day of
// the published figures on.
func TestSubRegions(t *testing.T) {
	l := london(t)
	want := map[string]int{"south": 12, "east": 8, "north": 5, "north-west": 8}
	slugs := map[string]int{}
	for _, s := range l.SubRegions {
		slugs[s.Slug] = want[s.Slug]
	}
	if !maps.Equal(slugs, want) {
		t.Errorf("the sub-regions are %v, want %v", slugs, want)
	}
	for _, on := range []programme.Date{"2012-04-01", "2025-03-31"} {
		got := map[string]int{}
		for _, b := range l.Boroughs {
			got[programme.SubRegionOn(l.Memberships, b.Code, on)]++
		}
		if !maps.Equal(got, want) {
			t.Errorf("on %s the sub-regions have the boroughs %v, want %v", on, got, want)
		}
	}
	if len(l.Memberships) != 33 || len(l.Boroughs) != 33 {
		t.Errorf("%d memberships of %d boroughs, want 33 of 33", len(l.Memberships), len(l.Boroughs))
	}
	for borough, want := range map[string]string{"E09000022": "south", "E09000001": "east", "E09000003": "north", "E09000033": "north-west"} {
		if got := programme.SubRegionOn(l.Memberships, borough, "2025-03-31"); got != want {
			t.Errorf("%s is in %q, want %s", borough, got, want)
		}
	}
}

// TestBoroughs finds every borough among the authorities of London, and in the
// part of London to which the Department counts it.
func TestBoroughs(t *testing.T) {
	l := london(t)
	authorities := map[string]programme.Authority{}
	inLondon := 0
	for _, a := range l.Authorities {
		authorities[a.Code] = a
		if a.RegionCode == "E12000007" {
			inLondon++
		}
	}
	part := map[string]string{}
	for _, name := range seed.Files() {
		for _, row := range cells(t, name) {
			if code := row["region_code"]; row["new_la_code"] != "" && strings.HasPrefix(code, "E13") {
				part[row["new_la_code"]] = map[string]string{"E13000001": "Inner", "E13000002": "Outer"}[code]
			}
		}
	}
	liia := map[string]bool{}
	for _, b := range l.Boroughs {
		a := authorities[b.Code]
		if a.RegionCode != "E12000007" || a.RegionName != "London" || a.ValidTo != nil || a.Name != b.Name {
			t.Errorf("%s %s is the authority %+v", b.Code, b.Name, a)
		}
		if b.InnerOuter == "" || b.InnerOuter != part[b.Code] {
			t.Errorf("%s is in %q London, and the Department counts it to %q", b.Name, b.InnerOuter, part[b.Code])
		}
		if len(b.LIIACode) != 3 || liia[b.LIIACode] || b.ShortName == "" {
			t.Errorf("%s has the code %q and the short name %q", b.Name, b.LIIACode, b.ShortName)
		}
		liia[b.LIIACode] = true
	}
	if inLondon != 33 || len(part) != 33 {
		t.Errorf("London has %d authorities, and %d in the Department's files, want 33", inLondon, len(part))
	}
}

// TestAuthorities counts who stood when: 153 since the last reorganisation, 152
// at the first year's end.
func TestAuthorities(t *testing.T) {
	l := london(t)
	for on, want := range map[programme.Date]int{
		"2013-03-31": 152, "2019-03-31": 152, "2019-04-01": 151, "2020-03-31": 151, "2020-04-01": 151,
		"2021-03-31": 151, "2021-04-01": 152, "2023-03-31": 152, "2023-04-01": 153, "2025-03-31": 153, "2025-04-01": 153,
	} {
		n, codes := 0, map[string]bool{}
		for _, a := range l.Authorities {
			if a.Holds(on) {
				n++
				codes[a.DfECode] = true
			}
		}
		if n != want || len(codes) != n {
			t.Errorf("on %s there were %d authorities with %d codes of the DfE, want %d", on, n, len(codes), want)
		}
	}
	standing, abolished := 0, 0
	for _, a := range l.Authorities {
		if err := a.Check(); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
		if a.ValidTo == nil {
			standing++
		} else {
			abolished++
		}
	}
	if standing != 153 || abolished != 12 {
		t.Errorf("%d authorities stand and %d are abolished, want 153 and 12", standing, abolished)
	}
}

// TestSuccessions finds what became of each authority that has ended, and holds
// every succession to its authorities. Who continues keeps name, number and region.
func TestSuccessions(t *testing.T) {
	l := london(t)
	byCode, became := map[string]programme.Authority{}, map[string]int{}
	for _, a := range l.Authorities {
		byCode[a.Code] = a
	}
	kinds := map[programme.SuccessionKind]int{}
	for _, s := range l.Successions {
		before, after := byCode[s.Predecessor], byCode[s.Successor]
		if err := s.Check(before, after); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
		if s.Kind == programme.Continues && (before.Name != after.Name || before.RegionCode != after.RegionCode) {
			t.Errorf("%+v continues as %+v", before, after)
		}
		became[s.Predecessor]++
		kinds[s.Kind]++
	}
	if want := map[programme.SuccessionKind]int{programme.Continues: 7, programme.Merged: 2, programme.Split: 6}; !maps.Equal(kinds, want) {
		t.Errorf("the successions are %v, want %v", kinds, want)
	}
	for _, a := range l.Authorities {
		if ended := a.ValidTo != nil; ended != (became[a.Code] > 0) {
			t.Errorf("%s %s has %d successors", a.Code, a.Name, became[a.Code])
		}
	}
}

// TestAuthoritiesOfFiles finds every authority of the published files under both
// its codes, with its name and its region.
func TestAuthoritiesOfFiles(t *testing.T) {
	authorities, present := map[string]programme.Authority{}, map[string]bool{}
	for _, a := range london(t).Authorities {
		authorities[a.Code] = a
		if a.ValidTo == nil {
			present[a.DfECode] = true
		}
	}
	named := map[string]bool{}
	for _, name := range seed.Files() {
		for _, row := range cells(t, name) {
			code, dfe := row["new_la_code"], row["old_la_code"]
			if code == "" {
				if dfe != "" && !present[dfe] { // a row of the neighbour model
					t.Errorf("%s: no authority stands with the DfE's code %s", name, dfe)
				}
				continue
			}
			named[code] = true
			region := row["region_code"]
			if strings.HasPrefix(region, "E13") {
				region = "E12000007"
			}
			if a := authorities[code]; a.DfECode != dfe || a.Name != row["la_name"] || a.RegionCode != region {
				t.Errorf("%s has %s %s %s in %s, and held is %+v", name, code, dfe, row["la_name"], region, a)
			}
		}
	}
	// The files have no figures yet from after April 2025, and those of 2012-13 carry
	// the codes that came a day after the year's end.
	unnamed := slices.Sorted(maps.Keys(authorities))
	unnamed = slices.DeleteFunc(unnamed, func(code string) bool { return named[code] })
	if want := []string{"E06000048", "E08000020", "E08000038", "E08000039"}; !slices.Equal(unnamed, want) {
		t.Errorf("the files do not name %v, want %v", unnamed, want)
	}
}

func TestIndicators(t *testing.T) {
	l := london(t)
	byCode := map[string]benchmark.Indicator{}
	for _, ind := range l.Indicators {
		byCode[ind.Code] = ind
		if err := ind.Check(); err != nil {
			t.Errorf("%s: %v", ind.Code, err)
		}
		switch ind.Polarity {
		case benchmark.High, benchmark.Low, benchmark.Neutral:
		default:
			t.Errorf("%s has the polarity %q", ind.Code, ind.Polarity)
		}
		if ind.Name == "" || ind.Theme == "" || ind.Numerator == "" || ind.Denominator == "" || ind.Source == "" || ind.Frequency == "" {
			t.Errorf("%s lacks words: %+v", ind.Code, ind)
		}
	}
	if len(l.Indicators) != 60 || len(byCode) != 60 {
		t.Errorf("%d indicators with %d codes, want 60", len(l.Indicators), len(byCode))
	}
	// As many decimals as the Department publishes.
	for code, decimals := range map[string]int{"CLA_RATE": 0, "CLA_START_RATE": 0, "CLA_CEASE_RATE": 0, "REREF_PCT": 1, "CIN_RATE": 1} {
		if ind, there := byCode[code]; !there || ind.Decimals != decimals {
			t.Errorf("%s is there: %t, with %d decimals, want %d", code, there, ind.Decimals, decimals)
		}
	}
	if ind := byCode["REREF_PCT"]; ind.Unit != benchmark.Percent || ind.Multiplier != 100 || ind.Polarity != benchmark.Low || ind.Name != "Re-referrals within 12 months" {
		t.Errorf("re-referrals are %+v", ind)
	}
}

// TestPeriods has every year of the published files, and the quarters of the year
// in which the programme begins to collect.
func TestPeriods(t *testing.T) {
	l := london(t)
	held := map[string]bool{}
	for i, p := range l.Periods {
		held[p.Code] = true
		if i > 0 && benchmark.ComparePeriods(l.Periods[i-1], p) >= 0 {
			t.Errorf("%s does not come after %s", p.Code, l.Periods[i-1].Code)
		}
	}
	for year := 2012; year <= 2024; year++ {
		if code := benchmark.FinancialYear(year).Code; !held[code] {
			t.Errorf("there is no period %s", code)
		}
	}
	for _, code := range []string{"2025-26", "2025-26-Q1", "2025-26-Q2", "2025-26-Q3", "2025-26-Q4"} {
		if !held[code] {
			t.Errorf("there is no period %s", code)
		}
	}
	if len(held) != 18 {
		t.Errorf("there are %d periods, want 18", len(held))
	}
}

func TestPriorities(t *testing.T) {
	var names []string
	for _, p := range london(t).Priorities {
		names = append(names, p.Name)
		if p.Check() != nil || !p.Holds("2025-03-31") {
			t.Errorf("%s does not stand", p.Name)
		}
	}
	if got := strings.Join(names, ", "); got != "SEND, Adolescent safeguarding, Workforce, Commissioning" {
		t.Errorf("the priorities are %s", got)
	}
}

// TestLondonIsNobodysElse gives every caller a London that it may change.
func TestLondonIsNobodysElse(t *testing.T) {
	london(t).Priorities[0].Name = "changed"
	london(t).SubRegions[0].Name = "changed"
	seed.Files()[0] = "changed"
	if l := london(t); l.Priorities[0].Name == "changed" || l.SubRegions[0].Name == "changed" || seed.Files()[0] == "changed" {
		t.Error("a caller changed what others get")
	}
}
