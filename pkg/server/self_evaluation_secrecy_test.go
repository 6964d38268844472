package server_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// secrets are Lambeth's self-evaluations in every state, each with a word in all of its texts
// that stands nowhere else, and what was said of them, with words of its own.
type secrets struct {
	w           *world
	evaluations map[string]string   // ids, by what became of it
	comments    map[string]string   // ids, by the word
	places      map[string][]string // what stands in addresses, by what the contract has there
}

// The words, by what has them. Of one self-evaluation the first version is superseded, the
// second shared, the third signed, and a fourth being written.
const (
	wordSuperseded, wordShared, wordSigned, wordDraft        = "Ambergris", "Bellwether", "Cantilever", "Dragonet"
	wordBegun, wordPlanned, wordClosed, wordEnded, wordTaken = "Eiderdown", "Farthingale", "Gallimaufry", "Hellebore", "Isinglass"
	saidOfSuperseded, saidOfClosed, saidOfEnded, saidOfTaken = "Jacaranda", "Kittiwake", "Lodestar", "Marchpane"
	wordAsked, wordAnswered, wordEnquired, wordLeft          = "Nainsook", "Oriflamme", "Pettifog", "Quaternion"
)

// Who may have which: what is shared with a group, and what the team reads besides.
var (
	forGroup = []string{wordShared, wordAsked, wordAnswered, wordEnquired, wordLeft, saidOfSuperseded}
	forTeam  = append([]string{wordSuperseded, wordClosed, wordEnded, saidOfClosed, saidOfEnded}, forGroup...)
	forOwner = append([]string{wordSigned, wordDraft, wordBegun, wordPlanned, wordTaken, saidOfTaken}, forTeam...)
)

// saying is a whole self-evaluation with the word in every text that it may have.
func saying(word string) string {
	var sections []string
	for _, id := range []string{"help-and-protection", "children-in-care", "care-leavers", "impact-of-leaders"} {
		item := `[{"text":"` + word + ` it is."}]`
		sections = append(sections, `{"id":"`+id+`","answers":[{"questionId":"quality","text":"`+word+`"},{"questionId":"evidence","text":"By `+word+`"},{"questionId":"plans","text":"For `+word+`"}],
			"strengths":`+item+`,"risks":`+item+`,"practiceToShare":`+item+`,"helpWanted":`+item+`,"evidence":[{"title":"`+word+`","link":"https://example.org/`+word+`","reference":"`+word+` 1"}]}`)
	}
	return `{"sections":[` + strings.Join(sections, ",") + `]}`
}

// writes begins a self-evaluation that says the word.
func (s *secrets) writes(word string) (path string) {
	s.w.t.Helper()
	cycle := s.w.nextCycle()
	path = s.w.as(asEditor, own).send(http.MethodPut, "/v1/boroughs/"+own+"/self-evaluations/"+cycle, saying(word), "If-None-Match", "*").want(201).header.Get("Location")
	s.places["/self-evaluations/{cycle}"] = append(s.places["/self-evaluations/{cycle}"], cycle)
	s.evaluations[word] = idIn(path)
	return path
}

// signs lets the lead take the steps, of which the first signs it.
func (s *secrets) signs(path string, steps ...[2]string) {
	s.w.t.Helper()
	for _, step := range append([][2]string{{"sign-off", ""}}, steps...) {
		s.w.as(asLead, own).does(path, step[0], step[1]).want(200)
	}
}

func (s *secrets) asks(borough, path, kind, word string) (comment string) {
	s.w.t.Helper()
	body := strings.Replace(commenting(idIn(path), "care-leavers", kind), "How do you know?", word+"?", 1)
	s.comments[word] = s.w.as(asLead, borough).post(commentsList, body).id()
	return commentsList + "/" + s.comments[word]
}

