package postgres

import (
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

func auditPages(t testing.TB, s *Store, actor programme.Actor, noun, key string, limit int) ([]programme.AuditEntry, error) {
	t.Helper()
	list := s.AuditEntries(actor, noun, key)
	var entries []programme.AuditEntry
	window := programme.Window{Limit: limit, Count: true}
	for {
		part, err := list.Page(t.Context(), window)
		if err != nil {
			return nil, err
		}
		entries = append(entries, part.Items...)
		if !part.More {
			if *part.Total != len(entries) {
				t.Errorf("the total is %d of %d", *part.Total, len(entries))
			}
			return entries, nil
		}
		window.After = list.Key(&part.Items[len(part.Items)-1])
	}
}

func auditWhole(t testing.TB, s *Store, actor programme.Actor, noun, key string) (entries []programme.AuditEntry, begun bool, err error) {
	t.Helper()
	var last int64
	defer func() {
		if begun && err == nil && last != entries[len(entries)-1].ID {
			t.Errorf("the moment is %d, and the last entry is %d", last, entries[len(entries)-1].ID)
		}
	}()
	err = s.AuditEntries(actor, noun, key).Each(t.Context(), func(moment int64) (bool, error) {
		begun = true
		last = moment
		return true, nil
	}, func(e *programme.AuditEntry) error { entries = append(entries, *e); return nil })
	return entries, begun, err
}

func TestAuditOfARecord(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	actor := team
	actor.Request, actor.Reason = "request-1", "Because"
	c, err := s.CreatePeerReview(t.Context(), actor, southern("first"))
	if err != nil {
		t.Fatal(err)
	}
	c = retitled(t, s, c, "second")
	planned(t, s, "another")
	if err := s.DeletePeerReview(t.Context(), team, c.ID, c.Version); err != nil {
		t.Fatal(err)
	}
	entries, err := auditPages(t, s, team, "peer-review", c.ID, 2)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d entries (%v), want 3", len(entries), err)
	}
	whole, _, err := auditWhole(t, s, team, "peer-review", c.ID)
	if err != nil || len(whole) != 3 {
		t.Fatalf("whole there are %d entries (%v), want 3", len(whole), err)
	}
	for i, action := range []string{actionCreate, actionUpdate, actionDelete} {
		if e := entries[i]; e.Action != action || e.Subject != "ann" || !slices.Equal(e.Roles, []string{"programme"}) || e.Borough != nil || e.ID != whole[i].ID {
			t.Errorf("entry %d is %+v", i, e)
		}
	}
	if e := entries[0]; e.Request != "request-1" || e.Reason != "Because" || entries[1].Reason != "" {
		t.Errorf("request %q and reason %q, then reason %q", e.Request, e.Reason, entries[1].Reason)
	}
	values, err := entries[1].Values()
	if err != nil || len(values) != 1 || values[0].Member != "Title" || string(values[0].From) != `"first"` || string(values[0].To) != `"second"` {
		t.Errorf("the update says %+v (%v)", values, err)
	}
}

