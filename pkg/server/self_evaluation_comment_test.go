package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const (
	exampleComment   = "01932b7e-0000-7000-8000-000000000054" // Croydon's question on Lambeth's
	exampleNeighbour = "01932b7e-0000-7000-8000-000000000055" // Croydon's self-evaluation, shared with Lambeth

	commentsList = "/v1/self-evaluation-comments"
	merton       = "E09000024" // a third in the group
)

var (
	_ = standIn(commentsList, exampleComment, (*world).comment)
	_ = standIn("/v1/neighbours", exampleNeighbour, (*world).neighboursEvaluation)
	_ = prepared(func(w *world) string { return w.asked("question") }, "updateSelfEvaluationComment", "deleteSelfEvaluationComment", "closeSelfEvaluationComment")
	_ = prepared((*world).closedComment, "reopenSelfEvaluationComment")
	_ = prepared((*world).screenedComment, "acknowledgeSelfEvaluationComment")
)

// programmeTeam is how tables of readers name the team.
const programmeTeam = "programme "

// commenting is what is sent to put a comment to a section.
func commenting(on, section, kind string) string {
	return `{"selfEvaluationId":"` + on + `","sectionId":"` + section + `","kind":"` + kind + `","text":"How do you know?"}`
}

// comment is the id of a question of Croydon's on what Lambeth shares with it.
func (w *world) comment() string {
	w.t.Helper()
	on := w.standing(exampleEvaluation)
	if w.as(asLead, group).get(evaluationsList+"/"+on).status != http.StatusOK {
		on = w.sharedEvaluation() // what stood is not shared any more
	}
	return w.as(asLead, group).post(commentsList, commenting(on, "children-in-care", "question")).id()
}

// neighboursEvaluation is the id of what Croydon shares with Lambeth.
func (w *world) neighboursEvaluation() string {
	w.t.Helper()
	const at = "/v1/boroughs/" + group + "/self-evaluations/2026-27"
	lead := w.as(asLead, group)
	if r := lead.get(at); r.status == http.StatusOK {
		var there struct{ ID string }
		r.into(&there)
		return there.ID
	}
	w.ownerDoes("UPDATE narratives SET text = 'Fewer families come back.' WHERE borough_code = '" + group + "' AND state = 'asked' AND text IS NULL")
	var made struct {
		SelfEvaluation struct{ ID string }
	}
	lead.send(http.MethodPut, at, complete("Practice is good."), "If-None-Match", "*").want(201).into(&made)
	path := evaluationsList + "/" + made.SelfEvaluation.ID
	lead.does(path, "sign-off", "").want(200)
	lead.does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`"}`).want(200)
	return made.SelfEvaluation.ID
}

// asked is the id of a comment of Lambeth's on what Croydon shares with it.
func (w *world) asked(kind string) string {
	w.t.Helper()
	on, editor := w.standing(exampleNeighbour), w.as(asEditor, own)
	if path := evaluationsList + "/" + on; editor.get(path).status != http.StatusOK { // what was shared is not any more
		w.as(asLead, group).does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`"}`).want(200)
	}
	return editor.post(commentsList, commenting(on, "children-in-care", kind)).id()
}

func (w *world) closedComment() string {
	id := w.asked("question")
	w.as(asLead, own).does(commentsList+"/"+id, "close", `{"reason":"It answers itself"}`).want(200)
	return id
}

// screenedComment is the id of one of Lambeth's in which screening finds something.
func (w *world) screenedComment() string {
	return w.written(commentsList, w.asked("question"), http.MethodPatch, "", `{"text":"`+lives+`"}`, w.as(asEditor, own))
}

// sharedInA is what Lambeth shares with a group of these boroughs, until the end of a day where
// one is given; it answers the address of the group, too.
func (w *world) sharedInA(until string, boroughs ...string) (evaluation, inGroup string) {
	w.t.Helper()
	team, lead := w.as(asTeam, ""), w.as(asLead, own)
	challenge := team.post("/v1/peer-challenges", `{"title":"A challenge","subRegion":"south","cycle":"2026-27","startsOn":"2026-10-05","endsOn":"2026-10-16"}`).id()
	inGroup = "/v1/peer-challenge-groups/" + team.post("/v1/peer-challenge-groups", `{"peerChallengeId":"`+challenge+`","name":"Group"}`).id()
	for _, borough := range append([]string{own}, boroughs...) {
		team.change(http.MethodPut, inGroup+"/members/"+borough, `{"role":"visitor"}`).want(200)
	}
	evaluation = w.signedEvaluation()
	for _, borough := range boroughs {
		w.as(asLead, borough).post(commentsList, commenting(evaluation, "children-in-care", "question")).problem(422, "invalid") // signed, and not shared
	}
	lead.does(evaluationsList+"/"+evaluation, "share", `{"peerChallengeId":"`+challenge+`"`+until+`}`).want(200)
	return evaluation, inGroup
}

