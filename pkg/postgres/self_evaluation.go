package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"gorm.io/gorm"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

var selfEvaluations = kind[evaluation.SelfEvaluation, *evaluation.SelfEvaluation]{
	orders:   byChange,
	linked:   selfEvaluationFacts,
	fleeting: true, // what is shared ends by the clock
	before: func(_ *work, s *evaluation.SelfEvaluation) error {
		s.Sharings = programme.OrEmpty(s.Sharings)
		s.See()
		return nil
	},
}

// sharedNow is the condition that somebody of the names reads by a sharing that is in force
// at the time, which holds whether or not anybody has noted its end.
const (
	known         = "borough_code = ANY (CAST(@names AS text[])) OR 'programme' = ANY (CAST(@names AS text[])) OR " + sharedNow
	sharedNow     = "EXISTS (SELECT FROM jsonb_array_elements(sharings) AS h WHERE " + readNow + ")"
	readNow       = sharingStands + " AND ARRAY(SELECT jsonb_array_elements_text(h -> 'readers')) && CAST(@names AS text[])"
	sharingStands = `h ->> 'beganAt' IS NOT NULL AND ` + notOver
	notOver       = `h ->> 'endedAt' IS NULL AND (h ->> 'endsAt' IS NULL OR CAST(h ->> 'endsAt' AS timestamptz) > @now)`
)

// shownTo leaves the self-evaluations that the actor knows of at the time: their own, of the
// team those that are signed, and what is shared with them now.
func (s *Store) shownTo(actor programme.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		return visibleTo(actor)(q).Where(known, map[string]any{"names": array(actor.Names()), "now": s.now()})
	}
}

// SelfEvaluations lists the self-evaluations that the actor knows of and the filter leaves,
// in order of creation. States and times are those that the actor sees.
func (s *Store) SelfEvaluations(actor programme.Actor, f evaluation.Filter) programme.Listing[evaluation.SelfEvaluation] {
	return list(s, actor, selfEvaluations, "", func(q *gorm.DB) *gorm.DB {
		named := map[string]any{"names": array(actor.Names()), "now": s.now(), "since": f.UpdatedSince, "states": array(textsOf(f.States)), "unshared": f.Unshared}
		q = s.shownTo(actor)(q)
		q = where(q, "borough_code = ?", f.Borough)
		if f.Boroughs != nil {
			q = q.Where("borough_code = ANY (?)", array(f.Boroughs))
		}
		q = where(q, "cycle = ?", f.Cycle)
		if len(f.States) > 0 {
			q = q.Where("("+stateSeen+") = ANY (CAST(@states AS text[]))", named)
		}
		if f.Unshared != nil {
			q = q.Where("("+unshared+") = @unshared", named)
		}
		if f.UpdatedSince != nil {
			q = q.Where("("+lastSeenChange+") >= CAST(@since AS timestamptz)", named)
		}
		return q
	})
}

func textsOf[T ~string](words []T) []string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return texts
}

// stateSeen and lastSeenChange say of a self-evaluation what [evaluation.SelfEvaluation.Seen]
// says to whoever is not of its borough, and to its own what [evaluation.SelfEvaluation.StateAt]
// does.
const (
	stateSeen = `CASE WHEN borough_code = ANY (CAST(@names AS text[])) AND state = 'draft' THEN 'draft'
		WHEN EXISTS (SELECT FROM jsonb_array_elements(sharings) AS h WHERE ` + sharingStands + `) THEN 'shared' ELSE 'signed_off' END`
	lastSeenChange = `CASE WHEN borough_code = ANY (CAST(@names AS text[])) THEN updated_at
		WHEN 'programme' = ANY (CAST(@names AS text[])) THEN greatest(signed_at,
			(SELECT max(greatest(CAST(h ->> 'beganAt' AS timestamptz), CAST(h ->> 'redactedAt' AS timestamptz), CAST(h ->> 'takenBackAt' AS timestamptz), coalesce(CAST(h ->> 'endedAt' AS timestamptz),
				CASE WHEN CAST(h ->> 'endsAt' AS timestamptz) <= @now THEN CAST(h ->> 'endsAt' AS timestamptz) END))) FROM jsonb_array_elements(sharings) AS h WHERE h ->> 'beganAt' IS NOT NULL))
		ELSE (SELECT max(greatest(CAST(h ->> 'beganAt' AS timestamptz), CAST(h ->> 'redactedAt' AS timestamptz))) FROM jsonb_array_elements(sharings) AS h WHERE ` + readNow + `) END`
	// served says that a sharing has done what it was for.
	served = `h ->> 'beganAt' IS NOT NULL AND coalesce(h ->> 'ending', 'day_over') IN ('day_over', 'challenge_over')`
	// unshared says that the newest version waits to be shared by its borough: nobody is going to
	// read it or has until the day or the challenge was over, nothing else is written, and no later
	// cycle has begun for it.
	unshared = `borough_code = ANY (CAST(@names AS text[])) AND signed IS NOT NULL AND draft IS NULL
		AND NOT EXISTS (SELECT FROM jsonb_array_elements(sharings) AS h WHERE CAST(h ->> 'number' AS integer) = signed AND (` + notOver + ` OR ` + served + `))
		AND NOT EXISTS (SELECT FROM self_evaluations AS later WHERE later.borough_code = self_evaluations.borough_code AND later.cycle > self_evaluations.cycle)`
)

