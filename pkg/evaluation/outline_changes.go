package evaluation

import (
	"fmt"
	"reflect"
	"slices"

	"peerchallenge/pkg/framework"
)

// Moved is the kind of the change of a question that stands in another section. The other
// kinds are those of frameworks.
const Moved framework.ChangeKind = "moved"

// Change is one difference between two versions of an outline. It is major where an answer
// is lost, or where a finished document may not be finished any more; minor where more can
// be said, or less must be; a patch where the same is asked in other words or in another
// order.
type Change struct {
	Level    framework.Level
	Section  string // where it is now; of what is gone or moved, where it was
	Question string // empty where it is the section's own, or the outline's
	Kind     framework.ChangeKind
	Member   string // which member of it is another, or empty
	Detail   string // one sentence, for people
}

// Highest answers the level of the change that reaches farthest, and the empty level of
// none.
func Highest(changes []Change) framework.Level {
	levels := []framework.Level{framework.Patch, framework.Minor, framework.Major}
	highest := framework.Level("")
	for _, c := range changes {
		if slices.Index(levels, c.Level) > slices.Index(levels, highest) {
			highest = c.Level
		}
	}
	return highest
}

// NextVersion answers the lowest version that an outline with the changes may have: was
// itself where nothing changed, and 1.0.0 where there was none.
func NextVersion(was string, changes []Change) string {
	before, err := framework.ParseVersion(was)
	switch {
	case err != nil: // none, since a version is checked when it is given
		return "1.0.0"
	case len(changes) == 0:
		return was
	}
	return framework.Next(before, Highest(changes)).String()
}

// Changes answers what an outline changes of an earlier one: what is gone or moved, in the
// earlier order, and then what is new or another, in the later one.
func Changes(was, is *Outline) []Change {
	c := &outlineChanges{was: was, is: is, moved: movedQuestions(was, is)}
	c.gone()
	c.order(asked{}, "sections", idsOf(was.Sections, sectionID), idsOf(is.Sections, sectionID))
	for i := range is.Sections {
		c.section(&is.Sections[i])
	}
	return c.found
}

// asked names a question of an outline; without one, its section.
type asked struct{ section, question string }

// movedQuestions answers where each question that is gone from its section stands now: in
// the first section, in the later order, that did not ask it and asks it in the same kind.
// Ids are unique in a section alone, so that what was asked in both has not moved.
func movedQuestions(was, is *Outline) map[asked]asked {
	moved, taken := map[asked]asked{}, map[asked]bool{}
	for i := range was.Sections {
		s := &was.Sections[i]
		for n := range s.Questions {
			q, from := &s.Questions[n], asked{s.ID, s.Questions[n].ID}
			if is.question(from) != nil {
				continue
			}
			for _, other := range is.Sections {
				to := asked{other.ID, q.ID}
				now := is.question(to)
				if now != nil && now.Kind == q.Kind && was.question(to) == nil && !taken[to] {
					moved[from], taken[to] = to, true
					break
				}
			}
		}
	}
	return moved
}

func (o *Outline) question(a asked) *Question {
	if s := o.Section(a.section); s != nil {
		return s.Question(a.question)
	}
	return nil
}

func sectionID(s OutlineSection) string { return s.ID }
func questionID(q Question) string      { return q.ID }
func choiceID(c Choice) string          { return c.ID }

func idsOf[T any](list []T, id func(T) string) []string {
	all := make([]string, len(list))
	for i, t := range list {
		all[i] = id(t)
	}
	return all
}

// outlineChanges gathers what is found.
type outlineChanges struct {
	was, is *Outline
	moved   map[asked]asked
	found   []Change
}

func (c *outlineChanges) note(level framework.Level, of asked, kind framework.ChangeKind, member, detail string) {
	c.found = append(c.found, Change{level, of.section, of.question, kind, member, detail})
}

// order notes that what both have stands in another order.
func (c *outlineChanges) order(of asked, what string, was, is []string) {
	both := func(list, other []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return !slices.Contains(other, id) })
	}
	if !slices.Equal(both(was, is), both(is, was)) {
		c.note(framework.Patch, of, framework.Altered, what, fmt.Sprintf("The %s stand in another order.", what))
	}
}

// gone notes the sections and questions that are not where they were.
func (c *outlineChanges) gone() {
	for i := range c.was.Sections {
		s := &c.was.Sections[i]
		if c.is.Section(s.ID) == nil {
			c.note(framework.Major, asked{section: s.ID}, framework.Removed, "", fmt.Sprintf("The section %s is gone.", s.ID))
		}
		for _, q := range s.Questions {
			of := asked{s.ID, q.ID}
			to, moved := c.moved[of]
			switch {
			case moved:
				c.note(framework.Major, of, Moved, "", fmt.Sprintf("The question %s of %s is asked in %s now.", q.ID, s.ID, to.section))
			case c.is.question(of) == nil:
				c.note(framework.Major, of, framework.Removed, "", fmt.Sprintf("The question %s of %s is gone.", q.ID, s.ID))
			}
		}
	}
}

