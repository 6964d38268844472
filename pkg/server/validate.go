package server

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/labstack/echo/v4"

	"peerchallenge/pkg/programme"
)

// validate holds the request to the contract, and names everything that is
// wrong with it. It comes after authorize: strangers learn nothing from faults.
func (s *Server) validate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		call := callIn(c)
		if call == nil || call.op.form {
			return next(c)
		}
		if call.op.IfMatch {
			var err error
			if call.states, err = states(c.Request().Header); err != nil {
				return err
			}
		}
		if call.op.contentFirst && c.Request().Header.Get("If-Match") != "" {
			call.states, _ = states(c.Request().Header) // what names no state replaces none
		}
		reasonFaults := call.reasonIn(c.Request())
		if err := programme.BadRequest(append(parameterFaults(call, c), reasonFaults...)...); err != nil {
			return err
		}
		call.idsLowered(c)
		if err := call.known(); err != nil {
			return err
		}
		switch {
		case call.op.bringsFile(c.Request()):
			done, err := s.receive(call, c)
			if err != nil {
				return err
			}
			defer done()
		case call.op.Body != nil:
			sent := bodies.take()
			body, err := s.readBody(call.op, c, sent)
			if err == nil {
				call.body, err = s.door.check(c.Request().Context(), call.op, body)
			}
			bodies.putBack(sent) // what was right was written anew
			if err != nil {
				return err
			}
		}
		if err := call.sayWhy(c.Request()); err != nil {
			return err
		}
		return next(c)
	}
}

// parameterFaults answers what is wrong with path, query and header.
func parameterFaults(call *call, c echo.Context) []programme.Fault {
	var faults []programme.Fault
	if call.url.RawQuery != "" {
		if _, err := url.ParseQuery(call.url.RawQuery); err != nil {
			faults = append(faults, programme.Fault{Code: programme.FaultMalformedQuery, Detail: "The query has a part that cannot be read."})
		}
	}
	for name, values := range call.query {
		if slices.ContainsFunc(values, unreadable) {
			faults = append(faults, programme.Fault{Parameter: clip(name), Code: programme.FaultMalformed, Detail: "This parameter is no text."})
		}
		if !call.op.query[name] {
			faults = append(faults, programme.Fault{Parameter: clip(name), Code: programme.FaultUnknownParameter, Detail: "This operation has no such parameter."})
		}
	}
	for i := range call.op.Parameters {
		p := &call.op.Parameters[i]
		if given := p.given(call, c); !p.right(given) {
			faults = append(faults, p.faults(given, call, c)...)
		}
	}
	if call.format != formatJSON {
		for _, name := range []string{"limit", "cursor", "count", "include"} {
			if call.query.Has(name) && !slices.ContainsFunc(faults, func(f programme.Fault) bool { return f.Parameter == name }) {
				faults = append(faults, programme.Fault{Parameter: name, Code: programme.FaultWholeList, Detail: "CSV and NDJSON are whole lists and take no " + name + "."})
			}
		}
	}
	if call.format != formatCSV && call.query.Has("bom") && call.op.query["bom"] {
		faults = append(faults, programme.Fault{Parameter: "bom", Code: programme.FaultOtherForm, Detail: "Only CSV takes a byte order mark."})
	}
	slices.SortStableFunc(faults, func(a, b programme.Fault) int { return strings.Compare(a.Parameter, b.Parameter) })
	return faults
}

// parameter is one of an operation's.
type parameter struct {
	*openapi3.Parameter

	shape *shape // of one that is a text or a whole number; nil of all else
}

func parameterOf(p *openapi3.Parameter) parameter {
	if p.Schema != nil && p.Content == nil && (p.Schema.Value.Type.Is("string") || p.Schema.Value.Type.Is("integer")) {
		return parameter{p, shapeOf(p.Schema.Value)}
	}
	return parameter{Parameter: p}
}

// given answers what a request says for the parameter, by its name.
func (p *parameter) given(call *call, c echo.Context) []string {
	switch p.In {
	case openapi3.ParameterInQuery:
		return call.query[p.Name]
	case openapi3.ParameterInHeader:
		return c.Request().Header.Values(p.Name)
	}
	if i := slices.Index(c.ParamNames(), p.Name); i >= 0 {
		return c.ParamValues()[i : i+1]
	}
	return nil
}

// right is to parameters what a shape is to bodies: it takes what need not be there and is not, and
// a text or a count that the schema takes. What it does not take, [parameter.faults] judges.
func (p *parameter) right(given []string) bool {
	switch {
	case len(given) == 0:
		return !p.Required && !p.Schema.Value.Type.Is("object") // whose members have names of their own
	case len(given) > 1 || p.shape == nil || given[0] == "" || unreadable(given[0]):
		return false
	}
	text := []byte(given[0])
	if p.shape.schema.Type.Is("integer") {
		n, is := count(text)
		return is && p.shape.bounds(n)
	}
	return p.shape.fits(text) && (p.In != openapi3.ParameterInPath || !bytes.ContainsRune(text, '%')) // which may stand for something
}

