package source

import (
	"fmt"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// SelectObjectives reduces a study to the objectives that the options name, in
// their order, and sets the directions that they state. Unknown names are an
// error that lists the known ones.
func SelectObjectives(s *nasalyze.Study, opt Options) error {
	for _, list := range [][]string{opt.Maximize, opt.Minimize, opt.Objectives} {
		for _, name := range list {
			if _, err := s.Objective(name); err != nil || name == "" {
				names := make([]string, len(s.Objectives))
				for i, o := range s.Objectives {
					names[i] = fmt.Sprintf("%q", o.Name)
				}
				return fmt.Errorf("no objective %q, expected one of %s", name, strings.Join(names, ", "))
			}
		}
	}
	for i := range s.Objectives {
		o := &s.Objectives[i]
		o.Maximize = opt.Direction(o.Name, o.Maximize)
	}
	if len(opt.Objectives) == 0 {
		return nil
	}
	at := make([]int, len(opt.Objectives))
	selected := make([]nasalyze.Objective, len(at))
	for k, name := range opt.Objectives {
		at[k], _ = s.Objective(name)
		selected[k] = s.Objectives[at[k]]
	}
	s.Objectives = selected
	for i := range s.Trials {
		t := &s.Trials[i]
		values := make([]float64, len(at))
		for k, j := range at {
			values[k] = t.Values[j]
		}
		t.Values = values
	}
	return nil
}
