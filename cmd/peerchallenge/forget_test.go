package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// TestForgetting: what has been kept long enough is removed and counted in the log,
// which names nobody; where that fails, the log says so.
func TestForgetting(t *testing.T) {
	t.Parallel()
	env := settingsOf("DATABASE_URL", pgtest.Database(t), "PEERCHALLENGE_RETENTION_PARTICIPANTS_MONTHS", "12")
	must(t, env, "migrate")
	cfg, err := readConfig(env)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	store, err := postgres.Open(t.Context(), postgres.Config{URL: cfg.databaseURL, Logger: logger, Clock: func() time.Time { return now }, Settings: cfg.rules})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	organisation := "NHS"
	somebody := programme.Actor{Issuer: "test", Subject: "ann", Roles: []programme.Role{programme.RoleProgramme}}
	if _, err := store.CreateParticipant(t.Context(), somebody, programme.Participant{Name: "Zephyrine", Role: programme.OtherRole, Organisation: &organisation}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day  programme.Date
		says bool
	}{{"2027-05-01", false}, {"2027-05-02", true}, {"2027-05-03", false}} {
		now = c.day.Time().Add(12 * time.Hour)
		log.Reset()
		forgetOnce(t.Context(), store, logger)
		if got := log.String(); strings.Contains(got, `"participants":1,"notes":0`) != c.says || strings.Contains(got, "Zephyrine") {
			t.Errorf("on %s the log says %q", c.day, got)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	log.Reset()
	forgetOnce(t.Context(), store, logger)
	for _, want := range []string{"old idempotency keys could not be removed", "what has been kept long enough could not be removed"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("without a database the log says %q, and not that %s", log.String(), want)
		}
	}
}
