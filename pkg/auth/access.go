package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"peerchallenge/pkg/programme"
)

// AccessStore keeps for all processes who may call and who may not any more.
type AccessStore interface {
	// AccessGeneration answers which state is the present one.
	AccessGeneration(ctx context.Context) (int64, error)
	Access(ctx context.Context) (programme.Access, error)
	// NoteUses keeps when secrets, clients and read keys were last used, by their ids.
	NoteUses(ctx context.Context, uses map[string]time.Time) error
	// UseAssertion says whether the client signs in with the assertion for the first time.
	UseAssertion(ctx context.Context, client string, jtiHash [sha256.Size]byte, until time.Time) (first bool, err error)
	// EndGiven ends authorisations and calendar subscriptions, by their ids, whose maker has
	// lost the role. What was ended already stays as it is.
	EndGiven(ctx context.Context, ids []string) error
}

const (
	// believedUnasked is for how long a state of [Access] is good after the database was
	// last asked whether it is the present one. Nothing that was revoked is accepted
	// longer than that by any process, whatever becomes of its database: who cannot know
	// whether a token was revoked must not accept it. Together with the time that the
	// question may take it stays below the ten seconds that are promised.
	believedUnasked = 8 * time.Second
	accessEvery     = time.Second
	accessTimeout   = 1500 * time.Millisecond
	unknownEvery    = 200 * time.Millisecond
	usesEvery       = time.Minute // between two notes of one secret's use
)

// Access is who may call beside those whom other issuers vouch for, and who may not
// any more. A process holds all of it in memory, so that no call asks the database,
// and asks each second whether it has changed. It is safe for concurrent use.
type Access struct {
	store   AccessStore
	clock   func() time.Time
	elapsed func() time.Duration // of the monotonic clock: nobody can set it back
	logger  *slog.Logger

	state   atomic.Pointer[accessState]
	asking  singleflight.Group
	unknown *rate.Limiter // how often secrets that nobody knows may cause a load

	using sync.Mutex
	noted map[string]time.Time // when uses were last put down
	uses  map[string]time.Time // that have not been kept yet

	stop    context.CancelFunc
	working sync.WaitGroup
}

// accessState is one state, and how fresh it is.
type accessState struct {
	known   *known
	asked   time.Duration // when the question was sent to which it is the answer
	failing bool          // whether the last question had no answer
	next    chan struct{} // closed when another takes its place
}

// known is a state of the database, prepared for what calls ask.
type known struct {
	generation int64
	clients    map[string]*knownClient
	readKeys   map[[sha256.Size]byte]*knownKey
	tokens     map[[sha256.Size]byte]bool
	subjects   map[subject]time.Time // until when what was issued to them is refused
	given      map[subject][]programme.Given

	calendars   map[[sha256.Size]byte]*programme.CalendarSubscription
	subscribers map[subject][]*programme.CalendarSubscription
}

type knownClient struct {
	client programme.APIClient
	hashes []knownSecret
}

type knownSecret struct {
	id   string
	hash [sha256.Size]byte
}

type knownKey struct {
	key   programme.ReadKey
	actor programme.Actor
}

type subject struct{ issuer, subject string }

// NewAccess begins to hold who may call, until ctx ends or it is closed. It does not
// wait for the database: until that has answered, nobody is believed.
func NewAccess(ctx context.Context, store AccessStore, clock func() time.Time, logger *slog.Logger) *Access {
	started := time.Now()
	a := &Access{
		store: store, clock: clock, elapsed: func() time.Duration { return time.Since(started) }, logger: logger,
		unknown: rate.NewLimiter(rate.Every(unknownEvery), 5), noted: map[string]time.Time{}, uses: map[string]time.Time{},
	}
	a.state.Store(&accessState{asked: -believedUnasked - time.Second, next: make(chan struct{})})
	ctx, a.stop = context.WithCancel(ctx)
	a.working.Go(func() { a.run(ctx) })
	return a
}

// Close ends the questions, and keeps what uses have not been kept yet.
func (a *Access) Close() {
	a.stop()
	a.working.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), accessTimeout)
	defer cancel()
	a.keepUses(ctx)
}

func (a *Access) run(ctx context.Context) {
	ticker := time.NewTicker(accessEvery)
	defer ticker.Stop()
	for {
		a.ask(ctx)
		a.keepUses(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// ask brings the state up to the present one. Who asks at the same time shares the
// answer.
func (a *Access) ask(ctx context.Context) {
	<-a.asking.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), accessTimeout)
		defer cancel()
		asked, held := a.elapsed(), a.state.Load()
		found, err := a.load(ctx, held)
		if err != nil {
			a.fail(ctx, held, err)
			return nil, nil
		}
		if held.failing && held.known != nil {
			a.logger.InfoContext(ctx, "Clients, keys and revocations can be read again.")
		}
		a.replace(&accessState{known: found, asked: asked})
		return nil, nil
	})
}

