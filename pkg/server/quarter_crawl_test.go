package server_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/pkg/programme"
)

// crawling asks everything that the contract lets one read of quarters: each operation whose
// address names a quarter, a snapshot, an indicator or a borough, and each list of such, in
// every form, with every filter and order: with all values where a borough finds its own
// figures, and with one elsewhere. What is added to the contract is asked too.
type crawling struct {
	asking

	places map[string][]string // by what stands in an address: "/quarters/{quarter}"
}

// ofQuartersLists are lists that name none in their address.
var ofQuartersLists = []string{"/v1/quarters", "/v1/snapshots", "/v1/timeliness", "/v1/narratives", "/v1/me/tasks"}

// crawled are the addresses, by operation.
func (c *crawling) crawled() map[string][]string {
	c.w.t.Helper()
	questions := map[string][]string{}
	for _, op := range contract.operations {
		if op.method != http.MethodGet || !strings.HasPrefix(op.path, "/v1/") {
			continue
		}
		if op.OperationID == "getPapers" {
			continue // a borough's own, in an archive in which no expression finds ids; what is in it is asked at each address
		}
		c.brief = !slices.Contains(itsOwn, op.OperationID)
		for _, path := range c.filled(op.path) {
			questions[op.OperationID] = append(questions[op.OperationID], c.questionsAs(op, askedAt(op, path))...)
		}
	}
	return questions
}

// filled answers the address with all that may stand in it; nothing where it names none.
func (c *crawling) filled(address string) []string {
	if slices.Contains(ofQuartersLists, address) {
		return []string{address}
	}
	paths, names := []string{address}, false
	for place, values := range c.places {
		if !strings.Contains(address, place) {
			continue
		}
		var further []string
		names = true
		noun, _, _ := strings.Cut(place, "{")
		for _, path := range paths {
			for _, value := range values {
				further = append(further, strings.Replace(path, place, noun+value, 1))
			}
		}
		paths = further
	}
	if !names {
		return nil
	}
	if strings.Contains(paths[0], "{") {
		c.w.t.Errorf("nobody says what stands in %s", paths[0])
	}
	return paths
}

// askedAt answers how the operation is asked at the path, with one more parameter.
func askedAt(op *described, path string) func(name, value string) string {
	return func(name, value string) string {
		q := url.Values{}
		for _, p := range op.parameters {
			if p.Value.In == openapi3.ParameterInQuery && p.Value.Required {
				q.Set(p.Value.Name, exampleOf(p.Value))
				if p.Value.Name == "borough" {
					q.Set("borough", own)
				}
			}
		}
		return path + "?" + andOne(q, name, value).Encode()
	}
}

// exampleOf is the parameter's example as it stands in an address: of a list, its first.
func exampleOf(p *openapi3.Parameter) string {
	if several, is := p.Example.([]any); is {
		return fmt.Sprint(several[0])
	}
	return fmt.Sprint(p.Example)
}

