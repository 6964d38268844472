package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestSmallNumbersOfChildrenAreHidden from others than the borough, in a version, on its page and where
// two are compared: a choice and a number of other things are not.
func TestSmallNumbersOfChildrenAreHidden(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, team, met := w.as(asLead, own), w.as(programme.RoleProgramme, ""), w.as(asEditor, group)
	ask := func(id, kind, more string) string {
		return `{"id":"` + id + `","text":"About ` + id + `?","kind":"` + kind + `","required":true` + more + `}`
	}
	of := team.post(templatesList, `{"name":"Numbers","draft":[{"id":"all","title":"All","optional":false,"questions":[`+strings.Join([]string{
		ask("few", "number", `,"policy":"children"`), ask("many", "number", `,"policy":"children"`), ask("happens", "number", `,"policy":"events"`), ask("visits", "number", `,"policy":"none"`),
		ask("how", "choice", `,"choices":[{"id":"well","text":"Well enough"},{"id":"badly","text":"Badly"}]`),
	}, ",")+`]}]}`).id()
	team.does(templatesList+"/"+of, "publish", "").want(200)
	path := evaluationsList + "/" + lead.post(evaluationsList, `{"borough":"`+own+`","cycle":"`+w.nextCycle()+`","templateId":"`+of+`"}`).id()
	writes := func(few, many, visits int) {
		t.Helper()
		lead.change(http.MethodPatch, path+"/sections/all", fmt.Sprintf(`{"answers":[{"questionId":"few","number":%d},{"questionId":"many","number":%d},{"questionId":"happens","number":5},{"questionId":"visits","number":%d},{"questionId":"how","choice":"well"}]}`, few, many, visits)).want(200)
		lead.does(path, "sign-off", "").want(200)
		lead.does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`"}`).want(200)
	}
	numbers := func(c caller, number string) (said string) {
		t.Helper()
		var v api.SelfEvaluationVersion
		c.get(path + "/versions/" + number).want(200).into(&v)
		for _, a := range v.Sections[0].Answers {
			switch {
			case a.Number != nil:
				said += fmt.Sprint(*a.Number, " ")
			case a.Choice != nil:
				said += *a.Choice
			default:
				said += "- "
			}
		}
		return said + fmt.Sprint(v.Hidden)
	}
	writes(3, 6, 2)
	if got, want := numbers(lead, "1"), "3 6 5 2 well[]"; got != want {
		t.Errorf("its own people read %s, want %s", got, want)
	}
	for name, c := range map[string]caller{"the group": met, "the team": team} {
		if got, want := numbers(c, "1"), "- 6 - 2 well[/sections/0/answers/0/number /sections/0/answers/2/number]"; got != want {
			t.Errorf("%s reads %s, want %s", name, got, want)
		}
	}
	page := met.send(http.MethodGet, path+"/versions/1", "", "Accept", "text/html").want(200).body
	if n := strings.Count(page, "Hidden: it would tell of a small number of children."); n != 2 || !strings.Contains(page, "Well enough") {
		t.Errorf("the page hides %d numbers", n)
	}

	lead.does(path, "reopen", `{"reason":"There is more to say"}`).want(200)
	writes(4, 7, 3)
	since := "2/changes?since=1"
	changed := func(c caller) (said string) {
		t.Helper()
		var changes api.SelfEvaluationChanges
		c.get(path + "/versions/" + since).want(200).into(&changes)
		for _, of := range changes.Changes {
			said += string(of.State) + " "
			if of.Before == nil || of.After == nil {
				continue
			}
			for _, side := range []*api.NullableAnswerFacet{of.Before, of.After} {
				switch {
				case side.Hidden != (side.Number == nil):
					t.Errorf("a number is hidden, and there: %+v", side)
				case side.Hidden:
					said += "hidden "
				default:
					said += fmt.Sprint(*side.Number, " ")
				}
			}
		}
		return said
	}
	if got, want := changed(lead), "changed 3 4 changed 6 7 same changed 2 3 same "; got != want {
		t.Errorf("its own people find them %s, want %s", got, want)
	}
	if got, want := changed(team), "same changed 6 7 same changed 2 3 same "; got != want {
		t.Errorf("the team finds them %s, want %s", got, want)
	}
	lead.does(path, "reopen", `{"reason":"There is more to say"}`).want(200)
	writes(8, 2, 3)
	since = "3/changes?since=1"
	if got, want := changed(lead), "changed 3 8 changed 6 2 same changed 2 3 same "; got != want {
		t.Errorf("its own people find them %s, want %s", got, want)
	}
	if got, want := changed(team), "changed hidden 8 changed 6 hidden same changed 2 3 same "; got != want {
		t.Errorf("the team finds them %s, want %s", got, want)
	}
}
