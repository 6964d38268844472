package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// holdChallenges keeps challenges and groups as they are until the transaction ends. Whoever
// needs them and what is shared by them takes them first, as all do who change members.
func (w *work) holdChallenges() error {
	for _, rows := range []string{"peer_challenges", "peer_challenge_groups"} {
		if err := w.tx.Exec("SELECT FROM " + rows + " ORDER BY id FOR SHARE").Error; err != nil {
			return err
		}
	}
	return nil
}

// ShareSelfEvaluation shares a version, of a self-evaluation at the version, with the
// borough's group in a challenge. What begins today begins at once. The error is Forbidden
// for anyone but the borough's lead, NotFound, Stale, Conflict if nothing is signed or the
// borough meets nobody, or Invalid if there is no such version or group, or a day is over.
func (s *Store) ShareSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, asked evaluation.Sharing) (evaluation.SelfEvaluation, error) {
	var row evaluation.SelfEvaluation
	err := s.act(ctx, actor, func(w *work) (err error) {
		if err := w.holdChallenges(); err != nil {
			return err
		}
		row, err = s.changeEvaluation(w.ctx, actor, id, version, evaluation.Share, func(w *work, row *evaluation.SelfEvaluation) error {
			h := asked
			h.ID = newID()
			if err := row.Fits(&h, w.today()); err != nil {
				return err
			}
			if h.Until != nil {
				h.EndsAt = new(returns.StartOf(h.Until.AddDays(1), s.rules.Zone))
			}
			if row.Shares(&h, w.today(), w.now) {
				return nil
			}
			before := row.Begun()
			row.Lapse(w.now) // or what is over would begin, and end what is in force
			row.Plan(h, w.now)
			row.Begin(h.Challenge, w.today(), row.Facts.Groups[h.Challenge], w.now)
			row.TellOf(before)
			return nil
		})
		if err != nil {
			return err
		}
		return w.commentsFollow(&row)
	})
	return orZero(row, err)
}

// WithdrawSelfEvaluation ends all sharing at once. The error is Forbidden for anyone but the
// borough's lead, NotFound, Stale, or Conflict if nothing is shared, nor going to be.
func (s *Store) WithdrawSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.SelfEvaluation, error) {
	var row evaluation.SelfEvaluation
	err := s.act(ctx, actor, func(w *work) (err error) {
		row, err = s.changeEvaluation(w.ctx, actor, id, version, step, func(w *work, row *evaluation.SelfEvaluation) error {
			before := row.Begun()
			row.TakeBack(w.now)
			row.TellOf(before)
			return nil
		})
		if err != nil {
			return err
		}
		return w.commentsFollow(&row)
	})
	return orZero(row, err)
}

// sharingsFollow lets what is shared with the challenge's groups follow it and their members,
// in the transaction that changes either.
func (w *work) sharingsFollow(c *programme.PeerChallenge) error {
	rows, err := locked[evaluation.SelfEvaluation](w, "EXISTS (SELECT FROM jsonb_array_elements(sharings) AS h WHERE h ->> 'peerChallengeId' = ? AND h ->> 'endedAt' IS NULL)", c.ID)
	if err != nil || len(rows) == 0 {
		return err
	}
	groups, err := w.groupsOf(c.ID)
	if err != nil {
		return err
	}
	over := c.State == programme.ChallengeClosed || c.State == programme.ChallengeCancelled
	return alterEach(w, rows, reshare, func(row *evaluation.SelfEvaluation) bool {
		var members []string
		for i := range groups {
			if all := groups[i].Boroughs(); slices.Contains(all, row.Borough) {
				members = all
			}
		}
		before := row.Begun()
		changed := row.Follow(c.ID, over, members, w.now)
		row.See()
		row.TellOf(before)
		return changed
	})
}

// reshare writes a self-evaluation whose readers are others, and lets what is said of it
// follow.
func reshare(w *work, was past, row *evaluation.SelfEvaluation) error {
	if err := rewrite(w, was, row); err != nil {
		return err
	}
	return w.commentsFollow(row)
}