// section notes what the section changes of the earlier one, if there was one.
func (c *outlineChanges) section(is *OutlineSection) {
	of, was := asked{section: is.ID}, c.was.Section(is.ID)
	if was == nil {
		c.note(framework.Minor, of, framework.Added, "", fmt.Sprintf("The section %s is new.", is.ID))
		was = &OutlineSection{ID: is.ID, Title: is.Title, Guidance: is.Guidance, Optional: is.Optional}
	}
	switch {
	case was.Optional && !is.Optional:
		c.note(framework.Major, of, framework.Altered, "optional", fmt.Sprintf("The section %s is not optional any more.", is.ID))
	case !was.Optional && is.Optional:
		c.note(framework.Minor, of, framework.Altered, "optional", fmt.Sprintf("The section %s is optional now.", is.ID))
	}
	c.words(of, "section "+is.ID, []wording{{"title", was.Title, is.Title}, {"guidance", was.Guidance, is.Guidance}})
	c.order(of, "questions", idsOf(was.Questions, questionID), idsOf(is.Questions, questionID))
	for n := range is.Questions {
		c.question(is, &is.Questions[n])
	}
}

// wording is a member that says the same however it is worded.
type wording struct {
	member  string
	was, is any
}

func (c *outlineChanges) words(of asked, name string, all []wording) {
	for _, w := range all {
		if !reflect.DeepEqual(w.was, w.is) {
			c.note(framework.Patch, of, framework.Altered, w.member, fmt.Sprintf("The %s has another %s.", name, w.member))
		}
	}
}

// question notes what the question changes of the earlier one, wherever that stood.
func (c *outlineChanges) question(s *OutlineSection, is *Question) {
	of := asked{s.ID, is.ID}
	was := c.was.question(of)
	for from, to := range c.moved {
		if to == of {
			was = c.was.question(from)
		}
	}
	name := fmt.Sprintf("question %s of %s", is.ID, s.ID)
	alter := func(level framework.Level, member, detail string) {
		c.note(level, of, framework.Altered, member, "The "+name+" "+detail)
	}
	switch {
	case was == nil && is.Required && (!s.Optional || c.was.Section(s.ID) != nil): // who has written in it must answer
		c.note(framework.Major, of, framework.Added, "", fmt.Sprintf("The %s is new, and required.", name))
		return
	case was == nil:
		c.note(framework.Minor, of, framework.Added, "", fmt.Sprintf("The %s is new.", name))
		return
	case was.Kind != is.Kind:
		alter(framework.Major, "kind", fmt.Sprintf("is of the kind %s now, and was of the kind %s.", is.Kind, was.Kind))
	default:
		c.choices(of, name, was.Choices, is.Choices)
		if !reflect.DeepEqual(was.Policy, is.Policy) {
			alter(framework.Major, "policy", "counts by another policy.")
		}
		switch a, b := was.Limit(), is.Limit(); {
		case b < a:
			alter(framework.Major, "wordLimit", fmt.Sprintf("may have %d words at most, and might have %d.", b, a))
		case b > a:
			alter(framework.Minor, "wordLimit", fmt.Sprintf("may have %d words, and might have %d at most.", b, a))
		case !reflect.DeepEqual(was.WordLimit, is.WordLimit):
			alter(framework.Patch, "wordLimit", fmt.Sprintf("may have %d words at most, as before.", b))
		}
	}
	switch {
	case !was.Required && is.Required:
		alter(framework.Major, "required", "is required now.")
	case was.Required && !is.Required:
		alter(framework.Minor, "required", "is not required any more.")
	}
	c.words(of, name, []wording{{"text", was.Text, is.Text}, {"guidance", was.Guidance, is.Guidance}})
}

// choices notes what became of the choices of a question.
func (c *outlineChanges) choices(of asked, name string, was, is []Choice) {
	find := func(list []Choice, id string) int {
		return slices.IndexFunc(list, func(other Choice) bool { return other.ID == id })
	}
	for _, choice := range was {
		if find(is, choice.ID) < 0 {
			c.note(framework.Major, of, framework.Removed, "choices", fmt.Sprintf("The choice %s of the %s is gone.", choice.ID, name))
		}
	}
	c.order(of, "choices", idsOf(was, choiceID), idsOf(is, choiceID))
	for _, choice := range is {
		switch at := find(was, choice.ID); {
		case at < 0:
			c.note(framework.Minor, of, framework.Added, "choices", fmt.Sprintf("The choice %s of the %s is new.", choice.ID, name))
		case was[at].Text != choice.Text:
			c.note(framework.Patch, of, framework.Altered, "choices", fmt.Sprintf("The choice %s of the %s has another text.", choice.ID, name))
		}
	}
}
