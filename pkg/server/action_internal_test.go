package server

import (
	"context"
	"testing"

	"peerchallenge/pkg/programme"
)

func TestActionMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	s := &Server{rules: programme.DefaultSettings}
	var a programme.Action
	fill(&a)
	due := programme.Date("2026-03-31")
	a.State, a.DueOn = programme.ActionOpen, &due
	late := *callOf(asked)
	late.today = "2026-04-01"
	wholly(t, "action", s.actionWire(context.WithValue(asked, callKey{}, &late))(&a))
}

func TestActionCountMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var c programme.ActionCount
	fill(&c)
	wholly(t, "count", actionCountWire(&c))
}
