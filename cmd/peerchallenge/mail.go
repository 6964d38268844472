package main

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"peerchallenge/pkg/mail"
)

// readMail reads where reminders are handed over, and nil where they are not sent by e-mail.
func readMail(env func(string) string, clock func() time.Time) (*mail.Config, error) {
	cfg := mail.Config{
		Server: env("PEERCHALLENGE_MAIL_SERVER"), TLS: mail.TLS(cmp.Or(env("PEERCHALLENGE_MAIL_TLS"), string(mail.StartTLS))),
		User: env("PEERCHALLENGE_MAIL_USER"), From: env("PEERCHALLENGE_MAIL_FROM"), Clock: clock,
	}
	if cfg.Server == "" {
		for _, name := range []string{"TLS", "USER", "PASSWORD", "PASSWORD_FILE", "FROM"} {
			if env("PEERCHALLENGE_MAIL_"+name) != "" {
				return nil, fmt.Errorf("PEERCHALLENGE_MAIL_%s is set without PEERCHALLENGE_MAIL_SERVER", name)
			}
		}
		return nil, nil //nolint:nilnil // no server is a choice, and no fault
	}
	var err error
	if cfg.Password, err = secretIn(env, "PEERCHALLENGE_MAIL_PASSWORD", "the password"); err != nil {
		return nil, err
	}
	if (cfg.User == "") != (cfg.Password == "") {
		return nil, errors.New("PEERCHALLENGE_MAIL_USER and its password are set together or not at all")
	}
	if _, err := mail.New(cfg); err != nil {
		return nil, fmt.Errorf("PEERCHALLENGE_MAIL_SERVER and its settings: %w", err)
	}
	return &cfg, nil
}
