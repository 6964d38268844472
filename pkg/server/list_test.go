package server_test

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestEveryListInEveryForm walks each list of the contract page by page and
// compares it with the same list as NDJSON and CSV.
func TestEveryListInEveryForm(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.reader = programme.RoleProgramme // sees all lists
	for _, id := range nounOf {
		w.standing(id) // none of them is empty
	}
	for _, op := range contract.operations {
		if !hasParameter(op, "cursor") || !hasParameter(op, "format") {
			continue // a feed has no end, and no form but JSON
		}
		t.Run(op.OperationID, func(t *testing.T) {
			w := *w
			w.t, w.reader = t, firstRole(op)
			path := w.address(op)
			if op.OperationID == "listObservations" {
				path += "?indicator=REREF_PCT&period=2024-25"
			}
			join := "?"
			if strings.Contains(path, "?") {
				join = "&"
			}
			var lines []any
			ndjson := w.get(path + join + "format=ndjson").want(200)
			for line := range strings.Lines(ndjson.body) {
				var value any
				if err := json.Unmarshal([]byte(line), &value); err != nil {
					t.Fatal(err)
				}
				lines = append(lines, value)
			}
			items := w.walk(t, path+join+"limit="+strconv.Itoa(min(500, len(lines)/3+1))+"&count=true", len(lines))
			if !reflect.DeepEqual(items, lines) {
				t.Errorf("%d items by pages, %d by NDJSON, or not the same", len(items), len(lines))
			}
			records, err := csv.NewReader(strings.NewReader(w.get(path + join + "format=csv").want(200).body)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if len(records) != len(lines)+1 {
				t.Errorf("%d CSV records for %d items", len(records), len(lines))
			}
			for i, column := range records[0] {
				if slices.Contains([]string{"actions", "steps", "screening"}, column) {
					t.Error("the table has steps")
				}
				for k, record := range records[1:] {
					want := cell(lines[k], column)
					if whole, _, within := strings.Cut(column, "."); want == "" && counted(op, column) && (!within || cell(lines[k], whole) != "") {
						want = "0"
					}
					if record[i] != want {
						t.Fatalf("row %d, %s: %q, want %q", k+1, column, record[i], want)
					}
				}
			}
			if got := w.get(path, "Accept", "text/csv;q=0, application/x-ndjson;q=0.2, application/json;q=0.5").want(200).header.Get("Content-Type"); got != "application/json" {
				t.Errorf("content type %s", got)
			}
			accepted := w.get(path, "Accept", "text/csv;q=0.9").want(200)
			if got := accepted.header.Get("Content-Type"); got != "text/csv; charset=utf-8" {
				t.Errorf("content type %s", got)
			}
			if got := w.get(path + join + "format=csv&bom=true").want(200).body; got != "\uFEFF"+w.get(path+join+"format=csv&bom=false").want(200).body {
				t.Error("with a byte order mark, the table is another")
			}
			if got := w.get(path+join+"bom=false").problem(400, "bad_request"); !slices.Equal(got, []string{"bom other_form"}) {
				t.Errorf("JSON takes a byte order mark: %v", got)
			}
			for _, form := range []string{"csv", "ndjson"} {
				first := w.get(path + join + "format=" + form)
				if got := first.header.Get("Content-Disposition"); !fileNames.MatchString(got) || !strings.HasSuffix(got, "."+form+`"`) {
					t.Errorf("Content-Disposition is %s", got)
				}
				if again := w.get(path+join+"format="+form, "If-None-Match", first.header.Get("ETag")).want(304); again.body != "" {
					t.Error("304 with a body")
				}
				faults := w.get(path+join+"format="+form+"&limit=5").problem(400, "bad_request")
				if !slices.Equal(faults, []string{"limit whole_list"}) {
					t.Errorf("faults %v", faults)
				}
			}
		})
	}
}

// counted reports whether the column says how many objects a list has.
func counted(op *described, column string) bool {
	table := op.Responses.Value("200").Value.Content["text/csv"].Schema.Value.Description
	return strings.Contains(table, "`"+column+"`: How many there are. ")
}

var fileNames = regexp.MustCompile(`^attachment; filename="[a-zA-Z0-9_.-]+"$`)

// walk follows a list from page to page, by cursor and by Link.
func (w *world) walk(t *testing.T, path string, total int) []any {
	t.Helper()
	var items []any
	for {
		var page struct {
			Items      []any
			NextCursor *string
			Total      int
		}
		r := w.get(path).want(200)
		r.into(&page)
		items = append(items, page.Items...)
		if page.Total != total {
			t.Errorf("total %d, want %d", page.Total, total)
		}
		link := r.header.Get("Link")
		if page.NextCursor == nil {
			if link != "" {
				t.Errorf("the last page links to %s", link)
			}
			return items
		}
		path = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
		if u, err := url.Parse(path); err != nil || u.Query().Get("cursor") != *page.NextCursor {
			t.Fatalf("Link %s and cursor %s differ", link, *page.NextCursor)
		}
		if len(items) > total {
			t.Fatal("the list does not end")
		}
	}
}

// cell answers what a CSV record holds of a JSON item in a column.
func cell(item any, column string) string {
	value := item
	name, rest, nested := strings.Cut(column, ".")
	if object, is := value.(map[string]any); is {
		value = object[name]
	}
	if list, is := value.([]any); nested && is {
		texts := make([]string, len(list))
		for i := range list {
			texts[i] = cell(list[i], rest)
		}
		return strings.Join(texts, "; ")
	}
	if nested {
		return cell(value, rest)
	}
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			if _, is := v[i].(map[string]any); is {
				return strconv.Itoa(len(v))
			}
			texts[i] = cell(v[i], "")
		}
		return strings.Join(texts, "; ")
	}
	text, _ := json.Marshal(value)
	return string(text)
}

