package auth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"peerchallenge/pkg/programme"
)

const (
	maxToken       = 8 << 10          // bytes
	leeway         = 30 * time.Second // between the issuer's clock and ours
	believedFor    = 5 * time.Minute  // after a full verification
	defaultCache   = 10_000           // tokens
	remoteEvery    = 15 * time.Minute
	remoteRetry    = 30 * time.Second
	remoteMayAsk   = 10 * time.Second // between loads that unknown keys cause
	localEvery     = time.Minute
	localRetry     = 5 * time.Second
	localMayAsk    = time.Second
	latestInstant  = 253402300799 // 9999-12-31T23:59:59Z, in seconds
	accessTokenTyp = "at+jwt"     // RFC 9068, section 2.1
)

// Config says whose tokens a [Verifier] accepts. Everything may be left out.
type Config struct {
	Issuers   []Issuer
	Local     *Authority       // the built-in issuer
	Access    *Access          // clients, read keys and revocations; where nil, there are none
	Clock     func() time.Time // time.Now where nil
	Logger    *slog.Logger     // discards where nil; never gets tokens or claims
	CacheSize int              // verified tokens kept, 10,000 where it is 0
	HTTP      *http.Client     // for the issuers' keys; its redirect policy is not used
}

// Verifier turns tokens into actors. It is safe for concurrent use.
type Verifier struct {
	issuers map[string]*accepted
	parser  *jwt.Parser
	clock   func() time.Time
	access  *Access
	cache   *otter.Cache[[sha256.Size]byte, verified] // by the token's hash, so that memory holds no usable token
	stop    context.CancelFunc
}

// accepted is an issuer whose tokens are believed.
type accepted struct {
	issuer string
	rules  *jwt.Validator
	claims Claims
	roles  map[string]string
	ring   *keyring

	boroughs     Boroughs
	allowedRoles []programme.Role
	local        bool // the built-in one, which alone issues tokens to clients
}

// verified is what a token says that is genuine.
type verified struct {
	actor    programme.Actor // of a client only who it is
	ofClient bool
	issued   time.Time         // zero where it does not say
	expires  time.Time         // by its exp
	digest   [sha256.Size]byte // of what is signed: a signature may have several forms
	until    time.Time         // when it has to be verified again
}

// NewVerifier starts a verifier, which lives until ctx ends or it is closed. It
// answers an Invalid error with every fault of the issuers. It does not wait for
// any issuer: one that is down at the start is asked again later, and until then
// its tokens are answered with issuer_unavailable.
func NewVerifier(ctx context.Context, config Config) (*Verifier, error) {
	if err := programme.Refuse(append(checkIssuers(config.Issuers), checkLocal(config)...)); err != nil {
		return nil, err
	}
	cache, err := otter.New(&otter.Options[[sha256.Size]byte, verified]{MaximumSize: cmp.Or(config.CacheSize, defaultCache)})
	if err != nil {
		return nil, fmt.Errorf("make the cache of verified tokens: %w", err)
	}
	v := &Verifier{
		issuers: map[string]*accepted{},
		parser:  jwt.NewParser(jwt.WithValidMethods(algorithms), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation()),
		clock:   config.Clock,
		access:  config.Access,
		cache:   cache,
	}
	if v.clock == nil {
		v.clock = time.Now
	}
	logger := config.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	ctx, v.stop = context.WithCancel(ctx)
	client := strictClient(config.HTTP)
	for _, issuer := range config.Issuers {
		v.accept(issuer, v.ringOf(ctx, issuer, client, logger))
	}
	if local := config.Local; local != nil {
		ring := &keyring{
			load: local.publicKeys, every: localEvery, retry: localRetry, limit: rate.NewLimiter(rate.Every(localMayAsk), 1),
			clock: v.clock, logger: logger.With("issuer", local.issuer), life: ctx,
		}
		v.accept(Issuer{Issuer: local.issuer, Audience: local.audience, Boroughs: Boroughs{any: true}, AllowedRoles: programme.Roles}, ring)
		v.issuers[local.issuer].local = true
	}
	for _, issuer := range v.issuers {
		if issuer.ring.load != nil {
			issuer.ring.start()
		}
	}
	return v, nil
}

// checkLocal keeps the built-in issuer apart from the others, and from tokens
// that name no issuer at all.
func checkLocal(config Config) []programme.Fault {
	local := config.Local
	if local == nil {
		return nil
	}
	var faults []programme.Fault
	if local.issuer == "" || local.audience == "" {
		faults = append(faults, programme.Fault{Code: programme.FaultRequired, Detail: "The built-in issuer needs a name and an audience."})
	}
	for i, issuer := range config.Issuers {
		if issuer.Issuer != "" && issuer.Issuer == local.issuer {
			faults = append(faults, programme.Fault{
				Pointer: fmt.Sprintf("/%d/issuer", i), Code: programme.FaultDuplicate, Detail: "This is the name of the built-in issuer.",
			})
		}
	}
	return faults
}

