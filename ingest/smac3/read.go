package smac3

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/spacefile"
)

const (
	historyFile = "runhistory.json"
	scenarioNew = "scenario.json"
	scenarioOld = "scenario.txt"
)

// Format is the entry for the registry.
var Format = source.Format{
	Name:   "smac3",
	Doc:    "SMAC3: a directory with runhistory.json, and scenario.json or scenario.txt",
	Detect: Detect,
	Read:   Read,
}

// Detect reports whether s is a directory with runhistory.json, or that file.
func Detect(s *source.Source) (reason string, ok bool) {
	if !s.Dir && s.Name != historyFile {
		return fmt.Sprintf("%s is not %s", s.Name, historyFile), false
	}
	if !s.Has(historyFile) {
		return "no " + historyFile, false
	}
	head, err := s.Head(historyFile, 64)
	if err != nil {
		return err.Error(), false
	}
	if head = bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n"); len(head) == 0 || head[0] != '{' {
		return historyFile + " is not a JSON object", false
	}
	return "has runhistory.json", true
}

// Read reads the run in s.
func Read(ctx context.Context, s *source.Source, opt source.Options, findings *source.Findings) (*nasalyze.Study, error) {
	if !s.Dir {
		s.Dir, s.Path, s.Name = true, filepath.Dir(s.Path), "."
	}
	s.Expect(historyFile)
	scenario := readScenario(s, findings)
	space, spacePath := spacefile.Beside(s, opt, findings, scenario.spaces...)
	r := &reader{ctx: ctx, findings: findings, path: s.Display(historyFile), origins: make(map[string]string),
		builder: source.NewBuilder(findings, source.BuilderOptions{Space: space, SpacePath: spacePath, InfoLimit: opt.InfoLimit})}
	if err := r.read(s); err != nil {
		return nil, err
	}
	study := nasalyze.Study{Name: s.Title(), BudgetName: opt.BudgetName, BudgetUnit: opt.BudgetUnit}
	if study.BudgetName == "" {
		study.BudgetName = "budget"
	}
	for k := range max(r.costCount, 1) {
		name := "cost"
		switch {
		case len(scenario.objectives) == max(r.costCount, 1):
			name = scenario.objectives[k]
		case r.costCount > 1:
			name = fmt.Sprintf("cost %d", k)
		}
		study.Objectives = append(study.Objectives, nasalyze.Objective{Name: name, Lower: nan, Upper: nan})
	}
	out, err := r.builder.Study(study)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path, err)
	}
	if err := source.SelectObjectives(out, opt); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path, err)
	}
	return out, nil
}

// scenario is what a run says of itself.
type scenario struct {
	objectives []string
	spaces     []string // names of files that may hold the search space
}

// readScenario reads the scenario of either version; a damaged one is a finding.
func readScenario(s *source.Source, findings *source.Findings) (sc scenario) {
	bad := func(name string, err error) {
		findings.Add(source.Finding{Severity: source.Warn, Code: "bad-scenario", Path: s.Display(name), Message: err.Error()})
	}
	if s.Has(scenarioNew) {
		data, err := s.ReadFile(scenarioNew)
		if err == nil {
			var top pyjson.Object
			if top, err = pyjson.Members(data); err == nil {
				sc.objectives = texts(top.Get("objectives"))
			}
		}
		if err != nil {
			bad(scenarioNew, err)
		}
		return sc
	}
	if !s.Has(scenarioOld) {
		return sc
	}
	data, err := s.ReadFile(scenarioOld)
	if err != nil {
		bad(scenarioOld, err)
		return sc
	}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(line, "=")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "pcs_fn", "paramfile", "param_file":
			sc.spaces = append(sc.spaces, path.Base(filepath.ToSlash(value)))
		case "multi_objectives":
			for name := range strings.SplitSeq(strings.Trim(value, "[]"), ",") {
				sc.objectives = append(sc.objectives, strings.Trim(name, ` '"`))
			}
		}
	}
	return sc
}

// texts reads a text, or a list of texts.
func texts(raw []byte) (all []string) {
	if name, ok := pyjson.Text(raw); ok {
		return []string{name}
	}
	list, err := pyjson.Elements(raw)
	if err != nil {
		return nil
	}
	for _, e := range list {
		name, ok := pyjson.Text(e)
		if !ok {
			return nil
		}
		all = append(all, name)
	}
	return all
}
