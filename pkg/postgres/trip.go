package postgres

import (
	"context"
	"database/sql/driver"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
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
	t.statements = append(t.statements, question{text, []any{pgx.NamedArgs(named)}, func(rows pgx.Rows) error {
		begin()
		for rows.Next() {
			if err := next(rows); err != nil {
				return err
			}
		}
		return nil
	}})
}

// rowsOf adds a statement that reads into the rows those of T's table for which the condition
// holds. Who may see them, whoever calls it has decided: see [beyondSight].
func rowsOf[T any](t *trip, db *gorm.DB, into *[]T, condition string, values ...any) error {
	of, err := schemaOf[T](db)
	if err != nil {
		return err
	}
	text := `SELECT "` + strings.Join(of.DBNames, `", "`) + `" FROM "` + of.Table + `" WHERE ` + condition
	t.statements = append(t.statements, question{text, values, func(rows pgx.Rows) (err error) {
		*into, err = scanned(rows, of, make([]T, 0, 1))
		return err
	}})
	return nil
}

// saving adds a statement that writes every column of the record but its key and creation, as
// [saveAll] does.
func saving[T any, R record[T]](t *trip, db *gorm.DB, row R) error {
	of, err := schemaOf[T](db)
	if err != nil {
		return err
	}
	head := row.Of()
	text, values := strings.Builder{}, []any{head.ID}
	for _, column := range of.DBNames {
		field := of.FieldsByDBName[column]
		if field.PrimaryKey || column == "created_at" {
			continue
		}
		value, err := columnValue(field, reflect.ValueOf(row))
		if err != nil {
			return err
		}
		values = append(values, value)
		text.WriteString(`, "` + column + `" = $` + strconv.Itoa(len(values)))
	}
	t.statements = append(t.statements, question{text: `UPDATE "` + of.Table + `" SET ` + text.String()[2:] + " WHERE id = $1", values: values})
	t.saved = &saved{of.Table, head.ID, head.Version}
	return nil
}

// columnValue is the member's value as the database takes it.
func columnValue(field *schema.Field, members reflect.Value) (any, error) {
	value, _ := field.ValueOf(context.Background(), members)
	return driver.DefaultParameterConverter.ConvertValue(value)
}

func schemaOf[T any](db *gorm.DB) (*schema.Schema, error) {
	parsed := gorm.Statement{DB: db}
	err := parsed.Parse(new(T))
	return parsed.Schema, err
}

// enter adds an entry of the audit. Behind a record that is saved it is refused, and with it the whole,
// where that was not written as the version.
func (t *trip) enter(row *auditRow) {
	values := []any{
		row.At, row.Issuer, row.Subject, row.Roles, row.Borough, row.Request, row.Reason, row.Action, row.Noun, row.Key, orNull(row.Before), orNull(row.After),
		row.Withheld, []string(row.SeenBefore), []string(row.SeenAfter), []string(row.ReadBy), []string(row.Told),
	}
	for i, value := range values {
		if list, is := value.([]string); is && list == nil {
			values[i] = []string{}
		}
	}
	key := "$10"
	if s := t.saved; s != nil {
		key = `(SELECT CAST($10 AS text) FROM "` + s.table + `" WHERE id = $18 AND version = $19)` // the key must not be null
		values, t.saved = append(values, s.id, s.version), nil
	}
	t.statements = append(t.statements, question{text: `INSERT INTO audit_entries (at, issuer, subject, roles, borough_code, request, reason, action, noun, key, before, after, withheld, seen_before, seen_after, read_by, told)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ` + key + `, $11, $12, $13, $14, $15, $16, $17)`, values: values})
}

func orNull(text *string) any {
	if text == nil {
		return nil
	}
	return *text
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

// finish adds the statements to what goes with the commit, or where that is another's sends
// them now.
func (w *work) finish(t *trip) error {
	if w.last == nil {
		return w.ask(t)
	}
	w.last.statements = append(w.last.statements, t.statements...)
	return nil
}
