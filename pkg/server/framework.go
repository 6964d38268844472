package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

type frameworkStore interface {
	Frameworks(actor programme.Actor, f framework.Filter, sort string) programme.Listing[framework.Framework]
	Framework(ctx context.Context, actor programme.Actor, number string) (framework.Framework, error)
	CreateFramework(ctx context.Context, actor programme.Actor, f framework.Framework) (framework.Framework, error)
	UpdateFramework(ctx context.Context, actor programme.Actor, number string, version int64, alter func(*framework.Framework) error) (framework.Framework, error)
	DeleteFramework(ctx context.Context, actor programme.Actor, number string, version int64) error
	PublishFramework(ctx context.Context, actor programme.Actor, number string, version int64, dry bool) (framework.Framework, error)
}

var frameworks = nounOf(frameworkInput, setFramework, frameworkWire)

// ListFrameworks answers the versions of the framework.
func (s *Server) ListFrameworks(ctx context.Context, r api.ListFrameworksRequestObject) (api.Response, error) {
	f := framework.Filter{States: words[framework.State](r.Params.State), UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.Frameworks(callOf(ctx).actor, f, text(r.Params.Sort)), frameworkWire(ctx))
}

// GetFramework answers one.
func (s *Server) GetFramework(ctx context.Context, r api.GetFrameworkRequestObject) (api.Response, error) {
	return frameworks.read(ctx, s.store.Framework, r.Version)
}

// CreateFramework begins a draft.
func (s *Server) CreateFramework(ctx context.Context, r api.CreateFrameworkRequestObject) (api.Response, error) {
	return frameworks.created(ctx, s.store.CreateFramework, *r.Body)
}

// UpdateFramework changes a draft.
func (s *Server) UpdateFramework(ctx context.Context, r api.UpdateFrameworkRequestObject) (api.Response, error) {
	return frameworks.patched(ctx, s.store.UpdateFramework, r.Version, r.Params.IfMatch)
}

// DeleteFramework removes a draft.
func (s *Server) DeleteFramework(ctx context.Context, r api.DeleteFrameworkRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteFramework(ctx, callOf(ctx).actor, r.Version, matchVersion(r.Params.IfMatch))
}

// PublishFramework fixes a draft for ever, or says what keeps it from that.
func (s *Server) PublishFramework(ctx context.Context, r api.PublishFrameworkRequestObject) (api.Response, error) {
	call := callOf(ctx)
	return frameworks.answer(ctx)(s.store.PublishFramework(ctx, call.actor, r.Version, matchVersion(r.Params.IfMatch), call.dry()))
}

func frameworkInput(f *framework.Framework) api.FrameworkInput {
	counts, indicators, relations, families, rules := frameworkParts(&f.Document)
	return api.FrameworkInput{
		Version: f.Number, Name: f.Name, Counts: &counts, Indicators: &indicators, Relations: &relations, Families: &families,
		Population: populationWire(&f.Document.Population), Rules: &rules, Limits: frameworkLimitsWire(f.Document.Limits),
	}
}

func setFramework(f *framework.Framework, in api.FrameworkInput) {
	f.Number, f.Name = in.Version, in.Name
	f.Document = framework.Document{
		Counts: each(list(in.Counts), countOf), Indicators: each(list(in.Indicators), quotientOf), Relations: each(list(in.Relations), relationOf),
		Families: each(list(in.Families), familyOf), Population: populationOf(in.Population), Rules: each(list(in.Rules), ruleOf),
		Limits: framework.Limits{
			MinimumN: in.Limits.MinimumN, MinimumDenominator: in.Limits.MinimumDenominator, MinimumPopulation: in.Limits.MinimumPopulation, LowReliability: in.Limits.LowReliability,
		},
	}
}

func frameworkWire(ctx context.Context) func(*framework.Framework) api.Framework {
	return func(f *framework.Framework) api.Framework {
		counts, indicators, relations, families, rules := frameworkParts(&f.Document)
		return api.Framework{
			Id: f.ID, Version: f.Number, Name: f.Name, State: api.FrameworkState(f.State), PublishedAt: f.PublishedAt,
			Counts: counts, Indicators: indicators, Relations: relations, Families: families, Population: populationWire(&f.Document.Population), Rules: rules,
			Limits: frameworkLimitsWire(f.Document.Limits), CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt, Etag: etagOf(f.Version), Steps: stepsWire(ctx, f, f.Number),
		}
	}
}

// each makes a list of another, never nil.
func each[T, W any](list []T, of func(*T) W) []W {
	out := make([]W, len(list))
	for i := range list {
		out[i] = of(&list[i])
	}
	return out
}

