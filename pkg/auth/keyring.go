package auth

import (
	"context"
	"crypto"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"peerchallenge/pkg/programme"
)

// keyring holds the last good key set of one issuer and decides when to ask for
// a new one: regularly, and when a token names a key that is not in it. A ring
// without load never changes.
type keyring struct {
	load   func(context.Context) (keySet, error)
	every  time.Duration // between regular loads
	retry  time.Duration // after a failed one
	limit  *rate.Limiter // how often tokens may cause a load
	clock  func() time.Time
	logger *slog.Logger // knows the issuer

	life    context.Context // loads end with it, not with the request that asked
	group   singleflight.Group
	state   atomic.Pointer[ringState]
	settled chan struct{} // closed when the first load has ended, well or badly
}

type ringState struct {
	keys keySet
	good bool  // keys have been loaded at least once
	err  error // why the last load failed
}

// loadTimeout bounds one load, discovery included, so that requests that wait
// for it are answered.
const loadTimeout = 5 * time.Second

func staticKeyring(keys keySet) *keyring {
	r := &keyring{life: context.Background()}
	r.state.Store(&ringState{keys: keys, good: true})
	return r
}

// find answers the key for a token's header, asking the issuer first where the
// ring does not know it. Beside the answers of [keySet.find] it answers
// issuer_unavailable where the issuer could not be asked: the key may be new.
func (r *keyring) find(ctx context.Context, id, algorithm string) (crypto.PublicKey, error) {
	// The first load is on its way. Who asked beside it would use up what tokens may
	// cause, and a key that is published soon after would be unknown for a while.
	if r.load != nil {
		select {
		case <-r.settled:
		case <-ctx.Done():
			return nil, unavailable(context.Cause(ctx))
		}
	}
	state := r.now()
	if state.good {
		key, err := state.keys.find(id, algorithm)
		if r.load == nil || !errors.Is(err, errKey) {
			return key, err
		}
	}
	// A load may have been under way already, and have missed a key that was
	// published just before its token came here. The second has not.
	for range 2 {
		select {
		case <-r.group.DoChan("", r.reloadIfAllowed):
		case <-ctx.Done():
			return nil, unavailable(context.Cause(ctx))
		}
		state = r.now()
		key, err := state.keys.find(id, algorithm)
		switch {
		case !errors.Is(err, errKey):
			return key, err
		case state.err != nil:
			return nil, unavailable(state.err)
		}
	}
	return nil, errKey
}

func (r *keyring) now() *ringState {
	if state := r.state.Load(); state != nil {
		return state
	}
	return &ringState{err: errNeverLoaded}
}

// start begins to load the keys. Who asks before that waits for it.
func (r *keyring) start() {
	r.settled = make(chan struct{})
	go r.run()
}

// run loads the keys at once and then regularly, until the ring's life ends.
func (r *keyring) run() {
	<-r.group.DoChan("", r.reload)
	close(r.settled)
	for {
		pause := r.every
		if r.now().err != nil {
			pause = r.retry
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
			<-r.group.DoChan("", r.reload)
		case <-r.life.Done():
			timer.Stop()
			return
		}
	}
}

// reloadIfAllowed is the load that tokens cause. Made-up key ids must not make
// this service hammer the issuer.
func (r *keyring) reloadIfAllowed() (any, error) {
	if !r.limit.AllowN(r.clock(), 1) {
		return nil, nil
	}
	return r.reload()
}

func (r *keyring) reload() (any, error) {
	ctx, cancel := context.WithTimeout(r.life, loadTimeout)
	defer cancel()
	keys, err := r.load(ctx)
	before := r.now()
	if err != nil {
		// Who serves a database that is not migrated yet has said so.
		if e, ok := errors.AsType[*programme.Error](err); !ok || e.Code != programme.CodeNotReady {
			r.logger.WarnContext(ctx, "The issuer's keys could not be loaded.", "error", err, "kept", len(before.keys))
		}
		r.state.Store(&ringState{keys: before.keys, good: before.good, err: err})
		return nil, nil
	}
	if before.err != nil && !errors.Is(before.err, errNeverLoaded) {
		r.logger.InfoContext(ctx, "The issuer's keys can be loaded again.", "keys", len(keys))
	}
	r.state.Store(&ringState{keys: keys, good: true})
	return nil, nil
}
