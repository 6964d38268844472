package seed

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// The page tells what the programme has delivered, and neither when nor who met
// whom. The system cannot do without a cycle, without the days of events and
// fieldwork, and without the members of groups: those here are examples, and
// whatever has one says so under Illustrative.
const (
	exampleCycle   programme.Cycle = "2024-25" // the last with published figures
	summitDay      programme.Date  = "2025-02-06"
	safeguardDay   programme.Date  = "2024-10-10"
	firstFieldwork programme.Date  = "2024-11-12"
)

// What is an example, in the words that readers see.
const (
	exampleYear      = "The programme's page gives no year: the cycle is an example."
	exampleSummit    = "The programme's page gives no date: the day and the year are examples."
	exampleFieldwork = "The programme's page gives no dates: the two days of fieldwork and the year are examples."
	// The lines of enquiry of Lambeth's review are none of these: the alliance names them elsewhere.
	linesSource       = "The lines of enquiry are no example: they are those that the alliance's page on its recovery fund names (https://liia.london/liia-programme/targeted-work/recovery_fund)."
	exampleMembership = "The programme's page does not say who met whom: the membership is an example."
	exampleGroups     = "The programme's page does not say how many groups there were and who met whom: the group and its membership are examples."
)

// reported is a milestone as the page words it.
type reported struct{ title, text string }

// milestoneLine is how the page tells of a milestone: title, then what it is.
var milestoneLine = regexp.MustCompile(`^(.+?)[:;] (.+)$`)

// Year answers what the page reports, in its words and its order, with the ids and
// the memberships of the given London.
func Year(london *benchmark.Snapshot) ([]programme.Chapter, error) {
	p, err := readPage()
	if err != nil {
		return nil, err
	}
	var year []programme.Chapter
	for _, line := range p.milestones {
		match := milestoneLine.FindStringSubmatch(line)
		if match == nil {
			return nil, fmt.Errorf("the page's milestone %q has another form", line)
		}
		r := reported{match[1], match[2]}
		tell, ok := chapters[r.title]
		if !ok {
			return nil, fmt.Errorf("nothing is known of the page's milestone %q", r.title)
		}
		year = append(year, tell(r, london))
	}
	return year, nil
}

// chapters says what belongs to the page's milestones, by their titles. The page
// names two sub-regions otherwise than everybody does; the titles stay as printed.
var chapters = map[string]func(reported, *benchmark.Snapshot) programme.Chapter{
	"ALDCS Children’s Services Summit":      summit,
	"South London DCS Peer Challenge":       challengeOf("south", exampleMembership, []int{3, 3, 3, 3}, "coaching"),
	"East South London DCS Peer Challenge":  challengeOf("east", exampleGroups, []int{4, 4}, "coaching", "appreciative inquiry"),
	"North South London DCS Peer Challenge": challengeOf("north", exampleGroups, []int{3, 2}, "coaching"),
	"North West London DCS Peer Challenge":  safeguarding,
	"Lambeth Peer Review":                   review,
}

func summit(r reported, _ *benchmark.Snapshot) programme.Chapter {
	_, found, _ := strings.Cut(r.text, "to identify opportunities for ")
	guests := []programme.Attendance{}
	for _, from := range []programme.OrganisationType{programme.FromBoroughs, programme.FromDfE, programme.FromHealth, programme.FromElsewhere} {
		guests = append(guests, programme.Attendance{OrganisationType: from, Organisations: []string{}})
	}
	e := eventOn(summitDay, programme.Summit, r.title, r.text)
	e.Invited, e.Attended, e.Opportunities = guests, slices.Clone(guests), []string{sentence(found)}
	e.Illustrative = new(exampleSummit)
	m := milestoneOf(r, programme.EventMilestone, e.Illustrative)
	m.PlannedFor, m.AchievedOn = &e.EndsOn, &e.EndsOn
	return programme.Chapter{Milestone: m, Events: []programme.Event{e}}
}

// challengeOf tells of a sub-region's challenge in groups of these sizes.
func challengeOf(subRegion, example string, sizes []int, methods ...string) func(reported, *benchmark.Snapshot) programme.Chapter {
	return func(r reported, london *benchmark.Snapshot) programme.Chapter {
		c := programme.PeerChallenge{
			Head: seenBy(programme.Everyone()), Title: r.title, SubRegion: subRegion, Cycle: exampleCycle, Methods: methods,
			State: programme.ChallengeCompleted, LearningThemes: []string{}, Illustrative: new(exampleYear),
		}
		members := membersOf(london, subRegion)
		m := milestoneOf(r, programme.ChallengeMilestone, c.Illustrative)
		m.SubRegions, m.Boroughs, m.ParticipantsByRole = []string{subRegion}, members, rolesIn(r.text)
		return programme.Chapter{Milestone: m, Challenge: &c, Groups: groupsOf(members, sizes, rolesIn(r.text), new(example))}
	}
}

// rolesIn lists the roles that the page names in a text. How many people of each came it
// does not say.
func rolesIn(text string) programme.CountedRoles {
	var counted programme.CountedRoles
	for _, named := range []struct {
		words string
		role  programme.ParticipantRole
	}{
		{"DCS", programme.DirectorOfChildrensServices}, {"Heads of Service", programme.HeadOfService}, {"Practice Leaders", programme.PracticeLeader},
	} {
		if strings.Contains(text, named.words) {
			counted = append(counted, programme.CountedRole{Role: named.role})
		}
	}
	return counted
}