// readsComment holds who reads the comment, in every way, to what is wanted.
func (w *world) readsComment(path, evaluation string, want map[string]bool) {
	w.t.Helper()
	for name, may := range want {
		role, borough, _ := strings.Cut(name, " ")
		c := w.as(programme.Role(role), borough)
		var page struct {
			Items []struct{ ID string }
			Total *int
		}
		c.get(commentsList + "?limit=500&count=true").want(200).into(&page)
		listed := slices.ContainsFunc(page.Items, func(item struct{ ID string }) bool { return item.ID == idIn(path) })
		if listed != may {
			w.t.Errorf("%s finds it in the list: %t", name, listed)
		}
		if whole := c.send(http.MethodGet, commentsList, "", "Accept", "text/csv").want(200).body; strings.Contains(whole, idIn(path)) != may {
			w.t.Errorf("%s finds it in the table: %t", name, !may)
		}
		if may {
			c.get(path).want(200)
			continue
		}
		c.get(path).problem(404, "not_found")
		if role == string(asLead) {
			c.takes(path, "close", `{"reason":"Enough"}`, `"1"`).problem(404, "not_found")
			if got := c.post(commentsList, commenting(evaluation, "children-in-care", "question")).problem(422, "invalid"); !slices.Equal(got, []string{"/selfEvaluationId unknown_value"}) {
				w.t.Errorf("%s asks, and is refused for %v", name, got)
			}
			if got := c.get(commentsList+"?selfEvaluationId="+evaluation).problem(400, "bad_request"); !slices.Equal(got, []string{"selfEvaluationId unknown_value"}) {
				w.t.Errorf("%s looks for it, and is refused for %v", name, got)
			}
		}
	}
}

// takes takes a step on a state that the caller names.
func (c caller) takes(path, step, body, state string) answer {
	c.w.t.Helper()
	return c.send(http.MethodPost, path+"/"+step, body, "If-Match", state)
}

