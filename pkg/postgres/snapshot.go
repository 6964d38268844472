package postgres

import (
	"context"
	"database/sql"
	"errors"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Snapshot answers everything that reads are answered from. It costs no query
// but on the first call and after a sleep. The error is Unavailable if the database
// has not confirmed for 30 seconds that this is the present state and does not do so
// when asked again, or cannot be asked for what this process has written.
func (s *Store) Snapshot(ctx context.Context) (*benchmark.Snapshot, error) {
	snapshot := s.snapshot.Load()
	if snapshot == nil {
		s.wanted.Store(true)
		if err := s.refresh(ctx, 0); err != nil {
			return nil, err
		}
		snapshot = s.snapshot.Load()
	}
	if owed := s.owed.Load(); owed > snapshot.Generation {
		if err := s.pay(ctx, owed); err != nil {
			return nil, unavailable(err)
		}
		snapshot = s.snapshot.Load()
	}
	if s.stale() {
		if err := s.askAgain(ctx); err != nil {
			return nil, err
		}
		snapshot = s.snapshot.Load()
	}
	return snapshot, nil
}

// stale reports whether the database has not confirmed the snapshot for too long.
func (s *Store) stale() bool {
	return time.Since(s.started)-time.Duration(s.confirmed.Load()) > s.staleAfter
}

// askAgain has a stale snapshot confirmed at once, where nothing is known against the
// database: a process that has slept, or whose machine was halted for a while, is late
// to ask and has lost nothing. Where the watcher waits for the database already, nobody
// else waits for it. Who asks at the same time shares the answer.
func (s *Store) askAgain(ctx context.Context) error {
	if !s.listening.Load() {
		return unavailable(errUnconfirmed)
	}
	done := s.again.DoChan("", func() (any, error) {
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestAnswer)
		defer cancel()
		losses, asked := s.losses.Load(), time.Now()
		var generation int64
		if err := readGeneration(s.gorm.WithContext(asking), &generation); err != nil {
			return nil, unavailable(err)
		}
		loading, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
		defer cancel()
		return nil, s.heard(loading, generation, losses, asked)
	})
	select {
	case answer := <-done:
		if answer.Err == nil && s.stale() { // the load found that the state is not to be trusted
			return unavailable(errUnconfirmed)
		}
		return answer.Err
	case <-ctx.Done():
		return refusal(ctx.Err())
	}
}

var errUnconfirmed = errors.New("the snapshot has not been confirmed for too long")

// owe keeps the snapshot from being served until it is of the generation or a
// later one.
func (s *Store) owe(generation int64) {
	for {
		old := s.owed.Load()
		if old >= generation || s.owed.CompareAndSwap(old, generation) {
			return
		}
	}
}

// pay loads the snapshot that is owed. A database that has nothing of that generation
// has lost the write, in a fail-over or to an older copy, and nobody can read it.
func (s *Store) pay(ctx context.Context, owed int64) error {
	if err := s.refresh(ctx, owed); err != nil {
		return err
	}
	if s.snapshot.Load().Generation < owed {
		s.owed.CompareAndSwap(owed, 0)
	}
	return nil
}

// confirm notes that the snapshot was the present state when the question was
// asked.
func (s *Store) confirm(asked time.Time) {
	at := int64(asked.Sub(s.started))
	for {
		old := s.confirmed.Load()
		if old >= at || s.confirmed.CompareAndSwap(old, at) {
			return
		}
	}
}

// refresh makes sure that the snapshot is of the generation or a later one.
// Only one caller loads at a time; those who waited mostly find it done.
func (s *Store) refresh(ctx context.Context, generation int64) error {
	select {
	case s.loading <- struct{}{}:
	case <-ctx.Done():
		return refusal(ctx.Err())
	}
	defer func() { <-s.loading }()
	old, losses := s.snapshot.Load(), s.losses.Load()
	if losses != s.trusted.Load() {
		old = nil
	}
	if old != nil && old.Generation >= generation {
		return nil
	}
	asked := time.Now()
	snapshot, err := s.load(ctx, old)
	if err != nil {
		return refusal(err)
	}
	s.snapshot.Store(snapshot)
	if old == nil && len(snapshot.Data.Periods()) > 0 {
		giveBack()
	}
	s.trusted.Store(losses)
	s.confirm(asked)
	return nil
}

// gaveBack is when the process last gave memory back to the machine, in nanoseconds.
var gaveBack atomic.Int64

// giveBack gives the machine what reading all figures has left behind, which is as much as
// it has made, and which the process would keep for a load that may never come again.
// Without figures it is little. Where they are read again within a minute, it would only be
// asked for again, page by page.
func giveBack() {
	now, last := time.Now().UnixNano(), gaveBack.Load()
	if now-last > int64(time.Minute) && gaveBack.CompareAndSwap(last, now) {
		debug.FreeOSMemory()
	}
}

