package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// terminal is a log for the person who waits: what goes on in a line of words,
// without times, levels and braces.
type terminal struct {
	out   io.Writer
	level slog.Level
	attrs []slog.Attr // of every line
}

// Enabled leaves out what is below the level.
func (t terminal) Enabled(_ context.Context, level slog.Level) bool { return level >= t.level }

// Handle writes a line.
func (t terminal) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	say := func(a slog.Attr) bool {
		line += fmt.Sprintf(", %s: %s", a.Key, a.Value)
		return true
	}
	for _, a := range t.attrs {
		say(a)
	}
	r.Attrs(say)
	_, err := fmt.Fprintln(t.out, line)
	return err
}

// WithAttrs adds to every line.
func (t terminal) WithAttrs(attrs []slog.Attr) slog.Handler {
	t.attrs = slices.Concat(t.attrs, attrs)
	return t
}

// WithGroup is for those who sort their attributes. A reader does without.
func (t terminal) WithGroup(string) slog.Handler { return t }
