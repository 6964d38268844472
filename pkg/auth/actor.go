package auth

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"peerchallenge/pkg/programme"
)

// authorityCode matches the GSS codes of English authorities that can have
// children's services: districts, metropolitan districts and boroughs of the capital
// (E06 to E09) and counties (E10).
var authorityCode = regexp.MustCompile(`^E(0[6-9]|10)[0-9]{6}$`)

// maxSubject is the longest subject, in bytes, that OpenID Connect Core,
// section 2, allows.
const maxSubject = 255

// isSubject refuses what could not be stored, would disturb a log, or names
// nobody.
func isSubject(s string) bool {
	return strings.TrimSpace(s) != "" && len(s) <= maxSubject && !strings.ContainsFunc(s, disturbs)
}

// disturbs reports whether the character has no shape of its own, but changes how
// those around it look.
func disturbs(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

func needsBorough(roles []programme.Role) bool {
	return slices.ContainsFunc(roles, programme.Role.OfBorough)
}

// actorOf reads who the verified claims speak for. With an error it may answer who
// that is, without roles.
func (i *accepted) actorOf(claims map[string]any) (programme.Actor, error) {
	subject, _ := lookUp(claims, i.claims.Subject).(string)
	if !isSubject(subject) {
		return programme.Actor{}, errSubject
	}
	actor := programme.Actor{Issuer: i.issuer, Subject: subject}
	roles := i.rolesOf(lookUp(claims, i.claims.Roles))
	if len(roles) == 0 && i.leftOut(claims) {
		return actor, errOverage
	}
	if len(roles) == 0 {
		return actor, errRoles
	}
	if slices.ContainsFunc(roles, func(r programme.Role) bool { return !slices.Contains(i.allowedRoles, r) }) {
		return actor, errUntrustedRole
	}
	if needsBorough(roles) {
		// A role that belongs to no borough must not carry one: rows are scoped by it.
		borough, err := i.boroughs.of(lookUp(claims, i.claims.Borough))
		if err != nil {
			return actor, err
		}
		actor.Borough = borough
	}
	actor.Roles = roles
	return actor, nil
}

// rolesOf answers the programme's roles among the claim's, which may be a list
// or one text with spaces between the names. Other names are the issuer's own
// affair.
func (i *accepted) rolesOf(claim any) []programme.Role {
	var names []string
	switch v := claim.(type) {
	case string:
		names = strings.Fields(v)
	case []any:
		for _, e := range v {
			if name, ok := e.(string); ok {
				names = append(names, name)
			}
		}
	}
	var held []programme.Role
	for _, role := range programme.Roles {
		if slices.ContainsFunc(names, func(name string) bool { return i.role(name) == role }) {
			held = append(held, role)
		}
	}
	return held
}

// leftOut reports whether the issuer says that the roles are too many for the token
// and must be asked for elsewhere. Entra ID does so with groups, by a distributed claim
// (OpenID Connect Core, section 5.6.2) or by hasgroups.
func (i *accepted) leftOut(claims map[string]any) bool {
	elsewhere, _ := claims["_claim_names"].(map[string]any)
	return elsewhere[i.claims.Roles] != nil || i.claims.Roles == "groups" && claims["hasgroups"] != nil
}

// role answers what one of the issuer's names means. With a mapping, a name that
// only happens to be ours means nothing.
func (i *accepted) role(name string) programme.Role {
	if len(i.roles) > 0 {
		return programme.Role(i.roles[name])
	}
	return programme.Role(name)
}

// lookUp answers the claim of that name or, where there is none, at that path;
// nil where there is neither. The name goes first because names may be addresses,
// with dots in them.
func lookUp(claims map[string]any, name string) any {
	if value, ok := claims[name]; ok {
		return value
	}
	var value any = claims
	for step := range strings.SplitSeq(name, ".") {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[step]
	}
	return value
}
