//go:build unix

package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"peerchallenge/pkg/postgres/pgtest"
)

// killDatabase ends the demo's PostgreSQL as a system without memory does.
func killDatabase(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// members asks the demo who is in the groups.
func members(t *testing.T, api, token string) [][]string {
	t.Helper()
	status, body := get(t, api+"/peer-challenge-groups?limit=500", token)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	var list struct {
		Items []struct {
			Members []struct{ Borough string }
		}
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	var groups [][]string
	for _, g := range list.Items {
		var codes []string
		for _, m := range g.Members {
			codes = append(codes, m.Borough)
		}
		groups = append(groups, codes)
	}
	return groups
}

// asUser asks with HTTP Basic.
func asUser(t *testing.T, method, address, user, password, form string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(user, password)
	if form != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

// TestTheDemoMendsItself: its PostgreSQL killed, it starts it again, and what was
// acknowledged is there. With the data gone as well, it ends with a sentence.
func TestTheDemoMendsItself(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	demo := program(t, "demo", "--addr", "127.0.0.1:0", "--data-dir", dir)
	api := demo.says(t, `API +(http://\S+)`)[1]
	token := demo.says(t, `(?m)^  programme\n  (\S+)$`)[1]
	demo.says(t, `Ctrl-C stops it`)

	// Both boroughs that have tokens are in one group.
	together := func(group []string) bool {
		return slices.Contains(group, demoBorough) && slices.Contains(group, demoPeer)
	}
	if groups := members(t, api, token); !slices.ContainsFunc(groups, together) {
		t.Errorf("the two boroughs of the demo's tokens are together in none of %v", groups)
	}

	// Both see what was asked of a self-evaluation that one of them shares with the other.
	for _, of := range []string{demoBorough, demoPeer} {
		lead := demo.says(t, `(?m)^  borough-lead of `+of+`\n  (\S+)$`)[1]
		if status, body := get(t, api+"/self-evaluation-comments?owner="+demoBorough, lead); status != http.StatusOK || strings.Count(body, `"illustrative":true`) != 3 {
			t.Errorf("a lead of %s is answered %d %s", of, status, body)
		}
	}

	// The token names the address at which the demo was found.
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil || !strings.Contains(string(payload), `"iss":"`+strings.TrimSuffix(api, "/v1")+`"`) {
		t.Errorf("the token says %s %v", payload, err)
	}

	// The lines for machines work as they are printed.
	base := strings.TrimSuffix(api, "/v1")
	system := demo.says(t, `curl -u '(\S+):(pcs_\S+)' -d grant_type=client_credentials \S+/oauth/token`)
	if status, body := asUser(t, http.MethodPost, base+"/oauth/token", system[1], system[2], "grant_type=client_credentials"); status != http.StatusOK || !strings.Contains(body, "access_token") {
		t.Errorf("the demo's system gets %d %s", status, body)
	}
	key := demo.says(t, `curl -u 'dashboard:(pcr_\S+)' \S+/v1/boroughs`)[1]
	if status, body := asUser(t, http.MethodGet, base+"/v1/boroughs", "dashboard", key, ""); status != http.StatusOK || !strings.Contains(body, demoBorough) {
		t.Errorf("the demo's dashboard reads %d %s", status, body)
	}

	// The command that it prints for other tokens reaches its database.
	way := demo.says(t, `DATABASE_URL='(\S+)' (PEERCHALLENGE_BASE_URL)=(\S+) .* (token --role borough-lead --borough E09000011 --subject dcs-greenwich)`)
	other := strings.TrimSpace(must(t, settingsOf("DATABASE_URL", way[1], way[2], way[3]), strings.Fields(way[4])...))
	if status, body := get(t, api+"/findings", other); status != http.StatusOK {
		t.Errorf("with another token it answers %d %s", status, body)
	}

	killDatabase(t, dir)
	demo.says(t, `PostgreSQL is there again`)
	until(t, "it does not come back", func() bool {
		status, _ := get(t, strings.TrimSuffix(api, "/v1")+"/readyz", "")
		return status == http.StatusOK
	})
	if groups := members(t, api, token); len(groups) == 0 {
		t.Error("the groups are gone")
	}

	// What a newcomer's terminal shows are words.
	for line := range strings.Lines(demo.out.String()) {
		if strings.HasPrefix(line, "{") || strings.Contains(line, "SLOW SQL") || strings.Contains(line, "level=") {
			t.Errorf("it says %s", line)
		}
	}

	if err := os.RemoveAll(filepath.Join(dir, "data", "global")); err != nil {
		t.Fatal(err)
	}
	killDatabase(t, dir)
	err = demo.wait()
	if code := demo.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(demo.out.String(), "\npeerchallenge: the private PostgreSQL has ended and cannot be started again: ") {
		t.Errorf("without its data: %v\n%s", err, demo.out)
	}
}

// TestAnEmptyDatabaseIsSpokenOfOnce: by serve, whoever probes it meanwhile, and not
// by migrate, which is there to fill it.
func TestAnEmptyDatabaseIsSpokenOfOnce(t *testing.T) {
	t.Parallel()
	env := []string{"DATABASE_URL=" + pgtest.Database(t), "PEERCHALLENGE_DEVELOPMENT=on"}
	serve := programWith(t, env, "serve", "--addr", "127.0.0.1:0")
	address := "http://" + serve.says(t, `Listening on (\S+)`)[1]
	for range 3 {
		if status, body := get(t, address+"/readyz", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, "not_ready") {
			t.Errorf("%d %s", status, body)
		}
		if status, body := get(t, address+"/v1/boroughs", "x"); status == http.StatusInternalServerError {
			t.Errorf("%d %s", status, body)
		}
	}
	probe := settingsOf("PEERCHALLENGE_ADDR", strings.TrimPrefix(address, "http://"))
	if said := refused(t, probe, "health"); !strings.Contains(said, "503") || !strings.Contains(said, "older than this program") {
		t.Error(said)
	}
	must(t, probe, "health", "--live")
	migrate := programWith(t, env, "migrate")
	if err := migrate.wait(); err != nil || migrate.out.String() != "The database is up to date.\n" {
		t.Errorf("migrate says %s %v", migrate.out, err)
	}
	until(t, "it never becomes ready", func() bool { status, _ := get(t, address+"/readyz", ""); return status == http.StatusOK })
	if said := must(t, probe, "health"); said != "ok\n" {
		t.Error(said)
	}
	serve.signal(t, syscall.SIGTERM)
	if err := serve.wait(); err != nil {
		t.Error(err)
	}
	said := serve.out.String()
	if strings.Count(said, "peerchallenge migrate brings it up to date") != 1 || strings.Contains(said, "does not exist") || strings.Contains(said, "keys could not be loaded") {
		t.Errorf("it says\n%s", said)
	}
}
