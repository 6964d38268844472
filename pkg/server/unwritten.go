package server

import "errors"

var errUnwritten = errors.New("unwritten")
