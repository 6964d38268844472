package server_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

const (
	subscriptionsList   = "/v1/calendar-subscriptions"
	exampleSubscription = "01932b7e-0000-7000-8000-000000000061"
	exampleCalendar     = "pca_shown-once" // the secret in the contract's examples
)

var _ = standIn(subscriptionsList, exampleSubscription, func(w *world) string {
	return subscribedBy(w.as(programme.RoleProgramme, "")).id
})

// subscriber is a lead of the borough who is nobody else: tests send tokens of one subject for
// several boroughs, which ends what it has subscribed to.
func (w *world) subscriber(borough string) caller {
	w.t.Helper()
	return w.somebody("subscriber of "+borough, borough, programme.RoleBoroughLead)
}

// subscription is one, with the address that was shown.
type subscription struct{ id, address string }

func subscribedBy(c caller) subscription {
	c.w.t.Helper()
	var made struct {
		Address              string
		CalendarSubscription struct{ ID string }
	}
	c.post(subscriptionsList, `{"name":"Telephone"}`).want(201).into(&made)
	return subscription{made.CalendarSubscription.ID, made.Address}
}

func (s subscription) secret() string { return strings.TrimPrefix(s.address, "/v1/calendars/") }

// reads asks for the calendar as a calendar program does, without a token.
func (s subscription) reads(w *world) answer {
	w.t.Helper()
	return w.send(ask{method: http.MethodGet, path: s.address})
}

// TestACalendarIsSubscribedTo: the address alone shows what its maker would see now, and no more.
func TestACalendarIsSubscribedTo(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group := w.meeting()
	w.sql("UPDATE peer_challenge_groups SET ends_on = starts_on WHERE id = $1", group.id)
	w.event(func(e *programme.Event) { e.Title = "for all" })
	w.event(func(e *programme.Event) { e.Title, e.Boroughs = "of Southwark", []string{other} })
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	review := "/v1/peer-reviews/" + manager.post("/v1/peer-reviews", `{"title":"Commissioning","host":"`+own+`","cycle":"2026-27","fieldworkDays":["2026-11-03","2026-11-05"],"presentationOn":"2026-11-06"}`).id()
	w.sql("UPDATE peer_reviews SET progress_review_on = '2027-09-06' WHERE id = $1", idIn(review))
	action := w.actionDue("2027-01-29")

	ours := []string{
		"Action due: " + action.Owner, "Action plan due: Commissioning", "Fieldwork: Commissioning", "Presentation: Commissioning", "Progress review due: Commissioning",
		"Report due: Commissioning", "Report of the progress review due: Commissioning", "South London challenge: Group I", "for all",
	}
	all := slices.Sorted(slices.Values(append(slices.Clone(ours), "of Southwark")))
	for name, c := range map[string]struct {
		maker caller
		want  []string
	}{
		"a lead":    {lead, ours},
		"an editor": {w.as(programme.RoleBoroughEditor, own), ours},
		"another":   {w.as(programme.RoleBoroughLead, other), []string{"for all", "of Southwark"}},
		"the team":  {manager, all},
	} {
		s := subscribedBy(c.maker)
		if got := w.summaries(s.address, ""); !slices.Equal(got, c.want) {
			t.Errorf("%s reads %v, want %v", name, got, c.want)
		}
	}
	s := subscribedBy(lead)
	entries := w.entries(s.address, "")
	if got := occurrences(w, entries[idIn(review)+"-fieldwork@peerchallenge"]); !slices.Equal(got, []string{"2026-11-03T00:00:00Z", "2026-11-05T00:00:00Z"}) {
		t.Errorf("fieldwork is on %v", got)
	}
	if e := entries[action.ID+"@peerchallenge"]; strings.Contains(value(w, e, ical.PropDescription)+value(w, e, ical.PropSummary), action.Text) {
		t.Error("the borough's words about an action leave with the calendar")
	}
	// What is done is no more to come, and an event takes the day that it is of.
	w.sql("UPDATE actions SET state = 'done' WHERE id = $1", action.ID)
	w.sql("UPDATE peer_reviews SET progress_review = 'It went on.', presentation_on = '2026-11-05' WHERE id = $1", idIn(review))
	w.event(func(e *programme.Event) {
		e.Title, e.PeerReviewID, e.StartsOn, e.EndsOn, e.StartTime, e.EndTime, e.Kind = "on site", new(idIn(review)), "2026-11-03", "2026-11-03", nil, nil, programme.FieldworkDay
	})
	want := []string{"Action plan due: Commissioning", "Fieldwork and presentation: Commissioning", "Report due: Commissioning", "South London challenge: Group I", "for all", "on site"}
	if got := w.summaries(s.address, ""); !slices.Equal(got, want) {
		t.Errorf("afterwards they are %v, want %v", got, want)
	}
	if got := occurrences(w, w.entries(s.address, "")[idIn(review)+"-fieldwork@peerchallenge"]); !slices.Equal(got, []string{"2026-11-05T00:00:00Z"}) {
		t.Errorf("fieldwork is left on %v", got)
	}
	// It is one answer like any other, and writes nothing.
	etag := s.reads(w).want(200).header.Get("ETag")
	w.send(ask{method: http.MethodGet, path: s.address, header: map[string]string{"If-None-Match": etag}}).want(304)
	w.send(ask{method: http.MethodGet, path: s.address + "?kind=summit"}).problem(400, "bad_request")
	w.send(ask{method: http.MethodPost, path: s.address, body: "{}"}).want(405)
	caller{w, s.secret()}.get("/v1/boroughs").problem(401, "token_malformed")
}

