package auth

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"peerchallenge/pkg/programme"
)

// Issuer is an identity provider whose tokens are accepted. Its keys come from
// JWKS, from JWKSURL or, where neither is given, from the provider's OpenID
// Connect discovery document.
type Issuer struct {
	Issuer   string            `json:"issuer"`   // exactly as in the tokens' iss
	Audience string            `json:"audience"` // what the tokens' aud must contain
	JWKS     json.RawMessage   `json:"jwks"`     // a JWK Set that never changes
	JWKSURL  string            `json:"jwksUrl"`  // where the present JWK Set is
	Claims   Claims            `json:"claims"`
	Roles    map[string]string `json:"roles"` // their name of a role to ours; where given, no other name counts

	// Whoever holds the issuer's keys can write any claim. What is believed is
	// bounded here, and both must be said.
	Boroughs     Boroughs         `json:"boroughs"`
	AllowedRoles []programme.Role `json:"allowedRoles"`
}

// Claims names the claims that carry what this service needs. A name is looked
// up as it is, and then as a path whose steps are separated by dots, such as
// realm_access.roles.
type Claims struct {
	Subject string `json:"subject"` // sub where empty
	Roles   string `json:"roles"`   // roles where empty
	Borough string `json:"borough"` // borough where empty
}

func (c Claims) withDefaults() Claims {
	return Claims{
		Subject: cmp.Or(c.Subject, "sub"),
		Roles:   cmp.Or(c.Roles, "roles"),
		Borough: cmp.Or(c.Borough, "borough"),
	}
}

// ParseIssuers reads a JSON array of issuers, the form in which they are
// configured. Blank text means none. It answers a Malformed error where the text
// is not such an array, and otherwise an Invalid error with every fault in it:
// members that do not exist, addresses that are not https (http is allowed to
// this very machine), keys that cannot be used, roles that the programme does
// not have, an issuer that is named twice or does not say for which boroughs and
// roles it is trusted.
func ParseIssuers(text string) ([]Issuer, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var documents []json.RawMessage
	if err := json.Unmarshal([]byte(text), &documents); err != nil {
		return nil, programme.Wrap(err, programme.Malformed, programme.CodeIssuersMalformed, "The issuers must be a JSON array of objects.")
	}
	issuers := make([]Issuer, len(documents))
	var faults []programme.Fault
	for i, raw := range documents {
		issuer, at := &issuers[i], fmt.Sprintf("/%d", i)
		var claims json.RawMessage
		faults = append(faults, readMembers(raw, at, map[string]any{
			"issuer": &issuer.Issuer, "audience": &issuer.Audience, "jwks": &issuer.JWKS,
			"jwksUrl": &issuer.JWKSURL, "claims": &claims, "roles": &issuer.Roles,
			"boroughs": &issuer.Boroughs, "allowedRoles": &issuer.AllowedRoles,
		})...)
		if isGiven(claims) {
			faults = append(faults, readMembers(claims, at+"/claims", map[string]any{
				"subject": &issuer.Claims.Subject, "roles": &issuer.Claims.Roles, "borough": &issuer.Claims.Borough,
			})...)
		}
	}
	faults = append(faults, checkIssuers(issuers)...)
	if err := programme.Refuse(faults); err != nil {
		return nil, err
	}
	return issuers, nil
}

// readMembers reads an object's members into their targets, and names every
// member that has no target or another type. A decoder would stop at the first.
func readMembers(raw json.RawMessage, at string, targets map[string]any) []programme.Fault {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return []programme.Fault{{Pointer: at, Code: programme.FaultType, Detail: "This must be an object."}}
	}
	var faults []programme.Fault
	for _, name := range slices.Sorted(maps.Keys(members)) {
		pointer := at + "/" + programme.PointerStep(name)
		target, ok := targets[name]
		if !ok {
			faults = append(faults, programme.Fault{Pointer: pointer, Code: programme.FaultUnknownMember, Detail: "There is no such member."})
			continue
		}
		if err := json.Unmarshal(members[name], target); err != nil {
			faults = append(faults, programme.Fault{Pointer: pointer, Code: programme.FaultType, Detail: "The value has the wrong type."})
		}
	}
	return faults
}

func checkIssuers(issuers []Issuer) []programme.Fault {
	var faults []programme.Fault
	fault := func(pointer string, code programme.FaultCode, detail string) {
		faults = append(faults, programme.Fault{Pointer: pointer, Code: code, Detail: detail})
	}
	seen := map[string]bool{}
	for i := range issuers {
		issuer := &issuers[i]
		at := fmt.Sprintf("/%d", i)
		switch {
		case issuer.Issuer == "":
			fault(at+"/issuer", programme.FaultRequired, "The issuer's address is missing.")
		case !isIssuer(issuer.Issuer):
			fault(at+"/issuer", programme.FaultAddress, "The issuer must be an https address without query and fragment.")
		case seen[issuer.Issuer]:
			fault(at+"/issuer", programme.FaultDuplicate, "The issuer is named twice.")
		}
		seen[issuer.Issuer] = true
		if issuer.Audience == "" {
			fault(at+"/audience", programme.FaultRequired, "The audience that the issuer's tokens name for this service is missing.")
		}
		if issuer.JWKSURL != "" && !isSecure(issuer.JWKSURL) {
			fault(at+"/jwksUrl", programme.FaultAddress, "The key set must be at an https address.")
		}
		if isGiven(issuer.JWKS) {
			if issuer.JWKSURL != "" {
				fault(at+"/jwksUrl", programme.FaultExclusive, "Give either jwks or jwksUrl.")
			}
			faults = append(faults, checkStaticKeys(issuer.JWKS, at+"/jwks")...)
		}
		faults = append(faults, checkTrust(issuer, at)...)
	}
	return faults
}

// checkStaticKeys is stricter than what is done with a fetched set: whoever
// writes a key into the configuration means it to be used.
func checkStaticKeys(jwks json.RawMessage, at string) []programme.Fault {
	keys, unusable, err := parseKeySet(jwks)
	if err != nil {
		return []programme.Fault{{Pointer: at, Code: programme.FaultJWKS, Detail: "This is not a JSON Web Key Set."}}
	}
	var faults []programme.Fault
	for _, i := range slices.Sorted(maps.Keys(unusable)) {
		if reason := unusable[i]; !errors.Is(reason, errNotForSigning) {
			faults = append(faults, programme.Fault{
				Pointer: fmt.Sprintf("%s/keys/%d", at, i), Code: programme.FaultKey,
				Detail: fmt.Sprintf("The key cannot be used: %s.", reason),
			})
		}
	}
	if !slices.ContainsFunc(keys, func(k publicKey) bool { return slices.Contains(algorithms, k.algorithm) }) {
		faults = append(faults, programme.Fault{
			Pointer: at, Code: programme.FaultJWKS, Detail: "The set has no key for EdDSA, ES256 or RS256 signatures.",
		})
	}
	return faults
}

// isIssuer reports whether the text is an issuer identifier as OpenID Connect
// Core, section 2, defines it.
func isIssuer(text string) bool { return isSecure(text) && !strings.ContainsAny(text, "?#") }

// isGiven treats null like an absent member.
func isGiven(raw json.RawMessage) bool {
	text := bytes.TrimSpace(raw)
	return len(text) > 0 && !bytes.Equal(text, []byte("null"))
}
