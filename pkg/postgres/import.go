package postgres

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// importLock is the advisory lock that lets one import run at a time. The number
// means nothing, but must stay the same.
const importLock = 7_203_511

// Import reads a published file into the database, in one transaction. sha256 is
// that of its bytes, lower-case hexadecimal, and name the file's name. A file
// that was imported before is not read again. Figures that are held and equal
// stay as they are, so that they keep naming the release that gave them;
// different ones are corrected. Periods that are missing are added, and rates
// that are computed from a population are computed again when it changes.
//
// The error is Forbidden for anyone but the programme's team, that of read, or
// Invalid if the figures name an indicator or an authority that does not exist.
// Then nothing has been imported.
func (s *Store) Import(ctx context.Context, actor programme.Actor, sha256, name string, read func(known benchmark.Known) (*benchmark.Import, error)) (benchmark.ImportResult, error) {
	if err := mayWrite(actor); err != nil {
		return benchmark.ImportResult{}, err
	}
	i := &importer{store: s, actor: actor}
	err := s.carryOut(ctx, "BEGIN", func(l line) error {
		i.tx, i.conn = l.DB, l.conn
		return i.run(ctx, sha256, name, read)
	})
	if err == nil {
		s.showOwn(ctx, i.generation)
	}
	return orZero(i.result, err)
}

// importer is one import.
type importer struct {
	store      *Store
	actor      programme.Actor
	conn       *sql.Conn
	tx         *gorm.DB
	result     benchmark.ImportResult
	generation int64
}

func (i *importer) run(ctx context.Context, sha256, name string, read func(known benchmark.Known) (*benchmark.Import, error)) error {
	if err := unhurried(i.tx); err != nil {
		return err
	}
	if err := i.tx.Exec("SELECT pg_advisory_xact_lock(?)", importLock).Error; err != nil {
		return err
	}
	var before []benchmark.Release
	if err := i.tx.Where(clause.Eq{Column: "sha256", Value: sha256}).Find(&before).Error; err != nil {
		return err
	}
	if len(before) > 0 {
		i.result = benchmark.ImportResult{Release: before[0], Known: true}
		return nil
	}
	known, err := i.known()
	if err != nil {
		return err
	}
	file, err := read(known)
	if err != nil {
		return err
	}
	release := file.Release
	release.ID, release.SHA256, release.ImportedAt = newID(), sha256, i.store.now()
	if release.File == "" {
		release.File = name
	}
	return i.apply(ctx, release, file)
}

// known is what a file's reader needs of what is held.
func (i *importer) known() (known benchmark.Known, err error) {
	for _, rows := range []any{&known.Authorities, &known.Successions, &known.Indicators, &known.Populations} {
		if err := i.tx.Find(rows).Error; err != nil {
			return known, err
		}
	}
	return known, nil
}

func (i *importer) apply(ctx context.Context, release benchmark.Release, file *benchmark.Import) error {
	// Other writers wait from here on, not while the file was read.
	if err := lockGeneration(i.tx); err != nil {
		return err
	}
	if err := i.tx.Create(&release).Error; err != nil {
		return err
	}
	i.result.Release = release
	for _, step := range []func(context.Context, string, *benchmark.Import) error{i.periods, i.observations, i.populations, i.neighbours} {
		if err := step(ctx, release.ID, file); err != nil {
			return err
		}
	}
	if err := i.store.audit(i.tx, i.actor, actionImport, "release", release.ID, nil, imported{release, i.result.Inserted, i.result.Updated, i.result.Unchanged}); err != nil {
		return err
	}
	return readGeneration(i.tx, &i.generation)
}

// imported is a release as the audit knows it, with the figures that it brought.
type imported struct {
	benchmark.Release

	Inserted, Updated, Unchanged int
}

