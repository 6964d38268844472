package postgres

import (
	"context"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// SeedSelfEvaluations inserts self-evaluations of the cycle that are made up, in every state,
// once: where there is or ever was one, or no group that meets, it does nothing. The boroughs of one group have
// one that is shared, one that is shared and being written again, and one that is signed; two
// others have a draft that is complete and one that is not. Each cites a figure of the newest
// published quarter.
func (s *Store) SeedSelfEvaluations(ctx context.Context, cycle programme.Cycle, whole, part []evaluation.PostedSection) error {
	return s.act(ctx, seeding, func(w *work) error {
		if err := w.tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended('example self-evaluations', 0))").Error; err != nil {
			return err
		}
		var begun bool
		if err := w.tx.Raw("SELECT EXISTS (SELECT FROM audit_entries WHERE noun = 'self-evaluation')").Scan(&begun).Error; err != nil || begun {
			return err
		}
		var groups []programme.PeerChallengeGroup
		err := beyondSight(w.tx).Where("jsonb_array_length(members) >= 3 AND peer_challenge_id IN (SELECT id FROM peer_challenges WHERE state NOT IN (?, ?))",
			programme.ChallengeClosed, programme.ChallengeCancelled).Order("id").Limit(1).Find(&groups).Error
		if err != nil || len(groups) == 0 {
			return err
		}
		members := groups[0].Boroughs()
		var others []string
		if err := w.tx.Table("boroughs").Where("code <> ALL (?)", array(members)).Order("code").Limit(2).Pluck("code", &others).Error; err != nil || len(others) < 2 {
			return err
		}
		for _, e := range []example{
			{members[0], whole, true, &groups[0], false}, {members[1], whole, true, &groups[0], true}, {members[2], whole, true, nil, false},
			{others[0], whole, false, nil, false}, {others[1], part, false, nil, false},
		} {
			if err := w.tellsOfItself(cycle, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// example is a self-evaluation that is made up.
type example struct {
	borough  string
	sections []evaluation.PostedSection
	signed   bool
	shared   *programme.PeerChallengeGroup // with whom; nil where with nobody
	again    bool                          // it is being written again
}

func (w *work) tellsOfItself(cycle programme.Cycle, e example) error {
	row := evaluation.SelfEvaluation{Borough: e.borough, Cycle: cycle, Illustrative: true}
	outline, err := w.begin(&row, nil)
	if err != nil {
		return err
	}
	p := evaluation.Posting{Borough: e.borough, Cycle: cycle, Sections: e.sections}
	sent, err := p.Document(row.Draft, outline, newID)
	if err != nil {
		return err
	}
	if err := w.cites(&sent, e.borough); err != nil {
		return err
	}
	row.Draft = w.stamped(nil, &sent)
	var v evaluation.Version
	if e.signed {
		v = row.Sign(w.now)
		row.Tells = nil
	}
	if e.shared != nil {
		row.Plan(evaluation.Sharing{ID: newID(), Number: 1, Challenge: e.shared.PeerChallengeID, From: w.today()}, w.now)
		row.Begin(e.shared.PeerChallengeID, w.today(), e.shared.Boroughs(), w.now)
	}
	if e.again {
		draft := v.Document
		row.Draft = &draft
	}
	if err := insert(w, selfEvaluations, &row); err != nil || !e.signed {
		return err
	}
	v.SelfEvaluationID, v.Screening = row.ID, programme.Acknowledgements{}
	return w.tx.Create(&v).Error
}

// cites lets the first section cite a figure of the newest published quarter, if there is one.
func (w *work) cites(d *evaluation.Document, borough string) error {
	var newest []struct{ ID, Quarter string }
	err := w.tx.Raw("SELECT snapshot_id::text AS id, code AS quarter FROM quarters WHERE snapshot_id IS NOT NULL ORDER BY code DESC LIMIT 1").Scan(&newest).Error
	if err != nil || len(newest) == 0 {
		return err
	}
	d.Sections[0].Indicators = []evaluation.CitedIndicator{{ID: newID(), Remark: new("Example: this is what the audits confirm."), Citation: programme.Citation{
		Source: programme.FromSnapshot, SourceID: newest[0].ID, Indicator: "REREF_PCT", Borough: borough, Period: newest[0].Quarter,
	}}}
	faults, err := unknownSources(w.tx, d.Citations())
	if err == nil && len(faults) > 0 {
		d.Sections[0].Indicators = []evaluation.CitedIndicator{} // the framework asks for other indicators
	}
	return err
}
