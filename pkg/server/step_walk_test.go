package server_test

import "net/http"

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
// programme's team corrects its milestones and its notebook at any time, and may end any key, and drafts what self-evaluations are asked; an event
// may be added to whatever challenge, and others are told of none of its steps.
var never = map[string]bool{
	"peer-challenges add-event refused": true,
	"participants edit refused":         true, "participants delete refused": true, "milestones edit refused": true, "read-keys delete refused": true,
	"self-evaluation-templates edit refused": true,
	"contacts edit refused":                  true, "contacts delete refused": true, "reminder-addresses delete refused": true,
}

// walksEvents tries events: one to come, one of a challenge that is in use, one that is held and
// one that is cancelled.
func (k *walk) walksEvents(challenge, held string) {
	k.w.t.Helper()
	later := k.makes("/v1/events", `{"kind":"summit","title":"Summit","startsOn":"2098-10-05","endsOn":"2098-10-05"}`)
	day := k.makes("/v1/events", `{"kind":"challenge_day","title":"Day","startsOn":"2098-10-06","endsOn":"2098-10-06","peerChallengeId":"`+idIn(challenge)+`"}`)
	k.try(later, day)
	k.makes("/v1/milestones", `{"title":"The day","description":"","cycle":"2098-99","kind":"event","state":"planned","eventId":"`+idIn(day)+`"}`)
	k.try(day)
	k.team.change(http.MethodPost, held+"/hold", "").want(200)
	k.try(held)
	k.team.change(http.MethodPost, later+"/cancel", `{"reason":"To see what comes next"}`).want(200)
	k.try(later)
}

// makes answers the address of what the team creates.
func (k *walk) makes(path, body string) string {
	k.w.t.Helper()
	return path + "/" + k.team.post(path, body).id()
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

// walksTables tries a group and an event at whose tables somebody is named.
func (k *walk) walksTables(tables ...string) {
	k.w.t.Helper()
	for _, table := range tables {
		k.team.change(http.MethodPut, table+"/people/"+k.w.made[examplePerson], `{"part":"observer","coming":"invited"}`).want(200)
		k.try(table)
	}
}

// walksReturns tries a return that is a draft, one that is to be explained, and what becomes of the
// first, which it answers.
func (k *walk) walksReturns(lead caller) (returned string) {
	k.w.t.Helper()
	returned = "/v1/benchmarking-submissions/" + k.w.drafted(k.w.opened())
	k.try(returned, "/v1/benchmarking-submissions/"+k.w.warned(k.w.opened()))
	for _, next := range []struct {
		by         caller
		step, body string
	}{
		{lead, "submit", ""}, {k.team, "query", `{"text":"Is a team missing?"}`}, {lead, "answer", `{"text":"No."}`}, {k.team, "accept", ""},
	} {
		next.by.does(returned, next.step, next.body).want(200)
		k.try(returned)
	}
	return returned
}
