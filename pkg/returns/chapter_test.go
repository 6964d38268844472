package returns_test

import (
	"errors"
	"testing"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// TestWhatIsToldKeepsTheRules: a return that is told of takes its steps as one that is
// sent, and where one of them would be refused, it is.
func TestWhatIsToldKeepsTheRules(t *testing.T) {
	t.Parallel()
	zone := programme.DefaultSettings.Zone
	day := func(d programme.Date) *programme.Date { return &d }
	ask := &returns.Question{Text: "Is it?", Counts: []string{}}
	unlikely := with(whole(), reported("cost", 9000))
	for _, c := range []struct {
		name   string
		told   []returns.Told
		state  returns.State
		states []returns.VersionState
		late   int
		code   programme.Code
	}{
		{"a draft", []returns.Told{{Values: unlikely}}, returns.Drafted, nil, 0, ""},
		{"submitted on the due day", []returns.Told{{Values: whole(), SentOn: day("2026-10-31")}}, returns.Submitted, []returns.VersionState{returns.VersionSubmitted}, 0, ""},
		{"accepted, late", []returns.Told{{Values: whole(), SentOn: day("2026-11-02"), AcceptedOn: day("2026-11-20")}}, returns.Accepted, []returns.VersionState{returns.VersionAccepted}, 2, ""},
		{"queried, its warning explained", []returns.Told{{Values: unlikely, Said: "It is.", SentOn: day("2026-10-20"), Asked: ask}}, returns.Queried, []returns.VersionState{returns.VersionQueried}, 0, ""},
		{
			"sent again, and accepted", []returns.Told{{Values: unlikely, Said: "It is.", SentOn: day("2026-10-20"), Asked: ask}, {Values: whole(), SentOn: day("2026-11-03"), AcceptedOn: day("2026-11-04")}},
			returns.Accepted, []returns.VersionState{returns.VersionSuperseded, returns.VersionAccepted}, 0, "",
		},
		{"a warning that nobody has explained", []returns.Told{{Values: unlikely, SentOn: day("2026-10-20")}}, "", nil, 0, programme.CodeReportFaults},
		{"before the window opens", []returns.Told{{Values: whole(), SentOn: day("2026-09-30")}}, "", nil, 0, programme.CodeWindowNotOpen},
		{"after it has closed", []returns.Told{{Values: whole(), SentOn: day("2026-11-11")}}, "", nil, 0, programme.CodeWindowClosed},
		{"accepted while it is queried", []returns.Told{{Values: whole(), SentOn: day("2026-10-20"), Asked: ask, AcceptedOn: day("2026-10-22")}}, "", nil, 0, programme.CodeWrongState},
		{"a count that nobody asks for", []returns.Told{{Values: returns.Values{reported("tea", 1)}}}, "", nil, 0, programme.CodeInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q := returns.Quarter{Code: quarter, OpensOn: day("2026-10-01"), DueOn: day("2026-10-31"), LateUntil: day("2026-11-10")}
			row := returns.Submission{Borough: lambeth, Quarter: quarter, State: returns.Drafted, Facts: returns.Facts{Quarter: &q}}
			judging := returns.Judging{Asked: asked(rule(framework.Range, framework.Warning, func(r *framework.Rule) { r.Maximum = ptr(5000.0) })), Borough: lambeth, Quarter: quarter}
			var versions []returns.Version
			var err error
			for i := range c.told {
				if versions, err = judging.Tell(&row, versions, &c.told[i], zone); err != nil {
					break
				}
			}
			if c.code != "" {
				if e, is := errors.AsType[*programme.Error](err); !is || e.Code != c.code {
					t.Errorf("it is refused with %v, want %s", err, c.code)
				}
				return
			}
			if err != nil || row.State != c.state || row.DaysLate != c.late || row.Resubmitted != max(0, len(versions)-1) || len(versions) != len(c.states) {
				t.Fatalf("it is %s, %d days late, with %d versions: %v", row.State, row.DaysLate, len(versions), err)
			}
			for i, v := range versions {
				if v.State != c.states[i] || v.Number != i+1 || (v.SupersededAt != nil) != (v.State == returns.VersionSuperseded) || (v.ClosedAt != nil) != (v.State == returns.VersionAccepted) {
					t.Errorf("version %d is %+v", i+1, v)
				}
			}
		})
	}
}
