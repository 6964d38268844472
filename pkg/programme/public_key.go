package programme

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"strconv"
)

// PublicKey is a public key as a JSON Web Key (RFC 7517, RFC 8037) with only those
// members that a key for signatures needs.
type PublicKey struct {
	KID string  `json:"kid"`
	Kty string  `json:"kty"`
	Alg *string `json:"alg,omitempty"`
	Use *string `json:"use,omitempty"`
	Crv *string `json:"crv,omitempty"`
	X   *string `json:"x,omitempty"`
	Y   *string `json:"y,omitempty"`
	N   *string `json:"n,omitempty"`
	E   *string `json:"e,omitempty"`
}

// leastRSABits is the shortest RSA key that RFC 7518, section 3.3, allows.
const leastRSABits = 2048

// Key answers the key and the one algorithm that it may be used with, which follows
// from the key and never from what is signed. It answers nil for what is no key for
// EdDSA, ES256 or RS256.
func (k *PublicKey) Key() (key crypto.PublicKey, algorithm string) {
	switch {
	case k.Kty == "OKP" && textOf(k.Crv) == "Ed25519":
		if x := number(k.X); len(x) == ed25519.PublicKeySize {
			return ed25519.PublicKey(x), k.allowed("EdDSA", "Ed25519")
		}
	case k.Kty == "EC" && textOf(k.Crv) == "P-256":
		point := append(append([]byte{4}, number(k.X)...), number(k.Y)...)
		if key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point); err == nil {
			return key, k.allowed("ES256")
		}
	case k.Kty == "RSA":
		n, e := new(big.Int).SetBytes(number(k.N)), new(big.Int).SetBytes(number(k.E))
		if n.BitLen() >= leastRSABits && n.BitLen() <= 4*leastRSABits && e.IsInt64() && e.Int64() >= 3 && e.Int64() < 1<<31 {
			return &rsa.PublicKey{N: n, E: int(e.Int64())}, k.allowed("RS256")
		}
	}
	return nil, ""
}

// allowed answers the first of the names, if the key is declared for signatures by
// one of them, or for nothing in particular.
func (k *PublicKey) allowed(names ...string) string {
	if k.Use != nil && *k.Use != "sig" {
		return ""
	}
	for _, name := range names {
		if k.Alg == nil || *k.Alg == name {
			return names[0]
		}
	}
	return ""
}

func number(text *string) []byte {
	bytes, err := base64.RawURLEncoding.DecodeString(textOf(text))
	if err != nil {
		return nil
	}
	return bytes
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// checkKeys names every key that cannot be used, and every id that is there twice.
func checkKeys(pointer string, keys []PublicKey) []Fault {
	var faults []Fault
	seen := map[string]bool{}
	for i := range keys {
		at := pointer + "/" + strconv.Itoa(i)
		if key, algorithm := keys[i].Key(); key == nil || algorithm == "" {
			faults = append(faults, Fault{Pointer: at, Code: FaultKey, Detail: "This is no public key for EdDSA, ES256 or RS256 signatures; an RSA key has 2,048 bits or more."})
		}
		if seen[keys[i].KID] {
			faults = append(faults, again(at+"/kid"))
		}
		seen[keys[i].KID] = true
	}
	return faults
}
