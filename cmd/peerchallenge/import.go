package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

func importData(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "import", "import london\n       peerchallenge import dfe [--dry-run] [--published DAY] FILE...\n       peerchallenge import dfe --list", `london  loads the programme of that name: its boroughs, authorities and indicators, the published figures that come with this
        program, and what the programme's page reports, unless there are challenges, reviews, events or milestones.
        What is there already stays as it is.
dfe     reads files of open data: those that --list shows, in CSV or XLSX. Others are read by mappings of your own,
        see docs/mappings.md. A file is loaded whole or, if it has faults, not at all, and every kind of fault is
        named with its rows and column. It is kept as a release, and of each figure the newest release stands, by the day
        of publication. A file of which every figure stands already changes nothing.`, some("DATABASE_URL", "PEERCHALLENGE_MAPPINGS", "LOG_LEVEL")...)
	var how delivery
	var mappings []string
	list := flags.Bool("list", false, "say which files can be read, and what comes of them; needs no database")
	flags.Func("mapping", "`file` that says how files of another kind are read; may be given several times", collect(&mappings))
	flags.StringVar(&how.dataset, "dataset", "", "`key` of the mapping to read by, where the columns fit several")
	flags.BoolVar(&how.dryRun, "dry-run", false, "say what would change, value by value and summed, and change nothing")
	flags.StringVar(&how.published, "published", "", "`day` on which the files were published, such as 2025-11-20; needed where their figures are held already")
	flags.StringVar(&how.nextUpdate, "next-update", "", "`day` on which the publisher means to put out the next")
	flags.StringVar(&how.methodology, "methodology", "", "`address` of the page that says how the figures are made")
	flags.StringVar(&how.acknowledgement, "acknowledge", "", "`words` about the warnings that you have looked at, which the audit keeps")
	if err := flags.parseSome(args); err != nil {
		return err
	}
	kind := flags.Arg(0)
	if flags.NArg() > 1 { // flags may also follow the kind
		if err := flags.parseSome(flags.Args()[1:]); err != nil {
			return err
		}
	} else if err := flags.parseSome(nil); err != nil {
		return err
	}
	switch files := flags.Args(); {
	case kind == "dfe" && *list && len(files) == 0:
		all, err := cfg.mappings(mappings...)
		if err != nil {
			return err
		}
		return listMappings(all, out)
	case kind == "london" && len(files) == 0 && how == delivery{} && len(mappings) == 0 && !*list:
		return withStore(ctx, cfg, func(store *postgres.Store) error { return importProgramme(ctx, store, out) })
	case kind == "dfe" && len(files) > 0:
		var err error
		if how.mappings, err = cfg.mappings(mappings...); err != nil {
			return err
		}
		return withStore(ctx, cfg, func(store *postgres.Store) error { return importFiles(ctx, store, files, how, out) })
	}
	return errors.New("say what to import: peerchallenge import london, or import dfe and at least one file; see peerchallenge import --help")
}

func importProgramme(ctx context.Context, store *postgres.Store, out io.Writer) error {
	fmt.Fprintln(out, "Loading the programme and its published figures ...")
	if err := seed.Load(ctx, store, operator); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "The programme is there. What was there before is as it was.")
	return err
}

