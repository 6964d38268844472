package auth

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"peerchallenge/pkg/programme"
)

// MaxTTL is the longest life of a token of the built-in issuer. A retired key
// stays published for as long.
const MaxTTL = 24 * time.Hour

// retiredFor is how long a retired key is published: its last token may have
// been signed by another process that had read the keys just before, and is
// accepted until the leeway is over.
const retiredFor = MaxTTL + leeway + time.Minute

// KeyStore keeps the built-in issuer's keys for all processes of the service.
type KeyStore interface {
	// SigningKeys answers all keys, retired ones included, in any order.
	SigningKeys(ctx context.Context) ([]programme.SigningKey, error)
	AddSigningKey(ctx context.Context, key programme.SigningKey) error
	// RetireSigningKeys retires all keys but one that are not yet retired.
	RetireSigningKeys(ctx context.Context, except string, at time.Time) error
}

// Authority is the built-in issuer. Several processes may issue tokens with the same
// keys, because it keeps none in memory for longer than some seconds. It is safe for
// concurrent use.
type Authority struct {
	keys             KeyStore
	issuer, audience string
	clock            func() time.Time
	making           sync.Mutex // so that one process makes one first key
	signing          atomic.Pointer[signing]
}

// signing is the key that signs, and until when nobody asks for another.
type signing struct {
	id      string
	method  jwt.SigningMethod
	private crypto.Signer
	until   time.Time
}

// NewAuthority makes an issuer whose tokens carry the given iss and aud.
func NewAuthority(keys KeyStore, issuer, audience string, clock func() time.Time) *Authority {
	return &Authority{keys: keys, issuer: issuer, audience: audience, clock: clock}
}

// Token issues an access token (RFC 9068) for the actor, whose Issuer does not
// count. It makes a signing key where there is none. It answers an Invalid error
// with every fault where the token would not be accepted, or ttl is not between
// one second and [MaxTTL]; parts of a second do not count.
func (a *Authority) Token(ctx context.Context, actor programme.Actor, ttl time.Duration) (string, error) {
	if err := programme.Refuse(checkGrant(actor, ttl)); err != nil {
		return "", err
	}
	claims := jwt.MapClaims{}
	if needsBorough(actor.Roles) {
		claims["borough"] = actor.Borough
	}
	return a.issue(ctx, actor, ttl, claims)
}

// clientToken issues an access token to a client. It is the client's alone: what the
// client may do is asked when the token is used, and said in it for others to read.
func (a *Authority) clientToken(ctx context.Context, client programme.Actor, ttl time.Duration) (string, error) {
	claims := jwt.MapClaims{claimClient: client.Subject}
	switch {
	case client.Borough != "":
		claims["borough"] = client.Borough
	case len(client.Boroughs) > 0:
		claims["borough"] = client.Boroughs
	}
	return a.issue(ctx, client, ttl, claims)
}

func (a *Authority) issue(ctx context.Context, actor programme.Actor, ttl time.Duration, claims jwt.MapClaims) (string, error) {
	with, err := a.signer(ctx)
	if err != nil {
		return "", err
	}
	now := a.clock()
	claims["iss"], claims["aud"], claims["sub"], claims["roles"] = a.issuer, a.audience, actor.Subject, actor.Roles
	claims[claimIssuedAt], claims["exp"], claims[claimTokenID] = now.Unix(), now.Add(ttl).Unix(), rand.Text()
	token := jwt.NewWithClaims(with.method, claims)
	token.Header["typ"] = accessTokenTyp
	token.Header["kid"] = with.id
	text, err := token.SignedString(with.private)
	if err != nil {
		return "", fmt.Errorf("sign a token with key %s: %w", with.id, err)
	}
	return text, nil
}

func checkGrant(actor programme.Actor, ttl time.Duration) []programme.Fault {
	var faults []programme.Fault
	fault := func(parameter string, code programme.FaultCode, detail string) {
		faults = append(faults, programme.Fault{Parameter: parameter, Code: code, Detail: detail})
	}
	if !isSubject(actor.Subject) {
		fault("subject", programme.FaultSubject, fmt.Sprintf("The subject must be 1 to %d bytes without control characters.", maxSubject))
	}
	if len(actor.Roles) == 0 {
		fault("roles", programme.FaultRequired, "A token needs at least one role.")
	}
	for _, role := range actor.Roles {
		if !role.Known() {
			fault("roles", programme.FaultRole, "The programme has no such role.")
		}
	}
	switch needed := needsBorough(actor.Roles); {
	case needed && !authorityCode.MatchString(actor.Borough):
		fault("borough", programme.FaultBorough, "A borough role needs the borough's GSS code, such as E09000022.")
	case !needed && actor.Borough != "":
		fault("borough", programme.FaultBorough, "None of the roles belongs to a borough.")
	}
	if ttl < time.Second || ttl > MaxTTL {
		fault("ttl", programme.FaultTTL, fmt.Sprintf("A token lives between one second and %v.", MaxTTL))
	}
	return faults
}

