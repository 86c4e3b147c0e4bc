// Package ingest turns the log of a search into a [nasalyze.Study].
//
// Each format is a package under this one and a line in [Formats]. Detection
// looks at names and first bytes, and says for every format why it is or is not
// the one. What is odd in a log is a [Finding], not an error.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// The types that every format shares: see package source.
type (
	Finding  = source.Finding
	Severity = source.Severity
	Place    = source.Place
	Options  = source.Options
	Format   = source.Format
)

// The severities of findings: see [source.Severity].
const (
	Note = source.Note
	Warn = source.Warn
	Skip = source.Skip
)

// Formats returns the formats that are read, in the order of detection.
func Formats() []Format { return slices.Clone(formats) }

// Open reads the log at path: a file, a directory, or "-" for standard input.
// Findings come with an error too, as far as the reading got.
func Open(ctx context.Context, path string, opt Options) (*nasalyze.Study, []Finding, error) {
	return OpenStdin(ctx, path, os.Stdin, opt)
}

// OpenStdin is Open with another reader in place of standard input.
func OpenStdin(ctx context.Context, path string, stdin io.Reader, opt Options) (*nasalyze.Study, []Finding, error) {
	s, err := source.New(path, newInterruptible(ctx, stdin))
	if err != nil {
		return nil, nil, err
	}
	study, findings, err := read(ctx, s, opt)
	return study, findings, errors.Join(err, s.Close())
}

// OpenFS reads the log at a name within a file system.
func OpenFS(ctx context.Context, fsys fs.FS, name string, opt Options) (*nasalyze.Study, []Finding, error) {
	s, err := source.NewFS(fsys, name)
	if err != nil {
		return nil, nil, err
	}
	return read(ctx, s, opt)
}

func read(ctx context.Context, s *source.Source, opt Options) (*nasalyze.Study, []Finding, error) {
	var findings source.Findings
	s, format, reason, err := choose(s, opt.Format, &findings)
	if err != nil {
		return nil, findings.All(), err
	}
	s.Watch(opt.Progress)
	study, err := format.Read(ctx, s, opt, &findings)
	if err != nil {
		return nil, findings.All(), fmt.Errorf("reading as %s (%s): %w", format.Name, reason, err)
	}
	study.Provenance.Format, study.Provenance.Reason = format.Name, reason
	study.Provenance.Inputs = append(study.Provenance.Inputs, s.Inputs()...)
	return study, findings.All(), nil
}
