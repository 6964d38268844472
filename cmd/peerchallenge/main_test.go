package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/seed"
)

// asProgram makes the test's own file be the program, so that a test can send it
// signals.
const asProgram = "PEERCHALLENGE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	pgtest.Main(m, nil)
}

// output is what the program writes, readable while it runs.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// settingsOf makes an environment of pairs. Logs stay quiet, and serve may work as
// the owner of the tests' databases.
func settingsOf(pairs ...string) func(string) string {
	env := map[string]string{"LOG_LEVEL": "error", "PEERCHALLENGE_DEVELOPMENT": "on"}
	for i := 0; i+1 < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return env[name] }
}

// must runs a command to its end.
func must(t *testing.T, env func(string) string, args ...string) string {
	t.Helper()
	var out output
	if err := run(t.Context(), args, env, &out); err != nil {
		t.Fatalf("%v: %s\n%s", args, describe(err), &out)
	}
	return out.String()
}

// refused runs a command that must fail, and answers what it says.
func refused(t *testing.T, env func(string) string, args ...string) string {
	t.Helper()
	var out output
	err := run(t.Context(), args, env, &out)
	if err == nil {
		t.Fatalf("%v did not fail: %s", args, &out)
	}
	return out.String() + describe(err)
}

// running is a command that goes on until it is stopped.
type running struct {
	out   *output
	stop  context.CancelFunc
	ended chan error
}

func begin(t *testing.T, env func(string) string, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{out: &output{}, stop: stop, ended: make(chan error, 1)}
	go func() { r.ended <- run(ctx, args, env, r.out) }()
	t.Cleanup(stop)
	return r
}

// says waits until the output matches, and answers the first group.
func (r *running) says(t *testing.T, pattern string) []string {
	t.Helper()
	expression := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if match := expression.FindStringSubmatch(r.out.String()); match != nil {
			return match
		}
		select {
		case err := <-r.ended:
			t.Fatalf("it ended before it said %q: %v\n%s", pattern, err, r.out)
		default:
		}
	}
	t.Fatalf("it never said %q:\n%s", pattern, r.out)
	return nil
}

func (r *running) end(t *testing.T) {
	t.Helper()
	r.stop()
	if err := <-r.ended; err != nil {
		t.Error(describe(err))
	}
}

