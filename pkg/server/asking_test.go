package server_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// asking is a reader who asks everything that the contract lets one ask, to find out
// what is kept from them. What they ask is made of the contract, so that an operation,
// a filter or an `include` that is added to it is asked too.
type asking struct {
	caller

	name    string
	brief   bool              // asks each parameter with one value: who sees no more than another who asks them all
	words   []string          // that stand in what is kept from the reader
	cursors bool              // whether places in the feed can be compared
	heard   answers           // what was told last
	etags   map[string]string // that the reader has kept, by question
	nowhere map[string]string // what was told of a record that is not there, by question

	// asks answers the questions of an operation, if they are others than those at one record
	// that stands.
	asks func(*described) []string
}

// answers are those to each question.
type answers map[string]string

// questions are the addresses of everything that the operation answers, but for what
// names records that are out of sight: each filter with each of its values, each order,
// each addition, with the count, and what is refused. Each filter and each order is asked
// in each form; its values take turns there, but for the first, as forms know of no values.
// What the snapshot answers is made of no records, and is asked each parameter with one value.
func (a *asking) questions(op *described) []string {
	a.w.t.Helper()
	if a.asks != nil {
		return a.asks(op)
	}
	return a.questionsAs(op, a.w.narrowable(op))
}

// questionsAs are the questions of an operation that is asked as is said, with one more
// parameter.
func (a *asking) questionsAs(op *described, asked func(name, value string) string) []string {
	a.w.t.Helper()
	plain, counted := asked("", ""), ""
	if hasParameter(op, "count") {
		counted = "&count=true"
	}
	if hasParameter(op, "include") {
		for _, p := range op.parameters {
			if p.Value.Name == "include" {
				for _, word := range enumOf(p.Value) {
					counted += "&include=" + fmt.Sprint(word)
				}
			}
		}
	}
	questions := []string{plain}
	if op.Responses.Value("400") != nil {
		questions = append(questions, plain+"&colour=blue")
	}
	for _, form := range forms(op)[1:] {
		questions = append(questions, plain+"&format="+form)
	}
	for _, p := range op.parameters {
		if p.Value.In != openapi3.ParameterInQuery || p.Value.Name == "cursor" || p.Value.Name == "format" {
			continue
		}
		values := a.valuesOf(p.Value)
		if a.brief || op.Extensions["x-from-snapshot"] == true {
			values = values[:1]
		}
		for i, value := range values {
			question := asked(p.Value.Name, value)
			questions = append(questions, question+counted)
			if p.Value.Name == "count" || p.Value.Name == "include" {
				continue
			}
			further := forms(op)[1:]
			for j, form := range further {
				if i == 0 || i%len(further) == j {
					questions = append(questions, question+"&format="+form)
				}
			}
		}
	}
	return questions
}

// valuesOf are values of the parameter: all where the contract lists them, else those
// of which something is known here, and one that means nothing.
func (a *asking) valuesOf(p *openapi3.Parameter) []string {
	a.w.t.Helper()
	var values []string
	for _, word := range enumOf(p) {
		values = append(values, fmt.Sprint(word))
	}
	schema := p.Schema.Value
	if schema.Items != nil {
		schema = schema.Items.Value
	}
	switch {
	case len(values) > 0:
		return append(values, "no_such_word")
	case schema.Type.Is("boolean"):
		return []string{"true", "false"}
	case schema.Type.Is("integer"):
		return []string{"1"}
	case p.Name == "q":
		return append(slices.Clone(a.words), "e")
	case schema.Format == "date-time":
		return []string{a.w.clock().Format("2006-01-02T15:04:05.999999Z"), "2098-01-01T00:00:00Z"}
	case schema.Format == "date":
		return []string{"2026-11-03", "2000-01-01", "2098-12-31"}
	}
	switch p.Name {
	case "borough", "host", "peer":
		values = []string{own, group, other}
	case "cycle":
		values = []string{"2026-27"}
	case "subRegion":
		values = []string{"south"}
	case "indicator":
		values = []string{"REREF_PCT"}
	case "quarter":
		values = []string{exampleQuarter, "practice"}
	}
	return append(values, unknownFor(a.w.t.(*testing.T), p))
}

// ofOneRequest are the headers that no two answers have alike; all else is compared.
var ofOneRequest = []string{"Date", "X-Request-Id", "Content-Length"}

// hear answers what the reader is told, in a form that can be compared.
func (a *asking) hear(r answer) string {
	header := r.header.Clone()
	for _, name := range ofOneRequest {
		header.Del(name)
	}
	body := instance.ReplaceAllString(r.body, "")
	if strings.HasPrefix(body, "PK") {
		body += inArchive(a.w.t, r.body)
	}
	return body + fmt.Sprintln(r.status, header)
}

