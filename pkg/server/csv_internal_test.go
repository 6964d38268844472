package server

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestCSVIsReadBackAsTheJSON: any reader of CSV gets every text as the JSON has it,
// but for the apostrophe before what a spreadsheet would calculate.
func TestCSVIsReadBackAsTheJSON(t *testing.T) {
	t.Parallel()
	type row struct {
		Name string  `json:"name"`
		Note *string `json:"note"`
	}
	for _, text := range []string{
		"", "plain", "a, b", `she said "no"`, `"`, `""`, "two\nlines", "two\n\nlines\n", "a carriage\rreturn", " space before", "space after ", "\u00a0", `\.`, "a;b", "tab\tin it",
		"=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(1)", "'=1", "a=1", "−1", "Ōtāhuhu, \"South\"\n", "Київ",
	} {
		var out bytes.Buffer
		buffered := bufio.NewWriter(&out)
		write, err := csvWriter[row](buffered, []string{"name", "note"})
		if err != nil {
			t.Fatal(err)
		}
		rows := []row{{text, &text}, {text, nil}, {"after", &text}}
		for _, r := range rows {
			if err := write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := buffered.Flush(); err != nil {
			t.Fatal(err)
		}
		asJSON, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(asJSON, &want); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r\n") || slices.ContainsFunc([]string{"＝", "＋", "－", "＠"}, func(sign string) bool { return strings.HasPrefix(text, sign) }) {
			want = "'" + want
		}
		records, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if !slices.EqualFunc(records, [][]string{{"name", "note"}, {want, want}, {want, ""}, {"after", want}}, slices.Equal) {
			t.Errorf("%q is read back as %q", text, records)
		}
	}
}

// TestListsAreOneCell: codes and words joined, of objects their number and, where the
// contract names one, a member of each in the same order.
func TestListsAreOneCell(t *testing.T) {
	t.Parallel()
	type link struct {
		Title *string `json:"title"`
	}
	type inner struct {
		Words *[]string `json:"words"`
		Links []link    `json:"links"`
	}
	type row struct {
		In    *inner  `json:"in"`
		Lists []int   `json:"lists"`
		Less  float64 `json:"less"`
	}
	words := []string{"=a", "b, c"}
	for want, r := range map[string]row{
		"\"'=a; b, c\",3,x; ; -y,1; -2,-0.5\r\n": {In: &inner{&words, []link{{new("x")}, {}, {new("-y")}}}, Lists: []int{1, -2}, Less: -0.5},
		",0,,,0\r\n":                             {In: &inner{}},
		",,,,0\r\n":                              {},
	} {
		var out bytes.Buffer
		buffered := bufio.NewWriter(&out)
		write, err := csvWriter[row](buffered, []string{"in.words", "in.links", "in.links.title", "lists", "less"})
		if err != nil {
			t.Fatal(err)
		}
		if err := write(r); err != nil {
			t.Fatal(err)
		}
		if err := buffered.Flush(); err != nil {
			t.Fatal(err)
		}
		if _, got, _ := strings.Cut(out.String(), "\r\n"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestCSVAsRFC4180 has it: records end with CR LF, the last one too, a line break
// within a cell stays what it is, and quotes stand only where they are needed.
func TestCSVAsRFC4180(t *testing.T) {
	t.Parallel()
	for want, cells := range map[string][]string{
		"a,b\r\n":                             {"a", "b"},
		",\r\n":                               {"", ""},
		"\"\"\r\n":                            {""},
		"\"two\nlines\",b c,\"d,e\"\r\n":      {"two\nlines", "b c", "d,e"},
		"\"a \"\"word\"\"\",\" x\",'x,x \r\n": {`a "word"`, " x", "'x", "x "},
	} {
		if got := string(csvRecord(nil, cells)); got != want {
			t.Errorf("%q is written as %q, want %q", cells, got, want)
		}
	}
}