func TestSortAndFilter(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for path, first := range map[string]string{
		"/v1/boroughs": "E09000001", "/v1/boroughs?sort=-code": "E09000033", "/v1/boroughs?sort=name": "E09000002", "/v1/boroughs?sort=-name": "E09000033",
		"/v1/boroughs?subRegion=north-west": "E09000005", "/v1/authorities?regionCode=E12000001": "E06000001", "/v1/authorities?sort=name": "E09000002",
		"/v1/indicators?sort=-theme&polarity=high": "", "/v1/indicators?theme=Front+door&unit=percent": "",
	} {
		var page struct{ Items []struct{ Code string } }
		w.get(path).want(200).into(&page)
		if len(page.Items) == 0 || first != "" && page.Items[0].Code != first {
			t.Errorf("%s begins with %+v, want %s", path, page.Items[:min(1, len(page.Items))], first)
		}
	}
	// Walking a descending order of names, with ties broken by the code.
	names := w.walk(t, "/v1/authorities?sort=-name&limit=50&count=true", 165)
	if !slices.IsSortedFunc(names, func(a, b any) int { return -strings.Compare(nameCode(a), nameCode(b)) }) {
		t.Error("authorities are not in descending order of their names")
	}
	for path, want := range map[string]string{
		"/v1/boroughs?subRegion=nowhere":                                  "subRegion unknown_value",
		"/v1/boroughs?sort=colour":                                        "sort unknown_value",
		"/v1/boroughs?sort=name&sort=code":                                "sort repeated",
		"/v1/boroughs?on=2025-02-30":                                      "on format",
		"/v1/boroughs?updatedSince=yesterday":                             "updatedSince format",
		"/v1/boroughs?limit=501":                                          "limit too_great",
		"/v1/boroughs?limit=many":                                         "limit type",
		"/v1/boroughs?cursor=%21%21":                                      "cursor cursor",
		"/v1/authorities?regionCode=E12000099":                            "regionCode unknown_value",
		"/v1/indicators?theme=Nothing":                                    "theme unknown_value",
		"/v1/releases?dataset=nothing":                                    "dataset unknown_value",
		"/v1/statistical-neighbours?model=1900":                           "model unknown_value",
		"/v1/observations?geography=E09000021/E09000099":                  "geography unknown_value",
		"/v1/observations?geography=E09000099":                            "geography unknown_value",
		"/v1/observations?status=secret":                                  "status unknown_value",
		"/v1/observations?releaseId=01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10": "releaseId unknown_value",
		"/v1/sub-region-memberships?borough=E09000099":                    "borough unknown_value",
		"/v1/statistical-neighbours?authority=E09000099":                  "authority unknown_value",
		"/v1/sub-region-memberships?subRegion=nowhere":                    "subRegion unknown_value",
	} {
		if got := w.get(path).problem(400, "bad_request"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: faults %v, want %s", path, got, want)
		}
	}
}

