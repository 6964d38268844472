package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// hurts is a word that stands nowhere else.
const hurts = "Quillfeather"

// TestRedactedWordsAreNowhere: a word is written into every text of every kind of
// record in which people write, frozen in versions, carried forward, and kept in the
// answers of requests that can be repeated. It is taken out, and no row of the
// database has it any more.
func TestRedactedWordsAreNowhere(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, lead, visitor := w.as(asTeam, ""), w.as(asLead, own), w.as(asLead, group)
	const says = `It is about ` + hurts + `, who lives there.`
	const patch, put, post = http.MethodPatch, http.MethodPut, http.MethodPost
	finding, action, offer := "/v1/findings/"+w.acceptedFinding().ID, "/v1/actions/"+w.action().ID, "/v1/asks-and-offers/"+w.offer()
	notes, review := "/v1/peer-challenge-groups/"+w.standing(exampleGroup), "/v1/peer-reviews/"+w.review(programme.ReviewFieldwork).ID
	note := notesList + "/" + w.noteIn(idIn(review))
	first, second := w.opened(), w.opened()
	earlier, later := second, first // opened makes an earlier one each time
	given := w.whole(large, api.CountValue{Count: "rereferrals", Status: api.CountValueStatusMissing, Reason: new(says)})
	explained := `{"explanations":[{"key":"larger_than_likely.referrals","text":"` + says + `"}]}`
	sent := func(quarter string) string {
		t.Helper()
		lead.send(put, returnAt(own, quarter), given, "If-None-Match", "*", "Idempotency-Key", "put-"+quarter).want(201)
		return "/v1/benchmarking-submissions/" + stateOf(t, lead, returnAt(own, quarter)).Id
	}
	old := sent(earlier)
	lead.does(old, "explanations", explained).want(200)
	lead.does(old, "submit", "").want(200)
	returned := sent(later)
	lead.does(returned, "explanations", explained).want(200)
	lead.does(returned, "submit", "").want(200)
	team.does(returned, "query", `{"text":"`+says+`"}`).want(200)
	lead.does(returned, "answer", `{"text":"`+says+`"}`).want(200)
	lead.send(put, returnAt(own, later), w.whole(large, api.CountValue{Count: "rereferrals", Status: api.CountValueStatusMissing, Reason: new(says)}, api.CountValue{Count: "referrals", Value: new(9400.0), Status: api.CountValueStatusReported}),
		"If-Match", stateOf(t, lead, returnAt(own, later)).Etag).want(200)

	writes := []struct {
		by           caller
		path, method string
		below, body  string
	}{
		{lead, finding, patch, "", `{"theme":"About ` + hurts + `","text":"` + says + `","evidence":"` + says + `"}`},
		{lead, finding, put, "/response", `{"answer":"partly","reason":"` + says + `"}`},
		{lead, action, patch, "", `{"text":"` + says + `","dueOn":null,"noDueReason":"` + says + `"}`},
		{lead, action, post, "/progress", `{"text":"` + says + `"}`},
		{visitor, note, patch, "", `{"interviewGroup":"About ` + hurts + `","text":"` + says + `"}`},
		{lead, offer, patch, "", `{"title":"About ` + hurts + `","text":"` + says + `"}`},
		{lead, notes, put, "/notes", `{"notes":"` + says + `"}`},
		{team, review, patch, "", `{"scope":"` + says + `","kloes":["` + says + `"],"progressReview":"` + says + `",
			"sessions":[{"title":"About ` + hurts + `","day":"2026-11-03","startTime":null,"endTime":null,"attendees":"` + says + `"}]}`},
		{visitor, review, put, "/report", `{"report":"` + says + `","reportLinks":[{"title":"About ` + hurts + `","url":"https://example.org"}]}`},
	}
	for _, write := range writes {
		header := []string{"If-Match", write.by.get(write.path).header.Get("ETag")}
		if write.method == post {
			header = append(header, "Idempotency-Key", "post-"+idIn(write.path))
		} else {
			header = append(header, "X-Audit-Reason", "A mistake")
		}
		write.by.send(write.method, write.path+write.below, write.body, header...).want(200)
	}
	team.does(review, "check-facts", "").want(200)
	comment := []string{"If-Match", lead.get(review).header.Get("ETag"), "Idempotency-Key", "comment"}
	lead.send(post, review+"/host-comments", `{"text":"`+says+`"}`, comment...).want(200)

	places := func(fields ...string) string {
		in := make([]api.RedactedPlace, len(fields))
		for i, field := range fields {
			in[i].Field = field
		}
		return jsonOf(t, api.RedactionInput{Places: &in, Reason: new("It should not have been written")})
	}
	lead.does(finding, "redact", places("/theme", "/text", "/evidence", "/response/reason")).want(200)
	lead.does(action, "redact", places("/text", "/noDueReason", "/progress/0/text")).want(200)
	lead.does(offer, "redact", `{"places":[{"field":"/title","start":6,"length":12},{"field":"/text","start":12,"length":12}],"reason":"It names somebody"}`).want(200)
	lead.does(notes, "redact", places("/notes")).want(200)
	visitor.does(note, "redact", places("/interviewGroup", "/text")).want(200)
	team.does(review, "redact", places("/scope", "/kloes/0", "/sessions/0/title", "/sessions/0/attendees", "/hostComments/0/text", "/report", "/reportLinks/0/title", "/reportLinks/0/url", "/progressReview")).want(200)
	if got := team.get(review).want(200).body; !strings.Contains(got, `"url":"https://[redacted]"`) {
		t.Errorf("a link keeps its scheme alone: %s", got)
	}
	// Of the return one place of each text is named: the same words elsewhere go with it,
	// in the draft, which the team does not see, and in the borough's other return.
	team.does(returned, "redact", `{"places":[{"field":"/versions/1/explanations/0/text","start":12,"length":12},{"field":"/thread/0/text"}],"reason":"It names somebody"}`).want(200)

	for table, lines := range w.dump() {
		for _, line := range lines {
			if strings.Contains(line, hurts) {
				t.Errorf("%s keeps %.300s", table, line)
			}
		}
	}

	// What is repeated brings nothing back.
	lead.send(post, review+"/host-comments", `{"text":"`+says+`"}`, comment...).problem(409, "answer_erased")
	lead.send(put, returnAt(own, later), given, "If-None-Match", "*", "Idempotency-Key", "put-"+later).problem(409, "answer_erased")

	var v api.BenchmarkingVersion
	lead.get(old + "/versions/1").want(200).into(&v)
	if v.RedactedAt == nil || len(v.Explanations) != 1 || v.Explanations[0].Text != "[redacted]" && v.Explanations[0].Text != "It is about [redacted], who lives there." {
		t.Errorf("the earlier version says %+v", v)
	}
	var receipt api.Receipt
	lead.get("/v1/receipts/" + *v.ReceiptId).want(200).into(&receipt)
	if receipt.RedactedAt == nil || !receipt.RedactedAt.Equal(*v.RedactedAt) {
		t.Errorf("it was redacted at %v, and the receipt says %v", v.RedactedAt, receipt.RedactedAt)
	}
	if at := slices.IndexFunc(v.Values, func(c api.CountValue) bool { return c.Count == "rereferrals" }); *v.Values[at].Reason != v.Explanations[0].Text {
		t.Errorf("its reason says %s", *v.Values[at].Reason)
	}
	if got := lead.get(offer).want(200).body; !strings.Contains(got, `"title":"About [redacted]"`) || !strings.Contains(got, "It is about [redacted], who lives there.") {
		t.Errorf("a passage is taken out, and the rest stays: %s", got)
	}
}

