package server_test

import "strings"

// everyStepWasMet fails the test for every step that was never found allowed, or never
// refused.
func (k *walk) everyStepWasMet() {
	k.w.t.Helper()
	for _, op := range contract.operations {
		for _, step := range stepsOf(op) {
			noun := strings.Split(nounPath(step.of), "/")[2]
			for _, outcome := range []string{" allowed", " refused"} {
				name := noun + " " + step.name + outcome
				if !k.met[name] && !never[name] {
					k.w.t.Errorf("%s was never met", name)
				}
			}
		}
	}
}

// never are outcomes that do not come: who sees a person and has the role may keep them, the
// programme's team corrects its milestones and its notebook at any time, and may end any key, and drafts what self-evaluations are asked; an event or a
// milestone may be added to whatever challenge, and others are told of none of its steps.
var never = map[string]bool{
	"peer-challenges add-event refused": true, "peer-challenges add-milestone refused": true, "events add-milestone refused": true,
	"participants edit refused": true, "participants delete refused": true, "milestones edit refused": true, "read-keys delete refused": true,
	"self-evaluation-templates edit refused": true,
	"contacts edit refused":                  true, "contacts delete refused": true, "reminder-addresses delete refused": true,
}

// nounPath answers the address of the list of a kind of resource.
func nounPath(noun string) string {
	if noun == "reminder-address" {
		return "/v1/reminder-addresses"
	}
	if noun == "quarter-snapshot" {
		return "/v1/snapshots"
	}
	if noun == "ask-or-offer" {
		return "/v1/asks-and-offers"
	}
	return "/v1/" + noun + "s"
}
