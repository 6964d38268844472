package server

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/labstack/echo/v4"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type calendarSubscriptionStore interface {
	CalendarSubscriptions(actor programme.Actor, f programme.CalendarSubscriptionFilter, sort string) programme.Listing[programme.CalendarSubscription]
	CalendarSubscription(ctx context.Context, actor programme.Actor, id string) (programme.CalendarSubscription, error)
	CreateCalendarSubscription(ctx context.Context, actor programme.Actor, c programme.CalendarSubscription) (programme.CalendarSubscription, programme.Secret, error)
	DeleteCalendarSubscription(ctx context.Context, actor programme.Actor, id string, version int64) error
	SubscribedCalendar(ctx context.Context, actor programme.Actor) (programme.Calendar, error)
}

// calendarSubscriptions have no change: who wants another name makes another.
var calendarSubscriptions = nounOf[programme.CalendarSubscription, struct{}](nil, nil, calendarSubscriptionWire)

// ListCalendarSubscriptions answers what may be known of subscriptions.
func (s *Server) ListCalendarSubscriptions(ctx context.Context, r api.ListCalendarSubscriptionsRequestObject) (api.Response, error) {
	f := programme.CalendarSubscriptionFilter{Borough: r.Params.Borough, UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.CalendarSubscriptions(callOf(ctx).actor, f, text(r.Params.Sort)), calendarSubscriptionWire(ctx))
}

// GetCalendarSubscription answers what may be known of one.
func (s *Server) GetCalendarSubscription(ctx context.Context, r api.GetCalendarSubscriptionRequestObject) (api.Response, error) {
	return calendarSubscriptions.read(ctx, s.store.CalendarSubscription, r.Id)
}

// CreateCalendarSubscription makes one, and shows its address this once.
func (s *Server) CreateCalendarSubscription(ctx context.Context, r api.CreateCalendarSubscriptionRequestObject) (api.Response, error) {
	c, secret, err := s.store.CreateCalendarSubscription(ctx, callOf(ctx).actor, programme.CalendarSubscription{Name: r.Body.Name})
	if err != nil {
		return nil, err
	}
	shown := api.CalendarSubscriptionShown{Address: s.baseURL + "/v1/calendars/" + secret.Text, CalendarSubscription: calendarSubscriptionWire(ctx)(&c)}
	return created(ctx, c.Version, c.Noun(), c.ID, shown)
}

// DeleteCalendarSubscription ends one.
func (s *Server) DeleteCalendarSubscription(ctx context.Context, r api.DeleteCalendarSubscriptionRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteCalendarSubscription(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// GetSubscribedCalendar answers the calendar of whoever has made the address.
func (s *Server) GetSubscribedCalendar(ctx context.Context, _ api.GetSubscribedCalendarRequestObject) (api.Response, error) {
	call := callOf(ctx)
	name := call.snapshot.Programme.Name
	var of boroughDays
	if b := call.snapshot.Borough(call.actor.Borough); b != nil {
		name = b.ShortName + ": " + name
		var err error
		if of, err = s.daysOf(ctx, b.Code); err != nil {
			return nil, err
		}
	}
	c, err := s.store.SubscribedCalendar(ctx, call.actor)
	return answerCalendar(call, name, c, err, of)
}

// bySecret is the operation whose address says who calls.
const bySecret = "getSubscribedCalendar"

// oneCalendarEach is how often a second one address is answered. Calendar programs ask some
// times a day, on each of a person's devices.
const oneCalendarEach = 3

// subscribed finds out who reads at a secret address, as authorize does by a token. Whatever
// does not open it is one refusal, and counts as a guess.
func (s *Server) subscribed(c echo.Context, call *call) error {
	ctx, secret := c.Request().Context(), c.Param("secret")
	from := attempt{network: s.networkFrom(c.Request())}
	if err := s.guesses.mayTry(c, from); err != nil {
		return err
	}
	// Before it is known whether there is such an address, so that the limit does not say so.
	if err := s.perCalendar.within(c, programme.HashOfSecret(secret)); err != nil {
		return err
	}
	actor, err := s.subscriber(ctx, secret)
	if errors.Is(err, programme.ErrNoCalendar) {
		s.guesses.byAddress.count(from.network)
	}
	if err != nil {
		return err
	}
	actor.Request = requestID(c)
	call.who, call.today, call.rules = actor, s.today.now(s.clock()), s.rules
	if call.snapshot, err = s.store.Snapshot(ctx); err != nil {
		return err
	}
	if call.actor, err = inProgramme(actor, call.snapshot, c); err != nil {
		return programme.ErrNoCalendar // the borough has left the programme
	}
	return nil
}

// calendarKey is an address, by the digest of its secret.
type calendarKey = [sha256.Size]byte

func calendarSubscriptionWire(ctx context.Context) func(*programme.CalendarSubscription) api.CalendarSubscription {
	actor, names := callOf(ctx).actor, namesIn(ctx)
	return func(c *programme.CalendarSubscription) api.CalendarSubscription {
		wire := api.CalendarSubscription{
			Id: c.ID, Name: c.Name, Borough: c.Borough, BoroughName: nameOf(names.borough, c.Borough), Roles: make([]api.RoleName, len(c.Roles)), ExpiresAt: c.ExpiresAt, Hint: c.Hint, LastUsedAt: c.LastUsedAt,
			CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Etag: etagOf(c.Version), Steps: stepsWire(ctx, c, c.ID),
		}
		for i, role := range c.Roles {
			wire.Roles[i] = api.RoleName(role)
		}
		if c.ShowsSubject(actor) {
			wire.Subject = &c.Subject
		}
		return wire
	}
}
