package server

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// mapping is what a mapper makes of a filled struct, and what a noun's input has
// after it was set from a filled one; nil where nothing is changed.
type mapping struct{ shown, sent any }

// of maps a filled record, which ready makes one of which everything can be told.
func of[T, In, W any](n noun[T, In, W], ready func(*T)) mapping {
	var row T
	fill(&row)
	if ready != nil {
		ready(&row)
	}
	m := mapping{shown: n.wire(askedByBorough())(&row)}
	if n.input != nil {
		var in In
		var made T
		fill(&in)
		n.set(&made, in)
		m.sent = n.input(&made)
	}
	return m
}

// filled maps what has a mapper alone.
func filled[T, W any](wire func(*T) W) mapping {
	var row T
	fill(&row)
	return mapping{shown: wire(&row)}
}

// mappings has a mapper for every schema that operations answer.
func mappings() map[string]mapping {
	var b programme.Borough
	var a programme.Authority
	var c benchmark.Comparison
	var g benchmark.Groups
	found := "At SW2 1RW" // in which screening finds something
	for _, target := range []any{&b, &a, &c, &g} {
		fill(target)
	}
	return map[string]mapping{
		"PeerChallenge": of(peerChallenges, nil),
		"PeerChallengeGroup": of(peerChallengeGroups, func(g *programme.PeerChallengeGroup) {
			g.Notes, g.People[0].Role, g.People[0].Coming = &found, programme.LeadMember, programme.Came
		}),
		"GroupingProposal":      of(groupingProposals, func(p *programme.GroupingProposal) { p.Conflicts = [][2]string{{"a", "b"}} }),
		"Participant":           of(participants, nil),
		"PeerReview":            of(peerReviews, func(r *programme.PeerReview) { r.Scope = &found }),
		"PeerReviewNote":        of(peerReviewNotes, func(n *programme.PeerReviewNote) { n.Text = found }),
		"PreparationTask":       of(preparationTasks, nil),
		"Finding":               of(findings, func(f *programme.Finding) { f.Text = found }),
		"AskOrOffer":            of(asksAndOffers, func(a *programme.AskOrOffer) { a.Text = found }),
		"Quarter":               of(quarters, nil),
		"Extension":             of(extensions, nil),
		"QuarterSnapshot":       of(quarterSnapshots, nil),
		"Narrative":             of(narratives, func(n *disclosure.Narrative) { n.Text = &found }),
		"CorrectionWindow":      of(correctionWindows, nil),
		"SelfEvaluationComment": of(selfEvaluationComments, func(c *evaluation.Comment) { c.Text = found }),
		"Contact":               of(contacts, nil),
		"Authorisation":         {shown: authorisationWire(askedByBorough())(filledWith[programme.Authorisation]()), sent: of(authorisations, nil).sent},
		"Receipt":               of(receipts, nil),
		"Reminder":              filled(reminderWire(asked)),
		"Task": {shown: api.Task{
			Kind: "x", Type: "x", Id: "x", Borough: new("x"), BoroughName: new("x"), Quarter: new("x"), Cycle: new("x"), Illustrative: true, DueOn: new(programme.Date("2026-01-01")), Href: "x", List: "x", Step: "x", Method: "x", Action: "x", Allowed: true,
			Code: new("x"), Reason: new("x"),
		}},
		"ReminderAddress": of(reminderAddresses, nil),
		"Action": of(actions, func(a *programme.Action) {
			due := programme.Date("2026-03-31") // before the day on which it is asked
			a.State, a.DueOn, a.Text = programme.ActionOpen, &due, found
		}),
		"Event": of(events, func(e *programme.Event) {
			e.People[0].Role, e.People[0].Coming = programme.LeadMember, programme.Came
			e.ReviewAudience, e.PlaceAudience = programme.TeamOnly(), programme.TeamOnly()
		}),
		"OpenItem": filled(openItemWire(asked)),
		"Milestone": of(milestones, func(m *programme.Milestone) {
			m.PeerReviewAudience, m.State, m.PlannedFor = programme.TeamOnly(), programme.MilestonePlanned, new(programme.Date("2000-01-01"))
		}),

		"BenchmarkingSubmission": filled(func(s *returns.Submission) api.BenchmarkingSubmission {
			s.Thread[0].Text = found
			return submissionWire(askedByBorough())(s)
		}),
		"BenchmarkingVersion":           filled(versionWire),
		"SelfEvaluationTemplate":        of(selfEvaluationTemplates, nil),
		"SelfEvaluationTemplateVersion": filled(templateVersionWire),
		"SelfEvaluationSection":         filled(func(w *evaluation.Writing) api.SelfEvaluationSection { return sectionWire(w.Asks, w.Section) }),
		"SelfEvaluationVersionEntry":    filled((&Server{clock: time.Now}).versionEntry(askedByBorough())),
		"ReceiptVerification":           {shown: api.ReceiptVerification{Genuine: true, HashMatches: true, SignatureMatches: true}},
		"BenchmarkingHistoryReport":     filled(func(got *returns.HistoryResult) api.BenchmarkingHistoryReport { return historyWire(got, "1.0.0", true) }),
		"BenchmarkingReport": filled(func(got *returns.PostingResult) api.BenchmarkingReport {
			wire := reportWire(got)
			wire.MaySubmit = true // which is so where nothing is found
			return wire
		}),

		"Framework":        of(frameworks, nil),
		"FrameworkChanges": {shown: frameworkChangesWire(&framework.Framework{Number: "1.0.0"}, &framework.Framework{Number: "1.1.0"}, []framework.Change{{Level: framework.Major, Subject: "x", Key: "x", Kind: "x", Member: "x", Detail: "x"}})},
		"FrameworkChange":  filled(frameworkChangeWire),
		"BenchmarkingRule": filled(func(r *framework.Standing) api.BenchmarkingRule {
			r.Kind = framework.Outlier
			return benchmarkingRuleWire(r)
		}),

		"ApiClient": of(apiClients, func(c *programme.APIClient) {
			c.Uses = map[string]time.Time{c.ID: c.CreatedAt}
			for i := range c.Secrets {
				c.Uses[c.Secrets[i].ID] = c.CreatedAt
			}
		}),
		"ReadKey":              of(readKeys, nil),
		"CalendarSubscription": of(calendarSubscriptions, nil),
		"TokenRevocation":      of(tokenRevocations, nil),

		"Completeness": filled(func(c *returns.Completeness) api.Completeness {
			c.Level = returns.OfBorough
			return completenessWire(asked)(c)
		}),
		"Me":                  {shown: meWire(programme.Actor{Issuer: "x", Subject: "x", Roles: programme.Roles}, []api.NamedBorough{{Code: "x", Name: "x"}}, []api.Creation{{Type: "x", Method: "x", Href: "x"}})},
		"ActionCount":         filled(actionCountWire(asked)),
		"HelpCount":           filled(helpCountWire(asked)),
		"MilestoneCount":      filled(milestoneCountWire(asked)),
		"Programme":           filled(programmeWire),
		"Priority":            filled(priorityWire),
		"Caveat":              filled(caveatWire(asked)),
		"Target":              filled(targetWire(asked)),
		"SubRegion":           filled(subRegionWire),
		"SubRegionMembership": filled(membershipWire(asked)),
		"Borough":             {shown: boroughWire(&b, &a, &programme.SubRegion{Slug: "south", Name: "South"})},
		"Authority": filled(func(a *programme.Authority) api.Authority {
			return authorityWire(a, []programme.Succession{{Predecessor: "E1", Successor: a.Code, Kind: programme.Split, From: "2024-04-01"},
				{Predecessor: a.Code, Successor: "E2", Kind: programme.Split, From: "2024-04-01"}}, strings.Clone)
		}),
		"Indicator":                 filled(indicatorWire(covered())),
		"Period":                    filled(periodWire(covered())),
		"Release":                   filled(releaseWire(asked)),
		"FigureChange":              filled(figureChangeWire(asked)),
		"ChangeSum":                 filled(changeSumWire(asked)),
		"ImportWarning":             filled(importWarningWire),
		"StatisticalNeighbourModel": filled(modelWire),
		"Observation": filled(func(o *benchmark.Observation) api.Observation {
			return observationWire(noted, benchmark.AsAt("2025-09-30"), c.Joint, *o)
		}),
		"SeriesPoint": filled(func(p *benchmark.SeriesPoint) api.SeriesPoint {
			return pointWire(noted, &benchmark.Indicator{}, "E12000007", *p)
		}),
		"Comparison": {shown: comparisonWire(noted, &c, &standing{groups: g, period: &benchmark.Period{}, boroughName: "x", periodName: "x", periodKind: "x", code: "x", previous: "x", codeBefore: "x"}, true)},
		"ComparisonMethod": filled(func(g *benchmark.Groups) api.ComparisonMethod {
			m := methodWire(nameplates{&benchmark.Snapshot{}}, *g)
			m.ReleaseIds, m.CodesUsed, m.PeerChallengeGroupName = []string{"x"}, codesUsedWire(&benchmark.Snapshot{}, g.Recoded), new("x")
			return m
		}),
		"DistributionSummary": filled(func(d *benchmark.Distribution) api.DistributionSummary { return summaryWire(&benchmark.Snapshot{}, *d) }),
	}
}

