package server

import (
	"context"

	"peerchallenge/api"
)

type eventStore interface{}

func (s *Server) GetBoroughCalendar(context.Context, api.GetBoroughCalendarRequestObject) (api.GetBoroughCalendarResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) ListEvents(context.Context, api.ListEventsRequestObject) (api.ListEventsResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CreateEvent(context.Context, api.CreateEventRequestObject) (api.CreateEventResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetEventCalendar(context.Context, api.GetEventCalendarRequestObject) (api.GetEventCalendarResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) DeleteEvent(context.Context, api.DeleteEventRequestObject) (api.DeleteEventResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetEvent(context.Context, api.GetEventRequestObject) (api.GetEventResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) UpdateEvent(context.Context, api.UpdateEventRequestObject) (api.UpdateEventResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CancelEvent(context.Context, api.CancelEventRequestObject) (api.CancelEventResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) HoldEvent(context.Context, api.HoldEventRequestObject) (api.HoldEventResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) ReopenEvent(context.Context, api.ReopenEventRequestObject) (api.ReopenEventResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetPeerChallengeGroupCalendar(context.Context, api.GetPeerChallengeGroupCalendarRequestObject) (api.GetPeerChallengeGroupCalendarResponseObject, error) {
	return nil, errUnwritten
}
