package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var (
	errNotOwn = programme.NotYours("Only the borough's own people and systems may do this.")
	// errMore says that a dry run takes more than one trip: there is nothing yet that it could
	// replace, or something was granted.
	errMore = errors.New("not all is known yet")
)

// PutBenchmarkingSubmission takes a whole return as the draft; a dry run does the same
// and writes nothing. The error is Forbidden for who is not of the borough, NotFound if
// there is no such quarter, Invalid if a value cannot be kept, PreconditionRequired or
// Stale if another than the present state was to be replaced, or Conflict if the
// window does not take it. What is there already is Unchanged, whatever the
// precondition.
func (s *Store) PutBenchmarkingSubmission(ctx context.Context, actor programme.Actor, p returns.Posting, dry bool) (got returns.PostingResult, err error) {
	if err := programme.SomebodyMay(actor); err != nil {
		return got, err
	}
	if !actor.WritesFor(p.Borough) {
		return got, errNotOwn
	}
	g, err := s.groundOf(ctx, actor, p.Borough, p.Quarter)
	if err != nil {
		return got, refusal(err)
	}
	take := func(w *work) (err error) {
		got, err = w.receive(&p, g, dry)
		return err
	}
	if !dry {
		return orZero(got, s.actBetween(ctx, actor, g.trip, take))
	}
	// What is there is judged without a transaction: everything is read in one round trip,
	// under the same locks, and nothing is written.
	err = s.readTogether(ctx, actor, g.trip, func(w *work) error {
		if len(g.rows) == 0 || g.granted {
			return errMore
		}
		return take(w)
	})
	if errors.Is(err, errMore) {
		err = s.rehearse(ctx, actor, dry, func(w *work) error {
			if err := w.ask(g.trip); err != nil {
				return err
			}
			return take(w)
		})
	}
	return orZero(got, err)
}

// ground is what the database says of a return that is sent.
type ground struct {
	trip   *trip // by which it is read, with locks on the quarter and then on the return, as all take them who accept
	grants *trip // by which is read what was granted, as seldom something is

	quarters    []returns.Quarter // one, or none
	rows        []returns.Submission
	granted     bool // whether there is any of the next two
	extensions  []returns.Extension
	corrections []returns.CorrectionWindow
	frameworks  []framework.Framework // all, without their documents
	past        []pastReturn
	given       []programme.Authorisation // by which the actor may submit
	codes       []string                  // of indicators that were asked for
	indicators  []benchmark.Indicator
}

// groundOf prepares how it is read. Whoever is told of it writes for the borough.
func (s *Store) groundOf(ctx context.Context, actor programme.Actor, borough, quarter string) (*ground, error) {
	g, t, db := &ground{grants: &trip{}}, &trip{}, s.gorm.WithContext(ctx)
	g.trip, g.codes = t, settledIn(db).indicators()
	const granted = "taken_back_at IS NULL AND quarter_code = $1 AND borough_code = $2"
	err := errors.Join(
		rowsOf(t, db, &g.quarters, "code = $1 FOR SHARE", quarter),
		rowsOf(t, db, &g.rows, "quarter_code = $1 AND borough_code = $2 FOR UPDATE", quarter, borough),
		rowsOf(g.grants, db, &g.extensions, granted+" ORDER BY id", quarter, borough),
		rowsOf(g.grants, db, &g.corrections, granted+" ORDER BY id", quarter, borough),
		askAuthorised(t, db, &g.given, actor, programme.ReturnDocument, borough),
	)
	if len(g.codes) > 0 {
		err = errors.Join(err, rowsOf(t, db, &g.indicators, "code = ANY ($1)", g.codes))
	}
	t.statements = append(t.statements, question{
		"SELECT id, number, state, published_at, EXISTS (SELECT FROM extensions WHERE " + granted + ") OR EXISTS (SELECT FROM correction_windows WHERE " + granted + ") FROM frameworks ORDER BY id",
		[]any{quarter, borough}, func(rows pgx.Rows) error {
			g.frameworks, g.granted = nil, true // as far as is known
			for rows.Next() {
				var f framework.Framework
				if err := rows.Scan(&f.ID, &f.Number, &f.State, &f.PublishedAt, &g.granted); err != nil {
					return err
				}
				g.frameworks = append(g.frameworks, f)
			}
			return nil
		},
	})
	t.ask(func() { g.past = make([]pastReturn, 0, longestPast) }, func(row pgx.Rows) error {
		var r pastReturn
		err := row.Scan(&r.Quarter, &r.Illustrative, &r.Of.Submission, &r.Of.Number, &r.Of.At, &r.Explanations)
		g.past = append(g.past, r)
		return err
	}, standingBefore, before(borough, quarter, longestPast))
	return g, err
}

