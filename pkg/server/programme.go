package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type programmeStore interface {
	UpdateProgramme(ctx context.Context, actor programme.Actor, version int64, change func(*programme.Programme) error) (programme.Programme, error)
}

// GetProgramme answers the words of the programme's page.
func (s *Server) GetProgramme(ctx context.Context, _ api.GetProgrammeRequestObject) (api.Response, error) {
	p := &callOf(ctx).snapshot.Programme
	if p.Version == 0 {
		return nil, notFound("The programme has not been described yet.")
	}
	return resource(ctx, p.Version, programmeWire(p))
}

// UpdateProgramme changes them.
func (s *Server) UpdateProgramme(ctx context.Context, r api.UpdateProgrammeRequestObject) (api.Response, error) {
	p, err := s.store.UpdateProgramme(ctx, callOf(ctx).actor, matchVersion(r.Params.IfMatch), func(p *programme.Programme) error {
		in, err := merged(ctx, programmeInput(p))
		if err != nil {
			return err
		}
		p.Name, p.Summary, p.Goals, p.Attribution = *in.Name, *in.Summary, *in.Goals, *in.Attribution
		p.Contacts = make([]programme.Contact, len(*in.Contacts))
		for i, c := range *in.Contacts {
			p.Contacts[i] = programme.Contact{Role: c.Role, Name: c.Name, Organisation: c.Organisation, Email: c.Email}
		}
		p.InterviewGroups = make([]programme.InterviewGroup, len(*in.InterviewGroups))
		for i, g := range *in.InterviewGroups {
			p.InterviewGroups[i] = programme.InterviewGroup{Name: g.Name, Questions: programme.OrEmpty(g.Questions)}
		}
		p.PreparationTemplates, p.ReviewClocks = templatesOf(*in.PreparationTemplates), reviewClocksOf(*in.ReviewClocks)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resource(ctx, p.Version, programmeWire(&p))
}

func programmeWire(p *programme.Programme) api.Programme {
	return api.Programme{
		Name: p.Name, Summary: p.Summary, Goals: p.Goals, Contacts: contactsWire(p.Contacts),
		Attribution: p.Attribution, InterviewGroups: interviewGroupsWire(p.InterviewGroups), PreparationTemplates: templatesWire(p.PreparationTemplates), ReviewClocks: reviewClocksWire(p.ReviewClocks), UpdatedAt: p.UpdatedAt.UTC(), Etag: etagOf(p.Version),
	}
}

func programmeInput(p *programme.Programme) api.ProgrammePatch {
	contacts, groups := contactsWire(p.Contacts), interviewGroupsWire(p.InterviewGroups)
	templates, clocks := templatesWire(p.PreparationTemplates), reviewClocksWire(p.ReviewClocks)
	return api.ProgrammePatch{Name: &p.Name, Summary: &p.Summary, Goals: &p.Goals, Contacts: &contacts, Attribution: &p.Attribution, InterviewGroups: &groups, PreparationTemplates: &templates, ReviewClocks: &clocks}
}

func contactsWire(contacts []programme.Contact) []api.ContactPerson {
	wire := make([]api.ContactPerson, len(contacts))
	for i, c := range contacts {
		wire[i] = api.ContactPerson{Role: c.Role, Name: c.Name, Organisation: c.Organisation, Email: c.Email}
	}
	return wire
}

func interviewGroupsWire(groups []programme.InterviewGroup) []api.InterviewGroup {
	wire := make([]api.InterviewGroup, len(groups))
	for i, g := range groups {
		wire[i] = api.InterviewGroup{Name: g.Name, Questions: programme.OrEmpty(g.Questions)}
	}
	return wire
}