func get(t *testing.T, url, token string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// dataDir answers a folder for a demo's data, to which the database server's
// account gets also where the test's is root.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	for parent := filepath.Dir(dir); parent != os.TempDir() && parent != "/"; parent = filepath.Dir(parent) {
		if err := os.Chmod(parent, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestDemo is what a newcomer does, twice.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	for range 2 {
		demo := begin(t, settingsOf(), "demo", "--addr", "127.0.0.1:0", "--data-dir", dir)
		curl := demo.says(t, `curl -H 'Authorization: Bearer (\S+)' '(\S+)'`)
		status, body := get(t, curl[2], curl[1])
		if status != 200 || !strings.Contains(body, `"boroughName":"Lambeth"`) || !strings.Contains(body, `"value":21.3`) {
			t.Errorf("%d %.300s", status, body)
		}
		for _, role := range []string{"programme", "borough-lead of E09000022", "borough-editor of E09000022", "borough-system of E09000022", "reporting", "borough-lead of E09000021", "borough-editor of E09000021"} {
			token := demo.says(t, `(?m)^  `+role+`\n  (\S+)$`)[1]
			if status, body := get(t, regexp.MustCompile(`^.*/v1`).FindString(curl[2])+"/boroughs", token); status != 200 {
				t.Errorf("%s: %d %s", role, status, body)
			}
		}
		docs := demo.says(t, `Documentation  (\S+)`)[1]
		if status, _ := get(t, docs, ""); status != 200 {
			t.Errorf("%s: %d", docs, status)
		}
		if said := refused(t, settingsOf(), "demo", "--addr", "127.0.0.1:0", "--data-dir", dir); !strings.Contains(said, "already runs") {
			t.Errorf("a second demo on the directory: %s", said)
		}
		demo.end(t)
		if !strings.Contains(demo.out.String(), "Stopped.") {
			t.Error("it does not say that it stopped")
		}
		if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !os.IsNotExist(err) {
			t.Errorf("PostgreSQL still runs: %v", err)
		}
	}
}

// TestProduction goes the way of README: migrate as the owner, then import, token,
// serve and health as the service's own user.
func TestProduction(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	const password = "a long random text"
	owner := settingsOf("DATABASE_URL", address.String(), "PEERCHALLENGE_API_PASSWORD", password, "PEERCHALLENGE_DEVELOPMENT", "off")
	if said := refused(t, settingsOf("DATABASE_URL", address.String()), "migrate", "--api-user", "api_production"); !strings.Contains(said, "needs 16") {
		t.Error(said)
	}
	for range 2 {
		if said := must(t, owner, "migrate", "--api-user", "api_production"); said != "The user api_production may log in, with the service's rights.\nThe database is up to date.\n" {
			t.Error(said)
		}
	}
	if said := refused(t, owner, "serve", "--addr", "127.0.0.1:0"); !strings.Contains(said, "is a superuser") || !strings.Contains(said, "migrate --api-user") {
		t.Errorf("as the owner: %s", said)
	}
	if said := refused(t, owner, "health"); !strings.Contains(said, "does not answer") {
		t.Errorf("before it serves: %s", said)
	}

	address.User = url.UserPassword("api_production", password)
	env := settingsOf("DATABASE_URL", address.String(), "PEERCHALLENGE_BASE_URL", "http://service.test", "PEERCHALLENGE_DEVELOPMENT", "off")
	must(t, env, "import", "london")
	token := strings.TrimSpace(must(t, env, "token", "--role", "reporting", "--subject", "reporting-tool"))
	serve := begin(t, env, "serve", "--addr", "127.0.0.1:0")
	at := serve.says(t, `Listening on (\S+)`)[1]
	until(t, "the figures are not read", func() bool { status, _ := get(t, "http://"+at+"/readyz", ""); return status == http.StatusOK })
	for _, probe := range [][]string{{"health"}, {"health", "--live"}} {
		if said := must(t, settingsOf("PEERCHALLENGE_ADDR", at), probe...); said != "ok\n" {
			t.Errorf("%s: %s", probe, said)
		}
	}
	if status, body := get(t, "http://"+at+"/v1/indicators/CLA_RATE", token); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	if status, body := get(t, "http://"+at+"/v1/peer-challenges", token); status != 200 || !strings.Contains(body, `"title":"South London DCS Peer Challenge"`) {
		t.Errorf("%d %s", status, body)
	}
	serve.end(t)
}

// TestMetricsHaveAnAddressOfTheirOwn where one is set: there with Go's profiles, and
// no longer in public.
func TestMetricsHaveAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	env := settingsOf("DATABASE_URL", pgtest.Database(t), "PEERCHALLENGE_METRICS_ADDR", "127.0.0.1:0")
	must(t, env, "migrate")
	serve := begin(t, env, "serve", "--addr", "127.0.0.1:0")
	inside := "http://" + serve.says(t, `Metrics on (\S+)`)[1]
	public := "http://" + serve.says(t, `Listening on (\S+)`)[1]
	if status, body := get(t, public+"/metrics", ""); status != 404 || !strings.Contains(body, `"code":"no_such_address"`) {
		t.Errorf("in public: %d %s", status, body)
	}
	if status, body := get(t, inside+"/metrics", ""); status != 200 || !strings.Contains(body, "http_request_duration_seconds_bucket{") || !strings.Contains(body, "connections") {
		t.Errorf("inside: %d %s", status, body)
	}
	if status, body := get(t, inside+"/debug/pprof/goroutine?debug=1", ""); status != 200 || !strings.Contains(body, "goroutine profile:") {
		t.Errorf("profiles: %d %s", status, body)
	}
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/vars"} {
		if status, _ := get(t, public+path, ""); status != 404 {
			t.Errorf("%s in public: %d", path, status)
		}
	}
	if status, _ := get(t, inside+"/v1/boroughs", ""); status != 404 {
		t.Errorf("the API inside: %d", status)
	}
	serve.end(t)
	if said := refused(t, settingsOf("DATABASE_URL", env("DATABASE_URL"), "PEERCHALLENGE_METRICS_ADDR", "nowhere"), "serve", "--addr", "127.0.0.1:0"); !strings.Contains(said, "PEERCHALLENGE_METRICS_ADDR is nowhere") {
		t.Error(said)
	}
}

