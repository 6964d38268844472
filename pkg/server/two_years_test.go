package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// years are two of the programme's, lived on a clock that the test turns.
type years struct {
	*world
	to    func(time.Time)
	calls int // of the manager's, since a year began to be planned
}

// day turns the clock to ten o'clock of the day. Who was signed in signs in again.
func (y *years) day(on programme.Date) {
	y.t.Helper()
	at, err := time.Parse(time.DateOnly, string(on))
	if err != nil {
		y.t.Fatal(err)
	}
	y.to(at.Add(10 * time.Hour))
}

func (y *years) manager() caller               { y.t.Helper(); return y.as(programme.RoleProgramme, "") }
func (y *years) lead(borough string) caller    { y.t.Helper(); return y.as(asLead, borough) }
func (y *years) does(path, step string) answer { y.t.Helper(); return y.manager().does(path, step, "") }

// refused fails the test unless the answer is this problem, and what a user is shown is the
// sentences: those of its faults, or its own where it names none.
func refused(a answer, status int, code string, sentences ...string) {
	a.t.Helper()
	a.problem(status, code)
	var p api.Problem
	a.into(&p)
	said := []string{}
	for _, fault := range p.Errors {
		said = append(said, fault.Detail)
	}
	if len(said) == 0 {
		said = append(said, p.Detail)
	}
	for i := range said {
		said[i] = anyID.ReplaceAllString(said[i], "ID")
	}
	if !slices.Equal(said, sentences) {
		a.t.Errorf("%s says\n\t%q\nwant\n\t%q", code, strings.Join(said, "\n\t"), strings.Join(sentences, "\n\t"))
	}
}

// one counts a call of whom plans the year.
func (y *years) one(a answer, status int) answer { y.t.Helper(); y.calls++; return a.want(status) }

// groups a challenge by the groups that are given, or by sizes, with a day for each.
func (y *years) groups(challenge, body string, n int, on programme.Date) (groups []api.PeerChallengeGroup) {
	y.t.Helper()
	proposal := y.one(y.manager().post(challenge+"/grouping-proposals", body), 201)
	days := slices.Repeat([]string{`{"startsOn":"` + string(on) + `","venue":"City Hall","challengeDay":{"startTime":"09:30","endTime":"16:00"}}`}, n)
	var done api.GroupingAcceptance
	y.one(y.manager().send(http.MethodPost, "/v1/grouping-proposals/"+proposal.id()+"/accept", `{"nameBySubRegion":true,"groups":[`+strings.Join(days, ",")+`]}`, "If-Match", proposal.header.Get("ETag")), 200).into(&done)
	if len(done.Groups) != n || len(done.Events) != n {
		y.t.Fatalf("%d groups and %d days, want %d", len(done.Groups), len(done.Events), n)
	}
	return done.Groups
}

// met records that the groups have met: two from each borough, whom nobody has named.
func (y *years) met(groups []api.PeerChallengeGroup, on programme.Date) {
	y.t.Helper()
	for _, g := range groups {
		body := fmt.Sprintf(`{"metOn":%q,"cameIds":[],"others":[{"role":"dcs","count":%d},{"role":"psw","count":%d}]}`, on, len(g.Members), len(g.Members))
		y.lead(g.Members[0].Borough).change(http.MethodPost, groupAt(g)+"/record-attendance", body).want(200)
	}
}

func groupAt(g api.PeerChallengeGroup) string { return "/v1/peer-challenge-groups/" + g.Id }

// milestone answers that which follows the challenge.
func (y *years) milestone(challenge string) (m api.Milestone) {
	y.t.Helper()
	y.manager().get(y.derivedMilestone(idIn(challenge))).want(200).into(&m)
	return m
}

var subRegionsOf = map[string]string{"south": "South London", "east": "East London", "north": "North London", "north-west": "North West London"}

