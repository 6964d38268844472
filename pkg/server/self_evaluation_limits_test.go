package server_test

import (
	"html"
	"net/http"
	"strings"
	"sync"
	"testing"

	"peerchallenge/api"
)

// everySection are the sections of the default template with their questions.
func (w *world) everySection() (sections []api.TemplateSection) {
	w.t.Helper()
	var is struct{ Sections []api.TemplateSection }
	w.as(asLead, own).get(templatesList + "/" + w.template() + "/versions/1.0.0").want(200).into(&is)
	return is.Sections
}

// passage is a text of so many bytes and no more than a thousand words, in several scripts and
// in the form in which it is kept, unlike all with another number.
func passage(number, bytes int) string {
	var text strings.Builder
	words := []string{"safeguarding", "Gwasanaethau", "Llŷr", "الأطفال", "café", "\U0001F44B\U0001F3FD", "<b>&amp;</b>", "accommodation"}
	text.WriteString("Passage " + strings.Repeat("I", number+1))
	for n := number; text.Len() < bytes; n++ {
		text.WriteString(" " + words[n%len(words)])
	}
	return text.String()
}

// TestTwoHundredKilobytesAreKept, sent whole or section by section, to the byte, and can be
// signed; as a page they are read too.
func TestTwoHundredKilobytesAreKept(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(asLead, own)
	sections := w.everySection()
	asked := 0
	for _, s := range sections {
		asked += len(s.Questions)
	}
	write := func(from int) (whole []map[string]any, texts []string) {
		for _, s := range sections {
			answers := []any{}
			for _, q := range s.Questions {
				texts = append(texts, passage(from+len(texts), 200<<10/asked+1))
				answers = append(answers, map[string]any{"questionId": q.Id, "text": texts[len(texts)-1]})
			}
			whole = append(whole, map[string]any{"id": s.Id, "answers": answers})
		}
		return whole, texts
	}
	stands := func(path string, texts []string) {
		t.Helper()
		var is api.SelfEvaluation
		lead.get(path).want(200).into(&is)
		page := lead.send(http.MethodGet, path, "", "Accept", "text/html").want(200).body
		n, bytes := 0, 0
		for _, s := range is.Draft {
			for _, a := range s.Answers {
				if *a.Text != texts[n] {
					t.Errorf("of %s %s is read as %.40q, written was %.40q", s.Id, a.QuestionId, *a.Text, texts[n])
				}
				if !strings.Contains(page, html.EscapeString(texts[n])) {
					t.Errorf("%.40q is not on the page", texts[n])
				}
				bytes += len(*a.Text)
				n++
			}
		}
		if n != len(texts) || bytes < 200<<10 {
			t.Errorf("%d answers of %d bytes are read", n, bytes)
		}
	}

	whole, texts := write(0)
	w.ownerDoes("UPDATE narratives SET text = 'Fewer families come back.' WHERE borough_code = '" + own + "' AND state = 'asked' AND text IS NULL")
	path := lead.send(http.MethodPut, "/v1/boroughs/"+own+"/self-evaluations/"+w.nextCycle(), jsonOf(t, map[string]any{"sections": whole}), "If-None-Match", "*").want(201).header.Get("Location")
	stands(path, texts)
	whole, texts = write(1)
	for _, s := range whole {
		lead.change(http.MethodPatch, path+"/sections/"+s["id"].(string), jsonOf(t, map[string]any{"answers": s["answers"]})).want(200)
	}
	stands(path, texts)
	lead.does(path, "sign-off", "").want(200)
	var version api.SelfEvaluationVersion
	lead.get(path + "/versions/1").want(200).into(&version)
	for _, s := range version.Sections {
		for _, a := range s.Answers {
			if *a.Text != texts[0] {
				t.Errorf("%.40q is signed as %.40q", texts[0], *a.Text)
			}
			texts = texts[1:]
		}
	}
	if len(texts) > 0 {
		t.Errorf("%d answers are not in the version", len(texts))
	}
}

// faultsOf are the faults of a refusal: the place, the code, and what is said.
func (a answer) faultsOf(status int, code string) (faults []string) {
	a.t.Helper()
	a.problem(status, code)
	var p struct {
		Errors []struct{ Pointer, Code, Detail string }
	}
	a.into(&p)
	for _, e := range p.Errors {
		faults = append(faults, e.Pointer+" "+e.Code+": "+e.Detail)
	}
	return faults
}

