package server

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/goccy/go-json"
	"github.com/labstack/echo/v4"
	"golang.org/x/sync/semaphore"

	"peerchallenge/pkg/programme"
)

const (
	maxBody = 1 << 20
	// firstBytes is for how much of a body there is room before it has come: whoever only says
	// that much is to come costs no more.
	firstBytes = 64 << 10
	// doorBytes is how much of all callers' bodies is checked at a time, and doorPatience
	// how long a body waits for its turn.
	doorBytes    = 8 << 20
	doorPatience = 2 * time.Second
)

// door lets in so many bytes of bodies that checking them never takes more memory
// than the process has, whoever sends how many.
type door struct{ room *semaphore.Weighted }

func newDoor() door { return door{semaphore.NewWeighted(doorBytes)} }

// check is [checkBody] when there is room for the body.
func (d door) check(ctx context.Context, op *operation, body []byte) ([]byte, error) {
	size := int64(len(body))
	if !d.room.TryAcquire(size) {
		waiting, cancel := context.WithTimeout(ctx, doorPatience)
		defer cancel()
		if err := d.room.Acquire(waiting, size); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, programme.Errorf(programme.Unavailable, programme.CodeBusy, "More is being sent to the service than it checks at a time.")
		}
	}
	defer d.room.Release(size)
	return checkBody(op, body)
}

// readBody takes the body into the buffer, if it is of the right kind and size. Where none is
// needed and none has come, it is as if nothing were said in it.
func (s *Server) readBody(op *operation, c echo.Context, read *bytes.Buffer) ([]byte, error) {
	if op.bodyOptional && c.Request().ContentLength == 0 {
		return []byte("{}"), nil
	}
	mediaType, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if err != nil || !slices.Contains(op.BodyTypes, mediaType) {
		return nil, unsupported(c, op, "Send the body with Content-Type "+strings.Join(op.mediaTypes(), " or ")+".")
	}
	if encoding := c.Request().Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, unsupported(c, op, "Send the body without Content-Encoding.")
	}
	s.timeouts.boundBody(c)
	read.Grow(int(max(0, min(c.Request().ContentLength, firstBytes))) + bytes.MinRead)
	_, err = read.ReadFrom(http.MaxBytesReader(c.Response(), c.Request().Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, programme.Errorf(programme.TooLarge, programme.CodeTooLarge, "The body is larger than %d bytes.", maxBody)
	case err != nil && hasGone(c, err):
		return nil, context.Canceled
	case err != nil:
		return nil, programme.Wrap(err, programme.Malformed, programme.CodeIncompleteBody, "The body ended before its announced length, or did not come in time.")
	}
	return read.Bytes(), nil
}

// hasGone reports whether a body could not be read because its sender has gone. net/http
// also cancels the request's context where it is the sender's time that is over.
func hasGone(c echo.Context, err error) bool {
	return errors.Is(c.Request().Context().Err(), context.Canceled) && !errors.Is(err, os.ErrDeadlineExceeded)
}

// unsupported refuses a body that is of another kind, and says which kinds are taken: of
// a change by Accept-Patch (RFC 5789, 2.2), of all else by Accept (RFC 9110, 12.5.1).
func unsupported(c echo.Context, op *operation, detail string) error {
	header := "Accept"
	if c.Request().Method == http.MethodPatch {
		header = "Accept-Patch"
	}
	c.Response().Header().Set(header, strings.Join(op.mediaTypes(), ", "))
	return programme.Errorf(programme.Unsupported, programme.CodeMediaType, "%s", detail)
}

// checkBody holds a JSON body to its schema, and answers it in the one spelling
// that everything after reads: 2.0 is 2, ids are in lower case, and no member is
// there twice. Syntax is a matter of 400, rules of 422.
func checkBody(op *operation, body []byte) ([]byte, error) {
	if written, right := op.shape.taken(body); right {
		return written, nil
	}
	return examined(op, body)
}

