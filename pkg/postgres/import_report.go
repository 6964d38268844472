package postgres

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// report says what the release changes, counted and value by value, and what
// somebody should look at first.
func (i *importer) report(ctx context.Context) error {
	sums, err := i.sums(i.modelCode(), i.neighbours)
	if err != nil {
		return err
	}
	i.result.Sums = sums
	i.result.Inserted, i.result.Updated, i.result.Withdrawn = inAll(sums)
	i.result.Unchanged = i.figures.unchanged() + i.populations.unchanged() + i.neighbours.unchanged()
	i.result.Older = i.figures.older() + i.populations.older() + i.neighbours.older()
	beyond, err := i.beyond(i.file.ChangeLimits)
	if err != nil {
		return err
	}
	i.result.Warnings = append(slices.Clone(i.result.Warnings), beyond...)
	if i.delivery.Each == nil {
		return nil
	}
	return i.each(ctx, i.delivery.Each)
}

// differs is the condition of a change after which another value stands.
const differs = "({was}) IS DISTINCT FROM ({values})"

// counted are the changes of each kind.
const counted = `count(*) FILTER (WHERE was_status IS NULL) AS new, count(*) FILTER (WHERE was_status IS NOT NULL AND status IS NOT NULL) AS corrected,
	count(*) FILTER (WHERE status IS NULL) AS withdrawn`

// sums counts the changes by what they are of and by period.
func (l *ledger) sums(model string, neighbours tally) (sums []benchmark.ChangeSum, err error) {
	for _, of := range []struct {
		cells cells
		what  benchmark.ChangeOf
		query string
	}{
		{observationCells, benchmark.OfFigures, "SELECT indicator_code AS indicator, period_code AS period, " + counted + " FROM {changes} WHERE " + differs + " GROUP BY 1, 2 ORDER BY 1, 2"},
		{populationCells, benchmark.OfPopulations, "SELECT '' AS indicator, mid_year::text AS period, " + counted + " FROM {changes} WHERE " + differs + " GROUP BY 1, 2 ORDER BY 1, 2"},
	} {
		var found []benchmark.ChangeSum
		if err := l.tx.Raw(of.cells.expand(of.query)).Scan(&found).Error; err != nil {
			return nil, err
		}
		for _, s := range found {
			s.Of = of.what
			sums = append(sums, s)
		}
	}
	if neighbours.added+neighbours.corrected+neighbours.withdrawn > 0 {
		sums = append(sums, benchmark.ChangeSum{Of: benchmark.OfNeighbours, Period: model, New: neighbours.added, Corrected: neighbours.corrected, Withdrawn: neighbours.withdrawn})
	}
	return sums, nil
}

// inAll adds the counts up.
func inAll(sums []benchmark.ChangeSum) (inserted, updated, withdrawn int) {
	for _, s := range sums {
		inserted += s.New
		updated += s.Corrected
		withdrawn += s.Withdrawn
	}
	return inserted, updated, withdrawn
}

// each tells every change of a figure, of an estimate and of a neighbour.
func (l *ledger) each(ctx context.Context, tell func(benchmark.Change) error) error {
	return onConn(l.conn, func(conn *pgx.Conn) error {
		for _, of := range []struct {
			cells cells
			what  benchmark.ChangeOf
			query string
		}{
			{observationCells, benchmark.OfFigures, `SELECT indicator_code, period_code, geography_code, coalesce(was_status, ''), was_value, was_numerator, was_denominator,
				coalesce(status, ''), value, numerator, denominator, ` + replaces + ` FROM {changes} c WHERE ` + differs + " ORDER BY 1, 2, 3"},
			{populationCells, benchmark.OfPopulations, `SELECT '', mid_year::text, geography_code, coalesce(was_status, ''), was_estimate, NULL::float8, NULL::float8,
				coalesce(status, ''), estimate, NULL::float8, NULL::float8, '{}'::text[] FROM {changes} WHERE ` + differs + " ORDER BY 1, 2, 3"},
		} {
			rows, err := conn.Query(ctx, of.cells.expand(of.query))
			if err != nil {
				return err
			}
			c := benchmark.Change{Of: of.what}
			if _, err = pgx.ForEachRow(rows, []any{
				&c.Indicator, &c.Period, &c.Geography, &c.Was.Status, &c.Was.Value, &c.Was.Numerator, &c.Was.Denominator,
				&c.Is.Status, &c.Is.Value, &c.Is.Numerator, &c.Is.Denominator, &c.Replaces,
			}, func() error {
				c.Kind = kindOfChange(c.Was.Status != "", c.Is.Status != "")
				c.Was.Status, c.Is.Status = cmp.Or(c.Was.Status, benchmark.NotHeld), cmp.Or(c.Is.Status, benchmark.NotHeld)
				return tell(c)
			}); err != nil {
				return err
			}
		}
		for _, c := range l.near {
			if err := tell(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// kindOfChange says what becomes of what stood before, or stands now, or both.
func kindOfChange(was, is bool) benchmark.ChangeKind {
	switch {
	case !was:
		return benchmark.NewFigure
	case !is:
		return benchmark.WithdrawnFigure
	}
	return benchmark.CorrectedFigure
}

// shownChanges is how many changes a warning names.
const shownChanges = 10

// beyond warns of the values that change by more than their indicator's limit, one
// warning for each indicator and period. The difference is that of the decimals as
// published: 10.1 to 20.1 is no more than 10.
func (l *ledger) beyond(limits map[string]float64) ([]programme.Fault, error) {
	var warnings []programme.Fault
	for _, indicator := range slices.Sorted(maps.Keys(limits)) {
		var found []struct {
			Period, Geography string
			WasValue, Value   float64
		}
		if err := l.tx.Raw(`SELECT period_code AS period, geography_code AS geography, was_value, value FROM observation_changes
			WHERE indicator_code = ? AND abs(value::numeric - was_value::numeric) > ?::float8::numeric ORDER BY period_code, abs(value - was_value) DESC, geography_code`,
			indicator, limits[indicator]).Scan(&found).Error; err != nil {
			return nil, err
		}
		for len(found) > 0 {
			n := 1
			for n < len(found) && found[n].Period == found[0].Period {
				n++
			}
			var shown []string
			for _, c := range found[:min(n, shownChanges)] {
				shown = append(shown, c.Geography+" from "+decimal(c.WasValue)+" to "+decimal(c.Value))
			}
			warnings = append(warnings, programme.Fault{Code: programme.FaultBeyondLimit, Detail: fmt.Sprintf(
				"%s, %s: more than %s away from what stands, this number of values: %d. The furthest: %s.",
				indicator, found[0].Period, decimal(limits[indicator]), n, strings.Join(shown, ", "))})
			found = found[n:]
		}
	}
	return warnings, nil
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
