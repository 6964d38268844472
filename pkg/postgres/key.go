package postgres

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"peerchallenge/pkg/programme"
)

// CursorKey answers the secret with which cursors are marked. It belongs to the
// database: what was written before a restart, by another process, or by the
// database that this one is a copy of, is good here.
func (s *Store) CursorKey(ctx context.Context) ([]byte, error) {
	var key []byte
	if err := s.gorm.WithContext(ctx).Raw("SELECT key FROM cursor_keys").Row().Scan(&key); err != nil {
		return nil, refusal(err)
	}
	return s.sealing.open(cursorRow, key)
}

// errNoKey refuses the key of another list.
var errNoKey = programme.Errorf(programme.Invalid, programme.CodeInvalid, "The key is none of this list's.")

// key reads the columns of the order out of a row, as texts that PostgreSQL reads
// back into the same values.
func (o order) key(db *gorm.DB, row any) []string {
	var key []string
	if o.by != nil {
		key = append(key, o.by.text(row))
	}
	for _, field := range o.fields(db, row) {
		key = append(key, keyText(field, reflect.ValueOf(row).Elem()))
	}
	return key
}

// fields answers the members that hold the columns.
func (o order) fields(db *gorm.DB, row any) []*schema.Field {
	statement := &gorm.Statement{DB: db}
	if err := statement.Parse(row); err != nil {
		panic(err) // a struct that GORM has read rows into
	}
	fields := make([]*schema.Field, len(o.columns))
	for i, name := range o.columns {
		fields[i] = statement.Schema.LookUpField(name)
	}
	return fields
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

// has reports whether the key can be one of this order: as many texts as it has
// columns, each of which PostgreSQL reads as a value of its column. row is a
// pointer to any of the list's structs.
func (o order) has(db *gorm.DB, row any, key []string) bool {
	if o.by != nil {
		if len(key) == 0 || !o.by.is(key[0]) {
			return false
		}
		key = key[1:]
	}
	if len(key) != len(o.columns) {
		return false
	}
	for i, field := range o.fields(db, row) {
		if !isKeyText(field, key[i]) {
			return false
		}
	}
	return true
}

func isKeyText(field *schema.Field, text string) bool {
	switch field.IndirectFieldType {
	case reflect.TypeFor[time.Time]():
		t, err := time.Parse(time.RFC3339Nano, text)
		return err == nil && t.Year() > 0
	case reflect.TypeFor[programme.Date]():
		return isDay(text)
	case reflect.TypeFor[int64]():
		_, err := strconv.ParseInt(text, 10, 64)
		return err == nil
	}
	if field.DBName != "id" { // the key by which people know the record
		return utf8.ValidString(text) && !strings.Contains(text, "\x00")
	}
	id, err := uuid.Parse(text)
	return err == nil && id.String() == text
}

func isDay(text string) bool {
	_, err := programme.ParseDate(text)
	return err == nil
}