// sharingsDue answers the self-evaluations of which a sharing begins or ends by now.
func sharingsDue(tx *gorm.DB, s *Store) (ids []string, err error) {
	now := s.now()
	err = beyondSight(tx).Model(&evaluation.SelfEvaluation{}).Where(`EXISTS (SELECT FROM jsonb_array_elements(sharings) AS h WHERE h ->> 'endedAt' IS NULL
		AND (h ->> 'beganAt' IS NULL AND h ->> 'from' <= ? OR CAST(h ->> 'endsAt' AS timestamptz) <= ?))`, string(s.rules.Today(now)), now).Order("id").Pluck("id", &ids).Error
	return ids, err
}

// keepSharing begins and ends what is shared of a self-evaluation, as the day has come for.
func (w *work) keepSharing(id string) error {
	if err := w.holdChallenges(); err != nil {
		return err
	}
	rows, err := locked[evaluation.SelfEvaluation](w, "id = ?", id)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errDone
	}
	said, err := aroundEvaluations(w.tx, nil, array{rows[0].Borough})
	if err != nil {
		return err
	}
	meet := said.groups[rows[0].Borough]
	done := false
	err = alterEach(w, rows, reshare, func(row *evaluation.SelfEvaluation) bool {
		before, _ := asJSON(row.Sharings)
		begun := row.Begun()
		row.Lapse(w.now)
		for challenge, members := range meet {
			row.Begin(challenge, w.today(), members, w.now)
		}
		for i := range row.Sharings {
			h := &row.Sharings[i]
			if h.BeganAt == nil && h.EndedAt == nil && meet[h.Challenge] == nil {
				row.Follow(h.Challenge, false, nil, w.now)
			}
		}
		row.See()
		row.TellOf(begun)
		after, _ := asJSON(row.Sharings)
		done = *before != *after
		return done
	})
	if err == nil && !done {
		err = errDone
	}
	return err
}

// SelfEvaluationVersions lists the versions that the actor may read, by number. The error is
// NotFound.
func (s *Store) SelfEvaluationVersions(actor programme.Actor, id string) programme.Listing[evaluation.Signing] {
	key := func(v *evaluation.Signing) []string { return []string{versionKey("0.0." + cmp.Or(v.Key(), "0"))} }
	return listed(s, nil, lastHeard(actor), key, func(db *gorm.DB) ([]evaluation.Signing, error) {
		row, err := read(db.Scopes(s.shownTo(actor)), selfEvaluations, id)
		if err != nil {
			return nil, err
		}
		var versions []evaluation.Version
		if err := db.Session(&gorm.Session{NewDB: true}).Where("self_evaluation_id = ?", id).Order("number").Find(&versions).Error; err != nil {
			return nil, err
		}
		var mine []evaluation.Signing
		for i := range versions {
			if row.Reads(actor, versions[i].Number, s.now()) {
				mine = append(mine, evaluation.Signing{Version: versions[i], Of: row})
			}
		}
		return mine, nil
	})
}

// ReadSelfEvaluationVersion answers a version with what it was asked, in a form. A reading by
// somebody else than its borough is recorded, and the answer waits for that. The error is
// NotFound, also for a version that the actor may not read.
func (s *Store) ReadSelfEvaluationVersion(ctx context.Context, actor programme.Actor, id string, number int, form evaluation.ReadForm) (got evaluation.Signing, err error) {
	if uuid.Validate(id) != nil {
		return got, missing[evaluation.SelfEvaluation]()
	}
	db := s.gorm.WithContext(ctx)
	// Whether they may read is decided by how it stood when it was last looked at, and it is read
	// only as long as it stands so. Nobody is refused by what was.
	of, known := settledIn(db).stoodOf(id)
	for asked := false; ; known, asked = false, true {
		if now := s.now(); !known || !of.Reads(actor, number, now) {
			before := of.As
			if of, err = s.look(db, id); err != nil {
				return got, err
			}
			if !of.SeenBy(actor, now) {
				return got, missing[evaluation.SelfEvaluation]()
			}
			if !of.Reads(actor, number, now) || asked && of.As == before {
				return got, errNoVersion
			}
		}
		got, published, err := s.readAsStood(ctx, actor, &of, number, form)
		if err == nil && published != "" {
			got.Asked, err = settledIn(db).outline(db, edition{got.Document.TemplateID, got.Document.TemplateVersion, published})
		}
		if err != nil || published != "" {
			return orZero(got, refusal(err))
		}
		// It stands otherwise by now, or has no such version.
	}
}