// inArchive is what is told in the files of an archive or a workbook.
func inArchive(t testing.TB, body string) string {
	t.Helper()
	var told strings.Builder
	archive, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.File {
		in, err := f.Open()
		if err == nil {
			_, err = io.Copy(&told, in)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return told.String()
}

// askAll asks everything of the operations, and goes on to the second page of whatever
// has one. The reader keeps what may be kept of the plain answers.
func (a *asking) askAll(operations []*described) answers {
	a.w.t.Helper()
	heard := answers{}
	a.etags = map[string]string{}
	for _, op := range operations {
		if op.method != http.MethodGet || op.OperationID == "getMetrics" || op.OperationID == "getSubscribedCalendar" { // which count what everybody asks; one names nothing, and the other is asked at a secret
			continue
		}
		for _, question := range a.questions(op) {
			r := a.get(question)
			if r.status == http.StatusOK {
				a.etags[question] = r.header.Get("ETag")
			}
			told := a.hear(r)
			if !a.cursors {
				told = placed.ReplaceAllString(told, "")
			}
			if !a.cursors && op.OperationID == "listChanges" {
				r.header.Del("ETag") // which is made of the cursor
				told = cursorIn.ReplaceAllString(a.hear(r), "")
			}
			heard[question] = told
			if next := cursorIn.FindStringSubmatch(r.body); next != nil && r.status == http.StatusOK && (a.cursors || op.OperationID != "listChanges") {
				further := question + "&cursor=" + url.QueryEscape(next[1])
				further = strings.Replace(further, "&from=now", "", 1)
				heard[further] = a.hear(a.get(further))
			}
		}
	}
	return heard
}

// placed is the state in the ETag of a whole list: a place of the feed, and so the moment
// of a commit, which no two databases have alike.
var placed = regexp.MustCompile(`"m[0-9]+-`)

var cursorIn = regexp.MustCompile(`"nextCursor":"([^"]*)"`)

// differences names the questions that are answered otherwise than they were.
func differences(was, is answers) []string {
	var found []string
	for _, question := range slices.Sorted(maps.Keys(was)) {
		if was[question] != is[question] {
			found = append(found, question+"\n  was "+clipped(was[question], is[question])+"\n  is  "+clipped(is[question], was[question]))
		}
	}
	return found
}

// clipped is the place of the text where it begins to differ from the other.
func clipped(text, other string) string {
	at := 0
	for at < min(len(text), len(other)) && text[at] == other[at] {
		at++
	}
	return fmt.Sprintf("%q", text[max(0, at-80):min(len(text), at+240)])
}

// stillHolds names the questions of the operations whose answer, which the reader has
// kept, is not said to stand although nothing was told of a change.
func (a *asking) stillHolds(operations []*described) []string {
	a.w.t.Helper()
	var found []string
	for _, op := range operations {
		question := a.w.narrowable(op)("", "")
		if etag := a.etags[question]; etag != "" {
			if r := a.send(http.MethodGet, question, "", "If-None-Match", etag); r.status != http.StatusNotModified {
				found = append(found, fmt.Sprintf("%s with the ETag of before is answered %d", question, r.status))
			}
		}
	}
	return found
}

// twins names where a record out of sight is answered otherwise than one that is not
// there: in the path, in a filter, and in what is sent. What is said of one that is not
// there is asked once.
func (a *asking) twins(operations []*described, hidden []string) []string {
	a.w.t.Helper()
	var found []string
	if a.nowhere == nil {
		a.nowhere = map[string]string{}
	}
	same := func(request ask, id string) {
		a.w.t.Helper()
		request.token = a.token
		told := func(id string) string {
			request := request
			request.path, request.body = strings.ReplaceAll(request.path, "{hidden}", id), strings.ReplaceAll(request.body, "{hidden}", id)
			r := a.w.send(request)
			if r.status < 300 && request.method != http.MethodGet {
				found = append(found, request.method+" "+request.path+" is carried out")
			}
			return strings.ReplaceAll(a.hear(r), id, "{hidden}")
		}
		asked := fmt.Sprint(request)
		if a.nowhere[asked] == "" {
			a.nowhere[asked] = told(nothing)
		}
		if there, nowhere := told(id), a.nowhere[asked]; there != nowhere {
			found = append(found, request.method+" "+request.path+" "+request.body+"\n  there   "+clipped(there, nowhere)+"\n  nowhere "+clipped(nowhere, there))
		}
	}
	for _, op := range operations {
		bodies, citing := a.citing(op), ask{}
		if len(bodies) > 0 {
			if citing = a.change(op, op.path); !a.standing(&citing) {
				bodies = nil
			}
		}
		for _, record := range hidden {
			id := idIn(record)
			if address := strings.TrimSuffix(record, id) + "{id}"; op.path == address || strings.HasPrefix(op.path, address+"/") {
				same(a.change(op, strings.Replace(op.path, "{id}", "{hidden}", 1)), id)
			}
			for _, question := range a.naming(op, record) {
				same(ask{method: http.MethodGet, path: question}, id)
			}
			for _, citing.body = range bodies {
				same(citing, id)
			}
		}
	}
	return found
}

// change is the operation as it would be asked at the path.
func (a *asking) change(op *described, path string) ask {
	a.w.t.Helper()
	request := ask{method: op.method, path: path, header: map[string]string{}}
	for _, p := range op.parameters {
		if p.Value.In == openapi3.ParameterInPath && p.Value.Name != "id" {
			request.path = strings.Replace(request.path, "{"+p.Value.Name+"}", a.w.stood(fmt.Sprint(p.Value.Example)), 1)
		}
	}
	if hasParameter(op, "If-Match") {
		request.header["If-Match"] = `"1-gone"`
	}
	if hasParameter(op, "X-Audit-Reason") {
		request.header["X-Audit-Reason"] = "To see what comes of it"
	}
	if op.RequestBody != nil && !takesFile(op) {
		request.body = a.w.stood(a.w.example(op))
	}
	return request
}

// standing puts a record of the kind into the path, and its present state into the
// precondition, where the reader sees one.
func (a *asking) standing(request *ask) bool {
	a.w.t.Helper()
	if !strings.Contains(request.path, "{id}") {
		return !strings.Contains(request.path, "{")
	}
	for prefix, id := range nounOf {
		if strings.HasPrefix(request.path, prefix+"/{id}") {
			record := prefix + "/" + a.w.made[id]
			r := a.get(record)
			request.path = strings.Replace(request.path, prefix+"/{id}", record, 1)
			request.header["If-Match"] = r.header.Get("ETag")
			return r.status == http.StatusOK
		}
	}
	return false
}

// naming are the questions in which a filter names the record, which is hidden. As one of
// its own noun it is named in every form, as one of another in one form.
func (a *asking) naming(op *described, record string) (questions []string) {
	a.w.t.Helper()
	if op.method != http.MethodGet {
		return nil
	}
	nouns := contract.doc.Components.Schemas["ResourceType"].Value.Enum
	its := slices.IndexFunc(nouns, func(noun any) bool { return strings.HasPrefix(record, nounPath(fmt.Sprint(noun))+"/") })
	for _, p := range op.parameters {
		schema := p.Value.Schema
		if schema.Value.Items != nil {
			schema = schema.Value.Items
		}
		if p.Value.In != openapi3.ParameterInQuery || !strings.HasSuffix(schema.Ref, "/ResourceId") && schema.Value.Format != "uuid" && p.Value.Name != "id" {
			continue
		}
		for _, form := range forms(op) {
			question := strings.Replace(a.w.narrowable(op)(p.Value.Name, "HIDDEN"), "HIDDEN", "{hidden}", 1)
			if form != "" {
				question += "&format=" + form
			}
			if p.Value.Name != "id" {
				if form == "" || p.Value.Name == camel(fmt.Sprint(nouns[its]))+"Id" {
					questions = append(questions, question)
				}
				continue
			}
			for i, noun := range nouns {
				if form == "" || i == its {
					questions = append(questions, strings.Replace(question, "type=finding", "type="+fmt.Sprint(noun), 1))
				}
			}
		}
	}
	return questions
}

// citing are the bodies of the operation in which a member names a record that is
// hidden, with no other record beside it.
func (a *asking) citing(op *described) (bodies []string) {
	a.w.t.Helper()
	if op.RequestBody == nil || takesFile(op) {
		return nil
	}
	var example map[string]any
	if err := json.Unmarshal([]byte(a.w.stood(a.w.example(op))), &example); err != nil {
		a.w.t.Fatal(err)
	}
	for _, media := range op.RequestBody.Value.Content {
		members := media.Schema.Value.Properties
		for _, member := range slices.Sorted(maps.Keys(members)) {
			cited, names := cites(members[member], "{hidden}")
			if !names {
				continue
			}
			body := maps.Clone(example)
			maps.DeleteFunc(body, func(name string, _ any) bool {
				_, another := cites(members[name], "")
				return another
			})
			body[member] = cited
			bodies = append(bodies, encode(a.w.t.(*testing.T), body))
		}
		break // the same in every form
	}
	return bodies
}

// cites answers a value of the schema that names the record, if it can name one.
func cites(ref *openapi3.SchemaRef, id string) (any, bool) {
	if ref == nil {
		return nil, false
	}
	schema := ref.Value
	for len(schema.AllOf) == 1 {
		schema = schema.AllOf[0].Value
	}
	switch {
	case schema.Format == "uuid":
		return id, true
	case schema.Items != nil:
		cited, names := cites(schema.Items, id)
		return []any{cited}, names
	}
	for name, property := range schema.Properties {
		if cited, names := cites(property, id); names {
			whole := map[string]any{name: cited}
			for _, required := range schema.Required {
				if p := schema.Properties[required].Value; required != name && p.Type.Is("boolean") {
					whole[required] = false
				}
			}
			return whole, true
		}
	}
	return nil, false
}
