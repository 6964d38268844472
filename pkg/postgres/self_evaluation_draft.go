package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// PutSelfEvaluation takes a whole document as the draft; a dry run does the same and writes
// nothing. The error is Forbidden for who is not of the borough or may not write, Invalid if
// some of it cannot be kept, PreconditionRequired or Stale if another than the present state
// was to be replaced, or Conflict if it is signed. What is there already is Unchanged,
// whatever the precondition.
func (s *Store) PutSelfEvaluation(ctx context.Context, actor programme.Actor, p evaluation.Posting, dry bool) (got evaluation.PostingResult, err error) {
	if err := programme.SomebodyMay(actor); err != nil {
		return got, err
	}
	if !actor.WritesFor(p.Borough) {
		return got, errNotOwn
	}
	st, err := s.standOf(ctx, actor, &p)
	if err != nil {
		return got, refusal(err)
	}
	err = s.actBetween(ctx, actor, st.trip, func(w *work) (err error) {
		if dry {
			w.last = nil // or the database would not be asked whether it takes it
		}
		if got, err = w.receiveEvaluation(p, st); err == nil && dry {
			err = errDry
		}
		return err
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return orZero(got, err)
}

// stand is where a document comes to that is sent: the self-evaluation and what it stands among.
type stand struct {
	trip *trip // by which it is read, once the self-evaluation is locked

	rows   []evaluation.SelfEvaluation // one, or none
	around []neighbour
	given  []programme.Authorisation // by which a system may write
}

// standOf prepares how it is read. Whoever is told of it writes for the borough.
func (s *Store) standOf(ctx context.Context, actor programme.Actor, p *evaluation.Posting) (*stand, error) {
	st, t, db := &stand{}, &trip{}, s.gorm.WithContext(ctx)
	st.trip = t
	err := rowsOf(t, db, &st.rows, "cycle = $1 AND borough_code = $2 FOR UPDATE", string(p.Cycle), p.Borough)
	named := amidst(array{p.Borough})
	named["cycle"], named["borough"] = string(p.Cycle), p.Borough
	t.ask(func() { st.around = nil }, func(row pgx.Rows) error {
		var n neighbour
		err := row.Scan(&n.What, &n.Of, &n.Part, &n.Says, &n.Newest)
		st.around = append(st.around, n)
		return err
	}, aroundDraft, named)
	if actor.Is(programme.RoleBoroughSystem) {
		err = errors.Join(err, askAuthorised(t, db, &st.given, actor, programme.SelfEvaluationDocument, p.Borough))
	}
	return st, err
}

func (w *work) receiveEvaluation(p evaluation.Posting, st *stand) (got evaluation.PostingResult, err error) {
	row, there, err := w.evaluationToReplace(p, st)
	if err != nil {
		return got, err
	}
	if refused := programme.MayNow(&row, w.actor, programme.Edit, w.today()); refused != nil && programme.KindOf(refused) == programme.Forbidden {
		return got, refused
	}
	head, err := w.evaluationHead(&row)
	if err != nil {
		return got, err
	}
	outline := row.Facts.Outline
	if outline == nil { // there is no draft
		v, err := templateVersion(w.tx, head.TemplateID, head.TemplateVersion)
		if err != nil {
			return got, err
		}
		outline = &v.Outline
	}
	sent, rules := p.Document(head, outline, newID)
	if err := w.knowsSources(rules, p.Citations()); err != nil {
		return got, err
	}
	switch {
	case there && evaluation.Equal(head, &sent):
		got.Outcome = evaluation.Unchanged
	default:
		if got.Outcome, err = w.replaceEvaluation(&row, there, p, sent); err != nil {
			return got, err
		}
	}
	got.SelfEvaluation = row
	return got, nil
}

func (w *work) replaceEvaluation(row *evaluation.SelfEvaluation, there bool, p evaluation.Posting, sent evaluation.Document) (evaluation.Outcome, error) {
	if err := p.Stands("self-evaluation", there, row.Version); err != nil {
		return "", err
	}
	if err := programme.MayNow(row, w.actor, programme.Edit, w.today()); err != nil {
		return "", err
	}
	if !there {
		row.Draft = w.stamped(nil, &sent)
		return evaluation.Created, insert(w, selfEvaluations, row)
	}
	was, err := rememberOf(row, "Draft")
	if err != nil {
		return "", err
	}
	row.Draft = w.stamped(row.Draft, &sent)
	return evaluation.Replaced, save(w, selfEvaluations, was, row)
}

// evaluationToReplace answers a borough's self-evaluation of a cycle, which is locked. Where
// there is none yet, it answers what would be one, and keeps others from making it.
func (w *work) evaluationToReplace(p evaluation.Posting, st *stand) (row evaluation.SelfEvaluation, there bool, err error) {
	if len(st.rows) == 0 {
		if err := w.tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "self-evaluation "+string(p.Cycle)+" "+p.Borough).Error; err != nil {
			return row, false, err
		}
		if err := w.ask(st.trip); err != nil {
			return row, false, err
		}
	}
	if len(st.rows) == 0 {
		row = evaluation.SelfEvaluation{Borough: p.Borough, Cycle: p.Cycle}
		if _, err = w.begin(&row, p.Template); err != nil {
			return row, false, err
		}
		return row, false, selfEvaluationFacts(w.tx, w.actor, []*evaluation.SelfEvaluation{&row})
	}
	row = st.rows[0]
	said, err := surroundingsOf(w.tx, st.around)
	if err != nil {
		return row, true, err
	}
	trusted(w.tx, st.given)
	said.tell(&row, st.given)
	return row, true, nil
}

// evaluationHead answers what the borough has written last: the draft, or the newest version.
func (w *work) evaluationHead(row *evaluation.SelfEvaluation) (*evaluation.Document, error) {
	if row.Draft != nil {
		return row.Draft, nil
	}
	v, err := evaluationVersion(w.tx, row.ID, *row.Signed)
	return &v.Document, err
}

// stamped gives those sections that say something else than before the next version.
func (w *work) stamped(was, d *evaluation.Document) *evaluation.Document {
	for i := range d.Sections {
		s := &d.Sections[i]
		var before *evaluation.Section
		if was != nil {
			before = was.Section(s.ID)
		}
		switch {
		case before == nil:
			s.Version, s.UpdatedAt = firstVersion(w.now), w.now
		case before.Says(&s.Content):
			s.Version, s.UpdatedAt = before.Version, before.UpdatedAt
		default:
			s.Version, s.UpdatedAt = nextVersion(before.Version, w.now), w.now
		}
	}
	return d
}

// SelfEvaluationSection reads a section of a draft, with the section of the outline that it
// answers. The error is NotFound, also where there is no draft or the actor does not see it.
func (s *Store) SelfEvaluationSection(ctx context.Context, actor programme.Actor, id, section string) (evaluation.Writing, error) {
	row, err := s.SelfEvaluation(ctx, actor, id)
	if err != nil {
		return evaluation.Writing{}, err
	}
	return row.Writing(actor, section)
}

// WriteSelfEvaluationSection lets alter change a section of a draft at the section's version.
// The error is Forbidden, NotFound, Stale, Conflict if it is signed, or Invalid if some of
// it cannot be kept.
func (s *Store) WriteSelfEvaluationSection(ctx context.Context, actor programme.Actor, id, section string, version int64, alter func(*evaluation.Content) error) (evaluation.Writing, error) {
	var written evaluation.Writing
	err := s.act(ctx, actor, func(w *work) error {
		row, err := w.holdEvaluation(id)
		if err != nil {
			return err
		}
		// The section's version stands in the place of the record's.
		present := row.Version
		if row.Draft != nil && actor.WritesFor(row.Borough) {
			of := row.Draft.Section(section)
			if of == nil {
				return errNoSection
			}
			if of.Version != version {
				present = noVersion
			}
		}
		row, err = change(w.ctx, s, actor, selfEvaluations, id, present, evaluation.WriteSection, func(w *work, row *evaluation.SelfEvaluation) error {
			sent, cited, rules := row.Write(section, alter, newID)
			if err := w.knowsSources(rules, cited); err != nil {
				return err
			}
			row.Draft = w.stamped(row.Draft, &sent)
			return nil
		})
		if err != nil {
			return err
		}
		written, err = row.Writing(actor, section)
		return err
	})
	return orZero(written, err)
}

// knowsSources refuses citations of what is not there, naming each, together with what rules
// refuse of the same.
func (w *work) knowsSources(rules error, cited []evaluation.CitedAt) error {
	unknown, err := unknownSources(w.tx, cited)
	if err != nil {
		return err
	}
	return programme.Together(rules, programme.Refuse(unknown))
}

var (
	errNoSection = programme.Errorf(programme.NotFound, programme.CodeNotFound, "The draft has no section with this id.")
	errNoVersion = programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no version with this number.")
)

// MigrateSelfEvaluation lets the draft at the version answer to the newest version of its
// template, and says what becomes of each answer; a dry run does the same and writes nothing.
// The error is Forbidden, NotFound, Stale, or Conflict if there is no draft or it answers to
// that version.
func (s *Store) MigrateSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, dry bool) (got evaluation.Migration, err error) {
	err = s.rehearse(ctx, actor, dry, func(w *work) error {
		got.SelfEvaluation, err = s.changeEvaluation(w.ctx, actor, id, version, evaluation.Migrating, func(w *work, row *evaluation.SelfEvaluation) error {
			next, err := templateVersion(w.tx, row.Draft.TemplateID, *row.Facts.Newest)
			if err != nil {
				return err
			}
			moved, moves := evaluation.Migrate(row.Draft, row.Facts.Outline, &next.Outline)
			got.From, got.To, got.Moves = row.Draft.TemplateVersion, next.Number, moves
			moved.TemplateVersion = next.Number
			row.Draft = w.stamped(row.Draft, &moved)
			row.Screening = evaluation.Carried(row.Screening, moves)
			return nil
		})
		return err
	})
	return orZero(got, err)
}

