package sheet

import (
	"archive/zip"
	"bytes"
	"strings"
)

// sniffed is how much of a file is looked at before it is read.
const sniffed = 64 << 10

// notATable recognises by their first bytes what people send instead of a table.
// Archives are told apart later, because their contents must be asked.
func notATable(head []byte) *ReadError {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	lower := bytes.ToLower(text[:min(len(text), 512)])
	starts := func(mark string) bool { return bytes.HasPrefix(head, []byte(mark)) }
	switch {
	case len(text) == 0:
		return problem("empty_file", "The file is empty.")
	case starts("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return problem("xls", "This is a workbook of the older kind, XLS, or one with a password. Open it and save it as XLSX, or as CSV UTF-8, without a password.")
	case starts("\x1f\x8b"):
		return problem("gzip", "This file is compressed with gzip. Unpack it and send what is in it.")
	case starts("7z\xbc\xaf\x27\x1c"), starts("Rar!"), starts("BZh"), starts("\xfd7zXZ"), starts("\x28\xb5\x2f\xfd"):
		return problem("archive", "This file is compressed. Unpack it and send what is in it.")
	case starts("PAR1"):
		return problem("parquet", "This is a Parquet file. Write the table as CSV in UTF-8 and send that.")
	case starts("SQLite format 3\x00"):
		return problem("database", "This is a database. Write the table as CSV in UTF-8 and send that.")
	case starts("%PDF"):
		return problem("pdf", "This is a PDF. Send the table behind it, as CSV or XLSX.")
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")),
		bytes.HasPrefix(lower, []byte("<!--")) && bytes.Contains(lower, []byte("<html")):
		return problem("web_page", "This is a web page, and most likely the one that asks to sign in or says that a download failed. Open the address in a browser, sign in, and save the file itself.")
	case bytes.HasPrefix(lower, []byte("<?xml")), bytes.HasPrefix(lower, []byte("<")):
		return problem("xml", "This is XML. Save the table as CSV in UTF-8, or as XLSX.")
	case bytes.HasPrefix(lower, []byte(`{\rtf`)):
		return problem("document", "This is a text document. Save the table in it as CSV in UTF-8, or as XLSX.")
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		return problem("json", "This is JSON. Save the table as CSV in UTF-8, or as XLSX.")
	}
	return nil
}

// binary recognises what no encoding of text looks like.
func binary(head []byte) bool {
	control := 0
	for _, b := range head {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1a {
			control++
		}
	}
	return control*100 > len(head) // text in UTF-16 has been asked for before
}

// archived tells a workbook from other archives, by what is in it.
func archived(z *zip.Reader) *ReadError {
	has := map[string]bool{}
	for _, f := range z.File {
		has[f.Name] = true
		if f.Name == "mimetype" && bytes.HasPrefix(content(f, 100), []byte("application/vnd.oasis.opendocument")) {
			return problem("ods", "This is an OpenDocument file. Open it and save it as XLSX, or as CSV in UTF-8.")
		}
	}
	switch {
	case has["xl/workbook.xml"]:
		return nil
	case has["xl/workbook.bin"]:
		return problem("xlsb", "This is a binary workbook, XLSB. Open it and save it as XLSX, or as CSV UTF-8.")
	case has["word/document.xml"], has["ppt/presentation.xml"]:
		return problem("document", "This is a text document or a presentation. Save the table in it as CSV in UTF-8, or as XLSX.")
	case has["[Content_Types].xml"]:
		return problem("unknown_workbook", "This is no workbook that can be read. Open it and save it as XLSX, or as CSV in UTF-8.")
	}
	return problem("zip", "This is a ZIP archive. Unpack it and send the file that is in it.")
}

// content answers the beginning of a member of an archive.
func content(f *zip.File, most int) []byte {
	r, err := f.Open()
	if err != nil {
		return nil
	}
	defer func() { _ = r.Close() }() // it was only read
	text := make([]byte, most)
	n, _ := r.Read(text)
	return text[:n]
}

// encoding is how a text's characters stand in bytes.
type encoding string

const (
	undecided   encoding = "" // ASCII so far, which all of these but UTF-16 share
	utf8Text    encoding = "UTF-8"
	windows1252 encoding = "Windows-1252"
	utf16Little encoding = "UTF-16LE"
	utf16Big    encoding = "UTF-16BE"
)

// encodingOf tells the encoding by its mark or, without one, by the zero bytes that
// letters of ours have in UTF-16. Whether other text is UTF-8 is seen where its first
// character beyond ASCII stands.
func encodingOf(head []byte) (found encoding, mark int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return utf8Text, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return utf16Little, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16Big, 2
	}
	var even, odd int
	for i, b := range head[:min(len(head), 1024)] {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	half := min(len(head), 1024) / 2
	switch {
	case half > 1 && odd*10 > half*8 && even*10 < half:
		return utf16Little, 0
	case half > 1 && even*10 > half*8 && odd*10 < half:
		return utf16Big, 0
	}
	return undecided, 0
}

// separators are what stands between cells, in the order in which they are believed
// where a header has as many of one as of another.
const separators = ",;\t|"

// separatorOf answers the one that the header has most of, outside quotation marks.
func separatorOf(header string) rune {
	counts, quoted := map[rune]int{}, false
	for _, r := range header {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && strings.ContainsRune(separators, r):
			counts[r]++
		}
	}
	best := ','
	for _, r := range separators {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}
