package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

var (
	_ = standIn("/v1/asks-and-offers", exampleAsk, func(w *world) string { return w.offer() })
	_ = prepared(func(w *world) string {
		id := w.offer()
		w.step("/v1/asks-and-offers/"+id, "meet").want(200)
		return id
	}, "reopenAskOrOffer")
	_ = prepared((*world).askOfOthers, "answerAskOrOffer")
	_ = prepared((*world).matchedAsk, "putHelpOutcome")
)

// askOfOthers is the id of an open ask of Croydon's, in a group with Lambeth.
func (w *world) askOfOthers() string {
	w.t.Helper()
	in := w.askedGroup(programme.ChallengeInProgress, own, group)
	return w.as(asLead, group).post("/v1/asks-and-offers", askBody(group, in)).id()
}

// matchedAsk is the id of an ask of Lambeth's with which Croydon helped.
func (w *world) matchedAsk() string {
	w.t.Helper()
	path := w.askOf(w.askedGroup(programme.ChallengeInProgress, own, group))
	w.as(asLead, own).change(http.MethodPost, path+"/meet", `{"borough":"`+group+`"}`).want(200)
	return idIn(path)
}

// offer makes one of Lambeth and answers its id.
func (w *world) offer() string {
	w.t.Helper()
	made, err := w.store.CreateAskOrOffer(w.t.Context(), lambeth, programme.AskOrOffer{
		Kind: programme.Offer, Borough: lambeth.Borough, Title: "Toolkit", Text: "We share our templates.",
	})
	return must(w, made, err).ID
}

// askedGroup makes a group of the boroughs in a challenge of the state.
func (w *world) askedGroup(state programme.ChallengeState, boroughs ...string) string {
	w.t.Helper()
	members := []programme.GroupMember{}
	for _, borough := range boroughs {
		members = append(members, programme.GroupMember{Borough: borough, Role: programme.MemberVisitor})
	}
	text, err := json.Marshal(members)
	must(w, text, err)
	id := uuid.Must(uuid.NewV7()).String()
	w.exec(`INSERT INTO peer_challenge_groups (id, peer_challenge_id, name, members, version, created_at, updated_at, audience)
		VALUES ($1, $2, 'Group 1', $3, 1, now(), now(), '{programme,boroughs,reporting}')`, id, w.challenge(state).ID, string(text))
	return id
}

// askOf raises an ask of Lambeth in the group and answers its address.
func (w *world) askOf(group string) string {
	w.t.Helper()
	return w.as(programme.RoleBoroughLead, "E09000022").post("/v1/asks-and-offers", askBody("E09000022", group)).want(201).header.Get("Location")
}

func askBody(borough, group string) string {
	return fmt.Sprintf(`{"kind":"ask","borough":%q,"peerChallengeGroupId":%q,"title":"Placements","text":"Who has foster carers to share?"}`, borough, group)
}

