package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type quarterStore interface {
	Quarters(actor programme.Actor, f returns.QuarterFilter, sort string) programme.Listing[returns.Quarter]
	Quarter(ctx context.Context, actor programme.Actor, code string) (returns.Quarter, error)
	CreateQuarter(ctx context.Context, actor programme.Actor, q returns.Quarter) (returns.Quarter, error)
	UpdateQuarter(ctx context.Context, actor programme.Actor, code string, version int64, alter func(*returns.Quarter) error) (returns.Quarter, error)
	PublishQuarter(ctx context.Context, actor programme.Actor, code string, version int64, step programme.Step) (returns.Quarter, error)
	DeleteQuarter(ctx context.Context, actor programme.Actor, code string, version int64) error
}

var quarters = nounOf(quarterInput, setQuarter, quarterWire)

// ListQuarters answers quarters.
func (s *Server) ListQuarters(ctx context.Context, r api.ListQuartersRequestObject) (api.Response, error) {
	f := returns.QuarterFilter{Practice: r.Params.Practice, Imported: r.Params.Imported, UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.Quarters(callOf(ctx).actor, f, text(r.Params.Sort)), quarterWire(ctx))
}

// GetQuarter answers one.
func (s *Server) GetQuarter(ctx context.Context, r api.GetQuarterRequestObject) (api.Response, error) {
	return quarters.read(ctx, s.store.Quarter, r.Quarter)
}

// CreateQuarter plans one.
func (s *Server) CreateQuarter(ctx context.Context, r api.CreateQuarterRequestObject) (api.Response, error) {
	return quarters.created(ctx, s.store.CreateQuarter, *r.Body)
}

// UpdateQuarter changes its days and what is asked.
func (s *Server) UpdateQuarter(ctx context.Context, r api.UpdateQuarterRequestObject) (api.Response, error) {
	return quarters.patched(ctx, s.store.UpdateQuarter, r.Quarter, r.Params.IfMatch)
}

// PublishQuarter shows one.
func (s *Server) PublishQuarter(ctx context.Context, r api.PublishQuarterRequestObject) (api.Response, error) {
	return quarters.stepped(ctx, s.store.PublishQuarter, r.Quarter, r.Params.IfMatch, returns.Publish)
}

// DeleteQuarter removes one.
func (s *Server) DeleteQuarter(ctx context.Context, r api.DeleteQuarterRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteQuarter(ctx, callOf(ctx).actor, r.Quarter, matchVersion(r.Params.IfMatch))
}

// ofQuarter narrows what belongs to quarters to one, if it is there.
func (s *Server) ofQuarter(ctx context.Context, f returns.OfQuarter) (returns.OfQuarter, error) {
	_, err := s.store.Quarter(ctx, callOf(ctx).actor, f.Quarter)
	return f, err
}

func quarterInput(q *returns.Quarter) api.QuarterInput {
	return api.QuarterInput{
		Code: q.Code, Framework: q.Framework, OpensOn: q.OpensOn, DueOn: q.DueOn, LateUntil: q.LateUntil, PublishOn: q.PublishOn,
		Imported: &q.Imported, Illustrative: &q.Illustrative,
	}
}

func setQuarter(q *returns.Quarter, in api.QuarterInput) {
	q.Code, q.Framework, q.OpensOn, q.DueOn, q.LateUntil, q.PublishOn = in.Code, in.Framework, in.OpensOn, in.DueOn, in.LateUntil, in.PublishOn
	q.Imported, q.Illustrative = in.Imported != nil && *in.Imported, in.Illustrative != nil && *in.Illustrative
}

func quarterWire(ctx context.Context) func(*returns.Quarter) api.Quarter {
	today, zone := callOf(ctx).today, callOf(ctx).rules.Zone
	return func(q *returns.Quarter) api.Quarter {
		return api.Quarter{
			Id: q.ID, Code: q.Code, Name: q.Name(), Framework: q.Framework, Asks: q.Asks(today, zone), OpensOn: q.OpensOn, DueOn: q.DueOn, LateUntil: q.LateUntil, PublishOn: q.PublishOn,
			PublishedAt: q.PublishedAt, SnapshotId: q.SnapshotID, Window: api.Punctuality(q.StandingOn(today)), Practice: q.Practice, Imported: q.Imported, Illustrative: q.Illustrative,
			CreatedAt: q.CreatedAt, UpdatedAt: q.UpdatedAt, Etag: etagOf(q.Version), Steps: stepsWire(ctx, q, q.Code),
		}
	}
}