// TestACommentIsReadByWhoReadsItsVersion: from the day on until its end, which the clock
// makes, and the borough's leaving; then it stays with the borough whose version it is, and
// the programme's team.
func TestACommentIsReadByWhoReadsItsVersion(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	w, turn := startByHand(t, leanDatabase(t), now)
	evaluation, inGroup := w.sharedInA(`,"until":"2026-11-27"`, group, merton)
	asker := w.as(asLead, group)
	body := commenting(evaluation, "children-in-care", "question")

	// Only people of those that read it ask.
	w.as(asLead, own).post(commentsList, body).problem(403, "not_yours")
	w.as(asSystem, group).post(commentsList, body).problem(403, "role")
	w.as(asTeam, "").post(commentsList, body).problem(403, "role")
	w.as(asTool, "").get(commentsList).problem(403, "role")
	for sent, want := range map[string]string{
		commenting(evaluation, "no-such-section", "question"):                     "/sectionId unknown_value",
		strings.Replace(body, `"kind"`, `"number":7,"kind"`, 1):                   "/number unknown_value",
		commenting(nothing, "children-in-care", "question"):                       "/selfEvaluationId unknown_value",
		strings.Replace(body, "How do you know?", " ", 1):                         "/text format",
		strings.Replace(body, `"kind":"question"`, `"kind":"line of enquiry"`, 1): "/kind enum",
	} {
		if got := asker.post(commentsList, sent).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is refused for %v", sent, got)
		}
	}
	first := asker.send(http.MethodPost, commentsList, body, "Idempotency-Key", "k-1").want(201)
	path := commentsList + "/" + first.id()
	var c api.SelfEvaluationComment
	if first.into(&c); c.Borough != group || c.Owner != own || c.Number != 1 || c.State != "open" || c.SelfEvaluationId != evaluation || c.SectionId != "children-in-care" || c.Answer != nil || c.FindingId != nil {
		t.Errorf("what was asked is %+v", c)
	}
	const lead, editor, system = "borough-lead ", "borough-editor ", "borough-system "
	w.readsComment(path, evaluation, map[string]bool{
		lead + own: true, editor + own: true, system + own: true, lead + group: true, system + group: true, lead + merton: true, programmeTeam: true, lead + other: false, lead + farAway: false,
	})

	// Who leaves reads nothing more, nor what it asked itself.
	team := w.as(asTeam, "")
	team.change(http.MethodDelete, inGroup+"/members/"+group, "", "X-Audit-Reason", "It withdraws").want(200)
	w.readsComment(path, evaluation, map[string]bool{lead + own: true, lead + merton: true, programmeTeam: true, lead + group: false, editor + group: false})
	if w.as(asLead, own).get(path).want(200).into(&c); c.Borough != group {
		t.Errorf("what has left is not named: %+v", c)
	}
	asker.send(http.MethodPost, commentsList, body, "Idempotency-Key", "k-1").problem(404, "not_found")
	team.change(http.MethodPut, inGroup+"/members/"+group, `{"role":"visitor"}`, "X-Audit-Reason", "It comes after all").want(200)
	w.readsComment(path, evaluation, map[string]bool{lead + group: true})
	asker.send(http.MethodPost, commentsList, body, "Idempotency-Key", "k-1").want(201)

	// The end holds by itself, and is the same once it is noted.
	ended := map[string]bool{lead + own: true, system + own: true, programmeTeam: true, lead + group: false, editor + group: false, lead + merton: false}
	turn(time.Date(2026, 11, 28, 0, 0, 1, 0, time.UTC))
	asker = w.as(asLead, group)
	w.readsComment(path, evaluation, ended)
	asker.send(http.MethodPost, commentsList, body, "Idempotency-Key", "k-1").problem(404, "not_found")
	if _, err := w.store.KeepTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.ownerGets("SELECT audience::text FROM self_evaluation_comments"); got != "{"+own+",programme}" {
		t.Errorf("after the end it is for %s", got)
	}
	w.readsComment(path, evaluation, ended)
}

// TestACommentFollowsWhatIsShared: taking back hides it at once, from the programme's team too, and
// so does the challenge's closing from the group; the feed says so to whom it was taken from, and
// nobody waits for an answer any more.
func TestACommentFollowsWhatIsShared(t *testing.T) {
	t.Parallel()
	const lead = "borough-lead "
	shown := map[string]bool{lead + own: true, programmeTeam: true, lead + group: true}
	for name, end := range map[string]func(w *world, evaluation, challenge string){
		"taken back": func(w *world, evaluation, _ string) { w.as(asLead, own).does(evaluation, "withdraw", "").want(200) },
		"closed": func(w *world, _, challenge string) {
			w.ownerDoes("UPDATE peer_challenges SET state = 'completed' WHERE id = '" + challenge + "'")
			w.as(asTeam, "").does("/v1/peer-challenges/"+challenge, "close", "").want(200)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lean(t)
			evaluation, inGroup := w.sharedInA("", group)
			path := commentsList + "/" + w.as(asEditor, group).post(commentsList, commenting(evaluation, "care-leavers", "line_of_enquiry")).id()
			w.readsComment(path, evaluation, shown)
			hidden := map[string]bool{lead + own: true, programmeTeam: name == "closed", lead + group: false}
			waits := func() bool {
				return strings.Contains(w.as(asEditor, own).get("/v1/me/tasks?kind=answer-comment").want(200).body, idIn(path))
			}
			if !waits() {
				t.Error("what is asked does not wait for its borough")
			}
			of := commentsList + "?selfEvaluationId=" + evaluation + "&owner=" + own + "&borough=" + group
			for query, want := range map[string][]string{"&kind=line_of_enquiry&state=open": {idIn(path)}, "&kind=question": {}, "&state=answered&state=closed": {}} {
				if got := w.as(asEditor, group).get(of + query).ids(); !slices.Equal(got, want) {
					t.Errorf("%s leaves %v", query, got)
				}
			}
			hearers, after := map[string]caller{lead + group: w.as(asLead, group), programmeTeam: w.as(asTeam, "")}, map[string]string{}
			for who, c := range hearers {
				var feed struct{ NextCursor string }
				c.get("/v1/changes?types=self-evaluation-comment&from=now").want(200).into(&feed)
				after[who] = feed.NextCursor
			}
			end(w, evaluationsList+"/"+evaluation, w.ownerGets("SELECT peer_challenge_id::text FROM peer_challenge_groups WHERE id = '"+idIn(inGroup)+"'"))
			w.readsComment(path, evaluation, hidden)
			for who, c := range hearers {
				got := c.get("/v1/changes?types=self-evaluation-comment&cursor=" + after[who]).want(200)
				if gone := strings.Count(got.body, `"change":"deleted"`) == 1; gone == hidden[who] {
					t.Errorf("%s hears %s", who, got.body)
				}
			}
			if waits() {
				t.Error("who asks reads no answer, and it waits for one")
			}
		})
	}
}

