package server_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// encodeURIComponent is that of JavaScript, which leaves more as it is than Go does.
func encodeURIComponent(text string) string {
	text = strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	return strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%7E", "~").Replace(text)
}

// TestAReasonInPeoplesWords: whatever people write as a reason stands in the audit as
// they wrote it, whether it was sent as UTF-8 or as a browser can send it.
func TestAReasonInPeoplesWords(t *testing.T) {
	t.Parallel()
	w := lean(t)
	id := w.write(http.MethodPost, "/v1/peer-challenges", `{"title":"South","subRegion":"south","cycle":"2026-27"}`).id()
	path := "/v1/peer-challenges/" + id
	for i, c := range []struct{ sent, kept string }{
		{"Too few boroughs", "Too few boroughs"},
		{"Zoë’s team — “not yet”", "Zoë’s team — “not yet”"},
		{"Zoe\u0308", "Zoë"}, // composed, as every text is
		{"UTF-8''" + encodeURIComponent("Zoë’s (new) team: 100 % \"ready\"! * ~"), "Zoë’s (new) team: 100 % \"ready\"! * ~"},
		{"utf-8'en'It%27s%20late", "It's late"},
		{"UTF-8 is what we speak", "UTF-8 is what we speak"},
		{"100% sure", "100% sure"},
	} {
		w.write(http.MethodPatch, path, `{"learningThemes":["`+strings.Repeat("x", 1+i)+`"]}`, "If-Match", w.etag(path), "X-Audit-Reason", c.sent).want(200)
		entries := w.audit(w.token(programme.RoleProgramme), "peer-challenge", id).Items
		if got := entries[len(entries)-1].Reason; got == nil || *got != c.kept {
			t.Errorf("%q was kept as %v, want %q", c.sent, got, c.kept)
		}
	}
	for sent, want := range map[string]string{
		"UTF-8''Zo%C3":                         "malformed", // half a character
		"UTF-8''Zo%FF":                         "malformed", // no UTF-8
		"UTF-8''50%":                           "malformed", // no hexadecimal digits
		"UTF-8''two words":                     "malformed", // a space is %20
		"Zo\xeb":                               "malformed", // Latin-1, which a browser makes of it
		"UTF-8''a%0Ab":                         "format",    // not one line
		"UTF-8''a%E2%80%AEb":                   "format",    // turns the text round
		"UTF-8''%20":                           "format",    // says nothing
		"UTF-8''":                              "too_short", // nor does this
		"UTF-8''" + strings.Repeat("%41", 501): "too_long",  // as its words count
		"UTF-8''a%00":                          "malformed", // which PostgreSQL has not
	} {
		got := w.write(http.MethodPatch, path, `{"title":"Other"}`, "If-Match", w.etag(path), "X-Audit-Reason", sent).problem(400, "bad_request")
		if !slices.Contains(got, "X-Audit-Reason "+want) {
			t.Errorf("%q has the faults %v, want %s", sent, got, want)
		}
	}
	w.write(http.MethodPatch, path, `{"title":"Other"}`, "If-Match", w.etag(path), "X-Audit-Reason", "UTF-8''"+strings.Repeat("%41", 500)).want(200)
}

// TestAStepSaysWhyInItsBody, if it says anything; a creation needs no reason, and no
// POST has one in a header, where it would be lost.
func TestAStepSaysWhyInItsBody(t *testing.T) {
	t.Parallel()
	w := lean(t)
	id := w.write(http.MethodPost, "/v1/peer-challenges", `{"title":"South","subRegion":"south","cycle":"2026-27"}`).id()
	path := "/v1/peer-challenges/" + id
	step := func(step, body string, header ...string) answer {
		t.Helper()
		return w.write(http.MethodPost, path+"/"+step, body, append(header, "If-Match", w.etag(path))...)
	}
	step("prepare", "").want(200)
	step("cancel", `{"reason":" Zoë’s team can’t come "}`).want(200)
	entries := w.audit(w.token(programme.RoleProgramme), "peer-challenge", id).Items
	if prepared, cancelled := entries[1], entries[2]; prepared.Reason != nil || *cancelled.Reason != "Zoë’s team can’t come" {
		t.Errorf("the preparation has %v and the cancellation %q", prepared.Reason, *cancelled.Reason)
	}
	for body, want := range map[string]string{
		"": "/reason reason_required", "{}": "/reason reason_required", `{"reason":null}`: "/reason reason_required",
		`{"reason":""}`: "/reason too_short", `{"reason":" "}`: "/reason format", `{"reason":"a\nb"}`: "/reason format",
	} {
		if got := step("reopen", body).problem(422, "invalid"); !slices.Contains(got, want) {
			t.Errorf("%s has the faults %v, want %s", body, got, want)
		}
	}
	for _, a := range []answer{
		step("reopen", `{"reason":"Once more"}`, "X-Audit-Reason", "Once more"),
		w.write(http.MethodPost, "/v1/sub-regions", `{"slug":"spare","name":"Spare","description":""}`, "X-Audit-Reason", "A new one"),
	} {
		if got := a.problem(400, "bad_request"); !slices.Equal(got, []string{"X-Audit-Reason reason_in_body"}) {
			t.Errorf("the header has the faults %v", got)
		}
	}
	step("reopen", `{"reason":"Once more"}`).want(200)

	// What is repeated with a key is repeated with its reason.
	etag := w.etag(path)
	again := func(reason string) answer {
		return w.write(http.MethodPost, path+"/cancel", because(reason), "If-Match", etag, "Idempotency-Key", "cancel-1")
	}
	again("Too few").want(200)
	if r := again("Too few").want(200); r.header.Get("Idempotency-Replayed") != "true" {
		t.Error("the repeated step was taken again")
	}
	again("Too many").problem(422, "idempotency_key_reused")
}
