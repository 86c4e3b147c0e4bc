// Package spacefile finds and reads the search space that lies beside a log,
// whatever its format.
//
// Finding codes: space-file (which file was taken), bad-space-file (the file
// beside the log cannot be read; the space is inferred instead).
package spacefile

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/ingest/pcs"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/yamlspace"
)

// Names are the files that are looked for beside a log, in this order.
var Names = []string{"configspace.json", "configspace.json.gz", "configspace.pcs", "configspace.pcs.gz"}

// Beside returns the space of the options, else that of the first of Names, and of
// more names after these, in the source, else nil: then it must be inferred.
func Beside(s *source.Source, opt source.Options, findings *source.Findings, more ...string) (space *nasalyze.Space, path string) {
	if opt.Space != nil {
		return opt.Space, opt.SpacePath
	}
	for _, name := range slices.Concat(Names, more) {
		if !s.Has(name) {
			continue
		}
		path := s.Display(name)
		space, err := open(s, name, findings)
		if err == nil {
			findings.Add(source.Finding{Severity: source.Note, Code: "space-file", Path: path,
				Message: fmt.Sprintf("search space of %d parameters read from here", len(space.Params))})
			return space, path
		}
		findings.Add(source.Finding{Severity: source.Skip, Code: "bad-space-file", Path: path, Message: err.Error()})
	}
	return nil, ""
}

func open(s *source.Source, name string, findings *source.Findings) (*nasalyze.Space, error) {
	f, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f, f.Path(), findings)
}

// ReadFile reads a space file of any format, gzip undone, and says which file that was.
func ReadFile(path string, findings *source.Findings) (*nasalyze.Space, nasalyze.Input, error) {
	var input nasalyze.Input
	s, err := source.New(path, os.Stdin)
	if err != nil {
		return nil, input, err
	}
	defer s.Close()
	if s.Dir {
		return nil, input, fmt.Errorf("%s is a directory, expected a search space file (ConfigSpace JSON, PCS or YAML)", path)
	}
	space, err := open(s, s.Name, findings)
	if inputs := s.Inputs(); len(inputs) > 0 {
		input = inputs[0]
	}
	return space, input, err
}

// Read reads a space: YAML if the name says so, ConfigSpace JSON if the first byte
// is a brace and the content JSON, else PCS.
func Read(r io.Reader, path string, findings *source.Findings) (*nasalyze.Space, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	switch {
	case yamlspace.Is(path):
		return yamlspace.Read(bytes.NewReader(data), path)
	case isJSON(data):
		return configspace.Read(bytes.NewReader(data), path, findings)
	}
	return pcs.Read(bytes.NewReader(data), path, findings)
}

// isJSON tells a JSON object from PCS, where a forbidden clause may come first: {a=1}.
func isJSON(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(data) == 0 || data[0] != '{' {
		return false
	}
	data = bytes.TrimLeft(data[1:], " \t\r\n")
	return len(data) > 0 && (data[0] == '"' || data[0] == '}')
}
