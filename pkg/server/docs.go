package server

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/http"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5/static"
	"github.com/swaggest/swgui/v5emb"
)

const docsPath = "/docs"

// routeDocs serves the interactive documentation. It is the only page of this
// service that runs scripts and that people type tokens into: it runs those alone
// that it was made with, speaks to this service alone, stands in no other page, and
// forgets the token when it is left.
func (s *Server) routeDocs(e *echo.Echo) error {
	page, err := pages.ReadFile("pages/docs.html")
	if err != nil {
		return err
	}
	scripts := inlineScripts.FindAllSubmatch(page, -1)
	if len(scripts) == 0 {
		return errors.New("the documentation's page has no script, so it cannot be what it should be")
	}
	allowed := []string{"'self'"}
	for _, script := range scripts {
		sum := sha256.Sum256(script[1])
		allowed = append(allowed, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	// Its style sheet stands in the page in part, and its icons are data.
	policy := "default-src 'none'; script-src " + strings.Join(allowed, " ") + "; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " + nowhere

	files, err := docsFiles()
	if err != nil {
		return err
	}
	gui := v5emb.NewHandlerWithConfig(swgui.Config{BasePath: docsPath + "/"})
	show := func(c echo.Context) error {
		protectPage(c, policy)
		return c.HTMLBlob(http.StatusOK, page)
	}
	e.GET(docsPath, show)
	e.GET(docsPath+"/*", func(c echo.Context) error {
		name := c.Param("*")
		if name == "" {
			return show(c)
		}
		if !files[name] {
			return echo.ErrNotFound
		}
		gui.ServeHTTP(c.Response(), c.Request())
		return nil
	})
	return nil
}

// nowhere is what every page of ours may do least of all.
const nowhere = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// protectPage tells the browser what a page may do.
func protectPage(c echo.Context, policy string) { protect(c.Response().Header(), policy) }

func protect(header http.Header, policy string) {
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
	header.Set("Referrer-Policy", "no-referrer")
}

// A script between tags of its own; one from a file has a src.
var inlineScripts = regexp.MustCompile(`(?s)<script>(.*?)</script>`)

// docsFiles are the names of the scripts, styles and icons. Other pages that come
// with them, for a way of logging in that this service does not have, stay out.
func docsFiles() (map[string]bool, error) {
	entries, err := fs.ReadDir(static.FS, ".")
	if err != nil {
		return nil, err
	}
	files := map[string]bool{}
	for _, entry := range entries {
		if name := strings.TrimSuffix(entry.Name(), ".gz"); !strings.HasSuffix(name, ".html") {
			files[name] = true
		}
	}
	return files, nil
}