// TestWhoRedacts: the programme's team, and the leads of those who wrote it. Nobody
// takes out what others have written by writing the same.
func TestWhoRedacts(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, lead, editor, visitor := w.as(asTeam, ""), w.as(asLead, own), w.as(asEditor, own), w.as(asLead, group)
	id := w.writtenReview()
	path := "/v1/peer-reviews/" + id
	text := `{"places":[{"field":"/report"}],"reason":"It is wrong"}`
	editor.does(path, "redact", text).problem(403, "role")
	if got := lead.does(path, "redact", text).problem(422, "invalid"); !slices.Equal(got, []string{"/places/0/field unknown_value"}) {
		t.Errorf("the host, which does not write it, is refused for %v", got)
	}
	team.does(path, "check-facts", "").want(200)
	lead.does(path, "host-comments", `{"text":"`+lives+`"}`).want(200)
	lead.does(path, "redact", `{"places":[{"field":"/hostComments/0/text"}],"reason":"It is wrong"}`).want(200)
	if got := lead.get(path).want(200).body; !strings.Contains(got, `"report":"`+lives+`"`) || !strings.Contains(got, `"text":"[redacted]"`) {
		t.Errorf("who writes what others have written takes out %s", got)
	}
	for body, want := range map[string]string{
		`{"places":[{"field":"/report"}]}`:                                          "/reason reason_required",
		`{"places":[{"field":"/report"}],"reason":"It says SW2 1RW"}`:               "/reason identifying",
		`{"reason":"It is wrong"}`:                                                  "/places required",
		`{"places":[{"field":"/report","start":17}],"reason":"It is wrong"}`:        "/places/0 out_of_range",
		`{"places":[{"field":"/report","start":9,"length":9}],"reason":"It is so"}`: "/places/0 out_of_range",
		`{"places":[{"field":"/title"}],"reason":"It is wrong"}`:                    "/places/0/field unknown_value",
	} {
		if got := visitor.does(path, "redact", body).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is refused as %v, want %s", body, got, want)
		}
	}
	visitor.does(path, "redact", `{"places":[{"field":"/report","start":9,"length":7}],"reason":"It is wrong"}`).want(200)
	once := visitor.get(path).want(200)
	if !strings.Contains(once.body, `"report":"Lives at [redacted]."`) {
		t.Errorf("the report says %s", once.body)
	}
	visitor.does(path, "redact", `{"places":[{"field":"/report","start":9,"length":10}],"reason":"It is wrong"}`).want(200)
	if again := visitor.get(path).want(200); again.body != once.body {
		t.Errorf("what is redacted already is redacted as %s", again.body)
	}

	// A draft is the borough's alone: the team does not even name what stands in it.
	quarter := w.opened()
	returned := "/v1/benchmarking-submissions/" + w.submitted(quarter)
	lead.send(http.MethodPut, returnAt(own, quarter), w.whole(api.CountValue{Count: "rereferrals", Status: api.CountValueStatusMissing, Reason: new(lives)}), "If-Match", stateOf(t, lead, returnAt(own, quarter)).Etag).want(200)
	at := lead.marks(returned)[0].Field
	team.does(returned, "redact", `{"places":[{"field":"`+at+`"}],"reason":"It is wrong"}`).problem(422, "invalid")
	lead.does(returned, "redact", `{"places":[{"field":"`+at+`"}],"reason":"It is wrong"}`).want(200)
	if got := lead.marks(returned); len(got) != 0 {
		t.Errorf("screening still finds %v", got)
	}
}

