package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

type benchmarkingRuleStore interface {
	BenchmarkingRules(actor programme.Actor, number *string) programme.Listing[framework.Standing]
}

// ListBenchmarkingRules answers the rules of a version of the framework.
func (s *Server) ListBenchmarkingRules(ctx context.Context, r api.ListBenchmarkingRulesRequestObject) (api.Response, error) {
	if number := r.Params.Framework; number != nil {
		if _, err := s.frameworkIn(ctx, "framework", *number); err != nil {
			return nil, err
		}
	}
	return answerListing(ctx, s.store.BenchmarkingRules(callOf(ctx).actor, r.Params.Framework), benchmarkingRuleWire)
}

func benchmarkingRuleWire(r *framework.Standing) api.BenchmarkingRule {
	words := r.Kind.Words()
	return api.BenchmarkingRule{
		Framework: r.Framework, Code: r.Code, Version: r.Version, Name: r.Name, Kind: api.RuleKind(r.Kind), Asks: words.Asks, Remedy: words.Remedy, Severity: api.RuleSeverity(r.Severity),
		Counts: programme.OrEmpty(r.Counts), Indicators: programme.OrEmpty(r.Indicators), Minimum: r.Minimum, Maximum: r.Maximum, Limit: r.Limit, LimitIs: optional(words.LimitIs),
		Least: r.Least, History: r.History,
	}
}