// SelfEvaluation reads one self-evaluation. The error is NotFound.
func (s *Store) SelfEvaluation(ctx context.Context, actor programme.Actor, id string) (evaluation.SelfEvaluation, error) {
	tx := s.gorm.WithContext(ctx)
	row, err := read(tx.Scopes(s.shownTo(actor)), selfEvaluations, id)
	if err == nil {
		err = forSteps(tx, actor, selfEvaluations, []*evaluation.SelfEvaluation{&row})
	}
	return orZero(row, refusal(err))
}

// BoroughSelfEvaluation reads a borough's self-evaluation of a cycle. The error is NotFound.
func (s *Store) BoroughSelfEvaluation(ctx context.Context, actor programme.Actor, borough, cycle string) (row evaluation.SelfEvaluation, err error) {
	tx := s.gorm.WithContext(ctx)
	if err = evaluationOf(tx.Scopes(s.shownTo(actor)), borough, cycle, &row); err == nil {
		err = forSteps(tx, actor, selfEvaluations, []*evaluation.SelfEvaluation{&row})
	}
	return orZero(row, refusal(err))
}

func evaluationOf(q *gorm.DB, borough, cycle string, row *evaluation.SelfEvaluation) error {
	err := q.Where("cycle = ? AND borough_code = ?", cycle, borough).Take(row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return missing[evaluation.SelfEvaluation]()
	}
	return err
}

// CreateSelfEvaluation begins the draft of a borough's self-evaluation of a cycle. The error
// is Forbidden for who is not of the borough or may not write, Invalid if it breaks its rules
// or there is no such template, and Conflict if there is one already.
func (s *Store) CreateSelfEvaluation(ctx context.Context, actor programme.Actor, row evaluation.SelfEvaluation, template *string) (evaluation.SelfEvaluation, error) {
	return add(ctx, s, actor, selfEvaluations, row, func(w *work, row *evaluation.SelfEvaluation) error {
		if !actor.WritesFor(row.Borough) {
			return errNotOwn
		}
		outline, err := w.begin(row, template)
		if err != nil {
			return err
		}
		row.Facts.Outline = outline
		if row.Facts.Authorised, err = authorised(w.tx, actor, programme.SelfEvaluationDocument, array{row.Borough}); err != nil {
			return err
		}
		return programme.MayNow(row, actor, programme.Edit, w.today())
	})
}

// begin gives a new self-evaluation an empty draft that answers to the newest version of the
// template or, where none is named, of the default one.
func (w *work) begin(row *evaluation.SelfEvaluation, template *string) (*evaluation.Outline, error) {
	q := beyondSight(w.tx).Where("latest_version IS NOT NULL")
	if template != nil {
		q = q.Where("id = ?", idOrNone(*template))
	} else {
		q = q.Where("is_default")
	}
	var t evaluation.Template
	err := q.Clauses(forShare).Take(&t).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound) && template != nil:
		return nil, programme.Refuse([]programme.Fault{programme.Unknown("/templateId", "There is no template with this id of which a version is published.")})
	case errors.Is(err, gorm.ErrRecordNotFound):
		return nil, programme.Errorf(programme.Conflict, programme.CodeNoTemplate, "No template is published on which self-evaluations begin.")
	case err != nil:
		return nil, err
	}
	v, err := templateVersion(w.tx, t.ID, *t.Latest)
	if err != nil {
		return nil, err
	}
	draft := evaluation.Blank(t.ID, v.Number, &v.Outline)
	for i := range draft.Sections {
		draft.Sections[i].Version, draft.Sections[i].UpdatedAt = firstVersion(w.now), w.now
	}
	row.Draft, row.State = &draft, evaluation.Drafted
	return &v.Outline, nil
}

