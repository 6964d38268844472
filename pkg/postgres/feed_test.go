package postgres

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

func southern(title string) programme.PeerReview {
	return programme.PeerReview{Title: title, Host: "E09000022", Cycle: "2026-27", KLOEs: []string{}}
}

func planned(t testing.TB, s *Store, title string) programme.PeerReview {
	t.Helper()
	c, err := s.CreatePeerReview(t.Context(), team, southern(title))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func retitled(t testing.TB, s *Store, c programme.PeerReview, title string) programme.PeerReview {
	t.Helper()
	c, err := s.UpdatePeerReview(t.Context(), team, c.ID, c.Version, func(c *programme.PeerReview) error { c.Title = title; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func lastChange(t testing.TB, s *Store) int64 {
	t.Helper()
	place, err := s.LastChange(t.Context(), team)
	if err != nil {
		t.Fatal(err)
	}
	return place
}

func changesAfter(t testing.TB, s *Store, actor programme.Actor, nouns []string, after int64, limit int) ([]programme.Change, int64) {
	t.Helper()
	items, next, err := s.Changes(t.Context(), actor, nouns, after, limit)
	if err != nil {
		t.Fatal(err)
	}
	return items, next
}

// told writes changes as "kind key", with a name for each key.
func told(items []programme.Change, names map[string]string) []string {
	out := make([]string, len(items))
	for i, c := range items {
		out[i] = string(c.Kind) + " " + names[c.Key]
	}
	return out
}

func TestFeedTellsWhatBecameOfRecords(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	start := lastChange(t, s)
	a, b := planned(t, s, "a"), planned(t, s, "b")
	a = retitled(t, s, a, "a again")
	if err := s.DeletePeerReview(t.Context(), team, b.ID, b.Version); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{a.ID: "a", b.ID: "b"}
	all := []string{"created a", "created b", "updated a", "deleted b"}
	items, next := changesAfter(t, s, team, nil, start, 10)
	if got := told(items, names); !slices.Equal(got, all) {
		t.Errorf("the feed tells %v, want %v", got, all)
	}
	if next != lastChange(t, s) {
		t.Error("the feed was not read to its end")
	}
	if items, again := changesAfter(t, s, team, nil, next, 10); len(items) != 0 || again != next {
		t.Errorf("behind the end there are %v, and then %d", items, again)
	}

	// Page by page it is the same.
	var paged []string
	for place := start; ; {
		items, next := changesAfter(t, s, team, nil, place, 3)
		paged = append(paged, told(items, names)...)
		if next == place {
			break
		}
		place = next
	}
	if !slices.Equal(paged, all) {
		t.Errorf("page by page the feed tells %v, want %v", paged, all)
	}

	if items, next := changesAfter(t, s, team, []string{"milestone", "event"}, start, 10); len(items) != 0 || next != lastChange(t, s) {
		t.Errorf("of other nouns the feed tells %v up to %d", items, next)
	}
	if items, _ := changesAfter(t, s, team, []string{"event", "peer-review"}, start, 10); len(items) != len(all) {
		t.Errorf("of this noun the feed tells %v", items)
	}
}

// TestFeedIsWhatTheCallerMaySee: what comes into somebody's sight is created for
// them, and what leaves it deleted, whatever was done to it.
func TestFeedIsWhatTheCallerMaySee(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	start := lastChange(t, s)
	everyone, parties := programme.Everyone(), programme.Parties("E09000022")
	for _, c := range []struct {
		key                 string
		before, after, told programme.Audience
	}{
		{"ours", nil, parties, nil}, {"published", parties, everyone, nil}, {"withdrawn", everyone, parties, nil}, {"gone", everyone, nil, nil},
		{"moved", everyone, everyone, parties}, {"secret", nil, nil, nil},
	} {
		row := newAuditRow(s.now(), team, actionUpdate, "finding", c.key)
		row.SeenBefore, row.SeenAfter, row.Told = c.before, c.after, append(row.Told, c.told...)
		if err := s.gorm.Create(&row).Error; err != nil {
			t.Fatal(err)
		}
	}
	names := map[string]string{"ours": "ours", "published": "published", "withdrawn": "withdrawn", "gone": "gone", "moved": "moved", "secret": "secret"}
	for who, c := range map[string]struct {
		actor programme.Actor
		want  []string
	}{
		"the team":          {team, []string{"created ours", "updated published", "updated withdrawn", "deleted gone", "updated moved"}},
		"its borough":       {programme.Actor{Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: "E09000022"}, []string{"created ours", "updated published", "updated withdrawn", "deleted gone", "updated moved"}},
		"another borough":   {programme.Actor{Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000030"}, []string{"created published", "deleted withdrawn", "deleted gone"}},
		"a reporting tool":  {programme.Actor{Roles: []programme.Role{programme.RoleReporting}}, []string{"created published", "deleted withdrawn", "deleted gone"}},
		"nobody in special": {programme.Actor{}, []string{}},
	} {
		items, next := changesAfter(t, s, c.actor, nil, start, 10)
		if got := told(items, names); !slices.Equal(got, c.want) {
			t.Errorf("%s is told %v, want %v", who, got, c.want)
		}
		last, err := s.LastChange(t.Context(), c.actor)
		if err != nil {
			t.Fatal(err)
		}
		if next != max(start, last) {
			t.Errorf("%s has got to %d, and the last change of which they hear is %d", who, next, last)
		}
	}
}

// TestFeedGetsOnPastWhatIsNotShown: what a caller may not hear of is not looked at and
// moves nothing. Of what they may a page looks at a limited number of changes, and says
// how far it got even if it shows none.
func TestFeedGetsOnPastWhatIsNotShown(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	start := lastChange(t, s)
	hidden := make([]auditRow, feedScan+10)
	for i := range hidden {
		hidden[i] = newAuditRow(s.now(), team, actionCreate, "grouping-proposal", strconv.Itoa(i))
		hidden[i].SeenAfter = programme.TeamOnly()
	}
	if err := s.gorm.CreateInBatches(hidden, batch).Error; err != nil {
		t.Fatal(err)
	}
	shown, err := s.CreateMilestone(t.Context(), team, programme.Milestone{Title: "shown", Cycle: "2026-27", Kind: programme.OtherMilestone, State: programme.MilestonePlanned})
	if err != nil {
		t.Fatal(err)
	}
	reporting := programme.Actor{Roles: []programme.Role{programme.RoleReporting}}
	items, next := changesAfter(t, s, reporting, nil, start, 5)
	if len(items) != 1 || items[0].Key != shown.ID || next != lastChange(t, s) {
		t.Fatalf("the page tells %v and got to %d", items, next)
	}
	for i := range hidden {
		hidden[i] = newAuditRow(s.now(), team, actionCreate, "grouping-proposal", strconv.Itoa(i))
		hidden[i].SeenAfter = programme.TeamOnly()
	}
	if err := s.gorm.CreateInBatches(hidden, batch).Error; err != nil {
		t.Fatal(err)
	}
	if items, again := changesAfter(t, s, reporting, nil, next, 5); len(items) != 0 || again != next {
		t.Fatalf("what is hidden has moved the page from %d to %d, and tells %v", next, again, items)
	}
	another := planned(t, s, "another")
	ofChallenges := []string{"peer-review"}
	items, got := changesAfter(t, s, team, ofChallenges, next, 5)
	if len(items) != 0 || got <= next || got >= lastChange(t, s) {
		t.Fatalf("the team's first page of challenges tells %v and got from %d to %d", items, next, got)
	}
	if items, got = changesAfter(t, s, team, ofChallenges, got, 5); len(items) != 1 || items[0].Key != another.ID || got != lastChange(t, s) {
		t.Fatalf("the team's second page of challenges tells %v and got to %d", items, got)
	}
}

func TestFeedKnowsItsPlaces(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	owner := admin(t, urlOf(s))
	for _, place := range []int64{-1, lastChange(t, s) + 1, 1 << 62} {
		_, _, err := s.Changes(t.Context(), team, nil, place, 10)
		wantRefusal(t, err, programme.Malformed, "bad_request")
	}
	// A restored copy of the database goes on from an older number: the clock keeps
	// its places from those that were given in the time that it has lost.
	planned(t, s, "before")
	before := lastChange(t, s)
	setPlace := func(place int64) {
		t.Helper()
		if _, err := owner.ExecContext(t.Context(), "SELECT setval('feed_places', $1)", place); err != nil {
			t.Fatal(err)
		}
	}
	setPlace(7)
	planned(t, s, "after")
	after := lastChange(t, s)
	if after <= before {
		t.Errorf("place %d follows %d", after, before)
	}
	// And a clock that goes back does not take the places back.
	ahead := after + time.Hour.Microseconds()
	setPlace(ahead)
	planned(t, s, "later")
	if got := lastChange(t, s); got != ahead+1 {
		t.Errorf("place %d follows %d", got, ahead)
	}
}

// TestFeedMissesNoLateCommit: a transaction that wrote first and commits last. Who
// reads the audit by its running number has passed it by then; the feed has not.
func TestFeedMissesNoLateCommit(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	start := lastChange(t, s)
	naive := count(t, s, "SELECT max(id) FROM audit_entries")
	wrote, finish, finished := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		finished <- s.transact(context.Background(), func(ctx context.Context, _ *unit) error {
			_, err := s.CreatePeerReview(ctx, team, southern("first written"))
			close(wrote)
			<-finish
			return err
		})
	}()
	<-wrote
	planned(t, s, "first committed")

	read := "SELECT coalesce(string_agg(after->>'Title', ', ' ORDER BY id), '') FROM audit_entries WHERE id > $1"
	byNumber := func() (titles string) {
		t.Helper()
		if err := s.sql.QueryRowContext(t.Context(), read, naive).Scan(&titles); err != nil {
			t.Fatal(err)
		}
		naive = count(t, s, "SELECT max(id) FROM audit_entries")
		return titles
	}
	first, next := changesAfter(t, s, team, nil, start, 10)
	if got := byNumber(); len(first) != 1 || got != "first committed" {
		t.Fatalf("at first there are %v, and by number %q", first, got)
	}
	close(finish)
	if err := <-finished; err != nil {
		t.Fatal(err)
	}
	second, _ := changesAfter(t, s, team, nil, next, 10)
	if len(second) != 1 || second[0].Key == first[0].Key {
		t.Errorf("the feed tells %v after that", second)
	}
	if got := byNumber(); got != "" {
		t.Errorf("by number there is %q, so this test shows nothing", got)
	}
}

// TestCommitsWaitForEachOther: from the moment at which a transaction has its
// place in the feed until it can be seen, no other gets one.
func TestCommitsWaitForEachOther(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	start := lastChange(t, s)
	placed, finish, finished := make(chan struct{}), make(chan struct{}), make(chan error, 2)
	create := func(title string, hold func(u *unit) error) {
		finished <- s.transact(context.Background(), func(ctx context.Context, u *unit) error {
			if _, err := s.CreatePeerReview(ctx, team, southern(title)); err != nil {
				return err
			}
			return hold(u)
		})
	}
	go create("has its place", func(u *unit) error {
		err := u.tx.Exec("SET CONSTRAINTS ALL IMMEDIATE").Error // as the commit does
		close(placed)
		<-finish
		return err
	})
	<-placed
	go create("comes after", func(*unit) error { return nil })
	eventually(t, "the second waits for its place", func() bool {
		return count(t, s, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 1
	})
	if items, next := changesAfter(t, s, team, nil, start, 10); len(items) != 0 || next != start {
		t.Errorf("before any commit the feed tells %v", items)
	}
	close(finish)
	for range 2 {
		if err := <-finished; err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, s, `SELECT count(*) FROM feed f JOIN audit_entries c ON c.id = f.entry_id JOIN feed later ON later.place > f.place
		JOIN audit_entries after ON after.id = later.entry_id WHERE c.after->>'Title' = 'has its place' AND after.after->>'Title' = 'comes after'`); n != 1 {
		t.Error("the second did not get its place after the first")
	}
}
