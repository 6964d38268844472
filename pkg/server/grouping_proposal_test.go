package server_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

var _ = standIn("/v1/grouping-proposals", exampleProposal, func(w *world) string {
	return w.proposal(w.challenge(programme.ChallengePlanned).ID, 3, 3, 3, 3).ID
})

// proposal asks for groups of the sizes, with the contract's defaults.
func (w *world) proposal(challenge string, sizes ...int) programme.GroupingProposal {
	w.t.Helper()
	made, err := w.store.ProposeGroups(w.t.Context(), team, challenge, programme.GroupingProposal{
		Sizes: sizes, Weights: programme.GroupingWeights{Repeat: 1, Mix: 1}, Seed: 1, Cycles: 3, Indicators: []string{}, Conflicts: [][2]string{},
	}, nil)
	return must(w, made, err)
}

// proposed is a proposal as it is answered.
type proposed struct {
	ID                    string
	Seed                  int64
	Cycles                int
	Weights               struct{ Repeat, Mix float64 }
	Score                 float64
	Optimal               bool
	Method, State, Period string
	Unplaced              []struct{ Borough, Code string }
	Groups                []struct {
		Boroughs                   []string
		RepeatCost, MixWorth, Cost float64
		Repeats                    []struct {
			Boroughs  []string
			CyclesAgo int
		}
		Complements []struct{ Strong, Need, Indicator string }
	}
}

func proposedIn(a answer) proposed {
	a.t.Helper()
	var p proposed
	a.into(&p)
	return p
}

func (p proposed) boroughs() [][]string {
	var groups [][]string
	for _, g := range p.Groups {
		groups = append(groups, g.Boroughs)
	}
	return groups
}