// selfEvaluationFacts reads what the steps of the rows depend on, for those of them that are
// the actor's own. By what a system may write is asked of systems alone.
func selfEvaluationFacts(tx *gorm.DB, actor programme.Actor, rows []*evaluation.SelfEvaluation) error {
	var own []*evaluation.SelfEvaluation
	var drafts []*evaluation.Document
	var boroughs array
	for _, row := range rows {
		if row.Facts = (evaluation.Facts{}); actor.WritesFor(row.Borough) {
			own, boroughs = append(own, row), append(boroughs, row.Borough)
			if row.Draft != nil {
				drafts = append(drafts, row.Draft)
			}
		}
	}
	if len(own) == 0 {
		return nil
	}
	said, err := aroundEvaluations(tx, drafts, boroughs)
	if err != nil {
		return err
	}
	var given []programme.Authorisation
	if actor.Is(programme.RoleBoroughSystem) {
		if given, err = authorised(tx, actor, programme.SelfEvaluationDocument, boroughs); err != nil {
			return err
		}
	}
	for _, row := range own {
		said.tell(row, given)
	}
	return nil
}

// surroundings are what self-evaluations stand among.
type surroundings struct {
	outlines   map[[2]string]*evaluation.Outline // by template and version
	newest     map[string]*string                // the newest version of each template
	narratives map[string][]programme.Fault      // by borough: what the newest published quarter asks for and is not written
	groups     map[string]map[string][]string    // by borough and challenge that is neither closed nor cancelled: whom it meets there, and itself
}

// tell gives a self-evaluation its facts.
func (s *surroundings) tell(row *evaluation.SelfEvaluation, given []programme.Authorisation) {
	row.Facts = evaluation.Facts{Narratives: s.narratives[row.Borough], Authorised: given, Groups: s.groups[row.Borough]}
	if d := row.Draft; d != nil {
		row.Facts.Outline, row.Facts.Newest = s.outlines[[2]string{d.TemplateID, d.TemplateVersion}], s.newest[d.TemplateID]
	}
}

// aroundEvaluations reads what the documents and the boroughs' self-evaluations stand among,
// in one statement: while a document is being sent, others wait.
func aroundEvaluations(tx *gorm.DB, documents []*evaluation.Document, boroughs array) (surroundings, error) {
	templates, versions := array{}, array{}
	for _, d := range documents {
		templates, versions = append(templates, d.TemplateID), append(versions, d.TemplateVersion)
	}
	var rows []neighbour
	named := amidst(boroughs)
	named["templates"], named["versions"] = templates, versions
	if err := tx.Session(&gorm.Session{NewDB: true}).Raw(around, named).Scan(&rows).Error; err != nil {
		return surroundings{}, err
	}
	return surroundingsOf(tx, rows)
}

// neighbour is one thing among which a self-evaluation stands.
type neighbour struct {
	What, Of, Part, Says string
	Newest               *string // of a template, the version that it published last
}

func surroundingsOf(tx *gorm.DB, rows []neighbour) (surroundings, error) {
	s := surroundings{map[[2]string]*evaluation.Outline{}, map[string]*string{}, map[string][]programme.Fault{}, map[string]map[string][]string{}}
	members := map[string][]string{}
	slices.SortFunc(rows, func(a, b neighbour) int {
		return cmp.Or(strings.Compare(a.Of, b.Of), strings.Compare(a.Part, b.Part), strings.Compare(a.Says, b.Says))
	})
	for _, r := range rows {
		switch r.What {
		case "template":
			outline, err := settledIn(tx).outline(tx, edition{r.Of, r.Part, r.Says})
			if err != nil {
				return s, err
			}
			s.outlines[[2]string{r.Of, r.Part}], s.newest[r.Of] = outline, r.Newest
		case "narrative":
			s.narratives[r.Of] = append(s.narratives[r.Of], programme.Fault{
				Code: programme.FaultNarrativeAsked, Detail: "A narrative is asked for on " + r.Says + " in " + r.Part + ", and nothing is written in it.",
			})
		case "member":
			members[r.Part] = append(members[r.Part], r.Says)
		}
	}
	for _, r := range rows {
		if r.What == "member" {
			if s.groups[r.Says] == nil {
				s.groups[r.Says] = map[string][]string{}
			}
			s.groups[r.Says][r.Of] = members[r.Part]
		}
	}
	return s, nil
}

// amidst names what [around] asks for, but the templates.
func amidst(boroughs array) map[string]any {
	return map[string]any{"boroughs": boroughs, "closed": string(programme.ChallengeClosed), "cancelled": string(programme.ChallengeCancelled)}
}

