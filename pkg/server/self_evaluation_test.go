package server_test

import (
	"net/http"
	"strings"

	"peerchallenge/pkg/programme"
)

const (
	exampleTemplate   = "01932b7e-0000-7000-8000-000000000050"
	exampleEvaluation = "01932b7e-0000-7000-8000-000000000051"

	templatesList   = "/v1/self-evaluation-templates"
	evaluationsList = "/v1/self-evaluations"
)

var (
	_ = standIn(templatesList, exampleTemplate, (*world).standingTemplate)
	_ = prepared((*world).draftedTemplate, "updateSelfEvaluationTemplate", "deleteSelfEvaluationTemplate", "publishSelfEvaluationTemplate")
	_ = standIn(evaluationsList, exampleEvaluation, (*world).sharedEvaluation)
	_ = standIn("/v1/meetings", "01932b7e-0000-7000-8000-000000000052", (*world).groupMeeting)
	_ = prepared((*world).begunEvaluation, "deleteSelfEvaluation", "getSelfEvaluationSection", "updateSelfEvaluationSection", "getSelfEvaluationSectionChanges")
	_ = prepared((*world).nextEvaluation, "getBoroughSelfEvaluation", "putSelfEvaluation")
	_ = prepared((*world).completeEvaluation, "signOffSelfEvaluation")
	_ = prepared((*world).signedEvaluation, "shareSelfEvaluation", "reopenSelfEvaluation")
	_ = prepared((*world).outdatedEvaluation, "migrateSelfEvaluation")
	_ = prepared((*world).screenedEvaluation, "acknowledgeSelfEvaluation")
)

// template is the id of the one on which self-evaluations begin.
func (w *world) template() string {
	w.t.Helper()
	return w.ownerGets("SELECT id::text FROM self_evaluation_templates WHERE is_default")
}

// standingTemplate is the same, beside which there is another.
func (w *world) standingTemplate() string {
	w.once("another template", (*world).draftedTemplate)
	return w.template()
}

const firstOutline = `[{"id":"practice","title":"Practice","optional":false,"questions":[
	{"id":"what","text":"What do you know?","kind":"narrative","required":true,"wordLimit":20},{"id":"how","text":"How do you know it?","kind":"narrative","required":false}]}]`

// draftedTemplate is the id of a template of which nothing is published.
func (w *world) draftedTemplate() string {
	return w.as(programme.RoleProgramme, "").post(templatesList, `{"name":"A shorter one","draft":`+firstOutline+`}`).id()
}

// complete is a body that answers everything that the default template requires.
func complete(words string) string {
	var sections []string
	for _, id := range []string{"help-and-protection", "children-in-care", "care-leavers", "impact-of-leaders"} {
		sections = append(sections, `{"id":"`+id+`","answers":[{"questionId":"quality","text":"`+words+`"},{"questionId":"evidence","text":"From audits."},{"questionId":"plans","text":"To go on."}],
			"strengths":[{"text":"A stable workforce."}]}`)
	}
	return `{"sections":[` + strings.Join(sections, ",") + `]}`
}

// nextCycle is one for which Lambeth has no self-evaluation yet.
func (w *world) nextCycle() string {
	w.t.Helper()
	return w.ownerGets(`SELECT y || '-' || lpad(((y + 1) % 100)::text, 2, '0') FROM generate_series(2028, 2098) AS y
		WHERE NOT EXISTS (SELECT FROM self_evaluations WHERE cycle LIKE y || '-%' AND borough_code = '` + own + `') ORDER BY y LIMIT 1`)
}

// begunEvaluation is the id of a draft of Lambeth's in which nothing is written.
func (w *world) begunEvaluation() string {
	return w.as(asLead, own).post(evaluationsList, `{"borough":"`+own+`","cycle":"`+w.nextCycle()+`"}`).id()
}

// completeEvaluation is the id of a draft of Lambeth's that can be signed.
func (w *world) completeEvaluation() string {
	return w.writtenEvaluation(w.nextCycle())
}

func (w *world) writtenEvaluation(cycle string) string {
	w.t.Helper()
	w.ownerDoes("UPDATE narratives SET text = 'Fewer families come back.' WHERE borough_code = '" + own + "' AND state = 'asked' AND text IS NULL")
	var got struct {
		SelfEvaluation struct{ ID string }
	}
	w.as(asEditor, own).send(http.MethodPut, "/v1/boroughs/"+own+"/self-evaluations/"+cycle, complete("Practice is good."), "If-None-Match", "*").want(201).into(&got)
	return got.SelfEvaluation.ID
}

