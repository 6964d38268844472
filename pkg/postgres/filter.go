package postgres

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// Sees reports whether the record is there and the actor may see it. The noun is one
// of the records that a list can be narrowed to.
func (s *Store) Sees(ctx context.Context, actor programme.Actor, noun, id string) (bool, error) {
	see, is := sights[noun]
	if !is {
		return false, fmt.Errorf("no list is narrowed to a %s", noun)
	}
	seen, err := see(s, s.gorm.WithContext(ctx), actor, id)
	return seen, refusal(err)
}

// sights are how the records that lists can be narrowed to are looked for.
var sights = map[string]func(s *Store, db *gorm.DB, actor programme.Actor, key string) (bool, error){
	"peer-challenge":       sees[programme.PeerChallenge]("id"),
	"peer-challenge-group": sees[programme.PeerChallengeGroup]("id"),
	"peer-review":          sees[programme.PeerReview]("id"),
	"event":                sees[programme.Event]("id"),
	"finding":              sees[programme.Finding]("id"),
	"quarter":              sees[returns.Quarter]("code"),
	"self-evaluation":      seesBy[evaluation.SelfEvaluation]("id", (*Store).shownTo),
}

func sees[T any](column string) func(s *Store, db *gorm.DB, actor programme.Actor, key string) (bool, error) {
	return seesBy[T](column, func(_ *Store, actor programme.Actor) func(*gorm.DB) *gorm.DB { return visibleTo(actor) })
}

func seesBy[T any](column string, sight func(s *Store, actor programme.Actor) func(*gorm.DB) *gorm.DB) func(s *Store, db *gorm.DB, actor programme.Actor, key string) (bool, error) {
	return func(s *Store, db *gorm.DB, actor programme.Actor, key string) (bool, error) {
		var found int64
		err := db.Model(new(T)).Scopes(sight(s, actor)).Where(clause.Eq{Column: column, Value: key}).Count(&found).Error
		return found > 0, err
	}
}