// importFiles loads each file on its own, so that a faulty one holds up no other.
func importFiles(ctx context.Context, store *postgres.Store, files []string, how delivery, out io.Writer) error {
	snapshot, err := store.Snapshot(ctx)
	if err != nil {
		return err
	}
	if len(snapshot.Authorities) == 0 {
		return errors.New("the database has no authorities for which there could be figures: peerchallenge import london brings them")
	}
	failed := 0
	for _, path := range files {
		d, err := how.of(filepath.Base(path))
		if err != nil {
			return err
		}
		if d.DryRun {
			d.Each = func(c benchmark.Change) error { return printChange(out, &c) }
		}
		result, err := importFile(ctx, store, path, how, d, out)
		switch {
		case ctx.Err() != nil:
			return err
		case err != nil:
			failed++
			fmt.Fprintf(out, "%s: nothing loaded: %s\n", d.File, describe(atTerminal(err)))
		case result.Known:
			fmt.Fprintf(out, "%s: every figure stands already, nothing to do\n", d.File)
		default:
			printResult(out, d, &result)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files could not be loaded", failed, len(files))
	}
	return nil
}

func importFile(ctx context.Context, store *postgres.Store, path string, how delivery, d benchmark.Delivery, out io.Writer) (benchmark.ImportResult, error) {
	content, err := os.Open(path) // #nosec G304 -- reading the file that is named is what import is for
	if err != nil {
		return benchmark.ImportResult{}, fmt.Errorf("the file cannot be read: %w", root(err))
	}
	options := dfe.Options{Mappings: how.mappings, Dataset: how.dataset}
	if about, err := content.Stat(); err == nil {
		options.Progress = tenths(d.File, about.Size(), out)
	}
	result, err := dfe.Import(ctx, store, operator, d, content, options)
	return result, errors.Join(err, content.Close())
}

// delivery is what the command's flags say of the files.
type delivery struct {
	published, nextUpdate, methodology, acknowledgement string
	dryRun                                              bool
	dataset                                             string
	mappings                                            *dfe.Mappings
}

func (how delivery) of(file string) (benchmark.Delivery, error) {
	d := benchmark.Delivery{File: file, Methodology: how.methodology, Acknowledgement: how.acknowledgement, DryRun: how.dryRun}
	for _, day := range []struct {
		flag, given string
		to          **programme.Date
	}{{"--published", how.published, &d.PublishedOn}, {"--next-update", how.nextUpdate, &d.NextUpdateOn}} {
		if day.given == "" {
			continue
		}
		date, err := programme.ParseDate(day.given)
		if err != nil {
			return d, fmt.Errorf("%s: %s", day.flag, describe(err))
		}
		*day.to = &date
	}
	return d, nil
}

// flagsOf says which flags are the parameters of which a refusal speaks.
var flagsOf = map[string]string{"publishedOn": "--published", "nextUpdateOn": "--next-update", "methodology": "--methodology", "acknowledge": "--acknowledge"}

// atTerminal says a refusal's parameters by the flags that they are here.
func atTerminal(err error) error {
	e, ok := errors.AsType[*programme.Error](err)
	if !ok {
		return err
	}
	said := *e
	said.Faults = make([]programme.Fault, len(e.Faults))
	for i, f := range e.Faults {
		f.Parameter = cmp.Or(flagsOf[f.Parameter], f.Parameter)
		said.Faults[i] = f
	}
	if e.Code == programme.CodeUnacknowledged {
		said.Detail += " At the terminal: --acknowledge."
	}
	return &said
}

func printResult(out io.Writer, d benchmark.Delivery, r *benchmark.ImportResult) {
	name := d.File
	if d.DryRun {
		name += ", which would bring"
	}
	fmt.Fprintf(out, "%s: %d new figures, %d corrected, %d withdrawn, %d unchanged", name, r.Inserted, r.Updated, r.Withdrawn, r.Unchanged)
	if r.Older > 0 {
		fmt.Fprintf(out, "; %d of which a newer release says otherwise", r.Older)
	}
	fmt.Fprintln(out)
	if r.Form != "" {
		fmt.Fprintf(out, "  read as %s; %d empty rows passed over\n", r.Form, r.EmptyRows)
	}
	for _, period := range r.Periods {
		fmt.Fprintf(out, "  new period %s\n", period)
	}
	if d.DryRun {
		for _, s := range r.Sums {
			fmt.Fprintf(out, "  %s, %s: %d new, %d corrected, %d withdrawn\n", cmp.Or(s.Indicator, string(s.Of)+"s"), s.Period, s.New, s.Corrected, s.Withdrawn)
		}
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(out, "  warning: %s\n", strings.TrimPrefix(list([]programme.Fault{w}), "\n  "))
	}
}

func printChange(out io.Writer, c *benchmark.Change) error {
	what := cmp.Or(c.Indicator, string(c.Of))
	was, is := shown(c.Was), shown(c.Is)
	if c.Of == benchmark.OfNeighbours {
		what += " " + strconv.Itoa(c.Rank)
		was, is = shownNear(c.WasNear), shownNear(c.IsNear)
	}
	instead := ""
	if len(c.Replaces) > 0 {
		instead = ", in place of " + strings.Join(c.Replaces, " and ")
	}
	var err error
	switch c.Kind {
	case benchmark.NewFigure:
		_, err = fmt.Fprintf(out, "new: %s, %s, %s: %s%s\n", what, c.Period, c.Geography, is, instead)
	case benchmark.CorrectedFigure:
		_, err = fmt.Fprintf(out, "corrected: %s, %s, %s: %s, was %s%s\n", what, c.Period, c.Geography, is, was, instead)
	case benchmark.WithdrawnFigure:
		_, err = fmt.Fprintf(out, "withdrawn: %s, %s, %s: was %s\n", what, c.Period, c.Geography, was)
	}
	return err
}

// shown is a figure in a line: its value with what it was made of, or the symbol that
// stands there.
func shown(f benchmark.Figure) string {
	text := string(f.Status)
	if f.Value != nil {
		text = number(*f.Value)
	}
	if f.Numerator != nil && f.Denominator != nil {
		text += " (" + number(*f.Numerator) + " of " + number(*f.Denominator) + ")"
	}
	return text
}

func shownNear(n benchmark.Near) string { return n.Code + " (" + n.Closeness + ")" }

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
