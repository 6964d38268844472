package postgres

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/maypok86/otter/v2"
	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// QuarterFigures lists the figures of a quarter as the actor may see them, borough by
// borough: of a snapshot or, until it is published, what is in force, as far as it is the
// actor's to see. The error is NotFound if there is no such quarter, Conflict if the actor
// sees nothing of it until it is published, Malformed if it has no snapshot with the
// number, or Gone if that was withdrawn; Forbidden if true figures are wanted that are not
// the actor's to see. Those are read once the audit has kept what was asked. Malformed too
// are a group that is not the actor's to see, and peers that were not expected in the quarter.
func (s *Store) QuarterFigures(actor programme.Actor, quarter string, f disclosure.FigureFilter) programme.Listing[disclosure.QuarterFigure] {
	shown := func(tx *gorm.DB) (disclosure.Shown, error) { return s.figuresOf(tx, actor, quarter, f) }
	reads := []string{"quarter", "quarter-snapshot", "benchmarking-submission", "framework"}
	if f.Unsuppressed {
		reads = nil // it is asked, and kept in the audit, each time
	}
	l := listed(s, reads, lastHeard(actor), (*disclosure.QuarterFigure).Key, func(tx *gorm.DB) ([]disclosure.QuarterFigure, error) {
		shown, err := shown(tx)
		if err == nil {
			err = s.setBeside(tx, actor, &shown)
		}
		if err != nil {
			return nil, err
		}
		return shown.Figures(f), nil
	})
	if f.Unsuppressed {
		return l.Under(func(ctx context.Context) error { return s.keepRead(ctx, actor, quarter, &f) })
	}
	// A whole list begins before its rows are read.
	l.Each = l.Under(func(ctx context.Context) error {
		_, err := shown(s.gorm.WithContext(ctx))
		return refusal(err)
	}).Each
	return l
}

// figuresOf answers what the figures are listed of.
func (s *Store) figuresOf(tx *gorm.DB, actor programme.Actor, quarter string, f disclosure.FigureFilter) (shown disclosure.Shown, err error) {
	row, err := chosenSnapshot(tx, quarter, f.Number)
	switch {
	case unpublished(err) && f.Number == nil:
		if shown, err = s.openQuarter(tx, actor, quarter, f.Unsuppressed, err); err == nil {
			err = shown.May(actor)
		}
	case err == nil:
		shown, err = s.snapshotAs(tx, actor, &row, f.Unsuppressed)
	}
	if err == nil {
		err = setPeers(tx, actor, &shown, f)
	}
	return shown, err
}

// setPeers puts beside the quarter whom the actor wants to see there. A group that is not
// there, or not the actor's to see, is Malformed.
func setPeers(tx *gorm.DB, actor programme.Actor, shown *disclosure.Shown, f disclosure.FigureFilter) error {
	if err := f.Choose(); err != nil {
		return err
	}
	if f.Group == nil {
		if len(f.Peers) == 0 {
			return nil
		}
		return shown.SetPeers(&disclosure.Peers{Boroughs: f.Peers})
	}
	var found []programme.PeerChallengeGroup
	if err := tx.Scopes(visibleTo(actor)).Where("id = ?", *f.Group).Find(&found).Error; err != nil {
		return err
	}
	if len(found) == 0 {
		return programme.BadRequest(programme.UnknownParameter("peerChallengeGroupId", "There is no peer challenge group with this id."))
	}
	return shown.SetPeers(&disclosure.Peers{Group: found[0].Name, Boroughs: found[0].Boroughs()})
}

// snapshotAs answers a snapshot, which stands, as the actor may see it, or the truth of it.
func (s *Store) snapshotAs(tx *gorm.DB, actor programme.Actor, row *disclosure.QuarterSnapshot, wantsTruth bool) (shown disclosure.Shown, err error) {
	if wantsTruth {
		shown, err = s.unsuppressedSnapshot(tx, actor, row)
	} else {
		shown, err = s.thawed(tx, actor, row)
	}
	if err == nil {
		err = shown.May(actor)
	}
	return shown, err
}

