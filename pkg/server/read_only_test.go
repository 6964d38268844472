package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
)

// readOnly is [start] for a test that only reads: all such tests ask one service, with the
// published figures, of which to load a database for each took most of their time. Who
// writes to it fails.
func readOnly(t *testing.T) *world {
	t.Helper()
	w := readAlone().in(t)
	w.owner, w.store = nil, nil
	w.client = &http.Client{Transport: onlyReading{transport{t, &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}}}}
	t.Cleanup(w.client.CloseIdleConnections)
	return w
}

var readAlone = sync.OnceValue(func() *world { return start(process{}) })

// onlyReading sends what reads.
type onlyReading struct{ transport }

func (o onlyReading) RoundTrip(request *http.Request) (*http.Response, error) {
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, request.Method) {
		o.t.Errorf("%s %s in a service that others read from: this test needs one of its own", request.Method, request.URL)
	}
	return o.transport.RoundTrip(request)
}

// process stands for the test to which something belongs that ends with the process.
type process struct{ testing.TB }

func (process) Helper()                      {}
func (process) Cleanup(func())               {}
func (process) Context() context.Context     { return context.Background() }
func (process) Output() io.Writer            { return os.Stderr }
func (process) Fatal(args ...any)            { panic(fmt.Sprint(args...)) }
func (process) Fatalf(f string, args ...any) { panic(fmt.Sprintf(f, args...)) }