// replace is called by one at a time, and tells whoever waits for it.
func (a *Access) replace(state *accessState) {
	state.next = make(chan struct{})
	close(a.state.Swap(state).next)
}

func (a *Access) fail(ctx context.Context, held *accessState, err error) {
	failing := *held
	// Who serves a database that is not migrated yet has said so.
	if e, ok := errors.AsType[*programme.Error](err); !failing.failing && (!ok || e.Code != programme.CodeNotReady) {
		a.logger.WarnContext(ctx, "Clients, keys and revocations could not be read; tokens will be refused until they can.", "error", err)
	}
	failing.failing = true
	a.replace(&failing)
}

// load answers the present state: that which is held, if it is the present one.
func (a *Access) load(ctx context.Context, held *accessState) (*known, error) {
	generation, err := a.store.AccessGeneration(ctx)
	if err != nil {
		return nil, err
	}
	// Not only a later one: a restored copy of the database may have an earlier.
	if held.known != nil && held.known.generation == generation {
		return held.known, nil
	}
	access, err := a.store.Access(ctx)
	if err != nil {
		return nil, err
	}
	return prepared(access), nil
}

func prepared(access programme.Access) *known {
	k := &known{
		generation: access.Generation, clients: map[string]*knownClient{}, readKeys: map[[sha256.Size]byte]*knownKey{},
		tokens: map[[sha256.Size]byte]bool{}, subjects: map[subject]time.Time{}, given: map[subject][]programme.Given{},
		calendars: map[[sha256.Size]byte]*programme.CalendarSubscription{}, subscribers: map[subject][]*programme.CalendarSubscription{},
	}
	for _, c := range access.Clients {
		k.clients[c.ID] = &knownClient{client: c}
	}
	keys := map[string]*knownKey{}
	for _, key := range access.ReadKeys {
		keys[key.ID] = &knownKey{key, key.Actor()}
	}
	subscriptions := map[string]*programme.CalendarSubscription{}
	for i := range access.Subscriptions {
		s := &access.Subscriptions[i]
		whose := subject{s.MakerIssuer, s.Subject}
		subscriptions[s.ID], k.subscribers[whose] = s, append(k.subscribers[whose], s)
	}
	for _, s := range access.Secrets {
		hash := [sha256.Size]byte(s.Hash)
		if s.APIClientID != nil && k.clients[*s.APIClientID] != nil {
			c := k.clients[*s.APIClientID]
			c.hashes = append(c.hashes, knownSecret{s.ID, hash})
		}
		if s.ReadKeyID != nil && keys[*s.ReadKeyID] != nil {
			k.readKeys[hash] = keys[*s.ReadKeyID]
		}
		if s.CalendarSubscriptionID != nil && subscriptions[*s.CalendarSubscriptionID] != nil {
			k.calendars[hash] = subscriptions[*s.CalendarSubscriptionID]
		}
	}
	for _, r := range access.Revocations {
		whose := subject{r.Issuer, r.Subject}
		switch {
		case r.Digest != nil:
			k.tokens[[sha256.Size]byte(r.Digest)] = true
		case k.subjects[whose].Before(r.CreatedAt):
			k.subjects[whose] = r.CreatedAt
		}
	}
	for _, g := range access.Given {
		whose := subject{g.Issuer, g.Subject}
		k.given[whose] = append(k.given[whose], g)
	}
	return k
}

// fresh answers a state that was the present one a moment ago. The error is
// Unavailable where nobody can say so.
func (a *Access) fresh(ctx context.Context) (*known, error) {
	state := a.state.Load()
	if !state.failing && !a.counts(state) { // at the start, or in a process that has slept
		a.ask(ctx)
		state = a.state.Load()
	}
	if !a.counts(state) {
		return nil, errUnconfirmed
	}
	return state.known, nil
}

func (a *Access) counts(state *accessState) bool {
	return state.known != nil && a.elapsed()-state.asked <= believedUnasked
}

// renewed is a state that was asked for after the call: what is not known may have come
// a moment ago, by another process. There are not as many questions as somebody may
// guess secrets; who asks for one too many waits for the next that comes by itself.
func (a *Access) renewed(ctx context.Context) (*known, error) {
	since := a.elapsed()
	old := func() *accessState {
		if state := a.state.Load(); state.asked < since && !state.failing {
			return state
		}
		return nil
	}
	if a.unknown.Allow() {
		a.ask(ctx)
		if old() != nil {
			a.ask(ctx) // the first was under way already
		}
	}
	waiting, cancel := context.WithTimeout(ctx, accessEvery+accessTimeout)
	defer cancel()
	for state := old(); state != nil; state = old() {
		select {
		case <-state.next:
		case <-waiting.Done():
			return a.fresh(ctx)
		}
	}
	return a.fresh(ctx)
}

