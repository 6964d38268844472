package server

import (
	"context"
	"fmt"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
)

// ListStatisticalNeighbourModels answers the versions of the model.
func (s *Server) ListStatisticalNeighbourModels(ctx context.Context, _ api.ListStatisticalNeighbourModelsRequestObject) (api.Response, error) {
	list := kept(callOf(ctx).snapshot.Models, func(*benchmark.NeighbourModel) bool { return true })
	return answerList(ctx, inOrder(list, 1, func(m *benchmark.NeighbourModel) []string { return []string{m.Code} }), modelWire)
}

// ListStatisticalNeighbours answers who is like whom.
func (s *Server) ListStatisticalNeighbours(ctx context.Context, r api.ListStatisticalNeighboursRequestObject) (api.Response, error) {
	snapshot, p := callOf(ctx).snapshot, r.Params
	model := snapshot.NewestModel()
	if p.Model != nil {
		model = *p.Model
	}
	var list []*benchmark.Neighbour
	if p.Authority != nil {
		list = kept(snapshot.NeighboursOf(model, *p.Authority), func(*benchmark.Neighbour) bool { return true })
	} else {
		list = kept(snapshot.Neighbours, func(n *benchmark.Neighbour) bool { return n.ModelCode == model })
	}
	ordered := inOrder(list, 1, func(n *benchmark.Neighbour) []string { return []string{n.Authority, fmt.Sprintf("%03d", n.Rank)} })
	return answerList(ctx, ordered, func(n *benchmark.Neighbour) api.StatisticalNeighbour {
		return api.StatisticalNeighbour{
			Model: n.ModelCode, Authority: n.Authority, Rank: n.Rank, Neighbour: n.Neighbour,
			NeighbourName: snapshot.Name(n.Neighbour), Closeness: n.Closeness,
		}
	})
}

func modelWire(m *benchmark.NeighbourModel) api.StatisticalNeighbourModel {
	return api.StatisticalNeighbourModel{Code: m.Code, Name: m.Name, Source: m.Source, ReleaseId: m.ReleaseID, CreatedAt: m.CreatedAt.UTC()}
}
