package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var benchmarkingSubmissions = kind[returns.Submission, *returns.Submission]{
	orders: byChange,
	reads:  []string{"quarter", "extension", "correction-window", "framework", "membership", "authorisation"}, // what steps and the sub-region follow from
	linked: submissionFacts,
	before: func(_ *work, s *returns.Submission) error {
		s.Explanations, s.Thread = programme.OrEmpty(s.Explanations), programme.OrEmpty(s.Thread)
		s.See()
		return nil
	},
}

// BenchmarkingSubmissions lists the returns that the actor may see and the filter
// leaves, in order of creation or as sort says.
func (s *Store) BenchmarkingSubmissions(actor programme.Actor, f returns.SubmissionFilter, sort string) programme.Listing[returns.Submission] {
	return list(s, actor, benchmarkingSubmissions, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "borough_code = ?", f.Borough)
		if f.Boroughs != nil {
			q = q.Where("borough_code = ANY (?)", array(f.Boroughs))
		}
		q = where(q, "quarter_code = ?", f.Quarter)
		q = anyOf(q, "state", f.States)
		if f.Drafted || f.Unexplained {
			q = q.Where("draft IS NOT NULL AND borough_code = ANY (?)", array(append(slices.Clone(actor.Boroughs), actor.Borough)))
		}
		if f.Unexplained {
			q = q.Where("id = ANY (?)", s.unexplained(q, actor))
		}
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// unexplained answers the ids of the returns whose draft the actor works on and has a
// warning that nobody has explained. There are a few for each borough.
func (s *Store) unexplained(q *gorm.DB, actor programme.Actor) array {
	tx := s.gorm.WithContext(q.Statement.Context)
	var rows []*returns.Submission
	err := tx.Scopes(visibleTo(actor)).Where("draft IS NOT NULL").Find(&rows).Error
	if err == nil {
		err = draftReports(tx, actor, rows)
	}
	if err != nil {
		_ = q.AddError(err)
	}
	ids := array{}
	for _, row := range rows {
		if r := row.Facts.Report; r != nil && r.Open > 0 {
			ids = append(ids, row.ID)
		}
	}
	return ids
}

// BenchmarkingSubmission reads one return. The error is NotFound.
func (s *Store) BenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string) (returns.Submission, error) {
	return get(ctx, s, actor, benchmarkingSubmissions, id)
}

// BoroughBenchmarkingSubmission reads a borough's return for a quarter. The error is
// NotFound.
func (s *Store) BoroughBenchmarkingSubmission(ctx context.Context, actor programme.Actor, borough, quarter string) (row returns.Submission, err error) {
	tx := s.gorm.WithContext(ctx)
	if err = submissionOf(tx.Scopes(visibleTo(actor)), borough, quarter, &row); err == nil {
		err = forSteps(tx, actor, benchmarkingSubmissions, []*returns.Submission{&row})
	}
	return orZero(row, refusal(err))
}

func submissionOf(q *gorm.DB, borough, quarter string, row *returns.Submission) error {
	err := q.Where("quarter_code = ? AND borough_code = ?", quarter, borough).Take(row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return missing[returns.Submission]()
	}
	return err
}

// PutBenchmarkingSubmissions takes several returns: all or none or, where partial says
// so, each that is not refused. The error of each stands with it. Where all are to be
// taken and one is refused, the error is Forbidden if one is another borough's, else
// Invalid, and names each that is refused. postings answers them, given what a quarter
// asks.
func (s *Store) PutBenchmarkingSubmissions(ctx context.Context, actor programme.Actor, postings func(asked func(quarter string) (returns.Asked, bool)) ([]returns.Posting, error), partial, dry bool) ([]returns.PostingResult, error) {
	var all []returns.PostingResult
	err := s.rehearse(ctx, actor, dry, func(w *work) error {
		postings, err := w.sent(postings)
		if err != nil {
			return err
		}
		all = make([]returns.PostingResult, len(postings))
		refused, err := w.each(len(postings), partial, func(i int) error {
			p := &postings[i]
			if !actor.WritesFor(p.Borough) {
				return errNotOwn
			}
			g, err := w.ground(p.Borough, p.Quarter)
			if err == nil {
				all[i], err = w.receive(p, g, false) // the next may be of the same return
			}
			return err
		})
		for i, why := range refused {
			if why != nil {
				all[i] = returns.PostingResult{Outcome: returns.Declined, Err: why}
			}
			all[i].Borough, all[i].Quarter = postings[i].Borough, postings[i].Quarter
		}
		return err
	})
	return all, err
}

