package postgres

import (
	"errors"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// forums reads what the rules of findings, actions and asks must know of the
// groups and reviews in which they arose, by id.
func forums(tx *gorm.DB, groups, reviews []string) (map[string]programme.Forum, error) {
	found := map[string]programme.Forum{}
	if len(groups) > 0 {
		var rows []programme.PeerChallengeGroup
		if err := beyondSight(tx).Where("id = ANY (?)", array(groups)).Find(&rows).Error; err != nil {
			return nil, err
		}
		challenges, err := challengesOf(tx, rows)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			found[rows[i].ID] = rows[i].Forum(challenges[rows[i].PeerChallengeID])
		}
	}
	if len(reviews) > 0 {
		var rows []programme.PeerReview
		if err := beyondSight(tx).Where("id = ANY (?)", array(reviews)).Find(&rows).Error; err != nil {
			return nil, err
		}
		for i := range rows {
			found[rows[i].ID] = rows[i].Forum()
		}
	}
	return found, nil
}

// challengesOf reads the challenges of the groups, by id.
func challengesOf(tx *gorm.DB, groups []programme.PeerChallengeGroup) (map[string]programme.PeerChallenge, error) {
	ids := make([]string, len(groups))
	for i := range groups {
		ids[i] = groups[i].PeerChallengeID
	}
	return challengesByID(tx, ids)
}

func challengesByID(tx *gorm.DB, ids []string) (map[string]programme.PeerChallenge, error) {
	var rows []programme.PeerChallenge
	if err := beyondSight(tx).Where("id = ANY (?)", array(ids)).Find(&rows).Error; err != nil {
		return nil, err
	}
	found := make(map[string]programme.PeerChallenge, len(rows))
	for _, c := range rows {
		found[c.ID] = c
	}
	return found, nil
}

// holdForum reads the group or the review in which something arises, if the actor
// may see it, and who may see what is found there. It stays as it is until the
// transaction ends, and so does a group's challenge, on whose state the rules
// depend. Whoever changes findings or actions begins with it, so that all take
// challenge, group or review, finding and action in this order and nobody waits for
// each other. Where there is no such forum its boroughs are nil.
func (w *work) holdForum(group, review *string) (f programme.Forum, seen programme.Audience, err error) {
	switch {
	case group != nil && uuid.Validate(*group) == nil:
		const challenge = "id = (SELECT peer_challenge_id FROM peer_challenge_groups WHERE id = ?)"
		var c programme.PeerChallenge
		var g programme.PeerChallengeGroup
		if err = beyondSight(w.tx).Clauses(forShare).Where(challenge, *group).Take(&c).Error; err == nil {
			err = w.tx.Scopes(visibleTo(w.actor)).Clauses(forShare).Where("id = ?", *group).Take(&g).Error
		}
		if err == nil {
			f, seen = g.Forum(c), programme.Parties(g.Boroughs()...)
		}
	case review != nil && uuid.Validate(*review) == nil:
		var r programme.PeerReview
		if err = w.tx.Scopes(visibleTo(w.actor)).Clauses(forShare).Where("id = ?", *review).Take(&r).Error; err == nil {
			f, seen = r.Forum(), ofFindings(&r)
		}
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = nil
	}
	return f, seen, err
}

// ofFindings is the audience of a review's findings: whoever sees the review, but
// for reporting tools, which see reports and no findings.
func ofFindings(r *programme.PeerReview) programme.Audience {
	return r.Audience.And(programme.EveryBorough())
}

// audienceFollows gives what was found in a group or a review the audience that
// follows from its new members, team or publication, as new versions, so that the
// feed tells whoever sees them now, or does not any more. Actions stay with the
// parties: publishing a report publishes none. Whom it is about sees what is about
// it, even when it has left. What has the right audience already is left alone.
// The forum's own row must be locked.
func (w *work) audienceFollows(forumID string, boroughs []string, findings programme.Audience) error {
	parties := programme.Parties(boroughs...)
	ofForum := "peer_challenge_group_id = ? OR peer_review_id = ?"
	err := alterAll(w, func(f *programme.Finding) bool { return reseen(f, findings.With(f.Borough)) }, ofForum, forumID, forumID)
	if err != nil {
		return err
	}
	return alterAll(w, func(a *programme.Action) bool { return reseen(a, parties.With(a.Borough)) },
		"finding_id IN (SELECT id FROM findings WHERE "+ofForum+")", forumID, forumID)
}

// reseen gives the record the audience, and reports whether it had another.
func reseen(r programme.Record, audience programme.Audience) bool {
	head := r.Of()
	had := head.Audience
	head.Audience = audience
	return !slices.Equal(had, audience)
}
