package postgres

import (
	"slices"
	"sync"
	"unique"

	"gorm.io/gorm"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/returns"
)

// settled keeps in memory what never changes and every return is judged by: what
// published frameworks ask, and the figures of versions. Reading them anew was nine
// tenths of what a return costs. It keeps too what published templates ask, which every
// self-evaluation is read and written by. What does change, it keeps by what it is known by that
// it stands so still.
type settled struct {
	mu       sync.RWMutex
	asked    map[string]returns.Asked // by the framework's id, without the indicators' definitions, which may change
	figures  map[of]returns.Values    // without what people said, which can be taken out of a version
	outlines map[edition]*evaluation.Outline
	stood    map[string]stood         // by the self-evaluation's id: how it stood when it was last looked at
	beside   map[[2]string]background // by borough and quarter: what a return was last set beside
}

// background is what a return is set beside under a framework, as long as the same stands.
type background struct {
	asked  *framework.Document
	past   []pastReturn // without explanations
	before returns.History
	ready  *returns.Background
}

// keptBackgrounds is of how many returns what they are set beside is kept. A quarter has 33.
const keptBackgrounds = 200

// background answers what was kept for a return of these, if it was.
func (s *settled) background(j *returns.Judging, past []pastReturn) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, kept := s.beside[[2]string{j.Borough, j.Quarter}]
	kept = kept && b.asked == j.Asked.Document && slices.EqualFunc(b.past, past, func(x, y pastReturn) bool {
		return x.Of == y.Of && x.Quarter == y.Quarter && x.Illustrative == y.Illustrative
	})
	if kept {
		j.Before, j.Beside = b.before, b.ready
	}
	return kept
}

func (s *settled) keepBackground(j *returns.Judging, past []pastReturn) {
	past = slices.Clone(past)
	for i := range past {
		past[i].Explanations = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	keepIn(&s.beside, keptBackgrounds, [2]string{j.Borough, j.Quarter}, background{j.Asked.Document, past, j.Before, j.Beside})
}

// keepIn keeps a value. Where there are too many it begins anew.
func keepIn[K comparable, V any](kept *map[K]V, most int, key K, value V) {
	if *kept == nil || len(*kept) >= most {
		*kept = map[K]V{}
	}
	(*kept)[key] = value
}

// edition names a version of a template, as [of] does one of a return.
type edition struct {
	Template, Number string
	At               string // as the database writes it
}

// keptOutlines is of how many versions of templates the outlines are kept. There are a few.
const keptOutlines = 100

// outline answers what the version of a template asks, which nobody may alter.
func (s *settled) outline(tx *gorm.DB, e edition) (*evaluation.Outline, error) {
	s.mu.RLock()
	kept, is := s.outlines[e]
	s.mu.RUnlock()
	if is {
		return kept, nil
	}
	v, err := templateVersion(tx, e.Template, e.Number)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	keepIn(&s.outlines, keptOutlines, e, &v.Outline)
	return &v.Outline, nil
}

// keptStood is of how many self-evaluations it is kept how they stood. A cycle has 33.
const keptStood = 200

func (s *settled) stoodOf(id string) (stood, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	of, kept := s.stood[id]
	return of, kept
}

func (s *settled) keepStood(of stood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keepIn(&s.stood, keptStood, of.ID, of)
}

// of names a version of a return. A database that was set back gives the same number again, but
// not while the return is of the same version: see [nextVersion].
type of struct {
	Submission string
	Number     int
	At         int64 // the version of the return
}

// keptFigures is of how many versions the figures are kept: twelve quarters of 33 boroughs
// are 396.
const keptFigures = 1000

// Name implements [gorm.Plugin]: whoever reads from the database finds it there.
func (*settled) Name() string { return "settled" }

// Initialize implements gorm.Plugin.
//
//nolint:misspell // the interface spells it so
func (*settled) Initialize(*gorm.DB) error { return nil }

func settledIn(tx *gorm.DB) *settled { return tx.Plugins["settled"].(*settled) } //nolint:forcetypeassert // Open puts it there

func (s *settled) askedBy(id string) (returns.Asked, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	asked, kept := s.asked[id]
	return asked, kept
}

func (s *settled) keepAsked(id string, asked returns.Asked) {
	for i := range asked.Document.Counts { // which are compared with those of figures
		code := &asked.Document.Counts[i].Code
		*code = unique.Make(*code).Value()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = map[string]returns.Asked{}
	}
	s.asked[id] = asked
}

// indicators are those that the kept documents ask for.
func (s *settled) indicators() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	codes := []string{}
	for _, asked := range s.asked {
		codes = append(codes, indicatorsOf(asked.Document)...)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// known answers the figures of those versions that are kept, and which are not.
func (s *settled) known(versions []of) (figures map[of]returns.Values, unknown []of) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	figures = make(map[of]returns.Values, len(versions))
	for _, v := range versions {
		values, kept := s.figures[v]
		if kept {
			figures[v] = values
		} else {
			unknown = append(unknown, v)
		}
	}
	return figures, unknown
}

// keepFigures keeps the figures of a version.
func (s *settled) keepFigures(v of, values returns.Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keepIn(&s.figures, keptFigures, v, values)
}

// figuresOf answers what the versions say, without reasons.
func figuresOf(tx *gorm.DB, versions []of) (map[of]returns.Values, error) {
	settled := settledIn(tx)
	figures, unknown := settled.known(versions)
	if len(unknown) == 0 {
		return figures, nil
	}
	keys, asked := make([][]any, len(unknown)), map[of]of{}
	for i, v := range unknown {
		keys[i] = []any{v.Submission, v.Number}
		asked[of{Submission: v.Submission, Number: v.Number}] = v
	}
	var read []returns.Version
	if err := tx.Select("submission_id", "number", "values").Where("(submission_id, number) IN ?", keys).Find(&read).Error; err != nil {
		return nil, err
	}
	for i := range read {
		v := asked[of{Submission: read[i].SubmissionID, Number: read[i].Number}]
		figures[v] = read[i].Values.Figures()
		for n := range figures[v] { // or the whole version would be kept for them
			count, status := &figures[v][n].Count, &figures[v][n].Status
			*count, *status = unique.Make(*count).Value(), unique.Make(*status).Value()
		}
		settled.keepFigures(v, figures[v])
	}
	return figures, nil
}
