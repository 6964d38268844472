package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const (
	exampleNote  = "01932b7e-0000-7000-8000-000000000073"
	exampleVisit = "01932b7e-0000-7000-8000-000000000074" // a review during its fieldwork

	notesList = "/v1/peer-review-notes"
)

var (
	_ = standIn(notesList, exampleNote, (*world).anyNote)
	_ = standIn("/v1/visits", exampleVisit, func(w *world) string { return w.review(programme.ReviewFieldwork).ID })
	_ = prepared((*world).writtenNote, "acknowledgePeerReviewNote", "redactPeerReviewNote")
)

// noted is what is sent to write a note in the review.
func noted(review string) string {
	return `{"peerReviewId":"` + review + `","interviewGroup":"Commissioners","text":"They would like to see contracts before they are signed."}`
}

// note is the id of one that Croydon has written about Lambeth's review.
func (w *world) anyNote() string { return w.noteIn(w.review(programme.ReviewFieldwork).ID) }

func (w *world) noteIn(review string) string {
	w.t.Helper()
	return w.as(asEditor, group).post(notesList, noted(review)).id()
}

// writtenNote is the id of one in which screening finds something.
func (w *world) writtenNote() string {
	return w.written(notesList, w.anyNote(), http.MethodPatch, "", `{"text":"`+lives+`"}`, w.as(asEditor, group))
}

// noting is a review with the team that visits it, and its host.
type noting struct {
	team, croydon, towerHamlets, host caller
	review                            string // its address
}

func (w *world) noting() noting {
	return noting{w.as(asTeam, ""), w.as(asEditor, group), w.as(asLead, "E09000030"), w.as(asLead, own), "/v1/peer-reviews/" + w.review(programme.ReviewFieldwork).ID}
}

// TestNotesAreTheTeamsAndNeverTheHosts: whoever visits writes them, of an interview group and to a
// line of enquiry; the host is told nowhere that there is one, by no list, count, finding,
// feed or audit, and neither is anybody else.
func TestNotesAreTheTeamsAndNeverTheHosts(t *testing.T) {
	t.Parallel()
	w := lean(t)
	n := w.noting()
	var note api.PeerReviewNote
	n.croydon.post(notesList, `{"peerReviewId":"`+idIn(n.review)+`","interviewGroup":"Commissioners","lineOfEnquiry":"How do partners decide together?","text":"Contracts come late."}`).want(201).into(&note)
	if note.InterviewGroup != "Commissioners" || *note.LineOfEnquiry != "How do partners decide together?" || *note.Borough != group || *note.BoroughName != "Croydon" || len(note.FindingIds) != 0 {
		t.Errorf("the note is %+v", note)
	}
	path := notesList + "/" + note.Id
	ofReview := notesList + "?count=true&peerReviewId=" + idIn(n.review)
	for name, reader := range map[string]caller{"the programme's team": n.team, "who wrote it": n.croydon, "another of the team": n.towerHamlets} {
		reader.get(path).want(200)
		if got := reader.get(ofReview).ids(); !slices.Equal(got, []string{note.Id}) {
			t.Errorf("%s is listed %v", name, got)
		}
	}
	finding := "/v1/findings/" + n.croydon.post("/v1/findings", `{"peerReviewId":"`+idIn(n.review)+`","borough":"`+own+`","kind":"area_for_development","theme":"Contracts","text":"They come late.","noteIds":["`+note.Id+`"]}`).id()
	hidden := []caller{n.host, w.as(asEditor, own)}
	for _, c := range hidden {
		c.get(path).problem(404, "not_found")
		for _, list := range []string{ofReview, notesList + "?count=true", notesList + "?count=true&findingId=" + idIn(finding)} {
			if got := c.get(list).want(200).body; got != "{\"items\":[],\"nextCursor\":null,\"total\":0}\n" {
				t.Errorf("the host is told by %s: %s", list, got)
			}
		}
		c.post(notesList, noted(idIn(n.review))).problem(403, "not_yours")
		c.change(http.MethodPatch, path, `{"text":"Never."}`, "If-Match", note.Etag).problem(404, "not_found")
		c.send(http.MethodDelete, path, "", "If-Match", note.Etag).problem(404, "not_found")
		for _, asked := range []string{finding, "/v1/findings", n.review, "/v1/peer-reviews", "/v1/changes?from=beginning", "/v1/audit-entries?type=finding&id=" + idIn(finding), "/v1/me/tasks"} {
			if got := c.get(asked).want(200).body; strings.Contains(got, note.Id) || strings.Contains(asked, "audit") && strings.Contains(got, "note") {
				t.Errorf("the host is told by %s: %s", asked, got)
			}
		}
		c.get("/v1/audit-entries?type=peer-review-note&id="+note.Id).problem(400, "bad_request")
	}
	w.as(asSystem, group).get(path).problem(403, "role")
	w.as(asTool, "").get(notesList).problem(403, "role")
	stranger := w.as(asLead, "E09000028")
	stranger.get(path).problem(404, "not_found")
	if got := stranger.post(notesList, noted(idIn(n.review))).problem(422, "invalid"); !slices.Equal(got, []string{"/peerReviewId unknown_value"}) {
		t.Errorf("who does not see the review is refused for %v", got)
	}
	if got := stranger.get(ofReview).problem(400, "bad_request"); !slices.Equal(got, []string{"peerReviewId unknown_value"}) {
		t.Errorf("who does not see the review is refused for %v", got)
	}
	n.towerHamlets.change(http.MethodPatch, path, `{"text":"Too late."}`).problem(403, "not_yours")
	n.team.change(http.MethodPatch, path, `{"text":"They come too late."}`).want(200)
}

