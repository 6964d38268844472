package server

import (
	"testing"

	"peerchallenge/pkg/programme"
)

func TestAskOrOfferMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var a programme.AskOrOffer
	fill(&a)
	wholly(t, "ask-or-offer", askOrOfferWire(asked)(&a))
}
