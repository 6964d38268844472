package server

import (
	"testing"

	"peerchallenge/pkg/programme"
)

func TestPeerReviewMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var r programme.PeerReview
	fill(&r)
	wholly(t, "peer-review", peerReviewWire(asked)(&r))
}

func TestParticipantMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var p programme.Participant
	fill(&p)
	wholly(t, "participant", participantWire(asked)(&p))
}
