package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
)

// aYear is what five people do in the year of a self-evaluation.
type aYear struct {
	*world

	turn func(time.Time)
	path string // of Lambeth's, of 2026-27
}

// The five. Tokens end with their hour, so that each signs in again.
func (y *aYear) officer() caller  { return y.as(asTeam, "") }    // of the programme
func (y *aYear) editor() caller   { return y.as(asEditor, own) } // of Lambeth
func (y *aYear) director() caller { return y.as(asLead, own) }   // of Lambeth, who leads
func (y *aYear) peer() caller     { return y.as(asLead, group) } // the director of Croydon
func (y *aYear) analyst() caller  { return y.as(asTool, "") }    // who reports

// refused holds a refusal to its status, its code and its sentence, and answers its faults as
// "place: sentence".
func (a answer) saying(status int, code, sentence string) (faults []string) {
	a.t.Helper()
	a.problem(status, code)
	var p struct {
		Detail string
		Errors []struct{ Pointer, Parameter, Detail string }
	}
	if a.into(&p); p.Detail != sentence {
		a.t.Errorf("it is refused with %q, want %q", p.Detail, sentence)
	}
	for _, e := range p.Errors {
		faults = append(faults, e.Pointer+e.Parameter+": "+e.Detail)
	}
	return faults
}

const noSuch = "There is no such self-evaluation."

// TestTheYearOfASelfEvaluation is told by five people: an officer of the programme, an editor
// and the Director of Lambeth, the Director of Croydon, with whom they meet, and an analyst, who
// gets nothing.
func TestTheYearOfASelfEvaluation(t *testing.T) {
	t.Parallel()
	w, turn := startByHand(t, leanDatabase(t), time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC))
	y := &aYear{world: w, turn: turn}
	y.signedLastYear()
	y.theTemplateChanges()
	y.theDraftIsWritten()
	y.itIsSigned()
	y.itIsSharedOnItsDay()
	y.itIsAskedAbout()
	y.theyMeet()
	y.theNextYearBegins()
}

// signedLastYear: there is one of 2025-26, on version 1.0.0 of the template.
func (y *aYear) signedLastYear() {
	y.t.Helper()
	y.director().does(evaluationsList+"/"+y.writtenEvaluation("2025-26"), "sign-off", "").want(200)
}

// theTemplateChanges: the editor has begun when the officer adds a question. What is begun stays
// on the version on which it was begun until its people let it go over.
func (y *aYear) theTemplateChanges() {
	y.t.Helper()
	template := templatesList + "/" + y.template()
	y.path = evaluationsList + "/" + y.editor().post(evaluationsList, `{"borough":"`+own+`","cycle":"2026-27"}`).id()
	y.editor().post(evaluationsList, `{"borough":"`+own+`","cycle":"2026-27"}`).saying(409, "exists", "The borough has a self-evaluation for this cycle already.")
	var begun api.SelfEvaluation
	y.editor().get(y.path).want(200).into(&begun)

	y.editor().change(http.MethodPatch, template, `{"name":"Ours"}`).problem(403, "role")
	var asks struct{ Sections []map[string]any }
	y.officer().get(template + "/versions/1.0.0").want(200).into(&asks)
	for _, s := range asks.Sections {
		if s["id"] == "care-leavers" {
			s["questions"] = append(s["questions"].([]any), map[string]any{"id": "voice", "text": "What do young people say?", "kind": "narrative", "required": true, "wordLimit": 500})
		}
	}
	y.officer().change(http.MethodPatch, template, jsonOf(y.t, map[string]any{"draft": asks.Sections})).want(200)
	var changes api.SelfEvaluationTemplateChanges
	y.officer().get(template + "/versions/draft/changes?since=1.0.0").want(200).into(&changes)
	if changes.Level == nil || *changes.Level != "major" || len(changes.Changes) != 1 {
		y.t.Errorf("the officer changes %+v", changes)
	}
	y.officer().does(template, "publish", "").want(200)
	y.officer().does(template, "publish", "").problem(409, "wrong_state")

	if is := y.editor().get(y.path).want(200); !strings.Contains(is.body, `"templateVersion":"1.0.0"`) || !strings.Contains(is.body, `"etag":`+jsonOf(y.t, begun.Etag)+`,"figures"`) {
		y.t.Errorf("a published version touches what is begun: %s", is.body)
	}
	rehearsed := y.editor().send(http.MethodPost, y.path+"/migrate?dryRun=true", "", "If-Match", begun.Etag).want(200)
	if !strings.Contains(rehearsed.body, `"from":"1.0.0"`) || !strings.Contains(rehearsed.body, `"to":"2.0.0"`) {
		y.t.Errorf("rehearsed, it goes over as %s", rehearsed.body)
	}
	y.editor().does(y.path, "migrate", "").want(200)
	y.editor().does(y.path, "migrate", "").saying(409, "wrong_state", "It answers to the newest version of its template.")
}

