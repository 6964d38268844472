package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/goccy/go-json"
	"github.com/klauspost/compress/gzip"

	"peerchallenge/pkg/programme"
)

// reply is the answer of every operation. One type, so that one function writes
// them all: encoding, validators, conditional requests and compression are
// decided here and nowhere else.
type reply struct {
	call     *call
	status   int
	version  int64  // of a resource that can be changed; 0 for all else
	location string // of what was created
	about    string // the address of what an answer is about that says of several what became of them, where that is not its location
	next     string // address of the next page
	replayed bool   // the first answer again
	content  *content
	stream   stream // instead of content: a whole list
	mime     string // of the stream
	file     string // under which a list or a table is kept
	policy   string // what the browser lets a page do
}

// stream writes a whole list. It opens the answer with the ETag of the state that
// it is about to write; where the caller holds that already, nothing is wanted.
type stream func(open func(etag string) (out io.Writer, wanted bool)) error

// content is an encoded answer. It is immutable, because it may be kept and
// sent to others.
type content struct {
	mime    string
	etag    string // without quotes
	link    string
	body    []byte
	packing sync.Once
	packed  []byte        // the body compressed, made when somebody first wants it; nil where that gains nothing
	buffer  *bytes.Buffer // what the body stands in, if it goes back when it has been sent
}

// buffers are used again, since to make room anew each time is much of what a page of a list
// costs, but for those that have become larger than is usual.
type buffers struct {
	kept    sync.Pool
	largest int
}

var (
	// A page of comparisons has half of it, and a buffer that grows is twice as large then.
	sentAnswers = buffers{largest: 4 << 20}
	// Whoever sends slowly holds no more than there is room for at first, with what is rounded up.
	bodies = buffers{largest: 2 * firstBytes}
)

func (b *buffers) take() *bytes.Buffer {
	empty, is := b.kept.Get().(*bytes.Buffer)
	if !is {
		return new(bytes.Buffer)
	}
	empty.Reset()
	return empty
}

func (b *buffers) putBack(used *bytes.Buffer) {
	if used.Cap() <= b.largest {
		b.kept.Put(used)
	}
}

// ok answers a value, encoded.
func ok(ctx context.Context, body any) (reply, error) { return encoded(ctx, http.StatusOK, 0, body) }

// resource answers one resource that can be changed; its version goes into the
// ETag, so that If-Match can be compared inside the transaction that changes it.
func resource(ctx context.Context, version int64, body any) (reply, error) {
	return encoded(ctx, http.StatusOK, version, body)
}

// created answers a new resource of the kind and where it is.
func created(ctx context.Context, version int64, noun, key string, body any) (reply, error) {
	r, err := encoded(ctx, http.StatusCreated, version, body)
	r.location = *addressOf(noun, key)
	return r, err
}

// deleted answers that something is no more.
func deleted(ctx context.Context) reply {
	return reply{call: callOf(ctx), status: http.StatusNoContent}
}

func encoded(ctx context.Context, status int, version int64, body any) (reply, error) {
	out := sentAnswers.take()
	if err := writeJSON(out, body); err != nil {
		return reply{}, err
	}
	call := callOf(ctx)
	name := sha
	if version == 0 && call.alikeForAll() { // what has a version is named alike by whoever writes it and whoever reads it
		name = quickSum
	}
	c := contentNamed("application/json", version, out.Bytes(), name)
	c.buffer = out
	return reply{call: call, status: status, version: version, content: c}, nil
}

