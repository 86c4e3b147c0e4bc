package nasalyze

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Status tells how a trial ended.
type Status uint8

const (
	// Success: the trial ended with a result.
	Success Status = iota
	// Pruned: stopped early on purpose; its loss at that budget is valid.
	Pruned
	// Crashed: an exception or a non-zero exit.
	Crashed
	// Diverged: ended, but its loss is NaN or infinite.
	Diverged
	// TimedOut: stopped at a time limit.
	TimedOut
	// OutOfMemory: stopped at a memory limit.
	OutOfMemory
	// Capped: stopped because it was already worse than the incumbent; its
	// logged cost is a bound, not a measurement.
	Capped
	// Aborted: cancelled from outside.
	Aborted
	// Running: not finished when the log was written.
	Running
	// Unknown: the log does not say, or says something that we do not know.
	Unknown
)

var statusNames = [...]string{"success", "pruned", "crashed", "diverged", "timeout", "memout", "capped", "aborted", "running", "unknown"}

// String returns the lower-case name of the status.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// ParseStatus is the inverse of [Status.String].
func ParseStatus(name string) (Status, error) {
	if i := slices.Index(statusNames[:], strings.ToLower(name)); i >= 0 {
		return Status(i), nil
	}
	return Unknown, fmt.Errorf("nasalyze: unknown status %q, expected one of %s", name, strings.Join(statusNames[:], ", "))
}

// Statuses lists all statuses in the order of their definition.
func Statuses() []Status {
	all := make([]Status, len(statusNames))
	for i := range all {
		all[i] = Status(i)
	}
	return all
}

// Valid reports whether the objective values of a trial with this status are measurements.
func (s Status) Valid() bool { return s == Success || s == Pruned }

// Pending reports whether the trial had not ended: neither a result nor a failure.
func (s Status) Pending() bool { return s == Running }

// Pick tells how a configuration was chosen.
type Pick uint8

const (
	// PickUnknown: the log does not say.
	PickUnknown Pick = iota
	// RandomPick: drawn at random or from a design.
	RandomPick
	// ModelPick: proposed by the searcher's model.
	ModelPick
)

var pickNames = [...]string{"unknown", "random", "model"}

// String returns the lower-case name of the pick.
func (p Pick) String() string {
	if int(p) < len(pickNames) {
		return pickNames[p]
	}
	return fmt.Sprintf("Pick(%d)", uint8(p))
}

// Config is one configuration.
type Config struct {
	// ID as in the source, unique in a study.
	ID string
	// Values holds one value per parameter of the space, absent where inactive.
	Values []Value
	// Pick tells whether a model proposed the configuration.
	Pick Pick
	// Origin is the source's own word for where the configuration came from; may be empty.
	Origin string
	// Extra holds logged values of names that the space does not have, and
	// anything else the source says of the configuration, as a JSON object; may be nil.
	Extra json.RawMessage
}

// Trial is one evaluation of one configuration at one budget.
type Trial struct {
	// Config is the index in Study.Configs.
	Config int
	// Budget in the unit of the study; 0 where the log has no budgets.
	Budget float64
	// Seed of the evaluation; meaningful if HasSeed.
	Seed    int64
	HasSeed bool
	// Instance of the problem; empty if there is none.
	Instance string
	// Values of the objectives in natural direction, one per objective of the
	// study, NaN where there is none.
	Values []float64
	Status Status
	// Submitted, Started and Finished in seconds, on the clock of the source;
	// NaN where not logged.
	Submitted, Started, Finished float64
	// Info is whatever else was logged, as JSON; may be nil.
	Info json.RawMessage
}

// Duration returns the seconds from start to finish, NaN if unknown.
func (t *Trial) Duration() float64 { return t.Finished - t.Started }

// Objective is one measured quantity.
type Objective struct {
	Name string
	// Maximize tells that larger is better; the default is to minimise.
	Maximize bool
	// Lower and Upper bound the values; NaN or infinite where unknown.
	Lower, Upper float64
	// Unit for axes, such as "%"; may be empty.
	Unit string
	// Outcome tells that the value says how a trial ended, so that it counts
	// whatever the status of the trial.
	Outcome bool
}