// TestAnotherVersionHasItsOwnComments: what takes a version's place takes its readers. Those who read
// it before go on discussing what they have asked of it, and nobody else reads that.
func TestAnotherVersionHasItsOwnComments(t *testing.T) {
	t.Parallel()
	w := lean(t)
	id, inGroup := w.sharedInA("", group)
	evaluation, lead := evaluationsList+"/"+id, w.as(asLead, own)
	challenge := w.ownerGets("SELECT peer_challenge_id::text FROM peer_challenge_groups WHERE id = '" + idIn(inGroup) + "'")
	asker := w.as(asLead, group)
	old := commentsList + "/" + asker.post(commentsList, commenting(id, "care-leavers", "question")).id()
	lead.does(evaluation, "reopen", `{"reason":"There is more to say"}`).want(200)
	lead.does(evaluation, "sign-off", "").want(200)
	asker.get(old).want(200) // the first is still what is shared
	lead.does(evaluation, "share", `{"peerChallengeId":"`+challenge+`"}`).want(200)
	line := asker.post(commentsList, commenting(id, "care-leavers", "line_of_enquiry")).id()
	team := w.as(asTeam, "")
	team.change(http.MethodPut, inGroup+"/members/"+merton, `{"role":"visitor"}`).want(200)
	joins := w.as(asLead, merton)
	joins.get(evaluation + "/versions/2").want(200)
	joins.get(old).problem(404, "not_found") // it never read what that is about
	joins.get(commentsList + "/" + line).want(200)
	asker.get(evaluation+"/versions/1").problem(404, "not_found")
	asker.get(old).want(200)
	if found := asker.get(commentsList).want(200).body; !strings.Contains(found, idIn(old)) {
		t.Error("what was asked of the first version is not in the list")
	}
	lead.does(old, "answer", `{"text":"By audits."}`).want(200)
	asker.does(old, "close", `{}`).want(200)
	var c api.SelfEvaluationComment
	if asker.post(commentsList, commenting(id, "care-leavers", "question")).want(201).into(&c); c.Number != 2 {
		t.Errorf("the newest version is asked about as %d", c.Number)
	}
	lead.does(evaluation, "withdraw", "").want(200)
	asker.get(old).problem(404, "not_found")
	lead.does(evaluation, "share", `{"peerChallengeId":"`+challenge+`"}`).want(200)
	for _, c := range []caller{asker, team} {
		c.get(old).problem(404, "not_found") // what was taken back stays so
	}
	lead.get(old).want(200)
}

