package benchmark_test

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"peerchallenge/pkg/benchmark"
)

const (
	year  = "2024-25"
	score = "SCORE"
)

// authority makes the GSS code of the i-th authority.
func authority(i int) string { return fmt.Sprintf("E%08d", 6000001+i) }

// among compares the first authority with the others on the given figures. All
// authorities are in all groups.
func among(ind benchmark.Indicator, current, previous []benchmark.Figure) benchmark.Comparison {
	groups := benchmark.Groups{Borough: authority(0), Period: year, RegionCode: "E12000007"}
	b := benchmark.NewBuilder(nil)
	for i, f := range current {
		groups.Region = append(groups.Region, authority(i))
		b.Add(figureOf(ind.Code, year, authority(i), f))
	}
	for i, f := range previous {
		b.Add(figureOf(ind.Code, "2023-24", authority(i), f))
	}
	groups.England, groups.SubRegion, groups.Neighbours = groups.Region, groups.Region, groups.Region
	return b.Dataset().Resolve(groups).Compare(&ind)
}

func figureOf(indicator, period, geography string, f benchmark.Figure) benchmark.Observation {
	return benchmark.Observation{
		Indicator: indicator, Period: period, Geography: geography, ReleaseID: "r1",
		Value: f.Value, Status: f.Status, Numerator: f.Numerator, Denominator: f.Denominator,
	}
}

// reported makes figures of the numbers.
func reported(values ...float64) []benchmark.Figure {
	figures := make([]benchmark.Figure, len(values))
	for i, v := range values {
		figures[i] = benchmark.Figure{Value: new(v), Status: benchmark.Reported}
	}
	return figures
}

// amid makes figures of the whole numbers from 1 to n, of which the first is the
// borough's own.
func amid(own, n int) []benchmark.Figure {
	values := []float64{float64(own)}
	for v := 1; v <= n; v++ {
		if v != own {
			values = append(values, float64(v))
		}
	}
	return reported(values...)
}

// leftOut are the excluded one by one.
func leftOut(excluded []benchmark.Exclusion) (codes []string) {
	for _, e := range excluded {
		codes = append(codes, e.Authorities...)
	}
	return codes
}

func without(status benchmark.Status) benchmark.Figure { return benchmark.Figure{Status: status} }

func of(polarity benchmark.Polarity) benchmark.Indicator {
	return benchmark.Indicator{Code: score, Unit: benchmark.Score, Multiplier: 1, Polarity: polarity}
}