// stood is a self-evaluation as it stood to those who read its versions: without its draft, which
// leaves the database for nobody who reads.
type stood struct {
	evaluation.SelfEvaluation
	As string // all that follows, as the database writes it
}

// look reads how a self-evaluation stands, and remembers it. The error is NotFound.
func (s *Store) look(db *gorm.DB, id string) (stood, error) {
	var found []stood
	err := beyondSight(db).Select("id", "borough_code", "cycle", "state", "signed", "signed_at", "sharings", "illustrative", standsAs+` AS "as"`).Where("id = ?", id).Find(&found).Error
	if err == nil && len(found) == 0 {
		err = missing[evaluation.SelfEvaluation]()
	}
	if err != nil {
		return stood{}, refusal(err)
	}
	settledIn(db).keepStood(found[0])
	return found[0], nil
}

// readAsStood reads a version, and writes down who reads it, if the self-evaluation stands as it
// did; published is when its template was, or empty where nothing was read. All is one
// transaction: whoever takes it back waits for the reading, or the reading for them.
func (s *Store) readAsStood(ctx context.Context, actor programme.Actor, of *stood, number int, form evaluation.ReadForm) (got evaluation.Signing, published string, err error) {
	now := s.now()
	r := evaluation.NewRead(&of.SelfEvaluation, actor, number, form, s.rules.Today(now), now)
	statement := readByOthers
	if actor.WritesFor(of.Borough) {
		statement = readByOwner
	}
	t := &trip{}
	t.ask(func() { published = "" }, func(row pgx.Rows) error {
		v := &got.Version
		return row.Scan(&v.SelfEvaluationID, &v.Number, &v.Document, &v.SignedAt, &v.SignedBy, &v.ReceiptID, &v.RedactedAt, &published)
	}, statement, map[string]any{"id": of.ID, "as": of.As, "number": number, "on": string(r.ReadOn), "form": string(r.Form), "reader": r.Reader, "role": string(r.Role), "borough": r.Borough, "at": r.ReadAt})
	err = s.readTogether(ctx, actor, t, func(*work) error { return nil })
	got.Of = of.SelfEvaluation
	return got, published, err
}

// A version is read in the statement that holds its self-evaluation, if that stands as it did,
// and writes down who of others reads.
const (
	readByOwner  = asStood + versionHeld
	readByOthers = asStood + recording + versionHeld

	standsAs  = "CAST(ROW (borough_code, cycle, state, signed, EXTRACT(EPOCH FROM signed_at), sharings, illustrative, EXTRACT(EPOCH FROM redacted_at)) AS text)" // the same in every session
	asStood   = "WITH held AS (SELECT id FROM self_evaluations WHERE id = CAST(@id AS uuid) AND " + standsAs + " = @as FOR SHARE)"
	recording = `, recorded AS (INSERT INTO self_evaluation_reads (self_evaluation_id, number, read_on, form, reader, role, borough_code, read_at)
		SELECT id, CAST(@number AS integer), CAST(@on AS date), @form, CAST(@reader AS bytea), @role, @borough, CAST(@at AS timestamptz) FROM held ON CONFLICT DO NOTHING)`
	versionHeld = ` SELECT v.self_evaluation_id, v.number, v.document, v.signed_at, v.signed_by, v.receipt_id, v.redacted_at, CAST(t.published_at AS text) AS published
		FROM held JOIN self_evaluation_versions v ON v.self_evaluation_id = held.id AND v.number = CAST(@number AS integer)
		JOIN self_evaluation_template_versions t ON t.template_id = v.template_id AND t.number = v.template_version`
)

