package server_test

import (
	"net/http"
	"net/url"
	"strings"

	"peerchallenge/pkg/programme"
)

// makeVisibilityRecords makes one record of each kind, on which the table is read.
func (w *world) makeVisibilityRecords() {
	w.t.Helper()
	team, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	post := func(c caller, path, body string) string { w.t.Helper(); return c.post(path, body).id() }
	do := func(path string) { w.t.Helper(); team.change(http.MethodPost, path, "").want(200) }
	challenge := `{"title":"South London challenge","subRegion":"south","cycle":"2026-27","startsOn":"2026-10-05","endsOn":"2026-10-16"}`

	w.made[exampleChallenge] = post(team, "/v1/peer-challenges", challenge)
	w.made[exampleProposal] = post(team, "/v1/peer-challenges/"+w.made[exampleChallenge]+"/grouping-proposals", `{"sizes":[3,3,3,3]}`)
	running := post(team, "/v1/peer-challenges", challenge)
	w.made[exampleGroup] = post(team, "/v1/peer-challenge-groups", `{"peerChallengeId":"`+running+`","name":"Group 1"}`)
	for _, borough := range []string{own, group} {
		team.change(http.MethodPut, "/v1/peer-challenge-groups/"+w.made[exampleGroup]+"/members/"+borough, `{"role":"visitor"}`).want(200)
	}
	do("/v1/peer-challenges/" + running + "/prepare")
	do("/v1/peer-challenges/" + running + "/start")

	w.made[exampleFinding] = post(lead, "/v1/findings", `{"peerChallengeGroupId":"`+w.made[exampleGroup]+`","borough":"`+own+`","kind":"strength","theme":"Commissioning","text":"Partners decide together."}`)
	lead.change(http.MethodPut, "/v1/findings/"+w.made[exampleFinding]+"/response", `{"answer":"accepted"}`).want(200)
	w.made[exampleAction] = post(lead, "/v1/actions", `{"findingId":"`+w.made[exampleFinding]+`","text":"Go on.","owner":"Head of Service","ownerKind":"role","dueOn":"2027-03-31"}`)
	w.made[exampleAsk] = post(lead, "/v1/asks-and-offers", `{"kind":"ask","borough":"`+own+`","peerChallengeGroupId":"`+w.made[exampleGroup]+`","title":"Templates","text":"Who has some?"}`)
	w.made[examplePerson] = post(lead, "/v1/participants", `{"name":"Sam Example","role":"ad","borough":"`+own+`"}`)

	people := ""
	for _, role := range []string{"dcs", "ad", "hos", "psw"} {
		id := post(team, "/v1/participants", `{"name":"Visitor `+role+`","role":"`+role+`","borough":"`+group+`"}`)
		people += `,{"participantId":"` + id + `","lead":` + map[bool]string{true: "true", false: "false"}[role == "dcs"] + `}`
	}
	w.made[exampleReview] = post(team, "/v1/peer-reviews", `{"title":"Review","host":"`+own+`","cycle":"2026-27","scope":"Practice.","scopeAgreedOn":"2026-09-01","kloes":["How?"],
		"fieldworkDays":["2026-11-03","2026-11-04"],"presentationOn":"2026-11-05","team":[`+people[1:]+`]}`)
	review := "/v1/peer-reviews/" + w.made[exampleReview]
	w.made[exampleTask] = w.preparedReview(review)
	w.isPrepared(review)
	for _, step := range []string{"/scope", "/prepare", "/start-fieldwork"} {
		do(review + step)
	}
	w.made[exampleNote] = post(w.as(programme.RoleBoroughEditor, group), notesList, noted(w.made[exampleReview]))
	w.made[exampleVisit] = w.made[exampleReview]
	team.change(http.MethodPut, review+"/report", `{"report":"What was found."}`).want(200)
	do(review + "/check-facts")
	do(review + "/finalise")

	w.standing(exampleExtension)
	w.standing(exampleCorrectionWindow)
	w.standing(exampleContact)
	w.standing(exampleReminder)
	w.standing(exampleReminderAddress)
	w.standing(exampleReturn)
	w.standing(exampleSnapshot)
	w.standing(exampleNarrative)
	w.standing(exampleTemplate)
	w.standing(exampleEvaluation)
	w.standing(exampleNeighbour)
	w.standing(exampleComment)
	w.nextEvaluation()
	for _, op := range contract.operations {
		w.quarterOf(op, op.path)
	}
	w.standing(exampleAuthorisation)
	w.standing(exampleReceipt)
	w.practised()
	w.collecting()
	w.made[exampleEvent] = post(team, "/v1/events", `{"kind":"workshop","title":"Workshop","startsOn":"2026-10-05","endsOn":"2026-10-05"}`)
	w.standing(exampleSecret)
	w.made[exampleReadKey] = w.readKey(own).ID
	w.made[exampleSubscription] = subscribedBy(w.subscriber(own)).id
	w.standing(exampleRevocation)
	w.made[exampleMilestone] = post(team, "/v1/milestones", `{"title":"Practice week","description":"","cycle":"2026-27","kind":"other","state":"planned"}`)
}

// listsRecords reports whether the operation lists what the record is one of.
func listsRecords(op *described, record string) bool {
	return op.method == http.MethodGet && !strings.Contains(op.path, "{") && record != "" && hasParameter(op, "limit") && !strings.HasSuffix(op.path, "summary") ||
		op.OperationID == "listGroupingProposals" || listedIn[op.OperationID] != ""
}

// filled puts the examples of the contract into path and query.
func (w *world) filled(op *described, path string, query url.Values) string {
	w.t.Helper()
	path = w.quarterOf(op, path)
	for _, p := range op.parameters {
		example := exampleOf(p.Value)
		switch {
		case p.Value.In == "path" && p.Value.Name == "id" && ids[op.path] != "":
			var list struct{ Items []struct{ ID string } }
			w.get(ids[op.path]).want(200).into(&list)
			path = strings.Replace(path, "{id}", list.Items[0].ID, 1)
		case p.Value.In == "path":
			path = strings.Replace(path, "{"+p.Value.Name+"}", example, 1)
		case p.Value.In == "query" && p.Value.Required:
			query.Set(p.Value.Name, w.stood(example))
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
