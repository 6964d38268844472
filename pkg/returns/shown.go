package returns

import (
	"strconv"

	"peerchallenge/pkg/sheet"
)

// shown is what stands in a file, as it may stand in a sentence.
func shown(text string) string {
	if text == "" {
		return ""
	}
	return sheet.Shown(text)
}

// ofIllustrative is the column that says whether a quarter's figures are made up.
const ofIllustrative = "illustrative"

// titled is the title of a sheet, which says where the figures are made up.
func titled(title string, illustrative bool) string {
	if illustrative {
		return title + " (made up)"
	}
	return title
}

// yesOrNo is a truth as lists write it in CSV.
func yesOrNo(is bool) string { return strconv.FormatBool(is) }
