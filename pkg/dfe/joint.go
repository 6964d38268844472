package dfe

import (
	"maps"
	"slices"
	"strings"

	"peerchallenge/pkg/benchmark"
)

// markJoint answers the file's figures, and for every member of a joint authority
// that has no figure of its own one that says so.
func (r *reader) markJoint() {
	for i := range r.figures {
		r.file.Observations = append(r.file.Observations, r.figures[i].figure)
	}
	for i := range r.figures {
		f := &r.figures[i]
		members := strings.Split(f.figure.Geography, "/")
		if len(members) == 1 {
			continue
		}
		for _, member := range members {
			at := cell{f.plan, f.cell.period, r.numberOf(member)}
			if _, own := r.cells[at]; !own {
				r.cells[at] = len(r.file.Observations)
				r.file.Observations = append(r.file.Observations, benchmark.Observation{
					Indicator: f.figure.Indicator, Period: f.figure.Period, Geography: member, Status: benchmark.Joint,
				})
			}
		}
	}
	r.figures, r.cells = nil, nil
}

// periodsOf answers the periods in which the file's figures lie.
func (r *reader) periodsOf() []benchmark.Period {
	named := map[string]benchmark.Period{}
	for _, p := range r.periods {
		named[p.Code] = p
	}
	used := map[string]bool{}
	for i := range r.file.Observations {
		used[r.file.Observations[i].Period] = true
	}
	maps.DeleteFunc(named, func(code string, _ benchmark.Period) bool { return !used[code] })
	return slices.SortedFunc(maps.Values(named), benchmark.ComparePeriods)
}
