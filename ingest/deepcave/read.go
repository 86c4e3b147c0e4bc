package deepcave

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/spacefile"
)

const (
	historyFile = "history.jsonl"
	configsFile = "configs.json"
	originsFile = "origins.json"
	metaFile    = "meta.json"
)

// Format is the entry for the registry.
var Format = source.Format{
	Name:   "deepcave",
	Doc:    "DeepCAVE run: a directory with history.jsonl, configs.json and meta.json",
	Detect: Detect,
	Read:   Read,
}

// Detect reports whether s is a directory with history.jsonl and configs.json,
// or the history in one.
func Detect(s *source.Source) (reason string, ok bool) {
	if !s.Dir && s.Name != historyFile {
		return fmt.Sprintf("%s is not %s", s.Name, historyFile), false
	}
	for _, name := range []string{historyFile, configsFile} {
		if !s.Has(name) {
			return "no " + name, false
		}
	}
	return "has history.jsonl and configs.json", true
}

// Read reads the run in s.
func Read(ctx context.Context, s *source.Source, opt source.Options, findings *source.Findings) (*nasalyze.Study, error) {
	if !s.Dir {
		s.Dir, s.Path, s.Name = true, filepath.Dir(s.Path), "."
	}
	s.Expect(metaFile, configsFile, originsFile, historyFile)
	logged, err := readMeta(s, findings)
	if err != nil {
		return nil, err
	}
	space, spacePath := spacefile.Beside(s, opt, findings)
	r := &reader{findings: findings, builder: source.NewBuilder(findings, source.BuilderOptions{
		Space: space, SpacePath: spacePath, InfoLimit: opt.InfoLimit})}
	if err := r.configs(s); err != nil {
		return nil, err
	}
	if err := r.history(ctx, s); err != nil {
		return nil, err
	}
	if logged == nil {
		for k := range r.costCount {
			logged = append(logged, nasalyze.Objective{Name: fmt.Sprintf("objective %d", k), Lower: nan, Upper: nan})
		}
	}
	study := nasalyze.Study{Name: s.Title(), BudgetName: opt.BudgetName, BudgetUnit: opt.BudgetUnit}
	if study.BudgetName == "" {
		study.BudgetName = "budget"
	}
	study.Objectives = logged
	out, err := r.builder.Study(study)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path, err)
	}
	if err := source.SelectObjectives(out, opt); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path, err)
	}
	return out, nil
}

// readMeta reads the objectives; nil without meta.json.
func readMeta(s *source.Source, findings *source.Findings) ([]nasalyze.Objective, error) {
	if !s.Has(metaFile) {
		findings.Add(source.Finding{Severity: source.Warn, Code: "no-meta", Path: s.Display(metaFile),
			Message: "no meta.json: objectives are numbered and taken to be minimised"})
		return nil, nil
	}
	data, err := s.ReadFile(metaFile)
	if err != nil {
		return nil, err
	}
	fail := func(err error) error { return fmt.Errorf("%s: %w", s.Display(metaFile), err) }
	top, err := pyjson.Members(data)
	if err != nil {
		return nil, fail(err)
	}
	list, err := pyjson.Elements(top.Get("objectives"))
	if err != nil {
		return nil, fail(fmt.Errorf("\"objectives\" is not a list: %w", err))
	}
	var all []nasalyze.Objective
	for i, raw := range list {
		o, err := pyjson.Members(raw)
		if err != nil {
			return nil, fail(fmt.Errorf("\"objectives\"[%d]: %w", i, err))
		}
		name, ok := pyjson.Text(o.Get("name"))
		if !ok {
			return nil, fail(fmt.Errorf("\"objectives\"[%d] has no \"name\"", i))
		}
		optimize, _ := pyjson.Text(o.Get("optimize"))
		if optimize != "lower" && optimize != "upper" {
			return nil, fail(fmt.Errorf("objective %q: \"optimize\" is %q, expected \"lower\" or \"upper\"", name, optimize))
		}
		obj := nasalyze.Objective{Name: name, Maximize: optimize == "upper"}
		obj.Lower, _ = pyjson.Float(o.Get("lower"))
		obj.Upper, _ = pyjson.Float(o.Get("upper"))
		all = append(all, obj)
	}
	if len(all) == 0 {
		return nil, fail(fmt.Errorf("no objective"))
	}
	return all, nil
}
