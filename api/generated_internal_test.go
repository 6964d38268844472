package api

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func operationsOf(t *testing.T) map[string]*openapi3.Operation {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(Contract)
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]*openapi3.Operation{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			op.Parameters = slices.Concat(item.Parameters, op.Parameters)
			operations[op.OperationID] = op
		}
	}
	return operations
}

// linesAnOperation is how much code may be generated for an operation, its types
// among it: it is all compiled, and all read by whoever follows a request.
const linesAnOperation = 130

func TestGeneratedCodeIsSmall(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile("api.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	lines, operations := bytes.Count(code, []byte("\n")), len(operationsOf(t))
	if operations == 0 || lines >= linesAnOperation*operations {
		t.Errorf("%d lines for %d operations, want under %d each: see docs/adr/0024-generated-code.md", lines, operations, linesAnOperation)
	}
}

// TestTemplatesKnowTheContract holds the contract to what the templates take for
// granted. What they do not know would be generated as something else.
func TestTemplatesKnowTheContract(t *testing.T) {
	t.Parallel()
	for id, op := range operationsOf(t) {
		for _, fault := range unknownToTemplates(op) {
			t.Errorf("%s: %s", id, fault)
		}
	}
}

// unknownToTemplates says what of the operation the templates cannot express.
func unknownToTemplates(op *openapi3.Operation) []string {
	var faults []string
	for _, p := range op.Parameters {
		switch v := p.Value; {
		case v.Content != nil:
			faults = append(faults, v.Name+" is a document")
		case v.In == openapi3.ParameterInQuery && v.Style != "" && v.Style != openapi3.SerializationForm:
			faults = append(faults, v.Name+" has the style "+v.Style)
		case v.Explode != nil && !*v.Explode:
			faults = append(faults, v.Name+" has many values in one")
		case v.In == openapi3.ParameterInHeader && (v.Required || !v.Schema.Value.Type.Is("string")):
			faults = append(faults, v.Name+" is a header, and more than a text that may be absent")
		case v.In == openapi3.ParameterInCookie:
			faults = append(faults, v.Name+" is a cookie")
		}
	}
	if op.RequestBody == nil {
		return faults
	}
	schema := ""
	for mediaType, media := range op.RequestBody.Value.Content {
		if !op.RequestBody.Value.Required && len(media.Schema.Value.Required) > 0 {
			faults = append(faults, "the body may be absent, which is read as {}, and has members that are needed")
		}
		switch ref := media.Schema.Ref; {
		case media.Schema.Value.Format == "binary" && mediaType > "application/json" && op.RequestBody.Value.Content["application/json"] != nil:
			// A file instead of the document, which the templates take for the body: it comes first.
		case ref == "":
			faults = append(faults, "the body as "+mediaType+" is no named schema")
		case schema != "" && ref != schema:
			faults = append(faults, fmt.Sprintf("the body is %s or %s, after its media type", schema, ref))
		default:
			schema = ref
		}
	}
	return faults
}

func TestWhatTemplatesDoNotKnow(t *testing.T) {
	t.Parallel()
	text := openapi3.NewSchemaRef("", openapi3.NewStringSchema())
	parameter := func(p *openapi3.Parameter) *openapi3.Operation {
		return &openapi3.Operation{Parameters: openapi3.Parameters{{Value: p.WithSchema(text.Value)}}}
	}
	needs := openapi3.NewObjectSchema().WithProperty("name", openapi3.NewStringSchema()).WithRequired([]string{"name"})
	absent := openapi3.Content{"application/json": {Schema: &openapi3.SchemaRef{Ref: "#/components/schemas/PeriodInput", Value: needs}}}
	body := func(required bool, refs ...string) *openapi3.Operation {
		content := openapi3.Content{}
		for i, ref := range refs {
			content[fmt.Sprintf("application/json;%d", i)] = &openapi3.MediaType{Schema: &openapi3.SchemaRef{Ref: ref, Value: text.Value}}
		}
		return &openapi3.Operation{RequestBody: &openapi3.RequestBodyRef{Value: &openapi3.RequestBody{Required: required, Content: content}}}
	}
	deep := openapi3.NewQueryParameter("where")
	deep.Style = openapi3.SerializationDeepObject
	joined := openapi3.NewQueryParameter("names")
	joined.Explode = new(false)
	number := openapi3.NewHeaderParameter("X-Number")
	for _, c := range []struct {
		name    string
		op      *openapi3.Operation
		unknown bool
	}{
		{"a query parameter", parameter(openapi3.NewQueryParameter("borough")), false},
		{"an object in the query", parameter(deep), true},
		{"values with commas between", parameter(joined), true},
		{"a header", parameter(openapi3.NewHeaderParameter("If-Match")), false},
		{"a needed header", parameter(openapi3.NewHeaderParameter("If-Match").WithRequired(true)), true},
		{"a header that is a number", &openapi3.Operation{Parameters: openapi3.Parameters{{Value: number.WithSchema(openapi3.NewIntegerSchema())}}}, true},
		{"a cookie", parameter(openapi3.NewCookieParameter("session")), true},
		{"a parameter that is a document", &openapi3.Operation{Parameters: openapi3.Parameters{{Value: &openapi3.Parameter{
			Name: "where", In: openapi3.ParameterInQuery, Content: openapi3.NewContentWithJSONSchema(openapi3.NewObjectSchema()),
		}}}}, true},
		{"a body", body(true, "#/components/schemas/PeriodInput"), false},
		{"a body in two media types", body(true, "#/components/schemas/PeriodPatch", "#/components/schemas/PeriodPatch"), false},
		{"a document or a file", &openapi3.Operation{RequestBody: &openapi3.RequestBodyRef{Value: &openapi3.RequestBody{Required: true, Content: openapi3.Content{
			"application/json": {Schema: &openapi3.SchemaRef{Ref: "#/components/schemas/PeriodInput", Value: needs}},
			"text/csv":         {Schema: &openapi3.SchemaRef{Ref: "#/components/schemas/SentTable", Value: openapi3.NewStringSchema().WithFormat("binary")}},
		}}}}, false},
		{"two bodies", body(true, "#/components/schemas/PeriodInput", "#/components/schemas/PeriodPatch"), true},
		{"a body without a name", body(true, ""), true},
		{"a body that may be absent", body(false, "#/components/schemas/StepInput"), false},
		{"a body that may be absent and needs something", &openapi3.Operation{RequestBody: &openapi3.RequestBodyRef{Value: &openapi3.RequestBody{Content: absent}}}, true},
	} {
		if got := unknownToTemplates(c.op); (len(got) > 0) != c.unknown {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
