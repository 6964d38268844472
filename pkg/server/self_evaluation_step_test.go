package server_test

import "peerchallenge/pkg/programme"

// walksEvaluations takes a self-evaluation through its states: empty, complete, with words that
// screening finds, and what becomes of it; and what it is asked.
func (k *walk) walksEvaluations(lead caller) {
	k.w.t.Helper()
	w := k.w
	evaluated := evaluationsList + "/" + w.completeEvaluation()
	k.try(evaluationsList+"/"+w.begunEvaluation(), evaluationsList+"/"+w.screenedEvaluation(), evaluationsList+"/"+w.outdatedEvaluation(), evaluated)
	for _, next := range []struct{ step, body string }{
		{"sign-off", ""}, {"share", `{"peerChallengeId":"` + w.groupMeeting() + `"}`}, {"reopen", `{"reason":"There is more to say"}`}, {"withdraw", ""},
	} {
		lead.does(evaluated, next.step, next.body).want(200)
		k.try(evaluated)
	}
	k.try(templatesList+"/"+w.template(), templatesList+"/"+w.draftedTemplate())

	// A comment: what is asked on one's own and of others', answered, closed, and of which a finding may come.
	answered := w.comment()
	w.as(programme.RoleBoroughEditor, own).does(commentsList+"/"+answered, "answer", `{"text":"By audits."}`).want(200)
	for _, id := range []string{w.standing(exampleComment), answered, w.closedComment(), w.screenedComment(), w.asked("line_of_enquiry")} {
		k.try(commentsList + "/" + id)
	}
}
