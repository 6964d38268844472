package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"

	"github.com/labstack/echo/v4"
)

type said string

func (s said) Write(w http.ResponseWriter) error {
	_, err := w.Write([]byte(s))
	return err
}

func TestOperationReadsItsRequest(t *testing.T) {
	t.Parallel()
	type asked struct {
		ID      string
		Limit   *int
		Names   *[]string
		Period  string
		IfMatch *string
	}
	refused := errors.New("refused")
	for _, c := range []struct {
		name, target string
		header       string
		want         asked
		status       int
	}{
		{"all of it", "/things/a?limit=3&name=x&name=y&period=2024-25", `"1-a"`, asked{"a", new(3), &[]string{"x", "y"}, "2024-25", new(`"1-a"`)}, 200},
		{"what may be absent", "/things/a?period=2024-25", "", asked{ID: "a", Period: "2024-25"}, 200},
		{"an escaped path", "/things/a%2Fb%20c?period=2024-25", "", asked{ID: "a/b c", Period: "2024-25"}, 200},
		{"what is no number", "/things/a?limit=many&period=2024-25", "", asked{}, 400},
		{"without what is needed", "/things/a", "", asked{}, 400},
		{"a refusal", "/things/refused?period=2024-25", "", asked{ID: "refused", Period: "2024-25"}, 500},
	} {
		e := echo.New()
		var passed []string
		note := func(name string) Middleware {
			return func(next Handler) Handler {
				return func(c echo.Context) (Response, error) {
					passed = append(passed, name)
					return next(c)
				}
			}
		}
		var got asked
		on(routes{e, []Middleware{note("inner"), note("outer")}}, http.MethodGet, "/things/:id", func(_ context.Context, r asked) (Response, error) {
			got = r
			if r.ID == "refused" {
				return nil, refused
			}
			return said("answered"), nil
		}, func(from *request, r *asked) {
			from.path("id", &r.ID)
			from.query("limit", false, &r.Limit)
			from.query("name", false, &r.Names)
			from.query("period", true, &r.Period)
			from.header("If-Match", &r.IfMatch)
		})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, c.target, http.NoBody)
		if c.header != "" {
			r.Header.Set("If-Match", c.header)
		}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != c.status || (w.Body.String() == "answered") != (c.status == 200) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: read %+v, want %+v", c.name, got, c.want)
		}
		if !slices.Equal(passed, []string{"outer", "inner"}) {
			t.Errorf("%s: went by %v", c.name, passed)
		}
	}
}
