package programme

import (
	"errors"
	"strings"
	"testing"
)

var (
	theTeamsOwn = Actor{Subject: "team", Roles: []Role{RoleProgramme}, Reason: "Because"}
	ofLambeth   = Actor{Subject: "lead", Roles: []Role{RoleBoroughLead}, Borough: "E09000022"}
)

// TestPeerChallengeLifecycle: every step from every state.
func TestPeerChallengeLifecycle(t *testing.T) {
	first, last := Date("2026-10-05"), Date("2026-10-16")
	leads := map[ChallengeState]map[Step]ChallengeState{
		ChallengePlanned:    {Prepare: ChallengePreparing, Cancel: ChallengeCancelled},
		ChallengePreparing:  {Start: ChallengeInProgress, Cancel: ChallengeCancelled},
		ChallengeInProgress: {Complete: ChallengeCompleted, Cancel: ChallengeCancelled},
		ChallengeCompleted:  {Close: ChallengeClosed, Reopen: ChallengeInProgress},
		ChallengeClosed:     {Reopen: ChallengeCompleted},
		ChallengeCancelled:  {Reopen: ChallengePlanned},
	}
	for state, steps := range leads {
		for _, step := range []Step{Prepare, Start, Complete, Close, Cancel, Reopen} {
			c := PeerChallenge{State: state, StartsOn: &first, EndsOn: &last}
			to, follows := steps[step]
			err := c.May(theTeamsOwn, step)
			if !follows {
				wantKind(t, err, Conflict, "wrong_state")
				continue
			}
			if err != nil {
				t.Errorf("%s from %s: %v", step, state, err)
			}
			if err := c.Move(theTeamsOwn, step); err != nil || c.State != to {
				t.Errorf("%s leads from %s to %s (%v), want %s", step, state, c.State, err, to)
			}
			wantKind(t, c.May(ofLambeth, step), Forbidden, "not_yours")
		}
	}
}

func TestPeerChallengeNeedsDatesToStart(t *testing.T) {
	c := PeerChallenge{State: ChallengePreparing}
	wantKind(t, MayNow(&c, theTeamsOwn, Start, "2026-10-16"), Conflict, "no_dates")
	c.State = ChallengeInProgress
	wantKind(t, MayNow(&c, theTeamsOwn, Complete, "2026-10-16"), Conflict, "no_dates")
}

func TestPeerChallengeIsNotCompletedBeforeItsEnd(t *testing.T) {
	first, last := Date("2026-10-05"), Date("2026-10-16")
	c := PeerChallenge{State: ChallengeInProgress, StartsOn: &first, EndsOn: &last}
	wantKind(t, MayNow(&c, theTeamsOwn, Complete, "2026-10-15"), Conflict, "not_yet")
	if err := MayNow(&c, theTeamsOwn, Complete, last); err != nil {
		t.Errorf("on the last day: %v", err)
	}
}

func TestPeerChallengeNeedsReasons(t *testing.T) {
	silent := theTeamsOwn
	silent.Reason = ""
	for _, step := range []Step{Cancel, Reopen} {
		c := PeerChallenge{State: ChallengeCompleted}
		wantKind(t, c.Move(silent, step), Invalid, "invalid")
		if c.State != ChallengeCompleted {
			t.Errorf("%s without a reason has led to %s", step, c.State)
		}
	}
}

func TestPeerChallengeMembersOn(t *testing.T) {
	first := Date("2026-10-05")
	if day := (&PeerChallenge{Cycle: "2026-27", StartsOn: &first}).MembersOn(); day != first {
		t.Errorf("judged on %s", day)
	}
	if day := (&PeerChallenge{Cycle: "2026-27"}).MembersOn(); day != "2026-04-01" {
		t.Errorf("without dates judged on %s", day)
	}
}