// writeJSON encodes a value, which may know how to write itself.
func writeJSON(out *bytes.Buffer, body any) error {
	if own, knows := body.(interface{ writeJSON(out *bytes.Buffer) error }); knows {
		return own.writeJSON(out)
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(body)
}

// compressible is the size from which compression is worth its header.
const compressible = 1024

func newContent(mime string, body []byte) *content { return contentNamed(mime, 0, body, sha) }

// sha names bytes so that nobody can find others of the same name: who writes texts that
// others read cannot make a change of them that goes unseen.
func sha(body []byte) []byte {
	sum := sha256.Sum256(body)
	return sum[:9]
}

// quickSum names bytes that are made of published figures and reference data, which the
// programme's team alone brings in. A page of comparisons has half a megabyte, and is named
// in a tenth of the time.
func quickSum(body []byte) []byte {
	return binary.BigEndian.AppendUint64(nil, xxhash.Sum64(body))
}

func contentNamed(mime string, version int64, body []byte, name func([]byte) []byte) *content {
	c := &content{mime: mime, etag: base64.RawURLEncoding.EncodeToString(name(body)), body: body}
	if version > 0 {
		c.etag = strconv.FormatInt(version, 10) + "-" + c.etag
	}
	return c
}

func (c *content) gzip() []byte {
	if len(c.body) < compressible || c.mime == zipFile { // which is compressed already
		return nil
	}
	c.packing.Do(func() {
		var out bytes.Buffer
		z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		_, _ = z.Write(c.body) // a bytes.Buffer takes everything
		_ = z.Close()
		c.packed = out.Bytes()
	})
	return c.packed
}

// Write sends the reply. A read that the snapshot alone answers is kept, so
// that the next caller gets the same bytes without anyone making them again.
func (r reply) Write(w http.ResponseWriter) error {
	if r.stream != nil {
		return r.writeStream(w)
	}
	header := w.Header()
	if r.location != "" {
		header.Set("Location", r.location)
	}
	if r.replayed {
		header.Set("Idempotency-Replayed", "true")
	}
	if r.content == nil {
		w.WriteHeader(r.status)
		return nil
	}
	if r.next != "" {
		r.content.link = "<" + r.next + `>; rel="next"`
	}
	if r.file != "" {
		r.named(header)
	}
	if r.policy != "" {
		protect(header, r.policy)
	}
	if r.status == http.StatusOK {
		r.call.keep(r.content)
	}
	err := r.content.write(w, r.call, r.status)
	if b := r.content.buffer; b != nil {
		r.content.body, r.content.buffer = nil, nil
		sentAnswers.putBack(b)
	}
	return err
}

// named says under which name the answer is kept.
func (r reply) named(header http.Header) {
	header.Set("Content-Disposition", `attachment; filename="`+r.file+`"`)
}

// gzipTag marks the ETag of the compressed form: a strong validator names bytes,
// and these are other bytes.
const gzipTag = ".gz"

// validated says by what the answer is known again, and that the caller must ask. One that
// nobody may keep is never known again: what it has instead is chance.
func (c *call) validated(header http.Header, etag string) {
	if c.unsuppressed {
		header["Etag"] = []string{`"` + rand.Text() + `"`}
		header["Cache-Control"] = keptByNobody
	} else {
		header["Etag"] = []string{`"` + etag + `"`}
		header["Cache-Control"] = revalidate
	}
	header["Vary"] = append(header["Vary"], vary...) // CORS has put its own there
}

func (c *content) write(w http.ResponseWriter, call *call, status int) error {
	header := w.Header()
	body, etag := c.body, c.etag
	if call.acceptsGzip {
		if packed := c.gzip(); packed != nil {
			body, etag = packed, c.etag+gzipTag
			header["Content-Encoding"] = gzipEncoding
		}
	}
	call.validated(header, etag)
	if status == http.StatusOK && call.has(c.etag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if c.link != "" {
		header["Link"] = []string{c.link}
	}
	header["Content-Type"] = []string{c.mime}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}

// Header values that never change, so that no answer allocates them.
var (
	gzipEncoding = []string{"gzip"}
	revalidate   = []string{"private, no-cache"} // the caller may keep it, and asks each time whether it still holds
	keptByNobody = []string{"no-store"}
	vary         = []string{"Accept, Accept-Encoding, Authorization"}
)

// writeStream sends a list of any length without holding it, nor what it is made of
// for longer than that takes. A fault after the first byte breaks the connection: a
// short list must not look like a whole one.
func (r reply) writeStream(w http.ResponseWriter) error {
	var list *pipe
	defer func() { // also where making the list panics
		if list != nil {
			_ = list.finish(errBroken)
		}
	}()
	opened, end := false, func() error { return nil }
	err := r.stream(func(etag string) (io.Writer, bool) {
		opened = true
		header, tag := w.Header(), etag
		if r.call.acceptsGzip {
			tag += gzipTag
		}
		r.call.validated(header, tag)
		if r.call.has(etag) {
			w.WriteHeader(http.StatusNotModified)
			return nil, false
		}
		header.Set("Content-Type", r.mime)
		r.named(header)
		list = r.call.lists.pipe(r.call.actor.Request, connection{w, http.NewResponseController(w)})
		var out io.Writer = list
		if r.call.acceptsGzip {
			header["Content-Encoding"] = gzipEncoding
			z := gzip.NewWriter(out)
			out, end = z, z.Close // the end mark belongs to a whole list only
		}
		w.WriteHeader(r.status)
		return out, true
	})
	if err == nil {
		err = end()
	}
	r.stream, r.call.snapshot = nil, nil // the reader may sleep; neither state nor room need stay for that
	r.call.made()
	if list != nil {
		err = list.finish(err)
	}
	if err != nil && opened {
		panic(http.ErrAbortHandler)
	}
	return err
}

var errBroken = errors.New("the list could not be made")

// connection is that of an answer, with deadlines.
type connection struct {
	http.ResponseWriter

	control *http.ResponseController
}

// SetWriteDeadline bounds the writes that follow, and those that wait.
func (c connection) SetWriteDeadline(at time.Time) error { return c.control.SetWriteDeadline(at) }

// asAnswer and asReply let an answer be stored and sent again.
func (r reply) asAnswer() programme.Answer {
	a := programme.Answer{Status: r.status, Header: map[string]string{}}
	if r.location != "" {
		a.Header["Location"] = r.location
	}
	if r.content != nil {
		a.Header["Content-Type"], a.Header["ETag"], a.Body = r.content.mime, r.content.etag, r.content.body
	}
	return a
}

func asReply(call *call, a programme.Answer, replayed bool) reply {
	r := reply{call: call, status: a.Status, location: a.Header["Location"], replayed: replayed}
	if a.Body != nil {
		r.content = &content{mime: a.Header["Content-Type"], etag: a.Header["ETag"], body: a.Body}
	}
	return r
}
