package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"peerchallenge/pkg/programme"
)

// describe says an error to the person at the terminal, every fault on a line
// of its own.
func describe(err error) string {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, err := range several.Unwrap() {
			lines = append(lines, describe(err))
		}
		return strings.Join(lines, "\n")
	}
	e, ours := errors.AsType[*programme.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "stopped before it was done"
	case !ours:
		return err.Error()
	case len(e.Faults) == 0 && errors.Unwrap(e) != nil:
		return e.Detail + " (" + root(e).Error() + ")"
	case e.Code == programme.CodeInvalid && len(e.Faults) > 0:
		// Its sentence speaks of a request, and says less than the faults.
		return strings.TrimPrefix(list(e.Faults), "\n  ")
	}
	return e.Detail + list(e.Faults)
}

// list answers the faults, each on a line.
func list(faults []programme.Fault) string {
	var text strings.Builder
	for _, f := range faults {
		text.WriteString("\n  ")
		if f.File != "" {
			fmt.Fprintf(&text, "%s: ", f.File)
		}
		if f.Row > 0 {
			fmt.Fprintf(&text, "row %d: ", f.Row)
		}
		if place := cmp.Or(f.Column, f.Pointer, f.Parameter); place != "" {
			fmt.Fprintf(&text, "%s: ", place)
		}
		text.WriteString(f.Detail)
		if f.Given != "" {
			fmt.Fprintf(&text, " There is %s.", f.Given)
		}
		if f.Count > 1 {
			fmt.Fprintf(&text, " So are %d in all.", f.Count)
		}
	}
	return text.String()
}

// root answers the innermost cause. What is around it says which functions of
// which library it went through, and the reader did not call them.
func root(err error) error {
	for {
		inner := errors.Unwrap(err)
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			all := several.Unwrap()
			inner = all[len(all)-1]
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}
