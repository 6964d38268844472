package seed_test

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// withIDs is London with ids, as the store answers it.
func withIDs(t *testing.T) *benchmark.Snapshot {
	t.Helper()
	l := london(t)
	for i := range l.Priorities {
		l.Priorities[i].ID = "id of " + l.Priorities[i].Name
	}
	return l
}

func yearOf(t *testing.T, l *benchmark.Snapshot) []programme.Chapter {
	t.Helper()
	year, err := seed.Year(l)
	must(t, err)
	return year
}

// printed answers the page's milestones, each cut at the mark after its title.
func printed(t *testing.T) (titles, texts []string) {
	t.Helper()
	text, err := os.ReadFile("data/programme-page.txt")
	must(t, err)
	for _, line := range paragraphs(between(t, string(text), "\nProject Milestones\n", "\nContact Details\n")) {
		at := strings.IndexAny(line, ":;")
		titles, texts = append(titles, line[:at]), append(texts, line[at+2:])
	}
	return titles, texts
}

// TestYearIsThePages: six milestones, word for word and in the page's order, with
// as many boroughs as the page says.
func TestYearIsThePages(t *testing.T) {
	t.Parallel()
	titles, texts := printed(t)
	year := yearOf(t, withIDs(t))
	if len(titles) != 6 || len(year) != 6 {
		t.Fatalf("%d chapters of %d milestones, want 6", len(year), len(titles))
	}
	number := regexp.MustCompile(`^\d+`)
	for i, c := range year {
		m := c.Milestone
		if m.Title != titles[i] || m.Description != texts[i] {
			t.Errorf("milestone %d is\n%q: %q, want\n%q: %q", i+1, m.Title, m.Description, titles[i], texts[i])
		}
		if m.State != programme.MilestoneAchieved || !m.Derived || !m.WordedByHand || m.Participants != nil || m.Illustrative == nil {
			t.Errorf("%s is %+v", m.Title, m)
		}
		if n := number.FindString(texts[i]); n != "" && n != strconv.Itoa(len(m.Boroughs)) {
			t.Errorf("%s has %d boroughs, and the page says %s", m.Title, len(m.Boroughs), n)
		}
	}
}

// TestYearsChallenges: how they were conducted, and in which groups.
func TestYearsChallenges(t *testing.T) {
	t.Parallel()
	l := withIDs(t)
	year := yearOf(t, l)
	coaching := []string{"coaching"}
	for i, want := range []struct {
		subRegion string
		sizes     []int
		methods   []string
		example   bool // whether the membership of groups is one
	}{
		{"south", []int{3, 3, 3, 3}, coaching, true},
		{"east", []int{4, 4}, []string{"coaching", "appreciative inquiry"}, true},
		{"north", []int{3, 2}, coaching, true},
		{"north-west", []int{8}, coaching, false},
	} {
		c := year[i+1]
		if c.Challenge.SubRegion != want.subRegion || !slices.Equal(c.Challenge.Methods, want.methods) || c.Challenge.State != programme.ChallengeCompleted ||
			c.Challenge.StartsOn != nil || c.Challenge.EndsOn != nil || c.Challenge.Illustrative == nil {
			t.Errorf("%s: %+v", want.subRegion, c.Challenge)
		}
		for _, method := range want.methods {
			if !strings.Contains(c.Milestone.Description, method) {
				t.Errorf("%s: the page says nothing of %s", want.subRegion, method)
			}
		}
		// The page names the roles that came, and counts nobody; the groups say the same.
		var roles []programme.ParticipantRole
		for _, part := range c.Milestone.ParticipantsByRole {
			if part.Count != nil {
				t.Errorf("%s: the page does not say that %d of %s came", want.subRegion, *part.Count, part.Role)
			}
			roles = append(roles, part.Role)
		}
		if derived := programme.MilestoneOfChallenge(*c.Challenge, c.Groups); !slices.Equal(roles, []programme.ParticipantRole{"dcs", "hos", "pl"}) || !slices.Equal(derived.ParticipantsByRole, c.Milestone.ParticipantsByRole) || derived.Participants != nil {
			t.Errorf("%s: %v came, and of the groups %+v", want.subRegion, roles, derived.ParticipantsByRole)
		}
		var sizes []int
		var placed []string
		for _, g := range c.Groups {
			sizes, placed = append(sizes, len(g.Members)), append(placed, g.Boroughs()...)
			if (g.Illustrative != nil) != want.example || g.StartsOn != nil || g.Name == "" {
				t.Errorf("%s: %+v", want.subRegion, g)
			}
		}
		slices.Sort(placed)
		if !slices.Equal(sizes, want.sizes) || !slices.Equal(placed, c.Milestone.Boroughs) || len(slices.Compact(placed)) != len(c.Milestone.Boroughs) {
			t.Errorf("%s: groups of %v with %v, want %v of %v", want.subRegion, sizes, placed, want.sizes, c.Milestone.Boroughs)
		}
		for _, borough := range c.Milestone.Boroughs {
			if got := programme.SubRegionOn(l.Memberships, borough, c.Challenge.MembersOn()); got != want.subRegion {
				t.Errorf("%s is in %s and in a group of %s", borough, got, want.subRegion)
			}
		}
	}
}