func TestRankBandAndException(t *testing.T) {
	tests := map[string]struct {
		polarity  benchmark.Polarity
		figures   []benchmark.Figure // the first is the borough's
		rank      any                // nil or a number
		n         int
		band      string
		exception benchmark.Exception
	}{
		"low is best":                     {benchmark.Low, amid(1, 12), 1, 12, "A", benchmark.Bottom20},
		"low, second quarter":             {benchmark.Low, amid(5, 12), 5, 12, "B", benchmark.NoException},
		"low, third quarter":              {benchmark.Low, amid(8, 12), 8, 12, "C", benchmark.NoException},
		"low is worst":                    {benchmark.Low, amid(12, 12), 12, 12, "D", benchmark.Top20},
		"high is best":                    {benchmark.High, amid(12, 12), 1, 12, "A", benchmark.Top20},
		"high is worst":                   {benchmark.High, amid(1, 12), 12, 12, "D", benchmark.Bottom20},
		"neutral has no good end":         {benchmark.Neutral, amid(12, 12), nil, 12, "", benchmark.Top20},
		"low, on the first edge":          {benchmark.Low, amid(4, 13), 4, 13, "A", benchmark.NoException},
		"low, on the median":              {benchmark.Low, amid(7, 13), 7, 13, "B", benchmark.NoException},
		"low, on the third edge":          {benchmark.Low, amid(10, 13), 10, 13, "C", benchmark.NoException},
		"high, on the first edge":         {benchmark.High, amid(4, 13), 10, 13, "D", benchmark.NoException},
		"high, on the median":             {benchmark.High, amid(7, 13), 7, 13, "C", benchmark.NoException},
		"high, on the third edge":         {benchmark.High, amid(10, 13), 4, 13, "B", benchmark.NoException},
		"on the 20th percentile":          {benchmark.Low, amid(3, 11), 3, 11, "A", benchmark.NoException},
		"on the 80th percentile":          {benchmark.Low, amid(9, 11), 9, 11, "D", benchmark.NoException},
		"ties share the smaller rank":     {benchmark.Low, reported(2, 1, 2, 2, 5, 5, 5, 5, 5, 5), 2, 10, "A", benchmark.NoException},
		"after a tie the rank leaps":      {benchmark.Low, reported(5, 1, 2, 2, 2, 2, 2, 2, 2, 2), 10, 10, "D", benchmark.Top20},
		"all equal, low":                  {benchmark.Low, reported(3, 3, 3, 3, 3, 3, 3, 3, 3, 3), 1, 10, "A", benchmark.NoException},
		"all equal, high":                 {benchmark.High, reported(3, 3, 3, 3, 3, 3, 3, 3, 3, 3), 1, 10, "D", benchmark.NoException},
		"ten are enough":                  {benchmark.Low, amid(10, 10), 10, 10, "D", benchmark.Top20},
		"nine are not":                    {benchmark.Low, amid(9, 9), 9, 9, "", benchmark.NoException},
		"nine and a symbol are not":       {benchmark.Low, append(amid(9, 9), without(benchmark.Confidential)), 9, 9, "", benchmark.NoException},
		"alone":                           {benchmark.Low, reported(3), 1, 1, "", benchmark.NoException},
		"alone with a value":              {benchmark.Low, append(reported(3), without(benchmark.Confidential)), 1, 1, "", benchmark.NoException},
		"a true zero counts":              {benchmark.Low, reported(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), 1, 10, "A", benchmark.Bottom20},
		"no value":                        {benchmark.Low, append([]benchmark.Figure{without(benchmark.Confidential)}, amid(1, 10)...), nil, 10, "", benchmark.NoException},
		"published jointly with another":  {benchmark.Low, append([]benchmark.Figure{without(benchmark.Joint)}, amid(1, 10)...), nil, 10, "", benchmark.NoException},
		"nobody has a value":              {benchmark.Low, []benchmark.Figure{without("x"), without("x")}, nil, 0, "", benchmark.NoException},
		"a symbol is no zero for another": {benchmark.Low, append(amid(1, 10), without(benchmark.LowValue)), 1, 10, "A", benchmark.Bottom20},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := among(of(tt.polarity), tt.figures, nil)
			for group, p := range map[string]benchmark.Position{"London": got.Region.Position, "England": got.England.Position} {
				var rank any
				if p.Rank != nil {
					rank = *p.Rank
				}
				if rank != tt.rank || p.N != tt.n {
					t.Errorf("%s: rank %v of %d, want %v of %d", group, rank, p.N, tt.rank, tt.n)
				}
			}
			if edges := got.England; tt.n > 0 && !(*edges.LowerQuartile <= *edges.Median && *edges.Median <= *edges.UpperQuartile) || tt.n == 0 && edges.Median != nil {
				t.Errorf("England's edges are %v, %v and %v", text(edges.LowerQuartile), text(edges.Median), text(edges.UpperQuartile))
			}
			if got.England.Band != tt.band || got.Region.Exception != tt.exception {
				t.Errorf("band %q, exception %q, want %q, %q", got.England.Band, got.Region.Exception, tt.band, tt.exception)
			}
		})
	}
}

func TestChange(t *testing.T) {
	tests := map[string]struct {
		current, previous []benchmark.Figure
		wantPrevious      any // nil or a status
		want              any // nil or a number
	}{
		"fell":                          {reported(16.2), reported(21.3), benchmark.Reported, -5.1},
		"free of binary noise":          {reported(0.3), reported(0.1), benchmark.Reported, 0.2},
		"the same":                      {reported(19.9), reported(19.9), benchmark.Reported, 0.0},
		"great numbers":                 {reported(1234567890.3), reported(0.1), benchmark.Reported, 1234567890.2},
		"no value now":                  {[]benchmark.Figure{without("c")}, reported(1), benchmark.Reported, nil},
		"no value then":                 {reported(1), []benchmark.Figure{without("c")}, benchmark.Confidential, nil},
		"nothing held then":             {reported(1), nil, nil, nil},
		"beyond all numbers is nothing": {reported(-1.7e308), reported(1.7e308), benchmark.Reported, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := among(of(benchmark.Low), tt.current, tt.previous)
			var previous any
			if got.Previous != nil {
				previous = got.Previous.Status
			}
			if previous != tt.wantPrevious || text(got.Change) != tt.want {
				t.Errorf("previous %v, change %v, want %v, %v", previous, text(got.Change), tt.wantPrevious, tt.want)
			}
		})
	}
}