// theDraftIsWritten, section by section, beside what was said last year. Nobody else knows of it.
func (y *aYear) theDraftIsWritten() {
	y.t.Helper()
	answers := func(first string) string {
		return `{"answers":[{"questionId":"quality","text":"` + first + `"},{"questionId":"evidence","text":"From audits."},{"questionId":"plans","text":"To go on."}]}`
	}
	helping := y.path + "/sections/help-and-protection"
	read := y.editor().get(helping).want(200).header.Get("ETag")
	y.editor().send(http.MethodPatch, helping, answers("Practice is very good."), "If-Match", read).want(200)
	y.director().send(http.MethodPatch, helping, answers("Practice is excellent."), "If-Match", read).
		saying(412, "stale", "It has changed since you read it. Read it again and repeat your change on what you find.")
	var beside api.SelfEvaluationChanges
	y.editor().get(helping + "/changes").want(200).into(&beside)
	if beside.SinceCycle == nil || *beside.SinceCycle != "2025-26" || beside.Changes[0].State != "changed" || !slices.ContainsFunc(beside.Changes[0].Pieces, func(p api.TextPiece) bool {
		return p.Kind == "added" && strings.Contains(p.Text, "very")
	}) {
		y.t.Errorf("beside last year's it is %+v", beside)
	}
	for _, section := range []string{"children-in-care", "care-leavers", "impact-of-leaders"} {
		y.editor().change(http.MethodPatch, y.path+"/sections/"+section, answers("Practice is good.")).want(200)
	}
	y.peer().get(y.path).saying(404, "not_found", noSuch)
	y.officer().get(y.path).saying(404, "not_found", noSuch)
	y.analyst().get(y.path).problem(403, "role")
}

// itIsSigned by the Director, when nothing is missing any more. The receipt is true.
func (y *aYear) itIsSigned() {
	y.t.Helper()
	y.editor().does(y.path, "sign-off", "").problem(403, "role")
	const incomplete = "It is signed when every required answer is there, none is over its limit, the narratives that were asked for are written, and what screening found is acknowledged."
	if missing := y.director().does(y.path, "sign-off", "").saying(409, "not_complete", incomplete); !slices.Equal(missing, []string{"/draft/2/answers/voice: This question needs an answer."}) {
		y.t.Errorf("what is missing is %q", missing)
	}
	asked := y.editor().change(http.MethodPatch, y.path+"/sections/care-leavers",
		`{"answers":[{"questionId":"quality","text":"Practice is good."},{"questionId":"evidence","text":"From audits."},{"questionId":"plans","text":"To go on."},{"questionId":"voice","text":"That they are heard at SW2 1RW."}]}`)
	asked.want(200)
	if missing := y.director().does(y.path, "sign-off", "").saying(409, "not_complete", incomplete); !slices.Equal(missing, []string{"/draft/2/answers/3/text: There is a postcode at characters 23 to 30."}) {
		y.t.Errorf("what is missing is %q", missing)
	}
	y.editor().acknowledges(y.path)
	y.director().does(y.path, "sign-off", "").want(200)
	y.director().does(y.path, "sign-off", "").saying(409, "wrong_state", "There is no draft.")
	if got := y.verified(y.path + "/versions/1"); !got {
		y.t.Error("the receipt is not true")
	}
	y.editor().send(http.MethodPatch, y.path+"/sections/care-leavers", `{"answers":[]}`, "If-Match", `"1"`).problem(409, "wrong_state")
	if is := y.officer().get(y.path).want(200); !strings.Contains(is.body, `"state":"signed_off"`) {
		y.t.Errorf("the officer sees %s", is.body)
	}
	y.officer().get(y.path+"/versions/1").saying(404, "not_found", "There is no version with this number.")
	y.peer().get(y.path).saying(404, "not_found", noSuch)
}

