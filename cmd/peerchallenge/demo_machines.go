package main

import (
	"context"
	"fmt"
	"io"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
)

// demoMachine is the name of the demo's client and of its read key.
const demoMachine = "Of the demo"

// greetMachines shows how a system and a dashboard call. Both are made anew at each
// start, because nobody can be shown the secrets of those of the last.
func greetMachines(ctx context.Context, store *postgres.Store, base string, out io.Writer) error {
	if err := forgetMachines(ctx, store); err != nil {
		return err
	}
	system, err := store.CreateAPIClient(ctx, operator, programme.APIClient{
		Name: demoMachine, Role: programme.RoleBoroughSystem, Boroughs: []string{demoBorough}, Operations: []string{}, Keys: []programme.PublicKey{},
	})
	if err != nil {
		return err
	}
	_, secret, err := store.AddClientSecret(ctx, operator, system.ID, system.Version)
	if err != nil {
		return err
	}
	_, key, err := store.CreateReadKey(ctx, operator, programme.ReadKey{Name: demoMachine})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `
A system of Lambeth's signs in by itself, and gets a token of an hour:

  curl -u '%s:%s' -d grant_type=client_credentials %s/oauth/token

A dashboard reads with a key, as the password of any user:

  curl -u 'dashboard:%s' %s/v1/boroughs
`, system.ID, secret.Text, base, key.Text, base)
	return err
}

// forgetMachines ends what an earlier start has made.
func forgetMachines(ctx context.Context, store *postgres.Store) error {
	const most = 100
	clients, err := store.APIClients(operator, programme.APIClientFilter{}, "").Page(ctx, programme.Window{Limit: most})
	if err != nil {
		return err
	}
	for _, c := range clients.Items {
		if c.Name == demoMachine {
			if err := store.DeleteAPIClient(ctx, operator, c.ID, c.Version); err != nil {
				return err
			}
		}
	}
	keys, err := store.ReadKeys(operator, programme.ReadKeyFilter{}, "").Page(ctx, programme.Window{Limit: most})
	if err != nil {
		return err
	}
	for _, k := range keys.Items {
		if k.Name == demoMachine {
			if err := store.DeleteReadKey(ctx, operator, k.ID, k.Version); err != nil {
				return err
			}
		}
	}
	return nil
}
