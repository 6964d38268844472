package server_test

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// engaged is a borough that has something to bring to its meeting: a group in which it was
// met, findings about it and about another, actions, and a published quarter.
type engaged struct {
	w              *world
	lead           caller
	quarter        string
	snapshot       string
	group, finding string // ids
	action         string // its address
	earlier        string // the group of another year's challenge
}

const (
	engagedCycle  = "2026-27"
	dossierOfOwn  = "/v1/boroughs/" + own + "/dossier?cycle=" + engagedCycle
	writtenOfOwn  = "/v1/boroughs/" + own + "/self-evaluations/" + engagedCycle
	foundOfOthers = "Visits of Quillfeather are late."
)

func engage(t *testing.T) *engaged {
	t.Helper()
	w := lean(t)
	e := &engaged{w: w, lead: w.as(programme.RoleBoroughLead, own), quarter: w.published()}
	e.snapshot = w.ownerGets("SELECT snapshot_id::text FROM quarters WHERE code = '" + e.quarter + "'")
	team := w.as(programme.RoleProgramme, "")
	group := func(cycle string) string {
		t.Helper()
		challenge := team.post("/v1/peer-challenges", `{"title":"South London challenge","subRegion":"south","cycle":"`+cycle+`","startsOn":"`+cycle[:4]+`-10-05","endsOn":"`+cycle[:4]+`-10-16"}`).id()
		id := team.post("/v1/peer-challenge-groups", `{"peerChallengeId":"`+challenge+`","name":"Group 1"}`).id()
		for _, borough := range []string{own, group} {
			team.change(http.MethodPut, "/v1/peer-challenge-groups/"+id+"/members/"+borough, `{"role":"visitor"}`).want(200)
		}
		for _, step := range []string{"prepare", "start"} {
			team.does("/v1/peer-challenges/"+challenge, step, "").want(200)
		}
		return id
	}
	found := func(by caller, in, borough, kind, theme, text string) string {
		t.Helper()
		return by.post("/v1/findings", `{"peerChallengeGroupId":"`+in+`","borough":"`+borough+`","kind":"`+kind+`","theme":"`+theme+`","text":"`+text+`"}`).id()
	}
	acts := func(finding, text, due string) string {
		t.Helper()
		e.lead.change(http.MethodPut, "/v1/findings/"+finding+"/response", `{"answer":"partly","reason":"We have begun."}`).want(200)
		return "/v1/actions/" + e.lead.post("/v1/actions", `{"findingId":"`+finding+`","text":"`+text+`","owner":"Head of Service","ownerKind":"role",`+due+`}`).id()
	}
	e.group = group(engagedCycle)
	e.finding = found(e.lead, e.group, own, "area_for_development", "Supervision", "Supervision is <b>uneven</b>.")
	found(e.lead, e.group, own, "strength", "Commissioning", "Partners decide together.")
	found(w.as(programme.RoleBoroughLead, visitor), e.group, visitor, "risk", "Placements", foundOfOthers)
	e.action = acts(e.finding, "Train all supervisors.", `"dueOn":"2027-03-31"`)
	e.lead.does(e.action, "progress", `{"text":"The first ten are trained."}`).want(200)
	e.earlier = group("2025-26")
	acts(found(e.lead, e.earlier, own, "area_for_innovation", "Data", "Of another year."), "Go on with data.", `"noDueReason":"It never ends."`)
	return e
}

// visitor is the other borough of the group.
const visitor = group

// writes sends the self-evaluation, which cites the borough's own figures and another's.
func (e *engaged) writes() (id string) {
	e.w.t.Helper()
	var cited []string
	for _, borough := range []string{own, group} {
		for _, indicator := range e.indicators() {
			cited = append(cited, `{"citation":{"source":"snapshot","sourceId":"`+e.snapshot+`","indicator":"`+indicator+`","borough":"`+borough+`","period":"`+e.quarter+`"}}`)
		}
	}
	body := strings.Replace(complete("Practice is good."), `"strengths"`, `"indicators":[`+strings.Join(cited, ",")+`],"strengths"`, 1)
	var got struct{ SelfEvaluation struct{ ID string } }
	e.lead.send(http.MethodPut, writtenOfOwn, body, "If-None-Match", "*").want(201).into(&got)
	return got.SelfEvaluation.ID
}

