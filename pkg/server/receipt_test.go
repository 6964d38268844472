package server_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const exampleReceipt = "01932b7e-0000-7000-8000-000000000042"

var _ = standIn("/v1/receipts", exampleReceipt, func(w *world) string {
	w.practised()
	return *stateOf(w.t, w.as(programme.RoleBoroughLead, own), returnAt(own, "practice")).ReceiptId
})

// plainly writes JSON as the contract says that a receipt's document is written. It knows
// nothing of the service's own code, so that whoever follows the contract gets the same.
func plainly(t testing.TB, value any) string {
	t.Helper()
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String() // counts are whole, or have few digits
	case string:
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(v); err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(strings.TrimSpace(out.String()), `\u2028`, "\u2028") // which JSON does not need to escape
	case []any:
		items := make([]string, len(v))
		for i := range v {
			items[i] = plainly(t, v[i])
		}
		return "[" + strings.Join(items, ",") + "]"
	case map[string]any:
		var members []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			members = append(members, plainly(t, name)+":"+plainly(t, v[name]))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	t.Fatalf("%T is no JSON", value)
	return ""
}

// signedReturn is the document that a receipt covers, made of the answer about a version.
func signedReturn(t testing.TB, version answer, borough, quarter string) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(version.want(200).body))
	decoder.UseNumber()
	var document map[string]any
	if err := decoder.Decode(&document); err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{"state", "daysLate", "closedAt", "supersededAt", "authorisationId", "receiptId", "redactedAt", "illustrative"} {
		delete(document, member)
	}
	document["borough"], document["quarter"] = borough, quarter
	for _, value := range document["values"].([]any) {
		for _, member := range []string{"value", "reason"} {
			if v := value.(map[string]any); v[member] == nil {
				v[member] = nil // there, and null
			}
		}
	}
	return document
}