// A gap in the periods is no change: only the consecutive period is looked at.
func TestChangeOverAGap(t *testing.T) {
	ind := of(benchmark.Low)
	b := benchmark.NewBuilder(nil)
	b.Add(figureOf(score, "2022-23", authority(0), reported(1)[0]))
	b.Add(figureOf(score, year, authority(0), reported(3)[0]))
	d := b.Dataset()
	got := d.Resolve(benchmark.Groups{Borough: authority(0), Period: year}).Compare(&ind)
	if got.Previous != nil || got.Change != nil {
		t.Errorf("previous %v, change %v, want neither", got.Previous, text(got.Change))
	}
	// The quarter before a first quarter lies in the year before.
	b = benchmark.NewBuilder(d)
	b.Add(figureOf(score, "2024-25-Q4", authority(0), reported(1)[0]))
	b.Add(figureOf(score, "2025-26-Q1", authority(0), reported(3)[0]))
	got = b.Dataset().Resolve(benchmark.Groups{Borough: authority(0), Period: "2025-26-Q1"}).Compare(&ind)
	if text(got.Change) != 2.0 {
		t.Errorf("change = %v, want 2", text(got.Change))
	}
}

func TestSubRegionAndNeighbours(t *testing.T) {
	parts := func(value, numerator, denominator float64) benchmark.Figure {
		return benchmark.Figure{Value: &value, Status: benchmark.Reported, Numerator: &numerator, Denominator: &denominator}
	}
	tests := map[string]struct {
		figures      []benchmark.Figure
		pooled       any
		pooledN      int
		mean, median any
		n            int
	}{
		"pooled is not the mean":         {[]benchmark.Figure{parts(10, 1, 10), parts(50, 45, 90)}, 46.0, 2, 30.0, 30.0, 2},
		"who has no value is left out":   {[]benchmark.Figure{parts(10, 1, 10), parts(50, 45, 90), without("c")}, 46.0, 2, 30.0, 30.0, 2},
		"a part is missing":              {[]benchmark.Figure{parts(10, 1, 10), reported(50)[0]}, nil, 0, 30.0, 30.0, 2},
		"no parts at all":                {reported(10, 20, 60), nil, 0, 30.0, 20.0, 3},
		"denominators add up to nothing": {[]benchmark.Figure{parts(0, 0, 0)}, nil, 0, 0.0, 0.0, 1},
		"nobody has a value":             {[]benchmark.Figure{without("c"), without("z")}, nil, 0, nil, nil, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := among(benchmark.Indicator{Code: score, Unit: benchmark.Percent, Multiplier: 100}, tt.figures, nil)
			if text(got.SubRegion.Pooled) != tt.pooled || got.SubRegion.PooledN != tt.pooledN || text(got.SubRegion.Mean) != tt.mean || got.SubRegion.N != tt.n {
				t.Errorf("sub-region: pooled %v of %d, mean %v of %d", text(got.SubRegion.Pooled), got.SubRegion.PooledN, text(got.SubRegion.Mean), got.SubRegion.N)
			}
			if text(got.Neighbours.Mean) != tt.mean || text(got.Neighbours.Median) != tt.median || got.Neighbours.N != tt.n {
				t.Errorf("neighbours: mean %v, median %v of %d", text(got.Neighbours.Mean), text(got.Neighbours.Median), got.Neighbours.N)
			}
		})
	}
}

