package seed_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		s, err := postgres.Open(ctx, postgres.Config{URL: url, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			return err
		}
		return errors.Join(s.Migrate(ctx), s.Close())
	})
}

// team may load London.
var team = programme.Actor{Issuer: "test", Subject: "ann", Roles: []programme.Role{programme.RoleProgramme}}

// open answers a store on an empty database.
func open(t *testing.T) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.Database(t), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func load(t *testing.T, s *postgres.Store) *benchmark.Snapshot {
	t.Helper()
	if err := seed.Load(t.Context(), s, team); err != nil {
		t.Fatal(err)
	}
	return snapshot(t, s)
}

func snapshot(t *testing.T, s *postgres.Store) *benchmark.Snapshot {
	t.Helper()
	out, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLoad loads London, whole, and once more, which changes nothing: the
// database has no new state.
func TestLoad(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := load(t, s)
	for what, n := range map[string][2]int{
		"priorities": {len(first.Priorities), 4}, "sub-regions": {len(first.SubRegions), 4}, "memberships": {len(first.Memberships), 33},
		"boroughs": {len(first.Boroughs), 33}, "authorities": {len(first.Authorities), 165}, "successions": {len(first.Successions), 15}, "indicators": {len(first.Indicators), 60},
		"models": {len(first.Models), 1}, "neighbours": {len(first.Neighbours), 1530}, "releases": {len(first.Releases), 12},
		"periods": {len(first.Periods), 18 + 7 + 6}, // seven academic years and six days of September beside the financial ones
	} {
		if n[0] != n[1] {
			t.Errorf("%d %s were loaded, want %d", n[0], what, n[1])
		}
	}
	digests := map[string]string{}
	for _, r := range first.Releases {
		digests[r.File] = r.SHA256
	}
	for _, name := range seed.Files() {
		content, err := seed.File(name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(content); digests[name] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s was loaded with the digest %q", name, digests[name])
		}
	}
	if f, err := s.NewestFramework(t.Context(), team); err != nil || f.Number != "1.0.0" || len(f.Document.Indicators) != 20 {
		t.Errorf("framework %s with %d indicators, %v", f.Number, len(f.Document.Indicators), err)
	}
	before := challenges(t, s)
	if len(before) != 4 {
		t.Errorf("%d challenges were loaded, want the page's four", len(before))
	}
	if again := load(t, s); again.Generation != first.Generation {
		t.Errorf("loading again made generation %d of %d", again.Generation, first.Generation)
	}
	if after := challenges(t, s); !reflect.DeepEqual(after, before) {
		t.Errorf("loading again made\n%+v of\n%+v", after, before)
	}
}

func challenges(t *testing.T, s *postgres.Store) []programme.PeerChallenge {
	t.Helper()
	part, err := s.PeerChallenges(team, programme.PeerChallengeFilter{}, "").Page(t.Context(), programme.Window{Limit: 50})
	must(t, err)
	return part.Items
}

// TestLoadKeepsChanges loads London again after the programme's team has changed
// something of every kind.
func TestLoadKeepsChanges(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	first := load(t, s)
	_, err := s.UpdateProgramme(ctx, team, 1, func(p *programme.Programme) error { p.Goals = []string{"One goal."}; return nil })
	must(t, err)
	_, err = s.UpdatePriority(ctx, team, first.Priorities[0].ID, first.Priorities[0].Version, func(p *programme.Priority) error { p.Description = "Changed."; return nil })
	must(t, err)
	_, err = s.UpdateSubRegion(ctx, team, "south", first.SubRegion("south").Version, func(r *programme.SubRegion) error { r.Name = "South"; return nil })
	must(t, err)
	_, err = s.UpdateBorough(ctx, team, "E09000022", first.Borough("E09000022").Version, func(b *programme.Borough) error { b.ShortName = "Lam"; return nil })
	must(t, err)
	_, err = s.UpdateAuthority(ctx, team, "E08000025", first.Authority("E08000025").Version, func(a *programme.Authority) error { a.Name = "Brum"; return nil })
	must(t, err)
	_, err = s.UpdateIndicator(ctx, team, "REREF_PCT", first.Indicator("REREF_PCT").Version, func(i *benchmark.Indicator) error { i.Name = "Again"; return nil })
	must(t, err)
	for _, m := range first.Memberships {
		if m.Borough == "E09000022" {
			_, err = s.UpdateMembership(ctx, team, m.ID, m.Version, func(m *programme.Membership) error { m.SubRegion = "east"; return nil })
			must(t, err)
		}
	}
	changed := snapshot(t, s)
	again := load(t, s)
	if again.Generation != changed.Generation {
		t.Errorf("loading again made generation %d of %d", again.Generation, changed.Generation)
	}
	if got := programme.SubRegionOn(again.Memberships, "E09000022", "2025-03-31"); got != "east" {
		t.Errorf("Lambeth is in %s again", got)
	}
	if again.Programme.Goals[0] != "One goal." || again.Borough("E09000022").ShortName != "Lam" {
		t.Errorf("the goals are %q and Lambeth is %+v", again.Programme.Goals, again.Borough("E09000022"))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestLoadIsForTheTeam refuses everyone else, before anything is loaded.
func TestLoadIsForTheTeam(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, actor := range map[string]programme.Actor{
		"nobody":            {},
		"a director":        {Issuer: "test", Subject: "dee", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"},
		"a tool":            {Issuer: "test", Subject: "bi", Roles: []programme.Role{programme.RoleReporting}},
		"the team, unnamed": {Issuer: "test", Roles: []programme.Role{programme.RoleProgramme}},
	} {
		for _, load := range []func(context.Context, seed.Store, programme.Actor) error{seed.Load, seed.LoadReference, seed.LoadFramework, seed.LoadYear} {
			err := load(t.Context(), s, actor)
			var e *programme.Error
			if !errors.As(err, &e) || e.Kind != programme.Forbidden || e.Code != "not_yours" {
				t.Errorf("%s: got error %v, want one that is forbidden", name, err)
			}
		}
	}
	if n := len(challenges(t, s)); n > 0 {
		t.Errorf("%d challenges were loaded", n)
	}
	if after := snapshot(t, s); after.Programme.Name != "" || len(after.Boroughs)+len(after.Authorities)+len(after.Indicators)+len(after.Releases) > 0 {
		t.Errorf("something was loaded: %+v", after.Programme)
	}
}

// TestImportOfFaultyFile loads nothing of a file that has a fault, and the same
// file once it is right.
func TestImportOfFaultyFile(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	must(t, s.Seed(ctx, london(t)))
	content, err := seed.File("b1_children_in_need_2013_to_2025.csv")
	must(t, err)
	lines := strings.SplitAfter(string(content), "\n")
	lines[1000] = strings.Replace(lines[1000], "Reporting year", "Some year", 1)
	_, err = dfe.Import(ctx, s, team, benchmark.Delivery{File: "b1.csv"}, strings.NewReader(strings.Join(lines, "")), dfe.Options{})
	var e *programme.Error
	if !errors.As(err, &e) || e.Code != "invalid_file" || len(e.Faults) != 1 || e.Faults[0].Row != 1001 || e.Faults[0].Column != "time_identifier" {
		t.Errorf("got error %v, want a fault in row 1001", err)
	}
	if after := snapshot(t, s); len(after.Releases) > 0 {
		t.Errorf("the faulty file is a release: %+v", after.Releases)
	}
	for i, want := range []struct {
		known    bool
		inserted int
	}{{false, 2 * 2132}, {true, 0}} {
		result, err := dfe.Import(ctx, s, team, benchmark.Delivery{File: "b1.csv"}, bytes.NewReader(content), dfe.Options{})
		if err != nil || result.Known != want.known || result.Inserted != want.inserted || result.Updated > 0 {
			t.Errorf("import %d answers %+v and error %v, want %+v", i+1, result, err, want)
		}
	}
}

// TestEveryFigureIsUnderTheCodeOfItsDay: whatever codes the files have, each figure of
// an authority is kept under the code that it had on its period's last day, or the
// last one that it had within the period. So none counts twice, and North Yorkshire
// and Somerset, which some files recode backwards, count in every file that has them.
func TestEveryFigureIsUnderTheCodeOfItsDay(t *testing.T) {
	t.Parallel()
	s := load(t, open(t))
	lineages, figures := s.Lineages(), 0
	for o := range s.Data.Observations(benchmark.ObservationKey{}, benchmark.ObservationFilter{Level: benchmark.LocalAuthority}) {
		period, err := benchmark.ParsePeriod(o.Period)
		must(t, err)
		for code := range strings.SplitSeq(o.Geography, "/") {
			figures++
			if then, stood := lineages.In(code, period); !stood || then != code {
				t.Errorf("%s in %s is kept under %s, and the code was %q", o.Indicator, o.Period, code, then)
			}
		}
	}
	if figures < 10_000 {
		t.Errorf("%d figures were looked at", figures)
	}
	recoded := 0
	for _, code := range []string{"E06000060", "E06000065", "E06000066"} { // Buckinghamshire too, in the files of the workforce and of absence
		for _, name := range s.Data.Periods() {
			period, err := benchmark.ParsePeriod(name)
			must(t, err)
			then, _ := lineages.In(code, period)
			for _, indicator := range s.Data.Indicators(name) {
				column := s.Data.Column(name, indicator)
				neighbour, _ := column.Figure("E09000022") // every file that has Lambeth has each of the three
				if got, _ := column.Figure(then); (got.Status == benchmark.NotHeld) != (neighbour.Status == benchmark.NotHeld) {
					t.Errorf("%s in %s: %s is %s, and Lambeth %s", indicator, name, then, got.Status, neighbour.Status)
				}
				if then != code && neighbour.Status != benchmark.NotHeld {
					recoded++
				}
			}
		}
	}
	if recoded == 0 {
		t.Error("no figure was of a time before the new codes")
	}
}
