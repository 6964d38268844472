package postgres

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Import takes a published file into the database, in one transaction. What it gives
// is kept as a release, and stands wherever no newer release gives the same cell:
// see [benchmark.Delivery]. A file of which every figure stands already writes
// nothing, nor does one that came before and would still change nothing. Periods
// that are missing are added if they have ended, and rates that are computed from a
// population are computed again when it changes.
//
// read is asked without any lock, and again with it if what was known has changed
// in between. The error is Forbidden for anyone but the programme's team, that of
// read, Invalid if the figures name what does not exist, or no day of publication
// where others of the same cells are held, or Conflict while nobody has acknowledged
// its warnings. Then nothing has been imported, as after a dry run.
func (s *Store) Import(ctx context.Context, actor programme.Actor, d benchmark.Delivery, read func(known benchmark.Known) (*benchmark.Import, error)) (benchmark.ImportResult, error) {
	if err := mayWrite(actor); err != nil {
		return benchmark.ImportResult{}, err
	}
	i := &importer{store: s, actor: actor, delivery: d, read: read}
	if err := d.Check(s.rules.Today(s.now())); err != nil {
		return benchmark.ImportResult{}, err
	}
	err := s.transact(ctx, func(ctx context.Context, u *unit) error {
		i.ledger = ledger{tx: u.tx.WithContext(ctx), conn: u.conn}
		if err := unhurried(i.tx); err != nil {
			return err
		}
		if d.Once {
			if before, err := i.came(); err != nil || before {
				return err
			}
		}
		if err := i.prepare(ctx); err != nil {
			return err
		}
		// What comes to nothing leaves nothing, and lets others write at once.
		if err := i.tx.Exec("SAVEPOINT import").Error; err != nil {
			return err
		}
		if err := i.run(ctx); err != nil {
			return err
		}
		if d.DryRun || i.result.Known {
			return i.tx.Exec("ROLLBACK TO SAVEPOINT import").Error
		}
		return readGeneration(i.tx, &u.generation)
	})
	return orZero(i.result, err)
}

// importer is one import.
type importer struct {
	ledger

	store    *Store
	actor    programme.Actor
	delivery benchmark.Delivery
	read     func(known benchmark.Known) (*benchmark.Import, error)
	file     *benchmark.Import
	known    benchmark.Known // with which the file was read
	at       int64           // the generation of which that was, or an earlier one

	release                          benchmark.Release
	result                           benchmark.ImportResult
	figures, populations, neighbours tally
}

// came finds the release that the same bytes were the last time, standing or not.
func (i *importer) came() (bool, error) {
	var found []benchmark.Release
	err := i.tx.Where(clause.Eq{Column: "sha256", Value: i.delivery.SHA256}).Order("id DESC").Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return false, err
	}
	i.result = benchmark.ImportResult{Release: found[0], Known: true}
	return true, nil
}

// prepare reads the file and brings what it gives to the database's side.
func (i *importer) prepare(ctx context.Context) (err error) {
	if err := readGeneration(i.tx, &i.at); err != nil {
		return err
	}
	if i.known, err = i.reference(); err != nil {
		return err
	}
	return i.take(ctx)
}

func (i *importer) take(ctx context.Context) (err error) {
	if i.file, err = i.read(i.known); err != nil {
		return err
	}
	rows := i.file.Observations
	if err := i.bring(ctx, observationCells, len(rows), func(k int) ([]any, error) {
		o := &rows[k]
		return []any{o.Period, o.Indicator, o.Geography, o.Value, string(o.Status), o.Numerator, o.Denominator}, nil
	}); err != nil {
		return err
	}
	people := i.file.Populations
	if err := i.bring(ctx, populationCells, len(people), func(k int) ([]any, error) {
		p := &people[k]
		return []any{p.Geography, p.MidYear, p.Estimate, string(p.Status)}, nil
	}); err != nil {
		return err
	}
	return i.bringNeighbours(ctx, i.file.Neighbours)
}

// run is all that needs the lock.
func (i *importer) run(ctx context.Context) error {
	if err := lockGeneration(i.tx); err != nil {
		return err
	}
	if err := i.same(ctx); err != nil {
		return err
	}
	i.describe()
	if err := i.countAll(); err != nil {
		return err
	}
	i.result.Form, i.result.EmptyRows, i.result.Release, i.result.Warnings = i.file.Form, i.file.EmptyRows, i.release, i.file.Warnings
	if i.figures.stood() && i.populations.stood() && i.neighbours.stood() {
		return i.nothing()
	}
	if i.release.PublishedOn == nil && i.figures.held+i.populations.held+i.neighbours.held > 0 {
		return &programme.Error{
			Kind: programme.Invalid, Code: programme.CodePublicationNeeded,
			Detail: "The file gives figures that are held already. Say when it was published, so that of each the newer stands.",
			Faults: []programme.Fault{{Parameter: "publishedOn", Code: programme.FaultRequired, Detail: "The day on which the file was published is needed."}},
		}
	}
	if err := i.write(ctx); err != nil {
		return err
	}
	if !i.result.Changes() {
		before, err := i.before()
		if err != nil {
			return err
		}
		if before != nil {
			i.result.Known, i.result.Release, i.result.Periods = true, *before, nil
			return nil
		}
	}
	if len(i.result.Warnings) > 0 && i.delivery.Acknowledgement == "" && !i.delivery.DryRun {
		return &programme.Error{
			Kind: programme.Conflict, Code: programme.CodeUnacknowledged, Faults: i.result.Warnings,
			Detail: "The file gives what somebody should look at first. Nothing was loaded. Send it again with words that acknowledge what is listed.",
		}
	}
	return i.store.audit(i.tx, i.actor, actionImport, "release", i.release.ID, nil, imported{
		i.release, i.result.Inserted, i.result.Updated, i.result.Withdrawn, i.result.Unchanged, i.result.Older, len(i.result.Warnings), i.delivery.Acknowledgement,
	})
}

