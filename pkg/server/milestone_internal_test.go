package server

import (
	"testing"

	"peerchallenge/pkg/programme"
)

func TestMilestoneMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var m programme.Milestone
	fill(&m)
	m.PeerReviewAudience = programme.TeamOnly()
	wholly(t, "milestone", milestoneWire(asked)(&m))
	var c programme.MilestoneCount
	fill(&c)
	wholly(t, "milestone-count", milestoneCountWire(&c))
}