// Each group names its own members without a value, in its own order; one of
// which nothing is known is not held.
func TestExclusions(t *testing.T) {
	ind := of(benchmark.Low)
	b := benchmark.NewBuilder(nil)
	b.Add(figureOf(score, year, "E09000001", without(benchmark.Confidential)))
	b.Add(figureOf(score, year, "E09000002", reported(2)[0]))
	b.Add(figureOf(score, "2023-24", "E09000003", reported(2)[0]))
	got := b.Dataset().Resolve(benchmark.Groups{
		Borough: "E09000002", Period: year,
		Region:     []string{"E09000001", "E09000002", "E09000003", "E09000005"},
		England:    []string{"E09000002", "E09000004"},
		SubRegion:  []string{"E09000002"},
		Neighbours: []string{"E09000003", "E09000001"},
	}).Compare(&ind).Excluded
	want := benchmark.Exclusions{
		Region:     []benchmark.Exclusion{{benchmark.Confidential, []string{"E09000001"}}, {benchmark.NotHeld, []string{"E09000003", "E09000005"}}},
		England:    []benchmark.Exclusion{{benchmark.NotHeld, []string{"E09000004"}}},
		Neighbours: []benchmark.Exclusion{{benchmark.NotHeld, []string{"E09000003"}}, {benchmark.Confidential, []string{"E09000001"}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("excluded %+v, want %+v", got, want)
	}
}

// An authority that is no member of a group has no place in it.
func TestOutsideTheGroup(t *testing.T) {
	ind := of(benchmark.Low)
	b := benchmark.NewBuilder(nil)
	b.Add(figureOf(score, year, authority(0), reported(1)[0]))
	b.Add(figureOf(score, year, authority(1), reported(2)[0]))
	others := []string{authority(1)}
	got := b.Dataset().Resolve(benchmark.Groups{Borough: authority(0), Period: year, Region: others, England: others}).Compare(&ind)
	if got.Region.Rank != nil || got.England.Rank != nil || got.England.Band != "" || got.Region.Exception != benchmark.NoException {
		t.Errorf("London %+v, England %+v, want no place in either", got.Region, got.England)
	}
	if got.Region.N != 1 || text(got.Region.Mean) != 2.0 {
		t.Errorf("London has %d with the mean %v, want 1 with 2", got.Region.N, text(got.Region.Mean))
	}
}

// Where nothing is held, everything says so and nothing fails.
func TestNothingHeld(t *testing.T) {
	ind := of(benchmark.Low)
	groups := benchmark.Groups{Borough: authority(0), Period: year, Region: []string{authority(0)}}
	var empty *benchmark.Dataset
	for name, d := range map[string]*benchmark.Dataset{"nil": empty, "zero": {}, "empty": benchmark.NewBuilder(&benchmark.Dataset{}).Dataset()} {
		got := d.Resolve(groups).Compare(&ind)
		if got.Figure.Status != benchmark.NotHeld || got.Release != "" || got.Region.N != 0 || got.Region.Published != nil || got.England.Published != nil {
			t.Errorf("%s dataset: %+v", name, got)
		}
		want := []benchmark.Exclusion{{benchmark.NotHeld, []string{authority(0)}}}
		if !reflect.DeepEqual(got.Excluded.Region, want) {
			t.Errorf("%s dataset: excluded %v, want %v", name, got.Excluded.Region, want)
		}
	}
}

// Summaries are kept between comparisons; a changed group or a changed column
// must not meet an old one.
func TestKeptSummaries(t *testing.T) {
	ind := of(benchmark.Low)
	groups := benchmark.Groups{Borough: authority(0), Period: year, Region: []string{authority(0), authority(1)}}
	b := benchmark.NewBuilder(nil)
	for i, f := range reported(1, 3, 8) {
		b.Add(figureOf(score, year, authority(i), f))
	}
	d := b.Dataset()
	mean := func(d *benchmark.Dataset, g benchmark.Groups) any {
		return text(d.Resolve(g).Compare(&ind).Region.Mean)
	}
	wider := groups
	wider.Region = []string{authority(0), authority(1), authority(2)}
	for range 2 {
		if got := mean(d, groups); got != 2.0 {
			t.Errorf("the mean of two is %v, want 2", got)
		}
		if got := mean(d, wider); got != 4.0 {
			t.Errorf("the mean of three is %v, want 4", got)
		}
	}
	b = benchmark.NewBuilder(d)
	b.Add(figureOf(score, year, authority(1), reported(5)[0]))
	if got := mean(b.Dataset(), groups); got != 3.0 {
		t.Errorf("the mean after the change is %v, want 3", got)
	}
	if got := mean(d, groups); got != 2.0 {
		t.Errorf("the old dataset's mean is %v, want 2 still", got)
	}
	for _, unknown := range []string{"E09000098", "E09000099"} { // who are in no place, either of them
		groups.Region = []string{authority(0), unknown}
		if got := leftOut(d.Resolve(groups).Compare(&ind).Excluded.Region); !slices.Equal(got, []string{unknown}) {
			t.Errorf("%v is left out, want %s", got, unknown)
		}
	}
}

// Many ask at once while the next dataset is being built; run with -race.
func TestManyReaders(t *testing.T) {
	s := london(t)
	var readers sync.WaitGroup
	for _, borough := range s.Boroughs {
		readers.Go(func() {
			for _, p := range []string{"2023-24", "2024-25"} {
				groups, err := s.Groups(borough.Code, p, "")
				if err != nil {
					t.Error(err)
					return
				}
				if got := s.Data.Resolve(groups).Compare(&rereferrals); got.England.N < 140 || got.Region.N < 30 {
					t.Errorf("%s %s: n = %d in England, %d in London", borough.Code, p, got.England.N, got.Region.N)
				}
			}
		})
	}
	next := dataset(s.Data, observation("2025-26", "NEW", "E06009999", 1))
	readers.Wait()
	if next.Len() != s.Data.Len()+1 {
		t.Errorf("the next dataset holds %d figures, want one more than %d", next.Len(), s.Data.Len())
	}
}
