package programme

import "time"

// DocumentKind is a kind of document that a borough signs.
type DocumentKind string

// The kinds of documents.
const (
	ReturnDocument         DocumentKind = "benchmarking_submission"
	SelfEvaluationDocument DocumentKind = "self_evaluation"
)

// Authorisation lets somebody submit in place of a lead of a borough: one of its
// editors or systems, whom the issuer of their tokens names, or an API client.
//
// It ends when a lead withdraws it, or when a token of whoever gave it comes without
// the role. It holds until its day, and only where the giver's issuer is trusted.
type Authorisation struct {
	Head
	Borough  string `gorm:"column:borough_code"`
	Document DocumentKind
	Issuer   *string // of who may submit; nil for a client
	Subject  *string `audit:"withheld"`            // likewise; may be a person's name
	ClientID *string `gorm:"column:api_client_id"` // of an API client; nil for all others
	GivenOn  Date    // day of the programme's zone
	Until    Date    `gorm:"column:until_day"` // the last day on which it holds
	Ending   *Ending // nil where it was not ended
	EndedAt  *time.Time

	GiverIssuer  string `json:"-"` // the audit says who has created it
	GiverSubject string `json:"-"`
	Untrusted    bool   `gorm:"-" json:"-"` // whether the giver's issuer is trusted no more
}

// Ending is why an authorisation was ended.
type Ending string

// What ends authorisations.
const (
	Withdrawn Ending = "withdrawn" // by a lead
	RoleLost  Ending = "role_lost" // by whoever gave it
)

// AuthorisationState says whether an authorisation holds, and if not, why.
type AuthorisationState string

// The states of authorisations.
const (
	AuthorisationHolds     AuthorisationState = "holds"
	AuthorisationExpired   AuthorisationState = "expired"
	AuthorisationUntrusted AuthorisationState = "issuer_untrusted"
	AuthorisationWithdrawn AuthorisationState = AuthorisationState(Withdrawn)
	AuthorisationRoleLost  AuthorisationState = AuthorisationState(RoleLost)
)

// Noun implements [Record].
func (*Authorisation) Noun() string { return "authorisation" }

// Steps implements [Record].
func (*Authorisation) Steps() []Step { return []Step{Withdraw} }

// May implements [Record]: leads give and withdraw what is of their borough, whoever
// of them gave it.
func (a *Authorisation) May(actor Actor, step Step) error {
	if !actor.Leads(a.Borough) {
		return NotYours("Only a lead of the borough may do this.")
	}
	if step == Withdraw && a.Ending != nil {
		return WrongState("It has been ended already.")
	}
	return nil
}

// MayOn implements [Dated].
func (a *Authorisation) MayOn(_ Actor, step Step, today Date) error {
	if step == Withdraw && today > a.Until {
		return WrongState("Its last day is over.")
	}
	return nil
}

// Check implements [Record].
func (a *Authorisation) Check() error {
	var faults []Fault
	named := a.Issuer != nil && a.Subject != nil
	if named == (a.ClientID != nil) || (a.Issuer == nil) != (a.Subject == nil) {
		faults = append(faults, Fault{Pointer: "/clientId", Code: FaultOneOf, Detail: "Give either an API client, or an issuer and a subject."})
	}
	if a.Until < a.GivenOn {
		faults = append(faults, Fault{Pointer: "/until", Code: FaultOrder, Detail: "The day is over. It holds at least for today, " + string(a.GivenOn) + "."})
	}
	return Refuse(faults)
}

// Give makes it the actor's, on the day. The borough and the programme's team see it.
func (a *Authorisation) Give(giver Actor, today Date) {
	a.GiverIssuer, a.GiverSubject, a.GivenOn = giver.Issuer, giver.Subject, today
	a.Audience = Parties(a.Borough)
}

// End ends it at the moment.
func (a *Authorisation) End(why Ending, at time.Time) { a.Ending, a.EndedAt = &why, &at }

// HeldBy reports whether the actor is who may submit by it.
func (a *Authorisation) HeldBy(actor Actor) bool {
	if a.ClientID != nil {
		return actor.Client == *a.ClientID
	}
	return actor.Client == "" && actor.Subject != "" && a.Issuer != nil && a.Subject != nil && actor.Issuer == *a.Issuer && actor.Subject == *a.Subject
}

// StateOn answers whether it holds on the day.
func (a *Authorisation) StateOn(today Date) AuthorisationState {
	switch {
	case a.Ending != nil:
		return AuthorisationState(*a.Ending)
	case today > a.Until:
		return AuthorisationExpired
	case a.Untrusted:
		return AuthorisationUntrusted
	}
	return AuthorisationHolds
}

// ShowsSubject reports whether the actor may read whom it names: the borough's own
// people may. All others read roles and boroughs.
func (a *Authorisation) ShowsSubject(actor Actor) bool { return actor.IsOf(a.Borough) }

// AuthorityToSign answers the authorisation by which the actor may sign a document of the
// borough on the day: nil with no error for a lead, who needs none. The error is
// Forbidden where there is none.
func AuthorityToSign(actor Actor, given []Authorisation, document DocumentKind, borough string, today Date) (*Authorisation, error) {
	if actor.Leads(borough) {
		return nil, nil //nolint:nilnil // a lead signs by the role
	}
	for i := range given {
		a := &given[i]
		if a.Document == document && a.Borough == borough && a.HeldBy(actor) && a.StateOn(today) == AuthorisationHolds {
			return a, nil
		}
	}
	return nil, Errorf(Forbidden, CodeNoAuthority, "A lead of the borough signs what its editors and systems have prepared, or authorises one of them to do this.")
}

// AuthorisationFilter leaves those authorisations of a list that agree with every
// member that is given.
type AuthorisationFilter struct {
	Borough      *string
	Document     *DocumentKind
	UpdatedSince *time.Time
}

// Given is an authorisation that was not ended, with who gave it.
type Given struct {
	ID, Issuer, Subject, Borough string
	At                           time.Time
}

// LostBy reports whether a token that its issuer has dated so, and by which the giver
// is this actor, ends it: it was issued after the giving and carries the role no more.
// An issuer dates by whole seconds, and whatever does not say counts as later.
func (g *Given) LostBy(actor Actor, issued time.Time) bool {
	later := issued.IsZero() || !issued.Before(g.At.Truncate(time.Second))
	return later && !actor.Leads(g.Borough)
}