// sent answers the returns that were sent, which are read by what their quarters ask.
func (w *work) sent(postings func(asked func(quarter string) (returns.Asked, bool)) ([]returns.Posting, error)) ([]returns.Posting, error) {
	var failed error
	sent, err := postings(func(quarter string) (returns.Asked, bool) {
		row := returns.Submission{Quarter: quarter}
		err := windowFacts(w.tx, []*returns.Submission{&row})
		if err != nil || row.Facts.Quarter == nil {
			failed = cmp.Or(failed, err)
			return returns.Asked{}, false
		}
		number, err := w.asksFor(&row)
		if err != nil {
			failed = cmp.Or(failed, err)
			return returns.Asked{}, false
		}
		asked, err := askedBy(w.tx, number)
		failed = cmp.Or(failed, err)
		return asked, err == nil
	})
	return sent, cmp.Or(failed, err)
}

// each does something with each of several, and takes back what one has written that is
// refused. It answers why each was; where not each is taken by itself, that is the error.
// What fails otherwise fails for all.
func (w *work) each(n int, partial bool, do func(i int) error) (refused []error, err error) {
	refused = make([]error, n)
	for i := range n {
		if err := w.tx.SavePoint("one").Error; err != nil {
			return nil, err
		}
		err := do(i)
		if of, is := errors.AsType[*programme.Error](refusal(err)); is && of.Kind != programme.Internal && of.Kind != programme.Unavailable {
			refused[i], err = of, w.tx.RollbackTo("one").Error
		}
		if err != nil {
			return nil, err
		}
	}
	if !partial {
		err = returns.NoneRefused(refused)
	}
	return refused, err
}

// rehearse acts or, in a dry run, does all of it and takes it back.
func (s *Store) rehearse(ctx context.Context, actor programme.Actor, dry bool, do func(w *work) error) error {
	err := s.act(ctx, actor, func(w *work) error {
		if err := do(w); err != nil || !dry {
			return err
		}
		return errDry
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}

// asksFor answers the version of the framework by which a return is judged that comes
// now. Until the window opens none holds, and the window is what is said.
func (w *work) asksFor(row *returns.Submission) (string, error) {
	if number := row.Facts.Quarter.Asks(w.today(), w.store.rules.Zone); number != nil {
		return *number, nil
	}
	if err := programme.MayNow(row, w.actor, programme.Edit, w.today()); err != nil {
		return "", err
	}
	return "", programme.Errorf(programme.Conflict, programme.CodeNoFramework, "No framework is published that says what the quarter asks for.")
}

// head answers what the borough has sent last: the draft, or the newest version that
// was not withdrawn. It is nil where there is nothing.
func (w *work) head(row *returns.Submission) (*returns.Draft, error) {
	if row.Draft != nil || row.Numbers == 0 {
		return row.Draft, nil
	}
	v, err := lastVersion(w.tx, row.ID)
	if v == nil {
		return nil, err
	}
	return &returns.Draft{Framework: v.Framework, Values: v.Values}, nil
}

// DeleteBenchmarkingSubmission discards the draft at the version: where nothing was
// submitted, the return itself. The error is Forbidden, NotFound, Stale, or Conflict if
// there is no draft.
func (s *Store) DeleteBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return s.act(ctx, actor, func(w *work) error {
		row, err := hold(w, benchmarkingSubmissions, id)
		if err != nil {
			return err
		}
		if row.Numbers == 0 {
			return drop(w.ctx, s, actor, benchmarkingSubmissions, id, version, nil)
		}
		_, err = change(w.ctx, s, actor, benchmarkingSubmissions, id, version, programme.Delete, func(_ *work, row *returns.Submission) error {
			row.Draft = nil
			return nil
		})
		return err
	})
}

// ExplainBenchmarkingSubmission adds explanations of the draft's warnings. The error is
// Forbidden, NotFound, Stale, Conflict if there is no draft or the window is closed, or
// Invalid if there is no such warning.
func (s *Store) ExplainBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, said returns.Explained) (returns.Submission, error) {
	return change(ctx, s, actor, benchmarkingSubmissions, id, version, returns.Clarify, func(w *work, row *returns.Submission) error {
		judge, err := judgingOf(w.tx, row, row.Draft.Framework, longestPast)
		if err != nil {
			return err
		}
		return judge.Explain(row, actor, said, w.now)
	})
}