// signedEvaluation is the id of one of Lambeth's that is signed.
func (w *world) signedEvaluation() string {
	id := w.completeEvaluation()
	w.as(asLead, own).does(evaluationsList+"/"+id, "sign-off", "").want(200)
	return id
}

// nextEvaluation is the id of Lambeth's of the cycle that the contract's examples name: it was
// signed once, and is being written again.
func (w *world) nextEvaluation() string {
	w.t.Helper()
	lead := w.as(asLead, own)
	if r := lead.get("/v1/boroughs/" + own + "/self-evaluations/2027-28"); r.status == http.StatusOK {
		var there struct{ ID string }
		r.into(&there)
		return there.ID
	}
	id := w.writtenEvaluation("2027-28")
	lead.does(evaluationsList+"/"+id, "sign-off", "").want(200)
	lead.does(evaluationsList+"/"+id, "reopen", `{"reason":"There is more to say"}`).want(200)
	return id
}

// outdatedEvaluation is the id of a draft that answers to an older version of its template.
func (w *world) outdatedEvaluation() string {
	w.t.Helper()
	team, lead := w.as(programme.RoleProgramme, ""), w.as(asLead, own)
	of := w.draftedTemplate()
	team.does(templatesList+"/"+of, "publish", "").want(200)
	id := lead.post(evaluationsList, `{"borough":"`+own+`","cycle":"`+w.nextCycle()+`","templateId":"`+of+`"}`).id()
	lead.change(http.MethodPatch, evaluationsList+"/"+id+"/sections/practice", `{"answers":[{"questionId":"what","text":"Much."},{"questionId":"how","text":"By audits."}]}`).want(200)
	team.change(http.MethodPatch, templatesList+"/"+of, `{"draft":[{"id":"impact","title":"Impact","optional":false,"questions":[
		{"id":"what","text":"What do you know?","kind":"narrative","required":true}]}]}`).want(200)
	team.does(templatesList+"/"+of, "publish", "").want(200)
	return id
}

// screenedEvaluation is the id of a draft in which screening finds something.
func (w *world) screenedEvaluation() string {
	id := w.begunEvaluation()
	w.as(asLead, own).change(http.MethodPatch, evaluationsList+"/"+id+"/sections/help-and-protection", `{"answers":[{"questionId":"quality","text":"`+lives+`"}]}`).want(200)
	return id
}

// groupMeeting is the id of a challenge that runs, in which Lambeth meets Croydon.
func (w *world) groupMeeting() string {
	w.t.Helper()
	there := w.ownerGets(`SELECT coalesce(min(g.peer_challenge_id::text), '') FROM peer_challenge_groups g JOIN peer_challenges c ON c.id = g.peer_challenge_id
		WHERE c.state NOT IN ('closed', 'cancelled') AND g.members @> '[{"borough":"` + own + `"},{"borough":"` + group + `"}]'`)
	if there != "" {
		return there
	}
	team := w.as(programme.RoleProgramme, "")
	id := team.post("/v1/peer-challenges", `{"title":"South London challenge","subRegion":"south","cycle":"2026-27","startsOn":"2026-10-05","endsOn":"2026-10-16"}`).id()
	inGroup := team.post("/v1/peer-challenge-groups", `{"peerChallengeId":"`+id+`","name":"Group 1"}`).id()
	for _, borough := range []string{own, group} {
		team.change(http.MethodPut, "/v1/peer-challenge-groups/"+inGroup+"/members/"+borough, `{"role":"visitor"}`).want(200)
	}
	return id
}

// sharedEvaluation is the id of the one that Lambeth shares with Croydon.
func (w *world) sharedEvaluation() string {
	w.t.Helper()
	id := w.writtenEvaluation(w.nextCycle())
	lead := w.as(asLead, own)
	lead.does(evaluationsList+"/"+id, "sign-off", "").want(200)
	lead.does(evaluationsList+"/"+id, "share", `{"peerChallengeId":"`+w.groupMeeting()+`"}`).want(200)
	return id
}

// authorisedSystem is a borough's, which may send its self-evaluations.
func (w *world) authorisedSystem(borough string) caller {
	w.t.Helper()
	by := w.somebody("dcs-"+borough, borough, programme.RoleBoroughLead)
	by.post(authorisationsList, strings.Replace(named(borough, "machine-"+borough, w.soon()), "benchmarking_submission", "self_evaluation", 1)).want(201)
	return w.somebody("machine-"+borough, borough, programme.RoleBoroughSystem)
}
