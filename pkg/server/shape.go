package server

import (
	"bytes"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// shape is the schema of a request's body as a body that is right is read by it, in one
// pass. It says yes or nothing: what it does not take, [examined] judges, which has the words
// for what is wrong. It never takes what that refuses, and writes what it takes as that does.
type shape struct {
	schema *openapi3.Schema
	null   bool                          // it may be that
	read   func(r *taker, s *shape) bool // of the one type that the value has

	members  []member // in the order of their names, in which they are written
	byName   map[string]int
	required uint64 // a bit for each member
	item     *shape // of a list

	enum    []string // nil where it may be any text
	pattern pattern
	format  func(string) error
}

type member struct {
	key []byte // as it is written, with its colon
	of  *shape
}

// span is where something stands.
type span struct{ from, to int }

// longestEscape is how many bytes one character may be written with.
const longestEscape = 12

// maxMembers is as many as have a bit of their own.
const maxMembers = 64

// shapeOf answers nil for a schema that says more than shapes know.
func shapeOf(schema *openapi3.Schema) *shape {
	s := &shape{schema: schema, null: schema.Nullable, format: formats[schema.Format]}
	known := schema.Type != nil && len(*schema.Type) == 1 && schema.Not == nil && !schema.UniqueItems && schema.MultipleOf == nil && schema.MaxProps == nil &&
		len(schema.AllOf)+len(schema.OneOf)+len(schema.AnyOf) == 0 && !schema.ReadOnly && !schema.WriteOnly
	switch {
	case !known:
		return nil
	case schema.Type.Is("object"):
		s.read = (*taker).object
		known = s.readMembers()
	case schema.Type.Is("array"):
		s.read, s.item = (*taker).list, shapeOf(schema.Items.Value)
		known = s.item != nil
	case schema.Type.Is("string"):
		s.read = (*taker).words
		known = s.readWords()
	case schema.Type.Is("boolean"):
		s.read = (*taker).truth
	default:
		s.read = (*taker).amount
		known = slices.Contains([]string{"", "int64", "double"}, schema.Format) // which every number within the bounds has
	}
	if !known || schema.Enum != nil && s.enum == nil {
		return nil
	}
	return s
}

func (s *shape) readMembers() bool {
	names := slices.Sorted(maps.Keys(s.schema.Properties))
	open := s.schema.AdditionalProperties.Has
	if len(names) > maxMembers || open == nil || *open {
		return false
	}
	s.byName = map[string]int{}
	for i, name := range names {
		of := shapeOf(s.schema.Properties[name].Value)
		if of == nil {
			return false
		}
		s.byName[name] = i
		s.members = append(s.members, member{append(appendText(nil, name), ':'), of})
	}
	for _, name := range s.schema.Required {
		i, is := s.byName[name]
		if !is {
			return false
		}
		s.required |= 1 << i
	}
	return true
}

func (s *shape) readWords() (known bool) {
	if s.schema.Enum != nil {
		s.enum = []string{}
		s.null = s.null && slices.Contains(s.schema.Enum, nil)
		for _, value := range s.schema.Enum {
			if text, is := value.(string); is {
				s.enum = append(s.enum, text)
			}
		}
	}
	if s.schema.Pattern != "" {
		var err error
		if s.pattern, err = patternOf(s.schema.Pattern); err != nil {
			return false
		}
	}
	return s.schema.Format == "" || s.format != nil
}

// taken answers a body that has the shape as [examined] would, and where it has not how far it
// came.
func (s *shape) taken(body []byte) (written []byte, right bool) {
	if s == nil {
		return nil, false
	}
	r := taker{scanner: scanner{text: body}, out: make([]byte, 0, len(body))}
	right = r.value(s)
	r.next()
	return r.out, right && r.at == len(body)
}

// taker reads a body and writes it.
type taker struct {
	scanner
	out    []byte
	sorted []byte // where members are put into their order
}

func (r *taker) value(s *shape) bool {
	if r.values++; r.values > maxValues {
		return false
	}
	if r.next() != 'n' {
		return s.read(r, s)
	}
	r.out = append(r.out, null...)
	return s.null && r.word(null) == nil
}

func (r *taker) object(s *shape) bool {
	if !r.take('{') {
		return false
	}
	var given uint64
	var room [8]span // as most have
	spans := room[:]
	if n := len(s.members); n > len(room) {
		spans = make([]span, n)
	}
	begin, last, inOrder := len(r.out), -1, true
	r.out = append(r.out, '{')
	for !r.take('}') {
		if given != 0 && !r.take(',') || r.next() != '"' {
			return false
		}
		i, is := r.name(s, last+1)
		if !is || given&(1<<i) != 0 || !r.take(':') {
			return false
		}
		if given != 0 {
			r.out = append(r.out, ',')
		}
		spans[i].from = len(r.out)
		r.out = append(r.out, s.members[i].key...)
		if !r.value(s.members[i].of) {
			return false
		}
		spans[i].to = len(r.out)
		inOrder, last, given = inOrder && i > last, i, given|1<<i
	}
	r.out = append(r.out, '}')
	if !inOrder {
		r.sorted = append(r.sorted[:0], '{')
		for left := given; left != 0; left &= left - 1 {
			at := spans[bits.TrailingZeros64(left)]
			r.sorted = append(append(r.sorted, r.out[at.from:at.to]...), ',')
		}
		copy(r.out[begin:len(r.out)-1], r.sorted)
	}
	return s.required&^given == 0 && bits.OnesCount64(given) >= int(s.schema.MinProps) // #nosec G115 -- some members
}

// name reads the name of a member, and answers its place. Most bodies have them in the order in
// which they are written, so that those from the place on are looked at first.
func (r *taker) name(s *shape, from int) (int, bool) {
	for i := from; i < len(s.members); i++ {
		if key := s.members[i].key; bytes.HasPrefix(r.text[r.at:], key[:len(key)-1]) { // without the colon
			r.at += len(key) - 1
			return i, true
		}
	}
	name, plain, ok := r.span()
	i, is := s.byName[string(name)]
	return i, is && ok && plain
}

func (r *taker) list(s *shape) bool {
	if !r.take('[') {
		return false
	}
	r.out = append(r.out, '[')
	n := uint64(0)
	for ; !r.take(']'); n++ {
		if n > 0 {
			if !r.take(',') {
				return false
			}
			r.out = append(r.out, ',')
		}
		if most := s.schema.MaxItems; most != nil && n == *most || !r.value(s.item) {
			return false
		}
	}
	r.out = append(r.out, ']')
	return n >= s.schema.MinItems
}

func (r *taker) truth(*shape) bool {
	for _, word := range []string{"true", "false"} {
		if r.word(word) == nil {
			r.out = append(r.out, word...)
			return true
		}
	}
	return false
}

func (r *taker) words(s *shape) bool {
	if r.next() != '"' {
		return false
	}
	begin := r.at
	raw, plain, ok := r.span()
	if !ok {
		return false
	}
	text := raw
	if !plain {
		if most := s.schema.MaxLength; most != nil && uint64(len(raw)) > longestEscape**most {
			return false // which costs too much to be read for nothing
		}
		r.at = begin
		value, err := r.textValue()
		if err != nil || len(r.faults) > 0 {
			return false
		}
		read, _ := value.(string)
		text = []byte(read)
	}
	if !s.fits(text) {
		return false
	}
	if s.schema.Format == formatUUID {
		text = bytes.ToLower(text)
	}
	if plain {
		r.out = append(append(append(r.out, '"'), text...), '"')
	} else {
		r.out = appendText(r.out, string(text))
	}
	return true
}

// fits reports whether the schema takes the text.
func (s *shape) fits(text []byte) bool {
	if s.enum != nil && !slices.Contains(s.enum, string(text)) || s.pattern != nil && !s.pattern.Match(text) || s.format != nil && s.format(string(text)) != nil {
		return false
	}
	least, most := s.schema.MinLength, s.schema.MaxLength
	if most != nil && uint64(len(text)) <= *most && uint64(len(text)) >= utf8.UTFMax*least {
		return true // however many bytes its characters have
	}
	n := uint64(utf8.RuneCount(text)) // #nosec G115 -- it is a count
	return n >= least && (most == nil || n <= *most)
}

func (r *taker) amount(s *shape) bool {
	raw, ok := r.numeral()
	if !ok {
		return false
	}
	n, small := count(raw)
	var err error
	if small {
		r.out = append(r.out, raw...)
	} else {
		n, err = strconv.ParseFloat(string(raw), 64)
		r.out = appendFloat(r.out, n)
	}
	return err == nil && (s.schema.Type.Is("number") || n == math.Trunc(n)) && s.bounds(n)
}

// bounds reports whether the number lies within those of the schema.
func (s *shape) bounds(n float64) bool {
	least, most := s.schema.Min, s.schema.Max
	return (least == nil || n > *least || n == *least && !s.schema.ExclusiveMin.IsTrue()) &&
		(most == nil || n < *most || n == *most && !s.schema.ExclusiveMax.IsTrue())
}

// count answers the numeral of a count, as it is written too: digits alone, and so few that every
// such number is one of 64 bits.
func count(numeral []byte) (n float64, is bool) {
	const most = 15
	if len(numeral) > most {
		return 0, false
	}
	for _, b := range numeral {
		if b < '0' || b > '9' {
			return 0, false
		}
		n = 10*n + float64(b-'0')
	}
	return n, true
}
