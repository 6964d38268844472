package grouping

import (
	"fmt"
	"slices"
)

// Given is the method of groups that somebody has chosen, such as those of a year of a rota.
const Given = "given"

// Assess answers of groups that are given what [Propose] answers of those that it finds. Each of
// the boroughs is in one of them, they have the sizes that are wanted, and no two are in one that
// must not meet. What does not agree gets a [TaskError].
func Assess(t Task, groups [][]string) (Proposal, error) {
	var faults TaskError
	if err := t.check(); err != nil {
		faults, _ = err.(TaskError) //nolint:errorlint // it is always one
		return Proposal{}, faults
	}
	fault := func(code FaultCode, detail, pointer string, at ...any) {
		faults = append(faults, Fault{Pointer: fmt.Sprintf(pointer, at...), Code: code, Detail: detail})
	}
	d := t.division()
	placed := map[string]bool{}
	numbers, sizes := make([][]int, len(groups)), make([]int, len(groups))
	for i, group := range groups {
		sizes[i] = len(group)
		for j, b := range group {
			number, takesPart := slices.BinarySearch(d.boroughs, b)
			switch {
			case !takesPart:
				fault(UnknownValue, "This borough is not among those to be divided.", "/groups/%d/%d", i, j)
				continue
			case placed[b]:
				fault(Repeated, "This borough is in a group already.", "/groups/%d/%d", i, j)
				continue
			}
			placed[b] = true
			for _, other := range numbers[i] {
				if d.ties[number][other].conflict {
					fault(UnknownValue, "It must not meet "+d.boroughs[other]+".", "/groups/%d/%d", i, j)
				}
			}
			numbers[i] = append(numbers[i], number)
		}
	}
	for _, b := range d.boroughs {
		if !placed[b] {
			fault(TooFew, b+" is in none of the groups.", "/groups")
		}
	}
	if slices.Sort(sizes); !slices.Equal(sizes, slices.Sorted(slices.Values(t.Sizes))) {
		fault(UnknownValue, "The groups have other sizes than these.", "/sizes")
	}
	if len(faults) > 0 {
		return Proposal{}, faults
	}
	return d.explain(numbers, Proposal{Method: Given}), nil
}
