package postgres

import (
	"bytes"
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-json"
	"github.com/jackc/pgx/v5/pgtype"
	"gorm.io/gorm/schema"
)

// texts lets GORM keep a list of texts in a column of type text[].
type texts struct{}

func init() { //nolint:gochecknoinits // GORM finds serializers by name, in a registry of its own
	schema.RegisterSerializer("texts", texts{})
	schema.RegisterSerializer("json", document{})
}

// document lets GORM keep a value as JSON, as its own serializer does, but by the quicker of
// the libraries.
type document struct{}

// Value implements [schema.SerializerValuerInterface]. What JSON calls null is NULL.
func (document) Value(_ context.Context, _ *schema.Field, _ reflect.Value, value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil || string(text) == null {
		return nil, err
	}
	return string(text), nil
}

const null = "null"

// Scan implements [schema.SerializerInterface].
func (document) Scan(ctx context.Context, field *schema.Field, row reflect.Value, src any) error {
	value := reflect.New(field.FieldType)
	var held []byte
	switch src := src.(type) {
	case nil:
	case string:
		held = []byte(src)
	case []byte:
		held = bytes.Clone(src)
	default:
		return fmt.Errorf("JSON cannot be read from %T", src)
	}
	if len(held) > 0 {
		if err := decodeOwn(held, value.Interface()); err != nil {
			return err
		}
	}
	field.ReflectValueOf(ctx, row).Set(value.Elem())
	return nil
}

// Scan implements [schema.SerializerInterface].
func (texts) Scan(ctx context.Context, field *schema.Field, row reflect.Value, src any) error {
	list := reflect.New(field.FieldType)
	var held []string
	switch src := src.(type) {
	case nil:
	case string:
		if err := arrays.SQLScanner(&held).Scan(src); err != nil {
			return err
		}
	default:
		return fmt.Errorf("a list of texts cannot be read from %T", src)
	}
	slice := reflect.MakeSlice(field.FieldType, len(held), len(held))
	for i, text := range held {
		slice.Index(i).SetString(text)
	}
	list.Elem().Set(slice)
	field.ReflectValueOf(ctx, row).Set(list.Elem())
	return nil
}

var arrays = pgtype.NewMap()

// Value implements [schema.SerializerValuerInterface]. No list is NULL.
func (texts) Value(_ context.Context, _ *schema.Field, _ reflect.Value, value any) (any, error) {
	list := reflect.ValueOf(value)
	out := make(array, list.Len())
	for i := range out {
		out[i] = list.Index(i).String()
	}
	return out.Value()
}

// array is a list of texts as one parameter of a statement. GORM would make a
// parameter of each element.
type array []string

// Value implements [driver.Valuer]: the array's text form.
func (a array) Value() (driver.Value, error) {
	quoted := make([]string, len(a))
	for i, text := range a {
		quoted[i] = `"` + quoting.Replace(text) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}", nil
}

var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
