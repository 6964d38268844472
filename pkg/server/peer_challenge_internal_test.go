package server

import (
	"testing"

	"peerchallenge/pkg/programme"
)

func TestPeerChallengeMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var c programme.PeerChallenge
	fill(&c)
	wholly(t, "peer-challenge", peerChallengeWire(asked)(&c))
}
