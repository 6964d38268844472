package postgres

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
)

// ledger keeps what releases give, and changes what stands when one comes, goes or
// comes back. It works in a transaction that has the lock of all reference data.
type ledger struct {
	tx   *gorm.DB
	conn *sql.Conn          // that of tx
	near []benchmark.Change // of neighbours, as soon as those that come stand
}

// tally counts the cells of one kind that a release gives, against what stands.
type tally struct {
	given     int // by the release
	held      int // of those, that stand from whatever release
	differing int // of those, with another value
	added     int // that stand now and did not
	corrected int // that stand otherwise than before
	withdrawn int // that stand no more
	surplus   int // that stand and that the release, which gives all of its kind, does not give
}

// older counts the cells for which the release comes too late: a newer one gives
// them, with other values.
func (t tally) older() int { return t.differing - t.corrected }

// unchanged counts the cells that stood before as the release gives them.
func (t tally) unchanged() int { return t.held - t.differing }

// stood reports whether everything that the release gives stands already.
func (t tally) stood() bool { return t.given == t.held && t.differing == 0 && t.surplus == 0 }

// reference is what a file's reader needs of what is held.
func (l *ledger) reference() (known benchmark.Known, err error) {
	for _, rows := range []any{&known.Authorities, &known.Successions, &known.Indicators, &known.Populations} {
		if err := l.tx.Find(rows).Error; err != nil {
			return known, err
		}
	}
	return known, nil
}

// exec runs a statement about a kind of cells and answers how many rows it wrote.
func (l *ledger) exec(c cells, statement string, args ...any) (int, error) {
	done := l.tx.Exec(c.expand(statement), args...)
	return int(done.RowsAffected), done.Error
}

// expect makes the temporary table of what comes, empty.
func (l *ledger) expect(c cells) error {
	if _, err := l.exec(c, "DROP TABLE IF EXISTS {incoming}"); err != nil {
		return err
	}
	_, err := l.exec(c, "CREATE TEMPORARY TABLE {incoming} ON COMMIT DROP AS SELECT {key}, {values} FROM {stand} WHERE false")
	return err
}

// bring streams n rows into the temporary table of what comes.
func (l *ledger) bring(ctx context.Context, c cells, n int, row func(int) ([]any, error)) error {
	if err := l.expect(c); err != nil {
		return err
	}
	if err := onConn(l.conn, func(conn *pgx.Conn) error {
		_, err := conn.CopyFrom(ctx, pgx.Identifier{c.incoming}, c.columns(), pgx.CopyFromSlice(n, row))
		return err
	}); err != nil {
		return err
	}
	_, err := l.exec(c, "ANALYZE {incoming}")
	return err
}

// bringBack puts what a release gave where what comes is looked for.
func (l *ledger) bringBack(c cells, release string) error {
	if err := l.expect(c); err != nil {
		return err
	}
	from := "INSERT INTO {incoming} SELECT {key}, {values} FROM {given} WHERE release_id = ?"
	if c.figures { // the way by the columns has an index
		from = `INSERT INTO {incoming} SELECT {key}, {values} FROM {given} JOIN release_columns USING (release_id, period_code, indicator_code)
			WHERE release_id = ?`
	}
	if _, err := l.exec(c, from, release); err != nil {
		return err
	}
	_, err := l.exec(c, "ANALYZE {incoming}")
	return err
}

// count holds what comes to what stands.
func (l *ledger) count(c cells) (t tally, err error) {
	err = l.tx.Raw(c.expand("SELECT (SELECT count(*) FROM {incoming}), count(*), count(*) FILTER (WHERE ({values:t}) IS DISTINCT FROM ({values:i})) FROM {incoming} i JOIN {stand} t USING ({key})")).
		Row().Scan(&t.given, &t.held, &t.differing)
	return t, err
}

