package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/pkg/programme"
)

// nothing is the id of no record.
const nothing = "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"

// unknownOf are values of the contract's schemas that are well-formed and mean nothing
// here.
var unknownOf = map[string]string{
	"Cycle": "2026-28", "DatasetKey": "nothing", "FrameworkNumber": "999.0.0", "GeographyCode": "E09000099", "IndicatorCode": "NOTHING", "Name": "Nothing", "NeighbourModelCode": "1900",
	"ObservationGeography": "E09000022/E09000099", "PeriodCode": "2098-99", "PeriodOrLatest": "2098-99", "ResourceId": nothing, "QuarterKey": "2098-99-Q4", "QuarterCode": "2031-32-Q4", "SnapshotNumber": "99999", "Slug": "nowhere", "TemplateNumber": "999.0.0", "VersionNumber": "99999",
}

// narrows reports whether the parameter narrows or orders a list by naming something.
func narrows(p *openapi3.Parameter) bool {
	return p.In == openapi3.ParameterInQuery && !slices.Contains([]string{"limit", "cursor", "on", "q", "updatedSince", "from", "to"}, p.Name) || p.Name == "from" && len(enumOf(p)) > 0
}

func enumOf(p *openapi3.Parameter) []any {
	if items := p.Schema.Value.Items; items != nil {
		return items.Value.Enum
	}
	return p.Schema.Value.Enum
}

// unknownFor answers a value for the parameter that means nothing.
func unknownFor(t *testing.T, p *openapi3.Parameter) string {
	t.Helper()
	ref := p.Schema.Ref
	if items := p.Schema.Value.Items; items != nil {
		ref = items.Ref
	}
	schema := ref[strings.LastIndex(ref, "/")+1:]
	switch {
	case len(enumOf(p)) > 0:
		return "no_such_word"
	case unknownOf[schema] != "":
		return unknownOf[schema]
	case p.Name == "id":
		return nothing
	}
	t.Errorf("nobody says which %s means nothing", p.Name)
	return ""
}

// TestUnknownIsRefused puts what is not there into every filter of every operation, in
// every form of the answer: an empty list would look like a fact.
func TestUnknownIsRefused(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.makeVisibilityRecords()
	tried := 0
	for _, op := range contract.operations {
		if op.method != http.MethodGet || firstRole(op) == "public" || strings.Contains(op.path, "{sectionId}") { // of a draft, which is not narrowed
			continue
		}
		asked := w.narrowable(op)
		c := w.as(firstRole(op), own)
		if r := c.get(asked("", "")); r.status != http.StatusOK {
			t.Errorf("%s is %d without any filter: %s", op.OperationID, r.status, r.body)
			continue
		}
		for _, p := range op.parameters {
			for _, format := range forms(op) {
				var path, want string
				switch {
				case !narrows(p.Value), p.Value.Name == "bom" && format != "csv":
					continue
				case p.Value.Schema.Value.Type.Is("boolean"):
					path, want = asked(p.Value.Name, "TRUE"), p.Value.Name+" type"
				case p.Value.Name == "format" && format != "":
					continue
				default:
					path, want = asked(p.Value.Name, unknownFor(t, p.Value)), p.Value.Name+" unknown_value"
				}
				if format != "" && p.Value.Name != "count" {
					path += "&format=" + format
				}
				tried++
				if got := c.get(path).problem(400, "bad_request"); !slices.Equal(got, []string{want}) {
					t.Errorf("%s: %v, want %s", path, got, want)
				}
			}
		}
		if hasParameter(op, "to") {
			path := asked("from", "2026-10-02")
			c.get(path + "&to=2026-10-02").want(200)
			if got := c.get(path+"&to=2026-10-01").problem(400, "bad_request"); !slices.Equal(got, []string{"to unknown_value"}) {
				t.Errorf("%s: a range that ends before it begins: %v", path, got)
			}
		}
	}
	if tried < 150 {
		t.Errorf("only %d filters were tried", tried)
	}
}

// forms are the forms in which the operation answers, by the names that format has.
func forms(op *described) []string {
	if hasParameter(op, "format") {
		return []string{"", "csv", "ndjson"}
	}
	return []string{""}
}

// narrowable answers how the operation is asked with one more parameter.
func (w *world) narrowable(op *described) func(name, value string) string {
	w.t.Helper()
	path := op.path
	for prefix, id := range nounOf {
		if op.path == prefix || strings.HasPrefix(op.path, prefix+"/") {
			path = strings.Replace(path, "{id}", w.made[id], 1)
		}
	}
	if op.OperationID == "listGroupingProposals" {
		path = strings.Replace(op.path, "{id}", w.made[exampleChallenge], 1)
	}
	path, query, _ := strings.Cut(w.filled(op, path, url.Values{}), "?")
	if op.OperationID == "listAuditEntries" {
		query = "type=finding&id=" + w.made[exampleFinding]
	}
	return func(name, value string) string {
		q, err := url.ParseQuery(query)
		if err != nil {
			w.t.Fatal(err)
		}
		return path + "?" + andOne(q, name, value).Encode()
	}
}

// andOne is the query with one parameter more, where it is named.
func andOne(q url.Values, name, value string) url.Values {
	if name != "" {
		q.Set(name, value)
	}
	if name == "peer" { // there are two at least
		q.Add(name, "E09000033")
	}
	return q
}

var instance = regexp.MustCompile(`"instance":"[^"]*"`)

// TestWhatIsOutOfSightIsUnknown: a filter that names a record which the caller may not
// see is answered as one that names none, to the byte.
func TestWhatIsOutOfSightIsUnknown(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.makeVisibilityRecords()
	in, out := w.as(programme.RoleBoroughLead, own), w.as(programme.RoleBoroughLead, other)
	hidden := map[string]string{"findingId": w.made[exampleFinding], "peerReviewId": w.made[exampleReview], "id": w.made[exampleFinding]}
	tried := 0
	for _, op := range contract.operations {
		if op.method != http.MethodGet {
			continue
		}
		for _, p := range op.parameters {
			id := hidden[p.Value.Name]
			if p.Value.In != "query" || id == "" {
				continue
			}
			tried++
			asked := w.narrowable(op)
			in.get(asked(p.Value.Name, id)).want(200)
			seen, unknown := out.get(asked(p.Value.Name, id)), out.get(asked(p.Value.Name, nothing))
			if seen.status != 400 || instance.ReplaceAllString(seen.body, "") != instance.ReplaceAllString(unknown.body, "") {
				t.Errorf("%s by %s tells what is there: %s %s", op.OperationID, p.Value.Name, seen.body, unknown.body)
			}
		}
	}
	if tried < 4 {
		t.Errorf("only %d filters were tried", tried)
	}
}
