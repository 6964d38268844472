// Package seed holds London: the words of the programme's public page, the
// boroughs and sub-regions, England's authorities, the indicators of the Common
// Framework, and the published files. Nothing about London is anywhere else.
package seed

import (
	"context"
	"embed"
	"fmt"
	"path"
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/programme"
)

//go:embed data
var data embed.FS

// Store is what London is loaded into.
type Store interface {
	// Seed inserts what is absent, and changes nothing that is there.
	Seed(ctx context.Context, data *benchmark.Snapshot) error
	dfe.Store
}

// files are the published files, in an order in which each finds what it needs:
// rates are computed from populations.
var files = []string{
	"ons_mid-year_population_estimates_2012_to_2024.csv",
	"sn_model_2025_wide.csv",
	"b1_children_in_need_2013_to_2025.csv",
	"c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv",
	"cla_number_and_rate_per_10k_children.csv",
}

// File answers the bytes of a published file that comes with the program.
func File(name string) ([]byte, error) { return data.ReadFile(path.Join("data/dfe", name)) }

// Files lists the names of the published files, in the order of loading.
func Files() []string { return slices.Clone(files) }

// Load brings London into the store, on behalf of the actor. Doing it again
// changes nothing, and keeps what the programme's team has changed since.
//
// The error is Forbidden for anyone but the programme's team, and then nothing
// has been loaded.
func Load(ctx context.Context, store Store, actor programme.Actor) error {
	// Seed asks for no actor, so it must not come first.
	if actor.Subject == "" || !actor.Is(programme.RoleProgramme) {
		return programme.Errorf(programme.Forbidden, "not_yours", "Only the programme's team may load London.")
	}
	london, err := London()
	if err != nil {
		return err
	}
	if err := store.Seed(ctx, london); err != nil {
		return fmt.Errorf("the reference data of London: %w", err)
	}
	for _, name := range files {
		content, err := File(name)
		if err != nil {
			return err
		}
		if _, err := dfe.Import(ctx, store, actor, name, content); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
