package postgres

import (
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// forums reads what the rules of findings, actions and asks must know of the
// groups and reviews in which they arose, by id.
func forums(tx *gorm.DB, groups, reviews []string) (map[string]programme.Forum, error) {
	found := map[string]programme.Forum{}
	if len(groups) > 0 {
		var rows []programme.PeerChallengeGroup
		if err := tx.Where("id = ANY (?)", array(groups)).Find(&rows).Error; err != nil {
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
		if err := tx.Where("id = ANY (?)", array(reviews)).Find(&rows).Error; err != nil {
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
	if err := tx.Where("id = ANY (?)", array(ids)).Find(&rows).Error; err != nil {
		return nil, err
	}
	found := make(map[string]programme.PeerChallenge, len(rows))
	for _, c := range rows {
		found[c.ID] = c
	}
	return found, nil
}
