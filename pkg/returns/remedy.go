package returns

// Remedy is what to do about a finding. Findings are told in groups of one remedy,
// because that is how they are worked off.
type Remedy string

// The remedies, in the order in which they are worked off.
const (
	CorrectFile   Remedy = "correct_file"
	CorrectValues Remedy = "correct_values"
	GiveReasons   Remedy = "give_reasons"
	Reconcile     Remedy = "reconcile"
	Explain       Remedy = "explain"
)

// remedies are all of them, with what to do next in words.
var remedies = []struct {
	Remedy

	next string
}{
	{CorrectFile, "Correct the file, so that all of it can be read, and send it again. The template has the columns."},
	{CorrectValues, "Correct these values where they come from, and send the return again. None of them can be right as it stands."},
	{GiveReasons, "Say why, in the reason beside the value, and send the return again."},
	{Reconcile, "These values contradict each other. Correct those that are wrong, and send the return again."},
	{Explain, "Look at these values. Correct those that are wrong; of the others say what happened, in an explanation."},
}

// Group is findings with one remedy.
type Group struct {
	Remedy   Remedy
	Next     string // what to do next
	Open     int    // findings that are still to be worked off
	Findings []Finding
}

// Groups answers the findings by what is to be done about them, in the order in which
// that is done.
func (r Report) Groups() []Group {
	var groups []Group
	for _, remedy := range remedies {
		g := Group{Remedy: remedy.Remedy, Next: remedy.next}
		for i := range r.Findings {
			f := r.Findings[i]
			if f.Remedy != g.Remedy {
				continue
			}
			g.Findings = append(g.Findings, f)
			if f.Explained == nil {
				g.Open++
			}
		}
		if len(g.Findings) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// Next answers what to do next, in a sentence or two.
func (r Report) Next() string {
	for _, g := range r.Groups() {
		if g.Open > 0 {
			return g.Next
		}
	}
	if r.Open > 0 {
		return remedies[len(remedies)-1].next
	}
	return "Nothing is left to do: the return can be submitted."
}
