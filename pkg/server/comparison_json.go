package server

import (
	"bytes"
	"errors"
	"math"
	"strconv"

	"github.com/goccy/go-json"

	"peerchallenge/api"
)

// comparisonsJSON is a page of comparisons that writes itself, with the items that are
// written already. Comparisons are the largest answers there are, and nearly all of them
// are numbers of at most four decimals: written member by member, each as soon as it is
// made, a page costs a third of what it costs an encoder that is told of each type what to
// do. A test holds both to the same bytes.
type comparisonsJSON struct {
	page  api.ComparisonPage // without items
	lines *lines
}

// lines are comparisons that are written, one behind the other.
type lines struct {
	text *bytes.Buffer
	err  error
}

// written stands for a comparison that is written.
type written struct{}

func newLines() *lines { return &lines{text: sentAnswers.take()} }

func (l *lines) write(c api.Comparison) written {
	line := l.text.AvailableBuffer()
	if l.text.Len() > 0 {
		line = append(line, ',')
	}
	line, err := appendComparison(line, &c)
	if err != nil {
		l.err = err
	}
	l.text.Write(line)
	return written{}
}

// writeJSON writes what [json.Encoder] would, with a line's end behind it.
func (p comparisonsJSON) writeJSON(out *bytes.Buffer) error {
	frame, err := json.MarshalWithOption(p.page, json.DisableHTMLEscape())
	if err != nil || p.lines.err != nil {
		return errors.Join(err, p.lines.err)
	}
	const list = `"items":[`
	at := bytes.Index(frame, []byte(list)) + len(list) // no text can hold it: a quotation mark in one is escaped
	out.Grow(len(frame) + p.lines.text.Len() + 1)
	out.Write(frame[:at])
	out.Write(p.lines.text.Bytes())
	out.Write(frame[at:])
	sentAnswers.putBack(p.lines.text)
	return out.WriteByte('\n')
}

// appendComparison writes the members in the order of the contract's schemas.
func appendComparison(b []byte, c *api.Comparison) ([]byte, error) {
	b = appendText(append(b, `{"borough":`...), c.Borough)
	b = appendText(append(b, `,"boroughName":`...), c.BoroughName)
	b = appendTexts(append(b, `,"caveatIds":`...), c.CaveatIds)
	b = appendNumber(append(b, `,"change":`...), c.Change)
	b = appendText(append(b, `,"code":`...), c.Code)
	interval := &c.ConfidenceInterval
	b = appendFloat(append(b, `,"confidenceInterval":{"level":`...), interval.Level)
	b = appendNumber(append(b, `,"lower":`...), interval.Lower)
	b = appendOptional(append(b, `,"method":`...), interval.Method)
	b = appendNumber(append(b, `,"upper":`...), interval.Upper)
	b = appendInt(append(b, `},"decimals":`...), c.Decimals)
	b = appendNumber(append(b, `,"denominator":`...), c.Denominator)
	england := &c.England
	b = appendOptional(append(b, `,"england":{"band":`...), england.Band)
	b = appendNumber(append(b, `,"lowerQuartile":`...), england.LowerQuartile)
	b = appendNumber(append(b, `,"median":`...), england.Median)
	b = appendInt(append(b, `,"n":`...), england.N)
	b = appendPublished(append(b, `,"published":`...), &england.Published)
	b = appendRank(append(b, `,"rank":`...), england.Rank)
	b = appendText(append(b, `,"significance":`...), england.Significance)
	b = appendNumber(append(b, `,"upperQuartile":`...), england.UpperQuartile)
	b = appendText(append(b, `},"indicator":`...), c.Indicator)
	b = appendText(append(b, `,"indicatorName":`...), c.IndicatorName)
	b, err := appendSeldom(append(b, `,"joint":`...), c.Joint)
	if err != nil {
		return nil, err
	}
	b = appendOptional(append(b, `,"method":{"englandReleaseId":`...), c.Method.EnglandReleaseId)
	b = appendExclusions(append(b, `,"excluded":`...), c.Method.Excluded)
	b = appendOptional(append(b, `,"previousReleaseId":`...), c.Method.PreviousReleaseId)
	b = appendOptional(append(b, `,"regionReleaseId":`...), c.Method.RegionReleaseId)
	b = appendOptional(append(b, `,"releaseId":`...), c.Method.ReleaseId)
	b = appendInt(append(b, `,"revision":`...), c.Method.Revision)
	b = appendNumber(append(b, `},"numerator":`...), c.Numerator)
	if b, err = appendSeldom(append(b, `,"peers":`...), c.Peers); err != nil {
		return nil, err
	}
	b = appendText(append(b, `,"period":`...), c.Period)
	b = appendText(append(b, `,"periodKind":`...), c.PeriodKind)
	b = appendText(append(b, `,"periodName":`...), c.PeriodName)
	b = appendText(append(b, `,"polarity":`...), c.Polarity)
	b = appendText(append(b, `,"previous":{"code":`...), c.Previous.Code)
	b = appendText(append(b, `,"period":`...), c.Previous.Period)
	b = appendText(append(b, `,"status":`...), c.Previous.Status)
	b = appendNumber(append(b, `,"value":`...), c.Previous.Value)
	region := &c.Region
	b = appendText(append(b, `},"region":{"code":`...), region.Code)
	b = appendText(append(b, `,"exception":`...), region.Exception)
	b = appendOptional(append(b, `,"exceptionMeaning":`...), region.ExceptionMeaning)
	b = appendNumber(append(b, `,"mean":`...), region.Mean)
	b = appendInt(append(b, `,"n":`...), region.N)
	b = appendText(append(b, `,"name":`...), region.Name)
	b = appendNumber(append(b, `,"p20":`...), region.P20)
	b = appendNumber(append(b, `,"p80":`...), region.P80)
	b = appendPublished(append(b, `,"published":`...), &region.Published)
	b = appendRank(append(b, `,"rank":`...), region.Rank)
	b = appendText(append(b, `,"significance":`...), region.Significance)
	near := &c.StatisticalNeighbours
	b = appendNumber(append(b, `},"statisticalNeighbours":{"gap":`...), near.Gap)
	b = appendNumber(append(b, `,"mean":`...), near.Mean)
	b = appendNumber(append(b, `,"median":`...), near.Median)
	b = appendInt(append(b, `,"n":`...), near.N)
	b = appendText(append(b, `},"status":`...), c.Status)
	b = appendNumber(append(b, `,"subRegion":{"mean":`...), c.SubRegion.Mean)
	b = appendInt(append(b, `,"n":`...), c.SubRegion.N)
	b = appendNumber(append(b, `,"pooled":`...), c.SubRegion.Pooled)
	b = appendInt(append(b, `,"pooledN":`...), c.SubRegion.PooledN)
	if b, err = appendSeldom(append(b, `},"target":`...), c.Target); err != nil {
		return nil, err
	}
	b = appendText(append(b, `,"theme":`...), c.Theme)
	b = appendText(append(b, `,"unit":`...), c.Unit)
	b = appendText(append(b, `,"unitName":`...), c.UnitName)
	b = appendNumber(append(b, `,"value":`...), c.Value)
	return append(b, '}'), nil
}

