package benchmark_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Authorities that were reorganised, before and since.
const (
	oldBuckinghamshire = "E10000002" // until March 2020
	buckinghamshire    = "E06000060"
	newDorset          = "E06000059" // since April 2019, in other boundaries and with another number
	bournemouthPoole   = "E06000058" // since April 2019, merged
	westNorthants      = "E06000062" // since April 2021, split off
)

func groupsOf(t *testing.T, s *benchmark.Snapshot, borough, period string) benchmark.Groups {
	t.Helper()
	groups, err := s.Groups(borough, period, "")
	if err != nil {
		t.Fatal(err)
	}
	return groups
}

// TestNeighboursThroughTheYears makes the average of every borough's neighbours in
// every year again from the rows of the published file, by the Department's
// numbers alone. A number goes on with an authority that only changes its code, and
// no authority that was merged or split has that of one before it.
func TestNeighboursThroughTheYears(t *testing.T) {
	s := london(t)
	values := map[string]float64{} // by year and number
	for _, row := range readCSV(t, referralFile) {
		if v, _ := published(row["rereferral_percent"]); v != nil && row["geographic_level"] == "Local authority" {
			values[periodIn(t, row["time_period"]).Code+" "+row["old_la_code"]] = *v
		}
	}
	numbers := map[string][]string{}
	for _, row := range readCSV(t, neighbourFile) {
		for rank := 1; rank <= 10; rank++ {
			numbers[row["old_la_code"]] = append(numbers[row["old_la_code"]], row[fmt.Sprintf("SN_%d", rank)])
		}
	}
	compared := 0
	for _, p := range s.Periods {
		for _, b := range s.Boroughs {
			sum, n := 0.0, 0
			for _, number := range numbers[s.Authority(b.Code).DfECode] {
				if v, has := values[p.Code+" "+number]; has {
					sum, n = sum+v, n+1
				}
			}
			got := s.Data.Resolve(groupsOf(t, s, b.Code, p.Code)).Compare(&rereferrals)
			if got.Neighbours.N != n || !near(got.Neighbours.Mean, sum/float64(n)) {
				t.Errorf("%s in %s: %+v, want the mean %v of %d", b.Name, p.Code, got.Neighbours, sum/float64(n), n)
			}
			compared++
		}
	}
	if compared != 13*33 {
		t.Errorf("%d averages were made again, want 13 years of 33 boroughs", compared)
	}
}

// TestBuckinghamshire: the neighbour of four boroughs is one authority before and
// after April 2020, and the groups say under which code it was taken.
func TestBuckinghamshire(t *testing.T) {
	s := london(t)
	for _, borough := range []string{"E09000006", "E09000021", "E09000027", "E09000029"} {
		for period, code := range map[string]string{"2012-13": oldBuckinghamshire, "2019-20": oldBuckinghamshire, "2020-21": buckinghamshire, "2024-25": buckinghamshire} {
			groups := groupsOf(t, s, borough, period)
			if !slices.Contains(groups.Neighbours, code) {
				t.Errorf("%s in %s has the neighbours %v without %s", borough, period, groups.Neighbours, code)
			}
			said := slices.Contains(groups.Recoded, benchmark.Recoded{Authority: buckinghamshire, Period: period, Code: code})
			if said != (code == oldBuckinghamshire) {
				t.Errorf("%s in %s: recoded are %v", borough, period, groups.Recoded)
			}
			c := s.Data.Resolve(groups).Compare(&rereferrals)
			if left := leftOut(c.Excluded.Neighbours); slices.Contains(left, buckinghamshire) || slices.Contains(left, oldBuckinghamshire) {
				t.Errorf("%s in %s leaves out %v", borough, period, c.Excluded.Neighbours)
			}
		}
	}
}

