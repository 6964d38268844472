package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// probeTimeout is longer than the service takes to say no.
const probeTimeout = 3 * time.Second

// health is for systems that start and watch containers: the image has no other
// program that could ask.
func health(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "health", "health [--live]", `Asks the service at PEERCHALLENGE_ADDR, on this machine, whether it can answer requests: its database is reachable and
migrated. With --live, whether its process lives. Ends with 0 if so, and else with 1 and the reason.`, some("PEERCHALLENGE_ADDR")...)
	live := flags.Bool("live", false, "only whether the process lives")
	if err := flags.parse(args); err != nil {
		return err
	}
	addr, err := net.ResolveTCPAddr("tcp", cfg.addr)
	if err != nil {
		return fmt.Errorf("PEERCHALLENGE_ADDR is %q, which is no address: %w", cfg.addr, root(err))
	}
	path := "/readyz"
	if *live {
		path = "/healthz"
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, reachable(addr)+path, http.NoBody)
	if err != nil {
		return err
	}
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the service at %s does not answer: %w", cfg.addr, root(err))
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		var problem struct{ Detail string }
		_ = json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&problem) // without it, the status must do
		return fmt.Errorf("the service at %s answers %d: %s", cfg.addr, r.StatusCode, problem.Detail)
	}
	_, err = fmt.Fprintln(out, "ok")
	return err
}
