package programme

import (
	"slices"
	"strings"
)

// towards says what to do instead of a step that does not follow from the present state:
// which steps lead to where it does, or that the present state has to be left by reopening.
// of answers the states from which a step may be taken, and the one to which it leads;
// forward are the steps that lead on, in their order.
func towards[S ~string](present S, step Step, of func(Step) ([]S, S), reopens bool, forward ...Step) string {
	from, _ := of(step)
	var before []string
	for at := present; ; {
		if slices.Contains(from, at) {
			return "Take the step " + strings.Join(before, ", then ") + " first."
		}
		i := slices.IndexFunc(forward, func(s Step) bool { states, _ := of(s); return slices.Contains(states, at) })
		if i < 0 {
			break
		}
		before = append(before, string(forward[i]))
		_, at = of(forward[i])
	}
	if reopens {
		return "That comes before; reopen it to go back."
	}
	return "That comes before, and there is no way back to it."
}
