package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

type quarterSnapshotChangeStore interface {
	QuarterSnapshotChanges(actor programme.Actor, id string, since int) programme.Listing[disclosure.SnapshotChange]
}

// ListQuarterSnapshotChanges answers what a snapshot shows otherwise than another.
func (s *Server) ListQuarterSnapshotChanges(ctx context.Context, r api.ListQuarterSnapshotChangesRequestObject) (api.Response, error) {
	return answerListing(ctx, s.store.QuarterSnapshotChanges(callOf(ctx).actor, r.Id, r.Params.Since), quarterSnapshotChangeWire)
}

func quarterSnapshotChangeWire(c *disclosure.SnapshotChange) api.QuarterSnapshotChange {
	w := api.QuarterSnapshotChange{
		Snapshot: c.Number, Since: c.Since, Borough: c.Member.Borough, BoroughName: c.Member.Name, Indicator: c.Position.Indicator, IndicatorName: c.Position.Name,
		Unit: api.Unit(c.Position.Unit), UnitName: c.Position.Unit.Name(), StatusBefore: api.ShownStatus(c.Was.Status), ValueBefore: number(c.Was.Value), Status: api.ShownStatus(c.Is.Status), Value: number(c.Is.Value),
		RegionPooledBefore: pooled(c.Before), RegionPooled: pooled(c.Now),
	}
	w.LowerBefore, w.UpperBefore = endsOf(c.Was.Value)
	w.Lower, w.Upper = endsOf(c.Is.Value)
	if c.Before != nil {
		w.RegionMeanBefore = middle(c.Before.Mean)
	}
	if c.Now != nil {
		w.RegionMean = middle(c.Now.Mean)
	}
	return w
}
