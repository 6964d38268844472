package dfe_test

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// loaded is a snapshot of London with every published file that comes with the
// program.
func loaded(t testing.TB) *benchmark.Snapshot {
	t.Helper()
	s, err := seed.London()
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(s.Authorities, func(a, b programme.Authority) int { return strings.Compare(a.Code, b.Code) })
	known := withPopulations(t)
	builder, periods := benchmark.NewBuilder(nil), map[string]benchmark.Period{}
	for _, name := range seed.Files() {
		file := readFile(t, name, known)
		for _, o := range file.Observations {
			builder.Add(o)
		}
		for _, p := range file.Periods {
			periods[p.Code] = p
		}
		if file.Model != nil {
			s.Models, s.Neighbours = append(s.Models, *file.Model), file.Neighbours
		}
	}
	s.Periods = slices.SortedFunc(maps.Values(periods), benchmark.ComparePeriods)
	slices.SortStableFunc(s.Neighbours, func(a, b benchmark.Neighbour) int {
		return cmp.Or(strings.Compare(a.Authority, b.Authority), cmp.Compare(a.Rank, b.Rank))
	})
	s.Data = builder.Dataset()
	return s
}

// TestRecomputation computes everything that the program says of the published
// files a second time, from the files themselves and with rational numbers: every
// figure of every place, and how each of the 33 boroughs stands on every indicator
// in every period, reorganisations and neighbours included.
func TestRecomputation(t *testing.T) {
	s, r := loaded(t), readRaw(t)
	names := []string{populationFile, neighbourFile}
	for i := range rawFiles {
		names = append(names, rawFiles[i].name)
	}
	if !slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(slices.Values(seed.Files()))) {
		t.Errorf("recomputed are %v, and the program comes with %v", names, seed.Files())
	}
	t.Run("figures", func(t *testing.T) { compareFigures(t, s, r) })
	compared := 0
	for _, b := range s.Boroughs {
		t.Run(b.Name, func(t *testing.T) { compared += compareBorough(t, s, r, b.Code) })
	}
	if want := len(r.columns) * len(s.Boroughs); compared != want || len(s.Boroughs) != 33 {
		t.Errorf("%d comparisons were computed again, want %d", compared, want)
	}
	if r.held < 15_000 {
		t.Errorf("%d published values were held to their parts", r.held)
	}
}

func compareFigures(t *testing.T, s *benchmark.Snapshot, r *raw) {
	figures := 0
	for key, column := range r.columns {
		figures += len(column)
		for place, want := range column {
			got, _ := s.Data.Column(key[1], key[0]).Figure(place)
			if string(got.Status) != want.status || !nearest(got.Value, want.value) || !nearest(got.Numerator, want.numerator) || !nearest(got.Denominator, want.denominator) {
				t.Errorf("%s of %s in %s is %s", key[0], place, key[1], differ(got, want))
			}
		}
	}
	if figures != s.Data.Len() {
		t.Errorf("the files have %d figures, and %d are held", figures, s.Data.Len())
	}
}

// nearest reports whether the number is the nearest to the exact one that there is.
func nearest(got *float64, want *big.Rat) bool {
	if got == nil || want == nil {
		return got == nil && want == nil
	}
	exact, _ := want.Float64()
	return *got == exact
}

func differ(got benchmark.Figure, want *rawFigure) string {
	return fmt.Sprintf("%s (%s of %s, %s), want %s (%s of %s, %s)", show(got.Value), show(got.Numerator), show(got.Denominator), got.Status,
		decimal(want.value), decimal(want.numerator), decimal(want.denominator), want.status)
}

func decimal(x *big.Rat) string {
	if x == nil {
		return "nothing"
	}
	return x.FloatString(6)
}