// south answers the codes of South London's boroughs.
func (w *world) south() []string {
	w.t.Helper()
	snapshot, err := w.store.Snapshot(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	var codes []string
	for _, m := range snapshot.Memberships {
		if m.SubRegion == "south" && m.Holds("2026-10-05") {
			codes = append(codes, m.Borough)
		}
	}
	slices.Sort(codes)
	return codes
}

func proposalsOf(challenge string) string {
	return "/v1/peer-challenges/" + challenge + "/grouping-proposals"
}

// TestTwelveInThrees: the groups of the real South London, from real bands.
func TestTwelveInThrees(t *testing.T) {
	t.Parallel()
	w := start(t)
	manager := w.as(programme.RoleProgramme, "")
	challenge := w.challenge(programme.ChallengePlanned).ID
	indicators := []string{"REREF_PCT", "CLA_RATE"}
	question := `{"sizes":[3,3,3,3],"period":"2024-25","indicators":["REREF_PCT","CLA_RATE"],"conflicts":[["` + lambethCode + `","` + croydonCode + `"]]}`
	first := manager.post(proposalsOf(challenge), question).want(201)
	p := proposedIn(first)
	if p.Method != "dynamic_programming" || !p.Optimal || p.State != "open" || len(p.Unplaced) != 0 || len(p.Groups) != 4 {
		t.Fatalf("proposed %+v", p)
	}
	if p.Seed != 1 || p.Cycles != 3 || p.Weights.Repeat != 1 || p.Weights.Mix != 1 {
		t.Errorf("defaults %+v", p)
	}
	w.comparisonsAgree(p, indicators)
	again := proposedIn(manager.post(proposalsOf(challenge), question).want(201))
	if again.ID == p.ID || again.Score != p.Score || fmt.Sprint(again.boroughs()) != fmt.Sprint(p.boroughs()) {
		t.Errorf("the same question got %v (%v), then %v (%v)", p.boroughs(), p.Score, again.boroughs(), again.Score)
	}
	if kept := manager.get("/v1/grouping-proposals/" + p.ID).want(200); kept.body != first.body {
		t.Errorf("kept is %s, was %s", kept.body, first.body)
	}
	if n := len(idsIn(t, manager.get(proposalsOf(challenge)))); n != 2 {
		t.Errorf("%d proposals are listed", n)
	}
	if n := len(idsIn(t, manager.get(proposalsOf(w.challenge(programme.ChallengePlanned).ID)))); n != 0 {
		t.Errorf("another challenge lists %d proposals", n)
	}
	if n := len(idsIn(t, manager.get(groupsList+"?peerChallengeId="+challenge))); n != 0 {
		t.Errorf("%d groups came of mere proposals", n)
	}
}

// comparisonsAgree fails the test unless the proposal places South London's boroughs
// in threes, and finds complements where the comparisons have the bands for it.
func (w *world) comparisonsAgree(p proposed, indicators []string) {
	w.t.Helper()
	bands := map[string]string{}
	for _, code := range w.south() {
		for _, indicator := range indicators {
			bands[code+indicator] = w.band(code, "2024-25", indicator)
		}
	}
	var placed []string
	score := 0.0
	for _, g := range p.Groups {
		if len(g.Boroughs) != 3 || slices.Contains(g.Boroughs, lambethCode) && slices.Contains(g.Boroughs, croydonCode) {
			w.t.Errorf("%v are no three, or two meet that must not", g.Boroughs)
		}
		placed = append(placed, g.Boroughs...)
		score += g.Cost
		complements := 0
		for i, a := range g.Boroughs {
			for _, b := range g.Boroughs[i+1:] {
				for _, indicator := range indicators {
					if complementary(bands[a+indicator], bands[b+indicator]) {
						complements++
					}
				}
			}
		}
		if worth := float64(complements) / float64(len(indicators)); math.Abs(worth-g.MixWorth) > 1e-9 || complements != len(g.Complements) {
			w.t.Errorf("%v: mix is worth %v with %d complements, the comparisons say %v with %d", g.Boroughs, g.MixWorth, len(g.Complements), worth, complements)
		}
		for _, c := range g.Complements {
			if strong, need := bands[c.Strong+c.Indicator], bands[c.Need+c.Indicator]; strong > "B" || need < "C" {
				w.t.Errorf("%+v: bands %s and %s", c, strong, need)
			}
		}
	}
	slices.Sort(placed)
	if !slices.Equal(placed, w.south()) {
		w.t.Errorf("placed are %v", placed)
	}
	if math.Abs(score-p.Score) > 1e-9 || score >= 0 {
		w.t.Errorf("score %v, the groups' costs add up to %v", p.Score, score)
	}
}

func complementary(a, b string) bool {
	low, high := min(a, b), max(a, b)
	return low != "" && low <= "B" && high >= "C"
}

// band asks for a borough's quartile band, "" where it has none.
func (w *world) band(borough, period, indicator string) string {
	w.t.Helper()
	var list struct {
		Items []struct{ England struct{ Band *string } }
	}
	w.get("/v1/comparisons?" + url.Values{"borough": {borough}, "period": {period}, "indicator": {indicator}}.Encode()).want(200).into(&list)
	if len(list.Items) != 1 {
		w.t.Fatalf("%d comparisons", len(list.Items))
	}
	if list.Items[0].England.Band == nil {
		return ""
	}
	return *list.Items[0].England.Band
}

// TestProposalRemembersWhoMet: in the cycles before, if the challenge was not cancelled.
func TestProposalRemembersWhoMet(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	earlier := manager.post("/v1/peer-challenges", `{"title":"South London challenge","subRegion":"south","cycle":"2025-26"}`).id()
	last := proposedIn(manager.post(proposalsOf(earlier), `{"sizes":[3,3,3,3]}`).want(201))
	manager.change(http.MethodPost, "/v1/grouping-proposals/"+last.ID+"/accept", "").want(200)

	later := w.challenge(programme.ChallengePlanned).ID
	repeats := func(body string) (n int, cost float64) {
		t.Helper()
		for _, g := range proposedIn(manager.post(proposalsOf(later), body).want(201)).Groups {
			for _, r := range g.Repeats {
				if r.CyclesAgo != 1 || len(r.Boroughs) != 2 {
					t.Errorf("repeated is %+v", r)
				}
			}
			n, cost = n+len(g.Repeats), cost+g.RepeatCost
		}
		return n, cost
	}
	if n, _ := repeats(`{"sizes":[3,3,3,3]}`); n != 0 {
		t.Errorf("%d pairs meet again, which could be avoided", n)
	}
	// All in one group cannot avoid it.
	if n, cost := repeats(`{"sizes":[12],"weights":{"repeat":2,"mix":0}}`); n != 12 || cost != 24 {
		t.Errorf("%d pairs meet again at a cost of %v, want 12 at 24", n, cost)
	}
	if n, _ := repeats(`{"sizes":[12],"cycles":0}`); n != 0 {
		t.Errorf("%d pairs are remembered from no cycle", n)
	}
	w.step("/v1/peer-challenges/"+earlier, "cancel", "It did not take place").want(200)
	if n, _ := repeats(`{"sizes":[12]}`); n != 0 {
		t.Errorf("%d pairs are remembered that never met", n)
	}
}

func TestProposalNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	planned := proposalsOf(w.challenge(programme.ChallengePlanned).ID)
	for body, want := range map[string][]string{
		`{"sizes":[3],"indicators":["NOTHING","REREF_PCT"],"period":"2098-99","conflicts":[["` + lambethCode + `","` + hamletsCode + `"]]}`: {
			"/period unknown_value", "/indicators/0 unknown_value", "/conflicts/0/1 unknown_value",
		},
		`{"sizes":[3],"indicators":["REREF_PCT"]}`: {"/period required"},
		`{"sizes":[3],"period":"2024-25"}`:         {"/indicators required"},
		`{"sizes":[1],"cycles":11}`:                {"/cycles too_great", "/sizes/0 too_small"},
	} {
		if got := manager.post(planned, body).problem(422, "invalid"); !slices.Equal(got, want) {
			t.Errorf("%s: faults %v, want %v", body, got, want)
		}
	}
	// Who finds no room is told so.
	p := proposedIn(manager.post(planned, `{"sizes":[3,3]}`).want(201))
	if len(p.Unplaced) != 6 || p.Unplaced[0].Code != "no_room" {
		t.Errorf("unplaced are %+v", p.Unplaced)
	}
	manager.post(proposalsOf(w.challenge(programme.ChallengeInProgress).ID), `{"sizes":[3]}`).problem(409, "wrong_state")
}

