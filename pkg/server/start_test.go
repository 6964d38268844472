package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/server"
)

// TestWhereToBegin: whoever has nothing but the service's address finds everything
// from there, as a page or as JSON.
func TestWhereToBegin(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.write(http.MethodPatch, "/v1/programme", `{"name":"Northern & Eastern Peers"}`, "If-Match", w.etag("/v1/programme")).want(200)
	var at api.Start
	r := w.send(ask{method: http.MethodGet, path: "/", header: map[string]string{"Accept": "application/json"}}).want(200)
	r.into(&at)
	if at.Name != "Northern & Eastern Peers" || at.Version != contract.doc.Info.Version {
		t.Errorf("%s %s", at.Name, at.Version)
	}
	page := w.send(ask{method: http.MethodGet, path: "/", header: map[string]string{"Accept": "text/html,*/*;q=0.8"}}).want(200)
	if got := page.header.Get("Content-Type"); !strings.HasPrefix(got, "text/html") || !strings.Contains(page.body, "<h1>Northern &amp; Eastern Peers</h1>") {
		t.Errorf("%s: %s", got, page.body)
	}
	for _, address := range []string{at.Documentation, at.Contract, at.Changelog, at.Problems, at.Health} {
		w.send(ask{method: http.MethodGet, path: address}).want(200)
		if !strings.Contains(page.body, `href="`+address+`"`) {
			t.Errorf("the page does not lead to %s", address)
		}
	}
	if got := page.header.Get("Vary"); !strings.Contains(got, "Accept") {
		t.Errorf("Vary is %q, and there are two answers", got)
	}
	for _, relation := range []string{`</.well-known/api-catalog>; rel="api-catalog"`, `</docs>; rel="service-doc"`, `</openapi.json>; rel="service-desc"`} {
		if !strings.Contains(r.header.Get("Link"), relation) {
			t.Errorf("Link is %s, without %s", r.header.Get("Link"), relation)
		}
	}
}

// TestTheDoorIsOpenWithoutTheDatabase: the page names the contract then.
func TestTheDoorIsOpenWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	w := lean(t)
	down := startOn(t, w.url, func(cfg *server.Config) { cfg.Store = away{w.store} })
	var at api.Start
	down.send(ask{method: http.MethodGet, path: "/", header: map[string]string{"Accept": "application/json"}}).want(200).into(&at)
	if at.Name != contract.doc.Info.Title {
		t.Errorf("named %q", at.Name)
	}
}

// TestAPICatalog: the links of RFC 9727, absolute where the operator has said what the
// service is called.
func TestAPICatalog(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for _, base := range []string{"", "https://api.example.org"} {
		named := startOn(t, w.url, func(cfg *server.Config) { cfg.BaseURL = base })
		named.get("/v1/boroughs").want(200) // it is ready
		r := named.send(ask{method: http.MethodGet, path: "/.well-known/api-catalog"}).want(200)
		if got := r.header.Get("Content-Type"); got != `application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"` {
			t.Errorf("Content-Type is %s", got)
		}
		if got := r.header.Get("Link"); got != "<"+base+`/.well-known/api-catalog>; rel="api-catalog"` {
			t.Errorf("Link is %s", got)
		}
		var links api.LinkSet
		r.into(&links)
		if len(links.Linkset) != 1 || links.Linkset[0].Anchor != base+"/v1" {
			t.Fatalf("%s", r.body)
		}
		of := links.Linkset[0]
		for _, target := range slices.Concat(of.ServiceDesc, of.ServiceDoc, of.Status) {
			address, err := url.Parse(target.Href)
			if err != nil || !strings.HasPrefix(target.Href, base) {
				t.Errorf("%s is not below %s: %v", target.Href, base, err)
				continue
			}
			there := named.send(ask{method: http.MethodGet, path: address.Path}).want(200)
			if got := there.header.Get("Content-Type"); !strings.HasPrefix(got, target.Type) {
				t.Errorf("%s is %s, not %s", target.Href, got, target.Type)
			}
		}
		head := named.send(ask{method: http.MethodHead, path: "/.well-known/api-catalog"}).want(200)
		if head.body != "" || head.header.Get("Link") != r.header.Get("Link") {
			t.Errorf("HEAD answers %q with Link %s", head.body, head.header.Get("Link"))
		}
	}
}

// TestChangelog: the newest release that it tells of is the contract that is served.
func TestChangelog(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var releases api.ContractReleases
	w.send(ask{method: http.MethodGet, path: "/changelog", header: map[string]string{"Accept": "application/json"}}).want(200).into(&releases)
	if len(releases.Items) == 0 || releases.Items[0].Version != contract.doc.Info.Version {
		t.Fatalf("%+v", releases)
	}
	page := w.send(ask{method: http.MethodGet, path: "/changelog"}).want(200)
	sections := regexp.MustCompile(`<section id="([^"]+)">`).FindAllStringSubmatch(page.body, -1)
	if len(sections) != len(releases.Items) || sections[0][1] != releases.Items[0].Version {
		t.Errorf("the page has %v", sections)
	}
}
