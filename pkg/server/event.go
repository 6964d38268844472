package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type eventStore interface {
	Events(actor programme.Actor, f programme.EventFilter, sort string) programme.Listing[programme.Event]
	Event(ctx context.Context, actor programme.Actor, id string) (programme.Event, error)
	CreateEvent(ctx context.Context, actor programme.Actor, e programme.Event) (programme.Event, error)
	UpdateEvent(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Event) error) (programme.Event, error)
	MoveEvent(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.Event, error)
	DeleteEvent(ctx context.Context, actor programme.Actor, id string, version int64) error
	PutEventPerson(ctx context.Context, actor programme.Actor, id string, version int64, a programme.Attendee) (programme.Event, error)
	TakeEventPerson(ctx context.Context, actor programme.Actor, id string, version int64, participant string) (programme.Event, error)
	RecordEventAttendance(ctx context.Context, actor programme.Actor, id string, version int64, a programme.MetAttendance) (programme.Event, error)
	EventCalendar(ctx context.Context, actor programme.Actor, f programme.EventFilter) (programme.Calendar, error)
	BoroughCalendar(ctx context.Context, actor programme.Actor, borough string) (programme.Calendar, error)
	GroupCalendar(ctx context.Context, actor programme.Actor, id string) (programme.Calendar, error)
}

var events = nounOf(eventInput, setEvent, eventWire)

// ListEvents answers events.
func (s *Server) ListEvents(ctx context.Context, r api.ListEventsRequestObject) (api.Response, error) {
	p := r.Params
	f := programme.EventFilter{
		Kinds: words[programme.EventKind](p.Kind), States: words[programme.EventState](p.State), Cycle: convert[programme.Cycle](p.Cycle), From: p.From, To: p.To,
		SubRegion: p.SubRegion, Borough: p.Borough, PriorityID: p.PriorityId, PeerChallengeID: p.PeerChallengeId,
		PeerChallengeGroupID: p.PeerChallengeGroupId, PeerReviewID: p.PeerReviewId, UpdatedSince: p.UpdatedSince, Unnamed: p.Unnamed, Today: callOf(ctx).today,
	}
	return answerListing(ctx, s.store.Events(callOf(ctx).actor, f, text(p.Sort)), eventWire(ctx))
}

// GetEvent answers one.
func (s *Server) GetEvent(ctx context.Context, r api.GetEventRequestObject) (api.Response, error) {
	return events.read(ctx, s.store.Event, r.Id)
}

// CreateEvent plans one.
func (s *Server) CreateEvent(ctx context.Context, r api.CreateEventRequestObject) (api.Response, error) {
	return events.created(ctx, s.store.CreateEvent, *r.Body)
}

// UpdateEvent changes one.
func (s *Server) UpdateEvent(ctx context.Context, r api.UpdateEventRequestObject) (api.Response, error) {
	return events.patched(ctx, s.store.UpdateEvent, r.Id, r.Params.IfMatch)
}

// DeleteEvent removes one.
func (s *Server) DeleteEvent(ctx context.Context, r api.DeleteEventRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteEvent(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// HoldEvent says that one has taken place.
func (s *Server) HoldEvent(ctx context.Context, r api.HoldEventRequestObject) (api.Response, error) {
	return events.stepped(ctx, s.store.MoveEvent, r.Id, r.Params.IfMatch, programme.Hold)
}

// CancelEvent says that one will not take place.
func (s *Server) CancelEvent(ctx context.Context, r api.CancelEventRequestObject) (api.Response, error) {
	return events.stepped(ctx, s.store.MoveEvent, r.Id, r.Params.IfMatch, programme.Cancel)
}

// ReopenEvent plans one again.
func (s *Server) ReopenEvent(ctx context.Context, r api.ReopenEventRequestObject) (api.Response, error) {
	return events.stepped(ctx, s.store.MoveEvent, r.Id, r.Params.IfMatch, programme.Reopen)
}

// PutEventPerson names who is to come to one.
func (s *Server) PutEventPerson(ctx context.Context, r api.PutEventPersonRequestObject) (api.Response, error) {
	return events.answer(ctx)(s.store.PutEventPerson(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), attendeeOf(r.ParticipantId, *r.Body)))
}

// DeleteEventPerson takes somebody off one.
func (s *Server) DeleteEventPerson(ctx context.Context, r api.DeleteEventPersonRequestObject) (api.Response, error) {
	return events.answer(ctx)(s.store.TakeEventPerson(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.ParticipantId))
}

// RecordEventAttendance says who came to one.
func (s *Server) RecordEventAttendance(ctx context.Context, r api.RecordEventAttendanceRequestObject) (api.Response, error) {
	return events.answer(ctx)(s.store.RecordEventAttendance(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), attendanceRecorded(*r.Body)))
}

