package postgres

import (
	"context"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// ImportBenchmarkingHistory brings the returns of past quarters that were collected
// elsewhere, whole or not at all; a dry run does the same and writes nothing. Quarters
// that are not there yet are made and marked as imported. What stands already is left as
// it is. The error is Forbidden for anyone but the programme's team, or Invalid and names
// what is wrong with the file.
func (s *Store) ImportBenchmarkingHistory(ctx context.Context, actor programme.Actor, number string, read func(returns.Asked) (*returns.HistoryFile, error), dry bool) (returns.HistoryResult, error) {
	var got returns.HistoryResult
	err := s.rehearse(ctx, actor, dry, func(w *work) error {
		if err := programme.TeamMay(actor); err != nil {
			return err
		}
		asked, err := askedBy(w.tx, number)
		if err != nil {
			return err
		}
		file, err := read(asked)
		if err != nil {
			return err
		}
		got = returns.HistoryResult{Reading: file.Reading, Quarters: []string{}}
		madeUp, err := w.takeQuarters(file, number, &got)
		if err != nil {
			return err
		}
		return w.bring(file, asked, madeUp, &got)
	})
	return orZero(got, err)
}

// takeQuarters locks the quarters of the file, in their order, and makes those that are
// not there. It answers those whose figures are made up.
func (w *work) takeQuarters(file *returns.HistoryFile, number string, got *returns.HistoryResult) (madeUp map[string]bool, err error) {
	codes := file.Quarters()
	var there []*returns.Quarter
	if err := beyondSight(w.tx).Clauses(forUpdate).Where("code = ANY (?)", array(codes)).Order("code").Find(&there).Error; err != nil {
		return nil, err
	}
	held := map[string]*returns.Quarter{}
	madeUp = map[string]bool{}
	for _, q := range there {
		held[q.Code], madeUp[q.Code] = q, q.Illustrative
	}
	var made []*returns.Quarter
	for _, code := range codes {
		if q := file.Take(code, number, held[code], w.today()); held[code] == nil {
			made = append(made, q)
		}
	}
	if err := file.Refuse(); err != nil {
		return nil, err
	}
	for _, q := range made {
		if err := insert(w, quarters, q); err != nil {
			return nil, err
		}
		got.Quarters = append(got.Quarters, q.Code)
	}
	return madeUp, nil
}

// bring writes the returns of which something else stands, or nothing.
func (w *work) bring(file *returns.HistoryFile, asked returns.Asked, madeUp map[string]bool, got *returns.HistoryResult) error {
	rows, standing, err := w.brought(file.Quarters())
	if err != nil {
		return err
	}
	var versions []returns.Version
	changed := map[string]int{}
	for _, r := range file.Returns {
		row := rows[[2]string{r.Quarter, r.Borough}]
		switch {
		case row == nil:
			row = &returns.Submission{Borough: r.Borough, Quarter: r.Quarter, Illustrative: madeUp[r.Quarter]}
			row.ID = newID()
			v := row.Imported(asked, r, w.now)
			if err := insert(w, benchmarkingSubmissions, row); err != nil {
				return err
			}
			v.SubmissionID = row.ID
			versions = append(versions, v)
			got.Created++
		case standing[row.ID] != nil && standing[row.ID].Says(asked, r):
			got.Unchanged++
			continue
		default:
			was, err := rememberOf(row)
			if err != nil {
				return err
			}
			if err := w.become(row.ID, row.Standing, returns.VersionSuperseded, "superseded_at"); err != nil {
				return err
			}
			versions = append(versions, row.Imported(asked, r, w.now))
			if err := save(w, benchmarkingSubmissions, was, row); err != nil {
				return err
			}
			got.Replaced++
		}
		changed[r.Quarter]++
		for _, v := range r.Values {
			if v.Status != returns.Missing {
				got.Values++
			}
		}
	}
	for _, code := range file.Quarters() {
		if changed[code] == 0 {
			continue
		}
		if err := w.tx.Exec("UPDATE quarters SET generation = generation + ? WHERE code = ?", changed[code], code).Error; err != nil {
			return err
		}
	}
	if len(versions) == 0 {
		return nil
	}
	return w.tx.CreateInBatches(&versions, versionsAtOnce).Error
}

// versionsAtOnce is how many versions one statement inserts: each has a dozen columns, and
// PostgreSQL takes 65,535 parameters.
const versionsAtOnce = 500

// brought answers the returns of the quarters, locked, and their versions that stand.
func (w *work) brought(quarters []string) (map[[2]string]*returns.Submission, map[string]*returns.Version, error) {
	var rows []*returns.Submission
	if err := beyondSight(w.tx).Clauses(forUpdate).Where("quarter_code = ANY (?)", array(quarters)).Order("id").Find(&rows).Error; err != nil {
		return nil, nil, err
	}
	var versions []*returns.Version
	err := w.tx.Where(`(submission_id, number) IN (SELECT id, standing FROM benchmarking_submissions WHERE quarter_code = ANY (?))`, array(quarters)).Find(&versions).Error
	of, standing := map[[2]string]*returns.Submission{}, map[string]*returns.Version{}
	for _, row := range rows {
		of[[2]string{row.Quarter, row.Borough}] = row
	}
	for _, v := range versions {
		standing[v.SubmissionID] = v
	}
	return of, standing, err
}
