package server_test

import (
	"net/http"
	"slices"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// What only those read whom it is for, in the words of those who were there.
const (
	groupsWords  = "Quietly said among three directors"
	hostsNote    = "A practitioner told the visiting team alone"
	reviewsWords = "The visitors found a panel that decides late"
)

// meets: North and South meet, one of South's groups finds no day and is taken away, and what was
// found is answered.
func (y *years) meets(year theYear) {
	south, north := year.at["south"], year.at["north"]
	refused(y.lead(year.groups["north"][0].Members[0].Borough).change(http.MethodPost, groupAt(year.groups["north"][0])+"/record-attendance", `{"cameIds":[]}`), 409, "not_yet", "The group meets on 2026-10-06 at the earliest; who came is recorded then or later.")
	y.day("2026-10-06")
	y.met(year.groups["north"], "2026-10-06")
	refused(y.does(north, "complete"), 409, "not_yet", "The challenge ends later; it can be completed on its last day or after.")
	ours := y.groupOf(year, "south", lambethCode)
	without := slices.IndexFunc(year.groups["south"], func(g api.PeerChallengeGroup) bool { return g.Id != ours.Id })
	for i, g := range year.groups["south"] {
		if i != without {
			y.met([]api.PeerChallengeGroup{g}, "2026-10-06")
		}
	}
	found := "/v1/findings/" + y.lead(lambethCode).post("/v1/findings", strings.Replace(findingBody(ofGroup, ours.Id, lambethCode), `"text":"`, `"text":"`+groupsWords+`. `, 1)).id()
	ask := "/v1/asks-and-offers/" + y.lead(lambethCode).post("/v1/asks-and-offers", strings.Replace(askBody(lambethCode, ours.Id), `"text":"`, `"text":"`+groupsWords+`. `, 1)).id()
	helper := otherMember(y.t, y.manager().get(groupAt(ours)), lambethCode)
	y.lead(helper).does(ask, "answer", `{"text":"We have two."}`).want(200)
	y.lead(lambethCode).change(http.MethodPut, groupAt(ours)+"/notes", `{"notes":"`+groupsWords+`."}`).want(200)
	y.day("2026-10-16")
	y.does(north, "complete").want(200)
	if m := y.milestone(north); m.State != "achieved" || *m.AchievedOn != "2026-10-16" || came(m, "psw") != 5 {
		y.t.Errorf("North's milestone is %s on %v, with %d principal social workers", m.State, m.AchievedOn, came(m, "psw"))
	}
	refused(y.does(south, "complete"), 409, "groups_not_met", "The group \"South London group 1\" has not met: record its attendance, or take it away with a reason: /v1/peer-challenge-groups/ID.")
	gone := groupAt(year.groups["south"][without])
	refused(y.manager().change(http.MethodDelete, gone, "", "X-Audit-Reason", "No day could be found"), 409, "in_use", "Events refer to it. Delete those, or let them refer to something else, first.")
	y.manager().change(http.MethodDelete, "/v1/events/"+idsIn(y.t, y.manager().get("/v1/events?peerChallengeGroupId="+idIn(gone)))[0], "").want(204)
	y.manager().change(http.MethodDelete, gone, "", "X-Audit-Reason", "No day could be found").want(204)
	y.does(south, "complete").want(200)
	year.groups["south"] = y.groupsNow(south)
	refused(y.does(south, "close"), 409, "open_items", "1 finding not answered: /v1/findings?answered=false&peerChallengeId=ID", "1 ask not met: /v1/asks-and-offers?kind=ask&state=open&peerChallengeId=ID")
	y.lead(lambethCode).change(http.MethodPut, found+"/response", `{"answer":"accepted"}`).want(200)
}

// came answers how many of the role the milestone counts, and -1 where that is not known.
func came(m api.Milestone, role programme.ParticipantRole) int {
	for _, r := range m.ParticipantsByRole {
		if string(r.Role) == string(role) && r.Count != nil {
			return *r.Count
		}
	}
	return -1
}

// beginsAReview: of Lambeth, with a team of which one moves to the host before fieldwork.
func (y *years) beginsAReview() string {
	review := "/v1/peer-reviews/" + y.manager().post("/v1/peer-reviews", `{"title":"Joint commissioning","host":"`+lambethCode+`","cycle":"2026-27"}`).id()
	refused(y.lead(lambethCode).does(review, "announce", ""), 409, "scope_not_agreed", "A review is announced once host and programme have agreed on its scope, and on which day is written down.")
	people := []string{}
	for i, borough := range []string{"E09000030", croydonCode, croydonCode, "E09000030"} {
		people = append(people, y.person("Visitor "+string(rune('A'+i)), []programme.ParticipantRole{programme.DirectorOfChildrensServices, "psw", programme.HeadOfService, programme.LeadMember}[i], borough))
	}
	y.manager().change(http.MethodPatch, review, `{"scope":"Practice","scopeAgreedOn":"2026-10-05","kloes":["How do partners decide together?"],"fieldworkDays":["2026-11-03","2026-11-04"],"presentationOn":"2026-11-05",
		"team":[{"participantId":"`+people[0]+`","lead":true},{"participantId":"`+strings.Join(people[1:], `"},{"participantId":"`)+`"}]}`).want(200)
	y.does(review, "scope").want(200)
	refused(y.manager().does(review, "announce", ""), 403, "role", "This is for boroughs' leads.")
	y.lead(lambethCode).does(review, "announce", "").want(200)
	y.does(review, "prepare").want(200)
	refused(y.does(review, "start-fieldwork"), 409, "not_yet", "Fieldwork begins on 2026-11-03; this can be said on that day or after.")

	y.manager().change(http.MethodPatch, "/v1/participants/"+people[1], `{"borough":"`+lambethCode+`"}`).want(200)
	y.day("2026-11-03")
	wantStep(y.t, y.manager().get(review), "start-fieldwork", false, "not_ready_for_fieldwork")
	refused(y.does(review, "start-fieldwork"), 409, "not_ready_for_fieldwork", "Visitor B comes from the host; nobody of the host belongs to the team.")
	another := y.person("Visitor E", "psw", "E09000030")
	y.manager().change(http.MethodPatch, review, `{"team":[{"participantId":"`+people[0]+`","lead":true},{"participantId":"`+another+`"},{"participantId":"`+people[2]+`"},{"participantId":"`+people[3]+`"}]}`).want(200)
	y.does(review, "start-fieldwork").want(200)
	return review
}

// reviews: the team hears, finds and reports, and the host answers.
func (y *years) reviews(review string) {
	visitor := y.lead("E09000030")
	note := visitor.post("/v1/peer-review-notes", `{"peerReviewId":"`+idIn(review)+`","interviewGroup":"Practitioners","lineOfEnquiry":"How do partners decide together?","text":"`+hostsNote+`."}`).id()
	y.lead(lambethCode).get("/v1/peer-review-notes/"+note).problem(404, "not_found")
	found := "/v1/findings/" + visitor.post("/v1/findings", `{"peerReviewId":"`+idIn(review)+`","borough":"`+lambethCode+`","kind":"area_for_development","theme":"Panel","text":"`+reviewsWords+`.","noteIds":["`+note+`"]}`).id()
	refused(y.does(review, "check-facts"), 409, "no_report", "The review needs a report, as text or as a link, before this step.")
	visitor.change(http.MethodPut, review+"/report", `{"report":"`+reviewsWords+`."}`).want(200)
	refused(y.does(review, "check-facts"), 409, "not_yet", "Fieldwork ends on 2026-11-04; this can be said on that day or after.")
	y.day("2026-11-06")
	y.does(review, "check-facts").want(200)
	y.lead(lambethCode).change(http.MethodPost, review+"/host-comments", `{"text":"It decides in two weeks."}`).want(200)
	y.day("2026-12-04")
	y.does(review, "finalise").want(200)
	y.does(review, "follow-up").want(200)
	refused(y.does(review, "close"), 409, "findings_unanswered", "The host has not answered 1 of the review's findings yet.")
	refused(y.manager().change(http.MethodPut, found+"/response", `{"answer":"accepted"}`), 403, "role", "This is for boroughs' leads and boroughs' editors.")
	y.lead(lambethCode).change(http.MethodPut, found+"/response", `{"answer":"partly","reason":"In one of two panels."}`).want(200)
	y.lead(lambethCode).post("/v1/actions", `{"findingId":"`+idIn(found)+`","text":"Decide within a week.","owner":"Head of Service","ownerKind":"role","dueOn":"2027-03-31"}`).want(201)
}

// closes: East meets in February; what is open is carried on by boroughs after the close.
func (y *years) closes(year theYear) {
	y.day("2027-02-04")
	y.manager().change(http.MethodPatch, year.summit, `{"attended":[{"organisationType":"local_authority","count":130}]}`).problem(422, "invalid")
	y.does(year.summit, "hold").want(200)
	y.day("2027-02-12")
	y.met(year.groups["east"], "2027-02-09")
	y.does(year.at["east"], "complete").want(200)
	for _, region := range []string{"east", "north"} {
		y.does(year.at[region], "close").want(200)
	}
	south := year.at["south"]
	ours := y.groupOf(year, "south", lambethCode)
	found := idsIn(y.t, y.lead(lambethCode).get("/v1/findings?peerChallengeGroupId="+ours.Id))[0]
	action := "/v1/actions/" + y.lead(lambethCode).post("/v1/actions", `{"findingId":"`+found+`","text":"Review each.","owner":"Head of Service","ownerKind":"role","dueOn":"2027-06-30"}`).id()
	refused(y.does(south, "close"), 409, "open_items", "1 action open: /v1/actions?state=open&peerChallengeId=ID", "1 ask not met: /v1/asks-and-offers?kind=ask&state=open&peerChallengeId=ID")
	refused(y.manager().does(south, "close", `{"acceptOpen":true}`), 422, "invalid", "Say why this is done.")
	ask := "/v1/asks-and-offers/" + idsIn(y.t, y.lead(lambethCode).get("/v1/asks-and-offers?kind=ask&borough="+lambethCode))[0]
	y.lead(lambethCode).does(ask, "meet", `{"borough":"`+otherMember(y.t, y.manager().get(groupAt(ours)), lambethCode)+`"}`).want(200)
	y.manager().does(south, "close", `{"acceptOpen":true,"reason":"Actions are next year's work"}`).want(200)
	y.lead(lambethCode).change(http.MethodPut, ask+"/outcome", `{"outcome":"Two households were found."}`).want(200)
	y.lead(lambethCode).change(http.MethodPost, action+"/progress", `{"text":"The first ten were reviewed."}`).want(200)
	refused(y.lead(lambethCode).post("/v1/findings", findingBody(ofGroup, ours.Id, lambethCode)), 409, "wrong_state", "Findings of a challenge are recorded while it is in progress or completed, those of a review during fieldwork and factual accuracy.")
}

// plansTheSecondYear in twenty calls, of which each is held to who belongs where by then.
func (y *years) plansTheSecondYear() theYear {
	y.day("2027-06-01")
	y.calls = 0
	year := theYear{map[string]string{}, map[string][]api.PeerChallengeGroup{}, ""}
	var plan api.CyclePlan
	y.one(y.manager().send(http.MethodPost, "/v1/cycles/2027-28/plan", `{"include":["challenges","events"]}`), 200).into(&plan)
	refused(y.manager().send(http.MethodPost, "/v1/cycles/2027-28/plan", ""), 409, "begun", "The cycle 2027-28 has a challenge or a public event already.")
	for _, c := range plan.Challenges {
		year.at[c.SubRegion] = "/v1/peer-challenges/" + c.Id
	}
	if len(plan.Challenges) != 3 || year.at["north-west"] != "" || len(plan.Events) != 1 {
		y.t.Errorf("planned are %d challenges and %d events", len(plan.Challenges), len(plan.Events))
	}
	year.summit = "/v1/events/" + plan.Events[0].Id
	// North West was cancelled and is not copied. East's days of February move with it.
	year.at["north-west"] = "/v1/peer-challenges/" + y.one(y.manager().post("/v1/peer-challenges", `{"title":"Challenge 2027-28 of North West London","subRegion":"north-west","cycle":"2027-28","startsOn":"2027-10-04","endsOn":"2027-10-15"}`), 201).id()
	var rota api.Rota
	refused(y.manager().post(rotas, `{"sizes":[3,3,3,3],"years":3,"cycle":"2027-28"}`), 422, "invalid", "The groups take 12 boroughs, and there are 11.")
	y.one(y.manager().post(rotas, `{"sizes":[4,4,3],"years":3,"cycle":"2027-28"}`), 200).into(&rota)
	refused(y.manager().post(year.at["south"]+"/grouping-proposals", `{"sizes":[4,4,4],"groups":`+strings.Replace(groupsIn(rota.Years[0]), `]]`, `,"`+croydonCode+`"]]`, 1)+`}`), 422, "invalid", "This borough is not among those to be divided.")
	bodies := map[string]string{"south": `{"sizes":[4,4,3],"groups":` + groupsIn(rota.Years[0]) + `}`, "east": `{"sizes":[3,3,3]}`, "north": `{"sizes":[3,2]}`, "north-west": `{"sizes":[8]}`}
	for region, n := range map[string]int{"south": 3, "east": 3, "north": 2, "north-west": 1} {
		on := programme.Date("2027-10-05")
		if region == "east" {
			on = "2028-02-08"
		}
		year.groups[region] = y.groups(year.at[region], bodies[region], n, on)
		y.calls++
		y.does(year.at[region], "prepare").want(200)
	}
	if y.calls > 20 {
		y.t.Errorf("the second year is planned in %d calls", y.calls)
	}
	if g := y.groupOf(year, "east", croydonCode); len(g.Members) != 3 {
		y.t.Errorf("Croydon is in a group of %d", len(g.Members))
	}
	return year
}

// livesTheSecondYear: all four meet, and are closed with nothing open.
func (y *years) livesTheSecondYear(year theYear) {
	for _, at := range []struct {
		regions          []string
		from, met, until programme.Date
	}{{[]string{"south", "north", "north-west"}, "2027-10-04", "2027-10-05", "2027-10-15"}, {[]string{"east"}, "2028-02-07", "2028-02-08", "2028-02-11"}} {
		for _, region := range at.regions {
			y.day(at.from)
			y.does(year.at[region], "start").want(200)
			y.day(at.until)
			y.met(year.groups[region], at.met)
			y.does(year.at[region], "complete").want(200)
			y.does(year.at[region], "close").want(200)
			if m := y.milestone(year.at[region]); m.State != "achieved" || *m.AchievedOn != at.until {
				y.t.Errorf("of %s the milestone is %s", region, m.State)
			}
		}
	}
	y.manager().does(year.summit, "cancel", `{"reason":"The hall was flooded"}`).want(200)
}

// correctsAfterTheClose: who was there in the first year is counted anew, with a reason, and the
// milestone follows.
func (y *years) correctsAfterTheClose(year theYear) {
	south := year.at["south"]
	ours := y.groupOf(year, "south", lambethCode)
	before := came(y.milestone(south), "dcs")
	again := `{"metOn":"2026-10-07","cameIds":[],"others":[{"role":"dcs","count":1},{"role":"psw","count":2}]}`
	refused(y.lead(lambethCode).change(http.MethodPost, groupAt(ours)+"/record-attendance", again), 409, "wrong_state", "Who came is recorded while the challenge is in progress or completed.")
	refused(y.does(south, "reopen"), 422, "invalid", "Say why this is done.")
	y.manager().does(south, "reopen", `{"reason":"Two directors were counted twice"}`).want(200)
	y.lead(lambethCode).change(http.MethodPost, groupAt(ours)+"/record-attendance", again).want(200)
	if after := came(y.milestone(south), "dcs"); after != before-len(ours.Members)+1 {
		y.t.Errorf("the milestone counts %d directors, and counted %d", after, before)
	}
	y.manager().does(south, "close", `{"acceptOpen":true,"reason":"Corrected"}`).want(200)
}

// endsTheReview: its clocks have run on, and it closes once its progress was looked at.
func (y *years) endsTheReview(review string) {
	var r clocked
	y.lead(lambethCode).get(review).want(200).into(&r)
	if !*r.Overdue || !slices.Equal(r.late(), []string{"progress_review", "progress_report"}) {
		y.t.Errorf("in its second year %v are late", r.late())
	}
	refused(y.does(review, "close"), 409, "progress_review_open", "Say first what the progress review found, or why there is none.")
	y.manager().change(http.MethodPatch, review, `{"progressReview":"Partners meet.","progressReviewHeldOn":"2028-02-10"}`).want(200)
	y.does(review, "close").want(200)
	y.lead(lambethCode).change(http.MethodPut, review+"/publication", `{"publication":"boroughs"}`).want(200)
}
