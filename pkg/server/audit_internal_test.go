package server

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// audited are the structs whose members the audit keeps, and the contract's
// schemas of the same things.
var audited = map[string]struct {
	of     any
	schema string
}{
	"programme":               {programme.Programme{}, "Programme"},
	"priority":                {programme.Priority{}, "Priority"},
	"sub-region":              {programme.SubRegion{}, "SubRegion"},
	"membership":              {programme.Membership{}, "SubRegionMembership"},
	"borough":                 {programme.Borough{}, "Borough"},
	"authority":               {programme.Authority{}, "Authority"},
	"indicator":               {benchmark.Indicator{}, "Indicator"},
	"caveat":                  {benchmark.Caveat{}, "Caveat"},
	"target":                  {benchmark.Target{}, "Target"},
	"period":                  {benchmark.Period{}, "Period"},
	"release":                 {benchmark.Release{}, "Release"},
	"neighbour-model":         {benchmark.NeighbourModel{}, "StatisticalNeighbourModel"},
	"peer-challenge":          {programme.PeerChallenge{}, "PeerChallenge"},
	"peer-challenge-group":    {programme.PeerChallengeGroup{}, "PeerChallengeGroup"},
	"grouping-proposal":       {programme.GroupingProposal{}, "GroupingProposal"},
	"participant":             {programme.Participant{}, "Participant"},
	"peer-review":             {programme.PeerReview{}, "PeerReview"},
	"peer-review-note":        {programme.PeerReviewNote{}, "PeerReviewNote"},
	"preparation-task":        {programme.PreparationTask{}, "PreparationTask"},
	"finding":                 {programme.Finding{}, "Finding"},
	"action":                  {programme.Action{}, "Action"},
	"ask-or-offer":            {programme.AskOrOffer{}, "AskOrOffer"},
	"quarter":                 {returns.Quarter{}, "Quarter"},
	"quarter-snapshot":        {disclosure.QuarterSnapshot{}, "QuarterSnapshot"},
	"narrative":               {disclosure.Narrative{}, "Narrative"},
	"extension":               {returns.Extension{}, "Extension"},
	"correction-window":       {returns.CorrectionWindow{}, "CorrectionWindow"},
	"contact":                 {returns.Contact{}, "Contact"},
	"reminder":                {returns.Reminder{}, "Reminder"},
	"reminder-address":        {returns.ReminderAddress{}, "ReminderAddress"},
	"benchmarking-submission": {returns.Submission{}, "BenchmarkingSubmission"},
	"self-evaluation":         {evaluation.SelfEvaluation{}, "SelfEvaluation"},
	"authorisation":           {programme.Authorisation{}, "Authorisation"},
	"receipt":                 {programme.Receipt{}, "Receipt"},

	"self-evaluation-template": {evaluation.Template{}, "SelfEvaluationTemplate"},
	"self-evaluation-comment":  {evaluation.Comment{}, "SelfEvaluationComment"},

	"event":                 {programme.Event{}, "Event"},
	"milestone":             {programme.Milestone{}, "Milestone"},
	"framework":             {framework.Framework{}, "Framework"},
	"api-client":            {programme.APIClient{}, "ApiClient"},
	"read-key":              {programme.ReadKey{}, "ReadKey"},
	"calendar-subscription": {programme.CalendarSubscription{}, "CalendarSubscription"},
	"token-revocation":      {programme.TokenRevocation{}, "TokenRevocation"},
}

// unshown are members by which the service itself counts, and of which the
// resource shows what follows from them.
var unshown = map[string][]string{
	"programme": {"ID"}, "peer-review-note": {"Line"}, "action": {"ProgressAt"}, "event": {"Sequence"}, "grouping-proposal": {"Result"}, "framework": {"Number", "Document"}, "benchmarking-submission": {"Numbers", "Resubmitted"},
}

