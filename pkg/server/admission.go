package server

import (
	"context"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/semaphore"

	"peerchallenge/pkg/programme"
)

// class is what a request costs: each has room of its own, so that many of one keep
// none of another waiting.
type class int

// The classes. What memory answers has none: it is done sooner than refused.
const (
	readsDatabase class = iota
	writesDatabase
	bulk // a whole list, which holds a connection for as long as it takes
	classes
)

// admission lets in as many requests of a class as the database does at a time, and some
// more to wait for a moment. Who comes then is refused at once: a queue without an end
// would make everybody wait, and get longer for as long as more come than go. So
// whoever is let in waits for as long as a few requests take, whatever the load is.
type admission [classes]room

type room struct {
	inside  *semaphore.Weighted
	waiting chan struct{} // holds a token for each who waits
}

const (
	// patience is for how long somebody waits at most.
	patience = 2 * time.Second
	// waitingEach is how many wait for each that is inside, and leastWaiting how many may
	// wait wherever few are inside: a burst of as many as 33 systems send at once finds
	// room on one core.
	waitingEach  = 2
	leastWaiting = 32
)

// newAdmission makes room for four of each class for each processor: the pool of connections
// has as many or more, see [postgres.Config].
func newAdmission(cores int) admission {
	conns := 4 * cores
	var a admission
	for i, size := range [classes]int{readsDatabase: conns, writesDatabase: conns, bulk: conns} {
		a[i] = room{semaphore.NewWeighted(int64(size)), make(chan struct{}, max(size*waitingEach, leastWaiting))}
	}
	return a
}

// enter waits for room, and answers how to leave it.
func (r room) enter(ctx context.Context) (leave func(), err error) {
	leave = func() { r.inside.Release(1) }
	if r.inside.TryAcquire(1) {
		return leave, nil
	}
	select {
	case r.waiting <- struct{}{}:
		defer func() { <-r.waiting }()
	default:
		return nil, errBusy
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if r.inside.Acquire(waiting, 1) != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, errBusy
	}
	return leave, nil
}

var errBusy = programme.Errorf(programme.Unavailable, programme.CodeBusy, "More is being asked of the service than it does at a time.")

// admit stands behind everything that is done in memory: what is refused there takes
// nobody's place, and what is answered there is never refused here.
func (s *Server) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		call := callIn(c)
		if call == nil || call.op.Public || call.alikeForAll() {
			return next(c)
		}
		leave, err := s.admission[classOf(call, c.Request().Method)].enter(c.Request().Context())
		if err != nil {
			return err
		}
		call.made = sync.OnceFunc(leave)
		defer call.made()
		return next(c)
	}
}

func classOf(call *call, method string) class {
	switch {
	case method != "GET":
		return writesDatabase
	case call.format != formatJSON:
		return bulk
	}
	return readsDatabase
}