func compareBorough(t *testing.T, s *benchmark.Snapshot, r *raw, borough string) int {
	compared := 0
	for code, at := range r.spans {
		groups, err := s.Groups(borough, code, "")
		if err != nil {
			t.Fatal(err)
		}
		want := r.groups(borough, at)
		for _, g := range []struct {
			name      string
			got, want []string
		}{
			{"London", groups.Region, want.london}, {"England", groups.England, want.england},
			{"the sub-region", groups.SubRegion, want.subRegion}, {"the neighbours", groups.Neighbours, want.neighbours},
		} {
			if !slices.Equal(slices.Sorted(slices.Values(g.got)), slices.Sorted(slices.Values(g.want))) {
				t.Errorf("in %s %s are %v, want %v", code, g.name, g.got, g.want)
			}
		}
		peers := s.Data.Resolve(groups)
		for i := range s.Indicators {
			ind := &s.Indicators[i]
			if r.columns[[2]string{ind.Code, code}] == nil {
				continue
			}
			compared++
			got, stands := peers.Compare(ind), r.stand(borough, ind.Code, at, want)
			for _, fault := range contrast(&got, stands) {
				t.Errorf("%s in %s: %s", ind.Code, code, fault)
			}
		}
	}
	return compared
}

// contrast names whatever of a comparison is not as computed.
func contrast(c *benchmark.Comparison, w *standing) []string {
	var faults []string
	number := func(what string, got *float64, want *big.Rat) {
		if !near(got, want) {
			faults = append(faults, fmt.Sprintf("%s is %s, want %s", what, show(got), decimal(want)))
		}
	}
	other := func(what string, got, want any) {
		if got != want {
			faults = append(faults, fmt.Sprintf("%s is %v, want %v", what, got, want))
		}
	}
	figure := func(what string, got *benchmark.Figure, want *rawFigure) {
		switch {
		case got == nil || want == nil:
			other(what+" there", got != nil, want != nil)
		case string(got.Status) != want.status || !nearest(got.Value, want.value) || !nearest(got.Numerator, want.numerator) || !nearest(got.Denominator, want.denominator):
			other(what, differ(*got, want), "that")
		}
	}
	held := &c.Figure
	if held.Status == benchmark.NotHeld {
		held = nil
	}
	figure("the figure", held, w.figure)
	var joint *benchmark.Figure
	if c.Joint != nil {
		joint = &c.Joint.Figure
	}
	figure("the joint figure", joint, w.joint)
	figure("the previous figure", c.Previous, w.previous)
	figure("London's", c.Region.Published, w.region)
	figure("England's", c.England.Published, w.nation)
	if !nearest(c.Change, w.change) {
		number("the change", c.Change, w.change)
	}
	other("the rank in London", rank(c.Region.Rank), w.london.rank)
	other("the rank in England", rank(c.England.Rank), w.england.rank)
	other("the exception", string(c.Region.Exception), w.exception)
	other("the band", c.England.Band, w.band)
	other("what stands to London", string(c.Region.Significance), w.toLondon)
	other("what stands to England", string(c.England.Significance), w.toEngland)
	number("the gap", c.Gap, w.gap)
	number("the lower quartile", c.England.LowerQuartile, w.england.quantile(big.NewRat(1, 4)))
	number("England's median", c.England.Median, w.england.quantile(big.NewRat(1, 2)))
	number("the upper quartile", c.England.UpperQuartile, w.england.quantile(big.NewRat(3, 4)))
	number("London's mean", c.Region.Mean, w.london.mean())
	number("the 20th percentile", c.Region.P20, w.p20)
	number("the 80th percentile", c.Region.P80, w.p80)
	number("the sub-region's mean", c.SubRegion.Mean, w.south.mean())
	number("the sub-region as one", c.SubRegion.Pooled, w.pooled)
	number("the neighbours' mean", c.Neighbours.Mean, w.similar.mean())
	number("the neighbours' median", c.Neighbours.Median, w.similar.quantile(big.NewRat(1, 2)))
	for _, g := range []struct {
		name     string
		n        int
		excluded []benchmark.Exclusion
		want     *group
	}{
		{"London", c.Region.N, c.Excluded.Region, &w.london}, {"England", c.England.N, c.Excluded.England, &w.england},
		{"the sub-region", c.SubRegion.N, c.Excluded.SubRegion, &w.south}, {"the neighbours", c.Neighbours.N, c.Excluded.Neighbours, &w.similar},
	} {
		other("n of "+g.name, g.n, len(g.want.values))
		var excluded []string
		for _, e := range g.excluded {
			for _, code := range e.Authorities {
				excluded = append(excluded, code+" "+string(e.Status))
			}
		}
		if !slices.Equal(slices.Sorted(slices.Values(excluded)), slices.Sorted(slices.Values(g.want.excluded))) {
			other("who is left out of "+g.name, fmt.Sprint(excluded), fmt.Sprint(g.want.excluded))
		}
	}
	if (c.Interval != nil) != (w.lower != nil) {
		other("an interval there", c.Interval != nil, w.lower != nil)
	} else if c.Interval != nil {
		for what, bound := range map[string]struct {
			got  float64
			want *big.Float
		}{"the lower bound": {c.Interval.Lower, w.lower}, "the upper bound": {c.Interval.Upper, w.upper}} {
			if want, _ := bound.want.Float64(); math.Abs(bound.got-want) > 1e-9*max(1, want) {
				other(what, bound.got, want)
			}
		}
	}
	return faults
}

