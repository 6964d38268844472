package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// peerGroupParameter names a peer challenge group whose boroughs stand beside a figure.
const peerGroupParameter = "peerChallengeGroupId"

// alikeForAll reports whether the snapshot alone answers the call, alike for everyone who
// may ask. A peer challenge group is seen by some, and read from the database.
func (call *call) alikeForAll() bool {
	return call.op.fromSnapshot && !call.query.Has(peerGroupParameter)
}

// chosenPeers are whom a reader wants to see beside published figures.
type chosenPeers struct {
	codes []string // nil where nobody is wanted
	group *string  // the name of the peer challenge group that they are
}

// peersOf answers the authorities that are named or, of a peer challenge group that the
// caller may see, its boroughs. A group that is not there for the caller is Malformed.
func (s *Server) peersOf(ctx context.Context, group *string, peers *[]string) (chosenPeers, error) {
	if group == nil {
		return chosenPeers{codes: listOr(peers)}, nil
	}
	g, err := s.store.PeerChallengeGroup(ctx, callOf(ctx).actor, *group)
	if programme.KindOf(err) == programme.NotFound {
		err = programme.BadRequest(programme.UnknownParameter(peerGroupParameter, "There is no peer challenge group with this id."))
	}
	return chosenPeers{g.Boroughs(), &g.Name}, err
}

// peersWire names who of the peers has no value.
func peersWire(snapshot *benchmark.Snapshot, c *benchmark.Chosen) *api.PeerComparison {
	if c == nil {
		return nil
	}
	wire := api.PeerComparison{Mean: rounded(c.Mean), Median: rounded(c.Median), N: c.N, Rank: c.Place.Rank, RankedN: c.Place.N, Excluded: []api.PeerExclusion{}}
	for _, e := range c.Excluded {
		for _, code := range e.Authorities {
			wire.Excluded = append(wire.Excluded, api.PeerExclusion{Authority: code, AuthorityName: snapshot.Name(code), Status: api.FigureStatus(e.Status)})
		}
	}
	return &wire
}
