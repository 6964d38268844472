package returns

import "peerchallenge/pkg/sheet"

// shown is what stands in a file, as it may stand in a sentence.
func shown(text string) string {
	if text == "" {
		return ""
	}
	return sheet.Shown(text)
}