// indicators are those of the quarter that have a figure.
func (e *engaged) indicators() (codes []string) {
	e.w.t.Helper()
	for _, f := range e.figures() {
		if f.Borough == group && f.Value != nil {
			codes = append(codes, f.Indicator)
		}
	}
	if len(codes) == 0 {
		e.w.t.Fatal("the quarter has no figures")
	}
	return codes
}

// figures are those that everybody sees.
func (e *engaged) figures() []api.QuarterFigure {
	e.w.t.Helper()
	var all struct{ Items []api.QuarterFigure }
	e.w.as(programme.RoleReporting, "").get("/v1/quarters/" + e.quarter + "/figures?limit=500").want(200).into(&all)
	return all.Items
}

// TestDossierOfNothing says in words what is not there.
func TestDossierOfNothing(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	page := w.as(programme.RoleBoroughLead, own).get(dossierOfOwn).want(200)
	for _, said := range []string{"There is no self-evaluation for 2026-27.", "No quarter is published yet.", "There are no findings of 2026-27 about the borough.", "There are no actions."} {
		if !strings.Contains(page.body, said) {
			t.Errorf("it does not say %q", said)
		}
	}
	if page.header.Get("Content-Security-Policy") == "" || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Errorf("it is answered with %v", page.header)
	}
	w.as(programme.RoleBoroughLead, own).get("/v1/boroughs/"+own+"/dossier").problem(400, "bad_request")
	w.as(programme.RoleBoroughLead, own).get("/v1/boroughs/"+own+"/dossier?cycle=2026-29").problem(400, "bad_request")
}

// TestDossier has the borough's own words and figures, what was found about it, and what it
// does about that.
func TestDossier(t *testing.T) {
	t.Parallel()
	e := engage(t)
	has := func(wanted map[string]bool) {
		t.Helper()
		page := e.lead.get(dossierOfOwn).want(200).body
		for said, wants := range wanted {
			if strings.Contains(page, said) != wants {
				t.Errorf("it says %q: %t", said, !wants)
			}
		}
	}
	id := e.writes()
	has(map[string]bool{"Self-evaluation: draft, not signed": true, "Draft self-evaluation: Help and protection</h2>": true, "Practice is good.": true})
	e.lead.does(evaluationsList+"/"+id, "sign-off", "").want(200)
	e.lead.does(evaluationsList+"/"+id, "reopen", `{"reason":"There is more to say"}`).want(200)
	e.lead.change(http.MethodPatch, evaluationsList+"/"+id+"/sections/care-leavers", `{"risks":[{"text":"Not signed yet."}]}`).want(200)
	has(map[string]bool{
		"Self-evaluation: Version 1, signed on": true, "Self-evaluation: Help and protection</h2>": true, "Draft self-evaluation": false, "Not signed yet.": false,
		"Area for development: Supervision": true, "Supervision is &lt;b&gt;uneven&lt;/b&gt;.": true, "Partly accepted on": true, "We have begun.": true,
		"Strength: Commissioning": true, "It is not answered yet.": true, "Of another year.": false,
		"Train all supervisors.": true, "due on 31 March 2027: open": true, "The first ten are trained.": true, "Owner: Head of Service.": true,
		"Go on with data.": true, "For a finding of another cycle.": true, "It never ends.": true, foundOfOthers: false, "Placements": false,
	})

	// What came of an enquiry on this cycle's is found in it, whichever challenge it was shared with.
	e.lead.does(evaluationsList+"/"+id, "share", `{"peerChallengeId":"`+e.w.ownerGets("SELECT peer_challenge_id::text FROM peer_challenge_groups WHERE id = '"+e.earlier+"'")+`"}`).want(200)
	peer := e.w.as(programme.RoleBoroughLead, visitor)
	enquiry := peer.post(commentsList, commenting(id, "care-leavers", "line_of_enquiry")).id()
	peer.post("/v1/findings", `{"peerChallengeGroupId":"`+e.earlier+`","borough":"`+own+`","kind":"strength","theme":"Enquiry","text":"Of the enquiry.","selfEvaluationCommentId":"`+enquiry+`"}`).want(201)
	has(map[string]bool{"Strength: Enquiry": true, "Of the enquiry.": true, "Of another year.": false})

	attributed := func(when string) {
		t.Helper()
		if n := strings.Count(e.lead.get(dossierOfOwn).want(200).body, "Open Government Licence"); n != 1 {
			t.Errorf("%s it names the licence %d times", when, n)
		}
	}
	attributed("with cited figures and a quarter's")
	e.w.ownerDoes("UPDATE quarters SET snapshot_id = NULL")
	attributed("with cited figures alone")
}