// TestAFindingCitesNotes: which of them, their readers are told and nobody else; it is no
// version of the finding, and what is cited stays.
func TestAFindingCitesNotes(t *testing.T) {
	t.Parallel()
	w := lean(t)
	n := w.noting()
	first, second := w.noteIn(idIn(n.review)), w.noteIn(idIn(n.review))
	elsewhere := w.anyNote()
	with := func(notes string) string {
		return `{"peerReviewId":"` + idIn(n.review) + `","borough":"` + own + `","kind":"strength","theme":"Contracts","text":"They are read.","noteIds":[` + notes + `]}`
	}
	for notes, want := range map[string][]string{
		`"` + elsewhere + `"`:                              {"/noteIds/0 unknown_value"},
		`"` + first + `","` + nothing + `"`:                {"/noteIds/1 unknown_value"},
		`"` + first + `","` + second + `","` + first + `"`: {"/noteIds/2 repeated"},
	} {
		if got := n.croydon.post("/v1/findings", with(notes)).problem(422, "invalid"); !slices.Equal(got, want) {
			t.Errorf("%s is refused for %v, want %v", notes, got, want)
		}
	}
	of := w.standing(exampleGroup)
	if got := w.as(asLead, own).post("/v1/findings", `{"peerChallengeGroupId":"`+of+`","borough":"`+own+`","kind":"risk","theme":"Homes","text":"Few.","noteIds":["`+first+`"]}`).problem(422, "invalid"); !slices.Equal(got, []string{"/noteIds/0 unknown_value"}) {
		t.Errorf("a finding of a group cites the note of a review: %v", got)
	}
	finding := "/v1/findings/" + n.croydon.post("/v1/findings", with(`"`+second+`","`+first+`"`)).id()
	cites := func(c caller, want ...string) string {
		t.Helper()
		var f api.Finding
		c.get(finding).want(200).into(&f)
		if !slices.Equal(f.NoteIds, want) {
			t.Errorf("it cites %v, want %v", f.NoteIds, want)
		}
		return f.Etag
	}
	noticed := func(note string, want ...string) {
		t.Helper()
		var got api.PeerReviewNote
		n.team.get(notesList + "/" + note).want(200).into(&got)
		if !slices.Equal(got.FindingIds, want) {
			t.Errorf("the note is cited by %v, want %v", got.FindingIds, want)
		}
	}
	noticed(first, idIn(finding))
	was := cites(n.croydon, first, second)
	cites(n.host)
	if got := n.team.get(notesList + "?findingId=" + idIn(finding)).ids(); !slices.Equal(got, []string{first, second}) {
		t.Errorf("the notes that it cites are %v", got)
	}
	feed := w.as(asLead, own).get("/v1/changes?from=now").want(200)
	ours := n.team.get("/v1/changes?from=now").want(200)
	var at, oursAt struct{ NextCursor string }
	feed.into(&at)
	ours.into(&oursAt)
	n.croydon.change(http.MethodPatch, finding, `{"noteIds":["`+second+`"]}`).want(200)
	if now := cites(n.team, second); now != was {
		t.Errorf("the finding has another state, %s, where others see no other", now)
	}
	noticed(first)
	if got := n.host.get("/v1/changes?cursor=" + at.NextCursor).want(200).body; strings.Contains(got, idIn(finding)) {
		t.Errorf("the host hears of it: %s", got)
	}
	if got := n.team.get("/v1/changes?cursor=" + oursAt.NextCursor).want(200).body; !strings.Contains(got, idIn(finding)) || !strings.Contains(got, first) {
		t.Errorf("the programme's team does not hear of it: %s", got)
	}
	if got := n.croydon.change(http.MethodPatch, finding, `{"noteIds":["`+elsewhere+`"]}`).problem(422, "invalid"); !slices.Equal(got, []string{"/noteIds/0 unknown_value"}) {
		t.Errorf("another review's note is refused for %v", got)
	}
	n.croydon.change(http.MethodPatch, finding, `{"theme":"Signing","noteIds":["`+first+`","`+second+`"]}`).want(200)
	cites(n.croydon, first, second)

	n.croydon.change(http.MethodDelete, notesList+"/"+first, "").problem(409, "in_use")
	n.croydon.change(http.MethodDelete, finding, "").want(204)
	noticed(second)
	n.croydon.change(http.MethodDelete, notesList+"/"+first, "").want(204)
}

