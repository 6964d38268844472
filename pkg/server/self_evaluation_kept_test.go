package server_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// TestAKeptAnswerEndsWithWhatIsShared: an answer about a self-evaluation is given again to
// nobody for whom it has ended by the clock, although nobody has noted that.
func TestAKeptAnswerEndsWithWhatIsShared(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	w, turn := startByHand(t, leanDatabase(t), now)
	id, _ := w.sharedInA(`,"until":"2026-11-27"`, group)
	again := func(actor programme.Actor) error {
		t.Helper()
		attempt := programme.Attempt{Actor: actor, Operation: "getSelfEvaluation", Key: "k"}
		_, _, err := w.store.Once(t.Context(), attempt, func(context.Context) (programme.Answer, error) {
			return programme.Answer{Status: 200, Body: []byte(`{}`), Header: map[string]string{}, Noun: "self-evaluation", Record: id}, nil
		})
		return err
	}
	asked := map[string]programme.Actor{
		"its borough": lambeth, "the programme": team,
		"the group": {Issuer: "test", Subject: "croydon", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: group},
	}
	for name, actor := range asked {
		for range 2 { // the second is the kept answer
			if err := again(actor); err != nil {
				t.Errorf("while it is shared %s is answered %v", name, err)
			}
		}
	}
	turn(now.Add(15 * time.Hour)) // the answer is kept for longer
	for name, actor := range asked {
		if err := again(actor); (err == nil) != (name != "the group") || err != nil && programme.KindOf(err) != programme.NotFound {
			t.Errorf("after its end %s is answered %v", name, err)
		}
	}
}

// wordsIn lists the texts of a value, but for ids and what names no words.
func wordsIn(value any) (words []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			words = append(words, wordsIn(item)...)
		}
	case map[string]any:
		for name, member := range v {
			if !slices.Contains([]string{"id", "questionId", "citation", "etag", "updatedAt", "date", "choice"}, name) {
				words = append(words, wordsIn(member)...)
			}
		}
	}
	return words
}

// TestOnlyItsTablesHoldASelfEvaluationsWords: whatever is written in one, and of one, stands in
// the draft, in what was signed, in the comment and, for a day, in the answer to a request that
// may be repeated; and in no other row of the database, the audit's least of all.
func TestOnlyItsTablesHoldASelfEvaluationsWords(t *testing.T) {
	t.Parallel()
	e := engage(t)
	w, lead, peer := e.w, e.lead, e.w.as(asLead, group)
	cited := `{"remark":"canary-remark","citation":{"source":"snapshot","sourceId":"` + e.snapshot + `","indicator":"` + e.indicators()[0] + `","borough":"` + own + `","period":"` + e.quarter + `"}}`
	body := `{"answers":[{"questionId":"quality","text":"canary-answer"},{"questionId":"evidence","text":"canary-second"},{"questionId":"plans","text":"canary-third"}],
		"strengths":[{"text":"canary-strength"}],"risks":[{"text":"canary-risk"}],"practiceToShare":[{"text":"canary-practice"}],"helpWanted":[{"text":"canary-help"}],
		"evidence":[{"title":"canary-title","link":"https://example.org/canary-link","reference":"canary-reference"}],"indicators":[` + cited + `]}`
	written := []string{"canary-answer", "canary-second", "canary-third", "canary-strength", "canary-risk", "canary-practice", "canary-help", "canary-title", "canary-link", "canary-reference", "canary-remark"}
	path := evaluationsList + "/" + e.writes()
	section := path + "/sections/care-leavers"
	stand := func(when string, words []string, want ...string) {
		t.Helper()
		dump := w.dump()
		for _, word := range words {
			tables := slices.Sorted(maps.Keys(tablesWith(dump, []string{word})))
			if !slices.Equal(tables, want) {
				t.Errorf("%s, %s stands in %v, want %v", when, word, tables, want)
			}
		}
	}

	kept := lead.change(http.MethodPatch, section, body)
	var held map[string]any
	kept.want(200).into(&held)
	delete(held, "title") // the template's
	for _, words := range wordsIn(held) {
		if !strings.Contains(words, "canary-") {
			t.Errorf("nothing is written in the place of %q", words)
		}
	}
	stand("as a draft", written, "self_evaluations")
	lead.does(path, "sign-off", "").want(200)
	stand("signed", written, "self_evaluation_versions")
	lead.does(path, "share", `{"peerChallengeId":"`+w.ownerGets("SELECT peer_challenge_id::text FROM peer_challenge_groups WHERE id = '"+e.group+"'")+`"}`).want(200)
	peer.get(path + "/versions/1").want(200)
	asked := strings.Replace(commenting(idIn(path), "care-leavers", "line_of_enquiry"), "How do you know?", "canary-question", 1)
	comment := commentsList + "/" + peer.post(commentsList, asked).id()
	lead.does(comment, "answer", `{"text":"canary-reply"}`).want(200)
	said := []string{"canary-question", "canary-reply"}
	stand("said of it", said, "self_evaluation_comments")
	peer.does(comment, "close", "").want(200)
	lead.does(path, "withdraw", "").want(200)
	lead.does(path, "reopen", `{"reason":"There is more to say"}`).want(200)
	stand("reopened", written, "self_evaluation_versions", "self_evaluations")

	// An answer that can be given again holds it for as long, and loses it as words are taken out.
	cycle := w.nextCycle()
	at := "/v1/boroughs/" + own + "/self-evaluations/" + cycle
	other := lead.send(http.MethodPut, at, complete("canary-kept"), "If-None-Match", "*", "Idempotency-Key", "k").want(201).header.Get("Location")
	stand("under a key", []string{"canary-kept"}, "idempotency_answers", "self_evaluations")
	var places []string
	for _, section := range []string{"0", "1", "2", "3"} {
		places = append(places, `{"field":"/draft/`+section+`/answers/0/text"}`)
	}
	lead.does(other, "redact", `{"places":[`+strings.Join(places, ",")+`],"reason":"It names somebody"}`).want(200)
	stand("taken out", []string{"canary-kept"})
	lead.change(http.MethodDelete, path, "", "X-Audit-Reason", "By mistake").want(204)
	stand("discarded", written, "self_evaluation_versions")
	if w.ownerGets("SELECT (count(*) < 10)::text FROM audit_entries WHERE noun IN ('self-evaluation', 'self-evaluation-comment')") == "true" {
		t.Error("the audit has not heard of it")
	}
}

