package postgres

import (
	"context"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// BenchmarkingTemplate answers what a borough fills in for a quarter, for the borough
// and the programme's team with its last figures that stand. The error is NotFound, or
// Conflict while it is not settled what the quarter asks for.
func (s *Store) BenchmarkingTemplate(ctx context.Context, actor programme.Actor, borough, quarter string) (t returns.Template, err error) {
	tx := s.gorm.WithContext(ctx)
	q, err := read(tx.Scopes(visibleTo(actor)), quarters, quarter)
	if err != nil {
		return t, refusal(err)
	}
	number := q.Asks(s.rules.Today(s.now()), s.rules.Zone)
	if number == nil {
		return t, programme.Errorf(programme.Conflict, programme.CodeNoFramework, "What the quarter asks for is settled when its window opens, unless the quarter names its framework.")
	}
	judging, err := judgingOf(tx, &returns.Submission{Borough: borough, Quarter: quarter}, *number, 1)
	t = returns.Template{Asked: judging.Asked, Borough: borough, Quarter: quarter, Illustrative: q.Illustrative}
	if len(judging.Before) > 0 && (actor.Is(programme.RoleProgramme) || actor.WritesFor(borough)) {
		t.Last = &judging.Before[0]
	}
	return orZero(t, refusal(err))
}
