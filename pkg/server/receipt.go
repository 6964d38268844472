package server

import (
	"context"
	"encoding/base64"
	"fmt"

	"peerchallenge/api"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type receiptStore interface {
	Receipt(ctx context.Context, actor programme.Actor, id string) (programme.Receipt, error)
}

// Receipts are made as something is signed, and never by a call of their own.
var receipts = nounOf[programme.Receipt, struct{}](nil, nil, receiptWire)

// GetReceipt answers one.
func (s *Server) GetReceipt(ctx context.Context, r api.GetReceiptRequestObject) (api.Response, error) {
	return receipts.read(ctx, s.store.Receipt, r.Id)
}

// VerifyReceipt holds a document to one, and keeps nothing of it.
func (s *Server) VerifyReceipt(ctx context.Context, r api.VerifyReceiptRequestObject) (api.Response, error) {
	receipt, err := s.store.Receipt(ctx, callOf(ctx).actor, r.Id)
	if err != nil {
		return nil, err
	}
	if (r.Body.BenchmarkingSubmission == nil) == (r.Body.SelfEvaluation == nil) {
		return nil, programme.Refuse([]programme.Fault{{Pointer: "/selfEvaluation", Code: programme.FaultOneOf, Detail: "Send either a return or a self-evaluation."}})
	}
	var canonical []byte
	if r.Body.SelfEvaluation != nil {
		canonical, err = signedEvaluationOf(r.Body.SelfEvaluation).Canonical()
	} else {
		canonical, err = signedOf(r.Body.BenchmarkingSubmission).Canonical()
	}
	if err != nil {
		return nil, err
	}
	proof := receipt.Prove(canonical)
	return ok(ctx, api.ReceiptVerification{Genuine: proof.Hash && proof.Signature, HashMatches: proof.Hash, SignatureMatches: proof.Signature})
}

func signedOf(in *api.SignedReturn) returns.Signed {
	d := returns.Signed{
		Borough: in.Borough, Quarter: in.Quarter, Number: in.Number, Framework: in.Framework, SubmittedAt: in.SubmittedAt,
		SubmittedBy: programme.Role(in.SubmittedBy), OnAuthority: convert[programme.Role](in.OnAuthorityOf),
	}
	for i := range in.Values {
		d.Values = append(d.Values, valueOf(&in.Values[i]))
	}
	for _, e := range in.Explanations {
		d.Explanations = append(d.Explanations, returns.SignedStatement{
			Rule: e.Rule, Counts: e.Counts, Text: e.Text, By: programme.Role(e.By), At: e.At, CarriedFrom: e.CarriedFrom,
		})
	}
	return d
}

func signedEvaluationOf(in *api.SignedSelfEvaluation) evaluation.Signed {
	v := evaluation.Version{Number: in.Number, SignedAt: in.SignedAt, SignedBy: programme.Role(in.SignedBy), Document: evaluation.Document{TemplateID: in.TemplateId, TemplateVersion: in.TemplateVersion}}
	for i := range in.Sections {
		v.Document.Sections = append(v.Document.Sections, evaluation.Section{ID: in.Sections[i].Id, Content: contentOf(&in.Sections[i])})
	}
	return v.Signed(&evaluation.SelfEvaluation{Borough: in.Borough, Cycle: programme.Cycle(in.Cycle)})
}

func receiptWire(ctx context.Context) func(*programme.Receipt) api.Receipt {
	names := namesIn(ctx)
	return func(r *programme.Receipt) api.Receipt {
		wire := api.Receipt{
			Id: r.ID, Borough: r.Borough, BoroughName: names.borough(r.Borough), Document: api.DocumentKind(r.Document), RecordId: r.RecordID, Number: r.Number,
			SignedBy: string(r.SignedBy), Subject: r.Subject, AuthorisationId: r.AuthorisationID, Illustrative: r.Illustrative, SignedAt: r.SignedAt,
			Salt: base64.RawURLEncoding.EncodeToString(r.Salt), Hash: base64.RawURLEncoding.EncodeToString(r.Hash),
			Key: publicKeysWire([]programme.PublicKey{r.Key})[0], Signature: r.Signature,
			RedactedAt: r.RedactedAt, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Etag: etagOf(r.Version),
		}
		deed := "Submitted"
		if r.Document == programme.SelfEvaluationDocument {
			deed = "Signed"
		}
		wire.Statement = fmt.Sprintf("%s by a %s of %s.", deed, wire.SignedBy, wire.BoroughName)
		if r.AuthorisationID != nil {
			lead := string(programme.RoleBoroughLead)
			wire.OnAuthorityOf = &lead
			wire.Statement = fmt.Sprintf("Submitted by a %s of %s on authority of a %s of %s.", wire.SignedBy, wire.BoroughName, lead, wire.BoroughName)
		}
		return wire
	}
}
