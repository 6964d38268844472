package seed_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// paragraphs answers the lines of a part of the page that say something, without
// the marks of a list.
func paragraphs(part string) []string {
	var out []string
	for line := range strings.Lines(part) {
		if text := strings.TrimSpace(strings.TrimLeft(line, " •")); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// between answers the part of the page from one heading to the next.
func between(t *testing.T, page, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, from)
	part, _, closed := strings.Cut(rest, to)
	if !found || !closed {
		t.Fatalf("the page has no part from %q to %q", from, to)
	}
	return part
}

// TestProgrammePage finds every word of the page's description, goals and
// contacts in the programme.
func TestProgrammePage(t *testing.T) {
	text, err := os.ReadFile("data/programme-page.txt")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text) + "\n\x00"
	p := london(t).Programme
	title, _, _ := strings.Cut(page, "\n")
	if p.Name != title || p.Name != "Peer Challenge & Review" {
		t.Errorf("the programme is named %q, and the page %q", p.Name, title)
	}
	summary := paragraphs(between(t, page, title, "\nProject Goals\n"))
	if len(summary) != 2 || !slices.Equal(p.Summary, summary) {
		t.Errorf("the summary is\n%q, want\n%q", p.Summary, summary)
	}
	goals := paragraphs(between(t, page, "\nProject Goals\n", "\nProject Milestones\n"))
	if len(goals) != 3 || !slices.Equal(p.Goals, goals) {
		t.Errorf("the goals are\n%q, want\n%q", p.Goals, goals)
	}
	contacts := paragraphs(between(t, page, "\nContact Details\n", "\x00"))
	var written []string
	for _, c := range p.Contacts {
		written = append(written, c.Role+": "+c.Name+" ("+c.Organisation+")", c.Email)
	}
	if len(contacts) != 6 || !slices.Equal(written, contacts) {
		t.Errorf("the contacts are\n%q, want\n%q", written, contacts)
	}
	first := programme.Contact{Role: "LIIA Strategic Lead", Name: "Ben Byrne", Organisation: "LIIA", Email: "ben.byrne@londoncouncils.gov.uk"}
	if len(p.Contacts) == 0 || p.Contacts[0] != first {
		t.Errorf("the contacts are %+v, want %+v first", p.Contacts, first)
	}
}

// TestAttribution has what the Open Government Licence asks of who uses the data.
func TestAttribution(t *testing.T) {
	shown := london(t).Programme.Attribution
	for _, words := range []string{"Open Government Licence v3.0", "Department for Education", "Office for National Statistics", "children in need", "children looked after", "care leavers", "outcomes", "social work workforce", "statistical neighbour model 2025"} {
		if !strings.Contains(shown, words) {
			t.Errorf("the attribution does not name %q: %s", words, shown)
		}
	}
	listed, err := os.ReadFile("data/ATTRIBUTION.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"data", "data/dfe"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if !entry.IsDir() && entry.Name() != "ATTRIBUTION.md" && !strings.Contains(string(listed), "`"+entry.Name()+"`") {
				t.Errorf("ATTRIBUTION.md does not name %s", entry.Name())
			}
		}
	}
}
