package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// GetFrameworkChanges answers what one version changes of another.
func (s *Server) GetFrameworkChanges(ctx context.Context, r api.GetFrameworkChangesRequestObject) (api.Response, error) {
	is, err := s.store.Framework(ctx, callOf(ctx).actor, r.Version)
	if err != nil {
		return nil, err
	}
	was, err := s.frameworkIn(ctx, "since", r.Params.Since)
	if err != nil {
		return nil, err
	}
	changes := framework.Changes(&was.Document, &is.Document)
	return ok(ctx, frameworkChangesWire(&was, &is, changes))
}

// frameworkIn answers the version that a parameter names.
func (s *Server) frameworkIn(ctx context.Context, parameter, number string) (framework.Framework, error) {
	f, err := s.store.Framework(ctx, callOf(ctx).actor, number)
	if programme.KindOf(err) == programme.NotFound {
		return f, programme.BadRequest(programme.UnknownParameter(parameter, "There is no such version of the framework."))
	}
	return f, err
}

func frameworkChangesWire(was, is *framework.Framework, changes []framework.Change) api.FrameworkChanges {
	level := framework.Highest(changes)
	return api.FrameworkChanges{
		Version: is.Number, Since: was.Number, Level: (*api.NullableChangeLevel)(optional(string(level))), LeastVersion: was.Least(level).String(), Items: each(changes, frameworkChangeWire),
	}
}

func frameworkChangeWire(c *framework.Change) api.FrameworkChange {
	return api.FrameworkChange{
		Level: api.ChangeLevel(c.Level), Subject: api.FrameworkChangeSubject(c.Subject), Key: optional(c.Key), Kind: api.FrameworkChangeKind(c.Kind), Member: optional(c.Member), Detail: c.Detail,
	}
}
