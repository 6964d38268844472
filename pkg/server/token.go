package server

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/goccy/go-json"
	"github.com/labstack/echo/v4"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const (
	tokenPath = "/oauth/token"
	formType  = "application/x-www-form-urlencoded"
	// maxForm bounds the body of a request for a token, which has a few hundred bytes
	// or an assertion of as many thousand at most.
	maxForm = 32 << 10
	// assertionType is how RFC 7523 calls an assertion that proves who a client is.
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// tokenError is an error of the token endpoint (RFC 6749, section 5.2), whose form
// is that of no other address.
type tokenError struct {
	code   api.TokenRefusalError
	detail string
}

func (e tokenError) Error() string { return string(e.code) + ": " + e.detail }

func badTokenRequest(detail string) error { return tokenError{"invalid_request", detail} }

// routeTokens serves the token endpoint and what says about it.
func (s *Server) routeTokens(e *echo.Echo) {
	e.POST(tokenPath, s.issueToken)
	e.GET("/.well-known/oauth-authorization-server", func(c echo.Context) error {
		c.Response().Header().Set("Cache-Control", "public, max-age=300")
		return c.JSON(http.StatusOK, api.IssuerMetadata{
			Issuer: s.issuer, TokenEndpoint: s.issuer + tokenPath, JwksUri: s.issuer + "/.well-known/jwks.json", ServiceDocumentation: s.issuer + "/docs",
			ResponseTypesSupported: []string{}, GrantTypesSupported: []string{"client_credentials"},
			TokenEndpointAuthMethodsSupported:          []string{"client_secret_basic", "client_secret_post", "private_key_jwt"},
			TokenEndpointAuthSigningAlgValuesSupported: []string{"EdDSA", "ES256", "RS256"},
		})
	})
}

// issueToken answers a token to a client that proves who it is.
func (s *Server) issueToken(c echo.Context) error {
	grant, err := s.granted(c)
	if err != nil {
		return s.refuseToken(c, err)
	}
	notStored(c)
	if call := callIn(c); call != nil {
		call.who = grant.Client
	}
	return c.JSON(http.StatusOK, api.TokenAnswer{AccessToken: grant.Token, TokenType: "Bearer", ExpiresIn: int(grant.Lasts / time.Second)})
}

// notStored keeps an answer out of every cache; RFC 6749, section 5.1, asks for both.
func notStored(c echo.Context) {
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("Pragma", "no-cache")
}

func (s *Server) granted(c echo.Context) (programme.Grant, error) {
	if s.grant == nil {
		return programme.Grant{}, tokenError{"unsupported_grant_type", "The built-in issuer is switched off; get a token from an issuer that this service trusts."}
	}
	form, err := s.readForm(c)
	if err != nil {
		return programme.Grant{}, err
	}
	proof, err := proofOf(c.Request().Header.Values("Authorization"), form)
	if err != nil {
		return programme.Grant{}, err
	}
	// Who has sent a secret to the wrong grant should hear of the grant first, but only
	// after what is wrong with the request as such.
	switch grantType := form.Get("grant_type"); {
	case grantType == "":
		return programme.Grant{}, badTokenRequest("grant_type is missing.")
	case grantType != "client_credentials":
		return programme.Grant{}, tokenError{"unsupported_grant_type", "The only grant_type is client_credentials."}
	case form.Get("scope") != "":
		return programme.Grant{}, tokenError{"invalid_scope", "There are no scopes: what a client may do is a part of its registration."}
	}
	as := attempt{clientClaimed(proof), s.networkFrom(c.Request())}
	if err := s.guesses.mayTry(c, as); err != nil {
		return programme.Grant{}, err
	}
	grant, err := s.grant(c.Request().Context(), proof)
	s.guesses.tried(as, err)
	return grant, err
}

// readForm reads the body as RFC 6749, sections 3.2 and 3.1, has it: no parameter more
// than once, and none in the address, where logs would keep it.
func (s *Server) readForm(c echo.Context) (url.Values, error) {
	request := c.Request()
	if request.URL.RawQuery != "" {
		return nil, badTokenRequest("Send the parameters in the body; the address has none.")
	}
	mediaType, _, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if err != nil || mediaType != formType {
		return nil, badTokenRequest("Send the body as " + formType + ".")
	}
	s.timeouts.boundBody(c)
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), request.Body, maxForm))
	if err != nil {
		return nil, badTokenRequest("The body is too large, or did not come as announced.")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, badTokenRequest("The body is no form.")
	}
	for _, values := range form {
		if len(values) > 1 {
			return nil, badTokenRequest("A parameter is given more than once.")
		}
		if unreadable(values[0]) {
			return nil, badTokenRequest("A parameter is no text.")
		}
	}
	return form, nil
}

