package server

import (
	"bytes"
	"context"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/goccy/go-json"
	"github.com/labstack/echo/v4"

	"peerchallenge/pkg/programme"
)

// bodyTimeout is how long the body of a request may take to arrive.
const bodyTimeout = requestTimeout - 5*time.Second

const (
	maxBody  = 1 << 20
	maxDepth = 64 // of nested JSON; the schema validator's time and memory grow with it far faster than the text does
)

// validate holds the request to the contract, and names everything that is
// wrong with it. It comes after authorize: strangers learn nothing from faults.
func (s *Server) validate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		call := callIn(c)
		if call == nil {
			return next(c)
		}
		if call.op.IfMatch && c.Request().Header.Get("If-Match") == "" {
			return programme.Errorf(programme.PreconditionRequired, "if_match_required", "Send the ETag of the state that you have read as If-Match.")
		}
		if err := badRequest(listed(parameterFaults(call, c))...); err != nil {
			return err
		}
		if call.op.Body != nil {
			body, err := readBody(call.op, c)
			if err != nil {
				return err
			}
			if call.body, err = checkBody(call.op, body); err != nil {
				return err
			}
		}
		return next(c)
	}
}

// parameterFaults answers what is wrong with path, query and header.
func parameterFaults(call *call, c echo.Context) []programme.Fault {
	var faults []programme.Fault
	if _, err := url.ParseQuery(call.url.RawQuery); err != nil {
		faults = append(faults, programme.Fault{Code: "malformed_query", Detail: "The query has a part that cannot be read."})
	}
	for name, values := range call.query {
		if slices.ContainsFunc(values, unreadable) {
			faults = append(faults, programme.Fault{Parameter: clip(name), Code: "malformed", Detail: "This parameter is no text."})
		}
		if !call.op.query[name] {
			faults = append(faults, programme.Fault{Parameter: clip(name), Code: "unknown_parameter", Detail: "This operation has no such parameter."})
		}
	}
	path := map[string]string{}
	for i, name := range c.ParamNames() {
		path[name] = c.ParamValues()[i]
	}
	input := &openapi3filter.RequestValidationInput{
		Request: c.Request(), PathParams: path, QueryParams: call.query,
		Options: &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true, SchemaValidationOptions: visitOptions},
	}
	for _, p := range call.op.Parameters {
		if p.In == openapi3.ParameterInQuery && len(call.query[p.Name]) > 1 && !p.Schema.Value.Type.Is("array") {
			faults = append(faults, programme.Fault{Parameter: p.Name, Code: "repeated", Detail: "This parameter is given more than once."})
			continue
		}
		if p.In == openapi3.ParameterInHeader && len(c.Request().Header.Values(p.Name)) > 1 {
			faults = append(faults, programme.Fault{Parameter: p.Name, Code: "repeated", Detail: "This header is given more than once."})
			continue
		}
		if p.In == openapi3.ParameterInHeader && unreadable(c.Request().Header.Get(p.Name)) {
			faults = append(faults, programme.Fault{Parameter: p.Name, Code: "malformed", Detail: "This header is no text in UTF-8."})
			continue
		}
		if err := openapi3filter.ValidateParameter(c.Request().Context(), input, p); err != nil {
			faults = append(faults, parameterFault(p, err)...)
		}
	}
	if call.format != formatJSON {
		for _, name := range []string{"limit", "cursor", "count"} {
			if call.query.Has(name) {
				faults = append(faults, programme.Fault{Parameter: name, Code: "whole_list", Detail: "CSV and NDJSON are whole lists and take no " + name + "."})
			}
		}
	}
	slices.SortStableFunc(faults, func(a, b programme.Fault) int { return strings.Compare(a.Parameter, b.Parameter) })
	return faults
}

// unreadable reports whether a text is none that can be kept.
func unreadable(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }

// visitOptions: every fault, formats too, and no value in any message.
var visitOptions = []openapi3.SchemaValidationOption{
	openapi3.MultiErrors(), openapi3.EnableFormatValidation(), openapi3.VisitAsRequest(), openapi3.DisableSchemaErrorDetails(),
}

func parameterFault(p *openapi3.Parameter, err error) []programme.Fault {
	var request *openapi3filter.RequestError
	switch {
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		return []programme.Fault{{Parameter: p.Name, Code: "required", Detail: "This parameter is needed."}}
	case errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
		return []programme.Fault{{Parameter: p.Name, Code: "empty", Detail: "This parameter is empty."}}
	case errors.As(err, &request):
		if _, ok := errors.AsType[*openapi3filter.ParseError](request.Err); ok {
			return []programme.Fault{{Parameter: p.Name, Code: "type", Detail: "Must be " + described(p.Schema.Value) + "."}}
		}
		faults := schemaFaults(request.Err)
		for i := range faults {
			faults[i].Parameter, faults[i].Pointer = p.Name, ""
		}
		return faults
	}
	return []programme.Fault{{Parameter: p.Name, Code: "malformed", Detail: "This parameter cannot be read."}}
}

// readBody takes the body, if it is of the right kind and size.
func readBody(op *operation, c echo.Context) ([]byte, error) {
	mediaType, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if err != nil || mediaType != op.BodyType {
		return nil, programme.Errorf(programme.Unsupported, "media_type", "Send the body with Content-Type %s.", op.BodyType)
	}
	if encoding := c.Request().Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, programme.Errorf(programme.Unsupported, "media_type", "Send the body without Content-Encoding.")
	}
	// A test's connection may have no deadlines.
	_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Now().Add(bodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, programme.Errorf(programme.TooLarge, "too_large", "The body is larger than %d bytes.", maxBody)
	case err != nil && errors.Is(c.Request().Context().Err(), context.Canceled):
		return nil, context.Canceled
	case err != nil:
		return nil, programme.Wrap(err, programme.Malformed, "incomplete_body", "The body ended before its announced length, or did not come in time.")
	}
	return body, nil
}

// checkBody holds a JSON body to its schema, and answers it in the one spelling
// that everything after reads: 2.0 is 2, and no member is there twice. Syntax is
// a matter of 400, rules of 422.
func checkBody(op *operation, body []byte) ([]byte, error) {
	if tooDeep(body) {
		return nil, programme.Errorf(programme.Malformed, "too_deep", "The JSON is nested deeper than %d levels.", maxDepth)
	}
	var value any
	if broken(body) || !stdjson.Valid(body) || json.Unmarshal(body, &value) != nil {
		return nil, programme.Errorf(programme.Malformed, "malformed_json", "The body is not one JSON document.")
	}
	if pointer, twice := repeatedMember(body); twice {
		return nil, badRequest(programme.Fault{Pointer: pointer, Code: "repeated", Detail: "This member is given more than once."})
	}
	faults := zeroCharacters(value, "")
	if err := op.Body.VisitJSON(value, visitOptions...); err != nil {
		faults = append(faults, schemaFaults(err)...)
	}
	if err := programme.Refuse(listed(faults)); err != nil {
		return nil, err
	}
	return json.MarshalWithOption(value, json.DisableHTMLEscape())
}

// zeroCharacters finds texts with the character U+0000, which JSON has and
// PostgreSQL has not.
func zeroCharacters(value any, pointer string) []programme.Fault {
	var faults []programme.Fault
	switch v := value.(type) {
	case string:
		if strings.ContainsRune(v, 0) {
			faults = append(faults, programme.Fault{Pointer: pointer, Code: "zero_character", Detail: "Must not have the character U+0000."})
		}
	case []any:
		for i, item := range v {
			faults = append(faults, zeroCharacters(item, pointer+"/"+strconv.Itoa(i))...)
		}
	case map[string]any:
		for name, member := range v {
			faults = append(faults, zeroCharacters(member, pointer+"/"+escape(clip(name)))...)
		}
	}
	return faults
}