// SelfEvaluationSectionBefore reads a section of a draft, and what its borough signed last in an
// earlier cycle, which is nil where there is none. The error is NotFound.
func (s *Store) SelfEvaluationSectionBefore(ctx context.Context, actor programme.Actor, id, section string) (is evaluation.Writing, was *evaluation.Signing, err error) {
	if is, err = s.SelfEvaluationSection(ctx, actor, id, section); err != nil {
		return is, nil, err
	}
	tx := s.gorm.WithContext(ctx)
	var last []evaluation.SelfEvaluation
	err = beyondSight(tx).Where("borough_code = ? AND cycle < ? AND signed IS NOT NULL", is.Of.Borough, is.Of.Cycle).Order("cycle DESC").Limit(1).Find(&last).Error
	if err != nil || len(last) == 0 {
		return is, nil, refusal(err)
	}
	v, err := evaluationVersion(tx, last[0].ID, *last[0].Signed)
	if err != nil {
		return is, nil, refusal(err)
	}
	asked, err := templateVersion(tx, v.Document.TemplateID, v.Document.TemplateVersion)
	return is, &evaluation.Signing{Version: v, Of: last[0], Asked: &asked.Outline}, refusal(err)
}

// evaluationVersion reads what was signed under a number. The error is NotFound.
func evaluationVersion(tx *gorm.DB, id string, number int) (v evaluation.Version, err error) {
	rows := []evaluation.Version{}
	err = tx.Session(&gorm.Session{NewDB: true}).Where("self_evaluation_id = ? AND number = ?", id, number).Limit(1).Find(&rows).Error
	if err == nil && len(rows) == 0 {
		err = errNoVersion
	}
	if err != nil {
		return v, err
	}
	return rows[0], nil
}
