package benchmark_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
)

func TestSeries(t *testing.T) {
	s := changing()
	ind := of(benchmark.Low)
	confidential := observation("2022-23", score, "E09000001", 0)
	confidential.Value, confidential.Status = nil, benchmark.Confidential
	s.Data = dataset(nil,
		observation("2020-21", score, "E09000001", 10.1), observation("2020-21", score, "E09000002", 20), observation("2020-21", score, "E12000007", 14),
		observation("2021-22", score, "E09000001", 10.4), observation("2021-22", score, "E92000001", 30),
		confidential,
		observation("2024-25", score, "E09000001", 9), observation("2024-25", score, "E09000003", 3),
		observation("2025-26", "OTHER", "E09000001", 1),
		observation("2024-25-Q4", score, "E09000001", 2), observation("2024-25-Q2", score, "E09000001", 1),
		observation("2022-23-AY", score, "E09000001", 5), observation("2023-24-AY", score, "E09000001", 4), observation("2023", score, "E09000001", 7),
		observation("2022-09-30", score, "E09000001", 3), observation("2024-09-30", score, "E09000001", 2.5),
		observation("2024-03-31", score, "E09000001", 6), observation("2025-03-31", score, "E09000001", 8))

	type point struct {
		period                           string
		value                            any
		status                           benchmark.Status
		change, london, mean, of, nation any
	}
	tests := map[benchmark.PeriodKind][]point{
		benchmark.Financial: {
			{"2020-21", 10.1, "reported", nil, 14.0, 15.05, 2, nil},
			{"2021-22", 10.4, "reported", 0.3, nil, 10.4, 1, 30.0},
			{"2022-23", nil, "c", nil, nil, nil, 0, nil},
			{"2023-24", nil, "not_held", nil, nil, nil, 0, nil},
			{"2024-25", 9.0, "reported", nil, nil, 6.0, 2, nil},
		},
		benchmark.Quarter: {
			{"2024-25-Q2", 1.0, "reported", nil, nil, 1.0, 1, nil},
			{"2024-25-Q3", nil, "not_held", nil, nil, nil, 0, nil},
			{"2024-25-Q4", 2.0, "reported", nil, nil, 2.0, 1, nil},
		},
		benchmark.Academic: {
			{"2022-23-AY", 5.0, "reported", nil, nil, 5.0, 1, nil},
			{"2023-24-AY", 4.0, "reported", -1.0, nil, 4.0, 1, nil},
		},
		benchmark.Calendar: {{"2023", 7.0, "reported", nil, nil, 7.0, 1, nil}},
		benchmark.Day: {
			{"2022-09-30", 3.0, "reported", nil, nil, 3.0, 1, nil},
			{"2023-09-30", nil, "not_held", nil, nil, nil, 0, nil},
			{"2024-03-31", 6.0, "reported", nil, nil, 6.0, 1, nil},
			{"2024-09-30", 2.5, "reported", nil, nil, 2.5, 1, nil},
			{"2025-03-31", 8.0, "reported", 2.0, nil, 8.0, 1, nil},
		},
	}
	for kind, want := range tests {
		points, err := s.Series(&ind, "E09000001", kind)
		if err != nil {
			t.Fatal(err)
		}
		var got []point
		for _, p := range points {
			if p.Period.Kind != kind {
				t.Errorf("%s is of the kind %s, want %s", p.Period.Code, p.Period.Kind, kind)
			}
			got = append(got, point{p.Period.Code, text(p.Figure.Value), p.Figure.Status, text(p.Change), text(p.Region.Value), text(p.RegionMean), p.RegionN, text(p.England.Value)})
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", kind, got, want)
		}
	}

	all, err := s.Series(&ind, "E09000001")
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, p := range all {
		codes = append(codes, p.Period.Code)
	}
	if want := []string{
		"2020-21", "2021-22", "2022-09-30", "2022-23", "2022-23-AY", "2023-09-30", "2023", "2023-24", "2024-03-31", "2023-24-AY", "2024-25-Q2", "2024-09-30", "2024-25-Q3",
		"2024-25", "2024-25-Q4", "2025-03-31",
	}; !slices.Equal(codes, want) {
		t.Errorf("all kinds are %v, want %v", codes, want)
	}

	two, err := s.Series(&ind, "E09000001", benchmark.Calendar, benchmark.Academic)
	if err != nil {
		t.Fatal(err)
	}
	codes = nil
	for _, p := range two {
		codes = append(codes, p.Period.Code)
	}
	if want := []string{"2022-23-AY", "2023", "2023-24-AY"}; !slices.Equal(codes, want) {
		t.Errorf("two kinds are %v, want %v", codes, want)
	}
}

