package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

type exceptionStore interface {
	Exceptions(actor programme.Actor, f disclosure.ExceptionFilter) programme.Listing[disclosure.Exception]
}

// ListBoroughExceptions answers where a borough stands out.
func (s *Server) ListBoroughExceptions(ctx context.Context, r api.ListBoroughExceptionsRequestObject) (api.Response, error) {
	call := callOf(ctx)
	if _, err := call.borough(r.Borough); err != nil {
		return nil, err
	}
	f := disclosure.ExceptionFilter{Borough: r.Borough, Quarter: r.Params.Quarter, State: convert[disclosure.ExceptionState](r.Params.State)}
	return answerListing(ctx, s.store.Exceptions(call.actor, f), boroughExceptionWire)
}

func boroughExceptionWire(e *disclosure.Exception) api.BoroughException {
	p := e.Position
	w := api.BoroughException{
		Quarter: e.Of.Quarter, QuarterName: e.Of.QuarterName, Snapshot: e.Of.Number, Borough: e.Member.Borough, BoroughName: e.Member.Name,
		Indicator: p.Indicator, IndicatorName: p.Name, Unit: api.Unit(p.Unit), UnitName: p.Unit.Name(), Polarity: api.Polarity(p.Polarity), State: api.ExceptionState(e.State), Exception: api.Exception(e.Edge),
		Better: e.Better(), Streak: e.Streak, Cause: convert[api.NullableExceptionCause](e.Cause), WithdrawnBy: e.Withdrew, Illustrative: e.Of.Illustrative,
	}
	if e.State != disclosure.StandsOutNoMore {
		w.RegionPooled = pooled(&p.Region)
		w.P20Lower, w.P20Upper = endsOf(p.P20)
		w.P80Lower, w.P80Upper = endsOf(p.P80)
		w.Value = number(e.Figure.Value)
		w.Lower, w.Upper = endsOf(e.Figure.Value)
	}
	if n := e.Narrative; n != nil {
		w.NarrativeId, w.NarrativeState = &n.ID, new(api.NullableNarrativeState(n.State))
	}
	return w
}
