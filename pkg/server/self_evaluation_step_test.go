package server_test

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
}
