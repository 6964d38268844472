package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestOthersHearNothingOfADraft: whatever its borough does with a draft, those who read a version
// hear nothing of it, not that it is there, not in the feed, the audit or an ETag.
func TestOthersHearNothingOfADraft(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, team, met := w.as(asLead, own), w.as(programme.RoleProgramme, ""), w.as(asEditor, group)
	path := evaluationsList + "/" + w.sharedEvaluation()
	audit := "/v1/audit-entries?type=self-evaluation&id=" + idIn(path)
	known := func(c caller) (all []string) {
		t.Helper()
		is := c.get(path).want(200)
		return append(all, is.body, is.header.Get("ETag"), c.get(audit).want(200).body, w.lastPlace(c), c.get(path+"/versions/1").want(200).body)
	}
	section := path + "/sections/care-leavers"
	place := func() string {
		t.Helper()
		return lead.marks(path)[0].Field
	}
	for _, step := range []struct {
		what string
		take func() answer
	}{
		{"reopened", func() answer { return lead.does(path, "reopen", `{"reason":"There is more to say"}`) }},
		{"written in", func() answer {
			return lead.change(http.MethodPatch, section, `{"risks":[{"text":"Write to SW1A 1AA."}]}`)
		}},
		{"acknowledged", func() answer {
			return lead.does(path, "acknowledge", acknowledging(t, lead.marks(path), "It is an office"))
		}},
		{"redacted", func() answer {
			open := lead.get(section).want(200)
			redacted := lead.does(path, "redact", `{"reason":"It says too much","places":[{"field":"`+place()+`"}]}`)
			lead.send(http.MethodPatch, section, `{"risks":[{"text":"Write to SW1A 1AA."}]}`, "If-Match", open.header.Get("ETag")).problem(412, "stale") // who has it open does not bring the words back
			return redacted
		}},
		{"discarded", func() answer { return lead.change(http.MethodDelete, path, "") }},
	} {
		met0, team0, own0 := known(met), known(team), known(lead)
		if r := step.take(); r.status != 200 && r.status != 204 {
			t.Fatalf("it is not %s: %d %s", step.what, r.status, r.body)
		}
		for name, both := range map[string][2][]string{"the group": {met0, known(met)}, "the team": {team0, known(team)}} {
			if !slices.Equal(both[0], both[1]) {
				t.Errorf("%s learns that a draft was %s:\n%s\n%s", name, step.what, both[0], both[1])
			}
		}
		if slices.Equal(own0, known(lead)) {
			t.Errorf("its own people do not learn that a draft was %s", step.what)
		}
	}
}

// TestWordsAreTakenOutOfWhatWasRead: who has not seen that words were taken out of a version takes
// none out of it by their old places, whoever they are.
func TestWordsAreTakenOutOfWhatWasRead(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, team, met := w.as(asLead, own), w.as(programme.RoleProgramme, ""), w.as(asEditor, group)
	path := evaluationsList + "/" + w.sharedEvaluation()
	words := func() string {
		t.Helper()
		var v api.SelfEvaluationVersion
		team.get(path + "/versions/1").want(200).into(&v)
		return *v.Sections[0].Answers[0].Text
	}
	whole := words()
	redacts := func(c caller, start, length int, state string) answer {
		t.Helper()
		return c.send(http.MethodPost, path+"/redact", fmt.Sprintf(`{"reason":"It says too much","places":[{"field":"/versions/1/sections/0/answers/0/text","start":%d,"length":%d}]}`, start, length), "If-Match", state)
	}
	// The team's, before the borough's lead takes words out, and before it does so itself.
	read := team.get(path).want(200).header.Get("ETag")
	for who, c := range map[string]caller{"another": lead, "itself": team} {
		since, start := time.Now().UTC().Add(-time.Millisecond).Format(time.RFC3339Nano), 0
		if who == "itself" {
			start = len(words()) - 2
		}
		redacts(c, start, 2, c.get(path).header.Get("ETag")).want(200)
		is := words()
		redacts(team, 3, 2, read).problem(412, "stale")
		if words() != is || is == whole {
			t.Errorf("after %s has taken words out, %q says %q", who, whole, words())
		}
		for name, c := range map[string]caller{"the team": team, "the group": met} {
			if c.get(path).header.Get("ETag") == read || !strings.Contains(c.get(evaluationsList+"?updatedSince="+since).want(200).body, idIn(path)) {
				t.Errorf("after %s has taken words out, it is no other to %s", who, name)
			}
		}
		read, whole = team.get(path).header.Get("ETag"), is
	}
	if got := words(); !strings.HasPrefix(got, programme.Redacted) || !strings.HasSuffix(got, programme.Redacted) {
		t.Errorf("it says %q", got)
	}

	// Nor where the borough has taken it back meanwhile.
	lead.does(path, "withdraw", "").want(200)
	read = team.get(path).header.Get("ETag")
	redacts(lead, len(programme.Redacted)+1, 2, lead.get(path).header.Get("ETag")).want(200)
	redacts(team, 3, 2, read).problem(412, "stale")
}

