package server

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"peerchallenge/pkg/programme"
)

// Bounds of every JSON body, far above what any operation takes. The schema
// validator's time and memory grow faster than the text does.
const (
	maxDepth  = 64
	maxValues = 50_000
	// maxUncomposed is how many bytes of texts that Unicode would write in another way are
	// put into their normal form.
	maxUncomposed = 512 << 10
)

// scan reads a JSON text once, and nothing else reads it. It answers the value that
// the validator takes, made of map[string]any, []any, string, float64, bool and nil,
// with its texts in their normal form, and the faults of what JSON has and we cannot
// keep. What is no JSON (RFC 8259) or not Unicode, is too deep or too much, or has a
// member twice, of which its sender and we might take different ones, is an error.
func scan(text []byte) (any, []programme.Fault, error) {
	s := scanner{text: text}
	value, err := s.value()
	if s.next(); err == nil && s.at < len(text) {
		err = errNotJSON
	}
	if err != nil {
		return nil, nil, err
	}
	return value, s.faults, nil
}

var (
	errNotJSON       = programme.Errorf(programme.Malformed, programme.CodeMalformedJSON, "The body is not one JSON document.")
	errTooDeep       = programme.Errorf(programme.Malformed, programme.CodeTooDeep, "The JSON is nested deeper than %d levels.", maxDepth)
	errUncomposed    = programme.Errorf(programme.Malformed, programme.CodeUncomposed, "More than %d KiB of the JSON's texts may not be in Unicode's composed form (NFC).", maxUncomposed>>10)
	errTooManyValues = programme.Errorf(programme.Malformed, programme.CodeTooManyValues, "The JSON has more than %d values.", maxValues)
)

type scanner struct {
	text       []byte
	at         int
	values     int
	uncomposed int
	lone       bool   // the text that was read last has half of a surrogate pair
	trail      []step // from the document to the value that is being read
	faults     []programme.Fault
}

// step is the name of a member, or the index of an item.
type step struct {
	member bool
	name   string
	index  int
}

// next skips white space and answers the byte that follows, without taking it:
// U+0000, with which nothing in JSON begins, behind the last.
func (s *scanner) next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch b := s.text[s.at]; b {
		case ' ', '\t', '\n', '\r':
		default:
			return b
		}
	}
	return 0
}

// take takes the byte if it is the next.
func (s *scanner) take(b byte) bool {
	if s.next() != b {
		return false
	}
	s.at++
	return true
}

func (s *scanner) value() (any, error) {
	if s.values++; s.values > maxValues {
		return nil, errTooManyValues
	}
	switch s.next() {
	case '{':
		return s.object()
	case '[':
		return s.array()
	case '"':
		return s.textValue()
	case 't':
		return true, s.word("true")
	case 'f':
		return false, s.word("false")
	case 'n':
		return nil, s.word("null")
	}
	return s.number()
}

func (s *scanner) word(word string) error {
	if !bytes.HasPrefix(s.text[s.at:], []byte(word)) {
		return errNotJSON
	}
	s.at += len(word)
	return nil
}

// enter begins an object or a list; leave ends it.
func (s *scanner) enter() error {
	if len(s.trail) == maxDepth {
		return errTooDeep
	}
	s.at++
	s.trail = append(s.trail, step{})
	return nil
}

func (s *scanner) leave() { s.trail = s.trail[:len(s.trail)-1] }

