package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type correctionWindowStore interface {
	CorrectionWindows(actor programme.Actor, f returns.OfQuarter, sort string) programme.Listing[returns.CorrectionWindow]
	CorrectionWindow(ctx context.Context, actor programme.Actor, id string) (returns.CorrectionWindow, error)
	OpenCorrectionWindow(ctx context.Context, actor programme.Actor, quarter string, c returns.CorrectionWindow) (returns.CorrectionWindow, error)
	TakeBackCorrectionWindow(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (returns.CorrectionWindow, error)
}

// correctionWindows have no change: what a borough relies on is taken back, or not.
var correctionWindows = nounOf(correctionWindowInput, setCorrectionWindow, correctionWindowWire)

// ListCorrectionWindows answers the correction windows of a quarter.
func (s *Server) ListCorrectionWindows(ctx context.Context, r api.ListCorrectionWindowsRequestObject) (api.Response, error) {
	f, err := s.ofQuarter(ctx, returns.OfQuarter{Quarter: r.Quarter, Borough: r.Params.Borough, UpdatedSince: r.Params.UpdatedSince})
	if err != nil {
		return nil, err
	}
	return answerListing(ctx, s.store.CorrectionWindows(callOf(ctx).actor, f, text(r.Params.Sort)), correctionWindowWire(ctx))
}

// GetCorrectionWindow answers one.
func (s *Server) GetCorrectionWindow(ctx context.Context, r api.GetCorrectionWindowRequestObject) (api.Response, error) {
	return correctionWindows.read(ctx, s.store.CorrectionWindow, r.Id)
}

// CreateCorrectionWindow opens one in the quarter.
func (s *Server) CreateCorrectionWindow(ctx context.Context, r api.CreateCorrectionWindowRequestObject) (api.Response, error) {
	return correctionWindows.createdIn(ctx, s.store.OpenCorrectionWindow, r.Quarter, *r.Body)
}

// TakeBackCorrectionWindow ends one.
func (s *Server) TakeBackCorrectionWindow(ctx context.Context, r api.TakeBackCorrectionWindowRequestObject) (api.Response, error) {
	return correctionWindows.stepped(ctx, s.store.TakeBackCorrectionWindow, r.Id, r.Params.IfMatch, returns.TakeBack)
}

func correctionWindowInput(c *returns.CorrectionWindow) api.CorrectionWindowInput {
	return api.CorrectionWindowInput{Borough: c.Borough, OpensOn: c.OpensOn, ClosesOn: c.ClosesOn, Reason: c.Reason}
}

func setCorrectionWindow(c *returns.CorrectionWindow, in api.CorrectionWindowInput) {
	c.Borough, c.OpensOn, c.ClosesOn, c.Reason = in.Borough, in.OpensOn, in.ClosesOn, in.Reason
}

func correctionWindowWire(ctx context.Context) func(*returns.CorrectionWindow) api.CorrectionWindow {
	names := namesIn(ctx)
	return func(c *returns.CorrectionWindow) api.CorrectionWindow {
		return api.CorrectionWindow{
			Id: c.ID, Quarter: c.Quarter, Borough: c.Borough, BoroughName: names.borough(c.Borough), OpensOn: c.OpensOn, ClosesOn: c.ClosesOn, Reason: c.Reason,
			GrantedOn: c.GrantedOn, TakenBackAt: c.TakenBackAt, Illustrative: c.Illustrative, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Etag: etagOf(c.Version), Steps: stepsWire(ctx, c, c.ID),
		}
	}
}