// TestAskAndOfferAreSeen: an ask by the members of its group and the team, an
// offer by all, in lists as alone.
func TestAskAndOfferAreSeen(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group := w.askedGroup(programme.ChallengeInProgress, "E09000022", "E09000008", "E09000028")
	ask, offer := w.askOf(group), "/v1/asks-and-offers/"+w.offer()
	for name, c := range map[string]struct {
		who    caller
		status int // of the ask
	}{
		"who asks":                    {w.as(programme.RoleBoroughLead, "E09000022"), 200},
		"its officer":                 {w.as(programme.RoleBoroughEditor, "E09000022"), 200},
		"its machine":                 {w.as(programme.RoleBoroughSystem, "E09000022"), 200},
		"a member":                    {w.as(programme.RoleBoroughLead, "E09000008"), 200},
		"another of the sub-region":   {w.as(programme.RoleBoroughLead, "E09000006"), 404},
		"another of another":          {w.as(programme.RoleBoroughLead, "E09000030"), 404},
		"the team":                    {w.as(programme.RoleProgramme, ""), 200},
		"a reporting tool":            {w.as(programme.RoleReporting, ""), 404},
		"another borough's machine":   {w.as(programme.RoleBoroughSystem, "E09000030"), 404},
		"another borough's officer":   {w.as(programme.RoleBoroughEditor, "E09000006"), 404},
		"a member's machine, no less": {w.as(programme.RoleBoroughSystem, "E09000028"), 200},
	} {
		if r := c.who.get(ask); r.status != c.status {
			t.Errorf("%s gets %d for the ask, want %d", name, r.status, c.status)
		}
		c.who.get(offer).want(200)
		var list api.AskOrOfferPage
		c.who.get("/v1/asks-and-offers?count=true").want(200).into(&list)
		want := 1
		if c.status == 200 {
			want = 2
		}
		if len(list.Items) != want || *list.Total != want {
			t.Errorf("%s sees %d of %d, want %d", name, len(list.Items), *list.Total, want)
		}
		for _, format := range []string{"csv", "ndjson"} {
			if body := c.who.get("/v1/asks-and-offers?format=" + format).want(200).body; strings.Contains(body, "foster carers") != (c.status == 200) {
				t.Errorf("%s reads in %s\n%s", name, format, body)
			}
		}
	}
	// What one may not see, one cannot change or delete, and does not learn of.
	etag := w.etag(ask)
	w.as(programme.RoleBoroughLead, "E09000030").send(http.MethodPatch, ask, `{"title":"Mine"}`, "If-Match", etag).problem(404, "not_found")
	w.as(programme.RoleBoroughLead, "E09000030").send(http.MethodDelete, ask, "", "If-Match", etag).problem(404, "not_found")
	// A member reads and answers, and does nothing else.
	w.as(programme.RoleBoroughLead, "E09000008").send(http.MethodPatch, ask, `{"title":"Mine"}`, "If-Match", etag).problem(403, "not_yours")
	w.as(programme.RoleBoroughLead, "E09000008").send(http.MethodPost, ask+"/meet", "", "If-Match", etag).problem(403, "not_yours")
	w.as(programme.RoleBoroughLead, "E09000008").send(http.MethodDelete, ask, "", "If-Match", etag).problem(403, "not_yours")
	var seen api.AskOrOffer
	w.as(programme.RoleBoroughLead, "E09000008").send(http.MethodGet, ask, "").want(200).into(&seen)
	for _, step := range *seen.Steps {
		if answers := step.Name == "answer"; step.Allowed != answers || !answers && *step.Code != "not_yours" {
			t.Errorf("a member may %s: %+v", step.Name, step)
		}
	}
}

// TestAskIsRefused: each rule, and what keeps it.
func TestAskIsRefused(t *testing.T) {
	t.Parallel()
	w := lean(t)
	south := []string{"E09000022", "E09000008"}
	for state, code := range map[programme.ChallengeState]string{
		programme.ChallengePlanned: "wrong_state", programme.ChallengePreparing: "wrong_state", programme.ChallengeInProgress: "",
		programme.ChallengeCompleted: "", programme.ChallengeClosed: "wrong_state",
	} {
		r := w.as(programme.RoleBoroughLead, "E09000022").post("/v1/asks-and-offers", askBody("E09000022", w.askedGroup(state, south...)))
		if code == "" {
			r.want(201)
			continue
		}
		r.problem(409, code)
	}
	group := w.askedGroup(programme.ChallengeInProgress, south...)
	w.as(programme.RoleBoroughLead, "E09000008").send(http.MethodPost, "/v1/asks-and-offers", askBody("E09000022", group)).problem(403, "not_yours")
	w.as(programme.RoleBoroughLead, "E09000008").send(http.MethodPost, "/v1/asks-and-offers", strings.Replace(askBody("E09000022", group), `"kind":"ask"`, `"kind":"offer"`, 1)).problem(403, "not_yours")
	nowhere := "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"no group":              {`{"kind":"ask","borough":"E09000030","title":"T","text":"T"}`, []string{"/peerChallengeGroupId required_for_ask"}},
		"an unknown group":      {askBody("E09000030", nowhere), []string{"/peerChallengeGroupId unknown_value"}},
		"not a member":          {askBody("E09000030", group), []string{"/borough not_in_group"}},
		"an offer with a group": {strings.Replace(askBody("E09000022", group), `"kind":"ask"`, `"kind":"offer"`, 1), []string{"/peerChallengeGroupId not_for_offer"}},
		"every fault": {
			strings.Replace(askBody("E09000099", group), `"title"`, `"priorityId":"`+nowhere+`","title"`, 1),
			[]string{"/borough not_in_group", "/borough unknown_value", "/priorityId unknown_value"},
		},
	} {
		if got := w.write(http.MethodPost, "/v1/asks-and-offers", c.body).problem(422, "invalid"); !slices.Equal(got, c.want) {
			t.Errorf("%s: faults %v, want %v", name, got, c.want)
		}
	}
	// The group is known to all, and tells a borough outside it the same before it asks.
	w.as(programme.RoleBoroughLead, "E09000030").send(http.MethodPost, "/v1/asks-and-offers", askBody("E09000030", group)).problem(403, "not_yours")
}