// TestAQuestionFromAskingToClosing: who asks rewords, reopens and takes back, whose
// self-evaluation it is answers, either closes, and nobody else does anything.
func TestAQuestionFromAskingToClosing(t *testing.T) {
	t.Parallel()
	w := lean(t)
	evaluation, _ := w.sharedInA("", group, merton)
	asker, owner, ownersLead, third, team := w.as(asEditor, group), w.as(asEditor, own), w.as(asLead, own), w.as(asLead, merton), w.as(asTeam, "")
	path := commentsList + "/" + asker.post(commentsList, commenting(evaluation, "children-in-care", "question")).id()
	stands := func(state, answer string) {
		t.Helper()
		var c api.SelfEvaluationComment
		third.get(path).want(200).into(&c)
		if string(c.State) != state || (answer == "") != (c.Answer == nil) || c.Answer != nil && *c.Answer != answer || (c.AnsweredAt == nil) != (c.Answer == nil) || (c.ClosedAt != nil) != (state == "closed") {
			t.Errorf("want %s %q: %+v", state, answer, c)
		}
	}
	const words, why = `{"text":"By a second audit."}`, `{"reason":"It is said elsewhere"}`
	reworded := `{"text":"How do you know it now?"}`

	// Open.
	stands("open", "")
	for _, c := range []caller{owner, third} {
		c.change(http.MethodPatch, path, reworded).problem(403, "not_yours")
		c.change(http.MethodDelete, path, "").problem(403, "not_yours")
		c.does(path, "close", why).problem(403, "not_yours")
	}
	team.change(http.MethodPatch, path, reworded).problem(403, "role")
	asker.change(http.MethodPatch, path, reworded).want(200)
	asker.change(http.MethodPatch, path, `{"kind":"line_of_enquiry"}`).problem(422, "invalid")
	asker.takes(path, "close", why, `"1"`).problem(412, "stale")
	asker.does(path, "answer", words).problem(403, "not_yours")
	third.does(path, "answer", words).problem(403, "not_yours")
	asker.does(path, "reopen", why).problem(409, "wrong_state")
	if got := asker.does(path, "close", "").problem(422, "invalid"); !slices.Equal(got, []string{"/reason reason_required"}) {
		t.Errorf("what nobody answered is not closed without a reason: %v", got)
	}

	// Answered.
	owner.does(path, "answer", `{"text":" "}`).problem(422, "invalid")
	owner.does(path, "answer", words).want(200)
	stands("answered", "By a second audit.")
	asker.change(http.MethodPatch, path, reworded).problem(409, "wrong_state")
	asker.change(http.MethodDelete, path, "").problem(409, "wrong_state")
	ownersLead.does(path, "answer", `{"text":"By two audits."}`).want(200)
	stands("answered", "By two audits.")
	third.does(path, "reopen", why).problem(403, "not_yours")
	asker.does(path, "reopen", "").problem(422, "invalid")

	// Asked again, and closed.
	asker.does(path, "reopen", `{"reason":"It is about another year"}`).want(200)
	stands("open", "By two audits.")
	asker.change(http.MethodPatch, path, reworded).problem(409, "wrong_state") // the answer would stand below other words
	asker.change(http.MethodDelete, path, "").problem(409, "wrong_state")
	owner.does(path, "answer", words).want(200)
	owner.does(path, "close", "").problem(403, "not_yours")
	ownersLead.does(path, "close", "").want(200)
	stands("closed", "By a second audit.")
	for step, c := range map[string]caller{"answer": owner, "close": asker} {
		body := map[string]string{"answer": words, "close": why}[step]
		c.does(path, step, body).problem(409, "wrong_state")
	}
	asker.change(http.MethodPatch, path, reworded).problem(409, "wrong_state")
	owner.does(path, "reopen", why).problem(403, "not_yours")
	asker.does(path, "reopen", why).want(200)
	ownersLead.does(path, "close", why).want(200)

	// What nobody answered is taken back.
	mistake := commentsList + "/" + asker.post(commentsList, commenting(evaluation, "children-in-care", "question")).id()
	asker.change(http.MethodDelete, mistake, "").want(204)
	owner.get(mistake).problem(404, "not_found")
}

// TestWordsOfCommentsAreRedacted: by the lead of who wrote them, or the programme's team.
func TestWordsOfCommentsAreRedacted(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path := commentsList + "/" + w.screenedComment()
	answerer, asker := w.as(asLead, group), w.as(asLead, own)
	answerer.does(path, "answer", `{"text":"`+lives+`"}`).want(200) // nothing waits
	both := `{"places":[{"field":"/text"},{"field":"/answer"}],"reason":"It names a place"}`
	asker.does(path, "redact", both).problem(422, "invalid")
	w.as(asEditor, own).does(path, "redact", both).problem(403, "role")
	asker.does(path, "redact", `{"places":[{"field":"/text"}],"reason":"It names a place"}`).want(200)
	w.as(asTeam, "").does(path, "redact", `{"places":[{"field":"/answer"}],"reason":"It names a place"}`).want(200)
	var c api.SelfEvaluationComment
	if answerer.get(path).want(200).into(&c); c.Text != programme.Redacted || *c.Answer != programme.Redacted || c.RedactedAt == nil {
		t.Errorf("what is left is %+v", c)
	}
	for table, lines := range tablesWith(w.dump(), []string{"sw2 1rw"}) {
		t.Errorf("%s still says %q", table, lines)
	}
}

