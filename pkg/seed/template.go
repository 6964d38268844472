package seed

import (
	"context"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// LoadTemplate publishes the template on which self-evaluations begin, unless there is or ever
// was one: then the programme's team writes its own. The error is Forbidden for anyone but
// the team.
func LoadTemplate(ctx context.Context, store Store, actor programme.Actor) error {
	if err := mayLoad(actor); err != nil {
		return err
	}
	return store.SeedSelfEvaluationTemplate(ctx, templateName, outline())
}

// templateName is what people call the template on which self-evaluations begin.
const templateName = "Self-evaluation of children's services"

// wordLimit is that of each of the three answers: a section is read in a quarter of an hour.
const wordLimit = 1000

// outline is what the template asks. Its three questions are those that Ofsted expects every
// authority to be able to answer before its annual engagement meeting; its sections follow the
// judgements of the inspection of local authority children's services, and the priority areas
// of the region's directors.
func outline() evaluation.Outline {
	o := evaluation.Outline{}
	for _, s := range []struct {
		id, title string
		optional  bool
	}{
		{"help-and-protection", "Help and protection", false},
		{"children-in-care", "Children in care", false},
		{"care-leavers", "Care leavers", false},
		{"impact-of-leaders", "Impact of leaders", false},
		{"send", "Special educational needs and disabilities", true},
		{"adolescent-safeguarding", "Adolescent safeguarding", true},
		{"workforce", "Workforce", true},
		{"commissioning", "Commissioning", true},
	} {
		o.Sections = append(o.Sections, evaluation.OutlineSection{ID: s.id, Title: s.title, Optional: s.optional, Questions: []evaluation.Question{
			asked("quality", "What do you know about the quality and impact of social work practice in your local authority?", true),
			asked("evidence", "How do you know it?", true),
			asked("plans", "What are your plans for the next 12 months to maintain or improve practice?", true),
		}})
	}
	o.Sections = append(o.Sections, evaluation.OutlineSection{ID: "sharing-and-help", Title: "Sharing practice and asking for help", Optional: true, Questions: []evaluation.Question{
		asked("practice", "Which excellent practice should be shared?", false),
		asked("help", "Where can others help?", false),
	}})
	return o
}

func asked(id, text string, required bool) evaluation.Question {
	return evaluation.Question{ID: id, Text: text, Kind: evaluation.Narrative, Required: required, WordLimit: new(wordLimit), Choices: []evaluation.Choice{}}
}