// TestAuditIsForWhoeverMaySeeTheResource: now or, where it is gone, until then.
func TestAuditIsForWhoeverMaySeeTheResource(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	lambeth := programme.Actor{Subject: "l", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
	hamlets := programme.Actor{Subject: "h", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000030"}
	reporting := programme.Actor{Subject: "r", Roles: []programme.Role{programme.RoleReporting}}
	parties, boroughs, everyone := programme.Parties("E09000022"), programme.EveryBorough(), programme.Everyone()
	steps := map[string][]programme.Audience{ // who sees the thing after each change
		"kept":        {parties},
		"published":   {parties, boroughs, everyone},
		"withdrawn":   {everyone, parties},
		"gone":        {parties, nil},
		"gone public": {parties, everyone, nil},
	}
	for key, seen := range steps {
		var before programme.Audience
		for _, after := range seen {
			row := newAuditRow(s.now(), team, actionUpdate, "peer-review", key)
			row.SeenBefore, row.SeenAfter, row.ReadBy = before, after, parties
			if err := s.gorm.Create(&row).Error; err != nil {
				t.Fatal(err)
			}
			before = after
		}
	}
	for key, who := range map[string][]bool{ // team, Lambeth, Tower Hamlets, reporting
		"kept":        {true, true, false, false},
		"published":   {true, true, true, true},
		"withdrawn":   {true, true, false, false},
		"gone":        {true, true, false, false},
		"gone public": {true, true, true, true},
		"never there": {false, false, false, false},
	} {
		for i, actor := range []programme.Actor{team, lambeth, hamlets, reporting} {
			entries, err := auditPages(t, s, actor, "peer-review", key, 10)
			whole, begun, wholeErr := auditWhole(t, s, actor, "peer-review", key)
			if who[i] {
				if err != nil || wholeErr != nil || len(entries) != len(steps[key]) || len(whole) != len(entries) {
					t.Errorf("%s: actor %d reads %d and %d entries (%v, %v)", key, i, len(entries), len(whole), err, wholeErr)
				}
				continue
			}
			wantRefusal(t, err, programme.Malformed, "bad_request")
			wantRefusal(t, wholeErr, programme.Malformed, "bad_request")
			if begun {
				t.Errorf("%s: an answer was begun for actor %d", key, i)
			}
		}
	}
	if _, err := auditPages(t, s, programme.Actor{}, "peer-review", "published", 10); programme.KindOf(err) != programme.Malformed || err == nil {
		t.Errorf("nobody in special reads it (%v)", err)
	}
}

// TestAuditKnowsWhatAnImportBrings: also the periods and the model that it adds.
func TestAuditKnowsWhatAnImportBrings(t *testing.T) {
	t.Parallel()
	s := importing(t)
	start := lastChange(t, s)
	result := importFile(t, s, "a", "", smallFile())
	corrected := smallFile()
	corrected.Neighbours[0].Closeness = "Close"
	importFile(t, s, "b", "2025-11-20", corrected)
	items, _ := changesAfter(t, s, team, nil, start, 20)
	var got []string
	for _, c := range items {
		got = append(got, string(c.Kind)+" "+c.Noun)
	}
	want := []string{"created period", "created neighbour-model", "created release", "updated neighbour-model", "created release"}
	if !slices.Equal(got, want) {
		t.Errorf("the feed tells %v, want %v", got, want)
	}
	entries, err := auditPages(t, s, team, "release", result.Release.ID, 10)
	if err != nil || len(entries) != 1 || entries[0].Action != actionImport {
		t.Fatalf("entries %+v (%v)", entries, err)
	}
	values, err := entries[0].Values()
	if err != nil {
		t.Fatal(err)
	}
	var members []string
	for _, v := range values {
		members = append(members, v.Member)
	}
	if !slices.Contains(members, "SHA256") || !slices.Contains(members, "Inserted") {
		t.Errorf("the import says %v", members)
	}
}

// TestSigningKeysConcernNobody: what becomes of them is kept for the database's
// owner.
func TestSigningKeysConcernNobody(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	start := lastChange(t, s)
	if err := s.AddSigningKey(t.Context(), programme.SigningKey{ID: "k", Algorithm: "EdDSA", PKCS8: []byte("x"), CreatedAt: beginning()}); err != nil {
		t.Fatal(err)
	}
	if err := s.RetireSigningKeys(t.Context(), "other", beginning()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = 'signing key' AND key = 'k'"); n != 2 {
		t.Errorf("%d changes of the key are kept", n)
	}
	if items, next := changesAfter(t, s, team, nil, start, 10); len(items) != 0 || next != start {
		t.Errorf("the feed tells %v and got to %d", items, next)
	}
	_, err := auditPages(t, s, team, "signing key", "k", 10)
	wantRefusal(t, err, programme.Malformed, "bad_request")
}
