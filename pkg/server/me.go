package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// GetMe answers who the caller is to the service, and what it may create.
func (s *Server) GetMe(ctx context.Context, _ api.GetMeRequestObject) (api.Response, error) {
	call := callOf(ctx)
	return ok(ctx, meWire(call.actor, boroughsOf(call), s.contract.creations(call.actor)))
}

func meWire(actor programme.Actor, boroughs []api.NamedBorough, creations []api.Creation) api.Me {
	me := api.Me{Issuer: actor.Issuer, Subject: actor.Subject, Roles: make([]api.RoleName, len(actor.Roles)), Boroughs: boroughs, MayCreate: creations}
	for i, role := range actor.Roles {
		me.Roles[i] = api.RoleName(role)
	}
	return me
}

// boroughsOf answers whom the caller's token speaks for.
func boroughsOf(call *call) []api.NamedBorough {
	boroughs := []api.NamedBorough{}
	codes := call.actor.Boroughs // of a machine that acts for several
	if len(codes) == 0 {
		codes = []string{call.actor.Borough}
	}
	for _, code := range codes {
		if b := call.snapshot.Borough(code); b != nil {
			boroughs = append(boroughs, api.NamedBorough{Code: b.Code, Name: b.Name})
		}
	}
	return boroughs
}

// creations answers what the contract lets the actor create, and where, by address.
// Whether it may be created there now, for whom and in which state, is asked then.
func (c *contract) creations(actor programme.Actor) []api.Creation {
	creations := []api.Creation{}
	for _, op := range c.operations {
		if op.Creates != "" && actor.Is(op.Roles...) {
			creations = append(creations, api.Creation{Type: api.ResourceType(op.Creates), Method: api.Method(http.MethodPost), Href: op.Path})
		}
	}
	slices.SortFunc(creations, func(a, b api.Creation) int { return cmp.Compare(a.Href, b.Href) })
	return creations
}

// createdAt answers the kind of resource that a POST to the path creates, or "".
func createdAt(path string) string {
	list := "/v1" + path[strings.LastIndexByte(path, '/'):] + "/"
	for noun, address := range addresses {
		if address == list {
			return noun
		}
	}
	return ""
}
