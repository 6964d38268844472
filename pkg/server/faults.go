package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/pkg/programme"
)

// maxFaults is how many faults an answer lists.
const maxFaults = 100

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
		found := []programme.Fault{{Code: programme.FaultMalformed, Detail: "This cannot be read."}}
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

// listed keeps an answer from growing with the request's faults. That there are more is
// said once, and last.
func listed(faults []programme.Fault) []programme.Fault {
	told := slices.DeleteFunc(slices.Clone(faults), func(f programme.Fault) bool { return f.Code == programme.FaultMoreFaults })
	if len(told) == len(faults) && len(told) <= maxFaults {
		return told
	}
	told = told[:min(len(told), maxFaults)]
	return append(told, programme.Fault{Code: programme.FaultMoreFaults, Detail: "There are more faults than these."})
}

func pointerOf(e *openapi3.SchemaError) string {
	var pointer strings.Builder
	for _, step := range e.JSONPointer() {
		pointer.WriteString("/" + programme.PointerStep(clip(step)))
	}
	return pointer.String()
}

func schemaFault(e *openapi3.SchemaError, pointer string) []programme.Fault {
	f := programme.Fault{Pointer: pointer}
	schema := e.Schema
	switch e.SchemaField {
	case "required":
		f.Code, f.Detail = programme.FaultRequired, "This member is needed."
	case "properties":
		return unknownMembers(e, f.Pointer)
	case "nullable":
		f.Code, f.Detail = programme.FaultNotNull, "Must not be null."
	case "minLength":
		f.Code, f.Detail = programme.FaultTooShort, fmt.Sprintf("Must have at least %d characters.", schema.MinLength)
	case "maxLength":
		f.Code, f.Detail = programme.FaultTooLong, fmt.Sprintf("Must have at most %d characters.", *schema.MaxLength)
	case "minItems":
		f.Code, f.Detail = programme.FaultTooFew, fmt.Sprintf("Must have at least %d items.", schema.MinItems)
	case "maxItems":
		f.Code, f.Detail = programme.FaultTooMany, fmt.Sprintf("Must have at most %d items.", *schema.MaxItems)
	case "minProperties":
		f.Code, f.Detail = programme.FaultEmpty, "Must have at least one member."
	case "minimum", "exclusiveMinimum":
		f.Code, f.Detail = programme.FaultTooSmall, "Must be "+described(schema)+"."
	case "maximum", "exclusiveMaximum":
		f.Code, f.Detail = programme.FaultTooGreat, "Must be "+described(schema)+"."
	case "format":
		f.Code, f.Detail = programme.FaultFormat, "Must be "+described(schema)+"."
		if schema.Format == formatLine {
			f.Detail = "Must be " + inOneLine + "."
		}
	case "enum":
		f.Code, f.Detail = programme.FaultEnum, "Must be "+described(schema)+"."
	case "pattern":
		f.Code, f.Detail = programme.FaultPattern, "Must be "+described(schema)+"."
	default:
		f.Code, f.Detail = programme.FaultType, "Must be "+described(schema)+"."
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
			faults = append(faults, programme.Fault{Pointer: pointer + "/" + programme.PointerStep(clip(name)), Code: programme.FaultUnknownMember, Detail: "There is no such member."})
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
	case s.Format == formatUUID:
		return "a UUID"
	case s.Format == "email":
		return "an e-mail address"
	case s.Format == formatLine && s.Pattern == "":
		return inOneLine
	case s.Format == formatText:
		return "text without control characters but tab and LF"
	case s.Format == formatWords:
		return "text that is more than white space, without control characters but tab and LF"
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

// clip keeps a name that the caller made up from filling the answer.
func clip(name string) string {
	if short := firstRunes(name, 60); len(short) < len(name) {
		return short + "…"
	}
	return name
}
