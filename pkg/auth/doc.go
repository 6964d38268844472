// Package auth turns a bearer token into the [programme.Actor] it speaks for,
// and issues the tokens of the built-in issuer. It is the only package that
// knows what a JSON Web Token is.
//
// A [Verifier] accepts tokens of the configured issuers and of the built-in
// one, the [Authority]. Signatures are EdDSA, ES256 or RS256; nothing else is
// ever tried. A token is believed for at most five minutes after it was fully
// verified, so that is how long a key that its issuer withdraws may live on.
package auth
