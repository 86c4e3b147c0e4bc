package hpbandster

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/spacefile"
)

const (
	configsFile = "configs.json"
	resultsFile = "results.json"
)

// Format is the entry for the registry.
var Format = source.Format{
	Name:   "hpbandster",
	Doc:    "HpBandSter and BOHB: a directory with configs.json and results.json, one JSON array per line",
	Detect: Detect,
	Read:   Read,
}

// files returns the names of the two files, which may be gzipped.
func files(s *source.Source) (configs, results string, ok bool) {
	pick := func(name string) string {
		if !s.Has(name) && s.Has(name+".gz") {
			return name + ".gz"
		}
		return name
	}
	configs, results = pick(configsFile), pick(resultsFile)
	return configs, results, s.Has(configs) && s.Has(results)
}

// Detect reports whether s is a directory with configs.json and results.json,
// both of lines that are arrays, or one of these two files.
func Detect(s *source.Source) (reason string, ok bool) {
	configs, results, ok := files(s)
	if !ok {
		return "no configs.json and results.json together", false
	}
	if !s.Dir && s.Name != configs && s.Name != results {
		return fmt.Sprintf("%s is neither configs.json nor results.json", s.Name), false
	}
	for _, name := range []string{configs, results} {
		head, err := s.Head(name, 64)
		if err != nil {
			return err.Error(), false
		}
		if c := firstByte(head); c != '[' {
			return fmt.Sprintf("%s begins with %q, HpBandSter's lines with '['", name, c), false
		}
	}
	return "configs.json and results.json have one JSON array per line", true
}

func firstByte(b []byte) byte {
	for _, c := range b {
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != 0xef && c != 0xbb && c != 0xbf {
			return c
		}
	}
	return 0
}

// Read reads the log in s.
func Read(ctx context.Context, s *source.Source, opt source.Options, findings *source.Findings) (*nasalyze.Study, error) {
	if !s.Dir {
		s.Dir, s.Path, s.Name = true, filepath.Dir(s.Path), "."
	}
	configs, results, ok := files(s)
	if !ok {
		return nil, fmt.Errorf("%s: no %s and %s", s.Path, configsFile, resultsFile)
	}
	s.Expect(configs, results)
	space, spacePath := spacefile.Beside(s, opt, findings)
	r := &reader{
		findings: findings,
		builder:  source.NewBuilder(findings, source.BuilderOptions{Space: space, SpacePath: spacePath, InfoLimit: opt.InfoLimit}),
		seen:     make(map[string]bool),
	}
	names := opt.Objectives
	if len(names) == 0 {
		names = []string{"loss"}
	}
	var objectives []nasalyze.Objective
	for _, name := range names {
		r.objectives = append(r.objectives, objective{path: name})
		objectives = append(objectives, nasalyze.Objective{Name: name, Maximize: opt.Direction(name, false), Lower: nan, Upper: nan})
	}
	if err := source.CheckDirections(objectives, opt); err != nil {
		return nil, err
	}
	if err := r.lines(ctx, s, configs, r.config); err != nil {
		return nil, err
	}
	if err := r.lines(ctx, s, results, r.result); err != nil {
		return nil, err
	}
	study := nasalyze.Study{Name: s.Title(), Objectives: objectives, BudgetName: opt.BudgetName, BudgetUnit: opt.BudgetUnit}
	if study.BudgetName == "" {
		study.BudgetName = "budget"
	}
	if err := r.checkObjectives(len(opt.Objectives) > 0); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Display(results), err)
	}
	out, err := r.builder.Study(study)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path, err)
	}
	return out, nil
}

// lines calls read for every line that is not empty; a line that it cannot read is a finding.
func (r *reader) lines(ctx context.Context, s *source.Source, name string, read func(line []byte) error) (err error) {
	l, err := s.Lines(name, r.findings)
	if err != nil {
		return err
	}
	defer l.Close()
	r.path = l.Path()
	for l.Next() {
		if l.Number()%4096 == 0 && ctx.Err() != nil {
			break
		}
		if len(l.Bytes()) == 0 {
			continue
		}
		if r.line = l.Number(); r.line == source.EstimateAt && name != configsFile {
			r.builder.Expect(l.Estimate())
		}
		if err := read(l.Bytes()); err != nil {
			l.Bad(err)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return l.Finish()
}