// TestAnAddressIsKnownToItsMakerAlone: nothing that the service keeps or tells has the secret.
func TestAnAddressIsKnownToItsMakerAlone(t *testing.T) {
	t.Parallel()
	w, _, log := logging(t, func(cfg *server.Config) { cfg.BaseURL = "https://api.example.org" })
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	s := subscribedBy(lead)
	if !strings.HasPrefix(s.address, "https://api.example.org/v1/calendars/pca_") || len(s.address) != len("https://api.example.org/v1/calendars/pca_")+58 {
		t.Fatalf("the address is %s", s.address)
	}
	s.address = strings.TrimPrefix(s.address, "https://api.example.org")
	s.reads(w).want(200)
	gone := subscription{address: "/v1/calendars/" + programme.NewSecret(programme.CalendarKind).Text}
	gone.reads(w).problem(404, "not_found")
	told := manager.get("/v1/audit-entries?type=calendar-subscription&id="+s.id).want(200).body + manager.get("/v1/changes").want(200).body +
		lead.get(subscriptionsList).want(200).body + lead.get(subscriptionsList+"/"+s.id).want(200).body
	for _, table := range []string{"secrets", "calendar_subscriptions", "idempotency_answers", "audit_entries", "last_uses"} {
		told += w.ownerGets("SELECT coalesce(string_agg(x::text, ' '), '') FROM " + table + " x")
	}
	w.http.Close()
	told += log.String()
	for _, secret := range []string{s.secret(), gone.secret()} {
		if secret = strings.TrimPrefix(secret, "pca_")[4:]; strings.Contains(told, secret) {
			t.Errorf("the secret is told: %s", secret)
		}
	}
	if !strings.Contains(log.String(), `"operation":"getSubscribedCalendar"`) || !strings.Contains(log.String(), `"subject":"test-borough-lead"`) {
		t.Errorf("the log does not say who has read: %s", log.String())
	}
}

