package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"testing"

	"peerchallenge/pkg/programme"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	noFile := &fs.PathError{Op: "open", Path: "x", Err: os.ErrNotExist}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"a plain error", errors.New("no"), "no"},
		{"several, one a line", errors.Join(errors.New("no"), errors.New("nor this")), "no\nnor this"},
		{"Ctrl-C, whatever it broke", fmt.Errorf("half of it: %w", context.Canceled), "stopped before it was done"},
		{"a refusal", programme.Errorf(programme.Conflict, "taken", "It is taken."), "It is taken."},
		{
			"the innermost cause, not the way to it",
			programme.Wrap(fmt.Errorf("call: %w", errors.Join(errors.New("first"), noFile)), programme.Internal, "internal", "Something broke."),
			"Something broke. (file does not exist)",
		},
		{
			"faults of a setting or a flag",
			programme.Refuse([]programme.Fault{{Pointer: "/0/issuer", Detail: "Missing."}, {Parameter: "ttl", Detail: "Too long."}}),
			"/0/issuer: Missing.\n  ttl: Too long.",
		},
		{
			"faults of a file",
			&programme.Error{Kind: programme.Invalid, Code: "invalid_file", Detail: "Two faults.", Faults: []programme.Fault{
				{File: "a.csv", Row: 7, Column: "rate", Detail: "No number."}, {File: "a.csv", Detail: "No end."},
			}},
			"Two faults.\n  a.csv: row 7: rate: No number.\n  a.csv: No end.",
		},
	} {
		if got := describe(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"127.0.0.1:80": "http://127.0.0.1:80", "0.0.0.0:80": "http://127.0.0.1:80", "[::]:80": "http://127.0.0.1:80",
		"[::1]:80": "http://[::1]:80", "192.0.2.7:80": "http://192.0.2.7:80",
	} {
		tcp, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(tcp); got != want {
			t.Errorf("%s is reached by %s, want %s", addr, got, want)
		}
	}
}

// TestTerminal: who waits is told what goes on, and not what only we want to know.
func TestTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(terminal{out: &out, level: slog.LevelInfo})
	log.Debug("Dull.")
	log.With("issuer", "a").WithGroup("of").Info("Fetched", "keys", 2)
	log.Info("Looking on the network.")
	log.Warn("Something stays behind", "error", errors.New("busy"))
	if got, want := out.String(), "Fetched, issuer: a, keys: 2\nLooking on the network.\nSomething stays behind, error: busy\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
