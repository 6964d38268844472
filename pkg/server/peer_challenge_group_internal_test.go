package server

import (
	"testing"

	"peerchallenge/pkg/programme"
)

func TestPeerChallengeGroupMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var g programme.PeerChallengeGroup
	fill(&g)
	wholly(t, "peer-challenge-group", peerChallengeGroupWire(asked)(&g))
}