func appendPublished(b []byte, f *api.PublishedFigure) []byte {
	b = appendText(append(b, `{"status":`...), f.Status)
	b = appendNumber(append(b, `,"value":`...), f.Value)
	return append(b, '}')
}

func appendExclusions(b []byte, e *api.Exclusions) []byte {
	if e == nil {
		return append(b, null...)
	}
	b = appendExcluded(append(b, `{"england":`...), e.England)
	b = appendExcluded(append(b, `,"region":`...), e.Region)
	b = appendExcluded(append(b, `,"statisticalNeighbours":`...), e.StatisticalNeighbours)
	b = appendExcluded(append(b, `,"subRegion":`...), e.SubRegion)
	return append(b, '}')
}

func appendExcluded(b []byte, excluded []api.Exclusion) []byte {
	return appendList(b, excluded, func(b []byte, e api.Exclusion) []byte {
		b = appendTexts(append(b, `{"authorities":`...), e.Authorities)
		b = appendText(append(b, `,"status":`...), e.Status)
		return append(b, '}')
	})
}

// appendSeldom writes an object that few comparisons have.
func appendSeldom[T any](b []byte, object *T) ([]byte, error) {
	if object == nil {
		return append(b, null...), nil
	}
	text, err := json.MarshalWithOption(object, json.DisableHTMLEscape())
	return append(b, text...), err
}

const null = "null"

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

func appendRank(b []byte, rank *int) []byte {
	if rank == nil {
		return append(b, null...)
	}
	return appendInt(b, *rank)
}

func appendNumber(b []byte, v *float64) []byte {
	if v == nil {
		return append(b, null...)
	}
	return appendFloat(b, *v)
}

// appendFloat writes the shortest decimal that reads as the number. Where that has at most
// four decimals, a whole number of ten thousandths tells it: two decimals of so few digits
// never read as one number, so that there is no shorter one.
func appendFloat(b []byte, v float64) []byte {
	const most = 1e15 // ten thousandths; all decimals of fifteen digits are numbers of their own
	parts := math.Round(v * 1e4)
	if parts/1e4 != v || math.Abs(parts) >= most || parts == 0 && math.Signbit(v) {
		text, err := json.Marshal(v)
		if err != nil { // of what no decimal can say
			return append(b, null...)
		}
		return append(b, text...)
	}
	n := int64(parts)
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/1e4, 10)
	if n %= 1e4; n == 0 {
		return b
	}
	b = append(b, '.')
	for unit := int64(1000); n > 0; unit /= 10 {
		b, n = append(b, byte('0'+n/unit)), n%unit // #nosec G115 -- a digit
	}
	return b
}

func appendTexts(b []byte, texts []string) []byte { return appendList(b, texts, appendText) }

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	if list == nil {
		return append(b, null...)
	}
	b = append(b, '[')
	for i, item := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, item)
	}
	return append(b, ']')
}

func appendOptional[T ~string](b []byte, text *T) []byte {
	if text == nil {
		return append(b, null...)
	}
	return appendText(b, *text)
}

// appendText quotes a text. Nearly all of them are codes and plain names.
func appendText[T ~string](b []byte, text T) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			quoted, _ := json.MarshalWithOption(string(text), json.DisableHTMLEscape()) // there is no text that has no form
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}