// TestPartsOfARegionHaveNames: Inner London's figures can be asked for by code.
func TestPartsOfARegionHaveNames(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var page api.ObservationPage
	w.get("/v1/observations?geography=E13000001&indicator=REREF_PCT&period=2024-25").want(200).into(&page)
	if len(page.Items) != 1 || page.Items[0].GeographyName != "Inner London" || page.Items[0].Level != "regional" {
		t.Errorf("%+v", page.Items)
	}
}

func nameCode(item any) string {
	object := item.(map[string]any)
	return object["name"].(string) + "\x00" + object["code"].(string)
}

// TestCursorBelongsToItsList refuses a cursor under another filter, and goes on
// after a row that has gone.
func TestCursorBelongsToItsList(t *testing.T) {
	t.Parallel()
	w := start(t)
	var page api.IndicatorPage
	w.get("/v1/indicators?limit=1").want(200).into(&page)
	cursor := url.QueryEscape(*page.NextCursor)
	w.get("/v1/indicators?polarity=low&cursor="+cursor).problem(400, "bad_request")
	w.get("/v1/indicators?sort=name&cursor="+cursor).problem(400, "bad_request")

	// A cursor that somebody has changed is none.
	text, err := base64.RawURLEncoding.DecodeString(*page.NextCursor)
	if err != nil {
		t.Fatal(err)
	}
	changed := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), page.Items[0].Code, "ZZZ", 1)))
	for _, other := range []string{changed, cursor + "%0A", "e30"} {
		w.get("/v1/indicators?limit=1&cursor="+other).problem(400, "bad_request")
	}

	body := w.example(contract.find("POST", "/v1/indicators"))
	w.write("POST", "/v1/indicators", strings.Replace(body, "EHM_REFUSAL_PCT", "AAA_FIRST", 1)).want(201)
	w.get("/v1/indicators?limit=1").want(200).into(&page)
	if page.Items[0].Code != "AAA_FIRST" {
		t.Fatalf("first is %s", page.Items[0].Code)
	}
	next := *page.NextCursor
	w.write("DELETE", "/v1/indicators/AAA_FIRST", "", "If-Match", w.get("/v1/indicators/AAA_FIRST").header.Get("ETag")).want(204)
	w.get("/v1/indicators?limit=100&cursor=" + url.QueryEscape(next)).want(200).into(&page)
	if len(page.Items) != 60 {
		t.Errorf("%d indicators follow", len(page.Items))
	}
}

func TestUpdatedSince(t *testing.T) {
	t.Parallel()
	w := start(t)
	changed := w.patch("/v1/boroughs/E09000022", `{"shortName":"Lam"}`).want(200)
	var b api.Borough
	changed.into(&b)
	var page api.BoroughPage
	w.get("/v1/boroughs?updatedSince=" + url.QueryEscape(b.UpdatedAt.Format("2006-01-02T15:04:05.999999Z07:00"))).want(200).into(&page)
	if len(page.Items) != 1 || page.Items[0].Code != "E09000022" {
		t.Errorf("%d boroughs changed", len(page.Items))
	}
}

// TestFormulasAreHarmless: a spreadsheet must not take a name for a formula.
func TestFormulasAreHarmless(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, name := range []string{`=1+1`, `+1`, `-1`, `@SUM(1)`, `＝1+1`, `＠SUM(1)`} {
		description := "\"quoted\", and\na new line"
		body, _ := json.Marshal(map[string]string{"name": name, "description": description, "validFrom": "2026-04-01"})
		w.write("POST", "/v1/priorities", string(body)).want(201)
		r := w.get("/v1/priorities?format=csv").want(200)
		records, err := csv.NewReader(strings.NewReader(r.body)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		last := records[len(records)-1]
		if last[1] != "'"+name || last[2] != description || !strings.Contains(r.body, "and\na new line") {
			t.Errorf("%q is written as %q", name, last)
		}
	}
}
