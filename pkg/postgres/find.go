package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// line is one connection over which lists are read: by GORM, which knows how to
// ask, and by pgx, which is quicker at reading many rows.
type line struct {
	*gorm.DB

	conn *sql.Conn
}

// lineOf runs do with a line, in no transaction.
func (s *Store) lineOf(ctx context.Context, do func(l line) error) error {
	conn, err := s.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // back into the pool
	return do(line{s.over(ctx, conn), conn})
}

// atOneMoment runs do in a transaction that sees one committed state, with the
// number of the last change in it that may have changed what is read, which last
// answers; it may be nil.
func (s *Store) atOneMoment(ctx context.Context, last func(db *gorm.DB) (int64, error), do func(l line, moment int64) error) error {
	return s.lineOf(ctx, func(l line) error {
		tx, err := l.conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // it has only read
		l.DB = s.over(ctx, tx)
		var moment int64
		if last != nil {
			if moment, err = last(l.DB); err != nil {
				return err
			}
		}
		return do(l, moment)
	})
}

// streamed is atOneMoment for a whole list. A few at a time, and none for ever: they
// must not hold every connection, nor keep the database from clearing what is long
// past. So do may take as long as the database does, and waits for nobody else.
func (s *Store) streamed(ctx context.Context, last func(db *gorm.DB) (int64, error), do func(l line, moment int64) error) error {
	waiting, giveUp := context.WithTimeout(ctx, longestWait)
	defer giveUp()
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	case <-waiting.Done():
		return unavailable(waiting.Err())
	}
	reading, end := context.WithTimeout(ctx, longestStream)
	defer end()
	return s.atOneMoment(reading, last, do)
}

// How long a whole list waits for others, and how long it may be read.
const (
	longestWait   = 20 * time.Second
	longestStream = 10 * time.Minute
)

// over answers GORM over the connection or the transaction.
func (s *Store) over(ctx context.Context, pool gorm.ConnPool) *gorm.DB {
	db := s.gorm.WithContext(ctx)
	db.Statement.ConnPool = pool
	return db
}

// find reads the rows that GORM's query asks for, at most so many. What GORM does
// for each value of each row costs more than the query itself; pgx writes it where
// it belongs.
func find[T any](l line, q *gorm.DB, limit int) ([]T, error) {
	var rows []T
	asked := q.Session(&gorm.Session{DryRun: true}).Clauses(atMost(limit)).Find(&rows)
	if asked.Error != nil {
		return nil, asked.Error
	}
	statement, begin := asked.Statement, time.Now()
	text, values := statement.SQL.String(), make([]any, len(statement.Vars))
	for i, value := range statement.Vars {
		if v, ok := value.(driver.Valuer); ok {
			var err error
			if value, err = v.Value(); err != nil {
				return nil, err
			}
		}
		values[i] = value
	}
	rows = make([]T, 0, limit)
	err := l.conn.Raw(func(c any) error {
		conn, ok := c.(*stdlib.Conn)
		if !ok {
			return errors.New("the connection is none of pgx")
		}
		found, err := conn.Conn().Query(statement.Context, text, values...)
		if err != nil {
			return err
		}
		rows, err = scanned(found, statement.Schema, rows)
		return err
	})
	q.Logger.Trace(statement.Context, begin, func() (string, int64) { return text, int64(len(rows)) }, err)
	return rows, err
}

// atMost is LIMIT with the number in the statement's text. Were it a parameter,
// PostgreSQL would plan the statement anew each time.
type atMost int

// Name implements GORM's clause.Interface.
func (atMost) Name() string { return "LIMIT" }

// Build implements GORM's clause.Interface.
func (n atMost) Build(b clause.Builder) { _, _ = b.WriteString(strconv.Itoa(int(n))) }

// MergeClause implements GORM's clause.Interface.
func (n atMost) MergeClause(c *clause.Clause) { c.Expression = n }

// scanned appends what pgx has found to the rows.
func scanned[T any](found pgx.Rows, s *schema.Schema, rows []T) ([]T, error) {
	defer found.Close()
	var row T
	members, columns := reflect.ValueOf(&row).Elem(), found.FieldDescriptions()
	targets := make([]any, len(columns))
	for i, column := range columns {
		field := s.LookUpField(column.Name)
		if field == nil {
			return rows, errors.New("a column belongs to no member")
		}
		targets[i] = target(field.ReflectValueOf(context.Background(), members).Addr())
	}
	for found.Next() {
		row = *new(T) // or the rows would share their lists
		if err := found.Scan(targets...); err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, found.Err()
}

// target answers the member's address for pgx. It is quick with texts and lists of
// texts only by the names that the language itself has for them.
func target(member reflect.Value) any {
	if _, scans := reflect.TypeAssert[sql.Scanner](member); !scans {
		for _, known := range []reflect.Type{reflect.TypeFor[*string](), reflect.TypeFor[*[]string]()} {
			if member.CanConvert(known) {
				return member.Convert(known).Interface()
			}
		}
	}
	return member.Interface()
}
