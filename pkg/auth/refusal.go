package auth

import (
	"errors"

	"peerchallenge/pkg/programme"
)

// The reasons for which a token is refused. None of them repeats anything from
// the token, because a refused token may be somebody else's.
var (
	errMalformed = refusal(programme.CodeTokenMalformed, "The bearer token is not a readable, signed access token of at most 8192 bytes.")
	errAlgorithm = refusal(programme.CodeTokenAlgorithm, "The token must be signed with EdDSA, ES256 or RS256, with a key made for that algorithm.")
	errCritical  = refusal(programme.CodeTokenCritical, "The token asks for an extension in its crit header that this service does not know.")
	errIssuer    = refusal(programme.CodeTokenIssuer, "The token's issuer is missing or is not one that this service accepts.")
	errKey       = refusal(programme.CodeTokenUnknownKey, "The token does not name a key that its issuer publishes.")
	errSignature = refusal(programme.CodeTokenSignature, "The token's signature does not fit its content.")
	errNoExpiry  = refusal(programme.CodeTokenNoExpiry, "The token does not say when it expires.")
	errExpired   = refusal(programme.CodeTokenExpired, "The token has expired; ask its issuer for a new one.")
	errNotYet    = refusal(programme.CodeTokenNotYetValid, "The token is dated in the future; check the issuer's clock.")
	errAudience  = refusal(programme.CodeTokenAudience, "The token was not issued for this service.")
	errSubject   = refusal(programme.CodeTokenSubject, "The token does not say in a usable form whom it speaks for.")
	errRoles     = refusal(programme.CodeTokenRoles, "The token carries no role of this programme, or a borough role without its borough.")

	errRevoked     = refusal(programme.CodeTokenRevoked, "The token has been ended; ask its issuer for a new one.")
	errReadKey     = refusal(programme.CodeKeyUnknown, "There is no such read key, or it has been ended.")
	errClientEnded = refusal(programme.CodeClientEnded, "The client to which the token was issued has been ended or suspended.")

	// Who it is has been established, so that these are no reason to sign in again.
	errOverage          = programme.Errorf(programme.Forbidden, programme.CodeTokenOverage, "The token leaves the groups out, because the caller is in too many of them.")
	errUntrustedRole    = programme.Errorf(programme.Forbidden, programme.CodeUntrustedRole, "The token carries a role that its issuer may not give.")
	errUntrustedBorough = programme.Errorf(programme.Forbidden, programme.CodeUntrustedBorough, "The token speaks for a borough that its issuer does not speak for.")
)

func refusal(code programme.Code, detail string) *programme.Error {
	return &programme.Error{Kind: programme.Unauthenticated, Code: code, Detail: detail}
}

// unavailable answers what the caller is told while an issuer's keys cannot be
// read: the token may well be good, so it is not called bad.
func unavailable(cause error) error {
	return programme.Wrap(cause, programme.Unavailable, programme.CodeIssuerUnavailable,
		"The keys of the token's issuer cannot be reached at present; try again later.")
}

// errUnconfirmed is told while nobody can say whether a token has been revoked: it is
// not called bad.
var errUnconfirmed = programme.Errorf(programme.Unavailable, programme.CodeAccessUnconfirmed,
	"It cannot be known at present whether the token has been ended, because the database does not answer; try again later.")

var errNeverLoaded = errors.New("the issuer's keys have not been loaded yet")
