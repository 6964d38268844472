package server_test

import (
	"net/http"
	"os"
	"regexp"
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
		if m.State != "achieved" || !m.Derived || !m.WordedByHand || m.Participants != nil || m.Illustrative == nil || *m.Illustrative == "" {
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

// TestPageMilestonesFollow: a correction of what a milestone reports reaches the
// milestone, which keeps the page's words.
func TestPageMilestonesFollow(t *testing.T) {
	t.Parallel()
	w := pageWorld(t)
	var list api.MilestonePage
	w.get("/v1/milestones").want(200).into(&list)
	south := list.Items[1]
	challenge := "/v1/peer-challenges/" + *south.PeerChallengeId
	w.patch(challenge, `{"learningThemes":["Strengths are seen more clearly by others."]}`).want(200)
	var after api.Milestone
	w.get("/v1/milestones/" + south.Id).want(200).into(&after)
	if !after.UpdatedAt.Equal(south.UpdatedAt) {
		t.Errorf("what does not concern the milestone makes\n%+v of\n%+v", after, south)
	}
	w.patch(challenge, `{"title":"Other","startsOn":"2024-06-03","endsOn":"2024-06-14","illustrative":null}`).want(200)
	w.get("/v1/milestones/" + south.Id).want(200).into(&after)
	if after.Title != south.Title || after.Description != south.Description || after.AchievedOn == nil || *after.AchievedOn != "2024-06-14" || after.Illustrative != nil {
		t.Errorf("after the correction the milestone is %+v", after)
	}
	w.get("/v1/milestones?count=true").want(200).into(&list)
	if *list.Total != 6 {
		t.Errorf("%d milestones, want the page's six", *list.Total)
	}
}

// TestDocumentedYear sends what docs/front-ends.md shows of the programme's year, line by line.
func TestDocumentedYear(t *testing.T) {
	t.Parallel()
	w := pageWorld(t)
	page, err := os.ReadFile("../../docs/front-ends.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## The programme's year\n")
	section, _, _ = strings.Cut(section, "\n## ")
	known := map[string]string{"API": "/v1", "TOKEN": w.token(programme.RoleProgramme)}
	var bodies []string
	for line := range strings.Lines(strings.ReplaceAll(section, "\\\n", " ")) {
		line, is := strings.CutPrefix(line, "    curl ")
		if !is {
			continue
		}
		r := w.send(curled(t, line, known))
		if r.status/100 != 2 {
			t.Fatalf("%s\nanswers %d: %s", line, r.status, r.body)
		}
		var made struct{ ID string }
		r.into(&made)
		known["ID"], known["ETAG"] = made.ID, r.header.Get("ETag")
		bodies = append(bodies, r.body)
	}
	if len(bodies) != 5 {
		t.Fatalf("the page shows %d requests, want 5", len(bodies))
	}
	if n := strings.Count(bodies[0], `"title"`); n != 6 {
		t.Errorf("%d milestones are listed, want 6: %s", n, bodies[0])
	}
	if n := strings.Count(bodies[4], `"type":"peer-challenge-group"`); n != 9+4 {
		t.Errorf("the feed tells of %d groups, want the page's nine and the four that were accepted", n)
	}
}

// shellWord is one of a command's: in quotes, or without spaces.
var shellWord = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)

// curled reads the arguments of curl as the request that it sends.
func curled(t *testing.T, arguments string, known map[string]string) ask {
	t.Helper()
	a := ask{method: http.MethodGet, header: map[string]string{}}
	words := shellWord.FindAllString(arguments, -1)
	for i := 0; i < len(words); i++ {
		value := func() string {
			word := words[i]
			if strings.HasPrefix(word, "'") {
				return strings.Trim(word, "'")
			}
			return os.Expand(strings.Trim(word, `"`), func(name string) string {
				if known[name] == "" {
					t.Fatalf("nobody knows what $%s is in %s", name, arguments)
				}
				return known[name]
			})
		}
		switch words[i] {
		case "-H":
			i++
			name, text, _ := strings.Cut(value(), ": ")
			a.header[name] = text
		case "-X":
			i++
			a.method = value()
		case "-d":
			i++
			a.method, a.body = http.MethodPost, value()
		default:
			a.path = value()
		}
	}
	return a
}