// TestAnAcknowledgementStaysWithItsText: what was said to what screening found is known by
// section and question, or by the item, wherever that stands; and is asked again of other words.
func TestAnAcknowledgementStaysWithItsText(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(asLead, own)
	path := evaluationsList + "/" + w.begunEvaluation()
	section := path + "/sections/help-and-protection"
	writes := func(body string) { t.Helper(); lead.change(http.MethodPatch, section, body).want(200) }
	marked := func(when string, want map[string]bool) {
		t.Helper()
		got := map[string]bool{}
		for _, m := range lead.marks(path) {
			got[m.Field] = m.Acknowledged
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s screening says %v, want %v", when, got, want)
		}
	}
	const evidence, answer, before = `{"questionId":"evidence","text":"` + lives + `"}`, "/draft/0/answers/0/text", `{"questionId":"quality","text":"Good."}`
	writes(`{"answers":[` + evidence + `],"risks":[{"text":"` + lives + `"}]}`)
	marked("unsaid,", map[string]bool{answer: false, "/draft/0/risks/0/text": false})
	lead.acknowledges(path)
	marked("acknowledged,", map[string]bool{answer: true, "/draft/0/risks/0/text": true})

	var s api.SelfEvaluationSection
	lead.get(section).want(200).into(&s)
	risk := `{"id":"` + *s.Risks[0].Id + `","text":"` + lives + `"}`
	writes(`{"answers":[` + before + `,` + evidence + `],"risks":[{"text":"Few homes."},` + risk + `]}`)
	marked("behind another text,", map[string]bool{"/draft/0/answers/1/text": true, "/draft/0/risks/1/text": true})
	writes(`{"answers":[` + evidence + `],"risks":[` + risk + `]}`)
	marked("in front again,", map[string]bool{answer: true, "/draft/0/risks/0/text": true})

	// The same words in the place of which it was said, but in answer to another question, or as
	// another item, are others.
	writes(`{"answers":[{"questionId":"quality","text":"` + lives + `"},` + evidence + `],"risks":[{"id":"` + nothing + `","text":"` + lives + `"},` + risk + `]}`)
	marked("beside the same words,", map[string]bool{answer: false, "/draft/0/answers/1/text": true, "/draft/0/risks/0/text": false, "/draft/0/risks/1/text": true})
	writes(`{"answers":[` + before + `,{"questionId":"evidence","text":"` + lives + ` So it is."}],"risks":[]}`)
	marked("with other words,", map[string]bool{"/draft/0/answers/1/text": false})
	if refused := lead.does(path, "sign-off", "").problem(409, "not_complete"); !slices.Contains(refused, "/draft/0/answers/1/text not_acknowledged") {
		t.Errorf("other words are not asked about: %v", refused)
	}
}