// readKey answers who reads with the key.
func (a *Access) readKey(ctx context.Context, text string) (programme.Actor, error) {
	hash := programme.HashOfSecret(text)
	state, err := a.fresh(ctx)
	if err != nil {
		return programme.Actor{}, err
	}
	key := state.readKeys[hash]
	if key == nil && programme.LooksLikeSecret(programme.ReadKeyKind, text) {
		if state, err = a.renewed(ctx); err != nil {
			return programme.Actor{}, err
		}
		key = state.readKeys[hash]
	}
	now := a.clock()
	if key == nil || key.key.Ended(now) {
		return programme.Actor{}, errReadKey
	}
	a.used(now, key.key.ID)
	return key.actor, nil
}

// client answers the client of that id, nil where there is none that may sign in.
func (a *Access) client(ctx context.Context, id string) (*knownClient, error) {
	state, err := a.fresh(ctx)
	if err != nil {
		return nil, err
	}
	return a.clientIn(ctx, state, id)
}

// clientIn looks for the client in the state, or in one that is newer.
func (a *Access) clientIn(ctx context.Context, state *known, id string) (*knownClient, error) {
	if state.clients[id] == nil && uuid.Validate(id) == nil {
		var err error
		if state, err = a.renewed(ctx); err != nil { // it may have been registered a moment ago, by another process
			return nil, err
		}
	}
	client := state.clients[id]
	if client != nil && client.client.Ended(a.clock()) {
		return nil, nil //nolint:nilnil // as if it were not there
	}
	return client, nil
}

// standing answers as whom a verified token speaks now: that of a client as what the
// client is at present, whatever the token says.
func (a *Access) standing(ctx context.Context, v *verified) (programme.Actor, error) {
	state, err := a.fresh(ctx)
	if err != nil {
		return programme.Actor{}, err
	}
	if len(state.tokens) > 0 && state.tokens[v.digest] {
		return programme.Actor{}, errRevoked
	}
	if len(state.subjects) > 0 {
		if until, is := state.subjects[subject{v.actor.Issuer, v.actor.Subject}]; is && !v.issued.After(until) {
			return programme.Actor{}, errRevoked
		}
	}
	if !v.ofClient {
		return v.actor, nil
	}
	client, err := a.clientIn(ctx, state, v.actor.Subject)
	if err != nil {
		return programme.Actor{}, err
	}
	if client == nil {
		return programme.Actor{}, errClientEnded
	}
	return client.client.Actor(v.actor.Issuer), nil
}

// heard ends what the token's subject has authorised, and the calendars that it reads, in a
// role that the token does not carry any more, for all processes and for good, before the
// token is used for anything. A token that was issued before says nothing of it, and
// neither does any of what it does not tell of. The error is Unavailable where that
// cannot be done.
func (a *Access) heard(ctx context.Context, v *verified, tells func(borough string) bool, tellsOf func(*programme.CalendarSubscription) bool) error {
	state, err := a.fresh(ctx)
	if err != nil || v.ofClient {
		return err
	}
	var lost []string
	for _, g := range state.given[subject{v.actor.Issuer, v.actor.Subject}] {
		if tells(g.Borough) && g.LostBy(v.actor, v.issued) {
			lost = append(lost, g.ID)
		}
	}
	for _, s := range state.subscribers[subject{v.actor.Issuer, v.actor.Subject}] {
		if tellsOf(s) && s.LostBy(v.actor, v.issued) {
			lost = append(lost, s.ID)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	// Who sends the token may go away; what it says is heard all the same.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), accessTimeout)
	defer cancel()
	if err := a.store.EndGiven(ending, lost); err != nil {
		return err
	}
	a.ask(ctx)
	return nil
}

// used puts down that what has these ids was used, once a minute at most.
func (a *Access) used(now time.Time, ids ...string) {
	a.using.Lock()
	defer a.using.Unlock()
	for _, id := range ids {
		if now.Sub(a.noted[id]) >= usesEvery {
			a.noted[id], a.uses[id] = now, now
		}
	}
}

// keepUses keeps what was put down. What cannot be kept now is kept later.
func (a *Access) keepUses(ctx context.Context) {
	a.using.Lock()
	uses := a.uses
	a.uses = map[string]time.Time{}
	a.using.Unlock()
	if len(uses) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), accessTimeout)
	defer cancel()
	if a.store.NoteUses(ctx, uses) != nil {
		a.using.Lock()
		for id, at := range uses {
			if _, later := a.uses[id]; !later {
				a.uses[id] = at
			}
		}
		a.using.Unlock()
	}
}

// isReadKey reports whether the text is a read key, whether or not there is such a
// key, and no token: a token has no underscore before its first dot.
func isReadKey(text string) bool { return strings.HasPrefix(text, string(programme.ReadKeyKind)) }
