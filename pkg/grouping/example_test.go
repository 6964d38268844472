package grouping_test

import (
	"fmt"

	"peerchallenge/pkg/grouping"
)

// Four boroughs in pairs, two of whom met last year.
func ExamplePropose() {
	proposal, err := grouping.Propose(grouping.Task{
		Boroughs: []string{"E09000002", "E09000004", "E09000011", "E09000022"},
		Sizes:    []int{2, 2},
		Past:     []grouping.Pairing{{A: "E09000002", B: "E09000004", CyclesAgo: 1}, {A: "E09000011", B: "E09000022", CyclesAgo: 2}},
		Conflicts: [][2]string{
			{"E09000002", "E09000011"},
		},
		Weights: grouping.Weights{Repeat: 1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, group := range proposal.Groups {
		fmt.Println(group.Boroughs, "met before:", len(group.Repeats) > 0)
	}
	fmt.Println("no proposal is better:", proposal.Optimal)
	// Output:
	// [E09000002 E09000022] met before: false
	// [E09000004 E09000011] met before: false
	// no proposal is better: true
}