// imported is a release as the audit knows it, with the figures that it brought and
// what its sender said about its warnings.
type imported struct {
	benchmark.Release

	Inserted, Updated, Withdrawn, Unchanged, Older, Warnings int

	Acknowledgement string
}

// same makes sure that the file was read with what is still known. The lock is held.
func (i *importer) same(ctx context.Context) error {
	var now int64
	if err := readGeneration(i.tx, &now); err != nil || now == i.at {
		return err
	}
	known, err := i.reference()
	if err != nil || reflect.DeepEqual(known, i.known) {
		return err
	}
	i.known = known
	return i.take(ctx)
}

// describe makes the release of what the file and its sender say.
func (i *importer) describe() {
	r, d := i.file.Release, i.delivery
	now := i.store.now()
	r.ID, r.SHA256, r.State = newID(), d.SHA256, benchmark.Standing
	r.ImportedAt, r.UpdatedAt, r.Version = now, now, firstVersion(now)
	r.PublishedOn, r.NextUpdateOn, r.Methodology = d.PublishedOn, d.NextUpdateOn, d.Methodology
	if r.File == "" {
		r.File = d.File
	}
	i.release = r
}

func (i *importer) countAll() (err error) {
	if i.figures, err = i.count(observationCells); err != nil {
		return err
	}
	if i.populations, err = i.count(populationCells); err != nil {
		return err
	}
	i.neighbours, err = i.countNeighbours(i.modelCode())
	return err
}

// nothing answers for a file of which every figure stands: with the release that it
// was before, or else with the newest that its figures are of.
func (i *importer) nothing() error {
	i.result.Known = true
	i.result.Unchanged = i.figures.given + i.populations.given + i.neighbours.given
	var found []benchmark.Release
	of := i.tx.Session(&gorm.Session{NewDB: true}).Raw(`SELECT t.release_id FROM incoming_observations i JOIN observations t USING (period_code, indicator_code, geography_code)
		UNION SELECT t.release_id FROM incoming_populations i JOIN populations t USING (geography_code, mid_year)
		UNION SELECT release_id FROM neighbour_models WHERE code = ?`, i.modelCode())
	err := i.tx.Table("releases AS r").Where("r.id IN (?)", of).
		Order(clause.Expr{SQL: "r.sha256 = ? DESC, " + newest, Vars: []any{i.delivery.SHA256}}).Limit(1).Find(&found).Error
	if err == nil && len(found) > 0 {
		i.result.Release = found[0]
	}
	return err
}

// before answers the release that the same file was already, as published then, or nil.
func (i *importer) before() (*benchmark.Release, error) {
	var found []benchmark.Release
	err := i.tx.Where("sha256 = ? AND state = ? AND published_on IS NOT DISTINCT FROM ? AND id <> ?", i.delivery.SHA256, benchmark.Standing, i.release.PublishedOn, i.release.ID).
		Order("id DESC").Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// write keeps what the release gives, lets it stand, and says what that changed.
func (i *importer) write(ctx context.Context) error {
	if err := i.periods(); err != nil {
		return err
	}
	if err := i.tx.Create(&i.release).Error; err != nil {
		return err
	}
	for _, kind := range []struct {
		cells cells
		tally *tally
	}{{observationCells, &i.figures}, {populationCells, &i.populations}} {
		if err := i.keep(kind.cells, i.release.ID); err != nil {
			return err
		}
		if err := i.arrive(kind.cells, i.release, kind.tally); err != nil {
			return err
		}
	}
	if err := i.keepNeighbours(i.release.ID, i.file.Model); err != nil {
		return err
	}
	if err := i.arriveNeighbours(i.store, i.actor, i.release, i.file.Model, &i.neighbours); err != nil {
		return err
	}
	if i.populations.added+i.populations.corrected > 0 {
		if err := i.rates(nil); err != nil {
			return err
		}
	}
	return i.report(ctx)
}

// periods adds the periods that the figures lie in and nobody has created.
func (i *importer) periods() error {
	named := map[string]bool{}
	for k := range i.file.Observations {
		named[i.file.Observations[k].Period] = true
	}
	var present []string
	if err := i.tx.Model(&benchmark.Period{}).Pluck("code", &present).Error; err != nil {
		return err
	}
	today := i.store.rules.Today(i.store.now())
	var missing []benchmark.Period
	var faults []programme.Fault
	for _, code := range slices.Sorted(maps.Keys(named)) {
		if slices.Contains(present, code) {
			continue
		}
		p, err := benchmark.ParsePeriod(code)
		if err != nil {
			return err
		}
		if p.EndsOn >= today {
			faults = append(faults, programme.Fault{File: i.release.File, Code: programme.FaultInFuture, Detail: "The period " + code + " has not ended yet."})
		}
		p.CreatedAt = i.store.now()
		missing = append(missing, p)
		i.result.Periods = append(i.result.Periods, code)
	}
	if len(faults) > 0 {
		return &programme.Error{Kind: programme.Invalid, Code: programme.CodeInvalidFile, Faults: faults, Detail: "Nothing of the file was loaded: it has figures of periods that have not ended."}
	}
	if len(missing) == 0 {
		return nil
	}
	if err := i.tx.CreateInBatches(missing, batch).Error; err != nil {
		return err
	}
	for _, p := range missing {
		if err := i.store.audit(i.tx, i.actor, actionCreate, "period", p.Code, nil, p); err != nil {
			return err
		}
	}
	return nil
}

func (i *importer) modelCode() string {
	if i.file.Model == nil {
		return ""
	}
	return i.file.Model.Code
}
