package postgres

import (
	"slices"
	"strings"
)

// cells is a kind of figures of which each release keeps what it gave, and of which
// the newest that is not withdrawn stands, cell by cell. All names are ours: none
// comes from a caller.
type cells struct {
	stand, given      string   // the tables of what stands and of what each release gave
	incoming, changes string   // temporary ones: what a file gives, and what becomes of what stands
	key, values       []string // columns
	figures           bool     // whether they lie in columns, which release_columns lists, and may be joint
}

var (
	observationCells = cells{
		"observations", "release_observations", "incoming_observations", "observation_changes",
		[]string{"period_code", "indicator_code", "geography_code"}, []string{"value", "status", "numerator", "denominator"}, true,
	}
	populationCells = cells{
		"populations", "release_populations", "incoming_populations", "population_changes",
		[]string{"geography_code", "mid_year"}, []string{"estimate", "status"}, false,
	}
)

// newest orders releases as their figures go before each other: r is the table.
const newest = "r.published_on DESC NULLS LAST, r.imported_at DESC, r.id DESC"

// expand writes a statement about the cells: {key} and {values} are the columns,
// {key:t} those of a table t, {same:t,u} says that two rows are of one cell, {stand},
// {given}, {incoming} and {changes} are the tables, {was} the columns of what stood.
func (c cells) expand(statement string) string {
	return strings.NewReplacer(
		"{stand}", c.stand, "{given}", c.given, "{incoming}", c.incoming, "{changes}", c.changes,
		"{key}", each(c.key, "%s"), "{values}", each(c.values, "%s"), "{was}", each(c.values, "was_%s"),
		"{values as was}", each(c.values, "%s AS was_%s"),
		"{key:t}", each(c.key, "t.%s"), "{values:t}", each(c.values, "t.%s"),
		"{key:i}", each(c.key, "i.%s"), "{values:i}", each(c.values, "i.%s"),
		"{values:o}", each(c.values, "o.%s"), "{values:n}", each(c.values, "n.%s"), "{set:i}", each(c.values, "%s = i.%s"),
		"{same:o,t}", "("+each(c.key, "o.%s")+") = ("+each(c.key, "t.%s")+")",
		"{same:i,t}", "("+each(c.key, "i.%s")+") = ("+each(c.key, "t.%s")+")",
	).Replace(statement)
}

func (c cells) columns() []string { return slices.Concat(c.key, c.values) }

func each(names []string, pattern string) string {
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = strings.ReplaceAll(pattern, "%s", name)
	}
	return strings.Join(parts, ", ")
}
