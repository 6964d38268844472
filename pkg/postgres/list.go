package postgres

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

// order is how a list is sorted: by what is never null, the last of which no two
// rows share.
type order struct {
	by      *expression // goes before the columns; may be nil
	columns []string
	down    bool
}

// expression is what a list is sorted by that is no column.
type expression struct {
	sql  string                 // as an index has it
	text func(row any) string   // its value in a row, given as a pointer, which PostgreSQL reads back
	is   func(text string) bool // whether it can have such a value
}

// byID is the order of creation.
var byID = order{columns: []string{"id"}}

// byChange are the orders that every list of records has.
var byChange = map[string]order{
	"":           byID,
	"updatedAt":  {columns: []string{"updated_at", "id"}},
	"-updatedAt": {columns: []string{"updated_at", "id"}, down: true},
}

// chunk is how many rows of a whole list are held at once.
const chunk = 500

// list makes a listing of the records that the actor may see and narrow leaves.
func list[T any, R record[T]](s *Store, actor programme.Actor, k kind[T, R], sort string, narrow func(q *gorm.DB) *gorm.DB) programme.Listing[T] {
	o, ok := k.orders[sort]
	if !ok {
		o = byID // the contract lets no other word through
	}
	visible := visibleTo(actor)
	if k.open && len(actor.Names()) > 0 {
		// PostgreSQL cannot guess for how many rows the condition holds, and would plan
		// each query anew.
		visible = func(q *gorm.DB) *gorm.DB { return decided(q).Omit("audience") }
	}
	in := func(q *gorm.DB) *gorm.DB { return narrow(visible(q.Model(new(T)))) }
	return programme.Listing[T]{
		Reads: k.madeOf(),
		Key:   func(row *T) []string { return o.key(s.gorm, row) },
		Page: func(ctx context.Context, w programme.Window) (programme.Part[T], error) {
			var part programme.Part[T]
			err := s.lineOf(ctx, func(l line) (err error) {
				part, err = page(l, actor, k, o, in, w)
				return err
			})
			return part, refusal(err)
		},
		Each: func(ctx context.Context, begin func(moment int64) (bool, error), do func(*T) error) error {
			return refusal(s.streamed(ctx, lastHeard(actor), func(l line, moment int64) error {
				if wanted, err := begin(moment); err != nil || !wanted {
					return err
				}
				return walk(l, k, o, in, do)
			}))
		},
	}
}

func page[T any, R record[T]](l line, actor programme.Actor, k kind[T, R], o order, in func(*gorm.DB) *gorm.DB, w programme.Window) (programme.Part[T], error) {
	var part programme.Part[T]
	if w.After != nil && !o.has(l.DB, new(T), w.After) {
		return part, errNoKey
	}
	rows, err := find[T](l, o.after(in(l.DB), w.After), w.Limit+1)
	if err != nil {
		return part, err
	}
	part.Items, part.More = rows[:min(len(rows), w.Limit)], len(rows) > w.Limit
	if w.Count {
		var total int64
		if err := in(l.DB).Count(&total).Error; err != nil {
			return part, err
		}
		n := int(total)
		part.Total = &n
	}
	if err := completed(l.DB, k, part.Items); err != nil || !w.Steps || len(part.Items) == 0 {
		return part, err
	}
	return part, forSteps(l.DB, actor, k, pointers[T, R](part.Items))
}

// walk reads the rows as they come from the database, and completes them by the
// chunk: a query for each row would take longer than the list.
func walk[T any, R record[T]](l line, k kind[T, R], o order, in func(*gorm.DB) *gorm.DB, do func(*T) error) error {
	var after []string
	for {
		rows, err := find[T](l, o.after(in(l.DB), after), chunk)
		if err != nil {
			return err
		}
		if err := completed(l.DB, k, rows); err != nil {
			return err
		}
		for i := range rows {
			if err := do(&rows[i]); err != nil {
				return err
			}
		}
		if len(rows) < chunk {
			return nil
		}
		after = o.key(l.DB, &rows[chunk-1])
	}
}

