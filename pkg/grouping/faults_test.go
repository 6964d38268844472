package grouping_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/grouping"
)

func TestFaultsOfATask(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range grouping.MaxIndicators + 1 {
		many[fmt.Sprint(i)] = "A"
	}
	pair := func(a, b string, ago int) []grouping.Pairing {
		return []grouping.Pairing{{A: a, B: b, CyclesAgo: ago}}
	}
	for _, c := range []struct {
		spoil func(*grouping.Task)
		want  []string // pointer and code
	}{
		{func(*grouping.Task) {}, nil},
		{func(t *grouping.Task) { t.Boroughs = t.Boroughs[:2]; t.Sizes = []int{2} }, nil},
		{func(t *grouping.Task) { t.Boroughs = t.Boroughs[:1] }, []string{"/boroughs too_few"}},
		{func(t *grouping.Task) { t.Boroughs = codes(grouping.MaxBoroughs + 1) }, []string{"/boroughs too_many"}},
		{func(t *grouping.Task) { t.Boroughs = append(t.Boroughs, t.Boroughs[1], "", "") }, []string{"/boroughs/4 repeated", "/boroughs/5 empty", "/boroughs/6 empty"}},
		{func(t *grouping.Task) { t.Sizes = nil }, []string{"/sizes too_few"}},
		{func(t *grouping.Task) { t.Sizes = []int{2, 1, 0, -3, math.MaxInt} }, []string{"/sizes/1 too_small", "/sizes/2 too_small", "/sizes/3 too_small"}},
		{func(t *grouping.Task) { t.Past = pair("E09000001", "E09000001", 1) }, []string{"/past/0/b repeated"}},
		{func(t *grouping.Task) { t.Past = pair("", "E09000001", 0) }, []string{"/past/0 empty", "/past/0/cyclesAgo too_small"}},
		{func(t *grouping.Task) { t.Past = pair("elsewhere", "E09000001", grouping.MaxCyclesAgo) }, nil},
		{func(t *grouping.Task) { t.Past = pair("elsewhere", "E09000001", grouping.MaxCyclesAgo+1) }, []string{"/past/0/cyclesAgo too_great"}},
		{func(t *grouping.Task) {
			t.Conflicts = [][2]string{{"E09000001", "E09000002"}, {"E09000002", "E09000001"}}
		}, nil},
		{func(t *grouping.Task) {
			t.Conflicts = [][2]string{{"E09000001", "elsewhere"}, {"E09000001", "E09000001"}, {"", "E09000001"}}
		}, []string{"/conflicts/0/1 unknown_value", "/conflicts/1/1 repeated", "/conflicts/2/0 empty"}},
		{func(t *grouping.Task) {
			t.Bands = map[string]map[string]string{"E09000001": {"x": "A", "y": ""}, "elsewhere": {"x": "D"}}
		}, nil},
		{func(t *grouping.Task) {
			t.Bands = map[string]map[string]string{"E09000001": {"x~y/z": "E", "a": "a"}}
		}, []string{"/bands/E09000001/a unknown_value", "/bands/E09000001/x~0y~1z unknown_value"}},
		{func(t *grouping.Task) { t.Bands = map[string]map[string]string{"E09000001": many} }, []string{"/bands too_many"}},
		{func(t *grouping.Task) { t.Bands = map[string]map[string]string{"elsewhere": many} }, nil},
		{func(t *grouping.Task) {
			t.Weights = grouping.Weights{Repeat: grouping.MaxWeight}
		}, nil},
		{func(t *grouping.Task) {
			t.Weights = grouping.Weights{Repeat: -0.5, Mix: grouping.MaxWeight + 0.5}
		}, []string{"/weights/repeat too_small", "/weights/mix too_great"}},
		{func(t *grouping.Task) {
			t.Weights = grouping.Weights{Repeat: math.NaN(), Mix: math.Inf(1)}
		}, []string{"/weights/repeat too_small", "/weights/mix too_great"}},
		{func(t *grouping.Task) {
			*t = grouping.Task{Past: pair("a", "a", 1), Conflicts: [][2]string{{"a", "b"}}, Weights: grouping.Weights{Mix: -1}}
		}, []string{"/boroughs too_few", "/sizes too_few", "/past/0/b repeated", "/conflicts/0/0 unknown_value", "/conflicts/0/1 unknown_value", "/weights/mix too_small"}},
	} {
		task := grouping.Task{Boroughs: codes(4), Sizes: []int{2, 2}}
		c.spoil(&task)
		_, err := grouping.Propose(task)
		var got []string
		if faults, ok := errors.AsType[grouping.TaskError](err); ok {
			for _, f := range faults {
				got = append(got, f.Pointer+" "+string(f.Code))
				if !strings.Contains(err.Error(), f.Pointer+": "+f.Detail) {
					t.Errorf("the error %q does not name %s", err, f.Pointer)
				}
			}
		}
		if !slices.Equal(got, c.want) || c.want == nil && err != nil {
			t.Errorf("%v (%v), want %v", got, err, c.want)
		}
	}
}