// aroundOf is the statement that reads what those self-evaluations stand among whose drafts answer to
// the versions of templates.
func aroundOf(versions string) string {
	return `SELECT 'template' AS what, CAST(v.template_id AS text) AS of, v.number AS part, CAST(v.published_at AS text) AS says, t.latest_version AS newest
		FROM self_evaluation_template_versions v JOIN self_evaluation_templates t ON t.id = v.template_id ` + versions + `
	UNION ALL SELECT 'narrative', n.borough_code, n.quarter_code, coalesce((SELECT i.name FROM indicators i WHERE i.code = n.indicator_code), n.indicator_code), NULL
		FROM narratives n
		WHERE n.state = 'asked' AND n.text IS NULL AND n.borough_code = ANY (CAST(@boroughs AS text[])) AND n.quarter_code = (SELECT max(q.code) FROM quarters q WHERE q.snapshot_id IS NOT NULL)
	UNION ALL SELECT 'member', CAST(g.peer_challenge_id AS text), CAST(g.id AS text), m ->> 'borough', NULL
		FROM peer_challenge_groups g JOIN peer_challenges c ON c.id = g.peer_challenge_id CROSS JOIN jsonb_array_elements(g.members) AS m
		WHERE c.state NOT IN (@closed, @cancelled) AND EXISTS (SELECT FROM jsonb_array_elements(g.members) AS own WHERE own ->> 'borough' = ANY (CAST(@boroughs AS text[])))`
}

var (
	around = aroundOf("WHERE v.template_id = ANY (CAST(@templates AS uuid[])) AND v.number = ANY (CAST(@versions AS text[]))")
	// aroundDraft is of the one draft of a borough in a cycle, whatever that answers to.
	aroundDraft = aroundOf("JOIN self_evaluations s ON s.template_id = v.template_id AND s.template_version = v.number WHERE s.cycle = @cycle AND s.borough_code = @borough")
)

// DeleteSelfEvaluation discards the draft at the version: where nothing was signed, the
// self-evaluation itself. The error is Forbidden for anyone but the borough's lead, NotFound,
// Stale, or Conflict if there is no draft.
func (s *Store) DeleteSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return s.act(ctx, actor, func(w *work) error {
		row, err := w.holdEvaluation(id)
		if err != nil {
			return err
		}
		if row.Signed == nil {
			return drop(w.ctx, s, actor, selfEvaluations, id, version, nil)
		}
		_, err = change(w.ctx, s, actor, selfEvaluations, id, version, programme.Delete, func(_ *work, row *evaluation.SelfEvaluation) error {
			row.Draft = nil
			return nil
		})
		return err
	})
}

// holdEvaluation locks a self-evaluation that the actor knows of.
func (w *work) holdEvaluation(id string) (evaluation.SelfEvaluation, error) {
	return read(w.tx.Scopes(w.store.shownTo(w.actor)).Clauses(forUpdate), selfEvaluations, id)
}

// changeEvaluation is [change] of a self-evaluation, of which only those hear whom it
// concerns.
func (s *Store) changeEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step, do func(w *work, row *evaluation.SelfEvaluation) error) (evaluation.SelfEvaluation, error) {
	var row evaluation.SelfEvaluation
	err := s.act(ctx, actor, func(w *work) (err error) {
		held, err := w.holdEvaluation(id)
		if err != nil {
			return err
		}
		if held.VersionFor(actor, w.now) != version {
			version = noVersion
		} else {
			version = held.Version
		}
		row, err = change(w.ctx, s, actor, selfEvaluations, id, version, step, do)
		return err
	})
	return orZero(row, err)
}

// noVersion is of no record: who names it has an old copy.
const noVersion = -1

// SignOffSelfEvaluation freezes the draft at the version under a number, with its receipt.
// The error is Forbidden for anyone but the borough's lead, NotFound, Stale, or Conflict if
// there is no draft or it is not complete.
func (s *Store) SignOffSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.SelfEvaluation, error) {
	return s.changeEvaluation(ctx, actor, id, version, step, func(w *work, row *evaluation.SelfEvaluation) error {
		v := row.Sign(w.now)
		canonical, err := v.Signed(row).Canonical()
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

// ReopenSelfEvaluation makes a draft of the newest version. The error is Forbidden for
// anyone but the borough's lead, NotFound, Stale, Conflict if there is a draft, or Invalid
// without a reason.
func (s *Store) ReopenSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.SelfEvaluation, error) {
	return s.changeEvaluation(ctx, actor, id, version, step, func(w *work, row *evaluation.SelfEvaluation) error {
		v, err := evaluationVersion(w.tx, id, *row.Signed)
		if err != nil {
			return err
		}
		return row.Reopen(actor, &v)
	})
}

// AcknowledgeSelfEvaluation is acknowledge of a draft.
func (s *Store) AcknowledgeSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (row evaluation.SelfEvaluation, err error) {
	err = s.act(ctx, actor, func(w *work) error {
		if _, err := w.holdEvaluation(id); err != nil {
			return err
		}
		row, err = acknowledge(w.ctx, s, actor, selfEvaluations, id, version, marks)
		return err
	})
	return orZero(row, err)
}