// TestYearsSummit: its kinds of guests, whom nobody counted, and what they looked for.
func TestYearsSummit(t *testing.T) {
	t.Parallel()
	c := yearOf(t, withIDs(t))[0]
	summit := c.Events[0]
	for name, guests := range map[string][]programme.Attendance{"invited": summit.Invited, "attended": summit.Attended} {
		var kinds []programme.OrganisationType
		for _, a := range guests {
			kinds = append(kinds, a.OrganisationType)
			if a.Count != nil {
				t.Errorf("%s: the page counts nobody, and there are %d", name, *a.Count)
			}
		}
		if !slices.Equal(kinds, []programme.OrganisationType{programme.FromBoroughs, programme.FromDfE, programme.FromHealth, programme.FromElsewhere}) {
			t.Errorf("%s: %v", name, kinds)
		}
	}
	if want := []string{"Greater collaboration in order to improve outcomes for children in London."}; !slices.Equal(summit.Opportunities, want) {
		t.Errorf("opportunities %q, want %q", summit.Opportunities, want)
	}
	if summit.Kind != programme.Summit || summit.SubRegion != nil || len(summit.Boroughs) > 0 || summit.Illustrative == nil {
		t.Errorf("the summit is %+v", summit)
	}
}

// TestYearsDays: besides the summit, only North West London's day is an event.
func TestYearsDays(t *testing.T) {
	t.Parallel()
	year := yearOf(t, withIDs(t))
	for i, n := range []int{1, 0, 0, 0, 1, 0} {
		if len(year[i].Events) != n {
			t.Errorf("%s has %d events, want %d", year[i].Milestone.Title, len(year[i].Events), n)
		}
	}
	day := year[4].Events[0]
	if day.Kind != programme.ChallengeDay || day.StartsOn != day.EndsOn || *day.SubRegion != "north-west" || day.Illustrative == nil ||
		len(day.Sessions) != 1 || *day.Sessions[0].PriorityID != "id of Adolescent safeguarding" || *year[4].Challenge.PriorityID != "id of Adolescent safeguarding" {
		t.Errorf("the day in North West London is %+v", day)
	}
}

