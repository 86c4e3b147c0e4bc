package nasalyze

import "slices"

// Distinct returns the study with one configuration for each set of values: those
// that a log states under several ids, as after a warm start, become the first of
// them, and their trials repeats of it. Canonical tells for each configuration of s which
// one of the result it is. A study without equal configurations is returned as it is.
//
// Without that, one setting would count several times: as several rows of a table, in
// and out of a tree's sample at once, and as several items of a ranking.
func (s *Study) Distinct() (out *Study, canonical []int) {
	canonical = make([]int, len(s.Configs))
	first := make(map[string]int, len(s.Configs))
	var configs []Config
	for i := range s.Configs {
		key := configKey(s.Configs[i].Values)
		at, ok := first[key]
		if !ok {
			at = len(configs)
			first[key] = at
			configs = append(configs, s.Configs[i])
		}
		canonical[i] = at
	}
	if len(configs) == len(s.Configs) {
		return s, canonical
	}
	merged := *s
	merged.Configs = configs
	merged.Trials = slices.Clone(s.Trials)
	for i := range merged.Trials {
		t := &merged.Trials[i]
		t.Config = canonical[t.Config]
	}
	return &merged, canonical
}
