package server

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"peerchallenge/pkg/programme"
)

// The log says who did what from where, and nothing of what was said: no names,
// e-mail addresses or texts, no query, no token and no address as it was sent.
// docs/log.md lists what there is.

// AddressForm says how much of a caller's network address the log keeps.
type AddressForm string

// The forms. The zero value means the whole address.
const (
	WholeAddresses AddressForm = "full"
	ShortAddresses AddressForm = "short" // the network, of 24 bits of IPv4 and 48 of IPv6
	NoAddresses    AddressForm = "none"
)

// The security events that the log names, so that they can be counted and watched
// (OWASP ASVS 5.0, V16.3).
const (
	eventAuthnFailed  = "authn_failed"       // no token, or one that is not believed; no proof of a client
	eventAuthzRefused = "authz_refused"      // a known caller is refused what is not theirs
	eventNotVisible   = "record_not_visible" // a known caller asks for what is not there for them
)

// problemCodeKey is where the code of the problem that was sent waits for the log.
const problemCodeKey = "problem code"

// logged answers what a request's line says beside how it went.
func (s *Server) logged(c echo.Context) []slog.Attr {
	var attrs []slog.Attr
	request, call := c.Request(), callIn(c)
	if call != nil {
		attrs = named(&call.who)
		if keys := call.op.keysIn(c); len(keys) > 0 {
			attrs = append(attrs, slog.GroupAttrs("path", keys...))
		}
	}
	if address := s.shownAddress(request); address != "" {
		attrs = append(attrs, slog.String("address", address))
	}
	if code, _ := c.Get(problemCodeKey).(string); code != "" {
		attrs = append(attrs, slog.String("problem", code))
		if event := securityEvent(c.Response().Status, code, call); event != "" {
			attrs = append(attrs, slog.String("event", event))
		}
	}
	return attrs
}

// named answers who somebody is, and nothing for whom nobody has vouched.
func named(who *programme.Actor) []slog.Attr {
	if who.Subject == "" {
		return nil
	}
	attrs := []slog.Attr{slog.String("subject", shownSubject(who.Subject)), slog.String("issuer", who.Issuer)}
	if len(who.Roles) > 0 {
		attrs = append(attrs, slog.Any("roles", who.Roles))
	}
	if who.Borough != "" {
		attrs = append(attrs, slog.String("borough", who.Borough))
	}
	return attrs
}

func securityEvent(status int, code string, call *call) string {
	switch {
	case status == http.StatusUnauthorized:
		return eventAuthnFailed
	case status == http.StatusForbidden:
		return eventAuthzRefused
	case status == http.StatusNotFound && code == string(programme.CodeNotFound) && call != nil && !call.op.Public:
		return eventNotVisible
	}
	return ""
}

// shownSubject is the subject as the issuer has it. Where that is an e-mail address,
// it is a digest, by which whoever knows the address can find its lines.
func shownSubject(subject string) string {
	if !strings.Contains(subject, "@") {
		return subject
	}
	sum := sha256.Sum256([]byte(subject))
	return "sha256:" + hex.EncodeToString(sum[:8])
}

// shownMethod keeps whoever makes methods up from writing into the log.
func shownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// keyNames are the path's parameters that name records. One that is a secret has
// another name, and never gets here.
var keyNames = map[string]bool{"sectionId": true, "cycle": true, "id": true, "code": true, "slug": true, "borough": true, "secretId": true, "participantId": true, "quarter": true, "version": true, "number": true}

// keysIn answers the keys of records in the request's path. What is none of the form
// that the contract gives them is left out: it may be anything.
func (o *operation) keysIn(c echo.Context) []slog.Attr {
	var keys []slog.Attr
	for i := range o.Parameters {
		p := &o.Parameters[i]
		if p.In != openapi3.ParameterInPath || !keyNames[p.Name] {
			continue
		}
		if key := c.Param(p.Name); p.right([]string{key}) || p.Schema.Value.VisitJSON(key, openapi3.EnableFormatValidation()) == nil {
			keys = append(keys, slog.String(p.Name, key))
		}
	}
	return keys
}

// shownAddress is the caller's address in the form that the log keeps, or empty.
func (s *Server) shownAddress(request *http.Request) string {
	if s.addresses == NoAddresses {
		return ""
	}
	address := clientAddress(request.RemoteAddr, request.Header["X-Forwarded-For"], s.proxies)
	if !address.IsValid() {
		return ""
	}
	if s.addresses != ShortAddresses {
		return address.String()
	}
	bits := 48
	if address.Is4() {
		bits = 24
	}
	network, _ := address.Prefix(bits) // both fit
	return network.String()
}

// clientAddress answers whose request it is. Each proxy adds to the right of
// X-Forwarded-For the address that it was called from, and a caller can send
// anything to begin with: so it is read from the right, for as long as the address
// is that of a trusted proxy.
func clientAddress(remote string, forwarded []string, proxies []netip.Prefix) netip.Addr {
	address := readAddress(remote)
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0 && isAmong(address, proxies); i-- {
		hop := readAddress(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break
		}
		address = hop
	}
	return address
}

func isAmong(address netip.Addr, networks []netip.Prefix) bool {
	for _, network := range networks {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// readAddress reads an address with or without a port, as proxies write either.
func readAddress(text string) netip.Addr {
	address, err := netip.ParseAddr(text)
	if err != nil {
		with, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}
		}
		address = with.Addr()
	}
	return address.Unmap().WithZone("")
}