// makeSecrets makes them, and turns the clock to the next day: what ended with the first has
// ended, and nobody has noted it.
func makeSecrets(t *testing.T) *secrets {
	t.Helper()
	now := clock()
	w, turn := startByHand(t, leanDatabase(t), now)
	w.makeVisibilityRecords()
	s := &secrets{w: w, evaluations: map[string]string{}, comments: map[string]string{}, places: map[string][]string{
		"/versions/{number}": {"1", "2", "3"}, "/sections/{sectionId}": {"care-leavers"}, "/boroughs/{borough}": {own}, "/boroughs/{code}": {own},
	}}
	team, lead := w.as(asTeam, ""), w.as(asLead, own)
	meeting := func(members ...string) (challenge, inGroup string) {
		challenge = team.post("/v1/peer-challenges", `{"title":"A challenge","subRegion":"south","cycle":"2026-27","startsOn":"2026-10-05","endsOn":"2026-10-16"}`).id()
		inGroup = "/v1/peer-challenge-groups/" + team.post("/v1/peer-challenge-groups", `{"peerChallengeId":"`+challenge+`","name":"Group"}`).id()
		for _, borough := range members {
			team.change(http.MethodPut, inGroup+"/members/"+borough, `{"role":"visitor"}`).want(200)
		}
		return challenge, inGroup
	}
	met, inGroup := meeting(own, group, merton)
	over, _ := meeting(own, group)
	share := func(with, more string) [2]string {
		return [2]string{"share", `{"peerChallengeId":"` + with + `"` + more + `}`}
	}
	again := [2]string{"reopen", `{"reason":"There is more to say"}`}
	rewritten := func(path, word string) {
		t.Helper()
		at := "/v1/boroughs/" + own + "/self-evaluations/" + s.places["/self-evaluations/{cycle}"][0]
		lead.send(http.MethodPut, at, saying(word), "If-Match", lead.get(path).header.Get("ETag")).want(200)
	}
	today := programme.DefaultSettings.Today(now)

	many := s.writes(wordSuperseded)
	s.signs(many, share(met, ""))
	lead.does(s.asks(group, many, "question", saidOfSuperseded), "answer", `{"text":"`+saidOfSuperseded+`"}`).want(200)
	lead.does(many, again[0], again[1]).want(200)
	rewritten(many, wordShared)
	s.signs(many, share(met, ""), again)
	lead.does(s.asks(group, many, "question", wordAsked), "answer", `{"text":"`+wordAnswered+`"}`).want(200)
	s.asks(group, many, "line_of_enquiry", wordEnquired)
	s.asks(merton, many, "question", wordLeft)
	team.change(http.MethodDelete, inGroup+"/members/"+merton, "", "X-Audit-Reason", "They moved").want(200)
	rewritten(many, wordSigned)
	s.signs(many, again)
	rewritten(many, wordDraft)

	s.writes(wordBegun)
	s.signs(s.writes(wordPlanned), share(met, `,"from":"`+string(today.AddDays(9))+`"`))
	closed := s.writes(wordClosed)
	s.signs(closed, share(over, ""))
	s.asks(group, closed, "question", saidOfClosed)
	s.w.met(over)
	for _, step := range []string{"prepare", "start", "complete", "close"} {
		team.change(http.MethodPost, "/v1/peer-challenges/"+over+"/"+step, `{"reason":"It is so"}`).want(200)
	}
	ended := s.writes(wordEnded)
	s.signs(ended, share(met, `,"until":"`+string(today)+`"`))
	s.asks(group, ended, "question", saidOfEnded)
	taken := s.writes(wordTaken)
	s.signs(taken, share(met, ""))
	s.asks(group, taken, "question", saidOfTaken)
	lead.does(taken, "withdraw", "").want(200)

	s.places["/self-evaluations/{id}"] = slices.Sorted(maps.Values(s.evaluations))
	s.places["/self-evaluation-comments/{id}"] = slices.Sorted(maps.Values(s.comments))
	s.places["/receipts/{id}"] = strings.Fields(w.ownerGets("SELECT string_agg(id::text, ' ' ORDER BY id) FROM receipts WHERE document = 'self_evaluation'"))
	turn(now.Add(26 * time.Hour))
	return s
}