func (v *Verifier) ringOf(ctx context.Context, issuer Issuer, client *http.Client, logger *slog.Logger) *keyring {
	if isGiven(issuer.JWKS) {
		keys, _, _ := parseKeySet(issuer.JWKS) // checked by checkIssuers
		return staticKeyring(keys)
	}
	logger = logger.With("issuer", issuer.Issuer)
	source := &remote{issuer: issuer.Issuer, jwksURL: issuer.JWKSURL, client: client, logger: logger}
	return &keyring{
		load: source.load, every: remoteEvery, retry: remoteRetry, limit: rate.NewLimiter(rate.Every(remoteMayAsk), 1),
		clock: v.clock, logger: logger, life: ctx,
	}
}

func (v *Verifier) accept(issuer Issuer, ring *keyring) {
	v.issuers[issuer.Issuer] = &accepted{
		issuer: issuer.Issuer,
		rules: jwt.NewValidator(jwt.WithIssuer(issuer.Issuer), jwt.WithAudience(issuer.Audience), jwt.WithExpirationRequired(),
			jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(v.clock)),
		claims: issuer.Claims.withDefaults(),
		roles:  issuer.Roles,
		ring:   ring,

		boroughs:     issuer.Boroughs,
		allowedRoles: issuer.AllowedRoles,
	}
}

// Close ends the regular loading of keys. Tokens may still be verified with the
// keys at hand.
func (v *Verifier) Close() {
	v.stop()
	v.cache.StopAllGoroutines()
}

// Verify answers who the token, the bare text of an Authorization header without
// its scheme, speaks for. The actor's roles are shared between callers and must
// not be changed.
//
// It refuses with an Unauthenticated error whose code says why: token_malformed,
// token_algorithm, token_critical, token_issuer, token_unknown_key,
// token_signature, token_no_expiry, token_expired, token_not_yet_valid,
// token_audience, token_subject, token_roles, token_revoked, client_ended or, for a
// read key, key_unknown; and with a Forbidden error and an
// actor without roles, who may be named to nobody but the log, where the issuer is
// not trusted for what the token claims: untrusted_role or untrusted_borough. It
// answers an Unavailable error, issuer_unavailable, where the issuer's keys cannot
// be read, and access_unconfirmed where nobody can say whether the token was revoked.
func (v *Verifier) Verify(ctx context.Context, token string) (programme.Actor, error) {
	if v.access != nil && isReadKey(token) {
		return v.access.readKey(ctx, token)
	}
	found, err := v.genuine(ctx, token)
	if unheard := v.hear(ctx, &found, err); unheard != nil && err == nil {
		return programme.Actor{}, unheard
	}
	if programme.KindOf(err) == programme.Forbidden {
		return found.actor, err // the log should know who tried
	}
	if err != nil {
		return programme.Actor{}, err
	}
	switch {
	case v.access != nil:
		return v.access.standing(ctx, &found)
	case found.ofClient:
		return programme.Actor{}, errClientEnded
	}
	return found.actor, nil
}

// hear looks at what a genuine token says of its subject, refused or not: that it has lost
// a role also where it has no other. One that leaves its roles out says nothing. One that
// is refused because its issuer may not give what it names says nothing of boroughs whose
// leads the issuer may not name: that lies with our settings, which may be mended.
func (v *Verifier) hear(ctx context.Context, found *verified, refused error) error {
	if v.access == nil || found.actor.Subject == "" || errors.Is(refused, errOverage) {
		return nil
	}
	issuer, believed := v.issuers[found.actor.Issuer], programme.KindOf(refused) != programme.Forbidden
	return v.access.heard(ctx, found, func(borough string) bool {
		return believed || namesLeads(issuer.allowedRoles, &issuer.boroughs, borough)
	}, func(s *programme.CalendarSubscription) bool { return believed || v.trusts(s) })
}

// Examine answers what the token says, if it is believed, so that it can be ended.
// The errors are those of [Verifier.Verify].
func (v *Verifier) Examine(ctx context.Context, token string) (programme.ExaminedToken, error) {
	if _, err := v.Verify(ctx, token); err != nil {
		return programme.ExaminedToken{}, err
	}
	if isReadKey(token) {
		return programme.ExaminedToken{}, errMalformed
	}
	found, err := v.genuine(ctx, token)
	return programme.ExaminedToken{Issuer: found.actor.Issuer, Subject: found.actor.Subject, Digest: found.digest, ExpiresAt: found.expires.Add(leeway)}, err
}