func TestProposalIsAccepted(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	challenge := w.challenge(programme.ChallengePreparing).ID
	w.groupIn(challenge, "Group 2")
	p := proposedIn(manager.post(proposalsOf(challenge), `{"sizes":[4,4,4]}`).want(201))
	path := "/v1/grouping-proposals/" + p.ID
	wantStep(t, manager.get(path), "accept", true, "")
	accepted := manager.change(http.MethodPost, path+"/accept", "").want(200)
	var done api.GroupingAcceptance
	if accepted.into(&done); done.Proposal.State != "accepted" || len(done.Groups) != 3 || len(done.Events) != 0 {
		t.Errorf("answered %s", accepted.body)
	}
	wantStep(t, manager.get(path), "accept", false, "wrong_state")
	manager.change(http.MethodPost, path+"/accept", "").problem(409, "wrong_state")

	var list struct {
		Items []struct {
			Name    string
			Members []struct {
				Borough, Role string
				PresentsOn    *string
			}
			Illustrative, StartsOn *string
		}
	}
	w.get(groupsList + "?peerChallengeId=" + challenge).want(200).into(&list)
	if len(list.Items) != 4 {
		t.Fatalf("%d groups", len(list.Items))
	}
	for i, g := range list.Items[1:] { // the first was there before
		if want := []string{"Group 1", "Group 3", "Group 4"}[i]; g.Name != want || g.Illustrative != nil || g.StartsOn != nil {
			t.Errorf("%+v, want %s", g, want)
		}
		var members []string
		for _, m := range g.Members {
			if m.Role != "visitor" || m.PresentsOn != nil {
				t.Errorf("member %+v", m)
			}
			members = append(members, m.Borough)
		}
		if !slices.Equal(members, p.Groups[i].Boroughs) {
			t.Errorf("%s has %v, proposed were %v", g.Name, members, p.Groups[i].Boroughs)
		}
	}
}

