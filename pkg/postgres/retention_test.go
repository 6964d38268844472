package postgres

import (
	"context"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// aging answers a store whose clock stands at noon of the day to which the test
// turns it, and that keeps people for 24 months and notes for 12.
func aging(t testing.TB) (*Store, func(day programme.Date)) {
	t.Helper()
	now := programme.Date("2026-05-01").Time().Add(12 * time.Hour)
	s, err := Open(t.Context(), Config{
		URL: pgtest.Database(t), Logger: testLog(), Clock: func() time.Time { return now },
		Settings: programme.Settings{ParticipantsKeptMonths: 24, NotesKeptMonths: 12},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Seed(t.Context(), smallLondon()); err != nil {
		t.Fatal(err)
	}
	return s, func(day programme.Date) { now = day.Time().Add(12 * time.Hour) }
}

func erasedBy(t testing.TB, s *Store, want Erased) {
	t.Helper()
	got, err := s.EraseOutlived(t.Context())
	if err != nil || got != want {
		t.Fatalf("on %s it removed %+v (%v), want %+v", s.rules.Today(s.now()), got, err, want)
	}
}

// TestPeopleWhoLeftAreErased: the day before nothing happens, the day after they are
// gone as if somebody had removed them, and who has not left stays.
func TestPeopleWhoLeftAreErased(t *testing.T) {
	t.Parallel()
	s, turn := aging(t)
	ctx := t.Context()
	gone, there, renewed, listed := visitor(t, s, "Ann Gone"), visitor(t, s, "Bob There"), visitor(t, s, "Cat Renewed"), visitor(t, s, "Dan Listed")
	over, running := visitOf(t, s, gone, there, renewed), visitOf(t, s, there)
	turn("2026-11-02")
	reasoned := team
	reasoned.Reason = "Not now"
	over, err := s.MovePeerReview(ctx, reasoned, over.ID, over.Version, programme.Cancel)
	if err != nil {
		t.Fatal(err)
	}
	// The cycle's end, 31 March 2027, is the last that bound Ann; nothing ever bound Dan.
	turn("2028-05-01")
	erasedBy(t, s, Erased{})
	turn("2028-05-02")
	erasedBy(t, s, Erased{Participants: 1})
	_, err = s.Participant(ctx, team, listed.ID)
	wantRefusal(t, err, programme.NotFound, "not_found")
	if _, err := s.UpdateParticipant(ctx, team, renewed.ID, renewed.Version, func(p *programme.Participant) error { p.Email = new("cat@example.org"); return nil }); err != nil {
		t.Fatal(err)
	}
	turn("2029-03-31")
	erasedBy(t, s, Erased{})
	turn("2029-04-01")
	erasedBy(t, s, Erased{Participants: 1})
	erasedBy(t, s, Erased{})

	_, err = s.Participant(ctx, team, gone.ID)
	wantRefusal(t, err, programme.NotFound, "not_found")
	for _, p := range []programme.Participant{there, renewed} {
		if _, err := s.Participant(ctx, team, p.ID); err != nil {
			t.Errorf("%s is not kept: %v", p.Name, err)
		}
	}
	r, err := s.PeerReview(ctx, team, over.ID)
	if err != nil || r.Team[0].ParticipantID != nil || r.Team[0].Role != programme.DirectorOfChildrensServices || r.Team[1].ParticipantID == nil || r.Version <= over.Version {
		t.Errorf("the team is %+v at version %d (%v)", r.Team, r.Version, err)
	}
	if r, err := s.PeerReview(ctx, team, running.ID); err != nil || r.Version != running.Version {
		t.Errorf("the review that runs is at version %d (%v)", r.Version, err)
	}
	entries, err := auditPages(t, s, team, "participant", gone.ID, 10)
	if err != nil || len(entries) != 2 {
		t.Fatalf("the audit has %d entries (%v)", len(entries), err)
	}
	if e := entries[1]; e.Action != actionDelete || e.Subject != "retention" || e.Reason != "Kept for 24 months after it was last needed, as configured." || !e.At.Equal(s.now()) {
		t.Errorf("the audit says %+v", e)
	}
}

// TestWhoIsAwaitedAtATableIsKept: a person stays while they are to come to an event, is removed
// when it is long over, and stays counted.
func TestWhoIsAwaitedAtATableIsKept(t *testing.T) {
	t.Parallel()
	s, turn := aging(t)
	ctx := t.Context()
	awaited := visitor(t, s, "Eve Awaited")
	e, err := s.CreateEvent(ctx, team, programme.Event{
		Kind: programme.Summit, Title: "Summit", StartsOn: "2029-02-01", EndsOn: "2029-02-01", Boroughs: []string{}, Sessions: []programme.EventSession{},
		Invited: []programme.Attendance{}, Attended: []programme.Attendance{}, Opportunities: []string{},
	})
	if err == nil {
		e, err = s.PutEventPerson(ctx, team, e.ID, e.Version, programme.Attendee{ParticipantID: &awaited.ID, Part: programme.PartObserver, Coming: programme.IsComing})
	}
	if err != nil || len(e.People) != 1 || e.People[0].Name == nil {
		t.Fatal(err, e.People)
	}
	turn("2029-02-01")
	erasedBy(t, s, Erased{})
	if e, err = s.RecordEventAttendance(ctx, team, e.ID, e.Version, programme.MetAttendance{Came: []string{awaited.ID}}); err != nil {
		t.Fatal(err)
	}
	turn("2031-02-01")
	erasedBy(t, s, Erased{})
	turn("2031-02-02")
	erasedBy(t, s, Erased{Participants: 1})
	if e, err = s.Event(ctx, team, e.ID); err != nil || len(e.People) != 1 || e.People[0].ParticipantID != nil || e.People[0].Coming != programme.Came || *e.ByRole()[0].Came != 1 {
		t.Errorf("%v: %+v", err, e.People)
	}
}

// TestNotesAreErased when the challenge has been over for as long as they are kept.
func TestNotesAreErased(t *testing.T) {
	t.Parallel()
	s, turn := aging(t)
	ctx := t.Context()
	reasoned := team
	reasoned.Reason = "Not now"
	noted := func(title string, cycle programme.Cycle) (programme.PeerChallenge, programme.PeerChallengeGroup) {
		c, err := s.CreatePeerChallenge(ctx, team, programme.PeerChallenge{
			Title: title, SubRegion: "south", Cycle: cycle, StartsOn: new(cycle.Starts().AddDays(10)), EndsOn: new(cycle.Starts().AddDays(20)),
		})
		if err != nil {
			t.Fatal(err)
		}
		g, err := s.CreatePeerChallengeGroup(ctx, team, programme.PeerChallengeGroup{PeerChallengeID: c.ID, Name: "Group"})
		for _, step := range []programme.Step{programme.Prepare, programme.Start} {
			if err == nil {
				c, err = s.MovePeerChallenge(ctx, team, c.ID, c.Version, step)
			}
		}
		if err == nil {
			g, err = s.WriteGroupNotes(ctx, team, g.ID, g.Version, new("Ann said so."))
		}
		if err != nil {
			t.Fatal(err)
		}
		return c, g
	}
	over, quiet := noted("over", "2026-27")
	_, loud := noted("running", "2026-27")
	turn("2026-09-01")
	if _, err := s.MovePeerChallenge(ctx, reasoned, over.ID, over.Version, programme.Cancel); err != nil {
		t.Fatal(err)
	}
	turn("2027-09-01")
	erasedBy(t, s, Erased{})
	turn("2027-09-02")
	erasedBy(t, s, Erased{Notes: 1})
	erasedBy(t, s, Erased{})
	after, err := s.PeerChallengeGroup(ctx, team, quiet.ID)
	if err != nil || after.Notes != nil || after.Version <= quiet.Version {
		t.Errorf("the notes are %v at version %d (%v)", after.Notes, after.Version, err)
	}
	if g, err := s.PeerChallengeGroup(ctx, team, loud.ID); err != nil || g.Notes == nil {
		t.Errorf("the notes of a challenge that runs are %v (%v)", g.Notes, err)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = 'peer-challenge-group' AND key = $1 AND subject = 'retention' AND withheld = '{Notes}'", quiet.ID); n != 1 {
		t.Errorf("the audit tells of it %d times", n)
	}
}

// TestWithoutSettingsNothingIsErased, however old it is.
func TestWithoutSettingsNothingIsErased(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	visitor(t, s, "Ann")
	later, err := Open(t.Context(), Config{URL: urlOf(s), Logger: testLog(), Clock: func() time.Time { return beginning().AddDate(100, 0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = later.Close() })
	erasedBy(t, later, Erased{})
}

// TestOneProcessErasesAtATime: while another is at it nothing is done, and what is
// left is done the next time.
func TestOneProcessErasesAtATime(t *testing.T) {
	t.Parallel()
	s, turn := aging(t)
	visitor(t, s, "Ann")
	visitor(t, s, "Bob")
	turn("2099-01-01")
	err := s.act(t.Context(), team, func(w *work) error {
		if err := w.alone("retention"); err != nil {
			return err
		}
		erasedBy(t, s, Erased{})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	erasedBy(t, s, Erased{Participants: 2})
}

// TestWhatCannotBeErasedKeepsNobodyElse: it is said, and tried again.
func TestWhatCannotBeErasedKeepsNobodyElse(t *testing.T) {
	t.Parallel()
	s, turn := aging(t)
	stuck := visitor(t, s, "Ann")
	visitor(t, s, "Bob")
	owner := admin(t, urlOf(s))
	for _, statement := range []string{
		"CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''she stays''; END'",
		"CREATE TRIGGER stay BEFORE DELETE ON participants FOR EACH ROW WHEN (OLD.id = '" + stuck.ID + "') EXECUTE FUNCTION stay()",
	} {
		if _, err := owner.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
			t.Fatal(err)
		}
	}
	turn("2099-01-01")
	if got, err := s.EraseOutlived(t.Context()); err == nil || got != (Erased{Participants: 1}) {
		t.Errorf("it removed %+v and says %v", got, err)
	}
	if _, err := owner.ExecContext(t.Context(), "DROP TRIGGER stay ON participants"); err != nil {
		t.Fatal(err)
	}
	erasedBy(t, s, Erased{Participants: 1})
}

// TestNotesOfAReviewAreErased when it has been over for as long as they are kept, wholly;
// findings that cited them do so no more, which is told to who read them.
func TestNotesOfAReviewAreErased(t *testing.T) {
	t.Parallel()
	s, turn := aging(t)
	ctx := t.Context()
	visited := func() (programme.PeerReview, programme.PeerReviewNote, programme.Finding) {
		r := visitOf(t, s, visitor(t, s, "Ann"))
		if _, err := s.sql.ExecContext(ctx, "UPDATE peer_reviews SET state = 'fieldwork' WHERE id = $1", r.ID); err != nil {
			t.Fatal(err)
		}
		n, err := s.CreatePeerReviewNote(ctx, team, programme.PeerReviewNote{PeerReviewID: r.ID, InterviewGroup: "Commissioners", Text: "They decide alone."})
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.CreateFinding(ctx, team, programme.Finding{PeerReviewID: &r.ID, Borough: r.Host, Kind: programme.Strength, Theme: "Decisions", Text: "They are quick.", NoteIDs: []string{n.ID}})
		if err != nil {
			t.Fatal(err)
		}
		return r, n, f
	}
	over, quiet, found := visited()
	_, loud, cited := visited()
	reasoned := team
	reasoned.Reason = "Not now"
	turn("2027-06-01")
	if _, err := s.MovePeerReview(ctx, reasoned, over.ID, over.Version, programme.Cancel); err != nil {
		t.Fatal(err)
	}
	turn("2028-06-01")
	erasedBy(t, s, Erased{})
	turn("2028-06-02")
	erasedBy(t, s, Erased{Notes: 1})
	erasedBy(t, s, Erased{})
	_, err := s.PeerReviewNote(ctx, team, quiet.ID)
	wantRefusal(t, err, programme.NotFound, "not_found")
	if f, err := s.Finding(ctx, team, found.ID); err != nil || len(f.NoteIDs) != 0 || f.Version != found.Version {
		t.Errorf("the finding cites %v at version %d (%v)", f.NoteIDs, f.Version, err)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = 'finding' AND key = $1 AND subject = 'retention' AND told = '{E09000030,programme}'", found.ID); n != 1 {
		t.Errorf("its readers are told of it %d times", n)
	}
	if f, err := s.Finding(ctx, team, cited.ID); err != nil || len(f.NoteIDs) != 1 || f.NoteIDs[0] != loud.ID {
		t.Errorf("the notes of a review that runs are %v (%v)", f.NoteIDs, err)
	}
}