func (s *scanner) array() (any, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	items := []any{}
	for !s.take(']') {
		if len(items) > 0 && !s.take(',') {
			return nil, errNotJSON
		}
		s.trail[len(s.trail)-1] = step{index: len(items)}
		item, err := s.value()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (s *scanner) object() (any, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	members := map[string]any{}
	for !s.take('}') {
		if len(members) > 0 && !s.take(',') || s.next() != '"' {
			return nil, errNotJSON
		}
		name, _, err := s.quoted()
		if err != nil || s.lone || !s.take(':') {
			return nil, errNotJSON
		}
		s.trail[len(s.trail)-1] = step{member: true, name: name}
		if _, twice := members[name]; twice {
			return nil, programme.BadRequest(programme.Fault{Pointer: s.pointer(), Code: programme.FaultRepeated, Detail: "This member is given more than once."})
		}
		if members[name], err = s.value(); err != nil {
			return nil, err
		}
	}
	return members, nil
}

func (s *scanner) textValue() (any, error) {
	text, plain, err := s.quoted()
	if err != nil || plain {
		return text, err
	}
	if s.lone { // which JSON lets one write and Unicode has not
		s.fault(programme.FaultLoneSurrogate, "Must not have one half of a surrogate pair (U+D800 to U+DFFF) without the other.")
	}
	if strings.ContainsRune(text, 0) { // which JSON has and PostgreSQL has not
		s.fault(programme.FaultZeroCharacter, "Must not have the character U+0000.")
		text = strings.ReplaceAll(text, "\x00", "\uFFFD") // one fault is enough
	}
	if s.uncomposed += programme.Uncomposed(text); s.uncomposed > maxUncomposed {
		return nil, errUncomposed
	}
	return programme.Normal(text), nil
}

// quoted reads a text in quotes. Plain is one of ASCII without escapes, which is
// all that most are.
func (s *scanner) quoted() (text string, plain bool, err error) {
	s.lone = false
	raw, plain, ok := s.span()
	switch {
	case !ok:
		return "", false, errNotJSON
	case plain:
		return string(raw), true, nil
	}
	text, s.lone, err = unescaped(raw)
	return text, false, err
}

// span answers what stands between quotes, as it is written.
func (s *scanner) span() (raw []byte, plain, ok bool) {
	plain = true
	for i := s.at + 1; i < len(s.text); i++ {
		switch b := s.text[i]; {
		case b == '"':
			raw = s.text[s.at+1 : i]
			s.at = i + 1
			return raw, plain, true
		case b < ' ':
			return nil, false, false
		case b == '\\':
			plain = false
			i++
		case b >= utf8.RuneSelf:
			plain = false
		}
	}
	return nil, false, false
}

// escapes are the escapes of one letter.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescaped reads what stands between quotes. Lone says that a half of a surrogate pair is
// in it, in whose place is U+FFFD.
func unescaped(raw []byte) (text string, lone bool, err error) {
	if !utf8.Valid(raw) {
		return "", false, errNotJSON
	}
	read := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		plain := bytes.IndexByte(raw, '\\')
		if plain < 0 {
			plain = len(raw)
		}
		read, raw = append(read, raw[:plain]...), raw[plain:]
		if len(raw) == 0 {
			break
		}
		if b := escapes[raw[1]]; b != 0 {
			read, raw = append(read, b), raw[2:]
			continue
		}
		r, rest := codeUnit(raw)
		if utf16.IsSurrogate(r) { // one half of a pair; alone it is no Unicode
			second, behind := codeUnit(rest)
			if r = utf16.DecodeRune(r, second); r == unicode.ReplacementChar {
				lone = true
			} else {
				rest = behind
			}
		}
		if r < 0 {
			return "", false, errNotJSON
		}
		read, raw = utf8.AppendRune(read, r), rest
	}
	return string(read), lone, nil
}

// codeUnit reads \uXXXX, and answers -1 where there is none.
func codeUnit(raw []byte) (rune, []byte) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return -1, nil
	}
	code, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	if err != nil {
		return -1, nil
	}
	return rune(code), raw[6:]
}

// number reads a number as the float64 that is nearest to it. Whole numbers are
// exact as far as the contract's limits go.
func (s *scanner) number() (any, error) {
	raw, ok := s.numeral()
	if !ok {
		return nil, errNotJSON
	}
	number, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		s.fault(programme.FaultOutOfRange, "Must be a number that 64 bits can hold.")
		number = 0
	}
	return number, nil
}

// numeral answers a number as it is written.
func (s *scanner) numeral() (raw []byte, ok bool) {
	start := s.at
	s.one("-")
	if !s.one("0") && !s.digits() || s.one(".") && !s.digits() {
		return nil, false
	}
	if s.one("eE") {
		s.one("+-")
		if !s.digits() {
			return nil, false
		}
	}
	return s.text[start:s.at], true
}

// one takes the next byte if it is one of these.
func (s *scanner) one(of string) bool {
	if s.at < len(s.text) && strings.IndexByte(of, s.text[s.at]) >= 0 {
		s.at++
		return true
	}
	return false
}

// digits takes the digits that follow, if there are any.
func (s *scanner) digits() bool {
	from := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	return s.at > from
}

// fault notes what is wrong with the value that is being read. More than an answer
// lists are not kept.
func (s *scanner) fault(code programme.FaultCode, detail string) {
	if len(s.faults) <= maxFaults {
		s.faults = append(s.faults, programme.Fault{Pointer: s.pointer(), Code: code, Detail: detail})
	}
}

func (s *scanner) pointer() string {
	var pointer strings.Builder
	for _, at := range s.trail {
		if at.member {
			pointer.WriteString("/" + programme.PointerStep(clip(at.name)))
		} else {
			pointer.WriteString("/" + strconv.Itoa(at.index))
		}
	}
	return pointer.String()
}
