package auth

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// held is a state of the database that does not change.
type held struct{ state programme.Access }

func (h held) AccessGeneration(context.Context) (int64, error)      { return h.state.Generation, nil }
func (h held) Access(context.Context) (programme.Access, error)     { return h.state, nil }
func (h held) NoteUses(context.Context, map[string]time.Time) error { return nil }
func (h held) UseAssertion(context.Context, string, [sha256.Size]byte, time.Time) (bool, error) {
	return true, nil
}
func (h held) EndGiven(context.Context, []string) error { return nil }

// BenchmarkAccess compares what a call costs with a token that is known, with a read
// key, and what the token endpoint does for one token, beside the registrations of 33
// boroughs.
func BenchmarkAccess(b *testing.B) {
	state := programme.Access{Generation: 1}
	key, secret := programme.NewSecret(programme.ReadKeyKind), programme.NewSecret(programme.ClientSecretKind)
	add := func(id string, key, secret programme.Secret) {
		state.ReadKeys = append(state.ReadKeys, programme.ReadKey{Head: programme.Head{ID: "k" + id}})
		state.Clients = append(state.Clients, programme.APIClient{Head: programme.Head{ID: "c" + id}, Role: programme.RoleBoroughSystem, Boroughs: []string{lambeth}})
		state.Secrets = append(state.Secrets,
			programme.StoredSecret{ID: "a" + id, Hash: key.Hash[:], ReadKeyID: new("k" + id)}, programme.StoredSecret{ID: "b" + id, Hash: secret.Hash[:], APIClientID: new("c" + id)})
	}
	add("one", key, secret)
	for i := range 33 {
		add(string(rune('a'+i)), programme.NewSecret(programme.ReadKeyKind), programme.NewSecret(programme.ClientSecretKind))
	}
	access := NewAccess(b.Context(), held{state}, time.Now, slog.New(slog.DiscardHandler))
	defer access.Close()
	authority := NewAuthority(&memoryKeys{}, testIssuer, testAudience, time.Now)
	clients := NewClients(authority, access)
	v := newVerifier(b, Config{Local: authority, Access: access})
	proof := programme.ClientProof{ID: "cone", Secret: secret.Text}
	grant, err := clients.Grant(b.Context(), proof)
	if err != nil {
		b.Fatal(err)
	}
	person, err := authority.Token(b.Context(), editor(), time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, token string }{{"token", person}, {"client", grant.Token}, {"read key", key.Text}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), c.token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("grant", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := clients.Grant(b.Context(), proof); err != nil {
				b.Fatal(err)
			}
		}
	})
}
