package bohb

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze"
)

// Searcher decides what to try next. It does no input or output and starts
// nothing: whoever drives it runs the trials and tells how they went.
type Searcher interface {
	// Ask returns the next trial to run. It is false if there is none now: because
	// results that others wait for are not there yet, or because the search is Done.
	Ask() (Trial, bool)
	// Tell takes in the loss, which is minimised, of a trial that Ask returned. A
	// loss that is not finite is a failure.
	Tell(number int, loss float64) error
	// Done reports whether Ask will never return a trial again.
	Done() bool
}

// Trial is one configuration to be run at one budget.
type Trial struct {
	// Number counts the trials from 0, in the order of Ask.
	Number int
	// Config is the id of the configuration, "iteration,0,index" as HpBandSter
	// numbers them.
	Config string
	// Values holds one value per parameter of the space, absent where inactive.
	Values []nasalyze.Value
	Budget float64
	// Seed for whatever is random in the trial: the same for all trials of one
	// configuration, so that training can be continued, and less than 2^31.
	Seed int64
	// Pick tells whether the model proposed the configuration.
	Pick nasalyze.Pick
	// Iteration is the bracket, Rung the place of the budget in it.
	Iteration, Rung int
	// Previous is the number of the trial of the same configuration on the rung
	// below, -1 if this is the first.
	Previous int
	// Note says what the search decided just before this trial, for the log; mostly
	// empty.
	Note string
}

// candidate is a configuration in a bracket.
type candidate struct {
	id     string
	u      []float64
	values []nasalyze.Value
	pick   nasalyze.Pick
	seed   int64
}

// running is a trial that was asked for and not told of.
type running struct {
	bracket *halving
	entry   *entry
	rung    int
}

// Search is the Searcher of all methods. Make one with [New]. It is not safe for
// concurrent use.
type Search struct {
	opt      Options
	proposer *proposer
	model    *model
	adapter  *adapter
	seen     seen

	budgets []float64 // in use, ascending
	// first is the iteration that the first bracket over budgets belongs to.
	first, started int
	brackets       []*halving // not finished
	pending        map[int]running
	trials         int
	proposals      uint64
	note           string
}

var _ Searcher = (*Search)(nil)

// New returns a search over a space. The error says which option makes no sense,
// that nothing in the space varies, or that its forbidden clauses leave nothing of it.
func New(space *nasalyze.Space, opt Options) (*Search, error) {
	p := newProposer(space)
	if len(p.dims) == 0 {
		return nil, fmt.Errorf("bohb: nothing to search: the space has no parameter that can take more than one value")
	}
	for i := range p.dims {
		if d := &p.dims[i]; d.levels > maxChoices {
			return nil, fmt.Errorf("bohb: parameter %q has %d choices, expected at most %d", space.Params[d.param].Name, d.levels, maxChoices)
		}
	}
	opt, err := opt.resolve(len(p.dims))
	if err != nil {
		return nil, err
	}
	s := &Search{opt: opt, proposer: p, pending: make(map[int]running)}
	if s.budgets, err = Budgets(opt.MinBudget, opt.MaxBudget, opt.Eta); err != nil {
		return nil, err
	}
	if finite(space) {
		s.seen = make(seen)
	}
	s.model = newModel(p.dims, &s.opt)
	if opt.RankCorrelation != nil && opt.Method != Random {
		s.adapter = newAdapter(&s.opt)
	}
	// The stream of no proposal: that of the largest number.
	if _, err := p.random(rand.New(rand.NewPCG(opt.Seed, math.MaxUint64))); err != nil {
		return nil, err
	}
	return s, nil
}

// Budgets returns the budgets in use, ascending.
func (s *Search) Budgets() []float64 { return s.budgets }

// Bracket returns the bracket of an iteration that has not begun, as things stand.
func (s *Search) Bracket(iteration int) Bracket {
	b := BracketOf(s.budgets, s.opt.Eta, iteration-s.first)
	if s.opt.Method == Random {
		top := s.budgets[len(s.budgets)-1]
		return Bracket{{N: max(int(math.Floor(b.Cost()/top+slack)), 1), Budget: top}}
	}
	return b
}

