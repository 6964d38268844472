package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/oapi-codegen/runtime"
)

// Response is the answer of an operation, whichever it is: it writes itself.
type Response interface {
	Write(w http.ResponseWriter) error
}

// Handler answers one request for an operation.
type Handler func(c echo.Context) (Response, error)

// Middleware stands between the requests and an operation. It sees the answer
// before that is written.
type Middleware func(next Handler) Handler

type routes struct {
	echo       *echo.Echo
	middleware []Middleware
}

// on routes one operation: how its request is read is all in which it differs from
// the others. What has a type parameter is compiled for every operation, so the
// rest is elsewhere.
func on[R any](to routes, method, path string, operation func(context.Context, R) (Response, error), read func(*request, *R)) {
	to.add(method, path, func(c echo.Context) (Response, error) {
		var r R
		from := request{c: c}
		if read(&from, &r); from.err != nil {
			return nil, from.err
		}
		return operation(c.Request().Context(), r)
	})
}

func (to routes) add(method, path string, handle Handler) {
	for _, m := range to.middleware {
		handle = m(handle)
	}
	to.echo.Add(method, path, func(c echo.Context) error {
		response, err := handle(c)
		if err != nil {
			return err
		}
		return response.Write(c.Response())
	})
}

// request reads the parts of a request into a RequestObject, and keeps the first
// fault. The validator has passed the request, so that a fault means that contract
// and code do not agree.
type request struct {
	c   echo.Context
	err error
}

func (r *request) keep(err error) {
	if err != nil && r.err == nil {
		r.err = echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
}

func (r *request) path(name string, to any) {
	r.keep(runtime.BindStyledParameterWithOptions("simple", name, r.c.Param(name), to, runtime.BindStyledParameterOptions{
		ParamLocation: runtime.ParamLocationPath, Required: true, ValueIsUnescaped: r.c.Request().URL.RawPath == "",
	}))
}

// query reads a parameter of the query; what has many values is there many times.
func (r *request) query(name string, required bool, to any) {
	r.keep(runtime.BindQueryParameterWithOptions("form", true, required, name, r.c.QueryParams(), to, runtime.BindQueryParameterOptions{}))
}

// header reads a header that need not be there.
func (r *request) header(name string, to **string) {
	if values := r.c.Request().Header[http.CanonicalHeaderKey(name)]; len(values) > 0 {
		*to = &values[0]
	}
}

func (r *request) body(to any) {
	if r.err == nil {
		r.err = r.c.Bind(to)
	}
}