// noted has a caveat that holds for every figure, and a target of what is filled.
var noted = &benchmark.Snapshot{Caveats: []benchmark.Caveat{{ID: "x"}}, Targets: []benchmark.Target{{Indicator: "x", Value: 1, Direction: "x"}}}

// unmapped are schemas that operations answer and that are told elsewhere, and where.
var unmapped = map[string]string{
	"SelfEvaluation": "made of what its borough writes, or of what others know: TestASelfEvaluationFromDraftToGroup", "SelfEvaluationVersion": "likewise", "SelfEvaluationRead": "likewise",
	"SelfEvaluationReceived": "SelfEvaluation, and what became of it", "SelfEvaluationMigration": "likewise", "SelfEvaluationChanges": "written by pkg/evaluation, piece by piece: TestVersionsAreCompared",
	"SelfEvaluationTemplateChanges": "likewise: TestATemplateAndItsVersions",
	"AuditEntry":                    "TestAuditMapperForgetsNothing", "Change": "TestChangeMapperForgetsNothing",
	"DistributionItem": "made from the snapshot with its list: TestDistribution", "StatisticalNeighbour": "likewise",
	"TokenAnswer": "of RFC 6749: TestTheTokenEndpointKeepsItsRules", "IssuerMetadata": "of RFC 8414: TestAStandardClientLibraryGetsAToken",
	"ApiClientSecretShown": "ApiClient beside its secret", "ReadKeyShown": "ReadKey beside the key", "CalendarSubscriptionShown": "CalendarSubscription beside its address",
	"Health": "one word", "ProblemKind": "the table of problems itself", "KeySet": "the keys are written by their own library",
	"BenchmarkingSubmissionReceived": "BenchmarkingSubmission and BenchmarkingReport, and what became of it", "BenchmarkingPostingReport": "likewise: TestSeveralReturnsAtOnce",
	"QuarterDocument": "written by pkg/disclosure, to the byte", "QuarterFigure": "a function of that: TestFiveReadersOfAQuarter",
	"QuarterHeatMap":   "likewise: TestAHeatMapIsEverybodys",
	"BoroughException": "likewise: TestWhatStandsOutIsEverybodys",
	"FindingImpact":    "figures of two times beside each other: TestWhatChangedSinceAFinding",
	"FigureTable":      "comparisons in a table: TestATableIsWhatItsComparisonsSay",
	"QuarterPoint":     "likewise: TestAQuarterlySeries", "QuarterSnapshotChange": "likewise: TestWhatASnapshotChanges",
	"BenchmarkingAcceptances": "what became of each: TestSeveralReturnsAreAcceptedAtOnce",
	"GroupingAcceptance":      "GroupingProposal, PeerChallengeGroup and Event: TestAYearInFewCalls", "CyclePlan": "PeerChallenge and Event, with what could not be copied: TestACycleIsPlannedOnce",
	"Rota":  "made for the request: TestARotaIsAcceptedYearByYear",
	"Start": "TestWhereToBegin", "ContractRelease": "the file that api/promise makes, as it is",
}

