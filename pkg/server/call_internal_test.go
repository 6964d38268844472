package server

import (
	"net/http"
	"net/url"
	"testing"
)

// TestAccept: a list comes in the form that the caller wants most, whether it is
// named or meant by a wildcard.
func TestAccept(t *testing.T) {
	t.Parallel()
	list, one := &operation{Row: "Borough"}, &operation{}
	for _, c := range []struct {
		op     *operation
		query  string
		accept []string
		want   format
	}{
		{list, "", nil, formatJSON},
		{list, "", []string{""}, formatJSON},
		{list, "", []string{"text/csv"}, formatCSV},
		{one, "", []string{"text/csv"}, formatJSON},
		{list, "format=ndjson", []string{"text/csv"}, formatNDJSON},
		{list, "format=json", []string{"text/csv"}, formatJSON},
		{list, "", []string{"TEXT/CSV; charset=utf-8"}, formatCSV},
		{list, "", []string{"text/html, image/*"}, formatJSON},

		// by weight, and of equals the first
		{list, "", []string{"application/json;q=0.4, text/csv;q=0.5"}, formatCSV},
		{list, "", []string{"text/csv, application/json"}, formatCSV},
		{list, "", []string{"application/x-ndjson, text/csv"}, formatNDJSON},
		{list, "", []string{"text/csv;q=0.1", "application/x-ndjson"}, formatNDJSON},
		{list, "", []string{"text/csv;q=much, application/x-ndjson;q=0.1"}, formatNDJSON},

		// wildcards
		{list, "", []string{"*/*"}, formatJSON},
		{list, "", []string{"text/*"}, formatCSV},
		{list, "", []string{"application/*"}, formatJSON},
		{list, "", []string{"text/html, */*;q=0.8"}, formatJSON},
		{list, "", []string{"*/*, text/csv"}, formatCSV},
		{list, "", []string{"text/csv;q=0.5, */*;q=0.8"}, formatJSON},
		{list, "", []string{"text/csv;q=0.8, */*;q=0.5"}, formatCSV},
		{list, "", []string{"*/*, application/*;q=0.9"}, formatCSV},

		// what is refused by name is not meant by a wildcard
		{list, "", []string{"application/json;q=0, */*;q=0.1"}, formatCSV},
		{list, "", []string{"application/*;q=0, */*"}, formatCSV},
		{list, "", []string{"application/json;q=0, text/*;q=0, */*"}, formatNDJSON},
		{list, "", []string{"*/*;q=0"}, formatJSON}, // nothing is accepted: the list comes as every client reads it
	} {
		query, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := wanted(c.op, query, http.Header{"Accept": c.accept}); got != c.want {
			t.Errorf("?%s and %q: %s, want %s", c.query, c.accept, got, c.want)
		}
	}
}