// TestTwoYearsOfTheProgramme: four sub-regions, each in its challenge, and a review, from an empty
// cycle to the end of the next one, with what happens in between: boroughs that leave and move,
// days that are put off, what is cancelled, and what is corrected after its close. A replica follows
// all of it, and at its end nobody finds what is not theirs.
func TestTwoYearsOfTheProgramme(t *testing.T) {
	t.Parallel()
	w, turn := startByHand(t, leanDatabase(t), time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC))
	y := &years{world: w, to: turn}
	replicas := []*replica{{as: asTeam}, {as: asLead, borough: lambethCode}, {as: programme.RoleReporting}}
	for _, r := range replicas {
		r.begins(w)
	}

	first := y.plansTheFirstYear()
	y.losesAndMovesBoroughs(first)
	y.puttingOffAndCancelling(first)
	y.meets(first)
	review := y.beginsAReview()
	y.reviews(review)
	y.closes(first)
	second := y.plansTheSecondYear()
	y.livesTheSecondYear(second)
	y.correctsAfterTheClose(first)
	y.endsTheReview(review)

	for _, r := range replicas {
		r.follows(w)
		r.isWhatThereIs(w)
	}
	y.staysWithWhomItIsFor(first)
}

// theYear is what the story keeps of one: its challenges by sub-region, and their groups.
type theYear struct {
	at     map[string]string
	groups map[string][]api.PeerChallengeGroup
	summit string
}

// plansTheFirstYear: a rota of four years for the twelve of South, and the first year of all.
func (y *years) plansTheFirstYear() theYear {
	y.calls = 0
	year := theYear{map[string]string{}, map[string][]api.PeerChallengeGroup{}, ""}
	plan := func(region string) string {
		return fmt.Sprintf(`{"title":"Challenge 2026-27 of %s","subRegion":%q,"cycle":"2026-27","methods":["coaching"],"startsOn":"2026-10-05","endsOn":"2026-10-16"}`, subRegionsOf[region], region)
	}
	refused(y.lead(lambethCode).post("/v1/peer-challenges", plan("south")), 403, "role", "This is for the programme's team.")
	y.manager().change(http.MethodPatch, "/v1/programme", `{"preparationTemplates":[{"name":"Before we meet","for":"challenge","source":null,"lines":[{"task":"Name who comes","daysBefore":7,"who":"each_member","role":null}]}]}`).want(200)
	var rota api.Rota
	y.one(y.manager().post(rotas, `{"sizes":[3,3,3,3],"years":4,"cycle":"2026-27"}`), 200).into(&rota)
	if rota.Repeats != 0 || !rota.Optimal || len(rota.Years) != 4 {
		y.t.Errorf("the rota has %d repeats in %d years", rota.Repeats, len(rota.Years))
	}
	for region, sizes := range map[string]string{"south": "3,3,3,3", "east": "4,4", "north": "3,2", "north-west": "8"} {
		challenge := "/v1/peer-challenges/" + y.one(y.manager().post("/v1/peer-challenges", plan(region)), 201).id()
		refused(y.does(challenge, "start"), 409, "wrong_state", "The challenge is planned. Take the step prepare first.")
		body := `{"sizes":[` + sizes + `]}`
		if region == "south" {
			body = `{"sizes":[3,3,3,3],"groups":` + groupsIn(rota.Years[0]) + `}`
		}
		year.at[region] = challenge
		year.groups[region] = y.groups(challenge, body, strings.Count(sizes, ",")+1, "2026-10-06")
		y.calls++
		y.does(challenge, "prepare").want(200)
	}
	y.manager().does(year.at["north"], "take-template", `{"template":"Before we meet"}`).want(200)
	if y.calls > 20 {
		y.t.Errorf("the first year is planned in %d calls", y.calls)
	}
	year.summit = "/v1/events/" + y.manager().post("/v1/events", `{"kind":"summit","title":"Summit","startsOn":"2027-02-04","endsOn":"2027-02-04","capacity":120}`).id()
	return year
}

func groupsIn(year api.RotaYear) string {
	lists := []string{}
	for _, g := range year.Groups {
		lists = append(lists, `["`+strings.Join(g.Boroughs, `","`)+`"]`)
	}
	return "[" + strings.Join(lists, ",") + "]"
}