// itIsSharedOnItsDay, which the Director has named, and not before. Who reads it is written down.
func (y *aYear) itIsSharedOnItsDay() {
	y.t.Helper()
	with := `{"peerChallengeId":"` + y.groupMeeting() + `","from":"2026-09-21"}`
	y.editor().does(y.path, "share", with).problem(403, "role")
	if faults := y.director().does(y.path, "share", strings.Replace(with, "2026-09-21", "2026-08-21", 1)).problem(422, "invalid"); !slices.Equal(faults, []string{"/from order"}) {
		y.t.Errorf("it is shared from a day that is over, and refused for %v", faults)
	}
	y.director().does(y.path, "share", with).want(200)
	y.peer().get(y.path).saying(404, "not_found", noSuch)

	y.turn(time.Date(2026, 9, 20, 23, 0, 0, 0, time.UTC)) // the day begins in London
	y.passes()
	if version := y.peer().get(y.path + "/versions/1").want(200); !strings.Contains(version.body, "Practice is very good.") {
		y.t.Errorf("the peer reads %s", version.body)
	}
	y.peer().send(http.MethodGet, y.path, "", "Accept", "text/html").want(200)
	y.officer().get(y.path + "/versions/1").want(200)
	y.analyst().get(y.path+"/versions/1").problem(403, "role")
	y.as(asLead, other).get(y.path).saying(404, "not_found", noSuch)
	var reads struct{ Items []api.SelfEvaluationRead }
	y.director().get(y.path + "/reads").want(200).into(&reads)
	byPeer := slices.DeleteFunc(slices.Clone(reads.Items), func(r api.SelfEvaluationRead) bool { return r.Borough == nil || *r.Borough != group })
	if len(reads.Items) != 3 || len(byPeer) != 2 {
		y.t.Errorf("it was read by %+v", reads.Items)
	}
	y.peer().get(y.path+"/reads").saying(403, "not_yours", "Only the borough itself sees who has read it.")
}

// passes lets what the days bring be done.
func (y *aYear) passes() {
	y.t.Helper()
	if _, err := y.store.KeepTime(y.t.Context()); err != nil {
		y.t.Fatal(err)
	}
}

// itIsAskedAbout: the peer asks, the editor answers, the peer closes; and pursues a line of
// enquiry to the meeting.
func (y *aYear) itIsAskedAbout() {
	y.t.Helper()
	y.editor().post(commentsList, commenting(idIn(y.path), "care-leavers", "question")).saying(403, "not_yours", "Only people of boroughs with which it is shared may do this.")
	y.analyst().get(commentsList).problem(403, "role")
	question := commentsList + "/" + y.peer().post(commentsList, commenting(idIn(y.path), "care-leavers", "question")).id()
	var waits struct{ Items []api.Task }
	y.editor().get("/v1/me/tasks").want(200).into(&waits)
	if !slices.ContainsFunc(waits.Items, func(task api.Task) bool { return task.Kind == "answer-comment" }) {
		y.t.Errorf("what waits for the editor is %+v", waits.Items)
	}
	y.peer().does(question, "answer", `{"text":"By audits."}`).saying(403, "not_yours", "Only people of the borough whose self-evaluation it is may do this.")
	y.editor().does(question, "answer", `{"text":"By a second audit."}`).want(200)
	y.editor().does(question, "close", "").problem(403, "not_yours")
	y.peer().does(question, "close", "").want(200)
	y.editor().does(question, "answer", `{"text":"And a third."}`).saying(409, "wrong_state", "It is closed. The borough that asks may reopen it.")
	y.made["line"] = y.peer().post(commentsList, commenting(idIn(y.path), "care-leavers", "line_of_enquiry")).id()
}

