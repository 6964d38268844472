package postgres

import (
	"slices"
	"sync"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// frontDoor asks for referrals alone.
func frontDoor(number string) framework.Framework {
	return framework.Framework{
		Number: number, Name: "The front door", State: framework.Draft,
		Document: framework.Document{
			Counts: []framework.Count{aCount("referrals"), aCount("rereferrals")},
			Indicators: []framework.Indicator{
				{Code: "CIN_RATE", Numerator: "referrals", Denominator: "children"}, {Code: "REREF_PCT", Numerator: "rereferrals", Denominator: "referrals"},
			},
			Relations: []framework.Relation{{A: "rereferrals", B: "referrals", Kind: framework.PartOf, Reason: "It is one."}},
			Families:  []framework.Family{{Whole: "referrals", Parts: []string{"rereferrals"}, Remainder: framework.Shown, Reason: "It harms nobody."}},
			Population: framework.Population{
				Code: "children", Name: "Children", Definition: "Residents under 18.", Source: "ONS", Year: 2024, Unit: benchmark.Per10000,
				Children: []framework.Residents{{Borough: "E09000022", Number: 51_454}, {Borough: "E09000030", Number: 63_073}},
			},
			Limits: framework.Limits{MinimumN: 10, MinimumDenominator: 20, MinimumPopulation: 2000, LowReliability: 0.1},
		},
	}
}

func aCount(code string) framework.Count {
	return framework.Count{
		Code: code, Of: "referral.start", Name: code, Definition: "In the quarter.", List: "Annex A, list 3", Columns: []string{"Date"}, Inclusions: "All.", WorkedExample: "Two: 2.",
		Policy: framework.Events, HiddenFrom: 1, HiddenTo: 5, Basis: framework.Quarter,
	}
}

// drafted makes a draft in the store.
func drafted(t testing.TB, s *Store, f framework.Framework) framework.Framework {
	t.Helper()
	made, err := s.CreateFramework(t.Context(), team, f)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestTheNewestFramework is that with the highest number, whenever it was published, and
// no draft.
func TestTheNewestFramework(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	if _, err := s.NewestFramework(t.Context(), team); programme.KindOf(err) != programme.NotFound {
		t.Errorf("where none is published: %v", err)
	}
	for _, number := range []string{"1.9.0", "1.10.0", "1.2.0"} {
		f := drafted(t, s, frontDoor(number))
		if _, err := s.PublishFramework(t.Context(), team, number, f.Version, false); err != nil {
			t.Fatalf("%s: %v", number, err)
		}
	}
	drafted(t, s, frontDoor("2.0.0"))
	lead := programme.Actor{Issuer: "test", Subject: "dee", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
	if f, err := s.NewestFramework(t.Context(), lead); err != nil || f.Number != "1.10.0" {
		t.Errorf("it is %s, %v", f.Number, err)
	}
	if _, err := s.Framework(t.Context(), lead, "2.0.0"); programme.KindOf(err) != programme.NotFound {
		t.Errorf("a borough reads the draft: %v", err)
	}
	if f, err := s.Framework(t.Context(), lead, "1.2.0"); err != nil || f.Document.Count("referrals") == nil {
		t.Errorf("a borough reads what is published: %+v, %v", f, err)
	}
}

// TestPublishingDry answers what would be, and writes nothing.
func TestPublishingDry(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	f := drafted(t, s, frontDoor("1.0.0"))
	entries := count(t, s, "SELECT count(*) FROM audit_entries")
	dry, err := s.PublishFramework(t.Context(), team, "1.0.0", f.Version, true)
	if err != nil || dry.State != framework.Published || dry.PublishedAt == nil {
		t.Errorf("%s, %v, %v", dry.State, dry.PublishedAt, err)
	}
	if now, err := s.Framework(t.Context(), team, "1.0.0"); err != nil || now.State != framework.Draft || now.Version != f.Version {
		t.Errorf("it is %s at %d, %v", now.State, now.Version, err)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries"); n != entries {
		t.Errorf("%d entries of %d", n, entries)
	}
}

// TestPublishingAtOnce lets one of two versions that do not fit each other stand: the
// second is judged by what the first has made.
func TestPublishingAtOnce(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	other := frontDoor("1.0.1") // asks for something else than 1.0.0, which a patch may not
	other.Document.Counts[0].Definition = "Something else."
	versions := []framework.Framework{drafted(t, s, frontDoor("1.0.0")), drafted(t, s, other)}
	errs := make([]error, len(versions))
	var all sync.WaitGroup
	for i, f := range versions {
		all.Go(func() { _, errs[i] = s.PublishFramework(t.Context(), team, f.Number, f.Version, false) })
	}
	all.Wait()
	published := count(t, s, "SELECT count(*) FROM frameworks WHERE state = 'published'")
	switch {
	case errs[0] == nil && errs[1] == nil: // 1.0.1 came first, and 1.0.0 follows nothing
		if published != 2 {
			t.Errorf("%d are published", published)
		}
	case errs[0] == nil:
		wantFault(t, errs[1], programme.Invalid, "invalid", "/version", "too_small")
	default:
		t.Errorf("%v, %v", errs[0], errs[1])
	}
}

// TestSeedFramework publishes it once, and never again where the team has begun to write
// its own.
func TestSeedFramework(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	for _, number := range []string{"1.0.0", "1.1.0"} {
		if err := s.SeedFramework(t.Context(), frontDoor(number)); err != nil {
			t.Fatal(err)
		}
	}
	part, err := s.Frameworks(team, framework.Filter{States: []framework.State{framework.Published}}, "").Page(t.Context(), programme.Window{Limit: 10})
	if err != nil || len(part.Items) != 1 || part.Items[0].Number != "1.0.0" || !slices.Equal(part.Items[0].Audience, programme.Everyone()) {
		t.Errorf("%+v, %v", part.Items, err)
	}
	wrong := frontDoor("1.0.0")
	wrong.Document.Relations = nil
	if err := seeded(t).SeedFramework(t.Context(), wrong); programme.KindOf(err) != programme.Invalid {
		t.Errorf("a framework that gives counts away: %v", err)
	}
}
