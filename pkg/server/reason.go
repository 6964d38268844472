package server

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/goccy/go-json"

	"peerchallenge/pkg/programme"
)

// headerReason is where what has no body of its own, or one that is the record
// itself, says why it is sent. A POST says it in its body: a browser can send
// nothing but Latin-1 in a header.
const headerReason = "X-Audit-Reason"

// encodedReason is a reason in the form of RFC 8187. encodeURIComponent of JavaScript
// leaves ! ' ( ) * as they are, which the RFC would have encoded; nothing is lost by
// taking them.
var encodedReason = regexp.MustCompile(`^(?i:utf-8)'[A-Za-z0-9-]*'((?:[A-Za-z0-9!#$&+\-.^_` + "`" + `|~'()*]|%[0-9A-Fa-f]{2})*)$`)

// startsEncoded tells a reason that means to be encoded from one that is not.
var startsEncoded = regexp.MustCompile(`^(?i:utf-8)'[A-Za-z0-9-]*'`)

// reasonIn writes the reason of the request's header as plain UTF-8, so that all that
// comes after holds the words to the contract and not their encoding. It answers what
// is wrong with it.
func (call *call) reasonIn(r *http.Request) []programme.Fault {
	given := r.Header[headerReason]
	switch {
	case len(given) == 0:
		return nil
	case r.Method == http.MethodPost:
		return []programme.Fault{{Parameter: headerReason, Code: programme.FaultReasonInBody, Detail: "A POST takes no reason in a header: a step says why in its body, and a creation needs no reason."}}
	case !call.op.reasonHeader || len(given) > 1 || !startsEncoded.MatchString(given[0]):
		return nil
	}
	if match := encodedReason.FindStringSubmatch(given[0]); match != nil {
		if text, err := url.PathUnescape(match[1]); err == nil {
			r.Header[headerReason] = []string{text}
			return nil
		}
	}
	r.Header.Del(headerReason) // one fault is enough
	return []programme.Fault{{Parameter: headerReason, Code: programme.FaultMalformed, Detail: "After UTF-8'' comes percent-encoded UTF-8 (RFC 8187), as encodeURIComponent writes it."}}
}

// sayWhy lets the caller's reason go with all that the call does.
func (call *call) sayWhy(r *http.Request) error {
	if call.op.reasonHeader {
		call.actor.ReasonHeader = headerReason
		call.actor.Reason = programme.Normal(strings.TrimSpace(r.Header.Get(headerReason)))
		return nil
	}
	if r.Method != http.MethodPost || call.op.Body == nil || call.file != nil || call.op.Body.Properties["reason"] == nil {
		return nil
	}
	var said struct{ Reason *string }
	if err := json.Unmarshal(call.body, &said); err != nil || said.Reason == nil {
		return err
	}
	call.actor.Reason = strings.TrimSpace(*said.Reason)
	return nil
}