// SubmitBenchmarkingSubmission gives the draft at the version a number. The error is
// Forbidden for who may not sign, NotFound, Stale, or Conflict if there is no draft,
// the report keeps it back, or the window does not take it.
func (s *Store) SubmitBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64) (returns.Submission, error) {
	return change(ctx, s, actor, benchmarkingSubmissions, id, version, returns.Submit, func(w *work, row *returns.Submission) error {
		by, err := row.Authority(actor, w.today())
		if err == nil {
			err = w.holdAuthority(by)
		}
		if err != nil {
			return err
		}
		former := row.UnderReview
		v := row.Send(actor, by, w.now, w.today())
		if err := w.become(id, former, returns.VersionSuperseded, "superseded_at"); err != nil {
			return err
		}
		canonical, err := v.Signed(row.Borough, row.Quarter).Canonical()
		if err != nil {
			return err
		}
		if v.ReceiptID, err = w.seal(v.Receipt(row, actor), canonical); err != nil {
			return err
		}
		row.ReceiptID = v.ReceiptID
		return w.tx.Create(&v).Error
	})
}

// become says what has become of a version, and when, if there is one.
func (w *work) become(id string, number *int, state returns.VersionState, at string) error {
	if number == nil {
		return nil
	}
	changes := map[string]any{"state": state}
	if at != "" {
		changes[at] = w.now
	}
	return one(w.tx.Model(&returns.Version{}).Where("submission_id = ? AND number = ?", id, *number).UpdateColumns(changes))
}

// WithdrawBenchmarkingSubmission takes back what is under review. The error is
// Forbidden, NotFound, Stale, Conflict if nothing is, or Invalid without a reason.
func (s *Store) WithdrawBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64) (returns.Submission, error) {
	return change(ctx, s, actor, benchmarkingSubmissions, id, version, programme.Withdraw, func(w *work, row *returns.Submission) error {
		if err := actor.WithReason(); err != nil {
			return err
		}
		versions, err := versionsOf(w.tx, id)
		if err != nil {
			return err
		}
		taken := row.TakeBack(versions, w.now)
		return w.become(id, &taken.Number, returns.VersionWithdrawn, "closed_at")
	})
}

// QueryBenchmarkingSubmission asks about what is under review. The error is Forbidden
// for anyone but the programme's team, NotFound, Stale, Conflict if nothing is or it is
// queried already, or Invalid if the question names counts that are not asked for.
func (s *Store) QueryBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, q returns.Question) (returns.Submission, error) {
	return change(ctx, s, actor, benchmarkingSubmissions, id, version, returns.ToQuery, func(w *work, row *returns.Submission) error {
		v, err := lastVersion(w.tx, id)
		if err != nil {
			return err
		}
		judge, err := judgingOf(w.tx, row, v.Framework, longestPast)
		if err != nil {
			return err
		}
		if err := judge.KnowsCounts(q.Counts); err != nil {
			return err
		}
		q.ID = newID()
		row.Ask(q, w.now)
		return w.become(id, row.UnderReview, returns.VersionQueried, "")
	})
}

// AnswerBenchmarkingSubmission answers what was asked. The error is Forbidden,
// NotFound, Stale, or Conflict if nothing was.
func (s *Store) AnswerBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, text string) (returns.Submission, error) {
	return change(ctx, s, actor, benchmarkingSubmissions, id, version, returns.Answer, func(w *work, row *returns.Submission) error {
		row.Reply(actor, text, w.now)
		return w.become(id, row.UnderReview, returns.VersionSubmitted, "")
	})
}

// BenchmarkingVersions lists the versions of a return that the actor may see, by
// number. The error is NotFound.
func (s *Store) BenchmarkingVersions(actor programme.Actor, id string) programme.Listing[returns.Version] {
	return listed(s, benchmarkingSubmissions.madeOf(), lastHeard(actor), func(v *returns.Version) []string { return []string{fmt.Sprintf("%06d", v.Number)} }, func(db *gorm.DB) ([]returns.Version, error) {
		row, err := read(db.Scopes(visibleTo(actor)), benchmarkingSubmissions, id)
		if err != nil {
			return nil, err
		}
		versions, err := versionsOf(db.Session(&gorm.Session{NewDB: true}), id)
		for i := range versions {
			versions[i].Illustrative = row.Illustrative
		}
		return versions, err
	})
}

// BenchmarkingVersion reads one version. The error is NotFound.
func (s *Store) BenchmarkingVersion(ctx context.Context, actor programme.Actor, id string, number int) (v returns.Version, err error) {
	tx := s.gorm.WithContext(ctx)
	row, err := read(tx.Scopes(visibleTo(actor)), benchmarkingSubmissions, id)
	if err == nil {
		err = tx.Where("submission_id = ? AND number = ?", id, number).Take(&v).Error
		v.Illustrative = row.Illustrative
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no version with this number.")
	}
	return orZero(v, refusal(err))
}

func versionsOf(tx *gorm.DB, id string) ([]returns.Version, error) {
	var versions []returns.Version
	return versions, tx.Where(clause.Eq{Column: "submission_id", Value: id}).Order("number").Find(&versions).Error
}
