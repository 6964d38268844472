package programme_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestNoReviewBeforeItsDays: fieldwork begins and ends on its days, and what was found is
// presented before it is final.
func TestNoReviewBeforeItsDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state      programme.ReviewState
		step       programme.Step
		early, day programme.Date
	}{
		{programme.ReviewPreparing, programme.StartFieldwork, "2026-11-02", "2026-11-03"},
		{programme.ReviewFieldwork, programme.CheckFacts, "2026-11-03", "2026-11-04"},
		{programme.ReviewFactualAccuracy, programme.Finalise, "2026-11-05", "2026-11-06"},
	} {
		r := reviewOfLambeth(c.state)
		r.PresentationOn = new(programme.Date("2026-11-06"))
		if got := refusedWith(t, programme.MayNow(r, theTeam, c.step, c.early)); got != "not_yet" {
			t.Errorf("%s on %s is refused with %q", c.step, c.early, got)
		}
		if err := programme.MayNow(r, theTeam, c.step, c.day); err != nil {
			t.Errorf("%s on %s: %v", c.step, c.day, err)
		}
	}
	undated := reviewOfLambeth(programme.ReviewFieldwork)
	undated.FieldworkDays = nil
	if err := programme.MayNow(undated, theTeam, programme.CheckFacts, "2026-01-01"); err != nil {
		t.Errorf("a review whose days are not known: %v", err)
	}
}

// TestNoReviewIsMovedToTheFuture of which it is said already that it was.
func TestNoReviewIsMovedToTheFuture(t *testing.T) {
	t.Parallel()
	for state, want := range map[programme.ReviewState]string{
		programme.ReviewPreparing:       "",
		programme.ReviewFieldwork:       "/fieldworkDays/0 not_yet",
		programme.ReviewFactualAccuracy: "/fieldworkDays/0 not_yet,/fieldworkDays/1 not_yet",
		programme.ReviewReported:        "/fieldworkDays/0 not_yet,/fieldworkDays/1 not_yet,/presentationOn not_yet",
	} {
		r := reviewOfLambeth(state)
		r.PresentationOn = new(programme.Date("2026-11-06"))
		if got := strings.Join(faultsNamed(t, programme.Refuse(r.HeldBefore("2026-11-02"))), ","); got != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
		if got := r.HeldBefore("2026-11-06"); len(got) != 0 {
			t.Errorf("%s on the last day: %v", state, got)
		}
	}
}

// TestAReviewIsAnnouncedByItsHost, once, and when its scope is agreed.
func TestAReviewIsAnnouncedByItsHost(t *testing.T) {
	t.Parallel()
	r := reviewOfLambeth(programme.ReviewScoping)
	for _, c := range []struct {
		alter func()
		want  string
	}{
		{func() { r.ScopeAgreedOn = nil }, "scope_not_agreed"},
		{func() { r.ScopeAgreedOn, r.State = new(today), programme.ReviewCancelled }, "wrong_state"},
		{func() { r.State = programme.ReviewScoping }, ""},
	} {
		c.alter()
		if got := refusedWith(t, programme.MayNow(r, lambethLead, programme.Announce, today)); got != c.want {
			t.Errorf("it is refused with %q, want %q", got, c.want)
		}
	}
	if err := r.Move(lambethLead, programme.Announce, today); err != nil || r.AnnouncedOn == nil || *r.AnnouncedOn != today || r.State != programme.ReviewScoping {
		t.Errorf("it is announced as %+v (%v)", r, err)
	}
	if got := refusedWith(t, programme.MayNow(r, lambethLead, programme.Announce, today)); got != "wrong_state" {
		t.Errorf("a second time it is refused with %q", got)
	}
}

// TestAReviewClosesWithItsProgressReview, or with the reason why there is none.
func TestAReviewClosesWithItsProgressReview(t *testing.T) {
	t.Parallel()
	r := reviewOfLambeth(programme.ReviewFollowUp)
	r.ProgressReview = nil
	if got := refusedWith(t, programme.MayNow(r, theTeam, programme.Close, today)); got != "progress_review_open" {
		t.Errorf("it is refused with %q", got)
	}
	r.ProgressReviewWaived = new("The borough was inspected in between.")
	if err := programme.MayNow(r, theTeam, programme.Close, today); err != nil {
		t.Error(err)
	}
}

// TestATeamFollowsItsPeople until it does fieldwork: who has moved to the host, and a lead
// who is no director any more, keep it from beginning, by name.
func TestATeamFollowsItsPeople(t *testing.T) {
	t.Parallel()
	r := reviewOfLambeth(programme.ReviewPreparing)
	host := r.Host
	moved := programme.Participant{Head: programme.Head{ID: "2"}, Name: "Person 2", Role: programme.PrincipalSocialWorker, Borough: &host}
	lead := programme.Participant{Head: programme.Head{ID: "1"}, Name: "Person 1", Role: programme.OtherRole, Borough: new("E09000008")}
	if !r.Follow(moved) || !r.Follow(lead) || r.Follow(lead) {
		t.Error("the team does not follow, or follows twice")
	}
	err := programme.MayNow(r, theTeam, programme.StartFieldwork, "2026-11-03")
	if got, want := faultsNamed(t, err), []string{"/team no_lead", "/team/1 from_host"}; !slices.Equal(got, want) {
		t.Fatalf("fieldwork is refused with %v, want %v", got, want)
	}
	said := ""
	if e, ok := errors.AsType[*programme.Error](err); ok {
		for _, f := range e.Faults {
			said += f.Detail
		}
	}
	if !strings.Contains(said, "Person 1") || !strings.Contains(said, "Person 2") {
		t.Errorf("nobody is named: %s", said)
	}
	done := reviewOfLambeth(programme.ReviewFieldwork)
	if done.Follow(moved) || *done.Team[1].Borough == host {
		t.Error("a team that does fieldwork is another afterwards")
	}
}

// TestWhatToDoInstead: a step that does not follow says which lead to where it does.
func TestWhatToDoInstead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state programme.ReviewState
		step  programme.Step
		want  string
	}{
		{programme.ReviewProposed, programme.StartFieldwork, "The review is proposed. Take the step scope, then prepare first."},
		{programme.ReviewFollowUp, programme.Prepare, "The review is in follow-up. That comes before; reopen it to go back."},
		{programme.ReviewFieldwork, programme.AgreeScope, "The review is in fieldwork. That comes before, and there is no way back to it."},
	} {
		if err := reviewOfLambeth(c.state).May(theTeam, c.step); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s while %s: %v", c.step, c.state, err)
		}
	}
	challenge := programme.PeerChallenge{State: programme.ChallengePlanned}
	if err := challenge.May(theTeam, programme.Complete); err == nil || !strings.Contains(err.Error(), "The challenge is planned. Take the step prepare, then start first.") {
		t.Errorf("%v", err)
	}
}
