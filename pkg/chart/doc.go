// Package chart draws what it is given as SVG: a table of boroughs and indicators in
// colours ([HeatMap]), ranked bars ([RankedBars]), a few bars beside a text ([SmallBars]) and
// lines over quarters ([Series]); and puts pictures, words and tables on one page for screen
// and paper ([Page]), and what people have written into a document of parts ([Paper]).
//
// It knows nothing of who may see what: its caller fills in what may be shown. What a
// picture shows stands in its [Table] too, word for word, and nothing else does, so that
// whoever cannot see the picture misses nothing, and whoever has only the table is told
// nothing that the picture keeps. Scales follow from what is drawn.
//
// Each picture has a light panel of its own, so that it can be read on any ground, and
// presentation attributes alone: no style, no script, nothing from elsewhere, so that it
// works under the strictest policy of a page. Colour is never the only sign. The same
// input gives the same bytes.
package chart