// chances are what differs between two worlds by chance, or by what is made with it; and of two
// hashes in a row of a table the second is the salted one. Each begins with words by which it is
// found fast, as one expression of them all is not.
var (
	chances = []*regexp.Regexp{
		anyTruth, regexp.MustCompile(`"trueHash","to":"[0-9a-f]+"`), regexp.MustCompile(`"etag":"(?:[^"\\]|\\.)*"`),
		regexp.MustCompile(`Etag:\[[^]]*\]`), regexp.MustCompile(`X-Feed[^ ]*`), regexp.MustCompile(`Last-Modified[^]]*`),
	}
	bothHash = regexp.MustCompile(`([0-9a-f]{64}),[0-9a-f]{64}`)
	keysIn   = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{16,}`)
)

// withoutChance is what was told, but for that. Of a cursor it leaves the keys that are in it.
func withoutChance(t *testing.T, heard string) string {
	t.Helper()
	heard = keysIn.ReplaceAllStringFunc(heard, func(cursor string) string {
		var held struct {
			K []string
		}
		text, err := base64.RawURLEncoding.DecodeString(cursor)
		if err == nil {
			err = json.Unmarshal(text, &held)
		}
		if err != nil {
			t.Errorf("%s is no cursor: %v", cursor, err)
		}
		return strings.Join(held.K, " ")
	})
	heard = anyID.ReplaceAllString(heard, "ID")
	for _, chance := range chances {
		heard = chance.ReplaceAllString(heard, "")
	}
	return bothHash.ReplaceAllString(heard, "$1")
}

// TestASmallCountIsNotHad: two worlds that differ in counts of Lambeth's, which are small in
// both, are one world for everybody else, whatever the contract lets them ask and in whatever
// form, of a quarter that is published, beside others, and of one that is not, and when the
// team has read the truth of both. For Lambeth they are two.
func TestASmallCountIsNotHad(t *testing.T) {
	t.Parallel()
	var told [2]map[string]string
	t.Run("asked", func(t *testing.T) {
		for i, few := range []int{3, 5} {
			t.Run(fmt.Sprint(few), func(t *testing.T) {
				t.Parallel()
				told[i] = toldOfQuarters(t, few)
			})
		}
	})
	three, five := told[0], told[1]
	theirs := map[string]bool{} // operations of which Lambeth is told another thing
	if three["Lambeth in the truth"] == five["Lambeth in the truth"] {
		t.Error("the two worlds are one")
	}
	for asked, heard := range three {
		switch {
		case strings.HasPrefix(asked, "Lambeth "):
			if five[asked] != heard {
				operation, _, _ := strings.Cut(strings.TrimPrefix(asked, "Lambeth "), " ")
				theirs[operation] = true
			}
		case five[asked] != heard:
			t.Errorf("%s is answered\n%.800s\nand\n%.800s", asked, heard, five[asked])
		}
	}
	if len(three) != len(five) {
		t.Errorf("%d and %d answers", len(three), len(five))
	}
	for _, operation := range itsOwn {
		if !theirs[operation] {
			t.Errorf("of %s Lambeth is told the same in both worlds", operation)
		}
	}
}

// itsOwn are operations in which a borough finds its own figures as they are.
var itsOwn = []string{"listQuarterFigures", "getQuarterHeatMap", "listQuarterPoints", "getBenchmarkingTemplate"}

// toldOfQuarters is what five readers are told in a world in which Lambeth has had so many
// re-referrals in the year.
func toldOfQuarters(t *testing.T, few int) map[string]string {
	t.Helper()
	w := startAt(t, leanDatabase(t), func() time.Time { return time.Date(2029, 7, 3, 9, 0, 0, 0, time.UTC) })
	code := "2028-29-Q4"
	manager := w.as(programme.RoleProgramme, "")
	manager.brings("", asCSV, w.pastWith(code, 0, 8, few)).want(200)
	w.publishes(before(t, code, 4))
	w.publishes(before(t, code, 1))
	id, open, all := w.publishes(code), w.open("2029-30-Q1"), map[string]string{}
	for borough, n := range map[string][2]float64{own: {297, float64(few - 2)}, group: {199, 27}} { // as in the quarters before
		manager.does(w.submits(borough, open, reported("referrals", n[0]), reported("rereferrals", n[1])), "accept", "").want(200)
	}
	meeting := w.group(programme.ChallengePlanned, own, group).ID
	for _, quarter := range []string{code, open} {
		all["Lambeth in the truth"] += manager.get("/v1/quarters/" + quarter + "/figures?unsuppressed=true&peerChallengeGroupId=" + meeting).want(200).body
	}
	quarters := []string{code, before(t, code, 1), open}
	crawl := crawling{asking{caller: manager}, map[string][]string{
		"/quarters/{quarter}": quarters, "/benchmarking-submissions/{quarter}": quarters, "/snapshots/{id}": {id}, "/indicators/{code}": {"REREF_PCT"}, "/boroughs/{code}": {own},
		"/boroughs/{borough}": {own, group}, "/self-evaluations/{cycle}": {"2026-27"},
	}}
	asked := crawl.crawled()
	asked["listChanges"] = []string{"/v1/changes"}
	asked["listAuditEntries"] = []string{"/v1/audit-entries?type=quarter-snapshot&id=" + id}
	for _, quarter := range quarters {
		audit := "/v1/audit-entries?type=quarter&id=" + quarter
		asked["listAuditEntries"] = append(asked["listAuditEntries"], audit, audit+"&format=csv")
		for _, peers := range []string{"peerChallengeGroupId=" + meeting, "peer=" + own + "&peer=" + group, "peer=" + own + "&peer=E09000001"} {
			at := "/v1/quarters/" + quarter + "/figures"
			asked["listQuarterFigures"] = append(asked["listQuarterFigures"], at+"?"+peers, at+"?format=csv&"+peers, at+"?indicator=REREF_PCT&limit=1&"+peers, at+".xlsx?"+peers)
		}
	}
	if len(asked) < 35 {
		t.Errorf("only %d operations are asked", len(asked))
	}
	plain := map[string]string{} // what was heard, without chance
	for who, c := range map[string]caller{
		"the programme": manager, "a report": w.as(programme.RoleReporting, ""), "another borough": w.as(programme.RoleBoroughLead, group),
		"its system": w.as(programme.RoleBoroughSystem, farAway), "Lambeth": w.as(programme.RoleBoroughLead, own),
	} {
		for operation, paths := range asked {
			if who == "Lambeth" && !slices.Contains(itsOwn, operation) {
				continue // what it is told there may be anything
			}
			for _, path := range paths {
				if who == "the programme" && (strings.Contains(path, "unsuppressed=true") || strings.Contains(path, own+"/benchmarking-submissions/")) {
					continue // the truth of two worlds is two truths, and returns are the team's to read
				}
				heard := crawl.hear(c.get(path))
				if _, known := plain[heard]; !known { // most readers are told the same
					plain[heard] = withoutChance(t, heard)
				}
				all[who+" "+operation+" "+anyID.ReplaceAllString(path, "ID")] = plain[heard]
			}
		}
	}
	return all
}