func TestCycle(t *testing.T) {
	for text, good := range map[string]bool{"2025-26": true, "1999-00": true, "2025-27": false, "2025": false, "": false, "20x5-26": false, "2025-2": false} {
		if _, err := ParseCycle(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
	for day, want := range map[Date]Cycle{"2026-03-31": "2025-26", "2026-04-01": "2026-27", "2000-01-01": "1999-00"} {
		if got := CycleOn(day); got != want {
			t.Errorf("%s lies in %s, want %s", day, got, want)
		}
	}
	c := Cycle("2025-26")
	if c.Starts() != "2025-04-01" || c.Ends() != "2026-03-31" || c.Before(2) != "2023-24" {
		t.Errorf("%s: %s to %s, two before is %s", c, c.Starts(), c.Ends(), c.Before(2))
	}
}

func TestAudience(t *testing.T) {
	tool := Actor{Subject: "tool", Roles: []Role{RoleReporting}}
	ofCroydon := Actor{Subject: "x", Roles: []Role{RoleBoroughSystem}, Borough: "E09000008"}
	for name, c := range map[string]struct {
		audience                     Audience
		team, lambeth, croydon, tool bool
	}{
		"everyone": {Everyone(), true, true, true, true},
		"team":     {TeamOnly(), true, false, false, false},
		"boroughs": {EveryBorough(), true, true, true, false},
		"parties":  {Parties("E09000022", "E09000022"), true, true, false, false},
		"nobody":   {Audience{}, false, false, false, false},
	} {
		got := [4]bool{c.audience.Includes(theTeamsOwn), c.audience.Includes(ofLambeth), c.audience.Includes(ofCroydon), c.audience.Includes(tool)}
		if got != [4]bool{c.team, c.lambeth, c.croydon, c.tool} {
			t.Errorf("%s: %v", name, got)
		}
		if c.audience.Includes(Actor{}) {
			t.Errorf("%s includes nobody", name)
		}
	}
	both := EveryBorough().And(Parties("E09000022"))
	if !both.Includes(theTeamsOwn) || !both.Includes(ofLambeth) || both.Includes(ofCroydon) || both.Includes(tool) {
		t.Errorf("all boroughs and one of them share %v", both)
	}
}

func wantKind(t *testing.T, err error, kind Kind, code string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind || string(e.Code) != code {
		t.Errorf("got %v, want kind %d with code %s", err, kind, code)
	}
}

// TestAChallengeRestsOnItsMembers: whoever is not of the sub-region on its day keeps it from
// starting and from being completed, by name.
func TestAChallengeRestsOnItsMembers(t *testing.T) {
	first, last := Date("2026-10-05"), Date("2026-10-16")
	for state, step := range map[ChallengeState]Step{ChallengePreparing: Start, ChallengeInProgress: Complete} {
		c := PeerChallenge{State: state, StartsOn: &first, EndsOn: &last, Strangers: []Fault{{Code: FaultNotInSubRegion, Detail: "Lambeth (E09000022) does not belong."}}}
		err := MayNow(&c, theTeamsOwn, step, last)
		wantKind(t, err, Conflict, "not_in_sub_region")
		if err == nil || !strings.Contains(err.Error(), "Lambeth") {
			t.Errorf("%v names nobody", err)
		}
		c.Strangers = nil
		if err := MayNow(&c, theTeamsOwn, step, last); err != nil {
			t.Error(err)
		}
	}
}

// TestAChallengeClosesWithWhatIsOpen where somebody says so and why.
func TestAChallengeClosesWithWhatIsOpen(t *testing.T) {
	c := PeerChallenge{Head: Head{ID: "c"}, State: ChallengeCompleted}
	open := OpenItems{Findings: 1, Actions: 3}
	err := c.Close(theTeamsOwn, open, false)
	wantKind(t, err, Conflict, "open_items")
	if faults := refusalOf(err).Faults; len(faults) != 2 || faults[0].Detail != "1 finding not answered: /v1/findings?answered=false&peerChallengeId=c" || faults[1].Detail != "3 actions open: /v1/actions?state=open&peerChallengeId=c" {
		t.Errorf("what is open is %v", faults)
	}
	silent := theTeamsOwn
	silent.Reason = ""
	wantKind(t, c.Close(silent, open, true), Invalid, "invalid")
	c = PeerChallenge{State: ChallengeCompleted}
	if err := c.Close(theTeamsOwn, open, true); err != nil || c.State != ChallengeClosed || c.OpenAtClose == nil || *c.OpenAtClose != open {
		t.Errorf("it is closed as %+v (%v)", c, err)
	}
	if err := c.Move(theTeamsOwn, Reopen); err != nil || c.OpenAtClose != nil {
		t.Errorf("it is reopened as %+v (%v)", c, err)
	}
	if err := c.Close(silent, OpenItems{}, false); err != nil || c.OpenAtClose != nil {
		t.Errorf("with nothing open it closes as %+v (%v)", c, err)
	}
}
