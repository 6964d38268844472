package postgres

import (
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// TestWhatALetterSays: whose return of which quarter is due when, and where it is sent; it
// has no figures.
func TestWhatALetterSays(t *testing.T) {
	t.Parallel()
	c, p := addressed(t, "returns@lambeth.example.org"), &post{}
	if n, err := c.SendLetters(t.Context(), p.send); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	got := p.sent[0]
	if got.Address != "returns@lambeth.example.org" || got.Subject != "Lambeth: the return for 2026-27-Q1 (April to June 2026) is due in 14 days, on 2026-07-31" ||
		!strings.Contains(got.Text, "\n\nhttps://portal.example.org/E09000022/2026-27-Q1\n\n") {
		t.Errorf("it says %+v", got)
	}
}

// TestALetterOfAQuarterThatIsMadeUp: it says so before anything else.
func TestALetterOfAQuarterThatIsMadeUp(t *testing.T) {
	t.Parallel()
	c, p := addressed(t, "returns@lambeth.example.org"), &post{}
	if _, err := c.sql.ExecContext(t.Context(), "UPDATE quarters SET illustrative = true"); err != nil {
		t.Fatal(err)
	}
	if n, err := c.SendLetters(t.Context(), p.send); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if got := p.sent[0]; !strings.HasPrefix(got.Subject, "Example: Lambeth: the return") || !strings.Contains(got.Text, "on 2026-07-31. The quarter is made up,") {
		t.Errorf("it says %+v", got)
	}
}

// TestALetterThatIsNotNeeded: what has come, what was taken out and what is over is not
// written about any more.
func TestALetterThatIsNotNeeded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(q *collection)
		want    returns.Mail
	}{
		"the return came": {func(q *collection) { q.received(lambeth) }, returns.MailNotNeeded},
		"the day moved": {func(q *collection) {
			if _, err := q.GrantExtension(q.t.Context(), team, firstOf2627, returns.Extension{Granted: returns.Granted{Borough: lambeth, Reason: "The system moves."}, DueOn: "2026-08-04"}); err != nil {
				q.t.Fatal(err)
			}
		}, returns.MailNotNeeded},
		"the address was taken out": {func(q *collection) {
			part, err := q.ReminderAddresses(team, lambeth, "").Page(q.t.Context(), programme.Window{Limit: 5})
			if err == nil {
				err = q.DeleteReminderAddress(q.t.Context(), team, part.Items[0].ID, part.Items[0].Version)
			}
			if err != nil {
				q.t.Fatal(err)
			}
		}, returns.MailNotNeeded},
		"its days are over": {func(q *collection) { q.turn("2026-07-27T09:00:00Z") }, returns.MailFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, p := addressed(t, "returns@lambeth.example.org"), &post{}
			c.happens(q)
			if n, err := q.SendLetters(t.Context(), p.send); n != 0 || err != nil || len(p.sent) != 0 {
				t.Fatalf("%d letters went (%v)", len(p.sent), err)
			}
			if got := q.reminded()[0].Mail; got != c.want {
				t.Errorf("it is %s, want %s", got, c.want)
			}
		})
	}
}
