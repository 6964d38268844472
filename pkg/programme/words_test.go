package programme_test

import (
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/screen"
)

// ofWords are the steps that every record with words has, whatever its state.
func ofWords(step programme.Step) bool {
	return step == programme.Acknowledge || step == programme.Redact
}

// redactedBy takes a passage out of a review's report on behalf of the director who
// wrote it.
func redactedBy(t *testing.T, words string, passages ...[2]int) string {
	t.Helper()
	actor := croydonLead
	actor.Reason = "It should not have been written"
	r := reviewOfLambeth(programme.ReviewFieldwork)
	r.Report = &words
	places := make([]programme.Place, len(passages))
	for i, p := range passages {
		places[i] = programme.Place{Field: "/report", Start: &p[0], Length: &p[1]}
	}
	cuts, err := programme.Redacting(actor, r.Texts(), places)
	if err != nil {
		t.Fatal(err)
	}
	cuts.Of(r.Texts())
	return *r.Report
}

func TestPassagesAreTakenOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		passages [][2]int
		want     string
	}{
		"from the beginning":      {[][2]int{{0, 4}}, "[redacted] Müller hat es gesagt."},
		"to the end":              {[][2]int{{12, 14}}, "Frau Müller [redacted]"},
		"counted in characters":   {[][2]int{{5, 6}}, "Frau [redacted] hat es gesagt."},
		"two, in whatever order":  {[][2]int{{16, 2}, {0, 4}}, "[redacted] Müller hat [redacted] gesagt."},
		"two that overlap":        {[][2]int{{0, 8}, {5, 6}}, "[redacted] hat es gesagt."},
		"two that touch are one":  {[][2]int{{0, 5}, {5, 6}}, "[redacted] hat es gesagt."},
		"the same, and one in it": {[][2]int{{0, 25}, {0, 25}, {3, 2}}, "[redacted]."},
	} {
		if got := redactedBy(t, "Frau Müller hat es gesagt.", c.passages...); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestAcknowledgementsOutliveNoWords: what was said to a text is forgotten with it, so that
// nothing is left by which somebody could try what it was.
func TestAcknowledgementsOutliveNoWords(t *testing.T) {
	t.Parallel()
	actor := theTeam
	actor.Reason = "It is right"
	r := reviewOfLambeth(programme.ReviewFieldwork)
	report, scope := "Lives at SW2 1RW.", "At SW2 1RW and SW2 1RX."
	r.Report, r.Scope = &report, &scope
	spot := func(field string, start int) programme.Mark {
		return programme.Mark{Field: field, Spot: programme.Spot{Kind: screen.Postcode, Start: start, Length: 7}}
	}
	acknowledge := func(marks ...programme.Mark) {
		t.Helper()
		if err := programme.AcknowledgeMarks(r, actor, marks, []byte("salt")); err != nil {
			t.Fatal(err)
		}
	}
	acknowledge(spot("/report", 9), spot("/scope", 3))
	acknowledge(spot("/scope", 15))
	if len(r.Screening) != 2 || len(r.Screening[1].Found) != 2 {
		t.Fatalf("two texts are acknowledged by %+v", r.Screening)
	}
	if i := slices.IndexFunc(programme.Screening(r, actor), func(m programme.Mark) bool { return !m.Acknowledged }); i >= 0 {
		t.Errorf("mark %d is not acknowledged", i)
	}
	report = "[redacted]"
	programme.Forget(r)
	if len(r.Screening) != 1 || r.Screening[0].Field != "/scope" {
		t.Errorf("%+v is left", r.Screening)
	}
}

// TestScreeningIsBounded: of more marks than are told, those come first that somebody
// has still to look at.
func TestScreeningIsBounded(t *testing.T) {
	t.Parallel()
	actor := theTeam
	actor.Reason = "It is right"
	r := reviewOfLambeth(programme.ReviewFieldwork)
	report := strings.Repeat("SW2 1RW. ", programme.MaxMarks+2)
	r.Report = &report
	marks := programme.Screening(r, actor)
	if len(marks) != programme.MaxMarks {
		t.Fatalf("%d marks are told", len(marks))
	}
	if err := programme.AcknowledgeMarks(r, actor, marks, []byte("salt")); err != nil {
		t.Fatal(err)
	}
	if marks = programme.Screening(r, actor); marks[0].Acknowledged || marks[1].Acknowledged || !marks[2].Acknowledged {
		t.Errorf("first come %+v", marks[:3])
	}
}
