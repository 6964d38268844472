package postgres

import (
	"strings"
	"sync"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// visitor adds somebody of Tower Hamlets.
func visitor(t testing.TB, s *Store, name string) programme.Participant {
	t.Helper()
	p, err := s.CreateParticipant(t.Context(), team, programme.Participant{Name: name, Role: programme.DirectorOfChildrensServices, Borough: new("E09000030")})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// visitOf proposes a review of Lambeth by the people.
func visitOf(t testing.TB, s *Store, people ...programme.Participant) programme.PeerReview {
	t.Helper()
	r := programme.PeerReview{Title: "Review", Host: "E09000022", Cycle: "2026-27"}
	for _, p := range people {
		r.Team = append(r.Team, programme.TeamMember{ParticipantID: &p.ID, Lead: len(r.Team) == 0})
	}
	r, err := s.CreatePeerReview(t.Context(), team, r)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRemovalReachesEveryTeam: also those that whoever removes the person does not
// see. Each review tells it as a change of its own, and names nobody.
func TestRemovalReachesEveryTeam(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	person, stays := visitor(t, s, "Ann Removed"), visitor(t, s, "Bob Stays")
	first, second, untouched := visitOf(t, s, person, stays), visitOf(t, s, stays, person), visitOf(t, s, stays)
	moved, err := s.UpdateParticipant(ctx, team, person.ID, person.Version, func(p *programme.Participant) error { p.Borough = new("E09000022"); return nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*programme.PeerReview{&first, &second} { // they have heard of it
		before := r.Version
		if *r, err = s.PeerReview(ctx, team, r.ID); err != nil || r.Version != before+1 {
			t.Fatalf("version %d (%v)", r.Version, err)
		}
	}
	stranger := programme.Actor{Issuer: "test", Subject: "tom", Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: "E09000030"}
	wantRefusal(t, s.DeleteParticipant(ctx, stranger, person.ID, moved.Version), programme.NotFound, "not_found")
	host := programme.Actor{Issuer: "test", Subject: "lea", Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: "E09000022", Reason: "She asked for it"}
	wantRefusal(t, s.DeleteParticipant(ctx, host, person.ID, person.Version), programme.Stale, "stale")
	if _, err := s.sql.ExecContext(ctx, "UPDATE peer_reviews SET audience = '{programme}' WHERE id = $1", second.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteParticipant(ctx, host, person.ID, moved.Version); err != nil {
		t.Fatal(err)
	}
	for _, was := range []programme.PeerReview{first, second} {
		r, err := s.PeerReview(ctx, team, was.ID)
		if err != nil {
			t.Fatal(err)
		}
		if r.Version != was.Version+1 || len(r.Team) != 2 {
			t.Fatalf("version %d with %d people, want %d with two", r.Version, len(r.Team), was.Version+1)
		}
		for i, m := range r.Team {
			gone := *was.Team[i].ParticipantID == person.ID
			if (m.ParticipantID == nil) != gone || (m.Name == nil) != gone || m.Role != programme.DirectorOfChildrensServices || *m.Borough != *was.Team[i].Borough || m.Lead != was.Team[i].Lead {
				t.Errorf("member %d is %+v", i, m)
			}
		}
		if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = 'peer-review' AND key = $1 AND action = 'update' AND subject = 'lea' AND reason = 'She asked for it'", was.ID); n != 1 {
			t.Errorf("%d changes tell that somebody left, want 1", n)
		}
	}
	if r, err := s.PeerReview(ctx, team, untouched.ID); err != nil || r.Version != untouched.Version {
		t.Errorf("a review without the person is at version %d (%v)", r.Version, err)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = 'peer-review' AND concat(before, after) LIKE '%Ann Removed%'"); n != 0 {
		t.Errorf("%d changes of reviews name the person", n)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = 'participant' AND key = $1 AND action = 'delete' AND withheld = '{Name}' AND NOT before ? 'Name'", person.ID); n != 1 {
		t.Errorf("the audit keeps %d removals without the name, want 1", n)
	}
}

// TestNobodyJoinsWhileBeingRemoved: whichever comes first, no team is left with
// somebody who is not there.
func TestNobodyJoinsWhileBeingRemoved(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	for range 10 {
		person, r := visitor(t, s, "Ann"), visitOf(t, s)
		var joining, leaving error
		var both sync.WaitGroup
		both.Go(func() {
			_, joining = s.UpdatePeerReview(ctx, team, r.ID, r.Version, func(r *programme.PeerReview) error {
				r.Choose([]programme.TeamMember{{ParticipantID: &person.ID}})
				return nil
			})
		})
		both.Go(func() { leaving = s.DeleteParticipant(ctx, team, person.ID, person.Version) })
		both.Wait()
		if leaving != nil {
			t.Fatal(leaving)
		}
		if joining != nil {
			wantFault(t, joining, programme.Invalid, "invalid", "/team/0/participantId", "unknown_value")
		}
		if n := count(t, s, "SELECT count(*) FROM peer_reviews WHERE team @> jsonb_build_array(jsonb_build_object('participantId', $1::text))", person.ID); n != 0 {
			t.Fatal("a team has somebody who is not there")
		}
	}
}

// TestReportsHaveLondonsDay: at half past eleven on a summer evening in UTC it is
// tomorrow in London.
func TestReportsHaveLondonsDay(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{
		URL: pgtest.Database(t), Logger: testLog(),
		Clock: func() time.Time { return time.Date(2026, 6, 29, 23, 30, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Seed(t.Context(), smallLondon()); err != nil {
		t.Fatal(err)
	}
	r := visitOf(t, s)
	if _, err := s.sql.ExecContext(t.Context(), "UPDATE peer_reviews SET state = 'factual_accuracy', report = 'Strengths.'"); err != nil {
		t.Fatal(err)
	}
	r, err = s.MovePeerReview(t.Context(), team, r.ID, r.Version, programme.Finalise)
	if err != nil || *r.ReportedOn != "2026-06-30" {
		t.Fatalf("reported on %v (%v)", r.ReportedOn, err)
	}
}

// TestOnlyPartiesReadAReviewsValues: the audit shows them to nobody else, however
// far the report is published.
func TestOnlyPartiesReadAReviewsValues(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	r := visitOf(t, s, visitor(t, s, "Ann"))
	if _, err := s.sql.ExecContext(ctx, "UPDATE peer_reviews SET state = 'reported'"); err != nil {
		t.Fatal(err)
	}
	host := programme.Actor{Issuer: "test", Subject: "lea", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
	r, err := s.PublishPeerReview(ctx, host, r.ID, r.Version, programme.PublishedToEveryone)
	if err != nil || !r.Audience.Includes(programme.Actor{Roles: []programme.Role{programme.RoleReporting}}) {
		t.Fatalf("published, it is seen by %v (%v)", r.Audience, err)
	}
	var seen, read string
	if err := s.sql.QueryRowContext(ctx, "SELECT array_to_string(seen_after, ' '), array_to_string(read_by, ' ') FROM audit_entries WHERE noun = 'peer-review' AND action = 'update'").Scan(&seen, &read); err != nil {
		t.Fatal(err)
	}
	if seen != "programme boroughs reporting" || strings.Join(r.Confidants(), " ") != read {
		t.Errorf("the change is seen by %s and read by %s, want %v", seen, read, r.Confidants())
	}
}

// TestAListOfReviewsIsCompleted: names and open findings are those of each row.
func TestAListOfReviewsIsCompleted(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	people := []programme.Participant{visitor(t, s, "Ann"), visitor(t, s, "Bob")}
	open, done := visitOf(t, s, people[0]), visitOf(t, s, people[1], people[0])
	if _, err := s.sql.ExecContext(ctx, `INSERT INTO findings (id, peer_review_id, borough_code, kind, theme, text, indicators, self_evaluation_sections, response, version, created_at, updated_at, audience)
		SELECT gen_random_uuid(), id, 'E09000022', 'strength', 'x', 'x', '{}', '{}', CASE WHEN id = $1 THEN '{}'::jsonb END, 1, now(), now(), '{programme}' FROM peer_reviews`, done.ID); err != nil {
		t.Fatal(err)
	}
	part, err := s.PeerReviews(team, programme.PeerReviewFilter{}, "").Page(ctx, programme.Window{Limit: 10})
	if err != nil || len(part.Items) != 2 {
		t.Fatalf("%d reviews (%v)", len(part.Items), err)
	}
	for _, r := range part.Items {
		want := map[string]int{open.ID: 1, done.ID: 0}[r.ID]
		names := map[string]string{open.ID: "Ann", done.ID: "Bob"}[r.ID]
		if r.Unanswered != want || r.Team[0].Name == nil || *r.Team[0].Name != names {
			t.Errorf("%d unanswered, want %d; led by %v, want %s", r.Unanswered, want, r.Team[0].Name, names)
		}
	}
}

func TestWhatReviewsAndPeopleReferTo(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	visitor(t, s, "Ann")
	r := visitOf(t, s)
	priority := snapshotOf(t, s).Priorities[0]
	if _, err := s.UpdatePeerReview(ctx, team, r.ID, r.Version, func(r *programme.PeerReview) error { r.PriorityID = &priority.ID; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreatePeerChallenge(ctx, team, programme.PeerChallenge{Title: "x", SubRegion: "east", Cycle: "2026-27", PriorityID: &priority.ID}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		err   error
		words string
	}{
		"host":       {s.DeleteBorough(ctx, team, "E09000022", 1), "Memberships, Peer reviews"},
		"visitor":    {s.DeleteBorough(ctx, team, "E09000030", 1), "Memberships, Participants"},
		"priority":   {s.DeletePriority(ctx, team, priority.ID, priority.Version), "Peer challenges, Peer reviews, Milestones"},
		"sub-region": {s.DeleteSubRegion(ctx, team, "east", 1), "Memberships, Peer challenges, Milestones"},
	} {
		var words []string
		for _, f := range wantRefusal(t, c.err, programme.Conflict, "in_use").Faults {
			words = append(words, strings.TrimSuffix(f.Detail, programme.UsedBy("").Detail))
		}
		if got := strings.Join(words, ", "); got != c.words {
			t.Errorf("%s: used by %s, want %s", name, got, c.words)
		}
	}
}
