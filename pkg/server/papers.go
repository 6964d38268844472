package server

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/goccy/go-json"

	"peerchallenge/api"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// zipFile is the media type of archives.
const zipFile = "application/zip"

// mostPapers is how many bytes the files of an archive have together at most. It is made in
// memory, where no more than these stand, compressed.
const mostPapers = 64 << 20

// GetPapers answers what a borough wrote, and what was written about it, as one archive.
func (s *Server) GetPapers(ctx context.Context, r api.GetPapersRequestObject) (api.Response, error) {
	name, err := ledBy(ctx, r.Borough)
	if err != nil {
		return nil, err
	}
	call := callOf(ctx)
	ctx = withinAnother(ctx)
	p := newPapers(papersManifest{Borough: r.Borough, BoroughName: name, Service: serviceVersion()}, mostPapers)
	for _, add := range []func(context.Context, *papers) error{s.addRecords, s.addReturns, s.addEvaluations} {
		if err := add(ctx, p); err != nil {
			return nil, err
		}
	}
	archive, err := p.closed()
	if err != nil {
		return nil, err
	}
	return reply{call: call, status: http.StatusOK, file: nameOfFile("papers", r.Borough, string(call.today), p.manifest.Illustrative, "zip"), content: newContent(zipFile, archive)}, nil
}

// serviceVersion is the version of the program, where its build knows one.
func serviceVersion() *string {
	info, known := debug.ReadBuildInfo()
	if !known || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return nil
	}
	return &info.Main.Version
}

// papers is an archive that is being made. Of the same files it is the same, to the byte.
type papers struct {
	manifest papersManifest
	most     int // how many bytes its files may have together
	has      int
	out      bytes.Buffer
	zip      *zip.Writer
}

// papersManifest says what is in an archive.
type papersManifest struct {
	Borough      string       `json:"borough"`
	BoroughName  string       `json:"boroughName"`
	Service      *string      `json:"service"` // the version that made it; nil where it is not known
	Illustrative bool         `json:"illustrative"`
	Files        []papersFile `json:"files"`
	LeftOut      []papersRest `json:"leftOut"`
}

type papersFile struct {
	Path   string `json:"path"`
	Size   int    `json:"size"`   // in bytes
	SHA256 string `json:"sha256"` // of its bytes, in hexadecimal
}

// papersRest is what was not taken in, and the address at which it is read.
type papersRest struct {
	Path    string `json:"path"`
	Address string `json:"address"`
}

func newPapers(manifest papersManifest, most int) *papers {
	manifest.Files, manifest.LeftOut = []papersFile{}, []papersRest{}
	p := &papers{manifest: manifest, most: most}
	p.zip = zip.NewWriter(&p.out)
	return p
}

// add takes a file in, unless there is no more room. Then it is not made either, but for
// the one that first found none.
func (p *papers) add(path, address string, made func() ([]byte, error)) error {
	if p.has < p.most {
		body, err := made()
		if err != nil {
			return err
		}
		if p.has += len(body); p.has <= p.most {
			sum := sha256.Sum256(body)
			p.manifest.Files = append(p.manifest.Files, papersFile{Path: path, Size: len(body), SHA256: hex.EncodeToString(sum[:])})
			return p.write(path, body)
		}
	}
	p.manifest.LeftOut = append(p.manifest.LeftOut, papersRest{Path: path, Address: address})
	return nil
}

// addData takes in what the address answers as data.
func (p *papers) addData(path, address string, made func() (any, error)) error {
	return p.add(path, address, func() ([]byte, error) {
		value, err := made()
		if err != nil {
			return nil, err
		}
		return asData(value)
	})
}

// asData writes a value as answers have it.
func asData(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return out.Bytes(), err
}

// filed is when every file of an archive was made, so that the archive stays the same: the
// first day that the form knows.
var filed = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

func (p *papers) write(path string, body []byte) error {
	w, err := p.zip.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Deflate, Modified: filed})
	if err == nil {
		_, err = w.Write(body)
	}
	return err
}

// closed adds the manifest, and answers the archive.
func (p *papers) closed() ([]byte, error) {
	body, err := asData(p.manifest)
	if err == nil {
		err = p.write("manifest.json", body)
	}
	if err == nil {
		err = p.zip.Close()
	}
	return p.out.Bytes(), err
}

// addList takes in a whole list, as it is answered.
func addList[T, W any](ctx context.Context, p *papers, path, address string, list programme.Listing[T], wire func(*T) W) error {
	return p.addData(path, address, func() (any, error) {
		rows, err := whole(ctx, list)
		all := page[W]{Items: make([]W, len(rows))}
		for i := range rows {
			all.Items[i] = wire(&rows[i])
		}
		return all, err
	})
}