// at answers where an operation is asked: where its address names a self-evaluation or a part of
// one, at each; else at a record that stands.
func (s *secrets) at(op *described) (each []func(name, value string) string) {
	s.w.t.Helper()
	paths := []string{op.path}
	for place, values := range s.places {
		if !strings.Contains(op.path, place) {
			continue
		}
		noun, _, _ := strings.Cut(place, "{")
		var further []string
		for _, path := range paths {
			for _, value := range values {
				further = append(further, strings.Replace(path, place, noun+value, 1))
			}
		}
		paths = further
	}
	if paths[0] == op.path || strings.Contains(paths[0], "{") {
		return append(each, s.w.narrowable(op))
	}
	for _, path := range paths {
		each = append(each, askedAt(op, path))
	}
	return each
}

// thoroughness is where somebody asks with every parameter; elsewhere they ask in every form.
type thoroughness int

const (
	nowhere    thoroughness = iota
	nearby                  // at what is concerned
	everywhere              // but of figures, which are made of no records
)

// concerned are the parts of addresses at which something of a self-evaluation may be told.
var concerned = []string{"self-evaluation", "/me", "/receipts", "/findings", "/changes", "/boroughs/{borough}/"}

// questions are those of the operation: and of the audit, those about each.
func (s *secrets) questions(a *asking, op *described, how thoroughness) (questions []string) {
	s.w.t.Helper()
	if op.OperationID == "listAuditEntries" {
		for noun, ids := range map[string]map[string]string{"self-evaluation": s.evaluations, "self-evaluation-comment": s.comments} {
			for _, id := range ids {
				question := op.path + "?type=" + noun + "&id=" + id
				questions = append(questions, question, question+"&count=true", question+"&format=csv", question+"&format=ndjson")
			}
		}
	}
	thorough := how == everywhere && op.Extensions["x-from-snapshot"] != true || how == nearby && isConcerned(op.path)
	for _, asked := range s.at(op) {
		if thorough {
			questions = append(questions, a.questionsAs(op, asked)...)
			continue
		}
		plain := asked("", "")
		for _, form := range forms(op) {
			if form != "" {
				form = "&format=" + form
			}
			questions = append(questions, plain+form)
		}
	}
	// A reading of true figures is written down, and no two are alike.
	return slices.DeleteFunc(questions, func(question string) bool { return strings.Contains(question, "unsuppressed=true") })
}

func isConcerned(path string) bool {
	return slices.ContainsFunc(concerned, func(part string) bool { return strings.Contains(path, part) })
}

// asker is somebody who asks everything, and what they may have.
type asker struct {
	*asking

	may   []string
	again bool // whether they ask once more, when others have written
}

func (s *secrets) asker(name string, c caller, may []string, how thoroughness, again bool) asker {
	a := &asking{caller: c, name: name, brief: true, words: []string{wordDraft}, cursors: true}
	a.asks = func(op *described) []string { return s.questions(a, op, how) }
	return asker{a, may, again}
}

func (s *secrets) askers() []asker {
	s.w.t.Helper()
	key := caller{s.w, s.w.readKey(other).text}
	key.get("/v1/boroughs").want(200)
	team := s.w.as(asTeam, "")
	s.w.eventually("the key's first use is noted", func() bool { return strings.Contains(team.get("/v1/read-keys").want(200).body, `"lastUsedAt":"`) })
	return []asker{
		s.asker("a director of the group", s.w.as(asLead, group), forGroup, everywhere, true), s.asker("the programme", team, forTeam, nearby, true),
		s.asker("a director who has left the group", s.w.as(asLead, merton), nil, nearby, true), s.asker("a director of another group", s.w.as(asLead, other), nil, nearby, false),
		s.asker("a system there", s.w.as(asSystem, other), nil, nowhere, false), s.asker("a director of another sub-region", s.w.as(asLead, farAway), nil, nowhere, false),
		s.asker("a reporting tool", s.w.as(asTool, ""), nil, nowhere, true), s.asker("another borough's read key", key, nil, nowhere, false),
		s.asker("its editor", s.w.as(asEditor, own), forOwner, nowhere, true),
	}
}

