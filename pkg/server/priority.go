package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type priorityStore interface {
	CreatePriority(ctx context.Context, actor programme.Actor, p programme.Priority) (programme.Priority, error)
	UpdatePriority(ctx context.Context, actor programme.Actor, id string, version int64, change func(*programme.Priority) error) (programme.Priority, error)
	DeletePriority(ctx context.Context, actor programme.Actor, id string, version int64) error
}

// ListPriorities answers priorities in order of creation.
func (s *Server) ListPriorities(ctx context.Context, r api.ListPrioritiesRequestObject) (api.Response, error) {
	list := kept(callOf(ctx).snapshot.Priorities, func(p *programme.Priority) bool {
		return (r.Params.On == nil || p.Holds(*r.Params.On)) && since(r.Params.UpdatedSince, p.UpdatedAt)
	})
	return answerList(ctx, inOrder(list, 1, func(p *programme.Priority) []string { return []string{p.ID} }), priorityWire)
}

// GetPriority answers one.
func (s *Server) GetPriority(ctx context.Context, r api.GetPriorityRequestObject) (api.Response, error) {
	p := callOf(ctx).snapshot.Priority(r.Id)
	if p == nil {
		return nil, notFound("There is no priority with this id.")
	}
	return resource(ctx, p.Version, priorityWire(p))
}

// CreatePriority adds one.
func (s *Server) CreatePriority(ctx context.Context, r api.CreatePriorityRequestObject) (api.Response, error) {
	var p programme.Priority
	if err := setPriority(&p, *r.Body); err != nil {
		return nil, err
	}
	p, err := s.store.CreatePriority(ctx, callOf(ctx).actor, p)
	if err != nil {
		return nil, err
	}
	return created(ctx, p.Version, "priority", p.ID, priorityWire(&p))
}

// UpdatePriority changes one.
func (s *Server) UpdatePriority(ctx context.Context, r api.UpdatePriorityRequestObject) (api.Response, error) {
	p, err := s.store.UpdatePriority(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), func(p *programme.Priority) error {
		in, err := merged(ctx, api.PriorityInput{Name: p.Name, Description: p.Description, ValidFrom: p.ValidFrom, ValidTo: p.ValidTo})
		if err != nil {
			return err
		}
		return setPriority(p, in)
	})
	if err != nil {
		return nil, err
	}
	return resource(ctx, p.Version, priorityWire(&p))
}

// DeletePriority removes one.
func (s *Server) DeletePriority(ctx context.Context, r api.DeletePriorityRequestObject) (api.Response, error) {
	err := s.store.DeletePriority(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
	return deleted(ctx), err
}

func setPriority(p *programme.Priority, in api.PriorityInput) error {
	p.Name, p.Description, p.ValidFrom, p.ValidTo = in.Name, in.Description, in.ValidFrom, in.ValidTo
	return p.Check()
}

func priorityWire(p *programme.Priority) api.Priority {
	return api.Priority{
		Id: p.ID, Name: p.Name, Description: p.Description, ValidFrom: p.ValidFrom, ValidTo: p.ValidTo,
		CreatedAt: p.CreatedAt.UTC(), UpdatedAt: p.UpdatedAt.UTC(), Etag: etagOf(p.Version),
	}
}