// Input is one file that a study was read from.
type Input struct {
	Path   string
	Size   int64
	SHA256 string
}

// Provenance says where a study came from.
type Provenance struct {
	// Format is the name of the log format.
	Format string
	// Reason says why the input was taken for that format.
	Reason string
	// Inputs are the files read.
	Inputs []Input
	// Inferred tells that no space file was found and the space was inferred from the trials.
	Inferred bool
}

// Study is the log of one search: space, objectives, configurations, trials.
type Study struct {
	Name       string
	Space      *Space
	Objectives []Objective
	// BudgetName is what the budget counts, such as "epochs"; may be empty.
	BudgetName string
	// BudgetUnit for axes, such as "s"; may be empty.
	BudgetUnit string
	Configs    []Config
	Trials     []Trial
	Provenance Provenance
}

// Validate checks that the parts of a study fit together: indices in range, one
// value per parameter and objective, unique configuration ids.
func (s *Study) Validate() error {
	if s.Space == nil {
		return fmt.Errorf("nasalyze: study %q has no search space", s.Name)
	}
	if len(s.Objectives) == 0 {
		return fmt.Errorf("nasalyze: study %q has no objective", s.Name)
	}
	ids := make(map[string]bool, len(s.Configs))
	for i := range s.Configs {
		c := &s.Configs[i]
		if len(c.Values) != len(s.Space.Params) {
			return fmt.Errorf("nasalyze: configuration %s has %d values, expected %d", c.ID, len(c.Values), len(s.Space.Params))
		}
		if ids[c.ID] {
			return fmt.Errorf("nasalyze: configuration id %s is used twice", c.ID)
		}
		ids[c.ID] = true
	}
	for i := range s.Trials {
		t := &s.Trials[i]
		if t.Config < 0 || t.Config >= len(s.Configs) {
			return fmt.Errorf("nasalyze: trial %d is of configuration %d, expected 0 to %d", i, t.Config, len(s.Configs)-1)
		}
		if len(t.Values) != len(s.Objectives) {
			return fmt.Errorf("nasalyze: trial %d has %d objective values, expected %d", i, len(t.Values), len(s.Objectives))
		}
		if math.IsNaN(t.Budget) || math.IsInf(t.Budget, 0) {
			return fmt.Errorf("nasalyze: trial %d has the budget %v, expected a finite number", i, t.Budget)
		}
	}
	return nil
}

// Budgets returns the distinct budgets of the trials in ascending order.
func (s *Study) Budgets() []float64 {
	seen := make(map[float64]bool)
	var budgets []float64
	for i := range s.Trials {
		if b := s.Trials[i].Budget; !seen[b] {
			seen[b] = true
			budgets = append(budgets, b)
		}
	}
	slices.Sort(budgets)
	return budgets
}

// Objective returns the index of the named objective; the empty name is the
// first one. The error lists the names there are.
func (s *Study) Objective(name string) (int, error) {
	if name == "" && len(s.Objectives) > 0 {
		return 0, nil
	}
	names := make([]string, len(s.Objectives))
	for i, o := range s.Objectives {
		if o.Name == name {
			return i, nil
		}
		names[i] = fmt.Sprintf("%q", o.Name)
	}
	return 0, fmt.Errorf("nasalyze: no objective %q in the study, expected one of %s", name, strings.Join(names, ", "))
}

// Failed reports whether a trial gave no usable value of objective k: it ended
// badly, or the value is not finite or a sentinel. Pending trials have not failed.
func (s *Study) Failed(t *Trial, k int) bool {
	return !t.Status.Pending() && !s.valid(t, k)
}

// valid reports whether the value of objective k is a measurement.
func (s *Study) valid(t *Trial, k int) bool {
	return (t.Status.Valid() || s.Objectives[k].Outcome && !t.Status.Pending()) && usable(t.Values[k])
}

// usable rejects NaN, the infinities and the integer sentinels that searchers
// write for failed runs (SMAC: 2^31-1, and 2^31 in its trajectories).
func usable(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0) && v != math.MaxInt32 && v != math.MaxInt32+1
}