// SelfEvaluationReads lists who of others has read what, the earliest first, for the borough's
// own people. The error is NotFound, or Forbidden for others who know of it.
func (s *Store) SelfEvaluationReads(actor programme.Actor, id string) programme.Listing[evaluation.Read] {
	return listed(s, nil, lastHeard(actor), (*evaluation.Read).Key, func(db *gorm.DB) ([]evaluation.Read, error) {
		row, err := read(db.Scopes(s.shownTo(actor)), selfEvaluations, id)
		if err != nil {
			return nil, err
		}
		if !actor.WritesFor(row.Borough) {
			return nil, programme.NotYours("Only the borough itself sees who has read it.")
		}
		var reads []evaluation.Read
		return reads, db.Session(&gorm.Session{NewDB: true}).Where("self_evaluation_id = ?", id).Find(&reads).Error
	})
}

// RedactSelfEvaluation is redact of a self-evaluation and of all its versions. Of what a version
// loses its readers hear, and of what the draft does its borough alone.
func (s *Store) RedactSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (row evaluation.SelfEvaluation, err error) {
	err = s.act(ctx, actor, func(w *work) error {
		var cuts programme.Redaction
		lost := false
		row, err = s.changeEvaluation(w.ctx, actor, id, version, programme.Redact, func(w *work, row *evaluation.SelfEvaluation) (err error) {
			cuts, lost, err = w.redactVersions(row, places)
			return err
		})
		if err != nil {
			return err
		}
		row, err = change(w.ctx, s, actor, selfEvaluations, id, row.Version, programme.Redact, func(w *work, row *evaluation.SelfEvaluation) error {
			stamp := func(of *evaluation.Section) { of.Version, of.UpdatedAt = nextVersion(of.Version, w.now), w.now }
			if row.Lose(cuts, stamp) {
				lost, row.RedactedAt = true, &w.now
			}
			return nil
		})
		if err != nil || !lost {
			return err
		}
		return forgetAnswers(w.tx, id)
	})
	return orZero(row, err)
}

// redactVersions takes what stands in the places out of all versions, and answers what is to be
// taken out of the draft too, and whether a version has lost any of it.
func (w *work) redactVersions(row *evaluation.SelfEvaluation, places []programme.Place) (cuts programme.Redaction, lost bool, err error) {
	var versions []evaluation.Version
	if err := w.tx.Where("self_evaluation_id = ?", row.ID).Order("number").Find(&versions).Error; err != nil {
		return cuts, false, err
	}
	texts := row.Texts()
	for i := range versions {
		texts = append(texts, versions[i].Texts(row)...)
	}
	if cuts, err = programme.Redacting(w.actor, texts, places); err != nil {
		return cuts, false, err
	}
	for i := range versions {
		v := &versions[i]
		if !cuts.Of(v.Texts(row)) {
			continue
		}
		lost, v.RedactedAt, row.RedactedAt = true, &w.now, &w.now
		row.Redacted(v.Number, w.now)
		if err := one(w.tx.Model(v).Select("document", "redacted_at").Where("number = ?", v.Number).Updates(v)); err != nil {
			return cuts, lost, err
		}
	}
	return cuts, lost, nil
}

// eraseReads removes what was kept of readings for two years after the cycle.
func (s *Store) eraseReads(ctx context.Context) error {
	oldest := programme.CycleOn(s.rules.Today(s.now())).Before(yearsOfReads)
	return s.act(ctx, programme.Actor{Issuer: "local", Subject: "retention"}, func(w *work) error {
		if err := w.alone("retention"); err != nil {
			if errors.Is(err, errElsewhere) {
				return nil
			}
			return err
		}
		return w.tx.Exec("DELETE FROM self_evaluation_reads WHERE self_evaluation_id IN (SELECT id FROM self_evaluations WHERE cycle < ?)", string(oldest)).Error
	})
}

// yearsOfReads is for how many years after its cycle is kept who has read a self-evaluation.
const yearsOfReads = 2