// TestALimitIsNamed: what is over it is refused, in a whole document and in a section, with
// place and limit; what has just as much is kept. Words are counted as Unicode has them.
func TestALimitIsNamed(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(asLead, own)
	path := evaluationsList + "/" + w.completeEvaluation()
	section := path + "/sections/care-leavers"
	var is api.SelfEvaluation
	lead.get(path).want(200).into(&is)
	at := "/v1/boroughs/" + own + "/self-evaluations/" + is.Cycle
	answering := func(text string) string {
		return `"answers":[{"questionId":"quality","text":"` + text + `"},{"questionId":"evidence","text":"Audits."},{"questionId":"plans","text":"More."}]`
	}
	for text, want := range map[string]string{
		strings.Repeat("word ", 3001):                "too_long: The answer has 3,001 words; at most 3,000 can be kept.",
		strings.Repeat("re-referrals ", 1500) + "so": "too_long: The answer has 3,001 words; at most 3,000 can be kept.",
		strings.Repeat("a", 40_001):                  "/text too_long: Must have at most 40000 characters.",
		`a\u0000b`:                                   "/text zero_character: Must not have the character U+0000.",
		`a\ud800b`:                                   "/text lone_surrogate: Must not have one half of a surrogate pair (U+D800 to U+DFFF) without the other.",
		`\udc00\ud800`:                               "/text lone_surrogate: Must not have one half of a surrogate pair (U+D800 to U+DFFF) without the other.",
	} {
		if !strings.HasPrefix(want, "/") {
			want = " " + want
		}
		patched := lead.send(http.MethodPatch, section, `{`+answering(text)+`}`, "If-Match", w.etag(section)).faultsOf(422, "invalid")
		if len(patched) != 1 || patched[0] != "/answers/0"+want {
			t.Errorf("%.20s in a section is refused as %q, want %q", text, patched, want)
		}
		put := lead.send(http.MethodPut, at, `{"sections":[{"id":"care-leavers",`+answering(text)+`}]}`, "If-Match", w.etag(path)).faultsOf(422, "invalid")
		if len(put) != 1 || put[0] != "/sections/0/answers/0"+want {
			t.Errorf("%.20s in a whole document is refused as %q, want %q", text, put, want)
		}
	}
	for _, text := range []string{strings.Repeat("don’t ", 3000), strings.Repeat("re-referrals ", 1500), strings.Repeat("a", 40_000), `\ud83d\ude00`} {
		lead.change(http.MethodPatch, section, `{`+answering(text)+`}`).want(200)
	}
	for text, want := range map[string]string{
		strings.Repeat("word ", 1001):               "/draft/2/answers/quality too_long: The limit is 1,000 words, and the answer has 1,001.",
		strings.Repeat("re-referrals ", 500) + "so": "/draft/2/answers/quality too_long: The limit is 1,000 words, and the answer has 1,001.",
	} {
		lead.change(http.MethodPatch, section, `{`+answering(text)+`}`).want(200)
		if got := lead.does(path, "sign-off", "").faultsOf(409, "not_complete"); len(got) != 1 || got[0] != want {
			t.Errorf("%.20s is not signed for %q, want %q", text, got, want)
		}
	}
	lead.change(http.MethodPatch, section, `{`+answering(strings.Repeat("don’t ", 1000))+`}`).want(200)
	lead.does(path, "sign-off", "").want(200)
}

// TestEveryBoroughPostsItsWholeAtOnce: each finds room at once, and there is one of each.
func TestEveryBoroughPostsItsWholeAtOnce(t *testing.T) {
	t.Parallel()
	w := lean(t)
	boroughs := strings.Fields(w.ownerGets("SELECT string_agg(code, ' ' ORDER BY code) FROM boroughs"))
	callers := map[string]caller{}
	for _, b := range boroughs {
		callers[b] = w.as(asLead, b)
	}
	w.as(asLead, own).get(templatesList).want(200)
	const cycle = "2026-27"
	var all sync.WaitGroup
	begin := make(chan struct{})
	for _, b := range boroughs {
		all.Go(func() {
			<-begin
			if r := callers[b].send(http.MethodPut, "/v1/boroughs/"+b+"/self-evaluations/"+cycle, complete("Practice of "+b+" is good."), "If-None-Match", "*"); r.status != http.StatusCreated {
				t.Errorf("%s is answered %d %s", b, r.status, r.body)
			}
		})
	}
	close(begin)
	all.Wait()
	if n := w.ownerGets("SELECT count(*)::text || ' ' || count(DISTINCT borough_code)::text FROM self_evaluations WHERE cycle = '" + cycle + "'"); len(boroughs) != 33 || n != "33 33" {
		t.Errorf("%d boroughs have sent, and there are %s", len(boroughs), n)
	}
	for _, b := range boroughs {
		if r := callers[b].get("/v1/boroughs/" + b + "/self-evaluations/" + cycle).want(200); strings.Count(r.body, "Practice of "+b+" is good.") != 4 {
			t.Errorf("%s reads %s", b, r.body)
		}
	}
}