func rank(r *int) int {
	if r == nil {
		return 0
	}
	return *r
}

// near allows for what a mean in binary numbers is beside the exact one: nothing
// in the first nine digits.
func near(got *float64, want *big.Rat) bool {
	if got == nil || want == nil {
		return got == nil && want == nil
	}
	exact, _ := want.Float64()
	return math.Abs(*got-exact) <= 1e-9*max(1, math.Abs(exact))
}

// TestRecomputationIsGolden holds the second way to a third one, which has nothing
// of this project: the golden file's comparisons of re-referrals in 2024-25.
func TestRecomputationIsGolden(t *testing.T) {
	content, err := os.ReadFile("../benchmark/testdata/REREF_PCT-2024-25.csv")
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(string(content))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	r, s := readRaw(t), toMarch(2025)
	fixed := func(x *big.Rat, decimals int) string {
		if x == nil {
			return ""
		}
		return halfUp(x, decimals).FloatString(decimals)
	}
	for _, record := range records[1:] {
		w := r.stand(record[0], "REREF_PCT", s, r.groups(record[0], s))
		var previous *big.Rat
		if w.previous != nil {
			previous = w.previous.value
		}
		change := ""
		if w.change != nil {
			change = w.change.FloatString(1)
		}
		got := map[string]string{
			"gss": record[0], "value": fixed(w.figure.value, 1), "previous": fixed(previous, 1), "change": change, "band": w.band,
			"rank_england": strconv.Itoa(w.england.rank), "n_england": strconv.Itoa(len(w.england.values)),
			"rank_london": strconv.Itoa(w.london.rank), "n_london": strconv.Itoa(len(w.london.values)),
			"sn_mean": fixed(w.similar.mean(), 4), "sn_median": fixed(w.similar.quantile(big.NewRat(1, 2)), 4), "sn_n": strconv.Itoa(len(w.similar.values)),
			"sub_region_mean": fixed(w.south.mean(), 4), "london_mean": fixed(w.london.mean(), 4),
			"london_p20": fixed(w.p20, 4), "london_p80": fixed(w.p80, 4), "exception": w.exception,
		}
		for i, column := range records[0] {
			if got[column] != record[i] {
				t.Errorf("%s of %s is %q, and golden %q", column, record[0], got[column], record[i])
			}
		}
	}
	if len(records) != 34 {
		t.Errorf("the golden file has %d boroughs, want 33", len(records)-1)
	}
}