// TestNoMapperForgetsAMember fills each domain struct, maps it, and looks for a
// wire member that stayed empty; and so for what a creation sends, there and back.
func TestNoMapperForgetsAMember(t *testing.T) {
	t.Parallel()
	for name, m := range mappings() {
		if r, is := m.shown.(api.PeerReview); is {
			var clocks []programme.ReviewClock
			fill(&clocks)
			r.Clocks = clocksWire(clocks) // which are computed, and none of which has everything
			m.shown = r
		}
		if task, is := m.shown.(api.PreparationTask); is {
			task.Overdue = true // which none is that is over
			m.shown = task
		}
		wholly(t, name, m.shown)
		if in, is := m.sent.(api.PeerReviewInput); is {
			fill(&in.Team) // a team is chosen by ids, and not sent back
			m.sent = in
		}
		if m.sent != nil {
			wholly(t, name+"Input", m.sent)
		}
	}
}

// TestEveryOperationsAnswerIsMapped: what the operations of the contract answer has a
// mapper that is held to the above.
func TestEveryOperationsAnswerIsMapped(t *testing.T) {
	t.Parallel()
	contract, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	held, unused := mappings(), maps.Clone(unmapped)
	for path, item := range contract.doc.Paths.Map() {
		for method, op := range item.Operations() {
			for _, status := range []string{"200", "201"} {
				name := answered(op, status)
				if _, is := held[name]; is || name == "" {
					continue
				}
				if unmapped[name] == "" {
					t.Errorf("%s %s answers %s, which has no mapper here", method, path, name)
				}
				delete(unused, name)
			}
		}
	}
	for name := range unused {
		t.Errorf("%s is answered by no operation", name)
	}
}