// chosenSnapshot looks for the quarter's snapshot with the number or, without one, for that
// which is shown.
func chosenSnapshot(tx *gorm.DB, quarter string, number *int) (row disclosure.QuarterSnapshot, err error) {
	var found []struct {
		Published    bool
		ID           *string
		Number       int
		Framework    string
		State        disclosure.SnapshotState
		WithdrawnFor *string
	}
	err = tx.Raw(`SELECT q.published_at IS NOT NULL AS published, s.id, s.number, s.framework_version AS framework, s.state, s.withdrawn_for
		FROM quarters q LEFT JOIN quarter_snapshots s ON s.quarter_code = q.code AND CASE WHEN CAST(@number AS int) IS NULL THEN s.id = q.snapshot_id ELSE s.number = @number END
		WHERE q.code = @quarter`, map[string]any{"number": number, "quarter": quarter}).Scan(&found).Error
	switch {
	case err != nil:
		return row, err
	case len(found) == 0:
		return row, missing[returns.Quarter]()
	case !found[0].Published:
		return row, programme.Errorf(programme.Conflict, programme.CodeNotPublished, "%s is not published.", quarter)
	case found[0].ID == nil && number != nil:
		return row, programme.BadRequest(programme.UnknownParameter("snapshot", "The quarter has no snapshot with this number."))
	case found[0].ID == nil:
		return row, programme.Errorf(programme.Gone, programme.CodeWithdrawn, "All snapshots of %s were withdrawn.", quarter)
	}
	row = disclosure.QuarterSnapshot{Quarter: quarter, Number: found[0].Number, State: found[0].State, WithdrawnFor: found[0].WithdrawnFor, Framework: found[0].Framework}
	row.ID = *found[0].ID
	return row, row.Readable()
}

// thawed answers a snapshot, which stands, as the actor may see it.
func (s *Store) thawed(tx *gorm.DB, actor programme.Actor, row *disclosure.QuarterSnapshot) (disclosure.Shown, error) {
	kept, err := s.frozen.of(tx, row)
	if err != nil {
		return disclosure.Shown{}, err
	}
	shown := *kept.shown()
	if owner := disclosure.Owner(actor); owner != "" {
		shown.Own, err = kept.own(tx, row.ID, owner)
	}
	return shown, err
}

// shown answers what everybody sees of the snapshot.
func (f *frozen) shown() *disclosure.Shown {
	return &disclosure.Shown{Document: f.document, Indicators: f.asked.Indicators, Asked: editionOf(&f.asked)}
}

func editionOf(a *returns.Asked) framework.Edition {
	return framework.Edition{Number: a.Version, Document: a.Document}
}

// frozenCache keeps snapshots that were read, up to a number of bytes. They never change,
// so that whatever is in it is right.
type frozenCache struct {
	cache *otter.Cache[string, *frozen]
}

// frozen is a snapshot as it is read.
type frozen struct {
	document *disclosure.Document
	period   benchmark.Period
	asked    returns.Asked
	size     int

	mu     sync.Mutex
	owners map[string]*disclosure.View // true figures, each for its own borough alone
}

const (
	// frozenBytes are those of some forty quarters.
	frozenBytes = 24 << 20
	// frozenFactor is about how much more a document takes in memory than its text.
	frozenFactor = 3
)

func newFrozenCache() frozenCache {
	return frozenCache{otter.Must(&otter.Options[string, *frozen]{
		MaximumWeight: frozenBytes,
		Weigher:       func(_ string, f *frozen) uint32 { return uint32(f.size * frozenFactor) }, // #nosec G115 -- some hundred kilobytes
	})}
}

// of answers the snapshot, which stands.
func (c frozenCache) of(tx *gorm.DB, row *disclosure.QuarterSnapshot) (*frozen, error) {
	if kept, is := c.cache.GetIfPresent(row.ID); is {
		return kept, nil
	}
	text, err := documentOf(tx, row.ID)
	if err != nil {
		return nil, err
	}
	f := &frozen{document: new(disclosure.Document), size: len(text), owners: map[string]*disclosure.View{}}
	if err := json.Unmarshal([]byte(text), f.document); err != nil {
		return nil, err
	}
	if f.period, err = benchmark.ParsePeriod(row.Quarter); err != nil {
		return nil, err
	}
	if f.asked, err = askedBy(tx, row.Framework); err != nil {
		return nil, err
	}
	c.cache.Set(row.ID, f)
	return f, nil
}

// own answers the true figures of a borough in the snapshot.
func (f *frozen) own(tx *gorm.DB, id, borough string) (*disclosure.View, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if v := f.owners[borough]; v != nil {
		return v, nil
	}
	sources, err := behind(tx, id, borough)
	if err != nil {
		return nil, err
	}
	v, err := own(f.asked.Document, f.period, borough, sources)
	if err == nil {
		f.owners[borough] = v
	}
	return v, err
}

// behind reads the versions of which a snapshot was made, of one borough where it is named.
func behind(tx *gorm.DB, snapshot, borough string) (sources []source, err error) {
	err = tx.Raw(sourcesSQL+`JOIN quarter_snapshot_sources x ON x.submission_id = v.submission_id AND x.number = v.number
		WHERE x.snapshot_id = @snapshot AND (@borough = '' OR s.borough_code = @borough)`, map[string]any{"snapshot": snapshot, "borough": borough}).Scan(&sources).Error
	return sources, err
}

// own answers the true figures of a borough, of what the sources say of it.
func own(d *framework.Document, period benchmark.Period, borough string, sources []source) (*disclosure.View, error) {
	r, _ := returnOf(borough, period, sources)
	set, err := disclosure.New(d, period, []disclosure.Return{r})
	if err != nil {
		return nil, err
	}
	return set.Own(borough), nil
}
