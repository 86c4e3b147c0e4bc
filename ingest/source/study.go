package source

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze"
)

// Study makes the study of what was added. The argument gives its name,
// objectives, budget name and unit and provenance; everything else is filled
// in. The builder must not be used afterwards. The error is for a log of which
// nothing is usable.
func (b *Builder) Study(meta nasalyze.Study) (*nasalyze.Study, error) {
	s := meta
	if len(s.Objectives) == 0 {
		return nil, fmt.Errorf("no objective")
	}
	b.mergeBudgets()
	keep := b.keptTrials()
	if !b.keptConfigs() {
		return nil, fmt.Errorf("no configuration found")
	}
	b.collectTrials(&s, keep)
	if len(s.Trials) == 0 {
		return nil, fmt.Errorf("no trial of a known configuration found")
	}
	if err := b.align(&s); err != nil {
		return nil, err
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return &s, nil
}

// keptTrials marks the trials to keep: those of stated configurations, the last
// of each configuration, budget, seed and instance.
func (b *Builder) keptTrials() []bool {
	n := len(b.trials)
	keep := make([]bool, n)
	// A counting sort by configuration: start[c] .. start[c+1] in order.
	start := make([]int32, len(b.configs)+1)
	for i := range b.trials {
		start[b.trials[i].Config+1]++
	}
	for c := range b.configs {
		start[c+1] += start[c]
	}
	order := make([]int32, n)
	next := slices.Clone(start)
	for i := range b.trials {
		c := b.trials[i].Config
		order[next[c]] = int32(i)
		next[c]++
	}
	dropped := make([]int32, 0)
	for c := range b.configs {
		group := order[start[c]:start[c+1]]
		if !b.configs[c].stated {
			dropped = append(dropped, group...)
			continue
		}
		if !b.opt.KeepRepeats && len(group) > 1 {
			slices.SortStableFunc(group, func(i, j int32) int { return compareKeys(&b.trials[i], &b.trials[j]) })
		}
		for k, i := range group {
			last := b.opt.KeepRepeats || k+1 == len(group) || compareKeys(&b.trials[i], &b.trials[group[k+1]]) != 0
			keep[i] = last
			if !last {
				dropped = append(dropped, i)
			}
		}
	}
	slices.Sort(dropped)
	for _, i := range dropped {
		t := &b.trials[i]
		c := &b.configs[t.Config]
		path, line := b.paths[b.trialPath[i]], int(b.lines[i])
		if !c.stated {
			b.findings.At(Skip, "orphan-result", path, line, "trial left out: its configuration %s is not in the log", c.ID)
			continue
		}
		b.findings.At(Warn, "duplicate-trial", path, line, "configuration %s has a later trial at budget %v%s; the last one is kept", c.ID, t.Budget, seedText(t))
	}
	return keep
}

func seedText(t *nasalyze.Trial) string {
	s := ""
	if t.HasSeed {
		s = fmt.Sprintf(", seed %d", t.Seed)
	}
	if t.Instance != "" {
		s += ", instance " + t.Instance
	}
	return s
}

func compareKeys(a, b *nasalyze.Trial) int {
	seed := func(t *nasalyze.Trial) int64 {
		if t.HasSeed {
			return t.Seed
		}
		return math.MinInt64
	}
	return cmp.Or(cmp.Compare(a.Budget, b.Budget), cmp.Compare(seed(a), seed(b)), cmp.Compare(a.Instance, b.Instance))
}

// keptConfigs drops the configurations that only trials name, makes the other
// trials point at what is left, and reports whether anything is.
func (b *Builder) keptConfigs() bool {
	at := make([]int32, len(b.configs))
	used := make([]bool, len(b.configs))
	for i := range b.trials {
		used[b.trials[i].Config] = true
	}
	kept := b.configs[:0]
	for i := range b.configs {
		e := b.configs[i]
		if !e.stated {
			at[i] = -1
			continue
		}
		at[i] = int32(len(kept))
		if !used[i] {
			b.findings.At(Note, "config-without-trials", e.path, int(e.line), "configuration %s has no trial", e.ID)
		}
		kept = append(kept, e)
	}
	b.configs = kept
	for i := range b.trials {
		b.trials[i].Config = int(at[b.trials[i].Config])
	}
	return len(kept) > 0
}

func (b *Builder) collectTrials(s *nasalyze.Study, keep []bool) {
	kept := b.trials[:0]
	for i := range b.trials {
		if !keep[i] {
			continue
		}
		t := b.trials[i]
		if k := len(s.Objectives); len(t.Values) != k {
			b.findings.At(Warn, "objective-count", b.paths[b.trialPath[i]], int(b.lines[i]),
				"trial of configuration %s has %d objective values, expected %d", b.configs[t.Config].ID, len(t.Values), k)
			values := make([]float64, k)
			for j := copy(values, t.Values); j < k; j++ {
				values[j] = math.NaN()
			}
			t.Values = values
		}
		kept = append(kept, t)
	}
	s.Trials = kept
}