// load reads one committed state. Reference data are small and read whole; of
// the figures only the columns that have changed since the old snapshot.
func (s *Store) load(ctx context.Context, old *benchmark.Snapshot) (*benchmark.Snapshot, error) {
	snapshot := &benchmark.Snapshot{}
	err := s.gorm.WithContext(ctx).Connection(func(conn *gorm.DB) error {
		raw, ok := conn.Statement.ConnPool.(*sql.Conn)
		if !ok {
			return errors.New("the pool does not hand out connections")
		}
		return conn.Transaction(func(tx *gorm.DB) error {
			if err := unhurried(tx); err != nil {
				return err
			}
			// The first statement fixes the state that all others see.
			if err := readGeneration(tx, &snapshot.Generation); err != nil {
				return err
			}
			if err := loadReference(tx, snapshot); err != nil {
				return err
			}
			return onConn(raw, func(c *pgx.Conn) (err error) {
				snapshot.Data, err = loadFigures(ctx, c, old)
				return err
			})
		}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	})
	return snapshot, err
}

// unhurried lets the transaction's statements run longer than a request may.
func unhurried(tx *gorm.DB) error { return tx.Exec("SET LOCAL statement_timeout = '10min'").Error }

// onConn lends the connection beneath the one of database/sql.
func onConn(conn *sql.Conn, do func(*pgx.Conn) error) error {
	return conn.Raw(func(c any) error {
		pgxConn, ok := c.(*stdlib.Conn)
		if !ok {
			return errors.New("the connection is not pgx's")
		}
		return do(pgxConn.Conn())
	})
}

func loadReference(tx *gorm.DB, snapshot *benchmark.Snapshot) error {
	var programmes []programme.Programme
	for _, table := range []struct {
		rows  any
		name  string // where it is not the struct's own
		order []string
	}{
		{&programmes, "", []string{"id"}},
		{&snapshot.Priorities, "", []string{"id"}},
		{&snapshot.SubRegions, "", []string{"slug"}},
		{&snapshot.Memberships, "", []string{"id"}},
		{&snapshot.Boroughs, "", []string{"code"}},
		{&snapshot.Authorities, "", []string{"code"}},
		{&snapshot.Successions, "", []string{"predecessor_code", "successor_code"}},
		{&snapshot.Indicators, "", []string{"code"}},
		{&snapshot.Caveats, "", []string{"id"}},
		{&snapshot.Targets, "", []string{"indicator_code", "period_code"}},
		{&snapshot.Revisions, revisionsTable, []string{"code", "revision"}},
		{&snapshot.Periods, "", []string{"code"}},
		{&snapshot.Models, "", []string{"code"}},
		{&snapshot.Neighbours, "", []string{"model_code", "authority_code", "rank"}},
		{&snapshot.Releases, "", []string{"id"}},
	} {
		query := tx
		if table.name != "" {
			query = query.Table(table.name)
		}
		if err := query.Order(bytewise(table.order)).Find(table.rows).Error; err != nil {
			return err
		}
	}
	if len(programmes) > 0 {
		snapshot.Programme = programmes[0]
	}
	slices.SortFunc(snapshot.Periods, benchmark.ComparePeriods)
	return nil
}

// bytewise orders as Go compares texts, whatever the database's collation.
// Numbers and ids have one order only.
func bytewise(columns []string) clause.OrderBy {
	var order clause.OrderBy
	for _, name := range columns {
		column := clause.OrderByColumn{Column: clause.Column{Name: name}}
		if name != "id" && name != "rank" && name != "revision" {
			column.Column = clause.Column{Name: name + ` COLLATE "C"`, Raw: true}
		}
		order.Columns = append(order.Columns, column)
	}
	return order
}

// loadFigures reads the changed columns period by period, so that neither side
// ever holds more than one period's rows.
func loadFigures(ctx context.Context, conn *pgx.Conn, old *benchmark.Snapshot) (*benchmark.Dataset, error) {
	var since int64
	var held *benchmark.Dataset
	if old != nil {
		since, held = old.Generation, old.Data
	}
	rows, err := conn.Query(ctx, "SELECT period_code, array_agg(indicator_code) FROM dataset_columns WHERE generation > $1 GROUP BY period_code ORDER BY period_code", since)
	if err != nil {
		return nil, err
	}
	type changedColumns struct {
		Period     string
		Indicators []string
	}
	changed, err := pgx.CollectRows(rows, pgx.RowToStructByPos[changedColumns])
	if err != nil {
		return nil, err
	}
	if len(changed) == 0 && held != nil {
		return held, nil
	}
	builder := benchmark.NewBuilder(held)
	texts := interned{}
	for _, c := range changed {
		for _, indicator := range c.Indicators {
			builder.Replace(c.Period, indicator)
		}
		if err := readFigures(ctx, conn, c.Period, c.Indicators, texts, builder.Add); err != nil {
			return nil, err
		}
	}
	return builder.Dataset(), nil
}

func readFigures(ctx context.Context, conn *pgx.Conn, period string, indicators []string, texts interned, add func(benchmark.Observation)) error {
	rows, err := conn.Query(ctx, `SELECT indicator_code, geography_code, status, release_id::text, value, numerator, denominator
		FROM observations WHERE period_code = $1 AND indicator_code = ANY ($2) ORDER BY indicator_code, geography_code`, period, indicators)
	if err != nil {
		return err
	}
	indicator, geography, status, release := text{in: texts}, text{in: texts}, text{in: texts}, text{in: texts}
	var value, numerator, denominator sql.NullFloat64
	_, err = pgx.ForEachRow(rows, []any{&indicator, &geography, &status, &release, &value, &numerator, &denominator}, func() error {
		add(benchmark.Observation{
			Period: period, Indicator: indicator.is, Geography: geography.is, Status: benchmark.Status(status.is), ReleaseID: release.is,
			Value: number(&value), Numerator: number(&numerator), Denominator: number(&denominator),
		})
		return nil
	})
	return err
}

func number(n *sql.NullFloat64) *float64 {
	if !n.Valid {
		return nil
	}
	return &n.Float64
}

// interned holds each text once: six million rows name a few hundred places.
type interned map[string]string

// text reads a text column without making a new string for a known text.
type text struct {
	in interned
	is string
}

// ScanBytes implements pgtype.BytesScanner.
func (t *text) ScanBytes(b []byte) error {
	known, ok := t.in[string(b)]
	if !ok {
		known = string(b)
		t.in[known] = known
	}
	t.is = known
	return nil
}
