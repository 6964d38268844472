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
		observation("2024-25-Q4", score, "E09000001", 2), observation("2024-25-Q2", score, "E09000001", 1))

	type point struct {
		period                           string
		value                            any
		status                           benchmark.Status
		change, london, mean, of, nation any
	}
	tests := map[benchmark.PeriodKind][]point{
		benchmark.Year: {
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
	}
	for kind, want := range tests {
		points, err := s.Series(&ind, "E09000001", kind)
		if err != nil {
			t.Fatal(err)
		}
		var got []point
		for _, p := range points {
			if p.EndsOn != period(p.Period).EndsOn {
				t.Errorf("%s ends on %s", p.Period, p.EndsOn)
			}
			got = append(got, point{p.Period, text(p.Figure.Value), p.Figure.Status, text(p.Change), text(p.London.Value), text(p.LondonMean), p.LondonN, text(p.England.Value)})
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", kind, got, want)
		}
	}

	both, err := s.Series(&ind, "E09000001", "")
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, p := range both {
		codes = append(codes, p.Period)
	}
	if want := []string{"2020-21", "2021-22", "2022-23", "2023-24", "2024-25-Q2", "2024-25-Q3", "2024-25", "2024-25-Q4"}; !slices.Equal(codes, want) {
		t.Errorf("both kinds are %v, want %v", codes, want)
	}
}

func TestSeriesOfNothing(t *testing.T) {
	s := changing()
	ind := of(benchmark.Low)
	if points, err := s.Series(&ind, "E09000001", benchmark.Year); err != nil || points != nil {
		t.Errorf("got %v, %v, want no points", points, err)
	}
	_, err := s.Series(&ind, "E06000002", benchmark.Year)
	if got := parameters(t, err); !slices.Equal(got, []string{"borough"}) {
		t.Errorf("blames %v, want the borough", got)
	}
}
