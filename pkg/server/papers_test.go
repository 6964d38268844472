package server_test

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

const papersOfOwn = "/v1/boroughs/" + own + "/papers.zip"

// unpacked reads the files of an archive, all of which were made on the same day.
func unpacked(t testing.TB, r answer) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(strings.NewReader(r.body), int64(len(r.body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(in)
		if err != nil || f.Modified.Year() != 1980 || files[f.Name] != "" {
			t.Fatalf("%s of %s: %v", f.Name, f.Modified, err)
		}
		files[f.Name] = string(body)
	}
	return files
}

// TestPapers has what the borough wrote and what was written about it, as its lead reads
// that elsewhere, and the manifest says so of each file.
func TestPapers(t *testing.T) {
	t.Parallel()
	e := engage(t)
	id := e.writes()
	e.lead.does(evaluationsList+"/"+id, "sign-off", "").want(200)
	challenge := e.w.ownerGets("SELECT peer_challenge_id::text FROM peer_challenge_groups WHERE id = '" + e.group + "'")
	e.lead.does(evaluationsList+"/"+id, "share", `{"peerChallengeId":"`+challenge+`"}`).want(200)
	e.w.as(programme.RoleBoroughEditor, group).get(evaluationsList + "/" + id + "/versions/1").want(200)
	e.lead.does(evaluationsList+"/"+id, "reopen", `{"reason":"There is more to say"}`).want(200)
	theirs := e.w.as(programme.RoleBoroughLead, group)
	var got api.SelfEvaluationReceived
	theirs.send(http.MethodPut, "/v1/boroughs/"+group+"/self-evaluations/"+engagedCycle, complete("Practice is good."), "If-None-Match", "*").want(201).into(&got)
	asked := evaluationsList + "/" + got.SelfEvaluation.Id
	theirs.does(asked, "sign-off", "").want(200)
	theirs.does(asked, "share", `{"peerChallengeId":"`+challenge+`"}`).want(200)
	question := e.lead.post(commentsList, commenting(idIn(asked), "care-leavers", "question")).id()
	e.w.as(programme.RoleProgramme, "").post("/v1/peer-reviews", `{"title":"Early help","host":"`+own+`","cycle":"`+engagedCycle+`"}`).want(201)
	r := e.lead.get(papersOfOwn).want(200)
	files := unpacked(t, r)
	for path, said := range map[string]string{"questions.json": question, "peer-reviews.json": "Early help"} {
		if !strings.Contains(files[path], said) {
			t.Errorf("%s does not say %q", path, said)
		}
	}
	in := "self-evaluations/" + engagedCycle + "/"
	for _, path := range []string{"v1.json", "v1.html", "draft.json", "sharings.json", "reads.json"} {
		if files[in+path] == "" {
			t.Errorf("there is no %s", in+path)
		}
	}
	if page := e.lead.send(http.MethodGet, evaluationsList+"/"+id+"/versions/1", "", "Accept", "text/html").want(200); files[in+"v1.html"] != page.body {
		t.Error("the page is another than the one that is passed on")
	}
	submission := e.w.ownerGets("SELECT id::text FROM benchmarking_submissions WHERE borough_code = '" + own + "' AND quarter_code = '" + e.quarter + "'")
	var filed struct{ Submission, Versions any }
	parse(t, files["returns/"+e.quarter+".json"], &filed)
	filed.Versions = map[string]any{"items": filed.Versions, "nextCursor": nil}
	for address, data := range map[string]any{
		evaluationsList + "/" + id + "/versions/1": files[in+"v1.json"], evaluationsList + "/" + id + "/reads?limit=500": files[in+"reads.json"], evaluationsList + "/" + id: files[in+"draft.json"],
		"/v1/findings?limit=500&borough=" + own: files["findings.json"], "/v1/actions?limit=500&borough=" + own: files["actions.json"],
		"/v1/narratives?limit=500&borough=" + own: files["narratives.json"], "/v1/asks-and-offers?limit=500&borough=" + own: files["asks-and-offers.json"],
		"/v1/self-evaluation-comments?limit=500&owner=" + own: files["comments.json"], "/v1/self-evaluation-comments?limit=500&borough=" + own: files["questions.json"],
		"/v1/peer-reviews?limit=500&borough=" + own:  files["peer-reviews.json"],
		"/v1/benchmarking-submissions/" + submission: filed.Submission, "/v1/benchmarking-submissions/" + submission + "/versions?limit=500": filed.Versions,
	} {
		var is, answered any
		if text, plain := data.(string); plain {
			parse(t, text, &data)
			is = data
		} else {
			is = data
		}
		e.lead.get(address).want(200).into(&answered)
		if !reflect.DeepEqual(withoutSteps(is), withoutSteps(answered)) {
			t.Errorf("%s is answered\n%v\nand filed\n%v", address, answered, is)
		}
	}
	var manifest struct {
		Borough string
		Files   []struct {
			Path, SHA256 string
			Size         int
		}
		LeftOut []any
	}
	parse(t, files["manifest.json"], &manifest)
	if manifest.Borough != own || len(manifest.Files) != len(files)-1 || len(manifest.LeftOut) != 0 {
		t.Errorf("the manifest is %s", files["manifest.json"])
	}
	for _, f := range manifest.Files {
		if sum := sha256.Sum256([]byte(files[f.Path])); f.SHA256 != hex.EncodeToString(sum[:]) || f.Size != len(files[f.Path]) {
			t.Errorf("the manifest says %v", f)
		}
	}
	if got := r.header.Get("Content-Disposition"); got != `attachment; filename="papers-`+own+`-`+string(programme.DefaultSettings.Today(e.w.clock()))+`.zip"` || r.header.Get("Content-Type") != "application/zip" {
		t.Errorf("it is kept as %s", got)
	}
	for path, body := range files {
		if strings.Contains(body, foundOfOthers) {
			t.Errorf("%s has what was found about another borough", path)
		}
	}
}

// withoutSteps leaves out what can be done next, and what screening asks, which are no part of a
// paper.
func withoutSteps(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = withoutSteps(v[i])
		}
	case map[string]any:
		delete(v, "steps")
		delete(v, "screening")
		for name := range v {
			v[name] = withoutSteps(v[name])
		}
	}
	return value
}