// losesAndMovesBoroughs: Croydon goes from South to East before the first day, and its challenge
// does not begin until it has left its group; another goes in the midst of it, with a reason.
func (y *years) losesAndMovesBoroughs(year theYear) {
	south := year.at["south"]
	var memberships struct{ Items []api.SubRegionMembership }
	y.manager().get("/v1/sub-region-memberships?borough=" + croydonCode).want(200).into(&memberships)
	refused(y.manager().post("/v1/sub-region-memberships", `{"subRegion":"east","borough":"`+croydonCode+`","validFrom":"2026-10-01"}`), 409, "membership_overlap", "End the borough's other membership before this day, or choose another day.")
	y.manager().change(http.MethodPatch, "/v1/sub-region-memberships/"+memberships.Items[0].Id, `{"validTo":"2026-09-30"}`).want(200)
	y.manager().post("/v1/sub-region-memberships", `{"subRegion":"east","borough":"`+croydonCode+`","validFrom":"2026-10-01"}`).want(201)

	y.day("2026-10-05")
	wantStep(y.t, y.manager().get(south), "start", false, "not_in_sub_region")
	refused(y.does(south, "start"), 409, "not_in_sub_region", "Croydon (E09000008) does not belong to the challenge's sub-region on 2026-10-05. Take it out of its group, with a reason.")
	of := y.groupOf(year, "south", croydonCode)
	y.manager().change(http.MethodDelete, groupAt(of)+"/members/"+croydonCode, "", "X-Audit-Reason", "It belongs to East London now").want(200)
	open := `"Name who comes" is open: /v1/preparation-tasks/ID.`
	refused(y.does(year.at["north"], "start"), 409, "preparation_open", open, open, open, open, open)
	for i, task := range y.tasksOf(y.manager(), "peerChallengeId="+idIn(year.at["north"])) {
		at := tasksList + "/" + task.Id
		if i == 0 {
			y.lead(*task.Borough).does(at, "waive", `{"reason":"They come as last year"}`).want(200)
			continue
		}
		y.lead(*task.Borough).does(at, "done", "").want(200)
	}
	for _, region := range []string{"south", "east", "north", "north-west"} {
		y.does(year.at[region], "start").want(200)
	}
	leaver := year.groups["south"][0].Members[0].Borough
	if of.Id == year.groups["south"][0].Id || leaver == lambethCode {
		leaver = year.groups["south"][1].Members[0].Borough
	}
	of = y.groupOf(year, "south", leaver)
	refused(y.manager().change(http.MethodDelete, groupAt(of)+"/members/"+leaver, ""), 422, "invalid", "Say why this is done.")
	y.manager().change(http.MethodDelete, groupAt(of)+"/members/"+leaver, "", "X-Audit-Reason", "It is being inspected").want(200)
	year.groups["south"] = y.groupsNow(south)
}

func (y *years) groupsNow(challenge string) []api.PeerChallengeGroup {
	y.t.Helper()
	var list struct{ Items []api.PeerChallengeGroup }
	y.manager().get("/v1/peer-challenge-groups?peerChallengeId=" + idIn(challenge)).want(200).into(&list)
	return list.Items
}

func (y *years) groupOf(year theYear, region, borough string) api.PeerChallengeGroup {
	y.t.Helper()
	for _, g := range year.groups[region] {
		if slices.ContainsFunc(g.Members, func(m api.GroupMember) bool { return m.Borough == borough }) {
			return g
		}
	}
	y.t.Fatalf("%s is in no group of %s", borough, region)
	return api.PeerChallengeGroup{}
}