// addRecords takes in findings and what else the programme's year has of the borough.
func (s *Server) addRecords(ctx context.Context, p *papers) error {
	actor, borough := callOf(ctx).actor, p.manifest.Borough
	of := "?borough=" + borough
	err := addList(ctx, p, "findings.json", "/v1/findings"+of, s.store.Findings(actor, programme.FindingFilter{Borough: &borough}, ""), func(f *programme.Finding) api.Finding {
		p.manifest.Illustrative = p.manifest.Illustrative || f.Illustrative
		return findingWire(ctx)(f)
	})
	if err == nil {
		err = addList(ctx, p, "actions.json", "/v1/actions"+of, s.store.Actions(actor, programme.ActionFilter{Borough: &borough}, ""), actionWire(ctx))
	}
	if err == nil {
		narratives := s.store.Narratives(actor, disclosure.NarrativeFilter{Borough: &borough}, "")
		err = addList(ctx, p, "narratives.json", "/v1/narratives"+of, narratives, func(n *disclosure.Narrative) api.Narrative {
			p.manifest.Illustrative = p.manifest.Illustrative || n.Illustrative
			return narrativeWire(ctx)(n)
		})
	}
	if err == nil {
		err = addList(ctx, p, "asks-and-offers.json", "/v1/asks-and-offers"+of, s.store.AsksAndOffers(actor, programme.AskOrOfferFilter{Borough: &borough}, ""), askOrOfferWire(ctx))
	}
	if err == nil {
		comments := s.store.SelfEvaluationComments(actor, evaluation.CommentFilter{Owner: &borough}, "")
		err = addList(ctx, p, "comments.json", "/v1/self-evaluation-comments?owner="+borough, comments, commentWire(ctx))
	}
	if err == nil {
		asked := s.store.SelfEvaluationComments(actor, evaluation.CommentFilter{Borough: &borough}, "")
		err = addList(ctx, p, "questions.json", "/v1/self-evaluation-comments"+of, asked, commentWire(ctx))
	}
	if err == nil {
		reviews := s.store.PeerReviews(actor, programme.PeerReviewFilter{Borough: &borough}, "")
		err = addList(ctx, p, "peer-reviews.json", "/v1/peer-reviews"+of, reviews, func(r *programme.PeerReview) api.PeerReview {
			p.manifest.Illustrative = p.manifest.Illustrative || r.Illustrative != nil
			return peerReviewWire(ctx)(r)
		})
	}
	return err
}

// returnFiled is a return with all that was submitted of it.
type returnFiled struct {
	Submission api.BenchmarkingSubmission `json:"submission"`
	Versions   []api.BenchmarkingVersion  `json:"versions"`
}

// addReturns takes in each return with its versions.
func (s *Server) addReturns(ctx context.Context, p *papers) error {
	actor := callOf(ctx).actor
	rows, err := whole(ctx, s.store.BenchmarkingSubmissions(actor, returns.SubmissionFilter{Borough: &p.manifest.Borough}, ""))
	for i := range rows {
		row := &rows[i]
		p.manifest.Illustrative = p.manifest.Illustrative || row.Illustrative
		if err == nil {
			err = p.addData("returns/"+row.Quarter+".json", "/v1/benchmarking-submissions/"+row.ID+"/versions", func() (any, error) {
				versions, err := whole(ctx, s.store.BenchmarkingVersions(actor, row.ID))
				of := returnFiled{Submission: submissionWire(ctx)(row), Versions: make([]api.BenchmarkingVersion, len(versions))}
				for n := range versions {
					of.Versions[n] = versionWire(&versions[n])
				}
				return of, err
			})
		}
	}
	return err
}

// addEvaluations takes in each self-evaluation: first all data, then the pages, which say
// the same.
func (s *Server) addEvaluations(ctx context.Context, p *papers) error {
	actor := callOf(ctx).actor
	rows, err := whole(ctx, s.store.SelfEvaluations(actor, evaluation.Filter{Borough: &p.manifest.Borough}))
	var signed []versionFiled
	for i := range rows {
		p.manifest.Illustrative = p.manifest.Illustrative || rows[i].Illustrative
		if err == nil {
			err = s.addWritten(ctx, p, rows[i].ID, &signed)
		}
	}
	for i := range signed {
		if v := &signed[i]; err == nil {
			err = p.add(v.path+".html", v.address, func() ([]byte, error) { return s.versionPage(ctx, v) })
		}
	}
	return err
}

// versionFiled is what was signed, where it stands in an archive, and where it is read
// otherwise. It is read once for its data and its page: where the data found no room, the
// page finds none.
type versionFiled struct {
	path, address string
	is            evaluation.Signing
}

// addWritten takes in the data of one, and adds its versions to those that are signed.
func (s *Server) addWritten(ctx context.Context, p *papers, id string, signed *[]versionFiled) error {
	actor := callOf(ctx).actor
	row, err := s.store.SelfEvaluation(ctx, actor, id)
	if err != nil {
		return err
	}
	in, at := "self-evaluations/"+string(row.Cycle)+"/", "/v1/self-evaluations/"+id
	for n := 1; err == nil && row.Signed != nil && n <= *row.Signed; n++ {
		number := strconv.Itoa(n)
		v := versionFiled{path: in + "v" + number, address: at + "/versions/" + number}
		err = p.addData(v.path+".json", v.address, func() (data any, err error) {
			if v.is, err = s.signing(ctx, id, n, evaluation.AsJSON); err != nil {
				return nil, err
			}
			return s.versionData(ctx, &v)
		})
		*signed = append(*signed, v)
	}
	if err == nil && row.Draft != nil {
		err = p.addData(in+"draft.json", at, func() (any, error) { return s.wholeEvaluation(ctx, &row) })
	}
	if err == nil {
		err = p.addData(in+"sharings.json", at, func() (any, error) {
			all := page[api.Sharing]{Items: []api.Sharing{}}
			for i := range row.Sharings {
				all.Items = append(all.Items, sharingWire(&row.Sharings[i]))
			}
			return all, nil
		})
	}
	if err == nil {
		err = addList(ctx, p, in+"reads.json", at+"/reads", s.store.SelfEvaluationReads(actor, id), readWire(ctx))
	}
	return err
}

// versionData is what was signed, as its borough reads it.
func (s *Server) versionData(ctx context.Context, v *versionFiled) (api.SelfEvaluationVersion, error) {
	figures, err := s.citedFigures(ctx, callOf(ctx).actor, &v.is.Document)
	return s.versionRead(ctx, &v.is, &v.is.Document, figures), err
}

// versionPage is what was signed, as a page.
func (s *Server) versionPage(ctx context.Context, v *versionFiled) ([]byte, error) {
	paper, err := s.passedOn(ctx, &v.is)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = paper.Write(&out)
	return out.Bytes(), err
}