// tooDeep counts brackets outside strings, without parsing.
func tooDeep(body []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return false
}

// repeatedMember finds a member that an object has twice, anywhere: its sender and
// we might take different ones.
func repeatedMember(body []byte) (pointer string, twice bool) {
	decoder := stdjson.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value func(at string) bool
	value = func(at string) bool {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		switch token {
		case stdjson.Delim('{'):
			seen := map[string]bool{}
			for decoder.More() {
				token, _ := decoder.Token()
				name, _ := token.(string)
				member := at + "/" + escape(clip(name))
				if seen[name] {
					pointer = member
					return true
				}
				seen[name] = true
				if value(member) {
					return true
				}
			}
			_, _ = decoder.Token()
		case stdjson.Delim('['):
			for i := 0; decoder.More(); i++ {
				if value(at + "/" + strconv.Itoa(i)) {
					return true
				}
			}
			_, _ = decoder.Token()
		}
		return false
	}
	twice = value("")
	return pointer, twice
}

// broken reports text that is no Unicode: bytes that are not UTF-8, or one half of
// a surrogate pair (RFC 8259, 8).
func broken(body []byte) bool {
	if !utf8.Valid(body) {
		return true
	}
	half := false // the first half of a pair came just before
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' || i+1 >= len(body) {
			if half {
				return true
			}
			continue
		}
		var code uint64
		if body[i+1] == 'u' && i+6 <= len(body) {
			code, _ = strconv.ParseUint(string(body[i+2:i+6]), 16, 32)
			i += 4
		}
		i++
		first, second := code >= 0xD800 && code < 0xDC00, code >= 0xDC00 && code < 0xE000
		if half != second {
			return true
		}
		half = first
	}
	return half
}

// maxFaults is how many faults an answer lists.
const maxFaults = 500

// schemaFaults walks the validator's errors and says each in our own words.
func schemaFaults(err error) []programme.Fault {
	var faults []programme.Fault
	seen := map[programme.Fault]bool{}
	objects := map[string]bool{} // whose unknown members are named already
	var walk func(error)
	walk = func(err error) {
		if many, is := errors.AsType[openapi3.MultiError](err); is {
			for _, e := range many {
				walk(e)
			}
			return
		}
		found := []programme.Fault{{Code: "malformed", Detail: "This cannot be read."}}
		if one, is := errors.AsType[*openapi3.SchemaError](err); is {
			pointer := pointerOf(one)
			if one.SchemaField == "properties" {
				if objects[pointer] {
					return
				}
				objects[pointer] = true
			}
			found = schemaFault(one, pointer)
		}
		for _, f := range found {
			if !seen[f] {
				seen[f], faults = true, append(faults, f)
			}
		}
	}
	walk(err)
	return faults
}

// listed keeps an answer from growing with the request's faults.
func listed(faults []programme.Fault) []programme.Fault {
	if more := len(faults) - maxFaults; more > 0 {
		return append(faults[:maxFaults:maxFaults], programme.Fault{Code: "more_faults", Detail: fmt.Sprintf("There are %d more.", more)})
	}
	return faults
}

func pointerOf(e *openapi3.SchemaError) string {
	var pointer strings.Builder
	for _, step := range e.JSONPointer() {
		pointer.WriteString("/" + escape(clip(step)))
	}
	return pointer.String()
}

