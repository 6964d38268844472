package server

import (
	"testing"

	"peerchallenge/pkg/programme"
)

func TestFindingMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var f programme.Finding
	fill(&f)
	wholly(t, "finding", findingWire(asked)(&f))
}
