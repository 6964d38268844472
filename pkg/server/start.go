package server

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

//go:embed pages
var pages embed.FS

var templates = template.Must(template.ParseFS(pages, "pages/*.html"))

const (
	startPath     = "/"
	changelogPath = "/changelog"
	catalogPath   = "/.well-known/api-catalog"
	// catalogType is that of a set of links, of the profile that says what it is for
	// (RFC 9264, RFC 9727).
	catalogType = `application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"`
)

// routeStart serves the addresses at which somebody begins who knows only where
// the service is.
func (s *Server) routeStart(e *echo.Echo) error {
	e.GET(startPath, func(c echo.Context) error {
		c.Response().Header().Set("Link", `<`+catalogPath+`>; rel="api-catalog", <`+docsPath+`>; rel="service-doc", </openapi.json>; rel="service-desc"`)
		at := api.Start{
			Name: s.contract.doc.Info.Title, Version: s.contract.doc.Info.Version,
			Documentation: docsPath, Contract: "/openapi.json", Changelog: changelogPath, Problems: "/problems", Health: "/readyz",
		}
		// The door stays open while the database is away or still empty.
		if snapshot, err := s.store.Snapshot(c.Request().Context()); err == nil && snapshot.Programme.Name != "" {
			at.Name = snapshot.Programme.Name
		}
		return pageOrJSON(c, "start.html", at, at)
	})
	var releases api.ContractReleases
	if err := json.Unmarshal(api.Changelog, &releases); err != nil {
		return err
	}
	e.GET(changelogPath, func(c echo.Context) error { return pageOrJSON(c, "changelog.html", releases, releases) })
	catalog, err := json.Marshal(apiCatalog(s.baseURL))
	if err != nil {
		return err
	}
	e.GET(catalogPath, func(c echo.Context) error {
		c.Response().Header().Set("Link", `<`+s.baseURL+catalogPath+`>; rel="api-catalog"`)
		return c.Blob(http.StatusOK, catalogType, catalog)
	})
	return nil
}

// apiCatalog answers what can be known of the API from outside. Where nobody has said
// by which address callers reach the service, its links are relative to it.
func apiCatalog(base string) api.LinkSet {
	link := func(path, mime string) []api.LinkTarget {
		return []api.LinkTarget{{Href: base + path, Type: mime}}
	}
	return api.LinkSet{Linkset: []api.LinkContext{{
		Anchor:      base + "/v1",
		ServiceDesc: append(link("/openapi.json", "application/json"), link("/openapi.yaml", "application/yaml")...),
		ServiceDoc:  append(link(docsPath, "text/html"), link(changelogPath, "text/html")...),
		Status:      link("/readyz", "application/json"),
	}}}
}

// pageOrJSON answers a page or, for whom JSON says more, JSON.
func pageOrJSON(c echo.Context, page string, shown, value any) error {
	c.Response().Header().Add("Vary", "Accept")
	accept := strings.Join(c.Request().Header.Values("Accept"), ",")
	if acceptance(accept, formatJSON).compare(acceptance(accept, "text/html")) > 0 {
		return c.JSON(http.StatusOK, value)
	}
	var html bytes.Buffer
	if err := templates.ExecuteTemplate(&html, page, shown); err != nil {
		return programme.Wrap(err, programme.Internal, programme.CodeInternal, "The page cannot be made.")
	}
	protectPage(c, "default-src 'none'; style-src 'unsafe-inline'; "+nowhere)
	return c.HTMLBlob(http.StatusOK, html.Bytes())
}
