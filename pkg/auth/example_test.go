package auth

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"peerchallenge/pkg/programme"
)

// A token of the built-in issuer speaks for a person until its time is over.
func ExampleVerifier() {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	issuer := NewAuthority(&memoryKeys{}, "https://api.example.org", "peerchallenge", clock)
	verifier, err := NewVerifier(context.Background(), Config{Local: issuer, Clock: clock, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer verifier.Close()
	lead := programme.Actor{Subject: "dcs-lambeth", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
	token, err := issuer.Token(context.Background(), lead, time.Hour)
	if err != nil {
		fmt.Println(err)
		return
	}
	actor, err := verifier.Verify(context.Background(), token)
	fmt.Println(actor.Subject, actor.Roles, actor.Borough, err)
	now = now.Add(2 * time.Hour)
	_, err = verifier.Verify(context.Background(), token)
	fmt.Println(err)
	// Output:
	// dcs-lambeth [borough-lead] E09000022 <nil>
	// token_expired: The token has expired; ask its issuer for a new one.
}
