package server

import (
	"context"
	"fmt"

	"peerchallenge/api"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// ruleOfFramework is a rule with the framework that has it, and its place there.
type ruleOfFramework struct {
	framework.Rule

	framework string
	place     int
}

// ListBenchmarkingRules answers the rules of a version of the framework, in its order.
func (s *Server) ListBenchmarkingRules(ctx context.Context, r api.ListBenchmarkingRulesRequestObject) (api.Response, error) {
	f, err := s.frameworkNamed(ctx, r.Params.Framework)
	if err != nil {
		return nil, err
	}
	rules := make([]*ruleOfFramework, len(f.Document.Rules))
	for i, rule := range f.Document.Rules {
		rules[i] = &ruleOfFramework{rule, f.Number, i}
	}
	return answerList(ctx, inOrder(rules, 1, func(r *ruleOfFramework) []string { return []string{fmt.Sprintf("%06d", r.place)} }), benchmarkingRuleWire)
}

// frameworkNamed answers the version with the number or, where none is given, the newest
// that is published; where there is none, it asks for nothing.
func (s *Server) frameworkNamed(ctx context.Context, number *string) (framework.Framework, error) {
	if number != nil {
		return s.frameworkIn(ctx, "framework", *number)
	}
	f, err := s.store.NewestFramework(ctx, callOf(ctx).actor)
	if programme.KindOf(err) == programme.NotFound {
		return framework.Framework{}, nil
	}
	return f, err
}

func benchmarkingRuleWire(r *ruleOfFramework) api.BenchmarkingRule {
	words := r.Kind.Words()
	return api.BenchmarkingRule{
		Framework: r.framework, Code: r.Code, Version: r.Version, Name: r.Name, Kind: api.RuleKind(r.Kind), Asks: words.Asks, Remedy: words.Remedy, Severity: api.RuleSeverity(r.Severity),
		Counts: programme.OrEmpty(r.Counts), Indicators: programme.OrEmpty(r.Indicators), Minimum: r.Minimum, Maximum: r.Maximum, Limit: r.Limit, LimitIs: optional(words.LimitIs),
		Least: r.Least, History: r.History,
	}
}
