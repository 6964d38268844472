package programme

import (
	"errors"
	"slices"
	"strconv"
	"time"
)

// APIClient is a system that signs in by itself: a borough's, or a reporting tool.
type APIClient struct {
	Head
	Name       string
	Role       Role
	Boroughs   []string    `gorm:"serializer:texts"` // for whom it acts; a reporting tool acts for nobody
	Operations []string    `gorm:"serializer:texts"` // of the contract, that it may call; all that its role may where empty
	Keys       []PublicKey `gorm:"serializer:json"`  // with which it may sign instead of sending a secret
	ExpiresAt  *time.Time
	Secrets    []ClientSecret `gorm:"serializer:json"` // what may be known of them

	Uses map[string]time.Time `gorm:"-" json:"-"` // when it and its secrets were last used, by their ids
}

// ClientSecret is what may be known of a client's secret.
type ClientSecret struct {
	ID        string    `json:"id"`
	Hint      string    `json:"hint"` // its first characters
	CreatedAt time.Time `json:"createdAt"`
}

// ClientRoles are the roles of machines. A machine never signs for a director and is
// never the programme's team.
var ClientRoles = []Role{RoleBoroughSystem, RoleReporting}

// mostSecrets is how many secrets a client has: the one that it uses, and the one
// that it will use instead.
const mostSecrets = 2

// The steps of a client beside those of all kinds.
const (
	AddSecret Step = "add-secret"
	EndSecret Step = "end-secret"
)

// Noun implements [Record].
func (*APIClient) Noun() string { return "api-client" }

// Steps implements [Record].
func (*APIClient) Steps() []Step { return []Step{Edit, AddSecret, EndSecret, Delete} }

// May implements [Record]: the programme's team keeps all clients, and a director
// those that act for their own borough alone.
func (c *APIClient) May(actor Actor, step Step) error {
	own := c.Role == RoleBoroughSystem && len(c.Boroughs) == 1 && actor.Leads(c.Boroughs[0])
	switch {
	case !own && !actor.Is(RoleProgramme):
		return NotYours("A borough's director keeps the systems that act for that borough alone; the programme's team keeps all others.")
	case step == AddSecret && len(c.Secrets) >= mostSecrets:
		return Errorf(Conflict, CodeTwoSecrets, "The client has two secrets; end one of them first.")
	case step == EndSecret && len(c.Secrets) == 0:
		return WrongState("The client has no secret.")
	}
	return nil
}

// Check implements [Record].
func (c *APIClient) Check() error {
	var faults []Fault
	switch {
	case !slices.Contains(ClientRoles, c.Role):
		faults = append(faults, Fault{Pointer: "/role", Code: FaultEnum, Detail: "A client is a borough's system or a reporting tool."})
	case c.Role.OfBorough() && len(c.Boroughs) == 0:
		faults = append(faults, Fault{Pointer: "/boroughs", Code: FaultRequired, Detail: "A borough's system acts for one borough or several."})
	case !c.Role.OfBorough() && len(c.Boroughs) > 0:
		faults = append(faults, Fault{Pointer: "/boroughs", Code: FaultNotAllowed, Detail: "A reporting tool acts for no borough."})
	}
	faults = append(faults, repeated("/boroughs", c.Boroughs)...)
	faults = append(faults, repeated("/operations", c.Operations)...)
	return Refuse(append(faults, checkKeys("/keys", c.Keys)...))
}

// Readers answers the client's audience: those for whom it acts, and the team.
func (c *APIClient) Readers() Audience { return Parties(c.Boroughs...) }

// Add notes a new secret of the client.
func (c *APIClient) Add(id string, s Secret, at time.Time) {
	c.Secrets = append(c.Secrets, ClientSecret{ID: id, Hint: s.Hint, CreatedAt: at})
}

// End takes the secret out. The error is NotFound.
func (c *APIClient) End(id string) error {
	i := slices.IndexFunc(c.Secrets, func(s ClientSecret) bool { return s.ID == id })
	if i < 0 {
		return Errorf(NotFound, CodeNotFound, "The client has no such secret.")
	}
	c.Secrets = slices.Delete(c.Secrets, i, i+1)
	return nil
}

// Ended reports whether the client gets nothing more.
func (c *APIClient) Ended(now time.Time) bool { return c.ExpiresAt != nil && !now.Before(*c.ExpiresAt) }

// Actor is who the client is to the service, for the issuer that signs its tokens.
func (c *APIClient) Actor(issuer string) Actor {
	actor := Actor{Issuer: issuer, Subject: c.ID, Client: c.ID, Roles: []Role{c.Role}, Boroughs: c.Boroughs, Operations: c.Operations}
	if len(c.Boroughs) == 1 {
		actor.Borough = c.Boroughs[0]
	}
	return actor
}

// CheckOperations names those of the client's operations that do not exist, or that
// are not open to its role. roles answers who may call the operation, nil where there
// is none.
func (c *APIClient) CheckOperations(roles func(operation string) []Role) error {
	var faults []Fault
	for i, operation := range c.Operations {
		at := "/operations/" + strconv.Itoa(i)
		switch open := roles(operation); {
		case open == nil:
			faults = append(faults, Unknown(at, "There is no such operation; the contract names them as operationId."))
		case !slices.Contains(open, c.Role):
			faults = append(faults, Fault{Pointer: at, Code: FaultNotAllowed, Detail: "The operation is not open to the client's role."})
		}
	}
	return Refuse(faults)
}

// APIClientFilter leaves those clients of a list that agree with every member that is
// given.
type APIClientFilter struct {
	Borough      *string
	Role         *Role
	UpdatedSince *time.Time
}

// ClientProof is what a client shows at the token endpoint: its id with a secret, or
// an assertion that it has signed (RFC 7523), which names it.
type ClientProof struct {
	ID        string
	Secret    string
	Assertion string
}

// Grant is a token that was issued to a client.
type Grant struct {
	Token  string
	Lasts  time.Duration
	Client Actor
}

// LastUse answers when the client or one of its secrets was last used, by its id; nil
// where it never was.
func (c *APIClient) LastUse(id string) *time.Time {
	if at, used := c.Uses[id]; used {
		return &at
	}
	return nil
}

// ErrNoClient says that nobody has proved to be a client. It does not say why, so
// that who guesses learns nothing.
var ErrNoClient = errors.New("the client could not be authenticated")