// TestNotesFollowTheirReview: a line of enquiry has in them the words that it has there, also
// when it moves; who leaves the team reads them no more, and who joins does.
func TestNotesFollowTheirReview(t *testing.T) {
	t.Parallel()
	w := lean(t)
	n := w.noting()
	n.team.change(http.MethodPatch, n.review, `{"kloes":["Who decides?","Who pays?","Who checks?"]}`).want(200)
	body := func(line string) string {
		return `{"peerReviewId":"` + idIn(n.review) + `","interviewGroup":"Commissioners","lineOfEnquiry":"` + line + `","text":"They do."}`
	}
	if got := n.croydon.post(notesList, body("Who reads?")).problem(422, "invalid"); !slices.Equal(got, []string{"/lineOfEnquiry unknown_value"}) {
		t.Errorf("another line is refused for %v", got)
	}
	path := notesList + "/" + n.croydon.post(notesList, body("Who pays?")).id()
	line := func() string {
		t.Helper()
		var got api.PeerReviewNote
		n.croydon.get(path).want(200).into(&got)
		if got.LineOfEnquiry == nil {
			return "none"
		}
		return *got.LineOfEnquiry
	}
	n.team.change(http.MethodPatch, n.review, `{"kloes":["Who checks?","Who pays?"]}`).want(200)
	if got := line(); got != "Who pays?" {
		t.Errorf("where the line has moved it is to %s", got)
	}
	n.team.does(n.review, "redact", `{"places":[{"field":"/kloes/1"}],"reason":"It names somebody"}`).want(200)
	if got := line(); got != "[redacted]" {
		t.Errorf("where words were taken out of the line it is to %s", got)
	}
	n.croydon.change(http.MethodPatch, path, `{"lineOfEnquiry":"Who checks?"}`).want(200)
	n.team.change(http.MethodPatch, n.review, `{"kloes":["Who else checks?"]}`).want(200)
	if got := line(); got != "Who else checks?" {
		t.Errorf("where the line is reworded it is to %s", got)
	}

	// Who prepares is told by the team of today.
	visit := w.review(programme.ReviewPreparing)
	written := notesList + "/" + w.noteIn(visit.ID)
	southwark := w.as(asEditor, "E09000028")
	southwark.get(written).problem(404, "not_found")
	n.team.change(http.MethodPatch, "/v1/peer-reviews/"+visit.ID, `{"team":[{"participantId":"`+w.person("Eve", programme.HeadOfService, "E09000028")+`"}]}`).want(200)
	southwark.get(written).want(200)
	n.croydon.get(written).problem(404, "not_found")
	n.towerHamlets.get(written).problem(404, "not_found")
	moved := w.person("Max", programme.HeadOfService, "E09000028")
	n.team.change(http.MethodPatch, "/v1/peer-reviews/"+visit.ID, `{"team":[{"participantId":"`+moved+`"}]}`).want(200)
	n.team.change(http.MethodPatch, "/v1/participants/"+moved, `{"borough":"`+own+`"}`).want(200)
	n.host.get(written).problem(404, "not_found")
	n.host.post(notesList, noted(visit.ID)).problem(403, "not_yours")
	southwark.get(written).problem(404, "not_found")
	n.team.get(written).want(200)
}

