package postgres

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"peerchallenge/pkg/programme"
)

// trip is statements that go to the database in one round trip. It carries them out in
// their order, each on what is committed when it begins, as if each had been waited for: what
// stands behind one that waits for a lock sees what that has waited for. The first that fails
// is the last.
type trip struct {
	statements []question
	saved      *saved // by the last statement that saves
}

// question is one of them.
type question struct {
	text   string
	values []any
	read   func(rows pgx.Rows) error // nil: it has no rows
}

// saved says of which row an update makes which version.
type saved struct {
	table, id string
	version   int64
}

// ask adds a statement, with what it names by @, of whose rows each is read by next. Where it is
// asked again, begin comes first again.
func (t *trip) ask(begin func(), next func(row pgx.Rows) error, text string, named map[string]any) {
	text, values := placed(text, named)
	t.statements = append(t.statements, question{text, values, func(rows pgx.Rows) error {
		begin()
		for rows.Next() {
			if err := next(rows); err != nil {
				return err
			}
		}
		return nil
	}})
}

var forms sync.Map // of statements, which are the program's own and few

// formed answers what is made of the key, and makes it once.
func formed[T any](of any, form func() T) T {
	was, is := forms.Load(of)
	if !is {
		was, _ = forms.LoadOrStore(of, form())
	}
	return was.(T) //nolint:forcetypeassert // each kind of key has one kind of value
}

// numbering is a statement with numbers for names, and the names in their order.
type numbering struct {
	text  string
	names []any
}

// placed answers the statement with numbers for the names that it has, and its values in that
// order.
func placed(text string, named map[string]any) (string, []any) {
	if len(named) == 0 {
		return text, nil
	}
	of := formed(text, func() (of numbering) {
		names := pgx.NamedArgs{}
		for name := range named {
			names[name] = name
		}
		of.text, of.names, _ = names.RewriteQuery(context.Background(), nil, text, nil) // it has no errors
		return of
	})
	values := make([]any, len(of.names))
	for i, name := range of.names {
		values[i] = named[name.(string)] //nolint:forcetypeassert // they are put there above
		if texts, is := values[i].(array); is {
			values[i] = []string(texts) // which need not be written as a text
		}
	}
	return of.text, values
}

// rowsOf adds a statement that reads into the rows those of T's table for which the condition
// holds. Who may see them, whoever calls it has decided: see [beyondSight].
func rowsOf[T any](t *trip, db *gorm.DB, into *[]T, condition string, values ...any) error {
	of, err := schemaOf[T](db)
	if err != nil {
		return err
	}
	text := formed(selection{of.ModelType, condition}, func() string {
		return `SELECT "` + strings.Join(of.DBNames, `", "`) + `" FROM "` + of.Table + `" WHERE ` + condition
	})
	t.statements = append(t.statements, question{text, values, func(rows pgx.Rows) (err error) {
		*into, err = scanned(rows, of, make([]T, 0, 1))
		return err
	}})
	return nil
}

// selection is what a statement reads.
type selection struct {
	of        reflect.Type
	condition string
}

// saving adds a statement that writes every column of the record but its key and creation, as
// [saveAll] does. What it says was written out already where the audit does not keep it.
func saving[T any, R record[T]](t *trip, db *gorm.DB, row R, said programme.Said) error {
	of, err := schemaOf[T](db)
	if err != nil {
		return err
	}
	by := formed(of.ModelType, func() *writer {
		w := writes(of, "created_at")
		set := make([]string, len(w.fields))
		for i, field := range w.fields {
			set[i] = fmt.Sprintf("%q = $%d", field.DBName, i+1)
		}
		w.text = fmt.Sprintf("UPDATE %q SET %s WHERE id = $%d", of.Table, strings.Join(set, ", "), len(set)+1)
		return w
	})
	values, err := by.values(reflect.ValueOf(row), said, 1)
	if err != nil {
		return err
	}
	head := row.Of()
	t.statements = append(t.statements, question{text: by.text, values: append(values, head.ID)})
	t.saved = &saved{of.Table, head.ID, head.Version}
	return nil
}

// writer is a statement that writes a row, and the members that it writes.
type writer struct {
	text   string
	fields []*schema.Field
}

// writes are all members of a row but its key and those that are left out.
func writes(of *schema.Schema, leftOut ...string) *writer {
	w := &writer{}
	for _, column := range of.DBNames {
		if field := of.FieldsByDBName[column]; !field.PrimaryKey && !slices.Contains(leftOut, column) {
			w.fields = append(w.fields, field)
		}
	}
	return w
}

