package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"peerchallenge/pkg/returns"
)

// server is a mail server: it takes letters, and the test says where it does not.
type server struct {
	lock     sync.Mutex
	taken    []string
	signedIn bool
	rcpt     error // the answer to an address
	data     error // the answer to a message
	cut      bool  // whether it takes the message and is gone before it has answered
	address  string
	roots    *x509.CertPool
}

// serves starts the server on this machine, with TLS from the first byte, on request or
// never.
func serves(t *testing.T, s *server, way TLS) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	certificate, roots := vouched(t)
	s.roots = roots
	serving := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, conn: c}, nil }))
	serving.Domain, serving.AllowInsecureAuth = "mail.test", false
	serving.ErrorLog = quiet{}
	switch way {
	case StartTLS:
		serving.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	case Implicit:
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	}
	go func() { _ = serving.Serve(listener) }() // until it is closed
	t.Cleanup(func() { _ = serving.Close() })
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// vouched makes a certificate for this machine, and those who trust it.
func vouched(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

type session struct {
	server *server
	conn   *smtp.Conn
	to     string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "peerchallenge" || password != "a long secret" {
			return smtp.ErrAuthFailed
		}
		s.server.lock.Lock()
		defer s.server.lock.Unlock()
		s.server.signedIn = true
		return nil
	}), nil
}

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.server.rcpt
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.lock.Lock()
	defer s.server.lock.Unlock()
	if s.server.data != nil {
		return s.server.data
	}
	s.server.taken = append(s.server.taken, "to "+s.to+"\r\n"+string(text))
	if s.server.cut {
		return s.conn.Conn().Close()
	}
	return nil
}

var reminder = returns.Letter{
	ID: "01932b7e-5d5c-7000-8000-000000000001", Address: "returns@lambeth.example.org", Subject: "Lambeth – the return is due", Text: "It is due.\n\nhttps://portal.example.org/E09000022\n",
}

