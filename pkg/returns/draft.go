package returns

import (
	"bytes"
	"errors"
	"strings"

	"github.com/goccy/go-json"
)

// Draft is the whole content of a return that is being worked on.
type Draft struct {
	Framework string // the version by which it is judged: the quarter's
	Values    Values // one for each count of the framework, in its order
}

// keptDraft is a draft as it is kept: the numbers beside the codes of their counts, and as
// wholes only those values that are more than a number. That is a quarter of what the values
// take as objects, for everybody who writes, packs, sends or reads it.
type keptDraft struct {
	Framework string    `json:"framework"`
	Counts    string    `json:"counts"`  // their codes, in which there are no spaces, between spaces
	Numbers   []float64 `json:"numbers"` // of the counts of which nothing is said, in their order
	Said      Values    `json:"said"`
}

// MarshalJSON implements [json.Marshaler]: the form in which a draft is kept. Equal drafts
// are equal texts.
func (d *Draft) MarshalJSON() ([]byte, error) {
	kept := keptDraft{Framework: d.Framework, Numbers: make([]float64, 0, len(d.Values)), Said: Values{}}
	counts := make([]string, len(d.Values))
	for i, v := range d.Values {
		counts[i] = v.Count
		if v.Status == Reported && v.Value != nil && v.Reason == nil {
			kept.Numbers = append(kept.Numbers, *v.Value)
		} else {
			kept.Said = append(kept.Said, v)
		}
	}
	kept.Counts = strings.Join(counts, " ")
	return json.Marshal(kept)
}

// UnmarshalJSON implements [json.Unmarshaler]. The texts of the draft stay in one piece.
func (d *Draft) UnmarshalJSON(text []byte) error {
	text = bytes.Clone(text)
	kept := keptDraft{Numbers: make([]float64, 0, bytes.Count(text, []byte{','}))} // there is a comma between any two
	if err := json.UnmarshalWithOption(text, &kept, json.DecodeNoCopyString()); err != nil {
		return err
	}
	said, numbers := kept.Said, kept.Numbers
	d.Framework, d.Values = kept.Framework, make(Values, 0, len(said)+len(numbers))
	for rest := kept.Counts; rest != ""; {
		var count string
		count, rest, _ = strings.Cut(rest, " ")
		switch {
		case len(said) > 0 && said[0].Count == count:
			d.Values, said = append(d.Values, said[0]), said[1:]
		case len(numbers) > 0:
			d.Values, numbers = append(d.Values, Value{Count: count, Value: &numbers[0], Status: Reported}), numbers[1:]
		default:
			return errors.New("a draft has more counts than values")
		}
	}
	if len(said)+len(numbers) > 0 {
		return errors.New("a draft has values of no count")
	}
	return nil
}

// Equal reports whether both say the same by the same framework.
func (d *Draft) Equal(other Draft) bool {
	return d.Framework == other.Framework && d.Values.Equal(other.Values)
}