func unbase(t testing.TB, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestAReceiptProvesAVersion: whoever has the version and its receipt proves by plain
// code what was signed, and the service answers the same, after its keys were changed too.
func TestAReceiptProvesAVersion(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, team, neighbour := w.as(programme.RoleBoroughLead, own), w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, group)
	quarter := w.opened()
	path := "/v1/benchmarking-submissions/" + w.warned(quarter)
	lead.does(path, "explanations", `{"explanations":[{"key":"larger_than_likely.referrals","text":"Zwei Teams – <Haus & Hof> \"neu\"\u2028."}]}`).want(200)
	var submitted api.BenchmarkingSubmission
	lead.does(path, "submit", "").want(200).into(&submitted)
	version := team.get(path + "/versions/1")
	var r api.Receipt
	receipt := "/v1/receipts/" + *submitted.ReceiptId
	team.get(receipt).want(200).into(&r)
	if r.Id[14] != '4' || r.SignedBy != "borough-lead" || r.OnAuthorityOf != nil || r.Statement != "Submitted by a borough-lead of Lambeth." ||
		r.RecordId != idIn(path) || r.Number != 1 || r.Document != api.DocumentKindBenchmarkingSubmission {
		t.Errorf("%+v", r)
	}

	// By plain code: the hash, and the signature over it.
	document := signedReturn(t, version, own, quarter)
	salt := unbase(t, r.Salt)
	hash := sha256.Sum256(append([]byte(plainly(t, document)), salt...))
	if len(salt) != 32 || r.Hash != base64.RawURLEncoding.EncodeToString(hash[:]) {
		t.Errorf("the hash is %s, and that of\n%s\nis another", r.Hash, plainly(t, document))
	}
	parts := strings.Split(r.Signature, ".")
	if len(parts) != 3 || parts[1] != r.Hash || !ed25519.Verify(unbase(t, *r.Key.X), []byte(parts[0]+"."+parts[1]), unbase(t, parts[2])) {
		t.Errorf("the signature is %s", r.Signature)
	}
	if header := string(unbase(t, parts[0])); header != `{"alg":"EdDSA","kid":"`+r.Key.Kid+`","typ":"peerchallenge-receipt+jws"}` {
		t.Errorf("its header is %s", header)
	}

	verify := func(c caller, document map[string]any, hash, signature bool) {
		t.Helper()
		var v api.ReceiptVerification
		c.post(receipt+"/verify", `{"benchmarkingSubmission":`+plainly(t, document)+`}`).want(200).into(&v)
		if v != (api.ReceiptVerification{Genuine: hash && signature, HashMatches: hash, SignatureMatches: signature}) {
			t.Errorf("%+v", v)
		}
	}
	verify(team, document, true, true)
	verify(lead, document, true, true)
	neighbour.get(receipt).problem(404, "not_found")
	neighbour.post(receipt+"/verify", `{"benchmarkingSubmission":`+plainly(t, document)+`}`).problem(404, "not_found")
	w.as(programme.RoleReporting, "").get(receipt).problem(403, "role")

	// Another document is not the one, whatever differs, and nothing of it is kept.
	for member, value := range map[string]any{"quarter": "practice", "number": json.Number("2"), "submittedBy": "borough-editor", "onAuthorityOf": "borough-lead", "submittedAt": "2026-01-01T00:00:00Z"} {
		other := maps.Clone(document)
		other[member] = value
		verify(team, other, false, true)
	}
	other := maps.Clone(document)
	values := slices.Clone(document["values"].([]any))
	first := maps.Clone(values[0].(map[string]any))
	first["reason"] = "ann-never-kept"
	values[0], other["values"] = first, values
	verify(team, other, false, true)
	for table, lines := range w.dump() {
		for _, line := range lines {
			if strings.Contains(line, "ann-never-kept") {
				t.Errorf("%s keeps a document that was only verified: %s", table, line)
			}
		}
	}

	// Keys rotate: the receipt is what it was, and the next is signed with the next key.
	if err := w.issuer.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	verify(team, document, true, true)
	if again := team.get(receipt).want(200); !strings.Contains(again.body, r.Key.Kid) {
		t.Errorf("the receipt has another key: %s", again.body)
	}
	var next api.Receipt
	team.get("/v1/receipts/" + *stateOf(t, lead, "/v1/benchmarking-submissions/"+w.submitted(w.opened())).ReceiptId).want(200).into(&next)
	if next.Key.Kid == r.Key.Kid || next.Salt == r.Salt {
		t.Errorf("the next receipt is %+v", next)
	}

	// Who can write into the database but has no key makes a hash, and no signature.
	changed := sha256.Sum256(append([]byte(plainly(t, other)), salt...))
	w.ownerDoes(fmt.Sprintf(`UPDATE receipts SET hash = '\x%x' WHERE id = '%s'`, changed, r.Id))
	verify(team, other, true, false)
	verify(team, document, false, false)
}

// TestAReceiptOfEachVersion: the return names that of the version that was submitted last,
// and each version its own.
func TestAReceiptOfEachVersion(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(programme.RoleBoroughLead, own)
	quarter := w.opened()
	path := "/v1/benchmarking-submissions/" + w.submitted(quarter)
	first := *stateOf(t, lead, path).ReceiptId
	lead.does(path, "withdraw", `{"reason":"Wrong list"}`).want(200)
	lead.does(path, "submit", "").want(200)
	second := *stateOf(t, lead, path).ReceiptId
	var page struct{ Items []api.BenchmarkingVersion }
	lead.get(path + "/versions").want(200).into(&page)
	if got := []string{*page.Items[0].ReceiptId, *page.Items[1].ReceiptId}; first == second || !slices.Equal(got, []string{first, second}) {
		t.Errorf("the versions' receipts are %q, the return's were %s and %s", got, first, second)
	}
	if err := w.ownerTries("UPDATE benchmarking_versions SET receipt_id = NULL"); err == nil {
		t.Error("a version loses its receipt")
	}
}
