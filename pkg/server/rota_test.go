package server_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const rotas = "/v1/sub-regions/south/rotas"

// TestARotaIsAcceptedYearByYear: nothing of it is kept; a year of it becomes a proposal of its
// challenge, which is held to the members of that day.
func TestARotaIsAcceptedYearByYear(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	before := w.ownerGets("SELECT count(*)::text FROM audit_entries")
	var rota api.Rota
	manager.post(rotas, `{"sizes":[3,3,3,3],"years":4,"cycle":"2027-28"}`).want(200).into(&rota)
	if rota.Repeats != 0 || rota.LowerBound != 0 || !rota.Optimal || rota.Proof != api.Counting || rota.Greedy.Repeats < rota.Repeats || len(rota.Years) != 4 || rota.History != 3 {
		t.Errorf("the rota is %+v", rota)
	}
	if after := w.ownerGets("SELECT count(*)::text FROM audit_entries"); after != before {
		t.Errorf("a rota has left entries in the audit: %s, then %s", before, after)
	}
	for i, cycle := range []api.Cycle{"2027-28", "2028-29", "2029-30", "2030-31"} {
		if rota.Years[i].Cycle != cycle {
			t.Errorf("year %d is %s, want %s", i, rota.Years[i].Cycle, cycle)
		}
	}
	groups := [][]string{}
	for _, g := range rota.Years[0].Groups {
		groups = append(groups, g.Boroughs)
	}
	sent, _ := json.Marshal(groups)
	propose := func(challenge, groups string) answer {
		return manager.post("/v1/peer-challenges/"+challenge+"/grouping-proposals", `{"sizes":[3,3,3,3],"groups":`+groups+`}`)
	}
	challenge := manager.post("/v1/peer-challenges", `{"title":"South","subRegion":"south","methods":["coaching"],"cycle":"2027-28"}`).id()
	var proposal api.GroupingProposal
	propose(challenge, string(sent)).want(201).into(&proposal)
	if proposal.Method != api.Given || proposal.Optimal || len(proposal.Unplaced) != 0 {
		t.Errorf("it is proposed as %+v", proposal)
	}
	for i, g := range proposal.Groups {
		if !slices.Equal(g.Boroughs, groups[i]) {
			t.Errorf("group %d is %v, want %v", i, g.Boroughs, groups[i])
		}
	}
	w.step("/v1/grouping-proposals/"+proposal.Id, "accept").want(200)

	// What does not fit the members of the day is refused by name.
	another := manager.post("/v1/peer-challenges", `{"title":"South again","subRegion":"south","methods":["coaching"],"cycle":"2028-29"}`).id()
	stranger := strings.Replace(string(sent), groups[0][0], "E09000030", 1)
	if got := propose(another, stranger).problem(422, "invalid"); !slices.Equal(got, []string{"/groups/0/0 unknown_value", "/groups too_few"}) {
		t.Errorf("a borough from elsewhere: %v", got)
	}
	twice := strings.Replace(string(sent), groups[0][0], groups[1][0], 1)
	if got := propose(another, twice).problem(422, "invalid"); !slices.Equal(got, []string{"/groups/1/0 repeated", "/groups too_few"}) {
		t.Errorf("a borough twice: %v", got)
	}
	// Meetings of before count from the cycle on that is asked for, and examples do not.
	w.sql("UPDATE peer_challenge_groups SET illustrative = 'Made up.' WHERE id = (SELECT id FROM peer_challenge_groups WHERE peer_challenge_id = $1 ORDER BY id LIMIT 1)", challenge)
	manager.post(rotas, `{"sizes":[3,3,3,3],"years":1,"cycle":"2028-29","history":1}`).want(200).into(&rota)
	if rota.IllustrativeLeftOut != 1 || rota.Repeats != 0 {
		t.Errorf("after a year with an example: %+v", rota)
	}
	propose(another, string(sent)).want(201).into(&proposal)
	if proposal.IllustrativeLeftOut != 1 {
		t.Errorf("a proposal says that %d were left out", proposal.IllustrativeLeftOut)
	}
}

func TestWhatNoRotaIsMadeOf(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	for body, want := range map[string][]string{
		`{"sizes":[3,3,3],"years":1}`:                                           {"/sizes too_few"},
		`{"sizes":[3,3,3,3,2],"years":1}`:                                       {"/sizes too_many"},
		`{"sizes":[3,3,3,3],"years":5}`:                                         {"/years too_great"},
		`{"sizes":[3,3,3,3],"years":1,"conflicts":[["E09000022","E09000030"]]}`: {"/conflicts/0/1 unknown_value"},
		`{"sizes":[12],"years":1,"conflicts":[["E09000022","E09000028"]]}`:      {"/conflicts too_many"},
	} {
		if got := manager.post(rotas, body).problem(422, "invalid"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
	manager.post("/v1/sub-regions/nowhere/rotas", `{"sizes":[3,3,3,3],"years":1}`).problem(404, "not_found")
}