// TestMergedAndSplitNeverJoin: before it stood, a neighbour that others were merged
// or split into has no value, and nobody is put in its place.
func TestMergedAndSplitNeverJoin(t *testing.T) {
	s := london(t)
	for _, c := range []struct {
		borough, neighbour string
		last, first        string // the last year without it and the first with it
	}{
		{"E09000004", bournemouthPoole, "2018-19", "2019-20"},
		{"E09000016", westNorthants, "2020-21", "2021-22"},
	} {
		groups := groupsOf(t, s, c.borough, c.last)
		got := s.Data.Resolve(groups).Compare(&rereferrals)
		without := func(e benchmark.Exclusion) bool {
			return e.Status == benchmark.NotHeld && slices.Contains(e.Authorities, c.neighbour)
		}
		if !slices.ContainsFunc(got.Excluded.Neighbours, without) || slices.ContainsFunc(groups.Recoded, func(r benchmark.Recoded) bool { return r.Authority == c.neighbour }) {
			t.Errorf("%s in %s: without %v, recoded %v, want it without %v", c.borough, c.last, got.Excluded.Neighbours, groups.Recoded, c.neighbour)
		}
		got = s.Data.Resolve(groupsOf(t, s, c.borough, c.first)).Compare(&rereferrals)
		if slices.ContainsFunc(got.Excluded.Neighbours, without) {
			t.Errorf("%s in %s: without %v", c.borough, c.first, got.Excluded.Neighbours)
		}
	}
	s.Boroughs = append([]programme.Borough{{Code: newDorset}}, s.Boroughs...)
	got := s.Data.Resolve(groupsOf(t, s, newDorset, "2019-20")).Compare(&rereferrals)
	if got.Figure.Status != benchmark.NotAvailable || got.Previous != nil || got.Change != nil { // its first figures were not published
		t.Errorf("Dorset in its first year is %+v after %+v, want nothing before", got.Figure, got.Previous)
	}
}

// TestEnglandThroughTheYears: England's authorities are those that stood on each
// year's last day, and each of them that has published a figure counts, once.
func TestEnglandThroughTheYears(t *testing.T) {
	s := london(t)
	rows := map[string]int{} // with a value
	for _, row := range readCSV(t, referralFile) {
		if v, _ := published(row["rereferral_percent"]); v != nil && row["geographic_level"] == "Local authority" {
			rows[periodIn(t, row["time_period"]).Code]++
		}
	}
	for period, stood := range map[string]int{
		"2012-13": 152, "2013-14": 152, "2017-18": 152, "2018-19": 152, "2019-20": 151, "2020-21": 151, "2021-22": 152, "2022-23": 152, "2023-24": 153, "2024-25": 153,
	} {
		groups := groupsOf(t, s, "E09000022", period)
		c := s.Data.Resolve(groups).Compare(&rereferrals)
		if len(groups.England) != stood || c.England.N != rows[period] || c.England.N+len(leftOut(c.Excluded.England)) != stood {
			t.Errorf("%s: %d authorities, n = %d, %d without a value, want %d of %d", period, len(groups.England), c.England.N, len(c.Excluded.England), rows[period], stood)
		}
	}
}

// TestBarnsleyAndSheffield have new codes since April 2025, under which they are
// compared from then on.
func TestBarnsleyAndSheffield(t *testing.T) {
	s := london(t)
	s.Periods = append(s.Periods, benchmark.FinancialYear(2025))
	for _, c := range []struct{ before, since string }{{"E08000016", "E08000038"}, {"E08000019", "E08000039"}} {
		s.Boroughs = append([]programme.Borough{{Code: c.before}}, s.Boroughs...)
		slices.SortFunc(s.Boroughs, func(a, b programme.Borough) int { return strings.Compare(a.Code, b.Code) })
		last, next := groupsOf(t, s, c.before, "2024-25"), groupsOf(t, s, c.before, "2025-26")
		for _, g := range []struct {
			benchmark.Groups
			with, without string
		}{{last, c.before, c.since}, {next, c.since, c.before}} {
			for group, codes := range map[string][]string{"England": g.England, "the programme": g.Region} {
				if !slices.Contains(codes, g.with) || slices.Contains(codes, g.without) || !slices.IsSorted(codes) {
					t.Errorf("%s in %s: %v, want %s and not %s", group, g.Period, codes, g.with, g.without)
				}
			}
			if len(g.England) != 153 || g.Code(g.Period) != g.with || len(g.Neighbours) != 10 {
				t.Errorf("%s in %s: %d authorities, code %s, neighbours %v", c.before, g.Period, len(g.England), g.Code(g.Period), g.Neighbours)
			}
		}
		if next.Code("2024-25") != c.before || last.Recoded != nil && slices.ContainsFunc(last.Recoded, func(r benchmark.Recoded) bool { return r.Authority == c.before }) {
			t.Errorf("%s: before 2025-26 the code is %s; in 2024-25 recoded are %v", c.before, next.Code("2024-25"), last.Recoded)
		}
		builder := benchmark.NewBuilder(s.Data)
		builder.Add(benchmark.Observation{Indicator: rereferrals.Code, Period: "2025-26", Geography: c.since, Value: new(20.0), Status: benchmark.Reported, ReleaseID: "c1"})
		s.Data = builder.Dataset()
		got := s.Data.Resolve(groupsOf(t, s, c.before, "2025-26")).Compare(&rereferrals)
		was, _ := s.Data.Column("2024-25", rereferrals.Code).Figure(c.before)
		if *got.Figure.Value != 20 || got.Previous == nil || *got.Previous.Value != *was.Value || got.England.Rank == nil || got.Change == nil {
			t.Errorf("%s in 2025-26 is %+v after %+v", c.before, got.Figure, got.Previous)
		}
	}
}

