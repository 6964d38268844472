package server

import (
	"context"

	"peerchallenge/api"
)

type askOrOfferStore interface{}

func (s *Server) ListAsksAndOffers(context.Context, api.ListAsksAndOffersRequestObject) (api.ListAsksAndOffersResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CreateAskOrOffer(context.Context, api.CreateAskOrOfferRequestObject) (api.CreateAskOrOfferResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) DeleteAskOrOffer(context.Context, api.DeleteAskOrOfferRequestObject) (api.DeleteAskOrOfferResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetAskOrOffer(context.Context, api.GetAskOrOfferRequestObject) (api.GetAskOrOfferResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) UpdateAskOrOffer(context.Context, api.UpdateAskOrOfferRequestObject) (api.UpdateAskOrOfferResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) MeetAskOrOffer(context.Context, api.MeetAskOrOfferRequestObject) (api.MeetAskOrOfferResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) ReopenAskOrOffer(context.Context, api.ReopenAskOrOfferRequestObject) (api.ReopenAskOrOfferResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) WithdrawAskOrOffer(context.Context, api.WithdrawAskOrOfferRequestObject) (api.WithdrawAskOrOfferResponseObject, error) {
	return nil, errUnwritten
}