// tells asks everything as the reader, the pages too, and answers which words were heard, with
// the question that told each.
func (s *secrets) tells(a *asking, operations []*described) (told answers, heard map[string]string) {
	s.w.t.Helper()
	told, heard = a.askAll(operations), map[string]string{}
	for _, op := range operations {
		ok := op.Responses.Value("200")
		if op.method != http.MethodGet || ok == nil || ok.Value.Content.Get("text/html") == nil {
			continue
		}
		for _, asked := range s.at(op) {
			question := asked("", "")
			told["page "+question] = a.hear(a.send(http.MethodGet, question, "", "Accept", "text/html"))
		}
	}
	for question, answer := range told {
		answer = strings.ToLower(answer)
		for _, word := range forOwner {
			if strings.Contains(answer, strings.ToLower(word)) && !strings.Contains(question, word) {
				heard[word] = question
			}
		}
	}
	return told, heard
}

// TestASelfEvaluationIsNotGivenAway: whatever the contract lets one ask, in whatever form, nobody
// is told a word of what is not theirs to read: of a draft, of what is signed and not shared, of
// what is shared with others, from a later day, until an earlier one that nobody has noted, or
// no more, and of what was said of it. When a draft is written in, or something is said of what
// they do not read, not one byte of any answer is another.
func TestASelfEvaluationIsNotGivenAway(t *testing.T) {
	t.Parallel()
	s := makeSecrets(t)
	askers, lead := s.askers(), s.w.as(asLead, own)
	was := map[string]answers{}
	for _, a := range askers {
		told, heard := s.tells(a.asking, contract.operations)
		was[a.name] = told
		for _, word := range forOwner {
			switch may := slices.Contains(a.may, word); {
			case may && heard[word] == "":
				t.Errorf("%s does not find %s", a.name, word)
			case !may && heard[word] != "":
				t.Errorf("%s finds %s in %s", a.name, word, heard[word])
			}
		}
		t.Logf("%s asked %d questions", a.name, len(told))
	}

	many := evaluationsList + "/" + s.evaluations[wordSuperseded]
	lead.change(http.MethodPatch, many+"/sections/care-leavers", `{"risks":[{"text":"`+wordDraft+` is new."}]}`).want(200)
	lead.change(http.MethodPatch, evaluationsList+"/"+s.evaluations[wordBegun]+"/sections/children-in-care", `{"answers":[]}`).want(200)
	lead.does(evaluationsList+"/"+s.evaluations[wordPlanned], "withdraw", "").want(200)
	for _, a := range askers {
		if !a.again {
			continue
		}
		var held []string
		for question, etag := range a.etags {
			if !isConcerned(question) {
				continue // there a 304 says what the answer would
			}
			if r := a.send(http.MethodGet, question, "", "If-None-Match", etag); r.status != http.StatusNotModified {
				held = append(held, fmt.Sprintf("%s with the ETag of before is answered %d", question, r.status))
			}
		}
		is, _ := s.tells(a.asking, contract.operations)
		found := append(differences(was[a.name], is), held...)
		if a.name == "its editor" {
			if len(held) == 0 || len(found) == len(held) {
				t.Error("for its own people nothing has changed")
			}
			continue
		}
		for _, leak := range found {
			t.Errorf("%s learns of a draft by asking %s", a.name, leak)
		}
	}

	// What they may not read is answered as what is not there.
	for name, words := range map[string][]string{
		"a director of the group":     {wordBegun, wordPlanned, wordClosed, wordEnded, wordTaken, saidOfClosed, saidOfEnded, saidOfTaken},
		"a director of another group": {wordSuperseded, wordPlanned, wordAsked, saidOfSuperseded}, "a director who has left the group": {wordSuperseded, wordEnded, wordLeft}, "the programme": {wordBegun, saidOfTaken},
	} {
		var records []string
		for _, word := range words {
			if id := s.evaluations[word]; id != "" {
				records = append(records, evaluationsList+"/"+id)
			}
			if id := s.comments[word]; id != "" {
				records = append(records, commentsList+"/"+id)
			}
		}
		for _, a := range askers {
			if a.name == name {
				for _, leak := range a.twins(contract.operations, records) {
					t.Errorf("%s learns that there is something by asking %s", name, leak)
				}
			}
		}
	}
	s.findsWhatIsGiven(t)
}