func schemaFault(e *openapi3.SchemaError, pointer string) []programme.Fault {
	f := programme.Fault{Pointer: pointer, Code: e.SchemaField}
	schema := e.Schema
	switch e.SchemaField {
	case "required":
		f.Detail = "This member is needed."
	case "properties":
		return unknownMembers(e, f.Pointer)
	case "nullable":
		f.Code, f.Detail = "not_null", "Must not be null."
	case "minLength":
		f.Code, f.Detail = "too_short", fmt.Sprintf("Must have at least %d characters.", schema.MinLength)
	case "maxLength":
		f.Code, f.Detail = "too_long", fmt.Sprintf("Must have at most %d characters.", *schema.MaxLength)
	case "minItems":
		f.Code, f.Detail = "too_few", fmt.Sprintf("Must have at least %d items.", schema.MinItems)
	case "maxItems":
		f.Code, f.Detail = "too_many", fmt.Sprintf("Must have at most %d items.", *schema.MaxItems)
	case "minProperties":
		f.Code, f.Detail = "empty", "Must have at least one member."
	case "minimum", "exclusiveMinimum":
		f.Code, f.Detail = "too_small", "Must be "+described(schema)+"."
	case "maximum", "exclusiveMaximum":
		f.Code, f.Detail = "too_great", "Must be "+described(schema)+"."
	default: // type, enum, pattern, format
		f.Detail = "Must be " + described(schema) + "."
	}
	return []programme.Fault{f}
}

// unknownMembers names the members that the schema does not have. The validator
// points to the object, not to them.
func unknownMembers(e *openapi3.SchemaError, pointer string) []programme.Fault {
	object, _ := e.Value.(map[string]any)
	var faults []programme.Fault
	for name := range object {
		if e.Schema.Properties[name] == nil {
			faults = append(faults, programme.Fault{Pointer: pointer + "/" + escape(clip(name)), Code: "unknown_member", Detail: "There is no such member."})
		}
	}
	slices.SortFunc(faults, func(a, b programme.Fault) int { return strings.Compare(a.Pointer, b.Pointer) })
	return faults
}

// described says in words what a schema admits.
func described(s *openapi3.Schema) string {
	switch {
	case len(s.Enum) > 0:
		words := make([]string, 0, len(s.Enum))
		for _, v := range s.Enum {
			if v != nil {
				words = append(words, fmt.Sprint(v))
			}
		}
		return "one of: " + strings.Join(words, ", ")
	case s.Format == "date":
		return "a calendar day such as 2026-03-31"
	case s.Format == "date-time":
		return "an instant such as 2026-03-31T09:30:00Z"
	case s.Format == "uuid":
		return "a UUID"
	case s.Format == "email":
		return "an e-mail address"
	case s.Pattern == `\S`:
		return "more than white space"
	case s.Pattern != "":
		return fmt.Sprintf("of the form %s%s", s.Pattern, example(s))
	case s.Type.Is("integer"):
		return "a whole number" + limits(s)
	case s.Type.Is("number"):
		return "a number" + limits(s)
	case s.Type.Is("boolean"):
		return "true or false"
	case s.Type.Is("array"):
		return "a list"
	case s.Type.Is("object"):
		return "an object"
	}
	return "a text"
}

func limits(s *openapi3.Schema) string {
	switch {
	case s.Min != nil && s.ExclusiveMin.IsTrue() && s.Max != nil:
		return fmt.Sprintf(" above %v and up to %v", *s.Min, *s.Max)
	case s.Min != nil && s.Max != nil:
		return fmt.Sprintf(" from %v to %v", *s.Min, *s.Max)
	case s.Min != nil:
		return fmt.Sprintf(" of at least %v", *s.Min)
	}
	return ""
}

func example(s *openapi3.Schema) string {
	if s.Example == nil {
		return ""
	}
	return fmt.Sprintf(", such as %v", s.Example)
}

// escape writes one step of a JSON pointer (RFC 6901).
func escape(step string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(step) }

// clip keeps a name that the caller made up from filling the answer.
func clip(name string) string {
	if runes := []rune(name); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return name
}

// binder hands the generated server the body that has been validated.
type binder struct{}

func (binder) Bind(target any, c echo.Context) error { return json.Unmarshal(callIn(c).body, target) }
