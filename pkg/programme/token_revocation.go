package programme

import "time"

// TokenRevocation ends one token, or all that have been issued to a subject so far.
type TokenRevocation struct {
	Head
	Issuer    string
	Subject   string     `audit:"withheld"` // may be a person's name
	Digest    []byte     `json:"-"`         // of the one token; nil for all of the subject
	ExpiresAt *time.Time // from when the token is refused anyway; nil for all of a subject
}

// Noun implements [Record].
func (*TokenRevocation) Noun() string { return "token-revocation" }

// Steps implements [Record]: what is ended stays so.
func (*TokenRevocation) Steps() []Step { return []Step{} }

// May implements [Record].
func (*TokenRevocation) May(actor Actor, _ Step) error { return TeamMay(actor) }

// Check implements [Record].
func (r *TokenRevocation) Check() error {
	if r.Issuer == "" || Blank(r.Subject) {
		return Refuse([]Fault{{Pointer: "/token", Code: FaultOneOf, Detail: "Give either a token, or an issuer and a subject."}})
	}
	return nil
}

// TokenRevocationFilter leaves those revocations of a list that agree with every
// member that is given.
type TokenRevocationFilter struct {
	UpdatedSince *time.Time
}

// ExaminedToken is a token that is believed at present.
type ExaminedToken struct {
	Issuer, Subject string
	Digest          [32]byte // SHA-256 of what is signed
	ExpiresAt       time.Time
}

// Access is who may call beside those whom other issuers vouch for, and who may not
// any more: what every process holds in memory.
type Access struct {
	Generation  int64
	Clients     []APIClient
	ReadKeys    []ReadKey
	Secrets     []StoredSecret
	Revocations []TokenRevocation
	Given       []Given // the authorisations that were not ended

	Subscriptions []CalendarSubscription
}

// StoredSecret is a secret of a client, of a read key or of a calendar, as it is kept.
type StoredSecret struct {
	ID          string
	Hash        []byte
	APIClientID *string
	ReadKeyID   *string

	CalendarSubscriptionID *string
}
