package returns

import (
	"slices"
	"strconv"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// Asked is what a quarter asks of a return.
type Asked struct {
	Version    string // of the framework
	Document   *framework.Document
	Indicators []benchmark.Indicator // their definitions: units, multipliers, decimals
	codes      []string              // of the counts that are asked, in the framework's order; nil until somebody has asked for it
	order      map[string]int        // of these, likewise
	related    []related             // what the document says of two of them
}

// at answers where a count stands in the framework's order, and whether it does. Lists mostly
// come in that order, so it is looked for first where it would be in them.
func (a Asked) at(code string, likely int) (int, bool) {
	if likely >= 0 && likely < len(a.codes) && a.codes[likely] == code {
		return likely, true
	}
	at, is := a.order[code]
	return at, is
}

// related are two counts, by their places, of which one is a part of the other, or the same.
type related struct {
	part, whole int
	same        bool
}

// Ordered knows where in the framework's order each count stands. Who keeps it, and alters
// nothing of the document, spares every return that.
func (a Asked) Ordered() Asked {
	if a.order == nil {
		a.codes, a.order = make([]string, len(a.Document.Counts)), make(map[string]int, len(a.Document.Counts))
		for i := range a.codes {
			a.codes[i] = a.Document.Counts[i].Code
			a.order[a.codes[i]] = i
		}
		a.related = a.relations()
	}
	return a
}

// relations finds the places of what the relations and the families name.
func (a Asked) relations() []related {
	var all []related
	add := func(part, whole string, same bool) {
		p, known := a.order[part]
		w, bound := a.order[whole] // the population has no place
		if known && bound {
			all = append(all, related{p, w, same})
		}
	}
	for _, r := range a.Document.Relations {
		switch r.Kind {
		case framework.PartOf:
			add(r.A, r.B, false)
		case framework.Same:
			add(r.A, r.B, true)
		default: // nothing follows for the numbers of one quarter
		}
	}
	for _, f := range a.Document.Families {
		for _, part := range f.Parts {
			add(part, f.Whole, false)
		}
	}
	return all
}

// indicator answers the definition of an indicator, or nil.
func (a Asked) indicator(code string) *benchmark.Indicator {
	i := slices.IndexFunc(a.Indicators, func(ind benchmark.Indicator) bool { return ind.Code == code })
	if i < 0 {
		return nil
	}
	return &a.Indicators[i]
}

// count answers the count that a person means by a code, in small letters or capitals;
// nil if there is none.
func (a Asked) count(code string) *framework.Count {
	if at, is := a.order[code]; is {
		return &a.Document.Counts[at]
	}
	i := slices.IndexFunc(a.Document.Counts, func(c framework.Count) bool { return strings.EqualFold(c.Code, code) })
	if i < 0 {
		return nil
	}
	return &a.Document.Counts[i]
}

// Return is a return that is to be judged: one that was just sent, with where its
// values stood in what was sent, or one that is held.
type Return struct {
	Borough string
	Quarter string
	Values  Values           // in normal form, each count once
	Figures []Figure         // values of indicators that came with it, which are held against their counts and not kept
	Places  map[string]Place // of counts in a table
	Read    []Finding        // what was found while it was read
	Unread  int              // findings beyond those that were kept
	Spoilt  map[string]bool  // counts that came, but not so that they could be kept
	// Known is what is wrong with the table in which it came, apart from what this return
	// says.
	Known   []programme.Fault
	Reading *Reading // of the table in which it came; nil of one that came as a list

	list  string // a list's pointer
	items []int  // of a list: by the framework's order, 1 and the count's place in it; 0 where it is not there
	item  int    // the one that is read, likewise
}

// place answers where a count stood in what was sent, and whether that is known.
func (r *Return) place(asked Asked, code string) (Place, bool) {
	if at, is := asked.order[code]; is {
		return r.placeOf(at, code)
	}
	p, is := r.Places[code]
	return p, is
}

// placeOf is place of the count that stands there in the framework's order.
func (r *Return) placeOf(at int, code string) (Place, bool) {
	if at < len(r.items) && r.items[at] > 0 {
		return r.inList("", r.items[at]), true
	}
	p, is := r.Places[code]
	return p, is
}

func (r *Return) inList(member string, item int) Place {
	return Place{Pointer: r.list + "/" + strconv.Itoa(item-1) + member}
}

// refuse answers an Invalid error of the faults, or nil if there are none.
func (r *Return) refuse(faults []programme.Fault) error {
	if r.Reading != nil {
		return r.Reading.refuse(faults)
	}
	return programme.Refuse(faults)
}

// Figure is the value of an indicator that the sender has computed.
type Figure struct {
	Indicator string
	Value     float64
	Place     Place
}

// Past is an earlier quarter's return of the same borough, as it was accepted.
type Past struct {
	Quarter      string
	Values       Values
	Illustrative bool // made up
}

// History is what a borough's earlier returns say, in any order.
type History []Past

// Posted makes a return of n values that came as a list in JSON, each of which given
// answers, and finds what is wrong with each in itself. at is the list's pointer.
func Posted(asked Asked, borough, quarter, at string, n int, given func(i int) Value) *Return {
	asked = asked.Ordered()
	r := newReturn(borough, quarter)
	r.Values, r.list, r.items = make(Values, 0, n), at, make([]int, len(asked.order))
	for i := range n {
		r.item = i + 1
		r.add(asked, given(i), func(member string) Place { return r.inList(member, r.item) })
	}
	r.sort(asked)
	return r
}

func newReturn(borough, quarter string) *Return {
	return &Return{Borough: borough, Quarter: quarter, Places: map[string]Place{}, Spoilt: map[string]bool{}}
}

// add takes a value into the return, or finds why it cannot. place answers where a
// member of the value stands, and of none where the value does.
func (r *Return) add(asked Asked, v Value, place func(member string) Place) {
	at, is := asked.at(v.Count, r.item-1)
	if !is {
		r.unknown(asked, v.Count, place("/count"))
		return
	}
	if first, twice := r.placeOf(at, v.Count); twice {
		r.again(v.Normal(), place(""), first)
		return
	}
	if r.items != nil {
		r.items[at] = r.item
	} else {
		r.Places[v.Count] = place("")
	}
	count := &asked.Document.Counts[at]
	v = v.Normal()
	faults := v.Faults(count.Whole())
	for _, fault := range faults {
		f := refused(fault.Code, place(fault.Pointer), fault.Detail)
		f.Counts, f.Given = Values{{Count: v.Count, Status: v.Status, Value: v.Value}}, v.text()
		if fault.Code == programme.FaultReasonRequired {
			f.Remedy = GiveReasons
		}
		r.note(f)
	}
	if len(faults) > 0 {
		r.Spoilt[v.Count] = true
		return
	}
	r.Values = append(r.Values, v)
}

// unknown finds that the framework has no such count.
func (r *Return) unknown(asked Asked, code string, place Place) {
	f := refused(programme.FaultUnknownValue, place, "The framework has no such count.")
	f.Given, f.Expected, f.Advice = shown(code), "a count of framework "+asked.Version, "Take the codes from the template of the quarter."
	r.note(f)
}

// note keeps a finding, as long as there are not too many.
func (r *Return) note(f Finding) {
	if len(r.Read) == keptFindings {
		r.Unread++
		return
	}
	r.Read = append(r.Read, f)
}

// again finds that a count is given twice. A table in which the same is said twice, as
// when one count serves two indicators, has no fault; a list of counts has one.
func (r *Return) again(v Value, place, first Place) {
	f := refused(programme.FaultRepeated, place, "The count is given twice. One of the two has to go.")
	f.Counts, f.Others, f.Given = Values{{Count: v.Count, Status: v.Status, Value: v.Value}}, []Place{first}, v.text()
	if first.Row > 0 {
		f.Rule, f.code = string(programme.FaultDuplicateRow), programme.FaultDuplicateRow
		f.Detail = "The rows " + strconv.Itoa(first.Row) + " and " + strconv.Itoa(place.Row) + " give one count. One of the two has to go."
		if held := r.Values.Of(v.Count); !r.Spoilt[v.Count] && !held.Equal(v) {
			f.Detail = "The rows " + strconv.Itoa(first.Row) + " and " + strconv.Itoa(place.Row) + " give one count differently. Only one of them can be right."
			f.Expected = held.text() + ", as in row " + strconv.Itoa(first.Row)
		}
	}
	r.note(f)
}

// sort brings the values into the framework's order.
func (r *Return) sort(asked Asked) {
	if r.Values.are(asked.codes) {
		return
	}
	slices.SortFunc(r.Values, func(a, b Value) int { return asked.order[a.Count] - asked.order[b.Count] })
}

func refused(code programme.FaultCode, place Place, detail string) Finding {
	return Finding{Rule: string(code), code: code, Severity: Refused, Place: place, Detail: detail, Remedy: CorrectValues}
}

// Judge asks every rule of the return and reports all that they find. Values that
// cannot be kept are asked nothing further.
func (r *Return) Judge(asked Asked, before History, explained []Explanation) Report {
	return r.judge(asked, asked.Background(r.Quarter, before), explained)
}

func (r *Return) judge(asked Asked, beside *Background, explained []Explanation) Report {
	j := newJudgement(*r, asked, beside)
	j.unsaid()
	for _, kind := range framework.Kinds {
		for i := range asked.Document.Rules {
			if rule := &asked.Document.Rules[i]; rule.Kind == kind.Kind {
				j.ask(rule)
			}
		}
		j.byNature(kind.Kind)
	}
	explain(j.findings, explained)
	return tell(Report{Borough: r.Borough, Quarter: r.Quarter, Framework: asked.Version, Tally: j.whole.Tally()}, j.findings, j.Unread)
}

// Judge asks every rule of values that are held: see [Return.Judge].
func Judge(asked Asked, borough, quarter string, now Values, before History, explained []Explanation) Report {
	return (&Return{Borough: borough, Quarter: quarter, Values: now}).Judge(asked, before, explained)
}

// judgement is a return under the rules.
type judgement struct {
	Return

	asked    Asked
	document *framework.Document
	whole    Values // of every count that is asked, in that order
	beside   *Background
	findings []Finding

	paired pairs        // parts and wholes that a rule has been asked of
	summed map[int]bool // families that a rule has been asked of, by their place
}

func newJudgement(r Return, asked Asked, beside *Background) *judgement {
	asked = asked.Ordered()
	return &judgement{
		Return: r, asked: asked, document: asked.Document, whole: r.Values.Complete(asked.codes), beside: beside,
		findings: slices.Clone(r.Read), paired: newPairs(len(asked.codes)), summed: map[int]bool{},
	}
}

// value answers what the return says of a count. Of one that the framework does not
// have, as the population, nothing is known.
func (j *judgement) value(code string) Value {
	if i, is := j.asked.order[code]; is {
		return j.whole[i]
	}
	return Value{Count: code, Status: Missing}
}

// quarterOf answers the time that the quarter is about.
func quarterOf(code string) (benchmark.Period, bool) {
	p, err := benchmark.ParsePeriod(code)
	return p, err == nil && p.Kind == benchmark.Quarter
}

// unsaid finds what is missing without a reason.
func (j *judgement) unsaid() {
	for _, code := range j.whole.Unsaid() {
		if j.Spoilt[code] {
			continue
		}
		place, named := j.place(j.asked, code)
		detail := "The value is missing, and nothing says why."
		if !named {
			detail = "The return does not name this count, so that it is missing, and nothing says why."
		}
		j.findings = append(j.findings, Finding{
			Rule: string(programme.FaultReasonRequired), code: programme.FaultReasonRequired, Severity: Error, Counts: Values{{Count: code, Status: Missing}}, Place: place,
			Given: "nothing", Expected: "a value, or missing with a reason", Detail: j.name(code) + ": " + detail, Remedy: GiveReasons,
			Advice: "Give the value. If it is not known, say missing and why.",
		})
	}
}

// name is what people call a count.
func (j *judgement) name(code string) string {
	if c := j.document.Count(code); c != nil && c.Name != "" {
		return c.Name
	}
	return code
}

// find notes what a rule finds in the counts.
func (j *judgement) find(rule *framework.Rule, given, expected, detail string, counts ...string) {
	words := rule.Kind.Words()
	f := Finding{
		Rule: rule.Code, RuleVersion: rule.Version, Kind: rule.Kind, Severity: Error, Given: given, Expected: expected, Detail: detail,
		Remedy: Reconcile, Advice: words.Remedy,
	}
	if rule.Severity == framework.Warning {
		f.Severity, f.Remedy = Warning, Explain
	} else if len(counts) < 2 {
		f.Remedy = CorrectValues
	}
	for _, code := range counts {
		v := j.value(code)
		v.Reason = nil
		f.Counts = append(f.Counts, v)
		if place, known := j.place(j.asked, code); known {
			if f.Place == (Place{}) {
				f.Place = place
			} else {
				f.Others = append(f.Others, place)
			}
		}
	}
	j.findings = append(j.findings, f)
}

// text is the value as a person reads it.
func (v Value) text() string {
	if v.Value == nil {
		return strings.ReplaceAll(string(v.Status), "_", " ")
	}
	return number(*v.Value)
}

// number writes a number as it is, without an exponent.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