func TestSeriesOfNothing(t *testing.T) {
	s := changing()
	ind := of(benchmark.Low)
	if points, err := s.Series(&ind, "E09000001", benchmark.Financial); err != nil || points != nil {
		t.Errorf("got %v, %v, want no points", points, err)
	}
	_, err := s.Series(&ind, "E06000002", benchmark.Financial)
	if got := parameters(t, err); !slices.Equal(got, []string{"borough"}) {
		t.Errorf("blames %v, want the borough", got)
	}
}

// TestSeriesComparators: ranks, what was won and lost of them, and who stands beside.
func TestSeriesComparators(t *testing.T) {
	s := changing()
	ind := of(benchmark.Low)
	suppressed := observation("2023-24", score, "E09000001", 0)
	suppressed.Value, suppressed.Status = nil, benchmark.Confidential
	s.Data = dataset(nil,
		observation("2021-22", score, "E09000001", 20), observation("2021-22", score, "E09000002", 10), observation("2021-22", score, "E06000001", 5),
		observation("2022-23", score, "E09000001", 10), observation("2022-23", score, "E09000002", 20), observation("2022-23", score, "E06000001", 5),
		suppressed, observation("2023-24", score, "E09000002", 20),
		observation("2024-25", score, "E09000001", 10), observation("2024-25", score, "E09000003", 4), observation("2024-25", score, "E06000002", 6))
	points, err := s.Series(&ind, "E09000001")
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		period                             string
		region, england, won, wonInEngland any
		of                                 int
		subRegion                          any
		subRegionN                         int
		neighbours                         any
		neighboursN                        int
	}
	number := func(n *int) any {
		if n == nil {
			return nil
		}
		return *n
	}
	var got []row
	for _, p := range points {
		got = append(got, row{
			p.Period.Code, number(p.RegionRank), number(p.EnglandRank), number(p.RegionGained), number(p.EnglandGained), p.EnglandN,
			text(p.SubRegion.Median), p.SubRegion.N, text(p.Neighbours.Median), p.Neighbours.N,
		})
	}
	want := []row{
		{"2021-22", 2, 3, nil, nil, 3, 15.0, 2, nil, 0},
		{"2022-23", 1, 2, 1, 1, 3, 15.0, 2, nil, 0},
		{"2023-24", nil, nil, nil, nil, 1, 20.0, 1, nil, 0},
		{"2024-25", 2, 3, nil, nil, 3, 10.0, 1, 5.0, 2}, // Two has no figure, and One is in the east now
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}

	sequences := ind.Sequences(points)
	if len(sequences) != 1 || len(sequences[0].Points) != 4 || sequences[0].Trend.Reason != benchmark.NoTrendUnit || sequences[0].Variation != benchmark.TooFewPointsToSay {
		t.Errorf("%+v", sequences)
	}
}

// TestSequences: quarters and years are two, and days of two dates.
func TestSequences(t *testing.T) {
	var points []benchmark.SeriesPoint
	for _, code := range []string{"2022-09-30", "2022-23", "2023-03-31", "2023-09-30", "2023-24-Q3", "2023-24", "2024-03-31", "2023-24-Q4"} {
		points = append(points, benchmark.SeriesPoint{Period: period(code), Figure: benchmark.Figure{Value: new(1.0)}})
	}
	ind := of(benchmark.Low)
	var got [][]string
	for _, s := range ind.Sequences(points) {
		var codes []string
		for _, p := range s.Points {
			codes = append(codes, p.Period.Code)
		}
		got = append(got, codes)
	}
	// The year ends with its last quarter, and stands before it.
	want := [][]string{{"2022-09-30", "2023-09-30"}, {"2022-23", "2023-24"}, {"2023-03-31", "2024-03-31"}, {"2023-24-Q3", "2023-24-Q4"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %v, want %v", got, want)
	}
}
