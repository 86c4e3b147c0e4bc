package driver

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
)

// ErrNotAsked is wrapped by the error of [Replay] where a searcher asks for fewer trials than the log has.
var ErrNotAsked = errors.New("is not asked for: the search has other options or was changed")

// State is where a search stands according to its log.
type State struct {
	// Succeeded tells that a trial has had a result.
	Succeeded bool
	// Corrected is the number of configurations that the searcher would have
	// proposed otherwise: the log was written by another version, or on another kind
	// of processor. The log counts.
	Corrected int
	told      int
	pending   []asked // to be run again, in the order in which they were asked for
	configs   map[string]bool
}

// Told is the number of trials that have ended, Pending of those that ran when the
// log ends.
func (s *State) Told() int    { return s.told }
func (s *State) Pending() int { return len(s.pending) }

// known reports whether the configuration of a trial is in the log already.
func (s *State) known(config string) bool { return s.configs[config] }

// asked is a trial of the log.
type asked struct {
	trial  bohb.Trial
	after  int
	logged *nasalyze.Trial
}

// Replay brings a new searcher, made with the same options, to where the log ends:
// it asks and tells in the order of the log. Where it proposes other values than the log
// has, it is corrected, if it can be (as [bohb.Search.Correct]). The error says where it
// goes another way altogether, which it does if its options or its space are not those of the log.
func Replay(searcher bohb.Searcher, study *nasalyze.Study) (*State, error) {
	asks, ends, err := order(study)
	if err != nil {
		return nil, err
	}
	s := &State{configs: make(map[string]bool, len(study.Configs))}
	for i := range study.Configs {
		s.configs[study.Configs[i].ID] = true
	}
	tell := func() error {
		t := asks[ends[s.told]].logged
		loss := lossOf(study.Objectives[0], t.Status, t.Values[0])
		s.Succeeded = s.Succeeded || loss == loss
		s.told++
		return searcher.Tell(ends[s.told-1], loss)
	}
	for n := range asks {
		a := &asks[n]
		for s.told < a.after {
			if s.told >= len(ends) {
				return nil, fmt.Errorf("trial %d of the log was asked for after %d results, but only %d are there", n, a.after, len(ends))
			}
			if err := tell(); err != nil {
				return nil, err
			}
		}
		trial, ok := searcher.Ask()
		if !ok {
			return nil, fmt.Errorf("trial %d of the log %w", n, ErrNotAsked)
		}
		if err := s.follow(searcher, &trial, a, study); err != nil {
			return nil, err
		}
		a.trial = trial
		if a.logged.Status == nasalyze.Running {
			s.pending = append(s.pending, *a)
		}
	}
	for s.told < len(ends) {
		if err := tell(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// order returns the trials of a log by number, and the numbers of those that ended
// in the order in which they did.
func order(study *nasalyze.Study) ([]asked, []int, error) {
	asks := make([]asked, len(study.Trials))
	var ends []int
	for i := range study.Trials {
		t := &study.Trials[i]
		var info struct {
			Search *searchInfo `json:"search"`
		}
		if err := json.Unmarshal(t.Info, &info); err != nil || info.Search == nil {
			return nil, nil, fmt.Errorf("a trial of configuration %s at budget %v does not say when it was asked for: it is not of a search that can be resumed", study.Configs[t.Config].ID, t.Budget)
		}
		n := info.Search.Number
		if n < 0 || n >= len(asks) || asks[n].logged != nil {
			return nil, nil, fmt.Errorf("trial number %d of %d is missing or there twice in the log", n, len(asks))
		}
		asks[n] = asked{after: info.Search.After, logged: t}
		if t.Status != nasalyze.Running {
			ends = append(ends, n)
		}
	}
	return asks, ends, nil
}

// follow makes sure that a trial is that of the log.
func (s *State) follow(searcher bohb.Searcher, trial *bohb.Trial, a *asked, study *nasalyze.Study) error {
	c := &study.Configs[a.logged.Config]
	if trial.Config != c.ID || trial.Budget != a.logged.Budget || trial.Seed != a.logged.Seed {
		return fmt.Errorf("trial %d of the log is configuration %s at budget %v with seed %d, but the search asks for %s at %v with %d: its options or its space are not those of the log",
			trial.Number, c.ID, a.logged.Budget, a.logged.Seed, trial.Config, trial.Budget, trial.Seed)
	}
	if slices.EqualFunc(trial.Values, c.Values, equal) {
		return nil
	}
	corrector, ok := searcher.(interface {
		Correct(number int, values []nasalyze.Value, pick nasalyze.Pick) error
	})
	if !ok {
		return fmt.Errorf("trial %d of the log is configuration %v, but the search proposes %v", trial.Number, c.Values, trial.Values)
	}
	if err := corrector.Correct(trial.Number, c.Values, c.Pick); err != nil {
		return err
	}
	trial.Values, trial.Pick = c.Values, c.Pick
	s.Corrected++
	return nil
}

// equal is by meaning, and an inactive parameter equals an inactive one.
func equal(a, b nasalyze.Value) bool { return a.IsAbsent() && b.IsAbsent() || a.Equal(b) }
