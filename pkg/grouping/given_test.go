package grouping_test

import (
	"errors"
	"slices"
	"testing"

	"peerchallenge/pkg/grouping"
)

// TestGivenGroupsAreAssessed as those that are found: with their repeats and their score, in the
// order of their first boroughs.
func TestGivenGroupsAreAssessed(t *testing.T) {
	t.Parallel()
	task := grouping.Task{
		Boroughs: lettered(5), Sizes: []int{2, 3}, Past: met(2, "ab"), Conflicts: [][2]string{{"c", "e"}}, Weights: grouping.Weights{Repeat: 1},
	}
	found, err := grouping.Assess(task, [][]string{{"e", "d"}, {"b", "c", "a"}})
	if err != nil {
		t.Fatal(err)
	}
	if found.Method != grouping.Given || found.Optimal || found.Score != 0.5 || len(found.Unplaced) != 0 ||
		!slices.Equal(found.Groups[0].Boroughs, []string{"a", "b", "c"}) || !slices.Equal(found.Groups[0].Repeats, met(2, "ab")) || !slices.Equal(found.Groups[1].Boroughs, []string{"d", "e"}) {
		t.Errorf("assessed as %+v", found)
	}
	for name, c := range map[string]struct {
		groups [][]string
		faults []string
	}{
		"a stranger":  {[][]string{{"a", "b"}, {"c", "d", "z"}}, []string{"/groups/1/2 unknown_value", "/groups too_few"}},
		"one twice":   {[][]string{{"a", "b"}, {"a", "c", "d"}}, []string{"/groups/1/0 repeated", "/groups too_few"}},
		"one left":    {[][]string{{"a", "b"}, {"c", "d"}}, []string{"/groups too_few", "/sizes unknown_value"}},
		"a conflict":  {[][]string{{"a", "b"}, {"c", "d", "e"}}, []string{"/groups/1/2 unknown_value"}},
		"other sizes": {[][]string{{"a"}, {"b", "c", "d"}, {"e"}}, []string{"/sizes unknown_value"}},
	} {
		_, err := grouping.Assess(task, c.groups)
		faults, _ := errors.AsType[grouping.TaskError](err)
		var got []string
		for _, f := range faults {
			got = append(got, f.Pointer+" "+string(f.Code))
		}
		if !slices.Equal(got, c.faults) {
			t.Errorf("%s: %v, want %v", name, got, c.faults)
		}
	}
}