// TestWhatEndsACalendar, and that nobody can tell from what: each address that opens nothing is
// answered with the same bytes.
func TestWhatEndsACalendar(t *testing.T) {
	t.Parallel()
	w := lean(t)
	second := startOn(t, w.url) // another process, which hears of it by itself
	const request = "the-same-request"
	read := func(w *world, address string) (answer, map[string][]string) {
		t.Helper()
		r := w.send(ask{method: http.MethodGet, path: address, header: map[string]string{"X-Request-Id": request}})
		header := maps.Clone(map[string][]string(r.header))
		for _, changes := range []string{"Date", "Ratelimit", "RateLimit"} {
			delete(header, changes)
		}
		return r, header
	}
	unknown, unknownHeader := read(w, "/v1/calendars/"+programme.NewSecret(programme.CalendarKind).Text)
	unknown.problem(404, "not_found")
	for _, c := range []struct {
		what string
		deed func(maker string, s subscription)
		ends bool
	}{
		{"nothing", func(string, subscription) {}, false},
		{"its maker", func(maker string, s subscription) {
			w.somebody(maker, own, programme.RoleBoroughEditor).change(http.MethodDelete, subscriptionsList+"/"+s.id, "").want(204)
		}, true},
		{"a lead", func(_ string, s subscription) {
			w.as(programme.RoleBoroughLead, own).change(http.MethodDelete, subscriptionsList+"/"+s.id, "").want(204)
		}, true},
		{"the team", func(_ string, s subscription) {
			w.as(programme.RoleProgramme, "").change(http.MethodDelete, subscriptionsList+"/"+s.id, "").want(204)
		}, true},
		{"its day", func(_ string, s subscription) {
			w.ownerDoes("UPDATE calendar_subscriptions SET expires_at = created_at WHERE id = '" + s.id + "'")
		}, true},
		{"the issuer is trusted no more", func(_ string, s subscription) {
			w.ownerDoes("UPDATE calendar_subscriptions SET maker_issuer = 'https://left.example.org' WHERE id = '" + s.id + "'")
		}, true},
		{"the borough has left the programme", func(_ string, s subscription) {
			w.ownerDoes("UPDATE calendar_subscriptions SET borough_code = NULL WHERE id = '" + s.id + "'")
		}, true},
		{"all that the subject has is ended", func(maker string, _ subscription) {
			w.as(programme.RoleProgramme, "").post("/v1/token-revocations", `{"issuer":"http://test","subject":"`+maker+`"}`).want(201)
		}, true},
		{"a later token without the role", func(maker string, _ subscription) {
			w.somebody(maker, own, programme.RoleBoroughSystem).get("/v1/me").want(200)
		}, true},
		{"a later token of another borough", func(maker string, _ subscription) {
			w.somebody(maker, group, programme.RoleBoroughEditor).get("/v1/me").want(200)
		}, true},
		{"a later token with more roles", func(maker string, _ subscription) {
			w.somebody(maker, own, programme.RoleBoroughEditor, programme.RoleBoroughLead).get("/v1/me").want(200)
		}, false},
		{"an older token without the role", func(maker string, _ subscription) {
			w.somebodySince(maker, own, time.Minute, programme.RoleBoroughSystem).get("/v1/me").want(200)
		}, false},
		{"somebody else's token", func(string, subscription) {
			w.somebody("stranger", own, programme.RoleBoroughSystem).get("/v1/me").want(200)
		}, false},
	} {
		maker := "maker of " + c.what
		s := subscribedBy(w.somebody(maker, own, programme.RoleBoroughEditor))
		w.eventually(c.what+": both processes know it", func() bool { return s.reads(w).status == 200 && s.reads(second).status == 200 })
		c.deed(maker, s)
		if !c.ends {
			w.upToDate()
			s.reads(w).want(200)
			continue
		}
		for _, process := range []*world{w, second} {
			// The clock of the test stands, so that an address is asked as often as its limit allows.
			process.upToDate()
			r, header := read(process, s.address)
			if r.status != 404 || r.body != unknown.body || !maps.EqualFunc(header, unknownHeader, slices.Equal) {
				t.Errorf("%s: %d %s %v, want what is told of one that never was: %s %v", c.what, r.status, r.body, header, unknown.body, unknownHeader)
			}
		}
	}
	for _, guess := range []string{"x", "pca_", "pcr_" + strings.Repeat("a", 58), "pca_" + strings.Repeat("a", 58), strings.Repeat("a", 5000), "%F0%9F%93%85"} {
		if r, header := read(w, "/v1/calendars/"+guess); r.body != unknown.body || !maps.EqualFunc(header, unknownHeader, slices.Equal) {
			t.Errorf("%.20s is answered %s, want %s", guess, r.body, unknown.body)
		}
	}
}

