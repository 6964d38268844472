package returns

import (
	"slices"
	"strconv"

	"peerchallenge/pkg/programme"
)

// Texts implements [programme.Worded]. A draft and what explains it are kept from the
// programme's team, whose readers they wait for; the thread is both sides' already.
func (s *Submission) Texts() []programme.Text {
	own := programme.Text{Boroughs: s.Writers(), Systems: true}
	prepared := own
	prepared.Private, prepared.Awaited = true, true
	var texts []programme.Text
	if s.Draft != nil {
		texts = reasonsIn("/draft/values", prepared, s.Draft.Values)
	}
	texts = append(texts, saidIn("/explanations", prepared, s.Explanations)...)
	for i := range s.Thread {
		q, at := &s.Thread[i], "/thread/"+strconv.Itoa(i)
		texts = slices.Concat(texts, programme.Text{Team: true}.At(at+"/text", &q.Text), own.At(at+"/answer", q.Answer))
	}
	return texts
}

// Writers implements [programme.Worded].
func (s *Submission) Writers() []string { return []string{s.Borough} }

// NeedsReason implements [programme.Record].
func (s *Submission) NeedsReason(step programme.Step) bool {
	return step == programme.Withdraw || s.Wording.NeedsReason(step)
}

// Shares implements [programme.Sharing]: what is submitted, the programme's team reads.
func (s *Submission) Shares(step programme.Step) []programme.Worded {
	if step == Submit {
		return []programme.Worded{s}
	}
	return nil
}

// Texts lists what people have written in the version, by places in its return.
func (v *Version) Texts(borough string) []programme.Text {
	at := "/versions/" + strconv.Itoa(v.Number)
	own := programme.Text{Boroughs: []string{borough}}
	return append(reasonsIn(at+"/values", own, v.Values), saidIn(at+"/explanations", own, v.Explanations)...)
}

func reasonsIn(at string, like programme.Text, values Values) []programme.Text {
	var texts []programme.Text
	for i := range values {
		if values[i].Reason == nil { // nearly all, whose places would be written for nobody
			continue
		}
		texts = append(texts, like.At(at+"/"+strconv.Itoa(i)+"/reason", values[i].Reason)...)
	}
	return texts
}

func saidIn(at string, like programme.Text, said []Explanation) []programme.Text {
	var texts []programme.Text
	for i := range said {
		texts = append(texts, like.At(at+"/"+strconv.Itoa(i)+"/text", &said[i].Text)...)
	}
	return texts
}