var cellOfTable = regexp.MustCompile(`<t[dh][^>]*>([^<]*)</t[dh]>`)

// TestDossierIsOfOneBorough: it names no other borough of all that there are and has nobody
// else's figure; its own stand in it as everybody sees them.
func TestDossierIsOfOneBorough(t *testing.T) {
	t.Parallel()
	e := engage(t)
	e.writes()
	page := html.UnescapeString(e.lead.get(dossierOfOwn).want(200).body)
	var boroughs struct{ Items []api.Borough }
	e.w.get("/v1/boroughs?limit=100").want(200).into(&boroughs)
	if len(boroughs.Items) != 33 {
		t.Fatalf("%d boroughs", len(boroughs.Items))
	}
	for _, b := range boroughs.Items {
		if strings.Contains(page, b.Name) != (b.Code == own) || b.Code != own && strings.Contains(page, b.Code) {
			t.Errorf("it names %s: %t", b.Name, strings.Contains(page, b.Name))
		}
	}
	if !strings.Contains(page, "A figure of another borough is cited here") {
		t.Error("it does not say that another's figure is left out")
	}
	for _, group := range []string{"South London", "Sub-region", "sub-region"} {
		if strings.Contains(page, group) {
			t.Errorf("it has %s", group)
		}
	}
	var cells []string
	for _, found := range cellOfTable.FindAllStringSubmatch(page, -1) {
		cells = append(cells, found[1])
	}
	text := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	mine, others := map[string]bool{}, map[string]bool{}
	hidden := 0
	for _, f := range e.figures() {
		switch {
		case f.Borough == own:
			if f.RegionPooled != nil {
				mine[text(*f.RegionPooled)] = true
			}
			if f.Value != nil {
				mine[text(*f.Value)] = true
			} else if f.Status == api.ShownStatusHidden {
				hidden++
			}
		case f.Value != nil:
			others[text(*f.Value)] = true
		}
	}
	if hidden == 0 || len(others) < 20 || len(mine) == 0 {
		t.Fatalf("nothing is proved by %d hidden figures, %v and %v", hidden, mine, others)
	}
	for figure := range others {
		if !mine[figure] && slices.Contains(cells, figure) {
			t.Errorf("it has another borough's figure %s", figure)
		}
	}
	for figure := range mine {
		if !slices.Contains(cells, figure) {
			t.Errorf("it does not have %s", figure)
		}
	}
	if got := slices.IndexFunc(cells, func(c string) bool { return c == "c" || strings.HasPrefix(c, "c ") }); got < 0 {
		t.Error("its own small figure is not hidden")
	}
}

// TestDossierAndPapersAreTheLeadsAlone is answered to a lead of the borough, and to nobody else.
func TestDossierAndPapersAreTheLeadsAlone(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for _, path := range []string{dossierOfOwn, papersOfOwn} {
		w.as(programme.RoleBoroughLead, own).get(path).want(200)
		for _, borough := range []string{group, other} {
			w.as(programme.RoleBoroughLead, borough).get(path).problem(403, "not_yours")
		}
		for _, refused := range []caller{w.as(programme.RoleProgramme, ""), w.as(programme.RoleReporting, ""), w.as(programme.RoleBoroughEditor, own), w.as(programme.RoleBoroughSystem, own)} {
			refused.get(path).problem(403, "role")
		}
	}
}
