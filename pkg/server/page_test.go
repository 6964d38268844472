package server_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// printedMilestone is one of the page's milestones as it is printed.
type printedMilestone struct{ title, text string }

// printedMilestones reads them from the page itself.
func printedMilestones(t *testing.T) []printedMilestone {
	t.Helper()
	page, err := os.ReadFile("../seed/data/programme-page.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "\nProject Milestones\n")
	part, _, found := strings.Cut(rest, "\nContact Details\n")
	if !found {
		t.Fatal("the page has no milestones")
	}
	var out []printedMilestone
	for line := range strings.Lines(part) {
		line = strings.Trim(line, " •\n")
		if at := strings.IndexAny(line, ":;"); at > 0 {
			out = append(out, printedMilestone{line[:at], line[at+2:]})
		}
	}
	return out
}

// pageWorld is a service that knows what the page reports.
func pageWorld(t *testing.T) *world {
	t.Helper()
	w := start(t)
	if err := seed.LoadYear(t.Context(), w.store, team); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestPageIsAnswered: what the programme's page says of its milestones is what a
// reporting tool reads, word for word and in the page's order.
func TestPageIsAnswered(t *testing.T) {
	t.Parallel()
	w := pageWorld(t)
	var list api.MilestonePage
	w.get("/v1/milestones?count=true").want(200).into(&list)
	printed := printedMilestones(t)
	if len(printed) != 6 || len(list.Items) != 6 || *list.Total != 6 {
		t.Fatalf("%d milestones of %d that are printed, want 6", len(list.Items), len(printed))
	}
	for i, m := range list.Items {
		if m.Title != printed[i].title || m.Description != printed[i].text {
			t.Errorf("milestone %d is\n%q: %q, want\n%q: %q", i+1, m.Title, m.Description, printed[i].title, printed[i].text)
		}
		count, _, _ := strings.Cut(printed[i].text, " ")
		if n, err := strconv.Atoi(count); err == nil && len(m.Boroughs) != n {
			t.Errorf("%s has %d boroughs, and the page says %d", m.Title, len(m.Boroughs), n)
		}
		if m.Status != "achieved" || !m.Derived || !m.WordedByHand || m.Participants != nil || m.Illustrative == nil || *m.Illustrative == "" {
			t.Errorf("%s: %+v", m.Title, m)
		}
	}
	for i, want := range []int{0, 12, 8, 5, 8, 1} {
		if n := len(list.Items[i].Boroughs); n != want {
			t.Errorf("%s has %d boroughs, want %d", list.Items[i].Title, n, want)
		}
	}
	// Loading again, as every start of the demo does, changes nothing.
	before := w.get("/v1/milestones").want(200).body
	if err := seed.Load(t.Context(), w.store, team); err != nil {
		t.Fatal(err)
	}
	if after := w.get("/v1/milestones").want(200).body; after != before {
		t.Errorf("loading again made\n%s of\n%s", after, before)
	}
}

// TestPageGroupsAreAnswered: four groups of three in the South, smaller groups in
// the East and the North, one complete group in the North West. Who met whom is an
// example where the page does not say it, and says so.
func TestPageGroupsAreAnswered(t *testing.T) {
	t.Parallel()
	w := pageWorld(t)
	var challenges api.PeerChallengePage
	w.get("/v1/peer-challenges").want(200).into(&challenges)
	if len(challenges.Items) != 4 {
		t.Fatalf("%d challenges, want 4", len(challenges.Items))
	}
	for i, want := range []struct {
		subRegion string
		sizes     []int
		example   bool
	}{{"south", []int{3, 3, 3, 3}, true}, {"east", []int{4, 4}, true}, {"north", []int{3, 2}, true}, {"north-west", []int{8}, false}} {
		c := challenges.Items[i]
		var groups api.PeerChallengeGroupPage
		w.get("/v1/peer-challenge-groups?peerChallengeId=" + c.Id).want(200).into(&groups)
		var sizes []int
		placed := map[string]bool{}
		for _, g := range groups.Items {
			sizes = append(sizes, len(g.Members))
			for _, m := range g.Members {
				placed[m.Borough] = true
			}
			if (g.Illustrative != nil) != want.example {
				t.Errorf("%s of %s is an example: %v, want %v", g.Name, c.Title, g.Illustrative != nil, want.example)
			}
		}
		total := 0
		for _, n := range want.sizes {
			total += n
		}
		if c.SubRegion != want.subRegion || c.State != "completed" || c.Illustrative == nil || !slices.Equal(sizes, want.sizes) || len(placed) != total {
			t.Errorf("%s: groups of %v with %d boroughs, want %v with %d: %+v", want.subRegion, sizes, len(placed), want.sizes, total, c)
		}
	}
}

// TestPageEventsAndReviewAreAnswered: the summit with its guests, the day in North
// West London, and the two days in Lambeth, which are its own and the team's to see.
func TestPageEventsAndReviewAreAnswered(t *testing.T) {
	t.Parallel()
	w := pageWorld(t)
	var events api.EventPage
	w.get("/v1/events?sort=startsOn").want(200).into(&events)
	if len(events.Items) != 2 || events.Items[0].Kind != "challenge_day" || events.Items[1].Kind != "summit" {
		t.Fatalf("events %+v", events.Items)
	}
	day, summit := events.Items[0], events.Items[1]
	if summit.Title != printedMilestones(t)[0].title || summit.Description != printedMilestones(t)[0].text || summit.Illustrative == nil || summit.State != "held" {
		t.Errorf("the summit is %+v", summit)
	}
	var guests []string
	for _, a := range summit.Invited {
		guests = append(guests, string(a.OrganisationType))
		if a.Count != nil {
			t.Errorf("%d of %s were counted, and the page counts nobody", *a.Count, a.OrganisationType)
		}
	}
	if want := []string{"boroughs", "dfe", "health", "other"}; !slices.Equal(guests, want) {
		t.Errorf("guests %v, want %v", guests, want)
	}
	if !slices.Equal(summit.Opportunities, []string{"Greater collaboration in order to improve outcomes for children in London."}) {
		t.Errorf("opportunities %q", summit.Opportunities)
	}
	var priority api.Priority
	w.get("/v1/priorities/" + *day.Sessions[0].PriorityId).want(200).into(&priority)
	if priority.Name != "Adolescent safeguarding" || day.PeerChallengeId == nil || day.PeerChallengeGroupId == nil || day.Illustrative == nil {
		t.Errorf("the day on %s is %+v", priority.Name, day)
	}

	reviews := func(who caller) []api.PeerReview {
		t.Helper()
		var list api.PeerReviewPage
		who.get("/v1/peer-reviews").want(200).into(&list)
		return list.Items
	}
	if n := len(reviews(w.as(programme.RoleReporting, ""))) + len(reviews(w.as(programme.RoleBoroughLead, "E09000008"))); n != 0 {
		t.Errorf("%d reviews are shown to whom the host has not published them", n)
	}
	for _, who := range []caller{w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, "E09000022")} {
		list := reviews(who)
		if len(list) != 1 {
			t.Fatalf("%d reviews, want Lambeth's", len(list))
		}
		r := list[0]
		if r.Host != "E09000022" || r.State != "reported" || r.Publication != "host_and_team" || len(r.FieldworkDays) != 2 || r.Illustrative == nil || r.Report != nil {
			t.Errorf("the review is %+v", r)
		}
		_, objective, _ := strings.Cut(printedMilestones(t)[5].text, "with the objective ")
		if !strings.EqualFold(*r.Scope, objective) {
			t.Errorf("the scope is %q, want %q", *r.Scope, objective)
		}
	}
}
