package server

import (
	"context"

	"peerchallenge/pkg/benchmark"
)

// nameplates are the names of what records know by code or id, so that a reader needs no
// look-up. They are as the call's snapshot has them.
type nameplates struct{ snapshot *benchmark.Snapshot }

func namesIn(ctx context.Context) nameplates { return nameplates{callOf(ctx).snapshot} }

func (n nameplates) borough(code string) string { return n.snapshot.Name(code) }

func (n nameplates) subRegion(slug string) string {
	if r := n.snapshot.SubRegion(slug); r != nil {
		return r.Name
	}
	return slug
}

// priority answers the id where the snapshot is older than the priority.
func (n nameplates) priority(id string) string {
	if p := n.snapshot.Priority(id); p != nil {
		return p.Name
	}
	return id
}

// indicator answers what an indicator is called, or its code where the call's snapshot
// does not know it.
func (n nameplates) indicator(code string) string {
	if ind := n.snapshot.Indicator(code); ind != nil {
		return ind.Name
	}
	return code
}

// nameOf answers the name of what may be absent.
func nameOf(name func(key string) string, key *string) *string {
	if key == nil {
		return nil
	}
	return new(name(*key))
}

// allNamed answers the names of a list in its order.
func allNamed(name func(key string) string, keys []string) []string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = name(key)
	}
	return names
}