// giving are stores with a leak, each the real one with one method overridden.
type (
	givingVersion  struct{ *postgres.Store }
	givingComments struct{ *postgres.Store }
	givingState    struct{ *postgres.Store }
)

func (s givingVersion) ReadSelfEvaluationVersion(ctx context.Context, _ programme.Actor, id string, number int, form evaluation.ReadForm) (evaluation.Signing, error) {
	return s.Store.ReadSelfEvaluationVersion(ctx, lambeth, id, number, form)
}

func (s givingComments) SelfEvaluationComments(_ programme.Actor, f evaluation.CommentFilter, sort string) programme.Listing[evaluation.Comment] {
	return s.Store.SelfEvaluationComments(team, f, sort)
}

func (s givingState) SelfEvaluation(ctx context.Context, _ programme.Actor, id string) (evaluation.SelfEvaluation, error) {
	return s.Store.SelfEvaluation(ctx, team, id)
}

// findsWhatIsGiven: a service that gives away what it should not is found out by asking, each by
// what it gives.
func (s *secrets) findsWhatIsGiven(t *testing.T) {
	t.Helper()
	operations := slices.DeleteFunc(slices.Clone(contract.operations), func(op *described) bool {
		return !slices.Contains([]string{"getSelfEvaluation", "getSelfEvaluationVersion", "listSelfEvaluationComments"}, op.OperationID)
	})
	for name, c := range map[string]struct {
		with  func(*postgres.Store) server.Store
		words []string // that are heard in vain where nothing leaks
	}{
		"nothing":   {func(s *postgres.Store) server.Store { return s }, nil},
		"a version": {func(s *postgres.Store) server.Store { return givingVersion{s} }, []string{wordSuperseded, wordShared, wordSigned, wordPlanned, wordClosed, wordEnded, wordTaken}},
		"comments":  {func(s *postgres.Store) server.Store { return givingComments{s} }, []string{wordAsked, wordAnswered, wordEnquired, wordLeft, saidOfSuperseded, saidOfClosed, saidOfEnded}},
	} {
		open := startAt(t, s.w.url, s.w.clock, func(cfg *server.Config) { cfg.Store = c.with(s.w.store) })
		open.made = s.w.made
		_, heard := s.tells(s.asker(name, open.as(asLead, other), nil, nowhere, false).asking, operations)
		for _, word := range forOwner {
			if (heard[word] != "") != slices.Contains(c.words, word) {
				t.Errorf("giving away %s, %s is heard: %q", name, word, heard[word])
			}
		}
	}
	open := startAt(t, s.w.url, s.w.clock, func(cfg *server.Config) { cfg.Store = givingState{s.w.store} })
	open.made = s.w.made
	if found := s.asker("", open.as(asLead, other), nil, nowhere, false).twins(operations, []string{evaluationsList + "/" + s.evaluations[wordEnded]}); len(found) == 0 {
		t.Error("nobody finds that there is something")
	}
}
