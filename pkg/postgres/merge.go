package postgres

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
)

// table is what merging needs to know of a table of figures. All names are
// ours: none comes from a caller.
type table struct {
	name   string
	key    []string
	values []string // what makes a row another one
	source string   // the release's column, or empty: it alone makes no difference
}

var (
	observationTable = table{"observations", []string{"period_code", "indicator_code", "geography_code"}, []string{"value", "status", "numerator", "denominator"}, "release_id"}
	populationTable  = table{"populations", []string{"geography_code", "mid_year"}, []string{"estimate", "status"}, "release_id"}
	neighbourTable   = table{"neighbours", []string{"model_code", "authority_code", "rank"}, []string{"neighbour_code", "closeness"}, ""}
)

func (t table) columns() []string {
	columns := slices.Concat(t.key, t.values)
	if t.source != "" {
		columns = append(columns, t.source)
	}
	return columns
}

// update is the statement that corrects the rows that differ.
func (t table) update() string {
	set := slices.Clone(t.values)
	if t.source != "" {
		set = append(set, t.source)
	}
	return "UPDATE " + t.name + " t SET " + each(set, "%s = i.%s", ", ") + " FROM incoming i WHERE " + each(t.key, "t.%s = i.%s", " AND ") +
		" AND (" + each(t.values, "t.%s", ", ") + ") IS DISTINCT FROM (" + each(t.values, "i.%s", ", ") + ")"
}

// insert is the statement that adds the rows that are missing. They go in by
// key, so that a column of figures lies together on the disk.
func (t table) insert() string {
	columns := each(t.columns(), "%s", ", ")
	return "INSERT INTO " + t.name + " (" + columns + ") SELECT " + columns + " FROM incoming i WHERE NOT EXISTS (SELECT 1 FROM " + t.name +
		" t WHERE " + each(t.key, "t.%s = i.%s", " AND ") + ") ORDER BY " + each(t.key, "%s", ", ")
}

func each(names []string, pattern, separator string) string {
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = strings.ReplaceAll(pattern, "%s", name)
	}
	return strings.Join(parts, separator)
}

// merge brings n rows into the table and counts what that did.
func (i *importer) merge(ctx context.Context, t table, n int, row func(int) ([]any, error)) error {
	if n == 0 {
		return nil
	}
	if err := i.copyIn(ctx, t, n, row); err != nil {
		return err
	}
	updated, err := affected(i.tx.Exec(t.update()))
	if err != nil {
		return err
	}
	inserted, err := affected(i.tx.Exec(t.insert()))
	if err != nil {
		return err
	}
	i.result.Inserted += inserted
	i.result.Updated += updated
	i.result.Unchanged += n - inserted - updated
	return nil
}

func affected(tx *gorm.DB) (int, error) { return int(tx.RowsAffected), tx.Error }

// recompute makes the rates that are computed from populations again, after the
// populations have changed. They keep naming the release of their numerators.
func (i *importer) recompute(ctx context.Context) error {
	known, err := i.known()
	if err != nil {
		return err
	}
	var held []benchmark.Observation
	if err := i.tx.Joins("JOIN indicators ind ON ind.code = observations.indicator_code").
		Where("ind.unit = ? AND observations.status IN ? AND observations.numerator IS NOT NULL",
			benchmark.Per10000, []benchmark.Status{benchmark.Computed, benchmark.NoDenominator}).
		Find(&held).Error; err != nil {
		return err
	}
	rates := recomputed(known, held)
	if len(rates) == 0 {
		return nil
	}
	if err := i.copyIn(ctx, observationTable, len(rates), func(k int) ([]any, error) {
		o := &rates[k]
		return []any{o.Period, o.Indicator, o.Geography, o.Value, string(o.Status), o.Numerator, o.Denominator, o.ReleaseID}, nil
	}); err != nil {
		return err
	}
	return i.tx.Exec(observationTable.update()).Error
}

// recomputed answers the observations with the rates that the present
// populations give.
func recomputed(known benchmark.Known, held []benchmark.Observation) []benchmark.Observation {
	type place struct {
		geography string
		midYear   int
	}
	population := map[place]*float64{}
	for _, p := range known.Populations {
		population[place{p.Geography, p.MidYear}] = p.Estimate
	}
	indicators := map[string]benchmark.Indicator{}
	for _, ind := range known.Indicators {
		indicators[ind.Code] = ind
	}
	for k := range held {
		o := &held[k]
		year, _ := strconv.Atoi(o.Period[:4])
		o.Denominator = population[place{o.Geography, year}]
		o.Value, o.Status = benchmark.Rate(indicators[o.Indicator], o.Numerator, benchmark.Reported, o.Denominator)
	}
	return held
}
