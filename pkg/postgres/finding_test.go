package postgres

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// The boroughs of the tests of findings: one that they are about, one that found
// them, and one that has nothing to do with them.
const (
	aboutCode    = "E09000022"
	finderCode   = "E09000030"
	outsiderCode = "E09000028"
)

var (
	about    = leadOf(aboutCode)
	finder   = leadOf(finderCode)
	outsider = leadOf(outsiderCode)
	tool     = programme.Actor{Issuer: "test", Subject: "tool", Roles: []programme.Role{programme.RoleReporting}}
)

func leadOf(borough string) programme.Actor {
	return programme.Actor{Issuer: "test", Subject: borough, Roles: []programme.Role{programme.RoleBoroughLead}, Borough: borough}
}

// because lets the actor say why.
func because(actor programme.Actor) programme.Actor {
	actor.Reason = "It was a mistake."
	return actor
}

// watchHand is a clock that the test moves.
type watchHand struct{ at atomic.Int64 }

func (h *watchHand) set(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	h.at.Store(at.UnixMicro())
	return at
}

func (h *watchHand) now() time.Time { return time.UnixMicro(h.at.Load()) }

// forumStore answers a store with the small London, whose clock the test moves.
func forumStore(t testing.TB) (*Store, *watchHand) {
	t.Helper()
	clock := &watchHand{}
	clock.set("2026-10-06T09:00:00Z")
	s, err := Open(t.Context(), Config{URL: pgtest.Database(t), Logger: testLog(), Clock: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Seed(t.Context(), smallLondon()); err != nil {
		t.Fatal(err)
	}
	return s, clock
}

// made answers what was made, or fails the test.
func made[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(it T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return it
	}
}

// groupOf makes a group of the boroughs in a challenge that is in progress.
func groupOf(t testing.TB, s *Store, codes ...string) programme.PeerChallengeGroup {
	t.Helper()
	first, last := programme.Date("2026-10-05"), programme.Date("2026-10-16")
	c := made[programme.PeerChallenge](t)(s.CreatePeerChallenge(t.Context(), team, programme.PeerChallenge{
		Title: "South London challenge", SubRegion: "south", Cycle: "2026-27", StartsOn: &first, EndsOn: &last,
	}))
	for _, step := range []programme.Step{programme.Prepare, programme.Start} {
		c = made[programme.PeerChallenge](t)(s.MovePeerChallenge(t.Context(), team, c.ID, c.Version, step))
	}
	g := programme.PeerChallengeGroup{Head: headOf(s, programme.Everyone()), PeerChallengeID: c.ID, Name: "Group 1", Members: membersOf(codes)}
	if err := s.gorm.WithContext(t.Context()).Create(&g).Error; err != nil {
		t.Fatal(err)
	}
	return g
}

func membersOf(codes []string) []programme.GroupMember {
	members := make([]programme.GroupMember, len(codes))
	for i, code := range codes {
		members[i] = programme.GroupMember{Borough: code, Role: programme.MemberVisitor}
	}
	return members
}

func headOf(s *Store, audience programme.Audience) programme.Head {
	return programme.Head{ID: newID(), Version: 1, CreatedAt: s.now(), UpdatedAt: s.now(), Audience: audience}
}

// reviewOf makes a review of the host by the finders' borough, as its parties see it.
func reviewOf(t testing.TB, s *Store, state programme.ReviewState) programme.PeerReview {
	t.Helper()
	visitor := finderCode
	r := programme.PeerReview{
		Head: headOf(s, programme.Parties(aboutCode, finderCode)), Title: "Review", Host: aboutCode, Cycle: "2026-27", KLOEs: []string{}, State: state,
		Team: []programme.TeamMember{{Role: "dcs", Borough: &visitor, Lead: true}}, FieldworkDays: []programme.Date{}, Sessions: []programme.ReviewSession{},
		HostComments: []programme.HostComment{}, ReportLinks: []programme.Link{}, Publication: programme.PublishedToParties,
	}
	if err := s.gorm.WithContext(t.Context()).Create(&r).Error; err != nil {
		t.Fatal(err)
	}
	return r
}

// findingIn records a finding of a group about the borough.
func findingIn(t testing.TB, s *Store, group, borough string) programme.Finding {
	t.Helper()
	return made[programme.Finding](t)(s.CreateFinding(t.Context(), team, programme.Finding{
		PeerChallengeGroupID: &group, Borough: borough, Kind: programme.Strength, Theme: "Commissioning", Text: "Partners decide together.",
		Indicators: []string{}, SelfEvaluationSections: []string{},
	}))
}

// answered lets the borough accept the finding.
func answered(t testing.TB, s *Store, f programme.Finding) programme.Finding {
	t.Helper()
	return made[programme.Finding](t)(s.AnswerFinding(t.Context(), leadOf(f.Borough), f.ID, f.Version, programme.Accepted, nil))
}

// actionOn records an action of the borough about a finding that it has accepted.
func actionOn(t testing.TB, s *Store, f programme.Finding) programme.Action {
	t.Helper()
	due := programme.Date("2027-03-31")
	return made[programme.Action](t)(s.CreateAction(t.Context(), leadOf(f.Borough), programme.Action{
		FindingID: f.ID, Text: "Set up a joint panel.", Owner: "Head of Commissioning", OwnerKind: programme.OwnerRole, DueOn: &due,
	}))
}

func TestFindingIsSeenWhereItWasFound(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	inGroup := findingIn(t, s, groupOf(t, s, aboutCode, finderCode).ID, aboutCode)
	r := reviewOf(t, s, programme.ReviewFieldwork)
	inReview := made[programme.Finding](t)(s.CreateFinding(t.Context(), finder, programme.Finding{
		PeerReviewID: &r.ID, Borough: aboutCode, Kind: programme.AreaForDevelopment, Theme: "Commissioning", Text: "Contracts end at the same time.",
	}))
	for _, id := range []string{inGroup.ID, inReview.ID} {
		for name, c := range map[string]struct {
			actor programme.Actor
			sees  bool
		}{
			"about": {about, true}, "finder": {finder, true}, "team": {team, true}, "outsider": {outsider, false}, "tool": {tool, false}, "nobody": {programme.Actor{}, false},
		} {
			f, err := s.Finding(t.Context(), c.actor, id)
			switch {
			case c.sees && (err != nil || f.ID != id || !f.Forum.Records):
				t.Errorf("%s reads %+v, %v", name, f, err)
			case !c.sees:
				wantRefusal(t, err, programme.NotFound, "not_found")
			}
		}
	}
	// A list reads the forums of all its findings at once.
	part, err := s.Findings(about, programme.FindingFilter{}, "").Page(t.Context(), programme.Window{Limit: 10})
	if err != nil || len(part.Items) != 2 || !part.Items[0].Forum.Answers || part.Items[1].Forum.Answers {
		t.Errorf("%+v, %v", part.Items, err)
	}
}

func TestFindingNamesAllThatIsNotThere(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	hidden := reviewOf(t, s, programme.ReviewFieldwork).ID
	group, nothing := groupOf(t, s, aboutCode, finderCode).ID, newID()
	none := "no-uuid"
	for name, c := range map[string]struct {
		actor         programme.Actor
		group, review *string
		borough       string
		want          []string
	}{
		"unknown group":  {finder, &nothing, nil, aboutCode, []string{"/peerChallengeGroupId unknown_value"}},
		"no group's id":  {finder, &none, nil, aboutCode, []string{"/peerChallengeGroupId unknown_value"}},
		"unknown review": {finder, nil, &nothing, aboutCode, []string{"/peerReviewId unknown_value"}},
		"no review's id": {finder, nil, &none, aboutCode, []string{"/peerReviewId unknown_value"}},
		"hidden review":  {outsider, nil, &hidden, aboutCode, []string{"/peerReviewId unknown_value"}},
		"both":           {finder, &group, &hidden, aboutCode, []string{"/peerChallengeGroupId one_of"}},
		"neither":        {finder, nil, nil, aboutCode, []string{"/peerChallengeGroupId one_of"}},
		"not a member":   {finder, &group, nil, outsiderCode, []string{"/borough not_in_group"}},
		"not the host":   {finder, nil, &hidden, finderCode, []string{"/borough not_the_host"}},
	} {
		_, err := s.CreateFinding(t.Context(), c.actor, programme.Finding{
			PeerChallengeGroupID: c.group, PeerReviewID: c.review, Borough: c.borough, Kind: programme.Strength, Theme: "x", Text: "x",
			PriorityID: &nothing, Indicators: []string{"REREF_PCT", "NOTHING", "NOTHING"},
		})
		e := wantRefusal(t, err, programme.Invalid, "invalid")
		got := []string{}
		for _, f := range e.Faults {
			got = append(got, f.Pointer+" "+string(f.Code))
		}
		want := slices.Concat(c.want, []string{"/indicators/2 repeated", "/priorityId unknown_value", "/indicators/1 unknown_value", "/indicators/2 unknown_value"})
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: faults %v, want %v", name, got, want)
		}
	}
	_, err := s.CreateFinding(t.Context(), outsider, programme.Finding{PeerChallengeGroupID: &group, Borough: aboutCode, Kind: programme.Strength, Theme: "x", Text: "x"})
	wantRefusal(t, err, programme.Forbidden, "not_yours")
}

func TestCorrectingAFinding(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	f := answered(t, s, findingIn(t, s, groupOf(t, s, aboutCode, finderCode).ID, aboutCode))
	a, b := actionOn(t, s, f), actionOn(t, s, f)
	other := findingIn(t, s, groupOf(t, s, aboutCode, finderCode).ID, aboutCode)
	priority := snapshotOf(t, s).Priorities[0].ID
	alter := func(f *programme.Finding) error {
		f.Kind, f.PriorityID = programme.AreaForInnovation, &priority
		f.PeerChallengeGroupID, f.Borough, f.Response = other.PeerChallengeGroupID, finderCode, nil // not the caller's to change
		return nil
	}
	_, err := s.UpdateFinding(t.Context(), finder, f.ID, f.Version, alter)
	if e := wantRefusal(t, err, programme.Invalid, "invalid"); len(e.Faults) != 1 || e.Faults[0].Pointer != "/reason" {
		t.Errorf("faults %+v", e.Faults)
	}
	got := made[programme.Finding](t)(s.UpdateFinding(t.Context(), because(finder), f.ID, f.Version, alter))
	if got.Kind != programme.AreaForInnovation || *got.PeerChallengeGroupID != *f.PeerChallengeGroupID || got.Borough != aboutCode || got.Response == nil || got.Response.Answer != programme.Accepted {
		t.Errorf("%+v", got)
	}
	for _, a := range []programme.Action{a, b} {
		now := made[programme.Action](t)(s.Action(t.Context(), about, a.ID))
		if now.FindingKind != programme.AreaForInnovation || now.PriorityID == nil || *now.PriorityID != priority || now.Version != a.Version+1 {
			t.Errorf("the action is still counted by %+v", now)
		}
	}
	// Words alone leave the actions as they are.
	got = made[programme.Finding](t)(s.UpdateFinding(t.Context(), because(finder), f.ID, got.Version, func(f *programme.Finding) error { f.Theme = "Other"; return nil }))
	if now := made[programme.Action](t)(s.Action(t.Context(), about, a.ID)); now.Version != a.Version+1 || got.Theme != "Other" {
		t.Errorf("version %d after %d", now.Version, a.Version)
	}
	// The audit has no part of the finding's group in it, and of no answer what it says.
	made[programme.Finding](t)(s.AnswerFinding(t.Context(), about, f.ID, got.Version, programme.Partly, new("In part.")))
	if n := count(t, s, `SELECT count(*) FROM audit_entries WHERE noun = 'finding' AND key = $1 AND withheld = '{Response}' AND NOT before ? 'Response' AND NOT after ? 'Response'`, f.ID); n != 2 {
		t.Errorf("%d rows of the audit know that the answer changed, and not from what to what", n)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_entries WHERE noun IN ('finding', 'action') AND (after ? 'Forum' OR before ? 'Forum')`); n != 0 {
		t.Errorf("%d rows of the audit hold what is not the record's", n)
	}
}

func TestFindingWithActionsStays(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	f := answered(t, s, findingIn(t, s, groupOf(t, s, aboutCode, finderCode).ID, aboutCode))
	actionOn(t, s, f)
	wantRefusal(t, s.DeleteFinding(t.Context(), finder, f.ID, f.Version), programme.Conflict, "answered")
	if _, err := s.sql.ExecContext(t.Context(), "UPDATE findings SET response = NULL"); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, s.DeleteFinding(t.Context(), finder, f.ID, f.Version), programme.Conflict, "in_use")
	wantRefusal(t, s.DeleteFinding(t.Context(), finder, newID(), 1), programme.NotFound, "not_found")
}

// TestAudienceFollowsMembers: whoever joins the group sees its findings and
// actions, whoever leaves keeps only what is about itself.
func TestAudienceFollowsMembers(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	g := groupOf(t, s, aboutCode, finderCode)
	f := answered(t, s, findingIn(t, s, g.ID, aboutCode))
	a := actionOn(t, s, f)
	left := findingIn(t, s, g.ID, finderCode)
	elsewhere := findingIn(t, s, groupOf(t, s, aboutCode, finderCode).ID, aboutCode)
	move := func(codes ...string) {
		t.Helper()
		err := s.act(t.Context(), because(team), func(w *work) error {
			g.Members = membersOf(codes)
			if err := saveAll(w.tx, &g); err != nil {
				return err
			}
			return w.audienceFollows(g.ID, g.Boroughs(), programme.Parties(g.Boroughs()...))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	move(aboutCode, outsiderCode)
	parties := programme.Parties(aboutCode, outsiderCode)
	for _, c := range []struct {
		noun    string
		was     programme.Head
		want    programme.Audience
		changed int64
	}{
		{"finding", f.Head, parties, 1},
		{"action", a.Head, parties, 1},
		{"finding", left.Head, programme.Parties(aboutCode, outsiderCode, finderCode), 1},
		{"finding", elsewhere.Head, programme.Parties(aboutCode, finderCode), 0},
	} {
		var head programme.Head
		if err := s.gorm.WithContext(t.Context()).Table(c.noun+"s").Where("id = ?", c.was.ID).Take(&head).Error; err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(head.Audience, c.want) || head.Version != c.was.Version+c.changed {
			t.Errorf("%s: audience %v at version %d, want %v at %d", c.noun, head.Audience, head.Version, c.want, c.was.Version+c.changed)
		}
		if n := count(t, s, `SELECT count(*) FROM audit_entries JOIN feed ON feed.entry_id = audit_entries.id WHERE audit_entries.noun = $1 AND key = $2 AND action = 'update' AND reason <> ''
			AND seen_before = $3::text[] AND seen_after = $4::text[]`, c.noun, c.was.ID, array(programme.Parties(aboutCode, finderCode)), array(c.want)); int64(n) != c.changed {
			t.Errorf("%s: the feed tells %d changes of the audience", c.noun, n)
		}
	}
	_, err := s.Finding(t.Context(), finder, f.ID)
	wantRefusal(t, err, programme.NotFound, "not_found")
	_, err = s.Action(t.Context(), finder, a.ID)
	wantRefusal(t, err, programme.NotFound, "not_found")

	// What has the right audience is left alone.
	before := count(t, s, "SELECT count(*) FROM audit_entries")
	move(aboutCode, outsiderCode)
	if after := count(t, s, "SELECT count(*) FROM audit_entries"); after != before {
		t.Errorf("%d rows of the audit say that nothing has changed", after-before)
	}
}

// TestPublishingAReportPublishesNoActions.
func TestPublishingAReportPublishesNoActions(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	r := reviewOf(t, s, programme.ReviewFieldwork)
	f := made[programme.Finding](t)(s.CreateFinding(t.Context(), finder, programme.Finding{PeerReviewID: &r.ID, Borough: aboutCode, Kind: programme.Strength, Theme: "x", Text: "x"}))
	r.State = programme.ReviewReported
	save := func(w *work) error { return saveAll(w.tx, &r) }
	if err := s.act(t.Context(), team, save); err != nil {
		t.Fatal(err)
	}
	a := actionOn(t, s, answered(t, s, f))
	r.Audience = programme.Audience{"programme", "boroughs", aboutCode, finderCode}
	if err := s.act(t.Context(), about, func(w *work) error {
		if err := save(w); err != nil {
			return err
		}
		return w.audienceFollows(r.ID, r.Forum().Boroughs, r.Audience)
	}); err != nil {
		t.Fatal(err)
	}
	if got := made[programme.Finding](t)(s.Finding(t.Context(), outsider, f.ID)); !slices.Equal(got.Audience, r.Audience) {
		t.Errorf("audience %v", got.Audience)
	}
	if now := made[programme.Action](t)(s.Action(t.Context(), finder, a.ID)); now.Version != a.Version {
		t.Errorf("the action has version %d after %d", now.Version, a.Version)
	}
	_, err := s.Action(t.Context(), outsider, a.ID)
	wantRefusal(t, err, programme.NotFound, "not_found")
}

// TestNoFindingMissesAChangeOfMembers: one that is recorded while the members change
// waits, and has the audience of the new ones.
func TestNoFindingMissesAChangeOfMembers(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	g := groupOf(t, s, aboutCode, finderCode)
	owner := admin(t, s.config.ConnString()) // the service sees nobody waiting
	var recording sync.WaitGroup
	var recorded programme.Finding
	var refused error
	var over atomic.Bool
	err := s.act(t.Context(), team, func(w *work) error {
		if _, err := hold(w, peerChallenges, g.PeerChallengeID); err != nil {
			return err
		}
		g.Members = membersOf([]string{aboutCode, outsiderCode})
		if err := saveAll(w.tx, &g); err != nil {
			return err
		}
		if err := w.audienceFollows(g.ID, g.Boroughs(), programme.Parties(g.Boroughs()...)); err != nil {
			return err
		}
		recording.Go(func() {
			defer over.Store(true)
			recorded, refused = s.CreateFinding(t.Context(), team, programme.Finding{PeerChallengeGroupID: &g.ID, Borough: aboutCode, Kind: programme.Strength, Theme: "x", Text: "x"})
		})
		eventually(t, "the finding waits, or is recorded", func() bool {
			var waiting bool
			const question = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
			if err := owner.QueryRowContext(t.Context(), question).Scan(&waiting); err != nil {
				t.Error(err)
			}
			return waiting || over.Load()
		})
		return nil
	})
	recording.Wait()
	if err := errors.Join(err, refused); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(recorded.Audience, programme.Parties(aboutCode, outsiderCode)) {
		t.Errorf("audience %v", recorded.Audience)
	}
}

// TestWhatFindingsReferToStays.
func TestWhatFindingsReferToStays(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	snapshot := snapshotOf(t, s)
	priority := snapshot.Priorities[0]
	g := groupOf(t, s, aboutCode, finderCode)
	f := made[programme.Finding](t)(s.CreateFinding(t.Context(), team, programme.Finding{
		PeerChallengeGroupID: &g.ID, Borough: aboutCode, Kind: programme.Strength, Theme: "x", Text: "x", PriorityID: &priority.ID, Indicators: []string{"CIN_RATE", "REREF_PCT"},
	}))
	a := actionOn(t, s, answered(t, s, f))
	if a.SubRegion == nil || *a.SubRegion != "south" || a.FindingKind != programme.Strength || a.PriorityID == nil || *a.PriorityID != priority.ID {
		t.Fatalf("the action is counted by %+v", a)
	}
	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"borough":    {s.DeleteBorough(t.Context(), team, aboutCode, snapshot.Borough(aboutCode).Version), []string{"Findings", "Actions"}},
		"sub-region": {s.DeleteSubRegion(t.Context(), team, "south", snapshot.SubRegions[0].Version), []string{"Actions"}},
		"priority":   {s.DeletePriority(t.Context(), team, priority.ID, priority.Version), []string{"Findings", "Actions"}},
		"indicator":  {s.DeleteIndicator(t.Context(), team, "REREF_PCT", snapshot.Indicator("REREF_PCT").Version), []string{"Findings"}},
	} {
		e := wantRefusal(t, c.err, programme.Conflict, "in_use")
		for _, words := range c.want {
			if !slices.ContainsFunc(e.Faults, func(f programme.Fault) bool { return f == programme.UsedBy(words) }) {
				t.Errorf("%s: faults %+v do not name %s", name, e.Faults, words)
			}
		}
	}
	// A citation does not keep an indicator's unit, as a figure would.
	changed, err := s.UpdateIndicator(t.Context(), team, "REREF_PCT", snapshot.Indicator("REREF_PCT").Version, func(i *benchmark.Indicator) error {
		i.Unit, i.Multiplier = benchmark.Per10000, 10_000
		return nil
	})
	if err != nil || changed.Multiplier != 10_000 {
		t.Errorf("%+v, %v", changed, err)
	}
	if err := s.DeleteIndicator(t.Context(), team, "CIN_RATE", snapshot.Indicator("CIN_RATE").Version); programme.KindOf(err) != programme.Conflict {
		t.Errorf("an indicator that is cited first is deleted (%v)", err)
	}
}
