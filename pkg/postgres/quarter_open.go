package postgres

import (
	"errors"

	"gorm.io/gorm"

	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// unpublished reports whether it is the refusal of a quarter that is not published.
func unpublished(err error) bool {
	e, is := errors.AsType[*programme.Error](err)
	return is && e.Code == programme.CodeNotPublished
}

// openQuarter answers a quarter that is not published, once its window has opened: to the
// programme's team what everybody would see if it were published now, or the truth of
// that; to a borough its own figures beside the last quarter that is published. To all
// others, and before, it is refused as said. Nothing is written.
func (s *Store) openQuarter(tx *gorm.DB, actor programme.Actor, quarter string, unsuppressed bool, refused error) (disclosure.Shown, error) {
	owner := disclosure.OwnerOfOpen(actor)
	if owner == "" && !disclosure.MayReadOpen(actor) {
		return disclosure.Shown{}, refused
	}
	q, err := read(beyondSight(tx), quarters, quarter)
	if err != nil {
		return disclosure.Shown{}, err
	}
	w := &work{store: s, ctx: tx.Statement.Context, tx: tx, actor: actor, now: s.now()}
	if !q.OpenFor(w.today()) {
		return disclosure.Shown{}, refused
	}
	policy, err := w.policyOf(&q, w.policyAsOf)
	switch e, is := errors.AsType[*programme.Error](err); {
	case is && e.Code == programme.CodeNoFramework:
		return disclosure.Shown{}, refused
	case err != nil:
		return disclosure.Shown{}, err
	case disclosure.MayReadOpen(actor):
		return w.openRegion(policy, owner, unsuppressed)
	}
	return w.openBorough(policy, owner)
}

func (s *showing) shown() disclosure.Shown {
	return disclosure.Shown{Indicators: s.asked.Indicators, Asked: editionOf(&s.asked), Provisional: true}
}

// openRegion answers what is in force of all boroughs, as everybody would see it; an
// owner's own figures are laid over as they would be.
func (w *work) openRegion(policy *showing, owner string, wantsTruth bool) (disclosure.Shown, error) {
	shown := policy.shown()
	sources, err := inForce(w.tx, policy.period, "")
	if err != nil {
		return shown, err
	}
	all, members, without := policy.returned(sources)
	shown.Received = &disclosure.Received{N: len(members) - len(without), Expected: len(members)}
	truth, err := disclosure.New(policy.asked.Document, policy.period, all)
	if err != nil {
		return shown, err
	}
	setting := policy.setting(0, w.now, members)
	if wantsTruth {
		shown.Document, err = unsuppressed(truth, w.actor, setting)
		return shown, err
	}
	view, err := truth.Disclose(policy.policy)
	if err != nil {
		return shown, err
	}
	if shown.Document, err = view.Document(setting); err == nil && owner != "" {
		shown.Own, err = own(policy.asked.Document, policy.period, owner, sources)
	}
	return shown, err
}

// openBorough answers what is in force of the one borough. Nothing is read of any other:
// beside it stands the last quarter that everybody may see.
func (w *work) openBorough(policy *showing, owner string) (disclosure.Shown, error) {
	shown := policy.shown()
	sources, err := inForce(w.tx, policy.period, owner)
	if err != nil {
		return shown, err
	}
	view, err := own(policy.asked.Document, policy.period, owner, sources)
	if err != nil {
		return shown, err
	}
	var members []disclosure.Member
	for _, m := range policy.members() {
		if m.Borough == owner {
			members = append(members, m)
		}
	}
	if shown.Document, err = view.Document(policy.setting(0, w.now, members)); err != nil {
		return shown, err
	}
	shown.Beside, err = w.store.lastPublished(w.tx, policy.quarter)
	return shown, err
}

// lastPublished answers what is shown of the last quarter before this one that is
// published, or nil. What is made up stands beside nothing that is not.
func (s *Store) lastPublished(tx *gorm.DB, q *returns.Quarter) (*disclosure.Shown, error) {
	var found []disclosure.QuarterSnapshot
	err := beyondSight(tx).Where(`id IN (SELECT snapshot_id FROM quarters WHERE code < ?) AND illustrative = ?`, q.Code, q.Illustrative).Order("quarter_code DESC").Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	kept, err := s.frozen.of(tx, &found[0])
	if err != nil {
		return nil, err
	}
	return kept.shown(), nil
}
