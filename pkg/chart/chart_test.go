package chart_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"peerchallenge/pkg/chart"
)

// folder is where .ci/clients/run has the page and the pictures written, to look at them in
// a browser.
var folder = flag.String("pictures", "", "write the sample page and pictures into this folder")

type picture interface {
	chart.Picture
	Write(w io.Writer) error
}

func samples() map[string]picture {
	quarters := heatMap()
	quarters.Parts, quarters.Of = chart.Quarters, "England's authorities"
	return map[string]picture{"quarters": quarters, "heat-map": heatMap(), "ranked-bars": rankedBars(), "series": series(), "small-bars": smallBars()}
}

func svg(t *testing.T, p picture) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func html(t *testing.T, p interface{ Write(w io.Writer) error }) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPictures(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"page.html": html(t, page()), "paper.html": html(t, paper())}
	for name, p := range samples() {
		files[name+".svg"] = svg(t, p)
	}
	for name, content := range files {
		if len(content) > 300<<10 {
			t.Errorf("%s has %d bytes", name, len(content))
		}
		if *folder == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(*folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