// TestAFindingComesOfALineOfEnquiry: of one that its author reads, on the borough that the
// finding is about, and of each once.
func TestAFindingComesOfALineOfEnquiry(t *testing.T) {
	t.Parallel()
	w := lean(t)
	evaluation, inGroup := w.sharedInA("", group, merton)
	challenge := w.ownerGets("SELECT peer_challenge_id::text FROM peer_challenge_groups WHERE id = '" + idIn(inGroup) + "'")
	team, asker, third, owner := w.as(asTeam, ""), w.as(asLead, group), w.as(asLead, merton), w.as(asLead, own)
	line := asker.post(commentsList, commenting(evaluation, "children-in-care", "line_of_enquiry")).id()
	question := asker.post(commentsList, commenting(evaluation, "children-in-care", "question")).id()
	for _, step := range []string{"prepare", "start"} {
		team.does("/v1/peer-challenges/"+challenge, step, "").want(200)
	}
	citing := func(comment, about, forum string) string {
		return `{` + forum + `"borough":"` + about + `","kind":"area_for_development","theme":"Audits","text":"They are not repeated.","selfEvaluationCommentId":"` + comment + `"}`
	}
	here := `"peerChallengeGroupId":"` + idIn(inGroup) + `",`

	refused := func(c caller, body string, want ...string) {
		t.Helper()
		if got := c.post("/v1/findings", body).problem(422, "invalid"); !slices.Equal(got, want) {
			t.Errorf("%s is refused for %v, want %v", body, got, want)
		}
	}
	refused(asker, citing(nothing, own, here), "/selfEvaluationCommentId unknown_value")
	refused(asker, citing(line, merton, here), "/selfEvaluationCommentId unknown_value")
	refused(asker, citing(line, own, ""), "/peerChallengeGroupId one_of")
	elsewhere := `"peerReviewId":"` + w.foundReview(programme.ReviewFieldwork, programme.Parties(lambethCode, croydonCode)) + `",`
	refused(asker, citing(line, own, elsewhere), "/selfEvaluationCommentId only_in_challenges")
	asker.post("/v1/findings", citing(question, own, here)).problem(409, "wrong_state")

	// Who does not read the comment cites nothing of it.
	owner.does(evaluationsList+"/"+evaluation, "withdraw", "").want(200)
	refused(asker, citing(line, own, here), "/selfEvaluationCommentId unknown_value")
	owner.does(evaluationsList+"/"+evaluation, "share", `{"peerChallengeId":"`+challenge+`"}`).want(200)

	found := third.post("/v1/findings", citing(line, own, here)).id()
	var f api.Finding
	if owner.get("/v1/findings/" + found).want(200).into(&f); f.SelfEvaluationCommentId == nil || *f.SelfEvaluationCommentId != line {
		t.Errorf("the finding is %+v", f)
	}
	var c api.SelfEvaluationComment
	if asker.get(commentsList + "/" + line).want(200).into(&c); c.FindingId == nil || *c.FindingId != found {
		t.Errorf("the line of enquiry is %+v", c)
	}
	asker.post("/v1/findings", citing(line, own, here)).problem(409, "wrong_state")
	asker.change(http.MethodDelete, commentsList+"/"+line, "").problem(409, "in_use")
	third.change(http.MethodPatch, "/v1/findings/"+found, `{"selfEvaluationCommentId":null}`).problem(422, "invalid")
	third.change(http.MethodPatch, "/v1/findings/"+found, `{"theme":"Audits and reviews"}`).want(200)
	if owner.get("/v1/findings/" + found).want(200).into(&f); f.SelfEvaluationCommentId == nil {
		t.Error("a correction takes the line of enquiry away")
	}
	third.change(http.MethodDelete, "/v1/findings/"+found, "").want(204)
	if asker.get(commentsList + "/" + line).want(200).into(&c); c.FindingId != nil {
		t.Errorf("what was deleted is still named: %+v", c)
	}
}
