package seed

import (
	"fmt"
	"regexp"
	"strings"

	"peerchallenge/pkg/programme"
)

// attribution is the statement that the Open Government Licence asks for.
const attribution = "Contains public sector information licensed under the Open Government Licence v3.0. Sources: Department for Education, Explore Education Statistics (children in need, referrals, children looked after, care leavers, outcomes, social work workforce; statistical neighbour model 2025); Office for National Statistics, mid-year population estimates."

// page is the programme's public page, cut into its sections.
type page struct {
	title                                string
	summary, goals, milestones, contacts []string
}

func readPage() (page, error) {
	text, err := data.ReadFile("data/programme-page.txt")
	if err != nil {
		return page{}, err
	}
	var p page
	into := &p.summary
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "•"))
		switch {
		case i == 0:
			p.title = line
		case line == "":
		case line == "Project Goals":
			into = &p.goals
		case line == "Project Milestones":
			into = &p.milestones
		case line == "Contact Details":
			into = &p.contacts
		default:
			*into = append(*into, line)
		}
	}
	return p, nil
}

// contactLine is how the page names a person: role, name, organisation.
var contactLine = regexp.MustCompile(`^(.+): (.+) \((.+)\)$`)

// describeProgramme answers the programme in the words of its page.
func describeProgramme() (programme.Programme, error) {
	p, err := readPage()
	if err != nil {
		return programme.Programme{}, err
	}
	out := programme.Programme{ID: 1, Name: p.title, Summary: p.summary, Goals: p.goals, Attribution: attribution, PreparationTemplates: proposedTemplates()}
	for i := 0; i+1 < len(p.contacts); i += 2 {
		match := contactLine.FindStringSubmatch(p.contacts[i])
		if match == nil {
			return out, fmt.Errorf("the page's contact %q has another form", p.contacts[i])
		}
		out.Contacts = append(out.Contacts, programme.Contact{Role: match[1], Name: match[2], Organisation: match[3], Email: p.contacts[i+1]})
	}
	return out, nil
}
