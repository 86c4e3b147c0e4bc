package nasalyze

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Objectives that every log has, if it says how and when trials ended.
const (
	// FailureObjective is 1 for a trial that failed and 0 for one that did not. Its
	// mean over the trials of a configuration is the rate at which it fails.
	FailureObjective = "@failure"
	// TimeObjective is the seconds from start to finish of a trial with a result.
	TimeObjective = "@time"
)

// Derive returns the study with one more objective that is made of how
// ([FailureObjective]) or how long ([TimeObjective]) its trials ran; an objective
// of that name is not added twice. The study itself is not changed.
//
// Logs in which an objective cannot say that it is an outcome may have failures
// as an objective all the same: it is one by its name.
//
// A trial counts as failed if it gave no usable value of the first objective.
// Trials that were aborted from outside or of which the log does not say how they
// ended count neither way: that was not the configuration's doing.
func (s *Study) Derive(name string) (*Study, error) {
	if k, err := s.Objective(name); err == nil && name != "" {
		if name != FailureObjective || s.Objectives[k].Outcome {
			return s, nil
		}
		out := *s
		out.Objectives = slices.Clone(s.Objectives)
		out.Objectives[k].Outcome = true
		return &out, nil
	}
	if len(s.Objectives) == 0 {
		return nil, fmt.Errorf("nasalyze: study %q has no objective", s.Name)
	}
	o := Objective{Name: name, Lower: 0, Upper: math.Inf(1)}
	var value func(t *Trial) float64
	switch name {
	case FailureObjective:
		o.Upper, o.Outcome = 1, true
		value = s.failure
	case TimeObjective:
		o.Unit = "s"
		value = func(t *Trial) float64 {
			if d := t.Duration(); d >= 0 {
				return d
			}
			return math.NaN()
		}
	default:
		return nil, fmt.Errorf("nasalyze: no derived objective %q, expected one of %s, %s", name, FailureObjective, TimeObjective)
	}
	out := *s
	out.Objectives = append(s.Objectives[:len(s.Objectives):len(s.Objectives)], o)
	out.Trials = make([]Trial, len(s.Trials))
	values := make([]float64, 0, len(s.Trials)*len(out.Objectives))
	for i, t := range s.Trials {
		start := len(values)
		values = append(append(values, t.Values...), value(&s.Trials[i]))
		t.Values = values[start:len(values):len(values)]
		out.Trials[i] = t
	}
	return &out, nil
}

// Derived reports whether the name is that of an objective that [Study.Derive] makes.
func Derived(name string) bool { return strings.HasPrefix(name, "@") }

func (s *Study) failure(t *Trial) float64 {
	switch {
	case t.Status.Pending() || t.Status == Aborted || t.Status == Unknown:
		return math.NaN()
	case s.Failed(t, 0):
		return 1
	}
	return 0
}
