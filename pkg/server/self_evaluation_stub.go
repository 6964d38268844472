package server

import (
	"context"

	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/evaluation"
)

func selfEvaluationPaper(h any, o *evaluation.Outline, d *evaluation.Document, f any) chart.Page {
	return chart.Page{Title: "x"}
}
func paperHeading(ctx context.Context, of *evaluation.Signing) any     { return nil }
func paperFigures(ctx context.Context, f []evaluation.CitedFigure) any { return nil }
func paperPolicy() string                                              { return chart.PagePolicy() }