// JWKS answers the JWK Set (RFC 7517) to publish: the public keys of all tokens
// that may still be valid.
func (a *Authority) JWKS(ctx context.Context) ([]byte, error) {
	keys, err := a.publicKeys(ctx)
	if err != nil {
		return nil, err
	}
	document := jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{}}
	for _, k := range keys {
		jwk, err := jwkset.NewJWKFromKey(k.key, jwkset.JWKOptions{
			Metadata: jwkset.JWKMetadataOptions{KID: k.id, ALG: jwkset.ALG(k.algorithm), USE: jwkset.UseSig},
		})
		if err != nil {
			return nil, fmt.Errorf("publish key %s: %w", k.id, err)
		}
		document.Keys = append(document.Keys, jwk.Marshal())
	}
	return json.Marshal(document)
}

// Rotate makes a new key, which signs from now on, and retires the others.
// Tokens that they signed stay valid until they expire.
func (a *Authority) Rotate(ctx context.Context) error {
	a.making.Lock()
	defer a.making.Unlock()
	key, err := a.makeKey(ctx)
	if err != nil {
		return err
	}
	a.signing.Store(nil)
	return a.keys.RetireSigningKeys(ctx, key.ID, a.now())
}

// signer answers the newest key that is not retired, made first if need be. It asks
// for it every [signingKeptFor]: a key that has been retired since is published far
// longer than what it signs in that time lasts.
func (a *Authority) signer(ctx context.Context) (*signing, error) {
	now := a.clock()
	if held := a.signing.Load(); held != nil && now.Before(held.until) {
		return held, nil
	}
	key, err := a.activeKey(ctx)
	if err != nil {
		return nil, err
	}
	private, algorithm, err := readPrivate(key)
	if err != nil {
		return nil, err
	}
	found := &signing{id: key.ID, method: jwt.GetSigningMethod(algorithm), private: private, until: now.Add(signingKeptFor)}
	a.signing.Store(found)
	return found, nil
}

func (a *Authority) activeKey(ctx context.Context) (programme.SigningKey, error) {
	if key, found, err := a.newestKey(ctx); found || err != nil {
		return key, err
	}
	a.making.Lock()
	defer a.making.Unlock()
	if key, found, err := a.newestKey(ctx); found || err != nil {
		return key, err
	}
	return a.makeKey(ctx)
}

func (a *Authority) newestKey(ctx context.Context) (newest programme.SigningKey, found bool, err error) {
	keys, err := a.keys.SigningKeys(ctx)
	if err != nil {
		return programme.SigningKey{}, false, err
	}
	newest, found = programme.NewestSigningKey(keys, a.now())
	return newest, found, nil
}

func (a *Authority) makeKey(ctx context.Context) (programme.SigningKey, error) {
	key, err := programme.NewSigningKey(a.now())
	if err != nil {
		return programme.SigningKey{}, err
	}
	return key, a.keys.AddSigningKey(ctx, key)
}

// publicKeys answers the keys with which this issuer's tokens are checked.
func (a *Authority) publicKeys(ctx context.Context) (keySet, error) {
	keys, err := a.keys.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	now, set := a.now(), keySet{}
	for _, key := range keys {
		if key.RetiredAt != nil && !now.Before(key.RetiredAt.Add(retiredFor)) {
			continue
		}
		private, algorithm, err := readPrivate(key)
		if err != nil {
			return nil, err
		}
		set = append(set, publicKey{id: key.ID, algorithm: algorithm, key: private.Public()})
	}
	return set, nil
}

// now has the precision that the store keeps.
func (a *Authority) now() time.Time { return a.clock().UTC().Truncate(time.Microsecond) }

func readPrivate(key programme.SigningKey) (crypto.Signer, string, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(key.PKCS8)
	if err != nil {
		return nil, "", fmt.Errorf("read signing key %s: %w", key.ID, err)
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, "", fmt.Errorf("read signing key %s: it cannot sign", key.ID)
	}
	algorithm, err := algorithmOf(private.Public(), key.Algorithm)
	if err != nil {
		return nil, "", fmt.Errorf("use signing key %s: %w", key.ID, err)
	}
	if !slices.Contains(algorithms, algorithm) {
		return nil, "", fmt.Errorf("use signing key %s: %s is not accepted", key.ID, algorithm)
	}
	return private, algorithm, nil
}