// TestYearsReview: two days in Lambeth, and nothing that the alliance's pages do not say.
func TestYearsReview(t *testing.T) {
	t.Parallel()
	v := yearOf(t, withIDs(t))[5].Review
	if want := "To understand the current joint commissioning practice in Lambeth and highlight strengths and areas for innovation and development to improve outcomes for children."; *v.Scope != want {
		t.Errorf("the scope is %q, want %q", *v.Scope, want)
	}
	if len(v.FieldworkDays) != 2 || v.FieldworkDays[0].AddDays(1) != v.FieldworkDays[1] || v.Host != "E09000022" || *v.PriorityID != "id of Commissioning" ||
		v.State != programme.ReviewReported || v.Publication != programme.PublishedToParties || v.Illustrative == nil {
		t.Errorf("the review is %+v", v)
	}
	if want := []string{"Joint commissioning", "Sufficiency", "Value for money"}; !slices.Equal(v.KLOEs, want) || !strings.Contains(*v.Illustrative, "https://liia.london/liia-programme/targeted-work/recovery_fund") {
		t.Errorf("the lines of enquiry are %q, of which it is said: %s", v.KLOEs, *v.Illustrative)
	}
	if len(v.Team)+len(v.Sessions)+len(v.ReportLinks) > 0 || v.Report != nil || v.ReportedOn != nil || v.ScopeAgreedOn != nil {
		t.Errorf("the review says what the page does not: %+v", v)
	}
}

// TestYearsMilestonesFollow: each says what it would say if it were derived from
// its source anew, so that the first correction there changes no more than it means.
func TestYearsMilestonesFollow(t *testing.T) {
	t.Parallel()
	for _, c := range yearOf(t, withIDs(t)) {
		want := c.Milestone
		want.SubRegions, want.Boroughs, want.PriorityIDs, want.PlannedFor, want.AchievedOn = []string{}, []string{}, []string{}, nil, nil
		switch {
		case c.Challenge != nil:
			want.Kind, want.Cycle, want.Illustrative = programme.ChallengeMilestone, c.Challenge.Cycle, c.Challenge.Illustrative
			want.SubRegions = []string{c.Challenge.SubRegion}
			for _, g := range c.Groups {
				want.Boroughs = append(want.Boroughs, g.Boroughs()...)
			}
			if c.Challenge.PriorityID != nil {
				want.PriorityIDs = []string{*c.Challenge.PriorityID}
			}
		case c.Review != nil:
			want.Kind, want.Cycle, want.Illustrative = programme.ReviewMilestone, c.Review.Cycle, c.Review.Illustrative
			want.SubRegions, want.Boroughs, want.PriorityIDs = []string{"south"}, []string{c.Review.Host}, []string{*c.Review.PriorityID}
			want.PlannedFor, want.AchievedOn = &c.Review.FieldworkDays[1], c.Review.ReportedOn
		default:
			e := c.Events[0]
			want.Kind, want.Cycle, want.Illustrative = programme.EventMilestone, programme.CycleOn(e.StartsOn), e.Illustrative
			want.PlannedFor, want.AchievedOn = &e.EndsOn, &e.EndsOn
		}
		if !reflect.DeepEqual(c.Milestone, want) {
			t.Errorf("%s is\n%+v, want\n%+v", want.Title, c.Milestone, want)
		}
	}
}

// TestYearKeepsToTheLondonItIsGiven: boroughs that have moved meet where they
// belong now, and a priority that goes by another name is not made up.
func TestYearKeepsToTheLondonItIsGiven(t *testing.T) {
	t.Parallel()
	l := withIDs(t)
	for i := range l.Memberships {
		if m := &l.Memberships[i]; m.Borough == "E09000007" {
			m.SubRegion = "south"
		}
	}
	for i := range l.Priorities {
		l.Priorities[i].Name = fmt.Sprintf("Priority %d", i)
	}
	year := yearOf(t, l)
	if south := year[1]; len(south.Milestone.Boroughs) != 13 || len(south.Groups) != 5 || len(south.Groups[4].Members) != 1 {
		t.Errorf("south meets as %+v", south.Groups)
	}
	if north := year[3]; len(north.Milestone.Boroughs) != 4 || len(north.Groups) != 2 || len(north.Groups[1].Members) != 1 {
		t.Errorf("north meets as %+v", north.Groups)
	}
	if year[4].Challenge.PriorityID != nil || len(year[4].Milestone.PriorityIDs) > 0 || year[5].Review.PriorityID != nil {
		t.Error("a priority is cited that is not there")
	}
}