func frameworkParts(d *framework.Document) ([]api.FrameworkCount, []api.FrameworkIndicator, []api.FrameworkRelation, []api.FrameworkFamily, []api.FrameworkRule) {
	return each(d.Counts, countWire), each(d.Indicators, quotientWire), each(d.Relations, relationWire), each(d.Families, familyWire), each(d.Rules, ruleWire)
}

func countWire(c *framework.Count) api.FrameworkCount {
	return api.FrameworkCount{
		Code: c.Code, Of: string(c.Of), Name: c.Name, Definition: c.Definition, List: c.List, Columns: programme.OrEmpty(c.Columns), Inclusions: c.Inclusions,
		WorkedExample: c.WorkedExample, Policy: api.CountPolicy(c.Policy), HiddenFrom: c.HiddenFrom, HiddenTo: c.HiddenTo, Basis: api.CountBasis(c.Basis),
	}
}

func countOf(c *api.FrameworkCount) framework.Count {
	return framework.Count{
		Code: c.Code, Of: framework.Of(c.Of), Name: c.Name, Definition: c.Definition, List: c.List, Columns: programme.OrEmpty(c.Columns), Inclusions: c.Inclusions,
		WorkedExample: c.WorkedExample, Policy: framework.Policy(c.Policy), HiddenFrom: c.HiddenFrom, HiddenTo: c.HiddenTo, Basis: framework.Basis(c.Basis),
	}
}

func quotientWire(i *framework.Indicator) api.FrameworkIndicator {
	return api.FrameworkIndicator{Code: i.Code, Numerator: i.Numerator, Denominator: i.Denominator}
}

func quotientOf(i *api.FrameworkIndicator) framework.Indicator {
	return framework.Indicator{Code: i.Code, Numerator: i.Numerator, Denominator: i.Denominator}
}

func relationWire(r *framework.Relation) api.FrameworkRelation {
	return api.FrameworkRelation{A: r.A, B: r.B, Kind: api.RelationKind(r.Kind), Reason: r.Reason}
}

func relationOf(r *api.FrameworkRelation) framework.Relation {
	return framework.Relation{A: r.A, B: r.B, Kind: framework.RelationKind(r.Kind), Reason: r.Reason}
}

func familyWire(f *framework.Family) api.FrameworkFamily {
	return api.FrameworkFamily{Whole: f.Whole, Parts: programme.OrEmpty(f.Parts), Closed: f.Closed, Remainder: (*api.NullableRemainder)(optional(string(f.Remainder))), Reason: f.Reason}
}

func familyOf(f *api.FrameworkFamily) framework.Family {
	return framework.Family{Whole: f.Whole, Parts: programme.OrEmpty(f.Parts), Closed: f.Closed, Remainder: framework.Remainder(text(f.Remainder)), Reason: f.Reason}
}

func populationWire(p *framework.Population) api.FrameworkPopulation {
	return api.FrameworkPopulation{
		Code: p.Code, Name: p.Name, Definition: p.Definition, Source: p.Source, Year: p.Year, Unit: api.Unit(p.Unit),
		Children: each(p.Children, func(r *framework.Residents) api.BoroughResidents {
			return api.BoroughResidents{Borough: r.Borough, Number: r.Number}
		}),
	}
}

func populationOf(p api.FrameworkPopulation) framework.Population {
	return framework.Population{
		Code: p.Code, Name: p.Name, Definition: p.Definition, Source: p.Source, Year: p.Year, Unit: benchmark.Unit(p.Unit),
		Children: each(p.Children, func(r *api.BoroughResidents) framework.Residents {
			return framework.Residents{Borough: r.Borough, Number: r.Number}
		}),
	}
}

func ruleWire(r *framework.Rule) api.FrameworkRule {
	counts, indicators := programme.OrEmpty(r.Counts), programme.OrEmpty(r.Indicators)
	return api.FrameworkRule{
		Code: r.Code, Kind: api.RuleKind(r.Kind), Severity: api.RuleSeverity(r.Severity), Name: r.Name, Counts: &counts, Indicators: &indicators,
		Minimum: r.Minimum, Maximum: r.Maximum, Limit: r.Limit, Least: r.Least, History: r.History, Version: r.Version,
	}
}

func ruleOf(r *api.FrameworkRule) framework.Rule {
	return framework.Rule{
		Code: r.Code, Kind: framework.RuleKind(r.Kind), Severity: framework.Severity(r.Severity), Name: r.Name, Counts: list(r.Counts), Indicators: list(r.Indicators),
		Minimum: r.Minimum, Maximum: r.Maximum, Limit: r.Limit, Least: r.Least, History: r.History, Version: r.Version,
	}
}

func frameworkLimitsWire(m framework.Limits) api.FrameworkLimits {
	return api.FrameworkLimits{MinimumN: m.MinimumN, MinimumDenominator: m.MinimumDenominator, MinimumPopulation: m.MinimumPopulation, LowReliability: m.LowReliability}
}
