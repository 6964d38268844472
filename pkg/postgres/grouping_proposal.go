package postgres

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var groupingProposals = kind[programme.GroupingProposal, *programme.GroupingProposal]{
	complete: func(tx *gorm.DB, proposals []*programme.GroupingProposal) error {
		ids := make([]string, len(proposals))
		for i, p := range proposals {
			ids[i] = p.PeerChallengeID
		}
		challenges, err := challengesByID(tx, ids)
		for _, p := range proposals {
			p.Challenge = challenges[p.PeerChallengeID]
		}
		return err
	},
	linked: obstacles,
	reads:  []string{"peer-challenge"},
	cited: func(p *programme.GroupingProposal) []citation {
		return []citation{citePeriod("/period", p.Period), citeIndicators("/indicators", p.Indicators)}
	},
}

// GroupingProposals lists the proposals that were made for a challenge, in order of
// creation.
func (s *Store) GroupingProposals(actor programme.Actor, challenge string) programme.Listing[programme.GroupingProposal] {
	return list(s, actor, groupingProposals, "", func(q *gorm.DB) *gorm.DB { return q.Where("peer_challenge_id = ?", challenge) })
}

// GroupingProposal reads one proposal. The error is NotFound.
func (s *Store) GroupingProposal(ctx context.Context, actor programme.Actor, id string) (programme.GroupingProposal, error) {
	return get(ctx, s, actor, groupingProposals, id)
}

// ProposeGroups divides the boroughs that belong to the challenge's sub-region, see
// [programme.GroupingProposal.Propose], and keeps the proposal. bands has the quartile
// bands by borough and indicator, in the proposal's period. The error is NotFound if there is
// no such challenge, Forbidden for anyone but the programme's team, Conflict if the
// challenge takes no groups any more, and Invalid if the question breaks its rules or
// names a period or an indicator that is not there.
func (s *Store) ProposeGroups(ctx context.Context, actor programme.Actor, challenge string, p programme.GroupingProposal, bands map[string]map[string]string) (programme.GroupingProposal, error) {
	return add(ctx, s, actor, groupingProposals, p, func(w *work, p *programme.GroupingProposal) error {
		c, err := hold(w, peerChallenges, challenge)
		if err != nil {
			return err
		}
		if err := c.May(actor, programme.ProposeGroups); err != nil {
			return err
		}
		p.PeerChallengeID, p.Challenge, p.State, p.Audience = challenge, c, programme.ProposalOpen, programme.TeamOnly()
		members, err := membersOn(w.tx, c.SubRegion, c.MembersOn())
		if err != nil {
			return err
		}
		past, leftOut, err := pairingsBefore(w.tx, c.Cycle, p.Cycles, members)
		if err != nil {
			return err
		}
		p.IllustrativeLeftOut = leftOut
		return programme.Together(check(w, groupingProposals, p), p.Propose(members, past, bands))
	})
}

// AcceptGroupingProposal creates the proposal's groups in its challenge, and their challenge
// days, all or none. The error is Forbidden, NotFound, Stale, Conflict if it is accepted
// already, the challenge takes no groups any more, or one of the boroughs is in a
// group of it or has left the sub-region, or Invalid for what the groups cannot be.
func (s *Store) AcceptGroupingProposal(ctx context.Context, actor programme.Actor, id string, version int64, a programme.GroupingAcceptance) (row programme.GroupingProposal, groups []programme.PeerChallengeGroup, days []programme.Event, err error) {
	err = s.act(ctx, actor, func(w *work) (err error) {
		if err := holdChallengeOf(w, groupingProposals, id, func(p *programme.GroupingProposal) string { return p.PeerChallengeID }); err != nil {
			return err
		}
		row, err = change(w.ctx, s, actor, groupingProposals, id, version, programme.AcceptProposal, func(w *work, p *programme.GroupingProposal) (err error) {
			groups, days, err = formGroups(w, p, a)
			return err
		})
		return err
	})
	if err != nil {
		return programme.GroupingProposal{}, nil, nil, err
	}
	return row, groups, days, nil
}

// obstacles reads of each proposal what of its boroughs stands in its way. Of what
// cannot be accepted anyway, or not by the actor, nothing is asked.
func obstacles(tx *gorm.DB, actor programme.Actor, proposals []*programme.GroupingProposal) error {
	var open []*programme.GroupingProposal
	var challenges, codes array
	for _, p := range proposals {
		p.Obstacle = nil
		if p.May(actor, programme.AcceptProposal) == nil {
			open, challenges, codes = append(open, p), append(challenges, p.PeerChallengeID), append(codes, p.Boroughs()...)
		}
	}
	if len(open) == 0 {
		return nil
	}
	boroughs, memberships, err := boroughsIn(tx, codes)
	if err != nil {
		return err
	}
	var groups []programme.PeerChallengeGroup
	if err := beyondSight(tx).Where("peer_challenge_id = ANY (?)", challenges).Order("id").Find(&groups).Error; err != nil {
		return err
	}
	for _, p := range open {
		present := slices.DeleteFunc(slices.Clone(groups), func(g programme.PeerChallengeGroup) bool { return g.PeerChallengeID != p.PeerChallengeID })
		p.Obstruct(memberships, present, boroughs)
	}
	return nil
}

