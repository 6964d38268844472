package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestNothingFollowsATransferEncoding: where a proxy and the service might disagree
// about the end of a body, the connection ends with the answer, whatever it says.
func TestNothingFollowsATransferEncoding(t *testing.T) {
	t.Parallel()
	w := lean(t)
	of := func(slug string) string { return `{"slug":"` + slug + `","name":"` + slug + `","description":""}` }
	for framing, want := range map[string]struct {
		status int
		closed bool
	}{
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(of("sized")), of("sized")):                              {201, false},
		fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(of("chunks")), of("chunks")): {201, true},
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n":                                                           {400, true},
	} {
		var dialer net.Dialer
		connection, err := dialer.DialContext(t.Context(), "tcp", w.http.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = connection.Close() })
		_, err = fmt.Fprintf(connection, "POST /v1/sub-regions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\n%s", w.token(programme.RoleProgramme), framing)
		if err != nil {
			t.Fatal(err)
		}
		reader := bufio.NewReader(connection)
		r, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		if r.StatusCode != want.status || r.Close != want.closed {
			t.Errorf("%.40q: status %d, closes %v; want %+v", framing, r.StatusCode, r.Close, want)
		}
		if !want.closed {
			continue
		}
		_ = connection.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := reader.ReadByte(); err != io.EOF {
			t.Errorf("%.40q: the connection goes on: %v", framing, err)
		}
	}
}

// TestTextsAreKeptInOneForm, in whichever they are sent, and are found and told so.
func TestTextsAreKeptInOneForm(t *testing.T) {
	t.Parallel()
	w := lean(t)
	r := w.write("POST", "/v1/priorities", `{"name":"Cafe\u0301","description":"One.\r\nTwo.","validFrom":"2026-04-01"}`, "Idempotency-Key", "form").want(201)
	var made api.Priority
	r.into(&made)
	if made.Name != "Caf\u00e9" || made.Description != "One.\nTwo." {
		t.Errorf("%+v", made)
	}
	again := w.write("POST", "/v1/priorities", "{\"validFrom\":\"2026-04-01\",\"name\":\"Caf\u00e9\",\"description\":\"One.\\nTwo.\"}", "Idempotency-Key", "form").want(201)
	if again.header.Get("Idempotency-Replayed") != "true" {
		t.Error("equal texts are another request")
	}
	w.write("POST", "/v1/priorities", "{\"name\":\"Caf\u00e9\",\"description\":\"\",\"validFrom\":\"2026-04-01\"}").problem(409, "exists")
	w.patch("/v1/priorities/"+made.Id, `{"name":"\u00a0\u200b"}`).problem(422, "invalid")
	if got := w.write("DELETE", "/v1/priorities/"+made.Id, "", "If-Match", r.header.Get("ETag"), "X-Audit-Reason", "a\u202eb").problem(400, "bad_request"); strings.Join(got, ",") != "X-Audit-Reason format" {
		t.Errorf("faults %v", got)
	}
	w.write("POST", "/v1/priorities", `{"name":[`+strings.Repeat("1,", 50_000)+`1]}`).problem(400, "too_many_values")
}