// TestNotesAreWrittenByTemplate: the programme's interview groups, where it has any; what is
// written already keeps its own.
func TestNotesAreWrittenByTemplate(t *testing.T) {
	t.Parallel()
	w := lean(t)
	n := w.noting()
	before := notesList + "/" + w.noteIn(idIn(n.review))
	template := func(groups string) answer {
		return n.team.change(http.MethodPatch, "/v1/programme", `{"interviewGroups":[`+groups+`]}`)
	}
	if got := template(`{"name":"Social workers","questions":[]},{"name":"Social workers","questions":[]}`).problem(422, "invalid"); !slices.Equal(got, []string{"/interviewGroups/1 repeated"}) {
		t.Errorf("the same group twice is refused for %v", got)
	}
	template(`{"name":"Social workers","questions":["What helps you most?"]}`).want(200)
	if got := n.host.get("/v1/programme").want(200).body; !strings.Contains(got, `"interviewGroups":[{"name":"Social workers","questions":["What helps you most?"]}]`) {
		t.Errorf("the template is told as %s", got)
	}
	if got := n.croydon.post(notesList, noted(idIn(n.review))).problem(422, "invalid"); !slices.Equal(got, []string{"/interviewGroup unknown_value"}) {
		t.Errorf("another group is refused for %v", got)
	}
	n.croydon.post(notesList, strings.Replace(noted(idIn(n.review)), "Commissioners", "Social workers", 1)).want(201)
	n.croydon.change(http.MethodPatch, before, `{"text":"They have seen them."}`).want(200)
	n.croydon.change(http.MethodPatch, before, `{"interviewGroup":"Partners"}`).problem(422, "invalid")
	n.croydon.change(http.MethodPatch, before, `{"interviewGroup":"Social workers"}`).want(200)
}

// TestNotesHaveTheirTime: from preparation to factual accuracy.
func TestNotesHaveTheirTime(t *testing.T) {
	t.Parallel()
	w := lean(t)
	croydon := w.as(asEditor, group)
	for state, open := range map[programme.ReviewState]bool{
		programme.ReviewProposed: false, programme.ReviewScoping: false, programme.ReviewPreparing: true, programme.ReviewFieldwork: true,
		programme.ReviewFactualAccuracy: true, programme.ReviewReported: false, programme.ReviewCancelled: false,
	} {
		review := w.review(state).ID
		answered, says := croydon.post(notesList, noted(review)), croydon.says("/v1/peer-reviews/"+review, "add-note")
		if !open {
			answered.problem(409, "wrong_state")
		} else {
			answered.want(201)
		}
		if want := map[bool]string{true: "allowed", false: "wrong_state"}[open]; says != want {
			t.Errorf("in %s to write a note is said to be %s", state, says)
		}
	}
	n := w.noting()
	path := notesList + "/" + w.noteIn(idIn(n.review))
	n.croydon.change(http.MethodPut, n.review+"/report", `{"report":"What was found."}`).want(200)
	n.team.does(n.review, "check-facts", "").want(200)
	n.team.does(n.review, "finalise", "").want(200)
	n.croydon.change(http.MethodPatch, path, `{"text":"Too late."}`).problem(409, "wrong_state")
	n.croydon.change(http.MethodDelete, path, "").problem(409, "wrong_state")
	w.as(asLead, group).does(path, "redact", `{"places":[{"field":"/text"}],"reason":"It names somebody"}`).want(200)
}
