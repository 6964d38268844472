package postgres

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// BenchmarkingReport judges the draft, where the actor sees it, or else the newest
// version that was not withdrawn, by its own version of the framework or the one that is
// named, which the actor may see. The error is NotFound.
func (s *Store) BenchmarkingReport(ctx context.Context, actor programme.Actor, id string, framework *string) (got returns.PostingResult, err error) {
	tx := s.gorm.WithContext(ctx)
	if got.Submission, err = read(tx.Scopes(visibleTo(actor)), benchmarkingSubmissions, id); err != nil {
		return got, refusal(err)
	}
	row := &got.Submission
	draft, said := row.Draft, row.Explanations
	if draft == nil || !actor.WritesFor(row.Borough) {
		v, err := lastVersion(tx, id)
		if err != nil {
			return got, refusal(err)
		}
		if v == nil {
			return got, missing[returns.Submission]()
		}
		draft, said, got.Number = &returns.Draft{Framework: v.Framework, Values: v.Values}, v.Explanations, &v.Number
	}
	by := draft.Framework
	if framework != nil {
		by = *framework
	}
	judging, err := judgingOf(tx, row, by, longestPast)
	if err == nil {
		got.Report = judging.Report(draft, said)
	}
	return got, refusal(err)
}

// lastVersion answers the newest version that was not withdrawn, or nil.
func lastVersion(tx *gorm.DB, id string) (*returns.Version, error) {
	var v returns.Version
	err := tx.Where("submission_id = ? AND state <> ?", id, returns.VersionWithdrawn).Order("number DESC").Take(&v).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // nothing that was sent stands
	}
	return &v, err
}
