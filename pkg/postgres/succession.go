package postgres

import "peerchallenge/pkg/programme"

// relatedAuthority is an authority as the audit keeps it where the succession is in
// question.
type relatedAuthority struct {
	programme.Authority

	Predecessors, Successors []programme.Relative
}

func related(a programme.Authority, successions []programme.Succession) relatedAuthority {
	return relatedAuthority{a, programme.Predecessors(successions, a.Code), programme.Successors(successions, a.Code)}
}