// TestABoroughThroughItsCodes: in a region where Buckinghamshire takes part, it is
// one borough through the years: its series has no gap, its first year under the
// new code has a change, and it counts once, also where it takes part under both.
func TestABoroughThroughItsCodes(t *testing.T) {
	s := london(t)
	s.Boroughs = []programme.Borough{{Code: buckinghamshire, Name: "Buckinghamshire"}, {Code: "E10000016", Name: "Kent"}}
	s.Memberships = []programme.Membership{{SubRegion: "thames", Borough: buckinghamshire, ValidFrom: "2012-04-01"}}
	year := func(period string) benchmark.Comparison {
		return s.Data.Resolve(groupsOf(t, s, buckinghamshire, period)).Compare(&rereferrals)
	}
	before, after := year("2019-20"), year("2020-21")
	if before.Figure.Value == nil || after.Figure.Value == nil || after.Previous == nil || *after.Previous.Value != *before.Figure.Value || after.Change == nil {
		t.Errorf("2019-20 is %+v and 2020-21 %+v after %+v", before.Figure, after.Figure, after.Previous)
	}
	if before.England.Rank == nil || before.Region.Rank == nil || before.Region.N != 2 || before.SubRegion.N != 1 {
		t.Errorf("2019-20: %+v, %+v, %+v", before.England, before.Region, before.SubRegion)
	}
	if got := groupsOf(t, s, buckinghamshire, "2020-21").Recoded; !slices.Equal(got, []benchmark.Recoded{{Authority: buckinghamshire, Period: "2019-20", Code: oldBuckinghamshire}}) {
		t.Errorf("in 2020-21 recoded are %v", got)
	}
	points, err := s.Series(&rereferrals, buckinghamshire)
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 13 {
		t.Fatalf("the series has %d years, want 13", len(points))
	}
	for i, p := range points {
		code := buckinghamshire
		if p.Period.Code < "2020-21" {
			code = oldBuckinghamshire
		}
		if p.Code != code || p.Figure.Value == nil || i > 0 && p.Change == nil || p.RegionN != 2 {
			t.Errorf("%s: %+v, want a figure under %s", p.Period.Code, p, code)
		}
	}

	s.Boroughs = []programme.Borough{{Code: buckinghamshire}, {Code: "E10000002"}, {Code: "E10000016"}}
	for _, period := range []string{"2019-20", "2020-21"} {
		d, err := s.Distribution(&rereferrals, period, benchmark.Set{})
		if err != nil {
			t.Fatal(err)
		}
		if d.Summary.N != 2 || len(d.Items) != 2 {
			t.Errorf("%s: %d of %d boroughs count, want 2 of 2", period, d.Summary.N, len(d.Items))
		}
	}
}

// TestModelKnowsAnotherCode: a model that knows an authority by its old code has the
// neighbours of the new one, and of the old one where it knows the new.
func TestModelKnowsAnotherCode(t *testing.T) {
	s := london(t)
	since := s.NeighboursOf("2025", buckinghamshire)
	if len(since) != 10 || !slices.Equal(s.NeighboursOf("2025", oldBuckinghamshire), since) {
		t.Errorf("Buckinghamshire has the neighbours %v, and by its old code %v", since, s.NeighboursOf("2025", oldBuckinghamshire))
	}
	if got := s.NeighboursOf("2025", "E10000009"); got != nil {
		t.Errorf("Dorset before 2019 has the neighbours %v, want none", got)
	}
}
