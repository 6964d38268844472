package server

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// contract is openapi.yaml, prepared once for what every request asks of it.
type contract struct {
	doc        *openapi3.T
	operations map[operationKey]*operation
	steps      map[stepOf]*operation // by which each step is taken
}

// operationKey is a method and Echo's own name of a route, /v1/boroughs/:code.
type operationKey struct{ method, route string }

// operation is one operation of the contract.
type operation struct {
	ID           string
	method       string
	Path         string   // as the contract has it
	Steps        []stepOf // that it takes
	Creates      string   // the kind of resource that it creates, or empty
	Public       bool
	Roles        []programme.Role
	notFor       *programme.Error // refuses who has none of them
	Parameters   []parameter
	query        map[string]bool // the query parameters that it has
	ids          map[string]bool // the parameters that are UUIDs
	IfMatch      bool
	keyed        bool             // it takes an Idempotency-Key
	contentFirst bool             // a PUT that creates or replaces: what it brings is compared first, and its preconditions only where that differs
	reasonHeader bool             // it says why in [headerReason], and not in its body
	Body         *openapi3.Schema // nil where it takes none
	shape        *shape           // of Body
	bodyOptional bool
	BodyTypes    []string // media types of the body, the one to prefer first
	fileTypes    []string // media types of the file that it takes as its body, instead of Body or beside it
	schema       *openapi3.Schema
	includes     map[string]*operation // what it adds where that is asked for, with the operation that answers it by itself
	Row          string                // schema of one item, where the operation answers a list
	columns      []string              // of the list as CSV
	form         bool                  // the token endpoint, which reads its request itself, by RFC 6749
	showsSecret  bool                  // its answer is never kept: x-shows-secret
	paged        bool                  // its answer is data or, by Accept, a page
	fromSnapshot bool                  // a read that the snapshot alone answers, alike for everyone: x-from-snapshot
}

// mediaTypes are all that its body may have.
func (o *operation) mediaTypes() []string { return slices.Concat(o.BodyTypes, o.fileTypes) }

// bringsFile reports whether the request's body is a file, or should be one.
func (o *operation) bringsFile(r *http.Request) bool {
	if o.fileTypes == nil || o.Body == nil {
		return o.fileTypes != nil
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && slices.Contains(o.fileTypes, mediaType)
}

var pathParameter = regexp.MustCompile(`\{([^}]+)\}`)

// route turns the contract's /v1/boroughs/{code} into Echo's /v1/boroughs/:code.
func route(path string) string { return pathParameter.ReplaceAllString(path, ":$1") }

// loadContract reads the contract, once for the process: it never changes, and the
// library keeps the formats in one place for all.
var loadContract = sync.OnceValues(readContract)

func readContract() (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Contract)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background(), schemaOptions()...); err != nil {
		return nil, err
	}
	c := &contract{doc: doc, operations: map[operationKey]*operation{}}
	var faults []error
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o, err := newOperation(method, path, item, op)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			c.operations[operationKey{method, route(path)}] = o
		}
	}
	faults = append(faults, c.findSteps(), c.readIncludes())
	return c, errors.Join(faults...)
}

// rolesOf answers who may call the operation, nil where there is none.
func (c *contract) rolesOf(operation string) []programme.Role {
	for _, op := range c.operations {
		if op.ID == operation && !op.Public {
			return op.Roles
		}
	}
	return nil
}

// schemaOptions say which formats are checked. The library's own pattern for
// UUIDs refuses version 7, so this one parses.
func schemaOptions() []openapi3.ValidationOption {
	for name, check := range formats {
		openapi3.DefineStringFormatValidator(name, openapi3.NewCallbackValidator(check))
	}
	return []openapi3.ValidationOption{openapi3.EnableSchemaFormatValidation(), openapi3.EnableExamplesValidation(), openapi3.EnableSchemaPatternValidation()}
}

// The formats of texts are ours; the contract explains them.
const (
	formatUUID   = "uuid"
	formatBinary = "binary" // the library's own: the bytes of a file
	formatLine   = "line"   // a name or title
	formatText   = "text"   // may have several lines, or say nothing
	formatWords  = "words"  // may have several lines
)

const inOneLine = "one line of text that is more than white space, without characters that control or cannot be seen"

var formats = map[string]func(string) error{
	// In either case, but not in the other spellings that the library reads.
	formatUUID: func(s string) error {
		_, err := uuid.Parse(s)
		return unless(err == nil && len(s) == len(uuid.Nil.String()))
	},
	formatLine:  func(s string) error { return unless(programme.NameLike(s)) },
	formatText:  func(s string) error { return unless(programme.Printable(s)) },
	formatWords: func(s string) error { return unless(programme.Printable(s) && !programme.Blank(s)) },
	// What is far too long is not parsed, because the parser's refusal quotes all of it.
	"date": func(s string) error {
		if len(s) > longestInstant {
			return errFormat
		}
		_, err := programme.ParseDate(s)
		return err
	},
	"date-time": func(s string) error {
		if len(s) > longestInstant {
			return errFormat
		}
		_, err := time.Parse(time.RFC3339Nano, s)
		return err
	},
	"email": func(s string) error {
		a, err := mail.ParseAddress(s)
		return unless(err == nil && a.Address == s && programme.NameLike(s))
	},
}

