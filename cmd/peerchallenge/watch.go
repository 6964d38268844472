package main

import (
	"context"
	"log/slog"
	"time"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

const (
	// lookEvery is how often somebody looks what the days have brought.
	lookEvery = 20 * time.Second
	// tellAgain is how long the same trouble goes unsaid in the log.
	tellAgain = 5 * time.Minute
)

// keepTime does what the days bring, at once and every 20 seconds, until ctx ends.
func keepTime(ctx context.Context, store *postgres.Store, logger *slog.Logger) {
	every(ctx, logger, "what the days bring was not all done", func(ctx context.Context) error {
		n, err := store.KeepTime(ctx)
		if n > 0 {
			logger.InfoContext(ctx, "did what the days brought", "deeds", n)
		}
		return err
	})
}

// sendLetters sends reminders by e-mail, apart from what the days bring: a mail server
// that is slow keeps nothing else.
func sendLetters(ctx context.Context, store *postgres.Store, send func(context.Context, returns.Letter) error, logger *slog.Logger) {
	every(ctx, logger, "reminders cannot be sent", func(ctx context.Context) error {
		n, err := store.SendLetters(ctx, send)
		if n > 0 {
			logger.InfoContext(ctx, "sent reminders", "letters", n)
		}
		return err
	})
}

// every does it at once and then every 20 seconds. The first trouble is logged, and then
// one in five minutes. While the database is away or not migrated, others say so.
func every(ctx context.Context, logger *slog.Logger, trouble string, do func(context.Context) error) {
	var told time.Time
	for {
		err := do(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			told = time.Time{}
		case programme.KindOf(err) != programme.Unavailable && time.Since(told) > tellAgain:
			told = time.Now()
			logger.ErrorContext(ctx, trouble, "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
	}
}