// answered names the schema of what the operation answers with the status or, of a
// list, of one of its items; it is empty where that is no JSON with a name.
func answered(op *openapi3.Operation, status string) string {
	response := op.Responses.Value(status)
	if response == nil || response.Value.Content["application/json"] == nil {
		return ""
	}
	schema := response.Value.Content["application/json"].Schema
	if items := schema.Value.Properties["items"]; items != nil && items.Value.Items != nil {
		schema = items.Value.Items
	}
	return strings.TrimPrefix(schema.Ref, "#/components/schemas/")
}

// wholly fails the test for every member of the wire value that stayed empty.
func wholly(t *testing.T, name string, mapped any) {
	t.Helper()
	for _, member := range empty(reflect.ValueOf(mapped), name) {
		switch {
		case theContract().includes(member): // where it is asked for: TestWhatIsIncludedIsWhatTheCallerIsAnsweredAlone
		case strings.HasSuffix(member, ".Screening[0].Acknowledged"): // nobody has said anything to it
		case !strings.Contains(member, ".Steps["): // what is allowed has no refusal
			t.Errorf("%s stays empty", member)
		}
	}
}

// includes reports whether a member of a Go struct, such as Finding.PeerReview, is there
// only where it is asked for.
func (c *contract) includes(member string) bool {
	noun, name, _ := strings.Cut(member, ".")
	schema := c.doc.Components.Schemas[noun]
	if schema == nil {
		return false
	}
	declared, _ := schema.Value.Extensions["x-include"].(map[string]any)
	return slices.ContainsFunc(slices.Collect(maps.Keys(declared)), func(included string) bool { return strings.EqualFold(included, name) })
}

func theContract() *contract {
	contract, err := loadContract()
	if err != nil {
		panic(err)
	}
	return contract
}

// asked is the context of a request of the programme's team.
var asked = context.WithValue(context.Background(), callKey{}, &call{
	snapshot: &benchmark.Snapshot{}, op: &operation{}, contract: theContract(),
	actor: programme.Actor{Subject: "x", Roles: programme.Roles}, today: "2026-04-01", rules: programme.DefaultSettings,
})

// askedByBorough is asked by the same, of a borough.
func askedByBorough() context.Context {
	call := *callOf(asked)
	call.actor.Borough = "x"
	return context.WithValue(asked, callKey{}, &call)
}

// covered is a snapshot with one figure on the indicator and in the period that [fill]
// makes.
func covered() *benchmark.Snapshot {
	b := benchmark.NewBuilder(nil)
	b.Add(benchmark.Observation{Period: "x", Indicator: "x", Geography: "x", Value: new(1.0), Status: benchmark.Reported})
	return &benchmark.Snapshot{Periods: []benchmark.Period{{Code: "x"}}, Data: b.Dataset()}
}

// filledWith is a row with a value in every member.
func filledWith[T any]() *T {
	var row T
	fill(&row)
	return &row
}

// fill gives every member of the struct a value that is not its zero.
func fill(target any) { set(reflect.ValueOf(target).Elem()) }

func set(v reflect.Value) {
	if !v.CanSet() {
		return // what a type keeps to itself is not told
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		set(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		set(v.Index(0))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0)))
			return
		}
		for _, field := range v.Fields() {
			set(field)
		}
	}
}

// empty lists the members of a wire value that are zero.
func empty(v reflect.Value, path string) []string {
	switch {
	case v.IsZero(), v.Kind() == reflect.Slice && v.Len() == 0:
		return []string{path}
	case v.Kind() == reflect.Pointer:
		return empty(v.Elem(), path)
	case v.Kind() == reflect.Slice:
		return empty(v.Index(0), path+"[0]")
	case v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]():
		return nil
	}
	var members []string
	for field, value := range v.Fields() {
		members = append(members, empty(value, path+"."+field.Name)...)
	}
	return members
}
