package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"peerchallenge/pkg/programme"
)

// order is how a list is sorted: by columns that are never null, the last of
// which no two rows share.
type order struct {
	columns []string
	down    bool
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
	in := func(q *gorm.DB) *gorm.DB { return q.Model(new(T)).Scopes(visibleTo(actor), narrow) }
	return programme.Listing[T]{
		Key: func(row *T) []string { return o.key(s.gorm, row) },
		Page: func(ctx context.Context, w programme.Window) (programme.Part[T], error) {
			part, err := page(s.gorm.WithContext(ctx), k, o, in, w)
			return part, refusal(err)
		},
		Each: func(ctx context.Context, begin func(moment int64) (bool, error), do func(*T) error) error {
			return refusal(s.atOneMoment(ctx, func(tx *gorm.DB, moment int64) error {
				if wanted, err := begin(moment); err != nil || !wanted {
					return err
				}
				return walk(tx, k, o, in, do)
			}))
		},
	}
}

func page[T any, R record[T]](db *gorm.DB, k kind[T, R], o order, in func(*gorm.DB) *gorm.DB, w programme.Window) (programme.Part[T], error) {
	part := programme.Part[T]{Items: make([]T, 0, w.Limit+1)}
	q := in(db).Clauses(o.clause()).Limit(w.Limit + 1)
	if w.After != nil {
		q = q.Where(o.after(w.After))
	}
	if err := q.Find(&part.Items).Error; err != nil {
		return part, err
	}
	if part.More = len(part.Items) > w.Limit; part.More {
		part.Items = part.Items[:w.Limit]
	}
	if w.Count {
		var total int64
		if err := in(db).Count(&total).Error; err != nil {
			return part, err
		}
		n := int(total)
		part.Total = &n
	}
	return part, completed(db, k, part.Items)
}

// walk reads the rows as they come from the database, and completes them by the
// chunk: a query for each row would take longer than the list.
func walk[T any, R record[T]](tx *gorm.DB, k kind[T, R], o order, in func(*gorm.DB) *gorm.DB, do func(*T) error) error {
	var after []string
	for {
		q := in(tx).Clauses(o.clause()).Limit(chunk)
		if after != nil {
			q = q.Where(o.after(after))
		}
		rows := make([]T, 0, chunk)
		if err := q.Find(&rows).Error; err != nil {
			return err
		}
		if err := completed(tx, k, rows); err != nil {
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
		after = o.key(tx, &rows[chunk-1])
	}
}

func completed[T any, R record[T]](db *gorm.DB, k kind[T, R], rows []T) error {
	if k.complete == nil || len(rows) == 0 {
		return nil
	}
	pointers := make([]R, len(rows))
	for i := range rows {
		pointers[i] = &rows[i]
	}
	return k.complete(db.Session(&gorm.Session{NewDB: true}), pointers)
}

// atOneMoment runs do in a transaction that sees one committed state, with the
// number of the last change in it.
func (s *Store) atOneMoment(ctx context.Context, do func(tx *gorm.DB, moment int64) error) error {
	return s.gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var moment int64
		if err := tx.Raw("SELECT coalesce(max(place), 0) FROM feed").Scan(&moment).Error; err != nil {
			return err
		}
		return do(tx, moment)
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

func (o order) clause() clause.OrderBy {
	var by clause.OrderBy
	for _, name := range o.columns {
		by.Columns = append(by.Columns, clause.OrderByColumn{Column: clause.Column{Name: name}, Desc: o.down})
	}
	return by
}

// after compares whole rows, (a, b) > (x, y), which an index on them answers at
// any place in the list alike.
func (o order) after(key []string) clause.Expr {
	var vars []any
	for _, name := range o.columns {
		vars = append(vars, clause.Column{Name: name})
	}
	for _, text := range key {
		vars = append(vars, text)
	}
	sign := " > "
	if o.down {
		sign = " < "
	}
	row := "(?" + strings.Repeat(", ?", len(o.columns)-1) + ")"
	return clause.Expr{SQL: row + sign + row, Vars: vars}
}

// key reads the columns of the order out of a row, as texts that PostgreSQL reads
// back into the same values.
func (o order) key(db *gorm.DB, row any) []string {
	statement := &gorm.Statement{DB: db}
	if err := statement.Parse(row); err != nil {
		panic(err) // a struct that GORM has read rows into
	}
	key := make([]string, len(o.columns))
	for i, name := range o.columns {
		key[i] = keyText(statement.Schema.LookUpField(name), reflect.ValueOf(row).Elem())
	}
	return key
}

func keyText(field *schema.Field, row reflect.Value) string {
	value, _ := field.ValueOf(context.Background(), row)
	switch v := value.(type) {
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(value)
}

// where adds a condition if its value is given.
func where[V any](q *gorm.DB, condition string, value *V) *gorm.DB {
	if value == nil {
		return q
	}
	return q.Where(condition, *value)
}
