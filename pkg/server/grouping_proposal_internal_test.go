package server

import (
	"testing"

	"peerchallenge/pkg/programme"
)

func TestGroupingProposalMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var p programme.GroupingProposal
	fill(&p)
	p.Conflicts = [][2]string{{"a", "b"}}
	wholly(t, "grouping-proposal", groupingProposalWire(asked)(&p))
}
