package programme_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// People of three boroughs: the finding is about Lambeth, Croydon found it, and
// Southwark belongs to another group.
const (
	lambeth   = "E09000022"
	croydon   = "E09000008"
	southwark = "E09000028"
)

func person(role programme.Role, borough string) programme.Actor {
	return programme.Actor{Subject: "x", Roles: []programme.Role{role}, Borough: borough}
}

var teamMember = person(programme.RoleProgramme, "")

// wantCode fails unless err is a refusal of the kind and code; "" wants none.
func wantCode(t *testing.T, what string, err error, kind programme.Kind, code string) {
	t.Helper()
	var e *programme.Error
	switch {
	case code == "" && err != nil:
		t.Errorf("%s: refused: %v", what, err)
	case code != "" && (!errors.As(err, &e) || e.Kind != kind || string(e.Code) != code):
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// faultsOf answers the faults of an error as "pointer code".
func faultsOf(err error) []string {
	faults := []string{}
	if e, is := errors.AsType[*programme.Error](err); is {
		for _, f := range e.Faults {
			faults = append(faults, f.Pointer+f.Parameter+" "+string(f.Code))
		}
	}
	return faults
}

func TestWhoMayDoWhatToAFinding(t *testing.T) {
	t.Parallel()
	group := programme.Forum{Boroughs: []string{lambeth, croydon}, Finders: []string{lambeth, croydon}, Records: true, Answers: true}
	fieldwork := programme.Forum{Boroughs: []string{lambeth, croydon}, Finders: []string{croydon}, Records: true}
	reported := programme.Forum{Boroughs: []string{lambeth, croydon}, Finders: []string{croydon}, Answers: true}
	over := programme.Forum{Boroughs: []string{lambeth, croydon}, Finders: []string{croydon}}
	yes := &programme.FindingResponse{Answer: programme.Accepted}
	partly := &programme.FindingResponse{Answer: programme.Partly}
	no := &programme.FindingResponse{Answer: programme.NotAccepted}
	lead, editor, system := programme.RoleBoroughLead, programme.RoleBoroughEditor, programme.RoleBoroughSystem
	for _, c := range []struct {
		what     string
		actor    programme.Actor
		step     programme.Step
		forum    programme.Forum
		response *programme.FindingResponse
		code     string
	}{
		{"a member records", person(lead, croydon), programme.RecordFinding, group, nil, ""},
		{"whom it is about records in a group", person(editor, lambeth), programme.RecordFinding, group, nil, ""},
		{"the team records", teamMember, programme.RecordFinding, fieldwork, nil, ""},
		{"a visitor records", person(editor, croydon), programme.RecordFinding, fieldwork, nil, ""},
		{"the host records", person(lead, lambeth), programme.RecordFinding, fieldwork, nil, "not_yours"},
		{"a stranger records", person(lead, southwark), programme.RecordFinding, group, nil, "not_yours"},
		{"a machine records", person(system, croydon), programme.RecordFinding, group, nil, "not_yours"},
		{"a visitor records too late", person(lead, croydon), programme.RecordFinding, reported, nil, "wrong_state"},
		{"the team records too late", teamMember, programme.RecordFinding, reported, nil, "wrong_state"},
		{"a member corrects", person(lead, croydon), programme.Edit, group, yes, ""},
		{"a stranger corrects", person(lead, southwark), programme.Edit, group, nil, "not_yours"},
		{"the team corrects too late", teamMember, programme.Edit, over, nil, "wrong_state"},
		{"a member deletes", person(lead, croydon), programme.Delete, group, nil, ""},
		{"a member deletes what is answered", person(lead, croydon), programme.Delete, group, no, "answered"},
		{"the host deletes", person(lead, lambeth), programme.Delete, fieldwork, nil, "not_yours"},
		{"a member deletes too late", person(lead, croydon), programme.Delete, over, nil, "wrong_state"},
		{"the borough answers", person(lead, lambeth), programme.Respond, group, nil, ""},
		{"the borough answers again", person(editor, lambeth), programme.Respond, reported, yes, ""},
		{"the borough answers too early", person(lead, lambeth), programme.Respond, fieldwork, nil, "wrong_state"},
		{"the borough answers too late", person(lead, lambeth), programme.Respond, over, nil, "wrong_state"},
		{"another member answers", person(lead, croydon), programme.Respond, group, nil, "not_yours"},
		{"the team answers", teamMember, programme.Respond, group, nil, "not_yours"},
		{"a machine answers", person(system, lambeth), programme.Respond, group, nil, "not_yours"},
		{"the borough acts", person(editor, lambeth), programme.AddAction, group, yes, ""},
		{"the borough acts on a part", person(editor, lambeth), programme.AddAction, reported, partly, ""},
		{"the borough acts before it answers", person(lead, lambeth), programme.AddAction, group, nil, "finding_not_accepted"},
		{"the borough acts on what it refuses", person(lead, lambeth), programme.AddAction, group, no, "finding_not_accepted"},
		{"the borough acts too late", person(lead, lambeth), programme.AddAction, over, yes, "wrong_state"},
		{"another member acts", person(lead, croydon), programme.AddAction, group, yes, "not_yours"},
		{"the team acts", teamMember, programme.AddAction, group, yes, "not_yours"},
	} {
		f := programme.Finding{Borough: lambeth, Response: c.response, Forum: c.forum}
		kind := programme.Conflict
		if c.code == "not_yours" {
			kind = programme.Forbidden
		}
		wantCode(t, c.what, f.May(c.actor, c.step), kind, c.code)
	}
}

func TestFindingNamesEveryFault(t *testing.T) {
	t.Parallel()
	id := "x"
	for _, c := range []struct {
		finding programme.Finding
		want    []string
	}{
		{programme.Finding{PeerChallengeGroupID: &id, Kind: programme.Risk, Indicators: []string{"A", "B"}}, []string{}},
		{programme.Finding{PeerReviewID: &id, Kind: programme.Strength}, []string{}},
		{programme.Finding{PeerReviewID: &id, Kind: programme.Risk, Indicators: []string{"A", "A"}, SelfEvaluationSections: []string{"a", "b", "a"}},
			[]string{"/kind only_in_challenges", "/indicators/1 repeated", "/selfEvaluationSections/2 repeated"}},
		{programme.Finding{Kind: programme.Risk}, []string{"/peerChallengeGroupId one_of"}},
		{programme.Finding{PeerReviewID: &id, PeerChallengeGroupID: &id}, []string{"/peerChallengeGroupId one_of"}},
	} {
		if got := faultsOf(c.finding.Check()); !slices.Equal(got, c.want) {
			t.Errorf("%+v: faults %v, want %v", c.finding, got, c.want)
		}
	}
}

// TestFindingsAreAboutThoseWhoArePresent: members of the group, or the review's host.
func TestFindingsAreAboutThoseWhoArePresent(t *testing.T) {
	t.Parallel()
	id, forum := "x", programme.Forum{Boroughs: []string{lambeth, croydon}}
	for _, c := range []struct {
		group, review *string
		borough, want string
	}{
		{&id, nil, lambeth, ""},
		{&id, nil, croydon, ""},
		{&id, nil, southwark, "not_in_group"},
		{nil, &id, lambeth, ""},
		{nil, &id, croydon, "not_the_host"},
	} {
		f := programme.Finding{PeerChallengeGroupID: c.group, PeerReviewID: c.review, Borough: c.borough, Forum: forum}
		switch faults := f.Misplaced(); {
		case c.want == "" && len(faults) > 0, c.want != "" && (len(faults) != 1 || string(faults[0].Code) != c.want || faults[0].Pointer != "/borough"):
			t.Errorf("%+v: faults %+v, want %s", c, faults, c.want)
		}
	}
}

func TestAnswersNeedReasons(t *testing.T) {
	t.Parallel()
	at, reason, empty := time.Unix(1, 0), "It holds for one of the two teams.", "\u00a0\u200b"
	for _, c := range []struct {
		answer  programme.ResponseAnswer
		reason  *string
		refused bool
	}{
		{programme.Accepted, nil, false},
		{programme.Accepted, &reason, false},
		{programme.Partly, &reason, false},
		{programme.NotAccepted, &reason, false},
		{programme.Partly, nil, true},
		{programme.Partly, &empty, true},
		{programme.NotAccepted, nil, true},
	} {
		before := &programme.FindingResponse{Answer: programme.Accepted, Reason: new("As we said then.")}
		f := programme.Finding{Response: before}
		err := f.Answer(c.answer, c.reason, at)
		if c.refused {
			if got := faultsOf(err); !slices.Equal(got, []string{"/reason reason_required"}) || f.Response != before {
				t.Errorf("%s: faults %v, answer %+v", c.answer, got, f.Response)
			}
			continue
		}
		if err != nil || f.Response.Answer != c.answer || f.Response.Reason != c.reason || !f.Response.At.Equal(at) {
			t.Errorf("%s: %v, answer %+v", c.answer, err, f.Response)
		}
	}
	f := programme.Finding{}
	if err := f.Answer(programme.Accepted, &empty, at); err != nil || f.Response.Reason != nil {
		t.Errorf("%v, a reason that says nothing is kept: %+v", err, f.Response)
	}
	if err := f.Answer(programme.Accepted, nil, at.AddDate(0, 0, 1)); err != nil || !f.Response.At.Equal(at) {
		t.Errorf("%v, the same answer again is of another day: %+v", err, f.Response)
	}
}

func TestAudienceWithWhomItIsAbout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ audience, want programme.Audience }{
		{programme.Parties(croydon), programme.Parties(croydon, lambeth)},
		{programme.Parties(croydon, lambeth), programme.Parties(croydon, lambeth)},
		{programme.EveryBorough(), programme.EveryBorough()},
	} {
		before := slices.Clone(c.audience)
		if got := c.audience.With(lambeth); !slices.Equal(got, c.want) || !slices.Equal(c.audience, before) {
			t.Errorf("%v with Lambeth is %v, want %v", before, got, c.want)
		}
	}
}
