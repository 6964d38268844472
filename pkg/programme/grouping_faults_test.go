package programme_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

func TestFaultsOfATask(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range programme.MaxGroupingIndicators + 1 {
		many[fmt.Sprint(i)] = "A"
	}
	pair := func(a, b string, ago int) []programme.Pairing {
		return []programme.Pairing{{A: a, B: b, CyclesAgo: ago}}
	}
	for _, c := range []struct {
		spoil func(*programme.GroupingTask)
		want  []string // pointer and code
	}{
		{func(*programme.GroupingTask) {}, nil},
		{func(t *programme.GroupingTask) { t.Boroughs = t.Boroughs[:2]; t.Sizes = []int{2} }, nil},
		{func(t *programme.GroupingTask) { t.Boroughs = t.Boroughs[:1] }, []string{"/boroughs too_few"}},
		{func(t *programme.GroupingTask) { t.Boroughs = codes(programme.MaxGroupingBoroughs + 1) }, []string{"/boroughs too_many"}},
		{func(t *programme.GroupingTask) { t.Boroughs = append(t.Boroughs, t.Boroughs[1], "", "") }, []string{"/boroughs/4 repeated", "/boroughs/5 empty", "/boroughs/6 empty"}},
		{func(t *programme.GroupingTask) { t.Sizes = nil }, []string{"/sizes too_few"}},
		{func(t *programme.GroupingTask) { t.Sizes = []int{2, 1, 0, -3, math.MaxInt} }, []string{"/sizes/1 too_small", "/sizes/2 too_small", "/sizes/3 too_small"}},
		{func(t *programme.GroupingTask) { t.Past = pair("E09000001", "E09000001", 1) }, []string{"/past/0/b repeated"}},
		{func(t *programme.GroupingTask) { t.Past = pair("", "E09000001", 0) }, []string{"/past/0 empty", "/past/0/cyclesAgo too_small"}},
		{func(t *programme.GroupingTask) { t.Past = pair("elsewhere", "E09000001", programme.MaxCyclesAgo) }, nil},
		{func(t *programme.GroupingTask) { t.Past = pair("elsewhere", "E09000001", programme.MaxCyclesAgo+1) }, []string{"/past/0/cyclesAgo too_great"}},
		{func(t *programme.GroupingTask) {
			t.Conflicts = [][2]string{{"E09000001", "E09000002"}, {"E09000002", "E09000001"}}
		}, nil},
		{func(t *programme.GroupingTask) {
			t.Conflicts = [][2]string{{"E09000001", "elsewhere"}, {"E09000001", "E09000001"}, {"", "E09000001"}}
		}, []string{"/conflicts/0/1 unknown_value", "/conflicts/1/1 repeated", "/conflicts/2/0 empty"}},
		{func(t *programme.GroupingTask) {
			t.Bands = map[string]map[string]string{"E09000001": {"x": "A", "y": ""}, "elsewhere": {"x": "D"}}
		}, nil},
		{func(t *programme.GroupingTask) {
			t.Bands = map[string]map[string]string{"E09000001": {"x~y/z": "E", "a": "a"}}
		}, []string{"/bands/E09000001/a unknown_value", "/bands/E09000001/x~0y~1z unknown_value"}},
		{func(t *programme.GroupingTask) { t.Bands = map[string]map[string]string{"E09000001": many} }, []string{"/bands too_many"}},
		{func(t *programme.GroupingTask) { t.Bands = map[string]map[string]string{"elsewhere": many} }, nil},
		{func(t *programme.GroupingTask) {
			t.Weights = programme.GroupingWeights{Repeat: programme.MaxGroupingWeight}
		}, nil},
		{func(t *programme.GroupingTask) {
			t.Weights = programme.GroupingWeights{Repeat: -0.5, Mix: programme.MaxGroupingWeight + 0.5}
		}, []string{"/weights/repeat too_small", "/weights/mix too_great"}},
		{func(t *programme.GroupingTask) {
			t.Weights = programme.GroupingWeights{Repeat: math.NaN(), Mix: math.Inf(1)}
		}, []string{"/weights/repeat too_small", "/weights/mix too_great"}},
		{func(t *programme.GroupingTask) {
			*t = programme.GroupingTask{Past: pair("a", "a", 1), Conflicts: [][2]string{{"a", "b"}}, Weights: programme.GroupingWeights{Mix: -1}}
		}, []string{"/boroughs too_few", "/sizes too_few", "/past/0/b repeated", "/conflicts/0/0 unknown_value", "/conflicts/0/1 unknown_value", "/weights/mix too_small"}},
	} {
		task := programme.GroupingTask{Boroughs: codes(4), Sizes: []int{2, 2}}
		c.spoil(&task)
		_, err := programme.ProposeGroups(task)
		var got []string
		if refused, ok := errors.AsType[*programme.Error](err); ok {
			for _, f := range refused.Faults {
				got = append(got, f.Pointer+" "+f.Code)
			}
		}
		if !slices.Equal(got, c.want) || c.want != nil && programme.KindOf(err) != programme.Invalid || c.want == nil && err != nil {
			t.Errorf("%v (%v), want %v", got, err, c.want)
		}
	}
}