// Ask implements [Searcher].
func (s *Search) Ask() (Trial, bool) {
	for {
		for _, b := range s.brackets {
			if e, rung, ok := b.next(s.candidate); ok {
				return s.start(b, e, rung), true
			}
		}
		if s.opt.Iterations > 0 && s.started >= s.opt.Iterations {
			return Trial{}, false
		}
		s.adapt()
		s.brackets = append(s.brackets, newHalving(s.started, s.Bracket(s.started), s.opt.Eta, s.opt.Async))
		s.started++
	}
}

// start makes a trial of what a bracket wants to run.
func (s *Search) start(b *halving, e *entry, rung int) Trial {
	c := e.candidate
	t := Trial{Number: s.trials, Config: c.id, Values: c.values, Budget: b.rungs[rung].Budget, Seed: c.seed,
		Pick: c.pick, Iteration: b.iteration, Rung: rung, Previous: e.previous, Note: s.note}
	s.note = ""
	s.trials++
	e.trial = t.Number
	s.pending[t.Number] = running{b, e, rung}
	return t
}

// candidate proposes a configuration.
func (s *Search) candidate(iteration, index int) *candidate {
	rng := rand.New(rand.NewPCG(s.opt.Seed, s.proposals))
	s.proposals++
	c := &candidate{id: fmt.Sprintf("%d,0,%d", iteration, index), seed: int64(rng.Uint64() >> 33)}
	fresh := func(u []float64) bool { return s.seen == nil || !s.seen.has(s.proposer.canonical(u)) }
	if s.opt.Method == BOHB && rng.Float64() >= s.opt.RandomFraction {
		c.u = s.model.propose(rng, s.proposer.legal, fresh)
		c.pick = nasalyze.ModelPick
	}
	if c.u == nil {
		c.pick = nasalyze.RandomPick
		for try := 0; c.u == nil || !fresh(c.u) && try < maxRedraws; try++ {
			c.u, _ = s.proposer.random(rng) // at last: New has found that there are legal ones
		}
	}
	c.values = s.proposer.decode(c.u)
	c.u = s.proposer.canonical(c.u)
	s.seen.mark(c.u)
	return c
}

// Tell implements [Searcher]. The error is of a number that is not running.
func (s *Search) Tell(number int, loss float64) error {
	r, ok := s.pending[number]
	if !ok {
		return fmt.Errorf("bohb: trial %d is not running: it was never asked for, or told of before", number)
	}
	delete(s.pending, number)
	budget := r.bracket.rungs[r.rung].Budget
	if s.opt.Method == BOHB {
		s.model.observe(budget, r.entry.candidate.u, loss)
	}
	if s.adapter != nil {
		s.adapter.observe(r.entry.candidate.id, budget, loss)
	}
	r.bracket.finish(r.entry, r.rung, loss)
	if r.bracket.done() {
		for i, b := range s.brackets {
			if b == r.bracket {
				s.brackets = append(s.brackets[:i:i], s.brackets[i+1:]...)
				break
			}
		}
	}
	return nil
}

// Correct puts the values of a log in the place of those that were proposed for a
// trial that is running, the first of its configuration. A log that is replayed
// counts, where another version of this program or another processor proposes
// something else. The error is of a trial that is not running or not the first, or
// of values that are not legal.
func (s *Search) Correct(number int, values []nasalyze.Value, pick nasalyze.Pick) error {
	r, ok := s.pending[number]
	if !ok || r.entry.previous >= 0 {
		return fmt.Errorf("bohb: trial %d is not the first running one of its configuration", number)
	}
	if errs := s.proposer.space.Check(values); errs != nil {
		return fmt.Errorf("bohb: trial %d: %w", number, errors.Join(errs...))
	}
	u, err := s.proposer.encode(values)
	if err != nil {
		return fmt.Errorf("bohb: trial %d: %w", number, err)
	}
	c := r.entry.candidate
	c.u, c.values, c.pick = u, values, pick
	s.seen.mark(u)
	return nil
}

// Done implements [Searcher].
func (s *Search) Done() bool {
	return s.opt.Iterations > 0 && s.started >= s.opt.Iterations && len(s.brackets) == 0
}
