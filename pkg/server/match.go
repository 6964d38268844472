package server

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// entityTag is one member of an If-Match (RFC 9110, 8.8.3).
var entityTag = regexp.MustCompile(`(?:W/)?"[^"]*"`)

// ownETag is the form of a version as a validator: alone, as the records themselves
// have it, or with the hash of an answer behind it, as their ETag header has it.
var ownETag = regexp.MustCompile(`^"([1-9][0-9]{0,17})(-[A-Za-z0-9_-]+(\.gz)?)?"$`)

// etagOf writes the version as a record's own validator, which If-Match takes. No
// answer has it as its ETag, because it says nothing of who asked and when.
func etagOf(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// matchVersion reads the version out of one entity tag. What is not one of our ETags,
// or a weak one, answers 0, which no resource has.
func matchVersion(tag *string) int64 {
	if tag == nil {
		return 0
	}
	match := ownETag.FindStringSubmatch(*tag)
	if match == nil {
		return 0
	}
	version, _ := strconv.ParseInt(match[1], 10, 64) // as long as that it is a number
	return version
}

// states answers the versions that the If-Match header names, the oldest first. The
// error is PreconditionRequired where it names none because it is not there, or says
// that any state will do.
func states(header http.Header) ([]int64, error) {
	given := header.Get("If-Match")
	switch strings.TrimSpace(given) {
	case "":
		return nil, programme.Errorf(programme.PreconditionRequired, programme.CodeIfMatchRequired, "Send the ETag of the state that you have read as If-Match.")
	case "*":
		return nil, programme.Errorf(programme.PreconditionRequired, programme.CodeIfMatchNamesNoState, "If-Match says that any state will do. Send the ETag of the one that you have read.")
	}
	var versions []int64
	for _, tag := range entityTag.FindAllString(given, -1) {
		if version := matchVersion(&tag); version > 0 {
			versions = append(versions, version)
		}
	}
	slices.Sort(versions)
	return slices.Compact(versions), nil
}

// eachState lets a change be made on any of the states that If-Match names, by trying
// one after the other: the store compares a version inside the transaction that
// changes it, and what is refused as stale has written nothing. Versions only grow,
// so that from the oldest on none is missed that is the present one meanwhile.
func (s *Server) eachState(next api.Handler) api.Handler {
	return func(c echo.Context) (api.Response, error) {
		call := callIn(c)
		if !call.op.IfMatch {
			return next(c)
		}
		versions := call.states
		if len(versions) == 0 {
			versions = []int64{0} // which is no resource's
		}
		var response api.Response
		var err error
		for _, version := range versions {
			c.Request().Header.Set("If-Match", etagOf(version))
			response, err = next(c)
			if refusal, is := errors.AsType[*programme.Error](err); !is || refusal.Kind != programme.Stale {
				break
			}
		}
		return response, err
	}
}