// genuine answers what the token says, whether or not it has been ended since.
func (v *Verifier) genuine(ctx context.Context, token string) (verified, error) {
	// Before hashing and parsing: both take time in proportion to the length.
	if len(token) > maxToken {
		return verified{}, errMalformed
	}
	key := sha256.Sum256([]byte(token))
	now := v.clock()
	if hit, ok := v.cache.GetIfPresent(key); ok && now.Before(hit.until) {
		return hit, nil
	}
	found, err := v.verify(ctx, token)
	if err != nil {
		return found, err
	}
	found.until = now.Add(believedFor)
	if found.expires.Before(found.until) {
		found.until = found.expires
	}
	v.cache.Set(key, found)
	return found, nil
}

// verify answers what the token says, by the token alone.
func (v *Verifier) verify(ctx context.Context, text string) (verified, error) {
	claims := jwt.MapClaims{}
	var issuer *accepted
	token, err := v.parser.ParseWithClaims(text, claims, func(token *jwt.Token) (any, error) {
		id, err := readHeader(token.Header)
		if err != nil {
			return nil, err
		}
		// The unverified name only chooses whose keys must fit the signature.
		name, _ := claims["iss"].(string)
		if issuer = v.issuers[name]; issuer == nil {
			return nil, errIssuer
		}
		return issuer.ring.find(ctx, id, token.Method.Alg())
	})
	if err != nil {
		return verified{}, refusedBy(token, err)
	}
	var found verified
	if found.expires, err = issuer.checkClaims(claims); err != nil {
		return verified{}, err
	}
	if issued, err := claims.GetIssuedAt(); err == nil && issued != nil {
		found.issued = issued.Time
	}
	found.digest = sha256.Sum256([]byte(text[:strings.LastIndexByte(text, '.')]))
	if client, is := claims[claimClient].(string); is && issuer.local {
		// What it may do is known by what it is now, and not by what the token says.
		found.actor, found.ofClient = programme.Actor{Issuer: issuer.issuer, Subject: client}, true
		if client == "" || claims["sub"] != client {
			return verified{}, errSubject
		}
		return found, nil
	}
	found.actor, err = issuer.actorOf(claims)
	return found, err
}

// readHeader answers the id of the token's key. Keys and addresses of keys in
// the header (jwk, jku, x5c, x5u) are not looked at: a token must not choose
// what it is checked with.
func readHeader(header map[string]any) (id string, err error) {
	// RFC 7515, section 4.1.11: what is critical must be understood or refused.
	if _, ok := header["crit"]; ok {
		return "", errCritical
	}
	// RFC 8725, section 3.11: a signed text made for another purpose is no access
	// token. Providers that do not follow RFC 9068 write JWT or nothing.
	if typ, ok := header["typ"]; ok {
		name, _ := typ.(string)
		name = strings.TrimPrefix(strings.ToLower(name), "application/")
		if name != accessTokenTyp && name != "jwt" {
			return "", errMalformed
		}
	}
	if kid, ok := header["kid"]; ok {
		if id, ok = kid.(string); !ok || id == "" {
			return "", errMalformed
		}
	}
	return id, nil
}

// refusedBy names why the parser refused the token.
func refusedBy(token *jwt.Token, err error) error {
	if ours, ok := errors.AsType[*programme.Error](err); ok {
		return ours
	}
	if errors.Is(err, jwt.ErrTokenMalformed) || token == nil {
		return errMalformed
	}
	if name, _ := token.Header["alg"].(string); !slices.Contains(algorithms, name) {
		return errAlgorithm
	}
	return errSignature
}

// datesReadable refuses instants that are none: the library turns numbers beyond what
// a clock can hold into the past.
func datesReadable(claims jwt.MapClaims) bool {
	for _, name := range []string{"exp", "nbf", claimIssuedAt} {
		if value, ok := claims[name]; ok {
			if seconds, ok := value.(float64); !ok || seconds < 0 || seconds > latestInstant {
				return false
			}
		}
	}
	return true
}

// checkClaims applies the issuer's rules to the claims that RFC 7519, section
// 4.1, defines, and answers when the token expires.
func (i *accepted) checkClaims(claims jwt.MapClaims) (time.Time, error) {
	if !datesReadable(claims) {
		return time.Time{}, errMalformed
	}
	expiry, err := claims.GetExpirationTime()
	if err != nil || expiry == nil {
		return time.Time{}, errNoExpiry
	}
	err = i.rules.Validate(claims)
	switch {
	case err == nil:
		return expiry.Time, nil
	case errors.Is(err, jwt.ErrTokenExpired):
		return time.Time{}, errExpired
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return time.Time{}, errNotYet
	case errors.Is(err, jwt.ErrTokenInvalidAudience), errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return time.Time{}, errAudience // the other required claims are known to be there
	default:
		return time.Time{}, errMalformed
	}
}
