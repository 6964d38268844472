package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// PeerChallengesByID reads those of the challenges that are there and that the actor may
// see, by their ids.
func (s *Store) PeerChallengesByID(ctx context.Context, actor programme.Actor, ids []string) (map[string]*programme.PeerChallenge, error) {
	return byIDs(ctx, s, actor, peerChallenges, ids)
}

// PeerChallengeGroupsByID reads groups likewise.
func (s *Store) PeerChallengeGroupsByID(ctx context.Context, actor programme.Actor, ids []string) (map[string]*programme.PeerChallengeGroup, error) {
	return byIDs(ctx, s, actor, peerChallengeGroups, ids)
}

// PeerReviewsByID reads reviews likewise.
func (s *Store) PeerReviewsByID(ctx context.Context, actor programme.Actor, ids []string) (map[string]*programme.PeerReview, error) {
	return byIDs(ctx, s, actor, peerReviews, ids)
}

func byIDs[T any, R record[T]](ctx context.Context, s *Store, actor programme.Actor, k kind[T, R], ids []string) (map[string]*T, error) {
	db := s.gorm.WithContext(ctx)
	var rows []T
	err := db.Scopes(visibleTo(actor)).Where("id = ANY (?)", array(ids)).Find(&rows).Error
	if err == nil {
		err = completed(db, k, rows)
	}
	found := make(map[string]*T, len(rows))
	for i := range rows {
		found[R(&rows[i]).Of().ID] = &rows[i]
	}
	return found, refusal(err)
}

// GroupsOfChallenges reads those of the challenges' groups that the actor may see, by the
// challenges' ids, each in order of creation.
func (s *Store) GroupsOfChallenges(ctx context.Context, actor programme.Actor, ids []string) (map[string][]programme.PeerChallengeGroup, error) {
	db := s.gorm.WithContext(ctx)
	var rows []programme.PeerChallengeGroup
	err := db.Scopes(visibleTo(actor)).Where("peer_challenge_id = ANY (?)", array(ids)).Order("id").Find(&rows).Error
	if err == nil {
		err = completed(db, peerChallengeGroups, rows)
	}
	found := map[string][]programme.PeerChallengeGroup{}
	for _, g := range rows {
		found[g.PeerChallengeID] = append(found[g.PeerChallengeID], g)
	}
	return found, refusal(err)
}

// belonging is how rows belong to records: by an expression that is a record's id, and by
// a condition that they belong to one of some records, which an index answers.
type belonging struct{ of, among string }

const (
	groupsOfChallenges = "SELECT g.id FROM peer_challenge_groups g WHERE g.peer_challenge_id = ANY (?)"
	challengeOfGroup   = "(SELECT g.peer_challenge_id FROM peer_challenge_groups g WHERE g.id = peer_challenge_group_id)"
)

// findingsOf and actionsOf are by the noun of the record that they belong to.
var (
	findingsOf = map[string]belonging{
		"peer-challenge":       {challengeOfGroup, "peer_challenge_group_id IN (" + groupsOfChallenges + ")"},
		"peer-challenge-group": {"peer_challenge_group_id", "peer_challenge_group_id = ANY (?)"},
		"peer-review":          {"peer_review_id", "peer_review_id = ANY (?)"},
	}
	actionsOf = map[string]belonging{
		"peer-challenge":       byFinding(findingsOf["peer-challenge"]),
		"peer-challenge-group": byFinding(findingsOf["peer-challenge-group"]),
		"peer-review":          byFinding(findingsOf["peer-review"]),
		"finding":              {"finding_id", "finding_id = ANY (?)"},
	}
)

// byFinding is how actions belong to what their finding belongs to.
func byFinding(finding belonging) belonging {
	return belonging{
		"(SELECT " + finding.of + " FROM findings f WHERE f.id = finding_id)",
		"finding_id IN (SELECT f.id FROM findings f WHERE " + finding.among + ")",
	}
}

// FindingCounts counts the findings that the actor may see and that belong to records of
// the noun, by the records' ids. Those that have none are left out.
func (s *Store) FindingCounts(ctx context.Context, actor programme.Actor, noun string, ids []string) (map[string]int, error) {
	return countOf(s.gorm.WithContext(ctx).Model(new(programme.Finding)).Scopes(visibleTo(actor)), findingsOf[noun], ids)
}

// OpenActionCounts counts likewise the open actions about such findings or, where the noun
// is finding, about those.
func (s *Store) OpenActionCounts(ctx context.Context, actor programme.Actor, noun string, ids []string) (map[string]int, error) {
	open := s.gorm.WithContext(ctx).Model(new(programme.Action)).Scopes(visibleTo(actor)).Where("state = ?", programme.ActionOpen)
	return countOf(open, actionsOf[noun], ids)
}

// belongingTo leaves what belongs to the record, if one is given.
func belongingTo(q *gorm.DB, b belonging, id *string) *gorm.DB {
	if id == nil {
		return q
	}
	return q.Where(b.among, array{*id})
}

func countOf(q *gorm.DB, b belonging, ids []string) (map[string]int, error) {
	var rows []struct {
		Whole string
		N     int
	}
	err := q.Where(b.among, array(ids)).Select(b.of + " AS whole, count(*) AS n").Group("whole").Scan(&rows).Error
	counts := make(map[string]int, len(rows))
	for _, row := range rows {
		counts[row.Whole] = row.N
	}
	return counts, refusal(err)
}