// ended is a process that comes to its end: it carries a request out and commits it or not, and
// then nobody hears of it any more.
type ended struct {
	*postgres.Store

	commits bool
	cut     func()
}

var errEnded = errors.New("the process has ended")

func (s *ended) Once(ctx context.Context, a programme.Attempt, do func(context.Context) (programme.Answer, error)) (programme.Answer, bool, error) {
	answer, replayed, err := s.Store.Once(ctx, a, func(ctx context.Context) (programme.Answer, error) {
		answer, err := do(ctx)
		if err == nil && !s.commits {
			s.cut()
			err = errEnded
		}
		return answer, err
	})
	if s.commits {
		s.cut()
	}
	return answer, replayed, err
}

// TestASignatureWhoseAnswerIsLost: a process that ends between the receipt and the answer has
// signed once, or not at all. The request, sent again to another process under its key, is
// answered as it would have been: one version, and one receipt, which is true.
func TestASignatureWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for name, commits := range map[string]bool{"behind the commit": true, "before it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lean(t)
			path := evaluationsList + "/" + w.completeEvaluation()
			dying := &ended{Store: w.store, commits: commits}
			first := startOn(t, w.url, func(cfg *server.Config) { cfg.Store = dying })
			dying.cut = first.http.CloseClientConnections
			state := w.etag(path)
			signs := func(w *world) error {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.http.URL+path+"/sign-off", http.NoBody)
				if err != nil {
					return err
				}
				request.Header.Set("Authorization", "Bearer "+w.as(asLead, own).token)
				request.Header.Set("If-Match", state)
				request.Header.Set("Idempotency-Key", "k1")
				r, err := w.client.Do(request)
				if err == nil {
					_ = r.Body.Close()
				}
				return err
			}
			if err := signs(first); err == nil {
				t.Fatal("the process that ends answers")
			}
			if n, want := w.ownerGets("SELECT count(*)::text FROM self_evaluation_versions"), map[bool]string{true: "1", false: "0"}[commits]; n != want {
				t.Fatalf("%s versions were signed, want %s", n, want)
			}
			lead := w.as(asLead, own)
			again := []string{"If-Match", state, "Idempotency-Key", "k1"}
			r := lead.send(http.MethodPost, path+"/sign-off", "", again...).want(200)
			if replayed := r.header.Get("Idempotency-Replayed") == "true"; replayed != commits || !strings.Contains(r.body, `"signed":1`) {
				t.Errorf("again it is answered %v %s", r.header, r.body)
			}
			if third := lead.send(http.MethodPost, path+"/sign-off", "", again...).want(200); third.body != r.body {
				t.Error("the third answer is not the second")
			}
			for _, one := range []string{"self_evaluation_versions", "receipts WHERE document = 'self_evaluation'", "audit_entries WHERE noun = 'self-evaluation' AND action <> 'create'"} {
				if n := w.ownerGets("SELECT count(*)::text FROM " + one); n != "1" {
					t.Errorf("there are %s of %s", n, one)
				}
			}
			if !w.verified(path + "/versions/1") {
				t.Error("the receipt is not true")
			}
			lead.send(http.MethodPost, path+"/sign-off", "", "If-Match", state, "Idempotency-Key", "k2").problem(412, "stale")
		})
	}
}

// verified reports whether the receipt of a version of Lambeth's is true of what the version says.
func (w *world) verified(version string) bool {
	w.t.Helper()
	lead := w.as(asLead, own)
	var v api.SelfEvaluationVersion
	lead.get(version).want(200).into(&v)
	var got struct{ Genuine bool }
	lead.post("/v1/receipts/"+*v.ReceiptId+"/verify", jsonOf(w.t, map[string]any{"selfEvaluation": signedOf(&v)})).want(200).into(&got)
	return got.Genuine
}

// signedOf is of a version what its receipt covers.
func signedOf(v *api.SelfEvaluationVersion) map[string]any {
	sections := []map[string]any{}
	for _, s := range v.Sections {
		sections = append(sections, map[string]any{
			"id": s.Id, "answers": s.Answers, "strengths": s.Strengths, "risks": s.Risks, "practiceToShare": s.PracticeToShare, "helpWanted": s.HelpWanted, "evidence": s.Evidence, "indicators": s.Indicators,
		})
	}
	return map[string]any{
		"borough": v.Borough, "cycle": v.Cycle, "number": v.Number, "templateId": v.TemplateId, "templateVersion": v.TemplateVersion, "signedAt": v.SignedAt, "signedBy": v.SignedBy, "sections": sections,
	}
}
