package server

import (
	"testing"

	"peerchallenge/pkg/programme"
)

func TestEventMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var e programme.Event
	fill(&e)
	e.ReviewAudience, e.PlaceAudience = programme.TeamOnly(), programme.TeamOnly()
	wholly(t, "event", eventWire(asked)(&e))
}