func completed[T any, R record[T]](db *gorm.DB, k kind[T, R], rows []T) error {
	if k.complete == nil || len(rows) == 0 {
		return nil
	}
	return k.complete(db.Session(&gorm.Session{NewDB: true}), pointers[T, R](rows))
}

func pointers[T any, R record[T]](rows []T) []R {
	all := make([]R, len(rows))
	for i := range rows {
		all[i] = &rows[i]
	}
	return all
}

// after puts the query into the order, from the row after the one with the key on;
// nil is before the first. It compares whole rows, (a, b) > (x, y), which an index
// on them answers at any place in the list alike.
func (o order) after(q *gorm.DB, key []string) *gorm.DB {
	var by clause.OrderBy
	var row []any
	add := func(c clause.Column) {
		by.Columns, row = append(by.Columns, clause.OrderByColumn{Column: c, Desc: o.down}), append(row, c)
	}
	if o.by != nil {
		add(clause.Column{Name: o.by.sql, Raw: true})
	}
	for _, name := range o.columns {
		add(clause.Column{Name: name})
	}
	q = q.Clauses(by)
	if key == nil {
		return q
	}
	sign := " > "
	if o.down {
		sign = " < "
	}
	marks := "(?" + strings.Repeat(", ?", len(row)-1) + ")"
	for _, text := range key {
		row = append(row, text)
	}
	return q.Where(clause.Expr{SQL: marks + sign + marks, Vars: row})
}

// listed makes a listing of a few rows that one statement answers whole, such as
// counts, in the order of their keys, which have as many texts for every row. reads
// names what it is made of, and last answers the last change on which that depends.
func listed[T any](s *Store, reads []string, last func(db *gorm.DB) (int64, error), key func(*T) []string, read func(db *gorm.DB) ([]T, error)) programme.Listing[T] {
	ordered := func(db *gorm.DB) ([]T, error) {
		rows, err := read(db)
		// Not in the statement: databases differ in how they order texts.
		slices.SortFunc(rows, func(a, b T) int { return slices.Compare(key(&a), key(&b)) })
		return rows, err
	}
	return programme.Listing[T]{
		Reads: reads,
		Key:   key,
		Page: func(ctx context.Context, w programme.Window) (programme.Part[T], error) {
			if w.After != nil && len(w.After) != len(key(new(T))) {
				return programme.Part[T]{}, errNoKey
			}
			rows, err := ordered(s.gorm.WithContext(ctx))
			total := len(rows)
			rows = slices.DeleteFunc(rows, func(row T) bool { return w.After != nil && slices.Compare(key(&row), w.After) <= 0 })
			part := programme.Part[T]{Items: rows[:min(len(rows), w.Limit)], More: len(rows) > w.Limit}
			if w.Count {
				part.Total = &total
			}
			return part, refusal(err)
		},
		Each: func(ctx context.Context, begin func(moment int64) (bool, error), do func(*T) error) error {
			return refusal(s.streamed(ctx, last, func(l line, moment int64) error {
				if wanted, err := begin(moment); err != nil || !wanted {
					return err
				}
				rows, err := ordered(l.DB)
				for i := range rows {
					if err == nil {
						err = do(&rows[i])
					}
				}
				return err
			}))
		},
	}
}

// where adds a condition if its value is given.
func where[V any](q *gorm.DB, condition string, value *V) *gorm.DB {
	if value == nil {
		return q
	}
	return q.Where(condition, *value)
}

// anyOf adds a condition that the column has one of the values, if there are any.
func anyOf[V any](q *gorm.DB, column string, values []V) *gorm.DB {
	switch len(values) {
	case 0:
		return q
	case 1:
		return q.Where(column+" = ?", values[0]) // in the order of an index that begins with it
	}
	return q.Where(column+" IN ?", values)
}

// containingText adds a condition that one of the columns has the text somewhere,
// whatever its letters' case, if there is one.
func containingText(q *gorm.DB, search string, columns ...string) *gorm.DB {
	if search == "" {
		return q
	}
	parts, values := make([]string, len(columns)), make([]any, len(columns))
	for i, column := range columns {
		parts[i], values[i] = "strpos(lower("+column+"), lower(?)) > 0", search
	}
	return q.Where("("+strings.Join(parts, " OR ")+")", values...)
}
