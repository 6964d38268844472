package programme_test

import (
	"errors"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2026-03-31", "2024-02-29", "0001-01-01"} {
		if d, err := programme.ParseDate(text); err != nil || string(d) != text {
			t.Errorf("%s: %q, %v", text, d, err)
		}
	}
	for _, text := range []string{"", "2026-02-29", "2026-3-1", "31/03/2026", "0000-01-01", "2026-03-31T00:00:00Z", " 2026-03-31"} {
		if _, err := programme.ParseDate(text); programme.KindOf(err) != programme.Invalid {
			t.Errorf("%q is taken for a day (%v)", text, err)
		}
	}
}

// TestTheProgrammesDay: where nobody says otherwise it is London's, which begins in
// summer an hour before that of UTC.
func TestTheProgrammesDay(t *testing.T) {
	t.Parallel()
	elsewhere := programme.Settings{Zone: time.FixedZone("east", 5*60*60+30*60)}.Or(programme.DefaultSettings)
	for _, c := range []struct {
		rules   programme.Settings
		instant string
		want    programme.Date
	}{
		{programme.DefaultSettings, "2026-07-01T22:59:59Z", "2026-07-01"},
		{programme.DefaultSettings, "2026-07-01T23:00:00Z", "2026-07-02"},
		{programme.DefaultSettings, "2026-12-31T23:59:59Z", "2026-12-31"},
		{programme.DefaultSettings, "2027-01-01T00:00:00Z", "2027-01-01"},
		{programme.Settings{}.Or(programme.DefaultSettings), "2026-07-01T23:00:00Z", "2026-07-02"},
		{elsewhere, "2026-12-31T18:29:59Z", "2026-12-31"},
		{elsewhere, "2026-12-31T18:30:00Z", "2027-01-01"},
	} {
		at, err := time.Parse(time.RFC3339, c.instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.rules.Today(at); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.instant, c.rules.Zone, got, c.want)
		}
	}
	if got := programme.Date("2024-02-28").AddDays(2); got != "2024-03-01" {
		t.Errorf("two days after 28 February 2024 is %s", got)
	}
}

func TestMembershipHoldsOnBothItsDays(t *testing.T) {
	t.Parallel()
	end := programme.Date("2025-03-31")
	memberships := []programme.Membership{
		{Borough: "E09000022", SubRegion: "south", ValidFrom: "2012-04-01", ValidTo: &end},
		{Borough: "E09000022", SubRegion: "north", ValidFrom: "2025-04-01"},
	}
	for on, want := range map[programme.Date]string{"2012-03-31": "", "2012-04-01": "south", "2025-03-31": "south", "2025-04-01": "north", "2099-01-01": "north"} {
		if got := programme.SubRegionOn(memberships, "E09000022", on); got != want {
			t.Errorf("%s: %q, want %q", on, got, want)
		}
	}
	if got := programme.SubRegionOn(memberships, "E09000001", "2025-03-31"); got != "" {
		t.Errorf("a stranger is in %q", got)
	}
}

func TestWhatEndsBeforeItBeginsIsRefused(t *testing.T) {
	t.Parallel()
	early, same := programme.Date("2024-03-31"), programme.Date("2024-04-01")
	for _, c := range []struct {
		to   *programme.Date
		fine bool
	}{{nil, true}, {&same, true}, {&early, false}} {
		for name, err := range map[string]error{
			"priority":   programme.Priority{ValidFrom: same, ValidTo: c.to}.Check(),
			"membership": programme.Membership{ValidFrom: same, ValidTo: c.to}.Check(),
			"authority":  programme.Authority{ValidFrom: &same, ValidTo: c.to}.Check(),
		} {
			if (err == nil) != c.fine {
				t.Errorf("%s to %v: %v", name, c.to, err)
			}
		}
	}
}

// TestTheCauseIsForTheLog: Error says it, Detail, which callers read, does not.
func TestTheCauseIsForTheLog(t *testing.T) {
	t.Parallel()
	cause := errors.New("secret")
	err := programme.Wrap(cause, programme.Unavailable, "database_unavailable", "The database is away.")
	if !errors.Is(err, cause) || err.Detail != "The database is away." || programme.KindOf(err) != programme.Unavailable {
		t.Errorf("%+v", err)
	}
	if programme.KindOf(cause) != programme.Internal || programme.Refuse(nil) != nil {
		t.Error("an unknown error is not internal, or nothing is refused")
	}
}

func TestTheZeroActorIsNobody(t *testing.T) {
	t.Parallel()
	if (programme.Actor{}).Is(programme.Roles...) {
		t.Error("the zero actor has a role")
	}
	if !(programme.Actor{Roles: []programme.Role{programme.RoleReporting}}).Is(programme.RoleProgramme, programme.RoleReporting) {
		t.Error("an actor lacks its own role")
	}
	if programme.RoleReporting.OfBorough() || !programme.RoleBoroughLead.OfBorough() || programme.Role("king").Known() {
		t.Error("roles are confused")
	}
}