// TestAuditSpeaksTheContractsWords: a member has the same name in the audit of a
// resource as in the resource itself. What is read along with it, for its rules, is
// not kept: it may be another audience's.
func TestAuditSpeaksTheContractsWords(t *testing.T) {
	t.Parallel()
	contract, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	for noun, a := range audited {
		ref := contract.doc.Components.Schemas[a.schema]
		if ref == nil {
			t.Errorf("%s has no schema %s", noun, a.schema)
			continue
		}
		for _, f := range reflect.VisibleFields(reflect.TypeOf(a.of)) {
			if f.Tag.Get("json") == "-" || !f.IsExported() {
				continue
			}
			if f.Tag.Get("gorm") == "-" {
				t.Errorf("%s: %s is another record's, and the audit keeps it", noun, f.Name)
			}
			if f.Anonymous || slices.Contains([]string{"Version", "Audience", "UpdatedAt"}, f.Name) {
				continue
			}
			if ref.Value.Properties[wireName(f.Name)] == nil && !slices.Contains(unshown[noun], f.Name) {
				t.Errorf("%s: the audit's %s is no member of %s", noun, wireName(f.Name), a.schema)
			}
		}
	}
}

// TestKindsOfResourcesAreThoseOfTheContract: every kind is audited, and has the
// address at which the contract reads it.
func TestKindsOfResourcesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	contract, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, kind := range contract.doc.Components.Schemas["ResourceType"].Value.Enum {
		kinds = append(kinds, kind.(string))
	}
	slices.Sort(kinds)
	if want := slices.Sorted(maps.Keys(audited)); !slices.Equal(kinds, want) {
		t.Errorf("the contract has %v, the audit %v", kinds, want)
	}
	for noun := range audited {
		address := addressOf(noun, "key")
		if noun == "neighbour-model" {
			if address != nil {
				t.Errorf("%s has the address %s", noun, *address)
			}
			continue
		}
		found := false
		for key := range contract.operations {
			path := strings.NewReplacer(":id", "key", ":code", "key", ":slug", "key", ":quarter", "key", ":version", "key").Replace(key.route)
			found = found || key.method == "GET" && address != nil && path == *address
		}
		if !found {
			t.Errorf("%s is read at no address of the contract", noun)
		}
	}
}

func TestAuditMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	var e programme.AuditEntry
	fill(&e)
	before, after := `{"Title":"a"}`, `{"Title":"b"}`
	e.Before, e.After, e.Withheld, e.ReadBy = &before, &after, []string{"Name"}, programme.TeamOnly()
	w := auditEntryWire(nameplates{&benchmark.Snapshot{}}, programme.Actor{Subject: "x", Roles: []programme.Role{programme.RoleProgramme}}, &e)
	v := w.Values
	if len(v) != 2 || v[1].Member != "title" || v[1].From != "a" || v[1].To != "b" || v[1].Withheld != nil {
		t.Errorf("values %+v", v)
	}
	if v[0].Member != "name" || v[0].From != nil || v[0].To != nil || v[0].Withheld == nil || !*v[0].Withheld {
		t.Errorf("what is withheld is %+v", v[0])
	}
	w.Values = v[:0]
	for _, member := range empty(reflect.ValueOf(w), "audit-entry") {
		if member != "audit-entry.Values" {
			t.Errorf("%s stays empty", member)
		}
	}
}

func TestChangeMapperForgetsNothing(t *testing.T) {
	t.Parallel()
	wholly(t, "change", changeWire(&programme.Change{At: time.Unix(1, 0), Noun: "event", Key: "1", Kind: programme.Updated}))
	if w := changeWire(&programme.Change{Noun: "event", Key: "1", Kind: programme.Deleted}); w.Href != nil {
		t.Errorf("what is gone is read at %s", *w.Href)
	}
}

// TestAuditKeepsNumbersAsTheyAre: also those that a float cannot hold.
func TestAuditKeepsNumbersAsTheyAre(t *testing.T) {
	t.Parallel()
	text := `{"a":[9007199254740993,0.1],"b":null}`
	got, err := json.Marshal(api.AuditValue{Member: "x", From: plain(json.RawMessage(text)), To: plain(json.RawMessage("null"))})
	if want := `{"from":` + text + `,"member":"x"}`; err != nil || string(got) != want {
		t.Errorf("%s (%v), want %s", got, err, want)
	}
}