// TestWhoEndsWhichCalendar: beside its maker a lead of the borough and the team; an editor ends no
// colleague's, and no other borough knows of it.
func TestWhoEndsWhichCalendar(t *testing.T) {
	t.Parallel()
	w := lean(t)
	maker, colleague := w.somebody("ann", own, programme.RoleBoroughEditor), w.somebody("bob", own, programme.RoleBoroughEditor)
	s := subscriptionsList + "/" + subscribedBy(maker).id
	colleague.change(http.MethodDelete, s, "").problem(403, "not_yours")
	w.as(programme.RoleBoroughLead, other).get(s).problem(404, "not_found")
	var seen struct {
		Subject              *string
		Roles                []string
		ExpiresAt, CreatedAt time.Time
		Hint                 string
	}
	w.as(programme.RoleProgramme, "").get(s).want(200).into(&seen)
	if seen.Subject != nil || !slices.Equal(seen.Roles, []string{"borough-editor"}) || !seen.ExpiresAt.Equal(seen.CreatedAt.AddDate(0, 13, 0)) || len(seen.Hint) != len("pca_k3vq") {
		t.Errorf("the team reads %+v", seen)
	}
	colleague.get(s).want(200).into(&seen)
	if seen.Subject == nil || *seen.Subject != "ann" {
		t.Errorf("a colleague reads %+v", seen)
	}
	// The team's own is the team's.
	teams := subscriptionsList + "/" + subscribedBy(w.as(programme.RoleProgramme, "")).id
	w.as(programme.RoleBoroughLead, own).get(teams).problem(404, "not_found")
	w.as(programme.RoleProgramme, "").get(teams).want(200).into(&seen)
	if seen.Subject == nil || *seen.Subject != "test-programme" {
		t.Errorf("the team reads of its own %+v", seen)
	}
	// What has ended goes, with all that was known of it.
	w.ownerDoes("UPDATE calendar_subscriptions SET expires_at = created_at WHERE id = '" + idIn(s) + "'")
	if err := w.store.PurgeAccess(t.Context()); err != nil {
		t.Fatal(err)
	}
	maker.get(s).problem(404, "not_found")
	if left := w.ownerGets("SELECT count(*)::text FROM secrets WHERE calendar_subscription_id = '" + idIn(s) + "'"); left != "0" {
		t.Errorf("%s secrets are left", left)
	}
}

// TestCalendarsAreLimitedEach: an address is answered three times a second, whether or not it opens
// anything, and when it was last used is noted.
func TestCalendarsAreLimitedEach(t *testing.T) {
	t.Parallel()
	w := startAt(t, leanDatabase(t), still())
	lead := w.as(programme.RoleBoroughLead, own)
	s, another := subscribedBy(lead), subscribedBy(lead)
	never := subscription{address: "/v1/calendars/" + programme.NewSecret(programme.CalendarKind).Text}
	for address, status := range map[subscription]int{s: 200, never: 404} {
		for range 12 {
			address.reads(w).want(status)
		}
		r := address.reads(w)
		r.problem(429, "too_many_requests")
		if got := r.header.Get("RateLimit-Policy"); got != `"calendar";q=12;w=4` {
			t.Errorf("it is limited by %s", got)
		}
	}
	another.reads(w).want(200)
	w.eventually("the use is noted", func() bool {
		return !strings.Contains(lead.get(subscriptionsList+"/"+s.id).want(200).body, `"lastUsedAt":null`)
	})
}
