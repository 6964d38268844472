package postgres

import (
	"context"
	"slices"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// askingLambeth is Lambeth's director.
var askingLambeth = programme.Actor{Issuer: "test", Subject: "dee", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}

// askedGroup answers the id of a group of Lambeth and Tower Hamlets whose challenge
// is in progress.
func askedGroup(t *testing.T, s *Store) string {
	t.Helper()
	group := programme.PeerChallengeGroup{Name: "Group 1", Head: programme.Head{Audience: programme.Everyone()}, Members: []programme.GroupMember{
		{Borough: "E09000022", Role: programme.MemberVisitor}, {Borough: "E09000030", Role: programme.MemberVisitor},
	}}
	err := s.act(t.Context(), team, func(w *work) error {
		c := programme.PeerChallenge{Title: "South", SubRegion: "south", Cycle: "2026-27", State: programme.ChallengeInProgress, Head: programme.Head{Audience: programme.Everyone()}}
		if err := insert(w, peerChallenges, &c); err != nil {
			return err
		}
		group.PeerChallengeID, group.ID, group.Version, group.CreatedAt, group.UpdatedAt = c.ID, newID(), 1, w.now, w.now
		return w.tx.Create(&group).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return group.ID
}

func askIn(t *testing.T, s *Store, group string) programme.AskOrOffer {
	t.Helper()
	a, err := s.CreateAskOrOffer(t.Context(), askingLambeth, programme.AskOrOffer{Kind: programme.Ask, Borough: "E09000022", PeerChallengeGroupID: &group, Title: "T", Text: "T"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestAsksFollow: when members change, each ask of the group whose audience
// changes has a new version and a row in the audit, whatever became of it; others
// stay as they are.
func TestAsksFollow(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	group := askedGroup(t, s)
	open, met, elsewhere := askIn(t, s, group), askIn(t, s, group), askIn(t, s, askedGroup(t, s))
	met, err := s.MoveAskOrOffer(ctx, askingLambeth, met.ID, met.Version, programme.Meet)
	if err != nil {
		t.Fatal(err)
	}
	follow := func(members ...string) {
		t.Helper()
		if err := s.act(ctx, team, func(w *work) error { return w.asksFollow(group, members) }); err != nil {
			t.Fatal(err)
		}
	}
	audited := func() int {
		t.Helper()
		return count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = 'ask-or-offer' AND action = 'update' AND subject = 'ann'")
	}
	follow("E09000030", "E09000022") // as they are, in another order
	if n := audited(); n != 0 {
		t.Errorf("%d asks were written whose audience stays", n)
	}
	follow("E09000030") // Lambeth leaves
	if n := audited(); n != 0 {
		t.Errorf("%d asks were written although Lambeth sees its own for ever", n)
	}
	follow("E09000022") // Tower Hamlets leaves
	if n := audited(); n != 2 {
		t.Errorf("%d asks followed, want the group's two", n)
	}
	for _, was := range []programme.AskOrOffer{open, met, elsewhere} {
		is, err := s.AskOrOffer(ctx, team, was.ID)
		if err != nil {
			t.Fatal(err)
		}
		version, audience := was.Version+1, programme.Parties("E09000022")
		if was.ID == elsewhere.ID {
			version, audience = was.Version, was.Audience
		}
		if is.Version != version || !slices.Equal(is.Audience, audience) || is.State != was.State {
			t.Errorf("%s %s: version %d for %v, want %d for %v", is.ID, is.State, is.Version, is.Audience, version, audience)
		}
	}
	_, err = s.AskOrOffer(ctx, programme.Actor{Subject: "t", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000030"}, open.ID)
	wantRefusal(t, err, programme.NotFound, "not_found")
}

// TestAskWaitsForItsGroup: whoever asks while the group's members change is held to
// those who are in it afterwards.
func TestAskWaitsForItsGroup(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s, ctx := open(t, url), t.Context()
	if err := s.Seed(ctx, smallLondon()); err != nil {
		t.Fatal(err)
	}
	group := askedGroup(t, s)
	change, err := admin(t, url).BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = change.Rollback() }()
	if _, err := change.ExecContext(ctx, `UPDATE peer_challenge_groups SET members = '[]' WHERE id = $1`, group); err != nil {
		t.Fatal(err)
	}
	asked := make(chan error, 1)
	go func() {
		_, err := s.CreateAskOrOffer(ctx, askingLambeth, programme.AskOrOffer{Kind: programme.Ask, Borough: "E09000022", PeerChallengeGroupID: &group, Title: "T", Text: "T"})
		asked <- err
	}()
	watching := admin(t, url)
	eventually(t, "the ask waits for the group", func() bool {
		var waiting bool
		err := watching.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')").Scan(&waiting)
		return err == nil && waiting
	})
	if err := change.Commit(); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, <-asked, programme.Forbidden, "not_yours")
}

// TestAskIsChangedWhileItsGroupIsHeld: whoever changes a group's members holds the
// group and then wants its asks. A change of an ask that wanted the group as well
// would wait for the one that waits for it.
func TestAskIsChangedWhileItsGroupIsHeld(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s, ctx := open(t, url), t.Context()
	if err := s.Seed(ctx, smallLondon()); err != nil {
		t.Fatal(err)
	}
	group := askedGroup(t, s)
	ask := askIn(t, s, group)
	holding, err := admin(t, url).BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holding.Rollback() }()
	if _, err := holding.ExecContext(ctx, "SELECT FROM peer_challenge_groups WHERE id = $1 FOR UPDATE", group); err != nil {
		t.Fatal(err)
	}
	bounded, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if _, err := s.MoveAskOrOffer(bounded, askingLambeth, ask.ID, ask.Version, programme.Meet); err != nil {
		t.Errorf("the ask waits for its group: %v", err)
	}
}

// TestEventWaitsForItsForumFirst: whoever changes a review or the members of a group
// holds it and then wants its events, so that a change of an event takes the review
// and the group before the event.
func TestEventWaitsForItsForumFirst(t *testing.T) {
	t.Parallel()
	for table, of := range map[string]func(s *Store, e *programme.Event) string{
		"peer_reviews": func(s *Store, e *programme.Event) string { id := visitOf(t, s).ID; e.PeerReviewID = &id; return id },
		"peer_challenge_groups": func(s *Store, e *programme.Event) string {
			id := askedGroup(t, s)
			e.PeerChallengeGroupID = &id
			return id
		},
	} {
		url := pgtest.Database(t)
		s, ctx := open(t, url), t.Context()
		if err := s.Seed(ctx, smallLondon()); err != nil {
			t.Fatal(err)
		}
		e := programme.Event{
			Kind: programme.Workshop, Title: "Fieldwork", StartsOn: "2026-10-05", EndsOn: "2026-10-05",
			Boroughs: []string{}, Sessions: []programme.EventSession{}, Invited: []programme.Attendance{}, Attended: []programme.Attendance{}, Opportunities: []string{},
		}
		forum := of(s, &e)
		e, err := s.CreateEvent(ctx, team, e)
		if err != nil {
			t.Fatal(err)
		}
		holding, err := admin(t, url).BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = holding.Rollback() })
		if _, err := holding.ExecContext(ctx, "SELECT FROM "+table+" WHERE id = $1 FOR UPDATE", forum); err != nil {
			t.Fatal(err)
		}
		updated := make(chan error, 1)
		go func() {
			_, err := s.UpdateEvent(ctx, team, e.ID, e.Version, func(e *programme.Event) error { e.Title = "Workshop"; return nil })
			updated <- err
		}()
		watching := admin(t, url)
		eventually(t, "the event waits for its row of "+table, func() bool {
			var waiting bool
			err := watching.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')").Scan(&waiting)
			return err == nil && waiting
		})
		if _, err := holding.ExecContext(ctx, "SELECT FROM events WHERE id = $1 FOR UPDATE NOWAIT", e.ID); err != nil {
			t.Errorf("the change that waits for %s holds the event already: %v", table, err)
		}
		if err := holding.Rollback(); err != nil {
			t.Fatal(err)
		}
		if err := <-updated; err != nil {
			t.Error(err)
		}
	}
}
