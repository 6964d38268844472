package programme

import "time"

// SigningKey is a private key with which the built-in issuer signs tokens.
type SigningKey struct {
	ID        string // the JWK's kid
	Algorithm string // EdDSA, ES256 or RS256
	PKCS8     []byte `gorm:"column:pkcs8"` // the private key, DER
	CreatedAt time.Time
	RetiredAt *time.Time // from when it signs nothing more; it is published until its last token has expired
}
