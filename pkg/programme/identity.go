package programme

import (
	"cmp"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// SigningKey is a private key with which the built-in issuer signs tokens, and the
// service receipts.
type SigningKey struct {
	ID        string // the JWK's kid
	Algorithm string // EdDSA, ES256 or RS256
	PKCS8     []byte `gorm:"column:pkcs8"` // the private key, DER
	CreatedAt time.Time
	RetiredAt *time.Time // from when it signs nothing more; it is published until its last token has expired
}

// edDSA is the algorithm of the keys that the service makes.
const edDSA = "EdDSA"

// NewSigningKey makes a key.
func NewSigningKey(now time.Time) (SigningKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return SigningKey{}, fmt.Errorf("make a signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return SigningKey{}, fmt.Errorf("encode a signing key: %w", err)
	}
	return SigningKey{ID: rand.Text(), Algorithm: edDSA, PKCS8: der, CreatedAt: now}, nil
}

// NewestSigningKey answers the key that signs at the moment: the newest that is not
// retired.
func NewestSigningKey(keys []SigningKey, now time.Time) (newest SigningKey, found bool) {
	for _, key := range keys {
		if key.RetiredAt != nil && !key.RetiredAt.After(now) {
			continue
		}
		// The id decides between keys of the same instant, so that all processes agree.
		if !found || cmp.Or(key.CreatedAt.Compare(newest.CreatedAt), cmp.Compare(key.ID, newest.ID)) > 0 {
			newest, found = key, true
		}
	}
	return newest, found
}

// Sign answers a compact JWS (RFC 7515) of the payload, with the type in its header. The
// key must be one that [NewSigningKey] has made.
func (k *SigningKey) Sign(typ string, payload []byte) (string, error) {
	private, err := k.edwards()
	if err != nil {
		return "", err
	}
	header, err := json.Marshal(jwsHeader{Alg: edDSA, KID: k.ID, Typ: typ})
	if err != nil {
		return "", err
	}
	input := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
	return input + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(private, []byte(input))), nil
}

type jwsHeader struct {
	Alg string `json:"alg"`
	KID string `json:"kid"`
	Typ string `json:"typ"`
}

// Public answers what everybody may know of a key that [NewSigningKey] has made.
func (k *SigningKey) Public() (PublicKey, error) {
	private, err := k.edwards()
	if err != nil {
		return PublicKey{}, err
	}
	x := base64.RawURLEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
	return PublicKey{KID: k.ID, Kty: "OKP", Alg: new(edDSA), Use: new("sig"), Crv: new("Ed25519"), X: &x}, nil
}

var errNotEdwards = errors.New("it is no Ed25519 key")

func (k *SigningKey) edwards() (ed25519.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if private, is := parsed.(ed25519.PrivateKey); err == nil && is {
		return private, nil
	}
	return nil, fmt.Errorf("use signing key %s: %w", k.ID, cmp.Or(err, errNotEdwards))
}

// Verifies reports whether the text is a compact JWS of the type and of exactly this
// payload, signed by the Ed25519 key.
func (k *PublicKey) Verifies(typ string, payload []byte, jws string) bool {
	public, is := ed25519.PublicKey(nil), false
	if key, _ := k.Key(); key != nil {
		public, is = key.(ed25519.PublicKey)
	}
	parts := strings.Split(jws, ".")
	if !is || len(parts) != 3 || parts[1] != base64.RawURLEncoding.EncodeToString(payload) {
		return false
	}
	var header jwsHeader
	text, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || json.Unmarshal(text, &header) != nil || header != (jwsHeader{Alg: edDSA, KID: k.KID, Typ: typ}) {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	return err == nil && ed25519.Verify(public, []byte(parts[0]+"."+parts[1]), signature)
}