// TestImport loads files, says what they did, and names every fault.
func TestImport(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	env := settingsOf("DATABASE_URL", url)
	must(t, env, "migrate")
	must(t, env, "import", "london")
	dir := t.TempDir()
	content, err := seed.File("c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv")
	if err != nil {
		t.Fatal(err)
	}
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := string(content)
	good := file("good.csv", text)
	if said := must(t, env, "import", "dfe", good); !strings.Contains(said, "good.csv: every figure stands already, nothing to do") {
		t.Error(said)
	}
	corrected := file("corrected.csv", strings.Replace(text, ",632830,142900,22.6,", ",632830,142910,22.6,", 1))
	if said := refused(t, env, "import", "dfe", corrected); !strings.Contains(said, "corrected.csv: nothing loaded: The file gives figures that are held already.") || !strings.Contains(said, "--published: ") {
		t.Error(said)
	}
	for _, flags := range [][]string{{"--dry-run"}, {}} {
		said := must(t, env, slices.Concat([]string{"import", "dfe", "--published", "2025-11-27"}, flags, []string{corrected})...)
		for _, want := range []string{": 0 new figures, 1 corrected, 0 withdrawn, ", "corrected: REREF_PCT, 2024-25, E92000001: 22.6 (142910 of 632830), was 22.6 (142900 of 632830)", "  REREF_PCT, 2024-25: 0 new, 1 corrected, 0 withdrawn"} {
			if strings.Contains(said, want) != (len(flags) > 0 || strings.HasPrefix(want, ": ")) {
				t.Errorf("with %v it says:\n%s", flags, said)
			}
		}
	}
	// What was wrong is set right by the very file that was there before it.
	if said := must(t, env, "import", "dfe", "--published", "2025-11-28", good); !strings.Contains(said, "good.csv: 0 new figures, 1 corrected") {
		t.Error(said)
	}
	lines := strings.SplitAfter(text, "\n")
	lines[1] = strings.Replace(lines[1], ",22.6,", ",many,", 1)
	lines[2] = strings.Replace(lines[2], "E12000001", "E99", 1)
	bad := file("bad.csv", strings.Join(lines, ""))
	said := refused(t, env, "import", "dfe", bad, good)
	for _, want := range []string{"bad.csv: nothing loaded", "bad.csv: row 2: rereferral_percent: ", "bad.csv: row 3: region_code: ", "good.csv: every figure stands already", "1 of 2 files could not be loaded"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if said := refused(t, env, "import", "dfe", filepath.Join(dir, "nowhere.csv")); !strings.Contains(said, "no such file") {
		t.Error(said)
	}
	importsByMapping(t, dir, "DATABASE_URL", url)
	header, _, _ := strings.Cut(text, "\n")
	joint := file("joint.csv", header+"\n2025,Reporting year,Local authority,E92000001,England,E13000002,Outer London,314 / 318,E09000021 / E09000027,"+
		"Kingston and Richmond,Referrals and Re-referrals,200,40,20,10,5,10,5,1,1,1\n")
	said = must(t, env, "import", "dfe", "--published", "2025-11-29", "--dry-run", joint)
	for _, want := range []string{
		"new: REREF_PCT, 2024-25, E09000021/E09000027: 20 (40 of 200), in place of E09000021 and E09000027\n",
		"corrected: REREF_PCT, 2024-25, E09000021: joint, was ",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("of a joint figure it does not say %q:\n%s", want, said)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	migrated := settingsOf("DATABASE_URL", pgtest.Database(t))
	must(t, migrated, "migrate")
	off := settingsOf("DATABASE_URL", "postgres://127.0.0.1/any", "PEERCHALLENGE_BUILTIN_ISSUER", "off")
	for name, c := range map[string]struct {
		env   func(string) string
		args  []string
		wants []string
	}{
		"unknown command":   {settingsOf(), []string{"dance"}, []string{`there is no command "dance"`, "Usage:"}},
		"no database":       {settingsOf(), []string{"serve"}, []string{"DATABASE_URL is not set"}},
		"no database token": {settingsOf(), []string{"token", "--role", "reporting", "--subject", "reporting-tool"}, []string{"DATABASE_URL is not set"}},
		"every setting":     {settingsOf("LOG_LEVEL", "loud", "PEERCHALLENGE_ISSUERS", "{"), []string{"version"}, []string{"LOG_LEVEL", "PEERCHALLENGE_ISSUERS"}},
		"taken port":        {migrated, []string{"serve", "--addr", taken.Addr().String()}, []string{taken.Addr().String(), "--addr"}},
		"taken port, demo":  {settingsOf(), []string{"demo", "--addr", taken.Addr().String()}, []string{taken.Addr().String(), "--addr"}},
		"unknown role":      {migrated, []string{"token", "--role", "king", "--subject", "a"}, []string{"say --role and one of programme, "}},
		"nobody":            {migrated, []string{"token"}, []string{"say --role", "say --subject and the name of the one person or system"}},
		"nobody's borough":  {migrated, []string{"token", "--role", "borough-lead", "--subject", "dcs-lambeth"}, []string{"needs the borough's GSS code"}},
		"unknown borough":   {migrated, []string{"token", "--role", "borough-lead", "--borough", demoBorough, "--subject", "dcs-lambeth"}, []string{`the programme has no borough "E09000022"`, "import london"}},
		"no borough":        {migrated, []string{"token", "--role", "borough-lead", "--borough", "Lambeth", "--subject", "dcs-lambeth"}, []string{`the programme has no borough "Lambeth"`}},
		"too long":          {migrated, []string{"token", "--role", "reporting", "--subject", "reporting-tool", "--ttl", "99h"}, []string{"24"}},
		"token, off":        {off, []string{"token", "--role", "reporting", "--subject", "reporting-tool"}, []string{"PEERCHALLENGE_BUILTIN_ISSUER is off", "PEERCHALLENGE_ISSUERS"}},
		"demo, off":         {off, []string{"demo", "--addr", "127.0.0.1:0"}, []string{"PEERCHALLENGE_BUILTIN_ISSUER is off"}},
		"nobody to serve":   {off, []string{"serve", "--addr", "127.0.0.1:0"}, []string{"nobody could call"}},
		"import what":       {migrated, []string{"import"}, []string{"say what to import"}},
		"import no file":    {migrated, []string{"import", "dfe"}, []string{"say what to import"}},
		"unknown flag":      {migrated, []string{"serve", "--colour"}, []string{"-colour"}},
		"away":              {settingsOf("DATABASE_URL", "postgres://nobody@127.0.0.1:1/x?connect_timeout=1"), []string{"migrate"}, []string{"database cannot be reached"}},
	} {
		t.Run(name, func(t *testing.T) {
			said := refused(t, c.env, c.args...)
			for _, want := range c.wants {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
		})
	}
}

// TestHelp reads every help text.
func TestHelp(t *testing.T) {
	t.Parallel()
	usage := must(t, settingsOf(), "help")
	for _, c := range commands() {
		if !strings.Contains(usage, c.name) || !strings.Contains(usage, c.about) {
			t.Errorf("the usage leaves out %s", c.name)
		}
		if c.name == "version" || c.name == "health" {
			continue
		}
		var out output
		if err := run(t.Context(), []string{c.name, "--help"}, settingsOf(), &out); !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%s --help: %v", c.name, err)
		}
		if help := out.String(); !strings.Contains(help, "Usage: peerchallenge "+c.name) || !strings.Contains(help, "DATABASE_URL") {
			t.Errorf("%s --help says %s", c.name, help)
		}
	}
	if said := must(t, settingsOf(), "version"); !strings.HasPrefix(said, "peerchallenge ") || !strings.Contains(said, ", commit ") {
		t.Error(said)
	}
}

// TestVersionSaysTheCommit: as Go has noted it, or as the build was told where there
// was no repository.
func TestVersionSaysTheCommit(t *testing.T) {
	t.Parallel()
	noted := func(modified string) *debug.BuildInfo {
		return &debug.BuildInfo{GoVersion: "go1.26", Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: modified}}}
	}
	for want, said := range map[string]string{
		"development, commit abc, go1.26":              built(noted("false"), "told"),
		"development, commit abc with changes, go1.26": built(noted("true"), ""),
		"development, commit told, go1.26":             built(&debug.BuildInfo{GoVersion: "go1.26"}, "told"),
		"development, commit unknown, go1.26":          built(&debug.BuildInfo{GoVersion: "go1.26"}, ""),
		"v1.2.3, commit unknown, go1.26":               built(&debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Version: "v1.2.3"}}, ""),
	} {
		if said != want {
			t.Errorf("it says %q, not %q", said, want)
		}
	}
}

func until(t *testing.T, otherwise string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(otherwise)
		}
	}
}