// boroughsIn reads the boroughs, and to which sub-regions they belong.
func boroughsIn(tx *gorm.DB, codes array) (boroughs []programme.Borough, memberships []programme.Membership, err error) {
	if err = tx.Where("code = ANY (?)", codes).Order("code").Find(&boroughs).Error; err == nil {
		err = tx.Where("borough_code = ANY (?)", codes).Order("id").Find(&memberships).Error
	}
	return boroughs, memberships, err
}

// formGroups makes groups of the proposal. The challenge must be held. Its boroughs
// and their memberships stay as they are from here on, so that they are asked once more.
func formGroups(w *work, p *programme.GroupingProposal, a programme.GroupingAcceptance) (groups []programme.PeerChallengeGroup, days []programme.Event, err error) {
	if _, err := w.boroughs(p.Boroughs()); err != nil {
		return nil, nil, err
	}
	if err := w.keepMemberships(p.Boroughs()); err != nil {
		return nil, nil, err
	}
	if err := obstacles(w.tx, w.actor, []*programme.GroupingProposal{p}); err != nil {
		return nil, nil, err
	}
	if err := p.May(w.actor, programme.AcceptProposal); err != nil {
		return nil, nil, err
	}
	present, err := w.groupsOf(p.PeerChallengeID)
	if err != nil {
		return nil, nil, err
	}
	taken := make([]string, len(present))
	for i := range present {
		taken[i] = present[i].Name
	}
	groups, of, err := p.Accepted(a, taken)
	if err != nil {
		return nil, nil, err
	}
	for i := range groups {
		g := &groups[i]
		if err := tell(w, peerChallengeGroups, g); err != nil {
			return nil, nil, err
		}
		if day, has := of[i]; has {
			day.PeerChallengeGroupID = &g.ID
			if err := tie(w, &day); err != nil {
				return nil, nil, err
			}
			if err := insert(w, events, &day); err != nil {
				return nil, nil, err
			}
			days = append(days, day)
		}
	}
	p.State = programme.ProposalAccepted
	return groups, days, w.followChallenge(&p.Challenge) // once, whatever the number of groups
}

// RotaFacts reads what a rota of the sub-region from the cycle on is made of.
func (s *Store) RotaFacts(ctx context.Context, subRegion string, first programme.Cycle, cycles int) (programme.RotaFacts, error) {
	var facts programme.RotaFacts
	err := s.atOneMoment(ctx, nil, func(l line, _ int64) (err error) {
		if facts.Boroughs, err = membersOn(l.DB, subRegion, first.Starts()); err == nil {
			facts.Past, facts.IllustrativeLeftOut, err = pairingsBefore(l.DB, first, cycles, facts.Boroughs)
		}
		return err
	})
	return orZero(facts, refusal(err))
}

// membersOn answers the codes of the boroughs that belong to the sub-region on the day, in order.
func membersOn(tx *gorm.DB, subRegion string, day programme.Date) ([]string, error) {
	codes := []string{}
	err := tx.Model(&programme.Membership{}).Where("sub_region_slug = ? AND valid_from <= ? AND coalesce(valid_to >= ?, true)", subRegion, day, day).
		Order("borough_code").Pluck("borough_code", &codes).Error
	return codes, err
}

// pairingsBefore answers who of the boroughs met in a group of any challenge of the last cycles
// before the given one, but for those that were cancelled, and for groups that are examples and
// no fact: in how many of these two of them met, it answers too.
func pairingsBefore(tx *gorm.DB, cycle programme.Cycle, cycles int, boroughs []string) (past []programme.Pairing, leftOut int, err error) {
	for ago := 1; ago <= cycles; ago++ {
		var groups []programme.PeerChallengeGroup
		if err := beyondSight(tx).Where("peer_challenge_id IN (SELECT id FROM peer_challenges WHERE cycle = ? AND state <> ?)", cycle.Before(ago), programme.ChallengeCancelled).
			Find(&groups).Error; err != nil {
			return nil, 0, err
		}
		for i := range groups {
			met := slices.DeleteFunc(groups[i].Pairings(ago), func(p programme.Pairing) bool {
				return !slices.Contains(boroughs, p.A) || !slices.Contains(boroughs, p.B)
			})
			switch {
			case groups[i].Illustrative == nil:
				past = append(past, met...)
			case len(met) > 0:
				leftOut++
			}
		}
	}
	return past, leftOut, nil
}

// dropProposals deletes a challenge's proposals, which are nothing without it.
func dropProposals(w *work, c *programme.PeerChallenge) error {
	proposals, err := locked[programme.GroupingProposal](w, "peer_challenge_id = ?", c.ID)
	if err != nil {
		return err
	}
	for i := range proposals {
		if err := erase[programme.GroupingProposal](w, &proposals[i]); err != nil {
			return err
		}
	}
	return nil
}
