package postgres

import (
	"database/sql"
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

// southOfTwo lets Tower Hamlets belong to the south from now on.
func southOfTwo(t testing.TB, s *Store) {
	t.Helper()
	for _, m := range snapshotOf(t, s).Memberships {
		if m.Borough != "E09000030" {
			continue
		}
		if _, err := s.UpdateMembership(t.Context(), team, m.ID, m.Version, func(m *programme.Membership) error {
			m.SubRegion = "south"
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func southProposal(t testing.TB, s *Store, challenge string, cycles int) programme.GroupingProposal {
	t.Helper()
	p, err := s.ProposeGroups(t.Context(), team, challenge, programme.GroupingProposal{Sizes: []int{2}, Weights: programme.GroupingWeights{Repeat: 1}, Cycles: cycles, Conflicts: [][2]string{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestProposalIsKeptAsItIs: what is read again is what was answered.
func TestProposalIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	southOfTwo(t, s)
	bands := map[string]map[string]string{"E09000022": {"REREF_PCT": "A"}, "E09000030": {"REREF_PCT": "D"}}
	p, err := s.ProposeGroups(t.Context(), team, southChallenge(t, s, "2026-27").ID, programme.GroupingProposal{
		Sizes: []int{2, 3}, Weights: programme.GroupingWeights{Repeat: 0.5, Mix: 1.0 / 3}, Seed: -7, Cycles: 2, Period: new("2023-24"), Indicators: []string{"REREF_PCT"},
		Conflicts: [][2]string{},
	}, bands)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Result.Groups) != 1 || len(p.Result.Groups[0].Complements) != 1 || p.Result.Score != -0.333 {
		t.Errorf("result %+v", p.Result)
	}
	kept, err := s.GroupingProposal(t.Context(), team, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	now, err := asJSON(kept)
	if err != nil {
		t.Fatal(err)
	}
	if was, err := asJSON(p); err != nil || *now != *was {
		t.Errorf("kept is %s, was %v (%v)", *now, was, err)
	}
}

// TestProposalRemembersMeetingsOfAnySubRegion, each as long ago as it is.
func TestProposalRemembersMeetingsOfAnySubRegion(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	southOfTwo(t, s)
	for _, cycle := range []programme.Cycle{"2023-24", "2025-26"} {
		g := southGroup(t, s, southChallenge(t, s, cycle).ID, "Group 1")
		for _, code := range []string{"E09000022", "E09000030"} {
			var err error
			if g, err = s.PutGroupMember(t.Context(), team, g.ID, g.Version, programme.GroupMember{Borough: code, Role: programme.MemberVisitor}); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Where the groups belonged then does not matter now.
	if _, err := s.sql.ExecContext(t.Context(), "UPDATE peer_challenges SET sub_region_slug = 'east'"); err != nil {
		t.Fatal(err)
	}
	c := southChallenge(t, s, "2026-27")
	for cycles, want := range map[int][]int{0: nil, 1: {1}, 2: {1}, 3: {1, 3}, 10: {1, 3}} {
		var ago []int
		for _, r := range southProposal(t, s, c.ID, cycles).Result.Groups[0].Repeats {
			ago = append(ago, r.CyclesAgo)
		}
		if !slices.Equal(ago, want) {
			t.Errorf("of %d cycles, meetings %v ago are remembered, want %v", cycles, ago, want)
		}
	}
}

// TestProposalIsAcceptedOnce by those who have both seen that it is open, and of two
// proposals one.
func TestProposalIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	southOfTwo(t, s)
	c := southChallenge(t, s, "2026-27")
	p, q := southProposal(t, s, c.ID, 0), southProposal(t, s, c.ID, 0)
	accept := func(p programme.GroupingProposal) func() error {
		return func() error {
			_, _, _, err := s.AcceptGroupingProposal(t.Context(), team, p.ID, p.Version, programme.GroupingAcceptance{})
			return err
		}
	}
	oneOf(t, atOnce(t, s, held, c.ID, (*sql.Tx).Rollback, accept(p), accept(p)), programme.Stale, "stale")
	wantRefusal(t, accept(q)(), programme.Conflict, "double_placement")
	if n := count(t, s, "SELECT count(*) FROM peer_challenge_groups"); n != 1 {
		t.Errorf("%d groups", n)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun IN ('peer-challenge-group', 'grouping-proposal') AND action IN ('create', 'update')"); n != 4 {
		t.Errorf("%d changes are noted of two proposals, one accepted, and a group", n)
	}

	other := southChallenge(t, s, "2026-27")
	p, q = southProposal(t, s, other.ID, 0), southProposal(t, s, other.ID, 0)
	oneOf(t, atOnce(t, s, held, other.ID, (*sql.Tx).Rollback, accept(p), accept(q)), programme.Conflict, "double_placement")
}

// TestProposalGoesWithItsChallenge, and those who follow the changes are told.
func TestProposalGoesWithItsChallenge(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	southOfTwo(t, s)
	c := southChallenge(t, s, "2026-27")
	p, q := southProposal(t, s, c.ID, 0), southProposal(t, s, c.ID, 0)
	if err := s.DeletePeerChallenge(t.Context(), team, c.ID, c.Version); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = 'grouping-proposal' AND action = 'delete' AND key IN ($1, $2)", p.ID, q.ID); n != 2 {
		t.Errorf("%d proposals are noted as deleted", n)
	}
}

func TestProposalNeedsTwoBoroughs(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	_, err := s.ProposeGroups(t.Context(), team, southChallenge(t, s, "2026-27").ID, programme.GroupingProposal{Sizes: []int{2}}, nil)
	wantFault(t, err, programme.Invalid, "invalid", "", "too_few")
}
