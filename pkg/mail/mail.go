package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"peerchallenge/pkg/returns"
)

// TLS is how the way to the mail server is kept secret.
type TLS string

// The ways. StartTLS refuses a server that does not offer it; None is for one on the same
// machine, and then no password is sent.
const (
	StartTLS TLS = "starttls"
	Implicit TLS = "implicit" // from the first byte, as on port 465
	None     TLS = "none"
)

// Config says where letters are handed over.
type Config struct {
	Server         string // host:port
	TLS            TLS
	User, Password string // none where User is empty
	From           string // whom letters are from, as in an e-mail
	Clock          func() time.Time
	Roots          *x509.CertPool // who vouches for the server; nil: whom the system trusts
}

// longest is how long one letter may take. It is well below the time after which a letter
// is taken for one whose process has died.
const longest = time.Minute

// Sender hands letters over. It is safe for concurrent use.
type Sender struct {
	host    string
	options []gomail.Option
	from    *netmail.Address
	clock   func() time.Time
}

// New checks the settings. It asks no server.
func New(cfg Config) (*Sender, error) {
	host, port, err := net.SplitHostPort(cfg.Server)
	number, bad := strconv.Atoi(port)
	if err != nil || bad != nil || host == "" {
		return nil, fmt.Errorf("%q is no mail server such as smtp.example.org:587", cfg.Server)
	}
	from, err := netmail.ParseAddress(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("%q is no address to send from, such as Programme <returns@example.org>", cfg.From)
	}
	s := &Sender{host: host, from: from, clock: cfg.Clock}
	s.options = []gomail.Option{
		gomail.WithPort(number), gomail.WithTimeout(longest / 2),
		gomail.WithTLSConfig(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: cfg.Roots}),
	}
	switch cfg.TLS {
	case StartTLS:
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Implicit:
		s.options = append(s.options, gomail.WithSSL())
	case None:
		if cfg.User != "" {
			return nil, errors.New("no password is sent to a mail server without TLS")
		}
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("%q is no way to keep mail secret: starttls, implicit or none", string(cfg.TLS))
	}
	if cfg.User != "" {
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(cfg.User), gomail.WithPassword(cfg.Password))
	}
	_, err = gomail.NewClient(host, s.options...)
	return s, err
}

// Send hands the letter to the server, which is asked anew for each. The error is
// [returns.ErrLetterRefused] if the server will never take it, [returns.ErrLetterDoubtful] if
// nobody can say whether it has, and another if it has not. None of them says an address: a
// server's own words are left out, since they often do.
func (s *Sender) Send(ctx context.Context, l returns.Letter) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	message, err := s.message(l)
	if err != nil {
		return err
	}
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, message)
	if err == nil || message.IsDelivered() {
		return nil // what went wrong then was the goodbye
	}
	failed, is := errors.AsType[*gomail.SendError](err)
	if !is {
		return errors.New("the mail server cannot be reached, or refuses to be signed in to")
	}
	code := failed.ErrorCode()
	said := fmt.Sprintf("the mail server answers %d (%s)", code, failed.Reason)
	switch {
	case failed.Reason == gomail.ErrSMTPDataClose && code == 0:
		return fmt.Errorf("%w: the connection was lost before the mail server had answered", returns.ErrLetterDoubtful)
	case code == 0:
		return errors.New("the connection to the mail server was lost before the letter was handed over")
	case code >= 500 && (failed.Reason == gomail.ErrSMTPRcptTo || failed.Reason == gomail.ErrSMTPDataClose):
		return fmt.Errorf("%w: %s", returns.ErrLetterRefused, said)
	}
	return errors.New(said)
}

// message has the same id however often the letter is sent, so that a second copy can be
// known, and says that no person has written it (RFC 3834).
func (s *Sender) message(l returns.Letter) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	if err := m.To(l.Address); err != nil {
		return nil, fmt.Errorf("%w: it is no address", returns.ErrLetterRefused)
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(s.clock())
	_, domain, _ := strings.Cut(s.from.Address, "@")
	m.SetMessageIDWithValue(l.ID + "@" + domain)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	return m, nil
}