func TestAskOrOfferGoesItsWay(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path := "/v1/asks-and-offers/" + w.offer()
	do := func(step string, why ...string) answer {
		return w.as(programme.RoleBoroughLead, "E09000022").change(http.MethodPost, path+"/"+step, because(why...))
	}
	do("reopen", "Once more").problem(409, "wrong_state")
	for _, step := range []string{"meet", "withdraw"} {
		do(step).want(200)
		do("meet").problem(409, "wrong_state")
		do("withdraw").problem(409, "wrong_state")
		w.patch(path, `{"title":"Other"}`).problem(409, "wrong_state")
		if got := do("reopen").problem(422, "invalid"); !slices.Equal(got, []string{"/reason reason_required"}) {
			t.Errorf("faults %v", got)
		}
		do("reopen", "It can be had again").want(200)
	}
	var changed api.AskOrOffer
	priority := w.priorityNamed("Commissioning")
	w.patch(path, `{"title":"Other","text":"More.","priorityId":"`+priority+`"}`).want(200).into(&changed)
	if changed.Title != "Other" || changed.Text != "More." || *changed.PriorityId != priority || changed.Borough != "E09000022" || changed.Kind != "offer" {
		t.Errorf("%+v", changed)
	}
	if got := w.patch(path, `{"kind":"ask"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/kind unknown_member"}) {
		t.Errorf("faults %v", got)
	}
	if got := w.patch(path, `{"priorityId":"01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/priorityId unknown_value"}) {
		t.Errorf("faults %v", got)
	}
	// What an offer cites cannot be deleted.
	w.write(http.MethodDelete, "/v1/priorities/"+priority, "", "If-Match", w.get("/v1/priorities/"+priority).header.Get("ETag")).problem(409, "in_use")
	do("meet").want(200)
	w.as(programme.RoleBoroughLead, "E09000022").send(http.MethodDelete, path, "", "If-Match", w.etag(path)).want(204)
	w.get(path).problem(404, "not_found")
}

func (w *world) priorityNamed(name string) string {
	w.t.Helper()
	snapshot, err := w.store.Snapshot(w.t.Context())
	for _, p := range must(w, snapshot, err).Priorities {
		if p.Name == name {
			return p.ID
		}
	}
	w.t.Fatalf("there is no priority %s", name)
	return ""
}

