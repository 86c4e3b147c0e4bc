package source

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// CheckDirections reports a name in Options.Maximize or Options.Minimize that is
// none of the objectives; the error lists them.
func CheckDirections(objectives []nasalyze.Objective, opt Options) error {
	for _, list := range [][]string{opt.Maximize, opt.Minimize} {
		for _, name := range list {
			if indexOf(objectives, name) < 0 {
				return unknownObjective(objectives, name)
			}
		}
	}
	return nil
}

func indexOf(objectives []nasalyze.Objective, name string) int {
	return slices.IndexFunc(objectives, func(o nasalyze.Objective) bool { return o.Name == name })
}

func unknownObjective(objectives []nasalyze.Objective, name string) error {
	names, quoted := make([]string, len(objectives)), make([]string, len(objectives))
	for i, o := range objectives {
		names[i], quoted[i] = o.Name, fmt.Sprintf("%q", o.Name)
	}
	return fmt.Errorf("no objective %q, expected one of %s%s", name, strings.Join(quoted, ", "), DidYouMean(name, names))
}

// SelectObjectives reduces a study to the objectives that the options name, in
// their order, and sets the directions that they state. Unknown names are an
// error that lists the known ones.
func SelectObjectives(s *nasalyze.Study, opt Options) error {
	if err := CheckDirections(s.Objectives, opt); err != nil {
		return err
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
		if at[k] = indexOf(s.Objectives, name); at[k] < 0 {
			return unknownObjective(s.Objectives, name)
		}
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
