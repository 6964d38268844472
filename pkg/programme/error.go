package programme

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kind is the closed set of ways in which a request can fail. What is not an
// [Error] is [Internal].
type Kind int

// The kinds, in the order of the HTTP statuses that the server gives them.
const (
	Internal             Kind = iota // a fault of ours: the cause is logged and never sent
	Malformed                        // cannot be read as what it should be
	Unauthenticated                  // nobody vouches for the caller
	Forbidden                        // visible to the caller, but not theirs to do
	NotFound                         // not there, or not visible to the caller
	Conflict                         // the present state does not allow it
	Gone                             // it was there and has been withdrawn
	Stale                            // the caller's copy is not the present one
	TooLarge                         // more than the limit
	Unsupported                      // a media type that the operation does not take
	Invalid                          // readable, but breaks a rule
	PreconditionRequired             // would overwrite what the caller has not seen
	TooMany                          // more at once than the caller may have
	Unavailable                      // the database is away; trying again later may work
)

// Fault is one thing wrong with a request, named so that its sender can find it.
type Fault struct {
	Pointer   string // RFC 6901 pointer into the body, or empty
	Parameter string // name of the query, path or header parameter, or empty
	File      string // name of the imported file, or empty
	Row       int    // 1-based row of the file, its header being row 1; 0 where rows mean nothing
	Column    string // column of the file, or empty
	Code      FaultCode
	Detail    string // one sentence, for people
	Given     string // what stands there, as it may be shown, or empty
	Count     int    // on the first of many alike in a file, how many they are; 0 on all others
}

// PointerStep writes a member's name as one step of a pointer (RFC 6901).
func PointerStep(name string) string { return escapedStep.Replace(name) }

var escapedStep = strings.NewReplacer("~", "~0", "/", "~1")

// Error is a refusal that the caller may read.
type Error struct {
	Kind   Kind
	Code   Code
	Detail string // one sentence, for people
	Faults []Fault
	cause  error
}

// Errorf makes an [Error] without faults. A %w operand becomes the cause, which
// is logged but never sent: keep its text out of the format's other words.
func Errorf(kind Kind, code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Code: code, Detail: err.Error(), cause: errors.Unwrap(err)}
}

// Wrap makes an [Error] of the cause, which is logged but never sent.
func Wrap(cause error, kind Kind, code Code, detail string) *Error {
	return &Error{Kind: kind, Code: code, Detail: detail, cause: cause}
}

// Refuse makes an [Invalid] error of the faults, or nil if there are none.
func Refuse(faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: CodeInvalid, Detail: "The request breaks the rules listed under errors.", Faults: faults}
}

// BadRequest makes a [Malformed] error of the faults, or nil if there are none.
func BadRequest(faults ...Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return &Error{Kind: Malformed, Code: CodeBadRequest, Detail: "The request has the faults listed under errors.", Faults: faults}
}

// NotYours refuses a step that others may do.
func NotYours(detail string) error { return Errorf(Forbidden, CodeNotYours, "%s", detail) }

// WrongState refuses a step that the record's state does not allow.
func WrongState(detail string) error { return Errorf(Conflict, CodeWrongState, "%s", detail) }

// Unknown is the fault of a member that names what is not there.
func Unknown(pointer, detail string) Fault {
	return Fault{Pointer: pointer, Code: FaultUnknownValue, Detail: detail}
}

// UnknownParameter is the fault of a parameter that names what is not there.
func UnknownParameter(name, detail string) Fault {
	return Fault{Parameter: name, Code: FaultUnknownValue, Detail: detail}
}

// repeated names every element that stands in the list a second time.
func repeated[T comparable](pointer string, list []T) []Fault {
	var faults []Fault
	for i, item := range list {
		if slices.Contains(list[:i], item) {
			faults = append(faults, again(pointer+"/"+strconv.Itoa(i)))
		}
	}
	return faults
}

// again is the fault of an element that stands in its list before.
func again(pointer string) Fault {
	return Fault{Pointer: pointer, Code: FaultRepeated, Detail: "This is in the list already."}
}

// Together makes one [Invalid] error of all their faults, or nil if there are
// none. An error that is something else goes before all others.
func Together(errs ...error) error {
	var faults []Fault
	for _, err := range errs {
		if err == nil {
			continue
		}
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != Invalid || len(e.Faults) == 0 {
			return err
		}
		faults = append(faults, e.Faults...)
	}
	return Refuse(faults)
}

func (e *Error) Error() string {
	if e.cause != nil && e.cause.Error() != e.Detail {
		return string(e.Code) + ": " + e.Detail + ": " + e.cause.Error()
	}
	return string(e.Code) + ": " + e.Detail
}

func (e *Error) Unwrap() error { return e.cause }

// OwnFault is the refusal of a request by which the server fails, for the cause.
func OwnFault(cause error) *Error {
	return Wrap(cause, Internal, CodeInternal, "The server met a fault of its own. Quote the instance when you report it.")
}

// KindOf answers [Internal] for every error that is not an [Error].
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// refusalOf answers the error as an [Error], whatever it is.
func refusalOf(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return OwnFault(err)
}