func TestAsksAndOffersAreFiltered(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group := w.askedGroup(programme.ChallengeInProgress, "E09000022", "E09000008")
	priority := w.priorityNamed("SEND")
	ask, offer := w.askOf(group), "/v1/asks-and-offers/"+w.offer()
	other := w.as(programme.RoleBoroughLead, "E09000008").send(http.MethodPost, "/v1/asks-and-offers", `{"kind":"offer","borough":"E09000008","title":"A day","text":"Come and see.","priorityId":"`+priority+`"}`).want(201).header.Get("Location")
	w.step(offer, "meet").want(200)
	for query, want := range map[string][]string{
		"":                                   {ask, offer, other},
		"?sort=-updatedAt":                   {offer, other, ask},
		"?kind=ask":                          {ask},
		"?kind=offer":                        {offer, other},
		"?borough=E09000022":                 {ask, offer},
		"?peerChallengeGroupId=" + group:     {ask},
		"?priorityId=" + priority:            {other},
		"?state=met":                         {offer},
		"?state=open&kind=offer":             {other},
		"?updatedSince=2099-01-01T00:00:00Z": {},
	} {
		var list api.AskOrOfferPage
		w.as(programme.RoleProgramme, "").get("/v1/asks-and-offers" + query).want(200).into(&list)
		got := []string{}
		for _, item := range list.Items {
			got = append(got, "/v1/asks-and-offers/"+item.Id)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}

// TestHelpIsBrokered: an ask is answered by another borough of its group, which may name an
// offer of its own; the match is recorded, later with what came of it, and counted by priority.
func TestHelpIsBrokered(t *testing.T) {
	t.Parallel()
	w := lean(t)
	asker, helper, third := w.as(asLead, own), w.as(asEditor, group), w.as(asLead, other)
	priority := w.priorityNamed("Commissioning")
	in := w.askedGroup(programme.ChallengeInProgress, own, group)
	ask := asker.post("/v1/asks-and-offers", strings.Replace(askBody(own, in), "{", `{"priorityId":"`+priority+`",`, 1)).want(201).header.Get("Location")
	var offered api.AskOrOffer
	helper.post("/v1/asks-and-offers", `{"kind":"offer","borough":"`+group+`","title":"Carers","text":"We share carers.","priorityId":"`+priority+`","contact":"Head of Placements"}`).want(201).into(&offered)
	if *offered.Contact != "Head of Placements" || len(offered.Answers) != 0 || offered.Match != nil {
		t.Errorf("%+v", offered)
	}

	answers := func(c caller, of, body string) answer { return c.change(http.MethodPost, of+"/answer", body) }
	wantStep(t, helper.get(ask), "answer", true, "")
	wantStep(t, asker.get(ask), "answer", false, "not_yours")
	answers(asker, ask, `{"text":"We help ourselves."}`).problem(403, "not_yours")
	third.send(http.MethodPost, ask+"/answer", `{"text":"So do we."}`, "If-Match", `"1"`).problem(404, "not_found")
	answers(third, "/v1/asks-and-offers/"+offered.Id, `{"text":"We want them."}`).problem(409, "wrong_state")
	for _, none := range []string{idIn(ask), w.offer(), nothing} {
		if got := answers(helper, ask, `{"text":"With this.","offerId":"`+none+`"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/offerId unknown_value"}) {
			t.Errorf("an offer that is none of the borough's: %v", got)
		}
	}
	answers(helper, ask, `{"text":"Two households."}`).want(200)
	var seen api.AskOrOffer
	first := answers(helper, ask, `{"text":"Three households.","offerId":"`+offered.Id+`"}`).want(200)
	first.into(&seen)
	if again := answers(helper, ask, `{"text":"Three households.","offerId":"`+offered.Id+`"}`).want(200); again.header.Get("ETag") != first.header.Get("ETag") {
		t.Error("the same answer again is a change")
	}
	if len(seen.Answers) != 1 || seen.Answers[0].Text != "Three households." || *seen.Answers[0].OfferId != offered.Id || seen.Answers[0].BoroughName != "Croydon" {
		t.Errorf("%+v", seen.Answers)
	}
	helper.change(http.MethodDelete, "/v1/asks-and-offers/"+offered.Id, "").problem(409, "in_use")

	for body, want := range map[string]string{
		`{"outcome":"It helped."}`:                                   "/borough required",
		`{"borough":"` + own + `"}`:                                  "/borough repeated",
		`{"borough":"` + group + `","offerId":"` + nothing + `"}`:    "/offerId unknown_value",
		`{"borough":"E09000099"}`:                                    "/borough unknown_value",
		`{"borough":"` + other + `","offerId":"` + offered.Id + `"}`: "/offerId unknown_value",
	} {
		if got := asker.change(http.MethodPost, ask+"/meet", body).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("met by %s: %v, want %s", body, got, want)
		}
	}
	if got := helper.change(http.MethodPost, "/v1/asks-and-offers/"+offered.Id+"/meet", `{"borough":"`+own+`"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/borough not_for_offer"}) {
		t.Errorf("an offer says whom it helped: %v", got)
	}
	asker.change(http.MethodPut, ask+"/outcome", `{"outcome":"It helped."}`, "X-Audit-Reason", "Known now").problem(409, "wrong_state")
	asker.change(http.MethodPost, ask+"/meet", `{"borough":"`+group+`","offerId":"`+offered.Id+`"}`).want(200).into(&seen)
	if m := seen.Match; seen.State != "met" || m == nil || m.Borough != group || m.Outcome != nil || *m.OfferId != offered.Id {
		t.Errorf("%+v", seen)
	}
	answers(helper, ask, `{"text":"Four."}`).problem(409, "wrong_state")
	w.as(asTeam, "").change(http.MethodPut, ask+"/outcome", `{"outcome":"Two households were found."}`, "X-Audit-Reason", "Known now").want(200)
	if helper.get(ask).want(200).into(&seen); *seen.Match.Outcome != "Two households were found." {
		t.Errorf("%+v", seen.Match)
	}

	for who, want := range map[caller]api.HelpCount{
		w.as(asTeam, ""): {Asks: 1, AsksMet: 1, Offers: 1, OffersOpen: 1, Matches: 1}, helper: {Asks: 1, AsksMet: 1, Offers: 1, OffersOpen: 1, Matches: 1}, third: {Offers: 1, OffersOpen: 1},
	} {
		var counts struct{ Items []api.HelpCount }
		who.get("/v1/asks-and-offers/summary").want(200).into(&counts)
		at := slices.IndexFunc(counts.Items, func(c api.HelpCount) bool { return c.PriorityId != nil && *c.PriorityId == priority })
		if at < 0 || *counts.Items[at].PriorityName != "Commissioning" {
			t.Fatalf("%+v", counts.Items)
		}
		counts.Items[at].PriorityId, counts.Items[at].PriorityName = nil, nil
		if counts.Items[at] != want {
			t.Errorf("%+v, want %+v", counts.Items[at], want)
		}
	}
	asker.change(http.MethodPost, ask+"/reopen", `{"reason":"They went back"}`).want(200).into(&seen)
	if seen.Match != nil || len(seen.Answers) != 1 {
		t.Errorf("%+v", seen)
	}
}
