package pcs

import (
	"errors"
	"io"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Read reads a space.
func Read(r io.Reader, path string, findings *source.Findings) (*nasalyze.Space, error) {
	return nil, errors.New("not yet")
}
