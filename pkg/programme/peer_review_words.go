package programme

import (
	"slices"
	"strconv"
)

// Texts implements [Worded]. Sessions, the host's comments and the progress review stay
// between the parties, however far the report is published.
func (r *PeerReview) Texts() []Text {
	plan := Text{Team: true, Awaited: true}
	between := Text{Team: true}
	report := Text{Boroughs: r.Visitors(), Team: true, Awaited: true}
	host := Text{Boroughs: []string{r.Host}}
	texts := plan.At("/scope", r.Scope)
	for i := range r.KLOEs {
		texts = append(texts, plan.At("/kloes/"+strconv.Itoa(i), &r.KLOEs[i])...)
	}
	for i := range r.Sessions {
		at := "/sessions/" + strconv.Itoa(i)
		texts = slices.Concat(texts, between.At(at+"/title", &r.Sessions[i].Title), between.At(at+"/attendees", r.Sessions[i].Attendees))
	}
	for i := range r.HostComments {
		texts = append(texts, host.At("/hostComments/"+strconv.Itoa(i)+"/text", &r.HostComments[i].Text)...)
	}
	texts = append(texts, report.At("/report", r.Report)...)
	for i := range r.ReportLinks {
		at := "/reportLinks/" + strconv.Itoa(i)
		texts = slices.Concat(texts, report.At(at+"/title", &r.ReportLinks[i].Title), report.AtAddress(at+"/url", &r.ReportLinks[i].URL))
	}
	texts = append(texts, between.At("/progressReview", r.ProgressReview)...)
	return append(texts, between.At("/progressReviewWaived", r.ProgressReviewWaived)...)
}

// Writers implements [Worded].
func (r *PeerReview) Writers() []string { return append(r.Visitors(), r.Host) }

// Shares implements [Sharing]: to publish a report is to give it, and what was found,
// readers beyond the parties. What is published before it is final waits for that. Who
// takes a publication back is never kept from it; how far one goes that is
// published already, [PeerReview.PublishTo] says.
func (r *PeerReview) Shares(step Step) []Worded {
	if step == Publish && r.Publication == PublishedToParties || step == Finalise && r.Publication != PublishedToParties {
		return r.shared()
	}
	return nil
}

func (r *PeerReview) shared() []Worded {
	all := []Worded{r}
	for i := range r.Findings {
		all = append(all, &r.Findings[i])
	}
	return all
}

// PublishTo decides how far the report may be seen. The error is Conflict if it would
// be seen by more than before, and screening found what nobody has acknowledged.
func (r *PeerReview) PublishTo(p Publication) error {
	if reach(p) > reach(r.Publication) {
		if err := acknowledged(r, r.shared()); err != nil {
			return err
		}
	}
	r.Publication = p
	return nil
}

func reach(p Publication) int {
	return slices.Index([]Publication{PublishedToParties, PublishedToBoroughs, PublishedToEveryone}, p)
}

// Visitors answers the codes of the boroughs from which the team comes, each once.
func (r *PeerReview) Visitors() []string {
	var codes []string
	for _, m := range r.Team {
		if m.Borough != nil && !slices.Contains(codes, *m.Borough) {
			codes = append(codes, *m.Borough)
		}
	}
	return codes
}
