package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"peerchallenge/pkg/programme"
)

const (
	clientTTL          = time.Hour
	longestAssertion   = 5 * time.Minute // from now until an assertion's exp
	maxAssertionID     = 255             // bytes of a jti
	assertionTyp       = "client-authentication+jwt"
	claimClient        = "client_id" // RFC 9068, section 2.2
	claimIssuedAt      = "iat"
	claimTokenID       = "jti"
	signingKeptFor     = 10 * time.Second
	leastTTL           = time.Second
	noSecretIsThisLong = 200 // bytes; a longer text is not even hashed
)

// Clients is the token endpoint's part of the built-in issuer: it issues tokens to
// clients that prove who they are.
type Clients struct {
	authority *Authority
	access    *Access
	parser    *jwt.Parser
}

// NewClients makes one.
func NewClients(authority *Authority, access *Access) *Clients {
	return &Clients{authority, access, jwt.NewParser(jwt.WithValidMethods(algorithms), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())}
}

// Grant issues a token to the client that proves who it is. The error is
// [programme.ErrNoClient], whatever is wrong with the proof, or Unavailable.
func (c *Clients) Grant(ctx context.Context, proof programme.ClientProof) (programme.Grant, error) {
	prove := c.bySecret
	if proof.Assertion != "" {
		prove = c.byAssertion
	}
	client, uses, err := prove(ctx, proof)
	if err != nil {
		return programme.Grant{}, err
	}
	now := c.authority.clock()
	lasts := clientTTL
	if until := client.ExpiresAt; until != nil {
		lasts = min(lasts, until.Sub(now).Truncate(time.Second))
	}
	if lasts < leastTTL {
		return programme.Grant{}, programme.ErrNoClient
	}
	actor := client.Actor(c.authority.issuer)
	token, err := c.authority.clientToken(ctx, actor, lasts)
	if err != nil {
		return programme.Grant{}, err
	}
	c.access.used(now, uses...)
	return programme.Grant{Token: token, Lasts: lasts, Client: actor}, nil
}

// bySecret takes as long for a client that does not exist as for one whose secret is
// another, and as long for any secret.
func (c *Clients) bySecret(ctx context.Context, proof programme.ClientProof) (programme.APIClient, []string, error) {
	if len(proof.Secret) > noSecretIsThisLong {
		return programme.APIClient{}, nil, programme.ErrNoClient
	}
	hash := programme.HashOfSecret(proof.Secret)
	client, err := c.access.client(ctx, proof.ID)
	if err != nil {
		return programme.APIClient{}, nil, err
	}
	id := client.secret(hash)
	if id == "" && programme.LooksLikeSecret(programme.ClientSecretKind, proof.Secret) {
		// It may have been made a moment ago, by another process.
		if _, err := c.access.renewed(ctx); err != nil {
			return programme.APIClient{}, nil, err
		}
		if client, err = c.access.client(ctx, proof.ID); err != nil {
			return programme.APIClient{}, nil, err
		}
		id = client.secret(hash)
	}
	if id == "" {
		return programme.APIClient{}, nil, programme.ErrNoClient
	}
	return client.client, []string{client.client.ID, id}, nil
}

// secret answers the id of the client's secret with the hash, or "".
func (c *knownClient) secret(hash [sha256.Size]byte) string {
	hashes := []knownSecret{{}, {}} // of nobody
	if c != nil {
		copy(hashes, c.hashes)
	}
	id := ""
	for _, s := range hashes {
		if subtle.ConstantTimeCompare(s.hash[:], hash[:]) == 1 {
			id = s.id
		}
	}
	return id
}

// byAssertion believes a client that has signed with one of its keys (RFC 7523). What
// it has signed is good once, for this issuer alone, and for minutes.
func (c *Clients) byAssertion(ctx context.Context, proof programme.ClientProof) (programme.APIClient, []string, error) {
	no := func() (programme.APIClient, []string, error) {
		return programme.APIClient{}, nil, programme.ErrNoClient
	}
	if len(proof.Assertion) > maxToken {
		return no()
	}
	claims := jwt.MapClaims{}
	var client *knownClient
	var unavailable error
	_, err := c.parser.ParseWithClaims(proof.Assertion, claims, func(token *jwt.Token) (any, error) {
		id, err := readAssertionHeader(token.Header)
		if err != nil {
			return nil, err
		}
		// The unverified name only chooses whose keys must fit the signature.
		name, _ := claims["sub"].(string)
		if proof.ID != "" && proof.ID != name {
			return nil, programme.ErrNoClient
		}
		if client, unavailable = c.access.client(ctx, name); unavailable != nil || client == nil {
			return nil, programme.ErrNoClient
		}
		return client.keys().find(id, token.Method.Alg())
	})
	if unavailable != nil {
		return programme.APIClient{}, nil, unavailable
	}
	if err != nil {
		return no()
	}
	until, jti, ok := c.checkAssertion(claims, client.client.ID)
	if !ok {
		return no()
	}
	switch first, err := c.access.store.UseAssertion(ctx, client.client.ID, sha256.Sum256([]byte(jti)), until); {
	case err != nil:
		return programme.APIClient{}, nil, err
	case !first:
		return no()
	}
	return client.client, []string{client.client.ID}, nil
}

// readAssertionHeader refuses what was signed for another purpose, an access token
// above all.
func readAssertionHeader(header map[string]any) (id string, err error) {
	if typ, ok := header["typ"].(string); ok && typ == assertionTyp {
		header = map[string]any{"kid": header["kid"], "crit": header["crit"]}
		if header["crit"] == nil {
			delete(header, "crit")
		}
		if header["kid"] == nil {
			delete(header, "kid")
		}
	} else if typ, ok := header["typ"]; ok && typ != "JWT" {
		return "", errMalformed
	}
	return readHeader(header)
}

// checkAssertion answers until when the assertion could be used again, and by which
// id it is known.
func (c *Clients) checkAssertion(claims jwt.MapClaims, client string) (until time.Time, jti string, ok bool) {
	if !datesReadable(claims) {
		return time.Time{}, "", false
	}
	rules := jwt.NewValidator(jwt.WithIssuer(client), jwt.WithSubject(client), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(c.authority.clock))
	if rules.Validate(claims) != nil {
		return time.Time{}, "", false
	}
	// The issuer alone: whoever else is named could use the assertion here.
	audience, err := claims.GetAudience()
	if err != nil || len(audience) != 1 || audience[0] != c.authority.issuer {
		return time.Time{}, "", false
	}
	expiry, err := claims.GetExpirationTime()
	if err != nil || expiry.Sub(c.authority.clock()) > longestAssertion+leeway {
		return time.Time{}, "", false
	}
	jti, _ = claims[claimTokenID].(string)
	return expiry.Add(leeway + time.Minute), jti, jti != "" && len(jti) <= maxAssertionID
}

// keys are those that the client may sign with.
func (c *knownClient) keys() keySet {
	var set keySet
	for i := range c.client.Keys {
		if key, algorithm := c.client.Keys[i].Key(); key != nil && algorithm != "" {
			set = append(set, publicKey{id: c.client.Keys[i].KID, algorithm: algorithm, key: key})
		}
	}
	return set
}