// TestOthersHearOfWhatTheyRead: of a redaction those who read what it was taken out of, and not that
// the draft says it too; of a sharing those with whom it is, and not whether anything is drafted.
func TestOthersHearOfWhatTheyRead(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, team, met, third := w.as(asLead, own), w.as(programme.RoleProgramme, ""), w.as(asEditor, group), "E09000029"
	path, challenge := evaluationsList+"/"+w.sharedEvaluation(), w.groupMeeting()
	last := func(c caller) (members string) {
		t.Helper()
		var page struct{ Items []api.AuditEntry }
		c.get("/v1/audit-entries?limit=500&type=self-evaluation&id=" + idIn(path)).want(200).into(&page)
		for _, v := range page.Items[len(page.Items)-1].Values {
			if v.Member == "redactedAt" && (v.Withheld == nil || !*v.Withheld) {
				t.Errorf("it is said from when to when words were taken out: %+v", v) // of what the draft alone has said, too
			}
			members += v.Member + " "
		}
		return members
	}
	shared := last(team)
	lead.does(path, "withdraw", "").want(200)
	taken := last(team)
	lead.does(path, "reopen", `{"reason":"There is more to say"}`).want(200)
	lead.does(path, "share", `{"peerChallengeId":"`+challenge+`"}`).want(200)
	if got := last(team); got != shared || !strings.Contains(got, "sharings") {
		t.Errorf("with a draft a sharing changes %q, and without one %q", got, shared)
	}

	heard, told := w.lastPlace(met), w.lastPlace(team)
	team.does(path, "redact", `{"reason":"It says too much","places":[{"field":"/versions/1/sections/0/answers/0/text"}]}`).want(200)
	if got := last(team); got != "redactedAt sharings " || w.lastPlace(met) == heard || w.lastPlace(team) == told {
		t.Errorf("the team takes out what a draft says too, and reads that %q changed", got)
	}
	if got := last(lead); !strings.Contains(got, "draft ") {
		t.Errorf("the borough reads that %q changed", got)
	}
	if v := met.get(path + "/versions/1").want(200).body; !strings.Contains(v, programme.Redacted) || strings.Contains(v, `"redactedAt":null`) {
		t.Error(v)
	}

	// Another challenge, of whose group the first knows nothing.
	elsewhere := team.post("/v1/peer-challenges", `{"title":"Another challenge","subRegion":"south","cycle":"2026-27","startsOn":"2026-11-05","endsOn":"2026-11-16"}`).id()
	inGroup := team.post("/v1/peer-challenge-groups", `{"peerChallengeId":"`+elsewhere+`","name":"Group 1"}`).id()
	for _, borough := range []string{own, third} {
		team.change(http.MethodPut, "/v1/peer-challenge-groups/"+inGroup+"/members/"+borough, `{"role":"visitor"}`).want(200)
	}
	audit := func(c caller) string {
		t.Helper()
		return c.get("/v1/audit-entries?limit=500&type=self-evaluation&id=" + idIn(path)).want(200).body
	}
	before, knew := audit(met), audit(team)
	lead.does(path, "share", `{"peerChallengeId":"`+elsewhere+`","from":"2040-01-01"}`).want(200)
	if audit(met) != before || audit(team) != knew {
		t.Error("others hear of what is planned")
	}
	lead.does(path, "share", `{"peerChallengeId":"`+elsewhere+`"}`).want(200)
	if audit(met) != before || audit(team) == knew {
		t.Error("a group hears of what is shared with another, or the team does not")
	}
	knew = audit(team)
	lead.does(path, "share", `{"peerChallengeId":"`+challenge+`","from":"2040-01-01"}`).want(200)
	team.change(http.MethodPost, "/v1/peer-challenges/"+elsewhere+"/cancel", `{"reason":"It is so"}`).want(200)
	if audit(met) != before || audit(team) == knew {
		t.Error("a group hears that sharing with another has ended, or the team does not")
	}
	w.as(asEditor, third).get(path).problem(404, "not_found")
	knew = audit(team)
	team.change(http.MethodPost, "/v1/peer-challenges/"+challenge+"/cancel", `{"reason":"It is so"}`).want(200)
	met.get(path).problem(404, "not_found")
	if audit(team) == knew || taken == "" {
		t.Error("the team does not hear that a sharing has ended")
	}
}
