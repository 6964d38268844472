package postgres

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
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