// begin makes the table of changes, empty.
func (l *ledger) begin(c cells) error {
	for _, statement := range []string{
		"DROP TABLE IF EXISTS {changes}",
		"CREATE TEMPORARY TABLE {changes} ON COMMIT DROP AS SELECT {key}, {values as was}, {values}, release_id FROM {stand} WHERE false",
		"ALTER TABLE {changes} ADD PRIMARY KEY ({key})", // rates that are computed again change a second time
	} {
		if _, err := l.exec(c, statement); err != nil {
			return err
		}
	}
	return nil
}

// arrive lets what comes stand, of the cells for which the release is the newest.
// Figures go in by their key, so that a column lies together on the disk.
func (l *ledger) arrive(c cells, r benchmark.Release, t *tally) (err error) {
	if err := l.begin(c); err != nil {
		return err
	}
	if _, err := l.exec(c, `INSERT INTO {changes} ({key}, {was}, {values}, release_id)
		SELECT {key:i}, {values:t}, {values:i}, ?::uuid FROM {incoming} i LEFT JOIN {stand} t USING ({key}) LEFT JOIN releases r ON r.id = t.release_id
		WHERE r.id IS NULL OR (coalesce(r.published_on, '-infinity'), r.imported_at, r.id) < (coalesce(?::date, '-infinity'), ?::timestamptz, ?::uuid)`,
		r.ID, r.PublishedOn, r.ImportedAt, r.ID); err != nil {
		return err
	}
	return l.apply(c, t)
}

// leave lets the next newest stand for every cell that stands from the release, or
// nothing. The release must be withdrawn already.
func (l *ledger) leave(c cells, release string, t *tally) error {
	if err := l.begin(c); err != nil {
		return err
	}
	of := "{stand} t"
	if c.figures {
		of = "release_columns JOIN {stand} t USING (release_id, period_code, indicator_code)"
	}
	if _, err := l.exec(c, `INSERT INTO {changes} ({key}, {was}, {values}, release_id)
		SELECT {key:t}, {values:t}, {values:n}, coalesce(n.release_id, t.release_id) FROM `+of+` LEFT JOIN LATERAL (
			SELECT {values:o}, o.release_id FROM {given} o JOIN releases r ON r.id = o.release_id
			WHERE {same:o,t} AND r.state = 'standing' ORDER BY `+newest+` LIMIT 1) n ON true
		WHERE t.release_id = ?`, release); err != nil {
		return err
	}
	return l.apply(c, t)
}

// apply makes what stands what the changes say.
func (l *ledger) apply(c cells, t *tally) (err error) {
	if _, err = l.exec(c, "ANALYZE {changes}"); err != nil {
		return err
	}
	if err := l.tx.Raw(c.expand("SELECT count(*) FROM {changes} WHERE was_status IS NOT NULL AND status IS NOT NULL AND ({was}) IS DISTINCT FROM ({values})")).
		Row().Scan(&t.corrected); err != nil {
		return err
	}
	if _, err = l.exec(c, "UPDATE {stand} t SET {set:i}, release_id = i.release_id FROM {changes} i WHERE {same:i,t} AND i.was_status IS NOT NULL AND i.status IS NOT NULL"); err != nil {
		return err
	}
	if t.withdrawn, err = l.exec(c, "DELETE FROM {stand} t USING {changes} i WHERE {same:i,t} AND i.status IS NULL"); err != nil {
		return err
	}
	t.added, err = l.exec(c, `INSERT INTO {stand} ({key}, {values}, release_id) SELECT {key}, {values}, release_id FROM {changes}
		WHERE was_status IS NULL ORDER BY {key}`)
	if err != nil || !c.figures {
		return err
	}
	return l.settleJoint(t)
}

// keep notes what the release gives.
func (l *ledger) keep(c cells, release string) error {
	if c.figures {
		if _, err := l.exec(c, `INSERT INTO release_columns (release_id, period_code, indicator_code, figures)
			SELECT ?::uuid, period_code, indicator_code, count(*) FROM {incoming} GROUP BY period_code, indicator_code`, release); err != nil {
			return err
		}
	}
	_, err := l.exec(c, "INSERT INTO {given} ({key}, {values}, release_id) SELECT {key}, {values}, ?::uuid FROM {incoming} ORDER BY {key}", release)
	return err
}
