package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// keepRead keeps in the audit that the actor asks for true figures of the quarter, and by
// what question: committed before any is read, so that there is no answer without it. What
// would be refused is refused, and not kept. The quarter is held, so that its entries
// become visible in their order. The snapshot that is kept is the one that is read, also if
// another is shown by then; nothing is told to the feed, because nothing is another.
func (s *Store) keepRead(ctx context.Context, actor programme.Actor, quarter string, f *disclosure.FigureFilter) error {
	if err := disclosure.MayReadUnsuppressed(actor); err != nil {
		return err
	}
	if f.Group != nil || len(f.Peers) > 0 {
		common := *f
		common.Unsuppressed = false
		if _, err := s.figuresOf(s.gorm.WithContext(ctx), actor, quarter, common); err != nil {
			return refusal(err)
		}
	}
	return s.act(ctx, actor, func(w *work) error {
		q, err := hold(w, quarters, quarter)
		if err != nil {
			return err
		}
		asked := disclosure.UnsuppressedRead{Borough: f.Borough, Indicator: f.Indicator, Exception: f.Exception, Group: f.Group, Peers: f.Peers}
		row, err := chosenSnapshot(w.tx, quarter, f.Number)
		switch {
		case err == nil:
			asked.Snapshot = &row.Number
			f.Number = asked.Snapshot
		case !unpublished(err) || f.Number != nil || !q.OpenFor(w.today()):
			return err
		}
		text, err := asJSON(asked)
		if err != nil {
			return err
		}
		entry := newAuditRow(w.now, actor, actionRead, "quarter", quarter)
		entry.After, entry.Withheld = text, []string{}
		entry.SeenBefore, entry.SeenAfter, entry.ReadBy = q.Audience, q.Audience, programme.TeamOnly()
		return enter(w.tx, &entry)
	})
}

// unsuppressedSnapshot answers the snapshot, which stands, with its true figures in place
// of what everybody sees.
func (s *Store) unsuppressedSnapshot(tx *gorm.DB, actor programme.Actor, row *disclosure.QuarterSnapshot) (disclosure.Shown, error) {
	shown := disclosure.Shown{}
	kept, err := s.frozen.of(tx, row)
	if err != nil {
		return shown, err
	}
	reference, err := s.Snapshot(tx.Statement.Context)
	if err != nil {
		return shown, err
	}
	sources, err := behind(tx, row.ID, "")
	if err != nil {
		return shown, err
	}
	d := kept.document
	setting := &disclosure.Setting{Heading: d.Heading, Members: d.Boroughs, Indicators: kept.asked.Indicators, Neighbours: neighboursIn(reference)}
	if len(d.Indicators) > 0 {
		setting.Region = d.Indicators[0].Region.Key
	}
	all := make([]disclosure.Return, len(d.Boroughs))
	for i := range d.Boroughs {
		all[i], _ = returnOf(d.Boroughs[i].Borough, kept.period, sources)
	}
	truth, err := disclosure.New(kept.asked.Document, kept.period, all)
	if err != nil {
		return shown, err
	}
	shown.Indicators, shown.Asked = kept.asked.Indicators, editionOf(&kept.asked)
	shown.Document, err = unsuppressed(truth, actor, setting)
	return shown, err
}

// unsuppressed computes of the true figures, for the programme's team, what is computed for
// everybody of the view.
func unsuppressed(truth *disclosure.Set, actor programme.Actor, setting *disclosure.Setting) (*disclosure.Document, error) {
	view, err := truth.True(actor)
	if err != nil {
		return nil, err
	}
	return view.Document(setting)
}