const longestInstant = 40

var errFormat = errors.New("not of this format")

func unless(right bool) error {
	if right {
		return nil
	}
	return errFormat
}

func newOperation(method, path string, item *openapi3.PathItem, op *openapi3.Operation) (*operation, error) {
	o := &operation{ID: op.OperationID, method: method, Path: path, Steps: readSteps(op), query: map[string]bool{}, ids: map[string]bool{}}
	for _, p := range slices.Concat(item.Parameters, op.Parameters) {
		o.Parameters = append(o.Parameters, parameterOf(p.Value))
		schema := p.Value.Schema.Value
		o.ids[p.Value.Name] = schema.Format == formatUUID || schema.Items != nil && schema.Items.Value.Format == formatUUID
		switch {
		case p.Value.In == openapi3.ParameterInQuery:
			o.query[p.Value.Name] = true
		case p.Value.Name == "If-Match":
			o.IfMatch = true
		case p.Value.Name == "Idempotency-Key":
			o.keyed = true
		case p.Value.Name == "If-None-Match" && method == http.MethodPut:
			o.contentFirst = true
		case p.Value.Name == headerReason:
			o.reasonHeader = true
		}
	}
	o.IfMatch = o.IfMatch && !o.contentFirst
	if op.RequestBody != nil {
		o.bodyOptional = !op.RequestBody.Value.Required
		for mediaType, media := range op.RequestBody.Value.Content {
			if media.Schema.Value.Format == formatBinary {
				o.fileTypes = append(o.fileTypes, mediaType)
				continue
			}
			if mediaType == formType {
				o.form = true
				continue
			}
			o.BodyTypes, o.Body = append(o.BodyTypes, mediaType), media.Schema.Value
		}
		if o.Body != nil {
			o.shape = shapeOf(o.Body)
		}
		slices.Sort(o.fileTypes)
		slices.SortFunc(o.BodyTypes, func(a, b string) int { return strings.Compare(b, a) }) // a patch goes before plain JSON
	}
	o.Row, o.columns = rowSchema(op)
	o.schema = shownSchema(op)
	if ok := op.Responses.Value("200"); ok != nil {
		o.paged = ok.Value.Content["text/html"] != nil && ok.Value.Content["application/json"] != nil
	}
	if op.Responses.Value("201") != nil {
		o.Creates = createdAt(path)
	}
	public := op.Security != nil && len(*op.Security) == 0
	o.showsSecret = op.Extensions["x-shows-secret"] == true
	o.fromSnapshot = method == http.MethodGet && op.Extensions["x-from-snapshot"] == true
	return o, o.readRoles(op.Extensions["x-roles"], public)
}

// rowSchema names the schema of one item of the list that the operation
// answers, and its columns as CSV; of all else, nothing.
func rowSchema(op *openapi3.Operation) (name string, columns []string) {
	ok := op.Responses.Value("200")
	if ok == nil || ok.Value.Content["text/csv"] == nil || ok.Value.Content["application/json"] == nil {
		return "", nil
	}
	listed, _ := ok.Value.Content["text/csv"].Schema.Value.Extensions["x-columns"].([]any)
	for _, column := range listed {
		columns = append(columns, fmt.Sprint(column))
	}
	items := ok.Value.Content["application/json"].Schema.Value.Properties["items"]
	return strings.TrimPrefix(items.Value.Items.Ref, "#/components/schemas/"), columns
}

// readRoles takes who may call the operation. Saying nothing, or naming a role
// that does not exist, stops the program from starting.
func (o *operation) readRoles(extension any, public bool) error {
	given, _ := extension.([]any)
	if len(given) == 0 {
		return fmt.Errorf("operation %s has no x-roles", o.ID)
	}
	for _, name := range given {
		role := programme.Role(fmt.Sprint(name))
		switch {
		case role == "public":
			o.Public = true
		case role.Known():
			o.Roles = append(o.Roles, role)
		default:
			return fmt.Errorf("operation %s: x-roles names %q, which is no role", o.ID, name)
		}
	}
	if len(o.Roles) > 0 {
		o.notFor = &programme.Error{Kind: programme.Forbidden, Code: programme.CodeRole, Detail: programme.OnlyFor(o.Roles)}
	}
	if o.Public != public || o.Public && len(o.Roles) > 0 {
		return fmt.Errorf("operation %s: x-roles and security disagree about whether it is public", o.ID)
	}
	return nil
}

// checkRoutes makes sure that every operation of the contract has a route, and
// every route an operation.
func (c *contract) checkRoutes(routes map[operationKey]bool) error {
	var faults []error
	for key, op := range c.operations {
		if !routes[key] {
			faults = append(faults, fmt.Errorf("operation %s (%s %s) has no handler", op.ID, key.method, key.route))
		}
	}
	for key := range routes {
		if c.operations[key] == nil {
			faults = append(faults, fmt.Errorf("route %s %s is not in the contract", key.method, key.route))
		}
	}
	return errors.Join(faults...)
}