// theyMeet: of the line of enquiry comes a finding. When the challenge is closed, the peer reads
// nothing more, and the officer does.
func (y *aYear) theyMeet() {
	y.t.Helper()
	y.turn(time.Date(2026, 10, 16, 9, 0, 0, 0, time.UTC))
	challenge := "/v1/peer-challenges/" + y.groupMeeting()
	inGroup := y.ownerGets("SELECT id::text FROM peer_challenge_groups WHERE peer_challenge_id = '" + y.groupMeeting() + "'")
	found := `{"peerChallengeGroupId":"` + inGroup + `","borough":"` + own + `","kind":"area_for_development","theme":"Audits","text":"They are not repeated.","selfEvaluationCommentId":"` + y.made["line"] + `"}`
	y.officer().does(challenge, "prepare", "").want(200)
	y.officer().does(challenge, "start", "").want(200)
	y.analyst().post("/v1/findings", found).problem(403, "role")
	finding := "/v1/findings/" + y.peer().post("/v1/findings", found).id()
	y.peer().post("/v1/findings", found).saying(409, "wrong_state", "A finding has come of it already.")
	y.director().change(http.MethodPut, finding+"/response", `{"answer":"accepted"}`).want(200)
	y.officer().does(challenge, "complete", "").saying(409, "groups_not_met", `The group "Group 1" has not met: record its attendance, or take it away with a reason: /v1/peer-challenge-groups/`+inGroup+".")
	y.peer().does(groupsPath+inGroup, "record-attendance", `{"cameIds":[],"others":[{"role":"dcs","count":2},{"role":"hos","count":null}]}`).want(200)
	y.officer().does(challenge, "complete", "").want(200)
	y.peer().get(y.path + "/versions/1").want(200)
	y.officer().does(challenge, "close", "").want(200)
	for _, at := range []string{y.path, y.path + "/versions", y.path + "/versions/1"} {
		y.peer().get(at).saying(404, "not_found", noSuch)
	}
	y.peer().get(commentsList+"/"+y.made["line"]).saying(404, "not_found", "There is no such self-evaluation comment.")
	y.peer().get(finding).want(200)
	y.officer().get(y.path + "/versions/1").want(200)
	y.director().does(y.path, "share", `{"peerChallengeId":"`+idIn(challenge)+`"}`).
		saying(409, "wrong_state", "The borough is in no group of a challenge that is neither closed nor cancelled.")
}

// theNextYearBegins with the newest template, beside what was signed this year.
func (y *aYear) theNextYearBegins() {
	y.t.Helper()
	y.turn(time.Date(2027, 9, 1, 9, 0, 0, 0, time.UTC))
	y.peer().post(evaluationsList, `{"borough":"`+own+`","cycle":"2027-28"}`).saying(403, "not_yours", "Only the borough's own people and systems may do this.")
	next := y.editor().post(evaluationsList, `{"borough":"`+own+`","cycle":"2027-28"}`)
	var begun api.SelfEvaluation
	if next.want(201).into(&begun); begun.TemplateVersion == nil || *begun.TemplateVersion != "2.0.0" || begun.State != "draft" {
		y.t.Errorf("the next year begins with %+v", begun)
	}
	var beside api.SelfEvaluationChanges
	y.editor().get(evaluationsList + "/" + begun.Id + "/sections/care-leavers/changes").want(200).into(&beside)
	if beside.SinceCycle == nil || *beside.SinceCycle != "2026-27" || !slices.ContainsFunc(beside.Changes, func(c api.AnswerChange) bool { return c.Question == "voice" && c.State == "removed" }) {
		y.t.Errorf("beside this year's it is %+v", beside)
	}
	y.analyst().get(evaluationsList).problem(403, "role")
}