func eventInput(e *programme.Event) api.EventInput {
	sessions, invited, attended := make([]api.EventSessionInput, len(e.Sessions)), attendanceWire(e.Invited), attendanceWire(e.Attended)
	for i, s := range e.Sessions {
		sessions[i] = api.EventSessionInput{Title: s.Title, Day: s.Day, StartTime: s.StartTime, EndTime: s.EndTime, PriorityId: s.PriorityID}
	}
	return api.EventInput{
		Kind: api.EventKind(e.Kind), Title: e.Title, Description: &e.Description, StartsOn: e.StartsOn, EndsOn: e.EndsOn, StartTime: e.StartTime,
		EndTime: e.EndTime, Venue: e.Venue, Link: e.Link, Capacity: e.Capacity, SubRegion: e.SubRegion, Boroughs: &e.Boroughs,
		Sessions: &sessions, Invited: &invited, Attended: &attended, AttendanceNote: e.AttendanceNote, Opportunities: &e.Opportunities,
		PeerChallengeId: e.PeerChallengeID, PeerChallengeGroupId: e.PeerChallengeGroupID, PeerReviewId: e.PeerReviewID, Illustrative: e.Illustrative,
	}
}

func setEvent(e *programme.Event, in api.EventInput) {
	e.Kind, e.Title, e.Description, e.StartsOn, e.EndsOn = programme.EventKind(in.Kind), in.Title, text(in.Description), in.StartsOn, in.EndsOn
	e.StartTime, e.EndTime, e.Venue, e.Link, e.Capacity = in.StartTime, in.EndTime, in.Venue, in.Link, in.Capacity
	e.SubRegion, e.Boroughs, e.AttendanceNote, e.Opportunities, e.Illustrative = in.SubRegion, list(in.Boroughs), in.AttendanceNote, list(in.Opportunities), in.Illustrative
	e.PeerChallengeID, e.PeerChallengeGroupID, e.PeerReviewID = in.PeerChallengeId, in.PeerChallengeGroupId, in.PeerReviewId
	e.Invited, e.Attended = attendanceOf(in.Invited), attendanceOf(in.Attended)
	e.Sessions = make([]programme.EventSession, len(list(in.Sessions)))
	for i, s := range list(in.Sessions) {
		e.Sessions[i] = programme.EventSession{Title: s.Title, Day: s.Day, StartTime: s.StartTime, EndTime: s.EndTime, PriorityID: s.PriorityId}
	}
}

// eventWire shows the review that an event belongs to only to those who may see
// the review, and the place of a group's or a review's only to those who belong to it.
func eventWire(ctx context.Context) func(*programme.Event) api.Event {
	names := namesIn(ctx)
	call := callOf(ctx)
	return func(e *programme.Event) api.Event {
		venue, link := e.PlaceFor(call.actor)
		return api.Event{
			Id: e.ID, Kind: api.EventKind(e.Kind), Title: e.Title, Description: e.Description, StartsOn: e.StartsOn, EndsOn: e.EndsOn,
			StartTime: e.StartTime, EndTime: e.EndTime, Venue: venue, Link: link, Capacity: e.Capacity, SubRegion: e.SubRegion, SubRegionName: nameOf(names.subRegion, e.SubRegion),
			Boroughs: programme.OrEmpty(e.Boroughs), BoroughNames: allNamed(names.borough, e.Boroughs), Sessions: eventSessionsWire(names, e.Sessions), Invited: attendanceWire(e.Invited), Attended: attendanceWire(e.Attended),
			AttendanceNote: e.AttendanceNote, Opportunities: programme.OrEmpty(e.Opportunities), PeerChallengeId: e.PeerChallengeID, PeerChallengeGroupId: e.PeerChallengeGroupID,
			MetOn: e.MetOn, People: attendeesWire(names, e.PeopleFor(call.actor, e.Named().Includes(call.actor))), Attendance: roleCountsWire(&e.Table),
			PeerReviewId: e.ReviewFor(call.actor), State: api.EventState(e.State), Illustrative: e.Illustrative,
			CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, Etag: etagOf(e.Version), Steps: stepsWire(ctx, e, e.ID),
		}
	}
}

func eventSessionsWire(names nameplates, sessions []programme.EventSession) []api.EventSession {
	wire := make([]api.EventSession, len(sessions))
	for i, s := range sessions {
		wire[i] = api.EventSession{
			Title: s.Title, Day: s.Day, StartTime: s.StartTime, EndTime: s.EndTime, PriorityId: s.PriorityID, PriorityName: nameOf(names.priority, s.PriorityID),
		}
	}
	return wire
}

func attendanceWire(counts []programme.Attendance) []api.Attendance {
	wire := make([]api.Attendance, len(counts))
	for i, a := range counts {
		organisations := programme.OrEmpty(a.Organisations)
		wire[i] = api.Attendance{OrganisationType: api.OrganisationType(a.OrganisationType), Organisations: &organisations, Count: a.Count}
	}
	return wire
}

func attendanceOf(given *[]api.Attendance) []programme.Attendance {
	counts := make([]programme.Attendance, len(list(given)))
	for i, a := range list(given) {
		counts[i] = programme.Attendance{OrganisationType: programme.OrganisationType(a.OrganisationType), Organisations: list(a.Organisations), Count: a.Count}
	}
	return counts
}