// faults answers what is wrong with what a request says for the parameter.
func (p *parameter) faults(given []string, call *call, c echo.Context) []programme.Fault {
	fault := func(code programme.FaultCode, detail string) []programme.Fault {
		return []programme.Fault{{Parameter: p.Name, Code: code, Detail: detail}}
	}
	switch {
	case p.In == openapi3.ParameterInQuery && len(given) > 1 && !p.Schema.Value.Type.Is("array"):
		return fault(programme.FaultRepeated, "This parameter is given more than once.")
	case p.In == openapi3.ParameterInHeader && len(given) > 1:
		return fault(programme.FaultRepeated, "This header is given more than once.")
	case p.In == openapi3.ParameterInHeader && len(given) > 0 && unreadable(given[0]):
		return fault(programme.FaultMalformed, "This header is no text in UTF-8.")
	case p.In == openapi3.ParameterInQuery && len(given) > 0 && p.Schema.Value.Type.Is("boolean") && !isBoolean(given[0]):
		return fault(programme.FaultType, "Must be "+described(p.Schema.Value)+".")
	}
	if err := p.validate(call, c); err != nil {
		return parameterFault(p.Parameter, err)
	}
	return nil
}

// validate asks the library.
func (p *parameter) validate(call *call, c echo.Context) error {
	path := map[string]string{}
	for i, name := range c.ParamNames() {
		path[name] = c.ParamValues()[i]
	}
	return openapi3filter.ValidateParameter(c.Request().Context(), &openapi3filter.RequestValidationInput{
		Request: c.Request(), PathParams: path, QueryParams: call.query,
		Options: &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true, SchemaValidationOptions: everyFault},
	}, p.Parameter)
}

// unreadable reports whether a text is none that can be kept.
func unreadable(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }

// isBoolean reports whether the text is one of the two that JSON has. The library
// takes 1, t and TRUE too, and cursors and ETags would differ by the spelling.
func isBoolean(s string) bool { return s == "true" || s == "false" }

// No value stands in any message. That nothing in a request is for answers only, a
// test knows of the contract; asking for it would double the cost of small bodies.
var (
	firstFault = []openapi3.SchemaValidationOption{openapi3.DisableSchemaErrorDetails()}
	everyFault = append([]openapi3.SchemaValidationOption{openapi3.MultiErrors()}, firstFault...)
)

// idsLowered writes the UUIDs of path and query in lower case, as they are kept, so
// that nothing after has to know that they can be written in two ways.
func (call *call) idsLowered(c echo.Context) {
	changed := false
	lowered := func(name, given string) string {
		if !call.op.ids[name] {
			return given
		}
		lower := strings.ToLower(given)
		changed = changed || lower != given
		return lower
	}
	path, values := c.Path(), slices.Clone(c.ParamValues())
	for i, name := range c.ParamNames() {
		values[i] = lowered(name, values[i])
		path = strings.Replace(path, ":"+name, values[i], 1)
	}
	for name, given := range call.query {
		for i := range given {
			given[i] = lowered(name, given[i])
		}
	}
	if !changed {
		return
	}
	address := *call.url
	address.Path, address.RawPath, address.RawQuery = path, "", call.query.Encode()
	call.url, c.Request().URL = &address, &address
	c.SetParamValues(values...)
}

func parameterFault(p *openapi3.Parameter, err error) []programme.Fault {
	var request *openapi3filter.RequestError
	switch {
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		return []programme.Fault{{Parameter: p.Name, Code: programme.FaultRequired, Detail: "This parameter is needed."}}
	case errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
		return []programme.Fault{{Parameter: p.Name, Code: programme.FaultEmpty, Detail: "This parameter is empty."}}
	case errors.As(err, &request):
		if _, ok := errors.AsType[*openapi3filter.ParseError](request.Err); ok {
			return []programme.Fault{{Parameter: p.Name, Code: programme.FaultType, Detail: "Must be " + described(p.Schema.Value) + "."}}
		}
		faults := schemaFaults(request.Err)
		for i := range faults {
			faults[i].Parameter, faults[i].Pointer = p.Name, ""
			if p.In == openapi3.ParameterInQuery && faults[i].Code == programme.FaultEnum {
				faults[i].Code = programme.FaultUnknownValue // as what is named and not there
			}
		}
		return faults
	}
	return []programme.Fault{{Parameter: p.Name, Code: programme.FaultMalformed, Detail: "This parameter cannot be read."}}
}