// periods adds the periods that the figures name and nobody has created.
func (i *importer) periods(_ context.Context, _ string, file *benchmark.Import) error {
	named := map[string]bool{}
	for k := range file.Observations {
		named[file.Observations[k].Period] = true
	}
	var present []string
	if err := i.tx.Model(&benchmark.Period{}).Pluck("code", &present).Error; err != nil {
		return err
	}
	var missing []benchmark.Period
	for _, code := range slices.Sorted(maps.Keys(named)) {
		if slices.Contains(present, code) {
			continue
		}
		p, err := benchmark.ParsePeriod(code)
		if err != nil {
			return err
		}
		p.CreatedAt = i.store.now()
		missing = append(missing, p)
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

func (i *importer) observations(ctx context.Context, release string, file *benchmark.Import) error {
	rows := file.Observations
	return i.merge(ctx, observationTable, len(rows), func(k int) ([]any, error) {
		o := &rows[k]
		return []any{o.Period, o.Indicator, o.Geography, o.Value, string(o.Status), o.Numerator, o.Denominator, release}, nil
	})
}

func (i *importer) populations(ctx context.Context, release string, file *benchmark.Import) error {
	rows := file.Populations
	changed := i.result.Inserted + i.result.Updated
	err := i.merge(ctx, populationTable, len(rows), func(k int) ([]any, error) {
		p := &rows[k]
		return []any{p.Geography, p.MidYear, p.Estimate, string(p.Status), release}, nil
	})
	if err != nil || changed == i.result.Inserted+i.result.Updated {
		return err
	}
	known, err := i.known()
	if err != nil {
		return err
	}
	return ratesOfPopulations(i.tx, known)
}

// neighbours replaces the model's neighbours by those of the file.
func (i *importer) neighbours(ctx context.Context, release string, file *benchmark.Import) error {
	if file.Model == nil || len(file.Neighbours) == 0 {
		return nil
	}
	model, rows := *file.Model, file.Neighbours
	model.ReleaseID, model.CreatedAt = release, i.store.now()
	if err := i.model(model); err != nil {
		return err
	}
	if err := i.merge(ctx, neighbourTable, len(rows), func(k int) ([]any, error) {
		n := &rows[k]
		return []any{model.Code, n.Authority, n.Rank, n.Neighbour, n.Closeness}, nil
	}); err != nil {
		return err
	}
	return i.tx.Exec(`DELETE FROM neighbours n WHERE n.model_code = ? AND NOT EXISTS
		(SELECT 1 FROM incoming i WHERE i.authority_code = n.authority_code AND i.rank = n.rank)`, model.Code).Error
}

// model keeps the model itself, in the place of the one that has its code.
func (i *importer) model(model benchmark.NeighbourModel) error {
	var held []benchmark.NeighbourModel
	if err := i.tx.Where(clause.Eq{Column: "code", Value: model.Code}).Find(&held).Error; err != nil {
		return err
	}
	if len(held) == 0 {
		if err := i.tx.Create(&model).Error; err != nil {
			return err
		}
		return i.store.audit(i.tx, i.actor, actionCreate, "neighbour-model", model.Code, nil, model)
	}
	model.CreatedAt = held[0].CreatedAt
	if err := saveAll(i.tx, &model); err != nil {
		return err
	}
	return i.store.audit(i.tx, i.actor, actionUpdate, "neighbour-model", model.Code, held[0], model)
}

// copyIn streams rows into a new temporary table named incoming, which has the
// columns of the given table.
func (i *importer) copyIn(ctx context.Context, t table, n int, row func(int) ([]any, error)) error {
	if err := i.tx.Exec("DROP TABLE IF EXISTS incoming").Error; err != nil {
		return err
	}
	if err := i.tx.Exec("CREATE TEMPORARY TABLE incoming (LIKE " + t.name + ") ON COMMIT DROP").Error; err != nil {
		return err
	}
	if err := onConn(i.conn, func(c *pgx.Conn) error {
		_, err := c.CopyFrom(ctx, pgx.Identifier{"incoming"}, t.columns(), pgx.CopyFromSlice(n, row))
		return err
	}); err != nil {
		return err
	}
	return i.tx.Exec("ANALYZE incoming").Error
}
