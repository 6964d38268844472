package server_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestNarrowing by what a portal's page needs: several words of a closed set, the
// borough, the cycle, a part of a name.
func TestNarrowing(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.makeVisibilityRecords()
	team := w.as(programme.RoleProgramme, "")
	challenge, running := w.made[exampleChallenge], ""
	for _, id := range team.get("/v1/peer-challenges?state=in_progress").want(200).ids() {
		running = id
	}
	finding, action, review, event := w.made[exampleFinding], w.made[exampleAction], w.made[exampleReview], w.made[exampleEvent]
	for address, want := range map[string][]string{
		"/v1/peer-challenges?state=planned&state=in_progress":                 {challenge, running},
		"/v1/peer-challenges?state=in_progress":                               {running},
		"/v1/peer-challenges?state=closed&state=cancelled":                    {},
		"/v1/peer-challenges?borough=" + own:                                  {challenge, running},
		"/v1/peer-challenges?borough=E09000030":                               {}, // of the east
		"/v1/peer-reviews?borough=" + own:                                     {review},
		"/v1/peer-reviews?borough=" + group:                                   {review},
		"/v1/peer-reviews?borough=" + other:                                   {},
		"/v1/peer-reviews?state=reported&state=closed":                        {review},
		"/v1/findings?cycle=2026-27&kind=strength&kind=risk":                  {finding},
		"/v1/findings?cycle=2025-26":                                          {},
		"/v1/findings?kind=risk":                                              {},
		"/v1/actions?cycle=2026-27&state=open&state=done":                     {action},
		"/v1/actions?cycle=2025-26":                                           {},
		"/v1/events?cycle=2026-27&kind=workshop&kind=summit&state=planned":    {event},
		"/v1/events?cycle=2025-26":                                            {},
		"/v1/asks-and-offers?kind=ask&kind=offer&state=open&state=met":        {w.made[exampleAsk]},
		"/v1/asks-and-offers?kind=offer":                                      {},
		"/v1/milestones?q=PRACTICE&kind=other&kind=event&state=planned":       {w.made[exampleMilestone]},
		"/v1/milestones?q=" + url.QueryEscape("practice\u2019"):               {},
		"/v1/participants?q=sam":                                              {w.made[examplePerson]},
		"/v1/participants?q=" + url.QueryEscape("%"):                          {},
		"/v1/participants?q=" + url.QueryEscape("sam example") + "&role=ad":   {w.made[examplePerson]},
		"/v1/participants?q=sam&borough=" + group:                             {},
		"/v1/peer-challenges?cycle=2026-27&state=preparing&state=in_progress": {running},
	} {
		if got := team.get(address).want(200).ids(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	for address, want := range map[string]string{
		"/v1/boroughs?q=lam&format=csv":                "Lambeth",
		"/v1/boroughs?q=e09000022&format=csv":          "Lambeth",
		"/v1/authorities?q=kirklees&format=csv":        "Kirklees",
		"/v1/indicators?q=REFERRAL&format=csv":         "REREF_PCT",
		"/v1/actions/summary?by=borough&cycle=2026-27": own,
	} {
		if got := team.get(address).want(200).body; !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	for _, address := range []string{"/v1/boroughs?q=nowhere", "/v1/authorities?q=nowhere", "/v1/indicators?q=nowhere", "/v1/actions/summary?by=borough&cycle=2025-26"} {
		if got := team.get(address).want(200).body; !strings.Contains(got, `"items":[]`) {
			t.Errorf("%s: %s, want nothing", address, got)
		}
	}
}

// TestSearchingTellsNothing: what is out of a caller's sight is not found by its name,
// nor counted, nor told of by the number of what is.
func TestSearchingTellsNothing(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.makeVisibilityRecords()
	in, out := w.as(programme.RoleBoroughLead, own), w.as(programme.RoleBoroughLead, other)
	for _, address := range []string{"/v1/participants?q=sam&count=true", "/v1/peer-reviews?borough=" + own + "&count=true", "/v1/findings?cycle=2026-27&count=true", "/v1/actions?cycle=2026-27&count=true"} {
		if got := in.get(address).want(200).body; !strings.Contains(got, `"total":1`) {
			t.Errorf("%s: its own borough reads %s", address, got)
		}
		if got := out.get(address).want(200).body; !strings.Contains(got, `"total":0`) || !strings.Contains(got, `"items":[]`) {
			t.Errorf("%s: another borough reads %s", address, got)
		}
	}
	if got := out.get("/v1/actions/summary?by=borough&cycle=2026-27").want(200).body; strings.Contains(got, own) {
		t.Errorf("another borough counts %s", got)
	}
}