// TestAVersionTakesARedactionAndNothingElse: the database itself keeps what was submitted
// as it was, but for passages that the mark stands for, and only where the version says when.
func TestAVersionTakesARedactionAndNothingElse(t *testing.T) {
	t.Parallel()
	w := lean(t)
	quarter := w.opened()
	lead := w.as(asLead, own)
	lead.send(http.MethodPut, returnAt(own, quarter), w.whole(large, api.CountValue{Count: "rereferrals", Status: api.CountValueStatusMissing, Reason: new("100% of a_b \\\\ c is not known yet.")}), "If-None-Match", "*").want(201)
	path := "/v1/benchmarking-submissions/" + stateOf(t, lead, returnAt(own, quarter)).Id
	lead.does(path, "explanations", `{"explanations":[{"key":"larger_than_likely.referrals","text":"Two teams were joined."}]}`).want(200)
	lead.does(path, "submit", "").want(200)
	at := "submission_id = '" + idIn(path) + "'"
	reason := func(text string) string {
		return `"values" = (SELECT json_agg(CASE WHEN v ->> 'count' = 'rereferrals' THEN v || jsonb_build_object('reason', ` + text + `::text) ELSE v END) FROM jsonb_array_elements("values"::jsonb) v)`
	}
	for name, set := range map[string]string{
		"another reason":              reason(`'Nobody knows.'`) + ", redacted_at = now()",
		"a word more":                 reason(`'Quite [redacted]'`) + ", redacted_at = now()",
		"a mark and nothing gone":     reason(`'[redacted]100% of a_b \\ c is not known yet.'`) + ", redacted_at = now()",
		"other order":                 reason(`'yet[redacted]100%'`) + ", redacted_at = now()",
		"what looks like it to LIKE":  reason(`'%[redacted]'`) + ", redacted_at = now()",
		"the day alone taken back":    "redacted_at = NULL, framework = '9.9.9'",
		"without a day":               reason(`'[redacted]'`),
		"no reason":                   reason(`NULL`) + ", redacted_at = now()",
		"another figure":              `"values" = jsonb_set("values"::jsonb, '{0,value}', '7')::json, redacted_at = now()`,
		"another explanation":         `explanations = jsonb_set(explanations, '{0,text}', '"Three teams were joined."'), redacted_at = now()`,
		"another who explained":       `explanations = jsonb_set(explanations, '{0,by}', '"[redacted]"'), redacted_at = now()`,
		"an explanation less":         "explanations = '[]', redacted_at = now()",
		"another number":              "number = 7, redacted_at = now()",
		"no receipt":                  "receipt_id = NULL, redacted_at = now()",
		"another who submitted":       "submitted_by = '[redacted]', redacted_at = now()",
		"an earlier day of redaction": "redacted_at = '-infinity'",
	} {
		if err := w.ownerTries("UPDATE benchmarking_versions SET " + set + " WHERE " + at); err == nil || !strings.Contains(err.Error(), "what a version says never changes") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, set := range []string{
		reason(`'100% of a_b \\ c is [redacted] yet.'`) + ", redacted_at = now()",
		reason(`'[redacted]% of a_b \\ c is [redacted]'`) + `, explanations = jsonb_set(explanations, '{0,text}', '"[redacted]"'), redacted_at = now()`,
	} {
		if err := w.ownerTries("UPDATE benchmarking_versions SET " + set + " WHERE " + at); err != nil {
			t.Errorf("%s: %v", set, err)
		}
	}
	if err := w.ownerTries("UPDATE benchmarking_versions SET redacted_at = NULL WHERE " + at); err == nil {
		t.Error("that it was redacted is taken back")
	}
}
