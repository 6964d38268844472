package postgres

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// AcceptBenchmarkingSubmission lets what is under review stand; what stood before is
// superseded in the same moment. The error is Forbidden for anyone but the programme's
// team, NotFound, Stale, or Conflict if nothing is under review or it is queried.
func (s *Store) AcceptBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64) (returns.Submission, error) {
	var row returns.Submission
	err := s.act(ctx, actor, func(w *work) (err error) {
		if err = w.lockQuartersOf(id); err == nil {
			row, err = w.accept(id, version)
		}
		return err
	})
	return orZero(row, err)
}

// AcceptBenchmarkingSubmissions does the same with several: all or none or, where
// partial says so, each that nothing stops. What stops one stands with it, and those that
// stand have their new version. Where all are to be accepted and one is stopped, the
// error is Invalid and names each that is. It is Forbidden for anyone but the
// programme's team.
func (s *Store) AcceptBenchmarkingSubmissions(ctx context.Context, actor programme.Actor, all []returns.Acceptance, partial, dry bool) ([]returns.Acceptance, error) {
	done := slices.Clone(all)
	err := s.rehearse(ctx, actor, dry, func(w *work) error {
		if err := programme.TeamMay(actor); err != nil {
			return err
		}
		ids := make([]string, len(all))
		for i := range all {
			ids[i] = all[i].ID
		}
		if err := w.lockQuartersOf(ids...); err != nil {
			return err
		}
		stopped, err := w.each(len(all), partial, func(i int) error {
			row, err := w.accept(all[i].ID, all[i].Version)
			done[i].Version = row.Version
			return err
		})
		for i, why := range stopped {
			done[i].Err = why
		}
		return err
	})
	return done, err
}

// lockQuartersOf locks the quarters of the returns, in one order, before the returns
// themselves, as all do who send: a quarter's generation is what answers about its
// figures are kept under.
func (w *work) lockQuartersOf(ids ...string) error {
	known := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return uuid.Validate(id) != nil }) // PostgreSQL would call it a syntax error
	return w.tx.Exec("SELECT FROM quarters WHERE code IN (SELECT quarter_code FROM benchmarking_submissions WHERE id = ANY (?)) ORDER BY code FOR UPDATE", array(known)).Error
}

func (w *work) accept(id string, version int64) (returns.Submission, error) {
	return change(w.ctx, w.store, w.actor, benchmarkingSubmissions, id, version, returns.Accept, func(w *work, row *returns.Submission) error {
		former := row.Stand()
		if err := w.become(id, former, returns.VersionSuperseded, "superseded_at"); err != nil {
			return err
		}
		if err := w.become(id, row.Standing, returns.VersionAccepted, "closed_at"); err != nil {
			return err
		}
		return w.tx.Exec("UPDATE quarters SET generation = generation + 1 WHERE code = ?", row.Quarter).Error
	})
}