// ground reads it where the work's transaction has begun already.
func (w *work) ground(borough, quarter string) (*ground, error) {
	g, err := w.store.groundOf(w.ctx, w.actor, borough, quarter)
	if err == nil {
		err = w.ask(g.trip)
	}
	return g, err
}

// receive takes one return, of which the ground was read in the work's transaction. A dry one
// is not written where there is nothing more that could refuse it.
func (w *work) receive(p *returns.Posting, g *ground, dry bool) (got returns.PostingResult, err error) {
	row, there, err := w.holdSubmission(p.Borough, p.Quarter, g)
	if err != nil {
		return got, err
	}
	number, err := w.asksFor(&row)
	if err != nil {
		return got, err
	}
	judge, err := w.judgingOn(g, &row, number)
	if err != nil {
		return got, err
	}
	sent, err := judge.Draft(p, row.Explanations)
	if err != nil {
		return got, err
	}
	head, err := w.head(&row)
	if err != nil {
		return got, err
	}
	switch {
	case there && head != nil && head.Equal(sent.Draft):
		got.Outcome = returns.Unchanged
	default:
		if got.Outcome, err = w.replace(&row, there, p, sent.Draft, dry); err != nil {
			return got, err
		}
	}
	if row.Draft != nil {
		row.Facts.Report, row.Facts.Authorised = &sent.Held, g.given
	}
	got.Submission, got.Reading, got.Report = row, sent.Reading, sent.Report
	return got, nil
}

// replace writes the draft, where the posting's precondition, the rules and the window
// let it.
func (w *work) replace(row *returns.Submission, there bool, p *returns.Posting, draft returns.Draft, dry bool) (returns.Outcome, error) {
	if err := p.Stands("return", there, row.Version); err != nil {
		return "", err
	}
	if err := programme.MayNow(row, w.actor, programme.Edit, w.today()); err != nil {
		return "", err
	}
	if !there {
		row.Draft = &draft
		return returns.Created, insert(w, benchmarkingSubmissions, row)
	}
	if dry {
		row.Draft = &draft
		return returns.Replaced, nil
	}
	was, err := rememberOf(row, "Draft")
	if err != nil {
		return "", err
	}
	row.Draft = &draft
	return returns.Replaced, save(w, benchmarkingSubmissions, was, row)
}

// holdSubmission answers a borough's return for a quarter, with its facts. Where there is none
// yet, it answers what would be one, and keeps others from making it.
func (w *work) holdSubmission(borough, quarter string, g *ground) (row returns.Submission, there bool, err error) {
	if len(g.rows) == 0 {
		if err := w.tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "return "+quarter+" "+borough).Error; err != nil {
			return row, false, err
		}
		if err := w.ask(g.trip); err != nil {
			return row, false, err
		}
	}
	if g.granted {
		if err := w.ask(g.grants); err != nil {
			return row, false, err
		}
	}
	row = returns.Submission{Borough: borough, Quarter: quarter, State: returns.Drafted}
	if there = len(g.rows) > 0; there {
		row = g.rows[0]
	}
	if len(g.quarters) == 0 {
		return row, there, programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no such quarter.")
	}
	of := &g.quarters[0]
	if of.Framework == nil {
		for _, f := range g.frameworks {
			if f.State == framework.Published {
				of.Published = append(of.Published, returns.Published{Number: f.Number, PublishedAt: *f.PublishedAt})
			}
		}
	}
	trusted(w.tx, g.given)
	row.Facts = returns.Facts{Quarter: of, Extensions: g.extensions, Corrections: g.corrections}
	row.Illustrative = of.Illustrative
	return row, there, nil
}

// judgingOn is [judgingOf] by what was read. Only where the framework has not been asked by yet
// are its indicators still to be read.
func (w *work) judgingOn(g *ground, row *returns.Submission, number string) (j returns.Judging, err error) {
	j = returns.Judging{Borough: row.Borough, Quarter: row.Quarter, Illustrative: row.Illustrative}
	i := slices.IndexFunc(g.frameworks, func(f framework.Framework) bool { return f.Number == number })
	if i < 0 {
		j.Asked, err = askedBy(w.tx, number)
	} else {
		j.Asked, err = frameworkDocument(w.tx, &g.frameworks[i])
	}
	if err != nil {
		return j, err
	}
	codes := indicatorsOf(j.Asked.Document)
	if slices.ContainsFunc(codes, func(code string) bool { return !slices.Contains(g.codes, code) }) {
		err = w.tx.Where("code = ANY (?)", array(codes)).Find(&j.Asked.Indicators).Error
	} else {
		for i := range g.indicators {
			if slices.Contains(codes, g.indicators[i].Code) {
				j.Asked.Indicators = append(j.Asked.Indicators, g.indicators[i])
			}
		}
	}
	if err != nil {
		return j, err
	}
	return j, setBeside(w.tx, &j, g.past)
}