// proofOf answers how the client authenticates, in exactly one way (RFC 6749, section
// 2.3).
func proofOf(authorization []string, form url.Values) (programme.ClientProof, error) {
	proof := programme.ClientProof{ID: form.Get("client_id"), Secret: form.Get("client_secret"), Assertion: form.Get("client_assertion")}
	ways := 0
	for _, given := range []bool{len(authorization) > 0, proof.Secret != "", proof.Assertion != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways > 1 || len(authorization) > 1:
		return proof, badTokenRequest("Authenticate in exactly one way: by HTTP Basic, with client_secret, or with client_assertion.")
	case ways == 0:
		return proof, tokenError{"invalid_client", "The request does not say who the client is."}
	case proof.Assertion != "" && form.Get("client_assertion_type") != assertionType:
		return proof, badTokenRequest("client_assertion_type must be " + assertionType + ".")
	case proof.Assertion == "" && form.Get("client_assertion_type") != "":
		return proof, badTokenRequest("client_assertion is missing.")
	case len(authorization) == 0:
		return proof, nil
	}
	id, secret, ok := basic(authorization[0])
	if !ok {
		return proof, tokenError{"invalid_client", "The Authorization header is none of HTTP Basic."}
	}
	// RFC 6749, section 2.3.1: both are forms' values before they are joined.
	var err error
	if id, err = url.QueryUnescape(id); err == nil {
		secret, err = url.QueryUnescape(secret)
	}
	if err != nil {
		return proof, tokenError{"invalid_client", "The id or the secret in the Authorization header is not encoded as a form's value."}
	}
	if proof.ID != "" && proof.ID != id {
		return proof, badTokenRequest("client_id is not the client of the Authorization header.")
	}
	return programme.ClientProof{ID: id, Secret: secret}, nil
}

// basic reads an Authorization header of HTTP Basic (RFC 7617).
func basic(header string) (user, password string, ok bool) {
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(text), ":")
}

// refuseToken writes an error in the form that clients of RFC 6749 read. Whatever is
// no refusal of that kind is a matter of trying again.
func (s *Server) refuseToken(c echo.Context, err error) error {
	refused, status := tokenError{"temporarily_unavailable", "Tokens cannot be issued just now; try again in some seconds."}, http.StatusServiceUnavailable
	header := c.Response().Header()
	notStored(c)
	switch asked := (tokenError{}); {
	case errors.Is(err, programme.ErrNoClient):
		refused, status = tokenError{"invalid_client", "The client could not be authenticated."}, http.StatusUnauthorized
	case errors.As(err, &asked):
		refused, status = asked, http.StatusBadRequest
		if asked.code == "invalid_client" {
			status = http.StatusUnauthorized
		}
	case programme.KindOf(err) == programme.TooMany:
		status = http.StatusTooManyRequests
		header.Set("Retry-After", retryAfter(programme.CodeTooManyRequests))
	default:
		s.log.ErrorContext(c.Request().Context(), "no token could be issued", "request", requestID(c), "error", err.Error())
		header.Set("Retry-After", "5")
	}
	if status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Basic realm="peerchallenge"`)
	}
	c.Set(problemCodeKey, loggedAs(err, refused))
	body, err := json.Marshal(api.TokenRefusal{Error: refused.code, ErrorDescription: refused.detail})
	if err != nil {
		return err
	}
	return c.JSONBlob(status, body)
}

// loggedAs is how the log calls a refusal: by our code, where there is one, because RFC
// 6749 has the same word for too many attempts and for a database that is away.
func loggedAs(err error, refused tokenError) string {
	if e, ok := errors.AsType[*programme.Error](err); ok {
		return string(e.Code)
	}
	return string(refused.code)
}