func parse(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v: %.200s", err, text)
	}
}

// TestPapersStayTheSame: to the byte, in the same order, until something of the borough changes.
func TestPapersStayTheSame(t *testing.T) {
	t.Parallel()
	e := engage(t)
	first, again := e.lead.get(papersOfOwn).want(200), e.lead.get(papersOfOwn).want(200)
	if first.body != again.body || first.header.Get("ETag") != again.header.Get("ETag") {
		t.Error("the same papers are two archives")
	}
	kept := []string{"If-None-Match", first.header.Get("ETag")}
	e.lead.send(http.MethodGet, papersOfOwn, "", kept...).want(304)
	e.w.as(programme.RoleBoroughLead, group).post("/v1/findings", `{"peerChallengeGroupId":"`+e.group+`","borough":"`+group+`","kind":"strength","theme":"Data","text":"Of another borough."}`)
	e.lead.send(http.MethodGet, papersOfOwn, "", kept...).want(304)
	e.lead.does(e.action, "progress", `{"text":"All are trained.","state":"done"}`).want(200)
	changed := e.lead.send(http.MethodGet, papersOfOwn, "", kept...).want(200)
	var names []string
	for name := range unpacked(t, changed) {
		names = append(names, name)
	}
	if !slices.Contains(names, "actions.json") || changed.header.Get("ETag") == first.header.Get("ETag") {
		t.Errorf("the changed papers are %v", names)
	}
}

// TestPapersStayTheSameTomorrow: what is asked for on another day is what it was.
func TestPapersStayTheSameTomorrow(t *testing.T) {
	t.Parallel()
	w, turn := startByHand(t, leanDatabase(t), clock())
	id := w.signedEvaluation()
	lead := w.as(programme.RoleBoroughLead, own)
	lead.does(evaluationsList+"/"+id, "reopen", `{"reason":"There is more to say"}`).want(200)
	today := lead.get(papersOfOwn).want(200)
	turn(w.clock().AddDate(0, 0, 1))
	tomorrow := w.as(programme.RoleBoroughLead, own).send(http.MethodGet, papersOfOwn, "", "If-None-Match", today.header.Get("ETag"))
	if tomorrow.status != http.StatusNotModified {
		t.Errorf("a day later it is answered %d, with %v", tomorrow.status, unpacked(t, tomorrow)["manifest.json"])
	}
}

// readings counts how often versions are read from the store.
type readings struct {
	*postgres.Store
	versions atomic.Int64
}

func (r *readings) ReadSelfEvaluationVersion(ctx context.Context, actor programme.Actor, id string, number int, form evaluation.ReadForm) (evaluation.Signing, error) {
	r.versions.Add(1)
	return r.Store.ReadSelfEvaluationVersion(ctx, actor, id, number, form)
}

// TestPapersReadEachVersionOnce, for its data and its page.
func TestPapersReadEachVersionOnce(t *testing.T) {
	t.Parallel()
	counted := &readings{}
	w := startOn(t, leanDatabase(t), func(cfg *server.Config) {
		counted.Store = cfg.Store.(*postgres.Store)
		cfg.Store = counted
	})
	id := w.signedEvaluation()
	lead := w.as(programme.RoleBoroughLead, own)
	for _, text := range []string{"Second.", "Third."} {
		lead.does(evaluationsList+"/"+id, "reopen", `{"reason":"There is more to say"}`).want(200)
		lead.change(http.MethodPatch, evaluationsList+"/"+id+"/sections/care-leavers", `{"risks":[{"text":"`+text+`"}]}`).want(200)
		lead.does(evaluationsList+"/"+id, "sign-off", "").want(200)
	}
	counted.versions.Store(0)
	files := unpacked(t, lead.get(papersOfOwn).want(200))
	for path := range files {
		if strings.HasSuffix(path, ".html") && files[strings.TrimSuffix(path, "html")+"json"] == "" {
			t.Errorf("%s has no data beside it", path)
		}
	}
	if versions := counted.versions.Load(); versions != 3 || len(files) < 10 {
		t.Errorf("three versions are read %d times for %d files", versions, len(files))
	}
}
