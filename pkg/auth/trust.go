package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"peerchallenge/pkg/programme"
)

// Boroughs says for which boroughs an issuer is trusted. In the configuration it
// is a GSS code, for which all the issuer's tokens speak; or an object that maps
// values of the borough claim to GSS codes; or the word none. The zero value says
// nothing, and is refused: an issuer is trusted for what is written down.
type Boroughs struct {
	None    bool
	Only    string
	ByClaim map[string]string
	any     bool // the built-in issuer's tokens: who may issue them is decided by who reaches the database
}

// noBorough is the word for [Boroughs.None].
const noBorough = "none"

// UnmarshalJSON reads the form that the configuration has.
func (b *Boroughs) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		b.ByClaim = map[string]string{} // an empty object is not nothing
		return json.Unmarshal(text, &b.ByClaim)
	}
	var word string
	if err := json.Unmarshal(text, &word); err != nil {
		return err
	}
	if b.None = word == noBorough; !b.None {
		b.Only = word
	}
	return nil
}

// of answers the borough that a token with this claim speaks for. A token whose
// issuer speaks for one borough alone need not name it.
func (b *Boroughs) of(claim any) (string, error) {
	value, _ := claim.(string)
	switch {
	case b.any && authorityCode.MatchString(value):
		return value, nil
	case b.Only != "" && (claim == nil || value == b.Only):
		return b.Only, nil
	case b.Only == "" && value == "", b.any:
		return "", errRoles
	}
	if code, ok := b.ByClaim[value]; ok {
		return code, nil
	}
	return "", errUntrustedBorough
}

// checkTrust names what is wrong with what the issuer is trusted for.
func checkTrust(issuer *Issuer, at string) []programme.Fault {
	var faults []programme.Fault
	fault := func(pointer string, code programme.FaultCode, detail string) {
		faults = append(faults, programme.Fault{Pointer: at + pointer, Code: code, Detail: detail})
	}
	if len(issuer.AllowedRoles) == 0 {
		fault("/allowedRoles", programme.FaultRequired, "The roles that the issuer may give are missing: a list of role names.")
	}
	for i, role := range issuer.AllowedRoles {
		if !role.Known() {
			fault(fmt.Sprintf("/allowedRoles/%d", i), programme.FaultRole, "The programme has no such role.")
		}
	}
	for _, theirs := range slices.Sorted(maps.Keys(issuer.Roles)) {
		switch role := programme.Role(issuer.Roles[theirs]); {
		case !role.Known():
			fault("/roles/"+programme.PointerStep(theirs), programme.FaultRole, "The programme has no such role.")
		case len(issuer.AllowedRoles) > 0 && !slices.Contains(issuer.AllowedRoles, role):
			fault("/roles/"+programme.PointerStep(theirs), programme.FaultNotAllowed, "allowedRoles does not name this role.")
		}
	}
	boroughs := &issuer.Boroughs
	switch {
	case boroughs.None && needsBorough(issuer.AllowedRoles):
		fault("/boroughs", programme.FaultNeeded, "A role in allowedRoles is held for a borough, so that none is not enough.")
	case boroughs.Only != "" && !authorityCode.MatchString(boroughs.Only):
		fault("/boroughs", programme.FaultBorough, "This is neither a borough's GSS code, such as E09000022, nor none.")
	case !boroughs.None && boroughs.Only == "" && len(boroughs.ByClaim) == 0:
		fault("/boroughs", programme.FaultRequired, "The boroughs that the issuer speaks for are missing: a GSS code, an object from claim values to GSS codes, or none.")
	}
	for _, value := range slices.Sorted(maps.Keys(boroughs.ByClaim)) {
		switch {
		case value == "":
			fault("/boroughs/", programme.FaultRequired, "An empty claim names no borough.")
		case !authorityCode.MatchString(boroughs.ByClaim[value]):
			fault("/boroughs/"+programme.PointerStep(value), programme.FaultBorough, "This is no borough's GSS code, such as E09000022.")
		}
	}
	return faults
}

// LeadsTrusted answers who is trusted to say that somebody is a lead of a borough: each
// of the issuers for its boroughs and, where it is on, the built-in one for all.
func LeadsTrusted(issuers []Issuer, builtIn string) func(issuer, borough string) bool {
	return func(name, borough string) bool {
		if name == builtIn && builtIn != "" {
			return true
		}
		return slices.ContainsFunc(issuers, func(i Issuer) bool {
			return i.Issuer == name && namesLeads(i.AllowedRoles, &i.Boroughs, borough)
		})
	}
}

// namesLeads reports whether who may give the roles for the boroughs may say that
// somebody is a lead of this one.
func namesLeads(allowed []programme.Role, boroughs *Boroughs, borough string) bool {
	return slices.Contains(allowed, programme.RoleBoroughLead) && boroughs.include(borough)
}