// TestProposalIsAcceptedWholeOrNotAtAll: what has happened since may forbid it.
func TestProposalIsAcceptedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := lean(t)
	challenge := w.challenge(programme.ChallengePlanned).ID
	refused := func(code string, says ...string) {
		t.Helper()
		r := w.step("/v1/grouping-proposals/"+w.once("proposal", func(w *world) string { return w.proposal(challenge, 3, 3, 3, 3).ID }), "accept")
		r.problem(409, code)
		for _, part := range says {
			if !strings.Contains(r.body, part) {
				t.Errorf("%s does not say %s", r.body, part)
			}
		}
	}
	w.once("proposal", func(w *world) string { return w.proposal(challenge, 3, 3, 3, 3).ID })
	g := w.groupIn(challenge, "Early birds", lambethCode, southwarkCode)
	refused("double_placement", "Lambeth (E09000022)", "Southwark (E09000028)", "Early birds")
	for _, code := range []string{lambethCode, southwarkCode} {
		taken, err := w.store.TakeGroupMember(t.Context(), team, g.ID, g.Version, code)
		g = must(w, taken, err)
	}

	var memberships struct{ Items []struct{ ID string } }
	w.get("/v1/sub-region-memberships?borough=" + croydonCode).want(200).into(&memberships)
	w.patch("/v1/sub-region-memberships/"+memberships.Items[0].ID, `{"validTo":"2026-10-04"}`).want(200)
	refused("not_in_sub_region", "Croydon (E09000008)", "2026-10-05")
	if n := len(idsIn(t, w.get(groupsList+"?peerChallengeId="+challenge))); n != 1 {
		t.Errorf("there are %d groups", n)
	}

	w.step("/v1/peer-challenges/"+challenge, "prepare").want(200)
	w.step("/v1/peer-challenges/"+challenge, "start").want(200)
	refused("wrong_state")
}

// TestProposalIsAcceptedOnceByConcurrentWriters: whoever comes second is told that
// it has changed.
func TestProposalIsAcceptedOnceByConcurrentWriters(t *testing.T) {
	t.Parallel()
	w := lean(t)
	challenge := w.challenge(programme.ChallengePlanned).ID
	one, other := "/v1/grouping-proposals/"+w.proposal(challenge, 3, 3, 3, 3).ID, "/v1/grouping-proposals/"+w.proposal(challenge, 4, 4, 4).ID
	paths := []string{one, one, one, other, other, other}
	etags := map[string]string{one: w.etag(one), other: w.etag(other)}
	answers := make([]answer, len(paths))
	var all sync.WaitGroup
	for i, path := range paths {
		all.Go(func() { answers[i] = w.write(http.MethodPost, path+"/accept", "", "If-Match", etags[path]) })
	}
	all.Wait()
	winner := slices.IndexFunc(answers, func(a answer) bool { return a.status == 200 })
	if winner < 0 {
		t.Fatalf("nobody accepted: %s", answers[0].body)
	}
	for i, a := range answers {
		switch {
		case i == winner:
		case paths[i] == paths[winner]:
			a.problem(412, "stale")
		default:
			a.problem(409, "double_placement")
		}
	}
	want := map[string]int{one: 4, other: 3}[paths[winner]]
	if n := len(idsIn(t, w.get(groupsList+"?peerChallengeId="+challenge))); n != want {
		t.Errorf("%d groups, want %d", n, want)
	}
}

// TestProposalKeepsWhatItNames: a period, an indicator and boroughs are not deleted
// while a proposal names them; it goes with its challenge.
func TestProposalKeepsWhatItNames(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	w.write(http.MethodPost, "/v1/periods", `{"code":"2031-32"}`).want(201)
	w.write(http.MethodPost, "/v1/indicators", anIndicator).want(201)
	challenge := w.challenge(programme.ChallengePlanned).ID
	p := proposedIn(manager.post(proposalsOf(challenge), `{"sizes":[3,3,3,3],"period":"2031-32","indicators":["NEW_PCT"]}`).want(201))
	if p.Score != 0 {
		t.Errorf("score %v of an indicator without figures", p.Score)
	}
	named := []string{"/v1/periods/2031-32", "/v1/indicators/NEW_PCT"}
	for _, path := range append(named, "/v1/boroughs/"+lambethCode) {
		refused := manager.change(http.MethodDelete, path, "")
		refused.problem(409, "in_use")
		if !strings.Contains(refused.body, "Grouping proposals refer to it.") {
			t.Errorf("%s: refused with %s", path, refused.body)
		}
	}
	manager.change(http.MethodDelete, "/v1/peer-challenges/"+challenge, "").want(204)
	manager.get("/v1/grouping-proposals/"+p.ID).problem(404, "not_found")
	for _, path := range named {
		manager.change(http.MethodDelete, path, "").want(204)
	}
}