// values are those of the row as the database takes them, of documents what is said, with room
// for some more.
func (w *writer) values(row reflect.Value, said programme.Said, more int) ([]any, error) {
	values := make([]any, len(w.fields), len(w.fields)+more)
	for i, field := range w.fields {
		if text, is := said.Of(field.Name); is && field.Serializer == schema.SerializerInterface(document{}) {
			if string(text) != null {
				values[i] = text
			}
			continue
		}
		member, _ := field.ValueOf(context.Background(), row)
		value, err := driver.DefaultParameterConverter.ConvertValue(member)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

var schemas sync.Map // of rows, by their types

func schemaOf[T any](db *gorm.DB) (*schema.Schema, error) {
	of := reflect.TypeFor[T]()
	if known, is := schemas.Load(of); is {
		return known.(*schema.Schema), nil //nolint:forcetypeassert // nothing else is put there
	}
	parsed := gorm.Statement{DB: db}
	if err := parsed.Parse(new(T)); err != nil {
		return nil, err
	}
	schemas.Store(of, parsed.Schema)
	return parsed.Schema, nil
}

// entering is the table of the record behind which an entry is written; empty where it is behind none.
type entering string

// enter adds an entry of the audit. Behind a record that is saved it is refused, and with it the whole,
// where that was not written as the version.
func (t *trip) enter(db *gorm.DB, row *auditRow) error {
	of, err := schemaOf[auditRow](db)
	if err != nil {
		return err
	}
	var behind entering
	if t.saved != nil {
		behind = entering(t.saved.table)
	}
	by := formed(behind, func() *writer {
		w := writes(of)
		columns, places := make([]string, len(w.fields)), make([]string, len(w.fields))
		for i, field := range w.fields {
			columns[i], places[i] = strconv.Quote(field.DBName), "$"+strconv.Itoa(i+1)
			if n := len(w.fields); behind != "" && field.DBName == "key" {
				places[i] = fmt.Sprintf("(SELECT CAST(%s AS text) FROM %q WHERE id = $%d AND version = $%d)", places[i], behind, n+1, n+2) // it must not be null
			}
		}
		w.text = fmt.Sprintf("INSERT INTO %q (%s) VALUES (%s)", of.Table, strings.Join(columns, ", "), strings.Join(places, ", "))
		return w
	})
	values, err := by.values(reflect.ValueOf(row), programme.Said{}, 2)
	if err != nil {
		return err
	}
	if s := t.saved; s != nil {
		values, t.saved = append(values, s.id, s.version), nil
	}
	t.statements = append(t.statements, question{text: by.text, values: values})
	return nil
}

// sending sends the statements behind some and before others.
func (t *trip) sending(ctx context.Context, c *pgx.Conn, before string, behind ...string) pgx.BatchResults {
	batch := &pgx.Batch{}
	if before != "" {
		batch.Queue(before)
	}
	for _, s := range t.statements {
		batch.Queue(s.text, s.values...)
	}
	for _, text := range behind {
		batch.Queue(text)
	}
	return c.SendBatch(ctx, batch)
}

// read reads what the database answers to each.
func (t *trip) read(results pgx.BatchResults) error {
	for _, s := range t.statements {
		rows, err := results.Query()
		if err != nil {
			return err
		}
		if s.read != nil {
			err = s.read(rows)
		}
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// send carries the statements out behind another, which may be empty.
func (t *trip) send(ctx context.Context, c *pgx.Conn, before string) error {
	results := t.sending(ctx, c, before)
	var err error
	if before != "" {
		_, err = results.Exec()
	}
	if err == nil {
		err = t.read(results)
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	return err
}

// String implements [fmt.Stringer]: the statements without their values.
func (t *trip) String() string {
	texts := make([]string, len(t.statements))
	for i := range t.statements {
		texts[i] = t.statements[i].text
	}
	return strings.Join(texts, "; ")
}

// ask sends the statements on the work's connection, and waits for what they read.
func (w *work) ask(t *trip) error {
	u, _ := w.ctx.Value(unitKey{}).(*unit)
	started := time.Now()
	err := onConn(u.conn, func(c *pgx.Conn) error { return t.send(w.ctx, c, "") })
	w.store.traced(w.ctx, started, t, err)
	return err
}
