package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/postgres/pgtest"
)

// TestSharingAgainChangesNothing: what is shared already, or going to be, in the same way is left
// as it is, and nobody hears of it.
func TestSharingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path, lead := evaluationsList+"/"+w.signedEvaluation(), w.as(asLead, own)
	share := func(more string) answer {
		t.Helper()
		return lead.does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`"`+more+`}`).want(200)
	}
	for _, more := range []string{`,"from":"2040-01-01"`, "", `,"until":"2041-01-01"`} {
		first, place := share(more), w.lastPlace(lead)
		for _, again := range []string{more, `,"number":1` + more} {
			if r := share(again); r.header.Get("ETag") != first.header.Get("ETag") || w.lastPlace(lead) != place {
				t.Errorf("shared again with %q it is %s, and was %s", again, r.body, first.body)
			}
		}
	}
	var is api.SelfEvaluation
	lead.get(path).want(200).into(&is)
	ends := func() (ends []string) {
		for _, h := range is.Sharings {
			end := "none"
			if h.Ending != nil {
				end = string(*h.Ending)
			}
			ends = append(ends, end)
		}
		return ends
	}
	if got := ends(); !slices.Equal(got, []string{"superseded", "superseded", "none"}) {
		t.Errorf("its sharings end as %v", got)
	}
	if len(is.Readers) != 2 || is.Readers[0].Borough != nil || is.Readers[1].Borough == nil {
		t.Errorf("the team and a borough read it, and it says %+v", is.Readers)
	}
}

// TestPlansKeepTheirDays: a version that is shared until the day before another's leaves that as it
// is planned, one that is planned for earlier is read until then, and where several days have
// come at once the last one counts.
func TestPlansKeepTheirDays(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 10, d, 12, 0, 0, 0, time.UTC) }
	w, turn := startByHand(t, pgtest.Database(t), day(1))
	path, lead := evaluationsList+"/"+w.signedEvaluation(), func() caller { return w.as(asLead, own) } // whose token ends before the next day
	for range 2 {
		lead().does(path, "reopen", `{"reason":"There is more to say"}`).want(200)
		lead().does(path, "sign-off", "").want(200)
	}
	share := func(more string) {
		t.Helper()
		lead().does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`",`+more+`}`).want(200)
	}
	reads := func(when string, numbers ...string) {
		t.Helper()
		if _, err := w.store.KeepTime(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, n := range []string{"1", "2", "3"} {
			if may := w.as(asEditor, group).get(path+"/versions/"+n).status == http.StatusOK; may != slices.Contains(numbers, n) {
				t.Errorf("%s the group reads version %s: %t", when, n, may)
			}
		}
	}
	share(`"number":1`)
	share(`"number":2,"from":"2026-10-10"`)
	share(`"number":1,"until":"2026-10-09"`)
	share(`"number":1,"from":"2026-10-12"`)
	share(`"number":3,"from":"2026-10-20"`) // until then the first is read
	reads("at first", "1")
	turn(day(9))
	reads("on its last day", "1")
	turn(day(10))
	reads("on the second's day", "2")
	turn(day(21)) // and nobody has looked on the 12th
	reads("when two days have come", "3")
	if state := lead().get(path).want(200).body; strings.Count(state, `"ending":null`) != 1 {
		t.Error("more than one is in force:", state)
	}

	// What was planned and is over, of which nobody has taken note, does not begin by another's plan.
	share(`"number":1,"from":"2026-10-22","until":"2026-10-23"`)
	turn(day(25))
	share(`"number":2,"from":"2026-10-28"`)
	reads("when a plan has come to nothing", "3")
}

// TestAnEndIsInTheListThatSaysIt: what has ended by the clock is among what has changed since, before
// anybody has noted that.
func TestAnEndIsInTheListThatSaysIt(t *testing.T) {
	t.Parallel()
	w, turn := startByHand(t, leanDatabase(t), time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC))
	id, _ := w.sharedInA(`,"until":"2026-10-01"`, group)
	team := w.as(asTeam, "")
	since := func(moment string) (states []string) {
		t.Helper()
		var page api.SelfEvaluationPage
		team.get(evaluationsList + "?updatedSince=" + moment).want(200).into(&page)
		for _, e := range page.Items {
			states = append(states, idIn(e.Id)+" "+string(e.State)+" "+e.UpdatedAt.UTC().Format(time.RFC3339))
		}
		return states
	}
	const shared, over = "2026-10-01T12:00:00Z", "2026-10-01T23:00:00Z" // midnight in London
	if got := since(shared); !slices.Equal(got, []string{id + " shared " + shared}) {
		t.Errorf("as it was shared the team lists %v", got)
	}
	turn(time.Date(2026, 10, 1, 23, 0, 5, 0, time.UTC))
	team = w.as(asTeam, "")
	for _, noted := range []bool{false, true} {
		if got := since("2026-10-01T22:59:00Z"); !slices.Equal(got, []string{id + " signed_off " + over}) {
			t.Errorf("behind its end, noted %t, the team lists %v", noted, got)
		}
		if got := since("2026-10-01T23:00:01Z"); len(got) > 0 {
			t.Errorf("later, noted %t, the team lists %v", noted, got)
		}
		if _, err := w.store.KeepTime(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryFaultOfASelfEvaluationIsNamedWhereItWasSent: what a template refuses and what is cited in
// vain are said together, by their places in what was sent, whatever the template's order is.
func TestEveryFaultOfASelfEvaluationIsNamedWhereItWasSent(t *testing.T) {
	t.Parallel()
	w := lean(t)
	editor := w.as(asEditor, own)
	const citing = `{"citation":{"source":"snapshot","sourceId":"` + nothing + `","indicator":"REREF_PCT","borough":"` + own + `","period":"2026-27-Q1"}}`
	content := `"answers":[{"questionId":"evidence","text":"By audits."},{"questionId":"quality","text":""},{"questionId":"nobody-asks","text":"So."}],"indicators":[` + citing + `]`
	body := `{"sections":[{"id":"care-leavers",` + content + `},{"id":"help-and-protection","indicators":[` + citing + `]},{"id":"care-leavers","answers":[{"questionId":"nobody-asks","text":"So."}]}]}`
	want := []string{"/sections/0/answers/2 unknown_value", "/sections/2/id repeated", "/sections/2/answers/0 unknown_value", "/sections/0/indicators/0/citation/sourceId unknown_value", "/sections/1/indicators/0/citation/sourceId unknown_value"}
	if got := editor.send(http.MethodPut, "/v1/boroughs/"+own+"/self-evaluations/"+w.nextCycle(), body, "If-None-Match", "*").problem(422, "invalid"); !slices.Equal(got, want) {
		t.Errorf("a document is refused as %v, want %v", got, want)
	}
	path := evaluationsList + "/" + w.completeEvaluation()
	want = []string{"/answers/2 unknown_value", "/indicators/0/citation/sourceId unknown_value"}
	if got := editor.change(http.MethodPatch, path+"/sections/care-leavers", "{"+content+"}").problem(422, "invalid"); !slices.Equal(got, want) {
		t.Errorf("a section is refused as %v, want %v", got, want)
	}
}
