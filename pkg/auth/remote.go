package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// maxDocument bounds what is read of an issuer's answer, in bytes. Real key sets
// have a few kilobytes.
const maxDocument = 1 << 20

// remote reads an issuer's keys over HTTP.
type remote struct {
	issuer  string
	jwksURL string // empty: OpenID Connect Discovery tells it
	client  *http.Client
	logger  *slog.Logger
}

// load answers the issuer's present keys. Discovery is repeated each time, so
// that an issuer may move its keys.
func (r *remote) load(ctx context.Context) (keySet, error) {
	at := r.jwksURL
	if at == "" {
		var err error
		if at, err = r.discover(ctx); err != nil {
			return nil, err
		}
	}
	text, err := r.get(ctx, at)
	if err != nil {
		return nil, err
	}
	keys, unusable, err := parseKeySet(text)
	if err != nil {
		return nil, err
	}
	for i, reason := range unusable {
		if !errors.Is(reason, errNotForSigning) {
			r.logger.WarnContext(ctx, "A key of the issuer cannot be used.", "position", i, "reason", reason)
		}
	}
	return keys, nil
}

// discover reads the provider's metadata and answers where its keys are, by
// OpenID Connect Discovery 1.0, section 4. The metadata must name the configured
// issuer (section 4.3), or one provider could speak for another.
func (r *remote) discover(ctx context.Context) (string, error) {
	text, err := r.get(ctx, strings.TrimSuffix(r.issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return "", err
	}
	var metadata struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(text, &metadata); err != nil {
		return "", fmt.Errorf("the discovery document is not readable: %w", err)
	}
	if metadata.Issuer != r.issuer {
		return "", errors.New("the discovery document names another issuer")
	}
	if !isSecure(metadata.JWKSURI) {
		return "", errors.New("the discovery document's jwks_uri is not an https address")
	}
	return metadata.JWKSURI, nil
}

func (r *remote) get(ctx context.Context, at string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", at, response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxDocument {
		return nil, fmt.Errorf("%s answered more than %d bytes", at, maxDocument)
	}
	return text, nil
}

// strictClient answers a client that follows no redirects: where an issuer's
// keys come from is decided by configuration and discovery alone.
func strictClient(given *http.Client) *http.Client {
	client := http.Client{}
	if given != nil {
		client = *given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// isSecure reports whether the text is an absolute https address, or an http
// address of this very machine, without credentials.
func isSecure(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return false
	}
	switch u.Scheme {
	case "https":
		return true
	case "http":
		ip := net.ParseIP(u.Hostname())
		return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	default:
		return false
	}
}
