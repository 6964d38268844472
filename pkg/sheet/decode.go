package sheet

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// decoder turns a file's bytes into text: UTF-8 in normal form C, every line ended by
// a line feed alone. It decides between UTF-8 and Windows-1252 at the first character
// beyond ASCII, which may stand far behind the header.
type decoder struct {
	source   io.Reader
	encoding encoding
	buffer   []byte // decoded, not yet given
	space    [32 << 10]byte
	rest     []byte // the beginning of a character
	err      error
}

// errNotText ends a reading at bytes that the encoding does not have.
var errNotText = errors.New("not text of the encoding")

// decoded answers the text of a source whose mark has been taken off.
func decoded(source io.Reader, found encoding) (text io.Reader, d *decoder) {
	d = &decoder{source: source, encoding: found}
	switch found {
	case utf16Little:
		d.source = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Reader(source)
	case utf16Big:
		d.source = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Reader(source)
	}
	return transform.NewReader(norm.NFC.Reader(d), &lineEnds{}), d
}

// Read implements io.Reader.
func (d *decoder) Read(p []byte) (int, error) {
	for len(d.buffer) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		n, err := d.source.Read(d.space[len(d.rest):])
		copy(d.space[:], d.rest)
		chunk := d.space[:len(d.rest)+n]
		d.rest, d.err = nil, err
		d.take(chunk, err != nil)
	}
	n := copy(p, d.buffer)
	d.buffer = d.buffer[n:]
	return n, nil
}

func (d *decoder) take(chunk []byte, last bool) {
	whole, rest, valid := wholeRunes(chunk)
	if d.encoding == undecided && bytes.IndexFunc(chunk, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		d.encoding = windows1252
		if valid {
			d.encoding = utf8Text
		}
	}
	switch {
	case d.encoding == windows1252:
		// Every byte is a character, even those that Windows leaves free.
		d.buffer, _ = charmap.Windows1252.NewDecoder().Bytes(chunk)
	case !valid, last && len(rest) > 0:
		d.err = errNotText
	default:
		d.buffer, d.rest = whole, bytes.Clone(rest)
	}
}

// wholeRunes parts a text from a character that is cut off at its end, and says
// whether the text before that is UTF-8.
func wholeRunes(text []byte) (whole, rest []byte, valid bool) {
	n := len(text)
	for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
		if utf8.RuneStart(text[len(text)-i]) {
			if !utf8.FullRune(text[len(text)-i:]) {
				n -= i
			}
			break
		}
	}
	return text[:n], text[n:], utf8.Valid(text[:n])
}

// lineEnds makes CR LF and a lone CR a line feed.
type lineEnds struct{ transform.NopResetter }

// Transform implements transform.Transformer.
func (*lineEnds) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if nDst == len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		b := src[nSrc]
		if b == '\r' {
			if nSrc+1 == len(src) && !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			if nSrc+1 < len(src) && src[nSrc+1] == '\n' {
				nSrc++
			}
			b = '\n'
		}
		dst[nDst] = b
		nDst, nSrc = nDst+1, nSrc+1
	}
	return nDst, nSrc, nil
}
