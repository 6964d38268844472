package seed

import (
	"context"
	"fmt"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// What the examples of self-evaluations say. Nobody has said it, of no borough.
var saidOf = map[string][3]string{
	"help-and-protection": {
		"Example: most families get the right help at the right time. Plans say clearly what has to change; visits are sometimes later than they should be.",
		"Example: from audits of practice each month, from what families say at reviews, and from the quarterly figures that are cited below.",
		"Example: one front door for early help and assessment by the spring, and coaching for new managers.",
	},
	"children-in-care": {
		"Example: children live in stable homes near their schools. Too many still wait for their health assessments.",
		"Example: from reviews, from the children in care council, and from the health trust's reports.",
		"Example: a joint desk with the health trust that books assessments in the first week.",
	},
	"care-leavers": {
		"Example: personal advisers know their young people well, and most are in touch.",
		"Example: from a survey among care leavers and from case sampling.",
		"Example: more homes with support, together with two neighbours.",
	},
	"impact-of-leaders": {
		"Example: leaders know the service well and listen to its staff. Fewer social workers leave than a year ago.",
		"Example: from exit interviews, supervision audits and the annual health check.",
		"Example: a career path for experienced practitioners.",
	},
}

// told answers the sections as an example has them, of which it answers so many.
func told(sections int) []evaluation.PostedSection {
	var all []evaluation.PostedSection
	for _, id := range []string{"help-and-protection", "children-in-care", "care-leavers", "impact-of-leaders"}[:sections] {
		said := saidOf[id]
		all = append(all, evaluation.PostedSection{ID: id, Content: evaluation.Content{
			Answers:   []evaluation.Answer{{Question: "quality", Text: &said[0]}, {Question: "evidence", Text: &said[1]}, {Question: "plans", Text: &said[2]}},
			Strengths: []evaluation.Item{{Text: "Example: a stable group of managers."}},
			Risks:     []evaluation.Item{{Text: "Example: demand grows faster than the budget."}},
			Practice:  []evaluation.Item{{Text: "Example: family group conferences before a plan is made."}},
			Help:      []evaluation.Item{{Text: "Example: how others keep experienced social workers."}},
			Evidence:  []evaluation.Evidence{{Title: "Example: quality assurance report", Reference: new("QA 3")}},
		}})
	}
	return all
}

// remarks are what is asked of an example and what it answers: a question that is answered,
// one that waits, and a line of enquiry of which a finding came.
func remarks() []evaluation.Comment {
	return []evaluation.Comment{
		{
			SectionID: "help-and-protection", Kind: evaluation.AsQuestion, Text: "Example: how do you find out which visits are late?",
			Answer: new("Example: team managers look at a list of them each Monday."),
		},
		{SectionID: "care-leavers", Kind: evaluation.AsQuestion, Text: "Example: with which neighbours do you look for homes?"},
		{
			SectionID: "children-in-care", Kind: evaluation.LineOfEnquiry, Text: "Example: what keeps health assessments from being booked in the first week?",
			Answer: new("Example: two desks book them, and each waits for the other."),
		},
	}
}

// found is what came of the line of enquiry.
func found() programme.Finding {
	return programme.Finding{
		Kind: programme.AreaForDevelopment, Theme: "Example: health assessments", Text: "Example: two desks book health assessments of children in care, and neither knows what the other has done.",
		SelfEvaluationSections: []string{"children-in-care"}, Indicators: []string{},
	}
}

// LoadSelfEvaluations tells of self-evaluations in every state, which are made up, for the
// cycle of the day, unless there is or ever was one. They are those of the borough and its
// group, where it is in one. It needs the reference data, the template, the year and the
// quarters. The error is Forbidden for anyone but the programme's team.
func LoadSelfEvaluations(ctx context.Context, store Store, actor programme.Actor, today programme.Date, borough string) error {
	if err := mayLoad(actor); err != nil {
		return err
	}
	examples := evaluation.Examples{Whole: told(4), Part: told(2), Comments: remarks(), Found: found()}
	if err := store.SeedSelfEvaluations(ctx, programme.CycleOn(today), borough, examples); err != nil {
		return fmt.Errorf("examples of self-evaluations: %w", err)
	}
	return nil
}