// puttingOffAndCancelling: East meets in February, North West not at all this year, and their
// milestones say so.
func (y *years) puttingOffAndCancelling(year theYear) {
	east, west := year.at["east"], year.at["north-west"]
	refused(y.manager().change(http.MethodPatch, east, `{"startsOn":"2027-04-12"}`), 422, "invalid", "The last day must not be before the first.", "The group \"East London group 1\" meets before this day.", "The group \"East London group 2\" meets before this day.")
	refused(y.manager().change(http.MethodPatch, east, `{"startsOn":"2027-02-08","endsOn":"2027-02-12"}`), 422, "invalid", "The group \"East London group 1\" meets before this day.", "The group \"East London group 2\" meets before this day.")
	y.manager().change(http.MethodPatch, east, `{"endsOn":"2027-02-12"}`).want(200)
	for _, g := range year.groups["east"] {
		y.manager().change(http.MethodPatch, groupAt(g), `{"startsOn":"2027-02-09","endsOn":"2027-02-09"}`).want(200)
		day := "/v1/events/" + idsIn(y.t, y.manager().get("/v1/events?peerChallengeGroupId="+g.Id))[0]
		y.manager().change(http.MethodPatch, day, `{"startsOn":"2027-02-09","endsOn":"2027-02-09"}`).want(200)
	}
	y.manager().change(http.MethodPatch, east, `{"startsOn":"2027-02-08"}`).want(200)
	if m := y.milestone(east); m.State != "planned" || *m.PlannedFor != "2027-02-12" {
		y.t.Errorf("put off, its milestone is %s for %s", m.State, *m.PlannedFor)
	}
	refused(y.does(west, "cancel"), 422, "invalid", "Say why this is done.")
	y.manager().does(west, "cancel", `{"reason":"Three of its boroughs are being inspected"}`).want(200)
	if m := y.milestone(west); m.State != "cancelled" {
		y.t.Errorf("cancelled, its milestone is %s", m.State)
	}
}

// staysWithWhomItIsFor asks every list and every record of what the story has made as those whom it
// is not for, and finds none of its words.
func (y *years) staysWithWhomItIsFor(year theYear) {
	y.t.Helper()
	ours := y.groupOf(year, "south", lambethCode)
	outside := "E09000007" // of North London, in no team
	readers := map[string]caller{"a tool": y.as(programme.RoleReporting, ""), "another borough": y.lead(outside)}
	for _, g := range y.groupsNow(year.at["south"]) {
		if g.Id != ours.Id && !slices.ContainsFunc(g.Members, func(m api.GroupMember) bool { return m.Borough == lambethCode }) {
			readers["another group"] = y.lead(g.Members[0].Borough)
		}
	}
	read := func(c caller) string {
		y.t.Helper()
		var all strings.Builder
		ids := map[string][]string{}
		for _, op := range contract.operations {
			at := strings.Replace(op.path, "{borough}", lambethCode, 1)
			if op.method != http.MethodGet || strings.Contains(at, "{") && !strings.Contains(at, "/{id}") {
				continue
			}
			if p := op.parameters.GetByInAndName("query", "cycle"); p != nil && p.Required {
				at += "?cycle=2026-27"
			}
			paths := []string{at}
			if list, after, of := strings.Cut(at, "/{id}"); of {
				if paths = nil; ids[list] == nil {
					ids[list] = []string{}
					if page := c.get(list + "?limit=500"); page.status == http.StatusOK { // a list may not be for the caller
						ids[list] = page.ids()
					}
				}
				for _, id := range ids[list] {
					paths = append(paths, list+"/"+id+after)
				}
			}
			for _, path := range paths {
				switch a := c.get(path); {
				case a.status != http.StatusOK:
				case a.header.Get("Content-Type") == "application/zip":
					for name, text := range unpacked(y.t, a) {
						all.WriteString(name + text)
					}
				default:
					all.WriteString(a.body)
				}
			}
		}
		return all.String()
	}
	if all := read(y.lead(lambethCode)); !strings.Contains(all, groupsWords) || !strings.Contains(all, reviewsWords) || strings.Contains(all, hostsNote) {
		y.t.Error("the host reads what was found, and no note of the visiting team")
	}
	if all := read(y.lead("E09000030")); strings.Contains(all, groupsWords) || !strings.Contains(all, hostsNote) {
		y.t.Error("the visiting team reads its notes, and nothing of the group")
	}
	for name, c := range readers {
		all := read(c)
		for _, words := range []string{groupsWords, hostsNote, "Visitor A", "It decides in two weeks"} {
			if strings.Contains(all, words) {
				y.t.Errorf("%s reads %q", name, words)
			}
		}
	}
}
