package auth

import (
	"errors"

	"peerchallenge/pkg/programme"
)

// The reasons for which a token is refused. None of them repeats anything from
// the token, because a refused token may be somebody else's.
var (
	errMalformed = refusal("token_malformed", "The bearer token is not a readable, signed access token of at most 8192 bytes.")
	errAlgorithm = refusal("token_algorithm", "The token must be signed with EdDSA, ES256 or RS256, with a key made for that algorithm.")
	errCritical  = refusal("token_critical", "The token asks for an extension in its crit header that this service does not know.")
	errIssuer    = refusal("token_issuer", "The token's issuer is missing or is not one that this service accepts.")
	errKey       = refusal("token_unknown_key", "The token does not name a key that its issuer publishes.")
	errSignature = refusal("token_signature", "The token's signature does not fit its content.")
	errNoExpiry  = refusal("token_no_expiry", "The token does not say when it expires.")
	errExpired   = refusal("token_expired", "The token has expired; ask its issuer for a new one.")
	errNotYet    = refusal("token_not_yet_valid", "The token is dated in the future; check the issuer's clock.")
	errAudience  = refusal("token_audience", "The token was not issued for this service.")
	errSubject   = refusal("token_subject", "The token does not say in a usable form whom it speaks for.")
	errRoles     = refusal("token_roles", "The token carries no role of this programme, or a borough role without its borough.")

	// Who it is has been established, so that these are no reason to sign in again.
	errUntrustedRole    = programme.Errorf(programme.Forbidden, "untrusted_role", "The token carries a role that its issuer may not give.")
	errUntrustedBorough = programme.Errorf(programme.Forbidden, "untrusted_borough", "The token speaks for a borough that its issuer does not speak for.")
)

func refusal(code, detail string) *programme.Error {
	return &programme.Error{Kind: programme.Unauthenticated, Code: code, Detail: detail}
}

// unavailable answers what the caller is told while an issuer's keys cannot be
// read: the token may well be good, so it is not called bad.
func unavailable(cause error) error {
	return programme.Wrap(cause, programme.Unavailable, "issuer_unavailable",
		"The keys of the token's issuer cannot be reached at present; try again later.")
}

var errNeverLoaded = errors.New("the issuer's keys have not been loaded yet")
