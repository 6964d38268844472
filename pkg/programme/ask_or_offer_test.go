package programme_test

import (
	"errors"
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

const (
	asker       = "E09000022"
	askedMember = "E09000008"
	askOutsider = "E09000030"
)

var (
	askingTeam   = programme.Actor{Subject: "ann", Roles: []programme.Role{programme.RoleProgramme}}
	askingLead   = programme.Actor{Subject: "dee", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: asker}
	askingEditor = programme.Actor{Subject: "ed", Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: asker}
	askingSystem = programme.Actor{Subject: "sys", Roles: []programme.Role{programme.RoleBoroughSystem}, Borough: asker}
	askedOther   = programme.Actor{Subject: "cro", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: askedMember}
	askReports   = programme.Actor{Subject: "bi", Roles: []programme.Role{programme.RoleReporting}}
)

// wantRefusedAsk fails unless err has the code; "" means that nothing is refused.
func wantRefusedAsk(t *testing.T, what string, err error, code string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
		if e, ok := errors.AsType[*programme.Error](err); ok {
			got = string(e.Code)
		}
	}
	if got != code {
		t.Errorf("%s: %q, want %q", what, got, code)
	}
}

func TestAskOrOfferIsRaised(t *testing.T) {
	t.Parallel()
	group := "01932b7e-0000-7000-8000-000000000002"
	running := &programme.Forum{Boroughs: []string{asker, askedMember}, Records: true}
	forming := &programme.Forum{Boroughs: []string{asker, askedMember}}
	others := &programme.Forum{Boroughs: []string{askedMember, askOutsider}, Records: true}
	parties := programme.Parties(asker, askedMember)
	for name, c := range map[string]struct {
		actor    programme.Actor
		kind     programme.AskOrOfferKind
		group    *string
		forum    *programme.Forum
		code     string
		fault    string
		audience programme.Audience
	}{
		"an offer of a director":           {actor: askingLead, kind: programme.Offer, audience: programme.Everyone()},
		"an offer of an officer":           {actor: askingEditor, kind: programme.Offer, audience: programme.Everyone()},
		"an offer entered by the team":     {actor: askingTeam, kind: programme.Offer, audience: programme.Everyone()},
		"an offer of a machine":            {actor: askingSystem, kind: programme.Offer, code: "not_yours"},
		"an offer in another's name":       {actor: askedOther, kind: programme.Offer, code: "not_yours"},
		"an offer to a group":              {actor: askingLead, kind: programme.Offer, group: &group, fault: "not_for_offer", audience: programme.Everyone()},
		"an ask while the group meets":     {actor: askingLead, kind: programme.Ask, group: &group, forum: running, audience: parties},
		"an ask before the group meets":    {actor: askingLead, kind: programme.Ask, group: &group, forum: forming, code: "wrong_state"},
		"an ask of nobody":                 {actor: askingLead, kind: programme.Ask, fault: "required_for_ask", audience: programme.TeamOnly()},
		"an ask of others":                 {actor: askingLead, kind: programme.Ask, group: &group, forum: others, code: "not_yours"},
		"an ask of others, by the team":    {actor: askingTeam, kind: programme.Ask, group: &group, forum: others, fault: "not_in_group", audience: programme.Parties(asker, askedMember, askOutsider)},
		"an ask in another borough's name": {actor: askedOther, kind: programme.Ask, group: &group, forum: running, code: "not_yours"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := programme.AskOrOffer{Kind: c.kind, Borough: asker, PeerChallengeGroupID: c.group, Title: "T", Text: "T"}
			err := a.Raise(c.actor, c.forum)
			wantRefusedAsk(t, "raised", err, c.code)
			if err != nil {
				return
			}
			if a.State != programme.HelpOpen || !slices.Equal(a.Audience, c.audience) {
				t.Errorf("state %s, audience %v, want open for %v", a.State, a.Audience, c.audience)
			}
			got := ""
			if e, ok := errors.AsType[*programme.Error](a.Check()); ok {
				got = string(e.Faults[0].Code)
			}
			if got != c.fault {
				t.Errorf("fault %q, want %q", got, c.fault)
			}
		})
	}
}

// TestAskStaysWithWhoLeftTheGroup: an ask that is there is held to no group's members.
func TestAskStaysWithWhoLeftTheGroup(t *testing.T) {
	t.Parallel()
	group := "01932b7e-0000-7000-8000-000000000002"
	a := programme.AskOrOffer{Kind: programme.Ask, Borough: asker, PeerChallengeGroupID: &group}
	wantRefusedAsk(t, "check", a.Check(), "")
	if got := a.Asked([]string{askedMember}); !got.Includes(askingLead) || !got.Includes(askedOther) || got.Includes(askReports) {
		t.Errorf("audience %v", got)
	}
}

func TestAskOrOfferSteps(t *testing.T) {
	t.Parallel()
	for state, allowed := range map[programme.AskOrOfferState][]programme.Step{
		programme.HelpOpen:      {programme.Edit, programme.Meet, programme.Withdraw, programme.Delete},
		programme.HelpMet:       {programme.Reopen, programme.Delete},
		programme.HelpWithdrawn: {programme.Reopen, programme.Delete},
	} {
		a := programme.AskOrOffer{Kind: programme.Offer, Borough: asker, State: state}
		others := func(step programme.Step) bool { return ofWords(step) || step == programme.AnswerAsk } // which is for those who are asked
		for _, step := range slices.DeleteFunc(a.Steps(), others) {
			want := "wrong_state"
			if slices.Contains(allowed, step) {
				want = ""
			}
			for _, actor := range []programme.Actor{askingTeam, askingLead, askingEditor} {
				wantRefusedAsk(t, string(state)+" "+string(step), a.May(actor, step), want)
			}
			for _, actor := range []programme.Actor{askingSystem, askedOther, askReports, {}} {
				wantRefusedAsk(t, string(state)+" "+string(step)+" of "+actor.Subject, a.May(actor, step), "not_yours")
			}
		}
	}
}

func TestAskOrOfferMoves(t *testing.T) {
	t.Parallel()
	reasoned := askingLead
	reasoned.Reason = "Nobody came."
	for _, c := range []struct {
		from programme.AskOrOfferState
		step programme.Step
		by   programme.Actor
		to   programme.AskOrOfferState
		code string
	}{
		{programme.HelpOpen, programme.Meet, askingLead, programme.HelpMet, ""},
		{programme.HelpOpen, programme.Withdraw, askingLead, programme.HelpWithdrawn, ""},
		{programme.HelpMet, programme.Reopen, reasoned, programme.HelpOpen, ""},
		{programme.HelpWithdrawn, programme.Reopen, askingLead, programme.HelpOpen, "invalid"},
	} {
		a := programme.AskOrOffer{Kind: programme.Offer, Borough: asker, State: c.from}
		wantRefusedAsk(t, string(c.step), a.Move(c.by, c.step), c.code)
		if a.State != c.to {
			t.Errorf("%s from %s leads to %s, want %s", c.step, c.from, a.State, c.to)
		}
	}
}