func sender(t *testing.T, s *server, way TLS, user string) *Sender {
	t.Helper()
	made, err := New(Config{
		Server: s.address, TLS: way, User: user, Password: "a long secret", From: "Programme <programme@example.org>", Roots: s.roots,
		Clock: func() time.Time { return time.Date(2026, 7, 17, 9, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestALetterIsHandedOver: in each way to keep it secret, with and without a password; the
// server has it as it was written.
func TestALetterIsHandedOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		way  TLS
		user string
	}{{StartTLS, "peerchallenge"}, {Implicit, "peerchallenge"}, {StartTLS, ""}, {None, ""}} {
		s := &server{}
		serves(t, s, c.way)
		if err := sender(t, s, c.way, c.user).Send(t.Context(), reminder); err != nil {
			t.Fatalf("%s: %v", c.way, err)
		}
		if s.signedIn != (c.user != "") || len(s.taken) != 1 {
			t.Fatalf("%s: it took %d letters, from somebody who signed in: %t", c.way, len(s.taken), s.signedIn)
		}
		for _, want := range []string{
			"to returns@lambeth.example.org\r\n", "\r\nFrom: \"Programme\" <programme@example.org>\r\n", "\r\nTo: <returns@lambeth.example.org>\r\n",
			"\r\nMessage-ID: <01932b7e-5d5c-7000-8000-000000000001@example.org>\r\n", "Date: Fri, 17 Jul 2026 09:00:00 +0000\r\n", "\r\nAuto-Submitted: auto-generated\r\n",
			"Subject: =?UTF-8?q?Lambeth_=E2=80=93_the_return_is_due?=\r\n", "It is due.\r\n\r\nhttps://portal.example.org/E09000022\r\n",
		} {
			if !strings.Contains(s.taken[0], want) {
				t.Errorf("%s: it has no %q but\n%s", c.way, want, s.taken[0])
			}
		}
	}
}

// TestALetterThatIsNotTaken: what the server will never take is refused, what it may have
// taken is in doubt, and all else can be tried again. No error says an address or a password.
func TestALetterThatIsNotTaken(t *testing.T) {
	t.Parallel()
	says := func(code int) error {
		return &smtp.SMTPError{Code: code, Message: "returns@lambeth.example.org is not known here"}
	}
	for name, c := range map[string]struct {
		server  *server
		ways    [2]TLS // the server's and the sender's
		user    string
		ctx     func() context.Context
		refused bool
		doubt   bool
	}{
		"no such address":            {server: &server{rcpt: says(550)}, refused: true},
		"the box is full":            {server: &server{rcpt: says(452)}},
		"the message is not wanted":  {server: &server{data: says(554)}, refused: true},
		"the message may come later": {server: &server{data: says(451)}},
		"gone before it answers":     {server: &server{cut: true}, doubt: true},
		"another user":               {user: "somebody"},
		"no TLS":                     {ways: [2]TLS{None, StartTLS}},
		"nobody waits":               {ctx: func() context.Context { ctx, cancel := context.WithCancel(t.Context()); cancel(); return ctx }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.server
			if s == nil {
				s = &server{}
			}
			if c.ways[0] == "" {
				c.ways = [2]TLS{StartTLS, StartTLS}
			}
			serves(t, s, c.ways[0])
			ctx := t.Context()
			if c.ctx != nil {
				ctx = c.ctx()
			}
			err := sender(t, s, c.ways[1], c.user).Send(ctx, reminder)
			if err == nil || errors.Is(err, returns.ErrLetterRefused) != c.refused || errors.Is(err, returns.ErrLetterDoubtful) != c.doubt {
				t.Fatalf("it says %v", err)
			}
			if strings.Contains(err.Error(), "lambeth") || strings.Contains(err.Error(), "secret") {
				t.Errorf("it says too much: %v", err)
			}
			if want := map[bool]int{true: 1}[c.doubt]; len(s.taken) != want {
				t.Errorf("the server has %d letters, want %d", len(s.taken), want)
			}
		})
	}
	s := &server{address: "127.0.0.1:1"}
	if err := sender(t, s, StartTLS, "").Send(t.Context(), reminder); err == nil || errors.Is(err, returns.ErrLetterRefused) || errors.Is(err, returns.ErrLetterDoubtful) {
		t.Errorf("where there is no server it says %v", err)
	}
}

// TestWordsMakeNoHeader: what a letter's subject and text say, whatever that is, is neither
// another header nor another letter, and an address is one.
func TestWordsMakeNoHeader(t *testing.T) {
	t.Parallel()
	s := &server{}
	serves(t, s, None)
	letter := reminder
	letter.Subject, letter.Text = "Due\r\nBcc: all@example.org\r\n\r\nDear all", "Due.\r\n.\r\nMAIL FROM:<somebody@example.org>\r\n"
	if err := sender(t, s, None, "").Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if len(s.taken) != 1 {
		t.Fatalf("the server has %d letters", len(s.taken))
	}
	head, text, _ := strings.Cut(s.taken[0], "\r\n\r\n")
	if strings.Contains(head, "\r\nBcc:") || !strings.Contains(head, "\r\nSubject: =?UTF-8?q?Due=0D=0ABcc:_all@example.org=0D=0A=0D=0ADear_all?=\r\n") || text != "Due.\r\n.\r\nMAIL FROM:<somebody@example.org>\r\n" {
		t.Errorf("it is\n%s", s.taken[0])
	}
	for _, address := range []string{"a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org", "a@example.org>\r\nRCPT TO:<b@example.org"} {
		letter := reminder
		letter.Address = address
		if err := sender(t, s, None, "").Send(t.Context(), letter); !errors.Is(err, returns.ErrLetterRefused) || len(s.taken) != 1 {
			t.Errorf("%q: %v, and the server has %d letters", address, err, len(s.taken))
		}
	}
}

// TestAStrangersServer: a server for which nobody vouches gets neither letter nor password.
func TestAStrangersServer(t *testing.T) {
	t.Parallel()
	s := &server{}
	serves(t, s, StartTLS)
	_, s.roots = vouched(t)
	if err := sender(t, s, StartTLS, "peerchallenge").Send(t.Context(), reminder); err == nil || s.signedIn || len(s.taken) > 0 {
		t.Errorf("it says %v, and the server has %d letters", err, len(s.taken))
	}
}

// TestSettingsThatAreNone are refused before anything is sent.
func TestSettingsThatAreNone(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]Config{
		"no mail server": {Server: "smtp.example.org", TLS: StartTLS, From: "a@example.org"},
		"no address":     {Server: "smtp.example.org:587", TLS: StartTLS, From: "the programme"},
		"no way to keep": {Server: "smtp.example.org:587", TLS: "ssl", From: "a@example.org"},
		"no password is": {Server: "smtp.example.org:25", TLS: None, User: "a", From: "a@example.org"},
	} {
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v is refused with %v, want %q", cfg, err, want)
		}
	}
	if _, err := New(Config{Server: "smtp.example.org:587", TLS: StartTLS, User: "a", Password: "b", From: "Programme <a@example.org>"}); err != nil {
		t.Error(err)
	}
}
