package html

import (
	"fmt"
	"math"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// log is the section on what was read and how to compute it again.
type log struct {
	Counts   table
	Statuses []fact
	Space    table
	Findings table
	Command  string
	Options  []fact
	Inputs   []reports.Input
	// More are the figures that have no place in another section.
	More []paper
}

func newLog(s *source) log {
	a := s.all
	v := log{More: s.rest(), Command: a.Provenance.Command, Counts: countsTable(a), Space: spaceTable(a), Findings: findingsTable(a), Inputs: a.Provenance.Inputs}
	for _, x := range a.Study.Statuses {
		v.Statuses = append(v.Statuses, fact{x.Status, count(x.N), ""})
	}
	o := a.Provenance.Options
	add := func(name, value string) {
		if value != "" {
			v.Options = append(v.Options, fact{name, value, ""})
		}
	}
	add("nasalyze", a.Provenance.Version)
	add("Format of the log", a.Provenance.Format)
	add("Seed", fmt.Sprint(a.Provenance.Seed))
	add("Objective", o.Objective)
	add("Scale of the parameters", o.Scale)
	add("Failed trials", o.Failures)
	add("Repeated trials", o.Repeats)
	add("Inactive parameters", o.Inactive)
	add("Trees per forest", count(o.Trees))
	add("Smallest leaf", count(o.MinLeaf))
	add("Share of parameters per split", number(o.Features))
	if o.TreeMeans {
		add("Shares", "means over the trees, not corrected")
	}
	add("Cutoff below", o.Low)
	add("Cutoff above", o.High)
	if o.Best > 0 {
		add("Cutoff at the best", number(100*o.Best)+" %")
	}
	add("Results beyond cutoffs", o.Cutoffs)
	add("Target of PED-ANOVA", number(100*o.Target)+" %")
	add("Ablation path from", o.From)
	add("Bootstrap replicates (importance)", count(o.Replicates))
	if o.Resamples > 0 {
		add("Bootstrap resamples (ranks)", count(o.Resamples))
	}
	add("Confidence of intervals", confidence(a))
	return v
}

func countsTable(a *reports.Analysis) table {
	t := table{ID: "table-counts", Caption: fmt.Sprintf("Trials and results per budget; %s in its own units.", a.Objective.Name),
		Head: []head{{Text: "Budget"}, {Text: "Trials", Numeric: true}, {Text: "Usable", Title: "configurations with a usable result", Numeric: true},
			{Text: "Failed", Numeric: true}, {Text: "Not finished", Numeric: true}, {Text: "Repeated", Numeric: true},
			{Text: "Minimum", Numeric: true}, {Text: "Lower quartile", Numeric: true}, {Text: "Median", Numeric: true}, {Text: "Upper quartile", Numeric: true}, {Text: "Maximum", Numeric: true},
			{Text: "Best configuration"}, {Text: "Out-of-bag R²", Numeric: true}, {Text: "Out-of-bag ρ", Title: "Spearman's correlation of predictions and results", Numeric: true}}}
	for i := range a.Budgets {
		b := &a.Budgets[i]
		r := row{Head: cell{Text: strings.TrimPrefix(budget(a, b.Budget), "budget "), Sort: sortKey(b.Budget)}}
		r.Cells = append(r.Cells, whole(b.Trials), whole(b.N), whole(b.Failed), whole(b.Pending), whole(b.Repeated))
		for _, q := range b.Quartiles {
			if math.IsNaN(q) {
				r.Cells = append(r.Cells, t.missing("no usable result"))
			} else {
				r.Cells = append(r.Cells, figure(q, number))
			}
		}
		if b.Best.Config < 0 {
			r.Cells = append(r.Cells, text(dash))
		} else {
			r.Cells = append(r.Cells, code1(b.Best.ID))
		}
		for _, q := range []float64{b.OOB.R2, b.OOB.Spearman} {
			if math.IsNaN(q) {
				r.Cells = append(r.Cells, t.missing(b.Reason))
			} else {
				r.Cells = append(r.Cells, figure(q, fixed))
			}
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

func spaceTable(a *reports.Analysis) table {
	t := table{ID: "table-space", Caption: "The parameters that vary.",
		Head: []head{{Text: "Parameter"}, {Text: "Kind"}, {Text: "Range or choices"}, {Text: "Default"}, {Text: "Active if"}}}
	for i := range a.Params {
		p := &a.Params[i]
		kind, domain := p.Kind, strings.Join(p.Choices, ", ")
		if p.Numeric() {
			domain = number(p.Lower) + " to " + number(p.Upper)
			if p.Unit != "" {
				domain += " " + p.Unit
			}
			if p.Log {
				kind += ", log scale"
			}
		}
		always := cell{Text: "always"}
		if p.Condition != "" {
			always = code1(p.Condition)
		}
		def := p.Default
		if def == "" {
			def = dash
		}
		t.Rows = append(t.Rows, row{Head: code1(p.Name), Cells: []cell{text(kind), text(domain), text(def), always}})
	}
	return t
}

func findingsTable(a *reports.Analysis) table {
	const most = 200
	t := table{ID: "table-findings", Caption: "Odd things in the log, and what was done about them.",
		Head: []head{{Text: "Severity"}, {Text: "Where"}, {Text: "What"}, {Text: "Times", Numeric: true}}}
	dir := sharedDirectory(a.Findings)
	for i := range a.Findings {
		if i == most {
			t.Caption += fmt.Sprintf(" The first %d of %s; report.json lists all.", most, count(len(a.Findings)))
			break
		}
		f := &a.Findings[i]
		full := f.Path
		if f.Line > 0 {
			full = fmt.Sprintf("%s:%d", f.Path, f.Line)
		}
		where := code1(strings.TrimPrefix(full, dir))
		if where.Text != full {
			where.Title = full
		}
		c := whole(f.Count)
		if f.Count == 0 {
			c = whole(1)
		}
		t.Rows = append(t.Rows, row{Head: cell{Text: f.Severity, Badge: severityBadge(f.Severity)}, Cells: []cell{where, text(f.Message), c}})
	}
	return t
}

// sharedDirectory is the directory of all files of the findings, with its separator; empty if there is none.
func sharedDirectory(findings []reports.Finding) string {
	dir, any := "", false
	for i := range findings {
		path := findings[i].Path
		if path == "" {
			continue
		}
		if !any {
			dir, any = path[:strings.LastIndexAny(path, `/\`)+1], true
		}
		for !strings.HasPrefix(path, dir) {
			dir = dir[:strings.LastIndexAny(dir[:len(dir)-1], `/\`)+1]
		}
	}
	return dir
}

func severityBadge(severity string) string {
	switch severity {
	case "error":
		return "no"
	case "warning":
		return "partly"
	}
	return "undecided"
}
