package postgres

import (
	"context"
	"errors"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

// theProgramme is the id of the only one.
const theProgramme = 1

// UpdateProgramme changes the programme's page at the version. The error is
// Forbidden for anyone but the programme's team, Stale, Invalid if it breaks its rules,
// or NotFound before the programme has been loaded.
func (s *Store) UpdateProgramme(ctx context.Context, actor programme.Actor, version int64, change func(*programme.Programme) error) (programme.Programme, error) {
	var p programme.Programme
	err := s.writeAs(ctx, actor, func(tx *gorm.DB) error {
		var before programme.Programme
		err := tx.Where(clause.Eq{Column: "id", Value: theProgramme}).Take(&before).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return programme.Errorf(programme.NotFound, programme.CodeNotFound, "The programme has not been described yet.")
		}
		if err != nil {
			return err
		}
		if err := sameVersion(before.Version, version); err != nil {
			return err
		}
		p = before
		if err := change(&p); err != nil {
			return err
		}
		noNilLists(&p)
		if err := p.Check(); err != nil {
			return err
		}
		if same, err := alike(before, p); err != nil || same {
			return err
		}
		now := s.now()
		p.ID, p.Version, p.UpdatedAt = theProgramme, nextVersion(version, now), now
		if err := saveAll(tx, &p); err != nil {
			return err
		}
		return s.audit(tx, actor, actionUpdate, "programme", strconv.Itoa(theProgramme), before, p)
	})
	return orZero(p, err)
}

// noNilLists makes empty lists of absent ones, because the columns hold arrays, and gives it
// the clocks of everybody where it has none of its own.
func noNilLists(p *programme.Programme) {
	if p.Summary == nil {
		p.Summary = []string{}
	}
	if p.Goals == nil {
		p.Goals = []string{}
	}
	if p.Contacts == nil {
		p.Contacts = []programme.Contact{}
	}
	p.InterviewGroups = programme.OrEmpty(p.InterviewGroups)
	p.PreparationTemplates = programme.OrEmpty(p.PreparationTemplates)
	p.ReviewClocks = p.ReviewClocks.Or(programme.DefaultReviewClocks())
}
