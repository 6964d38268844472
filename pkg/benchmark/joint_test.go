package benchmark_test

import (
	"testing"

	"peerchallenge/pkg/benchmark"
)

// together are two boroughs that published 12 of one indicator together, and a
// third alone.
func together() []benchmark.Observation {
	figures := []benchmark.Observation{observation(year, score, "E09000001/E09000002", 12), observation(year, score, "E09000003", 5)}
	for _, member := range []string{"E09000001", "E09000002"} {
		o := observation(year, score, member, 0)
		o.Value, o.Status = nil, benchmark.Joint
		figures = append(figures, o)
	}
	return figures
}

// A member whose status is joint leads on to the joint figure, wherever it stands;
// who has a figure of its own, or none at all, does not.
func TestJointFigure(t *testing.T) {
	own := observation(year, score, "E09000001", 9)
	for name, tt := range map[string]struct {
		figures []benchmark.Observation
		place   string
		want    any
	}{
		"a member":                          {together(), "E09000001", 12.0},
		"the other member":                  {together(), "E09000002", 12.0},
		"the joint place itself":            {together(), "E09000001/E09000002", nil},
		"somebody else":                     {together(), "E09000003", nil},
		"nobody":                            {together(), "E09000099", nil},
		"a member with a figure of its own": {append(together(), own), "E09000001", nil},
		"a member beside one with its own":  {append(together(), own), "E09000002", 12.0},
		"a member whose joint figure is of another place": {
			append(together()[1:], observation(year, score, "E09000003/E09000004", 1)), "E09000001", nil,
		},
		"a member whose joint figure is of another period": {
			append(together()[1:], observation("2023-24", score, "E09000001/E09000002", 1)), "E09000001", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			j := dataset(nil, tt.figures...).Column(year, score).Joint(tt.place)
			switch {
			case tt.want == nil && j != nil:
				t.Errorf("leads on to %+v", j)
			case tt.want != nil && (j == nil || text(j.Figure.Value) != tt.want || j.Geography != "E09000001/E09000002" || j.Release != tt.figures[0].ReleaseID):
				t.Errorf("leads on to %+v, want %v", j, tt.want)
			}
		})
	}
	var none *benchmark.Column
	if j := none.Joint("E09000001"); j != nil {
		t.Errorf("where nothing is held, a place leads on to %+v", j)
	}
}

// The joint figure is found in a later dataset too, whether its column is an old
// one or one that has since been written to.
func TestJointFigureInALaterDataset(t *testing.T) {
	before := dataset(nil, together()...)
	for name, later := range map[string]*benchmark.Dataset{
		"in an old column": dataset(before, observation("2025-26", score, "E09000007", 1)),
		"in a changed one": dataset(before, observation(year, score, "E09000007", 1)),
	} {
		if j := later.Column(year, score).Joint("E09000002"); j == nil || text(j.Figure.Value) != 12.0 {
			t.Errorf("%s it is %+v", name, j)
		}
	}
}

// A joint figure is shown beside the comparison, the point of a series and the
// place in a distribution, and counts in no rank and no mean.
func TestJointFigureCountsForNobody(t *testing.T) {
	s := changing()
	ind := of(benchmark.Low)
	s.Data = dataset(nil, together()...)
	groups, err := s.Groups("E09000001", year, "")
	if err != nil {
		t.Fatal(err)
	}
	c := s.Data.Resolve(groups).Compare(&ind)
	if c.Joint == nil || text(c.Joint.Figure.Value) != 12.0 || c.Figure.Status != benchmark.Joint || c.Figure.Value != nil {
		t.Errorf("the comparison has %+v beside %+v", c.Joint, c.Figure)
	}
	if c.Region.N != 1 || text(c.Region.Mean) != 5.0 || c.Region.Rank != nil || c.England.N != 1 || c.England.Band != "" || c.Interval != nil {
		t.Errorf("it counts in %+v, %+v or %+v", c.Region, c.England, c.Interval)
	}
	points, err := s.Series(&ind, "E09000001", benchmark.Financial)
	if err != nil || len(points) != 1 || points[0].Joint == nil || text(points[0].Joint.Figure.Value) != 12.0 || points[0].RegionN != 1 {
		t.Errorf("the series is %+v, %v", points, err)
	}
	d, err := s.Distribution(&ind, year, benchmark.Set{})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range d.Items {
		if leads := item.Joint != nil; leads != (item.Figure.Status == benchmark.Joint) || leads && (text(item.Joint.Figure.Value) != 12.0 || item.Rank != nil) {
			t.Errorf("in the distribution %s has %+v and the rank %v", item.Borough, item.Joint, item.Rank)
		}
	}
	if d.Summary.N != 1 {
		t.Errorf("the distribution is of %d", d.Summary.N)
	}
}