func safeguarding(r reported, london *benchmark.Snapshot) programme.Chapter {
	const subRegion = "north-west"
	c := challengeOf(subRegion, "", []int{len(membersOf(london, subRegion))}, "coaching")(r, london)
	c.Groups[0].Name, c.Groups[0].Illustrative = "The complete group", nil // all of the sub-region: that the page does say
	priority := priorityNamed(london, "Adolescent safeguarding")
	c.Challenge.PriorityID, c.Milestone.PriorityIDs = priority, some(priority)
	day := eventOn(safeguardDay, programme.ChallengeDay, "A day’s focus on adolescent safeguarding", r.text)
	day.SubRegion, day.Illustrative = new(subRegion), new(exampleSummit)
	day.Sessions = []programme.EventSession{{Title: "Adolescent safeguarding", Day: &day.StartsOn, PriorityID: priority}}
	c.Events = []programme.Event{day}
	return c
}

func review(r reported, london *benchmark.Snapshot) programme.Chapter {
	const lambeth = "E09000022"
	_, objective, _ := strings.Cut(r.text, "with the objective ")
	last := firstFieldwork.AddDays(1)
	v := programme.PeerReview{
		Head: seenBy(programme.Parties(lambeth)), Title: r.title, Host: lambeth, Cycle: exampleCycle, PriorityID: priorityNamed(london, "Commissioning"),
		Scope: new(sentence(objective)), KLOEs: []string{"Joint commissioning", "Sufficiency", "Value for money"}, Team: []programme.TeamMember{}, FieldworkDays: []programme.Date{firstFieldwork, last},
		Sessions: []programme.ReviewSession{}, State: programme.ReviewReported, HostComments: []programme.HostComment{}, ReportLinks: []programme.Link{},
		Publication: programme.PublishedToParties, AnnouncedOn: new(firstFieldwork), Illustrative: new(exampleFieldwork + " " + linesSource),
	}
	m := milestoneOf(r, programme.ReviewMilestone, v.Illustrative)
	m.PlannedFor, m.Boroughs, m.PriorityIDs = &last, []string{lambeth}, some(v.PriorityID)
	if in := programme.SubRegionOn(london.Memberships, lambeth, last); in != "" {
		m.SubRegions = []string{in}
	}
	return programme.Chapter{Milestone: m, Review: &v}
}

// milestoneOf is what all of the page's milestones share. They follow what they
// report, in all but their words.
func milestoneOf(r reported, kind programme.MilestoneKind, illustrative *string) programme.Milestone {
	return programme.Milestone{
		Head: seenBy(programme.Everyone()), Title: r.title, Description: r.text, Cycle: exampleCycle, Kind: kind, State: programme.MilestoneAchieved,
		SubRegions: []string{}, Boroughs: []string{}, PriorityIDs: []string{}, Evidence: []programme.Link{},
		Derived: true, WordedByHand: true, Illustrative: illustrative,
	}
}

func eventOn(day programme.Date, kind programme.EventKind, title, text string) programme.Event {
	return programme.Event{
		Head: seenBy(programme.Everyone()), Kind: kind, Title: title, Description: text, StartsOn: day, EndsOn: day, Boroughs: []string{},
		Sessions: []programme.EventSession{}, Invited: []programme.Attendance{}, Attended: []programme.Attendance{}, Opportunities: []string{}, State: programme.EventHeld,
	}
}

// groupsOf divides the boroughs into groups of the sizes, in their order. Those
// who are left over, because a sub-region has grown, make one more. Of whom came the roles
// are known, and no more.
func groupsOf(boroughs []string, sizes []int, came programme.CountedRoles, illustrative *string) []programme.PeerChallengeGroup {
	var groups []programme.PeerChallengeGroup
	for len(boroughs) > 0 {
		n := len(boroughs)
		if len(sizes) > 0 {
			n, sizes = min(n, sizes[0]), sizes[1:]
		}
		members := make([]programme.GroupMember, n)
		for i, code := range boroughs[:n] {
			members[i] = programme.GroupMember{Borough: code, Role: programme.MemberVisitor}
		}
		boroughs = boroughs[n:]
		groups = append(groups, programme.PeerChallengeGroup{
			Head: seenBy(programme.Everyone()), Name: fmt.Sprintf("Group %d", len(groups)+1), Members: members, Illustrative: illustrative,
			Table: programme.Table{Attendance: slices.Clone(came)},
		})
	}
	return groups
}

// membersOf answers the codes of the sub-region's boroughs in the example's cycle, in order.
func membersOf(london *benchmark.Snapshot, subRegion string) []string {
	codes := []string{}
	for _, b := range london.Boroughs {
		if programme.SubRegionOn(london.Memberships, b.Code, exampleCycle.Starts()) == subRegion {
			codes = append(codes, b.Code)
		}
	}
	slices.Sort(codes)
	return codes
}

// priorityNamed answers the id of the priority, or nil where it goes by another name now.
func priorityNamed(london *benchmark.Snapshot, name string) *string {
	for i := range london.Priorities {
		if london.Priorities[i].Name == name {
			return &london.Priorities[i].ID
		}
	}
	return nil
}

func some(id *string) []string {
	if id == nil {
		return []string{}
	}
	return []string{*id}
}

// sentence begins a part of one of the page's sentences as a sentence of its own.
func sentence(part string) string {
	if part == "" {
		return ""
	}
	return strings.ToUpper(part[:1]) + part[1:]
}

func seenBy(audience programme.Audience) programme.Head { return programme.Head{Audience: audience} }
