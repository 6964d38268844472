package benchmark_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

func TestDistribution(t *testing.T) {
	type item struct {
		rank      any
		borough   string
		value     any
		subRegion string
	}
	tests := map[benchmark.Polarity][]item{
		benchmark.Low:     {{1, "E09000004", 1.0, "west"}, {2, "E09000001", 2.0, "east"}, {2, "E09000003", 2.0, "west"}, {4, "E09000006", 7.0, ""}, {nil, "E09000002", nil, "west"}, {nil, "E09000005", nil, ""}},
		benchmark.High:    {{1, "E09000006", 7.0, ""}, {2, "E09000001", 2.0, "east"}, {2, "E09000003", 2.0, "west"}, {4, "E09000004", 1.0, "west"}, {nil, "E09000002", nil, "west"}, {nil, "E09000005", nil, ""}},
		benchmark.Neutral: {{nil, "E09000006", 7.0, ""}, {nil, "E09000001", 2.0, "east"}, {nil, "E09000003", 2.0, "west"}, {nil, "E09000004", 1.0, "west"}, {nil, "E09000002", nil, "west"}, {nil, "E09000005", nil, ""}},
	}
	s := changing()
	for _, code := range []string{"E09000004", "E09000005", "E09000006"} {
		s.Boroughs = append(s.Boroughs, programme.Borough{Code: code})
		s.Authorities = append(s.Authorities, programme.Authority{Code: code, RegionCode: "E12000007"})
	}
	s.Memberships = append(s.Memberships, programme.Membership{ID: "5", SubRegion: "west", Borough: "E09000004", ValidFrom: "2020-04-01"})
	joint := observation(year, score, "E09000002", 0)
	joint.Value, joint.Status = nil, benchmark.Joint
	s.Data = dataset(nil, joint, observation(year, score, "E09000001", 2), observation(year, score, "E09000003", 2), observation(year, score, "E09000004", 1),
		observation(year, score, "E09000006", 7), observation(year, score, "E12000007", 4), observation(year, score, "E06000002", 99))

	for polarity, want := range tests {
		t.Run(string(polarity), func(t *testing.T) {
			ind := of(polarity)
			d, err := s.Distribution(&ind, year, benchmark.Set{})
			if err != nil {
				t.Fatal(err)
			}
			var got []item
			for _, i := range d.Items {
				var rank any
				if i.Rank != nil {
					rank = *i.Rank
				}
				got = append(got, item{rank, i.Borough, text(i.Figure.Value), i.SubRegion})
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
			if d.Items[4].Figure.Status != benchmark.Joint || d.Items[5].Figure.Status != benchmark.NotHeld {
				t.Errorf("without a value: %v and %v, want joint and not held", d.Items[4].Figure, d.Items[5].Figure)
			}
			if d.Summary.N != 4 || !near(d.Summary.Mean, 3) || !near(d.Summary.Median, 2) || !near(d.Summary.Minimum, 1) || !near(d.Summary.Maximum, 7) {
				t.Errorf("summary %+v", d.Summary)
			}
			if d.Region == nil || text(d.Region.Value) != 4.0 || d.England != nil {
				t.Errorf("London is published as %v, England as %v, want 4 and nothing", d.Region, d.England)
			}
		})
	}
}

func TestDistributionOfNothing(t *testing.T) {
	s := changing()
	ind := of(benchmark.Low)
	d, err := s.Distribution(&ind, "2023-24", benchmark.Set{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Items) != 2 || d.Summary != (benchmark.Summary{}) || d.Items[0].Figure.Status != benchmark.NotHeld {
		t.Errorf("got %+v, want the two boroughs of that year without figures", d)
	}
	_, err = s.Distribution(&ind, "1999-00", benchmark.Set{})
	if got := parameters(t, err); !slices.Equal(got, []string{"period"}) {
		t.Errorf("blames %v, want the period", got)
	}
}

// The places of a distribution are those that each borough's own comparison
// gives it.
func TestDistributionAgreesWithComparisons(t *testing.T) {
	s := london(t)
	d, err := s.Distribution(&rereferrals, year, benchmark.Set{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Items) != 33 {
		t.Fatalf("%d boroughs, want 33", len(d.Items))
	}
	for _, item := range d.Items {
		groups, err := s.Groups(item.Borough, year, "")
		if err != nil {
			t.Fatal(err)
		}
		c := s.Data.Resolve(groups).Compare(&rereferrals)
		if *c.Region.Rank != *item.Rank || *c.Figure.Value != *item.Figure.Value || c.Region.N != d.Summary.N || *c.Region.P80 != *d.Summary.P80 || groups.Slug != item.SubRegion {
			t.Errorf("%s is %+v in the distribution, %+v in its comparison", item.Borough, item, c.Region)
		}
	}
}
