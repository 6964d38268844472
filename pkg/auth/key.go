package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// algorithms are the only signatures accepted, by their names in RFC 7518 and
// RFC 8037.
var algorithms = []string{
	jwt.SigningMethodEdDSA.Alg(),
	jwt.SigningMethodES256.Alg(),
	jwt.SigningMethodRS256.Alg(),
}

// minRSABits is the shortest RSA key that RFC 7518, section 3.3, allows.
const minRSABits = 2048

// publicKey is a key that signatures are checked with.
type publicKey struct {
	id        string
	algorithm string // the only one it may be used with; may be one that is never accepted
	key       crypto.PublicKey
}

// keySet is everything that an issuer publishes, in its order.
type keySet []publicKey

// find answers the key that a token with this header must be signed with. A
// token may leave the id out only where one key alone can be meant.
//
// It answers token_unknown_key where no key has the id, and token_algorithm
// where the key that has it is made for another algorithm.
func (s keySet) find(id, algorithm string) (crypto.PublicKey, error) {
	var named, fitting []publicKey
	for _, k := range s {
		if id != "" && k.id != id {
			continue
		}
		named = append(named, k)
		if k.algorithm == algorithm {
			fitting = append(fitting, k)
		}
	}
	switch {
	case len(fitting) == 1:
		return fitting[0].key, nil
	case id != "" && len(named) > 0 && len(fitting) == 0:
		return nil, errAlgorithm
	default:
		return nil, errKey
	}
}

var (
	errNotForSigning = errors.New("it is not for signatures")
	errPrivate       = errors.New("it contains a secret; only public keys belong into a key set")
	errWeak          = fmt.Errorf("an RSA key must have at least %d bits", minRSABits)
	errMisfit        = errors.New("its alg does not fit its type")
	errUnreadable    = errors.New("it is not a public key of a supported type")
)

// parseKeySet reads a JWK Set (RFC 7517). Keys that cannot be used are left out
// and reported by their position, because an issuer may publish keys for other
// purposes beside those for signing.
func parseKeySet(text []byte) (set keySet, unusable map[int]error, err error) {
	var document struct {
		Keys *[]json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, nil, fmt.Errorf("the key set is not readable: %w", err)
	}
	if document.Keys == nil {
		return nil, nil, errors.New("the key set has no member keys")
	}
	set, unusable = keySet{}, map[int]error{}
	for i, raw := range *document.Keys {
		k, err := parseKey(raw)
		if err != nil {
			unusable[i] = err
			continue
		}
		set = append(set, k)
	}
	return set, unusable, nil
}

func parseKey(raw json.RawMessage) (publicKey, error) {
	var m jwkset.JWKMarshal
	if err := json.Unmarshal(raw, &m); err != nil {
		return publicKey{}, errUnreadable
	}
	if m.D != "" || m.K != "" || m.KTY == jwkset.KtyOct {
		return publicKey{}, errPrivate
	}
	if m.USE != "" && m.USE != jwkset.UseSig ||
		len(m.KEYOPS) > 0 && !slices.Contains(m.KEYOPS, jwkset.KeyOpsVerify) {
		return publicKey{}, errNotForSigning
	}
	// Certificates add nothing to trust in the set itself, and reading them would
	// let a broken one spoil a good key.
	m.X5U, m.X5C, m.X5T, m.X5TS256 = "", nil, "", ""
	jwk, err := jwkset.NewJWKFromMarshal(m, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
	if err != nil {
		return publicKey{}, errUnreadable
	}
	algorithm, err := algorithmOf(jwk.Key(), string(m.ALG))
	if err != nil {
		return publicKey{}, err
	}
	return publicKey{id: m.KID, algorithm: algorithm, key: jwk.Key()}, nil
}

// algorithmOf answers the algorithm that the key may be used with: the declared
// one, or the natural one of its type. Deciding it from the key, never from the
// token, is what makes algorithm confusion impossible.
func algorithmOf(key crypto.PublicKey, declared string) (string, error) {
	var natural string
	switch k := key.(type) {
	case ed25519.PublicKey:
		natural = jwt.SigningMethodEdDSA.Alg()
		if declared == "Ed25519" { // RFC 9864's name for the same signature
			declared = natural
		}
	case *ecdsa.PublicKey:
		natural = map[elliptic.Curve]string{
			elliptic.P256(): jwt.SigningMethodES256.Alg(),
			elliptic.P384(): jwt.SigningMethodES384.Alg(),
			elliptic.P521(): jwt.SigningMethodES512.Alg(),
		}[k.Curve]
	case *rsa.PublicKey:
		natural = jwt.SigningMethodRS256.Alg()
		if k.N.BitLen() < minRSABits {
			return "", errWeak
		}
	}
	switch {
	case natural == "":
		return "", errUnreadable
	case declared == "" || declared == natural:
		return natural, nil
	case slices.Contains(algorithms, declared):
		return "", errMisfit
	default:
		return declared, nil
	}
}
