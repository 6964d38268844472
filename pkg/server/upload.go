package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"peerchallenge/pkg/programme"
)

// How large a file may be that comes over HTTP: one that is published, and a table that
// comes where JSON may come too.
const (
	maxFile  = 32 << 20
	maxTable = 4 << 20
)

// maxTables is how many tables are read at a time. A workbook of the largest size takes
// some 200 ms and 60 MB.
const maxTables = 2

// upload is a file that a request has brought.
type upload struct {
	*os.File

	sum []byte // SHA-256 of its bytes
}

func (u *upload) sha256() string { return hex.EncodeToString(u.sum) }

// receive takes a file past the validator into a temporary one, so that it is never
// in memory as a whole. It may go when done is called. Of published files one request at a
// time has one: what is made of it takes several times its size. Of tables, few are read
// at a time ([Server.reading]), so that nobody waits for another's slow line.
func (s *Server) receive(call *call, c echo.Context) (done func(), err error) {
	request := c.Request()
	mediaType, _, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(call.op.fileTypes, mediaType) {
		return nil, unsupported(c, call.op, "Send the file as the body, with one of these as Content-Type: "+strings.Join(call.op.fileTypes, ", ")+".")
	}
	if encoding := request.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, unsupported(c, call.op, "Send the body without Content-Encoding.")
	}
	most, tooLarge := int64(maxFile), errFileTooLarge
	if call.op.Body != nil {
		most, tooLarge = maxTable, errTableTooLarge
	}
	if request.ContentLength > most {
		return nil, tooLarge
	}
	leave := func() {}
	if call.op.Body == nil {
		if err := s.uploads.Acquire(request.Context(), 1); err != nil {
			return nil, programme.Wrap(err, programme.Unavailable, programme.CodeBusy, "Another file is being taken in. Try again when it is.")
		}
		leave = func() { s.uploads.Release(1) }
	}
	file, err := s.spool.create()
	if err != nil {
		leave()
		return nil, err
	}
	done = func() {
		_ = file.Close()
		leave()
	}
	sum := sha256.New()
	if err := s.copyFile(c, most, tooLarge, io.MultiWriter(file, sum)); err != nil {
		done()
		return nil, err
	}
	call.file = &upload{file, sum.Sum(nil)}
	return done, nil
}

var (
	errFileTooLarge = programme.Errorf(programme.TooLarge, programme.CodeTooLarge,
		"The file is larger than %d MiB. Whoever runs the service loads it at its terminal: peerchallenge import dfe.", maxFile>>20)
	errTableTooLarge = programme.Errorf(programme.TooLarge, programme.CodeTooLarge, "The table is larger than %d MiB.", maxTable>>20)
)

// reading waits until the call's file may be read: a table takes several times its size
// while it is.
func (s *Server) reading(ctx context.Context) (leave func(), err error) {
	if err := s.tables.Acquire(ctx, 1); err != nil {
		return nil, programme.Wrap(err, programme.Unavailable, programme.CodeBusy, "Other tables are being read. Try again when they are.")
	}
	return func() { s.tables.Release(1) }, nil
}

// reopened answers the call's file from its beginning.
func reopened(ctx context.Context) (io.Reader, error) {
	file := callOf(ctx).file
	_, err := file.Seek(0, io.SeekStart)
	return interruptible{ctx, file}, err
}

func (s *Server) copyFile(c echo.Context, most int64, refusal error, to io.Writer) error {
	ctx := c.Request().Context()
	deadline, bounded := ctx.Deadline()
	if bounded {
		control := http.NewResponseController(c.Response())
		// A test's connection may have no deadlines.
		_ = control.SetReadDeadline(deadline)
		_ = control.SetWriteDeadline(deadline.Add(requestTimeout)) // the server's own counts from the request's beginning
	}
	_, err := io.Copy(to, http.MaxBytesReader(c.Response(), c.Request().Body, most))
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return refusal
	case hasGone(c, err):
		return context.Canceled
	case errors.Is(err, os.ErrDeadlineExceeded):
		return context.DeadlineExceeded
	}
	return programme.Wrap(err, programme.Malformed, programme.CodeIncompleteBody, "The file ended before its announced length.")
}

// dry reports whether the call only wants to know what would come of it.
func (c *call) dry() bool { return c.op.query["dryRun"] && c.query.Get("dryRun") == "true" }
