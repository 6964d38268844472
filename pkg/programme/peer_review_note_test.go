package programme_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestWhoWritesNotes: of a review by Croydon and Southwark, while it takes any.
func TestWhoWritesNotes(t *testing.T) {
	t.Parallel()
	wrote := croydon
	lead, editor := programme.RoleBoroughLead, programme.RoleBoroughEditor
	for _, c := range []struct {
		what         string
		actor        programme.Actor
		state        programme.ReviewState
		add, correct string // codes of refusals
	}{
		{"who wrote it", person(editor, croydon), programme.ReviewFieldwork, "", ""},
		{"another of the team", person(lead, southwark), programme.ReviewFieldwork, "", "not_yours"},
		{"the programme's team", teamMember, programme.ReviewFieldwork, "", ""},
		{"the host", person(lead, lambeth), programme.ReviewFieldwork, "not_yours", "not_yours"},
		{"a system", person(programme.RoleBoroughSystem, croydon), programme.ReviewFieldwork, "not_yours", "not_yours"},
		{"who wrote it, while it is prepared", person(editor, croydon), programme.ReviewPreparing, "", ""},
		{"who wrote it, while facts are checked", person(editor, croydon), programme.ReviewFactualAccuracy, "", ""},
		{"who wrote it, too early", person(editor, croydon), programme.ReviewScoping, "wrong_state", "wrong_state"},
		{"who wrote it, too late", person(editor, croydon), programme.ReviewReported, "wrong_state", "wrong_state"},
	} {
		r := reviewOfLambeth(c.state)
		n := programme.PeerReviewNote{Borough: &wrote, Review: *r}
		kind := programme.Conflict
		if c.add == "not_yours" {
			kind = programme.Forbidden
		}
		wantCode(t, c.what+" adds", r.May(c.actor, programme.AddNote), kind, c.add)
		if kind = programme.Conflict; c.correct == "not_yours" {
			kind = programme.Forbidden
		}
		wantCode(t, c.what+" corrects", n.May(c.actor, programme.Edit), kind, c.correct)
	}
	cited := programme.PeerReviewNote{Borough: &wrote, Review: *reviewOfLambeth(programme.ReviewFieldwork), FindingIDs: []string{"1"}}
	wantCode(t, "what is cited is corrected", cited.May(teamMember, programme.Edit), 0, "")
	wantCode(t, "what is cited is deleted", cited.May(teamMember, programme.Delete), programme.Conflict, "in_use")
}

// TestTheHostReadsNoNotes, also where somebody of the team has moved there.
func TestTheHostReadsNoNotes(t *testing.T) {
	t.Parallel()
	r := reviewOfLambeth(programme.ReviewPreparing)
	if got := r.NoteReaders(); !slices.Equal(got, programme.Parties(croydon, southwark)) {
		t.Errorf("the notes are read by %v", got)
	}
	host := lambeth
	r.Team[2].Borough = &host
	if got := r.NoteReaders(); !slices.Equal(got, programme.Parties(croydon)) {
		t.Errorf("where Southwark's has moved to the host, by %v", got)
	}
	wantCode(t, "who has moved to the host writes", r.May(person(programme.RoleBoroughLead, lambeth), programme.AddNote), programme.Forbidden, "not_yours")
	f := programme.Finding{PeerReviewID: new("1"), Borough: lambeth, NoteIDs: []string{"2"}, Forum: r.Forum()}
	for _, c := range []struct {
		who  programme.Actor
		want int
	}{{teamMember, 1}, {person(programme.RoleBoroughEditor, croydon), 1}, {person(programme.RoleBoroughSystem, croydon), 0}, {person(programme.RoleBoroughLead, lambeth), 0}, {person(programme.RoleBoroughLead, southwark), 0}} {
		if got := f.NotesFor(c.who); len(got) != c.want {
			t.Errorf("%v of %s reads the notes %v", c.who.Roles, c.who.Borough, got)
		}
	}
}

func TestLinesOfEnquiryAreFollowed(t *testing.T) {
	t.Parallel()
	were := []string{"a", "b", "c"}
	for _, c := range []struct {
		are  []string
		want int // -1 where the line is none any more
	}{
		{[]string{"a", "b", "c"}, 1}, {[]string{"c", "a", "b"}, 2}, {[]string{"a", "d", "c"}, 1}, {[]string{"a", "c"}, -1}, {[]string{"a"}, -1}, {nil, -1},
	} {
		r := reviewOfLambeth(programme.ReviewFieldwork)
		n := programme.PeerReviewNote{Line: new(1)}
		n.Audience, r.KLOEs = r.NoteReaders(), c.are
		changed := n.Follow(r, were)
		got := -1
		if n.Line != nil {
			got = *n.Line
		}
		if got != c.want || changed != (c.want != 1) {
			t.Errorf("among %q b is at %d, want %d (changed: %v)", c.are, got, c.want, changed)
		}
	}
}
