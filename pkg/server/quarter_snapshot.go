package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

type quarterSnapshotStore interface {
	QuarterSnapshots(actor programme.Actor, f disclosure.SnapshotFilter, sort string) programme.Listing[disclosure.QuarterSnapshot]
	QuarterSnapshot(ctx context.Context, actor programme.Actor, id string) (disclosure.QuarterSnapshot, error)
	QuarterSnapshotDocument(ctx context.Context, actor programme.Actor, id string) ([]byte, error)
	TakeQuarterSnapshot(ctx context.Context, actor programme.Actor, quarter string, row disclosure.QuarterSnapshot) (disclosure.QuarterSnapshot, error)
	WithdrawQuarterSnapshot(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (disclosure.QuarterSnapshot, error)
}

// quarterSnapshots have no change: what was shown is withdrawn, or not.
var quarterSnapshots = nounOf(quarterSnapshotInput, setQuarterSnapshot, quarterSnapshotWire)

// ListQuarterSnapshots answers snapshots.
func (s *Server) ListQuarterSnapshots(ctx context.Context, r api.ListQuarterSnapshotsRequestObject) (api.Response, error) {
	f := disclosure.SnapshotFilter{Quarter: r.Params.Quarter, State: convert[disclosure.SnapshotState](r.Params.State), UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.QuarterSnapshots(callOf(ctx).actor, f, text(r.Params.Sort)), quarterSnapshotWire(ctx))
}

// GetQuarterSnapshot answers one.
func (s *Server) GetQuarterSnapshot(ctx context.Context, r api.GetQuarterSnapshotRequestObject) (api.Response, error) {
	return quarterSnapshots.read(ctx, s.store.QuarterSnapshot, r.Id)
}

// GetQuarterSnapshotDocument answers what one says, to the byte.
func (s *Server) GetQuarterSnapshotDocument(ctx context.Context, r api.GetQuarterSnapshotDocumentRequestObject) (api.Response, error) {
	document, err := s.store.QuarterSnapshotDocument(ctx, callOf(ctx).actor, r.Id)
	if err != nil {
		return nil, err
	}
	return reply{call: callOf(ctx), status: 200, content: newContent("application/json", document)}, nil
}

// CreateQuarterSnapshot takes one of a published quarter.
func (s *Server) CreateQuarterSnapshot(ctx context.Context, r api.CreateQuarterSnapshotRequestObject) (api.Response, error) {
	return quarterSnapshots.createdIn(ctx, s.store.TakeQuarterSnapshot, r.Quarter, *r.Body)
}

// WithdrawQuarterSnapshot takes one back.
func (s *Server) WithdrawQuarterSnapshot(ctx context.Context, r api.WithdrawQuarterSnapshotRequestObject) (api.Response, error) {
	return quarterSnapshots.stepped(ctx, s.store.WithdrawQuarterSnapshot, r.Id, r.Params.IfMatch, programme.Withdraw)
}

func quarterSnapshotInput(row *disclosure.QuarterSnapshot) api.QuarterSnapshotInput {
	return api.QuarterSnapshotInput{Reason: text(row.Reason)}
}

func setQuarterSnapshot(row *disclosure.QuarterSnapshot, in api.QuarterSnapshotInput) {
	row.Reason = &in.Reason
}

func quarterSnapshotWire(ctx context.Context) func(*disclosure.QuarterSnapshot) api.QuarterSnapshot {
	return func(row *disclosure.QuarterSnapshot) api.QuarterSnapshot {
		return api.QuarterSnapshot{
			Id: row.ID, Quarter: row.Quarter, QuarterName: row.Name(), Number: row.Number, Framework: row.Framework, State: api.QuarterSnapshotState(row.State), Reason: row.Reason,
			BoroughsShown: row.BoroughsShown, BoroughsMissing: row.BoroughsMissing, Illustrative: row.Illustrative, Hash: row.Hash, TrueHash: row.TrueHash,
			WithdrawnAt: row.WithdrawnAt, WithdrawnFor: row.WithdrawnFor, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, Etag: etagOf(row.Version), Steps: stepsWire(ctx, row, row.ID),
		}
	}
}
