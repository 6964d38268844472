package postgres

import (
	"database/sql"
	"errors"
	"sync"
	"testing"

	"peerchallenge/pkg/programme"
)

// southChallenge plans a challenge of the small London's south.
func southChallenge(t testing.TB, s *Store, cycle programme.Cycle) programme.PeerChallenge {
	t.Helper()
	c, err := s.CreatePeerChallenge(t.Context(), team, programme.PeerChallenge{Title: "South London challenge", SubRegion: "south", Cycle: cycle})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func southGroup(t testing.TB, s *Store, challenge, name string) programme.PeerChallengeGroup {
	t.Helper()
	g, err := s.CreatePeerChallengeGroup(t.Context(), team, programme.PeerChallengeGroup{PeerChallengeID: challenge, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// atOnce runs the writers while a transaction that has made the statement about the
// challenge holds it. Once all of them wait, end ends the transaction. It answers the
// writers' errors.
func atOnce(t testing.TB, s *Store, statement, challenge string, end func(*sql.Tx) error, writers ...func() error) []error {
	t.Helper()
	tx, err := s.sql.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), statement, challenge); err != nil {
		t.Fatal(err)
	}
	errs := make([]error, len(writers))
	var all sync.WaitGroup
	for i, write := range writers {
		all.Go(func() { errs[i] = write() })
	}
	db := admin(t, s.config.ConnString()) // the service itself may not see who waits
	eventually(t, "all writers wait", func() bool {
		var waiting int
		err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
		return err == nil && waiting == len(writers)
	})
	if err := end(tx); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	return errs
}

const held = "SELECT FROM peer_challenges WHERE id = $1 FOR UPDATE"

// oneOf fails unless one of the errors is nil and the others are the refusal.
func oneOf(t testing.TB, errs []error, kind programme.Kind, code string) {
	t.Helper()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		wantRefusal(t, err, kind, code)
	}
	if done != 1 {
		t.Errorf("%d writers of %d succeeded: %v", done, len(errs), errors.Join(errs...))
	}
}

// TestPlacedOnce: two who have both seen that a borough is free do not both place it.
func TestPlacedOnce(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := southChallenge(t, s, "2026-27")
	a, b := southGroup(t, s, c.ID, "Group 1"), southGroup(t, s, c.ID, "Group 2")
	put := func(g programme.PeerChallengeGroup) func() error {
		return func() error {
			_, err := s.PutGroupMember(t.Context(), team, g.ID, g.Version, programme.GroupMember{Borough: "E09000022", Role: programme.MemberVisitor})
			return err
		}
	}
	oneOf(t, atOnce(t, s, held, c.ID, (*sql.Tx).Rollback, put(a), put(b)), programme.Conflict, "double_placement")
	if n := count(t, s, `SELECT count(*) FROM peer_challenge_groups WHERE members @> '[{"borough": "E09000022"}]'`); n != 1 {
		t.Errorf("it is in %d groups", n)
	}
}

// TestGroupMeetsTheChallengeAsItIs: whoever has waited for a change of the challenge
// goes by what it is since.
func TestGroupMeetsTheChallengeAsItIs(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := southChallenge(t, s, "2026-27")
	g := southGroup(t, s, c.ID, "Group 1")
	errs := atOnce(t, s, "UPDATE peer_challenges SET state = 'completed' WHERE id = $1", c.ID, (*sql.Tx).Commit,
		func() error {
			_, err := s.CreatePeerChallengeGroup(t.Context(), team, programme.PeerChallengeGroup{PeerChallengeID: c.ID, Name: "Group 2"})
			return err
		},
		func() error {
			_, err := s.PutGroupMember(t.Context(), team, g.ID, g.Version, programme.GroupMember{Borough: "E09000022", Role: programme.MemberVisitor})
			return err
		},
		func() error { return s.DeletePeerChallengeGroup(t.Context(), team, g.ID, g.Version) },
	)
	for _, err := range errs {
		wantRefusal(t, err, programme.Conflict, "wrong_state")
	}
}

func TestGroupIsTheTeams(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := southChallenge(t, s, "2026-27")
	g := southGroup(t, s, c.ID, "Group 1")
	borough := programme.Actor{Issuer: "test", Subject: "bob", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
	_, err := s.CreatePeerChallengeGroup(t.Context(), borough, programme.PeerChallengeGroup{PeerChallengeID: c.ID, Name: "Group 2"})
	wantRefusal(t, err, programme.Forbidden, "not_yours")
	_, err = s.UpdatePeerChallengeGroup(t.Context(), borough, g.ID, g.Version, func(*programme.PeerChallengeGroup) error { return nil })
	wantRefusal(t, err, programme.Forbidden, "not_yours")
	wantRefusal(t, s.DeletePeerChallengeGroup(t.Context(), borough, g.ID, g.Version), programme.Forbidden, "not_yours")
	_, err = s.ProposeGroups(t.Context(), borough, c.ID, programme.GroupingProposal{Sizes: []int{2}}, nil)
	wantRefusal(t, err, programme.Forbidden, "not_yours")
	if _, err := s.PeerChallengeGroup(t.Context(), borough, g.ID); err != nil {
		t.Errorf("a borough does not see the group: %v", err)
	}
	_, err = s.PeerChallengeGroup(t.Context(), programme.Actor{}, g.ID)
	wantRefusal(t, err, programme.NotFound, "not_found")
}

// TestGroupIsInUse: by each kind of record that refers to it.
func TestGroupIsInUse(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := southChallenge(t, s, "2026-27")
	g := southGroup(t, s, c.ID, "Group 1")
	for _, statement := range []string{
		`INSERT INTO findings (id, peer_challenge_group_id, borough_code, kind, theme, text, indicators, self_evaluation_sections, version, created_at, updated_at, audience)
			VALUES (gen_random_uuid(), $1, 'E09000022', 'strength', 'x', 'x', '{}', '{}', 1, now(), now(), '{programme}')`,
		`INSERT INTO asks_and_offers (id, kind, borough_code, peer_challenge_group_id, title, text, state, version, created_at, updated_at, audience)
			VALUES (gen_random_uuid(), 'ask', 'E09000022', $1, 'x', 'x', 'open', 1, now(), now(), '{programme}')`,
		`INSERT INTO events (id, kind, title, description, starts_on, ends_on, boroughs, sessions, invited, attended, opportunities, peer_challenge_group_id, state, sequence, version, created_at, updated_at, audience)
			VALUES (gen_random_uuid(), 'challenge_day', 'x', 'x', '2026-10-05', '2026-10-05', '{}', '[]', '[]', '[]', '{}', $1, 'planned', 0, 1, now(), now(), '{programme}')`,
	} {
		if _, err := s.sql.ExecContext(t.Context(), statement, g.ID); err != nil {
			t.Fatal(err)
		}
	}
	if e := wantRefusal(t, s.DeletePeerChallengeGroup(t.Context(), team, g.ID, g.Version), programme.Conflict, "in_use"); len(e.Faults) != 3 {
		t.Errorf("faults %+v", e.Faults)
	}
	free := southGroup(t, s, c.ID, "Group 2")
	if err := s.DeletePeerChallengeGroup(t.Context(), team, free.ID, free.Version); err != nil {
		t.Error(err)
	}
}

// TestGroupNotesAreReadByMembers in the audit too.
func TestGroupNotesAreReadByMembers(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	g := southGroup(t, s, southChallenge(t, s, "2026-27").ID, "Group 1")
	if _, err := s.PutGroupMember(t.Context(), team, g.ID, g.Version, programme.GroupMember{Borough: "E09000022", Role: programme.MemberVisitor}); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_entries WHERE noun = 'peer-challenge-group' AND key = $1 AND 'reporting' = ANY (seen_after) AND read_by = '{programme}'`, g.ID); n != 2 {
		t.Errorf("%d changes are seen by all and read by those alone who were members before and after", n)
	}
}
