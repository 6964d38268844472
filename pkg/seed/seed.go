// Package seed holds London: the words of the programme's public page, the
// boroughs and sub-regions, England's authorities, the indicators of the Common
// Framework, the published files, and what the page says that the programme has
// delivered. Nothing about London is anywhere else.
package seed

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"fmt"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

//go:embed data
var data embed.FS

// Store is what London is loaded into.
type Store interface {
	// Seed inserts what is absent, and changes nothing that is there.
	Seed(ctx context.Context, data *benchmark.Snapshot) error
	// Snapshot answers the reference data as they are.
	Snapshot(ctx context.Context) (*benchmark.Snapshot, error)
	// SeedYear inserts what the programme has delivered, unless anything of the kind
	// is there or ever was.
	SeedYear(ctx context.Context, year []programme.Chapter) error
	// SeedFramework inserts a published framework, unless there is or ever was one.
	SeedFramework(ctx context.Context, f framework.Framework) error
	// SeedSelfEvaluationTemplate inserts a template with its first version as the one on which
	// self-evaluations begin, unless there is or ever was one.
	SeedSelfEvaluationTemplate(ctx context.Context, name string, outline evaluation.Outline) error
	// SeedSelfEvaluations inserts self-evaluations that are made up, in every state, with what is
	// said of one of them, unless there is or ever was one.
	SeedSelfEvaluations(ctx context.Context, cycle programme.Cycle, borough string, examples evaluation.Examples) error
	// Framework reads a version of the framework.
	Framework(ctx context.Context, actor programme.Actor, number string) (framework.Framework, error)
	// SeedQuarters inserts the quarters with their returns, unless there are or ever were any.
	SeedQuarters(ctx context.Context, told []returns.Chapter) error
	dfe.Store
}

// Load brings London into the store, on behalf of the actor: see [LoadReference],
// [LoadFramework], [LoadTemplate] and [LoadYear]. Doing it again changes nothing, and keeps what the programme's
// team has changed since.
//
// The error is Forbidden for anyone but the programme's team, and then nothing
// has been loaded.
func Load(ctx context.Context, store Store, actor programme.Actor) error {
	for _, load := range []func(context.Context, Store, programme.Actor) error{LoadReference, LoadFramework, LoadTemplate, LoadYear} {
		if err := load(ctx, store, actor); err != nil {
			return err
		}
	}
	return nil
}

// LoadReference loads the programme, its boroughs and indicators, and the published
// files, with the errors of [Load].
func LoadReference(ctx context.Context, store Store, actor programme.Actor) error {
	if err := mayLoad(actor); err != nil {
		return err
	}
	london, err := London()
	if err != nil {
		return err
	}
	if err := store.Seed(ctx, london); err != nil {
		return fmt.Errorf("the reference data of London: %w", err)
	}
	published, err := Manifest()
	if err != nil {
		return err
	}
	for _, p := range published {
		content, err := File(p.File)
		if err != nil {
			return err
		}
		d := benchmark.Delivery{File: p.File, PublishedOn: p.PublishedOn, NextUpdateOn: p.NextUpdateOn, Methodology: p.Methodology, Once: true}
		if _, err := dfe.Import(ctx, store, actor, d, bytes.NewReader(content), dfe.Options{}); err != nil {
			return fmt.Errorf("%s: %w", p.File, err)
		}
	}
	return nil
}

// LoadFramework publishes what London asks of its boroughs each quarter, with the errors
// of [Load], unless the store has a framework. It needs the reference data.
func LoadFramework(ctx context.Context, store Store, actor programme.Actor) error {
	if err := mayLoad(actor); err != nil {
		return err
	}
	f, err := Framework()
	if err != nil {
		return err
	}
	if err := store.SeedFramework(ctx, f); err != nil {
		return fmt.Errorf("the framework of London: %w", err)
	}
	return nil
}

// LoadYear loads what the page reports, with the errors of [Load], unless the store
// has anything of the kind. It needs the reference data.
func LoadYear(ctx context.Context, store Store, actor programme.Actor) error {
	if err := mayLoad(actor); err != nil {
		return err
	}
	london, err := store.Snapshot(ctx)
	if err != nil {
		return err
	}
	year, err := Year(london)
	if err != nil {
		return err
	}
	if err := store.SeedYear(ctx, year); err != nil {
		return fmt.Errorf("what the programme's page reports: %w", err)
	}
	return nil
}

// mayLoad stands before everything: the store asks for no actor when it is seeded.
func mayLoad(actor programme.Actor) error {
	return cmp.Or(programme.SomebodyMay(actor), programme.TeamMay(actor))
}
