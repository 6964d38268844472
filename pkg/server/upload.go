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

// maxFile is how large a file may be that comes over HTTP.
const maxFile = 32 << 20

// upload is a file that a request has brought.
type upload struct {
	*os.File

	sum []byte // SHA-256 of its bytes
}

func (u *upload) sha256() string { return hex.EncodeToString(u.sum) }

// receive takes a file past the validator into a temporary one, so that it is never
// in memory as a whole. It may go when done is called. One request at a time has a
// file: what is made of it takes several times its size.
func (s *Server) receive(call *call, c echo.Context) (done func(), err error) {
	request := c.Request()
	mediaType, _, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(call.op.fileTypes, mediaType) {
		return nil, programme.Errorf(programme.Unsupported, programme.CodeMediaType, "Send the file as the body, with one of these as Content-Type: %s.", strings.Join(call.op.fileTypes, ", "))
	}
	if encoding := request.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, programme.Errorf(programme.Unsupported, programme.CodeMediaType, "Send the body without Content-Encoding.")
	}
	if request.ContentLength > maxFile {
		return nil, errFileTooLarge
	}
	ctx := request.Context()
	if err := s.uploads.Acquire(ctx, 1); err != nil {
		return nil, programme.Wrap(err, programme.Unavailable, programme.CodeBusy, "Another file is being taken in. Try again when it is.")
	}
	file, err := s.spool.create()
	if err != nil {
		s.uploads.Release(1)
		return nil, err
	}
	done = func() {
		_ = file.Close()
		s.uploads.Release(1)
	}
	sum := sha256.New()
	if err := s.copyFile(c, io.MultiWriter(file, sum)); err != nil {
		done()
		return nil, err
	}
	call.file = &upload{file, sum.Sum(nil)}
	return done, nil
}

var errFileTooLarge = programme.Errorf(programme.TooLarge, programme.CodeTooLarge,
	"The file is larger than %d MiB. Whoever runs the service loads it at its terminal: peerchallenge import dfe.", maxFile>>20)

func (s *Server) copyFile(c echo.Context, to io.Writer) error {
	ctx := c.Request().Context()
	deadline, bounded := ctx.Deadline()
	if bounded {
		control := http.NewResponseController(c.Response())
		// A test's connection may have no deadlines.
		_ = control.SetReadDeadline(deadline)
		_ = control.SetWriteDeadline(deadline.Add(requestTimeout)) // the server's own counts from the request's beginning
	}
	_, err := io.Copy(to, http.MaxBytesReader(c.Response(), c.Request().Body, maxFile))
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return errFileTooLarge
	case hasGone(c, err):
		return context.Canceled
	case errors.Is(err, os.ErrDeadlineExceeded):
		return context.DeadlineExceeded
	}
	return programme.Wrap(err, programme.Malformed, programme.CodeIncompleteBody, "The file ended before its announced length.")
}

// dry reports whether the call only wants to know what would come of it.
func (c *call) dry() bool { return c.op.query["dryRun"] && c.query.Get("dryRun") == "true" }