// examined is checkBody where nobody knows yet whether the body is right.
func examined(op *operation, body []byte) ([]byte, error) {
	value, faults, err := scan(body)
	if err != nil {
		return nil, err
	}
	if first := op.Body.VisitJSON(value, firstFault...); first != nil || len(faults) > 0 {
		return nil, programme.Refuse(append(faults, bodyFaults(op.Body, value, first)...))
	}
	return json.MarshalWithOption(idsLowered(op.Body, value), json.DisableHTMLEscape())
}

// bodyFaults answers everything that is wrong with a value, of which the first
// fault is known. Faults cost more than what is right, so they are looked for in a
// copy of which only so much is kept as the schema can take.
func bodyFaults(schema *openapi3.Schema, value any, first error) []programme.Fault {
	if first == nil {
		return nil
	}
	if all := schema.VisitJSON(within(schema, value), everyFault...); all != nil {
		return schemaFaults(all)
	}
	return schemaFaults(first)
}

// within answers a copy of the value that its schema finds as faulty, but not as
// often: texts and lists end just behind their limits, and of the members that the
// schema does not have, no more are kept than an answer lists.
func within(schema *openapi3.Schema, value any) any {
	switch v := value.(type) {
	case string:
		if most := schema.MaxLength; most != nil && uint64(len(v)) > *most {
			return firstRunes(v, *most+1)
		}
	case []any:
		if schema.Items == nil || schema.MaxItems == nil {
			return v
		}
		items := slices.Clone(v[:min(uint64(len(v)), *schema.MaxItems+1)])
		for i, item := range items {
			items[i] = within(schema.Items.Value, item)
		}
		return items
	case map[string]any:
		members := map[string]any{}
		var unknown []string
		for name, member := range v {
			if property := schema.Properties[name]; property != nil {
				members[name] = within(property.Value, member)
			} else {
				unknown = append(unknown, name)
			}
		}
		if len(unknown) > maxFaults {
			slices.Sort(unknown)
			unknown = unknown[:maxFaults+1]
		}
		for _, name := range unknown {
			members[name] = nil
		}
		return members
	}
	return value
}

// firstRunes answers the beginning of a text, at most n characters.
func firstRunes(text string, n uint64) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// idsLowered writes every UUID of a valid value in lower case, as they are kept:
// whatever comes after compares texts.
func idsLowered(schema *openapi3.Schema, value any) any {
	switch v := value.(type) {
	case string:
		if schema.Format == formatUUID {
			return strings.ToLower(v)
		}
	case []any:
		for i, item := range v {
			v[i] = idsLowered(schema.Items.Value, item)
		}
	case map[string]any:
		for name, member := range v {
			v[name] = idsLowered(schema.Properties[name].Value, member)
		}
	}
	return value
}

// binder hands the generated server the body that has been validated. A file is no such
// body: who takes one reads it from the call.
type binder struct{}

func (binder) Bind(target any, c echo.Context) error {
	call := callIn(c)
	if call.file != nil {
		return nil
	}
	makeRoom(target, call.body)
	return json.UnmarshalWithOption(call.body, target, json.DecodeNoCopyString()) // nobody writes into it
}

// shortList is how many items a list gets without having to grow often, and firstItems for how
// many there is room before they have been read.
const (
	shortList  = 64
	firstItems = 1000
)

// makeRoom makes room in the lists of objects of a long body for as many as it has: a list that
// grows leaves behind more than it takes.
func makeRoom(target any, body []byte) {
	objects := min(bytes.Count(body, []byte{'{'}), firstItems)
	of := reflect.ValueOf(target).Elem()
	if objects <= shortList || of.Kind() != reflect.Struct {
		return
	}
	for i := range of.NumField() {
		if list := of.Field(i); list.Kind() == reflect.Slice && list.Type().Elem().Kind() == reflect.Struct {
			list.Grow(objects)
		}
	}
}
