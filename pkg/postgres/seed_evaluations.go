package postgres

import (
	"context"
	"slices"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// SeedSelfEvaluations inserts self-evaluations of the cycle that are made up, in every state,
// once: where there is or ever was one, or no group that meets, it does nothing. The boroughs
// of one group, which is the named borough's where that is in one, have one that is shared and
// being written again, of which the others ask something, one of which a second version has taken
// the first one's place, and one that is signed; two of another group, where there is one, have one
// that is going to be shared, and one that was and is taken back; two others have a draft that is
// complete and one that is not. Each cites a figure of the newest published quarter. The error is Invalid if something
// breaks the rules of its kind.
func (s *Store) SeedSelfEvaluations(ctx context.Context, cycle programme.Cycle, borough string, examples evaluation.Examples) error {
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
			programme.ChallengeClosed, programme.ChallengeCancelled).Order("id").Find(&groups).Error
		if err != nil || len(groups) == 0 {
			return err
		}
		group := &groups[0]
		for i := range groups {
			if slices.Contains(groups[i].Boroughs(), borough) {
				group = &groups[i]
				break
			}
		}
		members := slices.DeleteFunc(group.Boroughs(), func(b string) bool { return b == borough })
		if len(members) < len(group.Members) {
			members = slices.Insert(members, 0, borough)
		}
		made := []example{
			{group: group, borough: members[0], sections: examples.Whole, becomes: isShared, again: true, said: &examples},
			{group: group, borough: members[1], sections: examples.Whole, becomes: isReplaced},
			{group: group, borough: members[2], sections: examples.Whole, becomes: isSigned},
		}
		for i := range groups {
			elsewhere := slices.DeleteFunc(groups[i].Boroughs(), func(b string) bool { return slices.Contains(members, b) })
			if len(elsewhere) < 2 {
				continue
			}
			made = append(made, example{group: &groups[i], borough: elsewhere[0], sections: examples.Whole, becomes: isPlanned},
				example{group: &groups[i], borough: elsewhere[1], sections: examples.Whole, becomes: isTakenBack})
			members = append(members, elsewhere[:2]...)
			break
		}
		var others []string
		if err := w.tx.Table("boroughs").Where("code <> ALL (?)", array(members)).Order("code").Limit(2).Pluck("code", &others).Error; err != nil || len(others) < 2 {
			return err
		}
		for _, e := range append(made, example{borough: others[0], sections: examples.Whole}, example{borough: others[1], sections: examples.Part}) {
			if err := w.tellsOfItself(cycle, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// example is a self-evaluation that is made up.
type example struct {
	group    *programme.PeerChallengeGroup // with which it is shared
	borough  string
	sections []evaluation.PostedSection
	becomes  string               // what becomes of it; a draft where it is empty
	again    bool                 // it is being written again
	said     *evaluation.Examples // what those say of it with whom it is shared; nil where nothing
}

// What becomes of examples.
const (
	isSigned    = "signed"
	isPlanned   = "shared from a day to come"
	isShared    = "shared"
	isReplaced  = "shared, and replaced by another version that is"
	isTakenBack = "shared, and taken back"
)

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
	versions := w.becomes(&row, e)
	if e.again {
		draft := versions[0].Document
		row.Draft = &draft
	}
	if err := insert(w, selfEvaluations, &row); err != nil {
		return err
	}
	for i := range versions {
		versions[i].SelfEvaluationID, versions[i].Screening = row.ID, programme.Acknowledgements{}
		if err := w.tx.Create(&versions[i]).Error; err != nil {
			return err
		}
	}
	if e.said == nil {
		return nil
	}
	return w.talksOf(&row, e.group, e.said)
}

// becomes takes an example on from its draft, and answers what was signed of it.
func (w *work) becomes(row *evaluation.SelfEvaluation, e example) (versions []evaluation.Version) {
	planned := func(from programme.Date) {
		row.Plan(evaluation.Sharing{ID: newID(), Number: *row.Signed, Challenge: e.group.PeerChallengeID, From: from}, w.now)
	}
	shared := func() {
		planned(w.today())
		row.Begin(e.group.PeerChallengeID, w.today(), e.group.Boroughs(), w.now)
	}
	if e.becomes == "" {
		return nil
	}
	versions = append(versions, row.Sign(w.now))
	switch e.becomes {
	case isPlanned:
		planned(w.today().AddDays(14))
	case isShared:
		shared()
	case isReplaced:
		shared()
		row.Draft = &versions[0].Document
		versions = append(versions, row.Sign(w.now))
		shared()
	case isTakenBack:
		shared()
		row.TakeBack(w.now)
	}
	row.TellOf(nil)
	return versions
}

// talksOf lets the other boroughs of the group, in turn, ask what there is to ask of a
// self-evaluation that is shared with them.
func (w *work) talksOf(of *evaluation.SelfEvaluation, group *programme.PeerChallengeGroup, said *evaluation.Examples) error {
	readers := of.Sharings[0].Readers
	for i, c := range said.Comments {
		asking := programme.Actor{Borough: readers[i%len(readers)], Roles: []programme.Role{programme.RoleBoroughEditor}}
		c.SelfEvaluationID = of.ID
		if faults := c.Put(asking, of, w.now); len(faults) > 0 {
			return programme.Refuse(faults)
		}
		if c.Answer != nil {
			c.State, c.AnsweredAt = evaluation.CommentAnswered, &w.now
		}
		if c.Kind == evaluation.LineOfEnquiry {
			if err := c.End(asking, w.now); err != nil {
				return err
			}
		}
		if err := insert(w, selfEvaluationComments, &c); err != nil {
			return err
		}
		if c.Kind != evaluation.LineOfEnquiry {
			continue
		}
		f := said.Found
		f.PeerChallengeGroupID, f.Borough, f.SelfEvaluationCommentID, f.Illustrative = &group.ID, of.Borough, &c.ID, c.Illustrative
		f.Audience = programme.Parties(group.Boroughs()...)
		if err := f.Answer(programme.Accepted, nil, w.now); err != nil {
			return err
		}
		if err := insert(w, findings, &f); err != nil {
			return err
		}
	}
	return nil
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
